"""N-Triples: one sorted line a triple, in UTF-8."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from kgraph.rdf.output import write_text
from kgraph.rdf.terms import Triple


def write_ntriples(triples: Iterable[Triple], file: IO[str] | IO[bytes]) -> None:
    """Write the triples as N-Triples, in the order they come."""
    write_text((f"{subject} {predicate} {object_} .\n" for subject, predicate, object_ in triples), file)
