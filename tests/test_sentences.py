"""Sentences, and the evidence that is made of them."""

from __future__ import annotations

import itertools

import examples
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.evidence import Sentences, entity_sentence, relation_evidence
from kgraph.sentences import sentence_spans


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["We follow Doe et al. (2019) here.", "It works."],
        ["GPT-3.5 scores 71.2 points.", "That is more."],
        ["Errors, e.g. typos, and noise, i.e. the rest, stay.", "See Fig. 3 for both."],
        ["Is it so?", "It is!", "Good."],
        ["It ran on iOS.", "Android came later."],
        ['They said "enough."', "Then they left."],
        ["Code is at https://example.org/a.b.c and runs."],
        ["It beats A, B, etc. by far."],
        ["It beats A, B, etc.", "Unlike C, it is free."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


@given(st.text(alphabet="aB. !?\n\"'()1", max_size=200))
def test_sentences_never_overlap_and_lose_nothing(text: str) -> None:
    spans = sentence_spans(text)
    assert all(a < b for a, b in spans)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
    assert "".join("".join(split(text)).split()) == "".join(text.split())


PAPER = examples.paper(
    "Foo: bar translation",
    "Baz is old. We present Foo. It is made of Qux. In tests on Quux, Foo beats Baz.",
)


def test_evidence_is_the_shortest_run_of_whole_sentences() -> None:
    foo, baz = examples.entity(PAPER, "Method", "Foo"), examples.entity(PAPER, "Method", "Baz")
    both = examples.entity(PAPER, "Method", "Foo")
    late = examples.Mention("abstract", *_place("Foo", 1), "Foo")
    both = examples.Entity(both.type, both.role, (*foo.mentions, late))
    baz_late = examples.Mention("abstract", *_place("Baz", 1), "Baz")
    baz = examples.Entity(baz.type, baz.role, (*baz.mentions, baz_late))
    (found,) = relation_evidence(Sentences.of(PAPER), both, baz)
    assert PAPER.abstract[found.start : found.end] == "In tests on Quux, Foo beats Baz."


def test_evidence_reaches_over_sentences_where_it_must() -> None:
    foo, qux = examples.entity(PAPER, "Method", "Foo"), examples.entity(PAPER, "Method", "Qux")
    (found,) = relation_evidence(Sentences.of(PAPER), foo, qux)
    assert PAPER.abstract[found.start : found.end] == "We present Foo. It is made of Qux."


def test_ends_without_a_common_field_have_one_sentence_each() -> None:
    task, quux = examples.entity(PAPER, "Task", "title:bar translation"), examples.entity(PAPER, "Dataset", "Quux")
    found = relation_evidence(Sentences.of(PAPER), quux, task)
    assert [s.field for s in found] == ["title", "abstract"]


def test_an_entity_is_shown_by_its_first_sentence_of_the_abstract() -> None:
    foo = examples.entity(PAPER, "Method", "title:Foo", "Foo")
    found = entity_sentence(Sentences.of(PAPER), foo)
    assert PAPER.abstract[found.start : found.end] == "We present Foo."


def _place(text: str, nth: int) -> tuple[int, int]:
    found = examples.span(PAPER, text, nth=nth)
    return found.start, found.end
