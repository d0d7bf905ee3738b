"""The namespaces, and the prefixes that stand for them in every form and in every query."""

from __future__ import annotations

import re

from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE

DCTERMS = "http://purl.org/dc/terms/"
OWL = "http://www.w3.org/2002/07/owl#"
PROV = "http://www.w3.org/ns/prov#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA = "https://schema.org/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SKOSXL = "http://www.w3.org/2008/05/skos-xl#"
VANN = "http://purl.org/vocab/vann/"
XSD = "http://www.w3.org/2001/XMLSchema#"

#: The kinds of things, which are the first step of their IRIs and have a prefix each.
KINDS = ("paper", "method", "task", "dataset", "metric", "alias", "claim", "evidence", "run")

_BASE = re.compile(r"https?://[A-Za-z0-9._~:/-]+[/#]")


def prefixes(base: str = ID_BASE) -> dict[str, str]:
    """Return the namespace that each prefix stands for, where things lie below `base`.

    `kgid` stands for the base itself and `method`, `paper` and so on for the things of one kind, since
    a name with a slash in it cannot stand after a prefix unescaped. Raises ValueError where the base is
    no http(s) IRI that ends in `/` or `#`.
    """
    if not _BASE.fullmatch(base):
        raise ValueError(f"the base of IRIs must be an http(s) IRI that ends in '/' or '#', not {base!r}")
    return {
        "kg": ONTOLOGY_BASE,
        "kgid": base,
        **{kind: f"{base}{kind}/" for kind in KINDS},
        "dcterms": DCTERMS,
        "owl": OWL,
        "prov": PROV,
        "rdf": RDF,
        "rdfs": RDFS,
        "schema": SCHEMA,
        "skos": SKOS,
        "skosxl": SKOSXL,
        "vann": VANN,
        "xsd": XSD,
    }
