"""Keys of names, acronyms, slugs and ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.acronyms import defines, looks_like_acronym
from kgraph.identifiers import concept_key, content_hash, generated_paper_id, paper_key
from kgraph.names import name_key
from kgraph.vocabulary import EntityType


@pytest.mark.parametrize(
    "names",
    [
        ("large language model", "Large Language Models", "large-language models", "LARGE LANGUAGE MODEL"),
        ("M$^3$ViT", "M^3ViT", "M^{3}ViT", "M3ViT"),
        ("GSM8K", "GSM8K dataset", "GSM8K benchmark"),
        ("beam search", "beam search algorithm", "Beam-Search algorithms"),
        ("Mixture-of-Experts", "mixture of experts framework"),
        ("LLM", "LLMs"),
        ("query", "queries"),
        ("KV cache", "KV caches"),
        ("heuristic approach", "heuristic approaches"),
        ("batch size", "batch sizes"),
        ("bias", "biases"),
        ("loss", "losses"),
        ("graph sketch", "graph sketches"),
        ("fine\u2011tuning", "fine-tuning", "Fine tuning"),
    ],
)
def test_spellings_of_one_name_share_a_key(names: tuple[str, ...]) -> None:
    assert len({name_key(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GPT-3", "GPT-4"),
        ("BERT", "RoBERTa"),
        ("genetic algorithm", "genetic"),
        ("diffusion model", "diffusion"),
        ("attention mechanism", "attention"),
        ("gradient-based method", "gradient"),
        ("98-5", "985"),
    ],
)
def test_different_things_keep_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text(min_size=1))
def test_any_text_has_a_key(name: str) -> None:
    assert name_key(name)


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("large language models", "LLMs"),
        ("Monte Carlo tree search", "MCTS"),
        ("long short-term memory", "LSTM"),
        ("mean average precision", "mAP"),
        ("deep Q-network", "DQN"),
        ("Low-Rank Adaptation", "LoRA"),
        ("Vision-Language-Action", "VLA"),
    ],
)
def test_a_long_form_defines_its_acronym(long: str, short: str) -> None:
    assert defines(long, short)


@pytest.mark.parametrize(
    ("long", "short"),
    [("image classification", "CNN"), ("graph neural network", "RNN"), ("LLM", "LLMs"), ("a b", "ab"), ("", "")],
)
def test_other_neighbours_do_not_define_an_acronym(long: str, short: str) -> None:
    assert not defines(long, short)


@given(st.text(max_size=40), st.text(max_size=12))
def test_no_text_upsets_the_search_for_acronyms(long: str, short: str) -> None:
    assert defines(long, short) in (True, False)
    assert looks_like_acronym(short) in (True, False)


def test_a_concept_is_named_by_its_slug_and_hashed_only_for_what_a_slug_cannot_say() -> None:
    assert concept_key(EntityType.METHOD, "large language model") == "method/large-language-model"
    assert concept_key(EntityType.METRIC, "f1") == "metric/f1"
    plus, plain = concept_key(EntityType.METHOD, "a*"), concept_key(EntityType.METHOD, "a")
    assert plus.startswith("method/a-") and plain == "method/a"
    assert concept_key(EntityType.METHOD, "x" * 81) != concept_key(EntityType.METHOD, "x" * 80)


@given(st.text(min_size=1, max_size=120), st.text(min_size=1, max_size=120))
def test_ids_are_safe_in_an_iri_and_different_ids_stay_apart(one: str, other: str) -> None:
    assert all(c.isascii() and (c.isalnum() or c in "._-") for c in paper_key(one).removeprefix("paper/"))
    assert (paper_key(one) == paper_key(other)) == (one == other)


def test_arxiv_ids_stay_readable() -> None:
    assert paper_key("2210.14793") == "paper/2210.14793"
    assert paper_key("hep-th/9901001").startswith("paper/hep-th-9901001-")


def test_a_title_in_other_letter_case_gives_the_same_id() -> None:
    assert generated_paper_id("On Graphs: A Study") == generated_paper_id("ON GRAPHS — a study")


@given(st.lists(st.text()), st.lists(st.text()))
def test_hashes_keep_their_parts_apart(one: list[str], other: list[str]) -> None:
    assert (content_hash(*one) == content_hash(*other)) == (one == other)
