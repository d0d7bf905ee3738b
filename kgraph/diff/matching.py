"""Which concepts of two graphs are one: told by the names that papers of both graphs have for them.

A paper's name for a concept is a tie between its concept in the old and its concept in the new graph,
whatever rule or person put the name there. A concept and its best partner on the other side, the one
with most ties, belong together; so do concepts with one node key. What hangs together thereby is a
group: one old and one new concept, or more where concepts merged or split.

Both sides are treated alike, so comparing the other way round gives the same groups.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from kgraph.diff.snapshot import Snapshot
from kgraph.identifiers import title_key


@dataclass(frozen=True, slots=True)
class Matching:
    """How two graphs correspond.

    `papers` gives the new key of each old paper that is in both; `group`, for the key of every concept of
    either graph, the smallest key in its group; `links`, sorted, the pairs of an old and a new concept
    with different keys that made the groups.
    """

    papers: dict[str, str]
    group: dict[str, str]
    links: list[tuple[str, str]]


def match(old: Snapshot, new: Snapshot) -> Matching:
    """Return how the papers and concepts of two graphs correspond."""
    papers = _match_papers(old, new)
    links = _links(_ties(old, new, papers))
    parent = {key: key for key in (*old.concepts, *new.concepts)}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = key = parent[parent[key]]
        return key

    for one, two in links:
        low, high = sorted((root(one), root(two)))
        parent[high] = low
    return Matching(papers, {key: root(key) for key in parent}, links)


def _match_papers(old: Snapshot, new: Snapshot) -> dict[str, str]:
    """Match papers by key; what is left by title, as when a paper gets the id that it lacked."""
    same = {key: key for key in old.papers if key in new.papers}
    before, after = (
        _unique_titles(a, (key for key in a.papers if key not in b.papers)) for a, b in ((old, new), (new, old))
    )
    return same | {before[title]: after[title] for title in before.keys() & after.keys()}


def _unique_titles(side: Snapshot, keys: Iterable[str]) -> dict[str, str]:
    by_title: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        by_title[title_key(side.papers[key].title)].append(key)
    return {title: keys[0] for title, keys in by_title.items() if title and len(keys) == 1}


def _ties(old: Snapshot, new: Snapshot, papers: dict[str, str]) -> Counter[tuple[str, str]]:
    """Return how many names of papers tie each old concept to each new one."""
    ties: Counter[tuple[str, str]] = Counter()
    for before, after in papers.items():
        left, right = _by_name(old, before), _by_name(new, after)
        for name in left.keys() | right.keys():
            olds = left.get(name) or _with_alias(old, before, name)
            news = right.get(name) or _with_alias(new, after, name)
            for key in olds & news:
                ties[key, key] += 1
            # A name that one paper has for two concepts says nothing new where the same concept has it in both graphs.
            gone, come = olds - news, news - olds
            if gone or come:
                for pair in product(gone or olds, come or news):
                    ties[pair] += 1
    return ties


def _by_name(side: Snapshot, paper: str) -> dict[str, set[str]]:
    """Return the concepts of each name in the paper's evidence."""
    found: dict[str, set[str]] = defaultdict(set)
    for concept, names in side.named[paper].items():
        for name in names:
            found[name].add(concept)
    return found


def _with_alias(side: Snapshot, paper: str, name: str) -> set[str]:
    """Return the paper's concepts that have the name; its evidence may show them by another one."""
    return {concept for concept in side.named[paper] if name in side.concepts[concept].names}


def _links(ties: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each concept's best partner, as (old, new), where that is not itself."""
    forward: dict[str, tuple[int, bool, str]] = {}
    backward: dict[str, tuple[int, bool, str]] = {}
    for (old, new), count in ties.items():
        one, two = (-count, old != new, new), (-count, old != new, old)
        forward[old] = min(one, forward.get(old, one))
        backward[new] = min(two, backward.get(new, two))
    pairs = {(old, new) for old, (*_, new) in forward.items()} | {(old, new) for new, (*_, old) in backward.items()}
    return sorted((old, new) for old, new in pairs if old != new)
