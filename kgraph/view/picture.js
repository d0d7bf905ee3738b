// The current view as a picture of its own: PNG as it is seen, SVG to be enlarged and edited.
"use strict";

(() => {
  const BASELINE = 0.85; // of a line of letters below its top, in their size
  const SHARPNESS = 2; // pixels of a PNG for each pixel of the map
  // What XML 1.0 cannot hold, not even escaped: control characters, lone surrogates and two that are no characters.
  const NOT_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|\p{Cs}/gu;
  const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

  const escaped = (text) => text.replace(NOT_XML, "").replace(/[&<>"']/g, (c) => ENTITIES[c]);
  const short = (number) => String(Math.round(number * 100) / 100);

  /** The view as a Blob of PNG. */
  async function pngPicture(map) {
    const view = viewOf(map);
    const canvas = new OffscreenCanvas(view.width * SHARPNESS, view.height * SHARPNESS);
    const context = canvas.getContext("2d");
    context.fillStyle = map.theme.page;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const unit = view.scale * SHARPNESS;
    context.setTransform(unit, 0, 0, unit, -view.left * unit, -view.top * unit);
    for (const _ of map.scene.draw(context, view, view.scale));
    map.labels.draw(context, view.scale);
    return canvas.convertToBlob({ type: "image/png" });
  }

  /** The part of the map in view, in map units, with its width and height in pixels. */
  function viewOf({ network, container }) {
    const [width, height] = [container.clientWidth, container.clientHeight];
    const { x: left, y: top } = network.DOMtoCanvas({ x: 0, y: 0 });
    const { x: right, y: bottom } = network.DOMtoCanvas({ x: width, y: height });
    return { left, top, right, bottom, width, height, scale: network.getScale() };
  }

  /** A context that writes what is drawn onto it as SVG: as much of a canvas's as `Scene.draw` and labels need. */
  class SvgContext {
    constructor({ left, top, scale }) {
      Object.assign(this, { left, top, scale });
      this.globalAlpha = 1;
      this.elements = [];
      this.path = [];
    }

    x(x) {
      return short((x - this.left) * this.scale);
    }

    y(y) {
      return short((y - this.top) * this.scale);
    }

    beginPath() {
      this.path = [];
    }

    moveTo(x, y) {
      this.path.push(`M${this.x(x)} ${this.y(y)}`);
    }

    lineTo(x, y) {
      this.path.push(`L${this.x(x)} ${this.y(y)}`);
    }

    closePath() {
      this.path.push("Z");
    }

    rect(x, y, width, height) {
      const [across, down] = [short(width * this.scale), short(height * this.scale)];
      this.path.push(`M${this.x(x)} ${this.y(y)}h${across}v${down}h-${across}Z`);
    }

    /** A whole circle: no other arc is drawn. */
    arc(x, y, r) {
      const [radius, across] = [short(r * this.scale), short(2 * r * this.scale)];
      const half = `a${radius} ${radius} 0 1 0`;
      this.path.push(`M${this.x(x - r)} ${this.y(y)}${half} ${across} 0${half} -${across} 0Z`);
    }

    fillRect(x, y, width, height) {
      this.beginPath();
      this.rect(x, y, width, height);
      this.fill();
    }

    write(attributes) {
      if (this.path.length)
        this.elements.push(`<path d="${this.path.join("")}" ${attributes} opacity="${short(this.globalAlpha)}"/>`);
    }

    fill() {
      this.write(`fill="${escaped(this.fillStyle)}"`);
    }

    stroke() {
      const width = short(this.lineWidth * this.scale);
      this.write(`fill="none" stroke="${escaped(this.strokeStyle)}" stroke-width="${width}"`);
    }
  }

  /** The view as the text of an SVG: only what is in view, names as text. */
  function svgPicture(map) {
    const view = viewOf(map);
    const { theme, labels } = map;
    const context = new SvgContext(view);
    for (const _ of map.scene.draw(context, view, view.scale));
    const texts = [];
    for (const { x, y, lines, size, align, colour } of labels.inView(view)) {
      const anchor = { left: "start", center: "middle", right: "end" }[align];
      const font = `font-size="${size}" font-weight="${labels.weight(size)}"`;
      const look = `text-anchor="${anchor}" ${font} fill="${escaped(colour)}"`;
      lines.forEach((line, i) => {
        const baseline = y + (i * kgraph.LINE_HEIGHT + BASELINE) * size;
        texts.push(`<text x="${short(x)}" y="${short(baseline)}" ${look}>${escaped(line)}</text>`);
      });
    }
    const { width, height } = view;
    const page = escaped(theme.page);
    const halo = `stroke="${page}" stroke-width="3.5" stroke-linejoin="round" paint-order="stroke"`;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
      `<title>${escaped(document.title)}</title>`,
      `<rect width="100%" height="100%" fill="${page}"/>`,
      ...context.elements,
      `<g font-family="${escaped(theme.font)}" ${halo}>`,
      ...texts,
      "</g>",
      "</svg>",
      "",
    ].join("\n");
  }

  Object.assign(kgraph, { pngPicture, svgPicture });
})();
