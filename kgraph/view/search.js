// Finding nodes by any of their names, whatever the case, the hyphens and a plural s.
"use strict";

(() => {
  const FITS = 5; // from 0, the same, to 4, all words somewhere
  // What stands before a paper's id where people copy it from, and behind it.
  const BEFORE_ID =
    /^\s*(?:arxiv:|doi:|https?:\/\/(?:www\.)?(?:arxiv\.org\/(?:abs|pdf|html)|doi\.org|aclanthology\.org)\/)/i;
  const BEHIND_ID = /(?:v\d+)?(?:\.pdf)?\/?\s*$/i;

  /** The text as it is compared: no case or accents, words apart by single spaces, no plural s. */
  function fold(text) {
    let folded = text.slice(0, 300);
    if (/^[\x20-\x7e]*$/.test(folded)) folded = folded.toLowerCase().replace(/[^a-z0-9+#]+/g, " ");
    else
      folded = folded
        .normalize("NFKD")
        .replace(/\p{M}/gu, "")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}+#]+/gu, " ");
    return folded.trim().replace(/([^ ]{2}[^ s])s(?= |$)/g, "$1");
  }

  const tight = (folded) => folded.replaceAll(" ", "");

  /** What `search` looks through: every name of every node, and a paper's id; folded when first needed. */
  function searchIndex(nodes) {
    return nodes.map((node) => ({ node, names: null })).sort((a, b) => a.node.id - b.node.id);
  }

  function namesOf(entry) {
    const { node } = entry;
    const id = node.kind === "Paper" ? [node.key.slice(node.key.indexOf("/") + 1)] : [];
    entry.names ??= [node.label, ...(node.names ?? []), ...id].map((name) => {
      const folded = fold(name);
      return { name, spaced: ` ${folded}`, tight: tight(folded) };
    });
    return entry.names;
  }

  /** Fold the names of all nodes in pauses, so that the first search need not. */
  function prepareSearch(index, from = 0) {
    const pause = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 50));
    if (from >= index.length) return;
    pause(() => {
      index.slice(from, from + 500).forEach(namesOf);
      prepareSearch(index, from + 500);
    });
  }

  /** How well a name fits the query: 0 the same, 1 its beginning, 2 a word's beginning, 3 inside; null not. */
  function fit(name, query, queryTight, words) {
    const at = name.tight.indexOf(queryTight);
    if (at === 0) return name.tight.length === queryTight.length ? 0 : 1;
    if (at > 0) return name.spaced.includes(query) ? 2 : 3;
    return words.length > 1 && words.every((word) => name.spaced.includes(word)) ? 4 : null;
  }

  /**
   * The best `limit` nodes for a query: `{node, name, fit}`, the better fit first, then the more
   * important node. `name` is the one that fits best, the label where names fit alike.
   */
  function search(index, text, limit) {
    const query = fold(BEFORE_ID.test(text) ? text.replace(BEFORE_ID, "").replace(BEHIND_ID, "") : text);
    const queryTight = tight(query);
    if (!queryTight) return [];
    const words = query.split(" ");
    const found = Array.from({ length: FITS }, () => []); // by fit; the index is in order of importance
    for (const entry of index) {
      let best = null;
      let name = null;
      for (const tried of entry.names ?? namesOf(entry)) {
        const value = fit(tried, ` ${query}`, queryTight, words);
        if (value !== null && (best === null || value < best)) [best, name] = [value, tried.name];
      }
      if (best !== null && found[best].length < limit) found[best].push({ node: entry.node, name, fit: best });
    }
    return found.flat().slice(0, limit);
  }

  Object.assign(kgraph, { fold, searchIndex, prepareSearch, search });
})();
