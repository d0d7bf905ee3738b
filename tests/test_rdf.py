"""A graph as triples: everything the graph says, once, sorted, in stable bytes."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from graphs import ATTENTION, BLEU, HOSTILE, PIPELINE, PLAIN, TITLE, TRANSFORMER, WMT, evidence, small_graph
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef

from kgraph.errors import GraphError
from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE, paper_key
from kgraph.rdf import (
    graph_triples,
    to_rdflib,
    write_jsonld,
    write_ntriples,
    write_rdfxml,
    write_trig,
    write_turtle,
    write_turtle12,
)
from kgraph.rdf.prefixes import prefixes
from kgraph.rdf.terms import decimal, integer, literal, score, web_iri

KG = Namespace(ONTOLOGY_BASE)
ID = Namespace(ID_BASE)
PROV = Namespace(prefixes()["prov"])
SCHEMA = Namespace(prefixes()["schema"])
WRITERS = {
    "nt": write_ntriples,
    "ttl": write_turtle,
    "jsonld": write_jsonld,
    "rdfxml": write_rdfxml,
    "trig": write_trig,
    "ttlstar": write_turtle12,
}


def written(graph: nx.MultiDiGraph, form: str) -> bytes:
    file = io.BytesIO()
    WRITERS[form](graph_triples(graph), file)
    return file.getvalue()


@pytest.fixture(scope="module")
def rdf() -> Graph:
    return to_rdflib(small_graph())


def test_every_edge_is_a_direct_triple_and_a_claim_with_all_its_evidence(rdf: Graph) -> None:
    graph = small_graph()
    found = {}
    for claim in rdf.subjects(RDF.type, KG.Claim):
        items = []
        for item in rdf.subjects(KG.supports, claim):
            paper = rdf.value(item, PROV.wasDerivedFrom)
            values = [rdf.value(item, KG[name]).toPython() for name in ("field", "start", "end", "quote", "score")]
            items.append((str(paper).removeprefix(ID_BASE), *values[:-1], float(values[-1])))
        ends = (rdf.value(claim, KG.subject), rdf.value(claim, KG.predicate), rdf.value(claim, KG.object))
        assert ends in rdf
        subject, relation, object_ = (re.sub(r".*/id/|.*#", "", str(end)) for end in ends)
        support, best = rdf.value(claim, KG.support).toPython(), float(rdf.value(claim, KG.score))
        found[subject, object_, relation] = (support, best, sorted(items))
    assert found == {
        (subject, object_, relation): (
            data["support"],
            data["score"],
            sorted((e["paper"], e["field"], e["start"], e["end"], e["quote"], e["score"]) for e in data["evidence"]),
        )
        for subject, object_, relation, data in graph.edges(keys=True, data=True)
    }


def test_super_properties_are_written_out_but_claim_nothing(rdf: Graph) -> None:
    assert (ID[PLAIN], SCHEMA.mentions, ID[TRANSFORMER]) in rdf
    assert (ID[PLAIN], KG.mentions, ID[TRANSFORMER]) in rdf
    assert (ID[ATTENTION], SKOS.broader, ID[TRANSFORMER]) in rdf
    assert (ID[ATTENTION], KG.relatedConcept, ID[TRANSFORMER]) in rdf
    assert not list(rdf.subjects(KG.predicate, KG.relatedConcept))
    assert len(list(rdf.subjects(RDF.type, KG.Claim))) == small_graph().number_of_edges()


def test_a_symmetric_relation_is_written_once(rdf: Graph) -> None:
    assert (ID[ATTENTION], KG.comparedWith, ID[TRANSFORMER]) in rdf
    assert (ID[TRANSFORMER], KG.comparedWith, ID[ATTENTION]) not in rdf


def test_a_paper_has_what_its_source_tells(rdf: Graph) -> None:
    paper = ID[PLAIN]
    assert rdf.value(paper, RDFS.label) == rdf.value(paper, SCHEMA.name) == Literal(TITLE)
    assert rdf.value(paper, KG.paperId) == Literal("0000.00001")
    assert rdf.value(paper, KG.date) == Literal("2017-06-12")
    assert rdf.value(paper, KG.year) == Literal(2017)
    assert rdf.value(paper, KG.upvotes) == Literal(0)
    assert rdf.value(paper, SCHEMA.url) == URIRef("https://example.org/papers/1")
    assert set(rdf.objects(paper, SCHEMA.author)) == {Literal("Ada Byron"), Literal("Zoë O'Neil")}
    assert rdf.value(paper, SCHEMA.keywords) == Literal("cs.CL")
    assert rdf.value(paper, SCHEMA.sourceOrganization) == Literal("An Institute")


def test_a_date_without_a_year_stays_so_and_an_unsafe_url_is_left_out(rdf: Graph) -> None:
    assert rdf.value(ID[HOSTILE], KG.date) == Literal("--10-26")
    assert rdf.value(ID[HOSTILE], KG.year) is None
    assert rdf.value(ID[HOSTILE], SCHEMA.url) is None


@pytest.mark.parametrize("date", ["2017", "2017-06", "2017-06-12"])
def test_a_date_with_a_year_gives_it(date: str) -> None:
    graph = small_graph()
    graph.nodes[PLAIN]["date"] = date
    assert to_rdflib(graph).value(ID[PLAIN], KG.year) == Literal(2017)


def test_the_label_of_a_concept_is_not_among_its_other_names(rdf: Graph) -> None:
    concept = ID[TRANSFORMER]
    assert rdf.value(concept, RDFS.label) == rdf.value(concept, SKOS.prefLabel) == Literal("Transformer")
    assert set(rdf.objects(concept, SKOS.altLabel)) == {Literal("Transformers"), Literal("the TRANSFORMER")}
    assert rdf.value(concept, KG.papers) == Literal(2)


def test_every_name_leads_to_the_rule_and_the_characters_that_show_it(rdf: Graph) -> None:
    concept, xl = ID[TRANSFORMER], Namespace("http://www.w3.org/2008/05/skos-xl#")
    (preferred,) = rdf.objects(concept, xl.prefLabel)
    assert rdf.value(preferred, xl.literalForm) == Literal("Transformer")
    others = set(rdf.objects(concept, xl.altLabel))
    assert {rdf.value(other, xl.literalForm) for other in others} == set(rdf.objects(concept, SKOS.altLabel))
    for alias in {preferred, *others}:
        assert rdf.value(alias, KG.rule) == Literal("same-name")
        assert rdf.value(alias, PROV.wasDerivedFrom) == ID[PLAIN]
        assert int(rdf.value(alias, KG.end)) == len(rdf.value(alias, KG.quote))


def test_a_concept_is_linked_to_what_is_the_same_elsewhere_and_to_no_unsafe_address(rdf: Graph) -> None:
    assert list(rdf.objects(ID[BLEU], SKOS.exactMatch)) == [URIRef("https://example.org/terms#BLEU")]


def test_papers_and_concepts_carry_their_measures(rdf: Graph) -> None:
    for key, data in small_graph().nodes(data=True):
        for name in ("degree", "pageRank", "community", "firstDate", "lastDate"):
            value = rdf.value(ID[key], KG[name])
            assert (value if value is None else value.toPython()) == (
                Decimal(str(data[name])) if name == "pageRank" else data.get(name)
            )
    assert rdf.value(ID[PLAIN], KG.firstDate) is None


def test_evidence_names_the_run_that_found_it_where_that_is_known(rdf: Graph) -> None:
    (run,) = rdf.subjects(RDF.type, KG.ExtractionRun)
    assert rdf.value(run, RDFS.label) == Literal(PIPELINE)
    for item in rdf.subjects(RDF.type, KG.Evidence):
        from_plain = rdf.value(item, PROV.wasDerivedFrom) == ID[PLAIN]
        assert rdf.value(item, PROV.wasGeneratedBy) == (run if from_plain else None)


def test_of_two_entries_for_one_stretch_the_better_one_stands() -> None:
    graph = small_graph()
    edge = graph.edges[PLAIN, TRANSFORMER, "introduces"]
    edge["evidence"] = [{**edge["evidence"][0], "score": value} for value in (0.3, 0.9, 0.5)]
    rdf = to_rdflib(graph)
    (claim,) = set(rdf.subjects(KG.subject, ID[PLAIN])) & set(rdf.subjects(KG.object, ID[TRANSFORMER]))
    (item,) = rdf.subjects(KG.supports, claim)
    assert [str(value) for value in rdf.objects(item, KG.score)] == ["0.9"]


def test_a_claim_keeps_its_iri_when_a_paper_adds_to_it() -> None:
    graph = small_graph()
    before = set(to_rdflib(graph).subjects(RDF.type, KG.Claim))
    edge = graph.edges[ATTENTION, TRANSFORMER, "partOf"]
    edge["evidence"].append(evidence(HOSTILE, "title", "more", "more", 0.99))
    edge.update(support=2, score=0.99)
    assert set(to_rdflib(graph).subjects(RDF.type, KG.Claim)) == before


def test_triples_come_once_and_in_the_order_of_their_bytes() -> None:
    triples = list(graph_triples(small_graph()))
    assert triples == sorted(set(triples))
    lines = written(small_graph(), "nt").splitlines(keepends=True)
    assert lines == sorted(lines)


@given(st.lists(st.text("ab-._/ ", min_size=1), unique=True, max_size=6))
def test_papers_come_in_order_whatever_their_ids(ids: list[str]) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    for paper_id in ids:
        graph.add_node(paper_key(paper_id), kind="Paper", label="x", identifier=paper_id, pipeline="")
    triples = list(graph_triples(graph))
    assert triples == sorted(triples)


@pytest.mark.parametrize("form", WRITERS)
def test_bytes_depend_neither_on_hash_order_nor_on_the_order_of_nodes_and_edges(form: str) -> None:
    shuffled: nx.MultiDiGraph = nx.MultiDiGraph(name="kgraph")
    shuffled.add_nodes_from(reversed(list(small_graph().nodes(data=True))))
    shuffled.add_edges_from(reversed(list(small_graph().edges(keys=True, data=True))))
    expected = written(small_graph(), form)
    assert written(shuffled, form) == expected
    code = (
        "import sys; from graphs import small_graph; from kgraph.rdf import *;"
        f"from test_rdf import WRITERS; WRITERS[{form!r}](graph_triples(small_graph()), sys.stdout.buffer)"
    )
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
        assert run.stdout == expected


@pytest.mark.parametrize("form", WRITERS)
def test_a_text_file_gets_the_same_text_as_a_binary_one(form: str) -> None:
    file = io.StringIO()
    WRITERS[form](graph_triples(small_graph()), file)
    assert file.getvalue().encode() == written(small_graph(), form)


def test_an_empty_graph_is_the_ontology_alone() -> None:
    rdf = to_rdflib(nx.MultiDiGraph())
    assert not list(rdf.subjects(RDF.type, KG.Paper))
    assert (KG.Paper, RDFS.label, Literal("Paper")) in rdf


def test_turtle_puts_the_type_first_and_groups_what_belongs_together() -> None:
    text = written(small_graph(), "ttl").decode()
    assert "\nmethod:attention a skos:Concept, kg:Concept, kg:Method ;\n    rdfs:label " in text
    assert "    kg:relatedConcept method:transformer, task:machine-translation ;\n" in text
    assert f"\n{WMT.replace('/', ':', 1)} a " in text


@pytest.mark.parametrize("tail", ["2210.", "-x", ".a", "_a.b-"])
def test_turtle_shortens_an_iri_only_where_that_is_safe(tail: str) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_node(f"paper/{tail}", kind="Paper", label="x", identifier=tail, pipeline="")
    short = tail == "_a.b-"
    assert (f"\npaper:{tail} a " if short else f"\n<{ID_BASE}paper/{tail}> a ") in written(graph, "ttl").decode()


@pytest.mark.parametrize("form", ["turtle", "json-ld", "xml"])
def test_things_can_lie_below_another_base(form: str) -> None:
    base = "http://example.org/my/"
    file = io.BytesIO()
    write = {"turtle": write_turtle, "json-ld": write_jsonld, "xml": write_rdfxml}[form]
    write(graph_triples(small_graph(), base), file, base)
    parsed = Graph().parse(data=file.getvalue(), format=form)
    assert set(parsed) == set(to_rdflib(small_graph(), base))
    assert (URIRef(base + PLAIN), KG.introduces, URIRef(base + TRANSFORMER)) in parsed
    assert ID_BASE not in file.getvalue().decode()


@pytest.mark.parametrize("base", ["", "id/", "https://example.org/id", "https://example.org/a b/", "urn:x:"])
def test_a_base_that_is_none_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="base of IRIs"):
        list(graph_triples(small_graph(), base))


def test_what_the_ontology_has_no_word_for_is_an_error_that_names_it() -> None:
    graph = small_graph()
    graph.add_edge(PLAIN, TRANSFORMER, "likes", support=1, score=1.0, evidence=[])
    with pytest.raises(
        GraphError, match=r"paper/0000\.00001 -> method/transformer: .* 'likes'; there are introduces, "
    ):
        list(graph_triples(graph))
    graph = small_graph()
    graph.nodes[TRANSFORMER]["kind"] = "Person"
    with pytest.raises(GraphError, match="method/transformer: no kind of node is called 'Person'"):
        list(graph_triples(graph))
    for key in ("a b", "method/a b", "claim/a"):
        graph = small_graph()
        graph.add_node(key, kind="Method", label="x", papers=0)
        with pytest.raises(GraphError, match=f"the node key '{key}' is not of the form"):
            list(graph_triples(graph))


@given(st.floats(0, 1))
def test_a_score_has_at_most_four_digits_and_no_trailing_zeros(value: float) -> None:
    digits = score(value).split('"')[1]
    assert re.fullmatch(r"0|1|0\.[0-9]{0,3}[1-9]", digits)
    assert abs(Decimal(digits) - Decimal(value)) <= Decimal("0.0000500001")


@given(st.floats(1e-12, 1))
def test_a_decimal_has_all_its_digits_and_no_exponent(value: float) -> None:
    digits = decimal(value).split('"')[1]
    assert re.fullmatch(r"1|0\.[0-9]*[1-9]", digits)
    assert Decimal(digits) == Decimal(str(value))


def test_numbers_are_in_their_canonical_form() -> None:
    xsd = prefixes()["xsd"]
    assert integer(7) == f'"7"^^<{xsd}integer>'
    assert score(1.0) == f'"1"^^<{xsd}decimal>'
    assert score(0.5) == f'"0.5"^^<{xsd}decimal>'
    assert decimal(3.012e-07) == f'"0.0000003012"^^<{xsd}decimal>'
    assert decimal(20) == f'"20"^^<{xsd}decimal>'
    assert score(1e-5) == f'"0"^^<{xsd}decimal>'


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    assert literal("a\ud800b") == '"a\ufffdb"'


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/papers/1", True),
        ("http://localhost:8080/a?b=c%20d&e=f#g", True),
        ("https://example.org", True),
        ("ftp://example.org/", False),
        ("javascript:alert(1)", False),
        ("https://example.org/a b", False),
        ("https://example.org/<script>", False),
        ('https://example.org/"', False),
        ("https://example.org/%zz", False),
        ("https://user:secret@example.org/", False),
        ("https://example.org/../a", False),
        ("https://example.org/\u202e", False),
        ("https://", False),
        ("//example.org/", False),
        ("", False),
    ],
)
def test_only_plain_web_addresses_become_iris(url: str, safe: bool) -> None:
    assert web_iri(url) == (f"<{url}>" if safe else None)


def test_writing_needs_no_rdflib() -> None:
    code = "import sys, kgraph.rdf; sys.exit('rdflib' in sys.modules or 'pyoxigraph' in sys.modules)"
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
