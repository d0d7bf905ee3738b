"""A comparison as RDF, in the words of PROV, so that links to IRIs that are gone can be led on.

The change from one graph to the other is a `prov:Activity` that used the old graph and generated the new
one. What appeared `prov:wasGeneratedBy` it, what vanished `prov:wasInvalidatedBy` it and is
`owl:deprecated`. An IRI that is gone `dcterms:isReplacedBy` those it lives on under; a new one
`prov:wasDerivedFrom` those it came from. Concepts and claims that rose or fell have a state in each
graph, a `prov:specializationOf` the thing, with the number of papers there.

The things themselves get nothing but a label, so these triples can lie beside those of either graph.
"""

from __future__ import annotations

from collections.abc import Iterator

from kgraph.diff.compare import Change, ClaimRecord, Diff, PaperRecord, Record, Size
from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE, content_hash
from kgraph.rdf import Triple
from kgraph.rdf.prefixes import DCTERMS, OWL, PROV, RDF, RDFS, XSD
from kgraph.rdf.terms import integer, iri, literal

_TYPE, _LABEL = iri(f"{RDF}type"), iri(f"{RDFS}label")
_DEPRECATED, _TRUE = iri(f"{OWL}deprecated"), literal("true", f"{XSD}boolean")
_REPLACED_BY = iri(f"{DCTERMS}isReplacedBy")
_PAPERS, _SUPPORT = iri(f"{ONTOLOGY_BASE}papers"), iri(f"{ONTOLOGY_BASE}support")
_USED, _GENERATED, _GENERATED_BY, _INVALIDATED_BY, _DERIVED_FROM, _REVISION_OF, _SPECIALIZATION_OF, _MEMBER = (
    iri(PROV + name)
    for name in (
        *("used", "generated", "wasGeneratedBy", "wasInvalidatedBy"),
        *("wasDerivedFrom", "wasRevisionOf", "specializationOf", "hadMember"),
    )
)
#: Without declarations OWL tools load no property.
_DECLARED = {
    iri(f"{OWL}ObjectProperty"): (
        *(_REPLACED_BY, _USED, _GENERATED, _GENERATED_BY, _INVALIDATED_BY),
        *(_DERIVED_FROM, _REVISION_OF, _SPECIALIZATION_OF, _MEMBER),
    ),
    iri(f"{OWL}DatatypeProperty"): (_PAPERS, _SUPPORT),
    iri(f"{OWL}Class"): (iri(f"{PROV}Activity"), iri(f"{PROV}Collection")),
}


def diff_triples(diff: Diff, base: str = ID_BASE) -> list[Triple]:
    """Return the triples that say what changed, sorted; `base` is what the IRIs of things begin with."""
    return sorted(set(_triples(diff, base)))


def _triples(diff: Diff, base: str) -> Iterator[Triple]:
    for type_, terms in _DECLARED.items():
        yield from ((term, _TYPE, type_) for term in terms)
    activity = iri(f"{base}change/{content_hash(diff.old.graph, diff.new.graph)}")
    old, new = (_graph(side, base) for side in (diff.old, diff.new))
    yield activity, _TYPE, iri(f"{PROV}Activity")
    yield activity, _USED, old
    yield activity, _GENERATED, new
    yield old, _TYPE, iri(f"{PROV}Collection")
    yield new, _TYPE, iri(f"{PROV}Collection")
    if old != new:
        yield new, _REVISION_OF, old
    for kinds in diff.changes.values():
        for kind, changes in kinds.items():
            for change in changes:
                # Of what is in both graphs, the label of today.
                labels = {record.key: record.label for record in (*change.old, *change.new)}
                yield from ((iri(base + key), _LABEL, literal(label)) for key, label in labels.items())
                if kind == "appeared":
                    yield from ((iri(base + r.key), _GENERATED_BY, activity) for r in change.new)
                elif kind == "vanished":
                    yield from _gone((r.key for r in change.old), activity, base)
                elif kind in ("rose", "fell"):
                    yield from _states(change, diff, base)
    yield from _gone(iter(diff.replaced_by), activity, base)
    for key, others in diff.replaced_by.items():
        yield from ((iri(base + key), _REPLACED_BY, iri(base + other)) for other in others)
    for key, others in diff.derived_from.items():
        yield from ((iri(base + key), _DERIVED_FROM, iri(base + other)) for other in others)


def _graph(side: Size, base: str) -> str:
    return iri(f"{base}graph/{side.graph[:16]}")


def _gone(keys: Iterator[str], activity: str, base: str) -> Iterator[Triple]:
    for key in keys:
        yield iri(base + key), _INVALIDATED_BY, activity
        yield iri(base + key), _DEPRECATED, _TRUE


def _states(change: Change, diff: Diff, base: str) -> Iterator[Triple]:
    before, after = (
        [(_state(side, record, base), record) for record in records]
        for side, records in ((diff.old, change.old), (diff.new, change.new))
    )
    for side, states in ((diff.old, before), (diff.new, after)):
        for state, record in states:
            yield _graph(side, base), _MEMBER, state
            yield state, _SPECIALIZATION_OF, iri(base + record.key)
            if isinstance(record, ClaimRecord):
                yield state, _SUPPORT, integer(record.support)
            elif not isinstance(record, PaperRecord):
                yield state, _PAPERS, integer(record.papers)
    yield from ((state, _REVISION_OF, earlier) for state, _ in after for earlier, _ in before)


def _state(side: Size, record: Record, base: str) -> str:
    return iri(f"{base}state/{content_hash(side.graph, record.key)}")
