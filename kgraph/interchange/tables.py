"""CSV: three tables, for pandas, Neo4j's LOAD CSV and the like.

UTF-8, a comma between cells, a line of names first, quotes doubled (RFC 4180, but with plain line feeds). An
empty cell is a value that is not there; an empty text is `""`.

A cell of text that a spreadsheet would take for a formula gets an apostrophe in front: titles come from
anyone, and a formula can send data away. So that it can be taken off again, a text that looks as if it had
one gets one too: of a cell that `FORMULA` matches from its first apostrophe on, that apostrophe is not the text's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kgraph.identifiers import claim_key, evidence_key
from kgraph.interchange.attributes import Column, edge_columns, node_columns, sorted_edges, sorted_nodes

if TYPE_CHECKING:
    import networkx as nx

#: Text that a spreadsheet may run: these signs, their wide forms, and white space that some drop before them.
FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")

_NODE = (Column("id", "text"),)
_EDGE = tuple(Column(name, "text") for name in ("id", "source", "relation", "target"))
_EVIDENCE = (
    *(Column(name, "text") for name in ("id", "claim", "paper", "field")),
    *(Column(name, "integer") for name in ("start", "end")),
    Column("quote", "text"),
    Column("score", "number"),
    Column("mentions", "text"),
)
_QUOTED = re.compile(r'[",\r\n]')


def nodes(graph: nx.MultiDiGraph) -> Iterator[str]:
    """Yield the lines of nodes.csv: `id` is the key, the tail of the IRI."""
    rows = ({**data, "id": key} for key, data in sorted_nodes(graph))
    return _lines([*_NODE, *node_columns(graph)], rows)


def edges(graph: nx.MultiDiGraph) -> Iterator[str]:
    """Yield the lines of edges.csv, without evidence: `id` is the key of the edge's claim."""
    rows = (
        {**data, "id": claim_key(source, target, relation), "source": source, "relation": relation, "target": target}
        for source, target, relation, data in sorted_edges(graph)
    )
    return _lines([*_EDGE, *(column for column in edge_columns(graph) if column.name != "evidence")], rows)


def evidence(graph: nx.MultiDiGraph) -> Iterator[str]:
    """Yield the lines of evidence.csv, in the order of the edges: `claim` is the `id` of the edge."""
    rows = (
        {**item, "id": evidence_key(claim, item), "claim": claim}
        for source, target, relation, data in sorted_edges(graph)
        for claim in (claim_key(source, target, relation),)
        for item in data.get("evidence", ())
    )
    return _lines(_EVIDENCE, rows)


#: The tables, as lines, by the names of their files.
TABLES: dict[str, Callable[[nx.MultiDiGraph], Iterator[str]]] = {
    "nodes.csv": nodes,
    "edges.csv": edges,
    "evidence.csv": evidence,
}


def _lines(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield ",".join(_quoted(column.name) for column in columns) + "\n"
    for row in rows:
        yield ",".join(_cell(column, row) for column in columns) + "\n"


def _cell(column: Column, row: Mapping[str, Any]) -> str:
    text = column.text(row)
    if text is None:
        return ""
    return _quoted(f"'{text}" if column.type == "text" and FORMULA.match(text) else text)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if not text or _QUOTED.search(text) else text
