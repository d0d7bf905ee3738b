"""Scores of extractions against annotated papers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from examples import entity, extraction, paper

from kgraph.annotated import AnnotatedPaper, name_spans, occurrences, read_annotated
from kgraph.errors import InputError
from kgraph.evaluate import evaluate
from kgraph.model import Extraction

PAPER = paper("Foo parses", "Foo, or Fast Observer, beats Bar on Quux. Its accuracy is high.")
RECORD = {
    "id": "p1",
    "title": PAPER.title,
    "abstract": PAPER.abstract,
    "entities": [
        {"type": "Method", "role": "introduced", "names": ["Foo", "Fast Observer"]},
        {"type": "Method", "role": "compared", "names": ["Bar"]},
        {"type": "Dataset", "role": "used", "names": ["Quux"]},
        {"type": "Metric", "role": "used", "names": ["accuracy"]},
    ],
    "relations": [["Foo", "comparedWith", "Bar"], ["Fast Observer", "evaluatedOn", "Quux"]],
}


@pytest.fixture
def gold(tmp_path: Path) -> list[AnnotatedPaper]:
    (tmp_path / "gold.jsonl").write_text(json.dumps(RECORD) + "\n\n", encoding="utf-8")
    return read_annotated(tmp_path / "gold.jsonl")


def test_names_are_found_as_whole_words_longest_first_without_overlap() -> None:
    assert list(occurrences("GAN", "GANs, GAN and a GAN-GAN")) == [(6, 9), (16, 19), (20, 23)]
    short, long = name_spans([["LLM"], ["LLM agents"]], "", "LLM agents use an LLM")
    assert [(s.start, s.end) for s in short] == [(18, 21)]
    assert [(s.start, s.end) for s in long] == [(0, 10)]


def test_the_annotation_itself_scores_one_everywhere(gold: list[AnnotatedPaper]) -> None:
    right = extraction(
        PAPER,
        entity(PAPER, "Method", "title:Foo", "Foo", "Fast Observer", role="introduced"),
        entity(PAPER, "Method", "Bar", role="compared"),
        entity(PAPER, "Dataset", "Quux"),
        entity(PAPER, "Metric", "accuracy"),
        relations=((1, "comparedWith", 0), (0, "evaluatedOn", 2)),
    )
    figures = evaluate(gold, {"p1": right}).figures()
    assert figures["mention"]["all"] == {"p": 1.0, "r": 1.0, "f1": 1.0, "gold": 6}
    for name in ("overlap", "entity", "alias", "introduced", "relation"):
        assert figures[name]["f1"] == 1.0
    assert figures["role"] == 1.0


def test_each_kind_of_mistake_is_counted_where_it_belongs(gold: list[AnnotatedPaper]) -> None:
    found = extraction(
        PAPER,
        entity(PAPER, "Method", "title:Foo", "Foo", role="used"),  # wrong role, an alias missed
        entity(PAPER, "Task", "Bar"),  # wrong type
        entity(PAPER, "Dataset", "on Quux"),  # wrong start
        relations=((0, "evaluatedOn", 2),),  # so the tail is no annotated entity
    )
    figures = evaluate(gold, {"p1": found}).figures()
    assert figures["mention"]["all"] == {"p": 0.5, "r": 0.3333, "f1": 0.4, "gold": 6}
    assert figures["mention"]["untyped"]["r"] == 0.5
    assert figures["overlap"]["p"] == 0.75
    assert figures["entity"] == {"p": 0.3333, "r": 0.25, "f1": 0.2857, "gold": 4}
    assert figures["introduced"]["f1"] == figures["relation"]["f1"] == figures["alias"]["f1"] == figures["role"] == 0.0


def test_a_paper_that_was_not_extracted_counts_as_found_nothing(gold: list[AnnotatedPaper]) -> None:
    none: dict[str, Extraction] = {}
    evaluation = evaluate(gold, none)
    assert evaluation.figures()["mention"]["all"]["r"] == 0.0
    assert "missed Method     2  Foo" in evaluation.report(errors=3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"gold\.jsonl:2: no JSON"),
        ('{"id": 1}', r"gold\.jsonl:2: no annotated record"),
        (json.dumps(RECORD | {"relations": [["Foo", "usedFor", "Nix"]]}), r"gold\.jsonl:2: no annotated record"),
    ],
)
def test_a_broken_annotated_record_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "gold.jsonl").write_text(json.dumps(RECORD) + "\n" + text + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_annotated(tmp_path / "gold.jsonl")
