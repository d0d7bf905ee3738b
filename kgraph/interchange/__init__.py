"""The NetworkX graph in the forms of other graph tools: GraphML, GEXF and CSV."""

from kgraph.interchange.gexf import gexf
from kgraph.interchange.graphml import graphml
from kgraph.interchange.tables import TABLES

__all__ = ["TABLES", "gexf", "graphml"]
