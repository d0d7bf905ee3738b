// The page: what is shown follows from the filters and from the node that the address names.
"use strict";

(() => {
  const { count, make, name, symbol } = kgraph;
  const byId = (id) => document.getElementById(id);
  const RESULTS = 12;

  const graph = kgraph.readGraph();
  const index = kgraph.searchIndex(graph.nodes);
  const find = (text, limit) => kgraph.search(index, text, limit);
  let state = kgraph.initialState();

  const map = new kgraph.GraphMap(byId("map"), graph, JSON.parse(byId("options").textContent), {
    onChoose: (id) => (id === null ? close() : choose(graph.nodes[id])),
    describe: (node) => `${node.name.slice(0, 300)}\n${node.kind}, ${count(node.degree, "link")}`,
  });
  const panel = new kgraph.Panel(byId("panel"), graph, {
    onChoose: choose,
    onClose: close,
    onTopic: showTopic,
    find,
    onPath,
  });
  const pathView = new kgraph.PathView(byId("panel"), graph, {
    onChoose: choose,
    onClose: close,
    onUnfilter: () => go(kgraph.withoutFilters(state)),
    find,
    onPath,
  });
  const table = new kgraph.Table(byId("table"), graph, { onChoose: choose });
  const list = new kgraph.List(byId("list"), graph, { inView: () => map.inView(), onChoose: choose });
  map.network.on("afterDrawing", () => list.follow());

  // ---- What is shown -------------------------------------------------------------------------------

  let passing = kgraph.passes(graph, state);

  function update() {
    passing = kgraph.passes(graph, state);
    const full = new Set(passing.nodes.slice(0, graph.backbone));
    if (state.chosen) {
      full.add(state.chosen);
      for (const id of graph.neighbours(state.chosen.id)) if (passing.node(graph.nodes[id])) full.add(graph.nodes[id]);
    }
    const path = showPath();
    for (const { node } of path) full.add(node);
    const marks = passing.nodes.filter((node) => !full.has(node));
    map.show({ full: [...full], marks, edges: passing.edge, chosen: state.chosen?.id ?? null });
    if (state.view === "table") table.show({ nodes: passing.nodes, chosen: state.chosen });
    showCounts(full.size, marks.length);
  }

  /** Show the path that the state names, in the panel and on the map; returns its steps. */
  function showPath() {
    if (!state.path) {
      map.emphasise(null);
      return [];
    }
    const [from, to] = state.path.map((id) => graph.nodes[id]);
    const path = kgraph.shortestPath(graph, from.id, to.id, passing);
    const open = path ?? kgraph.shortestPath(graph, from.id, to.id, { edge: () => true });
    pathView.open(from, to, path, open);
    const ids = [from.id, ...(path ?? []).map(({ node }) => node.id)];
    map.emphasise(
      path ? ids : [from.id, to.id],
      ids.slice(1).map((id, i) => [ids[i], id]),
    );
    return path ?? [];
  }

  function showCounts(full, marks) {
    const total = graph.nodes.length;
    const parts = [`${full.toLocaleString("en")} of ${count(total, "node")} drawn`];
    if (marks) parts.push(`${marks.toLocaleString("en")} as small marks`);
    if (total - full - marks) parts.push(`${(total - full - marks).toLocaleString("en")} filtered out`);
    if (graph.total > total)
      parts.push(`the least linked ${(graph.total - total).toLocaleString("en")} are not in this page`);
    byId("count").textContent = parts.join(" · ");
    for (const button of byId("legend").children) {
      const { kind } = button.dataset;
      const number = graph.nodes.filter((node) => node.kind === kind && node.degree >= state.least).length;
      button.setAttribute("aria-pressed", String(!state.hidden.has(kind)));
      button.querySelector(".number").textContent = number.toLocaleString("en");
    }
  }

  // ---- The chosen node: the address says which ---------------------------------------------------------

  const go = (next) => {
    location.hash = kgraph.writeAddress(next, graph);
  };

  function choose(node) {
    go({ ...state, chosen: node, path: null });
  }

  function onPath(from, to) {
    go({ ...state, chosen: from, path: [from.id, to.id] });
  }

  function close() {
    const back = kgraph.stepBack(state);
    if (back) go(back);
  }

  function follow({ opening = false } = {}) {
    const before = state;
    const read = kgraph.readAddress(location.hash, graph);
    state = read.state;
    for (const fault of read.faults) announce(fault);
    byId("table").hidden = state.view !== "table";
    document.querySelector("main").dataset.view = state.view;
    byId("view").setAttribute("aria-pressed", String(state.view === "table"));
    const details = state.path || state.chosen;
    if (state.chosen && !state.path) {
      if (state.chosen !== before.chosen || before.path || byId("panel").hidden) panel.open(state.chosen);
      announce(`${state.chosen.name.slice(0, 300)}, ${state.chosen.kind}, ${count(state.chosen.degree, "link")}`);
    } else if (!details && (before.chosen || before.path)) {
      const inside = byId("panel").contains(document.activeElement);
      panel.close();
      if (inside) byId("map").focus();
    }
    update();
    if (details && !opening) byId("panel").querySelector("h2").focus({ preventScroll: true });
    if (state.path)
      map.fit(
        [...map.strong.ids].map((id) => graph.nodes[id]),
        free(),
        { animate: !opening },
      );
    else if (state.chosen) {
      const shown = [state.chosen, ...graph.neighbours(state.chosen.id).map((id) => graph.nodes[id])];
      map.fit(shown, free(), { animate: !opening });
    }
  }

  function announce(text) {
    byId("announce").textContent = text;
  }

  /** The part of the map's element that no panel covers, in pixels. */
  function free() {
    const box = byId("map").getBoundingClientRect();
    const area = { left: 0, top: 0, right: box.width, bottom: box.height };
    const narrow = matchMedia("(max-width: 720px)").matches;
    const details = byId("panel");
    if (!details.hidden && narrow) area.bottom = details.getBoundingClientRect().top - box.top;
    else if (!details.hidden) area.right = details.getBoundingClientRect().left - box.left;
    if (!narrow && byId("controls").open) area.left = byId("controls").getBoundingClientRect().right - box.left;
    return area;
  }

  const showAll = () => map.fit(passing.nodes, free());
  map.showAll = showAll;

  // ---- Legend, slider, topics ---------------------------------------------------------------------------

  function buildControls() {
    const present = new Set(graph.nodes.map((node) => node.kind));
    for (const kind of kgraph.KINDS.filter((known) => present.has(known))) {
      const button = make(
        "button",
        { type: "button", "data-kind": kind },
        symbol(kind),
        make("span", {}, kind),
        make("span", { class: "number" }),
      );
      button.addEventListener("click", () => {
        const hidden = new Set(state.hidden);
        if (!hidden.delete(kind)) hidden.add(kind);
        go({ ...state, hidden });
      });
      byId("legend").append(button);
    }
    const slider = byId("degree");
    slider.max = String(Math.min(20, Math.max(0, ...graph.nodes.map((node) => node.degree))));
    slider.addEventListener("input", () => {
      byId("degree-value").textContent = slider.value;
      go({ ...state, least: Number(slider.value) });
    });
    byId("topics").hidden = graph.topics.length === 0;
    for (const topic of graph.topics) byId("topic-list").append(topicItem(topic));
    if (matchMedia("(max-width: 720px)").matches) byId("controls").open = false;
  }

  function topicItem(topic) {
    const details = make(
      "details",
      {},
      make(
        "summary",
        {},
        name(graph.nodes[topic.hub].label),
        make("span", { class: "number" }, topic.size.toLocaleString("en")),
      ),
    );
    details.addEventListener("toggle", () => {
      if (!details.open) return;
      if (details.childElementCount === 1) {
        const best = graph.nodes.filter((node) => node.topic === topic.topic).slice(0, 12);
        const button = (node) =>
          make(
            "button",
            { type: "button", class: "node", onclick: () => choose(node) },
            symbol(node.kind),
            name(node.label),
          );
        details.append(make("ul", {}, ...best.map((node) => make("li", {}, button(node)))));
      }
      showTopic(topic);
    });
    return make("li", {}, details);
  }

  function showTopic(topic) {
    map.fit(
      graph.nodes.filter((node) => node.topic === topic.topic),
      free(),
    );
  }

  // ---- Search --------------------------------------------------------------------------------------------

  const box = byId("search");
  new kgraph.SearchBox(box, byId("results"), { find: (text) => find(text, RESULTS), onTake: choose });

  // ---- Keys and buttons for the whole page ------------------------------------------------------------------

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && document.activeElement?.type !== "text") {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "Escape") close();
  });
  byId("view").addEventListener("click", () => go({ ...state, view: state.view === "table" ? "map" : "table" }));
  byId("zoom-in").addEventListener("click", () => map.zoomBy(1.4));
  byId("zoom-out").addEventListener("click", () => map.zoomBy(1 / 1.4));
  byId("zoom-all").addEventListener("click", showAll);
  addEventListener("hashchange", () => follow());

  buildControls();
  map.fit(graph.nodes.slice(0, graph.backbone), free(), { animate: false });
  follow({ opening: true });
  document.documentElement.dataset.ready = "true";
})();
