"""What a reader has to tell beside the papers: how many it read, what it skipped, what it noticed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_QUOTE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong in an input; `line` is counted from 1, None where the whole file is meant."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.message}" if self.line is None else f"{self.file}:{self.line}: {self.message}"


@dataclass(slots=True)
class Report:
    """What reading found beside the papers; readers add to it as they go.

    `records` counts the papers and extractions that were read. `skipped` names every record or file
    that was left out. `notices` names what was left out of a record that was kept, and text that could
    not be placed on a listing page. `replaced` counts characters that became U+FFFD.
    """

    records: int = 0
    skipped: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    replaced: int = 0

    def skip(self, file: str, line: int | None, message: str) -> None:
        self.skipped.append(Problem(file, line, message))

    def notice(self, file: str, line: int | None, message: str) -> None:
        self.notices.append(Problem(file, line, message))

    def clean(self, text: str) -> str:
        """Return the text as the function `clean` does, and count the characters that it replaces."""
        text, count = _cleaned(text)
        self.replaced += count
        return text


def clean(text: str) -> str:
    """Return the text with U+FFFD for control characters (but tab and newline) and lone surrogates, one for one.

    So offsets stay. The carriage return of a Windows line end becomes a space.
    """
    return _cleaned(text)[0]


def _cleaned(text: str) -> tuple[str, int]:
    return _UNFIT.subn("\ufffd", text.replace("\r\n", " \n"))


def quote(value: object) -> str:
    """Return a value as it should stand in a message: on one line, in quotes, shortened, safe for a terminal."""
    text = clean(" ".join(str(value)[: 4 * _QUOTE_LENGTH].split()))
    return f"'{text}'" if len(text) <= _QUOTE_LENGTH else f"'{text[: _QUOTE_LENGTH - 3].rstrip()}...'"
