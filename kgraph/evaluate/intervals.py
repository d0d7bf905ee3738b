"""How far figures would move with other papers of the same kind: bootstrap intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kgraph.evaluate.counts import Row, Tally

RESAMPLES = 1000
_SEED = 0

Interval = tuple[float, float]


def f1_intervals(papers: Sequence[Mapping[Row, Tally]], rows: Sequence[Row]) -> dict[Row, Interval | None]:
    """Return the 95% percentile interval of each row's F1, to four digits, from resamples of the papers.

    A resample takes as many papers as there are, with replacement. One that holds nothing of a row
    says nothing of it and is left out; a row that no paper has anything of has no interval. The same
    papers in the same order always give the same intervals.
    """
    import numpy as np

    if not papers:
        return dict.fromkeys(rows)
    counts = np.array([[paper.get(row, Tally()) for row in rows] for paper in papers])
    # How often each paper is drawn: to sum a resample is then to multiply by these numbers.
    drawn = np.random.default_rng(_SEED).multinomial(len(papers), [1 / len(papers)] * len(papers), RESAMPLES)
    sums = np.tensordot(drawn, counts, axes=1)  # resamples, rows, (right, wrong, missed)
    found: dict[Row, Interval | None] = {}
    for i, row in enumerate(rows):
        right, wrong, missed = sums[:, i].T
        items = 2 * right + wrong + missed
        if not items.any():
            found[row] = None
            continue
        low, high = np.percentile(2 * right[items > 0] / items[items > 0], [2.5, 97.5])
        found[row] = (round(float(low), 4), round(float(high), 4))
    return found
