"""Smoothing: int8 products lose less when all numbers of their inputs are of like size.

A few dimensions of the encoder's vectors are ten times as large as the others, which one scale for all would round
away. Each dimension is divided by a factor before the product, and its weights are multiplied by it (SmoothQuant, Xiao
et al. 2023).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from kgraph.pipeline.training.data import collate
from kgraph.pipeline.training.network import Encoder
from kgraph.pipeline.wordpieces import Window

#: The products of a layer whose inputs have such dimensions.
_PARTS = ("query_key_value", "wide", "narrow")
#: How much of the difference in size goes from the inputs to the weights, 0..1; measured, see the model card.
_STRENGTH = 0.8
_LEAST = 1e-4


class SmoothedLinear(nn.Module):
    """What `linear` computes, from inputs divided by `factors`."""

    def __init__(self, linear: nn.Linear, factors: Tensor) -> None:
        super().__init__()
        self.linear = copy.deepcopy(linear)
        self.linear.weight.data *= factors
        self.shrink = nn.Parameter(1 / factors)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.linear(x * self.shrink)
        return out


def smoothed(encoder: Encoder, windows: Sequence[Window]) -> Encoder:
    """Return an encoder that computes the same but for rounding, with factors by the inputs that `windows` give."""
    out = copy.deepcopy(encoder)
    out.eval()
    for (layer, part), largest in _largest_inputs(out, windows).items():
        linear: nn.Linear = getattr(out.layers[layer], part)
        weights = linear.weight.detach().abs().amax(0).clamp(min=_LEAST)
        factors = largest.clamp(min=_LEAST) ** _STRENGTH / weights ** (1 - _STRENGTH)
        setattr(out.layers[layer], part, SmoothedLinear(linear, factors / factors.log().mean().exp()))
    return out


def _largest_inputs(encoder: Encoder, windows: Sequence[Window]) -> dict[tuple[int, str], Tensor]:
    """Return the largest absolute value of each dimension that goes into each product, by layer and part."""
    largest: dict[tuple[int, str], Tensor] = {}

    def watch(name: tuple[int, str]) -> None:
        def note(_: nn.Module, inputs: tuple[Tensor]) -> None:
            seen = inputs[0].abs().amax((0, 1))
            largest[name] = torch.maximum(largest[name], seen) if name in largest else seen

        hooks.append(getattr(encoder.layers[name[0]], name[1]).register_forward_pre_hook(note))

    hooks: list[torch.utils.hooks.RemovableHandle] = []
    for layer in range(len(encoder.layers)):
        for part in _PARTS:
            watch((layer, part))
    with torch.no_grad():
        for window in windows:
            encoder(**collate([window]))
    for hook in hooks:
        hook.remove()
    return largest
