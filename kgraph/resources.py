"""Where the files lie that ship with kgraph: the ontology, the sample papers, the trained model."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

MODEL = _PACKAGE / "pipeline" / "model"
SAMPLE = _PACKAGE / "sample" / "papers.jsonl"
QUERIES = _PACKAGE / "queries"
VIEW = _PACKAGE / "view"


def ontology_folder() -> Path:
    """Return the folder of `kgraph.ttl`: inside an installed package, beside the package in a checkout."""
    inside = _PACKAGE / "ontology"
    return inside if inside.is_dir() else _PACKAGE.parent / "ontology"
