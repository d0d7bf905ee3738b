"""GraphML, GEXF and CSV: what other graph tools read, byte for byte the same and with any text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest
from graphs import ATTENTION, PLAIN, TRANSFORMER, small_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.interchange import TABLES, gexf, graphml
from kgraph.interchange.tables import FORMULA
from kgraph.xmltext import clean

GEXF = "{http://gexf.net/1.3}"
FORMS: dict[str, Callable[[nx.MultiDiGraph], Iterable[str]]] = {"graphml": graphml, "gexf": gexf, **TABLES}
READERS = {"graphml": (graphml, nx.read_graphml), "gexf": (gexf, nx.read_gexf)}

#: Everything that a title may hold and a parser may trip over.
ANY_TEXT = st.text() | st.text(st.sampled_from("=+-@＝'\"\\,;<>&\t\r\n\x00\x0b\x85\u2028\ud800\ufffe]\U0001f9ea"))


def read(graph: nx.MultiDiGraph, form: str) -> nx.MultiDiGraph:
    write, parse = READERS[form]
    return parse(io.BytesIO("".join(write(graph)).encode()))


def plain(value: Any) -> Any:
    """Return a value as these forms hold it."""
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    return clean(value) if isinstance(value, str) else value


def table(graph: nx.MultiDiGraph, name: str) -> list[dict[str, str]]:
    """Return the rows of a table with the apostrophes of guarded cells taken off."""
    lines = csv.DictReader(io.StringIO("".join(TABLES[name](graph)), newline=""), strict=True)
    return [{k: v[1:] if v[:1] == "'" and FORMULA.match(v) else v for k, v in row.items()} for row in lines]


def a_graph_that_says(texts: list[str]) -> nx.MultiDiGraph:
    label, name, quote, author, relation = texts
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_node("paper/1", kind="Paper", label=label, authors=[author], organisation=author)
    graph.add_node("task/x", kind="Task", label=name, aliases=[{"name": name, "rule": "key"}], papers=1)
    item = {"paper": "paper/1", "field": "title", "start": 0, "end": 9, "quote": quote, "score": 0.25, "mentions": []}
    graph.add_edge("paper/1", "task/x", key=clean(relation) or "uses", support=1, score=0.25, evidence=[item])
    graph.add_edge("paper/1", "task/x", key="another", support=1, score=1.0, evidence=[])
    return graph


def assert_same_nodes(found: nx.MultiDiGraph, graph: nx.MultiDiGraph) -> None:
    expected = {key: {k: plain(v) for k, v in data.items() if k != "id"} for key, data in graph.nodes(data=True)}
    assert dict(found.nodes(data=True)) == expected


def assert_networkx_reads(graph: nx.MultiDiGraph) -> None:
    found = read(graph, "graphml")
    assert_same_nodes(found, graph)
    assert {(s, t, k): data for s, t, k, data in found.edges(keys=True, data=True)} == {
        (s, t, k): {name: plain(value) for name, value in data.items()} | {"key": k}
        for s, t, k, data in graph.edges(keys=True, data=True)
    }
    found = read(graph, "gexf")
    assert_same_nodes(found, graph)
    assert sorted((s, t, d["label"], d["weight"], d["score"], d["evidence"]) for s, t, d in found.edges(data=True)) == (
        sorted(
            (s, t, k, d["support"], d["score"], plain(d["evidence"]))
            for s, t, k, d in graph.edges(keys=True, data=True)
        )
    )


def test_networkx_reads_the_graph_with_all_its_attributes() -> None:
    assert_networkx_reads(small_graph())


@given(st.lists(ANY_TEXT, min_size=5, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_but_for_what_xml_cannot_hold(texts: list[str]) -> None:
    graph = a_graph_that_says(texts)
    assert_networkx_reads(graph)
    assert [row["label"] for row in table(graph, "nodes.csv")] == [clean(texts[0]), clean(texts[1])]
    assert [row["quote"] for row in table(graph, "evidence.csv")] == [clean(texts[2])]


@given(st.lists(ANY_TEXT, min_size=5, max_size=5))
@settings(max_examples=60, deadline=None)
def test_no_cell_of_text_begins_as_a_formula_does(texts: list[str]) -> None:
    for name, lines in TABLES.items():
        for row in csv.reader(io.StringIO("".join(lines(a_graph_that_says(texts))), newline=""), strict=True):
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))], name


@pytest.mark.parametrize("form", FORMS)
def test_bytes_do_not_depend_on_the_order_of_nodes_edges_and_attributes(form: str) -> None:
    shuffled: nx.MultiDiGraph = nx.MultiDiGraph()
    for key, data in reversed(list(small_graph().nodes(data=True))):
        shuffled.add_node(key, **dict(reversed(data.items())))
    for source, target, relation, data in reversed(list(small_graph().edges(keys=True, data=True))):
        shuffled.add_edge(source, target, key=relation, **dict(reversed(data.items())))
    assert "".join(FORMS[form](shuffled)) == "".join(FORMS[form](small_graph()))


def test_attributes_that_were_not_foreseen_follow_the_known_ones_by_name() -> None:
    graph = small_graph()
    graph.nodes[PLAIN].update(zeal=True, appeal=1, id="its own", identifier="its own", date=None)
    graph.nodes[TRANSFORMER].update(pageRank=1e-05, degree=7, appeal=1.5, apart=["a", "b"])
    graph.edges[ATTENTION, TRANSFORMER, "partOf"]["novelty"] = 3
    head = "".join(TABLES["nodes.csv"](graph)).splitlines()[0]
    assert head == (
        "id,kind,label,identifier,date,url,authors,organisation,upvotes,categories,pipeline,aliases,papers,exactMatch,"
        "apart,firstDate,lastDate,degree,pageRank,community,appeal,zeal"
    )
    assert "".join(TABLES["edges.csv"](graph)).splitlines()[0].endswith(",support,score,novelty")
    for form in READERS:
        nodes = read(graph, form).nodes
        assert (nodes[PLAIN]["zeal"], nodes[PLAIN]["appeal"], "date" in nodes[PLAIN]) == (True, 1.0, False)
        assert (nodes[TRANSFORMER]["pageRank"], nodes[TRANSFORMER]["degree"]) == (1e-05, 7)
        assert (nodes[TRANSFORMER]["appeal"], nodes[TRANSFORMER]["apart"]) == (1.5, '["a", "b"]')


def test_the_tables_fit_together() -> None:
    nodes, edges, evidence = (table(small_graph(), name) for name in TABLES)
    keys, claims = {row["id"] for row in nodes}, {row["id"] for row in edges}
    assert keys == set(small_graph())
    assert len(claims) == len(edges) == small_graph().number_of_edges()
    assert {row[end] for row in edges for end in ("source", "target")} <= keys
    assert {row["claim"] for row in evidence} == claims
    assert {row["paper"] for row in evidence} <= keys
    of_claim = {row["id"]: (row["source"], row["target"], row["relation"]) for row in edges}
    found = {
        (*of_claim[r["claim"]], r["field"], int(r["start"]), int(r["end"]), r["quote"], float(r["score"]))
        for r in evidence
    }
    assert found == {
        (s, t, k, item["field"], item["start"], item["end"], item["quote"], item["score"])
        for s, t, k, data in small_graph().edges(keys=True, data=True)
        for item in data["evidence"]
    }


def test_claims_and_evidence_have_the_names_that_they_have_in_rdf() -> None:
    from kgraph.identifiers import ID_BASE
    from kgraph.rdf import graph_triples

    subjects = {subject[1:-1].removeprefix(ID_BASE) for subject, _, _ in graph_triples(small_graph())}
    for name in ("edges.csv", "evidence.csv"):
        assert {row["id"] for row in table(small_graph(), name)} <= subjects
    root = ElementTree.fromstring("".join(gexf(small_graph())))
    assert {edge.get("id") for edge in root.iter(f"{GEXF}edge")} <= subjects


def test_gexf_tells_parallel_edges_apart_by_kind() -> None:
    root = ElementTree.fromstring("".join(gexf(small_graph())))
    assert root.get("version") == "1.3"
    between = [e for e in root.iter(f"{GEXF}edge") if (e.get("source"), e.get("target")) == (ATTENTION, TRANSFORMER)]
    assert [(e.get("kind"), e.get("weight")) for e in between] == [("comparedWith", "2"), ("isA", "1"), ("partOf", "1")]
    assert [child.tag for child in root.find(f"{GEXF}graph") or ()] == [
        f"{GEXF}{name}" for name in ("attributes", "attributes", "nodes", "edges")
    ]
    for elements in ("node", "edge"):
        assert int(root.find(f".//{GEXF}{elements}s").get("count")) == len(list(root.iter(f"{GEXF}{elements}")))


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_graph_can_be_written(form: str) -> None:
    text = "".join(FORMS[form](nx.MultiDiGraph()))
    if form in READERS:
        assert len(read(nx.MultiDiGraph(), form)) == 0
    else:
        assert len(text.splitlines()) == 1
