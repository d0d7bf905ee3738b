"""Component `kgraph_mentions`: the names of methods, tasks, datasets and metrics in the text.

Two heads judge every short span of words: a tagger, by the tags that the span would need, and a head that sees the
span as a whole. The spans of the highest sum that do not overlap are the mentions; then each name found once is marked
wherever it stands again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc

from kgraph.pipeline.annotations import get_vectors, set_mentions
from kgraph.pipeline.component import Head
from kgraph.pipeline.features import TYPES
from kgraph.pipeline.layout import in_urls, token_texts
from kgraph.pipeline.weights import Weights, gelu, sigmoid, span_means
from kgraph.vocabulary import EntityType

Floats = npt.NDArray[np.float32]
Spans = npt.NDArray[np.int64]

#: Tag 0 is "outside"; then, for each type, begin, inside, end, and a name of a single token.
TAGS = ("O", *(f"{part}-{type_}" for type_ in EntityType for part in "BIES"))
#: The tags of each part, in the order of TYPES.
TAG_PARTS = {part: [TAGS.index(f"{part}-{type_}") for type_ in TYPES] for part in "BIES"}

#: The most words of a mention: one in a thousand annotated ones has more.
WIDEST = 10
#: How much the tags and the judge of a span count, and a constant; a trained pipeline has its own.
MIXING = (0.25, 0.75, -0.2)
#: Spans whose tags have lower log odds than this are not looked at.
_FLOOR = -2.0


def tag_spans(tags: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """Yield the (start, end, type) that a well-formed sequence of tags marks, in order."""
    start = 0
    for i, tag in enumerate(tags):
        name = TAGS[tag]
        if name[0] in "BS":
            start = i
        if name[0] in "ES":
            yield start, i + 1, name[2:]


def all_spans(words: int) -> Spans:
    """Return the (start, end) of all spans of at most WIDEST among so many words, by width, then by start."""
    widths = range(1, min(WIDEST, words) + 1)
    starts = np.concatenate([np.arange(words - width + 1) for width in widths] or [np.arange(0)])
    return np.stack([starts, starts + np.repeat(widths, [words - width + 1 for width in widths])], axis=1)


def tag_odds(logits: Floats) -> Floats:
    """Return (spans, types), in the order of `all_spans`: the log odds of a span's tags against being outside.

    `logits` are the tagger's, (words, TAGS).
    """
    relative = logits - logits[:, :1]
    begin, inside, end, single = (relative[:, TAG_PARTS[part]] for part in "BIES")
    odds = [single]
    running = begin  # of the begin tag and the inside tags of the spans from each word
    for width in range(2, min(WIDEST, len(logits)) + 1):
        running = running[: len(logits) - width + 1]
        odds.append(running + end[width - 1 :])
        running = running + inside[width - 1 :]
    return np.concatenate(odds)


def heaviest(spans: Spans, weights: npt.NDArray[np.float64]) -> list[int]:
    """Return the positions, in the order of the text, of those spans that do not overlap and weigh most together.

    Spans of no weight are not taken; of equals those that end first.
    """
    # best[e]: the highest sum of spans that end by word e; last[e]: the span of it that ends there, or -1.
    best, last = [0.0], [-1]
    starts, weight = spans[:, 0].tolist(), weights.tolist()
    ending: dict[int, list[int]] = defaultdict(list)
    for i in np.flatnonzero(weights > 0).tolist():
        ending[int(spans[i, 1])].append(i)
    for end in range(1, max(ending, default=0) + 1):
        total, taken = best[-1], -1
        for i in ending.get(end, ()):
            if (with_it := best[starts[i]] + weight[i]) > total:
                total, taken = with_it, i
        best.append(total)
        last.append(taken)
    chosen: list[int] = []
    end = len(best) - 1
    while end > 0:
        if last[end] < 0:
            end -= 1
        else:
            chosen.append(last[end])
            end = starts[last[end]]
    return chosen[::-1]


#: A mention found by decoding: (start token, end token, type, score).
Found = tuple[int, int, str, float]
#: From spans to logits, (spans, 1 + types): of being no name, and a name of each type.
Judge = Callable[[Spans], Floats]


def decode(logits: Floats, judge: Judge, mixing: Sequence[float]) -> list[Found]:
    """Return the mentions of the highest sum of weights; words for tokens.

    A span weighs as much as `mixing` says: so many times the log odds of its tags, so many times those of the judge,
    and a constant.
    """
    by_tags, by_judge, constant = mixing
    spans, odds = all_spans(len(logits)), tag_odds(logits)
    likely = odds.max(axis=1, initial=-np.inf) > _FLOOR
    spans, odds = spans[likely], odds[likely]
    if not len(spans):
        return []
    judged = judge(spans)
    weights = (by_tags * odds + by_judge * (judged[:, 1:] - judged[:, :1]) + constant).astype(np.float64)
    types, weight = weights.argmax(axis=1), weights.max(axis=1)
    scores = sigmoid(weight)
    return [
        (int(spans[i, 0]), int(spans[i, 1]), str(TYPES[types[i]]), float(scores[i])) for i in heaviest(spans, weight)
    ]


def judge_spans(weights: Weights, words: Floats, spans: Spans) -> Floats:
    """Return the logits of spans: their first word, last word, mean, the words beside them, and their width."""
    padded = np.pad(words, ((1, 1), (0, 0)))
    start, end = spans.T
    x = np.concatenate([words[start], words[end - 1], span_means(words, spans), padded[start], padded[end + 1]], axis=1)
    return weights.linear("spans.outer", gelu(weights.linear("spans.inner", x) + weights["spans.width"][end - start]))


def repeat_names(found: Sequence[Found], words: Sequence[str]) -> list[Found]:
    """Return the mentions and, longest first, every further place where the words of one of them stand free.

    `words` are the texts of all tokens. A repeated mention has the highest score of its name.
    """
    taken = bytearray(len(words))
    names: dict[tuple[str, ...], tuple[str, float]] = {}
    for start, end, type_, score in found:
        taken[start:end] = b"\1" * (end - start)
        name = tuple(words[start:end])
        if name not in names or names[name][1] < score:
            names[name] = (type_, score)
    places: dict[str, list[int]] = defaultdict(list)
    for i, word in enumerate(words):
        places[word].append(i)
    out = list(found)
    for name in sorted(names, key=lambda n: (-len(n), n)):
        type_, score = names[name]
        for start in places[name[0]]:
            end = start + len(name)
            if not any(taken[start:end]) and tuple(words[start:end]) == name:
                taken[start:end] = b"\1" * (end - start)
                out.append((start, end, type_, score))
    return sorted(out)


class Mentions(Head):
    """Writes `doc.spans["mentions"]`."""

    def annotate(self, doc: Doc) -> None:
        """Find the mentions."""
        vectors = get_vectors(doc)
        if not vectors.shape[1]:
            set_mentions(doc, [])
            return
        tokens = np.flatnonzero(doc.to_array("IS_SPACE") == 0)
        words = vectors[tokens]
        logits = self.weights.linear("mentions", words)
        # What stands in a web address alone is no name: "sesr" of a repository's; a name of the text is, there too.
        logits[in_urls(doc)[tokens], 1:] = -np.inf
        mixing = self.weights["mixing"].tolist()
        decoded = decode(logits, lambda spans: judge_spans(self.weights, words, spans), mixing)
        in_tokens = [(int(tokens[m[0]]), int(tokens[m[1] - 1]) + 1, *m[2:]) for m in decoded]
        found = repeat_names(in_tokens, token_texts(doc))
        scores = self.calibrated([score for *_, score in found])
        set_mentions(doc, [(*found[i][:3], score) for i, score in enumerate(scores)])


@Language.factory("kgraph_mentions", requires=["doc.tensor"], assigns=["doc.spans"])
def create_mentions(nlp: Language, name: str) -> Mentions:
    """Return a tagger without weights; spaCy loads them from the pipeline's folder."""
    return Mentions()
