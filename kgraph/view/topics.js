// The list of topics: where they are on the map, what is in them, and their colours where it is coloured by them.
"use strict";

(() => {
  const { make, name, symbol } = kgraph;
  const SHOWN = 12; // of the nodes of one topic

  class Topics {
    /** `onTopic(topic)` shows one on the map; `onChoose(node)` follows a button. */
    constructor(list, graph, { onTopic, onChoose }) {
      Object.assign(this, { list, graph, onTopic, onChoose });
      list.append(...graph.topics.map((topic) => this.item(topic)));
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
          make("span", { class: "number" }, topic.size.toLocaleString("en")),
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
      const button = (node) => {
        const choose = { type: "button", class: "node", onclick: () => this.onChoose(node) };
        return make("li", {}, make("button", choose, symbol(node.kind), name(node.label)));
      };
      return make("ul", {}, ...nodes.map(button));
    }

    /** Show the colour of each topic; null where the map is not coloured by them. */
    colour(colourOf) {
      this.graph.topics.forEach(({ topic }, i) => {
        const swatch = this.list.children[i].querySelector(".swatch");
        swatch.hidden = !colourOf;
        if (colourOf) swatch.style.background = colourOf(topic) ?? "var(--muted)";
      });
    }
  }

  Object.assign(kgraph, { Topics });
})();
