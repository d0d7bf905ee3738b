"""How often resolution is right about pairs of names: python tests/benchmarks/names.py ANNOTATED...

ANNOTATED are files of annotated records. Given their entities, all papers are resolved together. Two names of one
annotated entity must then be names of one concept; two names of different entities of one paper must not.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from itertools import combinations, product
from pathlib import Path

from kgraph.annotated import AnnotatedPaper, read_annotated
from kgraph.model import Entity, Extraction, Mention, Paper
from kgraph.resolve import resolve


def as_extraction(paper: AnnotatedPaper) -> Extraction:
    texts = {"title": paper.title, "abstract": paper.abstract}
    entities = [
        Entity(
            e.type, e.role, tuple(Mention(s.field, s.start, s.end, texts[s.field][s.start : s.end]) for s in e.spans)
        )
        for e in paper.entities
        if e.spans
    ]
    return Extraction(Paper(paper.id, paper.title, paper.abstract), tuple(entities))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("annotated", type=Path, nargs="+")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="also show N pairs of each kind")
    args = parser.parse_args()
    extractions = [as_extraction(paper) for path in args.annotated for paper in read_annotated(path)]
    concepts: dict[str, set[str]] = defaultdict(set)
    for concept in resolve(extractions).concepts.values():
        for alias in concept.aliases:
            concepts[alias.name].add(concept.key)
    pairs: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for extraction in extractions:
        names = [sorted({m.text for m in entity.mentions}) for entity in extraction.entities]
        pairs[True].update(pair for group in names for pair in combinations(group, 2))
        for one, other in combinations(names, 2):
            pairs[False].update((min(pair), max(pair)) for pair in product(one, other) if pair[0] != pair[1])
    pairs[False] -= pairs[True]
    for one_concept, kind in ((True, "must be one"), (False, "must not be one")):
        wrong = sorted(p for p in pairs[one_concept] if bool(concepts[p[0]] & concepts[p[1]]) != one_concept)
        total = len(pairs[one_concept])
        print(f"{kind}: {total - len(wrong):,} of {total:,} right, {1 - len(wrong) / total:.2%}")
        for pair in wrong[: args.errors]:
            print(f"    {pair[0]} | {pair[1]}")


if __name__ == "__main__":
    main()
