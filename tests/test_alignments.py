"""The ontology's links to other vocabularies, in their two forms, and its page."""

from __future__ import annotations

import csv
from html.parser import HTMLParser

import pytest
import yaml
from rdflib import DCAT, OWL, RDF, RDFS, SDO, SKOS, Graph, URIRef
from rdflib.term import Node

from kgraph.identifiers import ONTOLOGY_BASE
from kgraph.rdf.ontology_page import ontology_page
from kgraph.resources import ontology_folder

MATCHES = {RDFS.subClassOf, SKOS.closeMatch, SKOS.broadMatch}


@pytest.fixture(scope="module")
def alignments() -> Graph:
    return Graph().parse(ontology_folder() / "alignments.ttl")


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(ontology_folder() / "kgraph.ttl")


def sssom() -> tuple[dict[str, object], list[dict[str, str]]]:
    """The header and the rows of the mappings in TSV."""
    lines = (ontology_folder() / "alignments.sssom.tsv").read_text(encoding="utf-8").splitlines()
    header = yaml.safe_load("\n".join(line[1:] for line in lines if line.startswith("#")))
    return header, list(csv.DictReader((x for x in lines if not x.startswith("#")), delimiter="\t"))


def mappings(alignments: Graph) -> set[tuple[Node, Node, Node]]:
    return {(s, p, o) for p in MATCHES for s, o in alignments.subject_objects(p)}


def test_both_forms_hold_the_same_mappings(alignments: Graph) -> None:
    header, rows = sssom()
    prefixes = header["curie_map"]
    assert isinstance(prefixes, dict)

    def expanded(curie: str) -> URIRef:
        prefix, _, name = curie.partition(":")
        return URIRef(prefixes[prefix] + name)

    told = [(expanded(r["subject_id"]), expanded(r["predicate_id"]), expanded(r["object_id"])) for r in rows]
    assert len(told) == len(set(told)) > 20
    assert set(told) == mappings(alignments)


def test_the_tsv_has_what_sssom_requires(ontology: Graph) -> None:
    header, rows = sssom()
    assert header["mapping_set_id"] == "https://w3id.org/kgraph/ontology/alignments"
    assert header["license"] == "https://www.apache.org/licenses/LICENSE-2.0"
    prefixes = header["curie_map"]
    assert isinstance(prefixes, dict)
    for row in rows:
        assert row["mapping_justification"] == "semapv:ManualMappingCuration"
        assert {row[name].partition(":")[0] for name in ("subject_id", "predicate_id", "object_id")} <= set(prefixes)
        subject = URIRef(ONTOLOGY_BASE + row["subject_id"].removeprefix("kg:"))
        assert str(ontology.value(subject, RDFS.label)) == row["subject_label"]
    order = [(row["subject_id"], row["predicate_id"], row["object_id"]) for row in rows]
    assert order == sorted(order)


def test_alignments_lead_from_our_terms_to_others_and_equate_nothing(alignments: Graph, ontology: Graph) -> None:
    ours = set(ontology.subjects(RDFS.isDefinedBy))
    for subject, _, object_ in mappings(alignments):
        assert subject in ours
        assert not str(object_).startswith(ONTOLOGY_BASE)
    other = {p for s, p in alignments.subject_predicates() if s in ours} - MATCHES
    assert other == {RDF.type}
    assert not {OWL.equivalentClass, OWL.equivalentProperty, OWL.sameAs} & set(alignments.predicates())


def test_what_the_alignments_put_below_the_ontology_puts_there_too(alignments: Graph, ontology: Graph) -> None:
    below = set(alignments.subject_objects(RDFS.subClassOf))
    assert below
    assert below <= set(ontology.subject_objects(RDFS.subClassOf))


def test_terms_of_vocabularies_that_rdflib_knows_are_terms_of_them(alignments: Graph) -> None:
    checked = 0
    for _, _, object_ in mappings(alignments):
        for namespace in (DCAT, SDO, SKOS):
            if str(object_).startswith(str(namespace)):
                assert object_ in namespace
                checked += 1
    assert checked >= 9


def test_alignments_of_every_vocabulary_that_we_promise(alignments: Graph) -> None:
    bases = {
        "https://linkedpaperswithcode.com/", "https://w3id.org/cskg/", "http://www.w3.org/ns/mls#",
        "http://purl.org/spar/fabio/", "https://schema.org/", "http://www.w3.org/2004/02/skos/core#",
        "http://www.w3.org/ns/dcat#",
    }  # fmt: skip
    objects = {str(object_) for _, _, object_ in mappings(alignments)}
    assert {base for base in bases if not any(o.startswith(base) for o in objects)} == set()


class Anchors(HTMLParser):
    """What a page can be entered at, and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.add(tag)
        if identifier := values.get("id"):
            self.ids.append(identifier)
        if link := values.get("href"):
            self.links.append(link)


def test_the_page_is_in_step_with_the_ontology() -> None:
    written = (ontology_folder() / "index.html").read_text(encoding="utf-8")
    assert written == ontology_page(), "python -m kgraph.rdf.ontology_page > ontology/index.html"


def test_the_page_has_every_term_once_and_no_link_into_the_void(ontology: Graph) -> None:
    page = Anchors()
    page.feed(ontology_page())
    terms = {str(term).removeprefix(ONTOLOGY_BASE) for term in ontology.subjects(RDFS.isDefinedBy)}
    assert sorted(page.ids) == sorted(terms)
    assert {link[1:] for link in page.links if link.startswith("#")} == terms
    assert not {"script", "img", "link"} & page.tags
