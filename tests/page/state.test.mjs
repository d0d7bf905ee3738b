import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const kgraph = load("data.js", "shapes.js", "phrases.js", "filters.js", "state.js");

const nodes = [
  { id: 0, key: "method/bert", kind: "Method" },
  { id: 1, key: "paper/a, b & c=d/é", kind: "Paper" },
  { id: 2, key: "__proto__", kind: "Task" },
];
const edges = [
  { id: 0, from: 1, to: 0, relation: "mentions" },
  { id: 1, from: 0, to: 2, relation: "odd, & relation" },
];
const graph = { nodes, edges, byKey: new Map(nodes.map((node) => [node.key, node])) };
const read = (fragment) => kgraph.readAddress(fragment, graph);

test("an address opens the state that wrote it, whatever the names hold", () => {
  const state = {
    chosen: nodes[1],
    steps: 2,
    path: [1, 2],
    view: "table",
    colour: "topic",
    hidden: new Set(["Task", "Paper"]),
    relations: new Set(["odd, & relation", "mentions"]),
    least: 3,
    from: "2024-01",
    to: "2024-02-29",
    undated: true,
  };
  const written = kgraph.writeAddress(state, graph);
  assert.deepEqual(read(`#${written}`), { state, faults: [] });
  assert.ok(written.startsWith("n=paper/a%2C%20b%20%26%20c%3Dd/%C3%A9&steps=2&path="), written);
});

test("the state at the start has no address, and no address is that state", () => {
  assert.equal(kgraph.writeAddress(kgraph.initialState(), graph), "");
  assert.deepEqual(read(""), { state: kgraph.initialState(), faults: [] });
});

test("a link of older pages names a node alone", () => {
  assert.equal(read("#n=method/bert").state.chosen, nodes[0]);
  assert.equal(read("#n=__proto__").state.chosen, nodes[2]);
});

test("parts that are unknown, malformed or said twice are told and change nothing", () => {
  const bad = [
    "foo=1",
    "n",
    "__proto__=1",
    "constructor=1",
    "view=globe",
    "colour=",
    "least=-1",
    "least=1e9",
    "from=2023-02-30",
    "to=yesterday",
    "undated=yes",
    "hide=Nothing",
    "relations=mentions",
    "relations=-__proto__",
    "path=method/bert",
    "path=method/bert,method/bert",
    "steps=1",
    "%E0%A4%A=1",
    "hide=%E0%A4%A",
  ];
  for (const part of bad) {
    const { state, faults } = read(`#${part}`);
    assert.deepEqual(state, kgraph.initialState(), part);
    assert.equal(faults.length, 1, part);
  }
  const { state, faults } = read("#view=table&view=map&hide=Paper,Nothing");
  assert.equal(state.view, "table");
  assert.deepEqual([...state.hidden], ["Paper"]);
  assert.equal(faults.length, 2);
  for (const part of ["n=gone", "n=%E0%A4%A", "n=gone&steps=1"])
    assert.deepEqual(read(`#${part}`).faults, ["The link names a node that is not in this graph."]);
});

test("a fault is told shortly and without what turns the text", () => {
  const [fault] = read(`#${encodeURIComponent("\u202e<img src=x>")}${"x".repeat(10_000)}`).faults;
  assert.ok(fault.length < 100 && fault.includes("<img src=x>") && !fault.includes("\u202e"), fault);
  assert.equal(read("#a=1&b=2&c=3&d=4").faults.length, 3);
});

test("a lone half of a surrogate pair does not stop the address", () => {
  const state = { ...kgraph.initialState(), relations: new Set(["\ud800"]) };
  assert.equal(kgraph.writeAddress(state, graph), "relations=-%EF%BF%BD");
});

test("Escape leads from a path to the neighbourhood, the choice, the table and the map, one at a time", () => {
  let state = { ...kgraph.initialState(), chosen: nodes[0], steps: 2, path: [0, 1], view: "table" };
  const seen = [];
  for (let back = kgraph.stepBack(state); back; back = kgraph.stepBack(state)) {
    state = back;
    seen.push(kgraph.writeAddress(state, graph));
  }
  assert.deepEqual(seen, ["n=method/bert&steps=2&view=table", "n=method/bert&view=table", "view=table", ""]);
});
