"""From words to the encoder's inputs: WordPiece ids, letter-case classes and windows.

WordPiece is the greedy longest match of Schuster and Nakajima (2012) over the vocabulary of uncased
BERT, whose casing is given back to the encoder as a class for each word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

_LONGEST_WORD = 100
MAX_PIECES = 512
_OVERLAP = 128
_REMEMBERED_WORDS = 50_000

#: Classes of letter case, by position: none, lower, Title, UPPER, mIxed, digits, digits with letters, one capital.
CASES = 8


@dataclass(frozen=True, slots=True)
class Window:
    """One call of the encoder: pieces of the words `first..last` (end exclusive).

    `ids`, `fields` and `cases` have one number a piece; `heads` has the position of each word's
    first piece.
    """

    first: int
    last: int
    ids: npt.NDArray[np.int64]
    fields: npt.NDArray[np.int64]
    cases: npt.NDArray[np.int64]
    heads: npt.NDArray[np.int64]


class WordPieces:
    """A WordPiece vocabulary that turns words into windows of piece ids."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        """Take the pieces in the order of their ids, as in BERT's `vocab.txt`."""
        self.vocabulary = tuple(vocabulary)
        self._ids = {piece: i for i, piece in enumerate(self.vocabulary)}
        self._unknown, self._begin, self._end = (self._ids[p] for p in ("[UNK]", "[CLS]", "[SEP]"))
        self.pieces = lru_cache(maxsize=_REMEMBERED_WORDS)(self._pieces)

    def _pieces(self, word: str) -> tuple[int, ...]:
        """Return the ids of a word's pieces; a word that the vocabulary cannot spell is one [UNK]."""
        folded = "".join(c for c in unicodedata.normalize("NFD", word.lower()) if unicodedata.category(c) != "Mn")
        if not folded or len(folded) > _LONGEST_WORD:
            return (self._unknown,)
        ids, start = [], 0
        while start < len(folded):
            prefix = "##" if start else ""
            for end in range(len(folded), start, -1):
                found = self._ids.get(prefix + folded[start:end])
                if found is not None:
                    break
            else:
                return (self._unknown,)
            ids.append(found)
            start = end
        return tuple(ids)

    def windows(self, words: Sequence[str], fields: Sequence[int]) -> list[Window]:
        """Return the windows that cover the words; one where they fit, else overlapping ones.

        `fields` has 0 for a word of the title and 1 for one of the abstract. Each window starts with
        [CLS], has [SEP] where the field changes and at its end.
        """
        pieces = [self.pieces(word) for word in words]
        windows, first = [], 0
        while True:
            last, size = first, 3
            while last < len(words) and size + len(pieces[last]) <= MAX_PIECES:
                size += len(pieces[last])
                last += 1
            last = max(last, min(first + 1, len(words)))
            windows.append(self._window(words, pieces, fields, first, last))
            if last >= len(words):
                return windows
            back, size = last, 0
            while back > first + 1 and size < _OVERLAP:
                back -= 1
                size += len(pieces[back])
            first = back

    def _window(
        self, words: Sequence[str], pieces: Sequence[tuple[int, ...]], fields: Sequence[int], first: int, last: int
    ) -> Window:
        field = fields[first] if first < last else 0
        ids, types, cases, heads = [self._begin], [field], [0], []
        for word, word_pieces, word_field in zip(
            words[first:last], pieces[first:last], fields[first:last], strict=True
        ):
            if word_field != field:
                ids.append(self._end)
                cases.append(0)
                types.extend([field] * (len(ids) - len(types)))
                field = word_field
            heads.append(len(ids))
            ids.extend(word_pieces)
            cases.extend([case_class(word)] * len(word_pieces))
        ids.append(self._end)
        cases.append(0)
        types.extend([field] * (len(ids) - len(types)))
        return Window(first, last, *(np.asarray(values, dtype=np.int64) for values in (ids, types, cases, heads)))


@lru_cache(maxsize=_REMEMBERED_WORDS)
def case_class(word: str) -> int:
    """Return the class of a word's letter case and digits, 0..CASES-1."""
    letters = [c for c in word if c.isalpha()]
    if any(c.isdigit() for c in word):
        return 6 if letters else 5
    if not letters:
        return 0
    if all(c.islower() for c in letters):
        return 1
    if all(c.isupper() for c in letters):
        return 7 if len(letters) == 1 else 3
    return 2 if letters[0].isupper() and all(c.islower() for c in letters[1:]) else 4


def merge_windows(windows: Sequence[Window], vectors: Sequence[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """Return one vector a word: where windows overlap, that of the window in which the word stands deeper."""
    if len(windows) == 1:
        return vectors[0][windows[0].heads]
    merged = np.zeros((windows[-1].last, vectors[0].shape[1]), dtype=np.float32)
    for k, (window, rows) in enumerate(zip(windows, vectors, strict=True)):
        first = window.first if k == 0 else (window.first + windows[k - 1].last + 1) // 2
        merged[first : window.last] = rows[window.heads[first - window.first :]]
    return merged
