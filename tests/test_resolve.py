"""Which names of different papers are one concept, which are not, and why."""

from __future__ import annotations

import pytest
from examples import entity, extraction, naming, paper

from kgraph.graph import Dropped, build_graph
from kgraph.model import Extraction
from kgraph.names import is_generic
from kgraph.resolve import resolve
from kgraph.resolve.apart import NUMBERS


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
        ("LLM-as-a-judge", "LLM-as-judge"),
        ("chain of thought", "chains of thought"),
        ("convolutional layer", "convolution layer"),
        ("Claude 3.7 Sonnet", "Claude Sonnet 3.7"),
        ("training neural networks", "neural network training"),
        ("F$_1$", "F1"),
        ("speed-up", "speed-ups"),
        ("LLM inference", "LLMs inference"),
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
        ("tree search", "search tree"),
        ("text-to-image generation", "image-to-text generation"),
        ("MAC", "a MAC"),
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


def test_the_score_of_a_metric_is_the_metric_but_never_a_method_of_that_name() -> None:
    assert nodes(naming("a", "BLEU", type_="Metric"), naming("b", "BLEU scores", type_="Metric")) == {
        "metric/bleu": {"BLEU": "same-name", "BLEU scores": "metric-score"}
    }
    assert len(nodes(naming("a", "CLIP"), naming("b", "CLIP score", type_="Metric"))) == 2


def test_long_forms_of_one_acronym_are_one_where_only_endings_and_small_words_differ() -> None:
    found = nodes(
        naming("a", "learning from human feedback", "LHF"),
        naming("b", "learning from human feedback", "LHF"),
        naming("c", "learned with human feedback", "LHF"),
    )
    assert found["method/learning-from-human-feedback"]["learned with human feedback"] == "same-acronym"
    assert len(nodes(naming("a", "gradient flow", "GF"), naming("b", "graph filter", "GF"))) == 2
    assert len(nodes(naming("a", "version2 model", "VM"), naming("b", "version3 model", "VM"))) == 2


def test_an_acronym_in_small_letters_beside_its_capitals_is_no_word() -> None:
    assert list(nodes(naming("a", "SORT", "sort"), naming("b", "sort", "SORT"))) == ["method/sort"]


def test_an_acronym_is_no_name_of_what_one_paper_calls_so_loosely() -> None:
    usual = [naming(i, "large language models", "LLMs") for i in "abcdef"]
    found = resolve([*usual, naming("z", "language models", "LLMs")]).concepts
    assert {a.name for a in found["method/language-model"].aliases} == {"language models"}
    guard = "nearly all papers mean the other by 'LLMs'"
    assert ("method/large-language-model", guard) in found["method/language-model"].apart
    other = resolve([*usual, naming("z", "long loop machines", "LLMs")]).concepts["method/long-loop-machine"]
    assert {a.name for a in other.aliases} == {"long loop machines", "LLMs"}


def label(*papers: Extraction) -> str:
    (concept,) = resolve(papers).concepts.values()
    return concept.label


def test_the_label_is_what_a_person_would_write() -> None:
    assert label(naming("a", "Large Language Models"), naming("b", "large language model")) == "large language model"
    assert label(naming("a", "FLASHRNN"), naming("b", "FlashRNN", "flashrnn")) == "FlashRNN"
    assert label(naming("a", "Mixture-of-Experts"), naming("b", "mixture of experts")) == "mixture of experts"
    odd = [naming(i, "deep neural networks") for i in "abcde"]
    assert label(*odd, naming("z", "deep Neural Network")) == "deep neural networks"
    assert label(naming("a", "\\tool", "\\tool", "CodeLifter")) == "CodeLifter"


def test_an_acronym_is_the_label_where_hardly_anybody_writes_it_out() -> None:
    out = [naming(i, "contrastive image pairing", "CIP") for i in "abc"]
    assert label(*out) == "contrastive image pairing"
    assert label(*out, *(naming(str(i), "CIP") for i in range(20))) == "CIP"


def apart(*papers: Extraction) -> dict[str, list[tuple[str, str]]]:
    return {c.key: list(c.apart) for c in resolve(papers).concepts.values() if c.apart}


def test_near_misses_are_told_with_the_guard_that_kept_them_apart() -> None:
    assert apart(naming("a", "web agent"), naming("b", "WebAgent")) == {
        "method/web-agent": [("method/webagent", "capital inside a word")],
        "method/webagent": [("method/web-agent", "capital inside a word")],
    }
    few = apart(naming("a", "markov decision process", "MDP"), naming("b", "MDP"))
    assert few["method/mdp"] == [
        ("method/markov-decision-process", "fewer than 3 papers define the acronym"),
    ]
    assert apart(naming("a", "GPT-3"), naming("b", "GPT-4"))["method/gpt-3"] == [("method/gpt-4", NUMBERS)]
    assert not apart(naming("a", "GPT-3"), naming("b", "BERT-4"))


def test_of_many_versions_the_nearest_are_told() -> None:
    found = apart(*(naming(f"p{i}", f"Llama {i}") for i in range(30)))
    assert [node for node, _ in found["method/llama-10"]] == [f"method/llama-{i}" for i in (11, 12, 13, 7, 8, 9)]


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
