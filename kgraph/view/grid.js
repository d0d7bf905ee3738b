// Nodes by the part of the map that they lie in, so that none but those near a point need be looked at.
"use strict";

(() => {
  const IN_A_CELL = 4; // nodes that a cell holds where they lie evenly

  class Grid {
    /** `place(node)` is where a node lies: `{x, y}`. */
    constructor(nodes, place) {
      let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
      const places = nodes.map(place);
      for (const { x, y } of places) {
        [left, top] = [Math.min(left, x), Math.min(top, y)];
        [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
      }
      [this.left, this.top] = [left, top];
      this.side = Math.max(1, Math.sqrt(((right - left) * (bottom - top) * IN_A_CELL) / nodes.length) || 1);
      this.columns = Math.floor((right - left) / this.side) + 1;
      this.rows = Math.floor((bottom - top) / this.side) + 1;
      this.cells = new Map();
      nodes.forEach((node, i) => {
        const { x, y } = places[i];
        const cell = Math.floor((y - top) / this.side) * this.columns + Math.floor((x - left) / this.side);
        if (this.cells.has(cell)) this.cells.get(cell).push(node);
        else this.cells.set(cell, [node]);
      });
    }

    /** All nodes in the cells that a box `{left, top, right, bottom}` touches, in no particular order. */
    *within(box) {
      const clamp = (value, most) => Math.min(Math.max(value, 0), most);
      const column = (x) => clamp(Math.floor((x - this.left) / this.side), this.columns - 1);
      const row = (y) => clamp(Math.floor((y - this.top) / this.side), this.rows - 1);
      if (!this.cells.size) return;
      for (let j = row(box.top); j <= row(box.bottom); j++)
        for (let i = column(box.left); i <= column(box.right); i++) yield* this.cells.get(j * this.columns + i) ?? [];
    }
  }

  Object.assign(kgraph, { Grid });
})();
