"""Entities of all papers to concepts.

Every entity is given one resolution key, from its own names and from how all papers use them; the
entities of one key and type are one concept. So no chain of likenesses can pull two concepts
together, the order of papers cannot matter, and each name has one reason to be where it is:

- `same-name`: its key is the concept's key (letter case, hyphens, plural, mark-up, generic head aside);
- `other-spelling`: words joined or apart, British or American ("finetuning", "fine-tuning");
- `defined-acronym`: the paper itself defines it as the acronym of a name of the concept;
- `known-acronym`: other papers define it so: at least three do, and four in five of all definitions;
- `acronym-within`: a known acronym in it, written out, gives the concept's key ("LLM agents");
- `same-entity`: the pipeline took it for another name of this entity in this paper;
- `override`: a person says so (`kgraph.overrides`), whatever the rules found.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kgraph.acronyms import defines, looks_like_acronym
from kgraph.identifiers import concept_key, paper_key
from kgraph.model import Entity, Extraction
from kgraph.names import name_key
from kgraph.overrides import Overrides
from kgraph.resolve.overriding import Overriding, Unmatched
from kgraph.resolve.rules import (
    CLEAR_SHARE,
    Refusal,
    definitions,
    known_acronyms,
    main_name,
    shouted_keys,
    spellings,
    usual_form,
    written_out,
)
from kgraph.vocabulary import EntityType

OVERRIDE = "override"
#: From the best reason to the weakest.
RULES = (
    "same-name",
    "other-spelling",
    "defined-acronym",
    "known-acronym",
    "acronym-within",
    "same-entity",
    OVERRIDE,
)


@dataclass(frozen=True, slots=True, order=True)
class Alias:
    """A name of a concept, verbatim, and the rule that put it there.

    `paper` is the node key of the first paper that shows it, `entity` the position of the entity there,
    `because` the reason that an override gives.
    """

    name: str
    rule: str
    paper: str
    entity: int
    because: str = ""


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing that papers name: its node key, type and label, its aliases sorted by name.

    `exact_match` has the IRIs by which others know it, sorted.
    """

    key: str
    type: EntityType
    label: str
    aliases: tuple[Alias, ...]
    exact_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """The concepts by node key, sorted, and the node key of each paper's entities, in their order.

    An entity whose concept an override dropped has None; `dropped` are the node keys of these concepts. `refused`
    is what guards kept apart, `unmatched` the entries of the overrides that changed nothing.
    """

    concepts: dict[str, Concept]
    of: dict[str, tuple[str | None, ...]]
    refused: tuple[Refusal, ...] = ()
    dropped: tuple[str, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()


def resolve(extractions: Sequence[Extraction], overrides: Overrides | None = None) -> Resolution:
    """Return the concepts that the entities of all papers stand for; the order of papers does not matter.

    Raises InputError where two overrides contradict each other.
    """
    ordered = sorted(extractions, key=lambda e: e.paper.id)
    keys = Keys.of([entity for e in ordered for entity in e.entities])
    chosen = [[keys.of_entity(entity) for entity in e.entities] for e in ordered]
    nodes = _nodes(ordered, chosen)
    own_key = {node: key for (key, _), node in nodes.items()}
    overriding = Overriding(overrides or Overrides(), own_key)
    gathered: dict[str, _Gathered] = defaultdict(_Gathered)
    of: dict[str, tuple[str | None, ...]] = {}
    for extraction, chosen_keys in zip(ordered, chosen, strict=True):
        here: list[str | None] = []
        for position, (entity, key) in enumerate(zip(extraction.entities, chosen_keys, strict=True)):
            found = nodes[key, entity.type]
            move = overriding.move(found, entity)
            node = move.node if move else found
            here.append(node)
            if node is None:
                continue
            gathered[node].keys[key] += 1
            for name in sorted({m.text for m in entity.mentions}):
                rule, because = (OVERRIDE, move.because) if move else (keys.rule(name, key, entity), "")
                gathered[node].add(Alias(name, rule, paper_key(extraction.paper.id), position, because))
        of[extraction.paper.id] = tuple(here)
    concepts = {}
    for node in sorted(gathered):
        names = gathered[node]
        type_ = EntityType(node.partition("/")[0].capitalize())
        label = overriding.label(node) or _label(names.count, names.key(own_key.get(node)), keys.spelled)
        aliases = tuple(sorted(names.aliases.values()))
        concepts[node] = Concept(node, type_, label, aliases, overriding.exact_match(node))
    return Resolution(concepts, of, keys.refused, overriding.dropped, overriding.unmatched(concepts))


@dataclass(slots=True)
class _Gathered:
    """What papers give one concept: in how many entities each name and each key stands, and the best reason of each."""

    count: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    aliases: dict[str, Alias] = field(default_factory=dict)

    def add(self, alias: Alias) -> None:
        self.count[alias.name] += 1
        known = self.aliases.get(alias.name)
        if known is None or RULES.index(alias.rule) < RULES.index(known.rule):
            self.aliases[alias.name] = alias

    def key(self, own: str | None) -> str:
        """Return `own` if it is among the keys, else the one of most entities."""
        return min(self.keys, key=lambda key: (key != own, -self.keys[key], key))


@dataclass(frozen=True, slots=True)
class Keys:
    """How names get their keys, given all entities: what the rules of `kgraph.resolve.rules` found."""

    forms: Mapping[str, Counter[str]]
    shouted: frozenset[str]
    spelled: Mapping[str, str]
    known: Mapping[tuple[str, EntityType], str]
    within: Mapping[str, str]
    refused: tuple[Refusal, ...]

    @classmethod
    def of(cls, entities: Sequence[Entity]) -> Keys:
        """Return what the rules find in the entities of all papers."""
        forms: dict[str, Counter[str]] = defaultdict(Counter)
        for entity in entities:
            for name in {m.text for m in entity.mentions}:
                forms[name_key(name)][name] += 1
        spelled, unlike = spellings(forms)
        known, unclear = known_acronyms(definitions(entities, spelled))
        meanings: dict[str, set[str]] = defaultdict(set)
        for (short, _), long in known.items():
            meanings[short].add(long)
        within = {short: next(iter(longs)) for short, longs in meanings.items() if len(longs) == 1}
        return cls(forms, shouted_keys(forms), spelled, known, within, (*unlike, *unclear))

    def of_entity(self, entity: Entity) -> str:
        """Return the key of the entity's main name."""
        return self.of_name(main_name(entity), entity.type)

    def of_name(self, name: str, type_: EntityType) -> str:
        """Return the key of a name that stands for itself."""
        key = name_key(name)
        if key in self.shouted and name.isupper():
            return name
        key = self.spelled.get(key, key)
        if looks_like_acronym(name):
            key = self.known.get((key, type_), key)
        return written_out(key, self.within, self.forms.keys())

    def rule(self, name: str, key: str, entity: Entity) -> str:
        """Return the rule by which a name of the entity stands for the key."""
        own = name_key(name)
        if key in (own, name):
            return "same-name"
        if self.spelled.get(own) == key:
            return "other-spelling"
        if looks_like_acronym(name):
            others = [m.text for m in entity.mentions if self.of_name(m.text, entity.type) == key]
            if any(defines(other, name) for other in others):
                return "defined-acronym"
            if self.known.get((self.spelled.get(own, own), entity.type)) == key:
                return "known-acronym"
        return "acronym-within" if self.of_name(name, entity.type) == key else "same-entity"


def _nodes(extractions: Sequence[Extraction], chosen: Sequence[Sequence[str]]) -> dict[tuple[str, EntityType], str]:
    """Return the node key for each (key, type of an entity).

    A key is one node of the type that at least four in five of its mentions have, where there is one, else one a type.
    """
    votes: dict[str, Counter[EntityType]] = defaultdict(Counter)
    for extraction, keys in zip(extractions, chosen, strict=True):
        for entity, key in zip(extraction.entities, keys, strict=True):
            votes[key][entity.type] += len(entity.mentions)
    nodes = {}
    for key, counts in votes.items():
        usual, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        clear = count >= CLEAR_SHARE * counts.total()
        for type_ in counts:
            nodes[key, type_] = concept_key(usual if clear else type_, key)
    return nodes


def _label(names: Counter[str], key: str, spelled: Mapping[str, str]) -> str:
    """Return the name to show: a whole name in the singular and in its most frequent letter case, where there is one.

    A plural speaks for the letter case of its singular, and a capital that only begins a sentence
    loses a tie.
    """
    own = {n: count for n, count in names.items() if key in (name_key(n), n, spelled.get(name_key(n)))} or dict(names)
    candidates = [name for name in own if _is_plain(name, key)] or list(own)
    weight = {c: sum(count for name, count in own.items() if name.startswith(c)) for c in candidates}
    return usual_form(Counter({name: weight[name] for name in candidates}))


def _is_plain(name: str, key: str) -> bool:
    """Whether the name is its own key but for letter case and hyphens: singular, without mark-up or generic head."""
    letters = "".join(c for c in name.casefold() if c.isalnum())
    return letters == key.casefold().replace(" ", "")
