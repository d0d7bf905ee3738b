"""How important each node is, the order in which nodes are drawn and named, their symbols' sizes, their groups."""

from __future__ import annotations

import heapq

import networkx as nx

_PAPER_RADIUS = 5.0
# A paper links all that it names, so by links alone it would outrank what it introduces.
_PAPER_WEIGHT = 0.5


def degrees(graph: nx.MultiDiGraph[str]) -> dict[str, int]:
    """Return each node's number of different neighbours, itself not counted."""
    return {key: len(_neighbours(graph, key)) for key in sorted(graph)}


def paper_counts(graph: nx.MultiDiGraph[str]) -> dict[str, int]:
    """Return for each node the number of papers linked to it: for a concept, those that name it."""
    papers = {key for key, kind in graph.nodes(data="kind") if kind == "Paper"}
    return {key: len(_neighbours(graph, key) & papers) for key in sorted(graph)}


def symbol_radii(graph: nx.MultiDiGraph[str]) -> dict[str, float]:
    """Return the radius of each node's symbol in map units: a concept's grows with its papers."""
    kind = graph.nodes(data="kind")
    return {
        key: _PAPER_RADIUS if kind[key] == "Paper" else round(min(4.0 + 2.2 * max(count, 1) ** 0.5, 26.0), 1)
        for key, count in paper_counts(graph).items()
    }


def by_importance(graph: nx.MultiDiGraph[str], backbone: int) -> list[str]:
    """Return all node keys, the backbone first, each part from the most to the least important.

    A concept that more papers share is more important; below those that only one paper names, and
    the papers, the number of links decides. The backbone has at most `backbone` nodes. It grows from
    the most important node by taking, again and again, the most important node that is linked to it,
    so it is connected; when a component is used up it goes on with the best node of those left.
    """
    degree, papers = graph.nodes(data="degree"), paper_counts(graph)
    kind = graph.nodes(data="kind")

    def weight(key: str) -> tuple[float, float]:
        if kind[key] == "Paper":
            return (1, _PAPER_WEIGHT * degree[key])
        return (max(papers[key], 1), degree[key])

    ranked = sorted(graph, key=lambda key: (*(-part for part in weight(key)), key))
    rank = {key: number for number, key in enumerate(ranked)}
    taken: set[str] = set()
    waiting: list[int] = []
    seeds = iter(range(len(ranked)))
    while len(taken) < min(backbone, len(ranked)):
        if not waiting:
            waiting.append(next(number for number in seeds if ranked[number] not in taken))
        key = ranked[heapq.heappop(waiting)]
        if key not in taken:
            taken.add(key)
            for neighbour in _neighbours(graph, key) - taken:
                heapq.heappush(waiting, rank[neighbour])
    return [key for key in ranked if key in taken] + [key for key in ranked if key not in taken]


def communities(graph: nx.MultiDiGraph[str]) -> list[list[str]]:
    """Return the sorted node keys of each community, the one with most nodes first."""
    groups: dict[int, list[str]] = {}
    for key, community in sorted(graph.nodes(data="community")):
        groups.setdefault(community, []).append(key)
    return sorted(groups.values(), key=lambda group: (-len(group), group))


def _neighbours(graph: nx.MultiDiGraph[str], key: str) -> set[str]:
    return {*graph.succ[key], *graph.pred[key]} - {key}
