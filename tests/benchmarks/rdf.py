"""Measure parsing, writing and querying RDF, against rdflib alone: python tests/benchmarks/rdf.py GRAPH

GRAPH is a folder that `kgraph build` wrote. Prints, for each form, the seconds of writing the graph's triples, scaled
to 500,000, and how many times as long rdflib takes for its own; what `kgraph build` does, several forms in one pass
from the graph, and the memory of one; then the milliseconds of parsing and of each named query, all rows read, about
the things that most papers of the graph name, and how many times as long rdflib takes.

All times are of the processor, which a busy machine hardly changes; kgraph's are the best of three, rdflib's of one.
"""

from __future__ import annotations

import argparse
import gc
import io
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import rdflib

import kgraph
from kgraph.interchange import TABLES, gexf, graphml
from kgraph.query import named_queries, open_store, run_query
from kgraph.rdf import (
    JsonLd,
    NTriples,
    Statistics,
    Turtle,
    graph_nodes,
    graph_triples,
    prefixes,
    to_rdflib,
    write_jsonld,
    write_ntriples,
    write_rdfxml,
    write_together,
    write_trig,
    write_turtle,
    write_turtle12,
)

RUNS = 3
TRIPLES = 500_000
#: What rdflib writes as well, and the names that it gives these forms.
WRITTEN_BY_BOTH = {"turtle": "turtle", "ntriples": "nt", "jsonld": "json-ld", "rdfxml": "xml"}
#: Queries that rdflib answers in seconds.
ASKED_OF_BOTH = ("methods-for-task", "tasks-of-method", "most-compared-methods", "papers-naming", "top-methods")


class Nowhere(io.RawIOBase):
    """A file that forgets what is written."""

    def write(self, data: Any) -> int:
        return len(data)


def best(work: Callable[[], Any], runs: int = RUNS) -> tuple[float, Any]:
    """Return the least processor seconds of some runs, and what the work returns."""
    times = []
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
    return min(times), result


def measure_writing(graph: nx.MultiDiGraph) -> None:
    triples = list(graph_triples(graph))
    scale = TRIPLES / len(triples)
    theirs = to_rdflib(graph)
    print(f"{len(triples):,} triples; writing, in seconds for {TRIPLES:,}")
    for write in (write_turtle, write_ntriples, write_jsonld, write_rdfxml, write_trig, write_turtle12):
        name = write.__name__.removeprefix("write_")
        ours, _ = best(lambda write=write: write(triples, Nowhere()))
        ratio = ""
        if form := WRITTEN_BY_BOTH.get(name):
            other, _ = best(lambda form=form: theirs.serialize(Nowhere(), format=form), 1)
            ratio = f"{other * scale:8.2f} {other / ours:8.1f} times"
        print(f"  {name:24s} {ours * scale:8.2f} {ratio}")
    forms = (NTriples(), Turtle(prefixes()), JsonLd())
    made, _ = best(lambda: sum(map(len, graph_nodes(graph))))
    together, _ = best(
        lambda: write_together(Statistics().counted(graph_nodes(graph)), [(form, Nowhere()) for form in forms])
    )
    print(
        f"  {'making the triples':24s} {made * scale:8.2f}\n  {'three forms in one pass':24s} {together * scale:8.2f}"
    )
    for name, lines in {"graphml": graphml, "gexf": gexf, **TABLES}.items():
        print(f"  {name:24s} {best(lambda lines=lines: sum(map(len, lines(graph))))[0] * scale:8.2f}")
    tracemalloc.start()
    write_turtle(graph_triples(graph), Nowhere())
    print(f"  Turtle from the graph takes {tracemalloc.get_traced_memory()[1] / 1e6:.1f} MB of memory at most")
    tracemalloc.stop()


def measure_queries(folder: Path, graph: nx.MultiDiGraph) -> None:
    values = parameters(graph)
    texts = {q.name: q.bind({p.name: values[p.name] for p in q.parameters if p.required}) for q in named_queries()}
    parse, store = best(lambda: open_store(folder))
    theirs, rdf = best(lambda: rdflib.Graph().parse(folder / "graph.nt"), 1)
    print("parsing and asking, in milliseconds")
    print(f"  {'parse graph.nt':24s} {parse * 1000:8.1f} {theirs * 1000:10.1f} {theirs / parse:8.1f} times")
    for name, text in texts.items():
        ours, rows = best(lambda text=text: list(run_query(store, text).rows()))
        ratio = ""
        if name in ASKED_OF_BOTH:
            theirs, found = best(lambda text=text: list(rdf.query(text, initNs=prefixes())), 1)
            assert len(rows) == len(found), f"{name}: rdflib finds {len(found)} rows, kgraph {len(rows)}"
            ratio = f"{theirs * 1000:10.1f} {theirs / ours:8.1f} times"
        print(f"  {name:24s} {ours * 1000:8.1f} {ratio:25s} {len(rows):6,} rows")
    print(f"about {', '.join(f'{name}={value!r}' for name, value in values.items())}")


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
    graph = kgraph.load(folder).networkx
    print(f"{'':26s} {'kgraph':>8s} {'rdflib':>10s}")
    measure_writing(graph)
    measure_queries(folder, graph)


if __name__ == "__main__":
    main()
