"""Component `kgraph_sentences`: sentence starts, by the rules of `kgraph.sentences`."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from kgraph.pipeline.annotations import title_length
from kgraph.sentences import sentence_spans


@Language.component("kgraph_sentences", assigns=["token.is_sent_start"])
def set_sentence_starts(doc: Doc) -> Doc:
    """Mark the first token of every sentence; a title is cut from the abstract, whatever it ends with."""
    title = title_length(doc)
    starts = {start for start, _ in sentence_spans(doc.text[:title])}
    starts |= {title + start for start, _ in sentence_spans(doc.text[title:])}
    for token in doc:
        token.is_sent_start = token.i == 0 or token.idx in starts
    return doc
