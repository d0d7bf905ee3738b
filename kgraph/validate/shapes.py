"""Runs ontology/shapes.ttl on a graph: the core constraints by pyshacl, the SPARQL constraints by Oxigraph.

Every SPARQL constraint there asks once about the whole graph, which Oxigraph answers many times faster than the
SPARQL engine that pyshacl uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from kgraph.errors import KGraphError
from kgraph.query import run_query
from kgraph.rdf.rdflib_graph import rdflib_term
from kgraph.rdf.terms import from_pyoxigraph
from kgraph.resources import ontology_folder
from kgraph.validate.report import SHAPES_BASE, Violation
from kgraph.validate.things import label, show, show_all, show_node

if TYPE_CHECKING:
    import rdflib
    from pyoxigraph import Store
    from rdflib.term import Node


def check_shapes(store: Store) -> tuple[list[Violation], int]:
    """Return the violations of the shapes, and how many shapes and queries there are."""
    import rdflib
    from rdflib import RDF, SH

    shapes = rdflib.Graph().parse(ontology_folder() / "shapes.ttl")
    data = rdflib.Graph(bind_namespaces="none")
    for quad in store:
        subject, predicate, object_ = (rdflib_term(from_pyoxigraph(term)) for term in quad.triple)
        data.add((subject, predicate, object_))
    named = {shape for kind in (SH.NodeShape, SH.PropertyShape) for shape in shapes.subjects(RDF.type, kind)}
    whole_graph = rdflib.URIRef(f"{SHAPES_BASE}Graph")
    queries = list(shapes.objects(whole_graph, SH.sparql))
    found = [violation for query in queries for violation in _asked(store, data, shapes, query)]
    shapes.remove((whole_graph, None, None))
    found += _core(data, shapes)
    return _merged(found), len(named) - 1 + len(queries)


def _merged(violations: list[Violation]) -> list[Violation]:
    """Return one violation for each rule that a thing breaks, with all that was found."""
    groups: dict[tuple[str, str], list[Violation]] = {}
    for violation in sorted(violations):
        groups.setdefault((violation.rule, violation.thing), []).append(violation)
    merged = []
    for group in groups.values():
        found = dict.fromkeys(violation.found for violation in group)
        told = [text for text in found if text not in ("", "none")] or list(found)
        merged.append(replace(group[0], found="; ".join(told)))
    return merged


def _asked(store: Store, data: rdflib.Graph, shapes: rdflib.Graph, query: Node) -> Iterator[Violation]:
    """Yield what a SPARQL constraint finds: ?value breaks it, ?path is the property, other variables explain."""
    from rdflib import SH

    result = run_query(store, str(shapes.value(query, SH.select)))
    for row in result.rows():
        terms = {n: from_pyoxigraph(t) for n, t in zip(result.variables, row, strict=True) if t is not None}
        if "value" not in terms:  # the one row of an aggregate over nothing
            continue
        thing, path = terms.pop("value"), terms.pop("path", "")
        said = [show(path)] if path else []
        said += [f"{name} {show(term)}" for name, term in terms.items()]
        yield Violation(
            rule=_name(query),
            thing=thing[1:-1] if thing.startswith("<") else thing,
            expected=str(shapes.value(query, SH.message)),
            found=", ".join(said),
            label=label(data, rdflib_term(thing)),
            path=path[1:-1],
            component=str(SH.SPARQLConstraintComponent),
        )


def _core(data: rdflib.Graph, shapes: rdflib.Graph) -> Iterator[Violation]:
    import pyshacl
    import rdflib
    from rdflib import SH

    _, results, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True, inference="none", advanced=False)
    if not isinstance(results, rdflib.Graph):
        raise KGraphError(f"the shapes cannot be run on the graph: {text}")
    for result in results.objects(None, SH.result):
        thing, path = results.value(result, SH.focusNode), results.value(result, SH.resultPath)
        shape, component = results.value(result, SH.sourceShape), results.value(result, SH.sourceConstraintComponent)
        values = list(results.objects(result, SH.value))
        if values and values != [thing]:
            found = show_node(values[0])
        elif isinstance(path, rdflib.URIRef):
            found = show_all(list(data.objects(thing, path)))
        elif component == SH.MinCountConstraintComponent:
            found = "none"
        else:
            found = ""
        yield Violation(
            rule=_name(shape),
            thing=str(thing) if isinstance(thing, rdflib.URIRef) else f"_:{thing}",
            expected=str(shapes.value(shape, SH.message)),
            found=found,
            label=label(data, thing),
            path=str(path) if isinstance(path, rdflib.URIRef) else "",
            component=str(component),
        )


def _name(shape: Node | None) -> str:
    return str(shape).removeprefix(SHAPES_BASE)
