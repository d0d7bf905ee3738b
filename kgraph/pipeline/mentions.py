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
from kgraph.pipeline.weights import softmax
from kgraph.vocabulary import EntityType

Floats = npt.NDArray[np.float32]

#: Tag 0 is "outside"; then, for each type, begin, inside, end, and a name of a single token.
TAGS = ("O", *(f"{part}-{type_}" for type_ in EntityType for part in "BIES"))


def _may_follow() -> npt.NDArray[np.bool_]:
    allowed = np.zeros((len(TAGS), len(TAGS)), dtype=bool)
    for i, left in enumerate(TAGS):
        for j, right in enumerate(TAGS):
            opened = left[0] in "BI"
            allowed[i, j] = (right[0] in "IE" and right[1:] == left[1:]) if opened else right[0] in "OBS"
    return allowed


_FORBIDDEN = np.where(_may_follow(), 0.0, -1e9).astype(np.float32)
_BAD_START = np.array([-1e9 if tag[0] in "IE" else 0.0 for tag in TAGS], dtype=np.float32)
_BAD_END = np.array([-1e9 if tag[0] in "BI" else 0.0 for tag in TAGS], dtype=np.float32)


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
    if not len(scores):
        return []
    back = np.zeros(scores.shape, dtype=np.int64)
    total = scores[0] + _BAD_START
    for i in range(1, len(scores)):
        paths = total[:, None] + _FORBIDDEN
        back[i] = paths.argmax(axis=0)
        total = paths.max(axis=0) + scores[i]
    tags = [int((total + _BAD_END).argmax())]
    for i in range(len(scores) - 1, 0, -1):
        tags.append(int(back[i, tags[-1]]))
    return tags[::-1]


#: A mention found by decoding: (start token, end token, type, score).
Found = tuple[int, int, str, float]


def decode(logits: Floats) -> list[Found]:
    """Return the mentions of the best sequence of tags; a score is the geometric mean of its tags' probabilities."""
    logs = np.log(np.maximum(softmax(logits), 1e-9))
    tags = best_tags(logs)
    return [
        (start, end, type_, float(np.exp(logs[range(start, end), tags[start:end]].mean())))
        for start, end, type_ in tag_spans(tags)
    ]


def repeat_names(found: Sequence[Found], words: Sequence[str]) -> list[Found]:
    """Return the mentions and, longest first, every further place where the words of one of them stand free.

    `words` are the texts of all tokens. A repeated mention has the highest score of its name.
    """
    taken = np.zeros(len(words), dtype=bool)
    names: dict[tuple[str, ...], tuple[str, float]] = {}
    for start, end, type_, score in found:
        taken[start:end] = True
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
            if not taken[start:end].any() and tuple(words[start:end]) == name:
                taken[start:end] = True
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
        spaces = [t.i for t in doc if t.is_space]
        logits[spaces, 1:] = -1e9
        set_mentions(doc, repeat_names(decode(logits), [t.text for t in doc]))


@Language.factory("kgraph_mentions", requires=["doc.tensor"], assigns=["doc.spans"])
def create_mentions(nlp: Language, name: str) -> Mentions:
    """Return a tagger without weights; spaCy loads them from the pipeline's folder."""
    return Mentions()
