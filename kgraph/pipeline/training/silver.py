"""Silver examples: papers without annotations, marked by networks that have learned from annotated ones.

Self-training with soft labels: several teachers' probabilities are averaged, and a student learns from them beside
the annotated papers (ensemble distillation, Hinton et al. 2015; noisy students, Xie et al. 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from spacy.language import Language

from kgraph.model import Paper
from kgraph.pipeline.entities import acronym_pairs, group_by_name, likeliest_type
from kgraph.pipeline.features import TYPES, entity_pairs
from kgraph.pipeline.layout import token_texts
from kgraph.pipeline.mentions import MIXING, all_spans, decode, repeat_names
from kgraph.pipeline.training.data import Example, Text, entity_inputs, read_text
from kgraph.pipeline.training.network import Network
from kgraph.pipeline.training.segments import posteriors, span_weights
from kgraph.pipeline.wordpieces import WordPieces

_BATCH = 16


def make_silver(
    teachers: Sequence[Network],
    papers: Sequence[Paper],
    nlp: Language,
    pieces: WordPieces,
    log: Callable[[str], None],
) -> list[Example]:
    """Return one example a paper, in no certain order, with the mean of what the teachers find likely.

    Aliases are not taught: the rules that group a teacher's mentions are not surer than the head that would learn.
    """
    texts = [read_text(paper.title, paper.abstract, nlp, pieces) for paper in papers]
    # The longest first: else each needs a little more memory in one piece than those before it have left behind.
    texts.sort(key=lambda text: len(text.window.ids), reverse=True)
    out: list[Example] = []
    with torch.no_grad():
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            words = [teacher.words([t.window for t in batch]) for teacher in teachers]
            out += [_example(teachers, text, [w[i] for w in words]) for i, text in enumerate(batch)]
            if start // _BATCH % 50 == 0:
                log(f"{len(out):,} of {len(texts):,} marked")
    return out


def _example(teachers: Sequence[Network], text: Text, words: Sequence[torch.Tensor]) -> Example:
    together = list(zip(teachers, words, strict=True))
    everywhere = torch.from_numpy(all_spans(text.window.last))
    tags = torch.stack([t.mentions(w).softmax(-1) for t, w in together]).mean(0)
    spans = torch.stack([t.spans(w, everywhere).softmax(-1) for t, w in together]).mean(0)
    logits, judged = (likely.clamp(min=1e-9).log() for likely in (tags, spans))
    # Half what each span is by itself, half what it is among its rivals.
    among = posteriors(span_weights(logits, judged), len(tags))
    spans = (spans + torch.cat([(1 - among.sum(1, keepdim=True)).clamp(min=0), among], dim=1)) / 2
    row = {(start, end): i for i, (start, end) in enumerate(everywhere.tolist())}
    decoded = decode(
        logits.numpy(), lambda asked: judged[[row[start, end] for start, end in asked.tolist()]].numpy(), MIXING
    )
    tokens = token_texts(text.doc)
    in_tokens = [(int(text.tokens[m[0]]), int(text.tokens[m[1] - 1]) + 1, *m[2:]) for m in decoded]
    found = [m for m in repeat_names(in_tokens, tokens) if m[1] <= text.limit]
    names = [text.doc[start:end].text for start, end, *_ in found]
    groups = group_by_name(found, names, acronym_pairs(found, tokens))
    entities = [[found[i][:2] for i in group] for group in groups]
    types = [TYPES.index(likeliest_type(found, group)) for group in groups]
    heads = entity_inputs(text, entities, types, entity_pairs(text.layout, entities, types))
    if entities:
        heads["roles"] = torch.stack([t.roles(w, heads).softmax(-1) for t, w in together]).mean(0)
        heads["labels"] = torch.stack([t.relations(w, heads).sigmoid() for t, w in together]).mean(0)
    return Example(text.window, tags, spans, heads)
