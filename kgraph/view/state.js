// What a person has set on the page, and how the address says it, so that a link opens the same view.
"use strict";

(() => {
  const LONGEST_NAMED = 40; // characters of a part that is not understood, where it is told

  /** The state of a page that was just opened; `hidden` are kinds, `relations` those that are left out. */
  const initialState = () => ({
    chosen: null,
    steps: 0,
    path: null,
    view: "map",
    colour: "kind",
    hidden: new Set(),
    relations: new Set(),
    least: 0,
    from: "",
    to: "",
    undated: false,
  });

  /** Whether anything is filtered; `undated` alone lets more in, so it is no filter. */
  const isFiltered = ({ hidden, relations, least, from, to }) =>
    Boolean(hidden.size || relations.size || least || from || to);

  /** The state without its filters. */
  function withoutFilters(state) {
    const { hidden, relations, least, from, to, undated } = initialState();
    return { ...state, hidden, relations, least, from, to, undated };
  }

  /** What Escape leads to: from a path, a neighbourhood, a choice or the table one step back; null at the map. */
  function stepBack(state) {
    if (state.path) return { ...state, path: null };
    if (state.steps) return { ...state, steps: 0 };
    if (state.chosen) return { ...state, chosen: null };
    return state.view === "map" ? null : { ...state, view: "map" };
  }

  // A lone half of a surrogate pair has no place in an address.
  const encode = (text) => encodeURIComponent(text.replace(/\p{Cs}/gu, "\ufffd")).replaceAll("%2F", "/");

  function decode(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return null;
    }
  }

  const items = (text) => text.split(",").filter(Boolean);

  /** Whether the text is a day, a month or a year that the calendar has. */
  function isDate(text) {
    const [, year, month = "01", day = "01"] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text) ?? [];
    if (!year) return false;
    const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
    return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
  }

  /** Put each item that is known into the set; returns whether all are. */
  function fill(set, texts, known) {
    const read = texts.map(decode);
    for (const text of read) if (known.includes(text)) set.add(text);
    return read.length > 0 && read.every((text) => known.includes(text));
  }

  const oneOf = (values, name) => (state, text) => {
    if (!values.includes(text)) return false;
    state[name] = text;
    return true;
  };

  const dateOf = (name) => (state, text) => {
    if (!isDate(text)) return false;
    state[name] = text;
    return true;
  };

  /** How each part of the address is read into the state; each returns false for what it cannot read. */
  const READERS = {
    n: (state, text, graph) => {
      state.chosen = graph.byKey.get(decode(text)) ?? null;
      return state.chosen !== null;
    },
    steps: (state, text) => {
      if (!/^[012]$/.test(text) || !state.chosen) return false;
      state.steps = Number(text);
      return true;
    },
    path: (state, text, graph) => {
      const ends = items(text).map((key) => graph.byKey.get(decode(key)));
      if (ends.length !== 2 || ends.some((node) => !node) || ends[0] === ends[1]) return false;
      state.path = ends.map((node) => node.id);
      return true;
    },
    view: oneOf(["map", "table"], "view"),
    colour: oneOf(["kind", "topic"], "colour"),
    hide: (state, text, graph) => fill(state.hidden, items(text), kgraph.kindsOf(graph)),
    relations: (state, text, graph) => {
      const left = items(text).filter((item) => item.startsWith("-"));
      const known = kgraph.relationsOf(graph);
      const all = fill(
        state.relations,
        left.map((item) => item.slice(1)),
        known,
      );
      return all && left.length === items(text).length;
    },
    least: (state, text) => {
      if (!/^\d{1,5}$/.test(text)) return false;
      state.least = Number(text);
      return true;
    },
    from: dateOf("from"),
    to: dateOf("to"),
    undated: (state, text) => {
      state.undated = text === "1";
      return state.undated;
    },
  };

  /**
   * The state that an address's fragment names, and what in it could not be followed, as sentences:
   * such parts are left out. Parts are read in an order of their own, since some need others.
   */
  function readAddress(fragment, graph) {
    const state = initialState();
    const faults = [];
    const parts = new Map();
    const unknown = [];
    for (const part of fragment.replace(/^#/, "").split("&").filter(Boolean)) {
      const at = part.indexOf("=");
      const name = at < 0 ? part : part.slice(0, at);
      if (at < 0 || !Object.hasOwn(READERS, name) || parts.has(name)) unknown.push(part);
      else parts.set(name, part.slice(at + 1));
    }
    for (const [name, read] of Object.entries(READERS)) {
      if (!parts.has(name) || read(state, parts.get(name), graph)) continue;
      if (name === "n") faults.push("The link names a node that is not in this graph.");
      else if (name !== "steps" || !parts.has("n") || state.chosen) unknown.push(`${name}=${parts.get(name)}`);
    }
    for (const part of unknown.slice(0, 3)) {
      const text = kgraph.visibleText((decode(part) ?? part).slice(0, 4 * LONGEST_NAMED));
      const told = text.length > LONGEST_NAMED ? `${text.slice(0, LONGEST_NAMED - 1)}…` : text;
      faults.push(`This part of the link is not understood: “${told}”.`);
    }
    return { state, faults };
  }

  /** The fragment that names a state, without the "#"; what is as it was at the start is not named. */
  function writeAddress(state, graph) {
    const { chosen, steps, path, view, colour, hidden, relations, least, from, to, undated } = state;
    const sorted = (set, before = "") => [...set].sort().map((item) => before + encode(item));
    const parts = [
      ["n", chosen && encode(chosen.key)],
      ["steps", chosen && steps],
      ["path", path?.map((id) => encode(graph.nodes[id].key)).join(",")],
      ["view", view !== "map" && view],
      ["colour", colour !== "kind" && colour],
      ["hide", sorted(hidden).join(",")],
      ["relations", sorted(relations, "-").join(",")],
      ["least", least],
      ["from", from],
      ["to", to],
      ["undated", undated && 1],
    ];
    return parts
      .filter(([, value]) => value)
      .map(([name, value]) => `${name}=${value}`)
      .join("&");
  }

  Object.assign(kgraph, { initialState, isFiltered, withoutFilters, stepBack, readAddress, writeAddress });
})();
