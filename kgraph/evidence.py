"""Which sentences of a paper say that two of its entities are related, or that it names one."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import product
from operator import itemgetter

from kgraph.acronyms import defines
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
    runs = []
    for position, field in enumerate(FIELDS):
        heads, tails = ({sentences.around(m) for m in e.mentions if m.field == field} for e in (head, tail))
        for one, two in product(heads, tails):
            first, last = min(one[0], two[0]), max(one[1], two[1])
            runs.append((last - first, -position, first, last))
    if runs:
        _, position, first, last = min(runs)
        return (sentences.span(FIELDS[-position], first, last),)
    spans = {entity_sentence(sentences, head), entity_sentence(sentences, tail)}
    return tuple(sorted(spans, key=lambda s: (FIELDS.index(s.field), s.start)))


def entity_sentence(sentences: Sentences, entity: Entity) -> Span:
    """Return the sentence that names the entity first in the abstract, else in the title."""
    mention = next((m for m in entity.mentions if m.field == "abstract"), entity.mentions[0])
    return sentences.span(mention.field, *sentences.around(mention))


def name_sentence(sentences: Sentences, entity: Entity, name: str) -> Span:
    """Return the sentence that has the name first; of an acronym that the paper defines, the one that defines it."""
    mentions = [m for m in entity.mentions if m.text == name] or list(entity.mentions)
    long = tuple(m for m in entity.mentions if any(defines(m.text, short.text) for short in mentions))
    if long:
        spans = relation_evidence(sentences, replace(entity, mentions=tuple(mentions)), replace(entity, mentions=long))
        if len(spans) == 1:  # else one stands in the title alone and one in the abstract
            return spans[0]
    return sentences.span(mentions[0].field, *sentences.around(mentions[0]))
