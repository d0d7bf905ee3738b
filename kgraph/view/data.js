// The graph as the page's script sees it: nodes, links between them, and the evidence for each.
"use strict";
globalThis.kgraph = {};

(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);

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
   * All data of the page. `nodes` are in order of importance and a node's id is its position;
   * `links[id]` are the node's edges, each with the node at the other end.
   */
  function readGraph() {
    const nodes = read("nodes");
    const edges = read("edges");
    const about = read("about");
    const links = nodes.map(() => []);
    const pairs = new Map();
    edges.forEach((edge, id) => {
      edge.id = id;
      links[edge.from].push({ edge, other: edge.to, out: true });
      links[edge.to].push({ edge, other: edge.from, out: false });
      if (edge.from === edge.to) return;
      const [from, to] = edge.from < edge.to ? [edge.from, edge.to] : [edge.to, edge.from];
      const key = from * nodes.length + to;
      const pair = pairs.get(key);
      if (pair) pair.edges.push(edge);
      else pairs.set(key, { id: key, from, to, edges: [edge] });
    });
    fillScreen(nodes, about.backbone);
    for (const node of nodes) {
      node.name = visibleText(node.label);
      node.hub = false;
    }
    for (const topic of about.topics) nodes[topic.hub].hub = true;
    return {
      nodes,
      edges,
      links,
      pairs: [...pairs.values()], // one line on the map for all edges between two nodes
      topics: about.topics,
      total: about.total,
      backbone: about.backbone,
      byKey: new Map(nodes.map((node) => [node.key, node])),
      neighbours: (id) => [...new Set(links[id].map((link) => link.other))].filter((other) => other !== id),
    };
  }

  async function inflate(base64) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Response(stream).text();
  }

  let tables = null;

  /** The evidence tables, read once and when first needed: they are most of the page. */
  function readEvidence() {
    tables ??= (async () => {
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

  Object.assign(kgraph, { visibleText, readGraph, readEvidence, evidenceOf, aliasesOf });
})();
