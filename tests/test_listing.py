"""Listing pages in any layout."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import DATA, HEADER, papers, papers_of

from kgraph.identifiers import generated_paper_id
from kgraph.model import Paper, Source
from kgraph.readers import Report


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
