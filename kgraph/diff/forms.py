"""The forms of a comparison: text for people, JSON and Turtle for programs."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from kgraph.diff.compare import KINDS, Change, ClaimRecord, ConceptRecord, Diff, PaperRecord, Record
from kgraph.diff.rdf import diff_triples
from kgraph.query.visible import visible
from kgraph.rdf import write_turtle

FORMATS = ("text", "json", "ttl")

_VERBS = {
    "moved": "moved their IRI",
    "rewritten": "changed their text",
    "reread": "were read differently",
    "retyped": "changed their type",
    "relabelled": "changed their label",
    "regrouped": "traded names",
}


def render(diff: Diff, format: str, longest: int | None = None) -> str:
    """Return the comparison in one of FORMATS, with a line end at its end.

    Text shows of each list the first `longest` entries, where given; the other forms show all.
    """
    if format == "json":
        return _json(as_dict(diff))
    if format == "ttl":
        file = io.StringIO()
        write_turtle(diff_triples(diff), file)
        return file.getvalue()
    return "".join(f"{line}\n" for line in _text(diff, longest))


def as_dict(diff: Diff) -> dict[str, Any]:
    """Return the comparison as plain JSON data.

    `old` and `new` hold each graph's hash (`graph`) and its number of `papers`, `concepts` and `claims`, those
    between concepts. Below `papers`, `concepts` and `claims` there is a list for each kind of change, empty
    where there is none, biggest change in papers first:

    - all three: `appeared`, `vanished`;
    - papers: `moved` (another id, so another IRI), `rewritten` (other text), `reread` (the same text, but
      other concepts or roles found in it);
    - concepts and claims: `rose`, `fell` (in papers);
    - concepts: `moved` (another IRI), `retyped`, `relabelled`, `merged`, `split`, `regrouped` (several
      traded names).

    A change is `{"old": [record...], "new": [record...], "papers": [before, after]}`, where `papers` counts
    different papers. Every record has a `key`, the tail of its IRI, and a `label`; a paper also `id`, `date` and
    `introduces` (labels); a concept `type`, `papers` and `rank` (by papers, among its type); a claim `subject`,
    `relation`, `object` and `support`.

    `replacedBy` gives, for the key of each paper or concept that is gone and lives on, the keys that it lives
    on under; `derivedFrom`, for each new key, those that it came from.
    """
    return {
        "old": asdict(diff.old),
        "new": asdict(diff.new),
        **{
            group: {kind: [_change(change) for change in changes] for kind, changes in kinds.items()}
            for group, kinds in diff.changes.items()
        },
        "replacedBy": dict(sorted(diff.replaced_by.items())),
        "derivedFrom": dict(sorted(diff.derived_from.items())),
    }


def _change(change: Change) -> dict[str, Any]:
    return {"old": [*map(_fields, change.old)], "new": [*map(_fields, change.new)], "papers": [*change.papers]}


def _fields(record: Record) -> dict[str, Any]:
    """Return what dataclasses.asdict does, without the copies that make it slow."""
    return {name: getattr(record, name) for name in record.__slots__}


def _json(data: dict[str, Any]) -> str:
    """Return the data of `as_dict` as JSON, one change a line."""
    parts = []
    for name, value in data.items():
        if name in KINDS:
            lists = (
                f'\n "{kind}": [' + ",".join(f"\n  {_dump(change)}" for change in value[kind]) + "]" for kind in value
            )
            parts.append(f'"{name}": {{' + ",".join(lists) + "}")
        else:
            parts.append(f'"{name}": {_dump(value)}')
    return "{" + ",\n".join(parts) + "}\n"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(diff: Diff, longest: int | None) -> Iterator[str]:
    if not diff:
        same = diff.old.graph == diff.new.graph
        rest = "" if same else " in papers, concepts and claims; scores, evidence or details of papers differ"
        yield f"no differences{rest}"
        return
    sizes = ((name, getattr(diff.old, name), getattr(diff.new, name)) for name in ("papers", "concepts", "claims"))
    yield ", ".join(f"{before:,} -> {after:,} {name}" for name, before, after in sizes)
    for group, kinds in diff.changes.items():
        for kind, changes in kinds.items():
            if not changes:
                continue
            yield ""
            yield f"{group.capitalize()} that {_VERBS.get(kind, kind)}: {len(changes):,}"
            for change in changes[:longest]:
                yield f"  {visible(_line(change, kind))}"
            if longest is not None and len(changes) > longest:
                yield f"  and {len(changes) - longest:,} more; --all shows them"


def _line(change: Change, kind: str) -> str:
    before, after = change.papers
    names = [", ".join(_name(record) for record in side) for side in (change.old, change.new)]
    if kind in ("rose", "fell"):
        ranks = [side[0].rank for side in (change.old, change.new) if isinstance(side[0], ConceptRecord)]
        rank = f", rank {' -> '.join(map(str, ranks))}" if ranks else ""
        return f"{names[1]}: {before:,} -> {after:,} papers{rank}"
    if kind in ("appeared", "vanished"):
        (record, *_) = change.new or change.old
        if isinstance(record, PaperRecord):
            introduces = f"; introduces {', '.join(record.introduces)}" if record.introduces else ""
            return _name(record) + introduces
        papers = max(before, after)
        rank = f", rank {record.rank}" if isinstance(record, ConceptRecord) else ""
        return f"{names[0] or names[1]}: {papers:,} paper{'s' * (papers > 1)}{rank}"
    return names[1] if names[0] == names[1] else f"{names[0]} -> {names[1]}"


def _name(record: Record) -> str:
    if isinstance(record, PaperRecord):
        return f"{record.id}  {record.label}"
    return record.label if isinstance(record, ClaimRecord) else f"{record.label} ({record.key})"
