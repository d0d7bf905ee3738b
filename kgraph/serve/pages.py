"""The pages that the server makes: the form for queries, a thing, the ontology's terms.

Each is one HTML text that asks for nothing but answers of this server. Jinja escapes whatever stands in it, and its
Content-Security-Policy names the hashes of its own script and style, so nothing else can run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE, is_web_iri
from kgraph.query import named_queries
from kgraph.rdf.prefixes import KINDS, prefixes
from kgraph.rdf.shorten import shortener
from kgraph.serve.media import TRIPLES

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).resolve().parent / "templates"

#: The map has a policy of its own inside; from outside it only must not be framed.
GRAPH_POLICY = "frame-ancestors 'none'"


def query_page(values: Mapping[str, str], *, has_map: bool) -> tuple[str, str]:
    """Return the page with the form for queries, and its policy; `values` are for the examples' parameters."""
    examples = [
        {
            "name": query.name,
            "title": query.title,
            "parameters": [
                {
                    "name": parameter.name,
                    "description": parameter.description,
                    "value": parameter.default or (values.get(parameter.name, "") if parameter.required else ""),
                }
                for parameter in query.parameters
            ],
        }
        for query in named_queries()
    ]
    data = {"prefixes": prefixes(), "things": ID_BASE, "ontology": ONTOLOGY_BASE, "examples": examples}
    return _rendered("query.html", ("query.js",), data=data, has_map=has_map)


def thing_page(thing: Mapping[str, Any], *, has_map: bool) -> tuple[str, str]:
    """Return the page of what `describe.describe` says of a thing, and its policy."""
    on_map = has_map and thing["key"].partition("/")[0] not in ("claim", "evidence", "run")
    return _rendered("thing.html", (), thing=thing, iri=ID_BASE + thing["key"], forms=list(TRIPLES), on_map=on_map)


def ontology_page(terms: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    """Return the page of the ontology's terms, and its policy."""
    return _rendered("ontology.html", (), terms=terms, iri=ONTOLOGY_BASE.rstrip("#"))


def local_link(iri: str) -> str:
    """Return the address under which a page of this server links an IRI: a page here, the IRI itself, or ""."""
    kind, _, tail = iri.removeprefix(ID_BASE).partition("/")
    if iri.startswith(ID_BASE) and kind in KINDS and tail:
        return f"/page/{kind}/{quote(tail)}"
    if iri.startswith(ONTOLOGY_BASE):
        return f"/ontology#{quote(iri.removeprefix(ONTOLOGY_BASE))}"
    return iri if is_web_iri(iri) else ""


def _rendered(template: str, scripts: Sequence[str], **values: Any) -> tuple[str, str]:
    style, own = _text("page.css"), [_text(name) for name in scripts]
    html = _environment().get_template(template).render(style=style, scripts=own, **values)
    run = " ".join(_hash(text) for text in own) or "'none'"
    policy = (
        f"default-src 'none'; script-src {run}; style-src {_hash(style)}; connect-src 'self'; img-src data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return html, policy


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    shorten = shortener(prefixes())
    environment.filters["link"] = local_link
    environment.filters["shorten"] = lambda iri: shorten(iri) or iri
    # Our own scripts and styles, which stand in the page as they are.
    environment.filters["own"] = Markup
    return environment


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
