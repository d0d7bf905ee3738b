"""People can ask why names are one concept, and which concepts may be one."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import pytest
from examples import naming

from kgraph.explain import explain, find_concepts
from kgraph.graph import build_graph
from kgraph.model import Extraction
from kgraph.propose import as_overrides, proposals


def pairs(*papers: Extraction) -> set[frozenset[str]]:
    return {frozenset((p.into, p.other)) for p in proposals(build_graph(papers))}


@pytest.fixture
def graph() -> nx.MultiDiGraph:
    papers = [naming(i, "large language model", "LLM") for i in "abc"]
    return build_graph([*papers, naming("d", "LLM"), naming("e", "finetuning"), naming("f", "fine-tuning")])


@pytest.mark.parametrize(
    "name",
    [
        "LLM",
        "large language model",
        "Large-Language Models",
        "method/large-language-model",
        "https://w3id.org/kgraph/id/method/large-language-model",
    ],
)
def test_a_concept_is_found_by_any_of_its_names(graph: nx.MultiDiGraph, name: str) -> None:
    assert find_concepts(graph, name) == ["method/large-language-model"]


def test_a_name_that_no_concept_has_finds_none(graph: nx.MultiDiGraph) -> None:
    assert find_concepts(graph, "sorting") == []
    assert find_concepts(graph, " ") == []


def test_an_explanation_gives_each_name_its_reason_its_paper_and_its_sentence(graph: nx.MultiDiGraph) -> None:
    text = explain(graph, "method/large-language-model")
    assert text.startswith("large language model  (Method)\n  https://w3id.org/kgraph/id/method/large-language-model\n")
    assert "4 papers: 4 uses" in text
    assert "the paper defines it as the acronym:\n    LLM\n        a: Here we look at large language model" in text
    assert "another spelling" in explain(graph, "method/fine-tuning")


def test_an_explanation_says_since_when_a_concept_is_named_and_how_many_neighbours_it_has() -> None:
    dated = [replace(e, paper=replace(e.paper, date=f"202{e.paper.id}-05")) for e in map(naming, "31", ["parsing"] * 2)]
    assert "\n  first named 2021-05, last 2023-05; 2 neighbours\n" in explain(build_graph(dated), "method/parsing")
    undated = build_graph([naming("a", "parsing")])
    assert "\n  1 neighbour\n" in explain(undated, "method/parsing")


def test_an_acronym_that_too_few_papers_define_is_proposed() -> None:
    assert pairs(naming("a", "support vector machine"), naming("b", "SVM")) == {
        frozenset(("method/support-vector-machine", "method/svm"))
    }


def test_what_one_paper_takes_for_one_thing_is_proposed() -> None:
    papers = naming("a", "prompt design", "prompt engineering"), naming("b", "prompt design")
    assert pairs(*papers) == {frozenset(("method/prompt-engineering", "method/prompt-design"))}


@pytest.mark.parametrize(
    ("one", "other"),
    [("GPT-3 model", "GPT-4 model"), ("segmentation", "semantic segmentation")],
)
def test_numbers_that_differ_and_words_that_are_added_are_not_proposed(one: str, other: str) -> None:
    assert pairs(naming("a", one), naming("b", other), naming("c", one, one, other)) == set()


def test_proposals_are_an_overrides_file_with_the_most_valuable_first() -> None:
    papers = [naming(i, "generative network") for i in "ab"] + [naming(i, "generation networks") for i in "cd"]
    graph = build_graph([*papers, naming("e", "graph classifier"), naming("f", "graph classification")])
    lines = as_overrides(graph, proposals(graph)).splitlines()
    assert lines[1:6] == [
        "merge:",
        "  # generative network (2) = generation networks (2)",
        "  - concepts: [method/generative-network, method/generation-network]",
        "    into: method/generative-network",
        '    because: "their words begin alike"',
    ]
    assert [p.value for p in proposals(graph)] == [2, 1]
