"""Names to concepts: which entities of different papers are one thing, and the reason for each name."""

from kgraph.resolve.concepts import Alias, Concept, Resolution, resolve
from kgraph.resolve.overriding import Unmatched

__all__ = ["Alias", "Concept", "Resolution", "Unmatched", "resolve"]
