"""The data that flows through kgraph: papers, what is extracted from one, and where it stands.

All offsets are characters of the named field exactly as the paper gives it, end exclusive. All
scores lie in 0..1. Everything is immutable; sequences are tuples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kgraph.vocabulary import EntityType, RelationType, Role


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where a record was read: the file's name and the line of its title, counted from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: an id, a title, an abstract, and whatever else its source tells.

    `date` is ISO 8601 (`2022-10-26`, `2022-10`, `2022`), or `--10-26` where the source names no
    year. `source` is sorted. `merged_from` holds the different records of a paper that has several, as they
    were read, the one that gave title and abstract first (see `kgraph.papers.merge_records`).
    """

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    date: str | None = None
    categories: tuple[str, ...] = ()
    url: str | None = None
    organisation: str | None = None
    upvotes: int | None = None
    source: tuple[Source, ...] = ()
    merged_from: tuple[Paper | Extraction, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one field of a paper."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of a paper that names an entity, with the text that stands there."""

    field: str
    start: int
    end: int
    text: str
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Entity:
    """The mentions of one paper that mean one thing, their type, and the paper's role for it.

    `mentions` is not empty and is in reading order (title first, then by start).
    """

    type: EntityType
    role: Role
    mentions: tuple[Mention, ...]
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Relation:
    """A typed relation between two entities of one paper, by their positions among its entities.

    `evidence` holds runs of whole sentences, in reading order.
    """

    head: int
    type: RelationType
    tail: int
    score: float = 1.0
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """One paper with its entities and relations, and the pipeline that found them.

    `left_out` is how many entities and relations more there were, that scored below what was asked for.
    """

    paper: Paper
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    pipeline: str = ""
    left_out: int = 0


def only_entities(extraction: Extraction, kept: Mapping[int, Entity]) -> Extraction:
    """Return the extraction with the entities in `kept` alone, by their old positions, and the relations among them."""
    place = {old: new for new, old in enumerate(kept)}
    relations = tuple(
        replace(r, head=place[r.head], tail=place[r.tail])
        for r in extraction.relations
        if r.head in place and r.tail in place
    )
    return replace(extraction, entities=tuple(kept.values()), relations=relations)
