"""Whether a text looks English: the pipeline has learned from English abstracts alone."""

from __future__ import annotations

import re
import unicodedata

#: Common words of English that common words of its neighbours are not ("die", "in", "on", "as", "me" are).
_COMMON_WORDS = (
    "the of and to is that for we with are this by be which from it or our can has have not these their its at using"
    " such than both into been while between each where also how based through however they more"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_FEWEST_WORDS = 15
_LEAST_COMMON = 0.08


def looks_english(text: str) -> bool:
    """Whether the text is in Latin letters, mostly, and has English words among its common ones.

    A text of fewer than 15 words is judged by its letters alone; one without letters looks English.
    """
    words = _WORD.findall(text)
    letters = "".join(words)
    others = sum(not unicodedata.name(c, "").startswith("LATIN") for c in _NOT_ASCII.findall(letters))
    if 2 * others > len(letters):
        return False
    common = sum(word.lower() in _COMMON for word in words)
    return len(words) < _FEWEST_WORDS or common >= _LEAST_COMMON * len(words)
