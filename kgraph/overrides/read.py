"""Overrides from YAML files, checked: whatever does not fit is an error that says where and what was expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kgraph.errors import InputError
from kgraph.identifiers import ID_BASE, concept_type, is_web_iri
from kgraph.overrides.entries import Drop, Entry, Link, Merge, Overrides, Rename, Retype, Split
from kgraph.overrides.plan import Plan
from kgraph.overrides.sssom import read_links
from kgraph.readers.report import clean, quote
from kgraph.vocabulary import EntityType

_NULL = "tag:yaml.org,2002:null"


def read_overrides(
    paths: Sequence[Path], on_left_out: Callable[[str, int | None, str], None] | None = None
) -> Overrides:
    """Return what all the files say: YAML, or SSSOM where the name ends in `.tsv`.

    `on_left_out` is called with file, line and message for each mapping of an SSSOM file that makes no link.
    Raises InputError, with file and line, where a file cannot be read, an entry is not of the documented
    form, or two entries contradict each other.
    """
    found = Overrides()
    for path in paths:
        text, file = _read_text(path), str(path)
        if path.suffix.lower() == ".tsv":
            found += Overrides(link=read_links(text, file, on_left_out or (lambda *_: None)))
        else:
            found += _read_yaml(text, file)
    Plan.of(found)
    return found


def overrides_from_dict(data: Mapping[str, Any], file: str) -> Overrides:
    """Return the overrides that `Overrides.as_dict` gave; `file` is where they were kept. Raises InputError."""
    found = _overrides(yaml.representer.SafeRepresenter().represent_data(data), file)
    Plan.of(found)
    return found


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", str(path)) from None
    except UnicodeDecodeError as error:
        raise InputError(f"cannot be read: it is not UTF-8 (at byte {error.start})", str(path)) from None


def _read_yaml(text: str, file: str) -> Overrides:
    try:
        # Nodes, not values: they know their lines, and a name such as `NO` or `1.58` stays the text that it is.
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError(f"is no YAML: {error.problem}", file, line) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"is no YAML: {' '.join(str(error).split())}", file) from None
    return Overrides() if node is None or node.tag == _NULL else _overrides(node, file)


def _overrides(node: yaml.Node, file: str) -> Overrides:
    sections = _Value(node, file, "an overrides file").fields(needed=(), allowed=tuple(_SECTIONS), word="section")
    said = {
        name: tuple(read(entry) for entry in section.items(f"a {name} entry"))
        for name, read in _SECTIONS.items()
        if (section := sections.get(name))
    }
    return Overrides(**said)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of a file and what it is there, for messages."""

    node: yaml.Node
    file: str
    what: str

    @property
    def line(self) -> int | None:
        return self.node.start_mark.line + 1 if self.node.start_mark else None

    def wrong(self, message: str) -> InputError:
        return InputError(message, self.file, self.line)

    def fields(self, needed: tuple[str, ...], allowed: tuple[str, ...], word: str = "field") -> dict[str, _Value]:
        """Return the values of a mapping by key, of which all are allowed and none missing."""
        names = f"{', '.join(allowed[:-1])} and {allowed[-1]}"
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong(f"{self.what} must be a mapping with the {word}s {names}")
        found: dict[str, _Value] = {}
        for key, value in self.node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "[...]"
            here = _Value(key, self.file, name)
            if name not in allowed:
                raise here.wrong(f"{quote(name)} is no {word} of {self.what}; it has {names}")
            if name in found:
                raise here.wrong(f"the {word} {name} is there twice; put both in one")
            found[name] = _Value(value, self.file, name)
        if missing := [name for name in needed if name not in found]:
            raise self.wrong(f"{self.what} needs the {word} {missing[0]}")
        return found

    def items(self, what: str) -> list[_Value]:
        """Return the values of a list, each of which is a `what`; nothing where the list is left empty."""
        if self.node.tag == _NULL:
            return []
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong(f"{self.what} must be a list, each item {what}")
        return [_Value(item, self.file, what) for item in self.node.value]

    def text(self) -> str:
        """Return a text that is not empty, verbatim, but for characters that no text of a paper has either."""
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag == _NULL or not self.node.value.strip():
            raise self.wrong(f"{self.what} must be a text" + (" (quote it)" if self.node.tag == _NULL else ""))
        return clean(self.node.value)

    def words(self) -> str:
        """Return a text on one line."""
        return " ".join(self.text().split())

    def concept(self) -> str:
        """Return the node key of a concept named by it or by its IRI."""
        key = self.text().removeprefix(ID_BASE)
        if concept_type(key) is None:
            raise self.wrong(
                f"{quote(key)} names no concept; expected a type and a slug of a-z, 0-9 and hyphens,"
                f" as in method/bert, or {ID_BASE}method/bert"
            )
        return key

    def type(self) -> EntityType:
        try:
            return EntityType(self.text())
        except ValueError:
            raise self.wrong(f"{quote(self.text())} is no type; there are {', '.join(EntityType)}") from None

    def iri(self) -> str:
        iri = self.text()
        if not is_web_iri(iri):
            raise self.wrong(f"{quote(iri)} is no absolute http(s) IRI in ASCII (write other characters as %XX)")
        if iri.startswith(ID_BASE):
            raise self.wrong(f"{quote(iri)} is an IRI of kgraph's own; merge joins concepts, a link leads to others")
        return iri

    def entry(self, *needed: str) -> tuple[dict[str, _Value], dict[str, Any]]:
        """Return the fields of an entry, and what every entry has: its reason and its place."""
        found = self.fields(needed, (*needed, "because"))
        because = found["because"].words() if "because" in found else ""
        return found, {"because": because, "file": self.file, "line": self.line}


def _split(value: _Value) -> Split:
    found, rest = value.entry("from", "names", "as")
    concept, into = found["from"].concept(), found["as"].concept()
    _one_type(value, concept, into)
    if concept == into:
        raise found["as"].wrong(f"'as' must be another concept than 'from', {concept}")
    names = tuple(sorted({item.text() for item in found["names"].items("a name")}))
    if not names:
        raise found["names"].wrong("names must not be empty")
    return Split(concept, names, into, **rest)


def _merge(value: _Value) -> Merge:
    found, rest = value.entry("concepts", "into")
    into = found["into"].concept()
    concepts = {item.concept() for item in found["concepts"].items("a concept")} - {into}
    if not concepts:
        raise value.wrong(f"a merge entry needs another concept than 'into', {into}")
    _one_type(value, into, *sorted(concepts))
    return Merge(tuple(sorted(concepts)), into, **rest)


def _one_type(value: _Value, concept: str, *others: str) -> None:
    for other in others:
        if concept_type(other) is not concept_type(concept):
            raise value.wrong(
                f"{concept} and {other} are of different types; retype gives a concept another type,"
                " and joins it to the one that has its name there"
            )


def _retype(value: _Value) -> Retype:
    found, rest = value.entry("concept", "to")
    concept, type_ = found["concept"].concept(), found["to"].type()
    if concept_type(concept) is type_:
        raise found["to"].wrong(f"{concept} is a {type_} already")
    return Retype(concept, type_, **rest)


def _drop(value: _Value) -> Drop:
    found, rest = value.entry("concept")
    return Drop(found["concept"].concept(), **rest)


def _rename(value: _Value) -> Rename:
    found, rest = value.entry("concept", "label")
    return Rename(found["concept"].concept(), found["label"].words(), **rest)


def _link(value: _Value) -> Link:
    found, rest = value.entry("concept", "exactMatch")
    iris = tuple(sorted({item.iri() for item in found["exactMatch"].items("an IRI")}))
    if not iris:
        raise found["exactMatch"].wrong("exactMatch must not be empty")
    return Link(found["concept"].concept(), iris, **rest)


_SECTIONS: dict[str, Callable[[_Value], Entry]] = {
    "split": _split,
    "merge": _merge,
    "retype": _retype,
    "drop": _drop,
    "rename": _rename,
    "link": _link,
}
