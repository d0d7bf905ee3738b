"""What cannot be read, and what the command line calls INPUT."""

from __future__ import annotations

import gzip
import io
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from reading import DATA, GOOD, HEADER, error_of, jsonl, papers, papers_of

from kgraph.errors import InputError
from kgraph.model import Paper, Source
from kgraph.readers import Report, read_inputs, read_papers


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": the file is empty"),
        (gzip.compress(b"", mtime=0), ": the file is empty"),
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
