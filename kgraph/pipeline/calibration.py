"""Scores that mean what they say: of what scores 0.9, about nine in ten should be right (Platt 1999)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_LIMIT = 1e-6


def _logit(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    clipped = np.clip(p, _LIMIT, 1 - _LIMIT)
    out: npt.NDArray[np.float64] = np.log(clipped / (1 - clipped))
    return out


def calibrate(scores: npt.ArrayLike, parameters: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the scores, 0..1, after slope and shift (the two `parameters`) of their log odds; order is kept."""
    slope, shift = np.asarray(parameters, dtype=np.float64)
    out: npt.NDArray[np.float64] = 1 / (1 + np.exp(-(slope * _logit(np.asarray(scores, dtype=np.float64)) + shift)))
    return out


def fit_calibration(scores: npt.ArrayLike, right: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return the slope and shift that make what is right likeliest, with a slight pull to 1 and 0.

    Newton's method, whose step is halved until it makes things better.
    """
    x = _logit(np.asarray(scores, dtype=np.float64))
    y = np.asarray(right, dtype=np.float64)
    design = np.stack([x, np.ones_like(x)], axis=1)
    start = np.array([1.0, 0.0])

    def loss(parameters: npt.NDArray[np.float64]) -> float:
        z = design @ parameters
        return float((np.logaddexp(0, z) - y * z).sum() + ((parameters - start) ** 2).sum() / 2)

    parameters = start
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ parameters, -30, 30)))
        gradient = design.T @ (p - y) + (parameters - start)
        hessian = (design * (p * (1 - p))[:, None]).T @ design + np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        while loss(parameters - step) > loss(parameters) and np.abs(step).max() > 1e-9:
            step = step / 2
        parameters = parameters - step
    # A slope of nothing or less would turn the order of the scores around.
    return np.array([max(parameters[0], 0.01), parameters[1]], dtype=np.float32)
