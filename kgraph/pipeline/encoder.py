"""Component `kgraph_encoder`: one vector a token, from the MiniLM encoder in ONNX form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc

from kgraph.pipeline.annotations import title_length
from kgraph.pipeline.wordpieces import WordPieces, merge_windows

if TYPE_CHECKING:
    import onnxruntime

Floats = npt.NDArray[np.float32]


def doc_words(doc: Doc) -> tuple[npt.NDArray[np.int64], list[str], list[int]]:
    """Return the positions of the tokens that are not white space, their texts, and 0 or 1 for title or abstract."""
    title = title_length(doc)
    kept = [t for t in doc if not t.is_space]
    return (
        np.asarray([t.i for t in kept], dtype=np.int64),
        [t.text for t in kept],
        [int(t.idx >= title) if title else 1 for t in kept],
    )
