"""The graph as one object in Python."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest
from graphs import ATTENTION, AWKWARD, TRANSFORMER, TRANSLATION, a_richer_graph, small_graph
from rdflib.compare import isomorphic

import kgraph
from kgraph import KnowledgeGraph
from kgraph.build import write_folder
from kgraph.errors import GraphError, KGraphError, QueryError
from kgraph.identifiers import ID_BASE
from kgraph.model import Extraction
from kgraph.query import named_queries
from kgraph.rdf import to_rdflib
from kgraph.readers import Report, read_papers

SAMPLE = Path(__file__).parent.parent / "exports" / "sample" / "papers.jsonl"


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph(a_richer_graph())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = [e for e in read_papers(SAMPLE, report=Report()) if isinstance(e, Extraction)]
    output = tmp_path_factory.mktemp("loaded")
    write_folder(found[:5], output)
    return output


def test_what_build_wrote_is_loaded_by_a_path_or_its_text(folder: Path) -> None:
    loaded = kgraph.load(str(folder))
    papers = {key for key, kind in loaded.networkx.nodes(data="kind") if kind == "Paper"}
    assert len(papers) == 5
    assert {row["p"].removeprefix(ID_BASE) for row in loaded.query("SELECT ?p { ?p a kg:Paper }")} == papers
    assert repr(loaded) == repr(kgraph.load(folder))
    assert f"{loaded.networkx.number_of_nodes():,} nodes" in repr(loaded)


def test_a_folder_without_a_graph_or_with_a_changed_one_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="is no graph"):
        kgraph.load(tmp_path)
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "graph.json").write_text("{}")
    with pytest.raises(GraphError, match="changed since"):
        kgraph.load(tmp_path)


def test_a_named_query_and_sparql_give_rows_of_plain_values(graph: KnowledgeGraph) -> None:
    rows = graph.query("methods-for-task", task="mt", limit=1)
    assert rows.columns == ("method", "methodLabel", "task", "taskLabel", "support", "score")
    method, task = ID_BASE + TRANSFORMER, ID_BASE + TRANSLATION
    expected = (method, "Transformer", task, "machine translation", 1, 0.95)
    assert [dict(row) for row in rows] == [dict(zip(rows.columns, expected, strict=True))]
    assert [type(value) for value in rows[0].values()] == [str, str, str, str, int, float]
    assert graph.query("new-since", since=date(2017, 6, 12))[0]["first"] == "2017-06-12"
    assert dict(graph.query("ASK { method:bert ?p ?o }")[0]) == {"answer": False}


def test_values_of_every_datatype_and_none_where_nothing_is_bound(graph: KnowledgeGraph) -> None:
    query = """SELECT ?a ?b ?c ?d ?e ?f ?g ?h WHERE { VALUES (?a ?b ?c ?d ?e ?f ?g ?h) {
        (UNDEF 7 0.25 1e3 true "text"@en "2024-01-01"^^xsd:date "12a"^^xsd:integer) } }"""
    (row,) = graph.query(query)
    assert list(row.values()) == [None, 7, 0.25, 1000.0, True, "text", "2024-01-01", "12a"]


def test_rows_are_a_sequence(graph: KnowledgeGraph) -> None:
    rows = graph.query("SELECT ?method ?papers { ?method a kg:Method ; kg:papers ?papers } ORDER BY ?method")
    assert len(rows) == 2
    assert list(rows) == [rows[0], rows[1]] == rows[:2]
    assert rows[-1] in rows
    assert repr(rows) == "<2 rows of method, papers>"
    assert not graph.query("methods-for-task", task="no such task")


def test_rows_become_a_frame(graph: KnowledgeGraph) -> None:
    pandas = pytest.importorskip("pandas")
    frame = graph.query("top-methods", frame=True)
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame["papers"]) == [2, 2]
    assert frame["papers"].dtype == "int64"
    assert frame.equals(graph.query("top-methods").to_pandas())
    empty = graph.query("methods-for-task", task="no such task", frame=True)
    assert list(empty.columns) == ["method", "methodLabel", "task", "taskLabel", "support", "score"]


def test_without_pandas_a_frame_says_how_to_get_it(graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(KGraphError, match=r"pip install 'kgraph\[pandas\]'"):
        graph.query("top-methods", frame=True)


def test_a_query_used_wrongly_is_refused(graph: KnowledgeGraph) -> None:
    with pytest.raises(QueryError, match="there is no query named 'best-methods'"):
        graph.query("best-methods")
    with pytest.raises(QueryError, match="there is no query named 'Top_Methods'"):
        graph.query("Top_Methods")
    with pytest.raises(QueryError, match="needs the parameter 'task'"):
        graph.query("methods-for-task")
    with pytest.raises(QueryError, match="only a named query takes parameters, and this is SPARQL: task"):
        graph.query("SELECT * { ?s ?p ?o }", task="x")
    with pytest.raises(QueryError, match="CONSTRUCT and DESCRIBE give triples"):
        graph.query("DESCRIBE method:attention")
    with pytest.raises(QueryError, match="INSERT is an update"):
        graph.query("INSERT DATA { <a:a> <a:b> <a:c> }")


def test_no_parameter_of_a_named_query_has_the_name_of_an_option() -> None:
    assert "frame" not in {parameter.name for query in named_queries() for parameter in query.parameters}


def test_concepts_are_found_by_any_name_and_explained(graph: KnowledgeGraph) -> None:
    assert graph.find("the transformer") == graph.find(TRANSFORMER) == graph.find(ID_BASE + TRANSFORMER)
    assert graph.find("attention") == [ATTENTION]
    assert graph.find("no such thing") == graph.find("") == []
    assert graph.explain("Transformers").startswith("Transformer  (Method)\n")
    with pytest.raises(GraphError, match="no concept of the graph has the name 'no such thing'"):
        graph.explain("no such thing")
    assert graph.explain(AWKWARD).startswith("BLEU  (Metric)\n")


def test_its_rdflib_graph_holds_the_same_triples() -> None:
    assert isomorphic(KnowledgeGraph(small_graph()).to_rdflib(), to_rdflib(small_graph()))


def test_what_kgraph_does_not_offer_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'kgraph' has no attribute 'lode'"):
        _ = kgraph.lode
