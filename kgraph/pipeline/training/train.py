"""The training loop."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from kgraph.pipeline.mentions import all_spans
from kgraph.pipeline.training.config import Settings
from kgraph.pipeline.training.data import Example
from kgraph.pipeline.training.network import Network
from kgraph.pipeline.training.segments import segmentation_loss

T = TypeVar("T")


def train(
    network: Network,
    passes: Sequence[Sequence[Example]],
    settings: Settings,
    measure: Callable[[str], float],
) -> None:
    """Train in place, pass by pass over the examples of each, and leave the network with its best weights.

    These are those after one of the passes, or the mean of those after each (Izmailov et al. 2018). `measure(what)`
    tells how good the network is on held-out papers; higher is better, and training stops when `settings.patience`
    passes have brought nothing better. AdamW with linear warm-up and decay.
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
    schedule = warm_up_and_decay(optimizer, sum(math.ceil(len(x) / settings.batch) for x in passes), settings)
    best, best_pass, best_weights = -1.0, 0, copy.deepcopy(network.state_dict())
    sums = {name: torch.zeros_like(value) for name, value in best_weights.items()}
    number = 0
    for number, examples in enumerate(passes, 1):
        network.train()
        total, seen = 0.0, 0
        for batch in batches(examples, lambda e: len(e.window.ids), settings.batch, shuffle):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=settings.bfloat16):
                loss = _loss(network, batch, settings)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
            seen += 1
        network.eval()
        for name, value in network.state_dict().items():
            sums[name] += value
        if (measured := measure(f"pass {number}: loss {total / max(1, seen):.4f}")) > best:
            best, best_pass, best_weights = measured, number, copy.deepcopy(network.state_dict())
        if number - best_pass >= settings.patience:
            break
    if number > 1:
        network.load_state_dict({name: value / number for name, value in sums.items()})
        if measure("mean of the passes") > best:
            return
    network.load_state_dict(best_weights)
    network.eval()


def warm_up_and_decay(
    optimizer: torch.optim.Optimizer, steps: int, settings: Settings
) -> torch.optim.lr_scheduler.LambdaLR:
    """Return a schedule that raises the rates for `settings.warmup` of the steps and lowers them to zero then."""
    warm = max(1, int(steps * settings.warmup))
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: s / warm if s < warm else max(0.0, (steps - s) / max(1, steps - warm))
    )


def batches(items: Sequence[T], length: Callable[[T], int], size: int, shuffle: random.Random) -> Iterator[list[T]]:
    """Yield shuffled batches of papers of like length, so that little is padding."""
    order = list(items)
    shuffle.shuffle(order)
    out = []
    for start in range(0, len(order), size * 32):
        pool = sorted(order[start : start + size * 32], key=length)
        out += [pool[i : i + size] for i in range(0, len(pool), size)]
    shuffle.shuffle(out)
    yield from out


def _loss(network: Network, batch: Sequence[Example], settings: Settings) -> Tensor:
    words = network.words([e.window for e in batch])
    lengths = [len(w) for w in words]
    logits = network.mentions(network.dropout(torch.cat(words)))
    loss: Tensor = nn.functional.cross_entropy(logits.float(), torch.cat([e.tags for e in batch]))
    # Per word, as that of the tags: nearly all spans are no names, and a mean over spans would be next to nothing.
    judged = [network.spans(w, torch.from_numpy(all_spans(n))) for w, n in zip(words, lengths, strict=True)]
    spans = [e.spans for e in batch]
    missed = nn.functional.cross_entropy(torch.cat(judged).float(), torch.cat(spans), reduction="sum")
    loss = loss + settings.span_weight * missed / len(logits)
    loss = loss + settings.segmentation_weight * segmentation_loss(logits.split(lengths), judged, spans)
    found: dict[str, list[tuple[Tensor, Tensor]]] = {"roles": [], "relations": [], "aliases": []}
    for tokens, example in zip(words, batch, strict=True):
        heads: dict[str, Any] = example.heads
        if len(heads["spans"]):
            found["roles"].append((network.roles(tokens, heads), heads["roles"]))
        if len(heads["pairs"]):
            allowed = heads["allowed"]
            found["relations"].append((network.relations(tokens, heads)[allowed], heads["labels"][allowed]))
        if len(heads.get("name_pairs", ())):
            found["aliases"].append((network.aliases(tokens, heads), heads["aliases"]))
    entropy, binary = nn.functional.cross_entropy, nn.functional.binary_cross_entropy_with_logits
    for name, weight, measure in (
        ("roles", settings.role_weight, entropy),
        ("relations", settings.relation_weight, binary),
        ("aliases", settings.alias_weight, binary),
    ):
        if found[name]:
            logits, wanted = (torch.cat(part) for part in zip(*found[name], strict=True))
            loss = loss + weight * measure(logits.float(), wanted)
    return loss
