"""Turtle: subjects apart, predicates by `;`, objects by `,`, the type first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import IO

from kgraph.identifiers import ID_BASE
from kgraph.rdf.forms import Node, write_form
from kgraph.rdf.prefixes import RDF, XSD, prefixes
from kgraph.rdf.shorten import shortener
from kgraph.rdf.terms import Triple

_TYPE = f"<{RDF}type>"
_NEXT = " ;\n    "
# The numbers that Turtle reads as they stand, with the datatype that it then gives them.
_BARE = {f"{XSD}integer": re.compile(r"[+-]?[0-9]+"), f"{XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+")}


def write_turtle(triples: Iterable[Triple], file: IO[str] | IO[bytes], base: str = ID_BASE) -> None:
    """Write the triples as Turtle; those of one subject and predicate must come together, as sorted ones do."""
    write_form(Turtle(prefixes(base)), triples, file)


class Turtle:
    """Turtle as a form of RDF, with the prefixes given."""

    between = tail = ""

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self.head = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in namespaces.items())
        self.render = renderer(shortener(namespaces))

    def node(self, triples: Node) -> str:
        """Return an empty line, then the subject with all that is said of it."""
        render = self.render
        types: list[str] = []
        parts: list[str] = []
        last = ""
        for _, predicate, object_ in triples:
            # A plain string, the only term that ends in a quote, is the same in Turtle.
            value = object_ if object_[-1] == '"' else render(object_)
            if predicate == last:
                parts.append(f", {value}")
            elif predicate == _TYPE:
                types.append(value)
            else:
                parts.append(f"{_NEXT}{render(predicate)} {value}")
                last = predicate
        if types:
            parts.insert(0, f" a {', '.join(types)}")
        else:
            parts[0] = " " + parts[0].removeprefix(_NEXT)
        return f"\n{render(triples[0][0])}{''.join(parts)} .\n"


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
