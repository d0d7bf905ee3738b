"""A small graph made by hand, as kgraph/graph.py gives it, with the awkward text that real papers hold."""

from __future__ import annotations

from typing import Any

import networkx as nx

from kgraph.measures import measures

PLAIN = "paper/0000.00001"
HOSTILE = "paper/a-paper-5f0c"
TRANSFORMER, ATTENTION = "method/transformer", "method/attention"
TRANSLATION, WMT, BLEU = "task/machine-translation", "dataset/wmt-14-0a1b2c3d", "metric/bleu"
PIPELINE = "kgraph-en 0.1.0"

# Quotes, a backslash, line ends, mark-up, an astral character, a bidi override, a tab, a replacement
# character and a line separator: all of it is only text.
AWKWARD = 'A "quoted" \\ title,\n\r<script>alert(1)</script> \U0001f9ea \u202eright-to-left\u202c\t\ufffd \u2028 end.'
TITLE = "Translating by attention alone"
ABSTRACT = "We present the Transformer. It reaches a higher BLEU on WMT'14. It is made of attention."


def evidence(paper: str, field: str, text: str, quote: str, score: float) -> dict[str, Any]:
    start = text.index(quote)
    end = start + len(quote)
    return {
        "paper": paper,
        "field": field,
        "start": start,
        "end": end,
        "quote": quote,
        "score": score,
        "mentions": [[start, start + 1]],
    }


def alias(name: str, paper: str = PLAIN) -> dict[str, Any]:
    text = f"Here stands {name}."
    return {
        "name": name,
        "rule": "same-name",
        "paper": paper,
        "field": "abstract",
        "start": 0,
        "end": len(text),
        "text": text,
    }


def small_graph() -> nx.MultiDiGraph:
    """Return two papers, five concepts and relations of nine of the eleven kinds."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph(name="kgraph")
    graph.add_node(
        PLAIN,
        kind="Paper",
        label=TITLE,
        identifier="0000.00001",
        pipeline=PIPELINE,
        date="2017-06-12",
        url="https://example.org/papers/1",
        authors=["Ada Byron", "Zoë O'Neil"],
        organisation="An Institute",
        upvotes=0,
        categories=["cs.CL"],
    )
    graph.add_node(
        HOSTILE,
        kind="Paper",
        label=AWKWARD,
        identifier="a paper",
        pipeline="",
        date="--10-26",
        url="javascript:alert(1)",
    )
    for key, kind, label, papers, names in (
        (TRANSFORMER, "Method", "Transformer", 2, ("Transformer", "Transformers", "the TRANSFORMER")),
        (ATTENTION, "Method", "attention", 2, ("attention",)),
        (TRANSLATION, "Task", "machine translation", 1, ("MT", "machine translation")),
        (WMT, "Dataset", "WMT'14", 2, ("WMT'14", 'WMT "14"')),
        (BLEU, "Metric", "BLEU", 1, ("BLEU", AWKWARD)),
    ):
        graph.add_node(key, kind=kind, label=label, papers=papers, aliases=[alias(name) for name in names])
    graph.nodes[BLEU]["exactMatch"] = ["https://example.org/terms#BLEU", "javascript:alert(1)"]

    present, reaches, made = (ABSTRACT[:27], ABSTRACT[28:63], ABSTRACT[64:])
    for subject, object_, relation, items in (
        (PLAIN, TRANSFORMER, "introduces", [(PLAIN, "abstract", ABSTRACT, present, 0.9)]),
        (PLAIN, ATTENTION, "uses", [(PLAIN, "title", TITLE, TITLE, 0.8), (PLAIN, "abstract", ABSTRACT, made, 0.85)]),
        (PLAIN, TRANSLATION, "mentions", [(PLAIN, "title", TITLE, TITLE, 1.0)]),
        (PLAIN, WMT, "uses", [(PLAIN, "abstract", ABSTRACT, reaches, 0.6667)]),
        (PLAIN, BLEU, "uses", [(PLAIN, "abstract", ABSTRACT, reaches, 0.5)]),
        (HOSTILE, TRANSFORMER, "compares", [(HOSTILE, "title", AWKWARD, AWKWARD, 0.12)]),
        (HOSTILE, ATTENTION, "introduces", [(HOSTILE, "title", AWKWARD, AWKWARD, 0.0001)]),
        (HOSTILE, WMT, "uses", [(HOSTILE, "title", AWKWARD, AWKWARD, 0.1)]),
        (ATTENTION, TRANSFORMER, "partOf", [(PLAIN, "abstract", ABSTRACT, made, 0.75)]),
        (
            ATTENTION,
            TRANSFORMER,
            "comparedWith",
            [(HOSTILE, "title", AWKWARD, AWKWARD, 0.25), (PLAIN, "abstract", ABSTRACT, made, 0.3)],
        ),
        (ATTENTION, TRANSFORMER, "isA", [(HOSTILE, "title", AWKWARD, AWKWARD, 0.2)]),
        (TRANSFORMER, TRANSLATION, "usedFor", [(PLAIN, "abstract", ABSTRACT, present, 0.95)]),
        (ATTENTION, TRANSLATION, "usedFor", [(PLAIN, "title", TITLE, TITLE, 0.4)]),
        (TRANSFORMER, WMT, "evaluatedOn", [(PLAIN, "abstract", ABSTRACT, reaches, 0.7)]),
        (TRANSFORMER, BLEU, "measuredBy", [(PLAIN, "abstract", ABSTRACT, reaches, 0.65)]),
        (WMT, TRANSLATION, "benchmarkFor", [(PLAIN, "abstract", ABSTRACT, reaches, 0.55)]),
    ):
        found = [evidence(*item) for item in items]
        graph.add_edge(
            subject,
            object_,
            relation,
            support=len({item["paper"] for item in found}),
            score=max(item["score"] for item in found),
            evidence=found,
        )
    nx.set_node_attributes(graph, measures(graph))
    return graph


def a_richer_graph() -> nx.MultiDiGraph:
    """Return the small graph with more datasets, so that some are used together."""
    graph = small_graph()
    for key, label in (("dataset/squad", "SQuAD"), ("dataset/c4", "C4")):
        graph.add_node(key, kind="Dataset", label=label, papers=2, aliases=[alias(f"the {label} data")])
    item = graph.edges[PLAIN, TRANSFORMER, "introduces"]["evidence"][0]
    for paper, key in ((PLAIN, "dataset/squad"), (HOSTILE, "dataset/squad"), (PLAIN, "dataset/c4")):
        graph.add_edge(paper, key, "uses", support=1, score=0.5, evidence=[{**item, "paper": paper, "score": 0.5}])
    graph.add_edge(HOSTILE, "dataset/c4", "mentions", support=1, score=0.5, evidence=[item])
    graph.add_edge(TRANSFORMER, ATTENTION, "comparedWith", support=1, score=0.4, evidence=[{**item, "score": 0.4}])
    nx.set_node_attributes(graph, measures(graph))
    return graph
