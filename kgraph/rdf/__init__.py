"""The RDF side: a graph as triples, and the forms they are written in.

write_turtle(graph_triples(graph), file)
"""

from kgraph.rdf.jsonld import write_jsonld
from kgraph.rdf.ntriples import write_ntriples
from kgraph.rdf.prefixes import prefixes
from kgraph.rdf.rdflib_graph import to_rdflib
from kgraph.rdf.terms import Triple
from kgraph.rdf.triples import graph_triples, ontology_triples
from kgraph.rdf.turtle import write_turtle

__all__ = [
    "Triple",
    "graph_triples",
    "ontology_triples",
    "prefixes",
    "to_rdflib",
    "write_jsonld",
    "write_ntriples",
    "write_turtle",
]
