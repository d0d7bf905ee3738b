"""Trained arrays of a component, and the little algebra that its head needs."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class Weights(dict[str, Floats]):
    """Named float32 arrays that spaCy can write to and read from a folder or bytes."""

    def to_bytes(self) -> bytes:
        """Return the arrays as an npz archive; the same arrays give the same bytes."""
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **{name: self[name] for name in sorted(self)})
        return buffer.getvalue()

    def from_bytes(self, data: bytes) -> None:
        """Replace the arrays by those of an npz archive."""
        self.clear()
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            self.update({name: archive[name] for name in archive.files})

    def linear(self, name: str, x: Floats) -> Floats:
        """Return `x @ weight.T + bias` of the layer called `name`."""
        out: Floats = x @ self[f"{name}.weight"].T + self[f"{name}.bias"]
        return out


def gelu(x: Floats) -> Floats:
    """Return the Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016)."""
    out: Floats = 0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * (x * x * x))))
    return out


def softmax(x: Floats) -> Floats:
    """Return the softmax over the last axis."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    out: Floats = e / e.sum(axis=-1, keepdims=True)
    return out


def sigmoid(x: Floats) -> Floats:
    """Return the logistic function, without overflow."""
    out: Floats = 0.5 * (1 + np.tanh(0.5 * x))
    return out


def span_means(tokens: Floats, spans: npt.NDArray[np.int64]) -> Floats:
    """Return (spans, width): the mean vector of the tokens of each (start, end) row, zeros where it is empty.

    For many and long spans; for few and short ones `_short_means` is quicker.
    """
    sums = np.zeros((len(tokens) + 1, tokens.shape[1]), dtype=np.float32)
    for before, vector, after in zip(sums[:-1], tokens, sums[1:], strict=True):
        np.add(before, vector, out=after)  # row by row: twice as fast as np.cumsum
    start, end = spans[:, 0], spans[:, 1]
    out: Floats = (sums[end] - sums[start]) / np.maximum(end - start, 1)[:, None].astype(np.float32)
    return out


def _short_means(tokens: Floats, spans: npt.NDArray[np.int64]) -> Floats:
    """Return what `span_means` does, but for the last bits, of spans that are not empty."""
    widths = spans[:, 1] - spans[:, 0]
    first = np.cumsum(widths) - widths
    rows = np.arange(widths.sum()) + np.repeat(spans[:, 0] - first, widths)
    means: Floats = np.add.reduceat(tokens[rows], first, axis=0)
    means /= widths[:, None].astype(np.float32)
    return means


def entity_vectors(weights: Weights, tokens: Floats, entities: list[list[tuple[int, int]]]) -> Floats:
    """Return (entities, size): the maximum over each entity's mentions of their projected vectors.

    A mention is its first token, its last and the mean of all, through the layer `spans.project`.
    """
    spans = np.asarray([s for group in entities for s in group], dtype=np.int64).reshape(-1, 2)
    x = np.concatenate([tokens[spans[:, 0]], tokens[spans[:, 1] - 1], _short_means(tokens, spans)], axis=1)
    vectors = gelu(weights.linear("spans.project", x))
    first = np.cumsum([0, *(len(group) for group in entities[:-1])])
    return np.maximum.reduceat(vectors, first, axis=0)
