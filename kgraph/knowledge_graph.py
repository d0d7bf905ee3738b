"""A graph in Python: NetworkX to walk over it, SPARQL to ask it, rdflib and pandas to take it further."""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from kgraph.errors import GraphError, QueryError

if TYPE_CHECKING:
    import networkx as nx
    import pandas
    import rdflib
    from pyoxigraph import Store

    from kgraph.query import Rows

# No SPARQL query is a single word.
_NAME = re.compile(r"[\w-]+")


class KnowledgeGraph:
    """A graph of papers and of the methods, tasks, datasets and metrics that they name.

    `networkx` is the graph itself: node keys are the tails of IRIs (`method/bert`), edge keys are relation
    names, and the evidence lies on the edges. Treat it as fixed: queries ask what it held at the first one.
    """

    def __init__(self, networkx: nx.MultiDiGraph) -> None:
        """`networkx` is a graph as `kgraph.graph.build_graph` makes it."""
        self.networkx = networkx

    def __repr__(self) -> str:
        nodes, edges = self.networkx.number_of_nodes(), self.networkx.number_of_edges()
        return f"<KnowledgeGraph of {nodes:,} nodes and {edges:,} relations>"

    @cached_property
    def _store(self) -> Store:
        from kgraph.query import store_of

        return store_of(self.networkx)

    def to_rdflib(self) -> rdflib.Graph:
        """Return the graph, its evidence and the ontology as an rdflib Graph, with the usual prefixes bound."""
        from kgraph.rdf import to_rdflib

        return to_rdflib(self.networkx)

    @overload
    def query(self, query: str, /, *, frame: Literal[False] = False, **params: str | int | date) -> Rows: ...
    @overload
    def query(self, query: str, /, *, frame: Literal[True], **params: str | int | date) -> pandas.DataFrame: ...
    def query(self, query: str, /, *, frame: bool = False, **params: str | int | date) -> Rows | pandas.DataFrame:
        """Return the rows that answer a named query (`methods-for-task`, with its parameters) or any SPARQL.

        The usual prefixes are declared in advance. ASK gives one row, whose `answer` is True or False. With `frame`,
        the rows come as a pandas DataFrame. Raises QueryError for a query or a parameter that cannot be used, for
        CONSTRUCT and DESCRIBE, which give triples, and KGraphError where a frame is asked for without pandas.
        """
        from kgraph.query import Rows, find_named_query, guarded, run_query

        store = self._store  # made here, so that it is made once
        if _NAME.fullmatch(query):
            sparql = find_named_query(query).bind({name: str(value) for name, value in params.items()})
            rows = Rows.of(run_query(store, sparql))
        elif params:
            raise QueryError(f"only a named query takes parameters, and this is SPARQL: {', '.join(params)}")
        else:
            rows = guarded(query, lambda: Rows.of(run_query(store, query)))
        return rows.to_pandas() if frame else rows

    def find(self, name: str) -> list[str]:
        """Return the node keys of the concepts with this name, those in most papers first; [] where there is none.

        `name` is a node key, an IRI, a label or any other name; letter case, hyphens and the plural do not count,
        unless a concept has the name exactly.
        """
        from kgraph.explain import find_concepts

        return find_concepts(self.networkx, name)

    def explain(self, name: str) -> str:
        """Return a text that says what the concepts of this name are, why their names are one, and what papers say.

        `name` is as in `find`. Raises GraphError where no concept has it.
        """
        from kgraph.explain import explain

        found = self.find(name)
        if not found:
            raise GraphError(f"no concept of the graph has the name {name!r}")
        return "\n".join(explain(self.networkx, node) for node in found)


def load(path: str | PathLike[str]) -> KnowledgeGraph:
    """Return the graph in a folder that `kgraph build` wrote.

    Raises GraphError where there is none, or where its files are not those that its manifest describes.
    """
    from kgraph.build import read_manifest
    from kgraph.graph import read_graph

    folder = Path(path)
    read_manifest(folder, "graph.json")
    return KnowledgeGraph(read_graph(folder))
