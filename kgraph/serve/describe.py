"""What the graph says of one thing: as triples, and as data for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kgraph.explain import REASONS
from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE
from kgraph.query import run_query
from kgraph.rdf import Triple
from kgraph.rdf.prefixes import PROV, SCHEMA, SKOS
from kgraph.vocabulary import PaperRelation

if TYPE_CHECKING:
    from pyoxigraph import Store

#: A thing's page shows so many claims of a kind and sentences of a claim; its data has so many links to it.
_MOST_CLAIMS = 50
_MOST_EVIDENCE = 3
_MOST_LINKS = 10_000

_KG = ONTOLOGY_BASE
#: What a page tells of a thing beside its claims, in this order.
_FACTS = {
    f"{_KG}papers": "Papers",
    f"{_KG}firstDate": "First named",
    f"{_KG}lastDate": "Last named",
    f"{SKOS}exactMatch": "The same as",
    f"{SCHEMA}author": "Authors",
    f"{_KG}date": "Date",
    f"{SCHEMA}sourceOrganization": "Organisation",
    f"{SCHEMA}keywords": "Categories",
    f"{_KG}upvotes": "Upvotes",
    f"{SCHEMA}url": "Address",
    f"{_KG}paperId": "Identifier",
    f"{_KG}quote": "Quote",
    f"{PROV}wasDerivedFrom": "Paper",
    f"{_KG}field": "Field",
    f"{_KG}start": "First character",
    f"{_KG}end": "End",
    f"{_KG}support": "Papers that say so",
    f"{_KG}score": "Score",
    f"{PROV}wasGeneratedBy": "Extracted by",
}
_PAPER_RELATIONS = " ".join(f"kg:{relation}" for relation in PaperRelation)
_IS_OF_A_PAPER = f"FILTER EXISTS {{ VALUES ?relation {{ {_PAPER_RELATIONS} }} ?claim kg:predicate ?relation }}"
_IS_OF_CONCEPTS = _IS_OF_A_PAPER.replace("EXISTS", "NOT EXISTS")


def is_known(store: Store, key: str) -> bool:
    """Whether the graph says anything of the thing with this node key."""
    return run_query(store, f"ASK {{ <{ID_BASE}{key}> ?p ?o }}").answer


def thing_triples(store: Store, key: str) -> list[Triple]:
    """Return what is said of a thing, whole, and up to 10,000 statements that lead to it; sorted, none if unknown."""
    thing = f"<{ID_BASE}{key}>"
    said = run_query(store, f"CONSTRUCT {{ {thing} ?p ?o }} WHERE {{ {thing} ?p ?o }}").triples()
    if not said:
        return []
    leading = f"CONSTRUCT {{ ?s ?p {thing} }} WHERE {{ ?s ?p {thing} }} LIMIT {_MOST_LINKS}"
    return sorted({*said, *run_query(store, leading).triples()})


def describe(store: Store, key: str) -> dict[str, Any] | None:
    """Return what a page shows of the thing with this node key, as JSON; None where the graph has no such thing."""
    thing = f"<{ID_BASE}{key}>"
    kind = key.partition("/")[0]
    # Sorted here: Oxigraph 0.5 aborts where ORDER BY meets numbers beside texts in some orders.
    said = sorted(_rows(store, f"SELECT ?p ?o ?label {{ {thing} ?p ?o OPTIONAL {{ ?o rdfs:label ?label }} }}"))
    if not said:
        return None
    values: dict[str, list[dict[str, str]]] = {}
    for predicate, object_, label in said:
        if predicate in _FACTS:
            values.setdefault(predicate, []).append({"text": label or object_, "value": object_})
    labels = [object_ for predicate, object_, _ in said if predicate.endswith("#label")]
    if kind == "paper":
        sections = [
            ("What it names", f"?claim kg:subject {thing}"),
            ("What it says", f"?e prov:wasDerivedFrom {thing} ; kg:supports ?claim . {_IS_OF_CONCEPTS}"),
        ]
    elif kind in ("claim", "evidence", "run"):
        sections = [("The claim", {"claim": f"VALUES ?claim {{ {thing} }}"}.get(kind, f"{thing} kg:supports ?claim"))]
    else:
        about = f"{{ ?claim kg:subject {thing} }} UNION {{ ?claim kg:object {thing} }}"
        sections = [("What papers say of it", f"{about} {_IS_OF_CONCEPTS}"), ("In papers", f"{about} {_IS_OF_A_PAPER}")]
    return {
        "key": key,
        "kind": "extraction run" if kind == "run" else kind,
        "label": labels[0] if labels else key,
        "facts": [(name, values[predicate]) for predicate, name in _FACTS.items() if predicate in values],
        "names": _names(store, thing),
        "sections": [section for section in (_claims(store, *section) for section in sections) if section["claims"]],
    }


def _names(store: Store, thing: str) -> list[dict[str, Any]]:
    """Return the names of a concept, grouped by the reason why they are names of it."""
    rows = _rows(
        store,
        f"""SELECT ?name ?rule ?because ?paper ?text {{
          {thing} skosxl:prefLabel|skosxl:altLabel ?alias .
          ?alias skosxl:literalForm ?name ; kg:rule ?rule ; prov:wasDerivedFrom ?paper ; kg:quote ?text
          OPTIONAL {{ ?alias kg:because ?because }}
        }} ORDER BY ?name""",
    )
    grouped: dict[str, list[dict[str, str]]] = {}
    for name, rule, because, paper, text in rows:
        shown = {"name": name, "because": because, "paper": paper.removeprefix(ID_BASE), "text": text}
        grouped.setdefault(REASONS.get(rule, rule), []).append(shown)
    order = [*REASONS.values()]
    reasons = sorted(grouped, key=lambda reason: (order.index(reason) if reason in order else len(order), reason))
    return [{"reason": reason, "names": grouped[reason]} for reason in reasons]


def _claims(store: Store, heading: str, pattern: str) -> dict[str, Any]:
    """Return the best supported of the claims that a pattern finds, with some of their evidence, and their number."""
    chosen = f"SELECT DISTINCT ?claim {{ {pattern} }}"
    total = _rows(store, f"SELECT (COUNT(?claim) AS ?n) {{ {{ {chosen} }} }}")[0][0]
    shown = _rows(
        store,
        f"""SELECT ?claim ?subject ?subjectLabel ?relation ?object ?objectLabel ?support ?score {{
          {{ {chosen} }}
          ?claim kg:subject ?subject ; kg:predicate ?relation ; kg:object ?object .
          ?claim kg:support ?support ; kg:score ?score .
          OPTIONAL {{ ?subject rdfs:label ?subjectLabel }} OPTIONAL {{ ?object rdfs:label ?objectLabel }}
        }} ORDER BY DESC(?support) DESC(?score) ?subjectLabel ?relation ?objectLabel ?claim LIMIT {_MOST_CLAIMS}""",
    )
    names = ("claim", "subject", "subjectLabel", "relation", "object", "objectLabel", "support", "score")
    claims: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) | {"evidence": []} for row in shown]
    by_iri = {claim["claim"]: claim for claim in claims}
    for claim, *item in _rows(
        store,
        f"""SELECT ?claim ?evidence ?paper ?title ?score ?quote {{
          VALUES ?claim {{ {" ".join(f"<{iri}>" for iri in by_iri)} }}
          ?evidence kg:supports ?claim ; prov:wasDerivedFrom ?paper ; kg:quote ?quote ; kg:score ?score .
          OPTIONAL {{ ?paper rdfs:label ?title }}
        }} ORDER BY DESC(?score) ?title ?evidence""",
    ):
        found = by_iri[claim]["evidence"]
        if len(found) < _MOST_EVIDENCE:
            found.append(dict(zip(("evidence", "paper", "title", "score", "quote"), item, strict=True)))
    return {"heading": heading, "total": int(total), "pattern": pattern, "claims": claims}


def ontology_terms(store: Store) -> list[dict[str, str]]:
    """Return the terms of our ontology that the graph declares: IRI, label, definition and kind, by IRI."""
    rows = _rows(
        store,
        f"""SELECT ?term ?label ?definition ?type {{
          ?term rdfs:label ?label ; a ?type . FILTER(STRSTARTS(STR(?term), "{_KG}"))
          FILTER(?type IN (owl:Class, owl:ObjectProperty, owl:DatatypeProperty))
          OPTIONAL {{ ?term skos:definition ?definition }}
        }} ORDER BY ?type ?term""",
    )
    kinds = {"Class": "class", "ObjectProperty": "relation", "DatatypeProperty": "value"}
    return [
        {"term": term, "label": label, "definition": definition, "kind": kinds[type_.rpartition("#")[-1]]}
        for term, label, definition, type_ in rows
    ]


def example_values(store: Store) -> dict[str, str]:
    """Return a value for each usual parameter of a named query that has an answer in this graph."""
    found: dict[str, str] = {}
    for kind in ("Method", "Task", "Dataset", "Metric", "Concept"):
        rows = _rows(
            store,
            f"""SELECT ?label {{ ?x a kg:{kind} ; rdfs:label ?label ; kg:papers ?n
            }} ORDER BY DESC(?n) ?label LIMIT 1""",
        )
        found |= {kind.lower(): row[0] for row in rows}
    # The method that most papers name may be one of which they say nothing else.
    told = _rows(
        store,
        """SELECT ?label { ?x a kg:Method ; rdfs:label ?label ; kg:papers ?n
          FILTER EXISTS { ?x kg:usedFor ?task } FILTER EXISTS { ?part kg:partOf ?x }
        } ORDER BY DESC(?n) ?label LIMIT 1""",
    )
    for (method,) in told:
        found["method"] = method
    for (paper,) in _rows(store, "SELECT ?id { ?x kg:paperId ?id ; kg:introduces ?y } ORDER BY ?id LIMIT 1"):
        found["paper"] = paper
    pairs = _rows(
        store,
        """SELECT ?first ?second {
          ?claim kg:predicate kg:usedFor ; kg:support ?n ; kg:score ?score .
          ?claim kg:subject/rdfs:label ?first ; kg:object/rdfs:label ?second
        } ORDER BY DESC(?n) DESC(?score) ?first ?second LIMIT 1""",
    )
    for first, second in pairs:
        found |= {"first": first, "second": second, "subject": first, "relation": "usedFor", "object": second}
    dates = _rows(store, "SELECT ?date { ?paper kg:date ?date ; kg:year ?year } ORDER BY ?date")
    if dates:
        found["since"] = dates[len(dates) // 2][0]
    return found


def _rows(store: Store, sparql: str) -> list[tuple[str, ...]]:
    """Return the rows of a query as texts, "" where unbound."""
    return [tuple("" if term is None else term.value for term in row) for row in run_query(store, sparql).rows()]
