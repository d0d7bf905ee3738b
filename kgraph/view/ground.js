// The map's ground: a scene drawn ahead onto a bitmap, so that a frame of panning is one copy of it.
"use strict";

(() => {
  const SLICE = 7; // milliseconds of a frame for drawing ahead
  const FIRST = 40; // the same while there is nothing to show yet
  const MARGIN = 0.5; // of the view's width and height, drawn ahead on each side
  const MOST_PIXELS = 16_000_000; // of a bitmap: larger ones have a smaller margin

  /**
   * Keeps the bitmap that is shown and draws the next one in slices behind it: first the view alone, soon after
   * that with a margin to pan into. While the next is not ready the old one is shown, moved and scaled.
   */
  class Ground {
    /** `redraw()` draws the map at once; `onReady()` is told when a bitmap of the whole view is there. */
    constructor({ redraw, onReady }) {
      this.redraw = redraw;
      this.onReady = onReady;
      this.scene = null;
      this.version = 0;
      this.front = null; // the bitmap shown: {canvas, unit, left, top, version}
      this.job = null; // the one being drawn: the same with `steps`
      this.spare = null;
      this.flush = new OffscreenCanvas(1, 1).getContext("2d");
    }

    /** Show this scene from now on, or the same with other colours. */
    renew(scene) {
      this.scene = scene;
      this.version++;
      this.job = null;
    }

    /** Draw the ground onto the map's context, in whose transform map units are scaled and moved. */
    draw(context, pixelRatio) {
      const { a: unit, e, f } = context.getTransform();
      const { width, height } = context.canvas;
      const view = { unit, pixelRatio, left: -e / unit, top: -f / unit, width, height };
      if (this.scene && !this.job) this.plan(view);
      if (this.job && !this.front) this.work(FIRST); // the first map need not wait for the next frame
      const shown = this.front ?? this.job;
      if (shown) {
        const factor = unit / shown.unit;
        const round = factor === 1 ? Math.round : (value) => value;
        context.save();
        context.setTransform(1, 0, 0, 1, 0, 0);
        const [x, y] = [round((shown.left - view.left) * unit), round((shown.top - view.top) * unit)];
        context.drawImage(shown.canvas, x, y, shown.canvas.width * factor, shown.canvas.height * factor);
        context.restore();
      }
      if (this.job && !this.waiting) {
        this.waiting = true;
        requestAnimationFrame(() => {
          this.waiting = false;
          if (this.job && this.front) this.work(SLICE);
          this.redraw();
        });
      }
    }

    /** Begin the next bitmap where the one shown is not right for the view or will soon not be. */
    plan(view) {
      const current = this.front?.version === this.version && this.front.unit === view.unit;
      if (current && this.covers(view, 0.2)) return;
      const wide = current && this.covers(view, 0);
      let margin = wide ? MARGIN : 0;
      if ((1 + 2 * margin) ** 2 * view.width * view.height > MOST_PIXELS)
        margin = Math.max(0, (Math.sqrt(MOST_PIXELS / (view.width * view.height)) - 1) / 2);
      if (wide && margin <= 0.2) return;
      this.begin(view, margin);
    }

    /** Whether the bitmap shown covers the view and a margin, in parts of its size, around it. */
    covers({ unit, left, top, width, height }, margin) {
      const { canvas, ...front } = this.front;
      const [across, down] = [(margin * width - 1) / unit, (margin * height - 1) / unit];
      return (
        front.left <= left - across &&
        front.top <= top - down &&
        front.left + canvas.width / unit >= left + width / unit + across &&
        front.top + canvas.height / unit >= top + height / unit + down
      );
    }

    begin({ unit, pixelRatio, left, top, width, height }, margin) {
      const [across, down] = [Math.round(margin * width), Math.round(margin * height)];
      const canvas = this.spare ?? new OffscreenCanvas(1, 1);
      this.spare = null;
      canvas.width = width + 2 * across; // clears it too
      canvas.height = height + 2 * down;
      const job = { canvas, unit, left: left - across / unit, top: top - down / unit, version: this.version };
      const context = canvas.getContext("2d");
      context.setTransform(unit, 0, 0, unit, -job.left * unit, -job.top * unit);
      const box = { left: job.left, top: job.top };
      box.right = job.left + canvas.width / unit;
      box.bottom = job.top + canvas.height / unit;
      job.steps = this.scene.draw(context, box, unit / pixelRatio);
      this.job = job;
    }

    /** Draw on at the next bitmap for some milliseconds, and show it when it is whole. */
    work(milliseconds) {
      const { job } = this;
      const end = performance.now() + milliseconds;
      do {
        if (job.steps.next().done) {
          this.spare = this.front?.canvas ?? null;
          this.front = job;
          this.job = null;
          this.onReady();
          return;
        }
        // The browser paints a bitmap when it is read: read it now, or all of it would be painted in one frame.
        this.flush.drawImage(job.canvas, 0, 0, 1, 1, 0, 0, 1, 1);
      } while (performance.now() < end);
    }
  }

  Object.assign(kgraph, { Ground });
})();
