"""Everything at once: records to a folder that holds the extractions, the graph in all its forms, and the page."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgraph import __version__
from kgraph.errors import GraphError, KGraphError, OutputError
from kgraph.identifiers import content_hash
from kgraph.model import Extraction, Paper
from kgraph.papers import Record, merge_records, paper_of
from kgraph.records import dump_line
from kgraph.resources import MODEL, ontology_folder

if TYPE_CHECKING:
    import networkx as nx

MANIFEST = "manifest.json"
PAPERS = "papers.jsonl"
_FORMAT = 1
_UNFINISHED = ".unfinished"


def complete(
    records: Iterable[Record], extract: Callable[[list[Paper]], Iterable[Extraction]], withdraw: Sequence[str] = ()
) -> list[Extraction]:
    """Return one extraction a paper, sorted by id; `extract` is called with the papers that have none.

    Papers with the ids in `withdraw` are left out. Raises KGraphError where one of these is not there.
    """
    by_id = {paper_of(record).id: record for record in merge_records(records)}
    for id_ in withdraw:
        if by_id.pop(id_, None) is None:
            raise KGraphError(f"no paper has the id {id_!r}, so it cannot be withdrawn")
    done = [r for r in by_id.values() if isinstance(r, Extraction)]
    done += extract([r for r in by_id.values() if isinstance(r, Paper)])
    return sorted(done, key=lambda e: e.paper.id)


def write_folder(
    extractions: Sequence[Extraction], folder: Path, *, skipped: int = 0, model: Path = MODEL
) -> dict[str, Any]:
    """Write the graph of the extractions, which are one a paper and sorted by id, and return its manifest.

    All files are written beside, then renamed one by one, the manifest last; other files in the
    folder are left alone. `skipped` is the number of records that could not be read. Raises
    OutputError where the folder cannot be written; an error before the renames changes nothing.
    """
    from kgraph.graph import Dropped, build_graph, counts

    created = [path for path in (folder, *folder.parents) if not path.exists()]
    unfinished = folder / _UNFINISHED
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        dropped = Dropped()
        graph = build_graph(extractions, dropped)
        _write_files(extractions, graph, unfinished)
        names = sorted(path.name for path in unfinished.iterdir())
        records = sum(len(e.paper.source) for e in extractions)
        manifest = {
            "format": _FORMAT,
            "kgraph": __version__,
            "pipelines": sorted({e.pipeline for e in extractions}),
            "model": _folder_hash(model),
            "ontology": file_hash(ontology_folder() / "kgraph.ttl"),
            "counts": {
                "records": records,
                "papers": len(extractions),
                "duplicates": records - len(extractions),
                "skipped": skipped,
                "mentions": sum(len(entity.mentions) for e in extractions for entity in e.entities),
                **counts(graph),
                "dropped": {
                    "generic names": dropped.generic,
                    "loops": dropped.loops,
                    "out of range": dropped.out_of_range,
                    "concepts of too few papers": dropped.rare,
                },
            },
            "files": {name: file_hash(unfinished / name) for name in names},
            "papers": {e.paper.id: content_hash(e.paper.title, e.paper.abstract) for e in extractions},
        }
        (unfinished / MANIFEST).write_text(
            json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
        )
        for name in [*names, MANIFEST]:
            (unfinished / name).replace(folder / name)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        for path in created:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
    return manifest


def _write_files(extractions: Sequence[Extraction], graph: nx.MultiDiGraph, folder: Path) -> None:
    from kgraph.graph import write_graph
    from kgraph.rdf import graph_triples, write_jsonld, write_ntriples, write_turtle
    from kgraph.view import render_page

    with (folder / PAPERS).open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(dump_line(e) + "\n" for e in extractions)
    write_graph(graph, folder / "graph.json")
    triples = list(graph_triples(graph))
    for name, write in (("graph.nt", write_ntriples), ("graph.ttl", write_turtle), ("graph.jsonld", write_jsonld)):
        with (folder / name).open("wb") as file:
            write(triples, file)
    (folder / "graph.html").write_text(render_page(graph), encoding="utf-8", newline="\n")


def read_manifest(folder: Path, *needed: str) -> dict[str, Any]:
    """Return the manifest of a graph folder, having checked that the files in `needed` are those it describes.

    Raises GraphError where there is no manifest, or a build was interrupted or a file changed since.
    """
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        hashes = manifest["files"]
    except FileNotFoundError:
        raise GraphError(f"{folder} is no graph: it has no {MANIFEST}; `kgraph build -o {folder}` makes one") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GraphError(f"{path} cannot be read as a manifest: {error}") from None
    for name in needed:
        if not (folder / name).is_file() or file_hash(folder / name) != hashes.get(name):
            raise GraphError(
                f"{folder / name} is not the file that {path} describes: the last build was interrupted, or the file"
                " was changed since; build the graph again"
            )
    return manifest


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder_hash(folder: Path) -> str:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "README.md")
    return content_hash(*(part for p in files for part in (p.relative_to(folder).as_posix(), file_hash(p))), length=64)
