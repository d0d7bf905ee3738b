"""The map's layout: deterministic, free of overlaps, topics kept together."""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.measures import measures
from kgraph.view.detail import by_importance, communities, paper_counts, symbol_radii
from kgraph.view.layout import layout

SAME_EVERYWHERE = """
import hashlib, json
import networkx as nx
from kgraph.measures import measures
from kgraph.view.detail import communities
from kgraph.view.layout import layout
chance = __import__("random").Random(5)
graph = nx.MultiDiGraph()
for i in range(300):
    graph.add_edge(f"method/{i}", f"task/{chance.randrange(1, i + 2) // 2}", key="usedFor", support=1 + i % 3)
nx.set_node_attributes(graph, measures(graph))
print(hashlib.sha256(json.dumps(layout(graph, communities(graph))).encode()).hexdigest())
"""


def graph_of(pairs: list[tuple[str, str]], *alone: str) -> nx.MultiDiGraph:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_nodes_from(alone, kind="Method", label="x")
    for head, tail in pairs:
        graph.add_edge(head, tail, key="partOf", support=1)
    nx.set_node_attributes(graph, measures(graph))
    return graph


def places_of(graph: nx.MultiDiGraph) -> dict[str, tuple[int, int]]:
    return layout(graph, communities(graph))


def clique(name: str, size: int) -> list[tuple[str, str]]:
    return list(combinations([f"{name}{i:02d}" for i in range(size)], 2))


def test_the_hash_seed_moves_no_node() -> None:
    results = {
        subprocess.run(
            [sys.executable, "-c", SAME_EVERYWHERE],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(results) == 1


def test_the_order_of_insertion_moves_no_node(field_graph: nx.MultiDiGraph) -> None:
    nodes, edges = list(field_graph.nodes(data=True)), list(field_graph.edges(keys=True, data=True))
    random.Random(3).shuffle(nodes)
    random.Random(4).shuffle(edges)
    shuffled: nx.MultiDiGraph = nx.MultiDiGraph()
    shuffled.add_nodes_from(nodes)
    shuffled.add_edges_from(edges)
    assert places_of(shuffled) == places_of(field_graph)


def test_an_empty_graph_has_an_empty_layout() -> None:
    assert layout(nx.MultiDiGraph(), []) == {}


def test_one_node_lies_in_the_middle() -> None:
    assert places_of(graph_of([], "method/a")) == {"method/a": (0, 0)}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=80),
    st.integers(0, 10),
)
def test_every_node_has_a_place_of_its_own_in_whole_units(pairs: list[tuple[int, int]], alone: int) -> None:
    graph = graph_of([(f"n{a}", f"n{b}") for a, b in pairs], *(f"alone{i}" for i in range(alone)))
    places = places_of(graph)
    assert set(places) == set(graph)
    assert len(set(places.values())) == len(graph)
    assert all(type(value) is int and abs(value) < 1e6 for place in places.values() for value in place)


def test_no_symbol_covers_another(field_graph: nx.MultiDiGraph) -> None:
    places, radius = places_of(field_graph), symbol_radii(field_graph)
    covered = [
        (a, b) for a, b in combinations(sorted(places), 2) if math.dist(places[a], places[b]) < radius[a] + radius[b]
    ]
    assert covered == []


def test_a_topic_lies_together_on_the_map() -> None:
    graph = graph_of([*clique("a", 20), *clique("b", 20), *clique("c", 20), ("a00", "b00"), ("b01", "c00")])
    places = places_of(graph)
    middle = {name: [sum(places[f"{name}{i:02d}"][axis] for i in range(20)) / 20 for axis in (0, 1)] for name in "abc"}
    for key, place in places.items():
        assert min(middle, key=lambda name: math.dist(place, middle[name])) == key[0]


def test_small_components_lie_below_the_main_map() -> None:
    graph = graph_of([*clique("main", 20), ("small0", "small1")], "single")
    places = places_of(graph)
    lowest = max(y for key, (_, y) in places.items() if key.startswith("main"))
    assert all(places[key][1] > lowest for key in ("small0", "small1", "single"))


def test_the_backbone_is_connected_and_comes_first(field_graph: nx.MultiDiGraph) -> None:
    order = by_importance(field_graph, 200)
    assert sorted(order) == sorted(field_graph)
    assert nx.is_weakly_connected(field_graph.subgraph(order[:200]))
    papers = paper_counts(field_graph)
    concepts = [papers[key] for key in order[:200] if not key.startswith("paper/")]
    assert concepts == sorted(concepts, reverse=True)


@pytest.mark.parametrize("size", [0, 1, 5, 100])
def test_a_backbone_of_any_size_leaves_no_node_out(size: int) -> None:
    graph = graph_of([*clique("a", 4), *clique("b", 3)], "alone")
    assert sorted(by_importance(graph, size)) == sorted(graph)
