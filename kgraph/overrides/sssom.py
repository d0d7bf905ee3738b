"""Links from SSSOM mappings in TSV (https://mapping-commons.github.io/sssom/)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping

import yaml

from kgraph.errors import InputError
from kgraph.identifiers import ID_BASE, concept_type, is_web_iri
from kgraph.overrides.entries import Link
from kgraph.readers.report import quote
from kgraph.vocabulary import EntityType

_COLUMNS = ("subject_id", "predicate_id", "object_id")
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_SSSOM = "https://w3id.org/sssom/"
#: Declared in advance: what the standard declares and matters here, and the prefixes of kgraph's own IRIs.
_PREFIXES = {"skos": _SKOS, "sssom": _SSSOM, **{t.lower(): f"{ID_BASE}{t.lower()}/" for t in EntityType}}


def read_links(text: str, file: str, on_left_out: Callable[[str, int | None, str], None]) -> tuple[Link, ...]:
    """Return the links that the exact matches between a concept and something else make.

    `on_left_out` is called with file, line and message for every other mapping. Raises InputError where
    the text is not of the standard's form.
    """
    links = []
    prefixes, first = _header(text, file)
    for line, row in _rows(text, file, first):
        subject, predicate, object_ = (_expand(row[name], prefixes, file, line) for name in _COLUMNS)
        if object_.startswith(ID_BASE) and not subject.startswith(ID_BASE):  # an exact match holds both ways
            subject, object_ = object_, subject
        if reason := _unfit(subject, predicate, object_, row.get("predicate_modifier", "")):
            on_left_out(file, line, f"{row['subject_id']} {row['predicate_id']} {row['object_id']}: {reason}")
            continue
        concept = subject.removeprefix(ID_BASE)
        if concept_type(concept) is None:
            raise InputError(f"{quote(row['subject_id'])} names no concept; expected as in method:bert", file, line)
        if not is_web_iri(object_):
            raise InputError(f"{quote(object_)} is no absolute http(s) IRI in ASCII", file, line)
        links.append(Link(concept, (object_,), file=file, line=line))
    return tuple(links)


def _unfit(subject: str, predicate: str, object_: str, modifier: str) -> str:
    """Return why a mapping makes no link; "" where it does."""
    if predicate != f"{_SKOS}exactMatch":
        return "left out, since only skos:exactMatch makes a link"
    if modifier:
        return f"left out, since the match is said with {quote(modifier)}"
    if not subject.startswith(ID_BASE):
        return "left out, since neither is a concept of kgraph"
    if object_.startswith(ID_BASE):
        return "left out, since both are concepts of kgraph; a merge joins these"
    if object_ == f"{_SSSOM}NoTermFound":
        return "left out, since it says that nothing matches"
    return ""


def _header(text: str, file: str) -> tuple[dict[str, str], int]:
    """Return the prefixes that the comment before the table declares, and the number of its lines."""
    comment = []
    for line in io.StringIO(text):
        if not line.startswith("#"):
            break
        comment.append(line[1:])
    try:
        metadata = yaml.safe_load("".join(comment))
    except yaml.YAMLError as error:
        raise InputError(f"its comment is no YAML: {' '.join(str(error).split())}", file) from None
    declared = metadata.get("curie_map") if isinstance(metadata, dict) else None
    if not isinstance(declared or {}, dict):
        raise InputError("curie_map must be a mapping of prefixes to IRIs", file)
    return _PREFIXES | {str(name): str(iri) for name, iri in (declared or {}).items()}, len(comment)


def _rows(text: str, file: str, first: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows below the comment with their line numbers, cells by column."""
    reader = csv.reader(io.StringIO(text).readlines()[first:], delimiter="\t", strict=True)
    columns: list[str] = []
    try:
        for cells in reader:
            line = first + reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = [cell.strip() for cell in cells]
                if missing := [name for name in _COLUMNS if name not in columns]:
                    raise InputError(f"is no SSSOM table: its header lacks the column {missing[0]}", file, line)
                continue
            row = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
            if empty := [name for name in _COLUMNS if not row.get(name)]:
                raise InputError(f"this mapping has no {empty[0]}", file, line)
            yield line, row
    except csv.Error as error:
        raise InputError(f"is no table: {error}", file, first + reader.line_num) from None
    if not columns:
        raise InputError(f"is no SSSOM table: it has no header with {', '.join(_COLUMNS)}", file)


def _expand(curie: str, prefixes: Mapping[str, str], file: str, line: int) -> str:
    """Return the IRI of a CURIE; an http(s) IRI as it is."""
    prefix, colon, local = curie.partition(":")
    if prefix in prefixes and colon:
        return prefixes[prefix] + local
    if prefix in ("http", "https"):
        return curie
    raise InputError(f"{quote(curie)} is no CURIE with a prefix that curie_map declares, and no IRI", file, line)
