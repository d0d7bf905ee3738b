"""From two snapshots to the list of what changed between them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from kgraph.diff.matching import Matching, match
from kgraph.diff.snapshot import Snapshot
from kgraph.identifiers import content_hash
from kgraph.vocabulary import SYMMETRIC, PaperRelation

#: Every kind of change there is, in the order of all output.
KINDS: dict[str, tuple[str, ...]] = {
    "papers": ("appeared", "vanished", "moved", "rewritten", "reread"),
    "concepts": (
        *("appeared", "vanished", "rose", "fell", "moved", "retyped", "relabelled"),
        *("merged", "split", "regrouped"),
    ),
    "claims": ("appeared", "vanished", "rose", "fell"),
}

Claim: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A paper: node key, title, id, date, and the labels of the concepts that it introduces."""

    key: str
    label: str
    id: str
    date: str | None
    introduces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConceptRecord:
    """A concept: node key, label, type, the number of papers that name it, and its rank by that among its type.

    Concepts with as many papers have the same rank; the first is 1.
    """

    key: str
    label: str
    type: str
    papers: int
    rank: int


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """A claim between two concepts: the tail of its IRI, a label, node keys, and the number of papers for it."""

    key: str
    label: str
    subject: str
    relation: str
    object: str
    support: int


Record: TypeAlias = PaperRecord | ConceptRecord | ClaimRecord


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the records before and after, most papers first, and the number of different papers each time."""

    old: tuple[Record, ...]
    new: tuple[Record, ...]
    papers: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Size:
    """The hash of a graph, and how many papers, concepts and claims between concepts it has."""

    graph: str
    papers: int
    concepts: int
    claims: int


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed from one graph to another.

    `changes` holds, for "papers", "concepts" and "claims", the changes of each kind in KINDS, the biggest
    change in papers first. `replaced_by` gives, for the key of each paper and concept that is gone and lives on, the
    keys it lives on under; `derived_from`, for each new key, those it came from.
    """

    old: Size
    new: Size
    changes: dict[str, dict[str, list[Change]]] = field(
        default_factory=lambda: {group: {kind: [] for kind in kinds} for group, kinds in KINDS.items()}
    )
    replaced_by: dict[str, list[str]] = field(default_factory=dict)
    derived_from: dict[str, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is any change."""
        return any(changes for kinds in self.changes.values() for changes in kinds.values())


def compare(old: Snapshot, new: Snapshot) -> Diff:
    """Return what changed from the old graph to the new one, in time n log n in their size.

    The other way round, what appeared has vanished, what merged has split, what rose has fallen.
    """
    matching = match(old, new)
    diff = Diff(_size(old), _size(new))
    moved = [(before, after) for before, after in matching.papers.items() if before != after]
    for before, after in sorted([*matching.links, *moved]):
        if before not in new.concepts and before not in new.papers:
            diff.replaced_by.setdefault(before, []).append(after)
        if after not in old.concepts and after not in old.papers:
            diff.derived_from.setdefault(after, []).append(before)
    _compare_papers(old, new, matching, diff.changes["papers"])
    _compare_concepts(old, new, matching.group, diff.changes["concepts"])
    _compare_claims(old, new, matching.group, diff.changes["claims"])
    for kinds in diff.changes.values():
        for changes in kinds.values():
            changes.sort(key=_order)
    return diff


def _size(side: Snapshot) -> Size:
    return Size(side.version, len(side.papers), len(side.concepts), len(side.claims))


def _order(change: Change) -> tuple[int, int, str]:
    before, after = change.papers
    return -abs(after - before), -max(before, after), (change.new or change.old)[0].key


def _compare_papers(old: Snapshot, new: Snapshot, matching: Matching, changes: Mapping[str, list[Change]]) -> None:
    for before, after in matching.papers.items():
        kinds = ["moved"] if before != after else []
        if old.papers[before].text != new.papers[after].text:
            kinds.append("rewritten")
        elif _roles(old, before, matching.group) != _roles(new, after, matching.group):
            kinds.append("reread")
        for kind in kinds:
            changes[kind].append(Change((_paper_record(old, before),), (_paper_record(new, after),), (1, 1)))
    for key in old.papers.keys() - matching.papers.keys():
        changes["vanished"].append(Change((_paper_record(old, key),), (), (1, 0)))
    for key in new.papers.keys() - set(matching.papers.values()):
        changes["appeared"].append(Change((), (_paper_record(new, key),), (0, 1)))


def _paper_record(side: Snapshot, key: str) -> PaperRecord:
    paper = side.papers[key]
    own = (side.concepts[c].label for relation, c in side.roles[key] if relation == PaperRelation.INTRODUCES)
    return PaperRecord(key, paper.title, paper.id, paper.date, tuple(sorted(own)))


def _roles(side: Snapshot, paper: str, group: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(relation, group[concept]) for relation, concept in side.roles[paper]}


def _compare_concepts(
    old: Snapshot, new: Snapshot, group: Mapping[str, str], changes: Mapping[str, list[Change]]
) -> None:
    papers = [Counter(g for named in side.named.values() for g in {group[c] for c in named}) for side in (old, new)]
    befores, afters = _concept_records(old, group), _concept_records(new, group)
    for key in befores.keys() | afters.keys():
        before, after, numbers = befores.get(key, ()), afters.get(key, ()), (papers[0][key], papers[1][key])
        for kind in (_trend(*numbers) if before and after else None, _fate(before, after)):
            if kind:
                changes[kind].append(Change(before, after, numbers))


def _concept_records(side: Snapshot, group: Mapping[str, str]) -> dict[str, tuple[ConceptRecord, ...]]:
    """Return the concepts of each group, those with most papers first."""
    papers = Counter(concept for named in side.named.values() for concept in named)
    sizes: dict[str, list[int]] = defaultdict(list)
    for key, concept in side.concepts.items():
        sizes[concept.type].append(-papers[key])
    for numbers in sizes.values():
        numbers.sort()
    found: dict[str, list[ConceptRecord]] = defaultdict(list)
    for key in sorted(side.concepts, key=lambda key: (-papers[key], key)):
        concept = side.concepts[key]
        rank = bisect_left(sizes[concept.type], -papers[key]) + 1
        found[group[key]].append(ConceptRecord(key, concept.label, concept.type, papers[key], rank))
    return {key: tuple(records) for key, records in found.items()}


def _trend(before: int, after: int) -> str | None:
    return "rose" if before < after else "fell" if before > after else None


def _fate(old: tuple[ConceptRecord, ...], new: tuple[ConceptRecord, ...]) -> str | None:
    """Return what became of a group of concepts, apart from its papers; None where it is as it was."""
    if not old or not new:
        return "vanished" if old else "appeared"
    if len(old) > 1 or len(new) > 1:
        return "merged" if len(new) == 1 else "split" if len(old) == 1 else "regrouped"
    before, after = old[0], new[0]
    if before.type != after.type:
        return "retyped"
    if before.key != after.key:
        return "moved"
    return "relabelled" if before.label != after.label else None


def _compare_claims(
    old: Snapshot, new: Snapshot, group: Mapping[str, str], changes: Mapping[str, list[Change]]
) -> None:
    befores, afters = _grouped_claims(old, group), _grouped_claims(new, group)
    for key in befores.keys() | afters.keys():
        one, two = befores.get(key, ()), afters.get(key, ())
        papers = (_support(old, one), _support(new, two))
        kind = "appeared" if not one else "vanished" if not two else _trend(*papers)
        if kind:
            changes[kind].append(Change(_claim_records(old, one), _claim_records(new, two), papers))


def _grouped_claims(side: Snapshot, group: Mapping[str, str]) -> dict[Claim, list[Claim]]:
    """Return the claims that say the same, by their ends' groups: two claims become one where their ends merged."""
    found: dict[Claim, list[Claim]] = defaultdict(list)
    for claim in side.claims:
        subject, relation, object_ = claim
        head, tail = group[subject], group[object_]
        if relation in SYMMETRIC:
            head, tail = sorted((head, tail))
        found[head, relation, tail].append(claim)
    return found


def _support(side: Snapshot, claims: Iterable[Claim]) -> int:
    return len({paper for claim in claims for paper in side.claims[claim]})


def _claim_records(side: Snapshot, claims: Iterable[Claim]) -> tuple[ClaimRecord, ...]:
    records = []
    for claim in claims:
        subject, relation, object_ = claim
        label = f"{side.concepts[subject].label} {relation} {side.concepts[object_].label}"
        # As kgraph.rdf names claims.
        key = f"claim/{content_hash(*claim)}"
        records.append(ClaimRecord(key, label, subject, relation, object_, len(side.claims[claim])))
    return tuple(sorted(records, key=lambda r: (-r.support, r.subject, r.object)))
