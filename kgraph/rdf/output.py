"""How the writers name IRIs and hand their text over."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import IO

# Valid after a prefix in Turtle, SPARQL and JSON-LD alike, without any escape.
_SAFE_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_BATCH = 4096


def shortener(prefixes: Mapping[str, str]) -> Callable[[str], str | None]:
    """Return a function that gives the prefixed name of an IRI (without its brackets), or None where it has none."""
    names = {namespace: prefix for prefix, namespace in prefixes.items()}

    def shorten(iri: str) -> str | None:
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = names.get(iri[:cut])
        if prefix is None or not _SAFE_LOCAL.fullmatch(iri, cut):
            return None
        return f"{prefix}:{iri[cut:]}"

    # Bounded, since a large graph has millions of IRIs of which few recur soon.
    return lru_cache(maxsize=1 << 16)(shorten)


def write_text(chunks: Iterator[str], file: IO[str] | IO[bytes]) -> None:
    """Write the chunks to a text or a binary file, as UTF-8 in the latter. No chunk may be empty."""
    while batch := "".join(islice(chunks, _BATCH)):
        if isinstance(file, io.TextIOBase):
            file.write(batch)
        else:
            file.write(batch.encode())  # type: ignore[arg-type]
