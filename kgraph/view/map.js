// The map: vis-network holds the nodes that are drawn in full; marks and labels are drawn around them.
"use strict";

(() => {
  const REACH = 9; // how far from a symbol, in pixels, a click still means it
  const ZOOM = { least: 0.04, most: 6 };

  class GraphMap {
    /** `onChoose(id | null)` is called with the node that was clicked; `describe(node)` is its tooltip. */
    constructor(container, graph, options, { onChoose, describe }) {
      this.container = container;
      this.graph = graph;
      this.onChoose = onChoose;
      this.describe = describe;
      this.tip = document.getElementById("tip");
      this.full = new Set(); // ids drawn in full
      this.marks = []; // nodes drawn as marks
      this.threads = new Path2D(); // lines between marks and what they belong to
      this.chosen = null;
      this.places = null; // id -> {x, y} of a local layout
      this.strong = null; // {ids, pairs} that stand out
      this.colouring = "kind";
      this.passes = () => true; // whether an edge is shown
      this.near = new Set(); // the chosen node and its neighbours
      this.labels = new kgraph.MapLabels(this);
      this.still = matchMedia("(prefers-reduced-motion: reduce)");
      this.nodes = new vis.DataSet();
      this.edges = new vis.DataSet();
      this.readTheme();
      this.network = new vis.Network(
        container,
        { nodes: this.nodes, edges: this.edges },
        {
          ...options,
          nodes: { shape: "custom", ctxRenderer: (at) => this.drawNode(at) },
          edges: {
            ...options.edges,
            color: this.edgeColours(),
            selectionWidth: () => 1.1 / (this.network?.getScale() ?? 1),
          },
        },
      );
      container.firstElementChild.tabIndex = -1; // the container has the focus
      this.network.on("beforeDrawing", (context) => this.drawMarks(context));
      this.network.on("afterDrawing", (context) => this.labels.draw(context));
      this.network.on("click", ({ pointer }) => this.onChoose(this.at(pointer.DOM)));
      this.network.on("zoom", () => this.limitZoom());
      container.addEventListener("mousemove", (event) => this.point(event));
      container.addEventListener("mouseleave", () => this.point(null));
      container.addEventListener("keydown", (event) => this.key(event));
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.changeTheme());
    }

    readTheme() {
      const style = getComputedStyle(document.documentElement);
      const value = (name) => style.getPropertyValue(`--${name}`).trim();
      this.theme = {
        ink: value("ink"),
        muted: value("muted"),
        page: value("page"),
        edge: value("edge"),
        strong: value("edge-strong"),
        ring: value("ring"),
        font: getComputedStyle(document.body).fontFamily,
        topics: value("topics").split(" "),
        kinds: Object.fromEntries(kgraph.KINDS.map((kind) => [kind, value(kind.toLowerCase())])),
      };
    }

    /** Read the colours anew, since the theme has changed. */
    changeTheme() {
      this.readTheme();
      this.network.setOptions({ edges: { color: this.edgeColours() } });
      const edges = this.edges.get();
      this.edges.clear();
      this.edges.add(edges);
      this.select();
    }

    /** Colour symbols by "kind" or by "topic". */
    colourBy(what) {
      this.colouring = what;
      this.network.redraw();
    }

    /** Make these nodes and the lines between these pairs of ids stand out, as of a path; null makes none. */
    emphasise(ids, pairs = []) {
      this.strong = ids && { ids: new Set(ids), pairs };
      this.labels.renew();
      this.network.redraw();
    }

    /** Where a node is drawn: `{x, y}` in map units. */
    place(node) {
      return this.places?.get(node.id) ?? node;
    }

    /** The colour of a topic, or null of one too small to have its own. */
    topicColour(topic) {
      const rank = this.graph.topics.findIndex((known) => known.topic === topic);
      return this.theme.topics[rank] ?? null;
    }

    edgeColours() {
      return { color: this.theme.edge, highlight: this.theme.strong, inherit: false };
    }

    colour({ kind, topic }) {
      return (this.colouring === "topic" ? this.topicColour(topic) : this.theme.kinds[kind]) ?? this.theme.muted;
    }

    /**
     * Draw the nodes `full` with symbols and names and those in `marks` as marks. Lines are drawn among all nodes
     * in full, or where a node (an id) is `chosen` among those in `near`, by default it and its neighbours; only
     * where one of the edges between two nodes passes `edges`. `places` (id -> {x, y}) moves nodes for a local
     * layout; null or no entry leaves a node at its place on the whole map.
     */
    show({ full, marks = [], edges = () => true, chosen = null, near = null, places = null }) {
      const wanted = new Set(full.map((node) => node.id));
      this.chosen = chosen;
      this.near = new Set(near ?? (chosen === null ? [] : this.graph.neighbours(chosen)));
      if (chosen !== null) this.near.add(chosen);
      const linked = chosen === null ? wanted : new Set([...this.near].filter((id) => wanted.has(id)));
      const lines = this.graph.pairs.filter(
        (pair) => linked.has(pair.from) && linked.has(pair.to) && pair.edges.some(edges),
      );
      this.passes = edges;
      if (places !== this.places) {
        this.places = places;
        this.edges.clear();
        this.nodes.clear();
        this.full.clear();
      }
      const wantedLines = new Set(lines.map((pair) => pair.id));
      this.edges.remove(this.edges.getIds().filter((id) => !wantedLines.has(id)));
      this.nodes.remove(this.nodes.getIds().filter((id) => !wanted.has(id)));
      const added = full.filter((node) => !this.full.has(node.id));
      this.nodes.add(added.map((node) => ({ id: node.id, size: node.size, ...this.place(node) })));
      // vis-network skips what lies outside the view, but gives a custom shape no bounds when drawing it.
      for (const node of added) {
        const { id, size } = node;
        const { x, y } = this.place(node);
        const reach = 5 * size;
        const bounds = { left: x - reach, right: x + reach, top: y - reach, bottom: y + reach };
        Object.assign(this.network.getBoundingBox(id), bounds);
      }
      this.edges.add(lines.filter((pair) => !this.edges.get(pair.id)));
      this.full = wanted;
      this.marks = marks;
      this.threads = this.marksThreads();
      this.labels.renew();
      this.select();
    }

    /** The lines that tell what the marks belong to: those within their topic. */
    marksThreads() {
      const path = new Path2D();
      const small = new Set(this.marks.map((node) => node.id));
      const drawn = (id) => small.has(id) || this.full.has(id);
      for (const { from, to, edges } of this.graph.pairs) {
        const [a, b] = [this.graph.nodes[from], this.graph.nodes[to]];
        if (a.topic !== b.topic || !(small.has(from) || small.has(to)) || !drawn(from) || !drawn(to)) continue;
        if (!edges.some(this.passes)) continue;
        const [start, end] = [this.place(a), this.place(b)];
        path.moveTo(start.x, start.y);
        path.lineTo(end.x, end.y);
      }
      return path;
    }

    select() {
      if (this.chosen === null) this.network.unselectAll();
      else this.network.selectNodes([this.chosen]);
      this.network.redraw();
    }

    /** A symbol's radius in map units: symbols grow with the zoom, but more slowly than the map. */
    radius(node) {
      const size = this.full.has(node.id) ? node.size : 2 + node.size * 0.12;
      return size * this.network.getScale() ** -0.5;
    }

    faded(id) {
      if (this.strong) return !this.strong.ids.has(id);
      return this.chosen !== null && !this.near.has(id);
    }

    drawNode({ ctx, id, x, y }) {
      const node = this.graph.nodes[id];
      const radius = this.radius(node);
      return {
        drawNode: () => {
          const pixel = 1 / this.network.getScale();
          ctx.globalAlpha = this.faded(id) ? 0.22 : 1;
          ctx.beginPath();
          kgraph.trace(ctx, node.kind, x, y, radius);
          ctx.fillStyle = this.colour(node);
          ctx.fill();
          ctx.lineWidth = pixel;
          ctx.strokeStyle = this.theme.page;
          ctx.stroke();
          if (id === this.chosen) {
            ctx.beginPath();
            ctx.arc(x, y, radius * 1.3 + 4 * pixel, 0, 2 * Math.PI);
            ctx.lineWidth = 3 * pixel;
            ctx.strokeStyle = this.theme.ring;
            ctx.stroke();
          }
        },
        nodeDimensions: { width: 2 * radius, height: 2 * radius },
      };
    }

    /** Draw the marks under everything else, one path for each kind, and faint lines that tell what they belong to. */
    drawMarks(context) {
      context.save();
      context.lineWidth = 0.4 / this.network.getScale();
      context.strokeStyle = this.theme.edge;
      context.globalAlpha = this.chosen === null ? 0.6 : 0.25;
      context.stroke(this.threads);
      if (this.strong) this.drawStrongLines(context);
      context.restore();
      const byColour = new Map();
      for (const node of this.marks) {
        const colour = this.colour(node);
        const { x, y } = this.place(node);
        if (!byColour.has(colour)) byColour.set(colour, new Path2D());
        kgraph.trace(byColour.get(colour), node.kind, x, y, this.radius(node));
      }
      context.save();
      context.globalAlpha = this.chosen === null ? 0.6 : 0.2;
      for (const [colour, path] of byColour) {
        context.fillStyle = colour;
        context.fill(path);
      }
      context.restore();
    }

    drawStrongLines(context) {
      context.globalAlpha = 1;
      context.lineWidth = 3 / this.network.getScale();
      context.strokeStyle = this.theme.ring;
      context.beginPath();
      for (const pair of this.strong.pairs) {
        const [a, b] = pair.map((id) => this.place(this.graph.nodes[id]));
        context.moveTo(a.x, a.y);
        context.lineTo(b.x, b.y);
      }
      context.stroke();
    }

    /** The nodes that are drawn within the map's element, in order of importance, those in full first. */
    inView() {
      const from = this.network.DOMtoCanvas({ x: 0, y: 0 });
      const to = this.network.DOMtoCanvas({ x: this.container.clientWidth, y: this.container.clientHeight });
      const full = [...this.full].sort((a, b) => a - b).map((id) => this.graph.nodes[id]);
      return [...full, ...this.marks].filter((node) => {
        const { x, y } = this.place(node);
        return x >= from.x && x <= to.x && y >= from.y && y <= to.y;
      });
    }

    /** The node at a point of the map's element, or null; marks answer as well. */
    at(point) {
      const place = this.network.DOMtoCanvas(point);
      const reach = REACH / this.network.getScale();
      let best = null;
      let least = Infinity;
      const look = (node) => {
        const { x, y } = this.place(node);
        const distance = Math.hypot(x - place.x, y - place.y) - this.radius(node);
        if (distance < Math.min(least, reach)) {
          least = distance;
          best = node.id;
        }
      };
      this.marks.forEach(look);
      for (const id of this.full) look(this.graph.nodes[id]);
      return best;
    }

    /** Follow the mouse: a tooltip with the whole name of what lies under it. */
    point(event) {
      const box = this.container.getBoundingClientRect();
      const id =
        event && event.buttons === 0 ? this.at({ x: event.clientX - box.left, y: event.clientY - box.top }) : null;
      this.container.classList.toggle("pointing", id !== null);
      this.tip.hidden = id === null;
      if (id === null) return;
      this.tip.textContent = this.describe(this.graph.nodes[id]);
      const x = Math.min(event.clientX - box.left + 14, box.width - this.tip.offsetWidth - 8);
      const y = Math.min(event.clientY - box.top + 16, box.height - this.tip.offsetHeight - 8);
      this.tip.style.left = `${Math.max(8, x)}px`;
      this.tip.style.top = `${Math.max(8, y)}px`;
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = 80 / this.network.getScale();
      const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
      if (moves[event.key]) {
        const { x, y } = this.network.getViewPosition();
        this.network.moveTo({ position: { x: x + moves[event.key][0], y: y + moves[event.key][1] } });
      } else if (event.key === "+" || event.key === "=") this.zoomBy(1.4);
      else if (event.key === "-") this.zoomBy(1 / 1.4);
      else if (event.key === "0") this.showAll();
      else return;
      event.preventDefault();
    }

    zoomBy(factor) {
      this.move({ scale: Math.min(Math.max(this.network.getScale() * factor, ZOOM.least), ZOOM.most) });
    }

    limitZoom() {
      const scale = this.network.getScale();
      if (scale < ZOOM.least || scale > ZOOM.most)
        this.network.moveTo({ scale: Math.min(Math.max(scale, ZOOM.least), ZOOM.most) });
    }

    move(view) {
      const animation = this.still.matches ? false : { duration: 350, easingFunction: "easeInOutQuad" };
      this.network.moveTo({ ...view, animation });
    }

    /** Show these nodes, as large as they fit into what panels leave free: `{left, top, right, bottom}`. */
    fit(nodes, free, { most = 1.6, animate = true } = {}) {
      if (!nodes.length) return;
      const span = (values) => [Math.min(...values), Math.max(...values)];
      const [left, right] = span(nodes.map((node) => this.place(node).x));
      const [top, bottom] = span(nodes.map((node) => this.place(node).y));
      const width = free.right - free.left;
      const height = free.bottom - free.top;
      // Room for the labels of the outermost nodes.
      const across = width - Math.min(320, 0.3 * width);
      const down = height - Math.min(90, 0.2 * height);
      const scale = Math.min(most, across / Math.max(right - left, 1), down / Math.max(bottom - top, 1));
      const view = {
        position: { x: (left + right) / 2, y: (top + bottom) / 2 },
        scale: Math.max(scale, ZOOM.least),
        offset: {
          x: (free.left + free.right - this.container.clientWidth) / 2,
          y: (free.top + free.bottom - this.container.clientHeight) / 2,
        },
      };
      if (animate) this.move(view);
      else this.network.moveTo(view);
    }
  }

  Object.assign(kgraph, { GraphMap });
})();
