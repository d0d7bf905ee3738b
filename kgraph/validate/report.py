"""What a validation finds."""

from __future__ import annotations

from dataclasses import dataclass

#: What the IRIs of shapes and of checks begin with.
SHAPES_BASE = "https://w3id.org/kgraph/shapes#"


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing that breaks one rule.

    `rule` is the name of the shape, or of the check where no shape can say it; `expected` says in words what holds.
    `thing` is an IRI, or the name of a file. For people, `found` is what stands there instead, `label` what the thing
    is called, and `where` the file and line where it begins. `path` is the IRI of the property at fault, `component`
    that of the SHACL constraint component. "" where there is none.
    """

    rule: str
    thing: str
    expected: str
    found: str = ""
    label: str = ""
    where: str = ""
    path: str = ""
    component: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what was found.

    `violations` are sorted by rule and thing. The counts say how much was checked: `quotes` of evidence and aliases
    were compared with the papers' texts, and `files` with the manifest; both are None where the graph is an RDF file,
    which has neither beside it.
    """

    graph: str
    violations: tuple[Violation, ...]
    triples: int
    shapes: int
    quotes: int | None = None
    files: int | None = None

    @property
    def conforms(self) -> bool:
        """Return whether nothing breaks a rule."""
        return not self.violations
