"""The graph as an rdflib Graph, for code that works with rdflib."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kgraph.identifiers import ID_BASE
from kgraph.rdf.prefixes import prefixes
from kgraph.rdf.triples import graph_triples

if TYPE_CHECKING:
    import networkx as nx
    import rdflib


def to_rdflib(graph: nx.MultiDiGraph, base: str = ID_BASE) -> rdflib.Graph:
    """Return the triples of `graph_triples` as an rdflib Graph, with the usual prefixes bound."""
    import rdflib

    result = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in prefixes(base).items():
        result.bind(prefix, namespace)
    for subject, predicate, object_ in graph_triples(graph, base):
        result.add((rdflib.URIRef(subject[1:-1]), rdflib.URIRef(predicate[1:-1]), rdflib_term(object_)))
    return result


def rdflib_term(term: str) -> rdflib.URIRef | rdflib.Literal | rdflib.BNode:
    """Return the rdflib node of an N-Triples term; a literal keeps its text as it is."""
    import rdflib

    if term.startswith("_:"):
        return rdflib.BNode(term[2:])
    if term.startswith("<"):
        return rdflib.URIRef(term[1:-1])
    text, mark, tail = term.rpartition('"')
    value = json.loads(text + mark)
    if tail.startswith("@"):
        return rdflib.Literal(value, lang=tail[1:])
    return rdflib.Literal(value, datatype=rdflib.URIRef(tail[3:-1]) if tail else None, normalize=False)
