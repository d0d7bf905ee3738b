"""TriG and Turtle 1.2, which say the same in other ways, read back by other people's parsers."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable

import networkx as nx
import pyoxigraph
import pytest
from graphs import ATTENTION, HOSTILE, PLAIN, TRANSFORMER, a_richer_graph, small_graph
from rdflib import Dataset

from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE
from kgraph.rdf import graph_triples, prefixes, to_rdflib, write_trig, write_turtle12
from kgraph.rdf.terms import Triple, from_pyoxigraph

KG = ONTOLOGY_BASE
REIFIES = f"<{prefixes()['rdf']}reifies>"


def written(graph: nx.MultiDiGraph, write: Callable[..., None]) -> bytes:
    file = io.BytesIO()
    write(graph_triples(graph), file)
    return file.getvalue()


def term(key: str) -> str:
    return f"<{ID_BASE}{key}>"


def named_graphs(graph: nx.MultiDiGraph) -> dict[str, set[Triple]]:
    """Return the triples of each graph of the TriG form, "" for the default one, as pyoxigraph reads them."""
    graphs = defaultdict(set)
    for quad in pyoxigraph.parse(written(graph, write_trig), pyoxigraph.RdfFormat.TRIG):
        name = "" if isinstance(quad.graph_name, pyoxigraph.DefaultGraph) else str(quad.graph_name)
        graphs[name].add((from_pyoxigraph(quad.subject), from_pyoxigraph(quad.predicate), from_pyoxigraph(quad.object)))
    return graphs


@pytest.mark.parametrize("graph", [small_graph(), a_richer_graph()])
def test_all_graphs_of_trig_together_are_the_triples_of_the_other_forms(graph: nx.MultiDiGraph) -> None:
    assert set().union(*named_graphs(graph).values()) == set(graph_triples(graph))
    read = Dataset(default_union=True).parse(data=written(graph, write_trig), format="trig")
    assert set(read.triples((None, None, None))) == set(to_rdflib(graph))


def test_every_paper_has_its_graph_and_no_other_tells_of_it() -> None:
    graphs = named_graphs(small_graph())
    assert graphs.keys() == {"", term(PLAIN), term(HOSTILE)}
    for paper in (PLAIN, HOSTILE):
        others = [triple for name, triples in graphs.items() if name != term(paper) for triple in triples]
        assert not [triple for triple in others if term(paper) in triple]
        assert [o for s, p, o in graphs[term(paper)] if s == term(paper) and p == f"<{KG}paperId>"]


def test_a_papers_graph_holds_its_evidence_and_the_relations_that_this_supports() -> None:
    graph, graphs = small_graph(), named_graphs(small_graph())
    for paper in (PLAIN, HOSTILE):
        found = graphs[term(paper)]
        items = [
            (s, t, r, item)
            for s, t, r, data in graph.edges(keys=True, data=True)
            for item in data["evidence"]
            if item["paper"] == paper
        ]
        assert len([o for _, p, o in found if p == f"<{KG}supports>"]) == len(items)
        for source, target, relation, _ in items:
            assert (term(source), f"<{KG}{relation}>", term(target)) in found
        related = {(s, p, o) for s, p, o in found if s.startswith(term("method")[:-1])}
        wanted = {(term(s), f"<{KG}{r}>", term(t)) for s, t, r, _ in items if s.startswith("method/")}
        assert related == wanted
    assert (term(ATTENTION), f"<{KG}partOf>", term(TRANSFORMER)) in graphs[""]


def test_in_turtle_1_2_a_claim_reifies_its_relation_and_all_else_is_the_same() -> None:
    found = set()
    for quad in pyoxigraph.parse(written(small_graph(), write_turtle12), pyoxigraph.RdfFormat.TURTLE):
        subject, predicate = from_pyoxigraph(quad.subject), from_pyoxigraph(quad.predicate)
        if predicate == REIFIES:
            claimed = quad.object
            for name in ("subject", "predicate", "object"):
                found.add((subject, f"<{KG}{name}>", from_pyoxigraph(getattr(claimed, name))))
        else:
            found.add((subject, predicate, from_pyoxigraph(quad.object)))
    assert found == set(graph_triples(small_graph()))


def test_sparql_1_2_finds_the_claim_of_a_triple_and_its_evidence() -> None:
    store = pyoxigraph.Store()
    store.load(written(small_graph(), write_turtle12), pyoxigraph.RdfFormat.TURTLE)
    answers = store.query(
        """
        PREFIX kg: <https://w3id.org/kgraph/ontology#> PREFIX method: <https://w3id.org/kgraph/id/method/>
        SELECT ?score ?quote {
          method:attention kg:usedFor ?task ~ ?claim .
          ?claim kg:score ?score . ?evidence kg:supports ?claim ; kg:quote ?quote .
        }
        """
    )
    assert [(a["score"].value, a["quote"].value) for a in answers] == [("0.4", "Translating by attention alone")]
