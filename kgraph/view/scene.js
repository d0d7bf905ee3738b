// What is drawn: the nodes and lines of one selection, and how they come onto a canvas.
"use strict";

(() => {
  const MARK = 1;
  const FULL = 2;
  const AT_ONCE = 256; // lines in one path: with more, the browser's own sorting takes longer than it saves
  const SLICE = 2_500; // things drawn before the drawing may pause
  const CLEAR = 4_000; // lines that can be seen at once without thinning them
  const RING = 1.3; // radius of the ring around a symbol, in the symbol's
  const CLEAR_OWN = 40; // the same for those of the chosen node, which are stronger
  const SMALL = 1.6; // pixels: below this radius a mark's shape cannot be told

  const outside = (x, y, u, v, box) =>
    Math.max(x, u) < box.left || Math.min(x, u) > box.right || Math.max(y, v) < box.top || Math.min(y, v) > box.bottom;

  /** How faint lines must be (1 not at all) so that many of them do not drown the nodes. */
  function thinning(lines, box) {
    let count = 0;
    for (let i = 0; i < lines.length; i += 4)
      if (!outside(lines[i], lines[i + 1], lines[i + 2], lines[i + 3], box)) count++;
    return Math.min(1, (CLEAR / Math.max(count, 1)) ** 0.6);
  }

  class Scene {
    /** The nodes and lines of `map.show`; `look` has the colours and radii: it is the map. */
    constructor(look, graph, { full, marks, edges, chosen, near, places }) {
      this.look = look;
      this.graph = graph;
      this.full = full.toSorted((a, b) => b.id - a.id); // the most important last, so on top
      this.marks = marks;
      this.chosen = chosen;
      this.places = places;
      this.passes = edges;
      this.near = new Set(near ?? (chosen === null ? [] : graph.neighbours(chosen)));
      if (chosen !== null) this.near.add(chosen);
      this.drawn = new Uint8Array(graph.nodes.length);
      for (const { id } of marks) this.drawn[id] = MARK;
      for (const { id } of full) this.drawn[id] = FULL;
    }

    /** Where a node is drawn: `{x, y}` in map units. */
    place(node) {
      return this.places?.get(node.id) ?? node;
    }

    /** Whether a node has a symbol and a name of full size: a mark has where it is made to stand out. */
    isFull(id) {
      return this.drawn[id] === FULL || this.standsOut(id);
    }

    standsOut(id) {
      return Boolean(this.look.strong?.ids.has(id));
    }

    /** The nodes by where they lie. */
    get grid() {
      this.knownGrid ??= new kgraph.Grid([...this.full, ...this.marks], (node) => this.place(node));
      return this.knownGrid;
    }

    /** The least and the greatest x of the nodes in full, or of the marks where there are no others. */
    get sides() {
      const across = (this.full.length ? this.full : this.marks).map((node) => this.place(node).x);
      return [across.reduce((a, b) => Math.min(a, b), Infinity), across.reduce((a, b) => Math.max(a, b), -Infinity)];
    }

    /**
     * The lines as `[x, y, x, y, ...]`: `lines` among the nodes in full (where one is chosen, among it and its
     * neighbours), `own` those that end at the chosen node, `threads` those that tell what the marks belong to.
     */
    get lines() {
      this.knownLines ??= this.findLines();
      return this.knownLines;
    }

    findLines() {
      const { nodes, edges } = this.graph;
      const found = { lines: [], own: [], threads: [] };
      for (const edge of edges) {
        const { from, to } = edge;
        if (from === to || !this.drawn[from] || !this.drawn[to] || (this.passes && !this.passes(edge))) continue;
        let kind = "lines";
        if (this.drawn[from] === MARK || this.drawn[to] === MARK) {
          if (nodes[from].topic !== nodes[to].topic) continue;
          kind = "threads";
        } else if (this.chosen !== null) {
          if (!this.near.has(from) || !this.near.has(to)) continue;
          if (from === this.chosen || to === this.chosen) kind = "own";
        }
        const [start, end] = [this.place(nodes[from]), this.place(nodes[to])];
        found[kind].push(start.x, start.y, end.x, end.y);
      }
      return found;
    }

    /** Whether a node has a ring around it. */
    ringed(id) {
      return id === this.chosen || this.standsOut(id);
    }

    /** The radius of a node's symbol with its ring, in map units. */
    reach(node, scale) {
      const radius = this.look.radius(node, scale);
      return this.ringed(node.id) ? RING * radius + 5 / scale : radius;
    }

    /** Whether some nodes step back, since others are chosen. */
    get steppedBack() {
      return this.chosen !== null || this.look.strong !== null;
    }

    /** Whether this node does. */
    faded(id) {
      if (this.look.strong) return !this.standsOut(id);
      return this.chosen !== null && !this.near.has(id);
    }

    /**
     * Draw all that lies in `box` (map units) onto a context that maps these to `scale` pixels each. It draws in
     * slices: a pause comes with each `yield`.
     */
    *draw(context, box, scale) {
      const { theme, strong } = this.look;
      const pixel = 1 / scale;
      context.lineWidth = 0.4 * pixel;
      context.strokeStyle = theme.edge;
      context.globalAlpha = (this.steppedBack ? 0.25 : 0.6) * thinning(this.lines.threads, box);
      yield* this.stroke(context, this.lines.threads, box);
      context.globalAlpha = strong ? 0.4 : 1;
      yield* this.stroke(context, this.lines.lines, box);
      context.globalAlpha = Math.max(0.4, Math.min(1, (CLEAR_OWN / (this.lines.own.length / 4)) ** 0.5));
      context.strokeStyle = theme.strong;
      context.lineWidth = 1.1 * pixel;
      yield* this.stroke(context, this.lines.own, box);
      context.globalAlpha = 1;
      if (strong) {
        context.strokeStyle = theme.ring;
        context.lineWidth = 3 * pixel;
        yield* this.stroke(context, this.strongLines(), box);
      }
      context.globalAlpha = this.steppedBack ? 0.2 : 0.6;
      yield* this.drawMarks(context, box, scale);
      yield* this.drawFull(context, box, scale);
      context.globalAlpha = 1;
    }

    strongLines() {
      return this.look.strong.pairs.flatMap((pair) =>
        pair.flatMap((id) => {
          const { x, y } = this.place(this.graph.nodes[id]);
          return [x, y];
        }),
      );
    }

    *stroke(context, lines, box) {
      context.beginPath();
      let waiting = 0;
      let slice = 0;
      for (let i = 0; i < lines.length; i += 4) {
        const [x, y, u, v] = [lines[i], lines[i + 1], lines[i + 2], lines[i + 3]];
        if (outside(x, y, u, v, box)) continue;
        context.moveTo(x, y);
        context.lineTo(u, v);
        if (++waiting < AT_ONCE) continue;
        context.stroke();
        context.beginPath();
        slice += waiting;
        waiting = 0;
        if (slice >= SLICE) {
          slice = 0;
          yield;
        }
      }
      context.stroke();
      yield;
    }

    *drawMarks(context, box, scale) {
      let slice = 0;
      for (const node of this.marks) {
        if (this.standsOut(node.id)) continue;
        const { x, y } = this.place(node);
        const radius = this.look.radius(node, scale);
        if (outside(x - radius, y - radius, x + radius, y + radius, box)) continue;
        context.fillStyle = this.look.colour(node);
        if (radius * scale < SMALL) context.fillRect(x - 0.9 * radius, y - 0.9 * radius, 1.8 * radius, 1.8 * radius);
        else {
          context.beginPath();
          kgraph.trace(context, node.kind, x, y, radius);
          context.fill();
        }
        if (++slice % SLICE === 0) yield;
      }
      yield;
    }

    *drawFull(context, box, scale) {
      const { theme } = this.look;
      const pixel = 1 / scale;
      let slice = 0;
      for (const node of [...this.full, ...this.marks.filter(({ id }) => this.standsOut(id))]) {
        const { x, y } = this.place(node);
        const radius = this.look.radius(node, scale);
        const reach = 2 * radius;
        if (outside(x - reach, y - reach, x + reach, y + reach, box)) continue;
        context.globalAlpha = this.faded(node.id) ? 0.22 : 1;
        context.beginPath();
        kgraph.trace(context, node.kind, x, y, radius);
        context.fillStyle = this.look.colour(node);
        context.fill();
        context.lineWidth = pixel;
        context.strokeStyle = theme.page;
        context.stroke();
        if (this.ringed(node.id)) {
          context.beginPath();
          context.arc(x, y, RING * radius + 4 * pixel, 0, 2 * Math.PI);
          context.lineWidth = 3 * pixel;
          context.strokeStyle = theme.ring;
          context.stroke();
        }
        if (++slice % (SLICE / 4) === 0) yield;
      }
    }

    /** The node nearest to a point, at most `reach` map units from its symbol, or null. */
    at(point, reach, scale) {
      const wide = reach + this.look.mostRadius(scale);
      const box = { left: point.x - wide, right: point.x + wide, top: point.y - wide, bottom: point.y + wide };
      let best = null;
      let least = reach;
      for (const node of this.grid.within(box)) {
        const { x, y } = this.place(node);
        const distance = Math.hypot(x - point.x, y - point.y) - this.look.radius(node, scale);
        if (distance < least) [best, least] = [node, distance];
      }
      return best;
    }
  }

  Object.assign(kgraph, { Scene });
})();
