"""What two names of one text are judged by when asked whether they mean one thing: letters, words, place.

Training and the pipeline share these functions, so that both see the same numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kgraph.acronyms import defines, looks_like_acronym, singular
from kgraph.names import name_key
from kgraph.pipeline.features import TYPES, Layout, Spans
from kgraph.pipeline.weights import Floats

_WORD = re.compile(r"[^\W_]+")
_STEM = 5
#: Signs that may stand between two names of one thing.
_LINKS = ("(", ":", ",")

ALIAS_FEATURES = len(TYPES) + len(_LINKS) + 17


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a text: its spelling, its type and the (start, end) tokens where it stands, in order."""

    text: str
    type: int
    spans: Spans


@dataclass(frozen=True, slots=True)
class _Compared:
    """What the comparisons need of one name."""

    type: int
    text: str
    acronym: bool
    letters: str
    words: tuple[str, ...]
    stems: frozenset[str]
    trigrams: frozenset[str]
    starts: frozenset[int]
    before: dict[str, frozenset[int]]
    """By sign of _LINKS: the tokens that follow a mention and this sign."""
    sentences: frozenset[int]
    in_title: bool

    @classmethod
    def of(cls, name: Name, layout: Layout, tokens: Sequence[str]) -> _Compared:
        words = tuple(_WORD.findall(name_key(name.text)))
        padded = f" {' '.join(words)} "
        ends = [end for _, end in name.spans if end < len(tokens)]
        return cls(
            name.type,
            name.text.replace(" - ", "-"),
            looks_like_acronym(name.text.replace(" ", "")),
            "".join(c for c in singular(name.text).casefold() if c.isalnum()),
            words,
            frozenset(w[:_STEM] for w in words),
            frozenset(padded[i : i + 3] for i in range(len(padded) - 2)),
            frozenset(start for start, _ in name.spans),
            {sign: frozenset(end + 1 for end in ends if tokens[end] == sign) for sign in _LINKS},
            frozenset(int(layout.sentence[start]) for start, _ in name.spans),
            any(start < layout.title_tokens for start, _ in name.spans),
        )


@dataclass(frozen=True, slots=True)
class NamePairs:
    """The pairs of names of one type, lower position first: `index` (pairs, 2), `features` (pairs, ALIAS_FEATURES)."""

    index: npt.NDArray[np.int64]
    features: Floats


def name_pairs(layout: Layout, names: Sequence[Name], tokens: Sequence[str]) -> NamePairs:
    """Return the pairs in order; `tokens` are the texts of all tokens."""
    read = [_Compared.of(name, layout, tokens) for name in names]
    index = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names)) if names[i].type == names[j].type]
    return NamePairs(
        np.asarray(index, dtype=np.int64).reshape(-1, 2),
        np.asarray([_features(read[i], read[j]) for i, j in index], dtype=np.float32).reshape(-1, ALIAS_FEATURES),
    )


def _features(a: _Compared, b: _Compared) -> list[float]:
    short, long = (a, b) if len(a.letters) <= len(b.letters) else (b, a)
    defined = defines(long.text, short.text.replace(" ", ""))
    link = next((sign for sign in _LINKS if a.before[sign] & b.starts or b.before[sign] & a.starts), "")
    shared, trigrams = len(a.stems & b.stems), len(a.trigrams & b.trigrams)
    return [
        *(float(a.type == t) for t in range(len(TYPES))),
        *(float(link == sign) for sign in _LINKS),
        defined,
        defined and link == "(",
        a.acronym + b.acronym == 1,
        a.acronym and b.acronym,
        _spelled(short.letters, long.words) if short.acronym else 0.0,
        _abbreviates(short.words, long.words),
        shared / max(1, len(a.stems | b.stems)),
        shared / max(1, min(len(a.stems), len(b.stems))),
        2 * trigrams / max(1, len(a.trigrams) + len(b.trigrams)),
        short.words[-1:] == long.words[-1:],
        short.words[:1] == long.words[:1],
        len(short.letters) >= 3 and short.letters in long.letters,
        min(3, len(long.words) - len(short.words)) / 3,
        a.in_title and b.in_title,
        a.in_title or b.in_title,
        min(4, *(abs(s - t) for s in a.sentences for t in b.sentences)) / 4,
        min(len(a.starts), len(b.starts)) / 4,
    ]


def _spelled(acronym: str, words: Sequence[str]) -> float:
    """Return the share of the acronym's letters that begin words, in order."""
    place = 0
    for word in words:
        if place < len(acronym) and word[0] == acronym[place]:
            place += 1
    return place / max(1, len(acronym))


def _abbreviates(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether one name is the other with runs of words as initials: "llm agent" and "large language model agent"."""
    few, many = (one, two) if len(one) <= len(two) else (two, one)
    i = 0
    for k, word in enumerate(few):
        if i < len(many) and word[:_STEM] == many[i][:_STEM]:
            i += 1
            continue
        run = len(many) - (len(few) - k - 1) - i
        if run < 2 or "".join(w[0] for w in many[i : i + run]) != word:
            return False
        i += run
    return i == len(many) and len(few) < len(many)
