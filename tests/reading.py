"""What the tests of the readers share: reading a text, the papers in it, and the message of its error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kgraph.errors import InputError
from kgraph.model import Paper
from kgraph.readers import Report, read_papers

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
