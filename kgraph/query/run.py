"""Running a SPARQL query on a store, read-only and without the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kgraph.errors import QueryError
from kgraph.identifiers import ID_BASE
from kgraph.query.scan import find_service, find_update
from kgraph.query.syntax import query_error, syntax_error
from kgraph.rdf.prefixes import prefixes
from kgraph.rdf.terms import Triple, from_pyoxigraph

if TYPE_CHECKING:
    from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, Store


@dataclass(frozen=True)
class Result:
    """The answer of a query, to be read once: rows are computed as they are asked for.

    `raw` is pyoxigraph's own object, `base` what the IRIs of things begin with.
    """

    raw: QuerySolutions | QueryBoolean | QueryTriples
    base: str

    @property
    def kind(self) -> str:
        """Return "SELECT", "ASK" or, for the triples of CONSTRUCT and DESCRIBE, "CONSTRUCT"."""
        return {"QuerySolutions": "SELECT", "QueryBoolean": "ASK"}.get(type(self.raw).__name__, "CONSTRUCT")

    @property
    def variables(self) -> tuple[str, ...]:
        """Return the names of a SELECT query's columns, in the order of the query."""
        return tuple(v.value for v in self.raw.variables)  # type: ignore[union-attr]

    @property
    def answer(self) -> bool:
        """Return the answer of an ASK query."""
        return bool(self.raw)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a SELECT query: pyoxigraph terms, None where unbound."""
        for solution in _evaluated(self.raw):
            yield tuple(solution)

    def triples(self, most: int | None = None) -> list[Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE query, each once, sorted; blank nodes get canonical names.

        Raises QueryError where there are more than `most`.
        """
        import pyoxigraph

        found = pyoxigraph.Dataset()
        for triple in _evaluated(self.raw):
            found.add(pyoxigraph.Quad(triple.subject, triple.predicate, triple.object))
            if most is not None and len(found) > most:
                raise QueryError(f"the answer has more than {most:,} triples; ask for fewer with LIMIT")
        if any(isinstance(end, pyoxigraph.BlankNode) for quad in found for end in (quad.subject, quad.object)):
            found.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
        return sorted(
            (from_pyoxigraph(quad.subject), from_pyoxigraph(quad.predicate), from_pyoxigraph(quad.object))
            for quad in found
        )


def run_query(store: Store, sparql: str, base: str = ID_BASE) -> Result:
    """Run a SELECT, ASK, CONSTRUCT or DESCRIBE query, with the usual prefixes declared (its own win).

    `base` is what the IRIs of things begin with. Raises QueryError for a malformed query, with line, column
    and a caret, for an update, and for SERVICE, which would ask another server.
    """
    if update := find_update(sparql):
        raise query_error(sparql, update[1], f"{update[0]} is an update; queries only read the graph")
    service = find_service(sparql)
    if service is not None:
        raise query_error(sparql, service, "SERVICE would ask another server; queries only read the graph")
    declared = prefixes(base)
    try:
        return Result(store.query(sparql, prefixes=declared), base)
    except SyntaxError as error:
        raise syntax_error(sparql, error.msg, list(declared)) from None
    except (OSError, ValueError, RuntimeError) as error:
        raise QueryError(f"the query cannot be run: {error}") from None


def _evaluated(raw: Any) -> Iterator[Any]:
    try:
        yield from raw
    except (OSError, ValueError, RuntimeError) as error:
        raise QueryError(f"the query failed while it ran: {error}") from None
