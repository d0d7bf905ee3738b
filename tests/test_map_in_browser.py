"""The map's own promises in a real Chromium: what it draws, where, and what its pictures hold.

Each test makes a map of its own beside the page's, so that it can look into it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest

from kgraph.view import render_page

pytestmark = pytest.mark.browser

Open = Callable[..., Any]

# Makes `map` of `graph` in an element of 1000 by 700 pixels that lies over the page.
MAKE = """() => {
  const element = document.createElement("div");
  const style = { position: "fixed", left: "0", top: "0", width: "1000px", height: "700px", zIndex: "9" };
  Object.assign(element.style, style);
  document.body.append(element);
  globalThis.graph = kgraph.readGraph();
  globalThis.free = { left: 0, top: 0, right: 1000, bottom: 700 };
  globalThis.all = { node: () => true, edge: () => true };
  const options = JSON.parse(document.getElementById("options").textContent);
  globalThis.map = new kgraph.GraphMap(element, graph, options, { onChoose: () => {}, describe: () => "" });
  // When nothing is left to draw: the bitmap for the view and its margin is there and no frame is asked for.
  globalThis.settled = async () => {
    for (let still = 0; still < 5; still++) {
      await new Promise(requestAnimationFrame);
      if (map.ground.job || map.ground.waiting || map.asked) still = 0;
    }
  };
  globalThis.pixels = () => {
    const canvas = element.querySelector("canvas");
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    copy.drawImage(canvas, 0, 0);
    return copy.getImageData(0, 0, canvas.width, canvas.height).data;
  };
  // How many pixels have this colour (#rrggbb).
  globalThis.painted = (colour) => {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    const data = pixels();
    let count = 0;
    for (let i = 0; i < data.length; i += 4)
      if (data[i] === red && data[i + 1] === green && data[i + 2] === blue && data[i + 3] === 255) count++;
    return count;
  };
  globalThis.showAll = async (more = {}) => {
    map.show({ full: graph.nodes.slice(0, graph.backbone), marks: graph.nodes.slice(graph.backbone), ...more });
    map.fit(graph.nodes, free, { animate: false });
    await settled();
  };
}"""


@pytest.fixture(scope="module")
def field_page(field_graph: nx.MultiDiGraph) -> str:
    return render_page(field_graph)


@pytest.fixture
def open_map(open_page: Open) -> Open:
    """A function that opens a page and makes `map`, `graph` and a few helpers in it."""

    def opened(html: str, **options: Any) -> Any:
        page = open_page(html, **options)
        page.evaluate(MAKE)
        return page

    return opened


def star(names: list[str]) -> nx.MultiDiGraph:
    """A paper that uses all of these, each of a kind in turn."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_node("paper/1", kind="Paper", label="A paper that names them all", identifier="1", pipeline="")
    for number, name in enumerate(names):
        kind = ("Method", "Task", "Dataset", "Metric")[number % 4]
        graph.add_node(f"{kind.lower()}/{number}", kind=kind, label=name, papers=1, aliases=[])
        graph.add_edge("paper/1", f"{kind.lower()}/{number}", key="uses", support=1, score=0.5, evidence=[])
    return graph


def test_a_map_that_was_dragged_looks_like_one_drawn_there(open_map: Open, field_page: str) -> None:
    page = open_map(field_page)
    page.evaluate("async () => { await showAll(); map.network.moveTo({ scale: 0.9 }); await settled(); }")
    page.mouse.move(700, 400)
    page.mouse.down()
    page.mouse.move(430, 310, steps=15)
    page.mouse.up()
    different = page.evaluate("""async () => {
      await settled();
      const dragged = pixels();
      map.setScene(map.scene); // draws all of it anew
      await settled();
      const fresh = pixels();
      let count = 0;
      for (let i = 0; i < fresh.length; i++) if (Math.abs(fresh[i] - dragged[i]) > 60) count++;
      return count / fresh.length;
    }""")
    assert different < 0.01


def test_what_a_click_hits_is_what_lies_nearest(open_map: Open, field_page: str) -> None:
    page = open_map(field_page)
    wrong, hit = page.evaluate("""async () => {
      await showAll();
      let [wrong, hit] = [0, 0];
      for (const scale of [0.1, 0.5, 3]) {
        map.network.moveTo({ scale });
        const nearest = (point) => {
          const place = map.network.DOMtoCanvas(point);
          const distance = (node) => Math.hypot(node.x - place.x, node.y - place.y) - map.radius(node, scale);
          const best = graph.nodes.reduce((a, b) => (distance(b) < distance(a) ? b : a));
          return distance(best) < 9 / scale ? distance(best) : null;
        };
        for (let i = 0; i < 300; i++) {
          const point = { x: (i * 617) % 1000, y: (i * 389) % 700 };
          const place = map.network.DOMtoCanvas(point);
          const found = graph.nodes[map.at(point)];
          const expected = nearest(point);
          const distance = found && Math.hypot(found.x - place.x, found.y - place.y) - map.radius(found, scale);
          if ((found === undefined) !== (expected === null) || (found && Math.abs(distance - expected) > 1e-9)) wrong++;
          if (found) hit++;
        }
      }
      return [wrong, hit];
    }""")
    assert wrong == 0
    assert hit > 100


def test_a_neighbourhood_is_laid_out_with_every_name_and_none_over_another(open_map: Open, field_page: str) -> None:
    page = open_map(field_page)
    found = page.evaluate("""async () => {
      const id = graph.byKey.get("method/large-language-model").id;
      const results = [];
      for (const [steps, width, height] of [[1, 1000, 700], [2, 1000, 700], [2, 620, 700], [1, 390, 600]]) {
        const room = { width, height };
        const { nodes, places, left } = kgraph.localLayout(graph, id, steps, all, room);
        const again = kgraph.localLayout(graph, id, steps, all, room);
        map.show({ full: nodes, chosen: id, near: nodes.map((node) => node.id), places });
        map.fit(nodes, { left: 0, top: 0, right: width, bottom: height }, { animate: false });
        await settled();
        const boxes = map.labels.placed.map(({ id, left, top, width, height }) => {
          const { x, y } = places.get(id);
          const at = { x: x * map.labels.part.at + left, y: y * map.labels.part.at + top };
          return [at.x, at.y, at.x + width, at.y + height];
        });
        let over = 0;
        boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
          if (a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]) over++;
        }));
        const known = new Set([id, ...graph.neighbours(id)]);
        if (steps === 2)
          for (const near of graph.neighbours(id)) for (const far of graph.neighbours(near)) known.add(far);
        results.push({
          middle: places.get(id), nodes: nodes.length, names: boxes.length, over,
          all: known.size === nodes.length + left, own: nodes.every((node) => known.has(node.id)),
          same: JSON.stringify([...places]) === JSON.stringify([...again.places]),
        });
      }
      return results;
    }""")
    assert [result["nodes"] for result in found] == [63, 53, 33, 21]
    for result in found:
        assert result["middle"] == {"x": 0, "y": 0}
        assert result["names"] == result["nodes"]
        assert result["over"] == 0
        assert result["all"]
        assert result["own"]
        assert result["same"]


def test_a_neighbourhood_leaves_out_what_is_filtered(open_map: Open, field_page: str) -> None:
    page = open_map(field_page)
    kinds, relations = page.evaluate("""() => {
      const id = graph.byKey.get("method/large-language-model").id;
      const passes = { node: (node) => node.kind === "Paper", edge: (edge) => edge.relation === "uses" };
      const { nodes } = kgraph.localLayout(graph, id, 1, passes, { width: 1000, height: 700 });
      const others = nodes.filter((node) => node.id !== id);
      const relations = others.map((node) => graph.links[id].filter((link) => link.other === node.id)
        .some((link) => link.edge.relation === "uses"));
      return [[...new Set(others.map((node) => node.kind))], relations];
    }""")
    assert kinds == ["Paper"]
    assert relations
    assert all(relations)


def test_symbols_take_the_colours_of_kinds_or_topics_in_either_theme(open_map: Open, field_page: str) -> None:
    page = open_map(field_page)
    page.evaluate("() => showAll()")
    blue, topic = page.evaluate("[map.theme.kinds.Method, map.topicColour(graph.topics[0].topic)]")
    assert page.evaluate("([c]) => painted(c)", [blue]) > 500
    page.evaluate("async () => { map.colourBy('topic'); await settled(); }")
    assert page.evaluate("([c]) => painted(c)", [blue]) == 0
    assert page.evaluate("([c]) => painted(c)", [topic]) > 300
    page.emulate_media(color_scheme="dark")
    page.evaluate("() => settled()")
    dark = page.evaluate("map.topicColour(graph.topics[0].topic)")
    assert dark != topic
    assert page.evaluate("([c]) => painted(c)", [topic]) == 0
    assert page.evaluate("([c]) => painted(c)", [dark]) > 300


def test_lines_follow_the_filter_of_edges_and_a_path_stands_out(open_map: Open) -> None:
    page = open_map(render_page(star([f"concept {i}" for i in range(12)])))
    lines, fewer, none = page.evaluate("""async () => {
      const count = async (edges) => {
        await showAll({ edges });
        return map.scene.lines.lines.length / 4;
      };
      return [await count(null), await count((edge) => edge.to < 6 && edge.from < 6), await count(() => false)];
    }""")
    assert lines == 12
    assert 0 < fewer < 12
    assert none == 0
    ring = page.evaluate("map.theme.ring")
    assert page.evaluate("([c]) => painted(c)", [ring]) == 0
    page.evaluate("""async () => {
      const paper = graph.byKey.get("paper/1").id;
      map.emphasise([paper, graph.byKey.get("method/0").id], [[paper, graph.byKey.get("method/0").id]]);
      await settled();
    }""")
    assert page.evaluate("([c]) => painted(c)", [ring]) > 100
    assert page.evaluate("map.labels.placed.length") == 2
    page.evaluate("() => showAll({ full: [], marks: graph.nodes })")
    assert page.evaluate("([c]) => painted(c)", [ring]) > 100
    assert page.evaluate("map.labels.placed.length") == 2


HOSTILE = [
    "</text><script>window.pwned=1</script>",
    "<image href='x' onerror='window.pwned=1'/>",
    "]]>&nbsp;<!--",
    "nul \x00 bell \x07 escape \x1b[0m",
    "lone \ud800 surrogate",
    "not characters \ufffe\uffff",
    "\u202eright to left",
    "quotes \" and '",
]


def test_an_svg_of_hostile_names_is_well_formed_and_holds_them_as_text(open_map: Open) -> None:
    page = open_map(render_page(star(HOSTILE)))
    svg, wrong = page.evaluate("""async () => {
      await showAll();
      const svg = kgraph.svgPicture(map);
      const read = new DOMParser().parseFromString(svg, "image/svg+xml");
      return [svg, read.querySelector("parsererror, script, image")?.textContent ?? null];
    }""")
    assert wrong is None
    root = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert {element.tag.removeprefix(space) for element in root.iter()} == {"svg", "title", "rect", "path", "g", "text"}
    texts = " ".join(element.text or "" for element in root.iter(f"{space}text"))
    assert "</text><script>window." in texts
    assert "quotes \" and '" in texts
    assert "nul bell escape [0m" in texts
    assert page.evaluate("window.pwned") is None


def test_pictures_show_what_is_in_view(open_map: Open, field_page: str) -> None:
    page = open_map(field_page)
    whole, part, size, ink = page.evaluate("""async () => {
      await showAll();
      const whole = kgraph.svgPicture(map);
      const image = await createImageBitmap(await map.picture());
      const copy = new OffscreenCanvas(image.width, image.height).getContext("2d");
      copy.drawImage(image, 0, 0);
      const { data } = copy.getImageData(0, 0, image.width, image.height);
      let ink = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i] < 200) ink++;
      map.network.moveTo({ scale: 3 });
      await settled();
      return [whole, kgraph.svgPicture(map), [image.width, image.height], ink];
    }""")
    assert size == [2000, 1400]
    assert ink > 20_000
    shapes = [len(ElementTree.fromstring(svg).findall("{http://www.w3.org/2000/svg}path")) for svg in (whole, part)]
    assert shapes[0] > 1000
    assert shapes[1] < shapes[0] / 5
