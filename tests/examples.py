"""Papers and extractions made by hand, in our own words, with helpers to point into their texts."""

from __future__ import annotations

from dataclasses import replace

from kgraph.evidence import Sentences, relation_evidence
from kgraph.identifiers import generated_paper_id
from kgraph.model import Entity, Extraction, Mention, Paper, Relation, Source, Span
from kgraph.vocabulary import EntityType, RelationType, Role


def paper(title: str, abstract: str, id_: str = "p1", line: int = 1, **known: object) -> Paper:
    return Paper(id_, title, abstract, source=(Source("page.txt", line),), **known)  # type: ignore[arg-type]


def record_of(id_: str | None, title: str, abstract: str, line: int = 1, **known: object) -> Paper:
    """A paper as a reader gives it: without an id of its own it has one made from its title."""
    return replace(paper(title, abstract, id_ or generated_paper_id(title), line), **known)  # type: ignore[arg-type]


def span(of: Paper, text: str, field: str = "abstract", nth: int = 0) -> Span:
    start = -1
    for _ in range(nth + 1):
        start = getattr(of, field).index(text, start + 1)
    return Span(field, start, start + len(text))


def entity(of: Paper, type_: str, *names: str, role: str = "used", score: float = 0.9) -> Entity:
    """An entity with one mention a name; "title:Name" stands in the title."""
    mentions = []
    for name in names:
        field, _, text = name.rpartition(":")
        place = span(of, text, field or "abstract")
        mentions.append(Mention(place.field, place.start, place.end, text, score))
    return Entity(EntityType(type_), Role(role), tuple(mentions), score)


def extraction(of: Paper, *entities: Entity, relations: tuple[tuple[int, str, int], ...] = ()) -> Extraction:
    sentences = Sentences.of(of)
    found = tuple(
        Relation(h, RelationType(r), t, 0.8, relation_evidence(sentences, entities[h], entities[t]))
        for h, r, t in relations
    )
    return Extraction(of, entities, found, "by-hand 1")


def naming(id_: str, *names: str, type_: str = "Method") -> Extraction:
    """A paper whose abstract is one sentence that names one entity by all these names."""
    of = paper(f"A note on {id_}", "Here we look at " + " and at ".join(names) + ".", id_)
    return extraction(of, entity(of, type_, *names))
