"""Component `kgraph_mentions`: the names of methods, tasks, datasets and metrics in the text.

A linear layer scores the tags of each token; Viterbi decoding finds the best sequence that is well
formed; then each name found once is marked wherever it stands again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc

from kgraph.pipeline.annotations import get_vectors, set_mentions
from kgraph.pipeline.component import Head
from kgraph.pipeline.layout import token_texts
from kgraph.pipeline.weights import softmax
from kgraph.vocabulary import EntityType

Floats = npt.NDArray[np.float32]

#: Tag 0 is "outside"; then, for each type, begin, inside, end, and a name of a single token.
TAGS = ("O", *(f"{part}-{type_}" for type_ in EntityType for part in "BIES"))

#: Between two tokens the text is outside of all names (state 0) or inside one: a state for each type.
_STATES = ("", *EntityType)
#: The state that each tag needs before it, and the tags that leave each state behind them.
_BEFORE = np.array([_STATES.index(tag[2:] if tag[0] in "IE" else "") for tag in TAGS])
_LEADING_TO = [[i for i, tag in enumerate(TAGS) if (tag[2:] if tag[0] in "BI" else "") == s] for s in _STATES]
#: These tags in one array, and where in it those of each state begin.
_LEADING = np.concatenate(_LEADING_TO)
_FIRST_LEADING = np.cumsum([0, *(len(tags) for tags in _LEADING_TO[:-1])])
#: The sums before the first token: a text begins outside.
_START = np.array([-np.inf if state else 0 for state in _STATES], dtype=np.float32)


def tag_spans(tags: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """Yield the (start, end, type) that a well-formed sequence of tags marks, in order."""
    start = 0
    for i, tag in enumerate(tags):
        name = TAGS[tag]
        if name[0] in "BS":
            start = i
        if name[0] in "ES":
            yield start, i + 1, name[2:]


def best_tags(scores: Floats) -> list[int]:
    """Return the well-formed sequence of tags with the highest sum of scores (tokens, TAGS).

    Viterbi (1967); of sequences with the same sum the one with the lowest tag at the last difference.
    """
    best = _START  # by state, the highest sum that leads to it
    sums = []  # for each token, by its tag, the highest sum that ends in it
    for row in scores:
        sums.append(best[_BEFORE] + row)
        best = np.maximum.reduceat(sums[-1][_LEADING], _FIRST_LEADING)
    tags: list[int] = []
    state = 0
    for totals in reversed(np.asarray(sums).tolist()):
        tags.append(max(_LEADING_TO[state], key=totals.__getitem__))
        state = int(_BEFORE[tags[-1]])
    return tags[::-1]


#: A mention found by decoding: (start token, end token, type, score).
Found = tuple[int, int, str, float]


def decode(logits: Floats) -> list[Found]:
    """Return the mentions of the best sequence of tags; a score is the geometric mean of its tags' probabilities."""
    logs = np.log(np.maximum(softmax(logits), 1e-9))
    tags = best_tags(logs)
    chosen = logs[range(len(tags)), tags]
    return [(start, end, type_, float(np.exp(chosen[start:end].mean()))) for start, end, type_ in tag_spans(tags)]


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
        logits = self.weights.linear("mentions", vectors)
        logits[doc.to_array("IS_SPACE") == 1, 1:] = -1e9
        found = repeat_names(decode(logits), token_texts(doc))
        scores = self.calibrated([score for *_, score in found])
        set_mentions(doc, [(*found[i][:3], score) for i, score in enumerate(scores)])


@Language.factory("kgraph_mentions", requires=["doc.tensor"], assigns=["doc.spans"])
def create_mentions(nlp: Language, name: str) -> Mentions:
    """Return a tagger without weights; spaCy loads them from the pipeline's folder."""
    return Mentions()
