"""Measure the named queries: python tests/benchmarks/queries.py GRAPH

GRAPH is a folder that `kgraph build` wrote. Prints the milliseconds of each named query, all rows read, about the
things that most papers of the graph name; then those of parsing and of some queries by kgraph and by rdflib alone,
with the ratio. They are of processor time, which a busy machine hardly changes; of kgraph's queries the best of three.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import rdflib

import kgraph
from kgraph.query import named_queries, open_store, run_query
from kgraph.rdf import prefixes

RUNS = 3
#: Queries that rdflib answers in seconds.
BY_BOTH = ("methods-for-task", "tasks-of-method", "most-compared-methods", "papers-naming", "top-methods")


def best(work: Callable[[], Any], runs: int = RUNS) -> tuple[float, Any]:
    """Return the least processor seconds of some runs, and what the work returns."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
    return min(times), result


def parameters(graph: nx.MultiDiGraph) -> dict[str, str]:
    """Return a value for every required parameter: what most papers name, and the claim that most papers support."""
    often = sorted(graph, key=lambda key: (-graph.degree(key), key))
    most = {
        kind: next(k for k in often if graph.nodes[k]["kind"] == kind)
        for kind in ("Method", "Task", "Dataset", "Paper")
    }
    claims = [(data["support"], s, o, key) for s, o, key, data in graph.edges(keys=True, data=True)]
    _, subject, object_, relation = max(c for c in claims if graph.nodes[c[1]]["kind"] != "Paper")
    concepts = [key for key in often if graph.nodes[key]["kind"] != "Paper"]
    dates = sorted(d for _, d in graph.nodes(data="date") if d and d[0].isdigit()) or ["2000"]
    ends = {"subject": subject, "object": object_, "first": concepts[0], "second": three_steps_away(graph, concepts)}
    found = {kind.lower(): key for kind, key in most.items()} | {"concept": concepts[0]} | ends
    labels = {name: graph.nodes[key]["label"] for name, key in found.items()}
    return labels | {"relation": relation, "since": dates[len(dates) // 2]}


def three_steps_away(graph: nx.MultiDiGraph, concepts: list[str]) -> str:
    """Return the most named concept that is three steps from the first, or else the second."""
    simple = nx.Graph((s, o) for s, o in graph.edges() if graph.nodes[s]["kind"] != "Paper")
    steps = nx.single_source_shortest_path_length(simple, concepts[0], cutoff=3) if concepts[0] in simple else {}
    return next((key for key in concepts if steps.get(key) == 3), concepts[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("graph", type=Path)
    folder = parser.parse_args().graph
    values = parameters(kgraph.load(folder).networkx)

    texts = {q.name: q.bind({p.name: values[p.name] for p in q.parameters if p.required}) for q in named_queries()}
    parse, store = best(lambda: open_store(folder), 1)
    print(f"{len(store):,} triples, about {', '.join(f'{name}={value!r}' for name, value in values.items())}")
    ours = {}
    for name, text in texts.items():
        seconds, rows = best(lambda text=text: list(run_query(store, text).rows()))
        ours[name] = seconds, len(rows)
        print(f"  {name:24s} {seconds * 1000:8.1f} ms {len(rows):6,} rows")

    print("kgraph and rdflib alone")
    theirs, graph = best(lambda: rdflib.Graph().parse(folder / "graph.nt"), 1)
    print(f"  {'parse graph.nt':24s} {parse * 1000:8.1f} ms {theirs * 1000:10.1f} ms {theirs / parse:8.1f} times")
    for name in BY_BOTH:
        theirs, rows = best(lambda text=texts[name]: list(graph.query(text, initNs=prefixes())), 1)
        mine, count = ours[name]
        assert len(rows) == count, f"{name}: rdflib finds {len(rows)} rows, kgraph {count}"
        print(f"  {name:24s} {mine * 1000:8.1f} ms {theirs * 1000:10.1f} ms {theirs / mine:8.1f} times")


if __name__ == "__main__":
    main()
