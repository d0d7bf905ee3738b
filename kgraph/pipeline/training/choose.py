"""What is chosen on held-out papers: the best pass, the thresholds, and how scores become probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from spacy.language import Language
from spacy.tokens import Doc

from kgraph.annotated import AnnotatedPaper
from kgraph.evaluate import Evaluation, evaluate
from kgraph.extract import one_thread, pipeline_name, to_extraction
from kgraph.model import Extraction, Paper
from kgraph.pipeline.calibration import fit_calibration
from kgraph.pipeline.component import Head
from kgraph.pipeline.features import RELATIONS
from kgraph.pipeline.mentions import MIXING, decode, tag_spans
from kgraph.pipeline.roles import ROLES
from kgraph.pipeline.tokenizer import make_doc
from kgraph.pipeline.training.data import Example
from kgraph.pipeline.training.network import Network
from kgraph.vocabulary import Role

_CUTS = tuple(round(0.05 * k, 2) for k in range(1, 19))
_MIXINGS = tuple(
    (1 - part, part, constant) for part in (0.5, 0.25, 0.75, 0.9, 1.0) for constant in (0.0, -0.2, 0.2, 0.4, 0.6)
)
_CAUTIONS = (0.0, 0.3, 0.6, 0.9)
_HEADS = ("kgraph_mentions", "kgraph_entities", "kgraph_roles", "kgraph_relations")


def tagging_f1(network: Network, examples: Sequence[Example]) -> float:
    """Return the F1 of exact, typed mentions in the encoder's first window, before names are repeated."""
    right = found = wanted = 0
    with torch.no_grad():
        for example in examples:
            (words,) = network.words([example.window])
            decoded = decode(
                network.mentions(words).numpy(),
                lambda spans: network.spans(words, torch.from_numpy(spans)).numpy(),  # noqa: B023
                MIXING,
            )
            predicted, gold = {m[:3] for m in decoded}, set(tag_spans(example.tags.argmax(-1).tolist()))
            right += len(predicted & gold)
            found += len(predicted)
            wanted += len(gold)
    return 2 * right / max(1, found + wanted)


def choose_thresholds(nlp: Language, dev: Sequence[AnnotatedPaper]) -> None:
    """Set what the pipeline's decisions hang on to what is best on `dev`, then calibrate its scores there.

    How the tags and the judge of a span are mixed goes by the F1 of mentions, exact and overlapping; the threshold of
    aliases by that of aliases and entities; the caution in calling an entity introduced, since some found entities are
    none, by the F1 of introduced ones and the agreement on roles; the threshold of each relation type by its own.
    """
    mentions, entities, roles, relations = (_head(nlp, name) for name in _HEADS)
    none, all_likely = (np.full(len(RELATIONS), cut, dtype=np.float32) for cut in (np.inf, _CUTS[0]))
    relations.weights["thresholds"] = none  # the most costly to write down, and the last to be chosen
    entities.weights["threshold"] = np.array(0.5, dtype=np.float32)
    encoded = [_encoded(nlp, paper) for paper in dev]

    def mentions_with(mixing: Sequence[float]) -> float:
        mentions.weights["mixing"] = np.array(mixing, dtype=np.float32)
        evaluation = evaluate(dev, _extractions(nlp, dev, encoded))
        return _f1(evaluation, "mention", "all") + _f1(evaluation, "overlap")

    def aliases_at(cut: float) -> float:
        entities.weights["threshold"] = np.array(cut, dtype=np.float32)
        evaluation = evaluate(dev, _extractions(nlp, dev, encoded))
        return _f1(evaluation, "alias") + _f1(evaluation, "entity")

    trained = roles.weights["outer.bias"]
    introduced = np.eye(len(ROLES), dtype=np.float32)[ROLES.index(Role.INTRODUCED)]

    def roles_with(caution: float) -> float:
        roles.weights["outer.bias"] = trained - np.float32(caution) * introduced
        evaluation = evaluate(dev, _extractions(nlp, dev, encoded))
        return _f1(evaluation, "introduced") + _f1(evaluation, "role")

    mentions.weights["mixing"] = np.array(max(_MIXINGS, key=mentions_with), dtype=np.float32)
    entities.weights["threshold"] = np.array(max(_CUTS, key=aliases_at), dtype=np.float32)
    roles_with(max(_CAUTIONS, key=roles_with))
    relations.weights["thresholds"] = all_likely
    relations.weights["thresholds"] = relation_thresholds(dev, _extractions(nlp, dev, encoded))
    chosen = evaluate(dev, _extractions(nlp, dev, encoded))
    for head, name in ((mentions, "mention"), (relations, "relation")):
        scored = [item for paper in chosen.papers for item in paper.scores[name]]
        if scored:
            head.weights["calibration"] = fit_calibration(*zip(*scored, strict=True))


def _f1(evaluation: Evaluation, figure: str, part: str = "") -> float:
    return float(evaluation.tallies()[figure, part].figures()["f1"])


def relation_thresholds(gold: Sequence[AnnotatedPaper], found: Mapping[str, Extraction]) -> npt.NDArray[np.float32]:
    """Return the threshold of each relation type with the best F1, given extractions with all likely relations."""
    best: dict[str, tuple[float, float]] = {}
    for cut in _CUTS:
        kept = {id_: replace(e, relations=tuple(r for r in e.relations if r.score >= cut)) for id_, e in found.items()}
        for type_, tally in evaluate(gold, kept).relation_by_type.items():
            best[type_] = max(best.get(type_, (-1.0, 0.5)), (float(tally.figures()["f1"]), cut))
    return np.array([best.get(str(r), (0.0, 0.5))[1] for r in RELATIONS], dtype=np.float32)


def evaluate_pipeline(nlp: Language, dev: Sequence[AnnotatedPaper]) -> Evaluation:
    """Return how the pipeline as it is agrees with annotated papers."""
    return evaluate(dev, _extractions(nlp, dev, [_encoded(nlp, paper) for paper in dev]))


def _head(nlp: Language, name: str) -> Head:
    head = nlp.get_pipe(name)
    assert isinstance(head, Head)
    return head


def _encoded(nlp: Language, paper: AnnotatedPaper) -> Doc:
    with nlp.select_pipes(disable=_HEADS):
        return nlp(make_doc(nlp, paper.title, paper.abstract))


def _extractions(nlp: Language, papers: Sequence[AnnotatedPaper], encoded: Sequence[Doc]) -> dict[str, Extraction]:
    """Return the extractions of papers, by id, whose Docs have their vectors but nothing more."""
    found = {}
    for paper, doc in zip(papers, encoded, strict=True):
        copy = doc.copy()
        with one_thread():
            for name in _HEADS:
                copy = nlp.get_pipe(name)(copy)
        found[paper.id] = to_extraction(copy, Paper(paper.id, paper.title, paper.abstract), pipeline_name(nlp))
    return found
