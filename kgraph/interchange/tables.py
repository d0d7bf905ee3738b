"""CSV: three tables, for pandas, Neo4j's LOAD CSV and the like.

UTF-8, a comma between cells, a line of names first, quotes doubled (RFC 4180, but with plain line feeds). An
empty cell is a value that is not there; an empty text is `""`.

A cell of text that a spreadsheet would take for a formula gets an apostrophe in front: titles come from
anyone, and a formula can send data away. So that it can be taken off again, a text that looks as if it had
one gets one too: of a cell that `FORMULA` matches from its first apostrophe on, that apostrophe is not the text's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kgraph.identifiers import claim_key, evidence_key
from kgraph.interchange.attributes import Column, edge_columns, node_columns, sorted_edges, sorted_nodes

if TYPE_CHECKING:
    import networkx as nx

#: Text that a spreadsheet may run: these signs, their wide forms, and white space that some drop before them.
FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")

_EVIDENCE = (
    Column("paper", "text"),
    Column("field", "text"),
    Column("start", "integer"),
    Column("end", "integer"),
    Column("quote", "text"),
    Column("score", "number"),
    Column("mentions", "text"),
)

_QUOTED = re.compile(r'[",\r\n]')


def nodes(graph: nx.MultiDiGraph) -> Iterator[str]:
    """Yield the lines of nodes.csv: `id` is the key, the tail of the IRI."""
    columns = node_columns(graph)
    yield _line(["id", *(column.name for column in columns)])
    for key, data in sorted_nodes(graph):
        yield _line([key, *_cells(columns, data)])


def edges(graph: nx.MultiDiGraph) -> Iterator[str]:
    """Yield the lines of edges.csv, without evidence: `id` is the key of the edge's claim."""
    columns = [column for column in edge_columns(graph) if column.name != "evidence"]
    yield _line(["id", "source", "relation", "target", *(column.name for column in columns)])
    for source, target, relation, data in sorted_edges(graph):
        yield _line([claim_key(source, target, relation), source, relation, target, *_cells(columns, data)])


def evidence(graph: nx.MultiDiGraph) -> Iterator[str]:
    """Yield the lines of evidence.csv, in the order of the edges: `claim` is the `id` of the edge."""
    yield _line(["id", "claim", *(column.name for column in _EVIDENCE)])
    for source, target, relation, data in sorted_edges(graph):
        claim = claim_key(source, target, relation)
        for item in data.get("evidence", ()):
            yield _line([evidence_key(claim, item), claim, *_cells(_EVIDENCE, item)])


#: The tables, as lines, by the names of their files.
TABLES: dict[str, Callable[[nx.MultiDiGraph], Iterator[str]]] = {
    "nodes.csv": nodes,
    "edges.csv": edges,
    "evidence.csv": evidence,
}


def _cells(columns: Sequence[Column], attributes: Mapping[str, Any]) -> Iterator[str | None]:
    for column in columns:
        text = column.text(attributes)
        if text is not None and column.type == "text" and FORMULA.match(text):
            text = f"'{text}"
        yield text


def _line(cells: Sequence[str | None]) -> str:
    return ",".join(map(_quoted, cells)) + "\n"


def _quoted(cell: str | None) -> str:
    if cell is None:
        return ""
    if not cell or _QUOTED.search(cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell
