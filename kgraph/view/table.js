// The nodes that are shown as a table: sorted by its headers, drawn as one scrolls, to be taken along as CSV.
"use strict";

(() => {
  const { count, date, make, name, oneStop, symbol } = kgraph;
  const CHUNK = 200; // rows drawn at once
  const AHEAD = 600; // pixels before the end of the drawn rows at which the next are drawn

  // `value` is compared and written to CSV: a number, a text, or undefined for what is not known.
  const COLUMNS = [
    { id: "name", title: "Name", value: (node) => node.name },
    { id: "kind", title: "Kind", value: (node) => node.kind },
    { id: "papers", title: "Papers", value: (node) => node.papers, number: true },
    { id: "links", title: "Links", value: (node) => node.degree, number: true },
    { id: "first", title: "First date", value: (node) => node.date ?? node.firstDate },
    { id: "last", title: "Last date", value: (node) => node.date ?? node.lastDate },
    { id: "topic", title: "Topic", value: (node, graph) => topicName(node, graph) },
  ];

  const topicNames = new WeakMap();

  /** The name of a node's topic, undefined where the topic has none. */
  function topicName(node, graph) {
    if (!topicNames.has(graph))
      topicNames.set(graph, new Map(graph.topics.map(({ topic, hub }) => [topic, graph.nodes[hub].name])));
    return topicNames.get(graph).get(node.topic);
  }

  /** Whether a value says where a node belongs in the order: a date without its year does not. */
  const isPlaced = (value) => value !== undefined && !String(value).startsWith("--");

  /**
   * The nodes in the order of a column, those of equal value in their order of importance, and those
   * without a value last whatever the direction.
   */
  function sortRows(nodes, graph, { column, descending }) {
    const { value } = COLUMNS.find(({ id }) => id === column);
    const placed = [];
    const rest = [];
    for (const node of nodes) {
      const at = value(node, graph);
      if (!isPlaced(at)) rest.push(node);
      else placed.push({ node, at: typeof at === "string" ? at.toLowerCase() : at });
    }
    const sign = descending ? -1 : 1;
    placed.sort((a, b) => (a.at < b.at ? -sign : a.at > b.at ? sign : a.node.id - b.node.id));
    return [...placed.map(({ node }) => node), ...rest];
  }

  /** A cell of CSV (RFC 4180); spreadsheets run what begins like a formula, so that begins with an apostrophe. */
  function csvCell(value) {
    if (typeof value === "number") return String(value);
    const text = String(value ?? "")
      .replace(/\p{Cs}/gu, "\ufffd")
      .replaceAll("\0", "");
    const harmless = /^[\t\r\n ]*[=+\-@＝＋－＠]/.test(text) || /^[\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  }

  /**
   * All rows as CSV, with the node's key before the table's columns. It begins with a byte order mark:
   * without it Excel misreads every letter that is not ASCII, and other readers skip it.
   */
  function tableCsv(rows, graph) {
    const head = ["key", ...COLUMNS.map(({ id }) => id)];
    const lines = rows.map((node) => [node.key, ...COLUMNS.map(({ value }) => value(node, graph))]);
    return `\ufeff${[head, ...lines].map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("")}`;
  }

  class Table {
    /** `onChoose(node)` is told the row that was chosen. */
    constructor(element, graph, { onChoose }) {
      Object.assign(this, { element, graph, onChoose });
      this.order = { column: "links", descending: true };
      this.shown = [];
      this.rows = [];
      this.chosen = null;
      this.headers = COLUMNS.map((column) => this.header(column));
      this.body = make("tbody");
      this.count = make("p", { class: "table-count", role: "status" });
      this.more = make("button", { type: "button", class: "more", onclick: () => this.drawAsked() });
      const save = { type: "button", class: "download", onclick: () => this.download() };
      this.table = make(
        "table",
        { "aria-label": "What passes the filters" },
        make("thead", {}, make("tr", {}, ...this.headers)),
        this.body,
      );
      element.append(
        make("div", { class: "table-top" }, this.count, make("button", save, "Download as CSV")),
        make("div", { class: "table-rows" }, this.table, this.more),
      );
      this.view = element.lastElementChild;
      this.view.addEventListener("scroll", () => {
        const left = this.view.scrollHeight - this.view.scrollTop - this.view.clientHeight;
        // The button that draws more must not flee from who has just come to it.
        if (left < AHEAD && document.activeElement !== this.more) this.draw();
      });
      this.body.addEventListener("click", ({ target }) => {
        const row = target.closest("tr");
        if (row) this.onChoose(this.graph.nodes[Number(row.dataset.id)]);
      });
      this.settle = oneStop(this.body);
    }

    header({ id, title, number }) {
      const sort = make("button", { type: "button" }, title, make("span", { class: "sort", "aria-hidden": "true" }));
      sort.addEventListener("click", () => {
        // Numbers are of interest from the largest down, texts from A on.
        const descending = this.order.column === id ? !this.order.descending : Boolean(number);
        this.order = { column: id, descending };
        this.arrange();
      });
      return make("th", { scope: "col", class: id, "data-column": id }, sort);
    }

    /** Show these nodes; the place is kept where they are the same as before. */
    show({ nodes, chosen }) {
      const same = nodes.length === this.shown.length && nodes.every((node, i) => node === this.shown[i]);
      this.shown = nodes;
      this.chosen = chosen;
      if (!same || !this.rows.length) this.arrange();
      else this.mark();
    }

    arrange() {
      this.rows = sortRows(this.shown, this.graph, this.order);
      for (const header of this.headers) {
        const sorted = header.dataset.column === this.order.column;
        if (sorted) header.setAttribute("aria-sort", this.order.descending ? "descending" : "ascending");
        else header.removeAttribute("aria-sort");
        header.querySelector(".sort").textContent = sorted ? (this.order.descending ? "▼" : "▲") : "";
      }
      this.table.setAttribute("aria-rowcount", String(this.rows.length + 1));
      this.body.replaceChildren();
      this.view.scrollTop = 0;
      this.draw();
    }

    /** Draw the next rows. */
    draw() {
      const drawn = this.body.childElementCount;
      const next = this.rows.slice(drawn, drawn + CHUNK);
      this.body.append(...next.map((node, i) => this.row(node, drawn + i)));
      this.settle();
      const total = this.body.childElementCount;
      this.more.hidden = total === this.rows.length;
      this.more.textContent = `Show more: ${total.toLocaleString("en")} of ${count(this.rows.length, "row")} are drawn`;
      this.count.textContent = this.rows.length ? count(this.rows.length, "row") : "Nothing passes the filters.";
      this.mark();
    }

    /** Draw the next rows at a press of the button, which they move away: the first of them takes the focus. */
    drawAsked() {
      const drawn = this.body.childElementCount;
      this.draw();
      this.body.children[drawn]?.querySelector("button").focus({ preventScroll: true });
    }

    row(node, at) {
      const cells = COLUMNS.map(({ id, value }) => {
        if (id === "name") {
          const button = make(
            "button",
            { type: "button", class: "node", tabindex: "-1" },
            symbol(node.kind),
            name(node.label),
          );
          return make("th", { scope: "row", class: id }, button);
        }
        const known = value(node, this.graph);
        const text =
          typeof known === "number" ? known.toLocaleString("en") : kgraph.visibleText(date(known ?? "–", "no year"));
        return make("td", { class: id }, make("bdi", {}, text));
      });
      return make("tr", { "data-id": node.id, "aria-rowindex": at + 2 }, ...cells);
    }

    mark() {
      this.body.querySelector("[aria-current]")?.removeAttribute("aria-current");
      if (this.chosen) this.body.querySelector(`[data-id="${this.chosen.id}"]`)?.setAttribute("aria-current", "true");
    }

    download() {
      kgraph.download(new Blob([tableCsv(this.rows, this.graph)], { type: "text/csv;charset=utf-8" }), "kgraph.csv");
    }
  }

  Object.assign(kgraph, { sortRows, csvCell, tableCsv, Table });
})();
