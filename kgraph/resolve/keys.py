"""How names get their resolution keys: the rules of `kgraph.resolve.rules`, in their order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kgraph.acronyms import looks_like_acronym
from kgraph.model import Entity
from kgraph.names import name_key
from kgraph.resolve.rules import (
    CLEAR_SHARE,
    Refusal,
    definitions,
    is_acronym_of,
    known_acronyms,
    main_name,
    scores,
    shouted_keys,
    spellings,
    word_orders,
    wordings,
    written_out,
)
from kgraph.vocabulary import EntityType


@dataclass(frozen=True, slots=True)
class Keys:
    """What the rules found in the entities of all papers.

    `usual` has the key that stands for each key that is not its own, `rules` the rule that says so; `known` the long
    form of each acronym of a type, `within` that of acronyms which mean one thing whatever the type.
    """

    forms: Mapping[str, Counter[str]]
    shouted: frozenset[str]
    usual: Mapping[str, str]
    rules: Mapping[str, str]
    known: Mapping[tuple[str, EntityType], str]
    within: Mapping[str, str]
    refused: tuple[Refusal, ...]

    @classmethod
    def of(cls, entities: Sequence[Entity]) -> Keys:
        """Return what the rules find; the order of the entities does not matter."""
        forms: dict[str, Counter[str]] = defaultdict(Counter)
        types: dict[str, Counter[EntityType]] = defaultdict(Counter)
        for entity in entities:
            for name in {m.text for m in entity.mentions}:
                forms[name_key(name)][name] += 1
                types[name_key(name)][entity.type] += 1
        spelled, unlike = spellings(forms)
        metrics = {key for key, votes in types.items() if votes[EntityType.METRIC] >= CLEAR_SHARE * votes.total()}
        steps: dict[str, tuple[str, str]] = {}
        for rule, found in (
            ("other-spelling", spelled),
            ("word-order", word_orders(forms, types, spelled)),
            ("metric-score", scores(metrics)),
        ):
            for key, other in found.items():
                steps.setdefault(key, (other, rule))
        defined = definitions(entities, _followed(steps))
        steps |= {key: (other, "same-acronym") for key, other in wordings(defined, forms).items()}
        usual = _followed(steps)
        known, unclear = known_acronyms(definitions(entities, usual))
        meanings: dict[str, set[str]] = defaultdict(set)
        for (short, _), long in known.items():
            meanings[short].add(long)
        within = {short: next(iter(longs)) for short, longs in meanings.items() if len(longs) == 1}
        rules = {key: rule for key, (_, rule) in steps.items()}
        return cls(forms, shouted_keys(entities), usual, rules, known, within, (*unlike, *unclear))

    def of_entity(self, entity: Entity) -> str:
        """Return the key of the entity's main name."""
        return self.of_name(main_name(entity), entity.type)

    def of_name(self, name: str, type_: EntityType) -> str:
        """Return the key of a name that stands for itself."""
        key = name_key(name)
        if key in self.shouted and name.isupper():
            return name
        key = self.usual.get(key, key)
        if looks_like_acronym(name):
            key = self.known.get((key, type_), key)
        return written_out(key, self.within, self.forms.keys())

    def rule(self, name: str, key: str, entity: Entity) -> str:
        """Return the rule by which a name of the entity stands for the key."""
        own = name_key(name)
        if key in (own, name):
            return "same-name"
        if self.usual.get(own) == key:
            return self.rules[own]
        if looks_like_acronym(name):
            others = [m.text for m in entity.mentions if self.of_name(m.text, entity.type) == key]
            if any(is_acronym_of(name, other) for other in others):
                return "defined-acronym"
            if self.known.get((self.usual.get(own, own), entity.type)) == key:
                return "known-acronym"
        return "acronym-within" if self.of_name(name, entity.type) == key else "same-entity"


def _followed(steps: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Return where the steps from each key end; they never go round, since each rule has its own direction."""
    ends = {}
    for key in steps:
        end = key
        while end in steps:
            end = steps[end][0]
        ends[key] = end
    return ends
