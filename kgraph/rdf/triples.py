"""From the NetworkX graph to its triples: things, relations, claims and evidence.

ontology/README.md describes the model for its readers; this module is the only place that makes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from heapq import merge
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from kgraph.errors import GraphError
from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE, claim_key, content_hash, evidence_key, slug
from kgraph.rdf.forms import Node, by_subject
from kgraph.rdf.prefixes import PROV, RDF, RDFS, SCHEMA, SKOS, SKOSXL, prefixes
from kgraph.rdf.terms import Triple, decimal, from_pyoxigraph, integer, iri, literal, score, web_iri
from kgraph.resources import ontology_folder
from kgraph.vocabulary import EntityType, PaperRelation, RelationType

if TYPE_CHECKING:
    import networkx as nx

_Statement: TypeAlias = tuple[str, str]
_Edge: TypeAlias = tuple[str, str, str, Mapping[str, Any]]

_KEY = re.compile(r"(?:paper|method|task|dataset|metric)/[A-Za-z0-9._-]+")
_YEAR = re.compile(r"\d{4}(?=-|\Z)", re.ASCII)


@cache
def _kg(name: str) -> str:
    return iri(ONTOLOGY_BASE + name)


@cache
def _schema(name: str) -> str:
    return iri(SCHEMA + name)


_TYPE = iri(f"{RDF}type")
_LABEL = iri(f"{RDFS}label")
_PREF_LABEL = iri(f"{SKOS}prefLabel")
_ALT_LABEL = iri(f"{SKOS}altLabel")
_XL_PREF_LABEL = iri(f"{SKOSXL}prefLabel")
_XL_ALT_LABEL = iri(f"{SKOSXL}altLabel")
_LITERAL_FORM = iri(f"{SKOSXL}literalForm")
_EXACT_MATCH = iri(f"{SKOS}exactMatch")
_DERIVED_FROM = iri(f"{PROV}wasDerivedFrom")
_GENERATED_BY = iri(f"{PROV}wasGeneratedBy")
_PROV_ENTITY = iri(f"{PROV}Entity")

_ALIAS_TYPES = (_kg("Alias"), iri(f"{SKOSXL}Label"), _PROV_ENTITY)
_PAPER_TYPES = (_kg("Paper"), _schema("ScholarlyArticle"))
_CONCEPT_TYPES = {str(type_): (_kg(type_), _kg("Concept"), iri(f"{SKOS}Concept")) for type_ in EntityType}

#: What is written for an edge: its own property, then all properties above it.
_PROPERTIES: dict[str, tuple[str, ...]] = {
    **{str(r): (_kg(r), _kg("mentions"), _schema("mentions")) for r in PaperRelation},
    **{str(r): (_kg(r), _kg("relatedConcept")) for r in RelationType},
    str(RelationType.IS_A): (_kg("isA"), _kg("relatedConcept"), iri(f"{SKOS}broader")),
}

#: The measures of a node, and how each is written.
_MEASURES: dict[str, Callable[[Any], str]] = {
    "degree": integer,
    "pageRank": decimal,
    "community": integer,
    "firstDate": literal,
    "lastDate": literal,
}


def graph_triples(graph: nx.MultiDiGraph, base: str = ID_BASE) -> Iterator[Triple]:
    """Yield the triples of the graph and of the ontology, each once, sorted.

    `base` is what the IRIs of things begin with. The order is that of the N-Triples lines (code points,
    which is also the order of their UTF-8 bytes). Memory holds the claims' and evidence's hashes, never
    all triples. Raises GraphError where a node or an edge is of no kind that the ontology has, and
    ValueError where the base cannot be one.
    """
    return chain.from_iterable(graph_nodes(graph, base))


def graph_nodes(graph: nx.MultiDiGraph, base: str = ID_BASE) -> Iterator[Node]:
    """Yield what `graph_triples` yields, all triples of one subject as one list."""
    prefixes(base)
    things = (_sorted(subject, statements) for subject, statements in _things(graph, base))
    # No thing is also a term of the ontology, so what is said of a subject stands in one of the two.
    return merge(things, by_subject(ontology_triples()), key=itemgetter(0))


@cache
def ontology_triples() -> tuple[Triple, ...]:
    """Return the triples of ontology/kgraph.ttl, sorted."""
    import pyoxigraph

    path = ontology_folder() / "kgraph.ttl"
    triples = pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
    return tuple(
        sorted((from_pyoxigraph(t.subject), from_pyoxigraph(t.predicate), from_pyoxigraph(t.object)) for t in triples)
    )


def _sorted(subject: str, statements: Iterable[_Statement]) -> Node:
    return [(subject, predicate, object_) for predicate, object_ in sorted(set(statements))]


def _things(graph: nx.MultiDiGraph, base: str) -> Iterator[tuple[str, Iterable[_Statement]]]:
    """Yield every subject with its statements, by subject: the kinds sort as their IRIs do."""
    edges = [_checked(edge) for edge in graph.edges(keys=True, data=True)]
    claims = sorted(((claim_key(*edge[:3]), edge) for edge in edges), key=itemgetter(0))
    evidence = sorted(
        ((evidence_key(claim, item), claim, item) for claim, edge in claims for item in edge[3]["evidence"]),
        # Of two entries for one stretch the better one stands; the other has nothing to add.
        key=lambda entry: (entry[0], -entry[2]["score"]),
    )
    runs = {pipeline: _run_key(pipeline) for pipeline in sorted(_pipelines(graph))}

    groups: dict[str, Iterator[tuple[str, Iterable[_Statement]]]] = {
        "alias": ((_iri(base, key), _alias(base, alias)) for key, alias in sorted(_aliases(graph), key=itemgetter(0))),
        "claim": ((_iri(base, key), _claim(base, edge)) for key, edge in claims),
        "evidence": _evidence(graph, base, runs, evidence),
        "run": ((_iri(base, key), _run(name)) for name, key in sorted(runs.items(), key=lambda run: _order(run[1]))),
    }
    nodes: dict[str, list[str]] = {}
    for key in graph.nodes:
        nodes.setdefault(_checked_key(key).partition("/")[0], []).append(key)
    for kind, keys in nodes.items():
        groups[kind] = ((_iri(base, key), _node(graph, base, key)) for key in sorted(keys, key=_order))
    for kind in sorted(groups):
        yield from groups[kind]


def _order(key: str) -> str:
    """Return what sorts keys as their terms sort, in which `>` follows the key."""
    return f"{key}>"


def _iri(base: str, key: str) -> str:
    return f"<{base}{key}>"


def _checked_key(key: Any) -> str:
    if isinstance(key, str) and _KEY.fullmatch(key):
        return key
    raise GraphError(f"the node key {key!r} is not of the form 'method/large-language-model'")


def _checked(edge: _Edge) -> _Edge:
    subject, object_, relation, _ = edge
    if relation not in _PROPERTIES:
        raise GraphError(
            f"{subject} -> {object_}: no relation is called {relation!r}; there are {', '.join(_PROPERTIES)}"
        )
    return edge


def _alias_key(concept: str, name: str) -> str:
    return f"alias/{content_hash(concept, name)}"


def _aliases(graph: nx.MultiDiGraph) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, data in graph.nodes(data=True):
        for alias in data.get("aliases") or ():
            yield _alias_key(key, alias["name"]), alias


def _run_key(pipeline: str) -> str:
    return f"run/{slug(pipeline)}-{content_hash(pipeline, length=8)}".replace("/-", "/")


def _pipelines(graph: nx.MultiDiGraph) -> set[str]:
    return {data["pipeline"] for _, data in graph.nodes(data=True) if data.get("pipeline")}


def _node(graph: nx.MultiDiGraph, base: str, key: str) -> Iterator[_Statement]:
    data = graph.nodes[key]
    kind = data.get("kind")
    if kind == "Paper":
        yield from _paper(data)
    elif kind in _CONCEPT_TYPES:
        yield from _concept(base, key, data)
    else:
        raise GraphError(f"{key}: no kind of node is called {kind!r}; there are Paper, {', '.join(_CONCEPT_TYPES)}")
    for name, term in _MEASURES.items():
        if name in data:
            yield _kg(name), term(data[name])
    for _, object_, relation in graph.out_edges(key, keys=True):
        for property_ in _PROPERTIES[relation]:
            yield property_, _iri(base, object_)


def _paper(data: Mapping[str, Any]) -> Iterator[_Statement]:
    for type_ in _PAPER_TYPES:
        yield _TYPE, type_
    title = literal(data["label"])
    yield _LABEL, title
    yield _schema("name"), title
    yield _kg("paperId"), literal(data["identifier"])
    if date := data.get("date"):
        yield _kg("date"), literal(date)
        if year := _YEAR.match(date):
            yield _kg("year"), integer(int(year.group()))
    if url := web_iri(data.get("url") or ""):
        yield _schema("url"), url
    for author in data.get("authors") or ():
        yield _schema("author"), literal(author)
    for category in data.get("categories") or ():
        yield _schema("keywords"), literal(category)
    if organisation := data.get("organisation"):
        yield _schema("sourceOrganization"), literal(organisation)
    if data.get("upvotes") is not None:
        yield _kg("upvotes"), integer(data["upvotes"])


def _concept(base: str, key: str, data: Mapping[str, Any]) -> Iterator[_Statement]:
    for type_ in _CONCEPT_TYPES[data["kind"]]:
        yield _TYPE, type_
    label = literal(data["label"])
    yield _LABEL, label
    yield _PREF_LABEL, label
    for alias in data.get("aliases") or ():
        # SKOS keeps the preferred and the alternative labels of a concept apart.
        preferred = alias["name"] == data["label"]
        if not preferred:
            yield _ALT_LABEL, literal(alias["name"])
        yield _XL_PREF_LABEL if preferred else _XL_ALT_LABEL, _iri(base, _alias_key(key, alias["name"]))
    for address in data.get("exactMatch") or ():
        if link := web_iri(address):
            yield _EXACT_MATCH, link
    yield _kg("papers"), integer(data["papers"])


def _alias(base: str, alias: Mapping[str, Any]) -> Iterator[_Statement]:
    for type_ in _ALIAS_TYPES:
        yield _TYPE, type_
    yield _LITERAL_FORM, literal(alias["name"])
    yield _kg("rule"), literal(alias["rule"])
    if because := alias.get("because"):
        yield _kg("because"), literal(because)
    yield from _place(base, alias, alias["text"])


def _place(base: str, item: Mapping[str, Any], quote: str) -> Iterator[_Statement]:
    """Yield which characters of which paper say so."""
    yield _DERIVED_FROM, _iri(base, item["paper"])
    yield _kg("field"), literal(item["field"])
    yield _kg("start"), integer(item["start"])
    yield _kg("end"), integer(item["end"])
    yield _kg("quote"), literal(quote)


def _claim(base: str, edge: _Edge) -> Iterator[_Statement]:
    subject, object_, relation, data = edge
    yield _TYPE, _kg("Claim")
    yield _TYPE, _PROV_ENTITY
    yield _kg("subject"), _iri(base, subject)
    yield _kg("predicate"), _PROPERTIES[relation][0]
    yield _kg("object"), _iri(base, object_)
    yield _kg("support"), integer(data["support"])
    yield _kg("score"), score(data["score"])


def _evidence(
    graph: nx.MultiDiGraph,
    base: str,
    runs: Mapping[str, str],
    entries: Iterable[tuple[str, str, Mapping[str, Any]]],
) -> Iterator[tuple[str, Iterable[_Statement]]]:
    last = ""
    for key, claim, item in entries:
        if key != last:
            yield _iri(base, key), _evidence_statements(graph, base, runs, claim, item)
        last = key


def _evidence_statements(
    graph: nx.MultiDiGraph, base: str, runs: Mapping[str, str], claim: str, item: Mapping[str, Any]
) -> Iterator[_Statement]:
    yield _TYPE, _kg("Evidence")
    yield _TYPE, _PROV_ENTITY
    yield _kg("supports"), _iri(base, claim)
    yield from _place(base, item, item["quote"])
    yield _kg("score"), score(item["score"])
    if pipeline := graph.nodes[item["paper"]].get("pipeline"):
        yield _GENERATED_BY, _iri(base, runs[pipeline])


def _run(name: str) -> Iterator[_Statement]:
    yield _TYPE, _kg("ExtractionRun")
    yield _TYPE, iri(f"{PROV}Activity")
    yield _LABEL, literal(name)
