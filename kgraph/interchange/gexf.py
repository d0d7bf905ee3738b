"""GEXF 1.3, for Gephi: as its schema has it, which NetworkX's own writer leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kgraph.identifiers import claim_key
from kgraph.interchange.attributes import Column, edge_columns, node_columns, sorted_edges, sorted_nodes
from kgraph.xmltext import attribute

if TYPE_CHECKING:
    import networkx as nx

_TYPES = {"boolean": "boolean", "integer": "long", "number": "double", "text": "string"}


def gexf(graph: nx.MultiDiGraph) -> Iterator[str]:
    """Yield the graph as GEXF 1.3, piece by piece: nodes and edges sorted, lists as JSON.

    An edge's relation is its `kind`, by which Gephi tells parallel edges apart, and its label; its weight is
    its support, its id the key of its claim.
    """
    nodes = [column for column in node_columns(graph) if column.name != "label"]
    edges = edge_columns(graph)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" version="1.3">\n'
    yield "  <meta>\n    <creator>kgraph</creator>\n    <description>Methods, tasks, datasets and metrics of papers"
    yield '</description>\n  </meta>\n  <graph defaultedgetype="directed" idtype="string" mode="static">\n'
    for kind, columns in (("node", nodes), ("edge", edges)):
        yield f'    <attributes class="{kind}" mode="static">\n'
        for column in columns:
            name = attribute(column.name)
            yield f'      <attribute id="{name}" title="{name}" type="{_TYPES[column.type]}"/>\n'
        yield "    </attributes>\n"
    yield f'    <nodes count="{graph.number_of_nodes()}">\n'
    for key, data in sorted_nodes(graph):
        label = attribute(str(data.get("label", key)))
        yield f'      <node id="{attribute(key)}" label="{label}">{_values(nodes, data)}</node>\n'
    yield f'    </nodes>\n    <edges count="{graph.number_of_edges()}">\n'
    for source, target, relation, data in sorted_edges(graph):
        ends = f'source="{attribute(source)}" target="{attribute(target)}"'
        name, weight = attribute(relation), data.get("support", 1)
        yield f'      <edge id="{claim_key(source, target, relation)}" {ends} kind="{name}" label="{name}"'
        yield f' weight="{weight}">{_values(edges, data)}</edge>\n'
    yield "    </edges>\n  </graph>\n</gexf>\n"


def _values(columns: Sequence[Column], attributes: Mapping[str, Any]) -> str:
    values = "".join(
        f'<attvalue for="{attribute(column.name)}" value="{attribute(text)}"/>'
        for column in columns
        if (text := column.text(attributes)) is not None
    )
    return f"<attvalues>{values}</attvalues>"
