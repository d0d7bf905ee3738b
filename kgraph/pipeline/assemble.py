"""The pipeline's components in their order."""

from __future__ import annotations

import spacy
from spacy.language import Language

# The imports register the factories, so that a checkout works without its entry points installed.
from kgraph.pipeline import encoder, entities, mentions, relations, roles, sentences, tokenizer  # noqa: F401

COMPONENTS = (
    "kgraph_sentences",
    "kgraph_encoder",
    "kgraph_mentions",
    "kgraph_entities",
    "kgraph_roles",
    "kgraph_relations",
)


def blank_pipeline() -> Language:
    """Return the pipeline with all its components, untrained."""
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "kgraph.tokenizer.v1"}}})
    for name in COMPONENTS:
        nlp.add_pipe(name)
    return nlp
