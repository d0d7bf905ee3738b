"""From extractions to concepts and the graph."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from examples import entity, extraction, naming, paper, span
from hypothesis import given
from hypothesis import strategies as st

from kgraph.errors import GraphError
from kgraph.graph import Dropped, build_graph, counts, read_graph, write_graph
from kgraph.model import Extraction
from kgraph.records import dump_line, extraction_from_dict
from kgraph.vocabulary import SIGNATURES, EntityType


def concepts(*papers: Extraction) -> dict[str, set[str]]:
    """The aliases of every concept, by node key."""
    graph = build_graph(papers)
    return {n: {a["name"] for a in d["aliases"]} for n, d in graph.nodes(data=True) if d["kind"] != "Paper"}


def test_spellings_in_different_papers_are_one_concept() -> None:
    found = concepts(naming("a", "large language models"), naming("b", "Large Language Model"))
    assert found == {"method/large-language-model": {"large language models", "Large Language Model"}}


def test_versions_stay_apart() -> None:
    assert len(concepts(naming("a", "GPT-3"), naming("b", "GPT-4"))) == 2


def test_an_acronym_belongs_to_the_long_form_that_its_paper_defines() -> None:
    found = concepts(naming("a", "support vector machine", "SVM"))
    assert found == {"method/support-vector-machine": {"support vector machine", "SVM"}}


def test_an_acronym_alone_is_expanded_once_three_papers_agree() -> None:
    defining = [naming(i, "support vector machine", "SVM") for i in "abc"]
    assert set(concepts(*defining, naming("z", "SVM"))) == {"method/support-vector-machine"}
    assert set(concepts(*defining[:2], naming("z", "SVM"))) == {"method/support-vector-machine", "method/svm"}


def test_an_acronym_with_rival_expansions_stays_itself() -> None:
    rivals = [naming(i, "markov decision process", "MDP") for i in "abc"]
    rivals += [naming(i, "mean decision path", "MDP") for i in "de"]
    assert "method/mdp" in concepts(*rivals, naming("z", "MDP"))


def test_every_alias_tells_its_rule_its_paper_and_its_sentence() -> None:
    graph = build_graph([naming("a", "support vector machine", "SVM")])
    (node,) = [d for _, d in graph.nodes(data=True) if d["kind"] == "Method"]
    sentence = "Here we look at support vector machine and at SVM."
    place = {"paper": "paper/a", "field": "abstract", "start": 0, "end": len(sentence), "text": sentence}
    assert node["aliases"] == [
        {"name": "SVM", "rule": "defined-acronym", **place},
        {"name": "support vector machine", "rule": "same-name", **place},
    ]


def test_an_acronym_that_other_papers_define_shows_where_one_of_them_does() -> None:
    of = paper("On SVMs", "An SVM is old. A support vector machine (SVM) cuts space in two.", "b")
    first = entity(of, "Method", "title:SVMs", "SVM", "support vector machine")
    again = span(of, "SVM", nth=1)
    bracket = replace(first.mentions[1], start=again.start, end=again.end)
    defining = extraction(of, replace(first, mentions=(*first.mentions, bracket)))
    graph = build_graph([defining, *(naming(i, "support vector machine", "SVM") for i in "cd"), naming("a", "SVms")])
    aliases = {alias["name"]: alias for alias in graph.nodes["method/support-vector-machine"]["aliases"]}
    sentence = "A support vector machine (SVM) cuts space in two."
    assert (aliases["SVM"]["rule"], aliases["SVM"]["text"]) == ("defined-acronym", sentence)
    assert (aliases["SVms"]["rule"], aliases["SVms"]["text"]) == ("known-acronym", sentence)


def test_an_acronym_whose_long_form_stands_in_the_title_alone_shows_its_own_sentence() -> None:
    of = paper("Support vector machines", "We train an SVM.", "a")
    graph = build_graph([extraction(of, entity(of, "Method", "title:Support vector machines", "SVM"))])
    (alias, _) = graph.nodes["method/support-vector-machine"]["aliases"]
    assert (alias["name"], alias["text"]) == ("SVM", "We train an SVM.")


def test_a_name_has_the_type_that_four_in_five_of_its_mentions_have() -> None:
    tasks = [naming(i, "summarization", type_="Task") for i in "abcd"]
    assert set(concepts(*tasks, naming("z", "summarization"))) == {"task/summarization"}
    assert set(concepts(*tasks[:3], naming("z", "summarization"))) == {"task/summarization", "method/summarization"}


def test_a_label_is_the_usual_spelling_in_the_singular() -> None:
    names = ["Large language models", "large language models", "large language model", "Large Language Models"]
    graph = build_graph([naming(str(i), name) for i, name in enumerate(names)])
    assert graph.nodes["method/large-language-model"]["label"] == "large language model"


def small() -> list[Extraction]:
    one = paper("Foo for parsing", "We present Foo. Foo beats Bar on Quux in accuracy.", "a", date="2024-01-02")
    two = paper("A look at parsing", "Bar beats Foo on Quux.", "b", url="https://example.org/b")
    return [
        extraction(
            one,
            entity(one, "Method", "title:Foo", "Foo", role="introduced"),
            entity(one, "Method", "Bar", role="compared"),
            entity(one, "Dataset", "Quux"),
            entity(one, "Metric", "accuracy"),
            entity(one, "Task", "title:parsing"),
            relations=((0, "comparedWith", 1), (0, "evaluatedOn", 2), (0, "measuredBy", 3), (0, "usedFor", 4)),
        ),
        extraction(
            two,
            entity(two, "Method", "Bar", role="introduced"),
            entity(two, "Method", "Foo", role="compared"),
            relations=((0, "comparedWith", 1),),
        ),
    ]


def test_a_comparison_is_one_edge_whichever_way_papers_say_it() -> None:
    graph = build_graph(small())
    (edge,) = [(u, v, d) for u, v, k, d in graph.edges(keys=True, data=True) if k == "comparedWith"]
    assert edge[:2] == ("method/bar", "method/foo")
    assert edge[2]["support"] == 2
    assert [e["paper"] for e in edge[2]["evidence"]] == ["paper/a", "paper/b"]


def test_roles_become_edges_from_the_paper() -> None:
    graph = build_graph(small())
    assert {(u, v, k) for u, v, k in graph.edges(keys=True) if u == "paper/b"} == {
        ("paper/b", "method/bar", "introduces"),
        ("paper/b", "method/foo", "compares"),
    }


def test_every_quote_is_the_text_at_its_offsets_and_holds_its_mentions() -> None:
    texts = {f"paper/{e.paper.id}": e.paper for e in small()}
    for *_, data in build_graph(small()).edges(data=True):
        assert data["evidence"]
        for piece in data["evidence"]:
            text = getattr(texts[piece["paper"]], piece["field"])
            assert text[piece["start"] : piece["end"]] == piece["quote"]
            assert all(piece["start"] <= a < b <= piece["end"] for a, b in piece["mentions"])
            assert piece["mentions"]


def test_relations_that_resolution_turns_into_loops_are_dropped_and_counted() -> None:
    of = paper("T", "An SVM is a kind of SVMs.")
    dropped = Dropped()
    entities = (entity(of, "Method", "SVM"), entity(of, "Method", "SVMs"))
    graph = build_graph([extraction(of, *entities, relations=((0, "isA", 1),))], dropped)
    assert dropped == Dropped(loops=1)
    assert counts(graph)["claims"]["isA"] == 0


def test_relations_that_no_longer_fit_their_types_are_dropped_and_counted() -> None:
    tasks = [naming(str(i), "parsing", type_="Task") for i in range(9)]
    of = paper("T", "Parsing is compared with Foo.", "z")
    odd = extraction(of, entity(of, "Method", "Parsing"), entity(of, "Method", "Foo"), relations=((0, "partOf", 1),))
    dropped = Dropped()
    build_graph([*tasks, odd], dropped)
    assert dropped == Dropped(out_of_range=1)


@given(st.permutations(small() + [naming(i, n) for i, n in (("c", "Foo"), ("d", "BAR"), ("e", "foos"))]))
def test_the_order_of_papers_does_not_matter(papers: list[Extraction]) -> None:
    usual = build_graph(sorted(papers, key=lambda e: e.paper.id))
    graph = build_graph(papers)
    assert nx.node_link_data(graph, edges="edges") == nx.node_link_data(usual, edges="edges")
    assert list(graph.nodes) == sorted(graph.nodes)


def test_a_graph_survives_being_written_and_read(tmp_path: Path) -> None:
    graph = build_graph(small())
    write_graph(graph, tmp_path / "graph.json")
    again = read_graph(tmp_path)
    assert nx.node_link_data(again, edges="edges") == nx.node_link_data(graph, edges="edges")
    assert json.loads((tmp_path / "graph.json").read_text(encoding="utf-8")) == nx.node_link_data(graph, edges="edges")


def test_a_broken_graph_file_is_said_to_be_no_graph(tmp_path: Path) -> None:
    (tmp_path / "graph.json").write_text("[1, 2")
    with pytest.raises(GraphError, match=r"graph\.json is no graph"):
        read_graph(tmp_path)


def test_an_extraction_survives_its_json_form() -> None:
    for one in small():
        record = json.loads(dump_line(one))
        assert extraction_from_dict(record, one.paper) == one


def test_a_relation_without_evidence_is_given_its_sentences() -> None:
    one = small()[0]
    record = json.loads(dump_line(one))
    for relation in record["relations"]:
        relation["evidence"] = []
    assert extraction_from_dict(record, one.paper) == one


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"entities": [{"type": "Thing", "mentions": []}]}, "has no mentions"),
        ({"entities": [{"type": "Thing", "mentions": [{"field": "title", "start": 0, "end": 3}]}]}, "must be one of"),
        ({"entities": [{"type": "Task", "mentions": [{"field": "title", "start": 0, "end": 99}]}]}, "no span"),
        ({"relations": [{"head": 0, "type": "usedFor", "tail": 1}]}, "cannot join a Method to a Method"),
        ({"relations": [{"head": 0, "type": "isA", "tail": 7}]}, "no position among the 5 entities"),
    ],
)
def test_a_malformed_extraction_says_what_is_wrong(change: dict[str, object], message: str) -> None:
    one = small()[0]
    with pytest.raises(ValueError, match=message):
        extraction_from_dict(json.loads(dump_line(one)) | change, one.paper)


def test_signatures_cover_every_relation_with_types_that_exist() -> None:
    assert all(set(pair) <= set(EntityType) for pairs in SIGNATURES.values() for pair in pairs)
