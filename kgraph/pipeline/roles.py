"""Component `kgraph_roles`: what the paper does with each entity."""

from __future__ import annotations

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kgraph.pipeline.annotations import get_entities, get_vectors, set_entities
from kgraph.pipeline.component import Head
from kgraph.pipeline.features import TYPES, Floats, role_features
from kgraph.pipeline.layout import doc_layout, entity_spans
from kgraph.pipeline.weights import Weights, entity_vectors, gelu, softmax
from kgraph.vocabulary import Role

ROLES = tuple(Role)


def role_probabilities(
    weights: Weights, vectors: Floats, features: Floats, entities: list[list[tuple[int, int]]]
) -> Floats:
    """Return (entities, ROLES) probabilities from the tokens' vectors and the entities' features and spans."""
    x = np.concatenate([entity_vectors(weights, vectors, entities), features], axis=1)
    return softmax(weights.linear("outer", gelu(weights.linear("inner", x))))


class Roles(Head):
    """Writes the `role` of each of `doc._.kgraph_entities`."""

    def annotate(self, doc: Doc) -> None:
        """Give each entity its likeliest role."""
        entities = get_entities(doc)
        if entities:
            spans = entity_spans(doc)
            features = role_features(doc_layout(doc), spans, [TYPES.index(e["type"]) for e in entities])
            best = role_probabilities(self.weights, get_vectors(doc), features, spans).argmax(axis=1)
            entities = [{**e, "role": str(ROLES[i])} for e, i in zip(entities, best, strict=True)]
        set_entities(doc, entities)


@Language.factory("kgraph_roles", requires=["doc.tensor", "doc._.kgraph_entities"], assigns=["doc._.kgraph_entities"])
def create_roles(nlp: Language, name: str) -> Roles:
    """Return a head without weights; spaCy loads them from the pipeline's folder."""
    return Roles()
