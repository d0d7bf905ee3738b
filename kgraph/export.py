"""`kgraph export`: a built graph in one format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kgraph.build import read_manifest
from kgraph.console import write_text
from kgraph.errors import OutputError
from kgraph.rdf import Triple, rdfxml_text, read_own_ntriples, trig_text, turtle12_text

#: Formats that `build` writes, as `graph.<format>`.
_BUILT = ("ttl", "nt", "jsonld", "graphml", "gexf", "json")
#: Formats made from the triples of graph.nt.
_FROM_TRIPLES: dict[str, Callable[[Iterable[Triple]], Iterator[str]]] = {
    "rdfxml": rdfxml_text,
    "trig": trig_text,
    "ttlstar": turtle12_text,
}


def export(folder: Path, form: str) -> Iterator[str]:
    """Yield the text of a built graph in any format but `csv`, piece by piece.

    Raises GraphError where the folder holds no graph, or not that of the last build.
    """
    built = form in _BUILT
    name = f"graph.{form}" if built else "graph.nt"
    read_manifest(folder, name)
    if built:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            yield from iter(lambda: file.read(1 << 20), "")
    else:
        yield from _FROM_TRIPLES[form](read_own_ntriples(folder / name))


def export_tables(folder: Path, target: Path) -> None:
    """Write the tables of a built graph into the folder `target`, which is made where there is none.

    Raises GraphError as `export` does, and OutputError where they cannot be written.
    """
    from kgraph.graph import read_graph
    from kgraph.interchange import TABLES

    read_manifest(folder, "graph.json")
    graph = read_graph(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{target} cannot be made a folder: {error.strerror or error}") from None
    for name, lines in TABLES.items():
        write_text(str(target / name), lines(graph))
