"""Media types, and which of them a client gets: content negotiation by the Accept header (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

HTML = "text/html"
TEXT = "text/plain"

#: The forms of an answer in rows and of one in triples, the preferred first, each with the type that it is
#: known by and others that clients ask for.
RESULTS: Mapping[str, tuple[str, ...]] = {
    "json": ("application/sparql-results+json", "application/json"),
    "xml": ("application/sparql-results+xml", "application/xml", "text/xml"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
}
TRIPLES: Mapping[str, tuple[str, ...]] = {
    "ttl": ("text/turtle",),
    "nt": ("application/n-triples", TEXT),
    "jsonld": ("application/ld+json", "application/json"),
    "rdf": ("application/rdf+xml", "application/xml", "text/xml"),
}

_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?", re.ASCII)


def best(accept: str | None, offers: Sequence[str]) -> str | None:
    """Return the media type of the offers that the header likes best, or None where it takes none of them.

    Of a type the most specific range that fits tells the quality. Of types liked equally the one that is named
    rather than meant by `*` comes first, then the order of the offers. No header, or an empty one, takes anything; a
    part that cannot be read is ignored, and so are parameters of types.
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = _quality(parameters)
        if quality is not None and name.count("/") == 1:
            ranges[name] = max(quality, ranges.get(name, 0.0))
    liked: list[tuple[float, int, int]] = []
    for place, offer in enumerate(offers):
        for width, range_ in enumerate((offer, f"{offer.partition('/')[0]}/*", "*/*")):
            if range_ in ranges:
                if ranges[range_]:
                    liked.append((-ranges[range_], width, place))
                break
    return offers[min(liked)[-1]] if liked else None


def _quality(parameters: Sequence[str]) -> float | None:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if _QUALITY.fullmatch(value.strip()) else None
    return 1.0


def best_form(accept: str | None, forms: Mapping[str, tuple[str, ...]]) -> tuple[str, str] | None:
    """Return the form of `RESULTS` or `TRIPLES` that the header likes best, and the type to call it by; or None."""
    names = [(types[0], form) for form, types in forms.items()]
    names += [(other, form) for form, types in forms.items() for other in types[1:]]
    # The first form that has a type keeps it.
    offers = dict(reversed(names))
    media = best(accept, [name for name, _ in dict.fromkeys(names)])
    return None if media is None else (offers[media], media)


def main_types(forms: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the type that each form is known by."""
    return [types[0] for types in forms.values()]


def content_type(media: str) -> str:
    """Return the Content-Type header for a type; all our text is UTF-8."""
    return f"{media}; charset=utf-8" if media.startswith("text/") else media
