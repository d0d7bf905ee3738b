"""What changed from one graph to another: whatever moved, nothing is said to be new that only has a new name."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from examples import entity, extraction, naming, paper
from graphs import small_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.build import write_folder
from kgraph.cli import main
from kgraph.diff import Diff, Snapshot, as_dict, compare, diff_triples, render, snapshot
from kgraph.diff.compare import KINDS
from kgraph.graph import build_graph
from kgraph.identifiers import ID_BASE, content_hash
from kgraph.model import Extraction, Paper
from kgraph.rdf import prefixes


def taken(papers: Iterable[Extraction]) -> Snapshot:
    """The snapshot of the papers' graph, whose version stands for what is in them."""
    found = sorted(papers, key=lambda e: e.paper.id)
    texts = {e.paper.id: content_hash(e.paper.title, e.paper.abstract) for e in found}
    return snapshot(build_graph(found), texts, content_hash(*map(repr, found)))


def diff(old: Iterable[Extraction], new: Iterable[Extraction]) -> Diff:
    return compare(taken(old), taken(new))


def said(found: Diff) -> dict[str, Any]:
    """What is listed, by "group kind": the keys before and after."""
    return {
        f"{group} {kind}": [(tuple(r.key for r in c.old), tuple(r.key for r in c.new)) for c in changes]
        for group, kinds in found.changes.items()
        for kind, changes in kinds.items()
        if changes
    }


def presenting(id_: str, method: str, dataset: str, *more: str) -> Extraction:
    """A paper that presents a method and evaluates it on a dataset."""
    of = paper(f"A note on {id_}", f"We present {method}, tested on {dataset}. " + " ".join(more), id_)
    entities = (entity(of, "Method", method, role="introduced"), entity(of, "Dataset", dataset))
    return extraction(of, *entities, relations=((0, "evaluatedOn", 1),))


ACRONYM, LONG = "method/svm", "method/support-vector-machine"
DEFINING = [naming(i, "support vector machine", "SVM") for i in "abc"]

# --- what is said ---


def test_a_new_paper_is_told_with_what_it_brings_and_what_it_raises() -> None:
    old = [presenting("a", "Foo", "Quux"), presenting("b", "Foo", "Quux"), presenting("c", "Bar", "Corge")]
    found = diff(old, [*old, presenting("d", "Baz", "Quux"), presenting("e", "Foo", "Quux")])
    assert said(found) == {
        "papers appeared": [((), ("paper/d",)), ((), ("paper/e",))],
        "concepts appeared": [((), ("method/baz",))],
        "concepts rose": [(("dataset/quux",), ("dataset/quux",)), (("method/foo",), ("method/foo",))],
        "claims appeared": [((), (f"claim/{content_hash('method/baz', 'evaluatedOn', 'dataset/quux')}",))],
        "claims rose": [2 * ((f"claim/{content_hash('method/foo', 'evaluatedOn', 'dataset/quux')}",),)],
    }
    assert [change.papers for change in found.changes["concepts"]["rose"]] == [(2, 4), (2, 3)]
    assert render(found, "text") == (
        "3 -> 5 papers, 4 -> 5 concepts, 2 -> 3 claims\n"
        "\n"
        "Papers that appeared: 2\n"
        "  d  A note on d; introduces Baz\n"
        "  e  A note on e; introduces Foo\n"
        "\n"
        "Concepts that appeared: 1\n"
        "  Baz (method/baz): 1 paper, rank 2\n"
        "\n"
        "Concepts that rose: 2\n"
        "  Quux (dataset/quux): 2 -> 4 papers, rank 1 -> 1\n"
        "  Foo (method/foo): 2 -> 3 papers, rank 1 -> 1\n"
        "\n"
        "Claims that appeared: 1\n"
        "  Baz evaluatedOn Quux: 1 paper\n"
        "\n"
        "Claims that rose: 1\n"
        "  Foo evaluatedOn Quux: 2 -> 3 papers\n"
    )


def test_an_acronym_that_comes_to_be_known_moves_and_is_not_called_new() -> None:
    """The one paper that says only "SVM" follows once three papers define it."""
    alone = [presenting("y", "SVM", "Quux")]
    found = diff([*DEFINING[:2], *alone], [*DEFINING, *alone])
    assert said(found) == {
        "papers appeared": [((), ("paper/c",))],
        "concepts rose": [((LONG, ACRONYM), (LONG,))],
        "concepts merged": [((LONG, ACRONYM), (LONG,))],
    }
    assert found.changes["concepts"]["rose"][0].papers == (3, 4)
    assert found.replaced_by == {ACRONYM: [LONG]}
    back = diff([*DEFINING, *alone], [*DEFINING[:2], *alone])
    assert said(back)["concepts split"] == [((LONG,), (LONG, ACRONYM))]
    assert back.derived_from == {ACRONYM: [LONG]}


def test_a_concept_moves_where_its_papers_still_call_it_by_the_same_names() -> None:
    """Another main name is another address; "frob" is what both graphs have in common."""
    of = paper("A title", "Here is frob, also called zindlewick.", "a")
    found = diff(*([extraction(of, entity(of, "Method", *names))] for names in (["frob"], ["frob", "zindlewick"])))
    assert said(found) == {"concepts moved": [(("method/frob",), ("method/zindlewick",))]}
    assert found.replaced_by == {"method/frob": ["method/zindlewick"]}
    assert found.derived_from == {"method/zindlewick": ["method/frob"]}


def test_another_type_is_the_same_concept_at_another_address() -> None:
    found = diff([naming("a", "summarization")], [naming("a", "summarization", type_="Task")])
    assert said(found) == {"concepts retyped": [(("method/summarization",), ("task/summarization",))]}


def test_another_usual_spelling_is_a_new_label() -> None:
    found = diff([naming("a", "frobnet")], [naming("a", "frobnet"), naming("b", "FrobNet"), naming("c", "FrobNet")])
    ((before, after),) = [(c.old[0].label, c.new[0].label) for c in found.changes["concepts"]["relabelled"]]
    assert (before, after) == ("frobnet", "FrobNet")


def test_a_paper_that_gets_its_id_is_the_same_paper() -> None:
    one, two = (presenting("a", "Foo", "Quux").paper, "2401.00001")
    same = Paper(two, one.title, one.abstract, source=one.source)
    entities = presenting("a", "Foo", "Quux").entities
    found = diff([Extraction(one, entities)], [Extraction(same, entities)])
    assert said(found) == {"papers moved": [(("paper/a",), ("paper/2401.00001",))]}


def test_papers_with_another_text_and_papers_read_otherwise_are_told_apart() -> None:
    old = [presenting("a", "Foo", "Quux"), presenting("b", "Foo", "Quux")]
    rewritten = presenting("a", "Foo", "Quux", "It is good.")
    reread = Extraction(old[1].paper, old[1].entities[:1])
    found = said(diff(old, [rewritten, reread]))
    assert found["papers rewritten"] == [(("paper/a",), ("paper/a",))]
    assert found["papers reread"] == [(("paper/b",), ("paper/b",))]
    assert set(found) == {"papers rewritten", "papers reread", "concepts fell", "claims fell"}


# --- laws ---

NAMES = ["SVM", "support vector machine", "support vector machines", "GPT-3", "GPT-4", "gpt-3", "MDP", "Quux"]


@st.composite
def papers(draw: st.DrawFn) -> list[Extraction]:
    found = []
    for id_ in draw(st.sets(st.sampled_from("abcdef"), max_size=5)):
        names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
        of = paper(f"A note on {id_}", "Here are " + " and ".join(names) + ".", id_)
        cut = draw(st.integers(1, len(names) - 1))
        type_ = draw(st.sampled_from(["Method", "Task"]))
        entities = (entity(of, "Method", *names[:cut]), entity(of, type_, *names[cut:]))
        relation = "usedFor" if type_ == "Task" else "comparedWith"
        found.append(extraction(of, *entities, relations=((0, relation, 1),)))
    return found


@settings(max_examples=50, deadline=None)
@given(papers())
def test_a_graph_does_not_differ_from_itself(found: list[Extraction]) -> None:
    nothing = diff(found, reversed(found))
    assert not nothing
    assert render(nothing, "text") == "no differences\n"
    assert nothing.replaced_by == nothing.derived_from == {}


MIRRORED = {"appeared": "vanished", "rose": "fell", "merged": "split"} | {
    kind: kind for kind in ("moved", "retyped", "relabelled", "regrouped", "rewritten", "reread")
}
MIRRORED |= {there: here for here, there in MIRRORED.items()}


@settings(max_examples=50, deadline=None)
@given(papers(), papers())
def test_the_other_way_round_everything_is_undone(one: list[Extraction], two: list[Extraction]) -> None:
    there, back = diff(one, two), diff(two, one)
    for group, kinds in KINDS.items():
        for kind in kinds:
            forth = {(c.old, c.new, c.papers) for c in there.changes[group][kind]}
            undone = {(c.new, c.old, c.papers[::-1]) for c in back.changes[group][MIRRORED[kind]]}
            assert forth == undone
    assert there.replaced_by == back.derived_from


@settings(max_examples=50, deadline=None)
@given(papers(), papers())
def test_every_address_that_is_gone_is_accounted_for(one: list[Extraction], two: list[Extraction]) -> None:
    found, old, new = diff(one, two), build_graph(one), build_graph(two)
    lists = {**found.changes["papers"], **{f"c {k}": v for k, v in found.changes["concepts"].items()}}
    vanished = {r.key for kind in ("vanished", "c vanished") for c in lists[kind] for r in c.old}
    appeared = {r.key for kind in ("appeared", "c appeared") for c in lists[kind] for r in c.new}
    assert vanished | found.replaced_by.keys() == set(old) - set(new)
    assert appeared | found.derived_from.keys() == set(new) - set(old)
    assert not vanished & found.replaced_by.keys()
    assert all(key in new for keys in found.replaced_by.values() for key in keys)


# --- forms ---


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two graphs between which something appeared, vanished, merged, rose and fell."""
    old = [
        *DEFINING[:2],
        presenting("x", "Foo", "Quux"),
        presenting("y", "SVM", "Corge"),
        presenting("z", "Foo", "Corge"),
    ]
    new = [*DEFINING, old[3], old[4], presenting("w", "Bar", "Corge")]
    out = tmp_path_factory.mktemp("graphs")
    for name, found in (("old", old), ("new", new)):
        write_folder(sorted(found, key=lambda e: e.paper.id), out / name)
    return out / "old", out / "new"


def test_json_holds_everything_and_is_the_same_under_any_hash_seed(folders: tuple[Path, Path]) -> None:
    command = [sys.executable, "-m", "kgraph", "diff", *map(str, folders), "-f", "json"]
    one, two = (
        subprocess.run(command, capture_output=True, check=True, env={"PYTHONHASHSEED": seed}).stdout for seed in "12"
    )
    assert one == two
    data = json.loads(one)
    assert {group: tuple(data[group]) for group in KINDS} == KINDS
    assert data["new"]["papers"] == 6
    (merged,) = data["concepts"]["merged"]
    assert merged == {
        "old": [
            {"key": LONG, "label": "support vector machine", "type": "Method", "papers": 2, "rank": 1},
            {"key": ACRONYM, "label": "SVM", "type": "Method", "papers": 1, "rank": 3},
        ],
        "new": [{"key": LONG, "label": "support vector machine", "type": "Method", "papers": 4, "rank": 1}],
        "papers": [3, 4],
    }
    assert data["replacedBy"] == {ACRONYM: [LONG]}


def test_rdf_leads_from_an_address_that_is_gone_to_its_heir(folders: tuple[Path, Path], tmp_path: Path) -> None:
    assert main(["diff", *map(str, folders), "-f", "ttl", "-o", str(tmp_path / "diff.ttl")]) == 0
    store = pyoxigraph.Store()
    store.load(path=str(tmp_path / "diff.ttl"), format=pyoxigraph.RdfFormat.TURTLE)
    assert not [q for q in store if isinstance(q.subject, pyoxigraph.BlankNode)]

    def ask(pattern: str) -> set[tuple[str, ...]]:
        """The answers, their variables in the order of the alphabet."""
        names = sorted(set(re.findall(r"\?[a-z]+", pattern)))
        rows = store.query(f"SELECT DISTINCT {' '.join(names)} {{ {pattern} }}", prefixes=prefixes())
        return {tuple(cell.value.removeprefix(ID_BASE) for cell in row) for row in rows}

    assert ask("?a owl:deprecated true ; dcterms:isReplacedBy ?b") == {(ACRONYM, LONG)}
    assert {("paper/x",), ("dataset/quux",)} < ask("?gone owl:deprecated true ; prov:wasInvalidatedBy/a prov:Activity")
    fall = "?a kg:papers ?b ; prov:specializationOf method:foo ; prov:wasRevisionOf ?c . ?c kg:papers ?d"
    assert {(now, before) for _, now, _, before in ask(fall)} == {("1", "2")}
    # Beside the new graph, whose claims have the same addresses, and nothing that is gone is back.
    store.load(path=str(folders[1] / "graph.nt"), format=pyoxigraph.RdfFormat.N_TRIPLES)
    come = "?a prov:wasGeneratedBy/a prov:Activity ; kg:subject ?b ; kg:object ?c"
    assert {row[1:] for row in ask(come)} == {("method/bar", "dataset/corge")}
    assert not ask("?a a kg:Concept ; owl:deprecated true")


def test_hostile_text_stays_text_in_every_form() -> None:
    old, new = (snapshot(graph, {}, version) for graph, version in ((small_graph(), "1"), (small_graph(), "2")))
    empty = snapshot(build_graph([]), {}, "0")
    assert render(compare(old, new), "text").startswith("no differences in papers, concepts and claims;")
    found = compare(empty, old)
    text = render(found, "text")
    assert text.isprintable() or all(line.isprintable() for line in text.split("\n"))
    assert json.loads(render(found, "json")) == json.loads(json.dumps(as_dict(found)))
    parsed = pyoxigraph.parse(render(found, "ttl").encode(), format=pyoxigraph.RdfFormat.TURTLE)
    assert len({str(triple) for triple in parsed}) == len(diff_triples(found))


def test_text_shows_the_first_of_a_long_list_unless_asked_for_all(tmp_path: Path, capfd: Any) -> None:
    many = [naming(f"p{i:02d}", f"Frob{i:02d}X") for i in range(30)]
    for name, found in (("old", many[:1]), ("new", many)):
        write_folder(found, tmp_path / name)
    arguments = ["diff", str(tmp_path / "old"), str(tmp_path / "new")]
    assert main(arguments) == 0
    short = capfd.readouterr().out
    assert "  and 9 more; --all shows them\n" in short
    assert main([*arguments, "--all"]) == 0
    assert len(capfd.readouterr().out.splitlines()) == len(short.splitlines()) - 2 + 2 * 9


def test_a_folder_that_is_no_graph_is_named(folders: tuple[Path, Path], tmp_path: Path, capfd: Any) -> None:
    assert main(["diff", str(folders[0]), str(tmp_path)]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(f"kgraph: {tmp_path} is no graph: it has no manifest.json")
