"""What a graph's triples are, counted: its description in VoID, for catalogues and for SPARQL endpoints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from kgraph.identifiers import ID_BASE, ONTOLOGY_BASE, content_hash
from kgraph.rdf.forms import Node, by_subject, text, write_pieces
from kgraph.rdf.prefixes import DCTERMS, PROV, RDF, SCHEMA, SKOS, prefixes
from kgraph.rdf.shorten import shortener
from kgraph.rdf.terms import Triple, integer, iri, literal
from kgraph.rdf.turtle import Turtle

VOID = "http://rdfs.org/ns/void#"
FORMATS = "http://www.w3.org/ns/formats/"
LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"
FOAF = "http://xmlns.com/foaf/0.1/"
_TYPE = iri(f"{RDF}type")
_DESCRIPTION = "Methods, tasks, datasets and metrics that research papers name, how they relate, and what says so."
_RIGHTS = "Titles, abstracts and the sentences quoted from them remain those of their authors and publishers."
_VOCABULARIES = (ONTOLOGY_BASE, PROV, SCHEMA, SKOS)
#: The forms that a folder holds, and the names that W3C gave them.
DUMPS = {"graph.jsonld": "JSON-LD", "graph.nt": "N-Triples", "graph.ttl": "Turtle"}


@dataclass(slots=True)
class Statistics:
    """Exact counts over triples.

    `subjects` and `objects` are different ones; `entities` the subjects whose IRIs begin with `base`. `instances`, by
    class, and `properties` have terms as keys.
    """

    base: str = ID_BASE
    triples: int = 0
    subjects: int = 0
    objects: int = 0
    entities: int = 0
    instances: Counter[str] = field(default_factory=Counter)
    properties: Counter[str] = field(default_factory=Counter)

    def counted(self, nodes: Iterable[Node]) -> Iterator[Node]:
        """Yield the nodes, each subject once, as they are, and count them; memory holds each different object once."""
        things = f"<{self.base}"
        objects: set[str] = set()
        for node in nodes:
            self.triples += len(node)
            self.subjects += 1
            self.entities += node[0][0].startswith(things)
            for _, predicate, object_ in node:
                self.properties[predicate] += 1
                objects.add(object_)
                if predicate == _TYPE:
                    self.instances[object_] += 1
            self.objects = len(objects)
            yield node


def void_triples(
    statistics: Statistics, *, document: str = "", dumps: Sequence[str] = tuple(DUMPS), endpoint: str = "sparql"
) -> list[Triple]:
    """Return the VoID description of a graph, sorted.

    `document` is the address of the description, "" for that of the file it stands in; the dataset is its
    fragment `#kgraph`. Those of `dumps` and `endpoint` may be relative to it: next to the file, and on the
    server that gives it out. The parts, by class and by property, are fragments too: there are no blank nodes.
    """
    dataset = f"<{document}#kgraph>"
    said: list[Triple] = []

    def say(subject: str, namespace: str, name: str, *objects: str) -> None:
        said.extend((subject, iri(namespace + name), object_) for object_ in objects)

    def say_parts(kind: str, counts: Counter[str], unit: str) -> None:
        shorten = shortener(prefixes(statistics.base))
        for term, number in counts.items():
            name = (shorten(term[1:-1]) or content_hash(term, length=8)).replace(":", "-")
            part = f"<{document}#{kind}-{name}>"
            say(dataset, VOID, f"{kind}Partition", part)
            say(part, VOID, kind, term)
            say(part, VOID, unit, integer(number))

    say(f"<{document}>", RDF, "type", iri(f"{VOID}DatasetDescription"))
    say(f"<{document}>", FOAF, "primaryTopic", dataset)
    say(dataset, RDF, "type", iri(f"{VOID}Dataset"))
    say(dataset, DCTERMS, "title", literal("kgraph"))
    say(dataset, DCTERMS, "description", literal(_DESCRIPTION))
    say(dataset, DCTERMS, "license", iri(LICENCE))
    say(dataset, DCTERMS, "rights", literal(_RIGHTS))
    say(dataset, VOID, "uriSpace", literal(statistics.base))
    say(dataset, VOID, "vocabulary", *map(iri, _VOCABULARIES))
    say(dataset, VOID, "feature", *(iri(FORMATS + DUMPS[name]) for name in dumps if name in DUMPS))
    say(dataset, VOID, "dataDump", *map(iri, dumps))
    if endpoint:
        say(dataset, VOID, "sparqlEndpoint", iri(endpoint))
    say(dataset, VOID, "triples", integer(statistics.triples))
    say(dataset, VOID, "entities", integer(statistics.entities))
    say(dataset, VOID, "classes", integer(len(statistics.instances)))
    say(dataset, VOID, "properties", integer(len(statistics.properties)))
    say(dataset, VOID, "distinctSubjects", integer(statistics.subjects))
    say(dataset, VOID, "distinctObjects", integer(statistics.objects))
    say_parts("class", statistics.instances, "entities")
    say_parts("property", statistics.properties, "triples")
    return sorted(said)


def write_void(statistics: Statistics, file: IO[str] | IO[bytes]) -> None:
    """Write the VoID description of a graph in Turtle, to stand beside its files."""
    form = Turtle(prefixes(statistics.base) | {"foaf": FOAF, "formats": FORMATS, "void": VOID})
    write_pieces(text(form, by_subject(void_triples(statistics))), file)
