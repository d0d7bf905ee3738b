"""How the things and values of a graph are shown to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgraph.identifiers import ONTOLOGY_BASE
from kgraph.query.visible import cut, visible
from kgraph.rdf.prefixes import SKOSXL, prefixes
from kgraph.rdf.shorten import shortener
from kgraph.rdf.terms import iri, literal
from kgraph.rdf.turtle import renderer

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

_WIDTH = 72
_SHOWN = 3
_render = renderer(shortener(prefixes()))


def show(term: str) -> str:
    """Return an N-Triples term as Turtle would write it, on one line and cut where it is long."""
    return cut(visible(_render(term)), _WIDTH)


def show_node(node: Node) -> str:
    """Return a node of rdflib as `show` does."""
    import rdflib

    if isinstance(node, rdflib.Literal):
        return show(literal(str(node), str(node.datatype or ""), node.language or ""))
    return show(iri(str(node)) if isinstance(node, rdflib.URIRef) else f"_:{node}")


def show_all(nodes: list[Node]) -> str:
    """Return how many nodes there are and the first of them, sorted."""
    shown = sorted(map(show_node, nodes))
    if len(shown) > _SHOWN:
        shown = [*shown[:_SHOWN], "..."]
    return f"{len(nodes)}: {', '.join(shown)}" if len(nodes) > 1 else shown[0] if shown else "none"


def label(graph: rdflib.Graph, thing: Node | None) -> str:
    """Return what a thing is called: its label or name, of a claim its relation, of evidence its quote; else ""."""
    import rdflib

    kg = rdflib.Namespace(ONTOLOGY_BASE)
    for property_ in (rdflib.RDFS.label, rdflib.URIRef(f"{SKOSXL}literalForm"), kg.quote):
        if names := sorted(map(str, graph.objects(thing, property_))):
            return cut(visible(names[0]), _WIDTH)
    ends = [graph.value(thing, property_, any=True) for property_ in (kg.subject, kg.predicate, kg.object)]
    if any(end is None for end in ends):
        return ""
    return " ".join(f"{end}".removeprefix(ONTOLOGY_BASE) if end == ends[1] else label(graph, end) for end in ends)
