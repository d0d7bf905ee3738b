"""TriG: the triples of the Turtle form, told apart by the paper that they come from.

A graph with a paper's own IRI for its name holds what comes from that paper alone: what is said of it, its
claims, its evidence, the aliases that it shows, and once more each relation between concepts that its evidence
supports. All else is in the default graph, those relations too, so that it answers without the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import IO

from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE
from kgraph.rdf.forms import by_subject, write_pieces
from kgraph.rdf.prefixes import PROV, prefixes
from kgraph.rdf.terms import Triple
from kgraph.rdf.turtle import Turtle

_SUBJECT, _PREDICATE, _OBJECT = (f"<{ONTOLOGY_BASE}{name}>" for name in ("subject", "predicate", "object"))
_SUPPORTS = f"<{ONTOLOGY_BASE}supports>"
_DERIVED_FROM = f"<{PROV}wasDerivedFrom>"


def write_trig(triples: Iterable[Triple], file: IO[str] | IO[bytes], base: str = ID_BASE) -> None:
    """Write the triples of a graph, sorted, as TriG: the default graph, then the papers' graphs by their names.

    Memory holds the text of the papers' graphs.
    """
    write_pieces(trig_text(triples, base), file)


def trig_text(triples: Iterable[Triple], base: str = ID_BASE) -> Iterator[str]:
    """Yield what `write_trig` writes, piece by piece."""
    form = Turtle(prefixes(base))
    papers: defaultdict[str, list[str]] = defaultdict(list)
    relations: defaultdict[str, set[Triple]] = defaultdict(set)
    claims: dict[str, Triple] = {}
    is_paper = f"<{base}paper/"
    yield form.head
    # Claims sort before evidence, and evidence before papers.
    for node in by_subject(triples):
        subject = node[0][0]
        said = {predicate: object_ for _, predicate, object_ in node}
        if subject.startswith(is_paper):
            paper = subject
        elif _DERIVED_FROM in said:
            paper = said[_DERIVED_FROM]
            if claim := claims.get(said.get(_SUPPORTS, "")):
                relations[paper].add(claim)
        elif said.get(_SUBJECT, "").startswith(is_paper):
            paper = said[_SUBJECT]
        else:
            paper = ""
            if _SUBJECT in said:
                claims[subject] = (said[_SUBJECT], said[_PREDICATE], said[_OBJECT])
        if paper:
            papers[paper].append(form.node(node))
        else:
            yield form.node(node)
    for paper in sorted(papers):
        yield f"\n{form.render(paper)} {{\n"
        yield from (form.node(node) for node in by_subject(sorted(relations[paper])))
        yield from papers[paper]
        yield "}\n"
