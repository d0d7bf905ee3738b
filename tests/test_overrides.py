"""What people say of concepts: it is obeyed, it survives, and what is wrong with a file is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from examples import entity, extraction, naming, paper
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from rdflib import SKOS, URIRef

from kgraph.cli import main
from kgraph.errors import InputError
from kgraph.graph import Dropped, build_graph
from kgraph.identifiers import ID_BASE, concept_key
from kgraph.measures import measures
from kgraph.model import Extraction
from kgraph.overrides import Overrides, overrides_from_dict, read_overrides
from kgraph.rdf import to_rdflib
from kgraph.records import dump_line
from kgraph.resolve import resolve
from kgraph.resources import ontology_folder
from kgraph.vocabulary import EntityType

WIKIDATA = "http://www.wikidata.org/entity/"


def said(**sections: list[dict[str, Any]]) -> Overrides:
    return overrides_from_dict(sections, "corrections.yaml")


def sections(overrides: Overrides) -> list[tuple[Any, ...]]:
    return [getattr(overrides, f.name) for f in fields(overrides)]


def aliases(papers: list[Extraction], overrides: Overrides) -> dict[str, dict[str, tuple[str, str]]]:
    """The rule and the given reason of each alias, by node key and name."""
    concepts = resolve(papers, overrides).concepts.values()
    return {c.key: {a.name: (a.rule, a.because) for a in c.aliases} for c in concepts}


def unmatched(papers: list[Extraction], overrides: Overrides) -> list[str]:
    return [found.message for found in resolve(papers, overrides).unmatched]


# --- what each entry does ---


def test_a_merge_puts_names_under_one_key_and_says_why() -> None:
    papers = [naming("a", "web agent"), naming("b", "WebAgent")]
    merge = {"concepts": ["method/web-agent", "method/webagent"], "into": "method/web-agent", "because": "I know them"}
    assert aliases(papers, said(merge=[merge])) == {
        "method/web-agent": {"web agent": ("same-name", ""), "WebAgent": ("override", "I know them")}
    }
    graph = build_graph(papers, overrides=said(merge=[merge]))
    assert [alias.get("because") for alias in graph.nodes["method/web-agent"]["aliases"]] == ["I know them", None]
    assert graph.nodes["method/web-agent"]["label"] == "web agent"


def test_a_concept_with_a_new_key_is_labelled_by_the_name_of_most_papers() -> None:
    papers = [naming("a", "support vector machine", "SVM"), *(naming(i, "SVMs") for i in "bcd"), naming("e", "margins")]
    merge = {"concepts": ["method/support-vector-machine", "method/svm", "method/margin"], "into": "method/max-margin"}
    (concept,) = resolve(papers, said(merge=[merge])).concepts.values()
    assert (concept.key, concept.label) == ("method/max-margin", "SVM")


def test_a_split_takes_the_papers_that_use_the_name_in_the_first_place() -> None:
    papers = [naming(i, "large language model", "LLM") for i in "abc"] + [naming("d", "LLM"), naming("e", "LLMs")]
    split = {"from": "method/large-language-model", "names": ["LLM"], "as": "method/law-school-degree"}
    found = aliases(papers, said(split=[split]))
    assert found["method/law-school-degree"] == {"LLM": ("override", "")}
    assert set(found["method/large-language-model"]) == {"large language model", "LLM", "LLMs"}
    assert resolve(papers, said(split=[split])).of["d"] == ("method/law-school-degree",)


def test_a_concept_of_another_type_joins_the_one_of_its_name_there() -> None:
    papers = [naming("a", "C++", type_="Dataset"), naming("b", "C++", type_="Metric"), naming("c", "F1")]
    of_type = {type_: concept_key(EntityType(type_), "c++") for type_ in ("Dataset", "Metric")}
    retyped = resolve(papers, said(retype=[{"concept": of_type["Dataset"], "to": "Metric"}]))
    assert set(retyped.concepts) == {of_type["Metric"], "method/f1"}


def test_a_dropped_concept_is_nowhere_and_nothing_else_changes() -> None:
    of = paper("Foo for parsing", "We present Foo. Foo beats Bar on parsing.", "a")
    ends = entity(of, "Method", "Foo", role="introduced"), entity(of, "Method", "Bar"), entity(of, "Task", "parsing")
    papers = [extraction(of, *ends, relations=((0, "comparedWith", 1), (0, "usedFor", 2))), naming("b", "Bar")]
    usual, dropped = build_graph(papers), Dropped()
    graph = build_graph(papers, dropped, overrides=said(drop=[{"concept": "method/bar"}]))
    usual.remove_node("method/bar")
    nx.set_node_attributes(usual, measures(usual))
    assert nx.node_link_data(graph, edges="edges") == nx.node_link_data(usual, edges="edges")
    assert dropped == Dropped(overridden=1)


def test_relations_that_an_override_bends_are_dropped_and_counted() -> None:
    of = paper("T", "Foo beats Bar and Baz.")
    ends = entity(of, "Method", "Foo"), entity(of, "Method", "Bar"), entity(of, "Method", "Baz")
    papers = [extraction(of, *ends, relations=((0, "comparedWith", 1), (0, "comparedWith", 2)))]
    overrides = said(
        merge=[{"concepts": ["method/bar"], "into": "method/foo"}], retype=[{"concept": "method/baz", "to": "Task"}]
    )
    dropped = Dropped()
    assert set(build_graph(papers, dropped, overrides=overrides)) == {"paper/p1", "method/foo", "task/baz"}
    assert dropped == Dropped(loops=1, out_of_range=1)


def test_a_link_is_in_the_graph_and_its_rdf() -> None:
    links = [{"concept": "method/bert", "exactMatch": [f"{WIKIDATA}Q61726893", "https://example.org/bert"]}]
    graph = build_graph([naming("a", "BERT")], overrides=said(link=links))
    assert graph.nodes["method/bert"]["exactMatch"] == [f"{WIKIDATA}Q61726893", "https://example.org/bert"]
    linked = set(to_rdflib(graph).objects(URIRef(f"{ID_BASE}method/bert"), SKOS.exactMatch))
    assert linked == {URIRef(f"{WIKIDATA}Q61726893"), URIRef("https://example.org/bert")}


# --- properties ---

NAMES = {
    "Method": ["Foo", "Bar", "web agent", "WebAgent", "C++", "support vector machine", "SVM"],
    "Task": ["parsing", "Foo", "summarization"],
    "Metric": ["C++", "accuracy"],
}
FIELD = [
    *(naming(f"{type_}{i}", name, type_=type_) for type_, names in NAMES.items() for i, name in enumerate(names)),
    naming("z", "support vector machine", "SVM"),
]
PLAIN = resolve(FIELD)
KEYS = {
    type_: [key for key in PLAIN.concepts if key.startswith(f"{type_.lower()}/")] + [f"{type_.lower()}/new"]
    for type_ in NAMES
}


def entries(size: int, **choices: Callable[[str], st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Lists of entries whose fields are chosen for one type of concept."""
    of_types = [st.fixed_dictionaries({name: choice(type_) for name, choice in choices.items()}) for type_ in KEYS]
    return st.lists(st.one_of(of_types), max_size=size)


def a_key(type_: str) -> st.SearchStrategy[str]:
    return st.sampled_from(KEYS[type_])


def some_names(type_: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(NAMES[type_]), min_size=1, max_size=3)


#: Overrides files as data; their entries may contradict each other.
DOCUMENTS = st.fixed_dictionaries(
    {
        "split": entries(2, **{"from": a_key, "names": some_names, "as": a_key}),
        "merge": entries(3, concepts=lambda t: st.lists(a_key(t), min_size=1, max_size=3), into=a_key),
        "retype": entries(2, concept=a_key, to=lambda t: st.sampled_from(sorted({*NAMES} - {t}))),
        "drop": entries(1, concept=a_key),
        "rename": entries(1, concept=a_key, label=lambda t: st.sampled_from(["A label", "Foo"])),
        "link": entries(2, concept=a_key, exactMatch=lambda t: st.just([f"{WIKIDATA}Q{len(t)}"])),
    }
)


def told(node: str, name: str, document: dict[str, list[dict[str, Any]]]) -> str | None:
    """Where a reader of the documentation expects the entity of a concept with this main name."""
    for entry in document["split"]:
        if entry["from"] == node and name in entry["names"]:
            node = entry["as"]
            break
    while into := [e["into"] for e in document["merge"] if node in e["concepts"] and node != e["into"]]:
        node = into[0]
    for entry in document["retype"]:
        if entry["concept"] == node:
            hashed = concept_key(EntityType(entry["to"]), "c++")
            is_hashed = node in (concept_key(EntityType.METHOD, "c++"), concept_key(EntityType.METRIC, "c++"))
            node = hashed if is_hashed else f"{entry['to'].lower()}/{node.split('/')[1]}"
            break
    return None if any(entry["concept"] == node for entry in document["drop"]) else node


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_an_override_is_always_obeyed(document: dict[str, list[dict[str, Any]]], chance: Any) -> None:
    try:
        overrides = said(**document)
    except InputError:
        reject()
    shuffled = sorted(FIELD, key=lambda _: chance.random())
    reversed_ = Overrides(*(section[::-1] for section in sections(overrides)))
    found = resolve(FIELD, overrides)
    assert resolve(shuffled, reversed_).concepts == found.concepts
    assert resolve(shuffled, overrides_from_dict(overrides.as_dict(), "kept")).concepts == found.concepts

    names: dict[str, set[str]] = {}
    for of in FIELD:
        (node,) = PLAIN.of[of.paper.id]
        texts = [m.text for m in of.entities[0].mentions]
        expected = told(str(node), texts[0], document)
        assert found.of[of.paper.id] == (expected,)
        if expected:
            names.setdefault(expected, set()).update(texts)
    assert {c.key: {a.name for a in c.aliases} for c in found.concepts.values()} == names
    for entry in document["rename"]:
        if concept := found.concepts.get(entry["concept"]):
            assert concept.label == entry["label"]
    for entry in document["link"]:
        if concept := found.concepts.get(entry["concept"]):
            assert set(entry["exactMatch"]) <= set(concept.exact_match)
    for idle in found.unmatched:
        without = Overrides(*(tuple(e for e in section if e != idle.entry) for section in sections(overrides)))
        assert resolve(FIELD, without).concepts == found.concepts


# --- entries that match nothing ---


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"drop": [{"concept": "method/nix"}]}, "this drop entry changes nothing: there is no concept method/nix"),
        ({"drop": [{"concept": "task/bar"}]}, "there is no concept task/bar (but method/bar)"),
        ({"merge": [{"concepts": ["method/nix", "method/bar"], "into": "method/bar"}]}, "no concept method/nix"),
        (
            {"retype": [{"concept": "method/bar", "to": "Task"}], "rename": [{"concept": "method/bar", "label": "B"}]},
            "there is no concept method/bar after the retype at corrections.yaml (but task/bar)",
        ),
        (
            {"split": [{"from": "method/support-vector-machine", "names": ["SVM"], "as": "method/svm-light"}]},
            "no paper calls method/support-vector-machine 'SVM' in the first place",
        ),
    ],
)
def test_an_entry_that_changes_nothing_says_why(document: dict[str, Any], message: str) -> None:
    (found,) = unmatched([naming("a", "Bar"), naming("b", "support vector machine", "SVM")], said(**document))
    assert found.endswith(message)


# --- files ---


def test_the_example_is_valid_and_shows_every_section() -> None:
    overrides = read_overrides([ontology_folder() / "overrides-example.yaml"])
    assert all(sections(overrides))
    assert overrides_from_dict(overrides.as_dict(), "kept").as_dict() == overrides.as_dict()


def test_names_are_texts_whatever_yaml_takes_them_for(tmp_path: Path) -> None:
    text = "split: [{from: method/a, names: [NO, 2048, 1.0, 2020-01-01, 'a  b'], as: method/b}]"
    (tmp_path / "o.yaml").write_text(text, encoding="utf-8-sig")
    (entry,) = read_overrides([tmp_path / "o.yaml"]).split
    assert set(entry.names) == {"NO", "2048", "1.0", "2020-01-01", "a  b"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "merge:\n", "~"])
def test_an_empty_file_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "o.yaml").write_text(text)
    assert len(read_overrides([tmp_path / "o.yaml"])) == 0


MERGE = "merge:\n- {concepts: [method/a], into: method/b}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("drop: []\nmerge: [", "2: is no YAML: "),
        ("- merge", "1: an overrides file must be a mapping with the sections split, merge, "),
        ("drop: []\nmergers: []", "2: 'mergers' is no section of an overrides file; it has split, merge, "),
        ("drop: []\ndrop: []", "2: the section drop is there twice"),
        ("drop: method/a", "1: drop must be a list, each item a drop entry"),
        ("drop:\n- method/a", "2: a drop entry must be a mapping with the fields concept and because"),
        ("drop:\n- concepts: method/a", "2: 'concepts' is no field of a drop entry; it has concept and because"),
        ("rename:\n- concept: method/a", "2: a rename entry needs the field label"),
        ("rename:\n- concept: method/a\n  label:\n", "3: label must be a text"),
        ("rename:\n- concept: method/a\n  label: [A]", "3: label must be a text"),
        ("drop: [{concept: method/BERT}]", "1: 'method/BERT' names no concept; expected "),
        ("drop: [{concept: method/a--b}]", "'method/a--b' names no concept"),
        ("drop: [{concept: paper/1}]", "'paper/1' names no concept"),
        ("retype:\n- {concept: method/a, to: Model}", "2: 'Model' is no type; there are Method, Task, "),
        ("retype:\n- {concept: method/a, to: Method}", "2: method/a is a Method already"),
        ("merge:\n- {concepts: [method/a], into: method/a}", "2: a merge entry needs another concept than 'into'"),
        ("merge:\n- {concepts: [method/a], into: task/a}", "2: task/a and method/a are of different types; retype "),
        ("split:\n- {from: method/a, names: [A], as: task/a}", "2: method/a and task/a are of different types"),
        ("split:\n- {from: method/a, names: [A], as: method/a}", "2: 'as' must be another concept"),
        ("split:\n- {from: method/a, names: [], as: method/b}", "2: names must not be empty"),
        ("link:\n- {concept: method/a, exactMatch: [Q42]}", "2: 'Q42' is no absolute http(s) IRI"),
        ("link:\n- {concept: method/a, exactMatch: ['javascript:alert(1)']}", "is no absolute http(s) IRI"),
        (
            f"link:\n- {{concept: method/a, exactMatch: [{ID_BASE}method/b]}}",
            "2: 'https://w3id.org/kgraph/id/method/b'",
        ),
        (
            MERGE + "- {concepts: [method/a], into: method/c}",
            "3: method/a is merged into method/c here and into method/b",
        ),
        (
            MERGE + "- {concepts: [method/b], into: method/a}",
            "3: method/b is merged into method/a here and the other way",
        ),
        (MERGE + "split: [{from: method/a, names: [A], as: method/b}]", "2: method/a and method/b become one here and"),
        ("rename:\n" + "- {concept: method/a, label: A}\n" * 2, "3: method/a is renamed here and at "),
        (
            "split:\n- {from: method/a, names: [A], as: method/b}\n- {from: method/a, names: [A], as: method/c}",
            "3: 'A' is split from method/a here and at ",
        ),
        (
            "retype:\n- {concept: method/a, to: Task}\n- {concept: task/a, to: Metric}",
            "3: task/a is retyped here, and method/a becomes it at ",
        ),
    ],
)
def test_a_bad_file_says_what_is_wrong_and_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "o.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_overrides([path])
    assert str(caught.value).startswith(f"{path}:")
    assert message in str(caught.value).removeprefix(f"{path}:")


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "o.yaml"
    if content:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"o\.yaml: cannot be read: "):
        read_overrides([path])


SSSOM = f"# curie_map:\n#   wd: {WIKIDATA}\nsubject_id\tpredicate_id\tpredicate_modifier\tobject_id\n"


def test_sssom_mappings_become_links_and_what_does_not_is_named(tmp_path: Path) -> None:
    rows = [
        "method:bert\tskos:exactMatch\t\twd:Q1",
        "wd:Q2\tskos:exactMatch\t\tmethod:bert",
        "method:bert\tskos:broadMatch\t\twd:Q3",
        "method:bert\tskos:exactMatch\tNot\twd:Q4",
        "wd:Q5\tskos:exactMatch\t\twd:Q6",
        "method:bert\tskos:exactMatch\t\tsssom:NoTermFound",
        "method:bert\tskos:exactMatch\t\tmethod:gpt",
    ]
    (tmp_path / "m.tsv").write_text(SSSOM + "\n".join(rows) + "\n", encoding="utf-8")
    left_out: list[tuple[int | None, str]] = []
    overrides = read_overrides([tmp_path / "m.tsv"], lambda _, line, message: left_out.append((line, message)))
    (concept,) = resolve([naming("a", "BERT")], overrides).concepts.values()
    assert concept.exact_match == (f"{WIKIDATA}Q1", f"{WIKIDATA}Q2")
    assert [line for line, _ in left_out] == [6, 7, 8, 9, 10]
    assert left_out[0][1] == "method:bert skos:broadMatch wd:Q3: left out, since only skos:exactMatch makes a link"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": is no SSSOM table: it has no header"),
        ("subject_id\tobject_id\n", ":1: is no SSSOM table: its header lacks the column predicate_id"),
        (SSSOM + "method:bert\tskos:exactMatch\n", ":4: this mapping has no object_id"),
        (
            SSSOM + "method:bert\tskos:exactMatch\t\tcso:bert\n",
            ":4: 'cso:bert' is no CURIE with a prefix that curie_map",
        ),
        (SSSOM + "method:BERT\tskos:exactMatch\t\twd:Q1\n", ":4: 'method:BERT' names no concept"),
        ("# curie_map: [\n", ": its comment is no YAML"),
    ],
)
def test_a_bad_table_says_what_is_wrong_and_where(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "m.tsv").write_text(text)
    with pytest.raises(InputError) as caught:
        read_overrides([tmp_path / "m.tsv"])
    assert message in str(caught.value)


# --- with the rest ---


def test_a_graph_keeps_its_overrides_until_others_are_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    papers = [naming("a", "web agent"), naming("b", "WebAgent"), naming("c", "WebAgent")]
    for of in papers:
        (tmp_path / f"{of.paper.id}.jsonl").write_text(dump_line(of) + "\n")
    ours, none = tmp_path / "ours.yaml", tmp_path / "none.yaml"
    ours.write_text("merge: [{concepts: [method/webagent], into: method/web-agent}]\ndrop: [{concept: task/nix}]\n")
    none.touch()

    def built(name: str, *arguments: str | Path) -> dict[str, bytes]:
        assert main(["build", *map(str, arguments), "-o", str(tmp_path / name)]) == 0
        return {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}

    a, b, c = (tmp_path / f"{name}.jsonl" for name in "abc")
    together = built("together", c, b, a, "--overrides", ours)
    built("grown", a, b, "--overrides", ours)
    capsys.readouterr()
    assert built("grown", "-g", tmp_path / "grown", c) == together
    told = capsys.readouterr().err
    assert f"note: {tmp_path / 'grown'}: its 2 overrides are kept; --overrides replaces them\n" in told
    assert "manifest.json: this drop entry changes nothing: there is no concept task/nix\n" in told

    manifest = json.loads(together["manifest.json"])
    assert (manifest["overrides"]["entries"], manifest["overrides"]["unmatched"]) == (2, 1)
    assert manifest["counts"]["concepts"]["Method"] == 1
    plain = built("plain", a, b, c)
    assert json.loads(plain["manifest.json"])["overrides"]["hash"] != manifest["overrides"]["hash"]
    assert built("grown", "-g", tmp_path / "grown", "--overrides", none) == plain


def test_a_mistake_in_a_file_stops_a_build_before_anything_is_written(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "o.yaml").write_text("merge: [{}]")
    assert main(["build", "--overrides", str(tmp_path / "o.yaml"), "-o", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == f"kgraph: {tmp_path / 'o.yaml'}:1: a merge entry needs the field concepts\n"
    assert not (tmp_path / "out").exists()
