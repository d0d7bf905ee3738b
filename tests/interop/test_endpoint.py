"""SPARQL clients that people use, asking a real `kgraph serve`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from serving import SAMPLE, Served, serving
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import EndPointInternalError, QueryBadFormed

from kgraph.graph import read_graph
from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE

KG = Namespace(ONTOLOGY_BASE)
METHODS = "SELECT ?m ?label { ?m a kg:Method ; rdfs:label ?label } ORDER BY ?m"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(SAMPLE) as served:
        yield served


def methods() -> list[tuple[str, str]]:
    nodes = read_graph(SAMPLE).nodes(data=True)
    return [(ID_BASE + key, data["label"]) for key, data in sorted(nodes) if data["kind"] == "Method"]


def wrapper(server: Served, query: str, form: str, method: str = GET, how: str = URLENCODED) -> SPARQLWrapper:
    client = SPARQLWrapper(server.sparql)
    client.setQuery(query)
    client.setReturnFormat(form)
    client.setMethod(method)
    client.setRequestMethod(how)
    return client


@pytest.mark.parametrize(("method", "how"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_gets_rows(server: Served, method: str, how: str) -> None:
    found = wrapper(server, METHODS, JSON, method, how).queryAndConvert()["results"]["bindings"]
    assert [(row["m"]["value"], row["label"]["value"]) for row in found] == methods()


def test_sparqlwrapper_reads_every_form(server: Served) -> None:
    rows = len(methods())
    assert len(wrapper(server, METHODS, XML).queryAndConvert().getElementsByTagName("result")) == rows
    assert wrapper(server, METHODS, CSV).queryAndConvert().count(b"\r\n") == rows + 1
    assert wrapper(server, METHODS, TSV).queryAndConvert().count(b"\n") == rows + 1
    construct = "CONSTRUCT WHERE { ?a kg:partOf ?b }"
    graphs = [
        Graph().parse(data=wrapper(server, construct, TURTLE).queryAndConvert(), format="turtle"),
        wrapper(server, construct, RDFXML).queryAndConvert(),
        wrapper(server, construct, JSONLD).queryAndConvert(),
    ]
    edges = [key for *_, key in read_graph(SAMPLE).edges(keys=True)]
    assert [len(graph) for graph in graphs] == [edges.count("partOf")] * 3


def test_sparqlwrapper_is_told_what_is_wrong(server: Served) -> None:
    with pytest.raises(QueryBadFormed, match="the query ends too early"):
        wrapper(server, "SELECT * { ?s ?p", JSON).query()
    with pytest.raises(EndPointInternalError, match="the query broke the process that ran it"):
        wrapper(server, "SELECT * " + "{" * 100_000 + "}" * 100_000, JSON, POST).query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_sees_the_endpoint_as_a_graph(server: Served, method: str) -> None:
    graph = Graph(SPARQLStore(server.sparql, method=method))
    bert, local = URIRef(f"{ID_BASE}method/bert"), Graph().parse(SAMPLE / "graph.nt")
    assert (bert, RDF.type, KG.Method) in graph
    assert (bert, RDF.type, KG.Task) not in graph
    assert set(graph.triples((bert, None, None))) == set(local.triples((bert, None, None)))
    assert graph.value(bert, KG.papers) == local.value(bert, KG.papers)
    assert len(graph) == len(local)
    found = graph.query("SELECT ?m ?label { ?m a kg:Method ; rdfs:label ?label } ORDER BY ?m", initNs={"kg": KG})
    assert [(str(row.m), str(row.label)) for row in found] == methods()
    assert graph.query("ASK { ?s ?p ?o }").askAnswer
    made = graph.query("CONSTRUCT { ?a kg:has ?b } WHERE { ?b kg:partOf ?a }", initNs={"kg": KG}).graph
    assert made is not None and len(made) == len(list(local.triples((None, KG.partOf, None))))
