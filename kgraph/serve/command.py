"""The command `kgraph serve`: its arguments, and what it tells."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

from kgraph.console import positive, tell

_PORTS = range(1 << 16)


def add_arguments(serve: argparse.ArgumentParser) -> None:
    """Add the arguments of `kgraph serve`."""
    serve.add_argument("--host", default="127.0.0.1", metavar="H", help="default: 127.0.0.1, this machine alone")
    serve.add_argument("--port", type=_port, default=8080, metavar="P", help="default: 8080; 0 takes a free one")
    serve.add_argument(
        "--timeout", type=_seconds, default=30.0, metavar="S", help="stop a query after S seconds (default: 30)"
    )
    serve.add_argument(
        "--limit", type=positive, default=100_000, metavar="N", help="the most rows of an answer (default: 100,000)"
    )
    serve.add_argument(
        "--memory", type=positive, default=1024, metavar="MIB", help="what a query may take (Linux; default: 1024 MiB)"
    )
    serve.add_argument("--jobs", type=positive, metavar="N", help="queries at a time (default: one a core, at least 2)")


def run(args: argparse.Namespace, path: Path) -> None:
    """Serve until stopped; raises KGraphError."""
    from kgraph.serve.limits import MIB, Limits
    from kgraph.serve.server import is_loopback, serve

    if not is_loopback(args.host) and not args.quiet:
        tell(f"note: {args.host} is more than this machine: whoever can reach it can read the graph and ask queries")
    serve(
        path,
        args.host,
        args.port,
        processes=args.jobs or max(2, os.cpu_count() or 1),
        limits=Limits(timeout=args.timeout, rows=args.limit, memory=args.memory * MIB),
        verbose=args.verbose,
        tell=tell,
    )


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) or int(text) not in _PORTS:
        raise argparse.ArgumentTypeError(f"expected a port, 0 to 65535, not {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,3})?", text, re.ASCII) or float(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a number of seconds, not {text!r}")
    return float(text)
