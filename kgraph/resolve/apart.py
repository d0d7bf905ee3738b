"""Near misses: concepts whose names look alike and that a guard kept apart, so that it can be explained."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from kgraph.resolve.rules import Refusal
from kgraph.vocabulary import EntityType

NUMBERS = "their numbers differ"
TYPES = "papers use the name for both, neither for four in five mentions"
#: Of many concepts that differ in numbers alone, so many on either side are told.
_NEIGHBOURS = 3

_NUMBER = re.compile(r"\d+")


def near_misses(
    nodes: Mapping[tuple[str, EntityType], str],
    refused: Iterable[Refusal],
    dissent: Iterable[tuple[str, str, str]],
    concepts: Collection[str],
) -> dict[str, list[tuple[str, str]]]:
    """Return, by node key, the (node key, guard) of the concepts that it was kept apart from, sorted.

    `nodes` has the node of each (resolution key, type), `dissent` the node keys and guards of names that were taken
    away; only nodes among `concepts` count.
    """
    by_key: dict[str, set[str]] = defaultdict(set)
    for (key, _), node in nodes.items():
        if node in concepts:
            by_key[key].add(node)
    pairs: set[tuple[str, str, str]] = set(dissent)
    for refusal in refused:
        pairs |= {(a, b, refusal.guard) for a in by_key.get(refusal.one, ()) for b in by_key.get(refusal.other, ())}
    for found in by_key.values():
        pairs |= {(a, b, TYPES) for a, b in pairwise(sorted(found))}
    for one, others in _numbered(by_key):
        pairs |= {(one, other, NUMBERS) for other in others}
    apart: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for a, b, guard in pairs:
        if a != b:
            apart[a].add((b, guard))
            apart[b].add((a, guard))
    return {node: sorted(others) for node, others in apart.items()}


def _numbered(by_key: Mapping[str, Collection[str]]) -> Iterable[tuple[str, Sequence[str]]]:
    """Yield each concept with the next ones, in numeric order, whose names and types differ in numbers alone."""
    alike: dict[tuple[str, str], list[tuple[list[int], str, str]]] = defaultdict(list)
    for key, nodes in by_key.items():
        if numbers := _NUMBER.findall(key):
            for node in nodes:
                kind = node.partition("/")[0]
                alike[_NUMBER.sub("0", key), kind].append(([int(n) for n in numbers], key, node))
    for found in alike.values():
        ordered = [node for _, _, node in sorted(found)]
        for place, node in enumerate(ordered):
            yield node, ordered[place + 1 : place + 1 + _NEIGHBOURS]
