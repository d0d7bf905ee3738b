// Finding nodes by any of their names, whatever the case, the hyphens and a plural s.
"use strict";

(() => {
  /** The text as it is compared: no case or accents, words apart by single spaces, no plural s. */
  function fold(text) {
    return text
      .slice(0, 300)
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}+#]+/gu, " ")
      .trim()
      .split(" ")
      .map((word) => (word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word))
      .join(" ");
  }

  const tight = (folded) => folded.replaceAll(" ", "");

  /** What `search` looks through: every name of every node, folded. */
  function searchIndex(nodes) {
    return nodes.map((node) => ({
      node,
      names: [node.label, ...(node.names ?? [])].map((name) => {
        const folded = fold(name);
        return { name, folded, tight: tight(folded) };
      }),
    }));
  }

  /** How well a name fits the query: 0 the same, 1 its beginning, 2 a word's beginning, 3 inside; null not. */
  function fit(name, query, queryTight) {
    if (name.tight === queryTight) return 0;
    if (name.tight.startsWith(queryTight)) return 1;
    if (` ${name.folded}`.includes(` ${query}`)) return 2;
    if (name.tight.includes(queryTight)) return 3;
    const words = query.split(" ");
    return words.length > 1 && words.every((word) => name.folded.includes(word)) ? 4 : null;
  }

  /**
   * The best `limit` nodes for a query: `{node, name, fit}`, the better fit first, then the more
   * important node. `name` is the one that fits best, the label where names fit alike.
   */
  function search(index, text, limit) {
    const query = fold(text);
    const queryTight = tight(query);
    if (!queryTight) return [];
    const found = [];
    for (const { node, names } of index) {
      let best = null;
      for (const name of names) {
        const value = fit(name, query, queryTight);
        if (value !== null && (best === null || value < best.fit)) best = { node, name: name.name, fit: value };
      }
      if (best) found.push(best);
    }
    return found.sort((a, b) => a.fit - b.fit || a.node.id - b.node.id).slice(0, limit);
  }

  Object.assign(kgraph, { fold, searchIndex, search });
})();
