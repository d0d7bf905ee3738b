"""What the endpoint says of itself: a SPARQL 1.1 Service Description with the graph's description in VoID."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from kgraph.query import run_query
from kgraph.rdf import Statistics, Triple, void_triples
from kgraph.rdf.prefixes import RDF
from kgraph.rdf.terms import iri
from kgraph.rdf.void import FORMATS

if TYPE_CHECKING:
    from pyoxigraph import Store

_SD = "http://www.w3.org/ns/sparql-service-description#"
_RESULT_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "JSON-LD", "RDF_XML"),
)


def count(store: Store) -> dict[str, Any]:
    """Return the fields of the graph's `Statistics`, as JSON."""

    def number(what: str, where: str = "?s ?p ?o") -> int:
        return int(_rows(store, f"SELECT (COUNT({what}) AS ?n) {{ {where} }}")[0][0].value)

    def by_term(where: str) -> dict[str, int]:
        rows = _rows(store, f"SELECT ?term (COUNT(*) AS ?n) {{ {where} }} GROUP BY ?term")
        return {iri(term.value): int(n.value) for term, n in rows}

    return {
        "triples": len(store),
        "subjects": number("DISTINCT ?s"),
        "objects": number("DISTINCT ?o"),
        "entities": number("DISTINCT ?s", f'?s ?p ?o FILTER(STRSTARTS(STR(?s), "{Statistics().base}"))'),
        "instances": by_term("?s a ?term FILTER(ISIRI(?term))"),
        "properties": by_term("?s ?term ?o"),
    }


def _rows(store: Store, sparql: str) -> list[tuple[Any, ...]]:
    return list(run_query(store, sparql).rows())


def service_description(endpoint: str, counts: dict[str, Any]) -> list[Triple]:
    """Return the triples that describe the endpoint at this IRI, sorted; `counts` are those of `count`."""
    terms = {name: Counter(counts[name]) for name in ("instances", "properties")}
    dataset, graph = f"{endpoint}#dataset", f"{endpoint}#kgraph"
    service = [
        ("type", f"{_SD}Service"),
        ("endpoint", endpoint),
        ("supportedLanguage", f"{_SD}SPARQL11Query"),
        ("defaultDataset", dataset),
        *(("resultFormat", f"{FORMATS}{name}") for name in _RESULT_FORMATS),
    ]
    parts = [(dataset, "type", f"{_SD}Dataset"), (dataset, "defaultGraph", graph), (graph, "type", f"{_SD}Graph")]
    said = [
        (iri(subject), iri(f"{RDF if name == 'type' else _SD}{name}"), iri(object_))
        for subject, name, object_ in [*((endpoint, *item) for item in service), *parts]
    ]
    described = void_triples(Statistics(**counts | terms), document=endpoint, dumps=(), endpoint=endpoint)
    return sorted({*said, *described})
