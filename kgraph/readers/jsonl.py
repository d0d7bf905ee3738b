"""Papers as JSON: one object a line (JSONL), or one array or object that spans many lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kgraph.model import Extraction, Paper
from kgraph.readers.fields import Place, read_record
from kgraph.readers.report import Report
from kgraph.readers.text import Text

_OPENING = re.compile(r'\s*(?:\{\s*(?:["}]|$)|\[\s*(?:[{\]]|$))')
_MANY_LINES = re.compile(r'\s*(?:\[|\{\s*\n\s*["}])')
_LINES_TO_TRY = 20
_RECORD_BEGINS = re.compile(r"[^\s,\[\]]")


class _Number(float):
    """A number that is written as it was read: an id such as 2210.10 must keep its last zero."""

    text: str

    def __new__(cls, text: str) -> _Number:
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text


# Control characters inside strings are let through: they are replaced and counted like others.
_DECODER = json.JSONDecoder(strict=False, parse_float=_Number)


def looks_like(sample: str) -> bool:
    """Whether a text that begins so is JSON, even where its first lines are broken."""
    lines = sample.split("\n", _LINES_TO_TRY)[:_LINES_TO_TRY]
    return bool(_OPENING.match(sample)) or any(re.match(r'\s*\{\s*"', line) for line in lines)


def read(text: Text, *, year: int | None, report: Report) -> Iterator[Paper | Extraction]:
    """Yield the papers and extractions of a text in its order; lines are read as they are asked for.

    What is broken or cannot be used is skipped and reported.
    """
    records = _many_line_records if _MANY_LINES.match(text.sample) else _line_records
    for line, record in records(text, report):
        paper = read_record(record, Place(text.name, line, report, year))
        if paper is not None:
            yield paper


def _line_records(text: Text, report: Report) -> Iterator[tuple[int, object]]:
    for number, raw in text.lines():
        line = raw.strip("\ufeff \t\r")
        if not line:
            continue
        if text.has_bad_bytes(line):
            report.skip(text.name, number, "the line is not valid UTF-8")
            continue
        try:
            record = _DECODER.decode(line)
        except (ValueError, RecursionError) as error:
            report.skip(text.name, number, _broken(error))
            continue
        yield number, record


def _many_line_records(text: Text, report: Report) -> Iterator[tuple[int, object]]:
    """Yield the values of an array (or of several), or objects one after another, with their title's line.

    After a broken record the next one that begins a line like it is looked for.
    """
    page = text.whole(report)
    line, counted, at = 1, 0, 0
    while begin := _RECORD_BEGINS.search(page, at):
        at = begin.start()
        line, counted = line + page.count("\n", counted, at), at
        try:
            record, end = _DECODER.raw_decode(page, at)
        except (ValueError, RecursionError) as error:
            broken_line = error.lineno if isinstance(error, json.JSONDecodeError) else line
            report.skip(text.name, broken_line, _broken(error))
            indent = page[page.rfind("\n", 0, at) + 1 : at]
            at = page.find(f"\n{indent}{{", at + 1) if not indent.strip() else -1
            if at < 0:
                report.notice(text.name, broken_line, "nothing after this broken record was read")
                return
        else:
            title = max(at, page.find('"title"', at, end))
            yield line + page.count("\n", at, title), record
            at = end


def _broken(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        what = error.msg.removesuffix(" starting at").removesuffix(" at")
        return f"broken JSON (column {error.colno}): {what[:1].lower()}{what[1:]}"
    return "broken JSON: nested too deeply" if isinstance(error, RecursionError) else f"broken JSON: {error}"
