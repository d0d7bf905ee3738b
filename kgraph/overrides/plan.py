"""Overrides by the concepts that they are about, once no two contradict each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from kgraph.errors import InputError
from kgraph.overrides.entries import Drop, Entry, Link, Merge, Overrides, Rename, Retype, Split

_OfOne = TypeVar("_OfOne", Retype, Drop, Rename)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with each concept, by its node key; splits by (node key, name).

    `merge` has the entry that makes a concept part of another, which may itself be part of a third; never in a circle.
    """

    split: Mapping[tuple[str, str], Split]
    merge: Mapping[str, Merge]
    retype: Mapping[str, Retype]
    drop: Mapping[str, Drop]
    rename: Mapping[str, Rename]
    link: Mapping[str, tuple[Link, ...]]

    @classmethod
    def of(cls, overrides: Overrides) -> Plan:
        """Return the plan; raises InputError where an entry contradicts another."""
        merge = _merges(overrides.merge)
        links: dict[str, list[Link]] = defaultdict(list)
        for link in overrides.link:
            links[link.concept].append(link)
        return cls(
            _splits(overrides.split, merge),
            merge,
            _retypes(overrides.retype),
            _by_concept(overrides.drop, "dropped"),
            _by_concept(overrides.rename, "renamed"),
            {concept: tuple(said) for concept, said in links.items()},
        )


def _merges(merges: Iterable[Merge]) -> dict[str, Merge]:
    found: dict[str, Merge] = {}
    for entry in merges:
        for concept in entry.concepts:
            if known := found.get(concept):
                message = f"{concept} is merged into {entry.into} here and into {known.into} at {known.place}; keep one"
                raise _contradiction(entry, message)
            if _merged(entry.into, found) == concept:
                there = found[entry.into].place
                raise _contradiction(entry, f"{concept} is merged into {entry.into} here and the other way at {there}")
            found[concept] = entry
    return found


def _merged(concept: str, merge: Mapping[str, Merge]) -> str:
    while concept in merge:
        concept = merge[concept].into
    return concept


def _splits(splits: Iterable[Split], merge: Mapping[str, Merge]) -> dict[tuple[str, str], Split]:
    found: dict[tuple[str, str], Split] = {}
    for entry in splits:
        for name in entry.names:
            if (known := found.setdefault((entry.concept, name), entry)) is not entry:
                message = f"{name!r} is split from {entry.concept} here and at {known.place}; keep one"
                raise _contradiction(entry, message)
    for (concept, name), entry in found.items():
        if onward := found.get((entry.into, name)):
            message = f"{name!r} is split from {onward.concept} here and put there at {entry.place}; keep one"
            raise _contradiction(onward, message)
        if _merged(concept, merge) == _merged(entry.into, merge):
            joining = merge.get(concept) or merge[entry.into]
            message = f"{concept} and {entry.into} become one here and are split at {entry.place}; keep one"
            raise _contradiction(joining, message)
    return found


def _retypes(retypes: Iterable[Retype]) -> dict[str, Retype]:
    found = _by_concept(retypes, "retyped")
    for entry in found.values():
        becomes = f"{entry.type.lower()}/{entry.concept.partition('/')[2]}"
        if onward := found.get(becomes):
            message = f"{becomes} is retyped here, and {entry.concept} becomes it at {entry.place}; keep one"
            raise _contradiction(onward, message)
    return found


def _by_concept(entries: Iterable[_OfOne], verb: str) -> dict[str, _OfOne]:
    found: dict[str, _OfOne] = {}
    for entry in entries:
        if (known := found.setdefault(entry.concept, entry)) is not entry:
            raise _contradiction(entry, f"{entry.concept} is {verb} here and at {known.place}; keep one")
    return found


def _contradiction(entry: Entry, message: str) -> InputError:
    return InputError(message, entry.file or None, entry.line)
