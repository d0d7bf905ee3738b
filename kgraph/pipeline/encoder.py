"""Component `kgraph_encoder`: one vector a token, from the MiniLM encoder in ONNX form."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc

from kgraph.errors import ModelError
from kgraph.pipeline.annotations import set_vectors, title_length
from kgraph.pipeline.component import Component
from kgraph.pipeline.layout import token_texts
from kgraph.pipeline.wordpieces import WordPieces, merge_windows

if TYPE_CHECKING:
    import onnxruntime

Floats = npt.NDArray[np.float32]


def doc_words(doc: Doc) -> tuple[npt.NDArray[np.int64], list[str], list[int]]:
    """Return the positions of the tokens that are not white space, their texts, and 0 or 1 for title or abstract."""
    tokens = np.flatnonzero(doc.to_array("IS_SPACE") == 0)
    in_abstract = doc.to_array("IDX")[tokens] >= title_length(doc)
    texts = token_texts(doc)
    return tokens, [texts[i] for i in tokens.tolist()], in_abstract.astype(int).tolist()


class Encoder(Component):
    """Writes `doc.tensor`: (tokens, width) float32, zeros for white space.

    One text a call, on one thread: batches would be slower on a CPU, and make a text's vectors
    depend on what stands beside it.
    """

    def __init__(self) -> None:
        self._vocabulary = b""
        self._model = b""
        self._ready: tuple[int, WordPieces, onnxruntime.InferenceSession] | None = None

    def annotate(self, doc: Doc) -> None:
        """Write the vectors of the Doc's tokens."""
        tokens, words, fields = doc_words(doc)
        pieces, session = self._start()
        if not words:
            return
        windows = pieces.windows(words, fields)
        vectors = merge_windows(
            windows,
            [
                session.run(None, {"ids": w.ids[None], "fields": w.fields[None], "cases": w.cases[None]})[0][0]
                for w in windows
            ],
        )
        tensor = np.zeros((len(doc), vectors.shape[1]), dtype=np.float32)
        tensor[tokens] = vectors
        set_vectors(doc, tensor)

    def _start(self) -> tuple[WordPieces, onnxruntime.InferenceSession]:
        """Return the vocabulary and a session of this process: a forked one must not share its parent's."""
        if self._ready is None or self._ready[0] != os.getpid():
            if not self._model:
                raise ModelError(
                    "the encoder has no weights: load a trained pipeline folder, or make one by `kgraph train`"
                )
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.use_deterministic_compute = True
            session = onnxruntime.InferenceSession(self._model, options, providers=["CPUExecutionProvider"])
            self._ready = (os.getpid(), WordPieces(self._vocabulary.decode("utf-8").split("\n")), session)
        return self._ready[1:]

    def dump(self) -> dict[str, bytes]:
        """Return the ONNX model and the vocabulary, one piece a line in order of id."""
        return {"encoder.onnx": self._model, "vocabulary.txt": self._vocabulary}

    def restore(self, files: dict[str, bytes]) -> None:
        """Take the ONNX model and the vocabulary."""
        self._model, self._vocabulary = files["encoder.onnx"], files["vocabulary.txt"]
        self._ready = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_ready": None}


@Language.factory("kgraph_encoder", assigns=["doc.tensor"])
def create_encoder(nlp: Language, name: str) -> Encoder:
    """Return an encoder without weights; spaCy loads them from the pipeline's folder."""
    return Encoder()
