"""What the command line reads and writes: data on stdout or in files, everything else on stderr."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.errors import InputError, OutputError

if TYPE_CHECKING:
    from kgraph.model import Extraction
    from kgraph.readers import Report

#: Of long lists of problems or changes, this many are shown unless all are asked for.
SHOWN = 20


def read_text(path: str) -> str:
    """Return the text of a file, or of stdin for `-`; raises InputError."""
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", path) from None


def write_text(path: str, pieces: Iterable[str]) -> None:
    """Write UTF-8 to stdout (`-`), or to a file that appears only when it is whole."""
    if path == "-":
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode("utf-8"))
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as out:
            out.writelines(pieces)
        unfinished.replace(target)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def progress(items: Iterable[Extraction], total: int, verb: str, args: argparse.Namespace) -> Iterator[Extraction]:
    """Yield the items; on a terminal, show how far they are."""
    shown = not args.quiet and sys.stderr.isatty() and total > 1
    for number, item in enumerate(items, start=1):
        if shown and (number % 8 == 0 or number == total):
            print(f"\r{verb} {number:,} of {total:,}", end="\n" if number == total else "", file=sys.stderr, flush=True)
        yield item


def tell(*lines: str) -> None:
    """Print lines to stderr."""
    for line in lines:
        print(line, file=sys.stderr)


def tell_report(report: Report, args: argparse.Namespace) -> None:
    """Name what was skipped and noticed in the input; beyond the first few only with -v."""
    if args.quiet:
        return
    for problems, verb in ((report.skipped, "skipped"), (report.notices, "note")):
        shown = problems if args.verbose else problems[:SHOWN]
        tell(*(f"{verb}: {problem}" for problem in shown))
        if len(problems) > len(shown):
            tell(f"{verb}: and {len(problems) - len(shown):,} more; -v names them all")
    if report.replaced:
        tell(f"note: {report.replaced:,} control characters or lone surrogates became U+FFFD")


def positive(text: str) -> int:
    """Return an argument that must be a positive whole number."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"expected a positive whole number, not {text!r}")
    return int(text)
