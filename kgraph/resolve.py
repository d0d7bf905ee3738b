"""Names to concepts: which entities of different papers are one thing, and the reason for each name.

Every entity is given one resolution key, from its own names and from how all papers use them; the
entities of one key and type are one concept. So no chain of likenesses can pull two concepts
together, the order of papers cannot matter, and each name has one reason to be where it is:

- `same-name`: its key is the concept's key (letter case, hyphens, plural, mark-up, generic head aside);
- `defined-acronym`: the paper itself defines it as the acronym of a name of the concept;
- `known-acronym`: other papers define it so: at least three do, and four in five of all definitions;
- `same-entity`: the pipeline took it for another name of this entity in this paper.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kgraph.acronyms import defines, looks_like_acronym
from kgraph.identifiers import concept_key, paper_key
from kgraph.model import Entity, Extraction
from kgraph.names import name_key
from kgraph.vocabulary import EntityType

_ENOUGH_DEFINITIONS = 3
_CLEAR_SHARE = 0.8


@dataclass(frozen=True, slots=True, order=True)
class Alias:
    """A name of a concept, verbatim, and the rule that put it there.

    `paper` is the node key of the first paper that shows it, `entity` the position of the entity there.
    """

    name: str
    rule: str
    paper: str
    entity: int


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing that papers name: its node key, type and label, and its aliases sorted by name."""

    key: str
    type: EntityType
    label: str
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The concepts by node key, sorted, and the node key of each paper's entities, in their order."""

    concepts: dict[str, Concept]
    of: dict[str, tuple[str, ...]]


def resolve(extractions: Sequence[Extraction]) -> Resolution:
    """Return the concepts that the entities of all papers stand for; the order of papers does not matter."""
    ordered = sorted(extractions, key=lambda e: e.paper.id)
    expansions = _known_acronyms(ordered)
    chosen = [[_entity_key(entity, expansions) for entity in e.entities] for e in ordered]
    types = _types(ordered, chosen)
    names: dict[tuple[str, EntityType], Counter[str]] = defaultdict(Counter)
    aliases: dict[tuple[str, EntityType], dict[str, Alias]] = defaultdict(dict)
    of: dict[str, tuple[str, ...]] = {}
    for extraction, keys in zip(ordered, chosen, strict=True):
        nodes = []
        for position, (entity, key) in enumerate(zip(extraction.entities, keys, strict=True)):
            type_ = types.get(key, entity.type)
            concept = (key, type_)
            nodes.append(concept_key(type_, key))
            for name in sorted({m.text for m in entity.mentions}):
                names[concept][name] += 1
                alias = Alias(name, _rule(name, key, entity), paper_key(extraction.paper.id), position)
                known = aliases[concept].get(name)
                if known is None or _RANK[alias.rule] < _RANK[known.rule]:
                    aliases[concept][name] = alias
        of[extraction.paper.id] = tuple(nodes)
    concepts = {}
    for concept in sorted(names, key=lambda c: concept_key(c[1], c[0])):
        key, type_ = concept
        node = concept_key(type_, key)
        label = _label(names[concept], key)
        concepts[node] = Concept(node, type_, label, tuple(sorted(aliases[concept].values())))
    return Resolution(concepts, of)


_RANK = {"same-name": 0, "defined-acronym": 1, "known-acronym": 2, "same-entity": 3}


def _rule(name: str, key: str, entity: Entity) -> str:
    if name_key(name) == key:
        return "same-name"
    if looks_like_acronym(name):
        others = [m.text for m in entity.mentions if name_key(m.text) == key]
        if any(defines(other, name) for other in others):
            return "defined-acronym"
        if not others:
            return "known-acronym"
    return "same-entity"


def _known_acronyms(extractions: Iterable[Extraction]) -> dict[tuple[str, EntityType], str]:
    """Return the key of the long form that (acronym key, type) stands for where papers agree on one."""
    definitions: dict[tuple[str, EntityType], Counter[str]] = defaultdict(Counter)
    for extraction in extractions:
        for entity in extraction.entities:
            names = {m.text for m in entity.mentions}
            found = {
                (name_key(short), name_key(long))
                for short in names
                if looks_like_acronym(short)
                for long in names
                if defines(long, short)
            }
            for short_key, long_key in found:
                definitions[short_key, entity.type][long_key] += 1
    known = {}
    for short, longs in definitions.items():
        total = sum(longs.values())
        best, count = min(longs.items(), key=lambda item: (-item[1], item[0]))
        if total >= _ENOUGH_DEFINITIONS and count >= _CLEAR_SHARE * total:
            known[short] = best
    return known


def _entity_key(entity: Entity, expansions: Mapping[tuple[str, EntityType], str]) -> str:
    """Return the key of the entity's main name: a long form before an acronym, the most frequent, the longest."""
    counts = Counter(m.text for m in entity.mentions)
    acronyms = {short for short in counts if any(defines(long, short) for long in counts)}
    main = min((name for name in counts if name not in acronyms), key=lambda n: (-counts[n], -len(n), n))
    key = name_key(main)
    return expansions.get((key, entity.type), key) if looks_like_acronym(main) else key


def _types(extractions: Sequence[Extraction], chosen: Sequence[Sequence[str]]) -> dict[str, EntityType]:
    """Return, by key, the type that at least four in five of the key's mentions have, where there is one."""
    votes: dict[str, Counter[EntityType]] = defaultdict(Counter)
    for extraction, keys in zip(extractions, chosen, strict=True):
        for entity, key in zip(extraction.entities, keys, strict=True):
            votes[key][entity.type] += len(entity.mentions)
    clear = {}
    for key, counts in votes.items():
        type_, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        if count >= _CLEAR_SHARE * sum(counts.values()):
            clear[key] = type_
    return clear


def _label(names: Counter[str], key: str) -> str:
    """Return the name to show: a whole name in the singular and in its most frequent letter case, where there is one.

    A plural speaks for the letter case of its singular, and a capital that only begins a sentence
    loses a tie.
    """
    own = {name: count for name, count in names.items() if name_key(name) == key} or dict(names)
    candidates = [name for name in own if _is_plain(name, key)] or list(own)
    weight = {c: sum(count for name, count in own.items() if name.startswith(c)) for c in candidates}
    return min(candidates, key=lambda n: (-weight[n], sum(c.isupper() for c in n), n))


def _is_plain(name: str, key: str) -> bool:
    """Whether the name is its own key but for letter case and hyphens: singular, without mark-up or generic head."""
    letters = "".join(c for c in name.casefold() if c.isalnum())
    return letters == key.replace(" ", "")
