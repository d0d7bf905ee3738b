"""Measure how far the model carries: python tests/benchmarks/transfer.py FILE --types Method,Task,Material=Dataset

FILE holds texts that were marked by other guidelines, one JSON object a line: `title` (may be empty), `abstract`,
`entities` with `type` and `mentions` (`field`, `start`, `end`). `--types` names the types to compare, each with ours
where it is called otherwise; both sides' other mentions are left out. Prints precision, recall and F1 by overlap, of
one type and matched one to one.
"""

from __future__ import annotations

import argparse
import json
from itertools import islice
from pathlib import Path

from kgraph.evaluate.counts import Tally, overlap_tally
from kgraph.extract import extract_paper, load_pipeline
from kgraph.model import Paper


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--types", default="Method,Task,Dataset,Metric")
    parser.add_argument("--first", type=int, help="read this many records only")
    args = parser.parse_args()
    ours = {theirs: own or theirs for theirs, _, own in (part.partition("=") for part in args.types.split(","))}
    nlp, total = load_pipeline(), Tally()
    with args.file.open(encoding="utf-8") as lines:
        for line in islice(lines, args.first):
            record = json.loads(line)
            gold = {
                (ours[e["type"]], m["field"], m["start"], m["end"])
                for e in record["entities"]
                if e["type"] in ours
                for m in e["mentions"]
            }
            found = extract_paper(nlp, Paper("x", record["title"], record["abstract"]))
            predicted = {
                (str(e.type), m.field, m.start, m.end)
                for e in found.entities
                if e.type in ours.values()
                for m in e.mentions
            }
            total = Tally(*(a + b for a, b in zip(total, overlap_tally(gold, predicted), strict=True)))
    figures = total.figures()
    print(
        f"{args.file.name}: P {figures['p']:.3f} R {figures['r']:.3f} F1 {figures['f1']:.3f} ({figures['gold']} marked)"
    )


if __name__ == "__main__":
    main()
