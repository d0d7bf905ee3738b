"""The forms of an answer: a table for people, and what programs read."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from kgraph.errors import QueryError
from kgraph.query.run import Result
from kgraph.query.visible import cut, display_width, visible
from kgraph.rdf.jsonld import write_jsonld
from kgraph.rdf.ntriples import write_ntriples
from kgraph.rdf.prefixes import XSD, prefixes
from kgraph.rdf.shorten import shortener
from kgraph.rdf.turtle import renderer, write_turtle

_RESULTS = {"csv": "CSV", "tsv": "TSV", "json": "JSON", "xml": "XML"}
_TRIPLES = ("ttl", "nt", "jsonld")
FORMATS = ("table", *_RESULTS, *_TRIPLES)

_NUMBERS = frozenset(f"{XSD}{name}" for name in ("integer", "decimal", "double", "float"))
_GAP = "  "
_NARROWEST = 8


def format_result(result: Result, format: str, width: int | None = None) -> str:
    """Return the answer as text, with a line end at its end.

    `table` is for people: IRIs are shortened by prefixes, control and bidi characters shown as escapes, and
    cells cut only where `width`, the columns of a terminal, is given. `csv`, `tsv`, `json` and `xml` are the
    SPARQL results formats, `ttl`, `nt` and `jsonld` hold the triples of CONSTRUCT and DESCRIBE, sorted. Raises
    QueryError for a form that cannot hold this answer.
    """
    if format not in FORMATS:
        raise QueryError(f"there is no output format {format!r}; expected one of {', '.join(FORMATS)}")
    if format == "table":
        return _table(result, width)
    if format in _TRIPLES:
        if result.kind != "CONSTRUCT":
            others = ", ".join(("table", *_RESULTS))
            raise QueryError(f"{format} holds triples, and {result.kind} queries give none; use one of {others}")
        return _as_triples(result, format)
    if result.kind == "CONSTRUCT":
        others = ", ".join(("table", *_TRIPLES))
        raise QueryError(f"{format} holds rows, and CONSTRUCT and DESCRIBE give triples; use one of {others}")
    return _as_results(result, format)


def _as_triples(result: Result, format: str) -> str:
    file = io.StringIO()
    if format == "ttl":
        write_turtle(result.triples(), file, result.base)
    elif format == "nt":
        write_ntriples(result.triples(), file)
    else:
        write_jsonld(result.triples(), file, result.base)
    return file.getvalue()


def _as_results(result: Result, format: str) -> str:
    from pyoxigraph import QueryResultsFormat

    try:
        data: Any = result.raw.serialize(format=getattr(QueryResultsFormat, _RESULTS[format]))
    except (OSError, ValueError, RuntimeError) as error:
        raise QueryError(f"the query failed while it ran: {error}") from None
    text = str(data, "utf-8")
    return text if text.endswith("\n") else f"{text}\n"


def _table(result: Result, width: int | None) -> str:
    if result.kind == "ASK":
        return f"{str(result.answer).lower()}\n"
    shorten = shortener(prefixes(result.base))
    if result.kind == "SELECT":
        header = result.variables
        found = list(result.rows())
        rows = [[_cell(term, shorten) for term in row] for row in found]
        numeric = [all(_is_number(row[i]) for row in found) for i in range(len(header))]
    else:
        header = ("subject", "predicate", "object")
        render = renderer(shorten)
        rows = [[visible(render(term)) for term in triple] for triple in result.triples()]
        numeric = [False] * len(header)

    widths = [max(map(display_width, column)) for column in zip(header, *rows, strict=True)]
    if width is not None:
        widths = _fit(widths, width)
    lines = [_line(header, widths, numeric), _GAP.join("-" * w for w in widths)]
    lines += [_line(row, widths, numeric) for row in rows]
    lines.append("no rows" if not rows else f"{len(rows)} row{'s' if len(rows) > 1 else ''}")
    return "".join(f"{line}\n" for line in lines)


def _cell(term: Any, shorten: Callable[[str], str | None]) -> str:
    from pyoxigraph import Literal, NamedNode

    if term is None:
        return ""
    if isinstance(term, NamedNode):
        return visible(shorten(term.value) or term.value)
    if isinstance(term, Literal):
        return visible(term.value)
    return visible(str(term))


def _is_number(term: Any) -> bool:
    return getattr(getattr(term, "datatype", None), "value", "") in _NUMBERS


def _line(cells: Sequence[str], widths: list[int], right: list[bool]) -> str:
    padded = []
    for cell, width, to_the_right in zip(cells, widths, right, strict=True):
        text = cut(cell, width)
        space = " " * (width - display_width(text))
        padded.append(space + text if to_the_right else text + space)
    return _GAP.join(padded).rstrip()


def _fit(widths: list[int], width: int) -> list[int]:
    """Take from the widest columns until the line fits, or all of them are at their narrowest."""
    room = width - len(_GAP) * (len(widths) - 1)
    low, high = _NARROWEST, max(widths, default=0)
    # The widest limit under which the columns fit.
    while low < high:
        limit = (low + high + 1) // 2
        if sum(min(w, limit) for w in widths) <= room:
            low = limit
        else:
            high = limit - 1
    return [min(w, low) for w in widths]
