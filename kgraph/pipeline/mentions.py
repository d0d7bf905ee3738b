"""Component `kgraph_mentions`: the names of methods, tasks, datasets and metrics in the text.

A linear layer scores the tags of each token; Viterbi decoding finds the best sequence that is well
formed; then each name found once is marked wherever it stands again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc

from kgraph.pipeline import annotations
from kgraph.pipeline.weights import Weights
from kgraph.vocabulary import EntityType

Floats = npt.NDArray[np.float32]

#: Tag 0 is "outside"; then, for each type, begin, inside, end, and a name of a single token.
TAGS = ("O", *(f"{part}-{type_}" for type_ in EntityType for part in "BIES"))


def _may_follow() -> npt.NDArray[np.bool_]:
    allowed = np.zeros((len(TAGS), len(TAGS)), dtype=bool)
    for i, left in enumerate(TAGS):
        for j, right in enumerate(TAGS):
            opened = left[0] in "BI"
            allowed[i, j] = (right[0] in "IE" and right[1:] == left[1:]) if opened else right[0] in "OBS"
    return allowed


_FORBIDDEN = np.where(_may_follow(), 0.0, -1e9).astype(np.float32)
_BAD_START = np.array([-1e9 if tag[0] in "IE" else 0.0 for tag in TAGS], dtype=np.float32)
_BAD_END = np.array([-1e9 if tag[0] in "BI" else 0.0 for tag in TAGS], dtype=np.float32)


def tag_spans(tags: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """Yield the (start, end, type) that a well-formed sequence of tags marks, in order."""
    start = 0
    for i, tag in enumerate(tags):
        name = TAGS[tag]
        if name[0] in "BS":
            start = i
        if name[0] in "ES":
            yield start, i + 1, name[2:]


def best_tags(scores: Floats) -> list[int]:
    """Return the well-formed sequence of tags with the highest sum of scores (tokens, TAGS).

    Viterbi (1967); of sequences with the same sum the one with the lowest tag at the last difference.
    """
    if not len(scores):
        return []
    back = np.zeros(scores.shape, dtype=np.int64)
    total = scores[0] + _BAD_START
    for i in range(1, len(scores)):
        paths = total[:, None] + _FORBIDDEN
        back[i] = paths.argmax(axis=0)
        total = paths.max(axis=0) + scores[i]
    tags = [int((total + _BAD_END).argmax())]
    for i in range(len(scores) - 1, 0, -1):
        tags.append(int(back[i, tags[-1]]))
    return tags[::-1]
