"""Dates of papers: ISO 8601 (`2022-10-26`, `2022-10`, `2022`), or `--10-26` where the source names no year."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?"
)
_YEAR = r"(?:19|20)\d\d"

#: The pattern of a date as web pages write it: `Oct 26, 2022`, `Feb 18`, `26 October 2022`, `2022-10-26`.
#: The year of the first form needs its comma: a number behind `Feb 18` is something else, say a count of votes.
WRITTEN_DATE = (
    rf"(?:(?P<month>{_MONTH})\.?\s(?P<day>\d{{1,2}})(?:,\s?(?P<year>{_YEAR}))?"
    rf"|(?P<day2>\d{{1,2}})\s(?P<month2>{_MONTH})\.?(?:,?\s(?P<year2>{_YEAR}))?"
    rf"|(?P<iso>{_YEAR}-\d\d-\d\d))(?!\w)"
)
_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ].*)?)?)?|--(\d\d)-(\d\d)", re.ASCII | re.DOTALL)
_LEAP_YEAR = 2000


def iso_date(text: str, year: int | None = None) -> str | None:
    """Return the ISO date in which a text consists, cut to its day; None where it is not a valid one.

    Takes `2022-10-26T17:58:01Z`, `2022-10-26`, `2022-10`, `2022`, and `--10-26`, which becomes a full
    date of `year` where that is given.
    """
    match = _ISO.fullmatch(text.strip())
    if not match:
        return None
    if match[4]:
        return _yearless(int(match[4]), int(match[5]), year)
    if _day(int(match[1]), int(match[2] or 1), int(match[3] or 1)) is None:
        return None
    return "-".join(part for part in match.groups()[:3] if part)


def written_date(match: re.Match[str], year: int | None = None) -> str | None:
    """Return the ISO form of what `WRITTEN_DATE` matched; None where no calendar has that day.

    A date that lacks its year is one of `year`, where that is given, and stays without a year else.
    """
    if match["iso"]:
        return iso_date(match["iso"])
    month = _MONTHS.index((match["month"] or match["month2"])[:3].lower()) + 1
    day = int(match["day"] or match["day2"])
    written = match["year"] or match["year2"]
    return iso_date(f"{written}-{month:02d}-{day:02d}") if written else _yearless(month, day, year)


def _yearless(month: int, day: int, year: int | None) -> str | None:
    full = None if year is None else _day(year, month, day)
    if full is None and _day(_LEAP_YEAR, month, day) is not None:
        return f"--{month:02d}-{day:02d}"
    return full


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
