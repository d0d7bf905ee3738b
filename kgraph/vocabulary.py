"""The closed vocabulary: entity types, roles and relation types, with their domains and ranges.

The annotation guidelines define the words; `ontology/kgraph.ttl` says the same in OWL, and a test
holds the two together.
"""

from __future__ import annotations

from enum import StrEnum


class EntityType(StrEnum):
    """What a name stands for."""

    METHOD = "Method"
    TASK = "Task"
    DATASET = "Dataset"
    METRIC = "Metric"


class Role(StrEnum):
    """What one paper does with an entity."""

    INTRODUCED = "introduced"
    USED = "used"
    COMPARED = "compared"
    MENTIONED = "mentioned"


class RelationType(StrEnum):
    """How one concept relates to another; read from head to tail."""

    USED_FOR = "usedFor"
    EVALUATED_ON = "evaluatedOn"
    MEASURED_BY = "measuredBy"
    COMPARED_WITH = "comparedWith"
    PART_OF = "partOf"
    IS_A = "isA"
    BENCHMARK_FOR = "benchmarkFor"


class PaperRelation(StrEnum):
    """How a paper relates to a concept; the verb form of the paper's role for it."""

    INTRODUCES = "introduces"
    USES = "uses"
    COMPARES = "compares"
    MENTIONS = "mentions"


PAPER_RELATION_OF_ROLE: dict[Role, PaperRelation] = {
    Role.INTRODUCED: PaperRelation.INTRODUCES,
    Role.USED: PaperRelation.USES,
    Role.COMPARED: PaperRelation.COMPARES,
    Role.MENTIONED: PaperRelation.MENTIONS,
}

_M, _T, _D, _Q = EntityType.METHOD, EntityType.TASK, EntityType.DATASET, EntityType.METRIC

#: The pairs of head and tail types that each relation may join.
SIGNATURES: dict[RelationType, frozenset[tuple[EntityType, EntityType]]] = {
    RelationType.USED_FOR: frozenset({(_M, _T)}),
    RelationType.EVALUATED_ON: frozenset({(_M, _D)}),
    RelationType.MEASURED_BY: frozenset({(_M, _Q), (_T, _Q), (_D, _Q)}),
    RelationType.COMPARED_WITH: frozenset({(_M, _M)}),
    RelationType.PART_OF: frozenset({(_M, _M)}),
    RelationType.IS_A: frozenset({(_M, _M), (_T, _T), (_D, _D), (_Q, _Q)}),
    RelationType.BENCHMARK_FOR: frozenset({(_D, _T)}),
}

#: Relations that say the same in both directions; their ends are kept in sorted order.
SYMMETRIC: frozenset[RelationType] = frozenset({RelationType.COMPARED_WITH})

#: The two texts of a paper that mentions point into, in reading order.
FIELDS = ("title", "abstract")
