"""Whether scores mean what they say: of what scores about 0.9, nine in ten should be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kgraph.evaluate.counts import Scored

_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """What scores from `start` to below `end`; the last bin also holds what scores 1."""

    start: float
    end: float
    count: int
    mean_score: float
    share_right: float


def reliability(scored: Iterable[Scored]) -> list[Bin]:
    """Return the bins of a reliability table, each a tenth wide, from low to high without the empty ones."""
    members: dict[int, list[Scored]] = {}
    for score, right in scored:
        members.setdefault(min(int(score * _BINS), _BINS - 1), []).append((score, right))
    return [
        Bin(
            i / _BINS,
            (i + 1) / _BINS,
            len(items),
            sum(score for score, _ in items) / len(items),
            sum(right for _, right in items) / len(items),
        )
        for i, items in sorted(members.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: how far mean score and share right are apart, weighted by count.

    Without bins it is 0.
    """
    total = sum(b.count for b in bins)
    return sum(b.count * abs(b.mean_score - b.share_right) for b in bins) / total if total else 0.0
