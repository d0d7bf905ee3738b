"""What roles and relations are judged by beside the encoder's vectors: place, order, distance, type.

Training and the pipeline share these functions, so that both see the same numbers. All offsets are
tokens of the Doc, end exclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kgraph.vocabulary import SIGNATURES, EntityType, RelationType

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Spans = Sequence[tuple[int, int]]

TYPES = tuple(EntityType)
RELATIONS = tuple(RelationType)

#: Only this many entities, in order of first mention, take part in relations: an abstract has 8 to
#: 16, and the number of pairs grows with the square.
MOST_ENTITIES = 64

_LONGEST_BETWEEN = 40
_DISTANCES = (0, 2, 5, 10, 20, 40)
_FAR = 10**9

#: `ALLOWED[head type, tail type, relation]`: the guidelines' domains and ranges.
ALLOWED = np.array([[[(h, t) in SIGNATURES[r] for r in RELATIONS] for t in TYPES] for h in TYPES])


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a Doc: number of tokens, tokens of the title, each token's sentence."""

    tokens: int
    title_tokens: int
    sentence: Ints
    colon: int
    """Position of the first colon or dash of the title, -1 where it has none."""


ROLE_FEATURES = len(TYPES) + 9


def role_features(layout: Layout, entities: Sequence[Spans], types: Sequence[int]) -> Floats:
    """Return one row of ROLE_FEATURES numbers an entity."""
    rows = np.zeros((len(entities), ROLE_FEATURES), dtype=np.float32)
    body = max(1, layout.tokens - layout.title_tokens)
    last_sentence = max(1, int(layout.sentence[-1])) if len(layout.sentence) else 1
    for row, spans, type_ in zip(rows, entities, types, strict=True):
        row[type_] = 1
        rest = row[len(TYPES) :]
        in_abstract = [s for s in spans if s[0] >= layout.title_tokens]
        in_title = [s for s in spans if s[0] < layout.title_tokens]
        rest[0] = bool(in_title)
        rest[1] = any(e <= layout.colon for _, e in in_title)
        rest[2] = any(s == 0 for s, _ in in_title)
        rest[3] = not in_abstract
        if in_abstract:
            rest[4] = (in_abstract[0][0] - layout.title_tokens) / body
            rest[5] = (in_abstract[-1][0] - layout.title_tokens) / body
            rest[6] = layout.sentence[in_abstract[0][0]] / last_sentence
        rest[7] = np.log1p(len(spans))
        rest[8] = len({int(layout.sentence[s]) for s, _ in spans}) / 4
    return rows


PAIR_FEATURES = 2 * len(TYPES) + len(_DISTANCES) + 1 + 12


@dataclass(frozen=True, slots=True)
class Pairs:
    """The ordered pairs of entities that some relation may join.

    `index` is (pairs, 2), head and tail; `features` (pairs, PAIR_FEATURES); `between` (pairs, 2) the
    tokens between their two closest mentions, empty where they touch; `allowed` (pairs, relations).
    """

    index: Ints
    features: Floats
    between: Ints
    allowed: npt.NDArray[np.bool_]


def entity_pairs(layout: Layout, entities: Sequence[Spans], types: Sequence[int]) -> Pairs:
    """Return the pairs in order of head, then tail."""
    entities = entities[:MOST_ENTITIES]
    type_ = np.asarray(types[:MOST_ENTITIES], dtype=np.int64)
    allowed = ALLOWED[type_[:, None], type_] & ~np.eye(len(entities), dtype=bool)[:, :, None]
    index = np.argwhere(allowed.any(axis=2))
    head, tail = index.T
    gap, start, head_first, sentences_apart = _closest(layout, entities)[:, head, tail]
    in_sentence = np.zeros((len(entities), int(layout.sentence.max(initial=0)) + 1), dtype=np.int64)
    for row, spans in zip(in_sentence, entities, strict=True):
        row[layout.sentence[[s for s, _ in spans]]] = 1
    shared = (in_sentence @ in_sentence.T)[head, tail]
    in_title = np.asarray([any(s < layout.title_tokens for s, _ in spans) for spans in entities], dtype=bool)
    frequency = np.log1p([len(spans) for spans in entities])
    first = np.asarray([spans[0][0] for spans in entities], dtype=np.int64)
    place = first / max(1, layout.tokens)
    features = np.column_stack(
        [
            np.eye(len(TYPES))[type_[head]],
            np.eye(len(TYPES))[type_[tail]],
            np.eye(len(_DISTANCES) + 1)[np.searchsorted(_DISTANCES, gap)],
            head_first,
            shared > 0,
            shared / 4,
            in_title[head],
            in_title[tail],
            in_title[head] & in_title[tail],
            frequency[head],
            frequency[tail],
            first[head] < first[tail],
            place[head],
            place[tail],
            sentences_apart / 4,
        ]
    ).astype(np.float32)
    between = np.column_stack([start, start + np.minimum(gap, _LONGEST_BETWEEN)])
    return Pairs(index, features, between, allowed[head, tail])


def _closest(layout: Layout, entities: Sequence[Spans]) -> Ints:
    """Return (4, entities, entities): how close each head and tail come to each other.

    The fewest tokens between a mention of each; the first of these tokens; 1 where the head's mention is the one
    before them, else 0; and the fewest sentences from a mention of one to a mention of the other.
    """
    n = len(entities)
    gap, first, head_first, apart = closest = [[[_FAR] * n for _ in range(n)] for _ in range(4)]
    last: dict[int, tuple[int, int]] = {}
    for start, end, right in sorted((s, e, i) for i, spans in enumerate(entities) for s, e in spans):
        sentence = int(layout.sentence[start])
        for left, (left_end, left_sentence) in last.items():
            tokens, sentences = max(0, start - left_end), sentence - left_sentence
            if tokens < gap[left][right]:
                gap[left][right] = gap[right][left] = tokens
                first[left][right] = first[right][left] = left_end
                head_first[left][right], head_first[right][left] = 1, 0
            if sentences < apart[left][right]:
                apart[left][right] = apart[right][left] = sentences
        last[right] = end, sentence
    return np.asarray(closest, dtype=np.int64).reshape(4, n, n)
