"""`kgraph train CONFIG`: from annotated records and starting weights to a pipeline folder."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from spacy.language import Language

from kgraph.annotated import AnnotatedPaper, read_annotated
from kgraph.errors import ModelError
from kgraph.evaluate import Evaluation, report
from kgraph.identifiers import title_key
from kgraph.model import Extraction, Paper
from kgraph.pipeline.assemble import blank_pipeline
from kgraph.pipeline.training.choose import choose_thresholds, evaluate_pipeline, tagging_f1
from kgraph.pipeline.training.config import Config, Pretraining, Settings, Silver, read_config
from kgraph.pipeline.training.data import Example, make_examples, read_text
from kgraph.pipeline.training.export import make_pipeline
from kgraph.pipeline.training.network import Encoder, Network, load_bert_weights
from kgraph.pipeline.training.pretrain import pretrain
from kgraph.pipeline.training.prune import pruned
from kgraph.pipeline.training.silver import make_silver
from kgraph.pipeline.training.train import train
from kgraph.pipeline.wordpieces import Window, WordPieces
from kgraph.readers import Report, read_papers

Log = Callable[[str], None]
#: So many papers show which parts of the encoder do most, and what sizes its numbers have.
_SAMPLE = 256


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

        def measure(what: str) -> float:
            f1 = tagging_f1(network, held_out)
            log(f"{what}, mention F1 on dev {f1:.4f}, {time.monotonic() - start:.0f} s")
            return f1

        train(network, passes, settings, measure)

    encoder = _start(config, vocabulary, examples)
    if config.pretrain:
        if "[MASK]" not in vocabulary:
            raise ModelError(f"{config.start / 'vocab.txt'} has no [MASK], which masked-language training needs")
        papers = unannotated(config.pretrain, config.pretrain.settings.seed, dev)
        log(f"{len(papers)} papers to learn words from")
        windows = [read_text(paper.title, paper.abstract, nlp, pieces).window for paper in papers]
        pretrain(encoder, windows, vocabulary.index("[MASK]"), config.pretrain.settings, log)
    networks = []
    for number in range(config.silver[0].teachers if config.silver else 1):
        settings = replace(config.settings, seed=config.settings.seed + number)
        torch.manual_seed(settings.seed)
        network = Network(copy.deepcopy(encoder))
        learn(network, [examples] * settings.passes, settings)
        networks.append(network)
    for number, silver in enumerate(config.silver):
        papers = unannotated(silver, config.settings.seed + number, [*gold, *dev])
        teachers = networks[-silver.teachers :]
        log(f"round {number + 1}: {len(papers)} papers without annotations, marked by {len(teachers)} of the networks")
        marked = make_silver(teachers, papers, nlp, pieces, log)
        student = copy.deepcopy(networks[-1])
        learn(student, mixed_passes(examples, marked, silver.settings), silver.settings)
        networks.append(student)
    nlp = make_pipeline(networks[-1], vocabulary, config.version, _sample(examples))
    log(report(finish(nlp, dev, config.output), errors=20))


def _start(config: Config, vocabulary: Sequence[str], examples: Sequence[Example]) -> Encoder:
    """Return the encoder with the starting weights, pruned by some of the papers where the configuration says so."""
    encoder = Encoder(len(vocabulary))
    load_bert_weights(encoder, config.start / "model.safetensors")
    if config.prune is None:
        return encoder
    narrow = Encoder(len(vocabulary), heads=config.prune.heads, wide=config.prune.wide)
    return pruned(encoder, _sample(examples), narrow)


def _sample(examples: Sequence[Example]) -> list[Window]:
    return [example.window for example in examples[:_SAMPLE]]


def unannotated(wanted: Pretraining | Silver, seed: int, annotated: Sequence[AnnotatedPaper]) -> list[Paper]:
    """Return as many papers of the corpus as are wanted, by chance, none with the title of an annotated one.

    Raises ModelError where there are too few.
    """
    known = {title_key(paper.title) for paper in annotated}
    read = read_papers(wanted.corpus, report=Report())
    papers = [record.paper if isinstance(record, Extraction) else record for record in read]
    free = [paper for paper in papers if title_key(paper.title) not in known]
    if len(free) < wanted.papers:
        raise ModelError(f"{wanted.corpus}: {wanted.papers} papers are asked for, and only {len(free)} are free to use")
    return random.Random(seed).sample(free, wanted.papers)


def mixed_passes(examples: Sequence[Example], silver: Sequence[Example], settings: Settings) -> list[Sequence[Example]]:
    """Return the examples of each pass: all annotated ones, and an equal share of the silver ones."""
    order = list(range(len(silver)))
    random.Random(settings.seed).shuffle(order)
    return [[*examples, *(silver[i] for i in order[number :: settings.passes])] for number in range(settings.passes)]


def finish(nlp: Language, dev: Sequence[AnnotatedPaper], output: Path) -> Evaluation:
    """Choose the pipeline's thresholds on `dev`, write it as a folder and return its figures there."""
    choose_thresholds(nlp, dev)
    # Without the vocabulary, which by now holds every word of the papers it was tried on.
    nlp.to_disk(output, exclude=["vocab"])
    return evaluate_pipeline(nlp, dev)
