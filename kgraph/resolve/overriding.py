"""What overrides do to the concepts that the rules found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kgraph.identifiers import concept_key
from kgraph.model import Entity
from kgraph.overrides import Entry, Merge, Overrides, Plan, Split
from kgraph.resolve.rules import main_name
from kgraph.vocabulary import EntityType


@dataclass(frozen=True, slots=True)
class Move:
    """Where overrides put an entity, None where they drop its concept, and the reasons that they give."""

    node: str | None
    because: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An entry of the overrides that changed nothing, and why."""

    entry: Entry
    reason: str

    @property
    def message(self) -> str:
        """What to tell the writer of the entry."""
        return f"this {self.entry.section} entry changes nothing: {self.reason}"


class Overriding:
    """Applies overrides to one concept after another, and knows afterwards which entries had nothing to do.

    `keys` has the resolution key of each concept that the rules found, by node key.
    """

    def __init__(self, overrides: Overrides, keys: Mapping[str, str]) -> None:
        self._entries = overrides.entries()
        self._plan = Plan.of(overrides)
        self._split = {concept for concept, _ in self._plan.split}
        self._keys = keys
        self._used: set[Entry] = set()
        self._left: dict[str, Entry] = {}
        self._dropped: set[str] = set()

    def move(self, node: str, entity: Entity) -> Move | None:
        """Return where an entity of the concept goes; None where it stays."""
        steps: list[Entry] = []
        if node in self._split and (split := self._plan.split.get((node, main_name(entity)))):
            steps.append(split)
            node = split.into
        while merge := self._plan.merge.get(node):
            steps.append(merge)
            self._left[node] = merge
            node = merge.into
        if retype := self._plan.retype.get(node):
            steps.append(retype)
            self._left[node] = retype
            node = self._retyped(node, retype.type)
        if drop := self._plan.drop.get(node):
            steps.append(drop)
            self._left[node] = drop
            self._dropped.add(node)
        if not steps:
            return None
        self._used.update(steps)
        because = "; ".join(dict.fromkeys(step.because for step in steps if step.because))
        return Move(None if drop else node, because)

    def _retyped(self, node: str, type_: EntityType) -> str:
        """Return the key that a concept of this name has in the other type; the hash in a key depends on the type."""
        if node in self._keys:
            return concept_key(type_, self._keys[node])
        return f"{type_.lower()}/{node.partition('/')[2]}"

    def label(self, node: str) -> str | None:
        """Return the label that an override gives to the concept."""
        if (rename := self._plan.rename.get(node)) is None:
            return None
        self._used.add(rename)
        return rename.label

    def exact_match(self, node: str) -> tuple[str, ...]:
        """Return the IRIs that overrides link to the concept, sorted."""
        links = self._plan.link.get(node, ())
        self._used.update(links)
        return tuple(sorted({iri for link in links for iri in link.iris}))

    @property
    def dropped(self) -> tuple[str, ...]:
        """The node keys of the concepts that overrides dropped, sorted."""
        return tuple(sorted(self._dropped))

    def unmatched(self, nodes: Collection[str]) -> tuple[Unmatched, ...]:
        """Return the entries that changed nothing, in their order; `nodes` are the concepts of the graph."""
        return tuple(Unmatched(e, self._why(e, nodes)) for e in self._entries if e not in self._used)

    def _why(self, entry: Entry, nodes: Collection[str]) -> str:
        if isinstance(entry, Split) and entry.concept in self._keys:
            return f"no paper calls {entry.concept} {' or '.join(map(repr, entry.names))} in the first place"
        concepts = entry.concepts if isinstance(entry, Merge) else (entry.concept,)
        return f"there is no concept {' or '.join(self._missing(concept, nodes) for concept in concepts)}"

    def _missing(self, concept: str, nodes: Collection[str]) -> str:
        """Return the key of a concept that is not there, and what may have become of it."""
        left, tail = self._left.get(concept), concept.partition("/")[2]
        after = f" after the {left.section} at {left.place}" if left else ""
        others = [other for type_ in EntityType if (other := f"{type_.lower()}/{tail}") in nodes and other != concept]
        return f"{concept}{after}" + (f" (but {' and '.join(others)})" if others else "")
