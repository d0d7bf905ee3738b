import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const kgraph = load("data.js", "path.js");
const everything = { edge: () => true };

/** A graph of nodes by name, "P..." a paper and "%..." a metric, and edges `[from, relation, to, support]`. */
function graphOf(edges) {
  const names = [...new Set(edges.flatMap(([from, , to]) => [from, to]))];
  const kind = (label) => (label[0] === "P" ? "Paper" : label[0] === "%" ? "Metric" : "Method");
  const nodes = names.map((label, id) => ({ id, label, kind: kind(label) }));
  const links = nodes.map(() => []);
  edges.forEach(([head, relation, tail, support = 1], id) => {
    const edge = { id, from: names.indexOf(head), to: names.indexOf(tail), relation, support, score: 0.5 };
    links[edge.from].push({ edge, other: edge.to, out: true });
    links[edge.to].push({ edge, other: edge.from, out: false });
  });
  return { nodes, links, id: (label) => names.indexOf(label) };
}

const way = (graph, from, to, passes = everything) =>
  kgraph
    .shortestPath(graph, graph.id(from), graph.id(to), passes)
    ?.map(({ edge, node, out }) => `${out ? "" : "^"}${edge.relation} ${node.label}`) ?? null;

test("a path tells each edge, the way it was taken, and where it leads", () => {
  const graph = graphOf([
    ["a", "isA", "b"],
    ["c", "partOf", "b"],
  ]);
  assert.deepEqual(way(graph, "a", "c"), ["isA b", "^partOf c"]);
  assert.deepEqual(way(graph, "c", "a"), ["partOf b", "^isA a"]);
});

test("there is no path where nothing links the two, and an empty one from a node to itself", () => {
  const graph = graphOf([
    ["a", "isA", "b"],
    ["c", "isA", "d"],
  ]);
  assert.equal(way(graph, "a", "d"), null);
  assert.deepEqual(way(graph, "a", "a"), []);
});

test("a relation between two concepts is preferred to a paper that names both", () => {
  const graph = graphOf([
    ["P", "uses", "a"],
    ["P", "uses", "c"],
    ["a", "isA", "b"],
    ["b", "isA", "c"],
  ]);
  assert.deepEqual(way(graph, "a", "c"), ["isA b", "isA c"]);
});

test("a paper that names both is preferred to many relations in a row", () => {
  const chain = ["a", "b", "c", "d", "e", "f"].map((name, i, all) => [name, "isA", all[i + 1]]).slice(0, -1);
  const graph = graphOf([...chain, ["P", "introduces", "a"], ["P", "uses", "f"]]);
  assert.deepEqual(way(graph, "a", "f"), ["^introduces P", "uses f"]);
});

test("of ways as long the better supported is taken, also between the same two nodes", () => {
  const graph = graphOf([
    ["a", "isA", "b", 1],
    ["b", "isA", "d", 1],
    ["a", "isA", "c", 3],
    ["c", "isA", "d", 1],
    ["c", "partOf", "d", 9],
  ]);
  assert.deepEqual(way(graph, "a", "d"), ["isA c", "partOf d"]);
});

test("a way by what all share is avoided, and so is one by a metric", () => {
  const crowd = Array.from({ length: 60 }, (_, i) => [`other ${i}`, "isA", "hub"]);
  const graph = graphOf([
    ...crowd,
    ["a", "isA", "hub", 9],
    ["b", "isA", "hub", 9],
    ["a", "measuredBy", "%", 9],
    ["b", "measuredBy", "%", 9],
    ["a", "isA", "quiet", 2],
    ["b", "isA", "quiet", 2],
  ]);
  assert.deepEqual(way(graph, "a", "b"), ["isA quiet", "^isA b"]);
});

test("an edge that is filtered out is not taken", () => {
  const graph = graphOf([
    ["a", "isA", "b"],
    ["a", "uses", "c"],
    ["c", "uses", "b"],
  ]);
  const passes = { edge: ({ relation }) => relation !== "isA" };
  assert.deepEqual(way(graph, "a", "b", passes), ["uses c", "uses b"]);
  assert.equal(way(graph, "a", "b", { edge: () => false }), null);
});

test("the costs of a path are the least there are, and finding it in a large graph takes no time", () => {
  // Against Floyd and Warshall's way, on a graph drawn by lot.
  let seed = 7;
  const lot = (n) => {
    seed = (seed * 16807) % 2147483647;
    return seed % n;
  };
  const edges = Array.from({ length: 90 }, () => [`n${lot(30)}`, "isA", `n${lot(30)}`, 1 + lot(5)]);
  const graph = graphOf(edges.filter(([from, , to]) => from !== to));
  const count = graph.nodes.length;
  const step = ({ edge }) => 1 + 0.5 / edge.support + 0.25;
  const through = (id) => Math.log2(1 + graph.links[id].length) / 4;
  const least = graph.nodes.map((_, a) => graph.nodes.map((_, b) => (a === b ? 0 : Infinity)));
  graph.links.forEach((links, a) => {
    for (const link of links) least[a][link.other] = Math.min(least[a][link.other], step(link));
  });
  for (let k = 0; k < count; k++)
    for (let a = 0; a < count; a++)
      for (let b = 0; b < count; b++)
        if (a !== k && b !== k) least[a][b] = Math.min(least[a][b], least[a][k] + through(k) + least[k][b]);
  for (let a = 0; a < count; a++)
    for (let b = 0; b < count; b++) {
      const path = kgraph.shortestPath(graph, a, b, everything);
      if (path === null) assert.equal(least[a][b], Infinity);
      else {
        const passed = path.slice(0, -1).reduce((sum, { node }) => sum + through(node.id), 0);
        const cost = path.reduce((sum, link) => sum + step(link), passed);
        assert.ok(Math.abs(cost - least[a][b]) < 1e-9, `${a} to ${b}: ${cost}, not ${least[a][b]}`);
      }
    }
  const many = 50_000;
  const large = graphOf([["n0", "isA", "n1"]]);
  large.nodes = Array.from({ length: many }, (_, id) => ({ id, label: `n${id}`, kind: "Method" }));
  large.links = large.nodes.map(() => []);
  for (let id = 0; id < 4 * many; id++) {
    const edge = { id, from: lot(many), to: lot(many), relation: "isA", support: 1, score: 0.5 };
    large.links[edge.from].push({ edge, other: edge.to, out: true });
    large.links[edge.to].push({ edge, other: edge.from, out: false });
  }
  const begun = performance.now();
  kgraph.shortestPath(large, 0, many - 1, everything);
  assert.ok(performance.now() - begun < 3000);
});
