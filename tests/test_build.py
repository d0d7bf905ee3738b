"""The folder that `build` writes, and the command line around it."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from examples import entity, extraction, naming, paper, record_of
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import numbered, record_lists

from kgraph.build import MANIFEST, complete, file_hash, read_folder, read_manifest, write_folder
from kgraph.cache import Cache
from kgraph.cli import main
from kgraph.errors import GraphError, KGraphError, OutputError
from kgraph.extract import extract_paper, load_pipeline, pipeline_name
from kgraph.graph import read_graph
from kgraph.model import Extraction, Paper
from kgraph.papers import Record, merge_records, paper_of
from kgraph.records import dump_line, paper_to_dict

FILES = [
    "graph.gexf",
    "graph.graphml",
    "graph.html",
    "graph.json",
    "graph.jsonld",
    "graph.nt",
    "graph.ttl",
    "papers.jsonl",
    "void.ttl",
]


def field_of_papers() -> list[Extraction]:
    found = []
    for i, (method, rival) in enumerate([("Foo", "Bar"), ("Bar", "Baz"), ("Baz", "Foo")]):
        of = paper(f"{method} for parsing", f"We present {method}. {method} beats {rival} on Quux.", f"p{i}", i + 1)
        found.append(
            extraction(
                of,
                entity(of, "Method", f"title:{method}", method, role="introduced"),
                entity(of, "Method", rival, role="compared", score=0.6),
                entity(of, "Dataset", "Quux"),
                entity(of, "Task", "title:parsing"),
                relations=((0, "comparedWith", 1), (0, "evaluatedOn", 2), (0, "usedFor", 3)),
            )
        )
    return found


def write_lines(path: Path, *extractions: Extraction) -> Path:
    path.write_text("".join(dump_line(e) + "\n" for e in extractions), encoding="utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run kgraph in a process of its own, in a temporary directory where the test set one."""
    return subprocess.run(
        [sys.executable, "-m", "kgraph", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, **environment},
    )


# --- the folder ---


def test_a_folder_holds_every_form_and_a_manifest_that_describes_them(tmp_path: Path) -> None:
    manifest = write_folder(field_of_papers(), tmp_path / "out", skipped=2)
    assert sorted(contents(tmp_path / "out")) == sorted([*FILES, MANIFEST])
    assert manifest == json.loads((tmp_path / "out" / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["files"] == {name: file_hash(tmp_path / "out" / name) for name in FILES}
    counts = manifest["counts"]
    assert (counts["records"], counts["papers"], counts["duplicates"], counts["skipped"]) == (3, 3, 0, 2)
    assert counts["concepts"] == {"Method": 3, "Task": 1, "Dataset": 1, "Metric": 0}
    assert counts["claims"]["comparedWith"] == 3
    assert counts["mentions"] == 15


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    write_folder(field_of_papers(), tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_failure_while_writing_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(field_of_papers(), tmp_path / "out")
    before = contents(tmp_path / "out")

    def full_disk(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kgraph.rdf.write_together", full_disk)
    for folder in (tmp_path / "out", tmp_path / "new" / "deep"):
        with pytest.raises(OutputError, match="cannot be written: No space left on device"):
            write_folder(field_of_papers()[:1], folder)
    assert contents(tmp_path / "out") == before
    assert not (tmp_path / "new").exists()


def test_a_build_that_was_killed_between_two_renames_is_noticed(tmp_path: Path) -> None:
    write_folder(field_of_papers(), tmp_path / "one")
    write_folder(field_of_papers()[:2], tmp_path / "two")
    (tmp_path / "two" / "graph.nt").replace(tmp_path / "one" / "graph.nt")
    with pytest.raises(GraphError, match="the last build was interrupted"):
        read_manifest(tmp_path / "one", "graph.nt")


def test_a_paper_is_added_and_withdrawn_exactly(tmp_path: Path) -> None:
    papers = field_of_papers()
    for name, chosen in (("all", papers), ("first", papers[:2])):
        write_folder(chosen, tmp_path / name)
    last = write_lines(tmp_path / "last.jsonl", papers[2])
    assert main(["build", "-q", "-g", str(tmp_path / "first"), str(last), "-o", str(tmp_path / "grown")]) == 0
    assert contents(tmp_path / "grown") == contents(tmp_path / "all")
    assert main(["build", "-q", "-g", str(tmp_path / "grown"), "--withdraw", "p2"]) == 0
    assert contents(tmp_path / "grown") == contents(tmp_path / "first")


def scored(of: Paper, *scores: float) -> Extraction:
    return extraction(of, *(entity(of, "Method", "Foo", score=score) for score in scores))


SHORT, LONGER, LONGEST = "Foo.", "A Foo.", "We use Foo."


@given(record_lists(2), st.integers(1, 7), st.sampled_from((0, 0.5)), st.integers(0, 7))
@example(  # What the longest lacks, the last one tells and not the first.
    [record_of("x", "T", SHORT, date="2021"), record_of("x", "T", LONGEST), record_of("x", "T", LONGER, date="2022")],
    2,
    0,
    0,
)
@example(  # The last one, without an id, has the title of a record that was merged into another title.
    [record_of("x", "T", SHORT), record_of("x", "Longer T", LONGEST), record_of(None, "T", SHORT)], 2, 0, 0
)
@example(  # The last one takes the one without an id, and its date, from the first.
    [record_of("y", "T", SHORT), record_of(None, "T", LONGEST, date="2022"), record_of("x", "T", LONGER)], 2, 0, 1
)
@example(  # The first one loses what made it come before the last.
    [scored(record_of("x", "T", LONGEST), 0.4, 0.6), scored(record_of("x", "T", LONGEST), 0.55)], 1, 0.5, 0
)
@settings(max_examples=12, deadline=None)
def test_adding_and_withdrawing_are_exact_where_records_contradict_each_other(
    records: list[Record], first: int, min_score: float, gone: int
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)

        def build(output: str, records: list[Record], *options: str) -> dict[str, bytes]:
            lines = [dump_line(r) if isinstance(r, Extraction) else json.dumps(paper_to_dict(r)) for r in records]
            (folder / "in.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
            inputs = [str(folder / "in.jsonl")] if records else []
            common = ["--jobs", "1", "--min-score", str(min_score), "-o", str(folder / output)]
            assert main(["build", "-q", *inputs, *options, *common]) == 0
            return contents(folder / output)

        records, first = numbered(records), min(first, len(records) - 1)
        together = build("together", records)
        build("grown", records[:first])
        assert build("grown", records[first:], "-g", str(folder / "grown")) == together
        papers = [paper_of(r) for r in merge_records(records)]
        withdrawn = papers[gone % len(papers)]
        if rest := [r for r in records if paper_of(r).source[0] not in withdrawn.source]:
            alone = build("alone", rest)
            assert build("grown", [], "-g", str(folder / "grown"), "--withdraw", withdrawn.id) == alone


def test_withdrawing_an_unknown_paper_is_an_error() -> None:
    with pytest.raises(KGraphError, match="no paper has the id 'nix'"):
        complete(field_of_papers(), lambda papers: (), ["nix"])


def test_only_papers_without_an_extraction_are_extracted() -> None:
    asked: list[Paper] = []

    def extract(papers: list[Paper]) -> list[Extraction]:
        asked.extend(papers)
        return [Extraction(p) for p in papers]

    new = paper("New", "A new one.", "a0")
    found, given = complete([*field_of_papers(), new], extract)
    assert asked == [new]
    assert [e.paper.id for e in found] == ["a0", "p0", "p1", "p2"]
    assert given == ["p0", "p1", "p2"]


# --- adding to a graph that another version built ---


def write_papers(path: Path, *ids: str) -> str:
    records = (
        {"id": id_, "title": f"Frob-{id_}: on parsing", "abstract": f"We train Frob-{id_} on the Penn Treebank."}
        for id_ in ids
    )
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return str(path)


@pytest.fixture(params=["another code", "another model"])
def older(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """A context in which kgraph is an older one, whose pipeline finds no relations."""

    def extract_less(nlp: Any, paper: Paper) -> Extraction:
        return replace(extract_paper(nlp, paper), relations=(), pipeline="kgraph-en 0.0.9")

    @contextmanager
    def context() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr("kgraph.extract.extract_paper", extract_less)
            for module in ("kgraph.build", "kgraph.cache"):
                if request.param == "another code":
                    patch.setattr(f"{module}.extractor_versions", lambda: {"code": "older"})
                else:
                    patch.setattr(f"{module}.folder_hash", lambda _folder: "older")
            yield

    yield context


def test_what_an_older_kgraph_extracted_is_extracted_again_and_what_it_was_given_stays(
    tmp_path: Path, older: Callable[[], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = write_papers(tmp_path / "a.jsonl", "a1", "a2"), write_papers(tmp_path / "b.jsonl", "b1")
    by_hand, corrected = field_of_papers()[:2]
    corrected = replace(corrected, relations=(), pipeline="kgraph-en 0.0.9")
    given = str(write_lines(tmp_path / "given.jsonl", by_hand, corrected))
    with older():
        assert main(["build", "-q", first, given, "-o", str(tmp_path / "grown")]) == 0
        assert main(["build", "-q", first, given, "-o", str(tmp_path / "old")]) == 0
    assert "0.0.9" in (tmp_path / "grown" / "papers.jsonl").read_text().splitlines()[0]
    capsys.readouterr()
    assert main(["build", "-g", str(tmp_path / "grown"), second]) == 0
    assert "papers.jsonl: 2 papers were extracted by another version or model" in capsys.readouterr().err
    assert main(["build", "-q", first, given, second, "-o", str(tmp_path / "together")]) == 0
    assert contents(tmp_path / "grown") == contents(tmp_path / "together")
    pipelines = {r["id"]: r["pipeline"] for r in map(json.loads, (tmp_path / "grown" / "papers.jsonl").open())}
    assert [pipelines["p0"], pipelines["p1"]] == [by_hand.pipeline, corrected.pipeline]
    assert {pipelines[id_] for id_ in ("a1", "a2", "b1")} == {pipelines["b1"]} != {"kgraph-en 0.0.9"}
    with older():
        assert main(["build", "-q", "-g", str(tmp_path / "together"), "--withdraw", "b1"]) == 0
    assert contents(tmp_path / "together") == contents(tmp_path / "old")


def test_what_the_same_kgraph_extracted_is_not_extracted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = write_papers(tmp_path / "a.jsonl", "a1", "a2"), write_papers(tmp_path / "b.jsonl", "b1")
    assert main(["build", "-q", first, second, "-o", str(tmp_path / "together")]) == 0
    assert main(["build", "-q", first, "-o", str(tmp_path / "alone")]) == 0
    monkeypatch.setattr("kgraph.extract.load_pipeline", lambda _model: pytest.fail("the pipeline was asked"))
    assert main(["build", "-q", "--no-cache", "-g", str(tmp_path / "together"), "--withdraw", "b1"]) == 0
    assert contents(tmp_path / "together") == contents(tmp_path / "alone")


def test_a_given_extraction_comes_before_kgraphs_own_in_a_graph_too(tmp_path: Path) -> None:
    (by_hand,) = field_of_papers()[:1]
    plain = json.dumps({"id": "p0", "title": by_hand.paper.title, "abstract": by_hand.paper.abstract}) + "\n"
    (tmp_path / "plain.jsonl").write_text(plain)
    plain, given = str(tmp_path / "plain.jsonl"), str(write_lines(tmp_path / "given.jsonl", by_hand))
    assert main(["build", "-q", plain, "-o", str(tmp_path / "grown")]) == 0
    assert main(["build", "-q", "-g", str(tmp_path / "grown"), given]) == 0
    assert main(["build", "-q", given, plain, "-o", str(tmp_path / "together")]) == 0
    assert contents(tmp_path / "grown") == contents(tmp_path / "together")
    assert json.loads((tmp_path / "grown" / MANIFEST).read_text())["pipelines"] == ["by-hand 1"]


@pytest.mark.parametrize(("before", "after"), [("0.9", "0"), ("0.5", "0.9")])
def test_scores_left_out_of_a_graph_come_back_where_they_are_asked_for(tmp_path: Path, before: str, after: str) -> None:
    first, second = write_papers(tmp_path / "a.jsonl", "a1", "a2"), write_papers(tmp_path / "b.jsonl", "b1")
    assert main(["build", "-q", first, "--min-score", before, "-o", str(tmp_path / "grown")]) == 0
    assert main(["build", "-q", "-g", str(tmp_path / "grown"), second, "--min-score", after]) == 0
    assert main(["build", "-q", first, second, "--min-score", after, "-o", str(tmp_path / "together")]) == 0
    assert contents(tmp_path / "grown") == contents(tmp_path / "together")


def test_what_scores_below_the_threshold_is_counted_alike_at_once_and_step_by_step(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "in.jsonl", *field_of_papers())
    for steps in (["0.7"], ["0.2", "0.7"]):
        output = str(tmp_path / "-".join(steps))
        assert main(["build", "-q", str(source), "--min-score", steps[0], "-o", output]) == 0
        for more in steps[1:]:
            assert main(["build", "-q", "-g", output, "--min-score", more]) == 0
        # One entity of each of three papers, and its relation.
        assert read_manifest(Path(output))["counts"]["dropped"]["below the score"] == 6
    assert contents(tmp_path / "0.7") == contents(tmp_path / "0.2-0.7")


def test_concepts_of_few_papers_are_left_out_and_stay_out_when_papers_are_added(tmp_path: Path) -> None:
    first = write_lines(tmp_path / "a.jsonl", naming("a", "beam search"), naming("b", "beam search"))
    second = write_lines(tmp_path / "b.jsonl", naming("c", "beam search"), naming("d", "tabu search"))
    grown, together = tmp_path / "grown", tmp_path / "together"
    assert main(["build", "-q", str(first), "--min-support", "2", "-o", str(grown)]) == 0
    assert main(["build", "-q", "-g", str(grown), str(second)]) == 0
    assert main(["build", "-q", str(first), str(second), "--min-support", "2", "-o", str(together)]) == 0
    assert contents(grown) == contents(together)
    assert "method/tabu-search" not in read_graph(grown)
    assert read_manifest(grown)["counts"]["dropped"]["concepts of too few papers"] == 1
    assert main(["build", "-q", "-g", str(grown), "--min-support", "1"]) == 0
    assert "method/tabu-search" in read_graph(grown)


def test_a_graph_that_does_not_say_what_it_was_given_is_not_added_to(tmp_path: Path) -> None:
    manifest = write_folder(field_of_papers(), tmp_path)
    del manifest["given"]
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(GraphError, match="was written by an older kgraph"):
        read_folder(tmp_path)


# --- several processes ---


def kill_processes_at(papers: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Kill a process of the extraction when it has given these papers, of which a batch has four.

    At most eight batches are worked on ahead, so that of twelve some are left for the process that is killed.
    """
    count, put = iter(range(10_000)), Cache.put

    def put_and_kill(cache: Cache, found: Extraction) -> None:
        put(cache, found)
        if next(count) in papers:
            for process in multiprocessing.active_children()[:1]:
                process.kill()
                process.join()  # so that the next call does not find the dead one

    monkeypatch.setattr("kgraph.extract._BATCH", 4)
    monkeypatch.setattr(Cache, "put", put_and_kill)


def test_a_killed_process_is_told_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    papers = write_papers(tmp_path / "in.jsonl", *(f"x{i}" for i in range(48)))
    assert main(["extract", "--no-cache", "--jobs", "1", papers, "-o", str(tmp_path / "one")]) == 0
    kill_processes_at({0}, monkeypatch)
    assert main(["extract", "--jobs", "2", papers, "-o", str(tmp_path / "two")]) == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    (note,) = capsys.readouterr().err.splitlines()
    assert note.startswith("note: a process was killed by SIGKILL, as happens when memory runs out; its papers are")


def test_when_no_process_is_left_the_error_says_what_to_do_and_nothing_is_lost(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    papers = write_papers(tmp_path / "in.jsonl", *(f"x{i}" for i in range(48)))
    with monkeypatch.context() as patch:
        kill_processes_at({0, 4}, patch)
        assert main(["extract", "--jobs", "2", papers, "-o", str(tmp_path / "out")]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("kgraph: extraction cannot go on: processes died, the last one was killed by SIGKILL")
    assert "4 papers, read from in.jsonl:" in last and last.endswith("fewer processes need less memory: --jobs 1")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl"]
    kept = len([p for p in cache.rglob("*") if p.is_file()])
    assert kept >= 8
    assert main(["extract", "--jobs", "1", papers, "-o", str(tmp_path / "out")]) == 0
    assert f"48 papers, {kept} from the cache" in capsys.readouterr().err


def test_an_interrupt_stops_all_processes_at_once_and_leaves_nothing_half_written(tmp_path: Path, cache: Path) -> None:
    papers = write_papers(tmp_path / "in.jsonl", *(f"x{i}" for i in range(3000)))
    # Where the tests run in the background SIGINT is ignored, and children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for command in (["extract", "-o", "out.jsonl"], ["build", "-o", "out"]):
        shutil.rmtree(cache)
        arguments = [sys.executable, "-m", "kgraph", *command, "--jobs", "2", papers]
        started = subprocess.Popen(
            arguments, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True, env=os.environ
        )
        while not any(p.is_file() for p in cache.rglob("*")):
            assert started.poll() is None
            time.sleep(0.05)
        os.killpg(started.pid, signal.SIGINT)  # as a terminal does it
        assert started.communicate()[1] == "kgraph: interrupted\n"
        assert started.returncode == 130
        assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl"]


# --- the command line ---


def test_the_order_of_inputs_and_the_hash_seed_do_not_change_a_byte(tmp_path: Path) -> None:
    files = [write_lines(tmp_path / f"{i}.jsonl", e) for i, e in enumerate(field_of_papers())]
    new = tmp_path / "new.jsonl"
    new.write_text(json.dumps({"title": "Frob", "abstract": "We train Frob on ImageNet for segmentation."}) + "\n")
    inputs = [*files, new]
    for name, order, seed in (("a", inputs, "1"), ("b", inputs[::-1], "2")):
        done = run("build", "--no-cache", *order, "-o", tmp_path / name, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_build_says_what_it_made_and_what_to_do_next(tmp_path: Path) -> None:
    done = run("build", write_lines(tmp_path / "in.jsonl", *field_of_papers()), "-o", tmp_path / "out")
    assert done.stdout == ""
    assert "3 papers from 3 records (0 duplicates, 0 skipped)" in done.stderr
    assert f"open the page:   {tmp_path / 'out' / 'graph.html'}" in done.stderr
    assert run("build", tmp_path / "in.jsonl", "-o", tmp_path / "out", "-q").stderr == ""


def test_bad_records_are_named_and_counted_and_the_good_ones_kept(tmp_path: Path) -> None:
    good = {"id": "g", "title": "Foo", "abstract": "We train Foo on ImageNet."}
    bad = [
        '{"id": "b"',
        json.dumps({"id": "n", "title": "No abstract"}),
        json.dumps({**good, "abstract": "x" * 200_000}),
    ]
    (tmp_path / "in.jsonl").write_text("\n".join([bad[0], json.dumps(good), *bad[1:]]) + "\n")
    done = run("build", tmp_path / "in.jsonl", "-o", tmp_path / "out")
    assert done.returncode == 0
    assert [line.split(":")[2] for line in done.stderr.splitlines() if line.startswith("skipped: in.jsonl")] == [
        "1",
        "3",
        "4",
    ]
    counts = json.loads((tmp_path / "out" / MANIFEST).read_text())["counts"]
    assert (counts["papers"], counts["skipped"]) == (1, 3)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["build", "nowhere.txt"], 1, "nowhere.txt"),
        (["build", "empty.txt"], 1, "empty.txt"),
        (["build", "binary.bin"], 1, "binary.bin"),
        (["build", "prose.txt"], 1, "prose.txt"),
        (["build", "broken.jsonl"], 1, "broken.jsonl:1"),
        (["build", "good.jsonl", "-o", "good.jsonl/out"], 1, "cannot be written"),
        (["build", "good.jsonl", "--model", "folder"], 1, "holds no pipeline"),
        (["build", "-g", "folder", "good.jsonl"], 1, "is no graph"),
        (["extract", "good.jsonl", "-o", "nowhere/out.jsonl"], 1, "cannot be written"),
        (["query", "-g", "folder", "SELECT * {}"], 1, "is no graph"),
        (["query", "-g", "graph", "SELECT * { ?s ?p }"], 1, "line 1, column"),
        (["query", "-g", "graph", "--name", "nix"], 1, "nix"),
        (["query", "-g", "graph"], 2, "give one of"),
        (["query", "-g", "graph", "SELECT * {}", "--param", "a=b"], 2, "--param goes with --name"),
        (["export", "-g", "graph", "-f", "nix"], 2, "invalid choice"),
        (["build", "good.jsonl", "--min-score", "2"], 2, "expected a score in 0..1"),
        (["evaluate", "good.jsonl"], 1, "good.jsonl:1"),
        (["train", "broken.jsonl"], 1, ""),
        (["frobnicate"], 2, "invalid choice"),
    ],
)
def test_bad_input_gives_one_clear_message_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("empty.txt").touch()
    Path("binary.bin").write_bytes(bytes(range(256)) * 9)
    Path("prose.txt").write_text("x\n")
    Path("broken.jsonl").write_text('{"id": 1,\n{"id": 2,\n')
    Path("good.jsonl").write_text(json.dumps({"title": "Foo", "abstract": "We train Foo."}) + "\n")
    write_folder(field_of_papers(), Path("graph"))
    before = sorted(str(p) for p in Path().rglob("*"))
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    if code == 1:
        assert done.stderr.startswith("kgraph: ")
    assert sorted(str(p) for p in Path().rglob("*")) == before


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph")
    write_folder(field_of_papers(), folder)
    return folder


def test_extract_takes_papers_from_a_pipe_and_keeps_their_order() -> None:
    lines = [json.dumps({"id": i, "title": f"T {i}", "abstract": "We train Frob on ImageNet."}) for i in (2, 1)]
    command = [sys.executable, "-m", "kgraph", "extract", "-"]
    done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=True)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["id"] for r in records] == ["2", "1"]
    for record in records:
        for found in record["entities"]:
            for m in found["mentions"]:
                assert record[m["field"]][m["start"] : m["end"]] == m["text"]
        assert record["pipeline"] == pipeline_name(load_pipeline())


def test_extractions_pass_through_extract_unchanged(tmp_path: Path, capfdbinary: Any) -> None:
    lines = write_lines(tmp_path / "in.jsonl", *field_of_papers())
    assert main(["extract", str(lines)]) == 0
    again = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    before = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    for record, known in zip(again, before, strict=True):
        assert record == known


def test_view_writes_the_page_that_build_wrote(graph: Path, tmp_path: Path) -> None:
    assert main(["view", "-g", str(graph), "-o", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").read_bytes() == (graph / "graph.html").read_bytes()


def test_query_answers_on_stdout_from_a_folder_and_from_a_file(graph: Path) -> None:
    sparql = "SELECT ?m WHERE { ?m kg:evaluatedOn dataset:quux } ORDER BY ?m"
    answers = {
        run("query", "-g", graph / name, sparql, "-f", "csv").stdout for name in (".", "graph.ttl", "graph.jsonld")
    }
    (answer,) = answers
    assert [line.rsplit("/", 1)[-1] for line in answer.split()] == ["m", "bar", "baz", "foo"]


def test_named_queries_are_listed_and_answered(graph: Path) -> None:
    assert "methods-for-task" in run("query", "--list").stdout
    done = run("query", "-g", graph, "--name", "methods-for-task", "--param", "task=Parsing", "-f", "tsv")
    assert all(name in done.stdout for name in ("Foo", "Bar", "Baz"))


def test_a_reader_that_goes_away_is_no_error_worth_a_traceback(graph: Path) -> None:
    command = f"{sys.executable} -m kgraph export -g {graph} -f nt | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_the_version_is_told() -> None:
    assert run("--version").stdout == "kgraph 0.1.0\n"
