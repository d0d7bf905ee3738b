import assert from "node:assert/strict";
import test from "node:test";
import { deflateRawSync } from "node:zlib";
import { load } from "./load.mjs";

const kgraph = load("data.js");

const tables = {
  texts: [[1, "abstract", "😀 We use BERT."]],
  edges: [[[0, 0.75, 0, 1, 9, 13]]],
  aliases: {
    0: [
      ["BERT", "label", 0, ""],
      ["BERT", "override", 0, "Its authors say so"],
    ],
  },
  apart: {},
};

test("a name is shown on one line, without what turns or hides text, but with the joiners of emoji", () => {
  assert.equal(kgraph.visibleText("a\nb\tc"), "a b c");
  assert.equal(kgraph.visibleText("\u202eabc\u2066\u0000\u200b"), "abc");
  assert.equal(kgraph.visibleText("👩\u200d💻"), "👩\u200d💻");
  assert.equal(kgraph.visibleText("\u202e \u0007"), "(no visible name)");
});

test("evidence is told with its paper, field, text, score and marks", () => {
  assert.deepEqual(kgraph.evidenceOf(tables, { id: 0 }), [
    {
      paper: 1,
      field: "abstract",
      text: "😀 We use BERT.",
      score: 0.75,
      marks: [
        [0, 1],
        [9, 13],
      ],
    },
  ]);
});

test("a name has all its reasons, a person's with the words", () => {
  const [alias, ...others] = kgraph.aliasesOf(tables, { id: 0 });
  assert.deepEqual(others, []);
  assert.deepEqual([alias.name, [...alias.rules]], ["BERT", ["label", "override: Its authors say so"]]);
  assert.deepEqual(kgraph.aliasesOf(tables, { id: 5 }), []);
});

/** Why not, where this Node's streams do not know the format that browsers do. */
function withoutRawDeflate() {
  try {
    new DecompressionStream("deflate-raw");
    return false;
  } catch {
    return "this Node reads no deflate-raw";
  }
}

test("evidence that travels compressed is read as it was", { skip: withoutRawDeflate() }, async () => {
  const packed = deflateRawSync(JSON.stringify(tables)).toString("base64");
  globalThis.document = { getElementById: () => ({ textContent: JSON.stringify(packed) }) };
  assert.deepEqual(await kgraph.readEvidence(), tables);
});
