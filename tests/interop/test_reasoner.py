"""A complete OWL reasoner, HermiT, agrees with the ontology: our graphs are consistent and a clash is not."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from graphs import small_graph

from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE
from kgraph.rdf import graph_triples, write_ntriples
from kgraph.rdf.prefixes import RDF

SAMPLE = Path(__file__).parent.parent.parent / "exports" / "sample"


@pytest.fixture(scope="module")
def owlready2() -> Any:
    """The package with HermiT in it; skips without it or without Java, but fails on a CI machine."""
    if shutil.which("java") is None:
        _missing("there is no java on the PATH, which HermiT runs on")
    try:
        import owlready2
    except ImportError:
        _missing("the owlready2 package is not installed: pip install 'kgraph[test]'")
    return owlready2


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def is_consistent(owlready2: Any, ntriples: bytes) -> bool:
    world = owlready2.World()
    loaded = world.get_ontology(ONTOLOGY_BASE).load(fileobj=io.BytesIO(ntriples))
    assert len(world.graph) >= len(ntriples.splitlines())
    try:
        owlready2.sync_reasoner_hermit(loaded, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return False
    return True


def small(*more: str) -> bytes:
    file = io.BytesIO()
    write_ntriples(graph_triples(small_graph()), file)
    return file.getvalue() + "".join(f"{line} .\n" for line in more).encode()


def says(subject: str, property_: str, object_: str) -> str:
    return f"<{ID_BASE}{subject}> <{property_}> <{object_}>"


def test_the_ontology_and_the_sample_are_consistent(owlready2: Any) -> None:
    assert is_consistent(owlready2, (SAMPLE / "graph.nt").read_bytes())


def test_the_ontology_and_a_small_graph_are_consistent(owlready2: Any) -> None:
    assert is_consistent(owlready2, small())


@pytest.mark.parametrize(
    "clash",
    [
        says("method/transformer", f"{RDF}type", f"{ONTOLOGY_BASE}Task"),
        says("metric/bleu", f"{ONTOLOGY_BASE}usedFor", f"{ID_BASE}task/machine-translation"),
        says("paper/0000.00001", f"{ONTOLOGY_BASE}uses", f"{ID_BASE}paper/a-paper-5f0c"),
        says("method/transformer", f"{RDF}type", f"{ONTOLOGY_BASE}Alias"),
    ],
    ids=["a method that is a task", "a metric used for a task", "a paper that uses a paper", "a method that is a name"],
)
def test_the_same_graph_with_a_clash_is_not(owlready2: Any, clash: str) -> None:
    assert not is_consistent(owlready2, small(clash))
