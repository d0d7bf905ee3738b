"""Annotated records: papers with the entities and relations that annotators marked (see the guidelines).

One JSON object a line: `id`, `title`, `abstract`, `entities` ({"type", "role", "names"}), `relations`
([name, relation, name]). Names become mentions wherever they stand, longest names first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgraph.errors import InputError
from kgraph.model import Span
from kgraph.vocabulary import FIELDS, EntityType, RelationType, Role


@dataclass(frozen=True, slots=True)
class AnnotatedEntity:
    """An annotated entity; `spans` are sorted, and empty where none of its names stands in the text."""

    type: EntityType
    role: Role
    names: tuple[str, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class AnnotatedPaper:
    """An annotated paper; relations are (head, type, tail) by position among the entities."""

    id: str
    title: str
    abstract: str
    entities: tuple[AnnotatedEntity, ...]
    relations: frozenset[tuple[int, RelationType, int]]


def read_annotated(path: Path) -> list[AnnotatedPaper]:
    """Return the annotated papers of a JSONL file, in its order.

    Raises InputError, with file and line, at the first record that is not of this form.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", str(path)) from None
    papers = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            papers.append(_paper(json.loads(line)))
        except json.JSONDecodeError as error:
            raise InputError(f"no JSON: {error.msg} at column {error.colno}", str(path), number) from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"no annotated record ({error!r}); expected id, title, abstract, entities with names, relations",
                str(path),
                number,
            ) from None
    if not papers:
        raise InputError("holds no annotated record", str(path))
    return papers


def _paper(record: dict[str, Any]) -> AnnotatedPaper:
    spans = name_spans([e["names"] for e in record["entities"]], record["title"], record["abstract"])
    entities = tuple(
        AnnotatedEntity(EntityType(e["type"]), Role(e["role"]), tuple(e["names"]), found)
        for e, found in zip(record["entities"], spans, strict=True)
    )
    position = {name: i for i, e in enumerate(entities) for name in e.names}
    relations = frozenset((position[h], RelationType(r), position[t]) for h, r, t in record.get("relations") or ())
    return AnnotatedPaper(str(record["id"]), record["title"], record["abstract"], entities, relations)


def name_spans(names: list[list[str]], title: str, abstract: str) -> list[tuple[Span, ...]]:
    """Return, for each list of names, the sorted spans where they stand; longest names first, no overlap."""
    ordered = sorted(((n, i) for i, group in enumerate(names) for n in group), key=lambda pair: -len(pair[0]))
    found: list[list[Span]] = [[] for _ in names]
    for field, text in zip(FIELDS, (title, abstract), strict=True):
        taken = bytearray(len(text))
        for name, i in ordered:
            for start, end in occurrences(name, text):
                if not any(taken[start:end]):
                    taken[start:end] = b"\1" * (end - start)
                    found[i].append(Span(field, start, end))
    return [tuple(sorted(spans, key=lambda s: (FIELDS.index(s.field), s.start))) for spans in found]


def occurrences(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each place where the name stands as whole words."""
    for match in re.finditer(re.escape(name), text) if name else ():
        start, end = match.span()
        if start and text[start - 1].isalnum() and name[0].isalnum():
            continue
        if end < len(text) and text[end].isalnum() and name[-1].isalnum():
            continue
        yield start, end
