"""What people say of concepts and the rules cannot know: which are one, which are not, how they are called.

`ontology/overrides.md` describes the files for their writers.
"""

from kgraph.overrides.entries import Drop, Entry, Link, Merge, Overrides, Rename, Retype, Split
from kgraph.overrides.plan import Plan
from kgraph.overrides.read import overrides_from_dict, read_overrides

__all__ = [
    "Drop",
    "Entry",
    "Link",
    "Merge",
    "Overrides",
    "Plan",
    "Rename",
    "Retype",
    "Split",
    "overrides_from_dict",
    "read_overrides",
]
