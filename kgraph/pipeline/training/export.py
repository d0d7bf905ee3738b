"""From a trained network to a spaCy pipeline folder: int8 ONNX encoder, heads as arrays."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from spacy.language import Language

from kgraph.pipeline.assemble import blank_pipeline
from kgraph.pipeline.component import Component
from kgraph.pipeline.mentions import MIXING
from kgraph.pipeline.training.network import Encoder, Network
from kgraph.pipeline.training.smooth import smoothed
from kgraph.pipeline.weights import Weights
from kgraph.pipeline.wordpieces import Window


def make_pipeline(network: Network, vocabulary: Sequence[str], version: str, windows: Sequence[Window]) -> Language:
    """Return the pipeline that holds the network's weights; its thresholds are still to be chosen.

    `windows` are texts that show what sizes the encoder's numbers have.
    """
    nlp = blank_pipeline()
    nlp.meta["name"], nlp.meta["version"] = "kgraph", version
    nlp.meta["license"], nlp.meta["spacy_version"] = "Apache-2.0", ">=3.8,<4"
    nlp.meta["description"] = "Methods, tasks, datasets and metrics in paper abstracts, with roles and relations"
    state = {name: value.detach().numpy().astype(np.float32) for name, value in network.state_dict().items()}
    pieces = "\n".join(vocabulary).encode("utf-8")
    parts: dict[str, dict[str, npt.NDArray[np.float32]]] = {
        "kgraph_mentions": {**_part(state, r"((?:mentions|spans)\..*)"), "mixing": np.array(MIXING, dtype=np.float32)},
        "kgraph_entities": _part(state, r"aliases\.(.*)"),
        "kgraph_roles": _part(state, r"roles\.(.*)"),
        "kgraph_relations": _part(state, r"relations\.(.*)"),
    }
    files = {name: {"weights.npz": Weights(arrays).to_bytes()} for name, arrays in parts.items()}
    encoder = quantized_encoder(smoothed(network.encoder, windows))
    files["kgraph_encoder"] = {"encoder.onnx": encoder, "vocabulary.txt": pieces}
    for name, contents in files.items():
        component = nlp.get_pipe(name)
        assert isinstance(component, Component)
        component.restore(contents)
    return nlp


def _part(state: Mapping[str, npt.NDArray[np.float32]], pattern: str) -> dict[str, npt.NDArray[np.float32]]:
    return {m.group(1): value for name, value in state.items() if (m := re.fullmatch(pattern, name))}


def quantized_encoder(encoder: Encoder) -> bytes:
    """Return the encoder as an ONNX model with int8 weights.

    Dynamic quantisation with signed weights; on a CPU unsigned ones run at half the speed.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    encoder.eval()
    example = torch.ones(1, 12, dtype=torch.long)
    names = ("ids", "fields", "cases")
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder, "plain.onnx"), Path(folder, "int8.onnx")
        torch.onnx.export(
            encoder,
            (example, example % 2, example),
            str(plain),
            input_names=list(names),
            output_names=["vectors"],
            dynamic_axes={name: {1: "pieces"} for name in (*names, "vectors")},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(plain, small, weight_type=QuantType.QInt8, per_channel=True)
        model = onnx.load(small)
        model.producer_name, model.producer_version, model.doc_string = "kgraph", "", ""
        for node in model.graph.node:
            node.doc_string = ""
        data: bytes = model.SerializeToString(deterministic=True)
    return data
