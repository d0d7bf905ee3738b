// The elements that all parts of the page are made of: text becomes text, never mark-up.
"use strict";

(() => {
  /** An element with classes, attributes and children. */
  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties))
      if (name === "onclick") element.addEventListener("click", value);
      else element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  /** A name in an element of its own direction, so that it cannot turn the text around it. */
  const name = (text) => make("bdi", {}, kgraph.visibleText(text));

  const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

  /** A date as it is known: where the source names no year it reads `--10-26`. */
  function date(text, unknown = "year not known") {
    const [, month, day] = /^--(\d\d)-(\d\d)$/.exec(text) ?? [];
    if (!month) return text;
    const known = new Date(2000, month - 1, day).toLocaleDateString("en-GB", { day: "numeric", month: "long" });
    return `${known}, ${unknown}`;
  }

  /** The link if it goes to the web, else null: no other scheme may be followed. */
  function webLink(url, text, label) {
    let parsed;
    try {
      parsed = new URL(url);
    } catch {
      return null;
    }
    if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return null;
    return make("a", { href: parsed.href, rel: "noopener noreferrer", target: "_blank", "aria-label": label }, text);
  }

  /** The text with its marked parts in mark elements; marks are in characters, not UTF-16 units. */
  function marked(text, marks) {
    const characters = Array.from(text);
    const part = (from, to) => characters.slice(from, to).join("");
    const result = make("bdi");
    let done = 0;
    for (const [start, end] of [...marks].sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
      if (start < done || end <= start) continue;
      result.append(part(done, start), make("mark", {}, part(start, end)));
      done = end;
    }
    result.append(part(done));
    return result;
  }

  /** A button that chooses a node. */
  function nodeButton(node, onChoose) {
    const properties = { type: "button", class: "node", onclick: () => onChoose(node) };
    return make("button", properties, kgraph.symbol(node.kind), name(node.label));
  }

  /** Where a sentence stands: the paper as a button (but not the one `besides`), field, score, the way to the paper. */
  function source({ paper, field, score }, graph, onChoose, besides = null) {
    const node = graph.nodes[paper];
    const footer = make("footer", {});
    if (node && node !== besides) {
      const properties = { type: "button", class: "plain", onclick: () => onChoose(node) };
      footer.append(make("button", properties, name(node.label)));
    }
    const rest = [field, score !== undefined && `score ${score.toFixed(2)}`].filter(Boolean).join(" · ");
    if (rest) footer.append(make("span", {}, rest));
    const link = node?.url && webLink(node.url, "paper ↗", `Open the paper ${node.name}`);
    if (link) footer.append(link);
    return footer;
  }

  /** The evidence of an edge, the surest first. */
  const bestFirst = (evidence, edge) => kgraph.evidenceOf(evidence, edge).sort((a, b) => b.score - a.score);

  /** A sentence with its mentions marked, and where it stands. */
  function quote(item, ...where) {
    return make("blockquote", {}, make("p", {}, marked(item.text, item.marks)), source(item, ...where));
  }

  /**
   * Make a container's buttons one stop for the Tab key; the arrow keys, Home and End go on from there.
   * Buttons that come later are to be made with `tabindex` -1 and the returned function to be called then.
   */
  function oneStop(container) {
    const stop = () => container.querySelector('button[tabindex="0"]');
    container.addEventListener("focusin", ({ target }) => {
      if (stop()) stop().tabIndex = -1;
      target.tabIndex = 0;
    });
    container.addEventListener("keydown", (event) => {
      const buttons = [...container.querySelectorAll("button")];
      const at = buttons.indexOf(event.target);
      const last = buttons.length - 1;
      const to = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last }[event.key];
      if (to === undefined || at < 0) return;
      buttons[to].focus();
      event.preventDefault();
    });
    return () => {
      if (!stop()) container.querySelector("button")?.setAttribute("tabindex", "0");
    };
  }

  /** Hand the reader a file; nothing leaves the page. */
  function download(blob, filename) {
    const address = URL.createObjectURL(blob);
    make("a", { href: address, download: filename }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000); // by then the browser has read it
  }

  Object.assign(kgraph, {
    make,
    name,
    count,
    date,
    webLink,
    nodeButton,
    source,
    bestFirst,
    quote,
    oneStop,
    download,
  });
})();
