// A field that finds nodes by their names: a combobox with a list, for the whole page and for the panel.
"use strict";

(() => {
  const { make, name, symbol } = kgraph;

  class SearchBox {
    /** `find(text)` returns what `search` does; `onTake(node)` is told the choice, `onLeave()` an Escape with nothing typed. */
    constructor(box, list, { find, onTake, onLeave = () => box.blur() }) {
      Object.assign(this, { box, list, find, onTake, onLeave });
      this.found = [];
      this.active = -1;
      box.addEventListener("input", () => this.show());
      box.addEventListener("focus", () => box.value && this.show());
      box.addEventListener("blur", () => this.hide());
      box.addEventListener("keydown", (event) => this.key(event));
    }

    show() {
      this.found = this.find(this.box.value);
      this.active = this.found.length ? 0 : -1;
      this.list.replaceChildren(...this.found.map((result, i) => this.item(result, i)));
      if (this.box.value.trim() && !this.found.length) {
        const none = { role: "option", "aria-disabled": "true", "aria-selected": "false", class: "none" };
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
        { role: "option", id: `${this.list.id}-${i}` },
        symbol(node.kind),
        make("span", { class: "found" }, name(node.label)),
      );
      if (alias !== node.label) item.append(make("span", { class: "alias" }, "also ", name(alias)));
      item.append(make("span", { class: "kind" }, node.kind));
      item.addEventListener("mousedown", (event) => {
        event.preventDefault(); // keeps the focus in the box until the click
      });
      item.addEventListener("click", () => this.take(node));
      return item;
    }

    /** Tell which of the results Enter takes. */
    mark() {
      [...this.list.children].forEach((item, i) => {
        if (item.id) item.setAttribute("aria-selected", String(i === this.active));
      });
      if (this.active >= 0) {
        this.box.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
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
      this.onTake(node);
    }

    key(event) {
      const { box, list, found } = this;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        const step = event.key === "ArrowDown" ? 1 : found.length - 1;
        if (list.hidden) this.show();
        else if (found.length) this.active = (this.active + step) % found.length;
        this.mark();
      } else if (event.key === "Enter" && found[this.active] && !list.hidden) this.take(found[this.active].node);
      else if (event.key === "Escape") {
        const leave = list.hidden && !box.value;
        box.value = "";
        this.hide();
        if (leave) this.onLeave();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    }
  }

  Object.assign(kgraph, { SearchBox });
})();
