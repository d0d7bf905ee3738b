"""The bundled sample and its committed graph."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import networkx as nx
import pytest

from kgraph.build import MANIFEST
from kgraph.cli import main
from kgraph.extract import extract_papers
from kgraph.graph import read_graph
from kgraph.model import Extraction, Paper
from kgraph.readers import Report, read_papers
from kgraph.resources import SAMPLE

COMMITTED = Path(__file__).parent.parent / "exports" / "sample"
_PLACE = re.compile(r'"x":\[[-\d,]+\],"y":\[[-\d,]+\]')


def sample() -> list[Paper]:
    report = Report()
    papers = [r for r in read_papers(SAMPLE, report=report) if isinstance(r, Paper)]
    assert not report.skipped and not report.notices
    return papers


def committed() -> list[Extraction]:
    return [r for r in read_papers(COMMITTED / "papers.jsonl", report=Report()) if isinstance(r, Extraction)]


def test_the_sample_is_some_forty_dated_papers_with_places_to_find_them() -> None:
    papers = sample()
    assert 40 <= len(papers) <= 50
    assert len({p.id for p in papers}) == len(papers)
    for p in papers:
        assert p.authors and p.url and p.url.startswith("https://")
        assert re.fullmatch(r"\d{4}(-\d{2}){0,2}", p.date or "")
        assert 80 <= len(p.abstract.split()) <= 220


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    assert main(["build", "-q", str(COMMITTED / "papers.jsonl"), "-o", str(folder)]) == 0
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "papers.jsonl",
        "graph.json",
        "graph.ttl",
        "graph.nt",
        "graph.jsonld",
        "graph.graphml",
        "graph.gexf",
        "void.ttl",
    ],
)
def test_its_papers_give_its_graph_byte_for_byte(rebuilt: Path, name: str) -> None:
    assert (rebuilt / name).read_bytes() == (COMMITTED / name).read_bytes()


def test_its_page_is_the_same_but_for_the_places_of_nodes(rebuilt: Path) -> None:
    pages = [(folder / "graph.html").read_text(encoding="utf-8") for folder in (rebuilt, COMMITTED)]
    assert _PLACE.search(pages[0])
    assert _PLACE.sub("", pages[0]) == _PLACE.sub("", pages[1])


def test_its_manifest_is_the_same_but_for_the_page_and_the_extractor(rebuilt: Path) -> None:
    manifests = [json.loads((folder / MANIFEST).read_text(encoding="utf-8")) for folder in (rebuilt, COMMITTED)]
    for manifest in manifests:
        assert len(manifest["files"].pop("graph.html")) == 64
        assert len(manifest.pop("extractor")["code"]) == 16
        assert len(manifest.pop("given")) in (0, 46)  # the committed ones may be extractions of their own time
    assert manifests[0] == manifests[1]


def test_fresh_extraction_agrees_with_it() -> None:
    """Not to the last mention: int8 arithmetic is rounded differently on different processors."""
    places: list[Counter[tuple[str, str, str, int, int]]] = []
    for extractions in (extract_papers(sample()), committed()):
        places.append(
            Counter(
                (x.paper.id, str(e.type), m.field, m.start, m.end)
                for x in extractions
                for e in x.entities
                for m in e.mentions
            )
        )
    fresh, known = places
    assert (fresh & known).total() >= 0.95 * max(fresh.total(), known.total())


def test_its_graph_is_connected_and_knows_the_landmarks() -> None:
    graph = read_graph(COMMITTED)
    largest = max(nx.weakly_connected_components(graph), key=len)
    assert len(largest) >= 0.95 * len(graph)
    kinds = Counter(kind for _, kind in graph.nodes(data="kind"))
    assert min(kinds.values()) >= 25
    for paper, concept in (
        ("paper/1706.03762", "method/transformer"),
        ("paper/1810.04805", "method/bert"),
        ("paper/1412.6980", "method/adam"),
    ):
        assert graph.has_edge(paper, concept, "introduces")
