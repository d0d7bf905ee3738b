"""Masked-language training: the encoder learns the words of papers before it learns what to find in them.

BERT's task (Devlin et al. 2019) with whole words masked, which suits a task about names.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from kgraph.pipeline.training.config import Settings
from kgraph.pipeline.training.data import collate
from kgraph.pipeline.training.network import HIDDEN, Encoder
from kgraph.pipeline.training.train import batches, warm_up_and_decay
from kgraph.pipeline.wordpieces import Window

_MASKED = 0.2
_IGNORED = -100
_OTHERS = 2048


class MaskedWords(nn.Module):
    """The encoder with a head that says which pieces stand where some were masked, by the encoder's own vectors.

    The head chooses among the pieces of the batch and some others by chance: all would take half of the time.
    """

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.inner = nn.Linear(HIDDEN, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.bias = nn.Parameter(torch.zeros(encoder.words.num_embeddings))
        nn.init.eye_(self.inner.weight)
        nn.init.zeros_(self.inner.bias)

    def forward(self, batch: dict[str, Tensor], wanted: Tensor) -> Tensor:
        """Return the mean loss of the pieces of `wanted`, (batch, pieces), that are not `_IGNORED`."""
        asked = wanted != _IGNORED
        others = torch.randint(self.encoder.words.num_embeddings, (_OTHERS,))
        choices = torch.unique(torch.cat([batch["ids"].flatten(), wanted[asked], others]))
        rows = self.norm(nn.functional.gelu(self.inner(self.encoder(**batch)[asked])))
        logits = nn.functional.linear(rows, self.encoder.words(choices), self.bias[choices])
        return nn.functional.cross_entropy(logits.float(), torch.searchsorted(choices, wanted[asked]))


def pretrain(
    encoder: Encoder, windows: Sequence[Window], mask: int, settings: Settings, log: Callable[[str], None]
) -> None:
    """Train the encoder in place, for `settings.passes` over the windows; `mask` is the piece that hides others."""
    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)
    network = MaskedWords(encoder).eval()  # without dropout: each text is seen once or twice
    parameters = list(network.parameters())
    optimizer = torch.optim.AdamW(
        parameters, lr=settings.encoder_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    steps = settings.passes * math.ceil(len(windows) / settings.batch)
    schedule = warm_up_and_decay(optimizer, steps, settings)
    step, total, start = 0, 0.0, time.monotonic()
    for _ in range(settings.passes):
        for batch in batches(windows, lambda w: len(w.ids), settings.batch, chance):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=settings.bfloat16):
                loss = network(*masked(batch, mask, chance))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            schedule.step()
            step, total = step + 1, total + float(loss.detach())
            if step % 100 == 0 or step == steps:
                mean = total / (step % 100 or 100)
                log(f"masked words, step {step} of {steps}: loss {mean:.3f}, {time.monotonic() - start:.0f} s")
                total = 0.0


def masked(windows: Sequence[Window], mask: int, chance: random.Random) -> tuple[dict[str, Tensor], Tensor]:
    """Return a batch with some words masked, and the pieces wanted there, `_IGNORED` elsewhere.

    A fifth of the words, at least one a window; of these a tenth stays, and a tenth turns to pieces of other words.
    """
    batch = collate(windows)
    ids = batch["ids"]
    wanted = torch.full_like(ids, _IGNORED)
    for row, window in enumerate(windows):
        words = _words(window)
        for start, end in chance.sample(words, max(1, round(len(words) * _MASKED))) if words else ():
            wanted[row, start:end] = ids[row, start:end]
            how = chance.random()
            if how < 0.8:
                ids[row, start:end] = mask
            elif how < 0.9:
                other = windows[chance.randrange(len(windows))].ids
                for k in range(start, end):
                    ids[row, k] = int(other[chance.randrange(1, len(other) - 1)])
    return batch, wanted


def _words(window: Window) -> list[tuple[int, int]]:
    """Return the (start, end) of each word's pieces; the separator after a title is none of them."""
    separator, ends = window.ids[-1], [*window.heads[1:].tolist(), len(window.ids) - 1]
    found = zip(window.heads.tolist(), ends, strict=False)
    return [(start, end - int(window.ids[end - 1] == separator)) for start, end in found]
