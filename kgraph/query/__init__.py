"""SPARQL over a graph: `format_result(run_query(open_store(path), "SELECT ..."), "table")`."""

from kgraph.query.formats import FORMATS, format_result
from kgraph.query.guard import guarded
from kgraph.query.named import NamedQuery, Parameter, find_named_query, named_queries
from kgraph.query.rows import Row, Rows, Value
from kgraph.query.run import Result, run_query
from kgraph.query.store import open_store, store_of

__all__ = [
    "FORMATS",
    "NamedQuery",
    "Parameter",
    "Result",
    "Row",
    "Rows",
    "Value",
    "find_named_query",
    "format_result",
    "guarded",
    "named_queries",
    "open_store",
    "run_query",
    "store_of",
]
