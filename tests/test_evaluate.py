"""Scores of extractions against annotated papers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from examples import entity, extraction, paper
from hypothesis import given
from hypothesis import strategies as st

from kgraph.annotated import AnnotatedPaper, name_spans, occurrences, read_annotated
from kgraph.cli import main
from kgraph.errors import InputError
from kgraph.evaluate import evaluate, report
from kgraph.evaluate.mentions import Kind, Outcome, outcomes
from kgraph.evaluate.reliability import calibration_error, reliability
from kgraph.model import Extraction
from kgraph.records import dump_line

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


RIGHT = extraction(
    PAPER,
    entity(PAPER, "Method", "title:Foo", "Foo", "Fast Observer", role="introduced"),
    entity(PAPER, "Method", "Bar", role="compared"),
    entity(PAPER, "Dataset", "Quux"),
    entity(PAPER, "Metric", "accuracy"),
    relations=((1, "comparedWith", 0), (0, "evaluatedOn", 2)),
)
MISTAKEN = extraction(
    PAPER,
    entity(PAPER, "Method", "title:Foo", "Foo", role="used"),  # wrong role, an alias missed
    entity(PAPER, "Task", "Bar"),  # wrong type
    entity(PAPER, "Dataset", "on Quux"),  # wrong start
    relations=((0, "evaluatedOn", 2),),  # so the tail is no annotated entity
)


def test_the_annotation_itself_scores_one_everywhere(gold: list[AnnotatedPaper]) -> None:
    figures = evaluate(gold, {"p1": RIGHT}).figures()
    assert figures["mention"]["all"] == {"p": 1.0, "r": 1.0, "f1": 1.0, "gold": 6}
    for name in ("overlap", "entity", "alias", "introduced", "relation"):
        assert figures[name]["f1"] == 1.0
    assert figures["role"] == 1.0


def test_each_kind_of_mistake_is_counted_where_it_belongs(gold: list[AnnotatedPaper]) -> None:
    figures = evaluate(gold, {"p1": MISTAKEN}).figures()
    assert figures["mention"]["all"] == {"p": 0.5, "r": 0.3333, "f1": 0.4, "gold": 6}
    assert figures["mention"]["untyped"]["r"] == 0.5
    assert figures["overlap"]["p"] == 0.75
    assert figures["entity"] == {"p": 0.3333, "r": 0.25, "f1": 0.2857, "gold": 4}
    assert figures["introduced"]["f1"] == figures["relation"]["f1"] == figures["alias"]["f1"] == figures["role"] == 0.0


def test_a_paper_that_was_not_extracted_counts_as_found_nothing(gold: list[AnnotatedPaper]) -> None:
    none: dict[str, Extraction] = {}
    evaluation = evaluate(gold, none)
    assert evaluation.figures()["mention"]["all"]["r"] == 0.0
    assert evaluation.errors()[0] == (Outcome(Kind.MISSED, ("", ""), ("Method", "Foo")), 2, 1)
    text = report(evaluation, errors=1)
    assert "1 records, 1 of them without an extraction" in text
    assert "2        1  missed                  Method 'Foo'" in text
    assert "Quux" not in text


def test_the_interval_of_equal_papers_is_a_point_and_of_different_ones_holds_the_figure(
    gold: list[AnnotatedPaper],
) -> None:
    papers = [replace(gold[0], id=f"p{n}") for n in range(40)]
    equal = evaluate(papers, {p.id: MISTAKEN for p in papers})
    mixed = evaluate(papers, {p.id: RIGHT if n % 2 else MISTAKEN for n, p in enumerate(papers)})
    for evaluation in (equal, mixed):
        for row, interval in evaluation.intervals().items():
            assert interval is not None
            low, high = interval
            assert low <= evaluation.tallies()[row].figures()["f1"] <= high, row
            assert evaluation is mixed or low == high, row
    low, high = mixed.intervals()["mention", "all"] or (0, 0)
    assert 0 < low < high < 1
    assert mixed.figures()["role"] == mixed.tallies()["role", ""].figures()["f1"]


def test_a_resample_without_anything_of_a_row_does_not_count_as_zero(gold: list[AnnotatedPaper]) -> None:
    blank = replace(gold[0], id="p2", entities=(), relations=frozenset())
    intervals = evaluate([gold[0], blank], {"p1": RIGHT}).intervals()
    assert intervals["relation", ""] == intervals["mention", "Dataset"] == (1.0, 1.0)
    assert evaluate([blank], {}).intervals()["relation", ""] is None


def test_scores_are_held_against_what_is_right_in_bins_of_a_tenth() -> None:
    bins = reliability([(1.0, True), (0.9, True), (0.95, False), (0.3, False), (0.399, True), (0.0, False)])
    assert [(b.start, b.end, b.count) for b in bins] == [(0.0, 0.1, 1), (0.3, 0.4, 2), (0.9, 1.0, 3)]
    assert [b.mean_score for b in bins] == pytest.approx([0.0, 0.3495, 0.95])
    assert [b.share_right for b in bins] == pytest.approx([0.0, 0.5, 2 / 3])
    assert calibration_error(bins) == pytest.approx((2 * 0.1505 + 3 * (0.95 - 2 / 3)) / 6)
    assert calibration_error(reliability([])) == 0.0


def test_the_scores_of_an_extraction_are_right_where_its_figures_count_them_right(gold: list[AnnotatedPaper]) -> None:
    doubled = replace(MISTAKEN, entities=(*MISTAKEN.entities, entity(PAPER, "Task", "Bar", score=0.2)))
    evaluation = evaluate([*gold, replace(gold[0], id="p2")], {"p1": doubled, "p2": RIGHT})
    for name, row in (("mention", ("mention", "all")), ("relation", ("relation", ""))):
        bins, tally = evaluation.reliability()[name], evaluation.tallies()[row]
        assert sum(b.count for b in bins) == tally.right + tally.wrong
        assert sum(b.count * b.share_right for b in bins) == pytest.approx(tally.right)


def test_each_mention_is_of_one_kind() -> None:
    texts = {"title": "", "abstract": "graph neural networks and KV caches on Quux by accuracy and Foo"}

    def place(type_: str, text: str) -> tuple[str, str, int, int]:
        start = texts["abstract"].index(text)
        return type_, "abstract", start, start + len(text)

    wanted = [("Method", "graph neural networks"), ("Method", "KV caches"), ("Dataset", "Quux"), ("Metric", "accuracy")]
    wanted += [("Method", "Foo")]
    got = [("Method", "neural networks"), ("Task", "networks and"), ("Method", "KV caches on"), ("Task", "by")]
    got += [("Metric", "accuracy"), ("Method", "Quux")]
    found = outcomes({place(*x) for x in wanted}, {place(*x) for x in got}, texts)
    assert sorted(found) == [
        ("longer", ("Method", "KV caches on"), ("Method", "KV caches")),
        ("missed", ("", ""), ("Method", "Foo")),
        ("overlapping", ("Task", "networks and"), ("Method", "graph neural networks")),
        ("right", ("Metric", "accuracy"), ("Metric", "accuracy")),
        ("shorter", ("Method", "neural networks"), ("Method", "graph neural networks")),
        ("spurious", ("Task", "by"), ("", "")),
        ("wrong_type", ("Method", "Quux"), ("Dataset", "Quux")),
    ]


_PLACES = st.sets(
    st.tuples(st.sampled_from(["Method", "Task"]), st.sampled_from(["title", "abstract"]), st.integers(0, 8)).map(
        lambda x: (x[0], x[1], x[2], x[2] + 2)
    )
)


@given(_PLACES, _PLACES)
def test_kinds_agree_with_the_figures_whatever_is_predicted(
    wanted: set[tuple[str, str, int, int]], got: set[tuple[str, str, int, int]]
) -> None:
    found = outcomes(wanted, got, {"title": "abcdefghij", "abstract": "klmnopqrst"})
    kinds = [outcome.kind for outcome in found]
    assert len(kinds) - kinds.count(Kind.MISSED) == len(got)
    assert kinds.count(Kind.RIGHT) == len(wanted & got)
    assert kinds.count(Kind.MISSED) <= len(wanted - got)


ZERO = '{"p": 0.0, "r": 0.0, "f1": 0.0, "gold": %d}'
GOLDEN = (
    '{"records": 1, "mention": {"Method": {"p": 1.0, "r": 0.5, "f1": 0.6667, "gold": 4}, '
    f'"Task": {ZERO % 0}, "Dataset": {ZERO % 1}, "Metric": {ZERO % 1}, '
    '"all": {"p": 0.5, "r": 0.3333, "f1": 0.4, "gold": 6}, "untyped": {"p": 0.75, "r": 0.5, "f1": 0.6, "gold": 6}}, '
    '"overlap": {"p": 0.75, "r": 0.5, "f1": 0.6, "gold": 6}, '
    '"entity": {"p": 0.3333, "r": 0.25, "f1": 0.2857, "gold": 4}, '
    f'"alias": {ZERO % 2}, "introduced": {ZERO % 1}, "role": 0.0, "relation": {ZERO % 2}, '
    f'"relation_by_type": {{"comparedWith": {ZERO % 1}, "evaluatedOn": {ZERO % 1}}}}}\n'
)


@pytest.fixture
def command(gold: list[AnnotatedPaper], tmp_path: Path) -> list[str]:
    """The arguments that compare the mistaken extraction with the annotated paper."""
    (tmp_path / "found.jsonl").write_text(dump_line(MISTAKEN) + "\n", encoding="utf-8")
    return ["evaluate", str(tmp_path / "gold.jsonl"), "--predicted", str(tmp_path / "found.jsonl")]


def test_the_command_prints_json_as_ever_and_more_only_when_asked(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--json"]) == 0
    assert capsys.readouterr().out == GOLDEN
    assert main([*command, "--json", "--details"]) == 0
    detailed = json.loads(capsys.readouterr().out)
    assert list(detailed) == [*json.loads(GOLDEN), "interval", "reliability", "error_kinds"]
    assert detailed["interval"]["mention"]["all"] == [0.4, 0.4]
    assert detailed["interval"].keys() == json.loads(GOLDEN).keys() - {"records"}
    assert detailed["reliability"]["mention"] == {
        "calibration_error": 0.4,
        "bins": [{"start": 0.9, "end": 1.0, "count": 4, "mean_score": 0.9, "share_right": 0.5}],
    }
    assert detailed["error_kinds"]["counts"]["wrong_type"] == 1
    assert detailed["error_kinds"]["confusions"] == [{"annotated": "Method", "predicted": "Task", "count": 1}]


def test_the_command_prints_figures_reliability_and_errors_for_people(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--errors", "9"]) == 0
    out = capsys.readouterr().out
    for line in (
        "  mention all        P 0.500 R 0.333 F1 0.400 [0.400, 0.400]  (6 annotated)",
        "    comparedWith     P 0.000 R 0.000 F1 0.000 [0.000, 0.000]  (1 annotated)",
        "scores of mentions: expected calibration error 0.400",
        "  0.9 to 1.0           4        0.900        0.500",
        "  right span, wrong type                    1   25.0 % of predicted",
        "  missed: touched by nothing predicted      2   33.3 % of annotated",
        "  Method -> Task                            1",
        "      1        1  longer than annotated   Dataset 'on Quux' for Dataset 'Quux'",
    ):
        assert line in out.splitlines(), out


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
