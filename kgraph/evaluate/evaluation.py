"""The evaluation of extractions against annotated papers, and its figures as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kgraph.annotated import AnnotatedPaper
from kgraph.evaluate.counts import ROWS, PaperCounts, Row, Tally, count_paper
from kgraph.evaluate.intervals import Interval, f1_intervals
from kgraph.evaluate.mentions import Kind, Outcome
from kgraph.evaluate.reliability import Bin, calibration_error, reliability
from kgraph.model import Extraction


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The counts of each annotated paper, in order, and how many of the papers had no extraction."""

    papers: Sequence[PaperCounts]
    not_extracted: int = 0

    def tallies(self) -> dict[Row, Tally]:
        """Return the counts of all papers together, by row in the order of the report."""
        types = sorted({row for paper in self.papers for row in paper.tallies} - set(ROWS))
        return {row: _sum(paper.tallies.get(row, Tally()) for paper in self.papers) for row in (*ROWS, *types)}

    @property
    def relation_by_type(self) -> dict[str, Tally]:
        """The counts of each type of relation that occurs."""
        return {name: tally for (figure, name), tally in self.tallies().items() if figure == "relation_by_type"}

    def intervals(self) -> dict[Row, Interval | None]:
        """Return the 95% interval of the F1 of each row, None where there is nothing to count."""
        return f1_intervals([paper.tallies for paper in self.papers], list(self.tallies()))

    def reliability(self) -> dict[str, list[Bin]]:
        """Return the reliability tables of the scores of mentions and of relations."""
        return {
            name: reliability(item for paper in self.papers for item in paper.scores[name])
            for name in ("mention", "relation")
        }

    def kinds(self) -> dict[Kind, int]:
        """Return how many mentions there are of each kind, in the order of the kinds."""
        counts = Counter(outcome.kind for paper in self.papers for outcome in paper.mentions)
        return {kind: counts[kind] for kind in Kind}

    def confusions(self) -> list[tuple[str, str, int]]:
        """Return annotated type, predicted type and count of mentions with the wrong type, most frequent first."""
        counts = Counter(
            (outcome.annotated[0], outcome.predicted[0])
            for paper in self.papers
            for outcome in paper.mentions
            if outcome.kind == Kind.WRONG_TYPE
        )
        return [(*types, count) for types, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]

    def errors(self) -> list[tuple[Outcome, int, int]]:
        """Return the different errors of mentions, with their count and in how many papers, most frequent first."""
        counts: Counter[Outcome] = Counter()
        spread: Counter[Outcome] = Counter()
        for paper in self.papers:
            wrong = [outcome for outcome in paper.mentions if outcome.kind != Kind.RIGHT]
            counts.update(wrong)
            spread.update(set(wrong))
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [(outcome, count, spread[outcome]) for outcome, count in ordered]

    def figures(self) -> dict[str, Any]:
        """Return all figures as plain data, each in 0..1, to four digits."""
        tallies = self.tallies()
        values = {row: tally.figures() for row, tally in tallies.items()}
        return {"records": len(self.papers), **_nested(values | {("role", ""): values["role", ""]["p"]})}

    def details(self) -> dict[str, Any]:
        """Return as plain data what the figures leave out: intervals, reliability tables, kinds of error."""
        return {
            "interval": _nested(self.intervals()),
            "reliability": {
                name: {
                    "calibration_error": round(calibration_error(bins), 4),
                    "bins": [{key: round(value, 4) for key, value in asdict(b).items()} for b in bins],
                }
                for name, bins in self.reliability().items()
            },
            "error_kinds": {
                "counts": {str(kind): count for kind, count in self.kinds().items()},
                "confusions": [{"annotated": a, "predicted": p, "count": count} for a, p, count in self.confusions()],
            },
        }


def evaluate(gold: Iterable[AnnotatedPaper], predicted: Mapping[str, Extraction]) -> Evaluation:
    """Return how the extractions, by paper id, agree with the annotated papers; a missing one found nothing."""
    papers = list(gold)
    return Evaluation(
        [count_paper(paper, predicted.get(paper.id)) for paper in papers],
        sum(paper.id not in predicted for paper in papers),
    )


def _sum(tallies: Iterable[Tally]) -> Tally:
    return Tally(*(sum(counts) for counts in zip(*tallies, strict=True)))


def _nested(values: Mapping[Row, Any]) -> dict[str, Any]:
    """Return values by row as the JSON has them: those of a figure that is split stand below its name."""
    nested: dict[str, Any] = {}
    for (figure, name), value in values.items():
        if name:
            nested.setdefault(figure, {})[name] = value
        else:
            nested[figure] = value
    nested.setdefault("relation_by_type", {})
    return nested
