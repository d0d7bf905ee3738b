"""Queries: what they answer, what they refuse, and how their errors and answers look."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph
import pytest
from graphs import ATTENTION, AWKWARD, HOSTILE, PLAIN, TITLE, TRANSFORMER, TRANSLATION, small_graph
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Namespace

from kgraph.errors import GraphError, QueryError
from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE
from kgraph.query import FORMATS, find_named_query, format_result, named_queries, open_store, run_query
from kgraph.query.visible import cut, display_width, visible
from kgraph.rdf import graph_triples, write_jsonld, write_ntriples, write_turtle

KG = Namespace(ONTOLOGY_BASE)
SERVICE = "SERVICE <http://localhost:1/> { ?s ?p ?o }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that a query needs of what `kgraph build` writes."""
    folder = tmp_path_factory.mktemp("graph")
    for name, write in (("graph.nt", write_ntriples), ("graph.ttl", write_turtle), ("graph.jsonld", write_jsonld)):
        with (folder / name).open("wb") as file:
            write(graph_triples(a_richer_graph()), file)
    Graph().parse(folder / "graph.nt").serialize(folder / "graph.rdf", format="xml")
    (folder / "manifest.json").write_text("{}")
    return folder


@pytest.fixture(scope="module")
def store(folder: Path) -> pyoxigraph.Store:
    return open_store(folder)


def a_richer_graph() -> nx.MultiDiGraph:
    """Return the small graph with more datasets, so that some are used together."""
    graph = small_graph()
    for key, label in (("dataset/squad", "SQuAD"), ("dataset/c4", "C4")):
        graph.add_node(key, kind="Dataset", label=label, papers=2, aliases=[{"name": f"the {label} data"}])
    item = graph.edges[PLAIN, TRANSFORMER, "introduces"]["evidence"][0]
    for paper, key in ((PLAIN, "dataset/squad"), (HOSTILE, "dataset/squad"), (PLAIN, "dataset/c4")):
        graph.add_edge(paper, key, "uses", support=1, score=0.5, evidence=[{**item, "paper": paper, "score": 0.5}])
    graph.add_edge(HOSTILE, "dataset/c4", "mentions", support=1, score=0.5, evidence=[item])
    graph.add_edge(TRANSFORMER, ATTENTION, "comparedWith", support=1, score=0.4, evidence=[{**item, "score": 0.4}])
    return graph


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


# Opening


@pytest.mark.parametrize("name", [".", "graph.nt", "graph.ttl", "graph.jsonld", "graph.rdf"])
def test_a_folder_and_every_rdf_file_open_as_the_same_triples(folder: Path, name: str) -> None:
    assert len(open_store(folder / name)) == len(list(graph_triples(a_richer_graph())))


def test_a_folder_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"is no graph: expected manifest\.json, as `kgraph build` writes it"):
        open_store(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(GraphError, match=r"is no graph: expected graph\.nt, as `kgraph build` writes it"):
        open_store(tmp_path)


def test_a_missing_file_and_one_of_another_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="none: there is no such file or folder"):
        open_store(tmp_path / "none")
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(GraphError, match=r"a\.txt is no RDF file .* expected one of \.ttl, "):
        open_store(tmp_path / "a.txt")


def test_a_file_that_does_not_parse_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://a/> <http://b/> 1 .\n\n<http://a/> nonsense")
    with pytest.raises(GraphError, match=r"a\.ttl:3: not readable as RDF: "):
        open_store(tmp_path / "a.ttl")
    (tmp_path / "b.nt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GraphError, match=r"b\.nt:1: "):
        open_store(tmp_path / "b.nt")


# Running


def test_the_usual_prefixes_are_declared_and_a_querys_own_win(store: pyoxigraph.Store) -> None:
    used = "ASK { method:attention kg:partOf/^kg:isA ?x ; a skos:Concept ; rdfs:label 'attention' }"
    assert run_query(store, used).answer
    assert not run_query(store, "PREFIX kg: <http://example.org/> " + used).answer
    assert run_query(store, r"ASK { kgid:method\/attention ?p ?o }").answer
    for prefix in ("kg", "kgid", "rdf", "rdfs", "owl", "xsd", "skos", "schema", "prov", "dcterms"):
        assert not run_query(store, f"ASK {{ ?x {prefix}:nothing ?y }}").answer


def test_construct_and_describe_give_triples(store: pyoxigraph.Store) -> None:
    made = run_query(store, "CONSTRUCT { ?b kg:hasPart ?a } WHERE { ?a kg:partOf ?b }").triples()
    assert made == [(f"<{ID_BASE}{TRANSFORMER}>", f"<{ONTOLOGY_BASE}hasPart>", f"<{ID_BASE}{ATTENTION}>")]
    described = run_query(store, "DESCRIBE method:attention").triples()
    assert described == [t for t in graph_triples(a_richer_graph()) if t[0] == f"<{ID_BASE}{ATTENTION}>"]


def test_blank_nodes_that_a_query_makes_have_the_same_names_every_time(store: pyoxigraph.Store) -> None:
    query = "CONSTRUCT { ?a kg:via [ kg:to ?b ] } WHERE { ?a kg:usedFor ?b }"
    assert len({format_result(run_query(store, query), "ttl") for _ in range(3)}) == 1


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ {SERVICE} }}",
        f"SELECT * {{ {SERVICE.replace('SERVICE', 'service SILENT')} }}",
        "SELECT * { VALUES ?x { <http://localhost:1/> } SERVICE ?x { ?s ?p ?o } }",
        f"ASK {{ ?s ?p 1{SERVICE} }}",
        f"ASK {{ ?s ?p 1.{SERVICE} }}",
        f"ASK {{ ?s ?p true{SERVICE} }}",
        "PREFIX ex: <http://localhost:1/> ASK { SERVICEex:a { ?s ?p ?o } }",
        f'# """\nASK {{ {SERVICE} }} # """',
        f'ASK {{ # "\r{SERVICE} }}',
        f'ASK {{ ?s ?p ?o FILTER(?o<?p#> """\n) {SERVICE} #"""\n }}',
        f"ASK {{ ?s ?p ?o FILTER(?o<'x>') {SERVICE} }} # '",
        f'ASK {{ FILTER("""a" \\" b""" != "") {SERVICE} }}',
        "ASK { VALUES ?x { <http://localhost:1/> } FILTER(1<2)SERVICE?x#>\n{ ?s ?p ?o } }",
        f"PREFIX ex: <http://a/> ASK {{ ?s ?p ex:a\\' . {SERVICE} }}",
    ],
)
def test_service_is_refused_wherever_it_would_run(query: str) -> None:
    everything = pyoxigraph.Store()
    for value in (pyoxigraph.Literal(1), pyoxigraph.Literal(True)):
        everything.add(pyoxigraph.Quad(pyoxigraph.NamedNode("http://a/a"), pyoxigraph.NamedNode("http://a/b"), value))
    with pytest.raises(QueryError, match=r"line \d, column \d+: SERVICE would ask another server"):
        run_query(everything, query)


@pytest.mark.parametrize(
    "query",
    [
        f'SELECT ("{SERVICE}" AS ?x) {{}}',
        f"SELECT ('''\n{SERVICE}\n''' AS ?x) {{}}",
        f"ASK {{}} # {SERVICE}",
        "SELECT (<http://a/SERVICE#> AS ?service) { FILTER(1 < 2) }",
        "PREFIX ex: <http://a/service#> ASK { ?service ex:service $SERVICE }",
    ],
)
def test_the_word_service_may_stand_where_it_is_no_keyword(store: pyoxigraph.Store, query: str) -> None:
    run_query(store, query)


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "PREFIX a: <http://a/>\n# SELECT\ndelete where { ?s ?p ?o }",
        "LOAD <http://localhost:1/>",
        "CLEAR ALL",
        "WITH <http://a/> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused_and_change_nothing(store: pyoxigraph.Store, update: str) -> None:
    before = len(store)
    with pytest.raises(QueryError, match=r"(INSERT|DELETE|LOAD|CLEAR|WITH) is an update; queries only read the graph"):
        run_query(store, update)
    assert len(store) == before


@pytest.mark.parametrize(
    ("query", "line", "column", "reason"),
    [
        ("SELECT ?s {\n ?s ?p ?o FILTR(?x) }", 2, 11, "not valid SPARQL from here; did you mean FILTER?"),
        ("SELCT * {}", 1, 1, "not valid SPARQL from here; did you mean SELECT?"),
        ("ASK { ?s foo:p ?o }", 1, 10, "the prefix 'foo' is not declared; declared in advance are kg, kgid, "),
        ("SELECT ?s { ?s ?p ?o", 1, 21, "the query ends too early; expected one of "),
        ("SELECT ?é { ?é ?p ?o FILTER(?é = ) }", 1, 34, "not valid SPARQL from here"),
        ("SELECT * { ?s ?p ?o } LIMIT x", 1, 29, "not valid SPARQL from here"),
        ("SELECT * { ?s ?p <x y> }", 1, 18, "not a valid IRI"),
        ("SELECT (1 AS ?s) { ?s ?p ?o }", 1, 30, "AS gives a name that the WHERE part already uses"),
        ("SELECT *\r\n{ ?s ?p ?o }\r\nLIMIT x", 3, 7, "not valid SPARQL from here"),
    ],
)
def test_a_malformed_query_is_shown_with_the_place_of_its_error(
    store: pyoxigraph.Store, query: str, line: int, column: int, reason: str
) -> None:
    with pytest.raises(QueryError) as caught:
        run_query(store, query)
    message, shown, caret = str(caught.value).split("\n")
    assert message.startswith(f"the query, line {line}, column {column}: {reason}")
    assert shown == "  " + query.splitlines()[line - 1]
    assert caret == "  " + " " * (column - 1) + "^"


def test_the_caret_stays_under_its_place_behind_wide_and_invisible_characters(store: pyoxigraph.Store) -> None:
    with pytest.raises(QueryError) as caught:
        run_query(store, "SELECT * {\n\t?s ?p '漢字\u202e' . FILTR(?x) }")
    _, shown, caret = str(caught.value).split("\n")
    assert shown == "  \\t?s ?p '漢字\\u202E' . FILTR(?x) }"
    assert display_width(shown[: shown.index("FILTR")]) == caret.index("^")


@pytest.mark.parametrize("query", ["", "  \n", "# only a comment"])
def test_a_query_without_code_is_refused(store: pyoxigraph.Store, query: str) -> None:
    with pytest.raises(QueryError, match="the query"):
        run_query(store, query)


@given(st.text() | st.text("\"'<>#\\{}?$:.@ \nserviceSERVICE"))
def test_any_text_is_answered_or_refused(text: str) -> None:
    try:
        run_query(pyoxigraph.Store(), text)
    except QueryError as error:
        assert all(ord(c) >= 32 or c == "\n" for c in str(error))


# Answers


def test_a_table_is_aligned_shortens_iris_and_counts(store: pyoxigraph.Store) -> None:
    query = "SELECT ?m ?papers { ?m a kg:Method ; kg:papers ?papers } ORDER BY ?m"
    assert format_result(run_query(store, query), "table") == (
        "m                   papers\n"
        "------------------  ------\n"
        "method:attention         2\n"
        "method:transformer       2\n"
        "2 rows\n"
    )  # fmt: skip
    assert format_result(run_query(store, "SELECT ?x { ?x a kg:Nothing }"), "table") == "x\n-\nno rows\n"


def test_hostile_text_stays_in_its_cell_of_a_table(store: pyoxigraph.Store) -> None:
    hostile = AWKWARD + "\x1b[2J\x07\u2066\x9b"
    query = f"SELECT ?x {{ VALUES ?x {{ {json.dumps(hostile, ensure_ascii=True)} }} }}"
    table = format_result(run_query(store, query.replace("\\ud83e\\uddea", "\U0001f9ea")), "table")
    assert len(table.split("\n")) == 5
    assert not set("\x1b\x07\r\t\x9b\u202e\u202c\u2066\u2028") & set(table)
    assert r"\u001B[2J\u0007\u2066\u009B" in table


def test_a_table_cuts_its_widest_cells_only_to_a_given_width(store: pyoxigraph.Store) -> None:
    query = "SELECT ?p ?q ?n { VALUES (?p ?q ?n) { ('漢字漢字漢字' '" + "long " * 40 + "' 12345) } }"
    assert "long " * 39 in format_result(run_query(store, query), "table")
    lines = format_result(run_query(store, query), "table", width=60).splitlines()
    assert max(map(display_width, lines)) == 60
    assert "漢字漢字漢字  long long" in lines[2]
    assert lines[2].endswith("…  12345")


@given(st.text(), st.integers(1, 40))
def test_cut_text_fits(text: str, width: int) -> None:
    shown = visible(text)
    assert display_width(cut(shown, width)) <= width
    if display_width(shown) <= width:
        assert cut(shown, width) == shown


def test_a_table_shows_answers_of_every_kind(store: pyoxigraph.Store) -> None:
    assert format_result(run_query(store, "ASK { ?s kg:isA ?o }"), "table") == "true\n"
    made = format_result(run_query(store, "CONSTRUCT WHERE { ?a kg:partOf ?b }"), "table")
    assert made.splitlines()[2].split() == ["method:attention", "kg:partOf", "method:transformer"]
    unbound = format_result(run_query(store, "SELECT ?x ?y { OPTIONAL { ?x a kg:Nothing } BIND(1.5 AS ?y) }"), "table")
    assert unbound.splitlines()[2].split() == ["1.5"]


def test_rows_are_the_same_in_csv_tsv_json_and_xml(store: pyoxigraph.Store) -> None:
    query = "SELECT ?label ?papers { ?c a kg:Concept ; rdfs:label ?label ; kg:papers ?papers } ORDER BY ?c"
    texts = {form: format_result(run_query(store, query), form) for form in ("csv", "tsv", "json", "xml")}
    graph = a_richer_graph()
    expected = [
        (data["label"], str(data["papers"])) for _, data in sorted(graph.nodes(data=True)) if data["kind"] != "Paper"
    ]
    assert [tuple(row) for row in csv.reader(io.StringIO(texts["csv"], newline=""))][1:] == expected
    assert [tuple(line.split("\t")) for line in texts["tsv"].splitlines()][1:] == [(f'"{a}"', b) for a, b in expected]
    bindings = json.loads(texts["json"])["results"]["bindings"]
    assert [(row["label"]["value"], row["papers"]["value"]) for row in bindings] == expected
    assert texts["xml"].count("<result>") == len(expected)
    assert all(text.endswith("\n") for text in texts.values())


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld"])
def test_constructed_triples_come_back_from_every_form(store: pyoxigraph.Store, form: str) -> None:
    result = run_query(store, "CONSTRUCT WHERE { ?e kg:quote ?q ; kg:score ?s }")
    text = format_result(result, form)
    parsed = Graph().parse(data=text, format={"ttl": "turtle", "nt": "nt", "jsonld": "json-ld"}[form])
    graph = a_richer_graph()
    said = [e["quote"] for *_, data in graph.edges(data=True) for e in data["evidence"]]
    assert sorted(str(o) for o in parsed.objects(predicate=KG.quote)) == sorted(said)
    assert len(list(parsed.subjects(KG.score))) == len(said)


@pytest.mark.parametrize(
    ("query", "form", "message"),
    [
        (
            "SELECT * {}",
            "ttl",
            "ttl holds triples, and SELECT queries give none; use one of table, csv, tsv, json, xml",
        ),
        ("ASK {}", "jsonld", "jsonld holds triples, and ASK queries give none"),
        ("CONSTRUCT WHERE {}", "csv", "csv holds rows, and CONSTRUCT and DESCRIBE give triples; use one of table, ttl"),
        ("ASK {}", "pdf", f"there is no output format 'pdf'; expected one of {', '.join(FORMATS)}"),
    ],
)
def test_a_form_that_cannot_hold_the_answer_is_refused(
    store: pyoxigraph.Store, query: str, form: str, message: str
) -> None:
    with pytest.raises(QueryError, match=re.escape(message)):
        format_result(run_query(store, query), form)


# Named queries, against what a walk over the NetworkX graph finds


def test_there_are_five_named_queries_that_say_what_they_take() -> None:
    assert [query.name for query in named_queries()] == [
        "datasets-used-together", "evidence-for-pair", "introduced-by-paper", "methods-for-task", "top-methods",
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
        }
        for key, data in graph.nodes(data=True)
        if data["kind"] == "Method"
    ]
    graph_says.sort(key=lambda row: (-row["papers"], -row["tasks"], row["label"]))
    assert answer(store, "top-methods") == graph_says
    assert answer(store, "top-methods", limit="1") == graph_says[:1]


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
        (lambda: find_named_query("best"), "there is no query named 'best'; there are datasets-used-together, "),
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
