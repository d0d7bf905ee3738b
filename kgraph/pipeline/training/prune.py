"""A narrower encoder from a full one: the attention heads and inner neurons that add most to its vectors.

What a head or a neuron adds is measured on texts, without labels: the mean square of its values times the weights that
carry them on. Width is pruned rather than depth, as it costs less after further training (Muralidharan et al. 2024).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from kgraph.pipeline.training.data import collate
from kgraph.pipeline.training.network import HEAD_WIDTH, Encoder, EncoderLayer
from kgraph.pipeline.wordpieces import Window

_BATCH = 16


def pruned(encoder: Encoder, windows: Sequence[Window], into: Encoder) -> Encoder:
    """Copy into the narrower encoder `into` what matters most of `encoder` on the windows, and return it."""
    heads, neurons = _importance(encoder, windows)
    for name in ("words", "positions", "fields", "cases", "norm"):
        getattr(into, name).load_state_dict(getattr(encoder, name).state_dict())
    with torch.no_grad():
        for k, (old, new) in enumerate(zip(encoder.layers, into.layers, strict=True)):
            assert isinstance(old, EncoderLayer)
            assert isinstance(new, EncoderLayer)
            _copy(old, new, heads[k], neurons[k])
    return into


def _importance(encoder: Encoder, windows: Sequence[Window]) -> tuple[list[Tensor], list[Tensor]]:
    """Return for each layer what each head and each inner neuron adds, summed over all pieces."""
    layers = [layer for layer in encoder.layers if isinstance(layer, EncoderLayer)]
    heads = [torch.zeros(layer.attended.in_features // HEAD_WIDTH) for layer in layers]
    neurons = [torch.zeros(layer.narrow.in_features) for layer in layers]

    encoder.eval()
    hooks = []
    pieces = torch.zeros(0, dtype=torch.bool)

    def watch(k: int, layer: EncoderLayer) -> None:
        def attended(_: object, inputs: tuple[Tensor]) -> None:
            values = inputs[0][pieces].reshape(-1, len(heads[k]), HEAD_WIDTH).transpose(0, 1)
            weights = layer.attended.weight.reshape(-1, len(heads[k]), HEAD_WIDTH).permute(1, 2, 0)
            heads[k] += (values @ (weights @ weights.transpose(1, 2)) * values).sum((1, 2))

        def narrow(_: object, inputs: tuple[Tensor]) -> None:
            neurons[k] += inputs[0][pieces].square().sum(0) * layer.narrow.weight.square().sum(0)

        hooks.append(layer.attended.register_forward_pre_hook(attended))
        hooks.append(layer.narrow.register_forward_pre_hook(narrow))

    for k, layer in enumerate(layers):
        watch(k, layer)
    with torch.no_grad():
        for start in range(0, len(windows), _BATCH):
            batch = collate(windows[start : start + _BATCH])
            pieces = batch["mask"].squeeze((1, 2))
            encoder(**batch)
    for hook in hooks:
        hook.remove()
    return heads, neurons


def _copy(old: EncoderLayer, new: EncoderLayer, heads: Tensor, neurons: Tensor) -> None:
    kept = heads.topk(new.attended.in_features // HEAD_WIDTH).indices.sort().values
    columns = (kept[:, None] * HEAD_WIDTH + torch.arange(HEAD_WIDTH)).flatten()
    rows = torch.cat([columns + part * old.attended.in_features for part in range(3)])
    new.query_key_value.weight.copy_(old.query_key_value.weight[rows])
    new.query_key_value.bias.copy_(old.query_key_value.bias[rows])
    new.attended.weight.copy_(old.attended.weight[:, columns])
    new.attended.bias.copy_(old.attended.bias)
    inner = neurons.topk(new.narrow.in_features).indices.sort().values
    new.wide.weight.copy_(old.wide.weight[inner])
    new.wide.bias.copy_(old.wide.bias[inner])
    new.narrow.weight.copy_(old.narrow.weight[:, inner])
    new.narrow.bias.copy_(old.narrow.bias)
    new.norm1.load_state_dict(old.norm1.state_dict())
    new.norm2.load_state_dict(old.norm2.state_dict())
