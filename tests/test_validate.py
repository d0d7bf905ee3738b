"""`kgraph validate`: a graph as kgraph makes it conforms, and every fault is caught and told as people read it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyshacl
import pytest
import rdflib
from examples import entity, extraction, paper
from graphs import small_graph
from pyoxigraph import DefaultGraph, RdfFormat, Store
from rdflib import RDF, SH

from kgraph.build import write_folder
from kgraph.cli import main
from kgraph.errors import GraphError
from kgraph.fingerprint import file_hash
from kgraph.identifiers import ID_BASE, content_hash
from kgraph.rdf import graph_triples, prefixes, write_ntriples
from kgraph.resources import ontology_folder
from kgraph.validate.report import SHAPES_BASE
from kgraph.validate.run import validate
from kgraph.validate.shapes import check_shapes

CLAIM = "?claim kg:subject method:transformer ; kg:predicate kg:usedFor ; kg:object task:machine-translation"
TITLE_EVIDENCE = '?e a kg:Evidence ; kg:field "title" ; prov:wasDerivedFrom paper:0000.00001'


def moved(old: str, new: str) -> str:
    """Everything that is said of one thing is said of another."""
    return (
        f"DELETE {{ {old} ?p ?o }} INSERT {{ {new} ?p ?o }} WHERE {{ {old} ?p ?o }} ;"
        f"DELETE {{ ?s ?p {old} }} INSERT {{ ?s ?p {new} }} WHERE {{ ?s ?p {old} }}"
    )


def renamed(kind: str, class_: str) -> str:
    """Things of a class get an IRI that none may have."""
    new = f"BIND (IRI(CONCAT(STR({kind}:), 'Not_a!')) AS ?new)"
    return (
        f"DELETE {{ ?s ?p ?o }} INSERT {{ ?new ?p ?o }} WHERE {{ ?s a {class_} ; ?p ?o {new} }} ;"
        f"DELETE {{ ?x ?p ?s }} INSERT {{ ?x ?p ?new }} WHERE {{ ?x ?p ?s . ?s a {class_} {new} }}"
    )


def replaced(thing: str, property_: str, value: str) -> str:
    """The values of a property of one thing give way to another."""
    return (
        f"DELETE {{ {thing} {property_} ?old }} INSERT {{ {thing} {property_} {value} }}"
        f" WHERE {{ {thing} {property_} ?old }}"
    )


def deleted(pattern: str, where: str = "") -> str:
    return f"DELETE {{ {pattern} }} WHERE {{ {pattern} . {where} }}"


def inserted(pattern: str, where: str = "") -> str:
    return f"INSERT {{ {pattern} }} WHERE {{ {where} }}"


ALIAS, LABEL_ALIAS = (f"alias:{content_hash('method/transformer', name)}" for name in ("Transformers", "Transformer"))
PAPER, HOSTILE = "paper:0000.00001", "paper:a-paper-5f0c"
TRANSFORMER, ATTENTION = "method:transformer", "method:attention"
TASK, DATASET, METRIC = "task:machine-translation", "dataset:wmt-14-0a1b2c3d", "metric:bleu"

#: For each shape a fault that it catches, as a SPARQL update; other shapes may catch it too.
FAULTS = {
    "paper-iri": renamed("paper", "kg:Paper"),
    "paper-types": deleted(f"{PAPER} a schema:ScholarlyArticle"),
    "label": inserted(f'{TRANSFORMER} rdfs:label "Another"'),
    "paper-name": replaced(PAPER, "schema:name", '"Another"'),
    "paper-id": deleted(f"{PAPER} kg:paperId ?id"),
    "paper-date": replaced(PAPER, "kg:date", '"12 June"'),
    "paper-year": replaced(PAPER, "kg:year", '"2017"'),
    "paper-upvotes": replaced(PAPER, "kg:upvotes", "-1"),
    "paper-url": replaced(PAPER, "schema:url", "<ftp://example.org/>"),
    "paper-author": inserted(f"{PAPER} schema:author 7"),
    "paper-keywords": inserted(f'{PAPER} schema:keywords "cs"@en'),
    "paper-organization": inserted(f"{PAPER} schema:sourceOrganization <https://example.org/>"),
    "paper-mentions": deleted(f"{PAPER} kg:mentions {TRANSFORMER}"),
    "paper-mentions-schema": deleted(f"{PAPER} schema:mentions {TRANSFORMER}"),
    "method-iri": renamed("method", "kg:Method"),
    "task-iri": renamed("task", "kg:Task"),
    "dataset-iri": renamed("dataset", "kg:Dataset"),
    "metric-iri": renamed("metric", "kg:Metric"),
    "concept-types": deleted(f"{TRANSFORMER} a skos:Concept"),
    "concept-one-type": inserted(f"{TRANSFORMER} a kg:Task"),
    "pref-label": replaced(TRANSFORMER, "skos:prefLabel", '"Another"'),
    "alt-label": inserted(f'{TRANSFORMER} skos:altLabel "Transformer"'),
    "exact-match": inserted(f'{TRANSFORMER} skos:exactMatch "Q1"'),
    "concept-papers": replaced(TRANSFORMER, "kg:papers", "2.0"),
    "related-concept": deleted(f"{TRANSFORMER} kg:relatedConcept {TASK}"),
    "broader": deleted(f"{ATTENTION} skos:broader {TRANSFORMER}"),
    "degree": inserted(f"{TRANSFORMER} kg:degree 4"),
    "page-rank": replaced(TRANSFORMER, "kg:pageRank", "1.25"),
    "community": replaced(TRANSFORMER, "kg:community", '"first"'),
    "first-date": replaced(TRANSFORMER, "kg:firstDate", '"2019-01-01"'),
    "last-date": replaced(TRANSFORMER, "kg:lastDate", '"--06-12"'),
    "claim-iri": renamed("claim", "kg:Claim"),
    "entity-type": deleted("?claim a prov:Entity", "?claim a kg:Claim"),
    "claim-subject": deleted("?claim kg:subject ?subject", "?claim kg:predicate kg:usedFor"),
    "claim-predicate": replaced("?claim", "kg:predicate", "kg:relatedConcept"),
    "claim-object": f"DELETE {{ ?claim kg:object ?o }} INSERT {{ ?claim kg:object {PAPER} }} WHERE {{ {CLAIM}, ?o }}",
    "claim-support": replaced("?claim", "kg:support", "0"),
    "score": replaced("?evidence", "kg:score", "1.0001"),
    "claim-evidence": deleted("?evidence ?p ?o", f"?evidence kg:supports ?claim . {CLAIM}"),
    "evidence-iri": renamed("evidence", "kg:Evidence"),
    "evidence-claim": replaced("?evidence", "kg:supports", TASK),
    "from-paper": deleted("?evidence prov:wasDerivedFrom ?paper"),
    "field": replaced("?evidence", "kg:field", '"body"'),
    "start": "DELETE { ?e kg:start ?s } INSERT { ?e kg:start ?end } WHERE { ?e kg:start ?s ; kg:end ?end }",
    "end": replaced("?evidence", "kg:end", '"99"'),
    "quote": replaced(ALIAS, "kg:quote", '""'),
    "evidence-run": inserted(f"?evidence prov:wasGeneratedBy {PAPER}", "?evidence a kg:Evidence"),
    "alias-iri": renamed("alias", "kg:Alias"),
    "alias-type": deleted(f"{ALIAS} a skosxl:Label"),
    "alias-concept": inserted(f"{ATTENTION} skosxl:altLabel {ALIAS}"),
    "literal-form": inserted(f'{ALIAS} skosxl:literalForm "The"'),
    "rule": deleted(f"{ALIAS} kg:rule ?rule"),
    "because": inserted(f'{ALIAS} kg:because "A reason.", "Another."'),
    "alt-label-alias": inserted(f"{ATTENTION} skosxl:altLabel {TRANSFORMER}"),
    "pref-label-alias": inserted(f"{ATTENTION} skosxl:prefLabel {TRANSFORMER}"),
    "alt-label-written": deleted(f'{TRANSFORMER} skos:altLabel "Transformers"'),
    "pref-label-written": replaced(LABEL_ALIAS, "skosxl:literalForm", '"We"'),
    "run-iri": renamed("run", "kg:ExtractionRun"),
    "run-type": deleted("?run a prov:Activity"),
    "introduces-subject": inserted(f"{TASK} kg:introduces {TRANSFORMER}"),
    "introduces-object": inserted(f"{PAPER} kg:introduces {HOSTILE}"),
    "uses-subject": inserted(f"{TASK} kg:uses {TRANSFORMER}"),
    "uses-object": inserted(f"{PAPER} kg:uses {HOSTILE}"),
    "compares-subject": inserted(f"{TASK} kg:compares {TRANSFORMER}"),
    "compares-object": inserted(f"{PAPER} kg:compares {HOSTILE}"),
    "mentions-subject": inserted(f"{TASK} kg:mentions {TRANSFORMER}"),
    "mentions-object": inserted(f"{PAPER} kg:mentions {HOSTILE}"),
    "usedFor-subject": inserted(f"{DATASET} kg:usedFor {TASK}"),
    "usedFor-object": inserted(f"{TRANSFORMER} kg:usedFor {METRIC}"),
    "evaluatedOn-subject": inserted(f"{TASK} kg:evaluatedOn {DATASET}"),
    "evaluatedOn-object": inserted(f"{TRANSFORMER} kg:evaluatedOn {TASK}"),
    "measuredBy-subject": inserted(f"{METRIC} kg:measuredBy {METRIC}"),
    "measuredBy-object": inserted(f"{TRANSFORMER} kg:measuredBy {TASK}"),
    "comparedWith-subject": inserted(f"{TASK} kg:comparedWith {TRANSFORMER}"),
    "comparedWith-object": inserted(f"{TRANSFORMER} kg:comparedWith {TASK}"),
    "comparedWith-once": inserted(f"{TRANSFORMER} kg:comparedWith {ATTENTION}"),
    "partOf-subject": inserted(f"{TASK} kg:partOf {TRANSFORMER}"),
    "partOf-object": inserted(f"{TRANSFORMER} kg:partOf {TASK}"),
    "isA": inserted(f"{TRANSFORMER} kg:isA {TASK}"),
    "benchmarkFor-subject": inserted(f"{METRIC} kg:benchmarkFor {TASK}"),
    "benchmarkFor-object": inserted(f"{DATASET} kg:benchmarkFor {METRIC}"),
    "like-a-claim": deleted("?claim a kg:Claim"),
    "like-evidence": deleted("?evidence a kg:Evidence"),
    "like-a-paper": deleted(f"{PAPER} a kg:Paper"),
    "like-a-concept": deleted(f"{TRANSFORMER} a kg:Concept, kg:Method"),
    "like-an-alias": deleted(f"{ALIAS} a kg:Alias"),
    "relation-without-claim": deleted("?claim ?p ?o", CLAIM),
    "mention-without-claim": deleted("?claim ?p ?o", f"?claim kg:subject {PAPER} ; kg:object {TRANSFORMER}"),
    "claim-without-relation": deleted(f"{TRANSFORMER} kg:usedFor {TASK}"),
    "relation-to-itself": inserted(f"{TRANSFORMER} kg:relatedConcept {TRANSFORMER}"),
    "evidence-of-another-paper": (
        f"DELETE {{ ?e prov:wasDerivedFrom ?p }} INSERT {{ ?e prov:wasDerivedFrom {HOSTILE} }}"
        f" WHERE {{ ?e prov:wasDerivedFrom ?p ; kg:supports/kg:subject {PAPER} }}"
    ),
    "support-counted": replaced("?claim", "kg:support", "3"),
    "score-counted": replaced("?claim", "kg:score", "1.0").replace("WHERE {", f"WHERE {{ {CLAIM} ."),
    "papers-counted": replaced(TRANSFORMER, "kg:papers", "3"),
    "quote-length": replaced(ALIAS, "kg:quote", '"Here stands Transformers"'),
    "quote-of-title": replaced("?e", "kg:quote", '"Translating by attention alonE"').replace(
        "WHERE {", f"WHERE {{ {TITLE_EVIDENCE} ."
    ),
    "name-in-quote": replaced(ALIAS, "kg:quote", '"Here stands transformers."'),
    "undeclared-property": inserted(f"{TRANSFORMER} kg:papres 2"),
    "undeclared-class": inserted(f"{TRANSFORMER} a kg:Methode"),
}


@pytest.fixture(scope="module")
def valid() -> bytes:
    """The N-Triples of a graph without a fault."""
    file = io.BytesIO()
    write_ntriples(graph_triples(small_graph()), file)
    return file.getvalue()


def faulty(valid: bytes, update: str) -> Store:
    store = Store()
    store.load(valid, RdfFormat.N_TRIPLES)
    before = set(store)
    store.update(update, prefixes=prefixes())
    assert set(store) != before, "the update changes nothing"
    return store


def test_what_kgraph_writes_conforms(valid: bytes) -> None:
    store = Store()
    store.load(valid, RdfFormat.N_TRIPLES)
    violations, count = check_shapes(store)
    assert violations == []
    assert count == len(FAULTS)


def test_every_shape_has_a_fault_here() -> None:
    shapes = rdflib.Graph().parse(ontology_folder() / "shapes.ttl")
    kinds = (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint)
    named = {str(s).removeprefix(SHAPES_BASE) for kind in kinds for s in shapes.subjects(RDF.type, kind)}
    assert named - {"Graph"} == set(FAULTS)


@pytest.mark.parametrize("shape", FAULTS)
def test_a_fault_is_caught_by_the_shape_for_it(valid: bytes, shape: str) -> None:
    violations, _ = check_shapes(faulty(valid, FAULTS[shape]))
    caught = [violation for violation in violations if violation.rule == shape]
    assert caught
    assert all(violation.expected and violation.thing for violation in caught)


def test_of_one_thing_and_rule_one_violation_tells_all_that_was_found(valid: bytes) -> None:
    wrong = f"{inserted(f'{TRANSFORMER} rdfs:label 7')} ; {inserted(f'{PAPER} kg:date 7')}"
    violations, _ = check_shapes(faulty(valid, wrong))
    assert len({(v.rule, v.thing) for v in violations}) == len(violations)
    found = {(v.rule, v.thing.rpartition("/")[2]): v.found for v in violations}
    assert found["label", "transformer"] == '2: "Transformer", 7; 7'
    assert found["paper-date", "0000.00001"] == '2: "2017-06-12", 7; 7'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A graph folder of two papers."""
    one = paper("On kites", "We fly kites over hills. The kites win the race.", "a-1")
    two = paper("A second look at kites", "Nothing new is said of kites here.", "b-2")
    write_folder(
        [
            extraction(
                one, entity(one, "Method", "kites"), entity(one, "Task", "race"), relations=((0, "usedFor", 1),)
            ),
            extraction(two, entity(two, "Method", "title:kites", "kites", role="compared")),
        ],
        tmp_path / "graph",
    )
    return tmp_path / "graph"


def told(folder: Path) -> set[tuple[str, str]]:
    return {(violation.rule, violation.thing.rpartition("/")[2]) for violation in validate(folder).violations}


def sealed(folder: Path, name: str) -> None:
    """The manifest describes the file as it is now."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = file_hash(folder / name)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_folder_conforms_as_it_was_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "-g", str(folder)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{folder} conforms: ")
    assert said.count("\n") == 1
    report = validate(folder)
    assert report.files == len(json.loads((folder / "manifest.json").read_text())["files"])
    assert report.quotes and report.quotes >= 4


def test_with_quiet_a_graph_that_conforms_is_worth_no_word(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "-q", "-g", str(folder)]) == 0
    assert capsys.readouterr().out == ""


def test_a_file_changed_or_gone_since_the_build_is_told(folder: Path) -> None:
    with (folder / "graph.ttl").open("a") as file:
        file.write("# more\n")
    (folder / "graph.html").unlink()
    assert told(folder) == {("file", "graph.ttl"), ("file", "graph.html")}


def test_a_paper_with_another_text_is_told_and_so_are_its_quotes(folder: Path) -> None:
    papers = folder / "papers.jsonl"
    papers.write_text(papers.read_text().replace("We fly kites over hills.", "We fly kites over HILLS."))
    sealed(folder, "papers.jsonl")
    assert {rule for rule, _ in told(folder)} == {"paper-text", "quote-at-offsets"}


def test_a_paper_that_cannot_be_read_is_told_with_its_line(folder: Path) -> None:
    papers = folder / "papers.jsonl"
    papers.write_text(papers.read_text().replace('"text": "kites"', '"text": "kite"', 1))
    sealed(folder, "papers.jsonl")
    assert told(folder) >= {("paper-record", "papers.jsonl"), ("paper-text", "a-1")}
    assert [v.where for v in validate(folder).violations if v.rule == "paper-record"] == ["papers.jsonl:1"]


def test_a_paper_that_is_gone_is_told_once_however_many_quotes_it_has(folder: Path) -> None:
    papers = folder / "papers.jsonl"
    papers.write_text("".join(line for line in papers.open() if '"a-1"' not in line))
    sealed(folder, "papers.jsonl")
    assert told(folder) == {("paper-text", "a-1"), ("quote-paper", "a-1")}


def test_a_violation_says_what_where_and_what_was_expected(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    triples = folder / "graph.nt"
    lines = triples.read_text().splitlines(keepends=True)
    number = next(i for i, line in enumerate(lines) if "/claim/" in line.split()[0] and "#score>" in line)
    first = next(i for i, line in enumerate(lines) if line.split()[0] == lines[number].split()[0])
    lines[number] = lines[number].replace('"0.', '"7.')
    triples.write_text("".join(lines))
    assert main(["validate", "-g", str(triples)]) == 3
    said = capsys.readouterr().out
    claim = lines[number].split("/claim/")[1][:16]
    assert "exactly one score, a decimal in 0..1  [score]\n" in said
    line = next(line for line in said.splitlines() if f"claim:{claim}" in line)
    assert "found 7." in line and f"(graph.nt:{first + 1})" in line and '"kite' in line
    assert said.splitlines()[-1].startswith(f"{triples}: 2 violations of 2 rules")


def test_long_lists_are_cut_unless_all_are_asked_for(
    tmp_path: Path, valid: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "graph.nt"
    faulty(valid, deleted("?evidence kg:quote ?quote", "?evidence a kg:Evidence")).dump(
        str(file), RdfFormat.N_TRIPLES, from_graph=DefaultGraph()
    )
    count = len(
        [line for line in valid.decode().splitlines() if "/evidence/" in line.split()[0] and "#Evidence>" in line]
    )
    assert count > 15
    assert main(["validate", "-g", str(file)]) == 3
    cut = capsys.readouterr().out
    assert main(["validate", "--all", "-g", str(file)]) == 3
    whole = capsys.readouterr().out
    assert whole.count("    evidence:") == count
    assert cut.count("    evidence:") == min(count, 20)


def test_text_of_papers_cannot_move_the_cursor(
    tmp_path: Path, valid: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "graph.nt"
    faulty(valid, f'INSERT DATA {{ {HOSTILE} kg:year "\\u001b[2J\\u202e" }}').dump(
        str(file), RdfFormat.N_TRIPLES, from_graph=DefaultGraph()
    )
    assert main(["validate", "-g", str(file)]) == 3
    said = capsys.readouterr().out
    assert "paper-year" in said
    assert not {"\x1b", "\u202e", "\r"} & set(said)


def test_json_and_turtle_hold_the_same_violations(
    tmp_path: Path, valid: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "graph.nt"
    faulty(valid, FAULTS["label"]).dump(str(file), RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    assert main(["validate", "-f", "json", "-g", str(file)]) == 3
    found = json.loads(capsys.readouterr().out)
    assert main(["validate", "-f", "ttl", "-g", str(file)]) == 3
    report = rdflib.Graph().parse(data=capsys.readouterr().out, format="turtle")
    assert found["conforms"] is False
    pairs = {(f"{SHAPES_BASE}{v['rule']}", v["thing"]) for v in found["violations"]}
    results = list(report.objects(None, SH.result))
    assert {(str(report.value(r, SH.sourceShape)), str(report.value(r, SH.focusNode))) for r in results} == pairs
    assert (f"{SHAPES_BASE}label", f"{ID_BASE}method/transformer") in pairs
    assert all(v["where"].startswith("graph.nt:") for v in found["violations"])
    assert list(report.objects(None, SH.conforms)) == [rdflib.Literal(False)]


def test_what_is_no_graph_of_kgraph_is_an_error_and_not_a_clean_bill(tmp_path: Path) -> None:
    file = tmp_path / "other.ttl"
    file.write_text("<https://example.org/a> a <https://example.org/Thing> .\n")
    with pytest.raises(GraphError, match=r"other\.ttl holds nothing that kgraph knows"):
        validate(file)
    with pytest.raises(GraphError, match="is no graph"):
        validate(tmp_path)
    file.write_text("<https://example.org/a> a .\n")
    with pytest.raises(GraphError, match=r"other\.ttl:1"):
        validate(file)
    assert main(["validate", "-g", str(file)]) == 1


def test_blank_nodes_in_a_file_from_elsewhere_are_told_and_do_no_harm(tmp_path: Path, valid: bytes) -> None:
    file = tmp_path / "graph.ttl"
    file.write_bytes(valid + b"[] a <https://w3id.org/kgraph/ontology#Method> .\n")
    rules = {violation.rule for violation in validate(file).violations}
    assert {"method-iri", "label", "concept-types"} <= rules


def test_the_shapes_are_themselves_shapes_as_shacl_defines_them() -> None:
    shapes = rdflib.Graph().parse(ontology_folder() / "shapes.ttl")
    conforms, _, text = pyshacl.validate(rdflib.Graph(), shacl_graph=shapes, meta_shacl=True)
    assert conforms, text


def test_other_processors_find_what_the_sparql_constraints_say(valid: bytes) -> None:
    """Which kgraph gives to Oxigraph; here pyshacl runs the whole file as it is."""
    shapes = rdflib.Graph().parse(ontology_folder() / "shapes.ttl")
    rules = [
        name
        for name in FAULTS
        if rdflib.URIRef(SHAPES_BASE + name) in set(shapes.subjects(RDF.type, SH.SPARQLConstraint))
    ]
    assert len(rules) > 10
    assert pyshacl.validate(valid.decode(), shacl_graph=shapes, data_graph_format="nt")[0]
    for rule in rules:
        data = rdflib.Graph().parse(data=as_text(faulty(valid, FAULTS[rule])), format="nt")
        _, results, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
        assert not isinstance(results, str), text
        expected = shapes.value(rdflib.URIRef(SHAPES_BASE + rule), SH.message)
        assert expected in set(results.objects(None, SH.resultMessage)), rule


def as_text(store: Store) -> str:
    return (store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()) or b"").decode()
