"""Time the measures of a made-up graph: python tests/benchmarks/measures.py [PAPERS]

75,000 papers make some 550,000 nodes and 1.5 million edges. A concept is named again the likelier the more papers
name it already, so degrees are as uneven as in real graphs; a fifth of the names go with any of 60 themes.
"""

from __future__ import annotations

import random
import resource
import sys
import time

import networkx as nx

from kgraph.measures import measures


def made_up(papers: int) -> nx.MultiDiGraph:
    chance = random.Random(3)
    said: list[list[str]] = [[] for _ in range(61)]
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    for number in range(papers):
        paper, theme = f"paper/{number:06d}", int(60 * chance.random() ** 1.5)
        graph.add_node(paper, kind="Paper", date=f"{2015 + number % 10}-{1 + number % 12:02d}")
        named = []
        for _ in range(chance.randint(6, 20)):
            known = said[60 if chance.random() < 0.2 else theme]
            known.append(chance.choice(known) if known and chance.random() < 0.52 else f"method/{len(graph)}")
            graph.add_edge(paper, known[-1], key="uses", support=1)
            named.append(known[-1])
        for _ in range(chance.randint(3, 12)):
            graph.add_edge(*chance.sample(named, 2), key="partOf", support=1)
    return graph


def main() -> None:
    graph = made_up(int(sys.argv[1]) if len(sys.argv) > 1 else 75_000)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    found = measures(graph)
    seconds, peak = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    groups = len({known["community"] for known in found.values()})
    print(f"{len(graph):,} nodes, {graph.number_of_edges():,} edges: {groups} communities")
    print(f"{seconds:.1f} s of one core, {peak / 1024:.0f} MiB more")


if __name__ == "__main__":
    main()
