"""What no shape can check of a graph folder: its files against its manifest, its quotes against its papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgraph.build import PAPERS
from kgraph.fingerprint import file_hash
from kgraph.identifiers import content_hash
from kgraph.model import Paper
from kgraph.papers import paper_of
from kgraph.query import run_query
from kgraph.rdf.terms import literal
from kgraph.readers import Report, read_papers
from kgraph.validate.report import SHAPES_BASE, Violation
from kgraph.validate.things import show

if TYPE_CHECKING:
    from pyoxigraph import Store

_QUOTES = """SELECT ?thing ?id ?field ?start ?end ?quote WHERE {
    ?thing kg:quote ?quote ; kg:field ?field ; kg:start ?start ; kg:end ?end ; prov:wasDerivedFrom ?paper .
    ?paper kg:paperId ?id
} ORDER BY ?thing"""
_FILE_RULE = "a file of the folder is the one that the manifest describes"
_RECORD_RULE = f"every line of {PAPERS} is an extraction that can be read"
_PAPER_RULE = "the title and abstract of a paper are those that the manifest describes"
_KNOWN_RULE = f"the papers that quotes come from are in {PAPERS}"
_QUOTE_RULE = "a quote is the text of its paper from start to end"


def check_files(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield the files that are missing or are not those of the manifest."""
    for name, expected in sorted(manifest["files"].items()):
        path = folder / name
        if not path.is_file():
            yield _violation("file", name, _FILE_RULE, found="no such file")
        elif (found := file_hash(path)) != expected:
            yield _violation("file", name, _FILE_RULE, found=f"hash {found[:12]}..., not {expected[:12]}...")


def read_texts(folder: Path) -> tuple[dict[str, Paper], list[Violation]]:
    """Return the papers of the folder by id, and a violation for each line of their file that cannot be read."""
    report, path = Report(), folder / PAPERS
    if not path.stat().st_size:
        return {}, []
    papers = [paper_of(record) for record in read_papers(path, input_format="jsonl", report=report)]
    wrong = [
        replace(
            _violation("paper-record", PAPERS, _RECORD_RULE, found=problem.message), where=f"{PAPERS}:{problem.line}"
        )
        for problem in report.skipped
    ]
    return {paper.id: paper for paper in papers}, wrong


def check_papers(papers: Mapping[str, Paper], manifest: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield the papers whose texts are not those of the manifest, or that are only there or only here."""
    described = manifest["papers"]
    for id_ in sorted(papers.keys() | described.keys()):
        paper = papers.get(id_)
        if paper is None:
            yield _violation("paper-text", id_, _PAPER_RULE, found=f"not in {PAPERS}")
        elif content_hash(paper.title, paper.abstract) != described.get(id_):
            found = "another text" if id_ in described else "not in the manifest"
            yield _violation("paper-text", id_, _PAPER_RULE, found=found, label=paper.title)


def check_quotes(store: Store, papers: Mapping[str, Paper]) -> tuple[list[Violation], int]:
    """Return the quotes that are not what stands at their offsets, and how many quotes there are."""
    violations: list[Violation] = []
    unknown: Counter[str] = Counter()
    rows = list(run_query(store, _QUOTES).rows())
    for row in rows:
        thing, id_, field, start, end, quote = (term.value for term in row)
        paper = papers.get(id_)
        text = getattr(paper, field) if paper and field in ("title", "abstract") else ""
        if paper is None:
            unknown[id_] += 1
        elif text and start.isdecimal() and end.isdecimal() and text[int(start) : int(end)] != quote:
            found = show(literal(text[int(start) : int(end)]))
            violations.append(_violation("quote-at-offsets", thing, _QUOTE_RULE, found=found, label=quote))
    for id_, number in sorted(unknown.items()):
        violations.append(_violation("quote-paper", id_, _KNOWN_RULE, found=f"no such paper, for {number:,} quotes"))
    return violations, len(rows)


def _violation(rule: str, thing: str, expected: str, *, found: str = "", label: str = "") -> Violation:
    return Violation(rule, thing, expected, found, label, component=f"{SHAPES_BASE}{rule}")
