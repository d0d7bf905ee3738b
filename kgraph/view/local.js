// The neighbourhood of one node laid out for itself: the node in the middle, what it is linked to around it.
"use strict";

(() => {
  const NODES = { least: 12, most: 64 }; // how many are laid out at once
  const SHARE = { 1: 6_700, 2: 7_900 }; // square pixels of the screen for each, so that all can have their names
  const INNER = 0.4; // of these, those one step away where there are two
  const ROOM = { width: 156, height: 56 }; // of a symbol and its label, in map units: pixels at scale 1

  /**
   * Lay out a node and its neighbours within `steps` (1 or 2) over edges and nodes that pass: `{nodes, places, left}`
   * with `places` as `map.show` takes them and in `left` how many found no room. Neighbours of one relation lie
   * together, the more important nearer; those two steps away lie outside, behind one that they are linked to.
   * `width` and `height` are those of the free screen, in pixels.
   */
  function localLayout(graph, id, steps, passes, { width, height }) {
    const share = SHARE[steps];
    const most = Math.min(NODES.most, Math.max(NODES.least, Math.round((0.6 * width * height) / share)));
    const aspect = Math.max(0.5, width / Math.max(height, 1));
    const { first, second } = neighbourhood(graph, id, steps, passes);
    // Of two steps both are shown, also where the first alone would fill the room.
    const inner = second.length ? Math.max(INNER * most, most - 1 - second.length) : most - 1;
    const one = first.slice(0, Math.ceil(inner));
    const near = new Set(one.map((node) => node.id));
    const two = second.filter(({ behind }) => near.has(behind)).slice(0, most - 1 - one.length);
    const slots = slotsAround(one.length + two.length, aspect);
    const places = new Map([[id, { x: 0, y: 0 }]]);
    const put = (node, { x, y }) => places.set(node.id, { x, y });

    const around = slots.slice(0, one.length).sort(byAngle);
    for (const group of inOrder(one, (node) => node.group)) {
      const room = around.splice(0, group.length).sort((a, b) => a.distance - b.distance || byAngle(a, b));
      group.forEach((node, i) => put(node, room[i]));
    }
    const angle = ({ behind }) => Math.atan2(places.get(behind).y, places.get(behind).x);
    const outer = slots.slice(one.length).sort(byAngle);
    two.sort((a, b) => angle(a) - angle(b) || a.id - b.id).forEach((node, i) => put(node, outer[i]));
    return {
      nodes: [...places.keys()].sort((a, b) => a - b).map((known) => graph.nodes[known]),
      places,
      left: first.length + second.length - one.length - two.length,
    };
  }

  /** Those one step away with their relation (`group`), and those two away with the first that they are `behind`. */
  function neighbourhood(graph, id, steps, passes) {
    const around = (from) =>
      graph.links[from]
        .filter(({ edge, other }) => other !== from && passes.edge(edge) && passes.node(graph.nodes[other]))
        .sort((a, b) => a.other - b.other);
    const known = new Set([id]);
    const first = [];
    for (const { edge, other, out } of around(id)) {
      if (known.has(other)) continue;
      known.add(other);
      first.push({ id: other, group: `${edge.relation} ${out ? 0 : 1}` });
    }
    const second = [];
    if (steps > 1)
      for (const { id: behind } of first)
        for (const { other } of around(behind)) {
          if (known.has(other)) continue;
          known.add(other);
          second.push({ id: other, behind });
        }
    return { first, second: second.sort((a, b) => a.id - b.id) };
  }

  /** The items in groups, the group with the name that sorts first first; items keep their order. */
  function inOrder(items, nameOf) {
    const groups = new Map();
    for (const item of items) {
      if (!groups.has(nameOf(item))) groups.set(nameOf(item), []);
      groups.get(nameOf(item)).push(item);
    }
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  }

  const byAngle = (a, b) => a.angle - b.angle || a.distance - b.distance;

  /** The `count` places nearest to the middle on a grid like a wall's bricks: each has room for one label. */
  function slotsAround(count, aspect) {
    const reach = Math.ceil(Math.sqrt(count)) + 2;
    const rows = Math.ceil((reach * ROOM.width) / ROOM.height);
    const slots = [];
    for (let row = -rows; row <= rows; row++)
      for (let column = -reach; column <= reach; column++) {
        const x = (column + (row % 2 ? 0.5 : 0)) * ROOM.width;
        const y = row * ROOM.height;
        const distance = Math.hypot(x / aspect, y);
        // The chosen node, its ring and its label need more room.
        if (Math.abs(x) < ROOM.width && Math.abs(y) < 2 * ROOM.height) continue;
        slots.push({ x, y, distance, angle: Math.atan2(y, x) });
      }
    return slots.sort((a, b) => a.distance - b.distance || a.angle - b.angle).slice(0, count);
  }

  Object.assign(kgraph, { localLayout });
})();
