"""Reads what the command line calls INPUT: a file, a folder, a glob, or `-` for standard input."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgraph.errors import InputError
from kgraph.model import Extraction, Paper
from kgraph.readers.formats import choose_format
from kgraph.readers.report import Report, clean
from kgraph.readers.text import STDIN, open_text, why_unreadable


def read_papers(
    path: str | Path,
    *,
    input_format: str | None = None,
    year: int | None = None,
    report: Report,
    name: str | None = None,
) -> Iterator[Paper | Extraction]:
    """Yield the papers of one file (`-`: standard input) in its order, or extractions where it holds them.

    The format is told by the content unless `input_format` ("jsonl", "listing") says it. `year`
    completes dates that lack one. `name` is what sources and the report call the file; else its own
    name. What is skipped or replaced goes to `report`. Raises InputError, before or after papers were
    yielded, where the file cannot be read or not one record is in it.
    """
    path = str(path)
    name = clean(name if name is not None else Path(path).name if path != STDIN else STDIN)
    skipped, noticed = len(report.skipped), len(report.notices)
    empty = True
    with open_text(path, name) as text:
        for paper in choose_format(text, input_format).read(text, year=year, report=report):
            empty = False
            report.records += 1
            yield paper
        if empty:
            problems = report.skipped[skipped:] + report.notices[noticed:]
            if not problems:
                raise InputError("no record in it", text.path)
            first = problems[0]
            raise InputError(f"no record could be read; the first problem: {first.message}", text.path, first.line)


def read_inputs(
    inputs: Sequence[str],
    *,
    input_format: str | None = None,
    year: int | None = None,
    report: Report,
) -> Iterator[Paper | Extraction]:
    """Yield the papers of several inputs, in the order given; each is a file, a folder, a glob or `-`.

    Of a folder all regular files are read, those in folders within it too, sorted by path, hidden ones
    left out; their names are their paths within the folder. A file of a folder or glob that holds no
    papers is skipped and reported. Raises InputError at the call where an input does not exist or has
    no file, and while reading where a file that was named itself, or all of a folder, cannot be read.
    """
    groups = [_expand(given, report) for given in inputs]

    def read() -> Iterator[Paper | Extraction]:
        for group in groups:
            yield from _read_group(group, input_format, year, report)

    return read()


@dataclass(frozen=True, slots=True)
class _Group:
    """The files of one INPUT as (path, name); `given` is None where it names one file itself."""

    files: list[tuple[str, str]]
    given: str | None = None


def _expand(given: str, report: Report) -> _Group:
    path = Path(given)
    if given == STDIN:
        return _Group([(given, STDIN)])
    try:
        if path.is_dir():
            files = _files_within(path, report)
        elif path.exists() or not glob.has_magic(given):
            path.stat()
            return _Group([(given, path.name)])
        else:
            files = []
            for match in map(Path, sorted(glob.glob(given, recursive=True))):  # noqa: PTH207
                files += _files_within(match, report) if match.is_dir() else [(str(match), match.name)]
    except OSError as error:
        raise InputError(why_unreadable(error), given) from None
    if not files:
        raise InputError("no files in this folder" if path.is_dir() else "no file matches this pattern", given)
    return _Group(files, given)


def _files_within(folder: Path, report: Report) -> list[tuple[str, str]]:
    """Return the path, and the path within the folder, of its files that are not hidden, sorted by the latter."""

    def unreadable(error: OSError) -> None:
        report.skip(clean(str(error.filename)), None, f"the folder was not read: {error.strerror}")

    found = []
    for parent, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = [Path(parent, name) for name in files if not name.startswith(".")]
        found += [(str(path), path.relative_to(folder).as_posix()) for path in paths if path.is_file()]
    return sorted(found, key=lambda file: file[1])


def _read_group(
    group: _Group, input_format: str | None, year: int | None, report: Report
) -> Iterator[Paper | Extraction]:
    failures: list[InputError] = []
    for path, name in group.files:
        records, skipped, noticed = report.records, len(report.skipped), len(report.notices)
        try:
            yield from read_papers(path, input_format=input_format, year=year, report=report, name=name)
        except InputError as error:
            if group.given is None:
                raise
            if report.records > records:
                report.skip(clean(name), error.line, f"the rest was not read: {error.message}")
                continue
            # One entry for the file stands for all that was found wrong within it.
            del report.skipped[skipped:], report.notices[noticed:]
            report.skip(clean(name), error.line, f"the file was not read: {error.message}")
            failures.append(error)
    if group.given is not None and len(failures) == len(group.files):
        count = len(failures)
        raise InputError(f"none of the {count} files could be read as papers; the first: {failures[0]}", group.given)
