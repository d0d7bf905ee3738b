"""Measure `kgraph build`: python tests/benchmarks/build.py [INPUT...] [--jobs N]

Prints the seconds and the peak memory of a whole build in a process of its own, start-up and loading
of the model included, the papers a second of extraction alone on one core, and the sizes of the files.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kgraph.extract import extract_paper, load_pipeline
from kgraph.model import Extraction
from kgraph.papers import merge_records
from kgraph.readers import Report, read_inputs
from kgraph.resources import SAMPLE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input", nargs="*", default=[str(SAMPLE)])
    parser.add_argument("--jobs", default="1")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        options = ["-q", "--no-cache", "--jobs", args.jobs, "-o", folder]
        subprocess.run([sys.executable, "-m", "kgraph", "build", *options, *args.input], check=True)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"build, {args.jobs} process(es): {seconds:.1f} s, peak memory {peak:.0f} MiB (largest process)")
        for path in sorted(Path(folder).iterdir()):
            print(f"  {path.name:14s} {path.stat().st_size / 1e6:8.2f} MB")
    papers = [r for r in merge_records(read_inputs(args.input, report=Report())) if not isinstance(r, Extraction)]
    nlp = load_pipeline()
    start = time.perf_counter()
    for paper in papers:
        extract_paper(nlp, paper)
    if papers:
        print(f"extraction alone, one core: {len(papers) / (time.perf_counter() - start):.1f} papers a second")


if __name__ == "__main__":
    main()
