// What each kind of node looks like: a shape for the map and the same as an SVG for lists.
"use strict";

(() => {
  const SHAPES = {
    Method: (path, x, y, r) => {
      path.moveTo(x + r, y);
      path.arc(x, y, r, 0, 2 * Math.PI);
    },
    Task: (path, x, y, r) =>
      polygon(path, x, y, [
        [0, -1.25 * r],
        [1.25 * r, 0],
        [0, 1.25 * r],
        [-1.25 * r, 0],
      ]),
    Dataset: (path, x, y, r) => path.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r),
    Metric: (path, x, y, r) =>
      polygon(path, x, y, [
        [0, -1.2 * r],
        [1.15 * r, 0.85 * r],
        [-1.15 * r, 0.85 * r],
      ]),
    Paper: (path, x, y, r) => path.rect(x - 0.62 * r, y - 0.9 * r, 1.24 * r, 1.8 * r),
  };

  function polygon(path, x, y, corners) {
    corners.forEach(([dx, dy], i) => (i ? path.lineTo(x + dx, y + dy) : path.moveTo(x + dx, y + dy)));
    path.closePath();
  }

  /** Add the outline of a kind's symbol to a canvas path. */
  const trace = (path, kind, x, y, r) => (SHAPES[kind] ?? SHAPES.Method)(path, x, y, r);

  /** The kind's symbol as an SVG element, in the kind's colour. */
  function symbol(kind) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "-10 -10 20 20");
    svg.setAttribute("aria-hidden", "true");
    svg.classList.add("symbol", kind.toLowerCase());
    const path = document.createElementNS(svg.namespaceURI, "path");
    path.setAttribute(
      "d",
      {
        Task: "M0-9L9 0L0 9L-9 0Z",
        Dataset: "M-7-7H7V7H-7Z",
        Metric: "M0-9L9 6.5H-9Z",
        Paper: "M-5-8H5V8H-5Z",
      }[kind] ?? "M8 0A8 8 0 1 1-8 0A8 8 0 1 1 8 0",
    );
    svg.append(path);
    return svg;
  }

  Object.assign(kgraph, { KINDS: Object.keys(SHAPES), trace, symbol });
})();
