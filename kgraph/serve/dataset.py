"""What the endpoint says of itself: a SPARQL 1.1 Service Description with VoID counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kgraph.identifiers import content_hash, slug
from kgraph.query import run_query
from kgraph.rdf import Triple, prefixes
from kgraph.rdf.prefixes import RDF
from kgraph.rdf.shorten import shortener
from kgraph.rdf.terms import integer, iri

if TYPE_CHECKING:
    from pyoxigraph import Store

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "JSON-LD", "RDF_XML"),
)


def count(store: Store) -> dict[str, Any]:
    """Return the number of triples, and of those of each class (entities) and property, by IRI."""
    return {
        "triples": len(store),
        "subjects": int(_counted(store, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")[0][0].value),
        "classes": {
            c.value: int(n.value)
            for n, c in _counted(store, "SELECT (COUNT(?s) AS ?n) ?c { ?s a ?c FILTER(ISIRI(?c)) } GROUP BY ?c")
        },
        "properties": {
            p.value: int(n.value) for n, p in _counted(store, "SELECT (COUNT(*) AS ?n) ?p { ?s ?p ?o } GROUP BY ?p")
        },
    }


def _counted(store: Store, sparql: str) -> list[tuple[Any, ...]]:
    return list(run_query(store, sparql).rows())


def service_description(endpoint: str, counts: Mapping[str, Any]) -> list[Triple]:
    """Return the triples that describe the endpoint at this IRI, sorted; `counts` are those of `count`."""
    service, dataset, graph = endpoint, f"{endpoint}#dataset", f"{endpoint}#graph"
    triples = {
        _link(service, f"{RDF}type", f"{_SD}Service"),
        _link(service, f"{_SD}endpoint", endpoint),
        _link(service, f"{_SD}supportedLanguage", f"{_SD}SPARQL11Query"),
        *(_link(service, f"{_SD}resultFormat", f"{_FORMATS}{name}") for name in _RESULT_FORMATS),
        _link(service, f"{_SD}defaultDataset", dataset),
        _link(dataset, f"{RDF}type", f"{_SD}Dataset"),
        _link(dataset, f"{_SD}defaultGraph", graph),
        _link(graph, f"{RDF}type", f"{_SD}Graph"),
        _link(graph, f"{RDF}type", f"{_VOID}Dataset"),
        _link(graph, f"{_VOID}sparqlEndpoint", endpoint),
        *(_link(graph, f"{_VOID}vocabulary", namespace) for namespace in _vocabularies(counts)),
        _number(graph, f"{_VOID}triples", counts["triples"]),
        _number(graph, f"{_VOID}distinctSubjects", counts["subjects"]),
        _number(graph, f"{_VOID}classes", len(counts["classes"])),
        _number(graph, f"{_VOID}properties", len(counts["properties"])),
    }
    shorten = shortener(prefixes())
    for kind, partition, what, number in (
        ("class", "classPartition", "class", "entities"),
        ("property", "propertyPartition", "property", "triples"),
    ):
        for name, counted in counts["classes" if kind == "class" else "properties"].items():
            part = f"{endpoint}#{kind}-{slug(shorten(name) or '') or content_hash(name)}"
            triples.add(_link(graph, f"{_VOID}{partition}", part))
            triples.add(_link(part, f"{_VOID}{what}", name))
            triples.add(_number(part, f"{_VOID}{number}", counted))
    return sorted(triples)


def _vocabularies(counts: Mapping[str, Any]) -> list[str]:
    """Return the namespaces of the classes and properties that have a prefix."""
    used = [*counts["classes"], *counts["properties"]]
    return [namespace for namespace in prefixes().values() if any(_is_in(namespace, name) for name in used)]


def _is_in(namespace: str, name: str) -> bool:
    return name.startswith(namespace) and not {"/", "#"} & set(name[len(namespace) :])


def _link(subject: str, predicate: str, object_: str) -> Triple:
    return iri(subject), iri(predicate), iri(object_)


def _number(subject: str, predicate: str, value: int) -> Triple:
    return iri(subject), iri(predicate), integer(value)
