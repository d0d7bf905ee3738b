"""Loading a graph into pyoxigraph."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.errors import GraphError
from kgraph.rdf.ntriples import write_ntriples
from kgraph.rdf.triples import graph_triples

if TYPE_CHECKING:
    import networkx as nx
    from pyoxigraph import Store

# In the order in which a folder's files are asked for.
_FOLDER_FILES = ("manifest.json", "graph.nt")
_EXTENSIONS = (".ttl", ".nt", ".jsonld", ".rdf")


def open_store(path: Path) -> Store:
    """Return an in-memory store of a graph folder (its graph.nt) or of an RDF file, known by its extension.

    Raises GraphError where there is no such thing, or where it cannot be parsed, with the line.
    """
    from pyoxigraph import RdfFormat, Store

    file = _rdf_file(path)
    store = Store()
    try:
        store.bulk_load(
            path=str(file),
            format=RdfFormat.from_extension(file.suffix.lower().removeprefix(".")),
            base_iri=file.resolve().as_uri(),
        )
    except SyntaxError as error:
        where = f"{file}:{error.lineno}" if error.lineno else str(file)
        raise GraphError(f"{where}: not readable as RDF: {error.msg}") from None
    except (OSError, ValueError) as error:
        raise GraphError(f"{file}: cannot be read: {error}") from None
    return store


def store_of(graph: nx.MultiDiGraph) -> Store:
    """Return an in-memory store of a graph's triples, the same as those of the folder that it is written to."""
    from pyoxigraph import RdfFormat, Store

    file = io.BytesIO()
    write_ntriples(graph_triples(graph), file)
    store = Store()
    store.bulk_load(file.getvalue(), RdfFormat.N_TRIPLES)
    return store


def _rdf_file(path: Path) -> Path:
    if path.is_dir():
        for name in _FOLDER_FILES:
            if not (path / name).is_file():
                raise GraphError(f"{path} is no graph: expected {name}, as `kgraph build` writes it")
        return path / _FOLDER_FILES[-1]
    if not path.exists():
        raise GraphError(f"{path}: there is no such file or folder")
    if path.suffix.lower() not in _EXTENSIONS:
        raise GraphError(f"{path} is no RDF file that kgraph knows: expected one of {', '.join(_EXTENSIONS)}")
    return path
