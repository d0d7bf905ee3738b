"""The pipeline's components on Docs made by hand, and the trained pipeline as a spaCy citizen."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import spacy
from examples import paper
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin

from kgraph.errors import ModelError
from kgraph.extract import above_score, extract_paper, extract_papers, load_pipeline, pipeline_name
from kgraph.model import Extraction
from kgraph.pipeline import features
from kgraph.pipeline.alias_features import Name, name_pairs
from kgraph.pipeline.annotations import get_entities, get_mentions, get_relations, set_entities, set_mentions
from kgraph.pipeline.assemble import COMPONENTS, blank_pipeline
from kgraph.pipeline.entities import Entities, join
from kgraph.pipeline.features import PAIR_FEATURES, ROLE_FEATURES, entity_pairs, role_features
from kgraph.pipeline.layout import doc_layout
from kgraph.pipeline.relations import choose_relations
from kgraph.pipeline.sentences import set_sentence_starts
from kgraph.pipeline.tokenizer import make_doc
from kgraph.pipeline.wordpieces import MAX_PIECES, WordPieces, case_class, merge_windows
from kgraph.resources import MODEL
from kgraph.vocabulary import SIGNATURES, RelationType

NLP = blank_pipeline()


def doc_of(title: str, abstract: str) -> Doc:
    return set_sentence_starts(make_doc(NLP, title, abstract))


def mark(doc: Doc, *names: tuple[str, str]) -> None:
    """Mark every place of each (name, type) in the Doc."""
    found = []
    for name, type_ in names:
        start = doc.text.find(name)
        while start >= 0:
            span = doc.char_span(start, start + len(name))
            assert span is not None
            found.append((span.start, span.end, type_, 0.9))
            start = doc.text.find(name, start + len(name))
    set_mentions(doc, sorted(found))


# --- tokens and sentences ---


def test_words_are_cut_at_every_sign_so_that_names_end_at_tokens() -> None:
    doc = NLP.make_doc("LLM-based $\\beta$-VAE (GPT-3.5), e.g. U_Net's")
    expected = "LLM - based $ \\ beta $ - VAE ( GPT - 3 . 5 ) , e . g . U _ Net ' s"
    assert [t.text for t in doc] == expected.split(" ")


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_token_reaches_from_the_title_into_the_abstract(title: str, abstract: str) -> None:
    doc = make_doc(NLP, title, abstract)
    assert doc.text == (f"{title}\n\n{abstract}" if title else abstract)
    assert all(t.is_space or t.idx >= len(title) or t.idx + len(t) <= len(title) for t in doc)


def test_a_title_is_a_sentence_of_its_own_without_a_full_stop() -> None:
    doc = doc_of("On graphs", "They grow. We prune them.")
    assert [s.text.strip() for s in doc.sents] == ["On graphs", "They grow.", "We prune them."]


# --- the encoder's inputs ---

PIECES = WordPieces(["[UNK]", "[CLS]", "[SEP]", "graph", "##s", "we", "use", "."])


def test_words_are_spelled_by_the_longest_pieces_and_unknown_ones_are_one_piece() -> None:
    assert PIECES.pieces("Graphs") == (3, 4)
    assert PIECES.pieces("quark") == (0,)


def test_title_and_abstract_are_told_apart_in_a_window() -> None:
    (window,) = PIECES.windows(["Graphs", "we", "use"], [0, 1, 1])
    assert window.ids.tolist() == [1, 3, 4, 2, 5, 6, 2]
    assert window.fields.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert window.cases.tolist() == [0, 2, 2, 0, 1, 1, 0]
    assert window.heads.tolist() == [1, 4, 5]


@given(st.integers(0, 1700), st.integers(0, 40))
def test_windows_cover_every_word_of_a_long_text_and_fit_the_encoder(words: int, title: int) -> None:
    fields = [0] * min(title, words) + [1] * max(0, words - title)
    windows = PIECES.windows(["graphs"] * words, fields)
    assert all(len(w.ids) <= MAX_PIECES for w in windows)
    vectors = [np.arange(len(w.ids), dtype=np.float32)[:, None] for w in windows]
    assert len(merge_windows(windows, vectors)) == words
    assert windows[0].first == 0 and windows[-1].last == words
    assert all(a.last > b.first for a, b in itertools.pairwise(windows))


def test_letter_case_is_told_in_classes() -> None:
    assert [case_class(w) for w in ("(", "word", "Word", "BERT", "RoBERTa", "42", "gpt4", "A")] == list(range(8))


# --- entities ---


def entities_of(doc: Doc) -> list[tuple[str, list[str]]]:
    doc = Entities()(doc)
    found = get_mentions(doc)
    return [(e["type"], [doc[slice(*found[i][:2])].text for i in e["mentions"]]) for e in get_entities(doc)]


def test_an_acronym_in_brackets_joins_its_long_form_everywhere() -> None:
    doc = doc_of("Faster LLMs", "Large language models (LLMs) are slow. An LLM is a large language model.")
    names = ["Large language models", "LLMs", "large language model"]
    mark(doc, *((n, "Method") for n in names))
    set_mentions(doc, sorted([*get_mentions(doc), (len(doc) - 7, len(doc) - 6, "Method", 0.9)]))
    assert entities_of(doc) == [("Method", ["LLMs", "Large language models", "LLMs", "LLM", "large language model"])]


def test_neighbours_in_brackets_that_are_no_acronym_stay_apart() -> None:
    doc = doc_of("", "We sort (BERT) by image classification (CNN).")
    mark(doc, ("image classification", "Task"), ("CNN", "Method"), ("BERT", "Method"))
    assert [e for _, e in entities_of(doc)] == [["BERT"], ["image classification"], ["CNN"]]


def test_an_entity_has_one_type_for_all_its_mentions() -> None:
    doc = doc_of("", "Fault detection (FD) is hard. FD is easy.")
    mark(doc, ("Fault detection", "Task"), ("FD", "Method"))
    assert [t for t, _ in entities_of(doc)] == ["Method"]
    assert {m[2] for m in get_mentions(doc)} == {"Method"}


def test_one_name_has_one_type_in_one_text() -> None:
    doc = doc_of("Pruning", "We study pruning.")
    set_mentions(doc, [(0, 1, "Task", 0.6), (4, 5, "Method", 0.9)])
    assert entities_of(doc) == [("Method", ["Pruning", "pruning"])]


def test_groups_of_names_join_while_their_members_are_alike_on_average() -> None:
    alike = np.array([[0, 0.9, 0.8, 0.1], [0.9, 0, 0.2, 0], [0.8, 0.2, 0, 0], [0.1, 0, 0, 0]], dtype=np.float32)
    assert join([[0], [1], [2], [3]], alike, 0.5) == [[0, 1, 2], [3]]
    assert join([[0], [1], [2], [3]], alike, 0.6) == [[0, 1], [2], [3]]
    assert join([[0, 1], [2], [3]], alike, 0.95) == [[0, 1], [2], [3]]


def test_names_are_compared_by_letters_words_and_place() -> None:
    doc = doc_of("FOO: Fast Ordered Output", "Large language model agents and LLM agents use FOO.")
    spans = {
        "FOO": (0, 1),
        "Fast Ordered Output": (2, 5),
        "LLM agents": (11, 13),
        "Large language model agents": (6, 10),
    }
    assert all(doc[start:end].text == name for name, (start, end) in spans.items())
    names = [Name(name, 0, [span]) for name, span in spans.items()]
    pairs = name_pairs(doc_layout(doc), names, [t.text for t in doc])
    features = dict(zip([(int(i), int(j)) for i, j in pairs.index], pairs.features, strict=True))
    assert len(features) == 6
    links = slice(4, 7)
    assert features[0, 1][links].tolist() == [0, 1, 0]  # a colon in between
    assert features[0, 1][7] == 1  # an acronym that its long form spells
    assert features[2, 3][12] == 1  # "LLM" for the run of words with these initials
    assert features[0, 2][12] == 0
    mixed = [Name("FOO", 0, [(0, 1)]), Name("Output", 1, [(4, 5)])]
    assert not len(name_pairs(doc_layout(doc), mixed, []).index)


# --- features, roles and relations ---


def test_features_have_the_announced_shapes_and_pairs_obey_the_signatures() -> None:
    doc = doc_of("Foo: faster parsing", "Foo parses. It beats Bar on Quux. Accuracy rises.")
    spans = [[(0, 1), (6, 7)], [(2, 4)], [(11, 12)], [(13, 14)], [(15, 16)]]
    types = [0, 1, 0, 2, 3]
    layout = doc_layout(doc)
    assert role_features(layout, spans, types).shape == (5, ROLE_FEATURES)
    pairs = entity_pairs(layout, spans, types)
    assert pairs.features.shape == (len(pairs.index), PAIR_FEATURES)
    for (head, tail), allowed in zip(pairs.index, pairs.allowed, strict=True):
        ends = (features.TYPES[types[head]], features.TYPES[types[tail]])
        assert [ends in SIGNATURES[r] for r in RelationType] == allowed.tolist()
    assert (1, 0) not in {tuple(p) for p in pairs.index.tolist()}


def test_relations_are_said_one_way_only() -> None:
    doc = doc_of("", "Foo beats Bar.")
    pairs = entity_pairs(doc_layout(doc), [[(0, 1)], [(2, 3)]], [0, 0])
    scores = np.zeros((len(pairs.index), len(RelationType)), dtype=np.float32)
    columns = {r: i for i, r in enumerate(RelationType)}
    scores[:, columns[RelationType.COMPARED_WITH]] = 0.7
    scores[:, columns[RelationType.PART_OF]] = [0.6, 0.8]
    found = choose_relations(scores, pairs, np.full(len(RelationType), 0.5, dtype=np.float32))
    assert [(r["head"], r["type"], r["tail"]) for r in found] == [(0, "comparedWith", 1), (1, "partOf", 0)]


# --- the trained pipeline ---

TEXT = paper(
    "Frob: Quick Parsing with Small Transformers",
    "Large language models (LLMs) are accurate but slow. We introduce Frob, a method for dependency parsing that"
    " distils an LLM into a small Transformer. On the Penn Treebank, Frob outperforms BERT in accuracy and latency.",
)


def test_spacy_alone_loads_the_folder_through_the_entry_points() -> None:
    code = (
        f"import spacy; doc = spacy.load({str(MODEL)!r})('We train BERT on ImageNet.')\n"
        "print([span.text for span in doc.spans['mentions']])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "BERT" in done.stdout


def test_spacy_finds_no_problem_with_the_components() -> None:
    nlp = spacy.load(MODEL)
    assert tuple(nlp.pipe_names) == COMPONENTS
    problems = nlp.analyze_pipes()["problems"]
    assert not any(problems.values())


def test_the_pipeline_finds_what_a_paper_is_about() -> None:
    found = extract_paper(load_pipeline(), TEXT)
    by_name = {m.text: e for e in found.entities for m in e.mentions}
    assert by_name["Frob"].type == "Method"
    assert by_name["Frob"].role == "introduced"
    assert by_name["LLMs"] is by_name["Large language models"]
    assert by_name["dependency parsing"].type == "Task"
    assert by_name["Penn Treebank"].type == "Dataset"
    assert by_name["accuracy"].type == "Metric"
    assert found.relations
    for relation in found.relations:
        ends = (found.entities[relation.head].type, found.entities[relation.tail].type)
        assert ends in SIGNATURES[relation.type]
        assert relation.evidence


@pytest.mark.parametrize("title", ["", "T", "A title (with an end) "])
def test_every_mention_is_the_text_at_its_offsets(title: str) -> None:
    of = paper(title, TEXT.abstract + " \\textbf{Frob} is \U0001f680 fast.")
    for entity in extract_paper(load_pipeline(), of).entities:
        for m in entity.mentions:
            assert getattr(of, m.field)[m.start : m.end] == m.text
            assert 0 <= m.score <= 1


def test_the_same_text_gives_the_same_result_whatever_stands_beside_it() -> None:
    others = [paper(f"Other {i}", "We use Adam. " * i, f"o{i}") for i in range(1, 4)]
    alone = extract_paper(load_pipeline(), TEXT)
    assert [e for e in extract_papers([*others, TEXT, *others], jobs=1) if e.paper == TEXT] == [alone]


def test_many_processes_give_what_one_gives() -> None:
    papers = [paper(f"Study {i}", f"{TEXT.abstract} Seed {i}.", f"s{i}") for i in range(20)]
    assert list(extract_papers(papers, jobs=2)) == list(extract_papers(papers, jobs=1))


def test_a_text_longer_than_the_encoder_sees_at_once_is_read_to_its_end() -> None:
    of = paper("Long", "It rains in the valley. " * 300 + "We train BERT on ImageNet.")
    names = {m.text for e in extract_paper(load_pipeline(), of).entities for m in e.mentions}
    assert "BERT" in names


def test_empty_texts_have_nothing_in_them() -> None:
    nlp = load_pipeline()
    assert extract_paper(nlp, paper("", "")) == Extraction(paper("", ""), (), (), pipeline_name(nlp))


def test_annotations_survive_docbin_and_several_processes() -> None:
    nlp = load_pipeline()
    texts = [TEXT.abstract, "We evaluate ResNet on ImageNet."]
    docs = list(nlp.pipe(texts, n_process=2))
    again = list(DocBin(store_user_data=True, docs=docs).get_docs(nlp.vocab))
    assert get_entities(docs[0]) and get_relations(docs[0])
    for doc, copy in zip(docs, again, strict=True):
        assert get_mentions(copy) == get_mentions(doc)
        assert get_entities(copy) == get_entities(doc)
        assert get_relations(copy) == get_relations(doc)


def test_a_loaded_pipeline_cuts_words_as_a_new_one_does() -> None:
    text = "An algorithm (state-of-the-art), by GPT-3.5."
    assert [t.text for t in load_pipeline().make_doc(text)] == [t.text for t in NLP.make_doc(text)]


def test_bytes_give_the_same_pipeline() -> None:
    nlp = load_pipeline()
    copy = blank_pipeline().from_bytes(nlp.to_bytes())
    assert get_mentions(copy(TEXT.abstract)) == get_mentions(nlp(TEXT.abstract))


def test_a_pipeline_without_weights_says_how_to_get_some() -> None:
    with pytest.raises(ModelError, match="kgraph train"):
        blank_pipeline()("Some text.")


def test_a_folder_without_a_pipeline_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"expected a folder with a config\.cfg"):
        load_pipeline(tmp_path)


def test_what_scores_below_the_limit_is_left_out_with_its_relations() -> None:
    found = extract_paper(load_pipeline(), TEXT)
    limit = sorted(e.score for e in found.entities)[len(found.entities) // 2]
    kept = above_score(found, limit)
    assert 0 < len(kept.entities) < len(found.entities)
    assert all(m.score >= limit for e in kept.entities for m in e.mentions)
    names = [(found.entities[r.head], r.type, found.entities[r.tail]) for r in found.relations if r.score >= limit]
    assert len(kept.relations) <= len(names)
    assert above_score(found, 0) == found


def test_importing_the_components_does_not_load_onnxruntime() -> None:
    code = "import sys, kgraph.pipeline.assemble; print('onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_components_leave_alone_what_is_not_theirs() -> None:
    doc = doc_of("", "Foo.")
    set_entities(doc, [])
    assert get_relations(doc) == [] and get_mentions(doc) == []
