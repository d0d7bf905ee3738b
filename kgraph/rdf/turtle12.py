"""Turtle 1.2: claims as RDF 1.2 reifiers of their relations.

Where the other forms give a claim a subject, a predicate and an object, here it `rdf:reifies` the triple
itself. All else is the same, and SPARQL 1.2 finds both: `?method kg:usedFor ?task ~ ?claim`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE
from kgraph.rdf.forms import Node, by_subject, text, write_pieces
from kgraph.rdf.prefixes import RDF, prefixes
from kgraph.rdf.terms import Triple
from kgraph.rdf.turtle import Turtle

_ENDS = tuple(f"<{ONTOLOGY_BASE}{name}>" for name in ("subject", "predicate", "object"))
_REIFIES = f"<{RDF}reifies>"


def write_turtle12(triples: Iterable[Triple], file: IO[str] | IO[bytes], base: str = ID_BASE) -> None:
    """Write the triples of a graph, sorted, as Turtle 1.2 with claims as reifiers."""
    write_pieces(turtle12_text(triples, base), file)


def turtle12_text(triples: Iterable[Triple], base: str = ID_BASE) -> Iterator[str]:
    """Yield what `write_turtle12` writes, piece by piece."""
    return text(Turtle12(prefixes(base)), by_subject(triples))


class Turtle12(Turtle):
    """Turtle 1.2 as a form of RDF, from the nodes of the other forms."""

    def node(self, triples: Node) -> str:
        """Return a node as in Turtle, a claim as what reifies its relation."""
        ends = {predicate: self.render(object_) for _, predicate, object_ in triples if predicate in _ENDS}
        if len(ends) < len(_ENDS):
            return super().node(triples)
        term = f"<<( {' '.join(ends[end] for end in _ENDS)} )>>"
        claim = triples[0][0]
        rest = [triple for triple in triples if triple[1] not in _ENDS]
        return super().node(sorted([*rest, (claim, _REIFIES, term)]))
