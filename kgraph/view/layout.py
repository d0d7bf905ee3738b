"""Where each node of the map lies: topics, which are the graph's communities, packed as discs, forces inside them.

Everything here is a function of the graph. Nodes are taken in key order and no set of strings is ever
iterated, so neither the order of insertion nor PYTHONHASHSEED moves a node.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from kgraph.measures import simple_graph
from kgraph.view.detail import symbol_radii

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Topics without links to others that have fewer nodes, or a smaller part of all, are packed aside.
_SMALL_COMPONENT = 12
_SMALL_PART = 0.05
_ROOM = 1.5  # space that a symbol takes, in radii: the larger ones have labels
_GAP = 9.0  # least free space between two symbols, in map units
_PITCH = 2.3  # side of the square that a node gets inside its topic's disc, in spaces of a symbol
_BETWEEN = 24.0  # free space between the discs of two topics
_ASPECT = 1.3  # width of the map over its height: screens are wide and so are labels
_ROUNDS = 60  # rounds of forces
_FEWEST_ROUNDS = 24
_ALL_ROUNDS_TO = 4000  # nodes; larger maps get fewer rounds, in which the same heat goes by in larger steps
_REACH = 3.2  # how far nodes repel each other at first, in pitches
_ANGLES = 24  # places tried around each disc that already lies
_SPREADING_ROUNDS = 100  # most rounds to pull overlapping symbols apart


@dataclass(frozen=True)
class _Links:
    """The different pairs of linked nodes, as positions in key order, and the strength of each."""

    nodes: list[str]
    pairs: Ints  # shape (m, 2), head < tail
    weights: Floats  # shape (m,)

    @property
    def degrees(self) -> Ints:
        return np.bincount(self.pairs.ravel(), minlength=len(self.nodes))


@dataclass(frozen=True)
class _Discs:
    """The discs that hold the topics: by node the number of its disc, by disc its middle and radius."""

    of: Ints  # shape (n,)
    middles: Floats  # shape (k, 2)
    radii: Floats  # shape (k,)


def layout(graph: nx.MultiDiGraph[str], groups: Sequence[Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Return the place of every node, by node key: x to the right, y downwards, whole map units.

    No two nodes share a place. `groups` are the topics, each node in one; the first lies in the middle.
    """
    links = _links(graph)
    if not links.nodes:
        return {}
    position = {key: i for i, key in enumerate(links.nodes)}
    members = [np.array([position[key] for key in group], dtype=np.int64) for group in groups]
    group_of = np.empty(len(links.nodes), dtype=np.int64)
    for number, group in enumerate(members):
        group_of[group] = number

    space = np.array([radius for _, radius in sorted(symbol_radii(graph).items())]) * _ROOM + _GAP / 2
    # A square of the pitch for each node makes the area of the disc.
    radii = np.array([max(_PITCH * float(np.sqrt((space[g] ** 2).sum() / np.pi)), space[g].max()) for g in members])
    discs = _place_discs(links, group_of, radii)
    places = np.empty((len(links.nodes), 2))
    for number, group in enumerate(members):
        order = group[np.argsort(-links.degrees[group], kind="stable")]
        places[order] = discs.middles[number] + _sunflower(len(order), radii[number])
    _run_forces(places, links, space, discs)
    # Now that each topic has its true extent, pack the discs once more, tightly.
    middles = np.array([places[g].mean(axis=0) for g in members])
    from_middle = np.linalg.norm(places - middles[group_of], axis=1) + space
    radii = np.array([np.quantile(from_middle[g], 0.98) for g in members])
    places += (_place_discs(links, group_of, radii).middles - middles)[group_of]
    places[:, 0] *= _ASPECT
    _pull_apart(places, space)
    return dict(zip(links.nodes, _whole_and_different(places), strict=True))


def _links(graph: nx.MultiDiGraph[str]) -> _Links:
    nodes, matrix = simple_graph(graph)
    pairs = sparse.triu(matrix).tocsr().tocoo()
    return _Links(nodes, np.column_stack((pairs.row, pairs.col)).astype(np.int64), pairs.data.astype(np.float64))


def _sunflower(count: int, radius: float) -> Floats:
    """Return `count` evenly spread points in a disc, from its middle outwards."""
    steps = np.arange(count, dtype=np.float64)
    angles = steps * np.pi * (3.0 - 5.0**0.5)
    distance = radius * np.sqrt(steps / max(count, 1))
    return np.column_stack((distance * np.cos(angles), distance * np.sin(angles)))


def _place_discs(links: _Links, group_of: Ints, radii: Floats) -> _Discs:
    """Return where each topic's disc lies: linked topics near each other, small components in rows below."""
    count = len(radii)
    ends = group_of[links.pairs]
    between = np.zeros((count, count))
    np.add.at(between, (ends[:, 0], ends[:, 1]), links.weights)
    between += between.T
    sizes = np.bincount(group_of, minlength=count)
    np.fill_diagonal(between, 0.0)
    large = max(_SMALL_COMPONENT, _SMALL_PART * len(group_of))
    main = [g for g in range(count) if sizes[g] >= large or between[g].any()]
    aside = [g for g in range(count) if sizes[g] < large and not between[g].any()]

    middles = np.zeros((count, 2))
    around = np.linspace(0.0, 2 * np.pi, _ANGLES, endpoint=False)
    directions = np.column_stack((np.cos(around), np.sin(around)))
    for rank, group in enumerate(main[1:], start=1):
        placed = main[:rank]
        least = radii[placed] + radii[group] + _BETWEEN
        tried = (middles[placed][:, None, :] + directions * least[:, None, None]).reshape(-1, 2)
        linked = [other for other in placed if between[group, other] > 0]
        pull = between[group, linked] / max(between[group, linked].sum(), 1.0)
        cost = np.linalg.norm(tried, axis=1) + _distances(tried, middles[linked]) @ pull
        order = np.argsort(np.round(cost, 6), kind="stable")
        for some in np.array_split(order, max(1, len(order) // 64)):
            free = (_distances(tried[some], middles[placed]) >= least - 1e-6).all(axis=1)
            if free.any():
                middles[group] = tried[some[int(np.argmax(free))]]
                break
    _place_rows(aside, main, middles, radii)
    return _Discs(group_of, middles, radii)


def _distances(points: Floats, others: Floats) -> Floats:
    distances: Floats = np.linalg.norm(points[:, None, :] - others[None, :, :], axis=2)
    return distances


def _place_rows(aside: list[int], main: list[int], middles: Floats, radii: Floats) -> None:
    """Put the discs in `aside` in rows below those in `main`, as wide as these."""
    if not aside:
        return
    if main:
        left = float((middles[main, 0] - radii[main]).min())
        right = float((middles[main, 0] + radii[main]).max())
        top = float((middles[main, 1] + radii[main]).max()) + 3 * _BETWEEN
    else:
        right = float(np.sqrt(((2 * radii[aside] + _BETWEEN) ** 2).sum())) / 2
        left, top = -right, 0.0
    x, row_height = left, 0.0
    for group in aside:
        width = 2 * float(radii[group]) + _BETWEEN
        if x > left and x + width > right:
            x, top, row_height = left, top + row_height, 0.0
        middles[group] = (x + width / 2, top + width / 2)
        x += width
        row_height = max(row_height, width)


def _run_forces(places: Floats, links: _Links, space: Floats, discs: _Discs) -> None:
    """Move `places`: links pull, near nodes push, and each topic keeps to its disc."""
    heads, tails = links.pairs[:, 0], links.pairs[:, 1]
    inside = discs.of[heads] == discs.of[tails]
    degrees = np.maximum(links.degrees, 1)
    # A link to another topic only turns a node towards it: a hub has many and must not leave its own.
    smaller, larger = np.sort(degrees[links.pairs], axis=1).T
    stiffness = np.where(inside, 0.35 / np.sqrt(smaller), 0.03 / larger)
    rest = (space[heads] + space[tails]) * 1.3
    middle, radius = discs.middles[discs.of], discs.radii[discs.of]
    pitch = _PITCH * float(np.median(space))
    root = space / np.median(space)
    mass = root**2
    rounds = max(_FEWEST_ROUNDS, min(_ROUNDS, int(_ROUNDS * (_ALL_ROUNDS_TO / len(places)) ** 0.5)))
    for turn in range(rounds):
        heat = 1.0 - turn / rounds
        moves = np.zeros_like(places)

        along = places[tails] - places[heads]
        length = np.maximum(_lengths(along), 1e-9)
        pull = along * (stiffness * (length - rest) / length)[:, None]
        _add(moves, heads, pull / root[heads, None])
        _add(moves, tails, -pull / root[tails, None])

        reach = pitch * (1.6 + (_REACH - 1.6) * heat)
        a, b = _near_pairs(places, reach)
        apart = places[b] - places[a]
        length = np.maximum(_lengths(apart), 1e-3)
        wish = pitch * 0.45 * root[a] * root[b] * (1.0 - length / reach) / length
        push = apart * (np.minimum(wish * pitch * 0.35, pitch) / length)[:, None]
        _add(moves, a, -push / mass[a][:, None])
        _add(moves, b, push / mass[b][:, None])

        home = middle - places
        distance = np.maximum(_lengths(home), 1e-9)
        outside = np.maximum(distance - radius * 0.92, 0.0)
        moves += home / distance[:, None] * (outside * 0.5)[:, None]

        step = _lengths(moves)
        limit = pitch * (0.15 + 1.6 * heat)
        places += moves * np.minimum(1.0, limit / np.maximum(step, 1e-9))[:, None]


def _pull_apart(places: Floats, space: Floats) -> None:
    """Move `places` until each symbol has its space, but for a rest that is too small to let symbols touch."""
    if len(places) > 1:
        # Where most are too close to their nearest, a larger map is quicker than many small pushes.
        distance, nearest = cKDTree(places).query(places, k=2)
        places *= max(1.0, float(np.median((space + space[nearest[:, 1]]) / np.maximum(distance[:, 1], 1.0))))
    for _ in range(_SPREADING_ROUNDS):
        a, b = _close_pairs(places, space)
        apart = places[b] - places[a]
        length = _lengths(apart)
        lack = space[a] + space[b] - length
        hit = lack > _GAP / 4
        if not hit.any():
            return
        a, b, apart, length, lack = a[hit], b[hit], apart[hit], length[hit], lack[hit]
        # Two nodes at one point part in a direction of their own, by the golden angle.
        turn = a * 2.399963
        aside = np.column_stack((np.cos(turn), np.sin(turn)))
        direction = np.where(length[:, None] > 1e-6, apart / np.maximum(length, 1e-6)[:, None], aside)
        # The larger symbol moves less.
        share = space[b] ** 2 / (space[a] ** 2 + space[b] ** 2)
        step = direction * (lack + 0.2)[:, None] * 0.6
        _add(places, a, -step * share[:, None])
        _add(places, b, step * (1.0 - share)[:, None])


def _near_pairs(places: Floats, reach: float) -> tuple[Ints, Ints]:
    pairs = cKDTree(places).query_pairs(reach, output_type="ndarray")
    return pairs[:, 0], pairs[:, 1]


def _close_pairs(places: Floats, space: Floats) -> tuple[Ints, Ints]:
    """Return the pairs that may lack space: a near search for most, a far one around the few large symbols."""
    usual = float(np.quantile(space, 0.95))
    a, b = _near_pairs(places, 2 * usual)
    large = np.flatnonzero(space > usual)
    found = cKDTree(places).query_ball_point(places[large], space[large] + space.max(), return_sorted=True)
    c = np.repeat(large, [len(near) for near in found])
    d = np.array([other for near in found for other in near], dtype=np.int64)
    # Each pair once, and none that the near search has.
    new = (c != d) & ((space[d] <= usual) | (c < d)) & (_lengths(places[c] - places[d]) > 2 * usual)
    return np.concatenate((a, c[new])), np.concatenate((b, d[new]))


def _lengths(vectors: Floats) -> Floats:
    """Return each vector's length, in half the time of np.linalg.norm."""
    lengths: Floats = np.sqrt(vectors[:, 0] ** 2 + vectors[:, 1] ** 2)
    return lengths


def _add(target: Floats, rows: Ints, values: Floats) -> None:
    """Add `values` to `target` at `rows`, which may repeat; far quicker than np.add.at."""
    for axis in (0, 1):
        target[:, axis] += np.bincount(rows, weights=values[:, axis], minlength=len(target))


def _whole_and_different(places: Floats) -> list[tuple[int, int]]:
    """Return the places in whole units around the middle, each moved on where another lies already."""
    shifted = places - (places.min(axis=0) + places.max(axis=0)) / 2
    taken: set[tuple[int, int]] = set()
    result = []
    for x, y in np.round(shifted).astype(np.int64).tolist():
        free = next(right for right in itertools.count(x) if (right, y) not in taken)
        taken.add((free, y))
        result.append((free, y))
    return result
