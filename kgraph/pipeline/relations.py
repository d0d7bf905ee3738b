"""Component `kgraph_relations`: how the entities of one text relate.

Every ordered pair of entities whose types some relation may join is judged, wherever in the text
the two stand: two in five annotated relations have no sentence in common.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kgraph.pipeline.annotations import get_entities, get_vectors, set_relations
from kgraph.pipeline.component import Head
from kgraph.pipeline.features import RELATIONS, TYPES, Floats, Pairs, entity_pairs
from kgraph.pipeline.layout import doc_layout, entity_spans
from kgraph.pipeline.weights import Weights, entity_vectors, gelu, sigmoid, span_means
from kgraph.vocabulary import SYMMETRIC, RelationType


def relation_probabilities(
    weights: Weights, vectors: Floats, pairs: Pairs, entities: list[list[tuple[int, int]]]
) -> Floats:
    """Return (pairs, RELATIONS) probabilities; zero where types forbid, equal both ways where symmetric."""
    of = entity_vectors(weights, vectors, entities)
    head, tail = of[pairs.index[:, 0]], of[pairs.index[:, 1]]
    context = gelu(weights.linear("between", span_means(vectors, pairs.between)))
    x = np.concatenate([head, tail, head * tail, context, pairs.features], axis=1)
    out = sigmoid(weights.linear("outer", gelu(weights.linear("inner", x)))) * pairs.allowed
    row = {(h, t): k for k, (h, t) in enumerate(pairs.index.tolist())}
    mirrored = [row.get((t, h), k) for (h, t), k in row.items()]
    for relation in SYMMETRIC:
        column = RELATIONS.index(relation)
        out[:, column] = (out[:, column] + out[mirrored, column]) / 2
    return out


def choose_relations(probabilities: Floats, pairs: Pairs, thresholds: Floats) -> list[dict[str, Any]]:
    """Return the relations at or above their thresholds, by head, tail and type.

    A relation is said one way only: of both ways the likelier, and the symmetric ones with the lower
    position first.
    """
    best: dict[tuple[int, int, RelationType], tuple[float, int, int]] = {}
    for k, column in zip(*np.nonzero(probabilities >= thresholds), strict=True):
        head, tail = (int(x) for x in pairs.index[k])
        if not pairs.allowed[k, column]:
            continue
        key = (min(head, tail), max(head, tail), RELATIONS[column])
        candidate = (float(probabilities[k, column]), -head, -tail)
        best[key] = max(best.get(key, candidate), candidate)
    found = [
        {"head": -head, "type": str(type_), "tail": -tail, "score": score}
        for (_, _, type_), (score, head, tail) in best.items()
    ]
    return sorted(found, key=lambda r: (r["head"], r["tail"], r["type"]))


class Relations(Head):
    """Writes `doc._.kgraph_relations`."""

    def annotate(self, doc: Doc) -> None:
        """Find the relations between the entities."""
        entities = get_entities(doc)
        spans = entity_spans(doc)
        pairs = entity_pairs(doc_layout(doc), spans, [TYPES.index(e["type"]) for e in entities])
        found: list[dict[str, Any]] = []
        if len(pairs.index):
            probabilities = relation_probabilities(self.weights, get_vectors(doc), pairs, spans)
            found = choose_relations(probabilities, pairs, self.weights["thresholds"])
            scores = self.calibrated([relation["score"] for relation in found])
            found = [{**relation, "score": score} for relation, score in zip(found, scores, strict=True)]
        set_relations(doc, found)


@Language.factory(
    "kgraph_relations", requires=["doc.tensor", "doc._.kgraph_entities"], assigns=["doc._.kgraph_relations"]
)
def create_relations(nlp: Language, name: str) -> Relations:
    """Return a head without weights; spaCy loads them from the pipeline's folder."""
    return Relations()
