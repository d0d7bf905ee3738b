"""Papers from a listing page: text copied from a web page of daily papers, whatever its layout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kgraph.errors import InputError
from kgraph.identifiers import generated_paper_id
from kgraph.model import Paper, Source
from kgraph.readers.dates import written_date
from kgraph.readers.fields import Place, check_text
from kgraph.readers.listing_layout import Part, Run, find_runs
from kgraph.readers.listing_lines import Line, split_lines
from kgraph.readers.report import Report, quote
from kgraph.readers.text import Text

_MARKUP_FILE = re.compile(r"\s*<(?:!doctype|!--|\?xml|[a-z][\w:]*[\s/>])", re.IGNORECASE)
#: Of the characters of a page. In prose and program code a few lines always pass for titles and abstracts.
_LEAST_PLACED = 0.6
_LONG_TEXT = 200
_WORDS_OF_A_TITLE = 4
_EXPECTED = "expected a title and, on the next line, its abstract"


@dataclass(slots=True)
class _Record:
    title: Line
    abstract: Sequence[Line] = ()
    tail: Sequence[Line] = ()


def read(text: Text, *, year: int | None, report: Report) -> Iterator[Paper]:
    """Yield the papers of a page in its order; what could not be placed on it goes to the report.

    Title and abstract are as the page has them, without the white space around them; paragraphs of an
    abstract stand apart as on the page. A title without an abstract, or an abstract without a title,
    is skipped. Raises InputError where the text is no listing page.
    """
    if _MARKUP_FILE.match(text.sample):
        raise InputError("this is HTML or XML; what can be read is the text copied from such a page", text.path)
    page = text.whole(report)
    runs = find_runs(split_lines(page))
    _check_plausible(runs, text.path)
    for record in _records(runs, text.name, report):
        paper = _paper(record, page, Place(text.name, record.title.number, report, year))
        if paper is not None:
            yield paper


def _check_plausible(runs: Sequence[Run], path: str) -> None:
    if not runs:
        raise InputError("the file holds no text", path)
    length = {part: sum(len(line.text) for run in runs if run.part == part for line in run.lines) for part in Part}
    placed = length[Part.TITLE] + length[Part.ABSTRACT] + length[Part.TAIL]
    first = next((run for run in runs if run.part == Part.UNPLACED), runs[0]).lines[0]
    if not length[Part.ABSTRACT]:
        raise InputError(f"no paper on this page: {_EXPECTED}, found {quote(first.text)}", path, first.number)
    if placed < _LEAST_PLACED * (placed + length[Part.UNPLACED]):
        raise InputError(f"not a listing of papers: {_EXPECTED}, found {quote(first.text)}", path, first.number)


def _records(runs: Sequence[Run], file: str, report: Report) -> Iterator[_Record]:
    """Yield the records of a page. A tail belongs to the record before it, even behind lines of no known use."""
    record: _Record | None = None
    for i, run in enumerate(runs):
        if run.part == Part.TITLE:
            if record:
                yield record
            record = _Record(run.lines[0])
        elif run.part == Part.ABSTRACT and record:
            record.abstract = run.lines
        elif run.part == Part.TAIL and record and not record.tail:
            record.tail = run.lines
        elif run.part == Part.FURNITURE:
            # Another page begins, unless the furniture stands within a record.
            if record and record.abstract:
                yield record
                record = None
        else:
            _report_unplaced(runs, i, file, report)
    if record:
        yield record


def _report_unplaced(runs: Sequence[Run], i: int, file: str, report: Report) -> None:
    before = runs[i - 1].part if i else Part.FURNITURE
    line = runs[i].lines[0]
    if line.kinds == "T" and before == Part.FURNITURE:
        return  # The date of the page itself.
    after = runs[i + 1].part if i + 1 < len(runs) else Part.FURNITURE
    if len(line.text) >= _LONG_TEXT:
        report.skip(file, line.number, f"the record has no title: {quote(line.text)}")
    elif before in (Part.ABSTRACT, Part.TAIL) and after == Part.TITLE and len(line.text.split()) >= _WORDS_OF_A_TITLE:
        report.skip(file, line.number, f"the record has no abstract: {quote(line.text)}")
    else:
        for line in runs[i].lines:
            report.notice(file, line.number, f"{quote(line.text)} could not be placed")


def _paper(record: _Record, page: str, place: Place) -> Paper | None:
    clean = place.report.clean
    title = clean(record.title.text)
    abstract = clean(page[record.abstract[0].start : record.abstract[-1].end]) if record.abstract else ""
    try:
        check_text(title, abstract)
    except ValueError as error:
        place.skip(f"{error}: {quote(title)}")
        return None
    organisation, date, upvotes = _tail(record.tail, place)
    return Paper(
        id=generated_paper_id(title),
        title=title,
        abstract=abstract,
        date=date,
        organisation=clean(organisation) or None,
        upvotes=upvotes,
        source=(Source(place.file, place.line),),
    )


def _tail(lines: Sequence[Line], place: Place) -> tuple[str, str | None, int | None]:
    """Return organisation ("" if none), date and upvotes of a tail."""
    organisation, date, upvotes = "", None, None
    for line in lines:
        organisation = organisation or line.organisation or ("" if line.pieces else line.text)
        for kind, match in line.pieces:
            if kind == "C":
                upvotes = int(match["count"].replace(",", ""))
            elif kind == "T":
                date = written_date(match, place.year)
                if date is None:
                    place.notice(f"{quote(match['T'])} is not a date in any calendar; it was left out")
    return organisation, date, upvotes
