"""What each line of a listing page looks like by itself: page furniture, part of a tail, or text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from kgraph.readers.dates import WRITTEN_DATE

_INBOX = r"(?:new)?Get trending papers in your email inbox(?: once a day)?!"
_PHRASE = rf"(?:{_INBOX}|Subscribe|Daily Papers|by ?AK and the research community)"
_FURNITURE = re.compile(rf"new|{_PHRASE}", re.IGNORECASE)
# Copying glues furniture to what stands beside it on the page ("SubscribeA Title"). What goes on like
# a word or a sentence is a title of its own ("Subscriber Models", "Daily Papers: A Corpus").
_GLUED_BEFORE = re.compile(rf"{_PHRASE}(?!(?:r|rs|d|s)\b)(?=[^\s\-:;,.!?)'’])")
_GLUED_AFTER = re.compile(rf"(?<=\S){_INBOX}$")
_PAGE_START = re.compile(_INBOX)
# A byte-order mark may stand within a text where files were put together.
_BLANK = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + "\ufeff\u200b"

_PIECE = re.compile(
    r"\s*(?:(?P<A>[•∙●]?\s*\d+\s+authors?\b)"
    rf"|(?P<T>{WRITTEN_DATE})"
    r"|(?P<C>(?P<count>\d{1,3}(?:,\d{3})+|\d{1,7})(?:\s+upvotes?)?(?![\w,.]))"
    r"|(?P<D>[·•∙●⋅]))"
)
_DOT = re.compile("[·•∙●⋅]")
_LONGEST_TAIL = 160
_MOST_PIECES = 8
_MOST_DOTS = 3


class Piece(NamedTuple):
    """One part of a tail: kind "A" (so many authors), "D" (the dot between), "T" (date) or "C" (upvotes)."""

    kind: str
    match: re.Match[str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its number from 1, and its text, which is `page[start:end]`.

    `pieces` are the parts of a tail of which the line consists, empty where it is anything else.
    An organisation may stand before them on the same line.
    """

    number: int
    start: int
    end: int
    text: str
    is_furniture: bool
    organisation: str
    pieces: tuple[Piece, ...]

    @property
    def kinds(self) -> str:
        """The kinds of the line's tail pieces, in order, with "O" for an organisation before them."""
        return ("O" if self.organisation else "") + "".join(piece.kind for piece in self.pieces)


def split_lines(page: str) -> list[Line]:
    """Return the lines of a page that are not blank, without white space and glued furniture at their ends."""
    spans = list(_spans(page))
    lines: list[Line] = []
    for i, (number, *ends) in enumerate(spans):
        is_first = not lines or lines[-1].is_furniture
        is_last = i + 1 < len(spans) and _PAGE_START.match(page, spans[i + 1][1]) is not None
        start, end = _unglued(page, ends[0], ends[1], is_first, is_last)
        text = page[start:end]
        organisation, pieces = _tail_pieces(text)
        is_furniture = _FURNITURE.fullmatch(text) is not None
        lines.append(Line(number, start, end, text, is_furniture, organisation, pieces))
    return lines


def _unglued(page: str, start: int, end: int, is_first: bool, is_last: bool) -> tuple[int, int]:
    """Return start and end of a line without furniture glued to them; of the first or the last line of a page, more."""
    while is_first and (match := _GLUED_BEFORE.match(page, start, end)):
        start = match.end()
    if match := _GLUED_AFTER.search(page, max(start, end - 60), end):
        end = match.start()
    if is_last and page.endswith("new", start + 1, end):
        end -= len("new")
    return start, end


def _spans(page: str) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and end of every line that is not blank, without the white space around it."""
    offset = 0
    for number, line in enumerate(page.split("\n"), start=1):
        start = len(line) - len(line.lstrip(_BLANK))
        if start < len(line):
            yield number, offset + start, offset + len(line.rstrip(_BLANK))
        offset += len(line) + 1


def _tail_pieces(text: str) -> tuple[str, tuple[Piece, ...]]:
    """Return the organisation and the pieces of a tail of which a text consists; "" and () if of none."""
    if len(text) > _LONGEST_TAIL:
        return "", ()
    pieces = _scan(text, 0)
    if pieces:
        return "", pieces
    for dot in islice(_DOT.finditer(text, 1), _MOST_DOTS):
        pieces = _scan(text, dot.start())
        # A dot that ends the line, or a date after it: any less might be a product in an abstract.
        if len(pieces) == 1 or any(piece.kind == "T" for piece in pieces):
            return text[: dot.start()].strip(_BLANK + "•∙●"), pieces
    return "", ()


def _scan(text: str, at: int) -> tuple[Piece, ...]:
    """Return the pieces of a tail into which all of the text from `at` can be cut; () if it cannot."""
    pieces: list[Piece] = []
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None or len(pieces) == _MOST_PIECES:
            return ()
        pieces.append(Piece(str(match.lastgroup), match))
        at = match.end()
    return tuple(pieces)
