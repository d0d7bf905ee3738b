"""RDF terms as the text that N-Triples writes for them.

A term is a string: `<https://...>`, `"text"` or `"2022"^^<datatype>`. That is compact, sorts the way
the files are sorted, and is unique: one term has one text (the canonical form of N-Triples 1.1, in
UTF-8). Between its quotes a literal is escaped exactly as in JSON.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from kgraph.identifiers import is_web_iri
from kgraph.rdf.prefixes import XSD

Triple: TypeAlias = tuple[str, str, str]

SCORE_STEP = Decimal("0.0001")

_ESCAPES = {
    **{code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
    **{0x08: r"\b", 0x09: r"\t", 0x0A: r"\n", 0x0C: r"\f", 0x0D: r"\r", 0x22: r"\"", 0x5C: r"\\"},
    # Half a surrogate pair is no character and has no UTF-8 form.
    **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"),
}
_TO_ESCAPE = re.compile(r'[\x00-\x1f"\\\x7f\ud800-\udfff]')
_BAD_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')


def iri(value: str) -> str:
    """Return the term of an IRI; ValueError where it has a character that no IRI may have."""
    if _BAD_IN_IRI.search(value):
        raise ValueError(f"{value!r} is no IRI")
    return f"<{value}>"


def literal(text: str, datatype: str = "", language: str = "") -> str:
    """Return the term of a literal: a plain string, or one with a datatype IRI or a language tag."""
    if _TO_ESCAPE.search(text):
        text = text.translate(_ESCAPES)
    if language:
        return f'"{text}"@{language}'
    if datatype and datatype != f"{XSD}string":
        return f'"{text}"^^<{datatype}>'
    return f'"{text}"'


def integer(value: int) -> str:
    """Return the term of an xsd:integer."""
    return f'"{int(value)}"^^<{XSD}integer>'


def decimal(value: float | Decimal) -> str:
    """Return the term of an xsd:decimal: all digits, none of them trailing zeros, and no exponent ("1", "0.00003")."""
    whole, _, rest = f"{Decimal(str(value)):f}".partition(".")
    digits = f"{whole}.{rest}".rstrip("0").rstrip(".")
    return f'"{digits}"^^<{XSD}decimal>'


@lru_cache(maxsize=1 << 14)
def score(value: float) -> str:
    """Return the term of a score: an xsd:decimal of at most four digits."""
    return decimal(Decimal(str(value)).quantize(SCORE_STEP, ROUND_HALF_EVEN))


def web_iri(url: str) -> str | None:
    """Return the term of an http(s) address, or None where it is not one that every RDF parser takes as it is."""
    return f"<{url}>" if is_web_iri(url) else None


def from_pyoxigraph(term: Any) -> str:
    """Return the term of a pyoxigraph term; a blank node keeps its label (`_:b`)."""
    import pyoxigraph

    if isinstance(term, pyoxigraph.NamedNode):
        return iri(term.value)
    if isinstance(term, pyoxigraph.Literal):
        return literal(term.value, term.datatype.value, term.language or "")
    return str(term)
