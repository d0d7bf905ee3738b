"""How well extractions agree with annotated papers: precision, recall and F1.

mention     same field, start, end and type (micro over all papers)
overlap     same type and field, at least one character in common, matched one to one
entity      a predicted entity counts when it has the type of an annotated one and shares one of
            its mentions exactly; every annotated entity counts once
alias       of the pairs of mentions with different texts that one side puts in one entity, how
            many the other does too
introduced  entities whose role is `introduced`
role        share of the matched entities whose role agrees
relation    head and tail matched to annotated entities, and the same type of relation
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kgraph.annotated import AnnotatedPaper
from kgraph.model import Extraction
from kgraph.vocabulary import SYMMETRIC, EntityType, Role

Place = tuple[str, int, int]
Group = tuple[str, str, frozenset[Place]]
"""An entity of either side: type, role, and where its mentions stand."""


@dataclass(slots=True)
class Tally:
    """Counts of what was found rightly, found wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, gold: set[Any], predicted: set[Any]) -> None:
        """Count the items of one paper."""
        self.right += len(gold & predicted)
        self.wrong += len(predicted - gold)
        self.missed += len(gold - predicted)

    def figures(self) -> dict[str, float | int]:
        """Return p, r and f1, to four digits, and the number of annotated items."""
        gold, predicted = self.right + self.missed, self.right + self.wrong
        p = self.right / predicted if predicted else 0.0
        r = self.right / gold if gold else 0.0
        f1 = 2 * p * r / (p + r) if p + r else 0.0
        return {"p": round(p, 4), "r": round(r, 4), "f1": round(f1, 4), "gold": gold}


@dataclass(slots=True)
class Evaluation:
    """The figures of an evaluation, and the most frequent errors: (missed or wrong, type, text) with counts."""

    records: int = 0
    mentions: dict[str, Tally] = field(default_factory=lambda: {t: Tally() for t in [*EntityType, "all", "untyped"]})
    overlap: Tally = field(default_factory=Tally)
    entity: Tally = field(default_factory=Tally)
    alias: Tally = field(default_factory=Tally)
    introduced: Tally = field(default_factory=Tally)
    relation: Tally = field(default_factory=Tally)
    relation_by_type: dict[str, Tally] = field(default_factory=dict)
    roles_right: int = 0
    roles: int = 0
    errors: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        """Return all figures as plain data, each in 0..1."""
        return {
            "records": self.records,
            "mention": {str(k): v.figures() for k, v in self.mentions.items()},
            "overlap": self.overlap.figures(),
            "entity": self.entity.figures(),
            "alias": self.alias.figures(),
            "introduced": self.introduced.figures(),
            "role": round(self.roles_right / self.roles, 4) if self.roles else 0.0,
            "relation": self.relation.figures(),
            "relation_by_type": {k: self.relation_by_type[k].figures() for k in sorted(self.relation_by_type)},
        }

    def report(self, errors: int = 0) -> str:
        """Return the figures as a text for people, with the `errors` most frequent errors below."""
        figures = self.figures()
        rows = [(f"mention {name}", row) for name, row in figures["mention"].items()]
        rows += [(name, figures[name]) for name in ("overlap", "entity", "alias", "introduced", "relation")]
        rows += [(f"  {name}", row) for name, row in figures["relation_by_type"].items()]
        lines = [f"{self.records} records"]
        for name, row in rows:
            lines.append(
                f"  {name:18s} P {row['p']:.3f} R {row['r']:.3f} F1 {row['f1']:.3f}  ({row['gold']} annotated)"
            )
        lines.append(f"  role agreement     {figures['role']:.3f}")
        worst = sorted(self.errors.items(), key=lambda item: (-item[1], item[0]))[:errors]
        lines += [f"  {kind:6s} {type_:8s} {count:3d}  {text}" for (kind, type_, text), count in worst]
        return "\n".join(lines) + "\n"


def evaluate(gold: Iterable[AnnotatedPaper], predicted: Mapping[str, Extraction]) -> Evaluation:
    """Return how the extractions, by paper id, agree with the annotated papers; a missing one found nothing."""
    result = Evaluation()
    for paper in gold:
        _add(result, paper, predicted.get(paper.id))
    return result


def _add(result: Evaluation, paper: AnnotatedPaper, extraction: Extraction | None) -> None:
    texts = {"title": paper.title, "abstract": paper.abstract}
    gold = [(str(e.type), str(e.role), frozenset((s.field, s.start, s.end) for s in e.spans)) for e in paper.entities]
    found = [
        (str(e.type), str(e.role), frozenset((m.field, m.start, m.end) for m in e.mentions))
        for e in (extraction.entities if extraction else ())
    ]
    result.records += 1
    wanted = {(t, *place) for t, _, places in gold for place in places}
    got = {(t, *place) for t, _, places in found for place in places}
    for name, tally in result.mentions.items():
        if name == "untyped":
            tally.add({x[1:] for x in wanted}, {x[1:] for x in got})
        else:
            tally.add({x for x in wanted if name in ("all", x[0])}, {x for x in got if name in ("all", x[0])})
    for kind, items in (("missed", wanted - got), ("wrong", got - wanted)):
        result.errors.update((kind, t, texts[f][a:b]) for t, f, a, b in items)
    _count(result.overlap, _overlaps(wanted, got), len(wanted), len(got))
    matched = _match(gold, found)
    _count(result.entity, len(matched), sum(bool(places) for _, _, places in gold), len(found))
    result.roles += len(matched)
    result.roles_right += sum(gold[i][1] == found[j][1] for j, i in matched.items())
    result.alias.add(_alias_pairs(gold, texts), _alias_pairs(found, texts))
    result.introduced.add(
        {i for i, (_, role, places) in enumerate(gold) if role == Role.INTRODUCED and places},
        {matched.get(j, -1 - j) for j, (_, role, _) in enumerate(found) if role == Role.INTRODUCED},
    )
    relations = [(r.head, r.type, r.tail) for r in (extraction.relations if extraction else ())]
    named = [(matched.get(h, -1 - h), r, matched.get(t, -1 - t)) for h, r, t in relations]
    wanted_relations, got_relations = _one_way(paper.relations), _one_way(named)
    result.relation.add(wanted_relations, got_relations)
    for type_ in {str(r) for _, r, _ in wanted_relations | got_relations}:
        tally = result.relation_by_type.setdefault(type_, Tally())
        tally.add({x for x in wanted_relations if x[1] == type_}, {x for x in got_relations if x[1] == type_})


def _count(tally: Tally, right: int, gold: int, predicted: int) -> None:
    tally.right += right
    tally.wrong += predicted - right
    tally.missed += gold - right


def _overlaps(gold: set[tuple[str, str, int, int]], predicted: set[tuple[str, str, int, int]]) -> int:
    """Return how many match one to one, greedily in text order."""
    free, hits = sorted(predicted), 0
    for type_, field_, start, end in sorted(gold):
        for i, (t, f, a, b) in enumerate(free):
            if type_ == t and field_ == f and start < b and a < end:
                hits += 1
                del free[i]
                break
    return hits


def _match(gold: Sequence[Group], found: Sequence[Group]) -> dict[int, int]:
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


def _alias_pairs(groups: Sequence[Group], texts: Mapping[str, str]) -> set[tuple[Hashable, Hashable]]:
    text = {place: texts[place[0]][place[1] : place[2]] for *_, places in groups for place in places}
    return {(x, y) for *_, places in groups for x in places for y in places if x < y and text[x] != text[y]}


def _one_way(relations: Iterable[tuple[int, str, int]]) -> set[tuple[int, str, int]]:
    return {(min(h, t), str(r), max(h, t)) if r in SYMMETRIC else (h, str(r), t) for h, r, t in relations}
