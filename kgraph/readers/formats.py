"""The formats that can be read: one row a format, told apart by content, never by a file's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from kgraph.errors import InputError
from kgraph.model import Extraction, Paper
from kgraph.readers import jsonl, listing
from kgraph.readers.report import Report
from kgraph.readers.text import Text


class Read(Protocol):
    """Yields the papers of a text in its order; adds to the report what it skips and notices."""

    def __call__(self, text: Text, *, year: int | None, report: Report) -> Iterator[Paper | Extraction]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name for `--input-format`, whether a text that begins so is in it, and its reader."""

    name: str
    looks_like: Callable[[str], bool]
    read: Read


#: In the order in which they are tried. The last one takes any text.
FORMATS = (
    Format("jsonl", jsonl.looks_like, jsonl.read),
    Format("listing", lambda sample: True, listing.read),
)


def choose_format(text: Text, name: str | None) -> Format:
    """Return the format of that name, or without one the first that the text looks like."""
    for candidate in FORMATS:
        if candidate.name == name or (name is None and candidate.looks_like(text.sample)):
            return candidate
    raise InputError(f"unknown input format {name!r}; known are {', '.join(f.name for f in FORMATS)}")
