"""The entries of overrides as data, a class for each section of the file. Concepts are named by their node keys."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from kgraph.identifiers import content_hash
from kgraph.vocabulary import EntityType


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What all entries have: the reason for it, and where it is said: a file and a line counted from 1, where known."""

    because: str = ""
    file: str = field(default="", compare=False)
    line: int | None = field(default=None, compare=False)

    @property
    def section(self) -> str:
        """The section of the file that it stands in."""
        return type(self).__name__.lower()

    @property
    def place(self) -> str:
        """The file and line as messages have them."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Split(_Said):
    """What papers call by `names`, verbatim, in the first place is not `concept` but `into`."""

    concept: str
    names: tuple[str, ...]
    into: str


@dataclass(frozen=True, slots=True)
class Merge(_Said):
    """The concepts are part of the concept `into`, which is not among them and may be a new one."""

    concepts: tuple[str, ...]
    into: str


@dataclass(frozen=True, slots=True)
class Retype(_Said):
    """The concept is of another type."""

    concept: str
    type: EntityType


@dataclass(frozen=True, slots=True)
class Drop(_Said):
    """The concept is none."""

    concept: str


@dataclass(frozen=True, slots=True)
class Rename(_Said):
    """The concept has this label."""

    concept: str
    label: str


@dataclass(frozen=True, slots=True)
class Link(_Said):
    """Others know the concept by these IRIs."""

    concept: str
    iris: tuple[str, ...]


Entry: TypeAlias = Split | Merge | Retype | Drop | Rename | Link


@dataclass(frozen=True, slots=True)
class Overrides:
    """All entries, by section, in the order in which they are applied; tuples within entries are sorted."""

    split: tuple[Split, ...] = ()
    merge: tuple[Merge, ...] = ()
    retype: tuple[Retype, ...] = ()
    drop: tuple[Drop, ...] = ()
    rename: tuple[Rename, ...] = ()
    link: tuple[Link, ...] = ()

    def __len__(self) -> int:
        return len(self.entries())

    def __add__(self, other: Overrides) -> Overrides:
        return Overrides(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries of all sections."""
        return tuple(entry for f in fields(self) for entry in getattr(self, f.name))

    def as_dict(self) -> dict[str, list[dict[str, Any]]]:
        """Return what an overrides file would say, as JSON data: the same whatever the order of entries and files."""
        sections: dict[str, list[dict[str, Any]]] = {
            "split": [{"from": e.concept, "names": [*e.names], "as": e.into, **_because(e)} for e in self.split],
            "merge": [{"concepts": [*e.concepts], "into": e.into, **_because(e)} for e in self.merge],
            "retype": [{"concept": e.concept, "to": str(e.type), **_because(e)} for e in self.retype],
            "drop": [{"concept": e.concept, **_because(e)} for e in self.drop],
            "rename": [{"concept": e.concept, "label": e.label, **_because(e)} for e in self.rename],
            "link": [{"concept": e.concept, "exactMatch": [*e.iris], **_because(e)} for e in self.link],
        }
        return {name: sorted(said, key=json.dumps) for name, said in sections.items() if said}

    @property
    def hash(self) -> str:
        """A hash of all that the entries say, 64 hexadecimal digits."""
        return content_hash(json.dumps(self.as_dict()), length=64)


def _because(entry: _Said) -> dict[str, str]:
    return {"because": entry.because} if entry.because else {}
