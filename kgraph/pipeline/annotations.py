"""What the pipeline writes on a Doc, and the only code that writes or reads it.

- `doc.spans["mentions"]`: a SpanGroup of labelled Spans in text order; its `attrs["scores"]` has one
  score for each.
- `doc._.kgraph_entities`: a list of {"type", "role", "score", "mentions": positions in that SpanGroup}.
- `doc._.kgraph_relations`: a list of {"head", "type", "tail", "score"}, head and tail being positions
  among the entities.
- `doc.tensor`: the encoder's vectors, one row a token.
- `doc._.kgraph_title_length`: characters of the title; 0 when the whole text is an abstract.

Plain data only: Spans and dataclasses in `doc._` would break DocBin and `nlp.pipe(n_process=2)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc, Span, SpanGroup

MENTIONS = "mentions"

_DEFAULTS: dict[str, Any] = {"kgraph_entities": None, "kgraph_relations": None, "kgraph_title_length": 0}

for _name, _default in _DEFAULTS.items():
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=_default)


def set_title_length(doc: Doc, length: int) -> None:
    """Say how many characters at the start of the text are the title."""
    doc._.kgraph_title_length = length


def title_length(doc: Doc) -> int:
    """Return how many characters at the start of the text are the title."""
    return int(doc._.kgraph_title_length)


def set_vectors(doc: Doc, vectors: npt.NDArray[np.float32]) -> None:
    """Write the tokens' vectors, (tokens, width)."""
    doc.tensor = vectors  # type: ignore[assignment]  # spaCy's stub says float64, its model's arrays are float32


def get_vectors(doc: Doc) -> npt.NDArray[np.float32]:
    """Return the tokens' vectors, (tokens, width); (tokens, 0) where nothing wrote any."""
    tensor: npt.NDArray[Any] = doc.tensor
    return tensor if tensor.ndim == 2 and len(tensor) == len(doc) else np.zeros((len(doc), 0), dtype=np.float32)


def set_mentions(doc: Doc, mentions: Sequence[tuple[int, int, str, float]]) -> None:
    """Write the mentions, given as (start token, end token, type, score) in text order."""
    spans = [Span(doc, start, end, label=label) for start, end, label, _ in mentions]
    scores = [score for *_, score in mentions]
    doc.spans[MENTIONS] = SpanGroup(doc, name=MENTIONS, attrs={"scores": scores}, spans=spans)


def get_mentions(doc: Doc) -> list[tuple[int, int, str, float]]:
    """Return the mentions as (start token, end token, type, score), in text order."""
    if MENTIONS not in doc.spans:
        return []
    group = doc.spans[MENTIONS]
    return [(s.start, s.end, s.label_, score) for s, score in zip(group, group.attrs["scores"], strict=True)]


def set_entities(doc: Doc, found: list[dict[str, Any]]) -> None:
    """Write the entities."""
    doc._.kgraph_entities = found


def get_entities(doc: Doc) -> list[dict[str, Any]]:
    """Return the entities; empty where nothing wrote any."""
    # DocBin gives tuples for lists.
    return [{**e, "mentions": list(e["mentions"])} for e in doc._.kgraph_entities or ()]


def set_relations(doc: Doc, found: list[dict[str, Any]]) -> None:
    """Write the relations."""
    doc._.kgraph_relations = found


def get_relations(doc: Doc) -> list[dict[str, Any]]:
    """Return the relations; empty where nothing wrote any."""
    return list(doc._.kgraph_relations or ())
