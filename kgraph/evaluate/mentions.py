"""What became of each mention: right, or which kind of error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from enum import StrEnum
from typing import NamedTuple

Place = tuple[str, str, int, int]
"""Where a mention stands, and its type: type, field, start, end."""


class Kind(StrEnum):
    """How a predicted mention stands to the annotated ones, or that nothing predicted touches an annotated one."""

    RIGHT = "right"
    WRONG_TYPE = "wrong_type"
    SHORTER = "shorter"
    LONGER = "longer"
    OVERLAPPING = "overlapping"
    SPURIOUS = "spurious"
    MISSED = "missed"


NOTHING = ("", "")


class Outcome(NamedTuple):
    """What became of one mention: the type and the text on each side, NOTHING where a side has none."""

    kind: Kind
    predicted: tuple[str, str]
    annotated: tuple[str, str]


def outcomes(annotated: Set[Place], predicted: Set[Place], texts: Mapping[str, str]) -> list[Outcome]:
    """Return one outcome for each predicted mention, and one for each annotated one that nothing predicted touches.

    A predicted mention is held against the annotated one with which it shares most characters. Only a
    mention in the very same place can have the wrong type; the other kinds tell of the place alone.
    `texts` are those of the paper, by field.
    """

    def named(place: Place) -> tuple[str, str]:
        type_, field, start, end = place
        return type_, texts[field][start:end]

    found = []
    for place in sorted(predicted):
        near = _nearest(place, annotated)
        found.append(Outcome(_kind(place, near), named(place), named(near) if near else NOTHING))
    for place in sorted(annotated):
        if not any(_in_common(place, other) for other in predicted):
            found.append(Outcome(Kind.MISSED, NOTHING, named(place)))
    return found


def _in_common(a: Place, b: Place) -> int:
    """Return the number of characters that both cover."""
    return max(0, min(a[3], b[3]) - max(a[2], b[2])) if a[1] == b[1] else 0


def _nearest(place: Place, others: Iterable[Place]) -> Place | None:
    touching = sorted(other for other in others if _in_common(place, other))
    return max(touching, key=lambda other: (_in_common(place, other), other[0] == place[0]), default=None)


def _kind(predicted: Place, annotated: Place | None) -> Kind:
    if annotated is None:
        return Kind.SPURIOUS
    if predicted[1:] == annotated[1:]:
        return Kind.RIGHT if predicted[0] == annotated[0] else Kind.WRONG_TYPE
    if annotated[2] <= predicted[2] and predicted[3] <= annotated[3]:
        return Kind.SHORTER
    if predicted[2] <= annotated[2] and annotated[3] <= predicted[3]:
        return Kind.LONGER
    return Kind.OVERLAPPING
