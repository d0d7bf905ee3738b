"""The page as text: self-contained, stable, and closed to whatever the graph's texts hold."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import zlib
from collections import Counter
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from kgraph.view import page as page_module
from kgraph.view import render_page
from kgraph.view.data import evidence_tables, table
from kgraph.view.page import script_json


class Document(HTMLParser):
    """The parts of a page that matter here: scripts, styles, and every address that it names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.policy = ""
        self.addresses: list[str] = []
        self._open: str | None = None
        self._attributes: dict[str, str | None] = {}
        self._text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.addresses += [attributes[name] or "" for name in ("src", "href", "action") if name in attributes]
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"] or ""
        if tag in ("script", "style"):
            self._open, self._attributes, self._text = tag, attributes, []

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != self._open:
            return
        text = "".join(self._text)
        if tag == "style":
            self.styles.append(text)
        else:
            self.scripts.append((self._attributes, text))
        self._open = None

    def table(self, name: str) -> list[dict[str, Any]]:
        """The records of a table, as data.js reads them."""
        table = self.data(name)
        records: list[dict[str, Any]] = [{"id": number} for number in range(table["count"])]
        for field, values in table["all"].items():
            words = table["words"].get(field)
            for record, value in zip(records, values, strict=True):
                if value is not None:
                    record[field] = words[value] if words else value
        for field, (ids, values) in table["some"].items():
            for number, value in zip(ids, values, strict=True):
                records[number][field] = value
        return records

    def data(self, name: str) -> Any:
        return json.loads(next(text for attributes, text in self.scripts if attributes.get("id") == name))


def evidence_text(entry: Any) -> Any:
    return entry if not isinstance(entry, str) else json.loads(zlib.decompress(base64.b64decode(entry), -15))


def shuffled(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    nodes, edges = list(graph.nodes(data=True)), list(graph.edges(keys=True, data=True))
    random.Random(1).shuffle(nodes)
    random.Random(2).shuffle(edges)
    result: nx.MultiDiGraph = nx.MultiDiGraph()
    result.add_nodes_from(nodes)
    result.add_edges_from(edges)
    return result


@pytest.fixture(scope="module")
def field_page(field_graph: nx.MultiDiGraph) -> str:
    return render_page(field_graph)


def test_the_same_graph_gives_the_same_page_in_any_order(field_graph: nx.MultiDiGraph, field_page: str) -> None:
    assert render_page(shuffled(field_graph)) == field_page


def test_the_hash_seed_changes_no_byte_of_the_page() -> None:
    code = """if True:
        import hashlib, sys
        sys.path[:0] = sys.argv[1:]
        from field import make_field_graph
        from kgraph.view import render_page
        print(hashlib.sha256(render_page(make_field_graph(40, 250)).encode()).hexdigest())
    """
    pages = {
        subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).parent), *sys.path],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1234")
    }
    assert len(pages) == 1


def test_rendering_changes_nothing_in_the_graph(field_graph: nx.MultiDiGraph) -> None:
    before = json.dumps(nx.node_link_data(field_graph, edges="edges"))
    render_page(field_graph)
    assert json.dumps(nx.node_link_data(field_graph, edges="edges")) == before


def test_the_page_holds_every_node_and_edge_with_its_evidence(field_graph: nx.MultiDiGraph, field_page: str) -> None:
    document = Document(field_page)
    nodes, edges, tables = document.table("nodes"), document.table("edges"), evidence_text(document.data("evidence"))
    assert {node["key"] for node in nodes} == set(field_graph)
    assert [node["id"] for node in nodes] == list(range(len(nodes)))
    for edge, rows in zip(edges, tables["edges"], strict=True):
        head, tail = nodes[edge["from"]]["key"], nodes[edge["to"]]["key"]
        known = field_graph.edges[head, tail, edge["relation"]]
        assert edge["support"] == known["support"]
        for (text, score, *marks), item in zip(rows, known["evidence"], strict=True):
            paper, field, quote = tables["texts"][text]
            assert (nodes[paper]["key"], field, quote, score) == (
                item["paper"], item["field"], item["quote"], item["score"],
            )  # fmt: skip
            starts = [start - item["start"] for start, _ in item["mentions"]]
            assert marks[::2] == starts
    assert len(edges) == field_graph.number_of_edges()


def test_the_page_names_no_address_and_allows_only_what_it_holds(field_page: str) -> None:
    document = Document(field_page)
    assert document.addresses == ["data:,"]
    running = [text for attributes, text in document.scripts if attributes.get("type") != "application/json"]
    allowed = set(re.findall(r"'sha256-([^']+)'", document.policy))
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in running + document.styles}
    assert hashes == allowed
    assert "default-src 'none'" in document.policy
    assert "unsafe" not in document.policy
    assert "\r" not in field_page


def test_the_network_is_pyvis_own(field_page: str) -> None:
    texts = [text for _, text in Document(field_page).scripts]
    assert sum("visjs.github.io/vis-network" in text for text in texts) == 1
    assert Document(field_page).data("options")["physics"] == {"enabled": False}


def test_a_table_gives_back_the_records_it_was_made_of() -> None:
    records = [
        {"id": 0, "kind": "Task", "key": "a", "papers": 0, "date": "2024"},
        {"id": 1, "kind": "Method", "key": "b", "papers": 3},
        {"id": 2, "kind": "Method", "key": "c"},
        {"id": 3, "kind": "Task", "key": "", "papers": 1, "names": ["x"]},
    ]
    for number in range(len(records) + 1):
        written = script_json(table(records[:number]))
        html = f'<script type="application/json" id="nodes">{written}</script>'
        assert Document(html).table("nodes") == records[:number]


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "<!--", "a & b", "\u2028\u2029", "\U0001f600", "\ud800", "\0"]
)
def test_data_cannot_leave_its_script_element(text: str) -> None:
    written = script_json({"label": text})
    assert json.loads(written) == {"label": text}
    assert not set(written) & set("<>&\u2028\u2029")
    assert written.isascii()


def test_evidence_over_the_limit_travels_compressed(
    field_graph: nx.MultiDiGraph, field_page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "_LONGEST_PLAIN", 10**9)
    plain = render_page(field_graph)
    assert len(field_page) < len(plain)
    entry = Document(field_page).data("evidence")
    assert isinstance(entry, str)
    assert evidence_text(entry) == Document(plain).data("evidence")


def test_a_sentence_that_shows_many_links_is_held_once(field_graph: nx.MultiDiGraph) -> None:
    index = {key: number for number, key in enumerate(sorted(field_graph))}
    texts = evidence_tables(field_graph, index)["texts"]
    assert len({tuple(text) for text in texts}) == len(texts)


def test_a_graph_that_is_too_large_keeps_its_most_important_nodes_and_says_so(field_graph: nx.MultiDiGraph) -> None:
    document = Document(render_page(field_graph, most_nodes=300))
    nodes = document.table("nodes")
    assert len(nodes) == 300
    assert "method/large-language-model" in {node["key"] for node in nodes}
    assert document.data("about")["total"] == len(field_graph)


@pytest.mark.parametrize("size", [0, 1])
def test_the_smallest_graphs_have_pages(size: int) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph(name="kgraph")
    if size:
        graph.add_node("method/a", kind="Method", label="A", papers=1, aliases=[])
    assert len(Document(render_page(graph)).table("nodes")) == size


def test_a_topic_is_a_community_of_the_graph(field_graph: nx.MultiDiGraph, field_page: str) -> None:
    document = Document(field_page)
    nodes = document.table("nodes")
    for node in nodes:
        known = field_graph.nodes[node["key"]]
        assert (node["topic"], node["degree"]) == (known["community"], known["degree"])
        assert (node.get("firstDate"), node.get("lastDate")) == (known.get("firstDate"), known.get("lastDate"))
    sizes = Counter(node["topic"] for node in nodes)
    topics = document.data("about")["topics"]
    assert [(topic["topic"], topic["size"]) for topic in topics] == sorted(sizes.items())[: len(topics)]
    assert all(nodes[topic["hub"]]["topic"] == topic["topic"] for topic in topics)


def test_a_graph_without_measures_has_the_same_page(field_graph: nx.MultiDiGraph, field_page: str) -> None:
    bare = field_graph.copy()
    for name in ("degree", "pageRank", "community", "firstDate", "lastDate"):
        for data in bare.nodes.values():
            data.pop(name, None)
    assert render_page(bare) == field_page
    assert not any("degree" in data for data in bare.nodes.values())


def test_the_title_is_text() -> None:
    html = render_page(nx.MultiDiGraph(), title="<b>A & B</b>\ud800")
    assert "<title>&lt;b&gt;A &amp; B&lt;/b&gt;?</title>" in html


# How the colour-blind see linear red, green and blue (Machado, Oliveira and Fernandes 2009, severity 1).
EYES = {
    "usual": np.eye(3),
    "protanopia": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deuteranopia": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "tritanopia": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lightness_and_hue(colour: str, eyes: np.ndarray) -> np.ndarray:
    """The colour in CIELAB, where a distance of about 2.3 can just be seen."""
    x, y, z = np.cbrt(TO_XYZ @ np.clip(eyes @ linear(colour), 0.001, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_topics_colours_differ_for_any_eyes_and_stand_out_from_the_page(theme: int) -> None:
    css = (Path(page_module.__file__).parent / "page.css").read_text()
    topics = re.findall(r"--topics: ([^;]+);", css)[theme].split()
    light = [TO_XYZ[1] @ linear(colour) + 0.05 for colour in (*topics, re.findall(r"--page: (#\w+);", css)[theme])]
    assert len(set(topics)) == 9
    assert all(max(one, light[-1]) / min(one, light[-1]) >= 3 for one in light[:-1])
    for eyes in EYES.values():
        seen = [lightness_and_hue(colour, eyes) for colour in topics]
        assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 20
