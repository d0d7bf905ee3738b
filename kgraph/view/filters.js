// Which nodes and links pass the filters, and how many each filter would show: quick at 50,000 nodes.
"use strict";

(() => {
  // What a paper does with a concept: the relation from it, and how the concept's role is called.
  const ROLES = { introduces: "Introduced", uses: "Used", compares: "Compared", mentions: "Mentioned" };
  const FOREVER = 99_991_231;

  const words = new WeakMap();
  const tables = new WeakMap();

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

  /** The kinds and relations of a graph, in the order in which they are shown. */
  function vocabulary(graph) {
    if (!words.has(graph))
      words.set(graph, {
        kinds: distinct(
          graph.nodes.map((node) => node.kind),
          kgraph.KINDS,
        ),
        relations: distinct(
          graph.edges.map((edge) => edge.relation),
          kgraph.RELATIONS,
        ),
      });
    return words.get(graph);
  }

  /** For each edge the number of its pair of nodes, which is less than that of edges; -1 from a node to itself. */
  function pairOfEach(edges, count) {
    const first = new Int32Array(count).fill(-1); // of each node, a chain of the edges whose lower end it is
    const next = new Int32Array(edges.length);
    edges.forEach(({ from, to }, i) => {
      const lower = Math.min(from, to);
      next[i] = first[lower];
      first[lower] = i;
    });
    const pair = new Int32Array(edges.length).fill(-1);
    const [found, owner] = [new Int32Array(count), new Int32Array(count).fill(-1)];
    let pairs = 0;
    for (let id = 0; id < count; id++)
      for (let i = first[id]; i >= 0; i = next[i]) {
        const other = Math.max(edges[i].from, edges[i].to);
        if (other === id) continue;
        if (owner[other] !== id) [owner[other], found[other]] = [id, pairs++];
        pair[i] = found[other];
      }
    return pair;
  }

  /** The graph as columns of numbers, made once. */
  function columns(graph) {
    if (tables.has(graph)) return tables.get(graph);
    const { nodes, edges } = graph;
    const { kinds, relations } = vocabulary(graph);
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
      pair: pairOfEach(edges, nodes.length),
      role: Uint8Array.from(relations, (relation) => (Object.hasOwn(ROLES, relation) ? 1 : 0)),
    };
    tables.set(graph, table);
    return table;
  }

  /**
   * Pass the graph through the filters of a state once: `node` holds 1 for what passes, `hiddenRelation` 1 for
   * relations that are left out; `byKind` and `byRelation` count the nodes and links that pass.
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
    const counted = new Uint8Array(from.length);
    const degree = new Int32Array(count);
    for (let i = 0; i < from.length; i++) {
      if (hiddenRelation[relation[i]] || !node[from[i]] || !node[to[i]] || pair[i] < 0 || counted[pair[i]]) continue;
      counted[pair[i]] = 1;
      degree[from[i]]++;
      degree[to[i]]++;
    }
    const byKind = new Int32Array(kinds.length);
    for (let id = 0; id < count; id++) {
      if (degree[id] < least) node[id] = 0;
      if (node[id]) byKind[kind[id]]++;
    }
    const byRelation = new Int32Array(relations.length);
    for (let i = 0; i < from.length; i++)
      if (!hiddenRelation[relation[i]] && node[from[i]] && node[to[i]]) byRelation[relation[i]]++;
    return { node, hiddenRelation, byKind, byRelation };
  }

  /** What passes the filters: `node(node)` and `edge(edge)` tell it of one, `nodes` and `edges` are all, in their order. */
  function passes(graph, state) {
    if (!kgraph.isFiltered(state))
      return { node: () => true, edge: () => true, nodes: graph.nodes, edges: graph.edges };
    const { node, hiddenRelation } = sift(graph, state);
    const { relation } = columns(graph);
    const passing = ({ id, from, to }) => node[from] === 1 && node[to] === 1 && !hiddenRelation[relation[id]];
    return {
      node: ({ id }) => node[id] === 1,
      edge: passing,
      nodes: graph.nodes.filter(({ id }) => node[id]),
      edges: graph.edges.filter(passing),
    };
  }

  /** What a count beside a filter would be with this filter open and all others as they are. */
  function opened(graph, state, set, values, column) {
    const now = sift(graph, state);
    const open = (value) => ({ ...state, [set]: new Set([...state[set]].filter((other) => other !== value)) });
    const count = (value, i) => (state[set].has(value) ? sift(graph, open(value)) : now)[column][i];
    return new Map(values.map((value, i) => [value, count(value, i)]));
  }

  /** How many nodes of each kind there are, or would be if the kind was shown. */
  function kindCounts(graph, state) {
    const { kinds } = vocabulary(graph);
    if (kgraph.isFiltered(state)) return opened(graph, state, "hidden", kinds, "byKind");
    const counts = new Map(kinds.map((kind) => [kind, 0]));
    for (const { kind } of graph.nodes) counts.set(kind, counts.get(kind) + 1);
    return counts;
  }

  /** How many links of each relation there are, or would be if the relation was shown. */
  const relationCounts = (graph, state) => opened(graph, state, "relations", vocabulary(graph).relations, "byRelation");

  /** How many nodes a range of dates shows only where undated ones are let in. */
  function undatedCount(graph, state) {
    const range = { ...state, from: state.from || (state.to ? "" : "0001") };
    const sum = (undated) => sift(graph, { ...range, undated }).byKind.reduce((a, b) => a + b, 0);
    return sum(true) - sum(false);
  }

  /** The first and the last day of all papers' dates, as `YYYY-MM-DD`; null where none has a year. */
  function dateSpan(graph) {
    let [least, most] = [FOREVER, 0];
    for (const { kind, date } of graph.nodes) {
      const days = kind === "Paper" ? daysOf(date) : null;
      if (days) [least, most] = [Math.min(least, days[0]), Math.max(most, days[1])];
    }
    return most ? [dayText(least), dayText(most)] : null;
  }

  /** 20240131 as `2024-01-31`. */
  function dayText(day) {
    const digits = String(day).padStart(8, "0");
    return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  }

  const kindsOf = (graph) => vocabulary(graph).kinds;
  const relationsOf = (graph) => vocabulary(graph).relations;

  Object.assign(kgraph, {
    ROLES,
    passes,
    kindCounts,
    relationCounts,
    undatedCount,
    dateSpan,
    daysOf,
    dayText,
    kindsOf,
    relationsOf,
  });
})();
