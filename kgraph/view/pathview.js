// A path in the panel: each step as a sentence, with what the papers say of it.
"use strict";

(() => {
  const { count, make, name, nodeButton, quote } = kgraph;
  const MOST_FOUND = 12;

  /** A button that opens a field in which the other end of a path is found. */
  function pathFinder(node, { find, onPath }) {
    const properties = { type: "button", class: "plain", "aria-expanded": "false", "aria-controls": "path-finder" };
    const open = make("button", properties, "Find a path to …");
    const box = make("input", {
      id: "path-to",
      type: "text",
      role: "combobox",
      placeholder: "Find a path to …",
      "aria-label": `Find a path from ${node.name.slice(0, 300)} to`,
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": "path-results",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
    });
    const list = make("ul", {
      id: "path-results",
      class: "results",
      role: "listbox",
      "aria-label": "Found",
      hidden: "",
    });
    const field = make("div", { id: "path-finder", class: "search", hidden: "" }, box, list);
    const toggle = (opened) => {
      field.hidden = !opened;
      open.hidden = opened;
      open.setAttribute("aria-expanded", String(opened));
      (opened ? box : open).focus();
    };
    open.addEventListener("click", () => toggle(true));
    new kgraph.SearchBox(box, list, {
      find: (text) =>
        find(text, MOST_FOUND + 1)
          .filter((found) => found.node !== node)
          .slice(0, MOST_FOUND),
      onTake: (other) => onPath(node, other),
      onLeave: () => toggle(false),
    });
    return make("div", { class: "path-finder" }, open, field);
  }

  class PathView {
    /**
     * `onChoose(node)` follows a button, `onClose()` shuts the panel, `onUnfilter()` lifts all filters, `find` and
     * `onPath(from, to)` are the finder's.
     */
    constructor(element, graph, { onChoose, onClose, onUnfilter, find, onPath }) {
      Object.assign(this, { element, graph, onChoose, onClose, onUnfilter, find, onPath });
    }

    /** Show the steps from one node to another, null for none; `unfiltered` are the steps without the filters. */
    async open(from, to, path, unfiltered) {
      const close = { type: "button", class: "close", "aria-label": "Close details", onclick: this.onClose };
      const body = make("div", { class: "path-body" }, make("p", { class: "waiting" }, "Reading the evidence …"));
      this.element.hidden = false;
      this.element.scrollTop = 0;
      this.element.replaceChildren(
        make("div", { class: "panel-top" }, make("p", { class: "kind" }, "Path"), make("button", close, "×")),
        make("h2", { tabindex: "-1" }, "From ", name(from.label), " to ", name(to.label)),
        make("p", { class: "fact" }, ...(path ? [count(path.length, "step")] : this.none(unfiltered))),
        pathFinder(from, this),
        body,
      );
      let evidence;
      try {
        evidence = path && (await kgraph.readEvidence());
      } catch (error) {
        body.replaceChildren(`The evidence in this file could not be read: ${error.message}`);
        return;
      }
      if (path) body.replaceChildren(this.steps(from, path, evidence));
      else body.replaceChildren(...[from, to].map((node) => nodeButton(node, this.onChoose)));
    }

    none(unfiltered) {
      if (!unfiltered) return ["Nothing in this graph links the two."];
      const steps = count(unfiltered.length, "step");
      const lift = make("button", { type: "button", class: "plain", onclick: this.onUnfilter }, "Lift the filters");
      return [`No path under these filters; without them there is one of ${steps}. `, lift];
    }

    steps(from, path, evidence) {
      let before = from;
      const items = path.map(({ edge, node, out }) => {
        const said = make("span", { class: "for-reader" }, name(before.label), " ");
        const [first, ...others] = kgraph.bestFirst(evidence, edge);
        const item = make(
          "li",
          {},
          make("p", { class: "verb" }, said, kgraph.verb(edge.relation, out)),
          nodeButton(node, this.onChoose),
        );
        // The paper need not be named where it is itself one end of the step.
        const besides = [before, node].find(({ kind }) => kind === "Paper");
        if (first) item.append(quote(first, this.graph, this.onChoose, besides));
        if (others.length) item.append(this.others(others, besides));
        before = node;
        return item;
      });
      return make("ol", { class: "path" }, make("li", {}, nodeButton(from, this.onChoose)), ...items);
    }

    others(found, besides) {
      const details = make("details", {}, make("summary", {}, `More evidence (${found.length})`));
      details.addEventListener("toggle", () => {
        if (details.open && details.childElementCount === 1)
          details.append(...found.map((item) => quote(item, this.graph, this.onChoose, besides)));
      });
      return details;
    }
  }

  Object.assign(kgraph, { pathFinder, PathView });
})();
