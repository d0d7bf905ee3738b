"""Which names of different papers are one concept, which are not, and why."""

from __future__ import annotations

import pytest
from examples import entity, extraction, naming, paper

from kgraph.graph import Dropped, build_graph
from kgraph.model import Extraction
from kgraph.names import is_generic
from kgraph.resolve import Refusal, resolve


def nodes(*papers: Extraction) -> dict[str, dict[str, str]]:
    """The rule of each alias, by node key and name."""
    return {c.key: {a.name: a.rule for a in c.aliases} for c in resolve(papers).concepts.values()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fine-tuning", "finetuning"),
        ("multi-modal reasoning", "multimodal reasoning"),
        ("optimization", "optimisation"),
        ("behavior cloning", "behaviour cloning"),
        ("CIFAR-10", "CIFAR10"),
        ("U-Net", "UNet"),
        ("Llama-3-8B", "Llama3-8B"),
        ("topic modelling", "topic modeling"),
        ("Large Language Model (LLM)", "large language models"),
    ],
)
def test_spellings_of_one_name_are_one_concept(one: str, other: str) -> None:
    assert len(nodes(naming("a", one), naming("b", other))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GPT-3", "GPT-4"),
        ("Llama-3-8B", "Llama-38B"),
        ("98-5", "985"),
        ("web agent", "WebAgent"),
        ("SORT", "sort"),
        ("BERT", "RoBERTa"),
        ("medical LLM benchmarks", "medical LLMs"),
        ("noise", "noize filter"),
    ],
)
def test_different_things_stay_apart(one: str, other: str) -> None:
    assert len(nodes(naming("a", one), naming("b", other))) == 2


def test_a_name_in_small_letters_now_and_then_is_the_acronym() -> None:
    assert len(nodes(*(naming(i, "BERT") for i in "abcdef"), naming("z", "bert"))) == 1


def test_the_spelling_with_most_words_gives_the_node_its_key_whatever_is_frequent() -> None:
    found = nodes(naming("a", "finetuning"), naming("b", "finetuning"), naming("c", "fine-tuning"))
    assert found == {"method/fine-tuning": {"fine-tuning": "same-name", "finetuning": "other-spelling"}}


def test_a_known_acronym_within_a_name_is_written_out_where_papers_do_so() -> None:
    defining = [naming(i, "large language model", "LLM") for i in "abc"]
    agents = nodes(*defining, naming("d", "LLM agents"), naming("e", "large language model agents"))
    assert agents["method/large-language-model-agent"] == {
        "LLM agents": "acronym-within",
        "large language model agents": "same-name",
    }
    assert "method/llm-agent" in nodes(*defining, naming("d", "LLM agents"))


def test_what_a_guard_refused_is_kept_with_its_reason() -> None:
    refused = resolve([naming("a", "web agent"), naming("b", "WebAgent")]).refused
    assert refused == (Refusal("web agent", "webagent", "capital inside a word"),)
    refused = resolve([naming("a", "markov decision process", "MDP")]).refused
    assert refused == (Refusal("markov decision process", "mdp", "fewer than 3 papers define the acronym"),)


@pytest.mark.parametrize("name", ["our framework", "Experiments", "state-of-the-art methods", "a new approach", "SOTA"])
def test_phrases_that_name_nothing_are_generic(name: str) -> None:
    assert is_generic(name)


@pytest.mark.parametrize("name", ["MORE", "Task A", "graph neural network", "BERT", "attention mechanism"])
def test_names_are_not_generic(name: str) -> None:
    assert not is_generic(name)


def test_generic_names_are_no_nodes_and_their_relations_go_with_them() -> None:
    text = paper("Parsing", "Our framework does parsing.", id_="a")
    ends = entity(text, "Method", "Our framework"), entity(text, "Task", "parsing")
    found = extraction(text, *ends, relations=((0, "usedFor", 1),))
    dropped = Dropped()
    graph = build_graph([found], dropped)
    assert set(graph) == {"paper/a", "task/parsing"}
    assert dropped == Dropped(generic=1)


def test_concepts_of_too_few_papers_are_left_out_and_counted() -> None:
    dropped = Dropped()
    graph = build_graph([naming("a", "BERT"), naming("b", "BERT"), naming("c", "GPT")], dropped, min_support=2)
    assert set(graph) == {"paper/a", "paper/b", "paper/c", "method/bert"}
    assert dropped == Dropped(rare=1)
