"""The measures of nodes, on graphs that can be worked out by hand, and whatever order these come in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from examples import naming
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.graph import build_graph
from kgraph.measures import measures

Edge = tuple[str, str, int]


def graph_of(*edges: Edge, alone: str = "") -> nx.MultiDiGraph:
    """A graph of edges (head, tail, support); a node whose name begins with "p" is a paper."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    for key in [*alone, *(end for edge in edges for end in edge[:2])]:
        graph.add_node(key, kind="Paper" if key.startswith("p") else "Method")
    for number, (head, tail, support) in enumerate(edges):
        graph.add_edge(head, tail, key=str(number), support=support)
    return graph


def measure(graph: nx.MultiDiGraph, name: str) -> dict[str, Any]:
    return {key: known[name] for key, known in measures(graph).items() if name in known}


def communities(graph: nx.MultiDiGraph) -> list[set[str]]:
    groups: dict[int, set[str]] = {}
    for key, number in measure(graph, "community").items():
        groups.setdefault(number, set()).add(key)
    return [groups[number] for number in range(len(groups))]


def simple(graph: nx.MultiDiGraph) -> nx.Graph:
    joined: nx.Graph = nx.Graph()
    joined.add_nodes_from(sorted(graph))
    for head, tail, support in sorted(graph.edges(data="support")):
        if head != tail:
            before = joined.get_edge_data(head, tail, {"weight": 0})["weight"]
            joined.add_edge(head, tail, weight=before + support)
    return joined


def test_a_degree_counts_neighbours_not_edges() -> None:
    graph = graph_of(("a", "b", 1), ("a", "b", 4), ("b", "a", 1), ("a", "c", 1), ("c", "c", 1), alone="d")
    assert measure(graph, "degree") == {"a": 2, "b": 1, "c": 1, "d": 0}


def test_pagerank_is_what_a_pencil_gives() -> None:
    # Of a walk on b - a - c with support 1 and 3: a = 0.05 + 0.85 (b + c), b = 0.05 + 0.85 a / 4, c = 1 - a - b.
    graph = graph_of(("a", "b", 1), ("c", "a", 1), ("c", "a", 2))
    assert measure(graph, "pageRank") == {"a": 0.4865, "b": 0.1534, "c": 0.3601}


def test_a_rank_that_lies_between_two_roundings_is_no_matter_of_chance() -> None:
    # In groups where all are linked all 64 nodes rank alike, but for the last bit: 0.015625.
    groups = [[f"{size}-{number}-{i}" for i in range(size)] for number, size in enumerate((4, 7, 11, 10, 16, 16))]
    graph = graph_of(*((a, b, 1) for group in groups for a, b in combinations(group, 2)))
    assert set(measure(graph, "pageRank").values()) == {0.01562}


def test_communities_are_numbered_by_size_and_then_by_their_smallest_key() -> None:
    triangles = [edge for a, b, c in ("mno", "abc", "xyz") for edge in ((a, b, 1), (b, c, 1), (c, a, 1))]
    graph = graph_of(*triangles, ("x", "w", 1), ("c", "m", 1), alone="d")
    assert communities(graph) == [set("wxyz"), set("abc"), set("mno"), {"d"}]


def test_what_one_paper_alone_names_stays_with_it() -> None:
    # By modularity alone the ring a to f, all named by p, would be apart from what it names besides.
    ring = [(one, other, 9) for one, other in zip("abcdef", "bcdefa", strict=True)]
    named = [("p", key, 1) for key in "abcdefs"] + [("p2", "s", 1), ("p2", "t", 1), ("s", "t", 1)]
    assert communities(graph_of(*ring, *named))[0] == {"p", *"abcdef"}


@pytest.mark.parametrize("seed", range(8))
def test_communities_are_found_where_no_move_is_a_true_gain(seed: int) -> None:
    # On this graph a search that compares rounded gains moves the same nodes to and fro for ever.
    pairs = [(0, 1), (0, 2), (0, 5), (0, 6), (1, 2), (1, 4), (2, 3), (2, 5), (2, 6), (3, 4)]
    graph = graph_of(*((str(a), str(b), 1) for a, b in pairs))
    found = {key: known["community"] for key, known in measures(graph, seed).items()}
    assert found["0"] == found["5"] and found["3"] == found["4"]


def test_first_and_last_date_are_those_of_the_papers_that_name_a_concept() -> None:
    dates = {"p1": "2017-06-12", "p2": "2017", "p3": "--01-02", "p4": "2017-06", "p5": None}
    graph = graph_of(*((key, "a", 1) for key in dates), ("p3", "b", 1), ("p5", "b", 1), ("p1", "c", 1), ("c", "d", 1))
    for key, date in dates.items():
        graph.nodes[key]["date"] = date
    assert measure(graph, "firstDate") == {"a": "2017", "c": "2017-06-12"}
    assert measure(graph, "lastDate") == {"a": "2017-06-12", "c": "2017-06-12"}


def test_the_smallest_graphs_have_measures() -> None:
    assert measures(nx.MultiDiGraph()) == {}
    assert measures(graph_of(alone="a")) == {"a": {"degree": 0, "pageRank": 1.0, "community": 0}}


def test_a_built_graph_carries_its_measures() -> None:
    dated = replace(naming("a", "parsing"), paper=replace(naming("a", "parsing").paper, date="2021-05"))
    graph = build_graph([dated, naming("b", "parsing")])
    assert {key: dict(data) for key, data in graph.nodes(data=True)} == {
        key: graph.nodes[key] | known for key, known in measures(graph).items()
    }
    assert graph.nodes["method/parsing"].items() >= {"degree": 2, "community": 0, "firstDate": "2021-05"}.items()


edges = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "p1", "p2", "p3"]), st.sampled_from("abcdefg"),
              st.integers(1, 5)),
    max_size=30,
)  # fmt: skip


@settings(deadline=None)
@given(edges, st.randoms(use_true_random=False))
def test_the_order_of_nodes_and_edges_changes_no_measure(found: list[Edge], chance: Any) -> None:
    graph = graph_of(*found)
    nodes, links = list(graph.nodes(data=True)), list(graph.edges(keys=True, data=True))
    chance.shuffle(nodes)
    chance.shuffle(links)
    shuffled: nx.MultiDiGraph = nx.MultiDiGraph()
    shuffled.add_nodes_from(nodes)
    shuffled.add_edges_from(links)
    assert json.dumps(measures(shuffled)) == json.dumps(measures(graph))


@settings(deadline=None)
@given(edges)
def test_degree_and_pagerank_are_those_of_networkx(found: list[Edge]) -> None:
    graph = graph_of(*found)
    joined = simple(graph)
    assert measure(graph, "degree") == dict(joined.degree())
    assert measure(graph, "pageRank") == pytest.approx(nx.pagerank(joined, tol=1e-13, max_iter=999), rel=6e-4)


def test_communities_hold_together_as_well_as_those_of_networkx(field_graph: nx.MultiDiGraph) -> None:
    joined = simple(field_graph)
    theirs = nx.community.louvain_communities(joined, seed=0)
    ours = communities(field_graph)
    assert nx.community.is_partition(joined, ours)
    assert [len(group) for group in ours] == sorted(map(len, ours), reverse=True)
    assert nx.community.modularity(joined, ours) > nx.community.modularity(joined, theirs) - 0.02


def test_the_hash_seed_changes_no_measure() -> None:
    code = (
        "import json, sys; sys.path[:0] = sys.argv[1:]\n"
        "from field import make_field_graph; from kgraph.measures import measures\n"
        "print(json.dumps(measures(make_field_graph(40, 250))))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).parent), *sys.path],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1234")
    }
    assert len(printed) == 1
