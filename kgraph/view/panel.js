// The panel of one node: what it is called, what it is linked to, and the sentences that say so.
"use strict";

(() => {
  const { count, date, make, name, nodeButton, quote, source, webLink } = kgraph;
  const AT_FIRST = 12; // neighbours of one relation shown before "show all"

  class Panel {
    /**
     * `onChoose(node)` follows a button; `onClose()` shuts the panel; `onTopic(topic)` shows one on the map;
     * `find(text, limit)` and `onPath(from, to)` are for the other end of a path; `steps` is the
     * element that tells how much is shown around a node.
     */
    constructor(element, graph, { onChoose, onClose, onTopic, find, onPath, steps }) {
      Object.assign(this, { element, graph, onChoose, onClose, onTopic, find, onPath, steps });
    }

    close() {
      this.element.hidden = true;
      this.element.replaceChildren();
    }

    /** Show one node; the evidence may come a moment later. */
    async open(node) {
      const waiting = make("p", { class: "waiting" }, "Reading the evidence …");
      this.element.hidden = false;
      this.element.scrollTop = 0;
      this.element.replaceChildren(
        make(
          "div",
          { class: "panel-top" },
          make("p", { class: "kind" }, kgraph.symbol(node.kind), node.kind),
          make("button", { type: "button", class: "close", "aria-label": "Close details", onclick: this.onClose }, "×"),
        ),
        make("h2", { tabindex: "-1" }, name(node.label)),
        this.steps,
        ...this.facts(node),
        kgraph.pathFinder(node, this),
        waiting,
      );
      let evidence;
      try {
        evidence = await kgraph.readEvidence();
      } catch (error) {
        waiting.textContent = `The evidence in this file could not be read: ${error.message}`;
        return;
      }
      // Where the panel shows something else by now, this changes nothing that is seen.
      waiting.replaceWith(
        ...[this.introduction(node, evidence), this.aliases(node, evidence)].filter(Boolean),
        ...this.relations(node, evidence),
        ...this.apart(node, evidence),
      );
    }

    /** The dates of the first and the last paper that name a concept, where any is known. */
    dates({ firstDate, lastDate }) {
      return firstDate && (firstDate === lastDate ? date(firstDate) : `${date(firstDate)} to ${date(lastDate)}`);
    }

    facts(node) {
      const links = count(node.degree, "link");
      const topic = this.graph.topics.find((known) => known.topic === node.topic);
      const lines = [];
      if (node.kind === "Paper") {
        lines.push(
          [node.date && date(node.date), node.organisation, node.upvotes && count(node.upvotes, "upvote")],
          [Array.isArray(node.authors) && node.authors.join(", ")],
          [Array.isArray(node.categories) && node.categories.join(", ")],
          [links],
        );
      } else lines.push([`Named in ${count(node.papers, "paper")}`, this.dates(node), links]);
      const facts = lines
        .map((line) =>
          line
            .filter(Boolean)
            .map((part) => kgraph.visibleText(String(part)))
            .join(" · "),
        )
        .filter(Boolean)
        .map((line) => make("p", { class: "fact" }, name(line)));
      const link = node.url && webLink(node.url, "Open the paper ↗", `Open the paper ${node.name}`);
      if (link) facts.push(make("p", { class: "fact" }, link));
      for (const url of node.exactMatch ?? []) {
        const same = webLink(url, name(url), `The same as ${url}`);
        if (same) facts.push(make("p", { class: "fact" }, "The same as ", same));
      }
      if (topic && topic.hub !== node.id) {
        const show = { type: "button", class: "plain", onclick: () => this.onTopic(topic) };
        facts.push(
          make("p", { class: "fact" }, "Topic: ", make("button", show, name(this.graph.nodes[topic.hub].label))),
        );
      }
      return facts;
    }

    /**
     * The sentence by which a paper introduces a concept, or else the first that names it; of a paper the
     * one that says what it introduces.
     */
    introduction(node, evidence) {
      const { nodes, links } = this.graph;
      const isPaper = node.kind === "Paper";
      const introduces = ({ edge }) => edge.relation === "introduces";
      const when = ({ other }) => (/^\d/.test(nodes[other].date) ? nodes[other].date : "unknown");
      const [first] = links[node.id]
        .filter((link) => (isPaper ? link.out && introduces(link) : !link.out && nodes[link.other].kind === "Paper"))
        .sort(
          (a, b) =>
            introduces(b) - introduces(a) ||
            when(a).localeCompare(when(b)) ||
            b.edge.score - a.edge.score ||
            a.other - b.other,
        );
      const [sentence] = first ? kgraph.bestFirst(evidence, first.edge) : [];
      if (!sentence) return null;
      const named = when(first) === "unknown" ? "Named" : "First named";
      const title = isPaper ? "What it introduces" : introduces(first) ? "Introduced" : named;
      const shown = quote(sentence, this.graph, this.onChoose, node);
      return make("section", { class: "introduction" }, make("h3", {}, title), shown);
    }

    aliases(node, evidence) {
      const known = kgraph.aliasesOf(evidence, node);
      if (!known.length) return null;
      const items = known.map(({ name: alias, rules, shown }) =>
        make(
          "li",
          {},
          make(
            "details",
            {},
            make(
              "summary",
              {},
              name(alias),
              make(
                "span",
                { class: "why" },
                ` ${[...rules].map((rule) => kgraph.visibleText(rule).replaceAll("-", " ")).join(", ")}`,
              ),
            ),
            ...shown
              .slice(0, 3)
              .map((item) =>
                make("blockquote", {}, make("p", {}, name(item.text)), source(item, this.graph, this.onChoose, node)),
              ),
          ),
        ),
      );
      return make("section", {}, make("h3", {}, `Names (${known.length})`), this.list(items, "aliases", "names"));
    }

    /** The concepts with names alike that resolution kept apart, and why. */
    apart(node, evidence) {
      const known = evidence.apart[node.id] ?? [];
      if (!known.length) return [];
      const items = known.map(([other, guard]) => {
        const why = make("span", { class: "why" }, ` ${kgraph.visibleText(guard)}`);
        return make("li", {}, nodeButton(this.graph.nodes[other], this.onChoose), why);
      });
      return [
        make("section", {}, make("h3", {}, `Kept apart (${known.length})`), this.list(items, "apart", "kept apart")),
      ];
    }

    relations(node, evidence) {
      const groups = new Map();
      for (const link of this.graph.links[node.id]) {
        const { relation } = link.edge;
        const phrase = kgraph.heading(relation, link.out);
        if (!groups.has(phrase)) groups.set(phrase, { phrase, relation, out: link.out, links: [] });
        groups.get(phrase).links.push(link);
      }
      const rank = ({ relation, out }) => 2 * (kgraph.RELATIONS.indexOf(relation) + 1 || 99) + (out ? 0 : 1);
      return [...groups.values()]
        .sort((a, b) => rank(a) - rank(b))
        .map(({ phrase, links }) => {
          links.sort((a, b) => b.edge.support - a.edge.support || a.other - b.other);
          return make(
            "section",
            {},
            make("h3", {}, `${phrase} (${links.length})`),
            this.list(
              links.map((link) => this.neighbour(link, evidence)),
              "neighbours",
              phrase.toLowerCase(),
            ),
          );
        });
    }

    /** A list that shows its first items, and the others at a press. */
    list(items, className, what) {
      const list = make("ul", { class: className }, ...items.slice(0, AT_FIRST));
      if (items.length > AT_FIRST) {
        const more = make("button", { type: "button", class: "more" }, `Show all ${items.length}: ${what}`);
        more.addEventListener("click", () => {
          more.parentElement.remove();
          list.append(...items.slice(AT_FIRST));
          items[AT_FIRST].querySelector("button, summary")?.focus();
        });
        list.append(make("li", {}, more));
      }
      return list;
    }

    neighbour({ edge, other }, evidence) {
      const node = this.graph.nodes[other];
      const found = kgraph.bestFirst(evidence, edge);
      const details = make(
        "details",
        {},
        make("summary", {}, `Evidence (${found.length})`, make("span", { class: "for-reader" }, ` for ${node.name}`)),
      );
      details.addEventListener("toggle", () => {
        if (details.open && details.childElementCount === 1)
          details.append(...found.map((item) => quote(item, this.graph, this.onChoose, node)));
      });
      return make("li", {}, nodeButton(node, this.onChoose), details);
    }
  }

  Object.assign(kgraph, { Panel });
})();
