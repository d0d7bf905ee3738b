"""N-Triples: one sorted line a triple, in UTF-8."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from kgraph.rdf.forms import Node, write_form
from kgraph.rdf.terms import Triple


class NTriples:
    """N-Triples as a form of RDF."""

    head = between = tail = ""

    def node(self, triples: Node) -> str:
        """Return one line a triple, in their order."""
        return "".join([f"{subject} {predicate} {object_} .\n" for subject, predicate, object_ in triples])


def write_ntriples(triples: Iterable[Triple], file: IO[str] | IO[bytes]) -> None:
    """Write the triples as N-Triples, in the order they come."""
    write_form(NTriples(), triples, file)


def read_own_ntriples(path: Path) -> Iterator[Triple]:
    """Yield the triples of a file that `write_ntriples` wrote, without loading it; no other N-Triples."""
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            subject, predicate, object_ = line.removesuffix(" .\n").split(" ", 2)
            yield subject, predicate, object_
