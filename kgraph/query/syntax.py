"""Saying what is wrong with a SPARQL query, and where."""

from __future__ import annotations

import difflib
import re

from kgraph.errors import QueryError
from kgraph.query.visible import display_width, visible

_ERROR = re.compile(r"error at (\d+):(\d+): expected (.*)", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)+)"')
_KEYWORD = re.compile(r"(?<![\w'\\{])[A-Za-z][A-Z0-9_]+(?![\w'])")
_CHARACTER_CLASS = re.compile(r"\['.*?'\]", re.DOTALL)
# What the parser says in words of its own, and our words for it.
_REASONS = {
    "The SELECT contains a variable that is unbound": "a selected variable is neither grouped nor aggregated",
    "The SELECT overrides an existing variable using an expression": "AS gives a name that the WHERE part already uses",
}
# Beginnings of RDF 1.2 syntax, which hardly anyone has left out.
_UNUSUAL = frozenset({"<<", "<<(", "{|", "|}", "~"})
_MOST_MARKS = 8
_WORD = re.compile(r"\w+")
_WORDS = re.findall(
    r"\w+",
    """SELECT ASK CONSTRUCT DESCRIBE WHERE FROM NAMED PREFIX BASE DISTINCT REDUCED FILTER OPTIONAL UNION MINUS BIND
    VALUES GRAPH EXISTS GROUP ORDER HAVING LIMIT OFFSET COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT REGEX CONTAINS
    STRSTARTS STRENDS LCASE UCASE STRLEN SUBSTR REPLACE CONCAT BOUND COALESCE LANG DATATYPE ISIRI ISLITERAL ISBLANK""",
)


def query_error(text: str, offset: int, reason: str) -> QueryError:
    """Return an error that names line and column of `offset` in the query, and shows that line with a caret."""
    offset = min(offset, len(text))
    start = text.rfind("\n", 0, offset) + 1
    line = text[start:].partition("\n")[0].rstrip("\r")
    before = visible(text[start:offset])
    where = f"line {text.count(chr(10), 0, offset) + 1}, column {offset - start + 1}"
    return QueryError(f"the query, {where}: {reason}\n  {visible(line)}\n  {' ' * display_width(before)}^")


def syntax_error(text: str, message: str, prefixes: list[str]) -> QueryError:
    """Return the error for what pyoxigraph says about a query; `prefixes` are those declared in advance."""
    match = _ERROR.match(message)
    if not match:
        return QueryError(f"the query cannot be parsed: {message}")
    end = _offset(text, int(match[1]), int(match[2]))
    expected = match[3]
    if not text.strip():
        return QueryError("the query is empty")
    for theirs, ours in _REASONS.items():
        if theirs in expected:
            return query_error(text, end, ours)
    if "IRI parsing failed" in expected:
        return query_error(text, max(text.rfind("<", 0, end), 0), "not a valid IRI, or a relative one without a BASE")
    if "Prefix not found" in expected:
        start = end
        while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_-.:"):
            start -= 1
        prefix = text[start:end].partition(":")[0]
        reason = f"the prefix {prefix!r} is not declared; declared in advance are {', '.join(prefixes)}"
        return query_error(text, start, reason)

    classes = _CHARACTER_CLASS.findall(expected)
    rest = _CHARACTER_CLASS.sub("", expected)
    marks = [m.replace('\\"', '"') for m in _QUOTED.findall(rest)]
    if not marks and not classes:
        # The parser compares keywords by their length, and reports the place after it.
        end = max(end - min((len(word) for word in _KEYWORD.findall(rest)), default=0), 0)
    reason = "the query ends too early" if not text[end:].strip() else "not valid SPARQL from here"
    if marks:
        usual = [mark for mark in marks if mark not in _UNUSUAL and not mark.startswith("\\")]
        if 0 < len(usual) <= _MOST_MARKS:
            reason += f"; expected {'one of ' if len(usual) > 1 else ''}{'  '.join(usual)}"
    elif (word := _WORD.match(text, end)) and word.group().upper() not in _WORDS:
        close = difflib.get_close_matches(word.group().upper(), _WORDS, n=1, cutoff=0.75)
        reason += f"; did you mean {close[0]}?" if close else ""
    return query_error(text, end, reason)


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1
