"""Decides what every line of a listing page is: title, abstract, tail, furniture, or nothing known.

No layout is assumed. Every line has a price for each part that it might play (a title that ends in a
full stop is unlikely, an abstract of three words is, ...); a page is a sequence of parts in which a
title comes before an abstract and a tail comes behind one; the cheapest sequence is found by dynamic
programming, in time linear in the number of lines. So neighbours decide about an awkward line: one
that looks like a date is a title where an abstract behind it needs a title.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from enum import IntEnum, StrEnum
from typing import NamedTuple

from kgraph.readers.listing_lines import Line
from kgraph.sentences import sentence_spans


class Part(StrEnum):
    """What a run of lines is on the page."""

    TITLE = "title"
    ABSTRACT = "abstract"
    TAIL = "tail"
    FURNITURE = "furniture"
    UNPLACED = "unplaced"


class Run(NamedTuple):
    """Lines that make up one part; an abstract has a line for each of its paragraphs."""

    part: Part
    lines: list[Line]


class _After(IntEnum):
    """What has been read when the next line begins."""

    RECORD = 0
    TITLE = 1
    ABSTRACT = 2
    #: Lines of no known use that stand behind an abstract: its tail may still come.
    ABSTRACT_AND_OTHER = 3


class _Step(NamedTuple):
    price: float
    part: Part
    end: int
    state: _After


class _Tail(NamedTuple):
    """Lines up to `end` that may be a tail; it is whole where it names people and a date."""

    end: int
    price: float
    is_whole: bool


# Prices. Only their relations matter: a usual record costs nothing, an awkward but possible one less
# than leaving out its lines, and leaving out a line less than a record made of what is none.
_MORE_ABSTRACT = 2.5
_WITHOUT_ABSTRACT = 5.8
_WHOLE_TAIL = -2.0
_ORPHAN_TAIL = 3.0
_LATE_TAIL = 1.5
_WITHIN_RECORD = 2.0
_LOOKS_LIKE_DATE = 3.0

_LONGEST_TITLE = 500
_USUAL_TITLE = 150
_SHORT_TEXT = 200
_LONGEST_ORGANISATION = 100
_MOST_TAIL_LINES = 8

_TAIL = re.compile(r"O?D*A?D*T?D*C?")
_SENTENCE_END = re.compile(r"[.!?…。][\"'”’)\]}$]*$")
_ADDRESS_AT_END = re.compile(r"https?://\S+$")
# A word that a title or a name would not write small; letters other than A to Z count as small.
_SMALL_WORD = re.compile(r"\b[^\W\d_A-Z]{2,}\b")
_MARKUP = re.compile(r"(?:#{1,6}|[|>*+-]) |```|@\w+[{(]|</?\w+[\s>/]")
_COMPANY = re.compile(r"\b(?:Inc|Ltd|Corp|Co|LLC|S\.A|e\.V)\.$")


def find_runs(lines: Sequence[Line]) -> list[Run]:
    """Return the parts of which the lines most likely consist, in order, every line in one of them."""
    count = len(lines)
    best = [[math.inf] * len(_After) for _ in range(count + 1)]
    came_by: list[list[tuple[int, _After, Part] | None]] = [[None] * len(_After) for _ in range(count + 1)]
    best[0][_After.RECORD] = 0.0
    for i in range(count):
        for before, step in _steps(lines, i):
            price = best[i][before] + step.price
            if price < best[step.end][step.state]:
                best[step.end][step.state] = price
                came_by[step.end][step.state] = (i, before, step.part)
    # A page cannot end between a title and its abstract.
    state: _After = min((s for s in _After if s != _After.TITLE), key=lambda s: best[count][s])
    runs: list[Run] = []
    end = count
    while (origin := came_by[end][state]) is not None:
        start, state, part = origin
        if part == Part.ABSTRACT and runs and runs[-1].part == Part.ABSTRACT:
            runs[-1].lines[:0] = lines[start:end]
        else:
            runs.append(Run(part, list(lines[start:end])))
        end = start
    return runs[::-1]


def _steps(lines: Sequence[Line], i: int) -> Iterator[tuple[_After, _Step]]:
    """Yield every way to read line `i` (and further lines, where they are a tail), by what was read before."""
    line, end = lines[i], i + 1
    if line.is_furniture:
        yield _After.TITLE, _Step(_WITHIN_RECORD, Part.FURNITURE, end, _After.TITLE)
        for state in (_After.RECORD, _After.ABSTRACT, _After.ABSTRACT_AND_OTHER):
            yield state, _Step(0, Part.FURNITURE, end, _After.RECORD)
        return

    is_page_date = line.kinds == "T" and (i == 0 or lines[i - 1].is_furniture)
    unplaced = 0 if is_page_date else _unplaced_price(line)
    yield _After.RECORD, _Step(unplaced, Part.UNPLACED, end, _After.RECORD)
    yield _After.TITLE, _Step(unplaced + _WITHIN_RECORD, Part.UNPLACED, end, _After.TITLE)
    for state in (_After.ABSTRACT, _After.ABSTRACT_AND_OTHER):
        yield state, _Step(unplaced, Part.UNPLACED, end, _After.ABSTRACT_AND_OTHER)

    title = _title_price(line)
    for state in (_After.RECORD, _After.ABSTRACT, _After.ABSTRACT_AND_OTHER):
        yield state, _Step(title, Part.TITLE, end, _After.TITLE)

    abstract = _abstract_price(line)
    yield _After.TITLE, _Step(abstract, Part.ABSTRACT, end, _After.ABSTRACT)
    yield _After.ABSTRACT, _Step(_more_abstract_price(line, abstract), Part.ABSTRACT, end, _After.ABSTRACT)

    for tail in _tails(lines, i):
        bonus = _WHOLE_TAIL if tail.is_whole else 0
        for state, more in (
            (_After.RECORD, _ORPHAN_TAIL),
            (_After.TITLE, _WITHOUT_ABSTRACT + bonus),
            (_After.ABSTRACT, bonus),
            (_After.ABSTRACT_AND_OTHER, _LATE_TAIL),
        ):
            yield state, _Step(tail.price + more, Part.TAIL, tail.end, _After.RECORD)


def _tails(lines: Sequence[Line], i: int) -> Iterator[_Tail]:
    """Yield every run of lines from line `i` on that may be a tail."""
    kinds, price = lines[i].kinds, 0.0
    if not kinds and i + 1 < len(lines) and lines[i + 1].kinds.startswith("D"):
        kinds, price = "O", _organisation_price(lines[i].text)
    elif kinds.startswith("O"):
        price = _organisation_price(lines[i].organisation)
    end = i + 1
    while kinds and _TAIL.fullmatch(kinds) and end <= i + _MOST_TAIL_LINES:
        names_people = "A" in kinds or "OD" in kinds
        if names_people:
            yield _Tail(end, price, "T" in kinds)
        elif "T" in kinds:
            yield _Tail(end, price + (1 if "D" in kinds else _LOOKS_LIKE_DATE), False)
        if end == len(lines) or not lines[end].kinds:
            return
        kinds += lines[end].kinds
        end += 1


def _organisation_price(name: str) -> float:
    if len(name) > _LONGEST_ORGANISATION:
        return math.inf
    return 3.0 if _SENTENCE_END.search(name) and not _COMPANY.search(name) else 0.5


def _title_price(line: Line) -> float:
    text = line.text
    if len(text) > _LONGEST_TITLE or _MARKUP.match(text):
        return math.inf
    if line.kinds:
        return _LOOKS_LIKE_DATE if set(line.kinds) <= {"T", "C"} else math.inf
    price = max(0, len(text) - _USUAL_TITLE) / 50
    if _is_sentence(text) and not text.endswith(("?", "!")):
        if len(sentence_spans(text)) > 1:
            return math.inf
        price += 5 if _is_prose(text) else 2
    if _goes_on(text):
        price += 3
    if len(text) < 4:
        price += 1
    return price + (3 if _is_list_of_names(text) else 0)


def _abstract_price(line: Line) -> float:
    if line.kinds:
        return 6.0 if set(line.kinds) <= {"T", "C"} else math.inf
    text = line.text
    if _is_sentence(text):
        price = (4 if text.endswith("?") else 2.5) * _shortness(text)
    else:
        price = 0.5 + 8.5 * _shortness(text)
    return price + (3 if _goes_on(text) else 0)


def _more_abstract_price(line: Line, abstract_price: float) -> float:
    """Return the price of a further paragraph; a short one is likelier here than as a whole abstract."""
    price = _MORE_ABSTRACT + abstract_price
    return price - 1.5 * _shortness(line.text) if _is_prose(line.text) else price


def _unplaced_price(line: Line) -> float:
    text = line.text
    if line.kinds or len(text) < 30:
        return 6.0 if _is_prose(text) else 2.0
    if len(text) >= _SHORT_TEXT:
        return min(12, 6 + (len(text) - _SHORT_TEXT) / 50)
    return (6 if _is_prose(text) else 3) if _is_sentence(text) else 2.5 + (len(text) >= 100) / 2


def _shortness(text: str) -> float:
    """Return 0 for a text as long as abstracts are, up to 1 for an empty one."""
    return max(0, _SHORT_TEXT - len(text)) / _SHORT_TEXT


def _is_sentence(text: str) -> bool:
    """Whether the text ends as a sentence does, or in an address as abstracts often do, and is no name."""
    if _ADDRESS_AT_END.search(text[-300:]):
        return True
    return _SENTENCE_END.search(text[-300:]) is not None and _SMALL_WORD.search(text) is not None


def _is_prose(text: str) -> bool:
    """Whether the text is a sentence that states something: no question, no name, no phrase of one word."""
    if not _is_sentence(text) or (text.endswith("?") and len(text) < _SHORT_TEXT):
        return False
    return "://" in text or len(_SMALL_WORD.findall(text[:1000])) >= 2


def _goes_on(text: str) -> bool:
    """Whether the text ends as lines of program code or of wrapped prose do, but no title or abstract."""
    return text.endswith((",", ";", ":", "{"))


def _is_list_of_names(text: str) -> bool:
    """Whether the text lists people: at least two names, each of two to four words with capitals."""
    names = [name.split() for name in text.replace(" and ", ", ").replace(";", ",").split(",") if name.strip()]
    return len(names) >= 2 and all(2 <= len(words) <= 4 and all(word[0].isupper() for word in words) for words in names)
