// The map: vis-network has the view, its panning and zooming; what is seen is drawn by the ground and the labels.
"use strict";

(() => {
  const REACH = 9; // how far from a symbol, in pixels, a click still means it
  const ZOOM = { least: 0.04, most: 6 };
  const MOST_BESIDE = 160;

  class GraphMap {
    /** `onChoose(id | null)` is called with the node that was clicked; `describe(node)` is its tooltip. */
    constructor(container, graph, options, { onChoose, describe }) {
      this.container = container;
      this.graph = graph;
      this.onChoose = onChoose;
      this.describe = describe;
      this.tip = document.getElementById("tip");
      this.colouring = "kind";
      this.strong = null; // {ids, pairs} that stand out
      this.beside = MOST_BESIDE; // pixels left of and right of the outermost nodes, for their labels
      this.mostSize = graph.nodes.reduce((most, { size }) => Math.max(most, size), 1);
      this.still = matchMedia("(prefers-reduced-motion: reduce)");
      /** Kept when all of the first view is drawn. */
      this.drawn = new Promise((onReady) => {
        this.ground = new kgraph.Ground({ redraw: () => this.network.redraw(), onReady });
      });
      this.labels = new kgraph.MapLabels(this);
      this.readTheme();
      this.setScene(new kgraph.Scene(this, graph, { full: [], marks: [], chosen: null }));
      this.network = new vis.Network(container, { nodes: [], edges: [] }, options);
      container.firstElementChild.tabIndex = -1; // the container has the focus
      this.network.on("beforeDrawing", (context) => this.draw(context));
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
        kinds: Object.fromEntries(kgraph.KINDS.map((kind) => [kind, value(kind.toLowerCase())])),
      };
      // The largest topics have colours of their own, the others share the last.
      const colours = value("topics").split(" ");
      this.theme.otherTopics = colours.pop();
      const largest = this.graph.topics.slice(0, colours.length);
      this.theme.topics = new Map(largest.map(({ topic }, i) => [topic, colours[i]]));
    }

    /** Read the colours anew, since the theme has changed. */
    changeTheme() {
      this.readTheme();
      this.ground.renew(this.scene);
      this.redraw();
    }

    /** Colour symbols by "kind" or by "topic". */
    colourBy(what) {
      if (what === this.colouring) return;
      this.colouring = what;
      this.ground.renew(this.scene);
      this.redraw();
    }

    /** Make these nodes and the lines between these pairs of ids stand out, as of a path; null makes none. */
    emphasise(ids, pairs = []) {
      this.strong = ids && { ids: new Set(ids), pairs };
      this.setScene(this.scene);
    }

    /** A topic's colour, or null where it shares that of all smaller ones. */
    topicColour(topic) {
      return this.theme.topics.get(topic) ?? null;
    }

    colour({ kind, topic }) {
      if (this.colouring === "topic") return this.topicColour(topic) ?? this.theme.otherTopics;
      return this.theme.kinds[kind] ?? this.theme.muted;
    }

    /**
     * Draw the nodes `full` with symbols and names and those in `marks` as marks. Lines are drawn where an edge
     * passes `edges`, and where a node (an id) is `chosen` only among the ids in `near`, by default its neighbours.
     * `places` (id -> {x, y}) moves nodes for a local layout; without an entry a node lies where the map has it.
     */
    show({ full, marks = [], edges = null, chosen = null, near = null, places = null }) {
      this.setScene(new kgraph.Scene(this, this.graph, { full, marks, edges, chosen, near, places }));
    }

    setScene(scene) {
      this.scene = scene;
      this.ground.renew(scene);
      this.labels.renew();
      if (this.network) this.redraw();
    }

    /** Ask for a frame. */
    redraw() {
      if (this.asked) return;
      this.asked = true;
      requestAnimationFrame(() => {
        this.asked = false;
        this.network.redraw();
      });
    }

    draw(context) {
      this.ground.draw(context, context.getTransform().a / this.network.getScale());
      this.labels.draw(context, this.network.getScale());
    }

    /** The view as a Blob of PNG. */
    picture() {
      return kgraph.pngPicture(this);
    }

    /** Where a node is drawn: `{x, y}` in map units. */
    place(node) {
      return this.scene.place(node);
    }

    /** A symbol's radius in map units: symbols grow with the zoom, but more slowly than the map. */
    radius(node, scale) {
      const size = this.scene.isFull(node.id) ? node.size : 2 + node.size * 0.12;
      return size * scale ** -0.5;
    }

    mostRadius(scale) {
      return this.mostSize * scale ** -0.5;
    }

    /** The nodes that are drawn within the map's element, those in full first, the most important first. */
    inView() {
      const { x: left, y: top } = this.network.DOMtoCanvas({ x: 0, y: 0 });
      const { clientWidth, clientHeight } = this.container;
      const { x: right, y: bottom } = this.network.DOMtoCanvas({ x: clientWidth, y: clientHeight });
      const inside = (node) => {
        const { x, y } = this.place(node);
        return x >= left && x <= right && y >= top && y <= bottom;
      };
      const order = ({ id }) => (this.scene.isFull(id) ? 0 : this.graph.nodes.length) + id;
      return [...this.scene.full, ...this.scene.marks].filter(inside).sort((a, b) => order(a) - order(b));
    }

    /** The id of the node at a point of the map's element, or null; marks answer as well. */
    at(point) {
      const scale = this.network.getScale();
      return this.scene.at(this.network.DOMtoCanvas(point), REACH / scale, scale)?.id ?? null;
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
      const span = (values) => [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
      const [left, right] = span(nodes.map((node) => this.place(node).x));
      const [top, bottom] = span(nodes.map((node) => this.place(node).y));
      const width = free.right - free.left;
      const height = free.bottom - free.top;
      // Room for the labels of the outermost nodes.
      this.beside = Math.min(MOST_BESIDE, 0.15 * width);
      const across = width - 2 * this.beside;
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
