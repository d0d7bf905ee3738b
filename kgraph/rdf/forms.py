"""What the forms of RDF have in common: each is written node by node, a node being all triples of one subject.

Several forms can so be written in one pass over the triples, which are made once and never all held.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import IO, Protocol, TypeAlias

from kgraph.rdf.terms import Triple

#: All triples of one subject; those of one predicate stand together.
Node: TypeAlias = Sequence[Triple]


class Form(Protocol):
    """A form of RDF: what stands before, between and after the nodes, and how a node is written."""

    head: str
    between: str
    tail: str

    def node(self, triples: Node) -> str:
        """Return the text of a node."""
        ...


def by_subject(triples: Iterable[Triple]) -> Iterator[Node]:
    """Yield the triples of each subject, which must come together, as a list."""
    for _, node in groupby(triples, itemgetter(0)):
        yield list(node)


def text(form: Form, nodes: Iterable[Node]) -> Iterator[str]:
    """Yield the text of a form, piece by piece."""
    yield form.head
    separator = ""
    for node in nodes:
        yield separator + form.node(node)
        separator = form.between
    yield form.tail


def write_form(form: Form, triples: Iterable[Triple], file: IO[str] | IO[bytes]) -> None:
    """Write triples, those of one subject together, to a text or a binary file, as UTF-8 in the latter."""
    write_pieces(text(form, by_subject(triples)), file)


def write_pieces(pieces: Iterable[str], file: IO[str] | IO[bytes]) -> None:
    """Write text to a text or a binary file, as UTF-8 in the latter."""
    write = _writer(file)
    for piece in pieces:
        write(piece)


def write_together(nodes: Iterable[Node], outputs: Sequence[tuple[Form, IO[str] | IO[bytes]]]) -> None:
    """Write nodes in several forms, in one pass over them."""
    writers = [(form, _writer(file)) for form, file in outputs]
    for form, write in writers:
        write(form.head)
    first = True
    for node in nodes:
        for form, write in writers:
            write(form.node(node) if first else form.between + form.node(node))
        first = False
    for form, write in writers:
        write(form.tail)


def _writer(file: IO[str] | IO[bytes]) -> Callable[[str], object]:
    if isinstance(file, io.TextIOBase):
        return file.write
    return lambda piece: file.write(piece.encode())  # type: ignore[arg-type]
