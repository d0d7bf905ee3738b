// The page: what is shown follows from the state, and the address says the state.
"use strict";

(() => {
  const { count, make } = kgraph;
  const byId = (id) => document.getElementById(id);
  const RESULTS = 12;
  const PAUSE = 250; // milliseconds before the address follows a filter: browsers allow few changes a second
  const PREPARE = 1000; // milliseconds after the first map that its reader has for himself
  const TOLD = 8000; // milliseconds for which a fault in a link is seen
  const STEPS = ["Whole map", "1 step", "2 steps"];

  const graph = kgraph.readGraph();
  let index = null; // what search looks through, made when the map is there
  const find = (text, limit = RESULTS) => kgraph.search(searchIndex(), text, limit);
  const narrow = matchMedia("(max-width: 720px)");
  const tight = matchMedia("(max-width: 1000px)"); // no room for the controls beside the panel

  let state = kgraph.initialState();
  let shown = { nodes: [], edges: [], chosen: null }; // what the map, the table and the list show
  let local = null; // the layout of a neighbourhood
  let path = null; // the steps of a path

  const map = new kgraph.GraphMap(byId("map"), graph, JSON.parse(byId("options").textContent), {
    onChoose: (id) => {
      if (id !== null) choose(graph.nodes[id]);
      else if (!state.steps) close(); // a click beside a neighbourhood must not lose it
    },
    describe: (node) => `${node.name.slice(0, 300)}\n${node.kind}, ${count(node.degree, "link")}`,
  });
  const stepButtons = STEPS.map((text, value) => make("button", { type: "button", value: String(value) }, text));
  const steps = make("div", { class: "choice steps", role: "group", "aria-label": "Shown around it" }, ...stepButtons);
  const pressSteps = kgraph.choice(steps, (value) => go({ steps: Number(value) }));
  const onPath = (from, to) => go({ chosen: from, path: [from.id, to.id] });
  const panel = new kgraph.Panel(byId("panel"), graph, {
    onChoose: choose,
    onClose: close,
    onTopic: showTopic,
    find,
    onPath,
    steps,
  });
  const pathView = new kgraph.PathView(byId("panel"), graph, {
    onChoose: choose,
    onClose: close,
    onUnfilter: () => filter(kgraph.withoutFilters({})),
    find,
    onPath,
  });
  const table = new kgraph.Table(byId("table"), graph, { onChoose: choose });
  const list = new kgraph.List(byId("list"), graph, { inView: () => map.inView(), onChoose: choose });
  map.network.on("afterDrawing", () => list.follow());
  const controls = new kgraph.Controls(graph, { onChange: filter });
  const topics = new kgraph.Topics(byId("topic-list"), graph, { onTopic: showTopic, onChoose: choose });
  const searchBox = new kgraph.SearchBox(byId("search"), byId("results"), { find, onTake: choose });
  const pressView = kgraph.choice(byId("view"), (view) => go({ view }));
  const menu = new kgraph.Menu(byId("menu"), {
    actions: { link: copyLink, csv: saveTable, png: savePng, svg: saveSvg },
    onTheme: () => {
      map.changeTheme();
      showColours();
    },
  });

  function searchIndex() {
    index ??= kgraph.searchIndex(graph.nodes);
    return index;
  }

  // ---- The state and the address that says it ------------------------------------------------------------

  let waiting = null;

  /** Let the address say the state, as a new step of the history or in place of the last. */
  function writeAddress(how) {
    clearTimeout(waiting);
    waiting = null;
    const written = kgraph.writeAddress(state, graph);
    if (written === location.hash.slice(1)) return;
    try {
      // Without a fragment the address must be named whole: an empty one changes nothing.
      history[how](null, "", written ? `#${written}` : location.href.split("#")[0]);
    } catch {
      // In a frame that has no address of its own, as in a notebook, the page works without one.
    }
  }

  /** Go on to another view, from which Back returns. */
  function go(changes) {
    if (waiting) writeAddress("replaceState");
    const before = state;
    state = { ...state, ...changes };
    writeAddress("pushState");
    follow(before);
  }

  /** Change what passes or how it is coloured: the same step of the history. */
  function filter(changes) {
    state = { ...state, ...changes };
    clearTimeout(waiting);
    waiting = setTimeout(() => writeAddress("replaceState"), PAUSE);
    sift();
    draw();
    if (local) map.fit(local.nodes, free(), { animate: false });
    if (state.path) openPath();
  }

  function choose(node) {
    if (node === state.chosen && !state.path) follow({ ...state, chosen: null });
    else go({ chosen: node, path: null });
  }

  function close() {
    if (state.chosen || state.path) go({ chosen: null, steps: 0, path: null });
  }

  function fromAddress({ opening = false } = {}) {
    clearTimeout(waiting);
    waiting = null;
    const before = state;
    const read = kgraph.readAddress(location.hash, graph);
    state = read.state;
    follow(before, { opening });
    if (read.faults.length) announce(read.faults.join(" "), { seen: true });
  }

  /** Let the panel, the map and what is announced follow from the state; `before` is the one that was shown. */
  function follow(before, { opening = false } = {}) {
    const { chosen } = state;
    sift();
    if (state.path) openPath();
    else if (chosen && (chosen !== before.chosen || before.path || byId("panel").hidden)) panel.open(chosen);
    else if (!chosen && !byId("panel").hidden) {
      const inside = byId("panel").contains(document.activeElement);
      panel.close();
      if (inside) byId(state.view).focus();
    }
    const other = chosen !== before.chosen || String(state.path) !== String(before.path);
    if (chosen && !state.path && other)
      announce(`${chosen.name.slice(0, 300)}, ${chosen.kind}, ${count(chosen.degree, "link")}`);
    if (!byId("panel").hidden && other && tight.matches) byId("controls").open = false;
    if (!byId("panel").hidden && other && !opening) byId("panel").querySelector("h2").focus({ preventScroll: true });
    draw();
    showPlace(before, !opening);
  }

  /** Move the map to what was chosen; it stays where it is when a choice is given up. */
  function showPlace(before, animate) {
    let nodes = [];
    if (path) nodes = path.nodes;
    else if (local) nodes = local.nodes;
    else if (state.chosen) nodes = [state.chosen, ...nearShown()];
    else if (before.steps) nodes = shown.nodes;
    map.fit(nodes, free(), { animate: animate && !local && !before.steps });
  }

  function announce(text, { seen = false } = {}) {
    const element = byId("announce");
    element.textContent = text;
    element.className = seen ? "notice" : "for-reader";
    if (seen) setTimeout(() => element.textContent === text && element.classList.replace("notice", "for-reader"), TOLD);
  }

  // ---- What is shown -------------------------------------------------------------------------------------

  let sieve = null;

  const nearShown = () =>
    graph
      .neighbours(state.chosen.id)
      .map((id) => graph.nodes[id])
      .filter(sieve.node);

  function sift() {
    sieve = kgraph.passes(graph, state);
    path = findPath();
  }

  /** Draw what has passed, in the room that the panel leaves. */
  function draw() {
    const { chosen } = state;
    local = chosen && state.steps && !path ? kgraph.localLayout(graph, chosen.id, state.steps, sieve, room()) : null;
    if (local) {
      const { nodes, places } = local;
      const inside = ({ from, to }) => places.has(from) && places.has(to);
      shown = { nodes, edges: sieve.edges.filter(inside), chosen };
      map.show({ full: nodes, edges: sieve.edge, chosen: chosen.id, near: places.keys(), places });
      showCount(nodes.length, 0);
    } else {
      shown = { nodes: sieve.nodes, edges: sieve.edges, chosen };
      const full = new Set(shown.nodes.slice(0, graph.backbone));
      for (const node of path?.nodes ?? (chosen ? [chosen, ...nearShown()] : [])) full.add(node);
      const marks = shown.nodes.filter((node) => !full.has(node));
      map.show({ full: [...full], marks, edges: sieve.edge, chosen: path ? null : (chosen?.id ?? null) });
      showCount(full.size, marks.length);
    }
    if (path || map.strong) map.emphasise(path?.nodes.map(({ id }) => id) ?? null, path?.pairs);
    document.querySelector("main").dataset.view = state.view;
    byId("table").hidden = state.view !== "table";
    if (state.view === "table") table.show(shown);
    pressView(state.view);
    pressSteps(String(state.steps));
    controls.show(state);
    showColours();
  }

  function showColours() {
    map.colourBy(state.colour);
    document.body.dataset.colour = state.colour;
    topics.colour(state.colour === "topic" ? (topic) => map.topicColour(topic) ?? map.theme.otherTopics : null);
  }

  /** The path that the state names, as its nodes and the pairs of ids between them; null without one. */
  function findPath() {
    if (!state.path) return null;
    const [from, to] = state.path;
    const steps = kgraph.shortestPath(graph, from, to, sieve);
    const nodes = [graph.nodes[from], ...(steps ? steps.map(({ node }) => node) : [graph.nodes[to]])];
    const pairs = steps ? nodes.slice(1).map((node, i) => [nodes[i].id, node.id]) : [];
    return { steps, nodes, pairs };
  }

  function openPath() {
    const [from, to] = state.path;
    const all = path.steps ? null : kgraph.shortestPath(graph, from, to, kgraph.passes(graph, kgraph.initialState()));
    panel.close();
    pathView.open(graph.nodes[from], graph.nodes[to], path.steps, all);
  }

  function showCount(full, marks) {
    const total = graph.nodes.length;
    const { number } = kgraph;
    const listed = state.view === "table";
    const parts = [
      `${number(listed ? shown.nodes.length : full)} of ${count(total, "node")} ${listed ? "listed" : "drawn"}`,
    ];
    if (marks && !listed) parts.push(`${number(marks)} as small marks`);
    if (local) parts.push(`within ${count(state.steps, "step")}`);
    if (local?.left) parts.push(`${number(local.left)} more in reach are not drawn`);
    const out = total - (local || listed ? sieve.nodes.length : full + marks);
    if (out > 0) parts.push(`${number(out)} filtered out`);
    if (graph.total > total) parts.push(`the least linked ${number(graph.total - total)} are not in this page`);
    byId("count").textContent = parts.join(" · ");
  }

  /** The part of the map's element that no panel covers, in pixels. */
  function free() {
    const box = byId("map").getBoundingClientRect();
    const area = { left: 0, top: 0, right: box.width, bottom: box.height };
    const details = byId("panel");
    if (!details.hidden && narrow.matches) area.bottom = details.getBoundingClientRect().top - box.top;
    else if (!details.hidden) area.right = details.getBoundingClientRect().left - box.left;
    const legend = byId("controls").getBoundingClientRect();
    if (!narrow.matches && byId("controls").open) area.left = legend.right - box.left;
    if (narrow.matches && details.hidden) area.bottom = legend.top - box.top;
    return area;
  }

  /** The width and height of that part. */
  function room() {
    const { left, top, right, bottom } = free();
    return { width: right - left, height: bottom - top };
  }

  const showAll = () => map.fit(shown.nodes, free());
  map.showAll = showAll;

  function showTopic({ topic }) {
    const nodes = graph.nodes.filter((node) => node.topic === topic);
    if (state.steps || state.view !== "map") go({ steps: 0, view: "map" });
    map.fit(nodes, free());
  }

  // ---- Saving and sharing --------------------------------------------------------------------------------

  async function copyLink() {
    writeAddress("replaceState");
    const done = await kgraph.copy(location.href);
    announce(done ? "The link is copied." : "The browser did not copy; the address bar has the link.", { seen: true });
  }

  function saveTable() {
    table.show(shown);
    table.download();
  }

  async function savePng() {
    kgraph.download(await map.picture(), "kgraph.png");
  }

  function saveSvg() {
    kgraph.download(new Blob([kgraph.svgPicture(map)], { type: "image/svg+xml" }), "kgraph.svg");
  }

  // ---- Keys and buttons for the whole page ---------------------------------------------------------------

  function goBack() {
    if (menu.close()) return;
    const back = kgraph.stepBack(state);
    if (narrow.matches && byId("controls").open) byId("controls").open = false;
    else if (back) go(back);
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches?.("input:not([type=range], [type=checkbox]), textarea");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      searchBox.box.focus();
      searchBox.box.select();
    } else if (event.key === "Escape") goBack();
  });
  byId("zoom-in").addEventListener("click", () => map.zoomBy(1.4));
  byId("zoom-out").addEventListener("click", () => map.zoomBy(1 / 1.4));
  byId("zoom-all").addEventListener("click", showAll);
  addEventListener("hashchange", () => fromAddress());

  byId("topics").hidden = graph.topics.length === 0;
  byId("controls").open = !narrow.matches;
  map.fit(graph.nodes.slice(0, graph.backbone), free(), { animate: false });
  fromAddress({ opening: true });
  map.drawn.then(() => {
    document.documentElement.dataset.ready = "true";
    setTimeout(() => kgraph.prepareSearch(searchIndex()), PREPARE);
  });
})();
