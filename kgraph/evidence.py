"""Which sentences of a paper say that two of its entities are related, or that it names one."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from operator import itemgetter

from kgraph.model import Entity, Mention, Paper, Span
from kgraph.sentences import sentence_spans
from kgraph.vocabulary import FIELDS


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentence spans of both fields of one paper."""

    spans: dict[str, list[tuple[int, int]]]

    @classmethod
    def of(cls, paper: Paper) -> Sentences:
        """Return the sentences of the paper's title and abstract."""
        return cls({field: sentence_spans(getattr(paper, field)) for field in FIELDS})

    def around(self, mention: Mention) -> tuple[int, int]:
        """Return the positions (first, last) of the sentences of its field that the mention touches."""
        spans, start = self.spans[mention.field], itemgetter(0)
        first = max(0, bisect_right(spans, mention.start, key=start) - 1)
        return first, max(first, bisect_right(spans, mention.end - 1, key=start) - 1)

    def span(self, field: str, first: int, last: int) -> Span:
        """Return the run of sentences `first..last`, both included."""
        return Span(field, self.spans[field][first][0], self.spans[field][last][1])


def relation_evidence(sentences: Sentences, head: Entity, tail: Entity) -> tuple[Span, ...]:
    """Return the shortest run of whole sentences that holds a mention of each entity.

    Of runs of as many sentences, one of the abstract comes before one of the title (which says
    less), then the earliest. Where the two share no field, one sentence for each, in reading order.
    """
    best: tuple[int, int, int, Span] | None = None
    for a in head.mentions:
        for b in tail.mentions:
            if a.field == b.field:
                one, two = sentences.around(a), sentences.around(b)
                first, last = min(one[0], two[0]), max(one[1], two[1])
                candidate = (last - first, -FIELDS.index(a.field), first, sentences.span(a.field, first, last))
                best = candidate if best is None else min(best, candidate)
    if best is not None:
        return (best[3],)
    spans = {entity_sentence(sentences, head), entity_sentence(sentences, tail)}
    return tuple(sorted(spans, key=lambda s: (FIELDS.index(s.field), s.start)))


def entity_sentence(sentences: Sentences, entity: Entity) -> Span:
    """Return the sentence that names the entity first in the abstract, else in the title."""
    mention = next((m for m in entity.mentions if m.field == "abstract"), entity.mentions[0])
    return sentences.span(mention.field, *sentences.around(mention))
