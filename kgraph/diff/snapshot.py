"""One graph as a comparison needs it: much smaller than the graph, so that two fit into memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgraph.garbage import no_collection

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """A paper's id, title and date, and the hash of its text ("" where unknown)."""

    id: str
    title: str
    date: str | None
    text: str


@dataclass(frozen=True, slots=True)
class ConceptFacts:
    """A concept's type, its label, and all its names."""

    type: str
    label: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The papers, concepts and claims of one graph, all by node key.

    `version` is the hash of the graph. `named` tells, by paper and concept, the names that the evidence
    shows; `roles` the relations from each paper to concepts; `claims` the papers that support each
    (subject, relation, object) between concepts.
    """

    version: str
    papers: dict[str, PaperFacts]
    concepts: dict[str, ConceptFacts]
    named: dict[str, dict[str, frozenset[str]]]
    roles: dict[str, set[tuple[str, str]]]
    claims: dict[tuple[str, str, str], frozenset[str]]


def read_snapshot(folder: Path) -> Snapshot:
    """Return the snapshot of a graph in a folder that `kgraph build` wrote.

    Raises GraphError where there is none, or where its last build was interrupted.
    """
    from kgraph.build import read_manifest

    manifest = read_manifest(folder, "graph.json")
    # NetworkX's own reader would take several times as long.
    with no_collection():
        data = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
        nodes = ((node["id"], node) for node in data["nodes"])
        edges = ((edge["source"], edge["target"], edge["key"], edge) for edge in data["edges"])
        return _take(nodes, edges, manifest["papers"], manifest["files"]["graph.json"])


def snapshot(graph: nx.MultiDiGraph, texts: Mapping[str, str], version: str) -> Snapshot:
    """Return the snapshot of a graph, given the hashes of the papers' texts by id, and that of the graph."""
    return _take(graph.nodes(data=True), graph.edges(keys=True, data=True), texts, version)


def _take(
    nodes: Iterable[tuple[str, Mapping[str, Any]]],
    edges: Iterable[tuple[str, str, str, Mapping[str, Any]]],
    texts: Mapping[str, str],
    version: str,
) -> Snapshot:
    taken = Snapshot(version, {}, {}, {}, {}, {})
    for key, data in nodes:
        if data["kind"] == "Paper":
            id_ = data["identifier"]
            taken.papers[key] = PaperFacts(id_, data["label"], data.get("date"), texts.get(id_, ""))
            taken.named[key], taken.roles[key] = {}, set()
        else:
            names = frozenset(alias["name"] for alias in data["aliases"])
            taken.concepts[key] = ConceptFacts(data["kind"], data["label"], names)
    for subject, object_, relation, data in edges:
        evidence = data["evidence"]
        if subject in taken.papers:
            names = frozenset(
                item["quote"][start - item["start"] : end - item["start"]]
                for item in evidence
                for start, end in item["mentions"]
            )
            named = taken.named[subject]
            named[object_] = named.get(object_, frozenset()) | names
            taken.roles[subject].add((relation, object_))
        else:
            taken.claims[subject, relation, object_] = frozenset(item["paper"] for item in evidence)
    return taken
