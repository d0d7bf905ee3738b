"""How names are found: tags and judged spans are decoded, and names found once are marked again."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.pipeline.annotations import get_mentions, set_vectors
from kgraph.pipeline.assemble import blank_pipeline
from kgraph.pipeline.features import TYPES
from kgraph.pipeline.mentions import (
    TAGS,
    WIDEST,
    Mentions,
    all_spans,
    decode,
    heaviest,
    repeat_names,
    tag_odds,
)
from kgraph.pipeline.tokenizer import make_doc
from kgraph.vocabulary import EntityType

#: Tags and judge count alike.
HALVES = (0.5, 0.5, 0.0)


def logits(*tags: str) -> np.ndarray:
    scores = np.zeros((len(tags), len(TAGS)), dtype=np.float32)
    scores[range(len(tags)), [TAGS.index(t) for t in tags]] = 9
    return scores


def silent(spans: np.ndarray) -> np.ndarray:
    return np.zeros((len(spans), 1 + len(TYPES)), dtype=np.float32)


def test_decoding_reads_the_tags() -> None:
    found = decode(logits("O", "B-Method", "E-Method", "S-Metric"), silent, HALVES)
    assert [m[:3] for m in found] == [(1, 3, "Method"), (3, 4, "Metric")]
    assert all(0.9 < m[3] <= 1 for m in found)
    assert decode(logits("O", "O"), silent, HALVES) == []
    assert decode(logits(), silent, HALVES) == []


def test_the_judge_of_spans_can_overrule_the_tags() -> None:
    def judge(spans: np.ndarray) -> np.ndarray:
        whole = (spans == (0, 3)).all(axis=1)
        return np.where(whole, 12, 0)[:, None] * np.eye(1 + len(TYPES))[1 + TYPES.index(EntityType.TASK)]

    scores = logits("S-Method", "O", "S-Task")
    assert [m[:3] for m in decode(scores, silent, HALVES)] == [(0, 1, "Method"), (2, 3, "Task")]
    scores[0, TAGS.index("B-Task")] = scores[2, TAGS.index("E-Task")] = scores[1, TAGS.index("I-Task")] = 8
    assert [m[:3] for m in decode(scores, judge, HALVES)] == [(0, 3, "Task")]
    assert [m[:3] for m in decode(scores, judge, (1.0, 0.0, 0.0))] == [(0, 1, "Method"), (2, 3, "Task")]


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_the_spans_chosen_do_not_overlap_and_none_other_weigh_more(seed: int, words: int) -> None:
    spans = all_spans(words)
    weights = np.random.default_rng(seed).normal(size=len(spans))
    apart = [
        (weights[list(some)].sum(), list(some))
        for count in range(words + 1)
        for some in itertools.combinations(range(len(spans)), count)
        if all(spans[a][1] <= spans[b][0] or spans[b][1] <= spans[a][0] for a, b in itertools.combinations(some, 2))
    ]
    best, positions = max(apart)
    assert sorted(heaviest(spans, weights)) == positions
    assert weights[positions].sum() == pytest.approx(best)


@given(st.integers(0, 2**32 - 1), st.integers(1, 14))
def test_the_log_odds_of_a_span_are_those_of_its_tags(seed: int, words: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(words, len(TAGS))).astype(np.float32)
    odds = tag_odds(scores)
    for row, (start, end) in zip(odds, all_spans(words), strict=True):
        parts = "S" if end - start == 1 else "B" + "I" * (end - start - 2) + "E"
        tags = [TAGS.index(f"{part}-{EntityType.DATASET}") for part in parts]
        wanted = sum(scores[i, tag] - scores[i, 0] for i, tag in enumerate(tags, start))
        assert row[TYPES.index(EntityType.DATASET)] == pytest.approx(wanted, abs=1e-4)


def test_a_name_found_once_is_marked_wherever_it_stands_again_longest_first() -> None:
    words = ["Foo", "Bar", "beats", "Foo", ".", "Foo", "Bar", "wins", "."]
    found = repeat_names([(0, 2, "Method", 0.9), (3, 4, "Task", 0.5)], words)
    assert [m[:3] for m in found] == [(0, 2, "Method"), (3, 4, "Task"), (5, 7, "Method")]


def test_a_web_address_has_names_of_the_text_alone() -> None:
    everything = Mentions()
    everything.weights.update(
        {
            "mentions.weight": np.zeros((len(TAGS), 2), dtype=np.float32),
            "mentions.bias": (np.array(TAGS) == "S-Method").astype(np.float32) * 5,
            "mixing": np.array([1, 0, 0], dtype=np.float32),
            "spans.inner.weight": np.zeros((1, 10), dtype=np.float32),
            "spans.inner.bias": np.zeros(1, dtype=np.float32),
            "spans.width": np.zeros((WIDEST + 1, 1), dtype=np.float32),
            "spans.outer.weight": np.zeros((1 + len(TYPES), 1), dtype=np.float32),
            "spans.outer.bias": np.zeros(1 + len(TYPES), dtype=np.float32),
        }
    )
    addresses = "\\href{https://x.org/me/foonet}{see} www.x.org/FooNet-code or x.github.io/bar and/or baz/qux.ai"
    doc = make_doc(blank_pipeline(), "", f"FooNet, {addresses}")
    set_vectors(doc, np.zeros((len(doc), 2), dtype=np.float32))
    found = [doc[start:end].text for start, end, *_ in get_mentions(everything(doc))]
    words = [w for w in found if w.isalpha()]
    assert words == ["FooNet", "href", "see", "FooNet", "or", "and", "or", "baz", "qux", "ai"]
