"""Component `kgraph_sentences`: sentence starts, by the rules of `kgraph.sentences`."""

from __future__ import annotations

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kgraph.pipeline.annotations import title_length
from kgraph.sentences import sentence_spans


@Language.component("kgraph_sentences", assigns=["token.is_sent_start"])
def set_sentence_starts(doc: Doc) -> Doc:
    """Mark the first token of every sentence; a title is cut from the abstract, whatever it ends with."""
    title = title_length(doc)
    text = doc.text
    starts = {0, *(start for start, _ in sentence_spans(text[:title]))}
    starts |= {title + start for start, _ in sentence_spans(text[title:])}
    marks = np.asarray([1 if start in starts else -1 for start in doc.to_array("IDX").tolist()])
    # Not by `token.is_sent_start`, which looks through the whole Doc for a parse each time it is set.
    doc.from_array(["SENT_START"], marks.astype(np.uint64))  # type: ignore[arg-type]  # spaCy's stub knows no uint64
    return doc
