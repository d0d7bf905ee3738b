"""The JSON form of papers and extractions, one object a line (`papers.jsonl`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from kgraph.evidence import Sentences, relation_evidence
from kgraph.model import Entity, Extraction, Mention, Paper, Relation, Source, Span
from kgraph.vocabulary import FIELDS, SIGNATURES, EntityType, RelationType, Role

SCORE_DIGITS = 4

_E = TypeVar("_E", EntityType, Role, RelationType)


def dump_line(extraction: Extraction) -> str:
    """Return the extraction as one line of JSON, without the line end; known fields only."""
    return json.dumps(extraction_to_dict(extraction), ensure_ascii=False, separators=(", ", ": "))


def extraction_to_dict(extraction: Extraction) -> dict[str, Any]:
    """Return the extraction as plain JSON data, keys in the documented order."""
    record = paper_to_dict(extraction.paper)
    record["entities"] = [
        {
            "type": str(entity.type),
            "role": str(entity.role),
            "score": _score(entity.score),
            "mentions": [
                {"field": m.field, "start": m.start, "end": m.end, "text": m.text, "score": _score(m.score)}
                for m in entity.mentions
            ],
        }
        for entity in extraction.entities
    ]
    record["relations"] = [
        {
            "head": relation.head,
            "type": str(relation.type),
            "tail": relation.tail,
            "score": _score(relation.score),
            "evidence": [{"field": s.field, "start": s.start, "end": s.end} for s in relation.evidence],
        }
        for relation in extraction.relations
    ]
    record["pipeline"] = extraction.pipeline
    if extraction.left_out:
        record["left_out"] = extraction.left_out
    return record


def paper_to_dict(paper: Paper) -> dict[str, Any]:
    """Return the paper's known fields as plain JSON data, in the documented order."""
    record: dict[str, Any] = {"id": paper.id, "title": paper.title, "abstract": paper.abstract}
    if paper.authors:
        record["authors"] = list(paper.authors)
    for name in ("date", "url", "organisation", "upvotes"):
        value = getattr(paper, name)
        if value is not None:
            record[name] = value
    if paper.categories:
        record["categories"] = list(paper.categories)
    record["source"] = [{"file": s.file, "line": s.line} for s in paper.source]
    if paper.merged_from:
        record["merged_from"] = [
            extraction_to_dict(r) if isinstance(r, Extraction) else paper_to_dict(r) for r in paper.merged_from
        ]
    return record


def extraction_from_dict(record: Mapping[str, Any], paper: Paper) -> Extraction:
    """Return the extraction that the record's `entities` and `relations` describe for `paper`.

    Raises ValueError, with a message for people, where a value is missing or out of range, a mention
    is not the text at its offsets, or a relation breaks its signature. A relation without evidence is
    given the shortest run of sentences that holds both its ends. Scores are rounded as they are written.
    """
    try:
        entities = tuple(_entity(e, paper, i) for i, e in enumerate(record["entities"]))
        sentences = Sentences.of(paper)
        relations = tuple(
            _relation(r, paper, entities, sentences, i) for i, r in enumerate(record.get("relations") or ())
        )
    except KeyError as error:
        raise ValueError(f"the field {error.args[0]!r} is missing") from None
    except (TypeError, AttributeError) as error:
        raise ValueError(f"not of the documented form ({error})") from None
    left_out = record.get("left_out", 0)
    if not _is_int(left_out) or left_out < 0:
        raise ValueError(f"left_out must be a whole number, not {left_out!r}")
    return Extraction(paper, entities, relations, str(record.get("pipeline") or ""), left_out)


def source_from_dicts(items: Any) -> tuple[Source, ...]:
    """Return the sources that a record lists, sorted; anything malformed raises ValueError."""
    if not isinstance(items, list):
        raise ValueError("'source' must be a list of {file, line}")
    try:
        return tuple(sorted(Source(str(s["file"]), int(s["line"])) for s in items))
    except (KeyError, TypeError, ValueError):
        raise ValueError("'source' must be a list of {file, line}") from None


def _entity(data: Mapping[str, Any], paper: Paper, position: int) -> Entity:
    where = f"entity {position}"
    mentions = sorted(
        (_mention(m, paper, where) for m in data["mentions"]), key=lambda m: (FIELDS.index(m.field), m.start, m.end)
    )
    if not mentions:
        raise ValueError(f"{where} has no mentions")
    return Entity(
        _member(EntityType, data["type"], f"{where}: type"),
        _member(Role, data.get("role") or Role.MENTIONED, f"{where}: role"),
        tuple(mentions),
        _probability(data.get("score", max(m.score for m in mentions)), where),
    )


def _mention(data: Mapping[str, Any], paper: Paper, where: str) -> Mention:
    span = _span(data, paper, where)
    text: str = getattr(paper, span.field)[span.start : span.end]
    if data.get("text", text) != text:
        raise ValueError(f"{where}: the {span.field} at {span.start}..{span.end} is {text!r}, not {data['text']!r}")
    return Mention(span.field, span.start, span.end, text, _probability(data.get("score", 1.0), where))


def _relation(
    data: Mapping[str, Any], paper: Paper, entities: tuple[Entity, ...], sentences: Sentences, position: int
) -> Relation:
    where = f"relation {position}"
    type_ = _member(RelationType, data["type"], f"{where}: type")
    head, tail = data["head"], data["tail"]
    for end in (head, tail):
        if not _is_int(end) or not 0 <= end < len(entities):
            raise ValueError(f"{where}: {end!r} is no position among the {len(entities)} entities")
    types = (entities[head].type, entities[tail].type)
    if types not in SIGNATURES[type_]:
        raise ValueError(f"{where}: {type_} cannot join a {types[0]} to a {types[1]}")
    evidence = tuple(_span(s, paper, where) for s in data.get("evidence") or ())
    evidence = evidence or relation_evidence(sentences, entities[head], entities[tail])
    return Relation(head, type_, tail, _probability(data.get("score", 1.0), where), evidence)


def _span(data: Mapping[str, Any], paper: Paper, where: str) -> Span:
    field, start, end = data["field"], data["start"], data["end"]
    if field not in FIELDS:
        raise ValueError(f"{where}: field must be 'title' or 'abstract', not {field!r}")
    if not (_is_int(start) and _is_int(end) and 0 <= start < end <= len(getattr(paper, field))):
        raise ValueError(f"{where}: {start!r}..{end!r} is no span of the {field}")
    return Span(field, start, end)


def _member(kind: type[_E], value: Any, where: str) -> _E:
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{where} must be one of {', '.join(kind)}, not {value!r}") from None


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _probability(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{where}: score must be a number in 0..1, not {value!r}")
    return _score(value)


def _score(value: float) -> float:
    return round(float(value), SCORE_DIGITS)
