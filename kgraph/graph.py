"""Extractions to the NetworkX graph, and its JSON form.

A `MultiDiGraph` whose node keys are the tails of IRIs (`paper/2210.14793`,
`method/large-language-model`) and whose edge keys are relation names. Nodes and edges are inserted
in sorted order, so that what is written from the graph is stable.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import networkx as nx

from kgraph.errors import GraphError
from kgraph.evidence import Sentences, entity_sentence, name_sentence, relation_evidence
from kgraph.garbage import no_collection
from kgraph.identifiers import paper_key
from kgraph.model import Entity, Extraction, Paper, Span, only_entities
from kgraph.names import is_generic
from kgraph.overrides import Overrides
from kgraph.records import SCORE_DIGITS
from kgraph.resolve import Concept, Resolution, Unmatched, resolve
from kgraph.vocabulary import (
    FIELDS,
    PAPER_RELATION_OF_ROLE,
    SIGNATURES,
    SYMMETRIC,
    EntityType,
    RelationType,
    Role,
)

#: Where one paper names a concept in several entities, the strongest role counts.
_ROLE_ORDER = (Role.INTRODUCED, Role.USED, Role.COMPARED, Role.MENTIONED)


@dataclass(slots=True)
class Dropped:
    """What papers say and the graph leaves out.

    `generic` entities name nothing ("our method"); `loops` are relations whose ends became one concept,
    `out_of_range` those whose ends have types that no longer fit; `rare` concepts are in too few papers,
    `overridden` ones are dropped by an override.
    """

    generic: int = 0
    loops: int = 0
    out_of_range: int = 0
    rare: int = 0
    overridden: int = 0


@dataclass(slots=True)
class _Edge:
    """What one edge gathers: the best score, and the evidence by paper and place, in order."""

    score: float = 0.0
    evidence: dict[tuple[str, int, int, int], dict[str, Any]] = field(default_factory=dict)


@no_collection()
def build_graph(
    extractions: Iterable[Extraction],
    dropped: Dropped | None = None,
    *,
    min_support: int = 1,
    overrides: Overrides | None = None,
    on_unmatched: Callable[[Unmatched], None] | None = None,
) -> nx.MultiDiGraph:
    """Return the graph of the papers; the same papers in any order give the same graph.

    Each paper must occur once (see `kgraph.papers.merge_records`). Concepts of fewer papers than `min_support` are
    left out, and what is said of them. `dropped` is filled where given. `on_unmatched` is called with each entry of
    the overrides that changed nothing.
    """
    lost = dropped if dropped is not None else Dropped()
    ordered = [_without_generic(e, lost) for e in sorted(extractions, key=lambda e: e.paper.id)]
    resolution = resolve(ordered, overrides)
    lost.overridden += len(resolution.dropped)
    for unmatched in resolution.unmatched:
        if on_unmatched:
            on_unmatched(unmatched)
    edges: dict[tuple[str, str, str], _Edge] = defaultdict(_Edge)
    papers_of: Counter[str] = Counter()
    read: dict[str, tuple[Extraction, Sentences]] = {}
    for extraction in ordered:
        sentences = Sentences.of(extraction.paper)
        read[paper_key(extraction.paper.id)] = extraction, sentences
        papers_of.update({node for node in resolution.of[extraction.paper.id] if node})
        _add_paper(edges, extraction, sentences, resolution, lost)
    graph = nx.MultiDiGraph(name="kgraph")
    attributes = {key: _paper_attributes(extraction) for key, (extraction, _) in read.items()}
    kept = {key for key in resolution.concepts if papers_of[key] >= min_support}
    lost.rare += len(resolution.concepts) - len(kept)
    for key in kept:
        attributes[key] = _concept_attributes(resolution.concepts[key], papers_of[key], read, kept)
    # What has been read is given up piece by piece, so that a large graph is not in memory twice.
    del read, resolution, ordered
    for key in sorted(attributes):
        graph.add_node(key, **attributes.pop(key))
    for source, target, relation in sorted(edges):
        edge = edges.pop((source, target, relation))
        if source not in graph or target not in graph:
            continue
        support = len({paper for paper, *_ in edge.evidence})
        evidence = [edge.evidence[place] for place in sorted(edge.evidence)]
        graph.add_edge(source, target, key=relation, support=support, score=_score(edge.score), evidence=evidence)
    from kgraph.measures import measures  # it needs SciPy, which whoever only reads a graph does not

    nx.set_node_attributes(graph, measures(graph))
    return graph


def _without_generic(extraction: Extraction, dropped: Dropped) -> Extraction:
    """Return the extraction without entities of which no name names anything, and without their relations."""
    entities = {i: e for i, e in enumerate(extraction.entities) if not all(is_generic(m.text) for m in e.mentions)}
    dropped.generic += len(extraction.entities) - len(entities)
    return only_entities(extraction, entities)


def _add_paper(
    edges: dict[tuple[str, str, str], _Edge],
    extraction: Extraction,
    sentences: Sentences,
    resolution: Resolution,
    dropped: Dropped,
) -> None:
    paper, entities = extraction.paper, extraction.entities
    nodes, concepts = resolution.of[paper.id], resolution.concepts
    here = paper_key(paper.id)
    members: dict[str, list[Entity]] = defaultdict(list)
    for node, entity in zip(nodes, entities, strict=True):
        if node:
            members[node].append(entity)
    for node, group in members.items():
        strongest = min(group, key=lambda e: _ROLE_ORDER.index(e.role))
        edge = edges[here, node, PAPER_RELATION_OF_ROLE[strongest.role]]
        span = entity_sentence(sentences, strongest)
        _add_evidence(edge, paper, span, group, max(e.score for e in group))
    for relation in extraction.relations:
        head, tail = nodes[relation.head], nodes[relation.tail]
        if head is None or tail is None:
            continue
        if head == tail:
            dropped.loops += 1
            continue
        if (concepts[head].type, concepts[tail].type) not in SIGNATURES[relation.type]:
            dropped.out_of_range += 1
            continue
        ends = (entities[relation.head], entities[relation.tail])
        spans = relation.evidence or relation_evidence(sentences, *ends)
        if relation.type in SYMMETRIC:
            head, tail = sorted((head, tail))
        for span in spans:
            _add_evidence(edges[head, tail, relation.type], paper, span, ends, relation.score)


def _add_evidence(edge: _Edge, paper: Paper, span: Span, entities: Iterable[Entity], score: float) -> None:
    """Add one piece of evidence; where the same sentences are there already, add the mentions and the better score."""
    edge.score = max(edge.score, score)
    place = (paper_key(paper.id), FIELDS.index(span.field), span.start, span.end)
    known = edge.evidence.get(place, {"score": 0.0, "mentions": []})
    mentions = {*map(tuple, known["mentions"]), *_inside(span, entities)}
    edge.evidence[place] = {
        "paper": place[0],
        "field": span.field,
        "start": span.start,
        "end": span.end,
        "quote": getattr(paper, span.field)[span.start : span.end],
        "score": max(known["score"], _score(score)),
        "mentions": [list(m) for m in sorted(mentions)],
    }


def _inside(span: Span, entities: Iterable[Entity]) -> set[tuple[int, int]]:
    return {
        (m.start, m.end)
        for entity in entities
        for m in entity.mentions
        if m.field == span.field and span.start <= m.start and m.end <= span.end
    }


def _paper_attributes(extraction: Extraction) -> dict[str, Any]:
    paper = extraction.paper
    known: dict[str, Any] = {
        "kind": "Paper",
        "label": paper.title,
        "identifier": paper.id,
        "date": paper.date,
        "url": paper.url,
        "authors": list(paper.authors),
        "organisation": paper.organisation,
        "upvotes": paper.upvotes,
        "categories": list(paper.categories),
        "pipeline": extraction.pipeline,
    }
    return {name: value for name, value in known.items() if value not in (None, [])}


def _concept_attributes(
    concept: Concept, papers: int, read: Mapping[str, tuple[Extraction, Sentences]], kept: Collection[str]
) -> dict[str, Any]:
    aliases = []
    for alias in concept.aliases:
        extraction, sentences = read[alias.paper]
        span = name_sentence(sentences, extraction.entities[alias.entity], alias.name)
        text = getattr(extraction.paper, span.field)[span.start : span.end]
        because = {"because": alias.because} if alias.because else {}
        where = {"field": span.field, "start": span.start, "end": span.end}
        aliases.append({"name": alias.name, "rule": alias.rule, "paper": alias.paper, **where, "text": text, **because})
    links = {"exactMatch": list(concept.exact_match)} if concept.exact_match else {}
    apart = [{"concept": node, "guard": guard} for node, guard in concept.apart if node in kept]
    misses = {"apart": apart} if apart else {}
    return {"kind": str(concept.type), "label": concept.label, "aliases": aliases, "papers": papers, **links, **misses}


def _score(value: float) -> float:
    return round(float(value), SCORE_DIGITS)


def write_graph(graph: nx.MultiDiGraph, path: Path) -> None:
    """Write the graph as NetworkX node-link JSON, one node or edge a line."""
    data = nx.node_link_data(graph, edges="edges")
    with path.open("w", encoding="utf-8", newline="\n") as out:
        head = {k: v for k, v in data.items() if k not in ("nodes", "edges")}
        out.write(_dump(head)[:-1])
        for name in ("nodes", "edges"):
            out.write(f', "{name}": [\n' + ",\n".join(map(_dump, data[name])) + "\n]")
        out.write("}\n")


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def read_graph(folder: Path) -> nx.MultiDiGraph:
    """Return the graph in a folder that `kgraph build` wrote.

    Raises GraphError where there is none.
    """
    path = folder / "graph.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        graph: nx.MultiDiGraph = nx.node_link_graph(data, edges="edges", multigraph=True, directed=True)
    except (OSError, ValueError, KeyError, TypeError, nx.NetworkXException) as error:
        raise GraphError(f"{path} is no graph: {error}; expected the folder that `kgraph build` wrote") from None
    return graph


def counts(graph: nx.MultiDiGraph) -> dict[str, dict[str, int]]:
    """Return the number of concepts of each type and of edges of each relation, zeros included."""
    kinds = Counter(kind for _, kind in graph.nodes(data="kind"))
    relations = Counter(key for *_, key in graph.edges(keys=True))
    names = [*map(str, PAPER_RELATION_OF_ROLE.values()), *map(str, RelationType)]
    return {
        "concepts": {str(t): kinds[t] for t in EntityType},
        "claims": {name: relations[name] for name in names},
    }
