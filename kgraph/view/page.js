// The page: what is shown follows from the filters and from the node that the address names.
"use strict";

(() => {
  const { count, make, name, symbol } = kgraph;
  const byId = (id) => document.getElementById(id);
  const RESULTS = 12;

  const graph = kgraph.readGraph();
  const index = kgraph.searchIndex(graph.nodes);
  const state = { hidden: new Set(), least: 0, chosen: null };

  const map = new kgraph.GraphMap(byId("map"), graph, JSON.parse(byId("options").textContent), {
    onChoose: (id) => (id === null ? close() : choose(graph.nodes[id])),
    describe: (node) => `${node.name.slice(0, 300)}\n${node.kind}, ${count(node.degree, "link")}`,
  });
  const panel = new kgraph.Panel(byId("panel"), graph, { onChoose: choose, onClose: close, onTopic: showTopic });

  // ---- What is shown -------------------------------------------------------------------------------

  const passes = (node) => !state.hidden.has(node.kind) && node.degree >= state.least;

  function update() {
    const passing = graph.nodes.filter(passes);
    const full = new Set(passing.slice(0, graph.backbone));
    if (state.chosen) {
      full.add(state.chosen);
      for (const id of graph.neighbours(state.chosen.id)) if (passes(graph.nodes[id])) full.add(graph.nodes[id]);
    }
    const marks = passing.filter((node) => !full.has(node));
    map.show({ full: [...full], marks, chosen: state.chosen?.id ?? null });
    showCounts(full.size, marks.length);
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

  function choose(node) {
    location.hash = `n=${encodeURIComponent(node.key).replaceAll("%2F", "/")}`;
  }

  function close() {
    if (state.chosen || location.hash.length > 1) location.hash = "";
  }

  function fromAddress() {
    const [, text] = /^#n=(.*)$/.exec(location.hash) ?? [];
    if (text === undefined) return null;
    try {
      const node = graph.byKey.get(decodeURIComponent(text));
      if (node) return node;
    } catch {
      // Not a well-formed address: told below like one that names nothing.
    }
    announce("The link names a node that is not in this graph.");
    return null;
  }

  function follow({ opening = false } = {}) {
    const before = state.chosen;
    state.chosen = fromAddress();
    if (state.chosen) {
      if (state.chosen !== before || byId("panel").hidden) panel.open(state.chosen);
      announce(`${state.chosen.name.slice(0, 300)}, ${state.chosen.kind}, ${count(state.chosen.degree, "link")}`);
      if (!opening) byId("panel").querySelector("h2").focus({ preventScroll: true });
    } else if (before) {
      const inside = byId("panel").contains(document.activeElement);
      panel.close();
      if (inside) byId("map").focus();
    }
    update();
    if (state.chosen) {
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

  const showAll = () => map.fit(graph.nodes.filter(passes), free());
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
        if (!state.hidden.delete(kind)) state.hidden.add(kind);
        update();
      });
      byId("legend").append(button);
    }
    const slider = byId("degree");
    slider.max = String(Math.min(20, Math.max(0, ...graph.nodes.map((node) => node.degree))));
    slider.addEventListener("input", () => {
      state.least = Number(slider.value);
      byId("degree-value").textContent = slider.value;
      update();
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
  const list = byId("results");
  let found = [];
  let active = -1;

  function showResults() {
    found = kgraph.search(index, box.value, RESULTS);
    active = found.length ? 0 : -1;
    list.replaceChildren(...found.map(resultItem));
    if (box.value.trim() && !found.length)
      list.append(
        make("li", { role: "option", "aria-disabled": "true", class: "none" }, "Nothing in this graph has that name."),
      );
    const open = list.childElementCount > 0;
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    markActive();
  }

  function resultItem({ node, name: alias }, i) {
    const item = make(
      "li",
      { role: "option", id: `result-${i}` },
      symbol(node.kind),
      make("span", { class: "found" }, name(node.label)),
    );
    if (alias !== node.label) item.append(make("span", { class: "alias" }, "also ", name(alias)));
    item.append(make("span", { class: "kind" }, node.kind));
    item.addEventListener("mousedown", (event) => {
      event.preventDefault(); // keeps the focus in the box until the click
    });
    item.addEventListener("click", () => take(node));
    return item;
  }

  function markActive() {
    [...list.children].forEach((item, i) => {
      if (item.id) item.setAttribute("aria-selected", String(i === active));
    });
    if (active >= 0) {
      box.setAttribute("aria-activedescendant", `result-${active}`);
      list.children[active].scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  }

  function hideResults() {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function take(node) {
    hideResults();
    box.value = "";
    box.blur();
    choose(node);
  }

  box.addEventListener("input", showResults);
  box.addEventListener("focus", () => box.value && showResults());
  box.addEventListener("blur", hideResults);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) showResults();
      else if (found.length) active = (active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      markActive();
    } else if (event.key === "Enter" && found[active] && !list.hidden) take(found[active].node);
    else if (event.key === "Escape") {
      if (list.hidden && !box.value) box.blur();
      box.value = "";
      hideResults();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // ---- Keys and buttons for the whole page ------------------------------------------------------------------

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && document.activeElement !== box) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "Escape") close();
  });
  byId("zoom-in").addEventListener("click", () => map.zoomBy(1.4));
  byId("zoom-out").addEventListener("click", () => map.zoomBy(1 / 1.4));
  byId("zoom-all").addEventListener("click", showAll);
  addEventListener("hashchange", () => follow());

  buildControls();
  map.fit(graph.nodes.slice(0, graph.backbone), free(), { animate: false });
  follow({ opening: true });
  document.documentElement.dataset.ready = "true";
})();
