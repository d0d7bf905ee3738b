"""What changed from one graph to another: `render(compare(read_snapshot(old), read_snapshot(new)), "text")`."""

from kgraph.diff.compare import Change, ClaimRecord, ConceptRecord, Diff, PaperRecord, compare
from kgraph.diff.forms import FORMATS, as_dict, render
from kgraph.diff.rdf import diff_triples
from kgraph.diff.snapshot import Snapshot, read_snapshot, snapshot

__all__ = [
    "FORMATS",
    "Change",
    "ClaimRecord",
    "ConceptRecord",
    "Diff",
    "PaperRecord",
    "Snapshot",
    "as_dict",
    "compare",
    "diff_triples",
    "read_snapshot",
    "render",
    "snapshot",
]
