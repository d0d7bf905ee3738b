"""Annotated papers as tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from spacy.language import Language
from spacy.tokens import Doc
from torch import Tensor

from kgraph.annotated import AnnotatedPaper
from kgraph.pipeline.encoder import doc_words
from kgraph.pipeline.features import RELATIONS, TYPES, entity_pairs, role_features
from kgraph.pipeline.layout import doc_layout, field_offset
from kgraph.pipeline.mentions import TAGS
from kgraph.pipeline.sentences import set_sentence_starts
from kgraph.pipeline.tokenizer import make_doc
from kgraph.pipeline.wordpieces import Window, WordPieces
from kgraph.vocabulary import SYMMETRIC, Role

ROLES = tuple(Role)
IGNORED = -100


@dataclass(slots=True)
class Example:
    """One annotated paper: the encoder's window, a tag a word, and what the entity heads need.

    All positions are words of the window (the Doc's tokens that are not white space).
    """

    window: Window
    tags: Tensor
    heads: dict[str, Any]


def make_examples(papers: Sequence[AnnotatedPaper], nlp: Language, pieces: WordPieces) -> list[Example]:
    """Return one example a paper; names beyond the encoder's first window are left out."""
    return [_example(paper, nlp, pieces) for paper in papers]


def _example(paper: AnnotatedPaper, nlp: Language, pieces: WordPieces) -> Example:
    doc = set_sentence_starts(make_doc(nlp, paper.title, paper.abstract))
    tokens, words, fields = doc_words(doc)
    window = pieces.windows(words, fields)[0]
    limit = int(tokens[window.last - 1]) + 1 if window.last else 0
    spans = _token_spans(paper, doc, limit)
    tags = np.full(len(doc), TAGS.index("O"), dtype=np.int64)
    for i, group in enumerate(spans):
        for start, end in group:
            tags[start:end] = [TAGS.index(f"{p}-{paper.entities[i].type}") for p in _parts(end - start)]
    keep = [i for i, group in enumerate(spans) if group]
    return Example(window, torch.from_numpy(tags[tokens[: window.last]]), _heads(paper, doc, tokens, spans, keep))


def _parts(width: int) -> str:
    return "S" if width == 1 else "B" + "I" * (width - 2) + "E"


def _token_spans(paper: AnnotatedPaper, doc: Doc, limit: int) -> list[list[tuple[int, int]]]:
    """Return each entity's (start, end) in tokens, in order; spans that tokens do not fit are widened to them."""
    out = []
    for entity in paper.entities:
        group = []
        for span in entity.spans:
            offset = field_offset(doc, span.field)
            found = doc.char_span(span.start + offset, span.end + offset, alignment_mode="expand")
            if found is not None and found.end <= limit:
                group.append((found.start, found.end))
        out.append(sorted(set(group)))
    return out


def _heads(
    paper: AnnotatedPaper, doc: Doc, tokens: Any, spans: list[list[tuple[int, int]]], keep: list[int]
) -> dict[str, Any]:
    layout = doc_layout(doc)
    groups = [spans[i] for i in keep]
    types = [TYPES.index(paper.entities[i].type) for i in keep]
    pairs = entity_pairs(layout, groups, types)
    place = {old: new for new, old in enumerate(keep)}
    labels = np.zeros((len(pairs.index), len(RELATIONS)), dtype=np.float32)
    row = {(int(h), int(t)): k for k, (h, t) in enumerate(pairs.index)}
    for head, type_, tail in paper.relations:
        if head not in place or tail not in place:
            continue  # an end that does not stand in the text
        ends = (place[head], place[tail])
        for pair in (ends, ends[::-1]) if type_ in SYMMETRIC else (ends,):
            if pair in row:
                labels[row[pair], RELATIONS.index(type_)] = 1
    word = np.zeros(len(doc) + 1, dtype=np.int64)  # token -> number of words before it
    word[tokens + 1] = 1
    word = np.cumsum(word)
    flat = np.asarray([s for g in groups for s in g], dtype=np.int64).reshape(-1, 2)
    owner = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
    last = len(tokens)
    return {
        "spans": torch.from_numpy(word[flat]),
        "owner": torch.from_numpy(owner),
        "role_features": torch.from_numpy(role_features(layout, groups, types)),
        "roles": torch.tensor([ROLES.index(paper.entities[i].role) for i in keep]),
        "pairs": torch.from_numpy(pairs.index),
        "pair_features": torch.from_numpy(pairs.features),
        "between": torch.from_numpy(np.minimum(word[pairs.between], last)),
        "allowed": torch.from_numpy(pairs.allowed),
        "labels": torch.from_numpy(labels),
    }


def collate(batch: Sequence[Example]) -> dict[str, Tensor]:
    """Return the padded inputs of a batch: ids, fields, cases, and a mask that is true where there is a piece."""
    longest = max(len(e.window.ids) for e in batch)
    out = {name: torch.zeros(len(batch), longest, dtype=torch.long) for name in ("ids", "fields", "cases")}
    mask = torch.zeros(len(batch), 1, 1, longest, dtype=torch.bool)
    for i, example in enumerate(batch):
        size = len(example.window.ids)
        for name, values in out.items():
            values[i, :size] = torch.from_numpy(getattr(example.window, name))
        mask[i, ..., :size] = True
    return {**out, "mask": mask}
