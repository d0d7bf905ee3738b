"""Counting in one paper: what its extraction has right and wrong, and what it misses."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from kgraph.annotated import AnnotatedPaper
from kgraph.evaluate.mentions import Outcome, Place, outcomes
from kgraph.model import Extraction
from kgraph.vocabulary import SYMMETRIC, EntityType, Role

Row = tuple[str, str]
"""A row of the report: a figure and what it is split by, if anything: ("mention", "Task"), ("overlap", "")."""

#: The rows that every report has; those of the types of relation that occur come after them.
ROWS: tuple[Row, ...] = (
    *(("mention", str(name)) for name in (*EntityType, "all", "untyped")),
    *((name, "") for name in ("overlap", "entity", "alias", "introduced", "role", "relation")),
)

_Span = tuple[str, int, int]
_Group = tuple[str, str, frozenset[_Span]]
"""An entity of either side: type, role, and where its mentions stand."""
_Link = tuple[int, str, int]
"""A relation of either side: the annotated entity at its head, type, and the one at its tail."""

Scored = tuple[float, bool]
"""The score of something predicted, and whether it is right."""


class Tally(NamedTuple):
    """Counts of what was found rightly, found wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @staticmethod
    def of(gold: Set[Hashable], predicted: Set[Hashable]) -> Tally:
        return Tally(len(gold & predicted), len(predicted - gold), len(gold - predicted))

    def figures(self) -> dict[str, float | int]:
        """Return p, r and f1, to four digits, and the number of annotated items."""
        gold, predicted = self.right + self.missed, self.right + self.wrong
        p = self.right / predicted if predicted else 0.0
        r = self.right / gold if gold else 0.0
        f1 = 2 * p * r / (p + r) if p + r else 0.0
        return {"p": round(p, 4), "r": round(r, 4), "f1": round(f1, 4), "gold": gold}


@dataclass(frozen=True, slots=True)
class PaperCounts:
    """What there is to count in one paper; `scores` are those of its mentions and its relations."""

    tallies: dict[Row, Tally]
    mentions: list[Outcome]
    scores: dict[str, list[Scored]]


def count_paper(paper: AnnotatedPaper, extraction: Extraction | None) -> PaperCounts:
    """Return how an extraction agrees with the annotated paper; None is an extraction that found nothing.

    What is predicted twice counts once, with the higher score.
    """
    texts = {"title": paper.title, "abstract": paper.abstract}
    gold = [(str(e.type), str(e.role), frozenset((s.field, s.start, s.end) for s in e.spans)) for e in paper.entities]
    entities = extraction.entities if extraction else ()
    found = [(str(e.type), str(e.role), frozenset((m.field, m.start, m.end) for m in e.mentions)) for e in entities]
    matched = _match(gold, found)
    same_role = sum(gold[i][1] == found[j][1] for j, i in matched.items())
    other_role = len(matched) - same_role

    wanted = {(t, *span) for t, _, spans in gold for span in spans}
    got: dict[Place, float] = {}
    for e in entities:
        for m in e.mentions:
            place = (str(e.type), m.field, m.start, m.end)
            got[place] = max(m.score, got.get(place, 0.0))
    wanted_links = {_one_way((h, str(r), t)) for h, r, t in paper.relations}
    got_links: dict[_Link, float] = {}
    for relation in extraction.relations if extraction else ():
        # An end that no annotated entity matches has a number that none of them has.
        head, tail = (matched.get(end, -1 - end) for end in (relation.head, relation.tail))
        link = _one_way((head, str(relation.type), tail))
        got_links[link] = max(relation.score, got_links.get(link, 0.0))

    tallies = {
        **{("mention", str(t)): Tally.of(_of_type(t, wanted), _of_type(t, got)) for t in EntityType},
        ("mention", "all"): Tally.of(wanted, got.keys()),
        ("mention", "untyped"): Tally.of({x[1:] for x in wanted}, {x[1:] for x in got}),
        ("overlap", ""): overlap_tally(wanted, got.keys()),
        ("entity", ""): _tally(len(matched), sum(bool(spans) for _, _, spans in gold), len(found)),
        ("alias", ""): Tally.of(_alias_pairs(gold, texts), _alias_pairs(found, texts)),
        ("introduced", ""): Tally.of(
            {i for i, (_, role, spans) in enumerate(gold) if role == Role.INTRODUCED and spans},
            {matched.get(j, -1 - j) for j, (_, role, _) in enumerate(found) if role == Role.INTRODUCED},
        ),
        # Another role is one found wrongly and one missed, so precision, recall and F1 are all the share that agrees.
        ("role", ""): Tally(same_role, other_role, other_role),
        ("relation", ""): Tally.of(wanted_links, got_links.keys()),
    }
    for type_ in sorted({link[1] for link in wanted_links | got_links.keys()}):
        ours, theirs = ({link for link in links if link[1] == type_} for links in (wanted_links, got_links))
        tallies["relation_by_type", type_] = Tally.of(ours, theirs)
    scores = {
        "mention": [(score, place in wanted) for place, score in got.items()],
        "relation": [(score, link in wanted_links) for link, score in got_links.items()],
    }
    return PaperCounts(tallies, outcomes(wanted, got.keys(), texts), scores)


def _of_type(type_: str, places: Iterable[Place]) -> set[Place]:
    return {place for place in places if place[0] == type_}


def _tally(right: int, gold: int, predicted: int) -> Tally:
    return Tally(right, predicted - right, gold - right)


def overlap_tally(gold: Set[Place], predicted: Set[Place]) -> Tally:
    """Return the counts of places that overlap one of the same type, matched one to one, greedily in text order."""
    free, hits = sorted(predicted), 0
    for type_, field_, start, end in sorted(gold):
        for i, (t, f, a, b) in enumerate(free):
            if type_ == t and field_ == f and start < b and a < end:
                hits += 1
                del free[i]
                break
    return _tally(hits, len(gold), len(predicted))


def _match(gold: Sequence[_Group], found: Sequence[_Group]) -> dict[int, int]:
    """Return the annotated entity of each predicted one that shares most mentions with it, one to one."""
    shared = sorted(
        (-len(g[2] & p[2]), j, i)
        for i, g in enumerate(gold)
        for j, p in enumerate(found)
        if g[0] == p[0] and g[2] & p[2]
    )
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for _, j, i in shared:
        if j not in matched and i not in taken:
            matched[j] = i
            taken.add(i)
    return matched


def _alias_pairs(groups: Sequence[_Group], texts: Mapping[str, str]) -> set[tuple[Hashable, Hashable]]:
    text = {span: texts[span[0]][span[1] : span[2]] for *_, spans in groups for span in spans}
    return {(x, y) for *_, spans in groups for x in spans for y in spans if x < y and text[x] != text[y]}


def _one_way(link: _Link) -> _Link:
    head, type_, tail = link
    return (min(head, tail), type_, max(head, tail)) if type_ in SYMMETRIC else link
