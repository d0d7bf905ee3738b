import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const kgraph = load("data.js", "search.js");

const nodes = ["Text-to-image generation", "Image", "BERT", "Diffusion model", "Class"].map((label, id) => ({
  id,
  label,
}));
nodes[2].names = ["Bidirectional encoder", "mBERT"];
const index = kgraph.searchIndex(nodes);
const labels = (text, limit = 9) => kgraph.search(index, text, limit).map(({ node }) => node.label);

test("a name is compared without case, accents, hyphens and a plural s, but keeps a double s", () => {
  assert.equal(kgraph.fold("Text‑to‑Images"), "text to image");
  assert.equal(kgraph.fold("Résumés"), "resume");
  assert.equal(kgraph.fold("Class"), "class");
  assert.equal(kgraph.fold("C++ & C#"), "c++ c#");
});

test("the same name comes before its beginning, that before a word inside", () => {
  assert.deepEqual(labels("image"), ["Image", "Text-to-image generation"]);
  assert.deepEqual(labels("texttoimage"), ["Text-to-image generation"]);
});

test("a node is found once, by the name that fits best", () => {
  assert.deepEqual(
    kgraph.search(index, "bert", 9).map(({ node, name, fit }) => [node.id, name, fit]),
    [[2, "BERT", 0]],
  );
  assert.equal(kgraph.search(index, "encoder", 9)[0].name, "Bidirectional encoder");
});

test("the words of a query may stand in any order", () => {
  assert.deepEqual(labels("generation image"), ["Text-to-image generation"]);
});

test("of equal fits the more important come first, as many as were asked for", () => {
  const alike = kgraph.searchIndex([3, 1, 2, 0].map((id) => ({ id, label: `Net ${id}` })));
  assert.deepEqual(
    kgraph.search(alike, "net", 3).map(({ node }) => node.id),
    [0, 1, 2],
  );
});

test("a query without letters or digits finds nothing", () => {
  for (const text of ["", "  ", "-", "\u0000", "\u202e", "💥"]) assert.deepEqual(labels(text), []);
});

test("a name of a million characters is searched in no time", () => {
  const long = kgraph.searchIndex([{ id: 0, label: "x".repeat(1_000_000) }]);
  assert.equal(kgraph.search(long, "x".repeat(1_000_000), 1).length, 1);
});

test("a paper is found by its title, its id, and the link to it", () => {
  const paper = { id: 0, kind: "Paper", key: "paper/1810.04805", label: "BERT: Pre-training of Transformers" };
  const papers = kgraph.searchIndex([paper, { id: 1, kind: "Method", key: "method/bert", label: "BERT" }]);
  const first = (text) => kgraph.search(papers, text, 9)[0]?.node.key;
  for (const text of ["pre training of", "1810.04805", "arXiv:1810.04805v2", "https://arxiv.org/pdf/1810.04805.pdf"])
    assert.equal(first(text), "paper/1810.04805", text);
  assert.equal(first("bert"), "method/bert");
});

test("fifty thousand nodes are searched in a moment, a letter or a name", () => {
  const many = Array.from({ length: 50_000 }, (_, id) => ({
    id,
    label: `Node ${id} of Things`,
    names: [`alias-${id}`],
  }));
  const large = kgraph.searchIndex(many);
  kgraph.search(large, "first", 12);
  for (const text of ["n", "alias 4999", "no such thing"]) {
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      kgraph.search(large, text, 12);
      return performance.now() - start;
    });
    assert.ok(Math.min(...times) < 100, `${text}: ${times} ms`);
  }
});
