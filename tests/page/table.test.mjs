import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

globalThis.document = {}; // nothing here draws
const kgraph = load("data.js", "elements.js", "table.js");

const graph = { topics: [{ topic: 3, hub: 1 }], nodes: [] };
const add = (name, more) => graph.nodes.push({ id: graph.nodes.length, key: `k/${graph.nodes.length}`, name, ...more });
add("b", { kind: "Method", papers: 2, degree: 9, firstDate: "2021-03", lastDate: "2023", topic: 3 });
add("A", { kind: "Task", papers: 10, degree: 4, topic: 3 });
add("c, d", { kind: "Paper", degree: 4, date: "--10-26", topic: 7 });
add("C", { kind: "Paper", degree: 1, date: "2022-05-01", topic: 7 });

const order = (column, descending = false) =>
  kgraph
    .sortRows(graph.nodes, graph, { column, descending })
    .map(({ id }) => id)
    .join("");

test("rows are sorted by number, by name whatever the case, and by date", () => {
  assert.equal(order("name"), "1032");
  assert.equal(order("name", true), "2301");
  assert.equal(order("kind"), "0231");
  assert.equal(order("first"), "0312");
});

test("rows of equal value stay in their order of importance, both ways", () => {
  assert.equal(order("links"), "3120");
  assert.equal(order("links", true), "0123");
});

test("rows without a value, or with a date without a year, come last both ways", () => {
  assert.equal(order("papers"), "0123");
  assert.equal(order("papers", true), "1023");
  assert.equal(order("first", true), "3012");
  assert.equal(order("topic"), "0123");
});

test("fifty thousand rows are sorted in less than a second", () => {
  const many = Array.from({ length: 50_000 }, (_, id) => ({ id, name: `Name ${(id * 7919) % 50_000}`, kind: "Task" }));
  const begun = performance.now();
  const [first] = kgraph.sortRows(many, graph, { column: "name", descending: false });
  assert.ok(performance.now() - begun < 1000);
  assert.equal(first.name, "Name 0");
});

/** CSV read by RFC 4180 alone: records of fields, quoted or not. */
function readCsv(text) {
  const rows = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const fields = rows.at(-1);
    if (quoted && text[i] === '"' && text[i + 1] === '"') fields[fields.length - 1] += text[i++];
    else if (text[i] === '"') quoted = !quoted;
    else if (quoted) fields[fields.length - 1] += text[i];
    else if (text[i] === ",") fields.push("");
    else if (text.startsWith("\r\n", i)) {
      rows.push([""]);
      i++;
    } else fields[fields.length - 1] += text[i];
  }
  assert.deepEqual(rows.pop(), [""], "the last line ends too");
  return rows;
}

test("the CSV has a byte order mark, a header and a line for each row, and can be read back", () => {
  const text = kgraph.tableCsv(graph.nodes, graph);
  assert.equal(text[0], "\ufeff");
  assert.deepEqual(readCsv(text.slice(1)), [
    ["key", "name", "kind", "papers", "links", "first", "last", "topic"],
    ["k/0", "b", "Method", "2", "9", "2021-03", "2023", "A"],
    ["k/1", "A", "Task", "10", "4", "", "", "A"],
    ["k/2", "c, d", "Paper", "", "4", "'--10-26", "'--10-26", ""],
    ["k/3", "C", "Paper", "", "1", "2022-05-01", "2022-05-01", ""],
  ]);
});

test("no cell begins like a formula, and each is read back whole", () => {
  for (const text of ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "＋1", "－1", "＠x"]) {
    const [[cell]] = readCsv(`${kgraph.csvCell(text)}\r\n`);
    assert.equal(cell, `'${text}`);
  }
  for (const text of ['say "no"', "a,b", "a\r\nb", "", "1-2", "e=mc²", "👩\u200d💻"])
    assert.equal(readCsv(`${kgraph.csvCell(text)}\r\n`)[0][0], text);
  assert.equal(kgraph.csvCell("a\0b\ud800"), "ab\ufffd");
  assert.equal(kgraph.csvCell(-3), "-3");
});
