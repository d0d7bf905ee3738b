"""RDF/XML, for tools that read nothing newer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import IO

from kgraph.identifiers import ID_BASE
from kgraph.rdf.forms import Node, by_subject, text, write_pieces
from kgraph.rdf.prefixes import KINDS, prefixes
from kgraph.rdf.terms import Triple
from kgraph.xmltext import attribute, escape

# What may stand behind the colon of an element's name, as far to the left in an IRI as it can begin.
_LOCAL_NAME = re.compile(r"(?<![A-Za-z0-9_.-])[0-9.-]*([A-Za-z_][A-Za-z0-9_.-]*)\Z")


def write_rdfxml(triples: Iterable[Triple], file: IO[str] | IO[bytes], base: str = ID_BASE) -> None:
    """Write the triples as RDF/XML; those of one subject must come together.

    Control characters that XML cannot hold become U+FFFD. Raises ValueError where RDF/XML cannot say a
    triple: for an RDF 1.2 triple term, and a property whose IRI does not end in a name.
    """
    write_pieces(rdfxml_text(triples, base), file)


def rdfxml_text(triples: Iterable[Triple], base: str = ID_BASE) -> Iterator[str]:
    """Yield what `write_rdfxml` writes, piece by piece."""
    return text(RdfXml(base), by_subject(triples))


class RdfXml:
    """RDF/XML as a form of RDF: one `rdf:Description` a node."""

    between = ""
    tail = "</rdf:RDF>\n"

    def __init__(self, base: str = ID_BASE) -> None:
        # Only properties are written with a prefix, and no thing is one.
        namespaces = {prefix: iri for prefix, iri in prefixes(base).items() if prefix not in (*KINDS, "kgid")}
        self._prefixes = {iri: prefix for prefix, iri in namespaces.items()}
        declarations = "".join(f'\n    xmlns:{prefix}="{attribute(iri)}"' for prefix, iri in namespaces.items())
        self.head = f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{declarations}>\n'
        self._tags = lru_cache(maxsize=1 << 10)(self._tag)

    def node(self, triples: Node) -> str:
        """Return a description with one property a line."""
        lines = [f"  <rdf:Description {_name(triples[0][0], 'about')}>"]
        for _, predicate, object_ in triples:
            start, end = self._tags(predicate)
            lines.append(f"    <{start}{_object(object_, end)}")
        return "\n".join(lines) + "\n  </rdf:Description>\n"

    def _tag(self, predicate: str) -> tuple[str, str]:
        """Return what stands in the start and in the end tag of a property."""
        iri = predicate[1:-1]
        local = _LOCAL_NAME.search(iri)
        if local is None:
            raise ValueError(f"RDF/XML cannot write the property {predicate}: its IRI does not end in a name")
        namespace, name = iri[: local.start(1)], local[1]
        if prefix := self._prefixes.get(namespace):
            return f"{prefix}:{name}", f"{prefix}:{name}"
        return f'ns:{name} xmlns:ns="{attribute(namespace)}"', f"ns:{name}"


def _name(term: str, role: str) -> str:
    """Return the attribute that names an IRI or a blank node."""
    if term.startswith("<<"):
        raise ValueError("RDF/XML has no form for a triple term")
    if term.startswith("_:"):
        return f'rdf:nodeID="b{term[2:]}"'  # a label may begin with a digit, a name may not
    return f'rdf:{role}="{attribute(term[1:-1])}"'


def _object(term: str, end: str) -> str:
    """Return the rest of a property's element, behind its start tag's name."""
    if term[0] != '"':
        return f" {_name(term, 'resource')}/>"
    value, mark, tail = term.rpartition('"')
    if tail.startswith("@"):
        about = f' xml:lang="{tail[1:]}"'
    else:
        about = f' rdf:datatype="{attribute(tail[3:-1])}"' if tail else ""
    plain = json.loads(value + mark) if "\\" in value else value[1:]
    return f"{about}>{escape(plain)}</{end}>"
