"""What every component of the pipeline shares: being called, and being saved and loaded by spaCy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path

from spacy.tokens import Doc

from kgraph.pipeline.calibration import calibrate
from kgraph.pipeline.weights import Weights


class Component(ABC):
    """A component whose trained state is a few named files.

    Subclasses say what their files hold in `dump` and take it back in `restore`; spaCy's four
    methods follow from these two.
    """

    @abstractmethod
    def annotate(self, doc: Doc) -> None:
        """Write this component's annotations on the Doc."""

    @abstractmethod
    def dump(self) -> dict[str, bytes]:
        """Return the contents of the component's files, by name."""

    @abstractmethod
    def restore(self, files: dict[str, bytes]) -> None:
        """Take the contents that `dump` gave."""

    def __call__(self, doc: Doc) -> Doc:
        self.annotate(doc)
        return doc

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the files into the folder `path`."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.dump().items():
            (folder / name).write_bytes(data)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Component:
        """Read the files of the folder `path`; one that is not there keeps this component untrained."""
        folder = Path(path)
        if folder.is_dir():
            self.restore({file.name: file.read_bytes() for file in sorted(folder.iterdir())})
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the files as one MessagePack value."""
        import srsly

        data: bytes = srsly.msgpack_dumps(self.dump())
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Component:
        """Take the value that `to_bytes` gave."""
        import srsly

        self.restore(srsly.msgpack_loads(data))
        return self


class Head(Component):
    """A component whose trained state is one set of arrays, `weights`."""

    def __init__(self) -> None:
        self.weights = Weights()

    def calibrated(self, scores: Sequence[float]) -> list[float]:
        """Return scores as probabilities of being right, once the calibration has been chosen."""
        if "calibration" not in self.weights:
            return list(scores)
        return [float(p) for p in calibrate(scores, self.weights["calibration"])]

    def dump(self) -> dict[str, bytes]:
        """Return the arrays as one file."""
        return {"weights.npz": self.weights.to_bytes()}

    def restore(self, files: dict[str, bytes]) -> None:
        """Take the arrays of that file."""
        self.weights.from_bytes(files["weights.npz"])
