"""The RDF side: a graph as triples, and the forms they are written in.

write_turtle(graph_triples(graph), file)
"""

from kgraph.rdf.forms import Form, write_together
from kgraph.rdf.jsonld import JsonLd, write_jsonld
from kgraph.rdf.ntriples import NTriples, read_own_ntriples, write_ntriples
from kgraph.rdf.prefixes import prefixes
from kgraph.rdf.rdflib_graph import to_rdflib
from kgraph.rdf.rdfxml import rdfxml_text, write_rdfxml
from kgraph.rdf.terms import Triple
from kgraph.rdf.trig import trig_text, write_trig
from kgraph.rdf.triples import graph_nodes, graph_triples, ontology_triples
from kgraph.rdf.turtle import Turtle, write_turtle
from kgraph.rdf.turtle12 import turtle12_text, write_turtle12
from kgraph.rdf.void import Statistics, void_triples, write_void

__all__ = [
    "Form",
    "JsonLd",
    "NTriples",
    "Statistics",
    "Triple",
    "Turtle",
    "graph_nodes",
    "graph_triples",
    "ontology_triples",
    "prefixes",
    "rdfxml_text",
    "read_own_ntriples",
    "to_rdflib",
    "trig_text",
    "turtle12_text",
    "void_triples",
    "write_jsonld",
    "write_ntriples",
    "write_rdfxml",
    "write_together",
    "write_trig",
    "write_turtle",
    "write_turtle12",
    "write_void",
]
