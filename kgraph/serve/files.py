"""The files of a graph folder that are served: those that its manifest verifies, opened once and for all.

Held open, they stay those that were loaded and verified even when a build replaces them; and nothing that a
request says becomes a path.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kgraph.build import read_manifest

#: What may be served, with its media type.
_SERVED = {
    "graph.html": "text/html",
    "graph.ttl": "text/turtle",
    "graph.nt": "application/n-triples",
    "graph.jsonld": "application/ld+json",
    "void.ttl": "text/turtle",
}
_PART = 1 << 16


@dataclass(frozen=True, slots=True)
class File:
    """An open file with its media type, its size in bytes and its hash."""

    media: str
    descriptor: int
    size: int
    hash: str

    def parts(self) -> Iterator[bytes]:
        """Yield the content in parts; any number may read at once."""
        for start in range(0, self.size, _PART):
            yield os.pread(self.descriptor, _PART, start)


def open_files(folder: Path) -> Mapping[str, File]:
    """Return the files of a graph folder that can be served, by name.

    Raises GraphError where the folder is no graph, or one of its files is not the one that its manifest describes.
    """
    there = [name for name in _SERVED if name in read_manifest(folder)["files"]]
    opened = {name: os.open(folder / name, os.O_RDONLY) for name in there if (folder / name).is_file()}
    hashes = read_manifest(folder, "graph.nt", *there)["files"]
    return {
        name: File(_SERVED[name], descriptor, os.fstat(descriptor).st_size, str(hashes[name]))
        for name, descriptor in opened.items()
    }
