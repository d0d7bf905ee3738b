// What the canvas shows, as a list: for those who hear the page or use it by the keyboard.
"use strict";

(() => {
  const { count, make, nodeButton, oneStop } = kgraph;
  const MOST = 100; // nodes listed
  const PAUSE = 250; // milliseconds without a change before the list follows

  class List {
    /** `inView()` returns the nodes that the map shows, in order of importance; `onChoose(node)` follows a button. */
    constructor(element, graph, { inView, onChoose }) {
      Object.assign(this, { element, graph, inView, onChoose });
      this.waiting = null;
      this.stale = false;
      this.told = null; // what is listed, so that a redrawn map changes nothing here
      this.said = make("p", { id: "list-count" });
      this.items = make("ul", { "aria-labelledby": "list-title", "aria-describedby": "list-count" });
      element.append(make("h2", { id: "list-title" }, "On the map"), this.said, this.items);
      this.settle = oneStop(this.items);
      // Nothing changes under the hand that is in the list.
      element.addEventListener("focusout", () => this.stale && this.follow());
    }

    /** Follow a change of the view or of the filters, once it has come to rest. */
    follow() {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => {
        this.stale = this.element.contains(document.activeElement);
        if (!this.stale) this.show();
      }, PAUSE);
    }

    show() {
      const nodes = this.inView();
      const listed = nodes.slice(0, MOST);
      const rest = nodes.length - listed.length;
      const told = `${nodes.length}: ${listed.map(({ id }) => id)}`;
      if (told === this.told) return;
      this.told = told;
      this.said.textContent = nodes.length
        ? `${count(nodes.length, "node")} in view${rest ? `; the ${listed.length} most important are listed` : ""}.`
        : "Nothing is in view. Zero shows all of the map.";
      this.items.replaceChildren(...listed.map((node) => make("li", {}, this.button(node))));
      this.settle();
    }

    button(node) {
      const button = nodeButton(node, this.onChoose);
      button.tabIndex = -1;
      button.append(make("span", { class: "why" }, ` ${node.kind}, ${count(node.degree, "link")}`));
      return button;
    }
  }

  Object.assign(kgraph, { List });
})();
