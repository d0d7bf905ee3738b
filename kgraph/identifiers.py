"""Stable names for things: slugs, node keys, IRIs and content hashes.

A node key is the tail of its IRI: `paper/2210.14793`, `method/large-language-model`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from kgraph.vocabulary import EntityType

ONTOLOGY_BASE = "https://w3id.org/kgraph/ontology#"
ID_BASE = "https://w3id.org/kgraph/id/"

_LONGEST_SLUG = 80
_PLAIN_KEY = re.compile(r"[a-z0-9 -]*")
_PAPER_SAFE = re.compile(r"[^A-Za-z0-9._-]+")
_WEB_IRI = re.compile(
    r"https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?"
    r"(/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?"
    r"(\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
    r"(\#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)


def content_hash(*parts: str, length: int = 16) -> str:
    """Return the first `length` hexadecimal digits of the SHA-256 of the parts.

    Parts are kept apart by a separator that is escaped within them, so ("ab", "c") and ("a", "bc") differ.
    """
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return hashlib.sha256(b"".join([b"%d:%b" % (len(data), data) for data in encoded])).hexdigest()[:length]


def slug(text: str) -> str:
    """Return the text as lower-case ASCII words joined by single hyphens; "" if none is left."""
    folded = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")


def concept_key(type_: EntityType, key: str) -> str:
    """Return the node key of a concept, from its type and its resolution key.

    A short hash of both is added whenever the slug alone might not tell two keys apart: where the
    key has other characters than small letters, digits, spaces and hyphens, or is longer than 80. Never
    "on collision", which would make a name depend on what else is in the graph.
    """
    tail = slug(key)
    if len(tail) > _LONGEST_SLUG or not tail or not _PLAIN_KEY.fullmatch(key):
        tail = f"{tail[:_LONGEST_SLUG].strip('-')}-{content_hash(type_, key, length=8)}".lstrip("-")
    return f"{type_.lower()}/{tail}"


def concept_type(node_key: str) -> EntityType | None:
    """Return the type of the concept with this node key, or None where no concept can have it."""
    kind, _, tail = node_key.partition("/")
    types = {type_.lower(): type_ for type_ in EntityType}
    return types.get(kind) if tail and slug(tail) == tail else None


def paper_key(paper_id: str) -> str:
    """Return the node key of a paper: its id, with a hash where characters had to go."""
    tail = _PAPER_SAFE.sub("-", paper_id).strip("-")
    if tail != paper_id or not tail.strip("."):
        tail = f"{tail[:_LONGEST_SLUG]}-{content_hash(paper_id, length=8)}".lstrip("-.")
    return f"paper/{tail}"


def claim_key(subject: str, object_: str, relation: str) -> str:
    """Return the key of the claim that an edge makes, from the keys of its ends and its relation."""
    return f"claim/{content_hash(subject, relation, object_)}"


def evidence_key(claim: str, item: Mapping[str, Any]) -> str:
    """Return the key of an item of evidence: of its claim, paper, field and offsets."""
    return f"evidence/{content_hash(claim, item['paper'], item['field'], str(item['start']), str(item['end']))}"


def is_web_iri(text: str) -> bool:
    """Whether the text is an http(s) address that every RDF parser takes as it is.

    Only ASCII passes, with `%` before two hexadecimal digits; no user name, no `.` or `..` as a step.
    """
    path = text.partition("#")[0].partition("?")[0]
    return bool(_WEB_IRI.fullmatch(text)) and not {".", ".."} & set(path.split("/"))


def title_key(title: str) -> str:
    """Return the title without case, space and punctuation: equal for records of one paper."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return "".join(c for c in folded if c.isalnum())


def generated_paper_id(title: str) -> str:
    """Return the id of a paper whose source gives none: a slug of its title and a short hash."""
    key = title_key(title)
    return f"{slug(title)[:60].strip('-')}-{content_hash(key or title, length=8)}".lstrip("-")
