"""The readers: listing pages in any layout, JSON, the inputs of the command line, and what goes wrong."""

from __future__ import annotations

import gzip
import io
import json
import sys
import textwrap
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kgraph.errors import InputError
from kgraph.identifiers import generated_paper_id
from kgraph.model import Entity, Extraction, Mention, Paper, Relation, Source, Span
from kgraph.readers import Report, read_inputs, read_papers
from kgraph.records import dump_line
from kgraph.vocabulary import EntityType, RelationType, Role

DATA = Path(__file__).parent / "data"
GOOD = {"title": "Paper Boats", "abstract": "We fold a survey of a river into a network."}
HEADER = [
    "new",
    "Get trending papers in your email inbox!",
    "Subscribe",
    "Daily Papers",
    "byAK and the research community",
    "Sep 9",
]


@pytest.fixture
def report() -> Report:
    return Report()


def papers(path: Path | str, report: Report, **options: Any) -> list[Paper]:
    found = list(read_papers(path, report=report, **options))
    assert all(isinstance(paper, Paper) for paper in found)
    return [paper for paper in found if isinstance(paper, Paper)]


def papers_of(content: str | bytes, folder: Path, report: Report, **options: Any) -> list[Paper]:
    path = folder / "input"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return papers(path, report, **options)


def error_of(content: str | bytes, folder: Path, **options: Any) -> str:
    """The message of the InputError that an input raises, without the path in front."""
    with pytest.raises(InputError) as caught:
        papers_of(content, folder, Report(), **options)
    message = str(caught.value)
    assert message.startswith(str(folder / "input"))
    return message.removeprefix(str(folder / "input"))


def jsonl(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


# Listing pages


def test_titles_and_abstracts_on_alternating_lines_are_read(report: Report) -> None:
    found = papers(DATA / "listing_alternating.txt", report)
    assert [(paper.source[0].line, paper.title) for paper in found] == [
        (3, "Paper Boats: Folding Small Networks for River Maps"),
        (5, "March 12"),
        (
            7,
            "On the Long and Winding Road from Sparse Rewards to Dense Gradients in Games with Noise, Delay and "
            "Partially Observed Dynamics: Proofs, Experiments and Some Open Questions",
        ),
        (9, "1984"),
        (11, "What Do Small Models Know about Knots?"),
        (13, r"$\ell_1$-Kites: Sparse Control of Tethered Gliders with $O(n \log n)$ Updates"),
        (15, "Vision Sketches and Sound Sketches"),
        (17, "dew-net: a network that condenses"),
        (19, "Get Rich or Get Out of the Way: New Bounds for Crowded Bandits"),
    ]
    lines = (DATA / "listing_alternating.txt").read_text(encoding="utf-8").splitlines()
    assert [paper.abstract for paper in found] == lines[3::2]
    assert report == Report(records=9)


def test_blank_lines_and_a_page_header_are_no_part_of_a_record(report: Report) -> None:
    found = papers(DATA / "listing_spaced.txt", report)
    assert [paper.title for paper in found][:2] == ["May 1", "Subscriber Churn as a Language Modelling Problem"]
    assert [paper.source for paper in found] == [
        (Source("listing_spaced.txt", line),) for line in (13, 17, 21, 27, 31, 35)
    ]
    assert found[3].abstract.startswith("Yes.  We   prove it\tfor every tree")
    assert (len(found[4].title), found[4].abstract) == (218, "It is a title.")
    assert all((p.date, p.organisation, p.upvotes) == (None, None, None) for p in found)
    assert report == Report(records=6)


def test_an_abstract_of_two_paragraphs_is_one_abstract(report: Report) -> None:
    lanterns = papers(DATA / "listing_spaced.txt", report)[2]
    first, second = lanterns.abstract.split("\n\n")
    assert first.startswith("Search without a heuristic is blind.")
    assert second.endswith("Code and hints will be released.")


def test_tails_give_organisation_date_and_upvotes(report: Report) -> None:
    found = papers(DATA / "listing_tails.txt", report)
    assert [(p.source[0].line, p.title.split(":")[0], p.organisation, p.date, p.upvotes) for p in found] == [
        (13, "GlassBox", None, "2022-10-26", None),
        (21, "Harbours for Federated Learning", "example-lab Example Lab of Tides", "--02-18", 12),
        (29, "October 3", None, "2024-10-03", 3),
        (37, "Tails That Are Not There", None, None, None),
        (41, "A Survey of Surveys", "Northwind Traders Inc.", "2019-12-31", 1204),
        (49, "On Leap Days", None, "--02-29", None),
    ]
    lines = (DATA / "listing_tails.txt").read_text(encoding="utf-8").splitlines()
    assert [paper.abstract for paper in found] == [lines[paper.source[0].line + 1] for paper in found]
    assert report == Report(records=6)


def test_a_date_without_a_year_stays_so_unless_a_year_is_given(report: Report) -> None:
    page = DATA / "listing_tails.txt"
    assert papers(page, report)[1].date == "--02-18"
    dates = [paper.date for paper in papers(page, report, year=2025)]
    assert dates == ["2022-10-26", "2025-02-18", "2024-10-03", None, "2019-12-31", "--02-29"]


def test_a_page_in_an_unknown_layout_is_read_and_the_rest_is_reported(report: Report) -> None:
    found = papers(DATA / "listing_unknown.txt", report)
    assert [paper.title for paper in found] == [
        "Ponds: Still Waters for Fast Inference",
        "Why Do Ducks Align?",
    ]
    assert [(notice.line, str(notice)) for notice in report.notices][:2] == [
        (1, "listing_unknown.txt:1: 'Paper Club' could not be placed"),
        (2, "listing_unknown.txt:2: 'Log In' could not be placed"),
    ]
    assert {notice.line for notice in report.notices} == {*range(1, 8), *range(10, 14), 16, 17, 18}


@pytest.mark.parametrize("name", ["alternating", "spaced", "tails"])
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="byte-order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(lambda text: text.replace("\n", "\r").encode(), id="old Mac line ends"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no line end at the end"),
        pytest.param(lambda text: text.replace("\n", "\u00a0\n \t").encode(), id="white space around lines"),
        pytest.param(lambda text: gzip.compress(text.encode()), id="gzip"),
    ],
)
def test_encodings_and_line_ends_change_nothing(name: str, change: Any, tmp_path: Path, report: Report) -> None:
    page = DATA / f"listing_{name}.txt"
    expected = papers(page, Report())
    if name == "spaced":  # Its abstract of two paragraphs keeps the white space between them.
        expected = [paper for paper in expected if "\n" not in paper.abstract]
    found = papers_of(change(page.read_text(encoding="utf-8")), tmp_path, report, name=page.name)
    assert [paper for paper in found if "\n" not in paper.abstract] == expected
    assert report.skipped == report.notices == []


def test_non_breaking_spaces_inside_a_field_are_kept(tmp_path: Path, report: Report) -> None:
    [paper] = papers_of(
        "\u00a0A\u00a0Title of\u00a0Spaces\u00a0\n\u00a0We keep the\u00a0space.\u00a0\n", tmp_path, report
    )
    assert (paper.title, paper.abstract) == ("A\u00a0Title of\u00a0Spaces", "We keep the\u00a0space.")


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("• 9 authors · Oct 26, 2022", (None, "2022-10-26", None)),
        ("• 9 authors ·\nFeb 18 2", (None, "--02-18", 2)),
        ("• 1 author\n· Feb 18\n2", (None, "--02-18", 2)),
        ("•\n9 authors\n\n·\n\nMay 5, 2021\n\n7 upvotes", (None, "2021-05-05", 7)),
        ("9 authors\nSeptember 1, 2020", (None, "2020-09-01", None)),
        ("· 1 Sept. 2020", (None, "2020-09-01", None)),
        ("• 9 authors", (None, None, None)),
        ("Example Lab · 2020-09-01", ("Example Lab", "2020-09-01", None)),
        ("• Example Lab ·\nFeb 18", ("Example Lab", "--02-18", None)),
        ("Example Lab\n·\n9 authors\n·\nFeb 18 2", ("Example Lab", "--02-18", 2)),
    ],
)
def test_a_tail_may_be_split_over_lines_in_any_way(
    tail: str, expected: tuple[str | None, str | None, int | None], tmp_path: Path, report: Report
) -> None:
    first, second = ("Paper Boats", "We fold maps."), ("March 12", "We study how calendars shape attention.")
    page = "\n".join([*HEADER, *first, tail, *second, tail])
    found = papers_of(page, tmp_path, report)
    assert [(p.title, p.abstract) for p in found] == [first, second]
    assert [(p.organisation, p.date, p.upvotes) for p in found] == [expected] * 2
    assert report == Report(records=2)


def test_a_day_that_no_calendar_has_is_left_out_and_named(tmp_path: Path, report: Report) -> None:
    page = "Paper Boats\nWe fold maps.\n• 2 authors\n·\nFeb 31, 2024 5\n"
    [paper] = papers_of(page, tmp_path, report)
    assert (paper.date, paper.upvotes) == (None, 5)
    assert [str(n) for n in report.notices] == [
        "input:1: 'Feb 31, 2024' is not a date in any calendar; it was left out"
    ]


def test_a_title_without_an_abstract_is_skipped_and_the_records_beside_it_are_kept(
    tmp_path: Path, report: Report
) -> None:
    tail = "• 2 authors\n·\nMay 4"
    page = "\n".join(
        [
            *("Paper Boats", "We fold maps.", tail),
            *("A Record Whose Abstract Is Missing", tail),
            *("March 12", "We study how calendars shape attention in sequence models."),
            "Another One without Any Tail",
            *("Ponds", "A pond caches what queries have in common."),
        ]
    )
    found = papers_of(page, tmp_path, report)
    assert [(p.title, p.date) for p in found] == [("Paper Boats", "--05-04"), ("March 12", None), ("Ponds", None)]
    assert sorted(map(str, report.skipped)) == [
        "input:12: the record has no abstract: 'Another One without Any Tail'",
        "input:6: the record has no abstract: 'A Record Whose Abstract Is Missing'",
    ]
    assert report.notices == []


def test_an_abstract_of_200_000_characters_on_a_page_is_skipped(tmp_path: Path, report: Report) -> None:
    page = "Paper Boats\nWe fold maps.\nOn Length\n" + "It is long. " * 20_000 + "\nPonds\nA pond caches queries.\n"
    assert [p.title for p in papers_of(page, tmp_path, report)] == ["Paper Boats", "Ponds"]
    assert [str(s) for s in report.skipped] == [
        "input:3: the abstract has 239,999 characters; at most 100,000 are read: 'On Length'"
    ]


@pytest.mark.parametrize("order", [("tails", "spaced", "alternating"), ("alternating", "tails", "spaced")])
def test_pages_put_together_are_read_like_each_alone(order: tuple[str, ...], tmp_path: Path, report: Report) -> None:
    pages = [DATA / f"listing_{name}.txt" for name in order]
    expected = [paper for page in pages for paper in papers(page, Report())]
    # As `cat` puts them together where files do not end in a line end: "Feb 29new".
    together = "".join(page.read_text(encoding="utf-8").rstrip("\n") for page in pages)
    found = papers_of(together, tmp_path, report)
    assert [replace(paper, source=()) for paper in found] == [replace(paper, source=()) for paper in expected]
    assert report.skipped == report.notices == []


def test_the_subscribe_button_is_cut_off_a_title_only_where_the_page_glues_it_on(
    tmp_path: Path, report: Report
) -> None:
    abstract = "We read the titles of mailing lists."
    for glued, title in [
        ("Subscribedew-net: a network", "dew-net: a network"),
        ("Subscribe$x$-Kites", "$x$-Kites"),
        ("Subscribers of the Sun", "Subscribers of the Sun"),
        ("Subscribe to My Model", "Subscribe to My Model"),
        ("Daily Papers: A Corpus", "Daily Papers: A Corpus"),
    ]:
        assert [p.title for p in papers_of(f"{glued}\n{abstract}\n", tmp_path, report)] == [title]


def test_control_characters_on_a_page_are_replaced_one_for_one(tmp_path: Path, report: Report) -> None:
    [paper] = papers_of("Paper\x07 Boats\nWe \x1b[31mfold\x85 maps.\n", tmp_path, report)
    assert (paper.title, paper.abstract) == ("Paper\ufffd Boats", "We \ufffd[31mfold\ufffd maps.")
    assert report.replaced == 3


def test_text_in_windows_1252_is_read_and_reported(tmp_path: Path, report: Report) -> None:
    [paper] = papers_of("Café Models\nWe study naïve models of “cafés”.\n".encode("cp1252"), tmp_path, report)
    assert (paper.title, paper.abstract) == ("Café Models", "We study naïve models of “cafés”.")
    assert [str(n) for n in report.notices] == ["input: the text is not UTF-8; it was read as Windows-1252 (Latin-1)"]


WORDS = (
    "we model river maps on the graph of $x^2$ and find 91.2% recall (see BERT), which is 3.5\u00a0times the "
    "state-of-the-art; naïve baselines — e.g. GPT-4 — fail"
)
TITLE_WORDS = "River Maps and Kites for the Sparse x2vec: GPT-4 $\\ell_1$ Über-Models Learning? of 12"
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"

sentences = st.lists(st.sampled_from(WORDS.split(" ")), min_size=1, max_size=30).map(
    lambda words: f"We show that {' '.join(words)} holds."
)
titles = st.lists(st.sampled_from(TITLE_WORDS.split()), min_size=1, max_size=20).map(
    lambda words: "On " + " ".join(words)
)
days = st.dates(date(1990, 1, 1), date(2039, 12, 31))


@st.composite
def listed_papers(draw: st.DrawFn) -> Paper:
    title = draw(titles | st.sampled_from(["March 12", "1984", "May 5, 2021", "Why?", "Aug 3 2"]))
    return Paper(
        id=generated_paper_id(title),
        title=title,
        abstract=" ".join(draw(st.lists(sentences, min_size=1, max_size=5))),
        organisation=draw(st.none() | st.sampled_from(["example-lab Example Lab", "Northwind Inc.", "ÉTS"])),
        date=draw(st.none() | days.map(str) | days.map(lambda day: f"--{day:%m-%d}")),
        upvotes=draw(st.none() | st.integers(0, 99_999)),
    )


def tail_of(paper: Paper) -> list[str]:
    """The lines of a paper's tail as a page has them; none where it has no date."""
    if paper.date is None:
        return []
    year, month, day = paper.date.replace("--", "-").rsplit("-", 2)
    written = f"{MONTHS.split()[int(month) - 1]} {int(day)}" + (f", {year}" if year else "")
    upvotes = "" if paper.upvotes is None else f" {paper.upvotes}"
    return [paper.organisation or "  • 4 authors", "·", written + upvotes]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    written=st.lists(listed_papers(), min_size=1, max_size=8),
    has_header=st.booleans(),
    has_blank_lines=st.booleans(),
    has_tails=st.booleans(),
)
def test_a_page_in_any_layout_reads_back_to_the_records_it_was_written_from(
    written: list[Paper], has_header: bool, has_blank_lines: bool, has_tails: bool, tmp_path: Path
) -> None:
    lines = [*HEADER] if has_header else ["Get trending papers in your email inbox once a day!"]
    expected: list[Paper] = []
    for paper in written:
        title = paper.title if has_header or expected else f"Subscribe{paper.title}"
        line = (2 * len(lines) if has_blank_lines else len(lines)) + 1
        lines += [title, paper.abstract, *(tail_of(paper) if has_tails else [])]
        source = (Source("input", line),)
        if has_tails and paper.date:
            expected.append(replace(paper, source=source))
        else:
            expected.append(replace(paper, source=source, date=None, organisation=None, upvotes=None))
    report = Report()
    found = papers_of(("\n\n" if has_blank_lines else "\n").join(lines), tmp_path, report)
    assert found == expected
    assert report == Report(records=len(expected))


# JSON


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


# What cannot be read


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": the file is empty"),
        (gzip.compress(b""), ": the file is empty"),
        (b" \n\n", ": the file holds no text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", ": a binary file (it holds NUL bytes), not text"),
        ("☃".encode() + b" and\n\xff\n", ":2: not valid UTF-8 (byte 0xff); convert the file to UTF-8"),
        (
            "\n".join(HEADER),
            ":6: no paper on this page: expected a title and, on the next line, its abstract, found 'Sep 9'",
        ),
        (
            "Just a line.\n",
            ":1: no paper on this page: expected a title and, on the next line, its abstract, found 'Just a line.'",
        ),
        (
            "<!DOCTYPE html>\n<p>T</p>\n",
            ": this is HTML or XML; what can be read is the text copied from such a page",
        ),
        (
            '{"title": "T",\n{"title": 1}\n',
            ":1: no record could be read; the first problem: broken JSON (column 15): "
            "expecting property name enclosed in double quotes",
        ),
        ('{"title": "T"}\n', ":1: no record could be read; the first problem: the record has no abstract"),
        ("[]", ": no record in it"),
    ],
)
def test_an_input_without_papers_is_one_clear_error(content: str | bytes, message: str, tmp_path: Path) -> None:
    assert error_of(content, tmp_path) == message


def test_program_code_and_wrapped_prose_are_no_listing_pages(tmp_path: Path) -> None:
    assert "not a listing of papers" in error_of(Path(__file__).read_bytes(), tmp_path)
    prose = " ".join(paper.abstract for paper in papers(DATA / "listing_alternating.txt", Report()))
    assert "not a listing of papers" in error_of("\n".join(textwrap.wrap(prose, 72)), tmp_path)


def test_a_gzip_file_that_was_cut_short_is_an_error(tmp_path: Path) -> None:
    whole = gzip.compress("".join(f'{{"title": "{n * n}", "abstract": "{n}"}}\n' for n in range(9999)).encode())
    assert error_of(whole[: len(whole) // 2], tmp_path).startswith(": the gzip data is broken")


def test_missing_files_are_told_at_the_call_before_anything_is_read(tmp_path: Path, report: Report) -> None:
    for given_input, message in [
        (tmp_path / "none.txt", "no such file or folder"),
        (tmp_path / "*.txt", "no file matches this pattern"),
        (tmp_path, "no files in this folder"),
        (tmp_path / ("x" * 999), "cannot be read: File name too long"),
    ]:
        with pytest.raises(InputError) as caught:
            read_inputs([str(DATA / "listing_tails.txt"), str(given_input)], report=report)
        assert str(caught.value) == f"{given_input}: {message}"
    with pytest.raises(InputError, match="this is a folder, not a file"):
        list(read_papers(tmp_path, report=report))


PIECES = [
    *(line.encode() + b"\n" for line in HEADER),
    *(b"\n", b"\r", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1f\x8b", b"Subscribe"),
    *("  • 9 authors\n".encode(), "·\n".encode(), "Example Lab ·".encode(), b"Feb 31 2\n", b"Oct 26, 2022\n"),
    *(b"A Title\n", b"1984\n", b"We study a thing that has many words in it and end as a sentence does.\n"),
    *(b'{"title": "T", "abstract": "A."}\n', b'{"title": "T"', b"[", b"]", b"{", b"}", b",", b'"', b"\\ud800"),
    b'{"id": NaN, "title": "T", "abstract": "A.", "authors": [[1]], "upvotes": 1e999, "date": 1.5}\n',
    b'{"title": "T", "abstract": "A.", "entities": [{"mentions": [{}]}], "relations": 3}\n',
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    content=st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join),
    compressed=st.booleans(),
    input_format=st.sampled_from([None, "jsonl", "listing"]),
)
@example(content=b"[" * 100_000, compressed=False, input_format="jsonl")
@example(content="x ···· ".encode() * 10_000, compressed=True, input_format="listing")
@example(content=b"Subscribe" * 10_000, compressed=False, input_format=None)
def test_any_bytes_are_read_or_refused_with_an_input_error(
    content: bytes, compressed: bool, input_format: str | None, tmp_path: Path
) -> None:
    report = Report()
    try:
        found = papers_of(
            gzip.compress(content) if compressed else content, tmp_path, report, input_format=input_format
        )
    except InputError as error:
        assert str(error).startswith(str(tmp_path))
    else:
        assert report.records == len(found) > 0
        for paper in found:
            assert paper.id and paper.title.strip() and paper.abstract.strip()
            (paper.title + paper.abstract).encode()


# The inputs of the command line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two good files, one of them in a folder within, and much that is neither."""
    (tmp_path / "deep").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "b.jsonl").write_text(jsonl({**GOOD, "id": "b"}), encoding="utf-8")
    (tmp_path / "deep" / "a.txt").write_text("Ponds\nA pond caches queries.\n", encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\x00")
    (tmp_path / "broken.jsonl").write_text('{"title": "T"}\n{"title": 1}\n', encoding="utf-8")
    for hidden in (tmp_path / ".dot.jsonl", tmp_path / ".hidden" / "c.jsonl"):
        hidden.write_text(jsonl({**GOOD, "id": "hidden"}), encoding="utf-8")
    return tmp_path


def sources(inputs: list[str], report: Report) -> list[Source]:
    return [paper.source[0] for paper in read_inputs(inputs, report=report) if isinstance(paper, Paper)]


def test_a_folder_is_read_in_the_order_of_its_paths_and_what_is_no_paper_is_reported(
    folder: Path, report: Report
) -> None:
    assert sources([str(folder)], report) == [Source("b.jsonl", 1), Source("deep/a.txt", 1)]
    assert [str(problem) for problem in report.skipped] == [
        "broken.jsonl:1: the file was not read: no record could be read; the first problem: the record has no abstract",
        "picture.png: the file was not read: a binary file (it holds NUL bytes), not text",
    ]


def test_a_glob_and_a_single_file_are_named_by_the_files_name(folder: Path, report: Report) -> None:
    pattern = str(folder / "**" / "*.txt")
    assert sources([str(folder / "b.jsonl"), pattern], report) == [Source("b.jsonl", 1), Source("a.txt", 1)]


def test_a_file_that_is_named_itself_must_be_readable(folder: Path, report: Report) -> None:
    stream = read_inputs([str(folder / "b.jsonl"), str(folder / "picture.png")], report=report)
    next(stream)
    with pytest.raises(InputError, match=r"picture\.png: a binary file"):
        next(stream)


def test_a_name_with_glob_characters_is_a_file_if_there_is_one(tmp_path: Path, report: Report) -> None:
    (tmp_path / "[1].jsonl").write_text(jsonl(GOOD), encoding="utf-8")
    assert sources([str(tmp_path / "[1].jsonl")], report) == [Source("[1].jsonl", 1)]


def test_a_folder_of_which_nothing_can_be_read_is_an_error(tmp_path: Path, report: Report) -> None:
    (tmp_path / "x.bin").write_bytes(b"\x00")
    with pytest.raises(InputError, match=r"none of the 1 files could be read as papers; the first: .*x\.bin: a binary"):
        list(read_inputs([str(tmp_path)], report=report))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_dash_is_standard_input(pack: Any, monkeypatch: pytest.MonkeyPatch, report: Report) -> None:
    content = pack(jsonl(GOOD).encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert sources(["-"], report) == [Source("-", 1)]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(InputError, match="standard input: the file is empty"):
        sources(["-"], report)


def test_hostile_file_names_do_not_reach_sources_or_messages(tmp_path: Path, report: Report) -> None:
    (tmp_path / "a\x1b[31m.jsonl").write_text(jsonl(GOOD), encoding="utf-8")
    (tmp_path / "b\x1b.jsonl").write_bytes(b"\x00")
    assert sources([str(tmp_path)], report) == [Source("a\ufffd[31m.jsonl", 1)]
    assert [problem.file for problem in report.skipped] == ["b\ufffd.jsonl"]
