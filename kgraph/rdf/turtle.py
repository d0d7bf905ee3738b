"""Turtle: subjects apart, predicates by `;`, objects by `,`, the type first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import IO

from kgraph.identifiers import ID_BASE
from kgraph.rdf.output import shortener, write_text
from kgraph.rdf.prefixes import RDF, XSD, prefixes
from kgraph.rdf.terms import Triple

_TYPE = f"<{RDF}type>"
_NEXT = " ;\n    "
# The numbers that Turtle reads as they stand, with the datatype that it then gives them.
_BARE = {f"{XSD}integer": re.compile(r"[+-]?[0-9]+"), f"{XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+")}


def write_turtle(triples: Iterable[Triple], file: IO[str] | IO[bytes], base: str = ID_BASE) -> None:
    """Write the triples as Turtle; those of one subject and predicate must come together, as sorted ones do."""
    write_text(_chunks(triples, base), file)


def _chunks(triples: Iterable[Triple], base: str) -> Iterator[str]:
    namespaces = prefixes(base)
    yield "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in namespaces.items())
    render = renderer(shortener(namespaces))
    for subject, group in groupby(triples, itemgetter(0)):
        types: list[str] = []
        parts: list[str] = []
        last = ""
        for _, predicate, object_ in group:
            # A plain string, the only term that ends in a quote, is the same in Turtle.
            text = object_ if object_[-1] == '"' else render(object_)
            if predicate == last:
                parts.append(f", {text}")
            elif predicate == _TYPE:
                types.append(text)
            else:
                parts.append(f"{_NEXT}{render(predicate)} {text}")
                last = predicate
        if types:
            parts.insert(0, f" a {', '.join(types)}")
        else:
            parts[0] = " " + parts[0].removeprefix(_NEXT)
        yield f"\n{render(subject)}{''.join(parts)} .\n"


def renderer(shorten: Callable[[str], str | None]) -> Callable[[str], str]:
    """Return a function that gives the Turtle text of a term."""

    @lru_cache(maxsize=1 << 16)
    def render(term: str) -> str:
        if term.startswith("<") and not term.startswith("<<"):
            return shorten(term[1:-1]) or term
        if term.startswith('"') and term.endswith(">"):
            value, _, datatype = term[1:-1].rpartition('"^^<')
            bare = _BARE.get(datatype)
            if bare and bare.fullmatch(value):
                return value
            return f'"{value}"^^{shorten(datatype) or f"<{datatype}>"}'
        return term

    return render
