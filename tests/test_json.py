"""JSON lines, arrays and extractions as input."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from reading import GOOD, error_of, jsonl, papers_of

from kgraph.errors import InputError
from kgraph.identifiers import generated_paper_id
from kgraph.model import Entity, Extraction, Mention, Paper, Relation, Source, Span
from kgraph.readers import Report, read_papers
from kgraph.records import dump_line
from kgraph.vocabulary import EntityType, RelationType, Role


def test_every_field_of_a_record_is_kept(tmp_path: Path, report: Report) -> None:
    record = {
        **GOOD,
        "id": "2210.14793",
        "authors": ["Ada L.", {"name": "Alan T."}],
        "date": "2022-10-26T17:58:01Z",
        "categories": "cs.CL cs.AI",
        "url": "https://example.org/boats",
        "organisation": "Example Lab",
        "upvotes": 3,
    }
    assert papers_of("\n" + jsonl(record), tmp_path, report) == [
        Paper(
            id="2210.14793",
            title="Paper Boats",
            abstract="We fold a survey of a river into a network.",
            authors=("Ada L.", "Alan T."),
            date="2022-10-26",
            categories=("cs.CL", "cs.AI"),
            url="https://example.org/boats",
            organisation="Example Lab",
            upvotes=3,
            source=(Source("input", 2),),
        )
    ]
    assert report == Report(records=1)


def test_other_spellings_of_fields_are_understood(tmp_path: Path, report: Report) -> None:
    record = {"title": "T", "summary": "A.", "authors": "Ada L.; Alan T.", "published": "2022", "categories": ["x y"]}
    [paper] = papers_of(jsonl(record), tmp_path, report)
    assert (paper.abstract, paper.authors, paper.date, paper.categories) == (
        "A.",
        ("Ada L.", "Alan T."),
        "2022",
        ("x y",),
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ('"id": "  As it is/☃ "', "  As it is/☃ "),
        ('"id": 17', "17"),
        ('"id": 2210.10', "2210.10"),
        ('"id": "", "url": "https://arxiv.org/abs/2210.14793v2"', "2210.14793"),
        ('"url": "https://huggingface.co/papers/2210.14793"', "2210.14793"),
        ('"arxiv_id": "arXiv:cs/9901001"', "cs/9901001"),
        ('"doi": "10.48550/arXiv.2210.14793"', "2210.14793"),
        ('"url": "https://doi.org/10.1000/182?x=1"', "10.1000/182"),
        ('"url": "https://example.org/2210.14793"', generated_paper_id("Paper Boats")),
        ('"id": null', generated_paper_id("Paper Boats")),
    ],
)
def test_the_id_is_the_records_own_or_its_arxiv_id_or_doi_or_made_from_its_title(
    fields: str, expected: str, tmp_path: Path, report: Report
) -> None:
    [paper] = papers_of(f'{{"title": "Paper Boats", "abstract": "A.", {fields}}}', tmp_path, report)
    assert paper.id == expected


@pytest.mark.parametrize(
    ("written", "year", "expected"),
    [
        ("2022-10-26", None, "2022-10-26"),
        ("2022-10-26 17:58", None, "2022-10-26"),
        ("2022-10", 2025, "2022-10"),
        (2022, None, "2022"),
        ("--10-26", None, "--10-26"),
        ("--10-26", 2025, "2025-10-26"),
        ("--02-29", 2025, "--02-29"),
    ],
)
def test_dates_are_cut_to_their_day(
    written: object, year: int | None, expected: str, tmp_path: Path, report: Report
) -> None:
    [paper] = papers_of(jsonl({**GOOD, "date": written}), tmp_path, report, year=year)
    assert (paper.date, report.notices) == (expected, [])


@pytest.mark.parametrize("written", ["yesterday", "2022-13-01", "2023-02-29", "26/10/2022", "0000", 20221026, True])
def test_what_is_no_date_is_left_out_and_named(written: object, tmp_path: Path, report: Report) -> None:
    [paper] = papers_of(jsonl({**GOOD, "date": written}), tmp_path, report)
    assert paper.date is None
    assert [str(n) for n in report.notices] == [
        f"input:1: the date '{written}' is not a date of the form 2022-10-26; it was left out"
    ]


def test_bad_records_among_good_ones_are_skipped_named_and_counted(tmp_path: Path, report: Report) -> None:
    good = jsonl(GOOD).encode()
    content = b"".join(
        [
            good,
            b'{"title": "cut o\n',
            jsonl({"title": "No abstract"}, {"abstract": "No title."}, {"title": " ", "abstract": "A."}).encode(),
            jsonl(["a list"], {**GOOD, "abstract": "x" * 200_000}).encode(),
            b'{"title": "\xff", "abstract": "A."}\n',
            b'{"title": ' + b"[" * 100_000 + b"\n",
            good,
        ]
    )
    assert [paper.source[0].line for paper in papers_of(content, tmp_path, report)] == [1, 10]
    assert report.records == 2
    assert [str(problem) for problem in report.skipped] == [
        "input:2: broken JSON (column 11): unterminated string",
        "input:3: the record has no abstract",
        "input:4: the record has no title",
        "input:5: the record has no title",
        "input:6: expected an object with 'title' and 'abstract', not '['a list']'",
        "input:7: the abstract has 200,000 characters; at most 100,000 are read",
        "input:8: the line is not valid UTF-8",
        "input:9: broken JSON: nested too deeply",
    ]


def test_fields_of_the_wrong_kind_are_left_out_and_named(tmp_path: Path, report: Report) -> None:
    record = {**GOOD, "authors": [1, "Ada L."], "upvotes": "many", "source": [{"file": "x"}], "url": 7}
    [paper] = papers_of(jsonl(record), tmp_path, report)
    assert (paper.authors, paper.upvotes, paper.url, paper.source) == (("Ada L.",), None, None, (Source("input", 1),))
    assert [notice.message for notice in report.notices] == [
        "authors that are not text were left out",
        "the upvotes 'many' are not a whole number; they were left out",
        "the source is not a list of {file, line}; it was left out",
    ]


def test_title_and_abstract_stay_as_the_record_has_them(tmp_path: Path, report: Report) -> None:
    title, abstract = " Paper\tBoats\n", "\u00a0Two\n\nparagraphs. "
    [paper] = papers_of(jsonl({"title": title, "abstract": abstract}), tmp_path, report)
    assert (paper.title, paper.abstract) == (title, abstract)


def test_control_characters_and_lone_surrogates_are_replaced_one_for_one(tmp_path: Path, report: Report) -> None:
    content = r'{"title": "A\u0000B\ud800C", "abstract": "raw ' + "\x01" + r' and\r\nescaped \u009f."}'
    [paper] = papers_of(content, tmp_path, report)
    assert (paper.title, paper.abstract) == ("A\ufffdB\ufffdC", "raw \ufffd and \nescaped \ufffd.")
    assert report.replaced == 4


def test_an_array_of_records_is_read_with_the_line_of_each_title(tmp_path: Path, report: Report) -> None:
    records = [GOOD, {**GOOD, "id": "x", "authors": [{"name": "Ada L."}]}]
    found = papers_of(json.dumps(records, indent=2), tmp_path, report)
    assert [(paper.id, paper.source[0].line) for paper in found] == [
        (generated_paper_id("Paper Boats"), 3),
        ("x", 7),
    ]
    assert papers_of(json.dumps(GOOD, indent=2), tmp_path, report)[0].source == (Source("input", 2),)


def test_a_broken_record_of_an_array_does_not_hide_the_next_one(tmp_path: Path, report: Report) -> None:
    content = '[\n{"title": "T", "abstract": },\n' + json.dumps(GOOD) + "\n]\n"
    assert [paper.source[0].line for paper in papers_of(content, tmp_path, report)] == [3]
    assert [str(problem) for problem in report.skipped] == ["input:2: broken JSON (column 28): expecting value"]
    cut_short = json.dumps([GOOD, GOOD], indent=2)[:-60]
    assert len(papers_of(cut_short, tmp_path, report)) == 1
    assert str(report.skipped[-1]) == "input:8: broken JSON (column 5): unterminated string"
    assert str(report.notices[-1]) == "input:8: nothing after this broken record was read"


def extraction() -> Extraction:
    """An extraction with every field set."""
    paper = Paper(
        id="2210.14793",
        title="DEZ: a planner",
        abstract="We plan with DEZ on Atari.",
        authors=("Ada L.",),
        date="--10-26",
        categories=("cs.AI",),
        url="https://example.org/dez",
        organisation="Example Lab",
        upvotes=2,
        source=(Source("a.txt", 3), Source("b.txt", 17)),
    )
    method = Entity(
        EntityType.METHOD,
        Role.INTRODUCED,
        (Mention("title", 0, 3, "DEZ", 0.9), Mention("abstract", 13, 16, "DEZ", 0.8)),
        0.95,
    )
    dataset = Entity(EntityType.DATASET, Role.USED, (Mention("abstract", 20, 25, "Atari", 0.7),), 0.7)
    relation = Relation(0, RelationType.EVALUATED_ON, 1, 0.6, (Span("abstract", 0, 26),))
    return Extraction(paper, (method, dataset), (relation,), "kgraph-en 0.1.0")


def test_an_extraction_reads_back_as_it_was_written(tmp_path: Path, report: Report) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_text(dump_line(extraction()) + "\n", encoding="utf-8")
    assert list(read_papers(path, report=report)) == [extraction()]
    assert report == Report(records=1)


def test_scores_are_read_as_finely_as_they_are_written(tmp_path: Path, report: Report) -> None:
    record = json.loads(dump_line(extraction()))
    record["relations"][0]["score"] = record["entities"][1]["mentions"][0]["score"] = 0.123449
    (tmp_path / "x").write_text(jsonl(record), encoding="utf-8")
    (found,) = read_papers(tmp_path / "x", report=report)
    assert isinstance(found, Extraction)
    assert found.relations[0].score == found.entities[1].mentions[0].score == 0.1234


def test_annotated_records_whose_entities_have_names_are_papers(tmp_path: Path, report: Report) -> None:
    entities = [{"type": "Method", "role": "used", "names": ["Paper Boats"]}]
    [paper] = papers_of(jsonl({**GOOD, "source": "gold", "entities": entities}), tmp_path, report)
    assert (paper.title, paper.source) == ("Paper Boats", (Source("input", 1),))
    assert report == Report(records=1)


def test_malformed_extractions_are_skipped_and_named(tmp_path: Path, report: Report) -> None:
    good = json.loads(dump_line(extraction()))
    moved, halved, crossed = (json.loads(json.dumps(good)) for _ in range(3))
    moved["entities"][0]["mentions"][0]["start"] = 1
    del halved["entities"][1]["mentions"]
    crossed["relations"][0].update(head=1, tail=0)
    (tmp_path / "x").write_text(jsonl(moved, halved, crossed, good), encoding="utf-8")
    assert list(read_papers(tmp_path / "x", report=report)) == [extraction()]
    assert [str(problem) for problem in report.skipped] == [
        "x:1: entity 0: the title at 1..3 is 'EZ', not 'DEZ'",
        "x:2: the field 'mentions' is missing",
        "x:3: relation 0: evaluatedOn cannot join a Dataset to a Method",
    ]


def test_the_format_is_told_by_content_and_can_be_forced(tmp_path: Path, report: Report) -> None:
    broken_first = "not json\n" + jsonl(GOOD)
    assert len(papers_of(broken_first, tmp_path, report)) == 1
    assert [str(problem) for problem in report.skipped] == ["input:1: broken JSON (column 1): expecting value"]
    page = "{Braces}: A Title\nWe begin with a brace.\n[Re] Another\nIt begins with a bracket.\n"
    assert [p.title for p in papers_of(page, tmp_path, report)] == ["{Braces}: A Title", "[Re] Another"]
    assert "broken JSON" in error_of(page, tmp_path, input_format="jsonl")
    assert "no paper on this page" in error_of(jsonl(GOOD), tmp_path, input_format="listing")
    with pytest.raises(InputError, match="unknown input format 'csv'; known are jsonl, listing"):
        papers_of(page, tmp_path, report, input_format="csv")


def test_json_lines_are_read_as_they_are_asked_for(tmp_path: Path, report: Report) -> None:
    path = tmp_path / "many.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for number in range(50_000):
            file.write(jsonl({**GOOD, "id": number}))
    stream = read_papers(path, report=report)
    assert [getattr(next(stream), "id", None) for _ in range(3)] == ["0", "1", "2"]
    assert report.records == 3
    stream.close()  # type: ignore[attr-defined]
