"""Acronyms and the long forms that define them, after Schwartz and Hearst (2003)."""

from __future__ import annotations

import re
from functools import lru_cache

_ACRONYM = re.compile(r"[A-Za-z0-9][A-Za-z0-9.&/-]{0,14}")
_PLURAL = re.compile(r"(?<=[A-Z0-9])s$")


def singular(acronym: str) -> str:
    """Return the acronym without the small s of its plural: "LLMs" gives "LLM"."""
    return _PLURAL.sub("", acronym)


@lru_cache(maxsize=100_000)
def looks_like_acronym(name: str) -> bool:
    """Whether the name is short, of one word, and has at least two capitals or digits."""
    return bool(_ACRONYM.fullmatch(name)) and sum(c.isupper() or c.isdigit() for c in singular(name)) >= 2


def defines(long: str, short: str) -> bool:
    """Whether `long` can be the long form of the acronym `short`.

    Read from the right, every letter and digit of the acronym must be found in the long form in
    order, its first one at the start of the long form's first word; the long form has at least two
    words, is longer by half, and has no more words than the paper allows (Schwartz and Hearst 2003).
    """
    if not looks_like_acronym(short):
        return False
    letters = [c for c in singular(short).casefold() if c.isalnum()]
    words = re.findall(r"[^\W_]+", long)
    if len(letters) < 2 or not words:
        return False
    if len(words) < 2 or len(words) > min(len(letters) + 5, 2 * len(letters)) or len(long) <= len(short) * 1.5:
        return False
    text = " ".join(words).casefold()
    place = len(text)
    for i in range(len(letters) - 1, -1, -1):
        place -= 1
        while place >= 0 and (text[place] != letters[i] or (i == 0 and place > 0)):
            place -= 1
        if place < 0:
            return False
    return place == 0
