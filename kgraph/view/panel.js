// The panel of one node: what it is called, what it is linked to, and the sentences that say so.
"use strict";

(() => {
  const AT_FIRST = 12; // neighbours of one relation shown before "show all"

  // How a relation reads from its head and from its tail.
  const PHRASES = {
    introduces: ["Introduces", "Introduced by"],
    uses: ["Uses", "Used by"],
    compares: ["Compares with", "Compared in"],
    mentions: ["Mentions", "Mentioned by"],
    usedFor: ["Used for", "Methods used for it"],
    evaluatedOn: ["Evaluated on", "Evaluated on it"],
    measuredBy: ["Measured by", "What it measures"],
    comparedWith: ["Compared with", "Compared with"],
    partOf: ["Part of", "Its parts"],
    isA: ["Is a kind of", "Kinds of it"],
    benchmarkFor: ["Benchmark for", "Benchmarks"],
  };
  const ORDER = Object.keys(PHRASES);

  /** An element with classes, attributes and children; text becomes text, never mark-up. */
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

  class Panel {
    /** `onChoose(node)` follows a button; `onClose()` shuts the panel; `onTopic(topic)` shows one on the map. */
    constructor(element, graph, { onChoose, onClose, onTopic }) {
      this.element = element;
      this.graph = graph;
      this.onChoose = onChoose;
      this.onClose = onClose;
      this.onTopic = onTopic;
      this.showing = null;
    }

    close() {
      this.showing = null;
      this.element.hidden = true;
      this.element.replaceChildren();
    }

    /** Show one node; the evidence may come a moment later. */
    async open(node) {
      this.showing = node;
      this.element.hidden = false;
      this.element.scrollTop = 0;
      const title = make("h2", { tabindex: "-1" }, name(node.label));
      this.element.replaceChildren(
        make(
          "div",
          { class: "panel-top" },
          make("p", { class: "kind" }, kgraph.symbol(node.kind), node.kind),
          make("button", { type: "button", class: "close", "aria-label": "Close details", onclick: this.onClose }, "×"),
        ),
        title,
        ...this.facts(node),
        make("p", { class: "waiting" }, "Reading the evidence …"),
      );
      let evidence;
      try {
        evidence = await kgraph.readEvidence();
      } catch (error) {
        const waiting = this.element.querySelector(".waiting");
        if (waiting) waiting.textContent = `The evidence in this file could not be read: ${error.message}`;
        return;
      }
      if (this.showing !== node) return;
      this.element
        .querySelector(".waiting")
        .replaceWith(
          ...[this.introduction(node, evidence), this.aliases(node, evidence)].filter(Boolean),
          ...this.relations(node, evidence),
          ...this.apart(node, evidence),
        );
    }

    /** A date as it is known: where the source names no year it reads `--10-26`. */
    date(text) {
      const [, month, day] = /^--(\d\d)-(\d\d)$/.exec(text) ?? [];
      if (!month) return text;
      const known = new Date(2000, month - 1, day).toLocaleDateString("en-GB", { day: "numeric", month: "long" });
      return `${known}, year not known`;
    }

    /** The dates of the first and the last paper that name a concept, where any is known. */
    dates({ firstDate, lastDate }) {
      return firstDate && (firstDate === lastDate ? firstDate : `${firstDate} to ${lastDate}`);
    }

    facts(node) {
      const links = count(node.degree, "link");
      const topic = this.graph.topics.find((known) => known.topic === node.topic);
      const lines = [];
      if (node.kind === "Paper") {
        lines.push(
          [node.date && this.date(node.date), node.organisation, node.upvotes && count(node.upvotes, "upvote")],
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

    /** The sentence that introduces a concept, where a paper does. */
    introduction(node, evidence) {
      const link = this.graph.links[node.id].find((known) => !known.out && known.edge.relation === "introduces");
      const [first] = link ? kgraph.evidenceOf(evidence, link.edge) : [];
      return first ? make("section", { class: "introduction" }, this.quote(first)) : null;
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
              .map((item) => make("blockquote", {}, make("p", {}, name(item.text)), this.source(item))),
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
        return make("li", {}, this.button(this.graph.nodes[other]), why);
      });
      return [
        make("section", {}, make("h3", {}, `Kept apart (${known.length})`), this.list(items, "apart", "kept apart")),
      ];
    }

    relations(node, evidence) {
      const groups = new Map();
      for (const link of this.graph.links[node.id]) {
        const { relation } = link.edge;
        const phrase =
          PHRASES[relation]?.[link.out ? 0 : 1] ?? `${kgraph.visibleText(relation)} ${link.out ? "→" : "←"}`;
        if (!groups.has(phrase)) groups.set(phrase, { phrase, relation, out: link.out, links: [] });
        groups.get(phrase).links.push(link);
      }
      const rank = ({ relation, out }) => 2 * (ORDER.indexOf(relation) + 1 || 99) + (out ? 0 : 1);
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
      const found = kgraph.evidenceOf(evidence, edge);
      const details = make(
        "details",
        {},
        make("summary", {}, `Evidence (${found.length})`, make("span", { class: "for-reader" }, ` for ${node.name}`)),
      );
      details.addEventListener("toggle", () => {
        if (details.open && details.childElementCount === 1) details.append(...found.map((item) => this.quote(item)));
      });
      return make("li", {}, this.button(node), details);
    }

    button(node) {
      const choose = { type: "button", class: "node", onclick: () => this.onChoose(node) };
      return make("button", choose, kgraph.symbol(node.kind), name(node.label));
    }

    quote(item) {
      return make("blockquote", {}, make("p", {}, marked(item.text, item.marks)), this.source(item));
    }

    /** Where a sentence stands: the paper as a button, the field, the score and the way to the paper. */
    source({ paper, field, score }) {
      const node = this.graph.nodes[paper];
      const footer = make("footer", {});
      if (node && node !== this.showing)
        footer.append(
          make("button", { type: "button", class: "plain", onclick: () => this.onChoose(node) }, name(node.label)),
        );
      const rest = [field, score !== undefined && `score ${score.toFixed(2)}`].filter(Boolean).join(" · ");
      if (rest) footer.append(make("span", {}, rest));
      const link = node?.url && webLink(node.url, "paper ↗", `Open the paper ${node.name}`);
      if (link) footer.append(link);
      return footer;
    }
  }

  Object.assign(kgraph, { Panel, make, name, count, marked, webLink });
})();
