"""All ways of marking a text at once: sets of spans that do not overlap, of which the pipeline chooses the heaviest.

A semi-Markov conditional random field (Sarawagi and Cohen 2004): a set is as likely as the exponential of the sum of
its spans' weights. So a span learns from those that it competes with.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from kgraph.pipeline.mentions import MIXING, TAG_PARTS, WIDEST, all_spans

_NEVER = -1e4


def span_weights(tags: Tensor, judged: Tensor) -> Tensor:
    """Return the (spans, types) weights of a text's spans, as decoding has them, in the order of `all_spans`.

    `tags` are the tagger's logits, (words, TAGS), `judged` those of the head for spans, (spans, 1 + types).
    """
    relative = tags - tags[:, :1]
    begin, inside, end, single = (relative[:, TAG_PARTS[part]] for part in "BIES")
    before = torch.cat([inside.new_zeros(1, inside.shape[1]), inside.cumsum(0)])
    start, stop = torch.from_numpy(all_spans(len(tags))).unbind(1)
    several = begin[start] + before[stop - 1] - before[(start + 1).clamp(max=len(tags))] + end[stop - 1]
    odds = torch.where((stop - start == 1).unsqueeze(1), single[start], several)
    by_tags, by_judge, constant = MIXING
    return by_tags * odds + by_judge * (judged[:, 1:] - judged[:, :1]) + constant


def log_partitions(weights: Sequence[Tensor], words: Sequence[int]) -> Tensor:
    """Return (texts,): the logarithm of the summed exponentials of all sets of spans of each text.

    `weights` are (spans, types) in the order of `all_spans`, `words` how many words each text has. The gradient by a
    weight is the probability that its span is in the set.
    """
    spans = [torch.from_numpy(all_spans(n)) for n in words]
    text = torch.repeat_interleave(torch.arange(len(words)), torch.tensor([len(s) for s in spans]))
    start, end = torch.cat(spans).unbind(1)
    any_type = torch.cat([w.logsumexp(1) for w in weights])
    ending = any_type.new_full((len(words), max(words) + 1, WIDEST), _NEVER)
    ending = ending.index_put((text, end, end - start - 1), any_type)
    # sums[e]: over the sets of spans that end by word e.
    sums = [any_type.new_zeros(len(words), 1)]
    for by_width in ending.unbind(1)[1:]:
        before = torch.cat(sums[: -WIDEST - 1 : -1], 1)  # by width of a span that ends here
        sums.append(torch.cat([before[:, :1], before + by_width[:, : before.shape[1]]], 1).logsumexp(1, keepdim=True))
    return torch.cat(sums, 1)[torch.arange(len(words)), torch.tensor(words)]


def posteriors(weights: Tensor, words: int) -> Tensor:
    """Return (spans, types): how likely each span is in the set, given the text's weights."""
    with torch.enable_grad():
        weights = weights.detach().requires_grad_()
        (out,) = torch.autograd.grad(log_partitions([weights], [words]).sum(), weights)
    return out


def segmentation_loss(tags: Sequence[Tensor], judged: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
    """Return how unlikely the wanted sets of spans are, a word.

    `tags` and `judged` are as for `span_weights`; `wanted`, (spans, 1 + types), how likely each span shall be.
    """
    words = [len(t) for t in tags]
    weights = [span_weights(t.float(), j.float()) for t, j in zip(tags, judged, strict=True)]
    agreeing = torch.stack([(w * q[:, 1:]).sum() for w, q in zip(weights, wanted, strict=True)])
    return (log_partitions(weights, words) - agreeing).sum() / sum(words)
