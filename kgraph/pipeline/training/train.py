"""The training loop."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from kgraph.pipeline.training.data import Example, collate
from kgraph.pipeline.training.network import Network


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set for a training run."""

    seed: int = 0
    passes: int = 3
    batch: int = 8
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    warmup: float = 0.1
    role_weight: float = 0.5
    relation_weight: float = 1.5


def train(
    network: Network,
    examples: Sequence[Example],
    settings: Settings,
    after_pass: Callable[[int, float], float],
) -> None:
    """Train in place, and leave the network with the weights of its best pass.

    `after_pass(number, mean loss)` measures the network on held-out papers after each pass; higher
    is better. AdamW with linear warm-up and decay.
    """
    torch.manual_seed(settings.seed)
    shuffle = random.Random(settings.seed)
    # The word vectors stay as they are: few papers would move the common words away from the rare ones.
    network.encoder.words.weight.requires_grad_(False)
    encoder = [p for p in network.encoder.parameters() if p.requires_grad]
    heads = [p for n, p in network.named_parameters() if not n.startswith("encoder.")]
    optimizer = torch.optim.AdamW(
        [{"params": encoder, "lr": settings.encoder_rate}, {"params": heads, "lr": settings.head_rate}],
        weight_decay=0.01,
        fused=True,
    )
    steps = settings.passes * math.ceil(len(examples) / settings.batch)
    warm = max(1, int(steps * settings.warmup))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda s: min(1.0, s / warm) * max(0.0, (steps - s) / max(1, steps - warm)) if s >= warm else s / warm,
    )
    best, best_weights = -1.0, copy.deepcopy(network.state_dict())
    for number in range(1, settings.passes + 1):
        network.train()
        total, seen = 0.0, 0
        for batch in _batches(examples, settings.batch, shuffle):
            loss = _loss(network, batch, settings)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
            seen += 1
        network.eval()
        measured = after_pass(number, total / max(1, seen))
        if measured > best:
            best, best_weights = measured, copy.deepcopy(network.state_dict())
    network.load_state_dict(best_weights)
    network.eval()


def _batches(examples: Sequence[Example], size: int, shuffle: random.Random) -> Iterator[list[Example]]:
    """Yield shuffled batches of papers of like length, so that little is padding."""
    order = list(range(len(examples)))
    shuffle.shuffle(order)
    batches = []
    for start in range(0, len(order), size * 32):
        pool = sorted(order[start : start + size * 32], key=lambda i: len(examples[i].window.ids))
        batches += [pool[i : i + size] for i in range(0, len(pool), size)]
    shuffle.shuffle(batches)
    for batch in batches:
        yield [examples[i] for i in batch]


def _loss(network: Network, batch: Sequence[Example], settings: Settings) -> Tensor:
    hidden = network.encoder(**collate(batch))
    words = [h[torch.from_numpy(e.window.heads)] for h, e in zip(hidden, batch, strict=True)]
    logits = network.mentions(network.dropout(torch.cat(words)))
    loss: Tensor = nn.functional.cross_entropy(logits, torch.cat([e.tags for e in batch]))
    roles, role_labels, relations, relation_labels = [], [], [], []
    for tokens, example in zip(words, batch, strict=True):
        heads: dict[str, Any] = example.heads
        if len(heads["roles"]):
            roles.append(network.roles(tokens, heads))
            role_labels.append(heads["roles"])
        if len(heads["pairs"]):
            relations.append(network.relations(tokens, heads)[heads["allowed"]])
            relation_labels.append(heads["labels"][heads["allowed"]])
    if roles:
        loss = loss + settings.role_weight * nn.functional.cross_entropy(torch.cat(roles), torch.cat(role_labels))
    if relations:
        loss = loss + settings.relation_weight * nn.functional.binary_cross_entropy_with_logits(
            torch.cat(relations), torch.cat(relation_labels)
        )
    return loss
