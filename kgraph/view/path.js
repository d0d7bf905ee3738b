// The way from one node to another that says most: few steps, well supported, not by way of what all share.
"use strict";

(() => {
  // What a step costs. A paper that names two things links them less closely than a sentence that relates them.
  const RELATED = 1;
  const BY_PAPER = { introduces: 1.5, uses: 1.75, compares: 1.75 };
  const MENTIONED = 2;
  const DOUBT = 0.5; // the most that is added for having one paper alone behind it, and for a score of 0
  const HUB = 4; // a hundred links of a node on the way cost nearly two steps
  const METRIC = 1; // what a metric on the way costs: much is measured by the same without having to do with it

  function cost({ relation, support, score }, viaPaper) {
    const doubt = DOUBT / Math.max(support, 1) + DOUBT * (1 - score);
    return (viaPaper ? (BY_PAPER[relation] ?? MENTIONED) : RELATED) + doubt;
  }

  const passing = (node, links) => Math.log2(1 + links) / HUB + (node.kind === "Metric" ? METRIC : 0);

  /** Numbers in a heap: the least cost first, of equal costs the least id. */
  class Heap {
    constructor() {
      this.items = [];
    }

    before(a, b) {
      return a.cost < b.cost || (a.cost === b.cost && a.id < b.id);
    }

    push(item) {
      const { items } = this;
      let at = items.push(item) - 1;
      while (at > 0) {
        const up = (at - 1) >> 1;
        if (!this.before(item, items[up])) break;
        items[at] = items[up];
        at = up;
      }
      items[at] = item;
    }

    pop() {
      const { items } = this;
      const [first] = items;
      const last = items.pop();
      let at = 0;
      while (items.length) {
        let down = 2 * at + 1;
        if (down >= items.length) break;
        if (down + 1 < items.length && this.before(items[down + 1], items[down])) down++;
        if (!this.before(items[down], last)) break;
        items[at] = items[down];
        at = down;
      }
      if (items.length) items[at] = last;
      return first;
    }
  }

  /**
   * The steps from one node to another, `{edge, node, out}` each: the edge taken, the node it leads to, and
   * whether it was taken from head to tail; null where there is none, empty from a node to itself.
   * `passes.edge(edge)` tells whether an edge and both its ends pass the filters. The same graph gives the same path.
   */
  function shortestPath(graph, from, to, passes) {
    const best = new Map([[from, { cost: 0, step: null }]]);
    const done = new Set();
    const heap = new Heap();
    heap.push({ id: from, cost: 0 });
    while (heap.items.length) {
      const { id } = heap.pop();
      if (id === to) return steps(best, from, to);
      if (done.has(id)) continue;
      done.add(id);
      const onTheWay = id === from ? 0 : passing(graph.nodes[id], graph.links[id].length);
      for (const { edge, other, out } of graph.links[id]) {
        if (done.has(other) || !passes.edge(edge)) continue;
        const viaPaper = graph.nodes[id].kind === "Paper" || graph.nodes[other].kind === "Paper";
        const total = best.get(id).cost + onTheWay + cost(edge, viaPaper);
        if (total >= (best.get(other)?.cost ?? Infinity)) continue;
        best.set(other, { cost: total, step: { edge, node: graph.nodes[other], out, before: id } });
        heap.push({ id: other, cost: total });
      }
    }
    return null;
  }

  function steps(best, from, to) {
    const path = [];
    for (let id = to; id !== from; ) {
      const { before, ...step } = best.get(id).step;
      path.unshift(step);
      id = before;
    }
    return path;
  }

  Object.assign(kgraph, { shortestPath });
})();
