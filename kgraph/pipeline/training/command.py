"""`kgraph train CONFIG`: from annotated records and starting weights to a pipeline folder."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from kgraph.annotated import AnnotatedPaper, read_annotated
from kgraph.errors import ModelError
from kgraph.evaluate import Evaluation, report
from kgraph.identifiers import title_key
from kgraph.model import Extraction, Paper
from kgraph.pipeline.assemble import blank_pipeline
from kgraph.pipeline.training.choose import choose_thresholds, evaluate_pipeline, tagging_f1
from kgraph.pipeline.training.config import Config, Settings, Silver, read_config
from kgraph.pipeline.training.data import Example, make_examples
from kgraph.pipeline.training.export import make_pipeline
from kgraph.pipeline.training.network import Network, load_bert_weights
from kgraph.pipeline.training.silver import make_silver
from kgraph.pipeline.training.train import train
from kgraph.pipeline.wordpieces import WordPieces
from kgraph.readers import Report, read_papers

Log = Callable[[str], None]


def run(path: Path, log: Log) -> None:
    """Train by the configuration at `path` and write the pipeline folder; progress and the report go to `log`."""
    config = read_config(path)
    vocabulary = (config.start / "vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    gold, dev = read_annotated(config.train), read_annotated(config.dev)
    nlp, pieces = blank_pipeline(), WordPieces(vocabulary)
    examples, held_out = make_examples(gold, nlp, pieces), make_examples(dev, nlp, pieces)
    log(f"{len(examples)} papers to learn from, {len(held_out)} to choose by")

    def learn(network: Network, passes: Sequence[Sequence[Example]], settings: Settings) -> None:
        start = time.monotonic()

        def after_pass(number: int, loss: float) -> float:
            f1 = tagging_f1(network, held_out)
            log(f"pass {number}: loss {loss:.4f}, mention F1 on dev {f1:.4f}, {time.monotonic() - start:.0f} s")
            return f1

        train(network, passes, settings, after_pass)

    networks = []
    for number in range(config.silver[0].teachers if config.silver else 1):
        settings = replace(config.settings, seed=config.settings.seed + number)
        network = _new_network(config, len(vocabulary), settings.seed)
        learn(network, [examples] * settings.passes, settings)
        networks.append(network)
    for number, silver in enumerate(config.silver):
        papers = silver_papers(silver, config.settings.seed + number, [*gold, *dev])
        teachers = networks[-silver.teachers :]
        log(f"round {number + 1}: {len(papers)} papers without annotations, marked by {len(teachers)} of the networks")
        marked = make_silver(teachers, papers, nlp, pieces, log)
        student = copy.deepcopy(networks[-1])
        learn(student, mixed_passes(examples, marked, silver.settings), silver.settings)
        networks.append(student)
    log(report(export(networks[-1], vocabulary, dev, config.output, config.version), errors=20))


def _new_network(config: Config, vocabulary_size: int, seed: int) -> Network:
    torch.manual_seed(seed)
    network = Network(vocabulary_size)
    load_bert_weights(network.encoder, config.start / "model.safetensors")
    return network


def silver_papers(silver: Silver, seed: int, annotated: Sequence[AnnotatedPaper]) -> list[Paper]:
    """Return papers of the corpus by chance, none with the title of an annotated one.

    Raises ModelError where there are too few.
    """
    known = {title_key(paper.title) for paper in annotated}
    read = read_papers(silver.corpus, report=Report())
    papers = [record.paper if isinstance(record, Extraction) else record for record in read]
    free = [paper for paper in papers if title_key(paper.title) not in known]
    if len(free) < silver.papers:
        raise ModelError(f"{silver.corpus}: {silver.papers} papers are asked for, and only {len(free)} are free to use")
    return random.Random(seed).sample(free, silver.papers)


def mixed_passes(examples: Sequence[Example], silver: Sequence[Example], settings: Settings) -> list[Sequence[Example]]:
    """Return the examples of each pass: all annotated ones, and an equal share of the silver ones."""
    order = list(range(len(silver)))
    random.Random(settings.seed).shuffle(order)
    return [[*examples, *(silver[i] for i in order[number :: settings.passes])] for number in range(settings.passes)]


def export(
    network: Network, vocabulary: Sequence[str], dev: Sequence[AnnotatedPaper], output: Path, version: str
) -> Evaluation:
    """Write the network as a pipeline folder, with thresholds chosen on `dev`, and return its figures there."""
    nlp = make_pipeline(network, vocabulary, version)
    choose_thresholds(nlp, dev)
    # Without the vocabulary, which by now holds every word of the papers it was tried on.
    nlp.to_disk(output, exclude=["vocab"])
    return evaluate_pipeline(nlp, dev)
