// The legend and the filters: what they say follows from the state, what a person does goes to `onChange`.
"use strict";

(() => {
  const { make, symbol } = kgraph;
  const byId = (id) => document.getElementById(id);
  const MOST_LINKS = 20; // the slider's end

  /** Buttons of which one is pressed; `onChoose(value)` is told when another is. Returns what presses one. */
  function choice(element, onChoose) {
    const buttons = [...element.querySelectorAll("button")];
    for (const button of buttons) button.addEventListener("click", () => onChoose(button.value));
    return (value) => {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === value));
    };
  }

  /** The set with the value put in or taken out. */
  function turned(set, value) {
    const changed = new Set(set);
    if (!changed.delete(value)) changed.add(value);
    return changed;
  }

  class Controls {
    /** `onChange(change)` is given the parts of the state that a person changed. */
    constructor(graph, { onChange }) {
      this.graph = graph;
      this.onChange = onChange;
      this.state = kgraph.initialState();
      this.kinds = new Map(kgraph.kindsOf(graph).map((kind) => [kind, this.kind(kind)]));
      this.relations = new Map(kgraph.relationsOf(graph).map((relation) => [relation, this.relation(relation)]));
      for (const set of ["roles", "relations"]) byId(set).hidden = byId(set).childElementCount === 1;
      this.pressColour = choice(byId("colour"), (colour) => onChange({ colour }));
      byId("colour-row").hidden = graph.topics.length === 0;
      this.buildSlider();
      this.buildDates();
      byId("filters").addEventListener("toggle", () => this.countMore());
      byId("reset").addEventListener("click", () => {
        onChange(kgraph.withoutFilters({}));
        byId("controls").querySelector("summary").focus();
      });
    }

    kind(kind) {
      const number = make("span", { class: "number" });
      const button = make(
        "button",
        { type: "button", "data-kind": kind },
        symbol(kind),
        make("span", {}, kgraph.visibleText(kind)),
        number,
      );
      button.addEventListener("click", () => this.onChange({ hidden: turned(this.state.hidden, kind) }));
      byId("legend").append(button);
      return { button, number };
    }

    relation(relation) {
      const role = Object.hasOwn(kgraph.ROLES, relation);
      const text = role ? kgraph.ROLES[relation] : kgraph.heading(relation, true);
      const box = make("input", { type: "checkbox" });
      box.dataset.relation = relation;
      const number = make("span", { class: "number" });
      box.addEventListener("change", () => this.onChange({ relations: turned(this.state.relations, relation) }));
      byId(role ? "roles" : "relations").append(make("label", { class: "check" }, box, make("bdi", {}, text), number));
      return { box, number };
    }

    buildSlider() {
      const slider = byId("degree");
      const most = this.graph.nodes.reduce((known, { degree }) => Math.max(known, degree), 0);
      slider.max = String(Math.min(MOST_LINKS, most));
      slider.addEventListener("input", () => this.onChange({ least: Number(slider.value) }));
    }

    buildDates() {
      const span = kgraph.dateSpan(this.graph);
      byId("dates").hidden = span === null;
      if (!span) return;
      for (const name of ["from", "to"]) {
        Object.assign(byId(name), { min: span[0], max: span[1] });
        byId(name).addEventListener("change", () => this.onChange({ [name]: byId(name).value }));
      }
      byId("undated").addEventListener("change", () => this.onChange({ undated: byId("undated").checked }));
    }

    /** Show a state, and the counts that follow from it. */
    show(state) {
      this.state = state;
      const counts = kgraph.kindCounts(this.graph, state);
      for (const [kind, { button, number }] of this.kinds) {
        button.setAttribute("aria-pressed", String(!state.hidden.has(kind)));
        number.textContent = kgraph.number(counts.get(kind));
      }
      this.pressColour(state.colour);
      byId("degree").value = String(state.least);
      byId("degree-value").textContent = String(state.least);
      for (const [relation, { box }] of this.relations) box.checked = !state.relations.has(relation);
      const day = (text, end) => (text ? kgraph.dayText(kgraph.daysOf(text)[end]) : "");
      byId("from").value = day(state.from, 0);
      byId("to").value = day(state.to, 1);
      byId("undated").checked = state.undated;
      byId("reset").hidden = !kgraph.isFiltered(state);
      const { relations, from, to } = state;
      if (relations.size || from || to) byId("filters").open = true;
      this.countMore();
    }

    /** The counts that are seen only where the other filters are open. */
    countMore() {
      if (!byId("filters").open) return;
      const counts = kgraph.relationCounts(this.graph, this.state);
      for (const [relation, { number }] of this.relations) number.textContent = kgraph.number(counts.get(relation));
      if (byId("dates").hidden) return;
      const undated = kgraph.undatedCount(this.graph, this.state);
      const label = byId("undated").parentElement;
      label.hidden = byId("undated-note").hidden = undated === 0 && !this.state.undated;
      label.querySelector(".number").textContent = kgraph.number(undated);
    }
  }

  Object.assign(kgraph, { Controls, choice });
})();
