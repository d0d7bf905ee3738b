"""Where the title, the abstract and the sentences lie in a Doc."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

from kgraph.pipeline.annotations import get_entities, get_mentions, title_length
from kgraph.pipeline.features import Layout
from kgraph.pipeline.tokenizer import SEPARATOR
from kgraph.vocabulary import FIELDS

_URL = re.compile(
    r"(?:https?://|www\.|(?<![\w.-])(?:[\w-]{1,63}\.){1,3}(?:ai|co|com|edu|io|net|org)/)[^\s{}()<>]*", re.IGNORECASE
)


def field_offset(doc: Doc, field: str) -> int:
    """Return the character of the Doc's text where the field begins."""
    return 0 if field == FIELDS[0] or not title_length(doc) else title_length(doc) + len(SEPARATOR)


def doc_layout(doc: Doc) -> Layout:
    """Return the Doc's layout; sentence starts must have been set."""
    starts = doc.to_array("SENT_START") == 1
    title_tokens = int((doc.to_array("IDX") < title_length(doc)).sum())
    colon = next((i for i, text in enumerate(token_texts(doc)[:title_tokens]) if text in (":", "–", "—")), -1)
    return Layout(len(doc), title_tokens, np.maximum(np.cumsum(starts) - 1, 0), colon)


def token_texts(doc: Doc) -> list[str]:
    """Return the text of every token; ten times as fast as asking each for its own."""
    strings = doc.vocab.strings
    return [strings[orth] for orth in doc.to_array("ORTH").tolist()]


def in_urls(doc: Doc) -> npt.NDArray[np.bool_]:
    """Return for every token whether it is part of a web address."""
    inside = np.zeros(len(doc), dtype=bool)
    text = doc.text
    if "/" not in text:
        return inside
    starts = doc.to_array("IDX")
    for match in _URL.finditer(text):
        inside[np.searchsorted(starts, match.start()) : np.searchsorted(starts, match.end())] = True
    return inside


def entity_spans(doc: Doc) -> list[list[tuple[int, int]]]:
    """Return the (start, end) tokens of each entity's mentions."""
    found = get_mentions(doc)
    return [[found[i][:2] for i in entity["mentions"]] for entity in get_entities(doc)]
