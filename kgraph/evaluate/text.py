"""The evaluation as a text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kgraph.evaluate.evaluation import Evaluation
from kgraph.evaluate.intervals import RESAMPLES, Interval
from kgraph.evaluate.mentions import NOTHING, Kind, Outcome
from kgraph.evaluate.reliability import Bin, calibration_error
from kgraph.readers.report import quote

_KINDS = {
    Kind.RIGHT: "right",
    Kind.WRONG_TYPE: "right span, wrong type",
    Kind.SHORTER: "shorter than annotated",
    Kind.LONGER: "longer than annotated",
    Kind.OVERLAPPING: "overlapping otherwise",
    Kind.SPURIOUS: "spurious: touches nothing annotated",
    Kind.MISSED: "missed: touched by nothing predicted",
}
_IN_SHORT = {kind: words.split(":")[0].removeprefix("right span, ") for kind, words in _KINDS.items()}
_CONFUSIONS = 6


def report(evaluation: Evaluation, errors: int = 0) -> str:
    """Return the figures, the reliability of the scores and the kinds of error, with the `errors` most frequent."""
    lines = [*_figures(evaluation)]
    for name, bins in evaluation.reliability().items():
        lines += ["", *_reliability(name, bins)]
    lines += ["", *_kinds(evaluation)]
    if errors:
        lines += ["", *_errors(evaluation, errors)]
    return "\n".join(lines) + "\n"


def _figures(evaluation: Evaluation) -> Iterator[str]:
    records = f"{len(evaluation.papers)} records"
    if evaluation.not_extracted:
        records += f", {evaluation.not_extracted} of them without an extraction"
    yield records
    tallies, intervals = evaluation.tallies(), evaluation.intervals()
    for row, tally in tallies.items():
        figure, name = row
        if figure == "role":
            continue
        label = {"mention": f"mention {name}", "relation_by_type": f"  {name}"}.get(figure, figure)
        values = tally.figures()
        yield (
            f"  {label:18s} P {values['p']:.3f} R {values['r']:.3f} F1 {values['f1']:.3f}"
            f" {_brackets(intervals[row])}  ({values['gold']} annotated)"
        )
    role = "role", ""
    values = tallies[role].figures()
    yield f"  {'role agreement':34s} {values['p']:.3f} {_brackets(intervals[role])}  ({values['gold']} matched)"
    yield f"  in brackets: 95% intervals of F1, from {RESAMPLES:,} resamples of the records"


def _brackets(interval: Interval | None) -> str:
    return f"[{interval[0]:.3f}, {interval[1]:.3f}]" if interval else f"{'-':14s}"


def _reliability(name: str, bins: Sequence[Bin]) -> Iterator[str]:
    yield f"scores of {name}s: expected calibration error {calibration_error(bins):.3f}"
    yield "  score       predicted   mean score  share right"
    for b in bins:
        yield f"  {b.start:.1f} to {b.end:.1f} {b.count:11d} {b.mean_score:12.3f} {b.share_right:12.3f}"


def _kinds(evaluation: Evaluation) -> Iterator[str]:
    counts = evaluation.kinds()
    annotated = evaluation.tallies()["mention", "all"].figures()["gold"]
    predicted = sum(counts.values()) - counts[Kind.MISSED]
    yield f"kinds of error in mentions: {predicted} predicted, {annotated} annotated"
    for kind, count in counts.items():
        total, name = (annotated, "annotated") if kind == Kind.MISSED else (predicted, "predicted")
        yield f"  {_KINDS[kind]:36s} {count:6d} {100 * count / max(total, 1):6.1f} % of {name}"
    confusions = evaluation.confusions()[:_CONFUSIONS]
    if confusions:
        yield ""
        yield "wrong types, annotated -> predicted"
        yield from (f"  {f'{annotated} -> {predicted}':36s} {count:6d}" for annotated, predicted, count in confusions)


def _errors(evaluation: Evaluation, number: int) -> Iterator[str]:
    yield "most frequent errors of mentions"
    yield "  count  records  kind"
    for outcome, count, papers in evaluation.errors()[:number]:
        yield f"  {count:5d}  {papers:7d}  {_IN_SHORT[outcome.kind]:22s}  {_sides(outcome)}"


def _sides(outcome: Outcome) -> str:
    """Return what was predicted and, after "for", what is annotated there."""
    sides = [side for side in (outcome.predicted, outcome.annotated) if side != NOTHING]
    return " for ".join(f"{type_} {quote(text)}" for type_, text in sides)
