"""The forms of a report: text for people, JSON, and a SHACL validation report in Turtle."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby

from kgraph.identifiers import ID_BASE, content_hash
from kgraph.query.visible import visible
from kgraph.rdf import Triple, write_turtle
from kgraph.rdf.prefixes import RDF, XSD, prefixes
from kgraph.rdf.shorten import shortener
from kgraph.rdf.terms import iri, literal
from kgraph.validate.report import SHAPES_BASE, Report, Violation

FORMATS = ("text", "json", "ttl")

_SH = "http://www.w3.org/ns/shacl#"
_TYPE = iri(f"{RDF}type")
_shorten = shortener(prefixes())


def render(report: Report, format: str = "text", shown: int | None = None) -> str:
    """Return the report as `text`, `json` or `ttl`; in text, the first `shown` violations of each rule."""
    if format == "json":
        return json.dumps(asdict(report) | {"conforms": report.conforms}, ensure_ascii=False, indent=1) + "\n"
    if format == "ttl":
        file = io.BytesIO()
        write_turtle(sorted(set(_triples(report))), file)
        return file.getvalue().decode()
    return "".join(f"{line}\n" for line in _text(report, shown))


def _text(report: Report, shown: int | None) -> Iterator[str]:
    if report.conforms:
        yield f"{report.graph} conforms: {_checked(report)}"
        return
    rules = [(rule, list(group)) for rule, group in groupby(report.violations, key=lambda v: (v.rule, v.expected))]
    for (rule, expected), violations in rules:
        yield f"{expected}  [{rule}]"
        for violation in violations[:shown]:
            yield _line(violation)
        if shown is not None and len(violations) > shown:
            yield f"    ... and {len(violations) - shown:,} more"
        yield ""
    total, count = len(report.violations), len(rules)
    yield f"{report.graph}: {_number(total, 'violation')} of {_number(count, 'rule')}; checked {_checked(report)}"


def _line(violation: Violation) -> str:
    parts = [f"    {_shorten(violation.thing) or visible(violation.thing)}"]
    if violation.label:
        parts.append(f'"{violation.label}"')
    if violation.found:
        parts.append(f"found {violation.found}")
    if violation.where:
        parts.append(f"({violation.where})")
    return "  ".join(parts)


def _checked(report: Report) -> str:
    parts = [f"{_number(report.triples, 'triple')} by {_number(report.shapes, 'rule')}"]
    if report.quotes is not None:
        parts.append(_number(report.quotes, "quote"))
    if report.files is not None:
        parts.append(_number(report.files, "file"))
    else:
        parts.append("quotes of abstracts not, which need the folder")
    return ", ".join(parts)


def _triples(report: Report) -> Iterator[Triple]:
    node = iri(f"{ID_BASE}report/{content_hash(*map(str, report.violations))}")
    yield node, _TYPE, iri(f"{_SH}ValidationReport")
    yield node, iri(f"{_SH}conforms"), literal(str(report.conforms).lower(), f"{XSD}boolean")
    for violation in report.violations:
        result = iri(f"{ID_BASE}violation/{content_hash(*asdict(violation).values())}")
        yield node, iri(f"{_SH}result"), result
        yield result, _TYPE, iri(f"{_SH}ValidationResult")
        yield result, iri(f"{_SH}resultSeverity"), iri(f"{_SH}Violation")
        yield result, iri(f"{_SH}focusNode"), _node(violation.thing)
        yield result, iri(f"{_SH}sourceShape"), iri(SHAPES_BASE + violation.rule)
        yield result, iri(f"{_SH}sourceConstraintComponent"), iri(violation.component)
        yield result, iri(f"{_SH}resultMessage"), literal(violation.expected)
        if violation.path:
            yield result, iri(f"{_SH}resultPath"), iri(violation.path)


def _node(thing: str) -> str:
    return iri(thing) if thing.startswith(("http:", "https:")) else literal(thing)


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
