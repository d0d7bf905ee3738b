// The search box: a combobox over the whole graph, by keyboard and by touch.
"use strict";

(() => {
  const { make, name, symbol } = kgraph;
  const RESULTS = 12;

  class SearchBox {
    /** `box` is the input and `list` the list below it; `onChoose(node)` follows a result. */
    constructor(box, list, nodes, { onChoose }) {
      this.box = box;
      this.list = list;
      this.onChoose = onChoose;
      this.index = kgraph.searchIndex(nodes);
      this.found = [];
      this.active = -1;
      kgraph.prepareSearch(this.index);
      box.addEventListener("input", () => this.show());
      box.addEventListener("focus", () => box.value && this.show());
      box.addEventListener("blur", () => this.hide());
      box.addEventListener("keydown", (event) => this.key(event));
    }

    focus() {
      this.box.focus();
      this.box.select();
    }

    show() {
      this.found = kgraph.search(this.index, this.box.value, RESULTS);
      this.active = this.found.length ? 0 : -1;
      this.list.replaceChildren(...this.found.map((result, i) => this.item(result, i)));
      if (this.box.value.trim() && !this.found.length) {
        const none = { role: "option", "aria-disabled": "true", class: "none" };
        this.list.append(make("li", none, "Nothing in this graph has that name."));
      }
      const open = this.list.childElementCount > 0;
      this.list.hidden = !open;
      this.box.setAttribute("aria-expanded", String(open));
      this.mark();
    }

    item({ node, name: alias }, i) {
      const item = make(
        "li",
        { role: "option", id: `result-${i}` },
        symbol(node.kind),
        make("span", { class: "found" }, name(node.label)),
      );
      if (alias !== node.label)
        item.append(make("span", { class: "alias" }, node.kind === "Paper" ? "" : "also ", name(alias)));
      item.append(make("span", { class: "kind" }, node.kind));
      item.addEventListener("mousedown", (event) => {
        event.preventDefault(); // keeps the focus in the box until the click
      });
      item.addEventListener("click", () => this.take(node));
      return item;
    }

    mark() {
      [...this.list.children].forEach((item, i) => {
        if (item.id) item.setAttribute("aria-selected", String(i === this.active));
      });
      if (this.active >= 0) {
        this.box.setAttribute("aria-activedescendant", `result-${this.active}`);
        this.list.children[this.active].scrollIntoView({ block: "nearest" });
      } else this.box.removeAttribute("aria-activedescendant");
    }

    hide() {
      this.list.hidden = true;
      this.box.setAttribute("aria-expanded", "false");
      this.box.removeAttribute("aria-activedescendant");
    }

    take(node) {
      this.hide();
      this.box.value = "";
      this.box.blur();
      this.onChoose(node);
    }

    key(event) {
      const { box, list, found } = this;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (list.hidden) this.show();
        else if (found.length)
          this.active = (this.active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
        this.mark();
      } else if (event.key === "Enter" && found[this.active] && !list.hidden) this.take(found[this.active].node);
      else if (event.key === "Escape") {
        if (list.hidden && !box.value) box.blur();
        box.value = "";
        this.hide();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    }
  }

  Object.assign(kgraph, { SearchBox });
})();
