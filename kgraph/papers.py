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

    Records with the same id are one paper. A record without an id of its own is one with those of the same
    title (letter case, space and punctuation aside): with the smallest id among them, where there is one.

    Title and abstract, and the entities where there are any, come from one record: the longest abstract wins,
    then code-point order; an extraction wins over the same text without one. What that record does not tell
    is taken from the next. Every source is kept.

    Records that differ in more than their source stay with their paper, in its `merged_from`, and are merged
    anew where it is among the records. So papers can be added one after another,
    `merge_records([*merge_records(a), *b]) == merge_records([*a, *b])`, and a paper can be taken out with
    all its records: the others are what they would be if it had never been there.
    """
    by_id: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        for original in paper_of(record).merged_from or (record,):
            by_id[paper_of(original).id].append(original)
    named = {id_ for id_, group in by_id.items() if not all(_has_generated_id(paper_of(r)) for r in group)}
    titles = {id_: {_comparable_title(paper_of(r)) for r in group} for id_, group in by_id.items()}
    first: dict[str, str] = {}
    for id_ in sorted(by_id, key=lambda id_: (id_ not in named, id_)):
        for title in titles[id_]:
            first.setdefault(title, id_)
    papers: dict[str, list[Record]] = defaultdict(list)
    for id_, group in by_id.items():
        papers[id_ if id_ in named else min(first[title] for title in titles[id_])] += group
    merged = (_merge(group, id_ if id_ in named else None) for id_, group in papers.items())
    return sorted(merged, key=lambda record: paper_of(record).id)


def paper_of(record: Record) -> Paper:
    """Return the record's paper."""
    return record.paper if isinstance(record, Extraction) else record


def _has_generated_id(paper: Paper) -> bool:
    return paper.id == generated_paper_id(paper.title)


def _comparable_title(paper: Paper) -> str:
    return title_key(paper.title) or paper.title


def _merge(group: list[Record], id_: str | None) -> Record:
    """Return the records of one paper as one; where none has an id of its own, `id_` is None."""
    originals = _distinct(group)
    if len(originals) == 1:
        return originals[0]
    papers = [paper_of(original) for original in originals]
    known = {}
    for name in (field.name for field in fields(Paper)):
        values = (getattr(paper, name) for paper in papers)
        known[name] = next((v for v in values if v not in (None, ())), getattr(papers[0], name))
    known["id"] = id_ or papers[0].id
    known["source"] = tuple(sorted(source for paper in papers for source in paper.source))
    known["merged_from"] = tuple(originals)
    return _with_paper(originals[0], Paper(**known))


def _distinct(group: list[Record]) -> list[Record]:
    """Return the records, best first; those that are equal but for their source are one."""
    if len(group) == 1:
        return group
    equal: dict[tuple[int, str, str, bool, str], list[Record]] = defaultdict(list)
    for record in group:
        equal[_preference(record)].append(record)
    found = []
    for _, records in sorted(equal.items()):
        sources = tuple(sorted(source for record in records for source in paper_of(record).source))
        found.append(_with_paper(records[0], replace(paper_of(records[0]), source=sources)))
    return found


def _preference(record: Record) -> tuple[int, str, str, bool, str]:
    """Return what records are sorted by: all that they say, but for their source."""
    paper = replace(paper_of(record), source=())
    plain = not isinstance(record, Extraction)
    line = dump_line(replace(record, paper=paper) if isinstance(record, Extraction) else Extraction(paper))
    return (-len(paper.abstract), paper.abstract, paper.title, plain, line)


def _with_paper(record: Record, paper: Paper) -> Record:
    return replace(record, paper=paper) if isinstance(record, Extraction) else paper
