"""Everything at once: records to a folder that holds the extractions, the graph in all its forms, and the page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgraph import __version__
from kgraph.errors import GraphError, KGraphError, OutputError
from kgraph.extract import above_score
from kgraph.fingerprint import extractor_versions, file_hash, folder_hash
from kgraph.identifiers import content_hash
from kgraph.model import Extraction, Paper
from kgraph.overrides import Overrides, overrides_from_dict
from kgraph.papers import Record, merge_records, paper_of
from kgraph.readers import Report
from kgraph.readers.fields import Place, read_record
from kgraph.records import dump_line
from kgraph.resources import MODEL, ontology_folder

if TYPE_CHECKING:
    import networkx as nx

MANIFEST = "manifest.json"
PAPERS = "papers.jsonl"
_FORMAT = 1
_UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a graph was built from.

    `records` are the papers that kgraph extracted itself, and the extractions that it was given, as they were
    before they were merged. `extractions`, by title and abstract, are what it extracted and would extract again
    just so; `outdated` is the number of papers where it would not. `skipped` records could not be read.
    `overrides` are those that were applied, `min_support` the papers that a concept had to have.
    """

    records: Sequence[Record] = ()
    extractions: Mapping[tuple[str, str], Extraction] = field(default_factory=dict)
    outdated: int = 0
    skipped: int = 0
    overrides: Overrides = field(default_factory=Overrides)
    min_support: int = 1


def read_folder(folder: Path, *, model: Path = MODEL, min_score: float = 0.0) -> Earlier:
    """Return what the graph in a folder was built from, to build it anew with other papers.

    Its own extractions are used again only if they were made with this model, this version of the code
    and of the libraries, and nothing above `min_score` was left out of them. Raises GraphError where the
    folder holds no graph, or not that of the last build.
    """
    manifest, report = read_manifest(folder, PAPERS), Report()
    if "given" not in manifest:
        raise GraphError(f"{folder} was written by an older kgraph, which did not note what it needs; build it anew")
    given, records, own = set(manifest["given"]), list[Record](), list[Extraction]()
    for record, originals in _read_written(folder / PAPERS, report):
        if record.paper.id not in given:
            own.append(record)
        records += originals or [record if record.paper.id in given else record.paper]
    if report.skipped:
        raise GraphError(f"a paper of the graph could not be read again: {report.skipped[0]}; build it anew")
    usable = (
        manifest["model"] == folder_hash(model)
        and manifest["extractor"] == extractor_versions()
        and manifest["min_score"] <= min_score
    )
    return Earlier(
        records,
        {(e.paper.title, e.paper.abstract): e for e in own if usable},
        0 if usable else len(own),
        manifest["counts"]["skipped"],
        overrides_from_dict(manifest["overrides"]["said"] if "overrides" in manifest else {}, str(folder / MANIFEST)),
        manifest.get("min_support", 1),
    )


def _read_written(path: Path, report: Report) -> Iterator[tuple[Extraction, list[Record]]]:
    """Yield each extraction that `write_folder` wrote, and the records that it was merged from, if any."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            data, place = json.loads(line), Place(path.name, number, report)
            found = [read_record(record, place) for record in (data, *data.pop("merged_from", ()))]
            if isinstance(found[0], Extraction):
                yield found[0], [record for record in found[1:] if record]


def complete(
    records: Iterable[Record],
    extract: Callable[[list[Paper]], Iterable[Extraction]],
    withdraw: Sequence[str] = (),
    known: Mapping[tuple[str, str], Extraction] | None = None,
    min_score: float = 0.0,
) -> tuple[list[Extraction], list[str]]:
    """Return one extraction a paper, sorted by id, and the ids of those that the records gave.

    `extract` is called with the papers that have none, and whose title and abstract are not in `known`.
    Papers with the ids in `withdraw` are left out, with all their records. What scores below `min_score` is left
    out of the extractions, also of those that were given, before they are compared. Raises KGraphError where a
    paper to withdraw is not there.
    """
    known = known or {}
    enough = (above_score(r, min_score) if isinstance(r, Extraction) else r for r in records)
    by_id = {paper_of(record).id: record for record in merge_records(enough)}
    for id_ in withdraw:
        if by_id.pop(id_, None) is None:
            raise KGraphError(f"no paper has the id {id_!r}, so it cannot be withdrawn")
    done = [r for r in by_id.values() if isinstance(r, Extraction)]
    given = sorted(e.paper.id for e in done)
    papers = [r for r in by_id.values() if isinstance(r, Paper)]
    done += [replace(known[p.title, p.abstract], paper=p) for p in papers if (p.title, p.abstract) in known]
    done += extract([p for p in papers if (p.title, p.abstract) not in known])
    return [above_score(e, min_score) for e in sorted(done, key=lambda e: e.paper.id)], given


def write_folder(
    extractions: Sequence[Extraction],
    folder: Path,
    *,
    skipped: int = 0,
    model: Path = MODEL,
    given: Iterable[str] | None = None,
    min_score: float = 0.0,
    min_support: int = 1,
    overrides: Overrides | None = None,
    on_unmatched: Callable[[str, int | None, str], None] | None = None,
) -> dict[str, Any]:
    """Write the graph of the extractions, which are one a paper and sorted by id, and return its manifest.

    All files are written beside, then renamed one by one, the manifest last; other files in the
    folder are left alone. `skipped` is the number of records that could not be read. `given` are the
    ids of the papers, by default all, whose extraction is not that of `model` by this kgraph; what scores
    below `min_score` was left out of the extractions. Concepts of fewer papers than `min_support` are left out
    of the graph. The manifest keeps the `overrides`; `on_unmatched` is
    called with file, line and message for each that changes nothing. Raises OutputError where the folder
    cannot be written; an error before the renames changes nothing.
    """
    from kgraph.graph import Dropped, build_graph, counts
    from kgraph.resolve import Unmatched

    created = [path for path in (folder, *folder.parents) if not path.exists()]
    unfinished = folder / _UNFINISHED
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        dropped, unmatched = Dropped(), list[Unmatched]()
        overrides = overrides or Overrides()
        graph = build_graph(
            extractions, dropped, min_support=min_support, overrides=overrides, on_unmatched=unmatched.append
        )
        for found in unmatched:
            if on_unmatched:
                on_unmatched(found.entry.file, found.entry.line, found.message)
        _write_files(extractions, graph, unfinished)
        names = sorted(path.name for path in unfinished.iterdir())
        records = sum(len(e.paper.source) for e in extractions)
        manifest = {
            "format": _FORMAT,
            "kgraph": __version__,
            "pipelines": sorted({e.pipeline for e in extractions}),
            "model": folder_hash(model),
            "extractor": extractor_versions(),
            "min_score": min_score,
            "min_support": min_support,
            "ontology": file_hash(ontology_folder() / "kgraph.ttl"),
            "counts": {
                "records": records,
                "papers": len(extractions),
                "duplicates": records - len(extractions),
                "skipped": skipped,
                "mentions": sum(len(entity.mentions) for e in extractions for entity in e.entities),
                **counts(graph),
                "dropped": {
                    "below the score": sum(e.left_out for e in extractions),
                    "generic names": dropped.generic,
                    "loops": dropped.loops,
                    "out of range": dropped.out_of_range,
                    "concepts of too few papers": dropped.rare,
                    "overridden": dropped.overridden,
                },
            },
            "overrides": {
                "entries": len(overrides),
                "unmatched": len(unmatched),
                "hash": overrides.hash,
                "said": overrides.as_dict(),
            },
            "files": {name: file_hash(unfinished / name) for name in names},
            "papers": {e.paper.id: content_hash(e.paper.title, e.paper.abstract) for e in extractions},
            "given": sorted(e.paper.id for e in extractions) if given is None else sorted(given),
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
    from kgraph.interchange import gexf, graphml
    from kgraph.rdf import Form, JsonLd, NTriples, Statistics, Turtle, graph_nodes, prefixes, write_together, write_void
    from kgraph.view import render_page

    def write(name: str, pieces: Iterable[str]) -> None:
        with (folder / name).open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(pieces)

    write(PAPERS, (dump_line(e) + "\n" for e in extractions))
    write_graph(graph, folder / "graph.json")
    statistics = Statistics()
    with ExitStack() as files:
        forms: dict[str, Form] = {"graph.nt": NTriples(), "graph.ttl": Turtle(prefixes()), "graph.jsonld": JsonLd()}
        outputs = [(form, files.enter_context((folder / name).open("wb"))) for name, form in forms.items()]
        write_together(statistics.counted(graph_nodes(graph)), outputs)
    with (folder / "void.ttl").open("wb") as file:
        write_void(statistics, file)
    write("graph.graphml", graphml(graph))
    write("graph.gexf", gexf(graph))
    write("graph.html", [render_page(graph)])


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
