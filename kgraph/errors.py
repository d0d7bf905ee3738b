"""The exceptions that kgraph raises for conditions a user can do something about."""

from __future__ import annotations


class KGraphError(Exception):
    """Base of all errors that a user can act on; its text is one complete message."""


class InputError(KGraphError):
    """An input that cannot be read as papers, extractions, annotated records or overrides."""

    def __init__(self, message: str, file: str | None = None, line: int | None = None) -> None:
        """`file` and `line` (counted from 1) say where; both go in front of the message."""
        self.message, self.file, self.line = message, file, line
        where = "" if file is None else f"{file}: " if line is None else f"{file}:{line}: "
        super().__init__(where + message)


class GraphError(KGraphError):
    """A folder or file that is not a graph, or one that was left half-written."""


class QueryError(KGraphError):
    """A SPARQL query that cannot be parsed or run, or a named query used wrongly."""


class ModelError(KGraphError):
    """A pipeline folder that cannot be loaded, or a training configuration that cannot be used."""


class OutputError(KGraphError):
    """A file or folder that cannot be written."""
