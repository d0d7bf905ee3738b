"""Queries: what they answer, what they refuse, and how their errors and answers look."""

from __future__ import annotations

import csv
import faulthandler
import io
import json
import os
import re
import signal
from pathlib import Path

import pyoxigraph
import pytest
from graphs import ATTENTION, AWKWARD, TRANSFORMER, a_richer_graph
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Namespace

from kgraph.errors import GraphError, QueryError
from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE
from kgraph.query import FORMATS, find_named_query, format_result, guarded, open_store, run_query
from kgraph.query.visible import cut, display_width, visible
from kgraph.rdf import graph_triples

KG = Namespace(ONTOLOGY_BASE)
SERVICE = "SERVICE <http://localhost:1/> { ?s ?p ?o }"


# Opening


@pytest.mark.parametrize("name", [".", "graph.nt", "graph.ttl", "graph.jsonld", "graph.rdf"])
def test_a_folder_and_every_rdf_file_open_as_the_same_triples(rdf_folder: Path, name: str) -> None:
    assert len(open_store(rdf_folder / name)) == len(list(graph_triples(a_richer_graph())))


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


# A query that kills its engine


def test_what_a_sorting_query_gives_and_raises_comes_through_the_process_that_runs_it() -> None:
    assert guarded("SELECT * {} ORDER BY ?s", lambda: (os.getpid(), ["ä", None]))[0] != os.getpid()
    assert guarded("SELECT * {}", os.getpid) == os.getpid()
    with pytest.raises(QueryError, match="there is no query named 'none'"):
        guarded("order\nBY", lambda: find_named_query("none"))


def test_an_engine_that_dies_takes_only_the_query_along(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(QueryError, match=r"gave up while sorting: .* sort by STR\(\?x\)"):
        guarded("ORDER BY ?o", lambda: (faulthandler.disable(), os.abort()))
    with pytest.raises(QueryError, match="was killed by SIGKILL, as happens when memory runs out"):
        guarded("ORDER BY ?o", lambda: os.kill(os.getpid(), signal.SIGKILL))
    assert capfd.readouterr().err == ""
