"""GraphML, for igraph, Cytoscape, yEd, Gephi and NetworkX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kgraph.interchange.attributes import Column, edge_columns, node_columns, sorted_edges, sorted_nodes
from kgraph.xmltext import attribute, escape

if TYPE_CHECKING:
    import networkx as nx

_TYPES = {"boolean": "boolean", "integer": "long", "number": "double", "text": "string"}
_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"


def graphml(graph: nx.MultiDiGraph) -> Iterator[str]:
    """Yield the graph as GraphML, piece by piece: nodes and edges sorted, lists as JSON.

    An edge's relation is its `key`, which `networkx.read_graphml` makes the key of the edge.
    """
    nodes, edges = node_columns(graph), [Column("key", "text"), *edge_columns(graph)]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<graphml xmlns="{_NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    yield f' xsi:schemaLocation="{_NAMESPACE} {_NAMESPACE}/1.0/graphml.xsd">\n'
    for kind, columns in (("node", nodes), ("edge", edges)):
        for number, column in enumerate(columns):
            name = f'id="{kind[0]}{number}" for="{kind}" attr.name="{attribute(column.name)}"'
            yield f'  <key {name} attr.type="{_TYPES[column.type]}"/>\n'
    yield '  <graph id="kgraph" edgedefault="directed">\n'
    for key, data in sorted_nodes(graph):
        yield f'    <node id="{attribute(key)}">{_data("n", nodes, data)}</node>\n'
    for source, target, relation, data in sorted_edges(graph):
        ends = f'source="{attribute(source)}" target="{attribute(target)}"'
        yield f"    <edge {ends}>{_data('e', edges, {**data, 'key': relation})}</edge>\n"
    yield "  </graph>\n</graphml>\n"


def _data(letter: str, columns: Sequence[Column], attributes: Mapping[str, Any]) -> str:
    return "".join(
        f'<data key="{letter}{number}">{escape(text)}</data>'
        for number, column in enumerate(columns)
        if (text := column.text(attributes)) is not None
    )
