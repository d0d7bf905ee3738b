"""The named queries, against what a walk over the NetworkX graph finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph
import pytest
from answers import ORDERS, PAPER_RELATIONS, answer, names, of_kind
from field import make_field_graph
from graphs import ATTENTION, TRANSFORMER, a_richer_graph
from hypothesis import given
from hypothesis import strategies as st

from kgraph import KnowledgeGraph
from kgraph.errors import QueryError
from kgraph.graph import build_graph
from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE
from kgraph.model import Extraction
from kgraph.query import Parameter, find_named_query, named_queries, run_query
from kgraph.readers import Report, read_papers
from kgraph.resources import ontology_folder

ROOT = Path(__file__).parent.parent
QUERIES = {query.name: query for query in named_queries()}
EVERYTHING = "999999999"
#: What parameters of each name take: the kinds of things that are found by it.
KINDS = {
    "task": ("Task",),
    "method": ("Method",),
    "dataset": ("Dataset",),
    "paper": ("Paper",),
    "concept": ("Method", "Task", "Dataset", "Metric"),
}
SPELLINGS: tuple[Callable[[str], str], ...] = (str.upper, str, str.lower)
#: Text that would end a string, a comment or a query, if it were ever more than a value.
HOSTILE_VALUES = [
    '") } DROP ALL #',
    "x' \\\\",
    '\\\\")) || true || ((LCASE("',
    "a\nb\r} #",
    "$limit ?name",
    "\\u0022",
    "\x00\u202e\U0001f9ea",
]
#: What the made-up graphs have none of.
UNANSWERED = {
    ("month", "ambiguous-names"), ("month", "introduces-both"), ("month", "kinds-of"),
    ("knotted", "evaluated-together"), ("knotted", "introduces-both"),
}  # fmt: skip
DATES = ["2000", "2015-06", "2023-10-14", "2021-02-28", "9999"]


def sample() -> nx.MultiDiGraph:
    """The graph of the bundled papers, from the extractions that are committed with it."""
    records = read_papers(ROOT / "exports" / "sample" / "papers.jsonl", report=Report())
    return build_graph([record for record in records if isinstance(record, Extraction)])


def month() -> nx.MultiDiGraph:
    """A made-up month of papers, some with a date that is partial or missing."""
    graph = make_field_graph(papers=60, concepts=300)
    for number, paper in enumerate(of_kind(graph, "Paper")):
        day = graph.nodes[paper]["date"]
        graph.nodes[paper]["date"] = (day, f"2021-02-{day[-2:]}", None, day[:4], day[:7], f"-{day[4:]}")[number % 6]
    return graph


def knotted() -> nx.MultiDiGraph:
    """The graph of awkward texts, with a circle of parts and of kinds, and a name that two concepts share."""
    graph = a_richer_graph()
    for relation in ("partOf", "isA"):
        graph.add_edge(TRANSFORMER, ATTENTION, relation, **graph.edges[ATTENTION, TRANSFORMER, relation])
    graph.nodes["dataset/c4"]["aliases"].append({**graph.nodes["dataset/c4"]["aliases"][0], "name": "bleu"})
    return graph


@pytest.fixture(scope="module", params=[sample, month, knotted], ids=lambda make: make.__name__)
def knowledge(request: pytest.FixtureRequest) -> KnowledgeGraph:
    graph = request.param()
    graph.name = request.param.__name__
    return KnowledgeGraph(graph)


def ask(knowledge: KnowledgeGraph, name: str, **params: str) -> list[dict[str, Any]]:
    """Return the rows of a named query, IRIs of things as their keys."""
    bases = re.compile(f"(?:{ID_BASE}|{ONTOLOGY_BASE})(?=[A-Za-z0-9/._-]+$)")
    return [
        {column: bases.sub("", value) if isinstance(value, str) else value for column, value in row.items()}
        for row in knowledge.query(name, **params)
    ]


def choices(graph: nx.MultiDiGraph, name: str) -> Iterator[dict[str, str]]:
    """Yield parameters that suit a query, from what is in the graph: what is named often, and what is not."""
    parameters = {parameter.name for parameter in QUERIES[name].parameters} - {"limit"}
    if name == "path-between":
        yield from pairs_at_every_distance(graph)
    elif name == "evidence-for-pair":
        yield from ({"first": c["subject"], "second": c["object"]} for c in claims(graph, PAPER_RELATIONS))
    elif name == "evidence-for-claim":
        yield from claims(graph, ())
    elif "since" in parameters:
        types = ["", "Method", "TASK"] if "type" in parameters else [None]
        yield from ({"since": day} | ({"type": t} if t is not None else {}) for day in DATES for t in types)
    elif parameters <= {"type"}:
        yield {}
        yield from ({"type": kind} for kind in ("Method", "TASK") if parameters)
    else:
        (parameter,) = parameters
        if not QUERIES[name].parameters[0].required:
            yield {}
        things = sorted(of_kind(graph, *KINDS[parameter]), key=lambda key: (-graph.degree(key), key))
        for thing in [*things[:5], *things[5 :: max(1, len(things) // 5)]]:
            for spell, known in zip(SPELLINGS, sorted(names(graph, thing)), strict=False):
                yield {parameter: spell(known)}


def claims(graph: nx.MultiDiGraph, without: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Yield the first claims of every relation, and one of them turned around."""
    seen: dict[str, int] = {}
    for s, o, relation in sorted(graph.edges(keys=True)):
        seen[relation] = seen.get(relation, 0) + 1
        if relation not in without and seen[relation] <= 3:
            ends = {"subject": min(names(graph, s)), "object": max(names(graph, o)).upper()}
            yield ends | {"relation": relation}
            yield {"subject": ends["object"], "object": ends["subject"], "relation": relation.upper()}
    yield {"subject": "transformer", "relation": "used for", "object": "machine translation"}


def pairs_at_every_distance(graph: nx.MultiDiGraph) -> Iterator[dict[str, str]]:
    """Yield some pairs of concepts that are none to four steps apart, and some that are not connected."""
    simple = nx.Graph((s, o) for s, o, key in graph.edges(keys=True) if key not in PAPER_RELATIONS)
    often = sorted(simple, key=lambda key: (-simple.degree(key), key))[:40]
    seen: dict[int | None, int] = {}
    for start in often[:8]:
        steps = nx.single_source_shortest_path_length(simple, start)
        for end in [*often, *sorted(set(simple) - set(often))]:
            distance = steps.get(end)
            seen[distance] = seen.get(distance, 0) + 1
            if seen[distance] <= 4:
                yield {"first": max(names(graph, start)).upper(), "second": min(names(graph, end))}


@pytest.mark.parametrize("name", QUERIES)
def test_a_named_query_answers_what_a_walk_over_the_graph_finds(knowledge: KnowledgeGraph, name: str) -> None:
    (limit,) = [p for p in QUERIES[name].parameters if p.name == "limit"] or [None]
    answered = False
    for params in choices(knowledge.networkx, name):
        expected = answer(knowledge.networkx, name, **params)
        if limit:
            assert ask(knowledge, name, **params, limit=EVERYTHING) == expected, params
        assert ask(knowledge, name, **params) == expected[: int(limit.default) if limit else None], params
        answered = answered or bool(expected)
    assert answered or (knowledge.networkx.name, name) in UNANSWERED


@pytest.mark.parametrize("name", QUERIES)
def test_a_named_query_about_nothing_that_there_is_has_no_rows(knowledge: KnowledgeGraph, name: str) -> None:
    texts = [p.name for p in QUERIES[name].parameters if p.name not in ("limit", "since")]
    since = {p.name: "2020" for p in QUERIES[name].parameters if p.is_date}
    for value in ("no such thing", *HOSTILE_VALUES) if texts else ():
        assert ask(knowledge, name, **since, **dict.fromkeys(texts, value)) == [], value
    nothing = KnowledgeGraph(nx.MultiDiGraph())
    assert ask(nothing, name, **since, **dict.fromkeys(texts, "Transformer")) == []


def test_every_query_says_what_it_takes_and_is_walked_by_a_function() -> None:
    assert list(QUERIES) == sorted(ORDERS)
    for query in QUERIES.values():
        assert query.title
        assert {p.name for p in query.parameters} == set(re.findall(r"\$(\w+)", query.sparql))
        assert query.sparql.count("# param ") == len(query.parameters)
        assert all(p.description for p in query.parameters)


@pytest.mark.parametrize("name", sorted(set(QUERIES) - {"path-between"}))  # there the path is made of the labels
def test_an_iri_in_an_answer_has_a_label_beside_it(knowledge: KnowledgeGraph, name: str) -> None:
    labels = set(nx.get_node_attributes(knowledge.networkx, "label").values())
    for row in ask(knowledge, name, **next(choices(knowledge.networkx, name))):
        things = [value for value in row.values() if value in knowledge.networkx]
        assert len([value for value in row.values() if value in labels]) >= len(things)


def test_the_page_of_the_ontology_lists_exactly_the_queries_there_are() -> None:
    page = (ontology_folder() / "README.md").read_text(encoding="utf-8")
    table = page.partition("\n## Questions\n")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]

    def takes(parameter: Parameter) -> str:
        return f"`{parameter.name}`" if parameter.required else f"[`{parameter.name}`]"

    assert rows == [f"| `{q.name}` | {q.title} | {' '.join(map(takes, q.parameters))} |" for q in QUERIES.values()]
    assert set(re.findall(r"--name ([a-z-]+)", page)) <= set(QUERIES)


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
        (lambda: find_named_query("best"), "there is no query named 'best'; there are ambiguous-names, "),
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
        (
            lambda: find_named_query("new-since").bind({"since": "yesterday"}),
            "the parameter since takes a date as 2024, 2024-05 or 2024-05-31, not 'yesterday'",
        ),
    ],
)  # fmt: skip
def test_a_named_query_used_wrongly_says_what_there_is(attempt: Callable[[], Any], message: str) -> None:
    with pytest.raises(QueryError, match=re.escape(message)):
        attempt()
