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
    n = min(len(entities), MOST_ENTITIES)
    index = [(h, t) for h in range(n) for t in range(n) if h != t and ALLOWED[types[h], types[t]].any()]
    features = np.zeros((len(index), PAIR_FEATURES), dtype=np.float32)
    between = np.zeros((len(index), 2), dtype=np.int64)
    sentences = [{int(layout.sentence[s]) for s, _ in spans} for spans in entities]
    in_title = [any(s < layout.title_tokens for s, _ in spans) for spans in entities]
    first = [spans[0][0] for spans in entities]
    for k, (h, t) in enumerate(index):
        gap, start, end, head_first = _closest(entities[h], entities[t])
        between[k] = start, min(end, start + _LONGEST_BETWEEN)
        row = features[k]
        row[types[h]] = 1
        row[len(TYPES) + types[t]] = 1
        base = 2 * len(TYPES)
        row[base + sum(gap > d for d in _DISTANCES)] = 1
        rest = row[base + len(_DISTANCES) + 1 :]
        shared = len(sentences[h] & sentences[t])
        rest[0] = head_first
        rest[1] = shared > 0
        rest[2] = shared / 4
        rest[3] = in_title[h]
        rest[4] = in_title[t]
        rest[5] = in_title[h] and in_title[t]
        rest[6] = np.log1p(len(entities[h]))
        rest[7] = np.log1p(len(entities[t]))
        rest[8] = first[h] < first[t]
        rest[9] = first[h] / max(1, layout.tokens)
        rest[10] = first[t] / max(1, layout.tokens)
        rest[11] = min(abs(a - b) for a in sentences[h] for b in sentences[t]) / 4
    pairs = np.asarray(index, dtype=np.int64).reshape(-1, 2)
    type_array = np.asarray(types, dtype=np.int64)
    return Pairs(pairs, features, between, ALLOWED[type_array[pairs[:, 0]], type_array[pairs[:, 1]]])


def _closest(head: Spans, tail: Spans) -> tuple[int, int, int, bool]:
    """Return (gap, start, end, head first?) of the two mentions with the fewest tokens between."""
    best = (10**9, 0, 0, True)
    for a, b in head:
        for c, d in tail:
            candidate = (c - b, b, c, True) if a <= c else (a - d, d, a, False)
            if candidate[0] < best[0]:
                best = candidate
    gap, start, end, head_first = best
    return max(0, gap), start, max(start, end), head_first
