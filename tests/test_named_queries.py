"""The named queries, against what a walk over the NetworkX graph finds."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import networkx as nx
import pyoxigraph
import pytest
from graphs import ATTENTION, AWKWARD, HOSTILE, PLAIN, TITLE, TRANSFORMER, TRANSLATION, a_richer_graph
from hypothesis import given
from hypothesis import strategies as st

from kgraph.errors import QueryError
from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE
from kgraph.query import find_named_query, format_result, named_queries, run_query


def answer(store: pyoxigraph.Store, name: str, **params: str) -> list[dict[str, Any]]:
    """Return the rows of a named query as plain values, IRIs of things as their keys."""
    text = format_result(run_query(store, find_named_query(name).bind(params)), "json")
    return [
        {
            column: re.sub(f"{ID_BASE}|{ONTOLOGY_BASE}", "", cell["value"])
            if not cell.get("datatype")
            else float(cell["value"])
            for column, cell in row.items()
        }
        for row in json.loads(text)["results"]["bindings"]
    ]


def edges(graph: nx.MultiDiGraph, relation: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    return ((s, o, data) for s, o, key, data in graph.edges(keys=True, data=True) if key == relation)


def test_there_are_eight_named_queries_that_say_what_they_take() -> None:
    assert [query.name for query in named_queries()] == [
        "central-concepts", "communities", "datasets-used-together", "evidence-for-pair", "introduced-by-paper",
        "methods-for-task", "new-concepts", "top-methods",
    ]  # fmt: skip
    for query in named_queries():
        assert query.title
        assert {p.name for p in query.parameters} == set(re.findall(r"\$(\w+)", query.sparql))
        assert query.sparql.count("# param ") == len(query.parameters)
        assert all(p.description for p in query.parameters)


def test_top_methods(store: pyoxigraph.Store) -> None:
    graph = a_richer_graph()
    graph_says = [
        {
            "method": key,
            "label": data["label"],
            "papers": data["papers"],
            "tasks": len({o for s, o, _ in edges(graph, "usedFor") if s == key}),
            **{name: data[name] for name in ("pageRank", "firstDate", "lastDate")},
        }
        for key, data in graph.nodes(data=True)
        if data["kind"] == "Method"
    ]
    graph_says.sort(key=lambda row: (-row["papers"], -row["tasks"], row["label"]))
    assert answer(store, "top-methods") == graph_says
    assert answer(store, "top-methods", limit="1") == graph_says[:1]


def some(graph: nx.MultiDiGraph, kind: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The concepts, or those of one kind, with their attributes and their key as `concept`."""
    for key, data in graph.nodes(data=True):
        if data["kind"] != "Paper" and kind in ("", data["kind"]):
            yield key, {"concept": key, "type": data["kind"], **data}


def rows(columns: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: data[name] for name in columns.split() if name in data} for data in found]


@pytest.mark.parametrize(("asked", "kind"), [("", ""), ("dataset", "Dataset"), ("Metric", "Metric")])
def test_central_concepts(store: pyoxigraph.Store, asked: str, kind: str) -> None:
    found = sorted((d for _, d in some(a_richer_graph(), kind)), key=lambda d: (-d["pageRank"], d["label"]))
    columns = "concept label type pageRank degree papers community"
    assert len(found) == {"": 7, "Dataset": 3, "Metric": 1}[kind]
    assert answer(store, "central-concepts", type=asked) == rows(columns, found)
    assert answer(store, "central-concepts", type=asked, limit="1") == rows(columns, found)[:1]


def test_communities_come_with_their_most_central_concept(store: pyoxigraph.Store) -> None:
    graph = a_richer_graph()
    members: dict[int, list[str]] = {}
    for key, number in sorted(graph.nodes(data="community")):
        members.setdefault(number, []).append(key)
    graph_says = []
    for number, keys in sorted(members.items()):
        concepts = [key for key in keys if graph.nodes[key]["kind"] != "Paper"]
        best = min(concepts, key=lambda key: (-graph.nodes[key]["pageRank"], key))
        sizes = {"community": number, "papers": len(keys) - len(concepts), "concepts": len(concepts)}
        graph_says.append(sizes | {"concept": best} | {n: graph.nodes[best][n] for n in ("label", "pageRank")})
    assert len(graph_says) >= 2
    assert answer(store, "communities") == graph_says


@pytest.mark.parametrize(
    ("since", "count"), [("2017", 7), ("2017-06", 7), ("2017-06-12", 7), ("2017-06-13", 0), ("2018", 0)]
)
def test_new_concepts_are_those_first_named_since_a_date(store: pyoxigraph.Store, since: str, count: int) -> None:
    found = sorted((d for _, d in some(a_richer_graph())), key=lambda d: (-d["papers"], -d["pageRank"], d["label"]))
    columns = "concept label type firstDate lastDate papers pageRank"
    assert answer(store, "new-concepts", since=since) == rows(columns, found)[:count]
    assert [row["type"] for row in answer(store, "new-concepts", since=since, type="METRIC")] == ["Metric"][:count]


@pytest.mark.parametrize("name", ["machine translation", "MT", "mt", "Machine Translation"])
def test_methods_for_a_task_found_by_any_of_its_names(store: pyoxigraph.Store, name: str) -> None:
    graph = a_richer_graph()
    graph_says = [
        {
            "method": s,
            "methodLabel": graph.nodes[s]["label"],
            "task": o,
            "taskLabel": "machine translation",
            "support": data["support"],
            "score": data["score"],
        }
        for s, o, data in edges(graph, "usedFor")
        if o == TRANSLATION
    ]
    graph_says.sort(key=lambda row: (-row["support"], -row["score"]))
    assert len(graph_says) == 2
    assert answer(store, "methods-for-task", task=name) == graph_says
    assert answer(store, "methods-for-task", task="no such task") == []


@pytest.mark.parametrize("dataset", ["", "THE C4 DATA"])
def test_datasets_used_together(store: pyoxigraph.Store, dataset: str) -> None:
    graph = a_richer_graph()
    together: Counter[tuple[str, str]] = Counter()
    for paper in (PLAIN, HOSTILE):
        used = sorted(o for s, o, _ in edges(graph, "uses") if s == paper and graph.nodes[o]["kind"] == "Dataset")
        together.update(itertools.combinations(used, 2))
    label = {key: graph.nodes[key]["label"] for key in graph}
    graph_says = [
        {"first": a, "firstLabel": label[a], "second": b, "secondLabel": label[b], "papers": count}
        for (a, b), count in together.items()
        if not dataset or "dataset/c4" in (a, b)
    ]
    graph_says.sort(key=lambda row: (-row["papers"], row["firstLabel"], row["secondLabel"]))
    assert len(graph_says) == (2 if dataset else 3)
    assert answer(store, "datasets-used-together", dataset=dataset) == graph_says


@pytest.mark.parametrize(
    ("name", "paper"), [("0000.00001", PLAIN), (TITLE.upper(), PLAIN), (AWKWARD, HOSTILE), ("A PAPER", HOSTILE)]
)
def test_introduced_by_a_paper_found_by_id_or_title(store: pyoxigraph.Store, name: str, paper: str) -> None:
    graph = a_richer_graph()
    assert answer(store, "introduced-by-paper", paper=name) == [
        {
            "concept": o,
            "label": graph.nodes[o]["label"],
            "type": graph.nodes[o]["kind"],
            "score": data["score"],
            "paper": paper,
            "title": graph.nodes[paper]["label"],
        }
        for s, o, data in edges(graph, "introduces")
        if s == paper
    ]


@pytest.mark.parametrize(("first", "second"), [("transformers", "Attention"), ("ATTENTION", "the transformer")])
def test_evidence_for_a_pair_in_either_direction(store: pyoxigraph.Store, first: str, second: str) -> None:
    graph = a_richer_graph()
    graph_says = [
        (s, relation, o, e["quote"], e["paper"], e["field"], e["score"])
        for s, o, relation, data in graph.edges(keys=True, data=True)
        if {s, o} == {ATTENTION, TRANSFORMER}
        for e in data["evidence"]
    ]
    rows = answer(store, "evidence-for-pair", first=first, second=second)
    columns = ("subject", "relation", "object", "quote", "paper", "field", "score")
    assert len(rows) == 5
    assert sorted(tuple(row[c] for c in columns) for row in rows) == sorted(graph_says)
    for row in rows:
        for thing, label in (("subject", "subjectLabel"), ("object", "objectLabel"), ("paper", "title")):
            assert row[label] == graph.nodes[row[thing]]["label"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_parameter_is_only_ever_a_value(value: str) -> None:
    bound = find_named_query("methods-for-task").bind({"task": value})
    literal = re.search(r"= LCASE\((.*)\)\)\n", bound)
    echo = run_query(pyoxigraph.Store(), f"SELECT ({literal[1] if literal else ''} AS ?x) {{}}")
    assert [cell.value for (cell,) in echo.rows()] == [value]
    assert list(run_query(pyoxigraph.Store(), bound).rows()) == []


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: find_named_query("best"), "there is no query named 'best'; there are central-concepts, communities, "),
        (
            lambda: find_named_query("methods-for-task").bind({}),
            "the query methods-for-task needs the parameter 'task'; it takes "
            "task (label or alias of the task; required), limit (the most rows to give; default 20)",
        ),
        (
            lambda: find_named_query("top-methods").bind({"n": "1"}),
            "the query top-methods has no parameter 'n'; it takes limit",
        ),
        (
            lambda: find_named_query("top-methods").bind({"limit": "1 } DELETE"}),
            "the parameter limit takes a whole number, not '1 } DELETE'",
        ),
    ],
)  # fmt: skip
def test_a_named_query_used_wrongly_says_what_there_is(attempt: Callable[[], Any], message: str) -> None:
    with pytest.raises(QueryError, match=re.escape(message)):
        attempt()
