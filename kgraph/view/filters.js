// Which nodes and links pass the filters, and how many each filter would show: quick at 50,000 nodes.
"use strict";

(() => {
  // What a paper does with a concept: the relation from it, and how the concept's role is called.
  const ROLES = { introduces: "Introduced", uses: "Used", compares: "Compared", mentions: "Mentioned" };
  const RELATIONS = ["usedFor", "evaluatedOn", "measuredBy", "comparedWith", "partOf", "isA", "benchmarkFor"];
  const FOREVER = 99_991_231;

  const known = new WeakMap();

  /** The different values, those of `order` first, the others sorted. */
  function distinct(values, order) {
    const present = new Set(values);
    const rest = [...present].filter((value) => !order.includes(value)).sort();
    return [...order.filter((value) => present.has(value)), ...rest];
  }

  /**
   * The first and the last day that a date may mean, as numbers like 20240131: of `2024-01` both ends
   * of the month. Null where the year is not known.
   */
  function daysOf(date) {
    const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(date ?? "") ?? [];
    if (!year) return null;
    return [Number(year + (month ?? "01") + (day ?? "01")), Number(year + (month ?? "12") + (day ?? "31"))];
  }

  /** For each edge the position of its pair of nodes, -1 from a node to itself: without a map, which is slow. */
  function pairOfEach(edges, pairs, count) {
    const chains = (items, lower) => {
      const [head, next] = [new Int32Array(count).fill(-1), new Int32Array(items.length)];
      items.forEach((item, i) => {
        next[i] = head[lower(item)];
        head[lower(item)] = i;
      });
      return [head, next];
    };
    const [firstPair, nextPair] = chains(pairs, ({ from }) => from);
    const [firstEdge, nextEdge] = chains(edges, ({ from, to }) => Math.min(from, to));
    const found = new Int32Array(edges.length).fill(-1);
    const at = new Int32Array(count); // the pair of the node in hand and this other one
    for (let id = 0; id < count; id++) {
      for (let i = firstPair[id]; i >= 0; i = nextPair[i]) at[pairs[i].to] = i;
      for (let i = firstEdge[id]; i >= 0; i = nextEdge[i]) {
        const other = Math.max(edges[i].from, edges[i].to);
        if (other !== id) found[i] = at[other];
      }
    }
    return found;
  }

  /** The graph as columns of numbers, made once. */
  function columns(graph) {
    if (known.has(graph)) return known.get(graph);
    const { nodes, edges, pairs } = graph;
    const kinds = distinct(
      nodes.map((node) => node.kind),
      kgraph.KINDS,
    );
    const relations = distinct(
      edges.map((edge) => edge.relation),
      [...Object.keys(ROLES), ...RELATIONS],
    );
    const kindAt = new Map(kinds.map((kind, i) => [kind, i]));
    const relationAt = new Map(relations.map((relation, i) => [relation, i]));
    const days = nodes.map((node) => (node.kind === "Paper" ? daysOf(node.date) : null));
    const table = {
      kinds,
      relations,
      kind: Uint8Array.from(nodes, (node) => kindAt.get(node.kind)),
      paper: kindAt.get("Paper") ?? -1,
      first: Int32Array.from(days, (day) => day?.[0] ?? 0), // 0: not known
      last: Int32Array.from(days, (day) => day?.[1] ?? 0),
      from: Int32Array.from(edges, (edge) => edge.from),
      to: Int32Array.from(edges, (edge) => edge.to),
      relation: Uint16Array.from(edges, (edge) => relationAt.get(edge.relation)),
      pair: pairOfEach(edges, pairs, nodes.length),
      role: Uint8Array.from(relations, (relation) => (Object.hasOwn(ROLES, relation) ? 1 : 0)),
    };
    known.set(graph, table);
    return table;
  }

  /**
   * Pass the graph through the filters of a state once. `node` and `pair` hold 1 for what passes,
   * `hiddenRelation` 1 for relations left out; `kinds` and `links` count what passes, by kind and relation.
   */
  function sift(graph, { hidden, relations: without, least, from: begin, to: end, undated }) {
    const { kinds, relations, kind, paper, first, last, from, to, relation, pair, role } = columns(graph);
    const hiddenKind = Uint8Array.from(kinds, (name) => (hidden.has(name) ? 1 : 0));
    const hiddenRelation = Uint8Array.from(relations, (name) => (without.has(name) ? 1 : 0));
    const dated = Boolean(begin || end);
    const byRole = role.some((is, i) => is && hiddenRelation[i]);
    const [earliest, latest] = [daysOf(begin)?.[0] ?? 0, daysOf(end)?.[1] ?? FOREVER];
    const count = kind.length;

    const inTime = (id) => !dated || (first[id] ? last[id] >= earliest && first[id] <= latest : undated);
    // Of concepts: 1 where papers name it, 2 where one does that is in time, in a role that is shown.
    const named = new Uint8Array(count);
    if (dated || byRole)
      for (let i = 0; i < from.length; i++) {
        const head = from[i];
        if (kind[head] !== paper || !role[relation[i]] || named[to[i]] === 2) continue;
        named[to[i]] = !hiddenRelation[relation[i]] && inTime(head) ? 2 : 1;
      }
    const node = new Uint8Array(count);
    for (let id = 0; id < count; id++) {
      if (hiddenKind[kind[id]]) continue;
      if (kind[id] === paper) node[id] = inTime(id) ? 1 : 0;
      else if ((dated || byRole) && named[id] !== 2) node[id] = named[id] === 0 && undated && !byRole ? 1 : 0;
      else node[id] = 1;
    }

    // Links are counted among what has passed so far, between two nodes once, as the panel counts them.
    const shownPair = new Uint8Array(graph.pairs.length);
    const degree = new Int32Array(count);
    for (let i = 0; i < from.length; i++) {
      if (hiddenRelation[relation[i]] || !node[from[i]] || !node[to[i]] || pair[i] < 0 || shownPair[pair[i]]) continue;
      shownPair[pair[i]] = 1;
      degree[from[i]]++;
      degree[to[i]]++;
    }
    const byKind = new Int32Array(kinds.length);
    for (let id = 0; id < count; id++) {
      if (degree[id] < least) node[id] = 0;
      if (node[id]) byKind[kind[id]]++;
    }
    const byRelation = new Int32Array(relations.length);
    for (let i = 0; i < from.length; i++) {
      if (hiddenRelation[relation[i]]) continue;
      if (node[from[i]] && node[to[i]]) byRelation[relation[i]]++;
      else if (pair[i] >= 0) shownPair[pair[i]] = 0;
    }
    return { node, pair: shownPair, hiddenRelation, byKind, byRelation };
  }

  /**
   * What passes the filters: `node(node)` and `edge(edge)` tell it of one, `nodes`, `edges` and `pairs`
   * are all that pass, in their order.
   */
  function passes(graph, state) {
    const { node, pair, hiddenRelation } = sift(graph, state);
    const { relation } = columns(graph);
    const edge = ({ id, from, to }) => node[from] === 1 && node[to] === 1 && !hiddenRelation[relation[id]];
    const everything = !kgraph.isFiltered(state);
    return {
      node: ({ id }) => node[id] === 1,
      edge,
      nodes: everything ? graph.nodes : graph.nodes.filter(({ id }) => node[id]),
      edges: everything ? graph.edges : graph.edges.filter(edge),
      pairs: everything ? graph.pairs : graph.pairs.filter((_, i) => pair[i]),
    };
  }

  /**
   * How many there are beside each filter: nodes by kind, links by relation, with all other filters as
   * they are and this one open. `undated`: nodes that only the box for undated ones lets in.
   */
  function filterCounts(graph, state) {
    const { kinds, relations } = columns(graph);
    const now = sift(graph, state);
    const open = (set, value) => new Set([...set].filter((other) => other !== value));
    const ofKind = (name, i) =>
      (state.hidden.has(name) ? sift(graph, { ...state, hidden: open(state.hidden, name) }) : now).byKind[i];
    const ofRelation = (name, i) =>
      (state.relations.has(name) ? sift(graph, { ...state, relations: open(state.relations, name) }) : now).byRelation[
        i
      ];
    const range = { ...state, from: state.from || (state.to ? "" : "0001") };
    const sum = (undated) => sift(graph, { ...range, undated }).byKind.reduce((a, b) => a + b, 0);
    return {
      kinds: new Map(kinds.map((name, i) => [name, ofKind(name, i)])),
      relations: new Map(relations.map((name, i) => [name, ofRelation(name, i)])),
      undated: sum(true) - sum(false),
    };
  }

  /** The first and the last day of all papers' dates, as `YYYY-MM-DD`; null where none has a year. */
  function dateSpan(graph) {
    const { first, last } = columns(graph);
    const known = first.filter((day) => day);
    if (!known.length) return null;
    const text = (day) =>
      String(day)
        .padStart(8, "0")
        .replace(/(....)(..)(..)/, "$1-$2-$3");
    return [text(known.reduce((a, b) => Math.min(a, b))), text(last.reduce((a, b) => Math.max(a, b)))];
  }

  const kindsOf = (graph) => columns(graph).kinds;
  const relationsOf = (graph) => columns(graph).relations;

  Object.assign(kgraph, { ROLES, passes, filterCounts, daysOf, dateSpan, kindsOf, relationsOf });
})();
