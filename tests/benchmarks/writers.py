"""Measure the writers: python tests/benchmarks/writers.py [PAPERS]

Makes a graph of that many papers (default 300: some 140,000 triples) and prints, for each form, the seconds
for 500,000 triples, how many times as fast that is as rdflib's Turtle in the same run, and the size of the
file; then what `kgraph build` does, several forms in one pass from the graph, and the memory that this takes.
Seconds are those of the processor, which other programs on the machine disturb less than those of the clock.
"""

from __future__ import annotations

import gc
import io
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from field import make_field_graph

from kgraph.interchange import TABLES, gexf, graphml
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


class Nowhere(io.RawIOBase):
    """A file that forgets what is written."""

    def write(self, data: object) -> int:
        return len(data)


def seconds(run: Callable[[], object]) -> float:
    """Return the seconds of the fastest of three runs."""
    times = []
    for _ in range(3):
        gc.collect()
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    papers = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    graph = make_field_graph(papers)
    triples = list(graph_triples(graph))
    scale = 500_000 / len(triples)
    print(f"{papers:,} papers, {len(graph):,} nodes, {graph.number_of_edges():,} edges, {len(triples):,} triples")
    rdf = to_rdflib(graph)
    start = time.process_time()
    rdf.serialize(io.BytesIO(), format="turtle")
    theirs = (time.process_time() - start) * scale
    print(f"{'rdflib, Turtle':24s} {theirs:8.2f} s")
    for write in (write_turtle, write_ntriples, write_jsonld, write_rdfxml, write_trig, write_turtle12):
        file = io.BytesIO()
        ours = seconds(lambda write=write: write(triples, io.BytesIO())) * scale
        write(triples, file)
        print(f"{write.__name__:24s} {ours:8.2f} s  {theirs / ours:6.1f} times  {file.tell() / 1e6:8.1f} MB")
    for name, lines in {"graphml": graphml, "gexf": gexf, **TABLES}.items():
        print(f"{name:24s} {seconds(lambda lines=lines: sum(map(len, lines(graph)))):8.2f} s for the graph")
    made = seconds(lambda: sum(map(len, graph_nodes(graph))))
    print(f"{'making the triples':24s} {made * scale:8.2f} s")

    nowhere = Nowhere()

    def together() -> None:
        forms = (NTriples(), Turtle(prefixes()), JsonLd())
        write_together(Statistics().counted(graph_nodes(graph)), [(form, nowhere) for form in forms])

    print(f"{'three forms in one pass':24s} {seconds(together) * scale:8.2f} s")
    tracemalloc.start()
    write_turtle(graph_triples(graph), nowhere)
    print(f"{'Turtle from the graph':24s} {tracemalloc.get_traced_memory()[1] / 1e6:8.1f} MB of memory at most")


if __name__ == "__main__":
    main()
