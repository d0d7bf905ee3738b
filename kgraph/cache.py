"""A cache of extractions in the user's cache folder, one small file a text.

Files, not a database: they are right over a network and for many machines at once (a new one is
written beside and renamed), a kill leaves nothing half-written, and damage costs one paper. The
folder may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import zlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from kgraph.fingerprint import extractor_versions, folder_hash, processor
from kgraph.identifiers import content_hash
from kgraph.model import Extraction, Paper
from kgraph.records import extraction_from_dict, extraction_to_dict
from kgraph.resources import MODEL

#: Entries are spread over 256 folders by their key. At 4 KiB of disk each, all together stay below 1 GiB.
_MOST_IN_A_FOLDER = 1000


def cache_folder() -> Path:
    """Return where extractions are kept: `$KGRAPH_CACHE`, else `kgraph` in the platform's folder for caches.

    Raises RuntimeError where the user's home is not known.
    """
    if own := os.environ.get("KGRAPH_CACHE"):
        return Path(own)
    xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if xdg.is_absolute():  # others are to be ignored, says the XDG Base Directory Specification
        return xdg / "kgraph"
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "kgraph" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "kgraph"
    return Path.home() / ".cache" / "kgraph"


class Cache:
    """The extractions that one model, with this code and these libraries, made on this kind of processor.

    `hits` counts the papers that were found. Nothing that goes wrong with the cache raises an error:
    `on_problem` is told of the first of each kind, and the paper counts as not found.
    """

    def __init__(self, model: Path = MODEL, on_problem: Callable[[str], None] | None = None) -> None:
        """Use the folder that `cache_folder` names; it comes into being with the first extraction."""
        self.hits = 0
        self._model = model
        self._on_problem = on_problem or (lambda _message: None)
        self._problems: set[str] = set()
        self._folder: Path | None = None
        try:
            self._folder = cache_folder() / "extractions"
        except RuntimeError as error:
            self._problem("used", error)

    def get(self, paper: Paper) -> Extraction | None:
        """Return the extraction of the paper's text as that of this paper, or None."""
        if self._folder is None:
            return None
        try:
            data = self._path(self._folder, paper).read_bytes()
            found = extraction_from_dict(json.loads(zlib.decompress(data)), paper)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, zlib.error) as error:  # made anew, and written over
            self._problem("read", error)
            return None
        self.hits += 1
        return found

    def put(self, extraction: Extraction) -> None:
        """Keep the extraction, but for its paper; once that fails, no other is kept."""
        if self._folder is None or "written" in self._problems:
            return
        record = extraction_to_dict(extraction)
        data = zlib.compress(json.dumps({key: record[key] for key in ("entities", "relations", "pipeline")}).encode())
        path = self._path(self._folder, extraction.paper)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, data)
            _drop_oldest(path.parent)
        except OSError as error:
            self._problem("written", error)

    @cached_property
    def _maker(self) -> str:
        versions = (f"{name} {version}" for name, version in sorted(extractor_versions().items()))
        return content_hash(folder_hash(self._model), *versions, processor(), length=64)

    def _path(self, folder: Path, paper: Paper) -> Path:
        key = content_hash(self._maker, paper.title, paper.abstract, length=64)
        return folder / key[:2] / key[2:]

    def _problem(self, what: str, error: Exception) -> None:
        if what not in self._problems:
            self._problems.add(what)
            where = f", {self._folder}," if self._folder else ""
            self._on_problem(f"the cache of extractions{where} could not be {what}: {error}")


def _write(path: Path, data: bytes) -> None:
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _drop_oldest(folder: Path) -> None:
    """Delete the oldest quarter of a folder that has become too full, what a kill left unfinished among it."""
    paths = list(folder.iterdir())
    if len(paths) <= _MOST_IN_A_FOLDER:
        return
    with contextlib.suppress(FileNotFoundError):  # another process is at it
        for path in sorted(paths, key=lambda p: p.stat().st_mtime_ns)[: len(paths) // 4 + 1]:
            path.unlink()
