import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const kgraph = load("data.js", "shapes.js", "phrases.js", "filters.js", "state.js");

/** A graph as `readGraph` makes it, of the parts that filters look at; ends of edges are positions. */
const graphOf = (nodes, edges) => ({
  nodes: nodes.map((node, id) => ({ id, ...node })),
  edges: edges.map(([from, relation, to], id) => ({ id, from, to, relation })),
});

const graph = graphOf(
  [
    { kind: "Method", label: "BERT" },
    { kind: "Task", label: "parsing" },
    { kind: "Dataset", label: "SQuAD" },
    { kind: "Paper", label: "early", date: "2019-05" },
    { kind: "Paper", label: "late", date: "2021-01-15" },
    { kind: "Paper", label: "undated", date: "--06-18" },
    { kind: "Metric", label: "F1" },
  ],
  [
    [3, "introduces", 0],
    [4, "uses", 0],
    [4, "mentions", 1],
    [5, "uses", 2],
    [0, "usedFor", 1],
    [0, "partOf", 1],
    [1, "isA", 1],
  ],
);
const state = (changes) => ({ ...kgraph.initialState(), ...changes });
const labels = (changes) => kgraph.passes(graph, state(changes)).nodes.map(({ label }) => label);
const relations = (changes) => kgraph.passes(graph, state(changes)).edges.map(({ relation }) => relation);

test("without a filter everything passes", () => {
  assert.equal(kgraph.passes(graph, state()).nodes, graph.nodes);
  assert.equal(kgraph.passes(graph, state()).edges, graph.edges);
  assert.ok(kgraph.passes(graph, state()).edge(graph.edges[0]));
});

test("a kind that is hidden takes its links along", () => {
  assert.deepEqual(labels({ hidden: new Set(["Paper", "Task"]) }), ["BERT", "SQuAD", "F1"]);
  assert.deepEqual(relations({ hidden: new Set(["Task"]) }), ["introduces", "uses", "uses"]);
});

test("links are counted among what passes, once between two nodes and never from a node to itself", () => {
  assert.deepEqual(labels({ least: 1 }), ["BERT", "parsing", "SQuAD", "early", "late", "undated"]);
  assert.deepEqual(labels({ least: 2 }), ["BERT", "parsing", "late"]);
  assert.deepEqual(labels({ least: 3 }), ["BERT"]);
  assert.deepEqual(labels({ least: 2, relations: new Set(["usedFor", "partOf"]) }), ["BERT", "late"]);
  assert.deepEqual(labels({ least: 1, hidden: new Set(["Paper"]) }), ["BERT", "parsing"]);
});

test("a concept passes a role where a paper that passes has it in that role", () => {
  const only = (...kept) => new Set(Object.keys(kgraph.ROLES).filter((role) => !kept.includes(role)));
  const concepts = (...kept) => labels({ relations: only(...kept), hidden: new Set(["Paper"]) });
  assert.deepEqual(concepts("introduces"), ["BERT"]);
  assert.deepEqual(concepts("uses"), ["BERT", "SQuAD"]);
  assert.deepEqual(concepts("uses", "mentions"), ["BERT", "parsing", "SQuAD"]);
  assert.deepEqual(labels({ relations: only("introduces"), from: "2020", hidden: new Set(["Paper"]) }), []);
  assert.deepEqual(relations({ relations: only("uses") }), ["uses", "uses"]);
});

test("a range of dates keeps papers that may lie in it and what they name", () => {
  assert.deepEqual(labels({ from: "2020" }), ["BERT", "parsing", "late"]);
  assert.deepEqual(labels({ to: "2019-05-01" }), ["BERT", "early"]);
  assert.deepEqual(labels({ from: "2019-05-31", to: "2019-06" }), ["BERT", "early"]);
  assert.deepEqual(labels({ from: "2019-06", to: "2020-12" }), []);
});

test("what has no year, and what no paper names, is left out of a range unless it is let in", () => {
  assert.deepEqual(labels({ from: "2020", undated: true }), ["BERT", "parsing", "SQuAD", "late", "undated", "F1"]);
  assert.equal(kgraph.undatedCount(graph, state()), 3);
  assert.equal(kgraph.undatedCount(graph, state({ from: "2020", hidden: new Set(["Metric"]) })), 2);
});

test("a count tells what its filter shows, or would show if it was open", () => {
  const filtered = state({ hidden: new Set(["Task"]), relations: new Set(["uses"]), least: 1 });
  assert.deepEqual(Object.fromEntries(kgraph.kindCounts(graph, filtered)), {
    Method: 1,
    Task: 1,
    Dataset: 0,
    Metric: 0,
    Paper: 1,
  });
  const counts = kgraph.relationCounts(graph, filtered);
  assert.equal(counts.get("introduces"), 1);
  assert.equal(counts.get("uses"), 2);
  assert.equal(counts.get("usedFor"), 0);
  assert.equal(kgraph.relationCounts(graph, state()).get("partOf"), 1);
});

test("kinds and relations are listed in a fixed order, those that are not known last", () => {
  const odd = graphOf(
    [{ kind: "Zebra" }, { kind: "Paper" }, { kind: "Method" }],
    [
      [1, "zz"],
      [1, "uses"],
      [1, "aa"],
    ].map(([from, relation]) => [from, relation, 2]),
  );
  assert.deepEqual(kgraph.kindsOf(odd), ["Method", "Paper", "Zebra"]);
  assert.deepEqual(kgraph.relationsOf(odd), ["uses", "aa", "zz"]);
  assert.deepEqual(kgraph.dateSpan(graph), ["2019-05-01", "2021-01-15"]);
  assert.equal(kgraph.dateSpan(odd), null);
});

test("fifty thousand nodes are filtered in a moment", () => {
  let seed = 1;
  const chance = (below) => {
    seed = (seed * 16807) % 2147483647;
    return seed % below;
  };
  const kinds = kgraph.KINDS;
  const nodes = Array.from({ length: 50_000 }, (_, i) => ({ kind: kinds[i % 5], date: `20${10 + chance(10)}` }));
  const edges = Array.from({ length: 200_000 }, () => {
    const from = chance(50_000);
    return [from, from % 5 === 4 ? "uses" : "usedFor", chance(50_000)];
  });
  const large = graphOf(nodes, edges);
  const filtered = state({ hidden: new Set(["Task"]), relations: new Set(["usedFor"]), least: 2, from: "2012" });
  kgraph.passes(large, filtered);
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    kgraph.passes(large, filtered);
    kgraph.kindCounts(large, filtered);
    return performance.now() - start;
  });
  assert.ok(Math.min(...times) < 100, `${times} ms`);
});
