"""The description of a graph in VoID: exact counts, and where its forms are."""

from __future__ import annotations

import io

import networkx as nx
import pytest
from graphs import a_richer_graph, small_graph
from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef

from kgraph.identifiers import ID_BASE
from kgraph.rdf import Statistics, graph_nodes, to_rdflib, void_triples, write_void

VOID = Namespace("http://rdfs.org/ns/void#")
HERE = "https://example.org/data/void.ttl"
DATASET = URIRef(f"{HERE}#kgraph")


def counted(graph: nx.MultiDiGraph) -> Statistics:
    statistics = Statistics()
    assert [*statistics.counted(graph_nodes(graph))] == [*graph_nodes(graph)]
    return statistics


def described(graph: nx.MultiDiGraph) -> Graph:
    file = io.BytesIO()
    write_void(counted(graph), file)
    return Graph().parse(data=file.getvalue(), format="turtle", publicID=HERE)


@pytest.mark.parametrize("graph", [small_graph(), a_richer_graph(), nx.MultiDiGraph()])
def test_every_count_is_what_rdflib_counts(graph: nx.MultiDiGraph) -> None:
    rdf, void = to_rdflib(graph), described(graph)

    def number(name: str) -> int:
        return int(void.value(DATASET, VOID[name]))

    assert number("triples") == len(rdf)
    assert number("distinctSubjects") == len(set(rdf.subjects()))
    assert number("distinctObjects") == len(set(rdf.objects()))
    assert number("entities") == len({s for s in rdf.subjects() if s.startswith(ID_BASE)})
    assert number("classes") == len(set(rdf.objects(predicate=RDF.type)))
    assert number("properties") == len(set(rdf.predicates()))
    classes = {
        (void.value(part, VOID["class"]), int(void.value(part, VOID.entities)))
        for part in void.objects(DATASET, VOID.classPartition)
    }
    assert classes == {(c, len(set(rdf.subjects(RDF.type, c)))) for c in rdf.objects(predicate=RDF.type)}
    properties = {
        (void.value(part, VOID.property), int(void.value(part, VOID.triples)))
        for part in void.objects(DATASET, VOID.propertyPartition)
    }
    assert properties == {(p, len(list(rdf.triples((None, p, None))))) for p in rdf.predicates()}


def test_dumps_and_endpoint_are_beside_the_description() -> None:
    void = described(small_graph())
    beside = {URIRef(f"https://example.org/data/graph.{form}") for form in ("jsonld", "nt", "ttl")}
    assert set(void.objects(DATASET, VOID.dataDump)) == beside
    assert void.value(DATASET, VOID.sparqlEndpoint) == URIRef("https://example.org/data/sparql")
    assert void.value(DATASET, VOID.uriSpace) == Literal(ID_BASE)
    licence = URIRef("http://purl.org/dc/terms/license")
    assert void.value(DATASET, licence) == URIRef("https://www.apache.org/licenses/LICENSE-2.0")
    assert not [node for triple in void for node in triple if isinstance(node, BNode)]


def test_the_description_can_stand_at_any_address_and_need_not_name_files() -> None:
    triples = void_triples(counted(small_graph()), document="https://example.org/sparql", dumps=(), endpoint="")
    assert ("<https://example.org/sparql#kgraph>", f"<{RDF.type}>", f"<{VOID.Dataset}>") in triples
    assert not [p for _, p, _ in triples if p in (f"<{VOID.dataDump}>", f"<{VOID.sparqlEndpoint}>")]
