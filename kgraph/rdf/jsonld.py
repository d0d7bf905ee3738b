"""JSON-LD: one node a line, compacted by ontology/context.jsonld, which is written into the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import IO, Any

from kgraph.identifiers import ID_BASE
from kgraph.rdf.forms import Node, write_form
from kgraph.rdf.prefixes import RDF, XSD, prefixes
from kgraph.rdf.shorten import shortener
from kgraph.rdf.terms import Triple
from kgraph.resources import ontology_folder

_TYPE = f"<{RDF}type>"
# JSON numbers that every parser reads exactly, and gives back as the same digits.
_SAFE_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")


def write_jsonld(triples: Iterable[Triple], file: IO[str] | IO[bytes], base: str = ID_BASE) -> None:
    """Write the triples as JSON-LD 1.1; those of one subject and predicate must come together.

    Raises ValueError for an RDF 1.2 triple term, which JSON-LD cannot say.
    """
    write_form(JsonLd(base), triples, file)


def context(base: str = ID_BASE) -> dict[str, Any]:
    """Return the JSON-LD context for things below `base`."""
    stored = json.loads((ontology_folder() / "context.jsonld").read_text(encoding="utf-8"))
    terms: dict[str, Any] = stored["@context"]
    return terms | prefixes(base)


class JsonLd:
    """JSON-LD as a form of RDF. N-Triples escapes strings as JSON does, so they are taken as they are."""

    between = ",\n"
    tail = "\n]}\n"

    def __init__(self, base: str = ID_BASE) -> None:
        terms, namespaces = context(base), prefixes(base)
        self.head = f'{{"@context": {json.dumps(terms, indent=1)},\n"@graph": [\n'
        self._shorten = shortener(namespaces)
        self._name = lru_cache(maxsize=1 << 10)(self._named)
        self._value = lru_cache(maxsize=1 << 16)(self._valued)
        self._names: dict[str, str] = {}
        self._coercions: dict[str, str] = {}
        for name, definition in terms.items():
            if name in namespaces or name.startswith("@"):
                continue
            compact = definition if isinstance(definition, str) else definition["@id"]
            full = _expand(compact, namespaces)
            self._names[full] = name
            if not isinstance(definition, str):
                self._coercions[full] = _expand(definition["@type"], namespaces)

    def node(self, triples: Node) -> str:
        """Return a node as a JSON object in one line."""
        members = [f'{{"@id": {self._reference(triples[0][0])}']
        for predicate, group in groupby(triples, itemgetter(1)):
            if predicate == _TYPE:
                members.append(f'"@type": [{", ".join([self._name(object_) for _, _, object_ in group])}]')
                continue
            coercion = self._coercions.get(predicate[1:-1], "")
            # Where no datatype is expected, a plain string, the only term that ends in a quote, stands as it is.
            values = [
                object_ if object_[-1] == '"' and not coercion else self._value(object_, coercion)
                for _, _, object_ in group
            ]
            text = values[0] if len(values) == 1 else f"[{', '.join(values)}]"
            members.append(f"{self._name(predicate)}: {text}")
        return ", ".join(members) + "}"

    def _reference(self, term: str) -> str:
        """Return an IRI or blank node as a JSON string."""
        if term.startswith("<<"):
            raise ValueError("JSON-LD has no form for a triple term")
        return f'"{term if term.startswith("_:") else self._shorten(term[1:-1]) or term[1:-1]}"'

    def _named(self, term: str) -> str:
        """Return a property or a class as a JSON string: by its name in the context, if it has one."""
        name = self._names.get(term[1:-1])
        return f'"{name}"' if name else self._reference(term)

    def _valued(self, term: str, coercion: str) -> str:
        if term[0] != '"':
            reference = self._reference(term)
            return reference if coercion == "@id" else f'{{"@id": {reference}}}'
        if term[-1] == '"':
            return f'{{"@value": {term}}}'
        text, mark, tail = term.rpartition('"')
        text += mark
        if tail[0] == "@":
            return f'{{"@value": {text}, "@language": "{tail[1:]}"}}'
        datatype = tail[3:-1]
        if datatype != coercion:
            return f'{{"@value": {text}, "@type": "{self._shorten(datatype) or datatype}"}}'
        if datatype == f"{XSD}integer" and _SAFE_INTEGER.fullmatch(text, 1, len(text) - 1):
            return text[1:-1]
        return text


def _expand(compact: str, namespaces: Mapping[str, str]) -> str:
    prefix, colon, local = compact.partition(":")
    return namespaces[prefix] + local if colon else compact
