"""How each node lies in the graph: its neighbours, PageRank and community, and for a concept its first and last date.

The first three are those of the simple graph: undirected, without loops, two nodes joined by the summed support of the
edges between them. Nodes are numbered in key order, weights are whole numbers and no set is ever iterated, so neither
the order of insertion nor PYTHONHASHSEED changes a digit.

PageRank and Louvain's method are worked out here, on SciPy's sparse matrices, because NetworkX's own do not fit 75,000
papers (540,000 nodes, 1.5 million edges). There its `pagerank` takes 0.9 GB for two more forms of the graph, and stops
after a few rounds, at an error of a millionth per node. Its `louvain_communities` had not ended after eight minutes;
and since it compares rounded gains, there are graphs of seven nodes with which it never ends
(https://github.com/networkx/networkx/issues/8739). Here gains are whole numbers, and all measures together take 0.25 GB
and, on a busy core, 26 s (tests/benchmarks/measures.py).
"""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

#: Significant digits of a PageRank.
PAGERANK_DIGITS = 4

_DAMPING = 0.85
_TOLERANCE = 1e-10  # of the sum of all ranks, which is 1; reached after at most 146 rounds

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def measures(graph: nx.MultiDiGraph[str], seed: int = 0) -> dict[str, dict[str, Any]]:
    """Return the measures of every node, by node key in sorted order.

    - `degree`: the number of different neighbours, itself not counted.
    - `pageRank`: the share of a random walk's time spent there, by support (0 to 1; all sum to 1 but for rounding to
      four significant digits). Damping 0.85, as NetworkX's `pagerank` has it.
    - `community`: the number of its community, 0 for the one with most nodes; of two with as many, the one with the
      smallest key comes first. Found by Louvain's method, which visits nodes in an order that `seed` decides.
    - `firstDate`, `lastDate`: of a concept, the least and the greatest date among the papers that name it; absent where
      none has a date with a year. Dates compare as strings, so one that is known to the year or month alone ("2017")
      comes before all that begin with it ("2017-06-12"), and neither makes the other more precise.
    """
    nodes, links = simple_graph(graph)
    degrees = np.diff(links.indptr).tolist()
    ranks = _pagerank(links).tolist()
    groups = _communities(links, _papers(graph, nodes), seed).tolist()
    dates = {
        key: date
        for key, data in graph.nodes(data=True)
        if data.get("kind") == "Paper" and (date := data.get("date")) and not date.startswith("--")
    }
    result = {}
    for key, degree, rank, group in zip(nodes, degrees, ranks, groups, strict=True):
        result[key] = {"degree": degree, "pageRank": _rounded(rank), "community": group}
        named = [dates[paper] for paper in graph.pred[key] if paper in dates]
        if named:
            result[key] |= {"firstDate": min(named), "lastDate": max(named)}
    return result


def simple_graph(graph: nx.MultiDiGraph[str]) -> tuple[list[str], Any]:
    """Return the node keys, sorted, and the simple graph as a symmetric CSR matrix of whole numbers in their order.

    An entry is the summed support of all edges between two nodes, whichever way they point; an edge without `support`
    counts 1. The diagonal is empty and the indices of each row are sorted.
    """
    nodes = sorted(graph)
    position = {key: number for number, key in enumerate(nodes)}
    heads, tails, weights = [], [], []
    for head, others in graph.adjacency():
        for tail, edges in others.items():
            if head != tail:
                heads.append(position[head])
                tails.append(position[tail])
                weights.append(sum(data.get("support", 1) for data in edges.values()))
    shape = (len(nodes), len(nodes))
    one_way = sparse.coo_array((np.array(weights, dtype=np.int64), (heads, tails)), shape=shape).tocsr()
    links = (one_way + one_way.T).tocsr()
    links.sort_indices()
    return nodes, links


def _papers(graph: nx.MultiDiGraph[str], nodes: list[str]) -> Ints:
    return np.array([i for i, key in enumerate(nodes) if graph.nodes[key].get("kind") == "Paper"], dtype=np.int64)


def _rounded(rank: float) -> float:
    # Ten digits first: where symmetry makes the rank a tie of four digits (1/64), rounding errors must not decide it.
    return float(f"{float(f'{rank:.10g}'):.{PAGERANK_DIGITS}g}")


def _pagerank(links: Any) -> Floats:
    """Return the PageRank of each row; a node without links gives its share to all alike."""
    count = links.shape[0]
    if not count:
        return np.zeros(0)
    strength = links.sum(axis=1).astype(np.float64)
    share = np.divide(1.0, strength, out=np.zeros(count), where=strength > 0)
    walk = links.astype(np.float64)
    ranks = np.full(count, 1.0 / count)
    while True:
        stuck = ranks[strength == 0].sum() / count
        moved: Floats = _DAMPING * (walk @ (ranks * share) + stuck) + (1.0 - _DAMPING) / count
        if np.abs(moved - ranks).sum() < _TOLERANCE:
            return moved
        ranks = moved


def _communities(links: Any, papers: Ints, seed: int) -> Ints:
    """Return the number of each row's community, numbered as `measures` says."""
    part = _papers_with_their_own(links, papers)
    member = _louvain(_merged(links, part), seed)[part]
    _, first, member, size = np.unique(member, return_index=True, return_inverse=True, return_counts=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.lexsort((first, -size))] = np.arange(len(first))
    return number[member]


def _papers_with_their_own(links: Any, papers: Ints) -> Ints:
    """Return parts of the graph, by row from 0: each paper with the concepts that it alone names.

    All their ties are the words of that paper, so they stay where it is, however few papers there are. It also leaves
    Louvain's method less than half of the nodes: 13 s instead of 18 for 75,000 papers (modularity 0.856, not 0.859).
    """
    named_by = links[:, papers]
    once = np.diff(named_by.indptr) == 1
    once[papers] = False
    part = np.arange(links.shape[0])
    part[once] = papers[named_by.indices[named_by.indptr[:-1][once]]]
    return _from_zero(part)


def _louvain(links: Any, seed: int) -> Ints:
    """Return a community of each row, from 0, by the method of Blondel et al. (2008), resolution 1."""
    member = np.arange(links.shape[0])
    while True:
        community = _moved(links, seed)
        if _count(community) == links.shape[0]:
            return member
        member = community[member]
        links = _merged(links, community)


def _moved(links: Any, seed: int) -> Ints:
    """Return a community of each row, from 0: each row goes where modularity gains most, until none gains by going.

    A row is looked at again only where a neighbour has left its community. Gains are whole numbers (modularity times
    the square of all weight, halved), so each move is a true gain and the moves come to an end.
    """
    count = links.shape[0]
    starts, weights = links.indptr.tolist(), links.data.tolist()
    rows = list(range(count))
    ends = [rows[i] for i in links.indices.tolist()]  # one object a number: they stay in the processor's cache
    strengths = links.sum(axis=1).tolist()
    total = sum(strengths)
    community, strength_of = rows[:], strengths[:]
    random.Random(seed).shuffle(rows)
    waiting, waits = deque(rows), [True] * count
    while waiting:
        row = waiting.popleft()
        waits[row] = False
        here, strength = community[row], strengths[row]
        near = slice(starts[row], starts[row + 1])
        towards = {here: 0}
        for end, weight in zip(ends[near], weights[near], strict=True):
            if end != row:
                towards[community[end]] = towards.get(community[end], 0) + weight
        strength_of[here] -= strength
        best, most = here, total * towards[here] - strength * strength_of[here]
        for there, weight in towards.items():
            gain = total * weight - strength * strength_of[there]
            if gain > most:
                best, most = there, gain
        strength_of[best] += strength
        if best != here:
            community[row] = best
            for end in ends[near]:
                if not waits[end] and community[end] != best:
                    waits[end] = True
                    waiting.append(end)
    return _from_zero(np.array(community, dtype=np.int64))


def _merged(links: Any, group: Ints) -> Any:
    """Return the graph with one row a group; the diagonal holds twice the weight inside."""
    rows = len(group)
    of = sparse.csr_array((np.ones(rows, dtype=np.int64), (np.arange(rows), group)), shape=(rows, _count(group)))
    merged = (of.T @ links @ of).tocsr()
    merged.sort_indices()
    return merged


def _count(group: Ints) -> int:
    return int(group.max()) + 1 if len(group) else 0


def _from_zero(group: Ints) -> Ints:
    """Return the same groups with numbers from 0 on, none left out."""
    numbers: Ints = np.unique(group, return_inverse=True)[1]
    return numbers
