"""Which records are one paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields, replace

from kgraph.identifiers import generated_paper_id, title_key
from kgraph.model import Extraction, Paper
from kgraph.records import dump_line

Record = Paper | Extraction


def merge_records(records: Iterable[Record]) -> list[Record]:
    """Return one record a paper, sorted by id; the order of the records does not matter.

    Records with the same id are one paper; so are records with the same title (letter case, space
    and punctuation aside) when one of them has no id of its own. The longest abstract wins, then
    code-point order; an extraction wins over the same text without one. What the winner does not
    tell is taken from the others, and every source is kept.
    """
    by_id: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_id[paper_of(record).id].append(record)
    merged: dict[str, list[Record]] = dict(by_id)
    named: dict[str, list[str]] = defaultdict(list)
    for id_, group in by_id.items():
        if not _has_generated_id(paper_of(group[0])):
            for key in {title_key(paper_of(record).title) for record in group}:
                named[key].append(id_)
    for id_, group in sorted(by_id.items()):
        if _has_generated_id(paper_of(group[0])):
            owners = sorted(named.get(title_key(paper_of(group[0]).title), ()))
            if owners:
                merged[owners[0]] = merged[owners[0]] + merged.pop(id_)
    return [_merge(id_, group) for id_, group in sorted(merged.items())]


def paper_of(record: Record) -> Paper:
    """Return the record's paper."""
    return record.paper if isinstance(record, Extraction) else record


def _has_generated_id(paper: Paper) -> bool:
    return paper.id == generated_paper_id(paper.title)


def _merge(id_: str, group: list[Record]) -> Record:
    ordered = sorted(group, key=_preference)
    winner = ordered[0]
    paper = paper_of(winner)
    others = [paper_of(record) for record in ordered[1:]]
    known = {f.name: getattr(paper, f.name) for f in fields(Paper)}
    for name, value in known.items():
        if value in (None, ()):
            known[name] = next((v for o in others if (v := getattr(o, name)) not in (None, ())), value)
    known["id"] = id_
    known["source"] = tuple(sorted(s for record in group for s in paper_of(record).source))
    complete = Paper(**known)
    return replace(winner, paper=complete) if isinstance(winner, Extraction) else complete


def _preference(record: Record) -> tuple[int, str, str, bool, str]:
    paper = paper_of(record)
    extraction = record if isinstance(record, Extraction) else Extraction(paper)
    plain = not isinstance(record, Extraction)
    return (-len(paper.abstract), paper.abstract, paper.title, plain, dump_line(extraction))
