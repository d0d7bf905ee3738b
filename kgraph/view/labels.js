// Which names stand on the map, and where: the important first, none over another.
"use strict";

(() => {
  const LINE = 22; // characters that fit on one line of a label
  const LINE_HEIGHT = 1.2; // in letters' sizes
  const CELL = 64; // side of a cell of the collision grid, in pixels
  const SIZES = { hub: 14, full: 12, mark: 11 }; // of letters, in pixels
  const SMALL_SIZES = { hub: 13, full: 11, mark: 10 };
  const MARKS_NAMED = 1.3; // the scale from which marks have labels too
  const MOST = 800; // labels that are tried at once
  const SPILL = { map: 6, local: 30 }; // pixels that a label may reach beyond the bounds rather than be left out
  const ROOM = 16_000; // square pixels of map for each node that keeps its label where it is crowded

  const EVERYWHERE = { left: -Infinity, right: Infinity, spill: 0 };

  /** The name in at most two short lines; a paper by the name before its title's colon. */
  function labelLines(node) {
    let text = node.name.slice(0, 200);
    const colon = text.indexOf(": ");
    if (node.kind === "Paper" && colon > 0 && colon <= LINE) text = text.slice(0, colon);
    const lines = [""];
    for (const word of text.split(/\s+/)) {
      const last = lines.length - 1;
      if (!lines[last]) lines[last] = word;
      else if (lines[last].length + 1 + word.length <= LINE) lines[last] += ` ${word}`;
      else lines.push(word);
    }
    const kept = lines.slice(0, 2).map((line) => cut(line, LINE + 6));
    if (lines.length > 2) kept[1] = `${cut(kept[1], LINE - 1).replace(/…$/, "")}…`;
    return kept;
  }

  function cut(text, length) {
    const characters = Array.from(text);
    return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
  }

  /** A set of boxes that can tell how much of them another would cover. */
  class Boxes {
    constructor() {
      this.cells = new Map();
    }

    *cellsOf(box) {
      for (let i = Math.floor(box.left / CELL); i <= Math.floor(box.right / CELL); i++)
        for (let j = Math.floor(box.top / CELL); j <= Math.floor(box.bottom / CELL); j++) yield i * 1_000_003 + j;
    }

    /** The area of the boxes that this one would cover, by their weights; its owner's own do not count. */
    covered(box) {
      const met = new Set();
      let area = 0;
      for (const cell of this.cellsOf(box))
        for (const other of this.cells.get(cell) ?? []) {
          if (other.owner === box.owner || met.has(other)) continue;
          met.add(other);
          const width = Math.min(box.right, other.right) - Math.max(box.left, other.left);
          const height = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
          if (width > 0 && height > 0) area += width * height * other.weight;
        }
      return area;
    }

    add(box) {
      for (const cell of this.cellsOf(box)) {
        if (!this.cells.has(cell)) this.cells.set(cell, []);
        this.cells.get(cell).push(box);
      }
    }
  }

  /**
   * Place labels so that none covers another or much of a symbol, nor reaches beyond `bounds` by more than their
   * `spill`. `wanted`, the most important first: `{id, x, y, radius, width, height, first}` in pixels; those
   * `first` may cover symbols.
   * Returns `{id, left, top, align}` for those that found room beside their symbol.
   */
  function placeLabels(wanted, bounds = EVERYWHERE) {
    const symbols = new Boxes();
    const labels = new Boxes();
    for (const { id, x, y, radius, first } of wanted) {
      const core = radius * 0.7;
      const weight = first ? 5 : 1;
      const box = { owner: id, left: x - core, right: x + core, top: y - core, bottom: y + core, weight };
      if (radius >= 4) symbols.add(box);
    }
    const placed = [];
    for (const { id, x, y, radius, width, height, first } of wanted) {
      const near = radius + 3;
      const places = [
        [x - width / 2, y + near, "center"],
        [x - width / 2, y - near - height, "center"],
        [x + near + 1, y - height / 2, "left"],
        [x - near - 1 - width, y - height / 2, "right"],
        [x + 0.7 * radius, y + 0.7 * radius + 2, "left"],
        [x + 0.7 * radius, y - 0.7 * radius - 2 - height, "left"],
        [x - 0.7 * radius - width, y + 0.7 * radius + 2, "right"],
        [x - 0.7 * radius - width, y - 0.7 * radius - 2 - height, "right"],
      ];
      const boxes = places.map(([left, top, align]) => ({
        owner: id,
        left: left - 3,
        right: left + width + 3,
        top: top - 1,
        bottom: top + height + 1,
        align,
      }));
      let box = null;
      let least = Infinity;
      for (const tried of boxes) {
        if (labels.covered(tried) > 0) continue;
        const covered = symbols.covered(tried);
        if (covered > 0 && !first) continue;
        const beyond = Math.max(0, tried.right - bounds.right, bounds.left - tried.left);
        if (beyond > bounds.spill) continue;
        // Below or above is clearest; a place to the side must cover much less to be better.
        const cost = covered + boxes.indexOf(tried) * width * height * 0.06 + 2 * beyond * height;
        if (cost < least) [box, least] = [tried, cost];
      }
      if (!box) continue;
      labels.add({ ...box, owner: null, weight: 1 });
      placed.push({ id, left: box.left + 3 - x, top: box.top + 1 - y, align: box.align });
    }
    return placed;
  }

  /**
   * The labels of one map: chosen anew at each step of the zoom, so that none flickers in between, and for the part
   * of the map in view with a margin to pan into.
   */
  class MapLabels {
    constructor(map) {
      this.map = map;
      this.sizes = innerWidth > 720 ? SIZES : SMALL_SIZES;
      this.widths = new Map();
      this.renew();
    }

    /** Forget the choice, since other nodes are shown. */
    renew() {
      this.part = null; // the step of the zoom and the part of the map that the labels were chosen for
      this.asked = []; // the nodes that wanted one
      this.placed = [];
    }

    /** Whether a name is a topic's: where a neighbourhood is laid out for itself there are none. */
    isHub(node) {
      return node.hub && !this.map.scene.places;
    }

    size(node) {
      return this.isHub(node) ? this.sizes.hub : this.sizes[this.map.scene.isFull(node.id) ? "full" : "mark"];
    }

    /** The nodes in `box` that may have a label, the most important first: of a chosen node only the neighbours. */
    candidates(box, scale) {
      const { scene } = this.map;
      const marksToo = scale >= MARKS_NAMED;
      const named = (node) => scene.isFull(node.id) || (marksToo && !scene.steppedBack);
      const inside = [...scene.grid.within(box)].filter(named);
      const rank = (node) => (node.id === scene.chosen ? 0 : this.isHub(node) ? 1 : scene.isFull(node.id) ? 2 : 3);
      return inside
        .filter((node) => !scene.faded(node.id))
        .sort((a, b) => rank(a) - rank(b) || a.id - b.id)
        .slice(0, MOST);
    }

    /** The step of the zoom, and the part of the map in steps of half a view: one half around what is seen. */
    partInView({ left, top, width, height, scale }) {
      const step = Math.floor(Math.log2(scale) * 4);
      const at = 2 ** (step / 4); // the least scale of the step: at any other, labels are further apart
      const [across, down] = [width / 2 / at, height / 2 / at];
      const box = {
        left: (Math.floor(left / across) - 1) * across,
        top: (Math.floor(top / down) - 1) * down,
        right: (Math.floor((left + width / scale) / across) + 2) * across,
        bottom: (Math.floor((top + height / scale) / down) + 2) * down,
      };
      return { step, at, box, name: [step, ...Object.values(box)].join() };
    }

    choose(context, view) {
      const part = this.partInView(view);
      if (this.part?.name === part.name) return;
      const { at, step } = part;
      const asked = this.candidates(part.box, at);
      const alike = asked.length === this.asked.length && asked.every((node, i) => node === this.asked[i]);
      const same = alike && this.part?.step === step;
      this.part = part;
      this.asked = asked;
      if (same) return;
      const first = (view.width * view.height) / ROOM;
      const wanted = [];
      const { places, chosen } = this.map.scene;
      const said = new Set(); // a paper is often named like what it introduces: say it once
      for (const node of asked) {
        const lines = labelLines(node);
        const text = lines.join(" ");
        if (node.kind === "Paper" && said.has(text) && !places) continue;
        said.add(text);
        const size = this.size(node);
        const { x, y } = this.map.place(node);
        wanted.push({
          id: node.id,
          node,
          lines,
          size,
          x: x * at,
          y: y * at,
          radius: this.map.scene.reach(node, view.scale) * view.scale,
          width: Math.max(...lines.map((line) => this.width(context, line, size))),
          height: lines.length * size * LINE_HEIGHT,
          first: node.id === chosen || (!places && (node.hub || (node.id < first && node.kind !== "Paper"))),
        });
      }
      const byId = new Map(wanted.map((label) => [label.id, label]));
      const [left, right] = this.map.scene.sides;
      const { beside } = this.map;
      const bounds = { left: left * at - beside, right: right * at + beside, spill: SPILL[places ? "local" : "map"] };
      this.placed = placeLabels(wanted, bounds).map((place) => ({ ...byId.get(place.id), ...place }));
    }

    weight(size) {
      return size === this.sizes.hub ? 600 : 400;
    }

    font(size) {
      return `${this.weight(size)} ${size}px ${this.map.theme.font}`;
    }

    width(context, text, size) {
      const key = `${size} ${text}`;
      if (!this.widths.has(key)) {
        context.font = this.font(size);
        this.widths.set(key, context.measureText(text).width);
      }
      return this.widths.get(key);
    }

    /** Draw the labels in screen pixels, so that letters keep their size at every zoom. */
    draw(context, scale) {
      const { a: perUnit, e, f } = context.getTransform();
      const ratio = perUnit / scale; // device pixels in a CSS pixel
      const width = context.canvas.width / ratio;
      const height = context.canvas.height / ratio;
      context.save();
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const view = { left: -e / perUnit, top: -f / perUnit, width, height, scale };
      this.choose(context, view);
      context.textBaseline = "top";
      context.lineJoin = "round";
      context.lineWidth = 3.5;
      context.strokeStyle = this.map.theme.page;
      for (const label of this.inView(view)) {
        context.font = this.font(label.size);
        context.textAlign = label.align;
        context.fillStyle = label.colour;
        label.lines.forEach((line, i) => {
          context.strokeText(line, label.x, label.y + i * LINE_HEIGHT * label.size);
          context.fillText(line, label.x, label.y + i * LINE_HEIGHT * label.size);
        });
      }
      context.restore();
    }

    /** The labels as they stand in a view: `x` is where `align` puts the text, `y` its top, both in pixels. */
    *inView({ left, top, width, height, scale }) {
      const { scene, theme } = this.map;
      for (const { node, lines, size, align, ...label } of this.placed) {
        const place = this.map.place(node);
        const x = (place.x - left) * scale + label.left;
        const y = (place.y - top) * scale + label.top;
        if (x > width || y > height || x + label.width < 0 || y + label.height < 0) continue;
        const at = x + { left: 0, center: label.width / 2, right: label.width }[align];
        yield { x: at, y, lines, size, align, colour: scene.isFull(node.id) ? theme.ink : theme.muted };
      }
    }
  }

  Object.assign(kgraph, { placeLabels, LINE_HEIGHT, MapLabels });
})();
