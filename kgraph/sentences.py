"""Where sentences begin and end in a title or an abstract: rules, no model.

Abstracts are short, edited prose, so a few rules on full stops go a long way; what defeats a naive
splitter there are abbreviations ("et al.", "i.e.", "w.r.t."), initials and decimal numbers.
"""

from __future__ import annotations

import re

_END = re.compile(r"[.!?]+[\"'”’)\]}]*(?=\s)|\n\s*\n")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[{~])(?:et al|i\.e|e\.g|cf|vs|etc|resp|approx|w\.r\.t|a\.k\.a|i\.i\.d|s\.t|viz|fig|figs|eq|eqs|sec|secs"
    r"|no|nos|vol|dr|prof|mr|mrs|ms|st|jr|inc|ltd|dept|univ|ca|[A-Z])\.$",
    re.IGNORECASE,
)
#: Abbreviations that end a sentence when a capital letter follows; after the others a name may follow.
_MAY_END = re.compile(r"(?:^|[\s(])(?:etc|inc|ltd|jr)\.$", re.IGNORECASE)
_LOOK_BACK = 24


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of every sentence, in order, without the white space around it.

    The spans do not overlap, and together they hold every character that is not white space.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        if match.group()[0] == "." and not _ends_sentence(text, match.start() + 1, end):
            continue
        _append(spans, text, start, end)
        start = end
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        first = start + len(piece) - len(piece.lstrip())
        spans.append((first, first + len(stripped)))


def _ends_sentence(text: str, stop: int, end: int) -> bool:
    """Whether the full stop just before `stop` ends a sentence; `end` is where white space begins."""
    following = text[end : end + 8].lstrip()
    before = text[max(0, stop - _LOOK_BACK) : stop]
    if not following or "\n\n" in text[end : end + 8]:
        return True
    if following[0].islower():
        # A lower-case start is a new sentence only when it is a name such as "x2vec" or "iPhone".
        first = following.split()[0]
        return not _ABBREVIATION.search(before) and first.lower() != first
    if _ABBREVIATION.search(before):
        return bool(_MAY_END.search(before)) and following[0].isupper()
    return True
