"""The named queries: SPARQL files with a title and parameters.

A file begins with comment lines of this form, and has `$name` where a parameter's value goes:

    # title: Methods for a task, best supported first
    # param task: label or alias of the task (required)
    # param since: the first date (required date)
    # param limit: the most rows to give (default 20)

A parameter whose default is a whole number takes whole numbers, a required date takes a date as
2024, 2024-05 or 2024-05-31; all others take text. One that is neither required nor has a default is ""
when left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kgraph.errors import QueryError
from kgraph.query.scan import replace_variables
from kgraph.rdf.terms import literal
from kgraph.resources import QUERIES

_TITLE = re.compile(r"# title: (?P<title>.+)")
_PARAMETER = re.compile(
    r"# param (?P<name>[a-z]+): (?P<text>.+?)"
    r"(?: \((?:(?P<required>required(?P<date> date)?)|default (?P<default>.+))\))?"
)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a named query takes; `default` is "" where there is none."""

    name: str
    description: str
    required: bool = False
    default: str = ""
    is_date: bool = False

    def term(self, value: str) -> str:
        """Return the value as SPARQL text; QueryError where it must be a whole number or a date and is none."""
        if self.is_date and not _DATE.fullmatch(value):
            raise QueryError(f"the parameter {self.name} takes a date as 2024, 2024-05 or 2024-05-31, not {value!r}")
        if not _WHOLE_NUMBER.fullmatch(self.default):
            return literal(value)
        if not _WHOLE_NUMBER.fullmatch(value):
            raise QueryError(f"the parameter {self.name} takes a whole number, not {value!r}")
        return value


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query that ships with kgraph; `sparql` has `$name` where its parameters go."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    sparql: str

    def bind(self, params: Mapping[str, str]) -> str:
        """Return the query with the parameters' values in place, as escaped literals or whole numbers.

        Raises QueryError for a parameter that the query does not have, one that it needs and is missing,
        and a value that does not fit; the message lists what there is.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in params:
            if name not in known:
                raise QueryError(f"the query {self.name} has no parameter {name!r}; {self._usage()}")
        for name, parameter in known.items():
            if parameter.required and name not in params:
                raise QueryError(f"the query {self.name} needs the parameter {name!r}; {self._usage()}")
        terms = {name: parameter.term(params.get(name, parameter.default)) for name, parameter in known.items()}
        return replace_variables(self.sparql, terms.get)

    def _usage(self) -> str:
        if not self.parameters:
            return "it takes none"
        described = []
        for parameter in self.parameters:
            note = (
                "required"
                if parameter.required
                else f"default {parameter.default}"
                if parameter.default
                else "optional"
            )
            described.append(f"{parameter.name} ({parameter.description}; {note})")
        return f"it takes {', '.join(described)}"


@cache
def named_queries() -> tuple[NamedQuery, ...]:
    """Return the queries that ship with kgraph, by name."""
    return tuple(_read(path) for path in sorted(QUERIES.glob("*.rq")))


def find_named_query(name: str) -> NamedQuery:
    """Return the query of that name; QueryError, listing those there are, where there is none."""
    for query in named_queries():
        if query.name == name:
            return query
    raise QueryError(f"there is no query named {name!r}; there are {', '.join(q.name for q in named_queries())}")


def _read(path: Path) -> NamedQuery:
    title, parameters = "", []
    text = path.read_text(encoding="utf-8")
    for line in text.splitlines():
        if match := _TITLE.fullmatch(line):
            title = match["title"]
        elif match := _PARAMETER.fullmatch(line):
            required, is_date = match["required"] is not None, match["date"] is not None
            parameters.append(Parameter(match["name"], match["text"], required, match["default"] or "", is_date))
    return NamedQuery(path.stem, title, tuple(parameters), text)
