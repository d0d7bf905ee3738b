"""Answering a SPARQL query with a body in the form that the client likes best, within limits."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kgraph.errors import QueryError
from kgraph.query import Result, run_query
from kgraph.rdf import Triple, write_jsonld, write_ntriples, write_rdfxml, write_turtle
from kgraph.serve.limits import MIB, Limits
from kgraph.serve.media import RESULTS, TEXT, TRIPLES, best_form, main_types

if TYPE_CHECKING:
    from pyoxigraph import Store


@dataclass(frozen=True, slots=True)
class Answer:
    """What a process answers: an HTTP status, a media type and a body."""

    status: int
    media: str
    body: bytes


def refusal(status: int, message: str) -> Answer:
    """Return an answer that says in plain text why there is no other."""
    return Answer(status, TEXT, f"{message}\n".encode("utf-8", "replace"))


def answer_query(store: Store, sparql: str, accept: str | None, limits: Limits) -> Answer:
    """Run the query and return its answer, or a refusal where no form fits; raises QueryError.

    An answer beyond the limits is an error, never cut: a program that does not look for a note would take a
    part for the whole.
    """
    result = run_query(store, sparql)
    forms = TRIPLES if result.kind == "CONSTRUCT" else RESULTS
    choice = best_form(accept, forms)
    if choice is None:
        kind = "CONSTRUCT and DESCRIBE queries" if result.kind == "CONSTRUCT" else f"{result.kind} queries"
        return refusal(406, f"{kind} are answered as {', '.join(main_types(forms))}; the Accept header takes none")
    form, media = choice
    if forms is TRIPLES:
        return Answer(200, media, write_triples(result.triples(limits.rows), form, limits))
    return Answer(200, media, _results(result, form, limits))


def answer_triples(triples: Sequence[Triple], accept: str | None, limits: Limits) -> Answer:
    """Return triples in the form that the client likes best, or a refusal where no form fits."""
    choice = best_form(accept, TRIPLES)
    if choice is None:
        return refusal(406, f"this comes as {', '.join(main_types(TRIPLES))}; the Accept header takes none")
    return Answer(200, choice[1], write_triples(triples, choice[0], limits))


def write_triples(triples: Sequence[Triple], form: str, limits: Limits) -> bytes:
    """Return the triples, which are sorted, in a form of `TRIPLES`; raises QueryError where it cannot hold them."""
    file = io.BytesIO()
    try:
        {"ttl": write_turtle, "jsonld": write_jsonld, "rdf": write_rdfxml}.get(form, write_ntriples)(triples, file)
    except ValueError as error:
        raise QueryError(f"the triples cannot be written as {TRIPLES[form][0]}: {error}") from None
    body = file.getvalue()
    if len(body) > limits.answer:
        raise _too_large(limits)
    return body


def _results(result: Result, form: str, limits: Limits) -> bytes:
    from pyoxigraph import QueryResultsFormat

    file = _BoundedFile(limits.answer)
    raw: Any = result.raw
    try:
        raw.serialize(file, format=getattr(QueryResultsFormat, form.upper()))
    except (OSError, ValueError, RuntimeError) as error:
        if file.is_full:
            raise _too_large(limits) from None
        raise QueryError(f"the query failed while it ran: {error}") from None
    body = bytes(file.content)
    # A row takes at least a byte, and pyoxigraph does not tell how many it wrote.
    if result.kind == "SELECT" and len(body) > limits.rows and _ROWS[form](body) > limits.rows:
        raise QueryError(
            f"the answer has more than {limits.rows:,} rows, the most that this server gives; ask for fewer with LIMIT,"
            " or for one part after the other with ORDER BY, LIMIT and OFFSET"
        )
    return body


#: How many rows a body holds.
_ROWS: dict[str, Callable[[bytes], int]] = {
    "json": lambda body: len(json.loads(body)["results"]["bindings"]),
    "xml": lambda body: body.count(b"<result>"),
    # Line ends outside quotes; a quote within quotes is doubled.
    "csv": lambda body: sum(part.count(b"\n") for part in body.split(b'"')[::2]) - 1,
    "tsv": lambda body: body.count(b"\n") - 1,
}


class _BoundedFile(io.RawIOBase):
    """Holds what is written to it, up to a size; beyond it writing fails, which ends the query."""

    def __init__(self, size: int) -> None:
        self.content = bytearray()
        self.is_full = False
        self._size = size

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if len(self.content) + len(data) > self._size:
            self.is_full = True
            raise OSError("the answer is too large")
        self.content += data
        return len(data)


def _too_large(limits: Limits) -> QueryError:
    return QueryError(
        f"the answer is larger than {limits.answer // MIB:,} MiB, the most that this server gives; ask for fewer rows"
        " with LIMIT, or for fewer columns"
    )
