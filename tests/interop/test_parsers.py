"""What is written is read back by other people's parsers, as the same triples."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess

import networkx as nx
import pyoxigraph
import pytest
from graphs import alias, small_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, URIRef

from kgraph.identifiers import ONTOLOGY_BASE, paper_key
from kgraph.rdf import graph_triples, prefixes, to_rdflib, write_jsonld, write_ntriples, write_rdfxml, write_turtle
from kgraph.rdf.terms import Triple, from_pyoxigraph, literal
from kgraph.xmltext import clean

FORMS = {
    "nt": (write_ntriples, "nt", pyoxigraph.RdfFormat.N_TRIPLES, "ntriples"),
    "ttl": (write_turtle, "turtle", pyoxigraph.RdfFormat.TURTLE, "turtle"),
    "jsonld": (write_jsonld, "json-ld", pyoxigraph.RdfFormat.JSON_LD, ""),
    "rdfxml": (write_rdfxml, "xml", pyoxigraph.RdfFormat.RDF_XML, "rdfxml"),
}
# Every character that some parser could trip over, in one text.
EVERY_CONTROL = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x202E, 0xFFFD, 0xFFFE, 0x1F9EA, 0x10FFFF)))


def written(graph: nx.MultiDiGraph, form: str) -> bytes:
    file = io.BytesIO()
    FORMS[form][0](graph_triples(graph), file)
    return file.getvalue()


def read_by_pyoxigraph(data: bytes, form: str) -> set[Triple]:
    quads = pyoxigraph.parse(data, FORMS[form][2])
    return {(from_pyoxigraph(q.subject), from_pyoxigraph(q.predicate), from_pyoxigraph(q.object)) for q in quads}


def a_graph_that_says(texts: list[str], paper_id: str, url: str) -> nx.MultiDiGraph:
    label, name, quote, author, pipeline = texts
    graph: nx.MultiDiGraph = nx.MultiDiGraph(name="kgraph")
    paper = paper_key(paper_id)
    graph.add_node(paper, kind="Paper", label=label, identifier=paper_id, pipeline=pipeline, url=url, authors=[author])
    graph.add_node("task/x", kind="Task", label=label, papers=1, aliases=[alias(name, paper) | {"text": quote}])
    item = {"paper": paper, "field": "title", "start": 0, "end": 9, "quote": quote, "score": 0.25, "mentions": []}
    graph.add_edge(paper, "task/x", "uses", support=1, score=0.25, evidence=[item])
    return graph


@pytest.mark.parametrize("form", FORMS)
def test_rdflib_and_pyoxigraph_read_what_was_said(form: str) -> None:
    data = written(small_graph(), form)
    assert read_by_pyoxigraph(data, form) == set(graph_triples(small_graph()))
    assert set(Graph().parse(data=data, format=FORMS[form][1])) == set(to_rdflib(small_graph()))


@pytest.mark.parametrize("form", FORMS)
def test_terms_that_only_a_query_can_make_come_back_too(form: str) -> None:
    xsd, kg = prefixes()["xsd"], prefixes()["kg"]
    objects = [
        *(literal(text, f"{xsd}integer") for text in ("7", "-7", "+7", "007", "12345678901234567890")),
        *(literal(text, f"{xsd}decimal") for text in ("1", "1.", ".5", "-0.50")),
        *(literal(text, f"{xsd}date") for text in ("2017-06-12", "--06-12")),
        *(literal(text, language="en") for text in ("colour", 'a "quoted" one')),
        *(literal(text) for text in ("7", "plain", "method:bert", "https://example.org/")),
        *(f"<{value}>" for value in ("https://example.org/x", "urn:x", f"{kg}Method", f"{xsd}a.b", f"{xsd}a.")),
        "_:b0",
    ]
    # With and without a datatype, or the word that it is an IRI, in the JSON-LD context.
    properties = [f"<{kg}{name}>" for name in ("score", "support", "quote", "usedFor", "unknown")]
    triples = sorted((s, p, o) for s in ("_:b0", "<urn:s>") for p in properties for o in objects)
    file = io.BytesIO()
    FORMS[form][0](triples, file)
    # Names of blank nodes are the reader's own.
    read = {tuple(re.sub("^_:.*", "_:b0", term) for term in t) for t in read_by_pyoxigraph(file.getvalue(), form)}
    assert read == set(triples)


# The texts of a paper hold no lone surrogates, which the readers replace; all else may come.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.just(EVERY_CONTROL)
ANY_URL = st.text() | st.from_regex(r"https?://[ -~]{0,30}", fullmatch=True)


@pytest.mark.parametrize("form", ["nt", "ttl", "jsonld"])
@given(texts=st.lists(ANY_TEXT, min_size=5, max_size=5), paper_id=ANY_TEXT, url=ANY_URL)
@settings(max_examples=25, deadline=None)
def test_any_text_comes_back_as_it_was(form: str, texts: list[str], paper_id: str, url: str) -> None:
    graph = a_graph_that_says(texts, paper_id, url)
    data = written(graph, form)
    assert read_by_pyoxigraph(data, form) == set(graph_triples(graph))
    parsed = Graph().parse(data=data, format=FORMS[form][1])
    assert set(parsed) == set(to_rdflib(graph))
    assert {str(quote) for quote in parsed.objects(predicate=URIRef(f"{ONTOLOGY_BASE}quote"))} == {texts[2]}


@given(texts=st.lists(ANY_TEXT, min_size=5, max_size=5), paper_id=ANY_TEXT, url=ANY_URL)
@settings(max_examples=25, deadline=None)
def test_any_text_comes_back_from_rdfxml_but_for_what_xml_cannot_hold(
    texts: list[str], paper_id: str, url: str
) -> None:
    def held(object_: str) -> str:
        return literal(clean(json.loads(object_))) if object_.endswith('"') else object_

    graph = a_graph_that_says(texts, paper_id, url)
    data = written(graph, "rdfxml")
    expected = {(s, p, held(o)) for s, p, o in graph_triples(graph)}
    assert read_by_pyoxigraph(data, "rdfxml") == expected
    parsed = Graph().parse(data=data, format="xml")
    assert len(parsed) == len(expected)
    assert {str(quote) for quote in parsed.objects(predicate=URIRef(f"{ONTOLOGY_BASE}quote"))} == {clean(texts[2])}


@pytest.mark.parametrize("property_", ["https://example.org/7up", "urn:x-y:b.c", "https://example.org/a?b=c&d='e'#f"])
def test_rdfxml_can_say_any_property_whose_iri_ends_in_a_name(property_: str) -> None:
    file = io.BytesIO()
    write_rdfxml([("<urn:s>", f"<{property_}>", '"x"')], file)
    assert read_by_pyoxigraph(file.getvalue(), "rdfxml") == {("<urn:s>", f"<{property_}>", '"x"')}
    assert list(Graph().parse(data=file.getvalue(), format="xml").predicates()) == [URIRef(property_)]


def test_what_rdfxml_cannot_say_is_an_error() -> None:
    for predicate, object_ in (("<https://example.org/7>", '"x"'), ("<urn:p>", "<<( <urn:s> <urn:p> <urn:o> )>>")):
        with pytest.raises(ValueError, match="RDF/XML"):
            write_rdfxml([("<urn:s>", predicate, object_)], io.BytesIO())


@pytest.mark.parametrize("form", ["nt", "ttl", "rdfxml"])
@pytest.mark.parametrize("graph", [small_graph(), a_graph_that_says([EVERY_CONTROL[1:]] * 5, "x", "")])
def test_rapper_counts_the_same_triples(form: str, graph: nx.MultiDiGraph) -> None:
    rapper = shutil.which("rapper")
    if rapper is None:
        reason = "rapper is not installed: it comes with raptor2-utils"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    command = [rapper, "-c", "-i", FORMS[form][3], "-", "http://example.org/"]
    run = subprocess.run(command, input=written(graph, form), capture_output=True, check=False)
    assert run.returncode == 0, run.stderr
    assert f"returned {len(list(graph_triples(graph)))} triples" in run.stderr.decode()
