// The list of topics: where they are on the map, what is in them, and their colours where it is coloured by them.
"use strict";

(() => {
  const { make, name, nodeButton } = kgraph;
  const AT_FIRST = 8; // topics: as many as have a colour of their own
  const SHOWN = 12; // of the nodes of one topic

  class Topics {
    /** `onTopic(topic)` shows one on the map; `onChoose(node)` follows a button. */
    constructor(list, graph, { onTopic, onChoose }) {
      Object.assign(this, { list, graph, onTopic, onChoose });
      const items = graph.topics.map((topic) => this.item(topic));
      list.append(...items);
      if (items.length <= AT_FIRST) return;
      const rest = items.slice(AT_FIRST);
      const more = make("button", { type: "button", class: "more" }, `All ${items.length} topics`);
      for (const item of rest) item.hidden = true;
      more.addEventListener("click", () => {
        for (const item of rest) item.hidden = false;
        more.remove();
        rest[0].querySelector("summary").focus();
      });
      list.after(more);
    }

    item(topic) {
      const details = make(
        "details",
        {},
        make(
          "summary",
          {},
          make("span", { class: "swatch", hidden: "" }),
          name(this.graph.nodes[topic.hub].label),
          make("span", { class: "number" }, kgraph.number(topic.size)),
        ),
      );
      details.addEventListener("toggle", () => {
        if (!details.open) return;
        if (details.childElementCount === 1) details.append(this.best(topic));
        this.onTopic(topic);
      });
      return make("li", {}, details);
    }

    best({ topic }) {
      const nodes = this.graph.nodes.filter((node) => node.topic === topic).slice(0, SHOWN);
      return make("ul", {}, ...nodes.map((node) => make("li", {}, nodeButton(node, this.onChoose))));
    }

    /** Show the colour of each topic; null where the map is not coloured by them. */
    colour(colourOf) {
      this.graph.topics.forEach(({ topic }, i) => {
        const swatch = this.list.children[i].querySelector(".swatch");
        swatch.hidden = !colourOf;
        if (colourOf) swatch.style.background = colourOf(topic);
      });
    }
  }

  Object.assign(kgraph, { Topics });
})();
