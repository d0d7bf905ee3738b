"""What nodes and edges carry, as columns: in a fixed order, each of one type.

Those known here come first, in the order below; any others follow, by their names. So new attributes need
no change here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kgraph.xmltext import clean

if TYPE_CHECKING:
    import networkx as nx

Type: TypeAlias = Literal["boolean", "integer", "number", "text"]
Edge: TypeAlias = tuple[str, str, str, Mapping[str, Any]]

NODE_ORDER = (
    "kind", "label", "identifier", "date", "url", "authors", "organisation", "upvotes", "categories", "pipeline",
    "aliases", "papers", "exactMatch", "apart", "firstDate", "lastDate", "degree", "pageRank", "community",
)  # fmt: skip
EDGE_ORDER = ("support", "score", "evidence")


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute: its name, and the type that fits all its values."""

    name: str
    type: Type

    def text(self, attributes: Mapping[str, Any]) -> str | None:
        """Return the value of the attribute as text, None where there is none.

        Lists and objects become JSON, `true` and `false` stand for truth values. What XML cannot hold becomes
        U+FFFD.
        """
        value = attributes.get(self.name)
        if value is None:
            return None
        if isinstance(value, str):
            return clean(value)
        if isinstance(value, bool | int | float):
            return json.dumps(value)
        return clean(json.dumps(value, ensure_ascii=False))


def sorted_nodes(graph: nx.MultiDiGraph) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the nodes with their attributes, by key."""
    return sorted(graph.nodes(data=True), key=lambda node: node[0])


def sorted_edges(graph: nx.MultiDiGraph) -> list[Edge]:
    """Return the edges as source, target, relation and attributes, by the first three."""
    return sorted(graph.edges(keys=True, data=True), key=lambda edge: edge[:3])


def node_columns(graph: nx.MultiDiGraph) -> list[Column]:
    """Return the columns of the nodes of a graph; `id` is none, being the node's key in most forms."""
    return _columns((data for _, data in graph.nodes(data=True)), NODE_ORDER, without=("id",))


def edge_columns(graph: nx.MultiDiGraph) -> list[Column]:
    """Return the columns of the edges of a graph; their keys are none."""
    return _columns((data for _, _, data in graph.edges(data=True)), EDGE_ORDER, without=("id", "key"))


def _columns(rows: Iterable[Mapping[str, Any]], order: Sequence[str], without: Sequence[str]) -> list[Column]:
    types: dict[str, set[Type]] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                types.setdefault(name, set()).add(_type(value))
    names = [name for name in order if name in types] + sorted(types.keys() - {*order, *without})
    return [Column(name, _common(types[name])) for name in names]


def _type(value: object) -> Type:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "number" if isinstance(value, float) else "text"


def _common(types: set[Type]) -> Type:
    if len(types) == 1:
        (only,) = types
        return only
    return "number" if types == {"integer", "number"} else "text"
