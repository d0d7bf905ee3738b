// The graph as the page's script sees it: nodes, links between them, and the evidence for each.
"use strict";
globalThis.kgraph = {};

(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  /** A whole number with commas; toLocaleString is a hundred times slower. */
  const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

  /** Formatting, control and direction characters, which would disturb the lines around a name. */
  const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
  // Joiners between emoji and between letters of some scripts belong to the name.
  const JOINERS = /[\u200c\u200d]/;

  /** The text on one line, without characters that show nothing or turn the direction of others. */
  function visibleText(text) {
    const shown = text.replace(/[\t\n\r]/g, " ").replace(INVISIBLE, (c) => (JOINERS.test(c) ? c : ""));
    return shown.trim() || "(no visible name)";
  }

  /** Turn the map, which is wider than high, for an upright screen, and draw it out to the screen's sides. */
  function fillScreen(nodes, backbone) {
    const wanted = (innerWidth > 720 ? innerWidth - 260 : innerWidth) / innerHeight;
    if (wanted < 0.8) for (const node of nodes) [node.x, node.y] = [node.y, node.x];
    const opening = nodes.slice(0, backbone);
    const span = (values) => Math.max(1, Math.max(...values) - Math.min(...values));
    const ratio = wanted / (span(opening.map((node) => node.x)) / span(opening.map((node) => node.y)));
    for (const node of nodes)
      if (ratio > 1) node.x *= Math.min(ratio, 1.5);
      else node.y *= Math.min(1 / ratio, 1.5);
  }

  /**
   * The records of a table, each with its position as `id`. In the table a field is one list of all records' values
   * (`all`, null where a record has none) or of some records' positions and values (`some`); values of a field in
   * `words` are positions in its list of different texts.
   */
  function records({ count, words, all, some }) {
    const list = Array.from({ length: count }, (_, id) => ({ id }));
    for (const [field, values] of Object.entries(all)) {
      const known = words[field];
      for (let i = 0; i < count; i++) if (values[i] !== null) list[i][field] = known ? known[values[i]] : values[i];
    }
    for (const [field, [ids, values]] of Object.entries(some)) ids.forEach((id, i) => (list[id][field] = values[i]));
    return list;
  }

  /** The edges at each node, each as `{edge, other, out}` with the node at the other end. */
  function linksOf(nodes, edges) {
    const links = nodes.map(() => []);
    for (const edge of edges) {
      links[edge.from].push({ edge, other: edge.to, out: true });
      links[edge.to].push({ edge, other: edge.from, out: false });
    }
    return links;
  }

  /** The value of `make`, made when first asked for: opening a large graph must not wait for all there is to know. */
  function later(make) {
    let value;
    return () => (value ??= make());
  }

  /**
   * All data of the page. `nodes` are in order of importance and a node's id is its position;
   * `links[id]` are the node's edges, each with the node at the other end.
   */
  function readGraph() {
    const nodes = records(read("nodes"));
    const edges = records(read("edges"));
    const about = read("about");
    fillScreen(nodes, about.backbone);
    for (const node of nodes) {
      node.name = visibleText(node.label);
      node.hub = false;
    }
    for (const topic of about.topics) nodes[topic.hub].hub = true;
    const links = later(() => linksOf(nodes, edges));
    const byKey = later(() => new Map(nodes.map((node) => [node.key, node])));
    return {
      nodes,
      edges,
      topics: about.topics,
      total: about.total,
      backbone: about.backbone,
      get links() {
        return links();
      },
      get byKey() {
        return byKey();
      },
      neighbours: (id) => [...new Set(links()[id].map((link) => link.other))].filter((other) => other !== id),
    };
  }

  /** When the whole file has been read: the evidence stands at its end, so that the map need not wait for it. */
  const wholeFile = () =>
    new Promise((done) => {
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", done, { once: true });
      else done();
    });

  async function inflate(base64) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Response(stream).text();
  }

  let tables = null;

  /** The evidence tables, read once and when first needed: they are most of the page. */
  function readEvidence() {
    tables ??= (async () => {
      await wholeFile();
      const data = read("evidence");
      return typeof data === "string" ? JSON.parse(await inflate(data)) : data;
    })();
    return tables;
  }

  /** The evidence of one edge: `{paper, field, text, score, marks}`, marks in characters of the text. */
  function evidenceOf(evidence, edge) {
    return evidence.edges[edge.id].map(([number, score, ...offsets]) => {
      const [paper, field, text] = evidence.texts[number];
      const marks = [];
      for (let i = 0; i < offsets.length; i += 2) marks.push([offsets[i], offsets[i + 1]]);
      return { paper, field, text, score, marks };
    });
  }

  /** A concept's names, each with the reasons why it is one of them and the texts that show it. */
  function aliasesOf(evidence, node) {
    const byName = new Map();
    for (const [name, rule, number, because] of evidence.aliases[node.id] ?? []) {
      const [paper, , text] = evidence.texts[number];
      if (!byName.has(name)) byName.set(name, { name, rules: new Set(), shown: [] });
      byName.get(name).rules.add(because ? `${rule}: ${because}` : rule);
      byName.get(name).shown.push({ paper, text });
    }
    return [...byName.values()];
  }

  Object.assign(kgraph, { number, visibleText, readGraph, readEvidence, evidenceOf, aliasesOf });
})();
