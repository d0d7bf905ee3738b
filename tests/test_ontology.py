"""The ontology agrees with the code's vocabulary, stays simple, and covers all that a graph says."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path

import pytest
from graphs import small_graph
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef

from kgraph.identifiers import ONTOLOGY_BASE
from kgraph.rdf import prefixes, to_rdflib
from kgraph.rdf.jsonld import context
from kgraph.resources import ontology_folder
from kgraph.vocabulary import SIGNATURES, SYMMETRIC, EntityType, PaperRelation, RelationType

KG = Namespace(ONTOLOGY_BASE)
ONTOLOGY = URIRef(ONTOLOGY_BASE.rstrip("#"))
PROPERTY_KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
BUILT_IN = tuple(prefixes()[name] for name in ("rdf", "rdfs", "owl"))


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(ontology_folder() / "kgraph.ttl")


@pytest.fixture(scope="module")
def graph() -> Graph:
    return to_rdflib(small_graph())


def own(ontology: Graph, *kinds: URIRef) -> set[URIRef]:
    return {s for kind in kinds for s in ontology.subjects(RDF.type, kind) if s.startswith(ONTOLOGY_BASE)}


def test_there_are_ten_classes(ontology: Graph) -> None:
    names = {*EntityType, "Concept", "Paper", "Claim", "Evidence", "Alias", "ExtractionRun"}
    assert own(ontology, OWL.Class) == {KG[name] for name in names}


def test_every_entity_type_is_a_concept_and_no_two_share_a_thing(ontology: Graph) -> None:
    for type_ in EntityType:
        assert (KG[type_], RDFS.subClassOf, KG.Concept) in ontology
    for one, other in combinations(EntityType, 2):
        ways = {(KG[one], OWL.disjointWith, KG[other]), (KG[other], OWL.disjointWith, KG[one])}
        assert any(way in ontology for way in ways), (one, other)


@pytest.mark.parametrize("relation", RelationType)
def test_domain_and_range_of_a_relation_are_those_of_its_signature(ontology: Graph, relation: RelationType) -> None:
    def common(types: set[EntityType]) -> URIRef:
        return KG[types.pop()] if len(types) == 1 else KG.Concept

    assert list(ontology.objects(KG[relation], RDFS.domain)) == [common({head for head, _ in SIGNATURES[relation]})]
    assert list(ontology.objects(KG[relation], RDFS.range)) == [common({tail for _, tail in SIGNATURES[relation]})]
    assert (KG[relation], RDFS.subPropertyOf, KG.relatedConcept) in ontology
    assert ((KG[relation], RDF.type, OWL.SymmetricProperty) in ontology) == (relation in SYMMETRIC)


@pytest.mark.parametrize("relation", PaperRelation)
def test_a_paper_relation_leads_from_papers_to_concepts(ontology: Graph, relation: PaperRelation) -> None:
    assert list(ontology.objects(KG[relation], RDFS.domain)) == [KG.Paper]
    assert list(ontology.objects(KG[relation], RDFS.range)) == [KG.Concept]
    assert KG.mentions in ontology.transitive_objects(KG[relation], RDFS.subPropertyOf)


def test_the_relations_are_no_more_than_those_of_the_vocabulary(ontology: Graph) -> None:
    assert set(ontology.subjects(RDFS.subPropertyOf, KG.relatedConcept)) == {KG[r] for r in RelationType}
    below_mentions = set(ontology.transitive_subjects(RDFS.subPropertyOf, KG.mentions))
    assert below_mentions == {KG[r] for r in PaperRelation}


def test_every_term_is_labelled_defined_shown_by_an_example_and_says_where_it_belongs(ontology: Graph) -> None:
    for term in own(ontology, OWL.Class, *PROPERTY_KINDS):
        assert isinstance(ontology.value(term, RDFS.label), Literal), term
        assert str(ontology.value(term, SKOS.definition)).endswith("."), term
        assert ontology.value(term, SKOS.example), term
        assert list(ontology.objects(term, RDFS.isDefinedBy)) == [ONTOLOGY]


def test_the_header_holds_what_checkers_of_ontologies_ask_for(ontology: Graph) -> None:
    assert list(ontology.subjects(RDF.type, OWL.Ontology)) == [ONTOLOGY]
    vann = Namespace(prefixes()["vann"])
    version = str(ontology.value(ONTOLOGY, OWL.versionInfo))
    assert ontology.value(ONTOLOGY, OWL.versionIRI) == URIRef(f"{ONTOLOGY}/{version}")
    assert ontology.value(ONTOLOGY, DCTERMS.license) == URIRef("https://www.apache.org/licenses/LICENSE-2.0")
    assert ontology.value(ONTOLOGY, vann.preferredNamespacePrefix) == Literal("kg")
    assert ontology.value(ONTOLOGY, vann.preferredNamespaceUri) == Literal(ONTOLOGY_BASE)
    for name in ("title", "description", "abstract", "creator", "publisher", "language", "bibliographicCitation"):
        assert ontology.value(ONTOLOGY, DCTERMS[name]), name
    for name in ("created", "issued", "modified"):
        value = ontology.value(ONTOLOGY, DCTERMS[name])
        assert isinstance(value, Literal) and value.datatype == XSD.date and not value.ill_typed, name
    assert version in str(ontology.value(ONTOLOGY, DCTERMS.bibliographicCitation))


def test_there_are_no_blank_nodes_and_only_plain_axioms(ontology: Graph) -> None:
    assert not [node for triple in ontology for node in triple if isinstance(node, BNode)]
    axioms = {p for p in ontology.predicates() if str(p).startswith(BUILT_IN)} - {
        RDF.type,
        RDFS.label,
        RDFS.isDefinedBy,
    }
    assert axioms == {
        RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, RDFS.seeAlso, OWL.disjointWith,
        OWL.priorVersion, OWL.versionIRI, OWL.versionInfo,
    }  # fmt: skip
    assert set(ontology.objects(predicate=RDF.type)) == {
        OWL.Ontology, OWL.Class, OWL.SymmetricProperty, *PROPERTY_KINDS
    }  # fmt: skip


def test_things_of_different_kinds_are_apart(ontology: Graph) -> None:
    for one, other in combinations(("Concept", "Paper", "Claim", "Evidence", "Alias", "ExtractionRun"), 2):
        ways = {(KG[one], OWL.disjointWith, KG[other]), (KG[other], OWL.disjointWith, KG[one])}
        assert any(way in ontology for way in ways), (one, other)


def test_no_term_is_of_two_kinds(ontology: Graph) -> None:
    for term in set(ontology.subjects()):
        assert len(set(ontology.objects(term, RDF.type)) - {OWL.SymmetricProperty}) == 1, term


def test_all_classes_and_properties_of_a_graph_are_declared(ontology: Graph, graph: Graph) -> None:
    used = {p for p in graph.predicates() if not str(p).startswith(BUILT_IN)}
    assert used <= {s for kind in PROPERTY_KINDS for s in ontology.subjects(RDF.type, kind)}
    classes = {c for c in graph.objects(predicate=RDF.type) if not str(c).startswith(BUILT_IN)}
    assert classes == set(ontology.subjects(RDF.type, OWL.Class))
    assert set(graph.objects(predicate=KG.predicate)) <= own(ontology, OWL.ObjectProperty)


def test_what_a_reasoner_would_add_from_the_hierarchies_is_already_there(ontology: Graph, graph: Graph) -> None:
    for sub, super_ in ontology.subject_objects(RDFS.subPropertyOf):
        for subject, object_ in graph.subject_objects(sub):
            assert (subject, super_, object_) in graph
    for sub, super_ in ontology.subject_objects(RDFS.subClassOf):
        for subject in graph.subjects(RDF.type, sub):
            assert (subject, RDF.type, super_) in graph


def test_what_a_graph_says_is_within_domains_and_ranges(ontology: Graph, graph: Graph) -> None:
    checked = 0
    for property_, domain in ontology.subject_objects(RDFS.domain):
        range_ = ontology.value(property_, RDFS.range)
        for subject, object_ in graph.subject_objects(property_):
            assert (subject, RDF.type, domain) in graph, (subject, property_)
            if isinstance(object_, Literal):
                assert str(object_.datatype or prefixes()["xsd"] + "string") == str(range_), (property_, object_)
            elif range_ is not None:
                assert (object_, RDF.type, range_) in graph, (property_, object_)
            checked += 1
    assert checked > 100


def test_the_context_names_every_class_and_property_with_its_datatype(ontology: Graph) -> None:
    terms = json.loads((ontology_folder() / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    assert {name: terms[name] for name in prefixes()} == prefixes()
    assert context() == terms
    xsd = prefixes()["xsd"]
    for term in own(ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty):
        name = term.removeprefix(ONTOLOGY_BASE)
        definition = terms[name]
        if (term, RDF.type, OWL.ObjectProperty) in ontology:
            assert definition == {"@id": f"kg:{name}", "@type": "@id"}
        elif (range_ := str(ontology.value(term, RDFS.range))) in (f"{xsd}integer", f"{xsd}decimal"):
            assert definition == {"@id": f"kg:{name}", "@type": range_.replace(xsd, "xsd:")}
        else:
            assert definition == f"kg:{name}"


def test_the_example_in_the_readme_is_turtle_as_it_is_written(tmp_path: Path) -> None:
    from kgraph.rdf import graph_triples, write_turtle

    with (tmp_path / "graph.ttl").open("wb") as file:
        write_turtle(graph_triples(small_graph()), file)
    written = (tmp_path / "graph.ttl").read_text(encoding="utf-8")
    readme = (ontology_folder() / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```turtle\n(.*?)```", readme, re.DOTALL)
    assert example
    for block in example[1].strip().split("\n\n"):
        assert f"\n{block}\n" in written
