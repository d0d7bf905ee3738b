"""How IRIs are shortened by prefixes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

# Valid after a prefix in Turtle, SPARQL and JSON-LD alike, without any escape.
_SAFE_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")


def shortener(prefixes: Mapping[str, str]) -> Callable[[str], str | None]:
    """Return a function that gives the prefixed name of an IRI (without its brackets), or None where it has none."""
    names = {namespace: prefix for prefix, namespace in prefixes.items()}

    def shorten(iri: str) -> str | None:
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = names.get(iri[:cut])
        if prefix is None or not _SAFE_LOCAL.fullmatch(iri, cut):
            return None
        return f"{prefix}:{iri[cut:]}"

    return shorten
