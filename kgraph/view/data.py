"""The graph as the records that the page's script reads: nodes, edges, topics and evidence.

A node's `id` is its position in the list of nodes; edges and evidence name nodes by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx

from kgraph.view.detail import degrees, paper_counts, symbol_radii

_PAPER_FIELDS = ("date", "url", "authors", "organisation", "upvotes", "categories")
_WORDS = ("kind", "relation")
_CONCEPT_FIELDS = ("firstDate", "lastDate")


def node_records(
    graph: nx.MultiDiGraph[str], order: Sequence[str], places: Mapping[str, tuple[int, int]]
) -> list[dict[str, Any]]:
    """Return one record a node, in `order`; `names` are a concept's other names, `topic` its community."""
    radius = symbol_radii(graph)
    records = []
    for number, key in enumerate(order):
        data = graph.nodes[key]
        x, y = places[key]
        record: dict[str, Any] = {
            "id": number,
            "key": key,
            "kind": data["kind"],
            "label": data["label"],
            "x": x,
            "y": y,
            "size": radius[key],
            "degree": data["degree"],
            "topic": data["community"],
        }
        if data["kind"] == "Paper":
            record |= {name: data[name] for name in _PAPER_FIELDS if data.get(name)}
        else:
            record["papers"] = data.get("papers", 0)
            record |= {name: data[name] for name in _CONCEPT_FIELDS if name in data}
            names = sorted({alias["name"] for alias in data.get("aliases", ())} - {data["label"]})
            if names:
                record["names"] = names
            if links := data.get("exactMatch"):
                record["exactMatch"] = links
        records.append(record)
    return records


def edge_records(graph: nx.MultiDiGraph[str], index: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return one record an edge, sorted by node keys and relation."""
    return [
        {
            "from": index[head],
            "to": index[tail],
            "relation": relation,
            "support": data.get("support", 1),
            "score": data.get("score", 0),
        }
        for head, tail, relation, data in _sorted_edges(graph)
    ]


def table(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the records by field, which is a third of their size: what data.js's `records` makes them from again.

    `all`: a field's values in the records' order, null where one lacks it. `some`: for a field that most lack,
    positions and values. `words`: for fields of few different texts these texts, values being positions among them.
    The `id`, which is the position, is left out.
    """
    fields = sorted({field for record in records for field in record} - {"id"})
    words = {field: sorted({record[field] for record in records}) for field in fields if field in _WORDS}
    number = {field: {word: i for i, word in enumerate(known)} for field, known in words.items()}
    whole: dict[str, list[Any]] = {}
    some: dict[str, tuple[list[int], list[Any]]] = {}
    for field in fields:
        ids = [i for i, record in enumerate(records) if field in record]
        if field in words:
            whole[field] = [number[field][record[field]] for record in records]
        elif 2 * len(ids) >= len(records):
            whole[field] = [record.get(field) for record in records]
        else:
            some[field] = (ids, [records[i][field] for i in ids])
    return {"count": len(records), "words": words, "all": whole, "some": some}


def topic_records(
    graph: nx.MultiDiGraph[str], groups: Sequence[Sequence[str]], index: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return community, hub and size of each topic that has a hub to be named by, in the order of `groups`.

    The hub is the concept that most papers of the topic share, then the one with the most links in it;
    a metric only where there is nothing else, since most metrics go with any topic. A topic in which
    no two papers share a concept has none.
    """
    records = []
    for group in groups:
        inside = graph.subgraph(group)
        papers, degree = paper_counts(inside), degrees(inside)
        kind = inside.nodes(data="kind")
        shared = [key for key in group if kind[key] != "Paper" and papers[key] > 1]
        if shared:
            hub = min(shared, key=lambda key: (kind[key] == "Metric", -papers[key], -degree[key], key))
            records.append({"topic": graph.nodes[hub]["community"], "hub": index[hub], "size": len(group)})
    return records


def evidence_tables(graph: nx.MultiDiGraph[str], index: Mapping[str, int]) -> dict[str, Any]:
    """Return what shows why: for each edge and each alias, positions in one table of different texts.

    `texts`: [paper's id or null, field, text]. `edges`, beside the edges: [text, score, start, end,
    start, end, ...] each, the marks in characters of that text. `aliases`, by node id: [name, rule,
    text, a person's reason or ""]. `apart`, by node id: [node id, guard] of the near misses.
    """
    texts: list[list[Any]] = []
    position: dict[tuple[str, str, str], int] = {}

    def text_number(paper: str, field: str, text: str) -> int:
        number = position.setdefault((paper, field, text), len(texts))
        if number == len(texts):
            texts.append([index.get(paper), field, text])
        return number

    edges = []
    for _, _, _, data in _sorted_edges(graph):
        rows = []
        for item in data.get("evidence", ()):
            marks = [
                min(max(offset - item["start"], 0), len(item["quote"]))
                for mention in item["mentions"]
                for offset in mention
            ]
            rows.append([text_number(item["paper"], item["field"], item["quote"]), item["score"], *marks])
        edges.append(rows)
    aliases = {
        number: [
            [alias["name"], alias["rule"], text_number(alias["paper"], "", alias["text"]), alias.get("because", "")]
            for alias in known
        ]
        for key, number in index.items()
        if (known := graph.nodes[key].get("aliases"))
    }
    apart = {
        number: [[index[other["concept"]], other["guard"]] for other in known if other["concept"] in index]
        for key, number in index.items()
        if (known := graph.nodes[key].get("apart"))
    }
    return {"texts": texts, "edges": edges, "aliases": aliases, "apart": apart}


def _sorted_edges(graph: nx.MultiDiGraph[str]) -> list[tuple[str, str, str, dict[str, Any]]]:
    return sorted(graph.edges(keys=True, data=True), key=lambda edge: edge[:3])
