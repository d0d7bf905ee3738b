"""From a record's named fields, as files of many kinds have them, to a Paper or an Extraction."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kgraph import identifiers
from kgraph.model import Extraction, Paper, Source
from kgraph.readers.dates import iso_date
from kgraph.readers.report import Report, clean, quote
from kgraph.records import extraction_from_dict, source_from_dicts

#: In characters, for a title too. What is longer is no abstract, and would cost as much as hundreds.
LONGEST_ABSTRACT = 100_000

_ARXIV_ID = r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?![\w.]*\w)"
_ARXIV_FIELD = re.compile(rf"(?:arxiv:\s*)?{_ARXIV_ID}", re.IGNORECASE)
_ARXIV_LINK = re.compile(
    rf"(?:arxiv\.org/(?:abs|html)/|huggingface\.co/papers/|10\.48550/arxiv\.){_ARXIV_ID}", re.IGNORECASE
)
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>?#]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands, and the report on it; `year` is for dates that lack one."""

    file: str
    line: int
    report: Report
    year: int | None = None

    def skip(self, message: str) -> None:
        self.report.skip(self.file, self.line, message)

    def notice(self, message: str) -> None:
        self.report.notice(self.file, self.line, message)


def read_record(record: object, place: Place) -> Paper | Extraction | None:
    """Return the paper that a record describes, or the extraction where its entities have `mentions`.

    Title and abstract stay as they are, so that offsets hold. Returns None where the record cannot be
    used; that is reported, and so are fields that had to be left out of one that can.
    """
    try:
        if not isinstance(record, dict):
            raise ValueError(f"expected an object with 'title' and 'abstract', not {quote(record)}")
        record = {
            key: _cleaned(value, clean if key in ("entities", "relations") else place.report.clean)
            for key, value in record.items()
        }
        paper = _paper(record, place)
        return extraction_from_dict(record, paper) if _has_mentions(record) else paper
    except ValueError as error:
        place.skip(str(error))
    except RecursionError:
        place.skip("the record is nested too deeply")
    return None


def check_text(title: str, abstract: str) -> None:
    """Raise ValueError, with a message for people, where a title or an abstract is empty or too long."""
    for name, text in (("title", title), ("abstract", abstract)):
        if not text.strip():
            raise ValueError(f"the record has no {name}")
        if len(text) > LONGEST_ABSTRACT:
            raise ValueError(f"the {name} has {len(text):,} characters; at most {LONGEST_ABSTRACT:,} are read")


def _cleaned(value: Any, clean_text: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_cleaned(item, clean_text) for item in value]
    if isinstance(value, dict):
        return {key: _cleaned(item, clean_text) for key, item in value.items()}
    return value


def _has_mentions(record: Mapping[str, Any]) -> bool:
    """Whether the record is meant as an extraction: annotated records have entities too, but with `names`."""
    entities = record.get("entities")
    return isinstance(entities, list) and (
        not entities or any(isinstance(e, dict) and "mentions" in e for e in entities)
    )


def _paper(record: Mapping[str, Any], place: Place) -> Paper:
    title, abstract = _first_text(record, "title"), _first_text(record, "abstract", "summary")
    check_text(title, abstract)
    return Paper(
        id=_id(record) or identifiers.generated_paper_id(title),
        title=title,
        abstract=abstract,
        authors=_names(record, "authors", ";", place),
        date=_date(record, place),
        categories=_names(record, "categories", None, place),
        url=_first_text(record, "url").strip() or None,
        organisation=_first_text(record, "organisation", "organization").strip() or None,
        upvotes=_count(record, "upvotes", place),
        source=_source(record, place),
    )


def _first_text(record: Mapping[str, Any], *names: str) -> str:
    """Return the first of the named fields that holds any text, as it is; "" if none does."""
    values = (record.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value.strip()), "")


def _id(record: Mapping[str, Any]) -> str:
    own = record.get("id")
    if isinstance(own, int | float) and not isinstance(own, bool) and math.isfinite(own):
        return str(own)
    if isinstance(own, str) and own.strip():
        return own
    arxiv, url, doi = (_first_text(record, name).strip() for name in ("arxiv_id", "url", "doi"))
    match = _ARXIV_FIELD.fullmatch(arxiv) or _ARXIV_LINK.search(url) or _ARXIV_LINK.search(doi)
    if match:
        return match["id"]
    match = _DOI.search(doi) or _DOI.search(url)
    return match[0] if match else ""


def _names(record: Mapping[str, Any], field: str, separator: str | None, place: Place) -> tuple[str, ...]:
    """Return a field that lists names: strings, objects with a `name`, or one string with separators."""
    value = record.get(field)
    if isinstance(value, str):
        value = value.split(separator)
    items = value if isinstance(value, list) else [] if value is None else [value]
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    texts = tuple(name.strip() for name in names if isinstance(name, str) and name.strip())
    if len(texts) < sum(name not in (None, "") for name in names):
        place.notice(f"{field} that are not text were left out")
    return texts


def _date(record: Mapping[str, Any], place: Place) -> str | None:
    for field in ("date", "published"):
        value = record.get(field)
        if value is None or value == "":
            continue
        found = None if isinstance(value, bool | float) else iso_date(str(value), place.year)
        if found is not None:
            return found
        place.notice(f"the {field} {quote(value)} is not a date of the form 2022-10-26; it was left out")
    return None


def _count(record: Mapping[str, Any], field: str, place: Place) -> int | None:
    value = record.get(field)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    place.notice(f"the {field} {quote(value)} are not a whole number; they were left out")
    return None


def _source(record: Mapping[str, Any], place: Place) -> tuple[Source, ...]:
    """Return the record's own sources where an earlier run of kgraph wrote them, else its place."""
    value = record.get("source")
    if isinstance(value, list) and value:
        try:
            return source_from_dicts(value)
        except ValueError:
            place.notice("the source is not a list of {file, line}; it was left out")
    return (Source(place.file, place.line),)
