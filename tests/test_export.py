"""`kgraph export` on a built graph, in every format."""

from __future__ import annotations

import csv
from pathlib import Path

import networkx as nx
import pytest
from examples import entity, extraction, paper
from rdflib import Dataset, Graph

from kgraph.build import write_folder
from kgraph.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    of = paper("Foo for parsing", "We present Foo. Foo beats Bar on Quux.", "p0", 1)
    entities = (
        entity(of, "Method", "title:Foo", "Foo", role="introduced"),
        entity(of, "Method", "Bar", role="compared", score=0.6),
        entity(of, "Dataset", "Quux"),
    )
    found = extraction(of, *entities, relations=((0, "comparedWith", 1), (0, "evaluatedOn", 2)))
    built = tmp_path_factory.mktemp("graph")
    write_folder([found], built)
    return built


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld", "json", "graphml", "gexf"])
def test_what_build_wrote_is_given_as_it_is(folder: Path, form: str, tmp_path: Path, capfdbinary: object) -> None:
    assert main(["export", "-g", str(folder), "-f", form, "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out").read_bytes() == (folder / f"graph.{form}").read_bytes()
    assert main(["export", "-g", str(folder), "-f", form]) == 0
    assert capfdbinary.readouterr().out == (folder / f"graph.{form}").read_bytes()  # type: ignore[attr-defined]


def test_rdfxml_and_trig_say_what_the_triples_say(folder: Path, tmp_path: Path) -> None:
    for form in ("rdfxml", "trig"):
        assert main(["export", "-g", str(folder), "-f", form, "-o", str(tmp_path / form)]) == 0
    expected = set(Graph().parse(folder / "graph.nt"))
    assert set(Graph().parse(tmp_path / "rdfxml", format="xml")) == expected
    named = Dataset(default_union=True).parse(tmp_path / "trig", format="trig")
    assert set(named.triples((None, None, None))) == expected
    assert len(list(named.graphs())) == 2


def test_csv_is_three_tables_in_a_folder(folder: Path, tmp_path: Path) -> None:
    assert main(["export", "-g", str(folder), "-f", "csv", "-o", str(tmp_path / "new" / "tables")]) == 0
    graph: nx.MultiDiGraph = nx.read_graphml(folder / "graph.graphml", force_multigraph=True)
    counts = {}
    for path in sorted((tmp_path / "new" / "tables").iterdir()):
        with path.open(encoding="utf-8", newline="") as file:
            counts[path.name] = len(list(csv.DictReader(file)))
    assert counts.keys() == {"edges.csv", "evidence.csv", "nodes.csv"}
    assert (counts["nodes.csv"], counts["edges.csv"]) == (len(graph), graph.number_of_edges())


def test_csv_needs_a_folder_to_go_to(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["export", "-g", str(folder), "-f", "csv"])
    assert stopped.value.code == 2
    assert "-o names the folder" in capsys.readouterr().err
    (tmp_path / "file").write_text("mine")
    assert main(["export", "-g", str(folder), "-f", "csv", "-o", str(tmp_path / "file")]) == 1
    assert f"{tmp_path / 'file'} cannot be made a folder: File exists" in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("form", ["trig", "csv"])
def test_a_changed_folder_is_noticed_before_anything_is_written(folder: Path, tmp_path: Path, form: str) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes() + b" ")
    (copy / "manifest.json").write_bytes((folder / "manifest.json").read_bytes())
    assert main(["export", "-g", str(copy), "-f", form, "-o", str(tmp_path / "out")]) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]
