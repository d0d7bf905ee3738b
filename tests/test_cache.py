"""The cache of extractions: a hit is what the pipeline would give, and nothing that befalls the cache is an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import pytest
from examples import entity, extraction, paper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_architecture import MODULES, PACKAGE, imports

from kgraph.cache import Cache, cache_folder
from kgraph.cli import main
from kgraph.extract import extract_papers
from kgraph.fingerprint import EXTRACTION_CODE, extractor_versions, folder_hash, processor
from kgraph.model import Extraction, Paper, Source
from kgraph.records import dump_line
from kgraph.resources import MODEL

TEXTS = [
    (
        "Frob: Parsing with Foo",
        "We present Frob, a method for parsing. Frob beats Foo on the Penn Treebank.",
    ),
    ("Seeing more", "For image segmentation we train U-Bar on Cityscapes and reach a mean IoU of 81.2."),
    ("A note on BLEU", "BLEU (bilingual evaluation understudy) is used for machine translation on WMT 2014."),
]
PAPERS = [Paper(f"p{i}", *text, source=(Source("page.txt", i + 1),)) for i, text in enumerate(TEXTS)]


def found_by_hand() -> Extraction:
    of = paper("Foo for parsing", "We present Foo. Foo beats Bar on Quux, see Ünïcode 🙂.", "p1")
    return extraction(
        of,
        entity(of, "Method", "title:Foo", "Foo", role="introduced", score=0.1234),
        entity(of, "Method", "Bar", role="compared", score=1.0),
        entity(of, "Dataset", "Quux"),
        relations=((0, "comparedWith", 1), (0, "evaluatedOn", 2)),
    )


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder that stands for a model; what is in it is only hashed."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "weights").write_bytes(b"1")
    return folder


@pytest.fixture
def no_pipeline(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A function after whose call the pipeline cannot be loaded."""

    def fail(*_: object) -> None:
        raise AssertionError("the pipeline was asked")

    return lambda: monkeypatch.setattr("kgraph.extract.load_pipeline", fail)


def write_papers(path: Path, papers: list[Paper]) -> str:
    lines = (json.dumps({"id": p.id, "title": p.title, "abstract": p.abstract}) + "\n" for p in papers)
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


# --- what is found ---


def test_a_hit_is_the_extraction_of_the_paper_at_hand(model: Path) -> None:
    made = found_by_hand()
    assert Cache(model).get(made.paper) is None
    Cache(model).put(made)
    other = replace(made.paper, id="another", date="2024-01-02", source=(Source("b.jsonl", 7),))
    cache = Cache(model)
    assert cache.get(made.paper) == made
    assert cache.get(other) == replace(made, paper=other)
    assert cache.hits == 2
    assert dump_line(cache.get(other) or made) == dump_line(replace(made, paper=other))


@pytest.mark.parametrize("change", [{"title": "Foo for parsing "}, {"abstract": "We present Foo. Foo beats Bar."}])
def test_another_text_is_no_hit(model: Path, change: dict[str, str]) -> None:
    made = found_by_hand()
    Cache(model).put(made)
    assert Cache(model).get(replace(made.paper, **change)) is None


def test_another_model_version_or_processor_is_no_hit(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = found_by_hand()
    Cache(model).put(made)
    versions = extractor_versions()
    for name in ("code", "python", "numpy", "onnxruntime", "spacy"):
        with monkeypatch.context() as patch:
            patch.setattr("kgraph.cache.extractor_versions", lambda name=name: {**versions, name: "another"})
            assert Cache(model).get(made.paper) is None
    with monkeypatch.context() as patch:
        patch.setattr("kgraph.cache.processor", lambda: "another")
        assert Cache(model).get(made.paper) is None
    assert Cache(model).get(made.paper) == made
    (model / "README.md").write_text("not part of what it does")
    assert Cache(model).get(made.paper) == made
    (model / "weights").write_bytes(b"2")
    assert Cache(model).get(made.paper) is None


def test_papers_go_through_the_pipeline_only_where_the_cache_has_none_and_keep_their_order(
    no_pipeline: Callable[[], None],
) -> None:
    fresh = list(extract_papers(PAPERS, jobs=1))
    list(extract_papers(PAPERS[1:2], jobs=1, cache=Cache()))
    cache = Cache()
    assert list(extract_papers([*PAPERS, *PAPERS[:1]], jobs=1, cache=cache)) == [*fresh, fresh[0]]
    assert cache.hits == 1
    no_pipeline()
    cache = Cache()
    given = found_by_hand()
    assert list(extract_papers([PAPERS[2], given, *PAPERS], cache=cache)) == [fresh[2], given, *fresh]
    assert cache.hits == 4


def test_a_paper_on_which_the_pipeline_fails_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kgraph.extract import extract_paper

    def fail_on_first(nlp: object, paper: Paper) -> Extraction:
        if paper.id == "p0":
            raise MemoryError("too little")
        return extract_paper(nlp, paper)  # type: ignore[arg-type]

    monkeypatch.setattr("kgraph.extract.extract_paper", fail_on_first)
    failed: list[str] = []
    for hits in (0, 2):
        kept = Cache()
        found = extract_papers(PAPERS, jobs=1, cache=kept, on_failure=lambda p, why: failed.append(f"{p.id}: {why}"))
        assert [e.paper.id for e in found] == ["p1", "p2"]
        assert kept.hits == hits
    assert failed == ["p0: MemoryError: too little"] * 2
    assert len(entries(cache)) == 2


# --- the command line ---


def test_a_second_build_takes_all_from_the_cache_and_writes_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], no_pipeline: Callable[[], None]
) -> None:
    papers = write_papers(tmp_path / "in.jsonl", PAPERS)
    assert main(["build", papers, "-o", str(tmp_path / "a")]) == 0
    assert "from the cache" not in capsys.readouterr().err
    no_pipeline()
    assert main(["build", papers, "-o", str(tmp_path / "b")]) == 0
    assert "3 papers, 3 from the cache\n" in capsys.readouterr().err
    assert {p.name: p.read_bytes() for p in entries(tmp_path / "a")} == {
        p.name: p.read_bytes() for p in entries(tmp_path / "b")
    }


def test_extract_and_evaluate_use_it_too(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], no_pipeline: Callable[[], None]
) -> None:
    papers = write_papers(tmp_path / "in.jsonl", PAPERS)
    gold = tmp_path / "gold.jsonl"
    records = ({"id": p.id, "title": p.title, "abstract": p.abstract, "entities": [], "relations": []} for p in PAPERS)
    gold.write_text("".join(json.dumps(r) + "\n" for r in records))
    assert main(["extract", papers]) == 0
    first = capfd.readouterr()
    no_pipeline()
    assert main(["extract", papers]) == 0
    second = capfd.readouterr()
    assert (first.out, first.err) == (second.out, "")
    assert second.err == "3 papers, 3 from the cache\n"
    assert main(["evaluate", str(gold)]) == 0
    assert "3 papers, 3 from the cache\n" in capfd.readouterr().err
    assert main(["extract", "-q", papers]) == 0
    assert capfd.readouterr().err == ""


def test_a_paper_of_evaluate_on_which_the_pipeline_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_nlp: object, _paper: Paper) -> Extraction:
        raise MemoryError("too little")

    monkeypatch.setattr("kgraph.extract.extract_paper", fail)
    gold = tmp_path / "gold.jsonl"
    record = {"id": "p0", "title": PAPERS[0].title, "abstract": PAPERS[0].abstract, "entities": [], "relations": []}
    gold.write_text(json.dumps(record) + "\n")
    assert main(["evaluate", str(gold)]) == 0
    assert "the pipeline failed on 'p0': MemoryError: too little" in capsys.readouterr().err


def test_no_cache_neither_reads_nor_writes(tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    papers = write_papers(tmp_path / "in.jsonl", PAPERS[:1])
    assert main(["extract", "--no-cache", papers, "-o", str(tmp_path / "a")]) == 0
    assert entries(cache) == []
    assert main(["extract", papers, "-o", str(tmp_path / "b")]) == 0
    assert len(entries(cache)) == 1
    entries(cache)[0].write_bytes(b"damaged")
    assert main(["extract", "--no-cache", papers, "-o", str(tmp_path / "c")]) == 0
    assert entries(cache)[0].read_bytes() == b"damaged"
    assert "cache" not in capsys.readouterr().err
    assert len({(tmp_path / name).read_bytes() for name in "abc"}) == 1


@pytest.mark.parametrize("place", ["a file", "below a file", "too long"])
def test_a_cache_that_cannot_be_used_costs_nothing_but_time_and_is_named_only_on_demand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "file").write_text("mine")
    where = {"a file": "file", "below a file": "file/folder", "too long": "x" * 300}[place]
    monkeypatch.setenv("KGRAPH_CACHE", str(tmp_path / where))
    papers = write_papers(tmp_path / "in.jsonl", PAPERS)
    assert main(["extract", papers, "-o", str(tmp_path / "a")]) == 0
    assert capsys.readouterr().err == ""
    assert main(["extract", "-v", papers, "-o", str(tmp_path / "b")]) == 0
    notes = capsys.readouterr().err.splitlines()
    assert notes and all(note.startswith("note: the cache of extractions, ") for note in notes)
    assert len(notes) <= 2  # read and written: the first problem of each
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert len((tmp_path / "a").read_text().splitlines()) == 3
    assert (tmp_path / "file").read_text() == "mine"


def test_without_a_home_there_is_no_cache(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("KGRAPH_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("kgraph.cache.Path.home", nowhere)
    problems: list[str] = []
    cache = Cache(model, problems.append)
    cache.put(found_by_hand())
    assert cache.get(found_by_hand().paper) is None
    assert [p for p in problems if "home directory" in p] == problems != []


# --- damage, kills, company, size ---


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_damaged_entry_is_never_taken_for_a_good_one_and_is_made_anew(
    model: Path, cache: Path, data: st.DataObject
) -> None:
    made = found_by_hand()
    Cache(model).put(made)
    (path,) = entries(cache)
    good = path.read_bytes()
    if data.draw(st.booleans()):
        path.write_bytes(good[: data.draw(st.integers(0, len(good) - 1))])
    else:
        at, bit = data.draw(st.integers(0, len(good) - 1)), data.draw(st.integers(0, 7))
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :])
    problems: list[str] = []
    found = Cache(model, problems.append).get(made.paper)
    assert found in (None, made)  # a bit of zlib's header may change without a meaning
    assert (found is None) == (len(problems) == 1)
    Cache(model).put(made)
    assert Cache(model).get(made.paper) == made


@pytest.mark.parametrize("content", ["[]", "7", '"x"', "{}", '{"entities": 1}', '{"entities": [{"type": "Method"}]}'])
def test_an_entry_of_another_form_is_not_taken(model: Path, cache: Path, content: str) -> None:
    import zlib

    made = found_by_hand()
    Cache(model).put(made)
    (path,) = entries(cache)
    path.write_bytes(zlib.compress(content.encode()))
    assert Cache(model).get(made.paper) is None


def test_a_full_disk_leaves_nothing_half_written(model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, problems = found_by_hand(), []

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kgraph.cache.os.fdopen", full)
    kept = Cache(model, problems.append)
    kept.put(made)
    kept.put(made)
    assert entries(cache) == []
    assert len(problems) == 1 and "No space left on device" in problems[0]


def test_readers_beside_writers_see_a_whole_entry_or_none(model: Path) -> None:
    made = found_by_hand()

    def write(_: int) -> None:
        Cache(model).put(made)

    def read(_: int) -> Extraction | None:
        return Cache(model, pytest.fail).get(made.paper)

    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(write, i) for i in range(100)]
        seen = list(pool.map(read, range(200)))
        for done in writes:
            done.result()
    assert all(found in (None, made) for found in seen)
    assert read(0) == made


def test_it_does_not_grow_without_end_and_the_oldest_go_first(
    model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgraph.cache._MOST_IN_A_FOLDER", 8)
    monkeypatch.setattr(Cache, "_path", lambda _self, folder, paper: folder / "00" / paper.id)
    kept = Cache(model)
    made = [Extraction(Paper(f"p{i}", "Title", "Abstract."), pipeline="x") for i in range(100)]
    for age, found in enumerate(made):
        kept.put(found)
        path = cache / "extractions" / "00" / found.paper.id
        os.utime(path, (age, age))  # the clock of a file system may be too coarse to tell them apart
        assert len(entries(cache)) <= 8
    assert [e.paper.id for e in made if kept.get(e.paper)] == [f"p{i}" for i in range(100 - len(entries(cache)), 100)]


# --- where it lies and what it depends on ---


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {}, "home/.cache/kgraph"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/kgraph"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "home/.cache/kgraph"),
        ("linux", {"XDG_CACHE_HOME": "/x", "KGRAPH_CACHE": "mine"}, "mine"),
        ("linux", {"KGRAPH_CACHE": ""}, "home/.cache/kgraph"),
        ("darwin", {}, "home/Library/Caches/kgraph"),
        ("win32", {"LOCALAPPDATA": "local"}, "local/kgraph/cache"),
        ("win32", {}, "home/.cache/kgraph"),
    ],
)
def test_it_lies_where_the_platform_keeps_caches(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], folder: str
) -> None:
    for name in ("KGRAPH_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("kgraph.cache.sys.platform", platform)
    monkeypatch.setattr("kgraph.cache.Path.home", lambda: Path("home"))
    assert cache_folder() == Path(folder)


def test_all_the_code_that_extraction_runs_is_in_its_version() -> None:
    """Whatever `kgraph.extract` and the pipeline import, but for what has no say in the result."""
    aside = ("kgraph.cache", "kgraph.errors", "kgraph.processes", "kgraph.resources")
    start = [m for m in MODULES if m.startswith("kgraph.pipeline.") and not m.startswith("kgraph.pipeline.training")]
    reached, todo = set(), {"kgraph.extract", *start}
    while todo:
        module = todo.pop()
        reached.add(module)
        known = {i if i in MODULES else f"{i}.__init__" for i in imports(MODULES[module])} & set(MODULES)
        todo |= {m for m in known if m not in reached and not m.startswith(aside) and m != "kgraph.__init__"}
    files = {MODULES[module].relative_to(PACKAGE).as_posix() for module in reached}
    assert {f for f in files if not any(fnmatch(f, pattern) for pattern in EXTRACTION_CODE)} == set()
    unused = [p for p in EXTRACTION_CODE if not any(fnmatch(f, p) for f in files)]
    assert unused == []


def test_the_versions_are_those_of_the_libraries_that_run() -> None:
    import numpy
    import onnxruntime
    import spacy

    versions = extractor_versions()
    for library in (numpy, onnxruntime, spacy):
        assert versions[library.__name__] == library.__version__
    assert versions["python"] == ".".join(map(str, sys.version_info[:2]))
    assert len(versions["code"]) == 16


def test_the_fingerprint_does_not_change_from_run_to_run() -> None:
    code = (
        "from kgraph.fingerprint import *; from kgraph.resources import MODEL\n"
        "print(extractor_versions(), processor(), folder_hash(MODEL))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{extractor_versions()} {processor()} {folder_hash(MODEL)}"


def test_asking_the_cache_loads_no_pipeline() -> None:
    code = (
        "import sys; from kgraph.cache import Cache; from kgraph.extract import extract_papers\n"
        "from kgraph.model import Paper; print(Cache().get(Paper('a', 'b', 'c')), 'spacy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "None False\n"
