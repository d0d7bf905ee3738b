"""Looking at the text of a SPARQL query without parsing it.

Enough to tell code from strings, comments and IRIs. That decides what may run, so where the text can
be read in two ways both are looked at.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator

# A string that is not closed ends with its line (a long one with the text), as no parser takes it anyway.
_TOKEN = re.compile(
    r"""
      (?P<comment> \#[^\n\r]* )
    | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*> )
    | (?P<string>
          \"{3} (?: [^"\\] | \\. | "(?!"") )* (?: \"{3} | \Z )
        | '{3} (?: [^'\\] | \\. | '(?!'') )* (?: '{3} | \Z )
        | "(?: [^"\\\n\r] | \\. )*"?
        | '(?: [^'\\\n\r] | \\. )*'?
      )
    | (?P<variable> [?$]\w+ )
    | (?P<language> @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
    | (?P<word> [\w%-]+ (?: :[\w%:-]* )? | :[\w%:-]* )
    | (?P<other> \\. | . )
    """,
    re.VERBOSE | re.DOTALL,
)

_READS = frozenset({"select", "ask", "construct", "describe"})
_UPDATES = frozenset({"insert", "delete", "load", "clear", "drop", "create", "copy", "move", "add", "with"})


def find_service(text: str) -> int | None:
    """Return where SERVICE stands in the code of a query, or None.

    It is found wherever the parser could take it as the keyword, for the parser needs no space around
    keywords: `1SERVICE` and `SERVICEex:a` count, `?service` and `ex:service` do not.
    """
    places = (
        match.start() + place
        for match in _all_readings(text)
        if match.lastgroup == "word" and (place := match.group().partition(":")[0].casefold().find("service")) >= 0
    )
    return min(places, default=None)


def find_update(text: str) -> tuple[str, int] | None:
    """Return the keyword that makes the text an update, and where it stands; None for a query."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "word":
            word = match.group().casefold()
            if word in _READS:
                return None
            if word in _UPDATES:
                return match.group().upper(), match.start()
    return None


def replace_variables(text: str, replacement: Callable[[str], str | None]) -> str:
    """Return the text with each `$name` of its code replaced; by itself where the replacement is None."""

    def replace(match: re.Match[str]) -> str:
        found = match.group()
        if match.lastgroup != "variable" or not found.startswith("$"):
            return found
        value = replacement(found[1:])
        return found if value is None else value

    return _TOKEN.sub(replace, text)


def _all_readings(text: str) -> Iterator[re.Match[str]]:
    """Yield the tokens, but for comments, of every reading of the text.

    In `?a<?b#c>` the `<` may begin an IRI or be the operator, and then `#` begins a comment: which it
    is only the grammar knows. An operator stands in brackets, so no keyword can come before they close.
    Time is linear but for a logarithm, since readings end where they meet.
    """
    line_ends = [match.start() for match in re.finditer(r"[\n\r]", text)] + [len(text)]
    readings = [(0, 0)]
    seen = set()
    while readings:
        position, bracket = readings.pop()
        while position < len(text) and (position, position < bracket) not in seen:
            seen.add((position, position < bracket))
            if text[position] == "#":
                position = line_ends[bisect_left(line_ends, position)]
                continue
            match = _TOKEN.match(text, position)
            assert match, "a token is at least any one character"
            if match.lastgroup == "iri":
                closing = text.find(")", position, match.end())
                readings.append((position + 1, closing if closing >= 0 else match.end()))
            if position >= bracket:
                yield match
            position = match.end()
