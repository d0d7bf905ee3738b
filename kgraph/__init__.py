"""Build knowledge graphs of methods, tasks, datasets and metrics from paper abstracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kgraph.knowledge_graph import KnowledgeGraph, load

__version__ = "0.1.0"
__all__ = ["KnowledgeGraph", "__version__", "load"]


def __getattr__(name: str) -> Any:
    """Import what `kgraph` offers when it is first asked for, so that importing `kgraph` alone is instant."""
    if name in ("KnowledgeGraph", "load"):
        from kgraph import knowledge_graph

        return getattr(knowledge_graph, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
