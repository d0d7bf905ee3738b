"""The rows of an answer as plain Python values, or as a pandas frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from kgraph.errors import KGraphError, QueryError
from kgraph.query.run import Result
from kgraph.rdf.prefixes import XSD

if TYPE_CHECKING:
    import pandas

Value: TypeAlias = str | int | float | bool | None
Row: TypeAlias = Mapping[str, Value]

_READ: dict[str, Callable[[str], Value]] = {
    f"{XSD}integer": int,
    f"{XSD}decimal": float,
    f"{XSD}double": float,
    f"{XSD}float": float,
    f"{XSD}boolean": lambda text: text in ("true", "1"),
}


class Rows(Sequence[Row]):
    """The rows of an answer in its order, each a mapping from the names of the columns to plain values.

    IRIs and texts are str, whole numbers int, other numbers float (a score is the float that the graph holds),
    truth values bool, and what is unbound is None.
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
        """Each of `rows` is as wide as `columns`."""
        self.columns = tuple(columns)
        self._rows = [dict(zip(self.columns, row, strict=True)) for row in rows]

    @classmethod
    def of(cls, result: Result) -> Rows:
        """Return the rows of a SELECT query, and for ASK one row with the column `answer`; QueryError for others."""
        if result.kind == "SELECT":
            return cls(result.variables, [[_value(term) for term in row] for row in result.rows()])
        if result.kind == "ASK":
            return cls(["answer"], [[result.answer]])
        raise QueryError("CONSTRUCT and DESCRIBE give triples and no rows; run them by `to_rdflib().query(...)`")

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        """Return one row, or a list of some."""
        return self._rows[index]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def __repr__(self) -> str:
        """Return the number of rows and the columns."""
        return f"<{len(self)} rows of {', '.join(self.columns)}>"

    def to_pandas(self) -> pandas.DataFrame:
        """Return the rows as a DataFrame with the same columns; KGraphError where pandas is not installed."""
        try:
            import pandas
        except ImportError:
            raise KGraphError("a DataFrame needs pandas: pip install 'kgraph[pandas]'") from None
        return pandas.DataFrame(self._rows, columns=list(self.columns))


def _value(term: Any) -> Value:
    from pyoxigraph import Literal, NamedNode

    if term is None:
        return None
    if isinstance(term, NamedNode):
        return str(term.value)
    if isinstance(term, Literal):
        try:
            return _READ.get(term.datatype.value, str)(term.value)
        except ValueError:  # "12a"^^xsd:integer is RDF as well
            return str(term.value)
    return str(term)
