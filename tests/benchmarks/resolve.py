"""Time and memory of resolution and graph building, for more and more papers.

    python tests/benchmarks/resolve.py PAPERS [--sizes 5000,20000,75000]

PAPERS is any file of papers that `kgraph build` reads. They are marked by a few patterns instead of the pipeline, which
would take an hour: names in mixed or upper case, words that end in a usual head ("... network", "... detection"), and
acronyms beside their long forms. Such names are as many and as various as real ones; whether they are right does not
matter here. Each size runs in a process of its own; seconds are those of the processor.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import re
import resource
import time
from collections import defaultdict
from itertools import islice
from pathlib import Path

from kgraph.acronyms import defines
from kgraph.graph import build_graph
from kgraph.model import Entity, Extraction, Mention, Paper, Relation
from kgraph.papers import merge_records, paper_of
from kgraph.readers import Report, read_papers
from kgraph.vocabulary import FIELDS, SIGNATURES, EntityType, RelationType, Role

HEADS = {
    EntityType.METHOD: "learning|models?|networks?|transformers?|tuning|optimization|attention|agents?|decoding",
    EntityType.TASK: "generation|detection|recognition|reasoning|classification|segmentation|translation|answering",
    EntityType.METRIC: "accuracy|latency|throughput|precision|recall|score|error|rate|cost",
    EntityType.DATASET: "dataset|benchmark|corpus",
}
NAME = re.compile(r"\b[A-Z][a-z]*[A-Z0-9][\w.-]*\b")
PHRASES = {type_: re.compile(rf"\b(?:[A-Za-z][\w-]+ ){{1,2}}(?:{heads})\b") for type_, heads in HEADS.items()}
USUAL = ((RelationType.USED_FOR, 3), (RelationType.EVALUATED_ON, 2), (RelationType.MEASURED_BY, 2))


def mark(paper: Paper) -> Extraction:
    """Return the paper with what the patterns find in it, each stretch of text once."""
    names: dict[tuple[EntityType, str], list[Mention]] = defaultdict(list)
    for field in FIELDS:
        text, taken = getattr(paper, field), 0
        found = [(m.start(), m.end(), type_) for type_, phrase in PHRASES.items() for m in phrase.finditer(text)]
        found += [(m.start(), m.end(), EntityType.METHOD) for m in NAME.finditer(text)]
        for start, end, type_ in sorted(found, key=lambda f: (f[0], -f[1])):
            if start >= taken:
                names[type_, text[start:end]].append(Mention(field, start, end, text[start:end]))
                taken = end
    entities: list[Entity] = []
    for (type_, name), mentions in names.items():
        long = next((i for i, e in enumerate(entities) if defines(e.mentions[0].text, name)), None)
        if long is None:
            entities.append(Entity(type_, Role.INTRODUCED if not entities else Role.USED, tuple(mentions)))
        else:
            entities[long] = Entity(entities[long].type, entities[long].role, (*entities[long].mentions, *mentions))
    relations = [
        Relation(head, type_, tail) for type_, most in USUAL for head, tail in islice(_pairs(entities, type_), most)
    ]
    return Extraction(paper, tuple(entities), tuple(relations))


def _pairs(entities: list[Entity], type_: RelationType) -> list[tuple[int, int]]:
    return [
        (head, tail)
        for head, one in enumerate(entities)
        for tail, other in enumerate(entities)
        if head != tail and (one.type, other.type) in SIGNATURES[type_]
    ]


def run(path: Path, size: int) -> tuple[int, float, int, int, float]:
    """Return papers, seconds of resolution and graph building, nodes, edges, and peak memory in GiB."""
    papers = [paper_of(record) for record in islice(read_papers(path, report=Report()), size)]
    extractions = [e for e in merge_records(map(mark, papers)) if isinstance(e, Extraction)]
    start = time.process_time()
    graph = build_graph(extractions)
    took = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return len(extractions), took, graph.number_of_nodes(), graph.number_of_edges(), peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("papers", type=Path)
    parser.add_argument("--sizes", default="5000,20000,75000")
    args = parser.parse_args()
    first = 0.0
    print("| papers | nodes | edges | seconds | against n log n | peak memory |\n| --- | --- | --- | --- | --- | --- |")
    for size in map(int, args.sizes.split(",")):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            count, took, nodes, edges, peak = pool.apply(run, (args.papers, size))
        each = took / (count * math.log(count))
        first = first or each
        print(f"| {count:,} | {nodes:,} | {edges:,} | {took:.1f} | {each / first:.2f} | {peak:.2f} GiB |", flush=True)


if __name__ == "__main__":
    main()
