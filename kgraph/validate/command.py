"""`kgraph validate`: its arguments, and what it does."""

from __future__ import annotations

import argparse
from pathlib import Path

from kgraph.console import SHOWN, write_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser, which has those common to commands on a graph."""
    parser.add_argument("-f", "--format", default="text", choices=("text", "json", "ttl"), help="default: text")
    parser.add_argument("-o", "--output", default="-", metavar="FILE", help="where to write (default: - for stdout)")
    parser.add_argument("--all", action="store_true", help=f"in text, list everything, not the first {SHOWN} of a rule")


def run(args: argparse.Namespace, graph: Path) -> int:
    """Validate the graph, write the report, and return the exit code: 0 conforms, 3 does not."""
    from kgraph.validate.run import validate
    from kgraph.validate.text import render

    report = validate(graph)
    if not (report.conforms and args.quiet and args.format == "text"):
        write_text(args.output, [render(report, args.format, None if args.all else SHOWN)])
    return 0 if report.conforms else 3
