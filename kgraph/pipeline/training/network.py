"""The network in torch: a six-layer MiniLM encoder with three heads.

The encoder is BERT's (Devlin et al. 2019) in MiniLM's size (Wang et al. 2020), given the field as
token type and, since its vocabulary is uncased, a class of letter case for each piece.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from kgraph.pipeline.features import PAIR_FEATURES, RELATIONS, ROLE_FEATURES
from kgraph.pipeline.mentions import TAGS
from kgraph.pipeline.wordpieces import CASES, MAX_PIECES
from kgraph.vocabulary import Role

HIDDEN = 384


class Encoder(nn.Module):
    """Pieces to vectors."""

    def __init__(self, vocabulary_size: int, layers: int = 6, dropout: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary_size, HIDDEN)
        self.positions = nn.Embedding(MAX_PIECES, HIDDEN)
        self.fields = nn.Embedding(2, HIDDEN)
        self.cases = nn.Embedding(CASES, HIDDEN)
        nn.init.zeros_(self.cases.weight)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        layer = nn.TransformerEncoderLayer(
            HIDDEN, 12, 4 * HIDDEN, dropout, activation="gelu", layer_norm_eps=1e-12, batch_first=True
        )
        # Dropout on attention and inside the feed-forward part would cost a third of the time on a CPU:
        # without it, attention runs in the fused kernel.
        layer.self_attn.dropout = 0.0
        layer.dropout.p = 0.0
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, ids: Tensor, fields: Tensor, cases: Tensor, padding: Tensor | None = None) -> Tensor:
        """Return (batch, pieces, HIDDEN) vectors for (batch, pieces) inputs; `padding` is true where there is none."""
        positions = torch.arange(ids.shape[1], device=ids.device)
        x = self.words(ids) + self.positions(positions) + self.fields(fields) + self.cases(cases)
        out: Tensor = self.layers(self.dropout(self.norm(x)), src_key_padding_mask=padding)
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
        "self_attn.out_proj": "attention.output.dense",
        "norm1": "attention.output.LayerNorm",
        "linear1": "intermediate.dense",
        "linear2": "output.dense",
        "norm2": "output.LayerNorm",
    }
    for i in range(len(encoder.layers.layers)):
        ours, theirs = f"layers.layers.{i}.", f"encoder.layer.{i}."
        for part in ("weight", "bias"):
            qkv = [saved[f"{theirs}attention.self.{x}.{part}"] for x in ("query", "key", "value")]
            state[f"{ours}self_attn.in_proj_{part}"] = torch.cat(qkv)
            for a, b in names.items():
                state[f"{ours}{a}.{part}"] = saved[f"{theirs}{b}.{part}"]
    missing, unexpected = encoder.load_state_dict(state, strict=False)
    if unexpected or set(missing) != {"cases.weight"}:
        raise ValueError(f"{path} does not fit the encoder: missing {missing}, unexpected {unexpected}")


def span_vectors(tokens: Tensor, spans: Tensor) -> Tensor:
    """Return (spans, 3 * HIDDEN): first token, last token and mean of each (start, end) row."""
    sums = torch.cat([tokens.new_zeros(1, tokens.shape[1]), tokens.cumsum(0)])
    start, end = spans[:, 0], spans[:, 1]
    width = (end - start).clamp(min=1).unsqueeze(1)
    return torch.cat([tokens[start], tokens[end - 1], (sums[end] - sums[start]) / width], dim=1)


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

    def __init__(self, vocabulary_size: int) -> None:
        super().__init__()
        self.encoder = Encoder(vocabulary_size)
        self.mentions = nn.Linear(HIDDEN, len(TAGS))
        self.dropout = nn.Dropout(0.1)
        self.roles = RoleHead()
        self.relations = RelationHead()
