"""The network in torch: a six-layer MiniLM encoder with five heads.

The encoder is BERT's (Devlin et al. 2019) in MiniLM's size (Wang et al. 2020), given the field as
token type and, since its vocabulary is uncased, a class of letter case for each piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from kgraph.pipeline.alias_features import ALIAS_FEATURES
from kgraph.pipeline.features import PAIR_FEATURES, RELATIONS, ROLE_FEATURES, TYPES
from kgraph.pipeline.mentions import TAGS, WIDEST
from kgraph.pipeline.training.config import HEADS, WIDE
from kgraph.pipeline.training.data import collate
from kgraph.pipeline.wordpieces import CASES, MAX_PIECES, Window
from kgraph.vocabulary import Role

HIDDEN = 384
HEAD_WIDTH = HIDDEN // HEADS


class EncoderLayer(nn.Module):
    """One layer of BERT: self-attention and a feed-forward part, each added to its input and normalised.

    No dropout on attention or inside the feed-forward part: on a CPU it would cost a third of the
    time. Attention is written out, since the backward pass of torch's own is slow on a CPU.
    """

    def __init__(self, heads: int, wide: int, dropout: float) -> None:
        super().__init__()
        self.query_key_value = nn.Linear(HIDDEN, 3 * heads * HEAD_WIDTH)
        self.attended = nn.Linear(heads * HEAD_WIDTH, HIDDEN)
        self.norm1 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.wide = nn.Linear(HIDDEN, wide)
        self.narrow = nn.Linear(wide, HIDDEN)
        self.norm2 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, hidden: Tensor | None) -> Tensor:
        x = self.norm1(x + self.dropout(self.attended(self.attend(x, hidden))))
        out: Tensor = self.norm2(x + self.dropout(self.narrow(nn.functional.gelu(self.wide(x)))))
        return out

    def attend(self, x: Tensor, hidden: Tensor | None) -> Tensor:
        """Return what each head gathers, (batch, pieces, heads * HEAD_WIDTH).

        `hidden`, to be added to the scores, is large and negative where there is no piece.
        """
        parts = self.query_key_value(x).unflatten(-1, (3, -1, HEAD_WIDTH)).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)
        scores = (query * HEAD_WIDTH**-0.5) @ key.transpose(-1, -2)
        if hidden is not None:
            scores = scores + hidden.to(scores.dtype)
        out: Tensor = (scores.softmax(-1, dtype=scores.dtype) @ value).transpose(1, 2).flatten(2)
        return out


class Encoder(nn.Module):
    """Pieces to vectors; by default in MiniLM's size, and narrower when pruned."""

    def __init__(
        self, vocabulary_size: int, layers: int = 6, heads: int = HEADS, wide: int = WIDE, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary_size, HIDDEN)
        self.positions = nn.Embedding(MAX_PIECES, HIDDEN)
        self.fields = nn.Embedding(2, HIDDEN)
        self.cases = nn.Embedding(CASES, HIDDEN)
        nn.init.zeros_(self.cases.weight)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(EncoderLayer(heads, wide, dropout) for _ in range(layers))

    def forward(self, ids: Tensor, fields: Tensor, cases: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return (batch, pieces, HIDDEN) vectors for (batch, pieces) inputs.

        `mask`, (batch, 1, 1, pieces), is true where there is a piece; None means everywhere.
        """
        x = self.words(ids) + self.positions.weight[: ids.shape[1]] + self.fields(fields) + self.cases(cases)
        x = self.dropout(self.norm(x))
        hidden = None if mask is None else (~mask).float() * -1e4
        for layer in self.layers:
            x = layer(x, hidden)
        out: Tensor = x
        return out


def load_bert_weights(encoder: Encoder, path: Path) -> None:
    """Copy the weights of a BERT-shaped `model.safetensors` (Hugging Face's names) into the encoder."""
    from safetensors.torch import load_file

    saved = load_file(path)
    state: dict[str, Tensor] = {
        "words.weight": saved["embeddings.word_embeddings.weight"],
        "positions.weight": saved["embeddings.position_embeddings.weight"],
        "fields.weight": saved["embeddings.token_type_embeddings.weight"],
        "norm.weight": saved["embeddings.LayerNorm.weight"],
        "norm.bias": saved["embeddings.LayerNorm.bias"],
    }
    names = {
        "attended": "attention.output.dense",
        "norm1": "attention.output.LayerNorm",
        "wide": "intermediate.dense",
        "narrow": "output.dense",
        "norm2": "output.LayerNorm",
    }
    for i in range(len(encoder.layers)):
        theirs = f"encoder.layer.{i}."
        for part in ("weight", "bias"):
            parts = [saved[f"{theirs}attention.self.{x}.{part}"] for x in ("query", "key", "value")]
            state[f"layers.{i}.query_key_value.{part}"] = torch.cat(parts)
            for a, b in names.items():
                state[f"layers.{i}.{a}.{part}"] = saved[f"{theirs}{b}.{part}"]
    missing, unexpected = encoder.load_state_dict(state, strict=False)
    if unexpected or set(missing) != {"cases.weight"}:
        raise ValueError(f"{path} does not fit the encoder: missing {missing}, unexpected {unexpected}")


def span_vectors(tokens: Tensor, spans: Tensor) -> Tensor:
    """Return (spans, 3 * HIDDEN): first token, last token and mean of each (start, end) row."""
    sums = torch.cat([tokens.new_zeros(1, tokens.shape[1]), tokens.cumsum(0)])
    start, end = spans[:, 0], spans[:, 1]
    width = (end - start).clamp(min=1).unsqueeze(1)
    return torch.cat([tokens[start], tokens[end - 1], (sums[end] - sums[start]) / width], dim=1)


class MentionHead(nn.Module):
    """Spans of words to logits: of being no name, and a name of each type."""

    def __init__(self, size: int = 128, dropout: float = 0.2) -> None:
        super().__init__()
        self.inner = nn.Linear(5 * HIDDEN, size)
        self.width = nn.Parameter(torch.zeros(WIDEST + 1, size))
        self.outer = nn.Linear(size, 1 + len(TYPES))
        self.dropout = nn.Dropout(dropout)

    def forward(self, words: Tensor, spans: Tensor) -> Tensor:
        """Return (spans, 1 + types) for (start, end) rows: by first and last word, mean, the words beside, the width.

        The words are projected first and gathered then, since most spans share their words.
        """
        first, last, mean, before, after = (words @ w.T for w in self.inner.weight.chunk(5, dim=1))
        start, end = spans.unbind(1)
        sums = torch.cat([mean.new_zeros(1, mean.shape[1], dtype=torch.float32), mean.float().cumsum(0)])
        edge = before.new_zeros(1, before.shape[1])
        x = first[start] + last[end - 1] + (sums[end] - sums[start]) / (end - start).unsqueeze(1)
        x = x + torch.cat([edge, before])[start] + torch.cat([after, edge])[end] + self.width[end - start]
        out: Tensor = self.outer(self.dropout(nn.functional.gelu(x + self.inner.bias, approximate="tanh")))
        return out


class Spans(nn.Module):
    """Vectors of mentions, joined to vectors of entities by their maximum."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.project = nn.Linear(3 * HIDDEN, size)

    def forward(self, tokens: Tensor, spans: Tensor, owner: Tensor, entities: int) -> Tensor:
        """Return (entities, size); `owner` says which entity each row of `spans` belongs to."""
        vectors = nn.functional.gelu(self.project(span_vectors(tokens, spans)), approximate="tanh")
        index = owner.unsqueeze(1).expand_as(vectors)
        empty = vectors.new_zeros(entities, vectors.shape[1])
        return empty.scatter_reduce(0, index, vectors, "amax", include_self=False)


class AliasHead(nn.Module):
    """Pairs of names to one logit: that they mean one thing."""

    def __init__(self, size: int = 96, dropout: float = 0.2) -> None:
        super().__init__()
        self.spans = Spans(size)
        self.inner = nn.Linear(2 * size + ALIAS_FEATURES, size)
        self.outer = nn.Linear(size, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, paper: dict[str, Any]) -> Tensor:
        vectors = self.spans(tokens, paper["name_spans"], paper["name_owner"], paper["names"])
        one, two = vectors[paper["name_pairs"][:, 0]], vectors[paper["name_pairs"][:, 1]]
        x = torch.cat([self.dropout(torch.cat([(one - two).abs(), one * two], dim=1)), paper["alias_features"]], dim=1)
        x = nn.functional.gelu(self.inner(x), approximate="tanh")
        out: Tensor = self.outer(self.dropout(x)).squeeze(1)
        return out


class RoleHead(nn.Module):
    """Entities to role logits."""

    def __init__(self, size: int = 128, dropout: float = 0.2) -> None:
        super().__init__()
        self.spans = Spans(size)
        self.inner = nn.Linear(size + ROLE_FEATURES, size)
        self.outer = nn.Linear(size, len(Role))
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, paper: dict[str, Any]) -> Tensor:
        vectors = self.spans(tokens, paper["spans"], paper["owner"], len(paper["role_features"]))
        x = self.inner(self.dropout(torch.cat([vectors, paper["role_features"]], dim=1)))
        out: Tensor = self.outer(self.dropout(nn.functional.gelu(x, approximate="tanh")))
        return out


class RelationHead(nn.Module):
    """Pairs of entities to one logit a relation."""

    def __init__(self, size: int = 192, between: int = 96, dropout: float = 0.2) -> None:
        super().__init__()
        self.spans = Spans(size)
        self.between = nn.Linear(HIDDEN, between)
        self.inner = nn.Linear(3 * size + between + PAIR_FEATURES, size)
        self.outer = nn.Linear(size, len(RELATIONS))
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, paper: dict[str, Any]) -> Tensor:
        vectors = self.spans(tokens, paper["spans"], paper["owner"], len(paper["role_features"]))
        head, tail = vectors[paper["pairs"][:, 0]], vectors[paper["pairs"][:, 1]]
        sums = torch.cat([tokens.new_zeros(1, HIDDEN), tokens.cumsum(0)])
        start, end = paper["between"][:, 0], paper["between"][:, 1]
        words = (sums[end] - sums[start]) / (end - start).clamp(min=1).unsqueeze(1)
        context = nn.functional.gelu(self.between(words), approximate="tanh")
        x = torch.cat([head, tail, head * tail, context, paper["pair_features"]], dim=1)
        x = nn.functional.gelu(self.inner(self.dropout(x)), approximate="tanh")
        out: Tensor = self.outer(self.dropout(x))
        return out


class Network(nn.Module):
    """The encoder and its heads."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.mentions = nn.Linear(HIDDEN, len(TAGS))
        self.spans = MentionHead()
        self.dropout = nn.Dropout(0.1)
        self.aliases = AliasHead()
        self.roles = RoleHead()
        self.relations = RelationHead()

    def words(self, windows: Sequence[Window]) -> list[Tensor]:
        """Return (words, HIDDEN) vectors for each window: those of the words' first pieces."""
        hidden = self.encoder(**collate(windows))
        return [h[torch.from_numpy(w.heads)].float() for h, w in zip(hidden, windows, strict=True)]
