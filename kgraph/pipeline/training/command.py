"""`kgraph train CONFIG`: from annotated records and starting weights to a pipeline folder."""

from __future__ import annotations

import importlib.util
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from spacy.language import Language

from kgraph.annotated import AnnotatedPaper, read_annotated
from kgraph.errors import ModelError
from kgraph.evaluate import Evaluation, evaluate
from kgraph.extract import extract_paper
from kgraph.model import Extraction, Paper
from kgraph.pipeline.assemble import blank_pipeline
from kgraph.pipeline.features import RELATIONS
from kgraph.pipeline.mentions import best_tags, tag_spans
from kgraph.pipeline.relations import Relations
from kgraph.pipeline.training.data import Example, collate, make_examples
from kgraph.pipeline.training.export import make_pipeline
from kgraph.pipeline.training.network import Network, load_bert_weights
from kgraph.pipeline.training.train import Settings, train
from kgraph.pipeline.wordpieces import WordPieces

Log = Callable[[str], None]

#: Thresholds that are tried for each relation type.
_CUTS = np.arange(0.05, 0.9, 0.05)


@dataclass(frozen=True, slots=True)
class Config:
    """A training configuration; see `default.toml`. Paths are relative to the file they stand in."""

    train: Path
    dev: Path
    start: Path
    output: Path
    version: str
    settings: Settings


def read_config(path: Path) -> Config:
    """Return the configuration in a TOML file.

    Raises ModelError where it cannot be read, lacks a value or has one that is not known.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{path}: cannot be read as TOML: {error}") from None
    settings = data.pop("settings", {})
    wanted = {"train", "dev", "start", "output", "version"}
    if set(data) != wanted:
        raise ModelError(f"{path}: expected the keys {', '.join(sorted(wanted))}, found {', '.join(sorted(data))}")
    if unknown := set(settings) - {f.name for f in fields(Settings)}:
        raise ModelError(f"{path}: unknown settings: {', '.join(sorted(unknown))}")
    if not all(isinstance(value, str) for value in data.values()):
        raise ModelError(f"{path}: {', '.join(sorted(wanted))} must be strings")
    for name, value in settings.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise ModelError(f"{path}: {name} must be a number, not {value!r}")
    base = path.parent
    return Config(
        base / data["train"],
        base / data["dev"],
        _start_folder(data["start"], base),
        base / data["output"],
        data["version"],
        Settings(**settings),
    )


def _start_folder(start: str, base: Path) -> Path:
    """Return the folder of the starting weights: a path, or `package:NAME` for the `model` folder of a package."""
    folder = base / start
    if start.startswith("package:"):
        spec = importlib.util.find_spec(start.removeprefix("package:"))
        if spec is None or spec.origin is None:
            raise ModelError(f"the starting weights are in a package that is not installed: {start}")
        folder = Path(spec.origin).parent / "model"
    for name in ("model.safetensors", "vocab.txt"):
        if not (folder / name).is_file():
            raise ModelError(f"{folder} holds no starting weights: {name} is missing")
    return folder


def run(path: Path, log: Log) -> None:
    """Train by the configuration at `path` and write the pipeline folder; progress and the report go to `log`."""
    config = read_config(path)
    vocabulary = (config.start / "vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    gold, dev = read_annotated(config.train), read_annotated(config.dev)
    nlp, pieces = blank_pipeline(), WordPieces(vocabulary)
    examples, held_out = make_examples(gold, nlp, pieces), make_examples(dev, nlp, pieces)
    torch.manual_seed(config.settings.seed)
    network = Network(len(vocabulary))
    load_bert_weights(network.encoder, config.start / "model.safetensors")
    log(f"{len(examples)} papers to learn from, {len(held_out)} to choose by")
    start = time.monotonic()

    def after_pass(number: int, loss: float) -> float:
        f1 = tagging_f1(network, held_out)
        log(f"pass {number}: loss {loss:.4f}, mention F1 on dev {f1:.4f}, {time.monotonic() - start:.0f} s")
        return f1

    train(network, examples, config.settings, after_pass)
    evaluation = export(network, vocabulary, dev, config.output, config.version)
    log(evaluation.report())


def export(
    network: Network, vocabulary: Sequence[str], dev: Sequence[AnnotatedPaper], output: Path, version: str
) -> Evaluation:
    """Write the network as a pipeline folder, its thresholds chosen on `dev`, and return its figures there."""
    lowest = np.full(len(RELATIONS), _CUTS[0], dtype=np.float32)
    nlp = make_pipeline(network, vocabulary, lowest, version)
    relations = nlp.get_pipe("kgraph_relations")
    assert isinstance(relations, Relations)
    relations.weights["thresholds"] = choose_thresholds(dev, _extractions(nlp, dev))
    # Without the vocabulary, which by now holds every word of the papers it was tried on.
    nlp.to_disk(output, exclude=["vocab"])
    return evaluate(dev, _extractions(nlp, dev))


def _extractions(nlp: Language, papers: Sequence[AnnotatedPaper]) -> dict[str, Extraction]:
    return {p.id: extract_paper(nlp, Paper(p.id, p.title, p.abstract)) for p in papers}


def choose_thresholds(gold: Sequence[AnnotatedPaper], found: dict[str, Extraction]) -> npt.NDArray[np.float32]:
    """Return the threshold of each relation type with the best F1, given extractions with all likely relations."""
    best: dict[str, tuple[float, float]] = {}
    for cut in _CUTS:
        kept = {id_: replace(e, relations=tuple(r for r in e.relations if r.score >= cut)) for id_, e in found.items()}
        for type_, tally in evaluate(gold, kept).relation_by_type.items():
            best[type_] = max(best.get(type_, (-1.0, 0.5)), (float(tally.figures()["f1"]), float(cut)))
    return np.array([best.get(str(r), (0.0, 0.5))[1] for r in RELATIONS], dtype=np.float32)


def tagging_f1(network: Network, examples: Sequence[Example]) -> float:
    """Return the F1 of exact, typed mentions, as the tagger alone finds them in the encoder's first window."""
    right = found = wanted = 0
    with torch.no_grad():
        for example in examples:
            hidden = network.encoder(**collate([example]))[0][torch.from_numpy(example.window.heads)]
            scores = torch.log_softmax(network.mentions(hidden), -1).numpy()
            predicted, gold = set(tag_spans(best_tags(scores))), set(tag_spans(example.tags.tolist()))
            right += len(predicted & gold)
            found += len(predicted)
            wanted += len(gold)
    return 2 * right / max(1, found + wanted)
