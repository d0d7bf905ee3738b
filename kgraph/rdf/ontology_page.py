"""The ontology as a page for people: `python -m kgraph.rdf.ontology_page > ontology/index.html`.

One HTML file without scripts, made from `kgraph.ttl` and `alignments.ttl`. Every term has its local name as its
anchor, so that its IRI, followed to this page, ends at the term.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from html import escape

from kgraph.identifiers import ONTOLOGY_BASE
from kgraph.rdf.prefixes import DCTERMS, OWL, RDF, RDFS, SKOS, VANN, prefixes
from kgraph.rdf.shorten import shortener
from kgraph.resources import ontology_folder

_ONTOLOGY = ONTOLOGY_BASE.rstrip("#")
#: The sections of the page: what their terms are declared as.
_SECTIONS = {"Classes": "Class", "Object properties": "ObjectProperty", "Datatype properties": "DatatypeProperty"}
#: Of the alignments, what has no prefix in kgraph's own files.
_MORE_PREFIXES = {
    "cskg": "https://w3id.org/cskg/ontology#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "fabio": "http://purl.org/spar/fabio/",
    "lpwc": "https://linkedpaperswithcode.com/class/",
    "lpwcp": "https://linkedpaperswithcode.com/property/",
    "mls": "http://www.w3.org/ns/mls#",
}
_ABOUT = {
    "IRI": "",
    "Version": f"{OWL}versionInfo",
    "Version IRI": f"{OWL}versionIRI",
    "Prefix": f"{VANN}preferredNamespacePrefix",
    "Namespace": f"{VANN}preferredNamespaceUri",
    "Creator": f"{DCTERMS}creator",
    "Licence": f"{DCTERMS}license",
    "Created": f"{DCTERMS}created",
    "Modified": f"{DCTERMS}modified",
    "Cite as": f"{DCTERMS}bibliographicCitation",
}
#: What is said of a term, and what other terms say of it.
_ROWS = {
    "example": f"{SKOS}example",
    "note": f"{SKOS}scopeNote",
    "subclass of": f"{RDFS}subClassOf",
    "subproperty of": f"{RDFS}subPropertyOf",
    "domain": f"{RDFS}domain",
    "range": f"{RDFS}range",
    "close match": f"{SKOS}closeMatch",
    "broad match": f"{SKOS}broadMatch",
}
_ROWS_FROM_OTHERS = {
    "subclasses": f"{RDFS}subClassOf",
    "subproperties": f"{RDFS}subPropertyOf",
    "domain of": f"{RDFS}domain",
    "range of": f"{RDFS}range",
}
_DISJOINT = f"{OWL}disjointWith"
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
section { margin: 1.5rem 0; padding-top: .5rem; }
section:target { background: var(--soft); }
h3 { margin: 0; }
h3 code { font-weight: normal; font-size: .85em; opacity: .8; }
p { margin: .3rem 0; }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: .1rem 1rem; margin: .3rem 0; font-size: .92em; }
dt { opacity: .75; } dd { margin: 0; overflow-wrap: anywhere; }
nav ul { columns: 12rem; padding: 0; list-style: none; }
"""


def ontology_page() -> str:
    """Return the page as HTML."""
    page = _Page()
    return "\n".join(page.lines()) + "\n"


class _Page:
    """The triples of the ontology, by subject, in the order of the file."""

    def __init__(self) -> None:
        import pyoxigraph

        self._values: dict[str, dict[str, list[str]]] = {}
        for name in ("kgraph.ttl", "alignments.ttl"):
            for triple in pyoxigraph.parse(path=str(ontology_folder() / name)):
                subject, predicate, object_ = triple.subject.value, triple.predicate.value, triple.object.value
                values = self._values.setdefault(subject, {}).setdefault(predicate, [])
                if object_ not in values:
                    values.append(object_)
        self._shorten = shortener(prefixes() | _MORE_PREFIXES)

    def _of(self, subject: str, predicate: str) -> list[str]:
        return self._values.get(subject, {}).get(predicate, [])

    def _with(self, predicate: str, value: str) -> list[str]:
        return [subject for subject in self._values if value in self._of(subject, predicate)]

    @cached_property
    def _sections(self) -> dict[str, list[str]]:
        return {
            title: [
                term
                for term in self._values
                if term.startswith(ONTOLOGY_BASE) and f"{OWL}{kind}" in self._of(term, f"{RDF}type")
            ]
            for title, kind in _SECTIONS.items()
        }

    def lines(self) -> Iterator[str]:
        """Yield the lines of the page."""
        title = self._of(_ONTOLOGY, f"{DCTERMS}title")[0]
        yield '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>"
        yield f"<h1>{escape(title)}</h1>"
        yield f"<p>{escape(self._of(_ONTOLOGY, f'{DCTERMS}abstract')[0])}</p>"
        yield from self._rows((name, self._of(_ONTOLOGY, iri) if iri else [_ONTOLOGY]) for name, iri in _ABOUT.items())
        yield "<nav>"
        for section, terms in self._sections.items():
            links = "".join(f"<li>{self._link(term)}</li>" for term in terms)
            yield f"<p>{section}</p>\n<ul>{links}</ul>"
        yield "</nav>"
        for section, terms in self._sections.items():
            yield f"<h2>{section}</h2>"
            for term in terms:
                yield from self._term(term)

    def _term(self, term: str) -> Iterator[str]:
        yield f'<section id="{escape(term.removeprefix(ONTOLOGY_BASE))}">'
        yield f"<h3>{escape(self._of(term, f'{RDFS}label')[0])} <code>{self._name(term)}</code></h3>"
        yield f"<p>{escape(self._of(term, f'{SKOS}definition')[0])}</p>"
        rows = [(name, self._of(term, iri)) for name, iri in _ROWS.items()]
        rows += [(name, self._with(iri, term)) for name, iri in _ROWS_FROM_OTHERS.items()]
        rows.append(("disjoint with", self._of(term, _DISJOINT) + self._with(_DISJOINT, term)))
        yield from self._rows(rows)
        yield "</section>"

    def _rows(self, rows: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
        yield "<dl>"
        for name, values in rows:
            if values:
                # Literals may hold commas; links do not.
                separator = ", " if values[0].startswith("http") else "; "
                yield f"<dt>{escape(name)}</dt><dd>{separator.join(map(self._link, values))}</dd>"
        yield "</dl>"

    def _link(self, value: str) -> str:
        """Return a link to an IRI, by its short name; other text as it is."""
        if not value.startswith(("http://", "https://")):
            return escape(value)
        target = f"#{value.removeprefix(ONTOLOGY_BASE)}" if self._of(value, f"{RDFS}isDefinedBy") else value
        return f'<a href="{escape(target)}">{self._name(value)}</a>'

    def _name(self, iri: str) -> str:
        return escape(self._shorten(iri) or iri)


if __name__ == "__main__":
    sys.stdout.write(ontology_page())
