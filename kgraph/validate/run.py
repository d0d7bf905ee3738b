"""Validates a graph folder or an RDF file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from kgraph.build import PAPERS, read_manifest
from kgraph.errors import GraphError
from kgraph.identifiers import ONTOLOGY_BASE
from kgraph.query import open_store, run_query
from kgraph.query.visible import cut, visible
from kgraph.validate.folder import check_files, check_papers, check_quotes, read_texts
from kgraph.validate.report import Report
from kgraph.validate.shapes import check_shapes

_IS_A_GRAPH = f"""ASK {{
    {{ <{ONTOLOGY_BASE.rstrip("#")}> a owl:Ontology }}
    UNION {{ ?thing a ?class FILTER (?class IN (kg:Paper, kg:Concept, kg:Claim, kg:Evidence)) }}
}}"""
_LABEL_WIDTH = 72


def validate(path: Path) -> Report:
    """Check a folder that `kgraph build` wrote, or an RDF file, against ontology/shapes.ttl.

    Of a folder, also check its files and papers against its manifest, and every quote against its paper. Raises
    GraphError where there is no graph, or it cannot be parsed.
    """
    manifest = read_manifest(path) if path.is_dir() else None
    store = open_store(path)
    if not run_query(store, _IS_A_GRAPH).answer:
        raise GraphError(f"{path} holds nothing that kgraph knows: no paper, no concept, no claim, and no ontology")
    violations, shapes = check_shapes(store)
    quotes = files = None
    if manifest is not None:
        violations += check_files(path, manifest)
        files = len(manifest["files"])
        if (path / PAPERS).is_file():
            papers, unread = read_texts(path)
            wrong, quotes = check_quotes(store, papers)
            violations += [*unread, *check_papers(papers, manifest), *wrong]
    lines = _lines(path / "graph.nt" if path.is_dir() else path, {v.thing for v in violations})
    shown = (
        replace(v, label=cut(visible(v.label), _LABEL_WIDTH), where=v.where or lines.get(v.thing, ""))
        for v in violations
    )
    return Report(str(path), tuple(sorted(set(shown))), len(store), shapes, quotes, files)


def _lines(path: Path, things: Collection[str]) -> dict[str, str]:
    """Return the file and line where each thing begins, in N-Triples; other forms have no such lines."""
    if path.suffix != ".nt" or not things:
        return {}
    found: dict[str, str] = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            thing = line.partition(" ")[0].strip("<>")
            if thing in things:
                found.setdefault(thing, f"{path.name}:{number}")
    return found
