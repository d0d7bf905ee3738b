"""Papers as tensors: what the network reads, and what it shall find there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from spacy.language import Language
from spacy.tokens import Doc
from torch import Tensor, nn

from kgraph.annotated import AnnotatedPaper
from kgraph.names import name_key
from kgraph.pipeline.alias_features import Name, name_pairs
from kgraph.pipeline.encoder import doc_words
from kgraph.pipeline.features import RELATIONS, TYPES, Layout, Pairs, Spans, entity_pairs, role_features
from kgraph.pipeline.layout import doc_layout, field_offset, token_texts
from kgraph.pipeline.mentions import TAGS, all_spans, tag_spans
from kgraph.pipeline.sentences import set_sentence_starts
from kgraph.pipeline.tokenizer import make_doc
from kgraph.pipeline.wordpieces import Window, WordPieces
from kgraph.vocabulary import SYMMETRIC, Role

ROLES = tuple(Role)


@dataclass(slots=True)
class Text:
    """A paper as the network reads it: the first window of its words.

    `tokens` are the Doc's tokens that are words; `words_before[t]` is the number of words before token t.
    """

    doc: Doc
    layout: Layout
    window: Window
    tokens: npt.NDArray[np.int64]
    words_before: npt.NDArray[np.int64]

    @property
    def limit(self) -> int:
        """The token at which the window ends."""
        return int(self.tokens[self.window.last - 1]) + 1 if self.window.last else 0


@dataclass(slots=True)
class Example:
    """One paper to learn from.

    `tags`, (words, TAGS), and `spans`, (spans, 1 + types) in the order of `all_spans`, are probabilities; `heads` has
    what the heads for aliases, roles and relations read and shall find, by name. All positions are words of the window.
    """

    window: Window
    tags: Tensor
    spans: Tensor
    heads: dict[str, Any]


def read_text(title: str, abstract: str, nlp: Language, pieces: WordPieces) -> Text:
    """Return the paper's text, cut into tokens, sentences and windows as the pipeline does it."""
    doc = set_sentence_starts(make_doc(nlp, title, abstract))
    tokens, words, fields = doc_words(doc)
    before = np.zeros(len(doc) + 1, dtype=np.int64)
    before[tokens + 1] = 1
    return Text(doc, doc_layout(doc), pieces.windows(words, fields)[0], tokens, np.cumsum(before))


def make_examples(papers: Sequence[AnnotatedPaper], nlp: Language, pieces: WordPieces) -> list[Example]:
    """Return one example a paper; names beyond the encoder's first window are left out."""
    return [_example(paper, read_text(paper.title, paper.abstract, nlp, pieces)) for paper in papers]


def _example(paper: AnnotatedPaper, text: Text) -> Example:
    spans = _token_spans(paper, text)
    tags = np.full(len(text.doc), TAGS.index("O"), dtype=np.int64)
    for i, group in enumerate(spans):
        for start, end in group:
            tags[start:end] = [TAGS.index(f"{p}-{paper.entities[i].type}") for p in _parts(end - start)]
    keep = [i for i, group in enumerate(spans) if group]
    entities = [spans[i] for i in keep]
    types = [TYPES.index(paper.entities[i].type) for i in keep]
    pairs = entity_pairs(text.layout, entities, types)
    roles = torch.tensor([ROLES.index(paper.entities[i].role) for i in keep], dtype=torch.long)
    heads = entity_inputs(text, entities, types, pairs)
    heads["roles"] = nn.functional.one_hot(roles, len(ROLES)).float()
    heads["labels"] = _relation_labels(paper, {old: new for new, old in enumerate(keep)}, pairs)
    heads.update(_alias_inputs(text, entities, types))
    window_tags = torch.from_numpy(tags[text.tokens[: text.window.last]])
    return Example(
        text.window, nn.functional.one_hot(window_tags, len(TAGS)).float(), _span_labels(window_tags.tolist()), heads
    )


def _span_labels(tags: Sequence[int]) -> Tensor:
    row = {(start, end): i for i, (start, end) in enumerate(all_spans(len(tags)).tolist())}
    labels = torch.zeros(len(row), dtype=torch.long)
    for start, end, type_ in tag_spans(tags):
        if (start, end) in row:
            labels[row[start, end]] = 1 + TYPES.index(type_)
    return nn.functional.one_hot(labels, 1 + len(TYPES)).float()


def _parts(width: int) -> str:
    return "S" if width == 1 else "B" + "I" * (width - 2) + "E"


def _token_spans(paper: AnnotatedPaper, text: Text) -> list[list[tuple[int, int]]]:
    """Return each entity's (start, end) in tokens, in order; spans that tokens do not fit are widened to them."""
    out = []
    for entity in paper.entities:
        group = []
        for span in entity.spans:
            offset = field_offset(text.doc, span.field)
            found = text.doc.char_span(span.start + offset, span.end + offset, alignment_mode="expand")
            if found is not None and found.end <= text.limit:
                group.append((found.start, found.end))
        out.append(sorted(set(group)))
    return out


def _flat(text: Text, groups: Sequence[Spans]) -> tuple[Tensor, Tensor]:
    """Return all spans in words, (spans, 2), and the position of each one's group."""
    spans = np.asarray([s for g in groups for s in g], dtype=np.int64).reshape(-1, 2)
    owner = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
    return torch.from_numpy(text.words_before[spans]), torch.from_numpy(owner)


def entity_inputs(text: Text, entities: Sequence[Spans], types: Sequence[int], pairs: Pairs) -> dict[str, Any]:
    """Return what the heads for roles and relations read of the entities; spans are tokens."""
    spans, owner = _flat(text, entities)
    between = np.minimum(text.words_before[pairs.between], text.window.last)
    return {
        "spans": spans,
        "owner": owner,
        "role_features": torch.from_numpy(role_features(text.layout, entities, types)),
        "pairs": torch.from_numpy(pairs.index),
        "pair_features": torch.from_numpy(pairs.features),
        "between": torch.from_numpy(between),
        "allowed": torch.from_numpy(pairs.allowed),
    }


def _relation_labels(paper: AnnotatedPaper, place: dict[int, int], pairs: Pairs) -> Tensor:
    labels = np.zeros((len(pairs.index), len(RELATIONS)), dtype=np.float32)
    row = {(int(h), int(t)): k for k, (h, t) in enumerate(pairs.index)}
    for head, type_, tail in paper.relations:
        if head not in place or tail not in place:
            continue  # an end that does not stand in the text
        ends = (place[head], place[tail])
        for pair in (ends, ends[::-1]) if type_ in SYMMETRIC else (ends,):
            if pair in row:
                labels[row[pair], RELATIONS.index(type_)] = 1
    return torch.from_numpy(labels)


def _alias_inputs(text: Text, entities: Sequence[Spans], types: Sequence[int]) -> dict[str, Any]:
    """Return what the head for aliases reads of the names, and which pairs of them are one entity."""
    spans: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for i, entity in enumerate(entities):
        for start, end in entity:
            spans[i, name_key(text.doc[start:end].text)].append((start, end))
    names = [Name(text.doc[s[0][0] : s[0][1]].text, types[i], s) for (i, _), s in spans.items()]
    pairs = name_pairs(text.layout, names, token_texts(text.doc))
    owner = np.asarray([i for i, _ in spans], dtype=np.int64)
    name_spans, name_owner = _flat(text, [name.spans for name in names])
    return {
        "names": len(names),
        "name_spans": name_spans,
        "name_owner": name_owner,
        "name_pairs": torch.from_numpy(pairs.index),
        "alias_features": torch.from_numpy(pairs.features),
        "aliases": torch.from_numpy((owner[pairs.index[:, 0]] == owner[pairs.index[:, 1]]).astype(np.float32)),
    }


def collate(windows: Sequence[Window]) -> dict[str, Tensor]:
    """Return the padded inputs of a batch: ids, fields, cases, and a mask that is true where there is a piece."""
    longest = max(len(w.ids) for w in windows)
    out = {name: torch.zeros(len(windows), longest, dtype=torch.long) for name in ("ids", "fields", "cases")}
    mask = torch.zeros(len(windows), 1, 1, longest, dtype=torch.bool)
    for i, window in enumerate(windows):
        size = len(window.ids)
        for name, values in out.items():
            values[i, :size] = torch.from_numpy(getattr(window, name))
        mask[i, ..., :size] = True
    return {**out, "mask": mask}
