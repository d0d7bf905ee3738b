"""What the design says of the code itself: one direction of imports, heavy libraries only where used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import kgraph

PACKAGE = Path(kgraph.__file__).parent
MODULES = {p.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", "."): p for p in PACKAGE.rglob("*.py")}

#: From the first step to the last; a module may import from its own row and the rows above.
ORDER = [
    {"kgraph", "kgraph.errors", "kgraph.resources", "kgraph.vocabulary", "kgraph.model"},
    {"kgraph.identifiers", "kgraph.names", "kgraph.acronyms", "kgraph.sentences", "kgraph.xmltext", "kgraph.garbage"},
    {"kgraph.evidence", "kgraph.annotated", "kgraph.fingerprint", "kgraph.processes"},
    {"kgraph.records"},
    {"kgraph.readers", "kgraph.papers", "kgraph.cache"},
    {"kgraph.overrides"},
    {"kgraph.pipeline"},
    {"kgraph.extract", "kgraph.evaluate"},
    {"kgraph.pipeline.training"},
    {"kgraph.resolve", "kgraph.measures"},
    {"kgraph.graph"},
    {"kgraph.interchange", "kgraph.rdf", "kgraph.view", "kgraph.query", "kgraph.explain", "kgraph.propose"},
    {"kgraph.build"},
    {"kgraph.diff", "kgraph.knowledge_graph"},
    {"kgraph.console"},
    {"kgraph.export", "kgraph.serve", "kgraph.validate"},
    {"kgraph.cli"},
    {"kgraph.__main__"},
]

#: Libraries that take long to import, and the only modules that may do so.
HEAVY = {
    "spacy": ("kgraph.pipeline", "kgraph.extract"),
    "onnxruntime": ("kgraph.pipeline",),
    "torch": ("kgraph.pipeline.training", "kgraph.cli"),
    "rdflib": ("kgraph.rdf", "kgraph.validate", "kgraph.knowledge_graph"),
    "pyoxigraph": ("kgraph.rdf", "kgraph.query", "kgraph.serve", "kgraph.validate", "kgraph.knowledge_graph"),
    "pyshacl": ("kgraph.validate",),
    "tornado": ("kgraph.serve",),
    "pyvis": ("kgraph.view",),
    "scipy": ("kgraph.view", "kgraph.measures"),
    "networkx": (
        "kgraph.query",
        "kgraph.explain",
        "kgraph.propose",
        "kgraph.graph",
        "kgraph.measures",
        "kgraph.interchange",
        "kgraph.rdf",
        "kgraph.view",
        "kgraph.build",
        "kgraph.diff",
        "kgraph.knowledge_graph",
    ),
    "pandas": ("kgraph.query.rows", "kgraph.knowledge_graph"),
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def row(module: str) -> int:
    owners = [(len(name), i) for i, names in enumerate(ORDER) for name in names if f"{module}.".startswith(f"{name}.")]
    return max(owners)[1]


# `kgraph` itself is the front door: it leads to the last step, but loads nothing before it is asked to.
@pytest.mark.parametrize("module", sorted(set(MODULES) - {"kgraph.__init__"}))
def test_data_flows_one_way(module: str) -> None:
    name = module.removesuffix(".__init__")
    known = {m.removesuffix(".__init__") for m in MODULES}
    ours = {i for i in imports(MODULES[module]) if i in known and i != "kgraph"}
    assert {i for i in ours if row(i) > row(name)} == set()


@pytest.mark.parametrize("library", sorted(HEAVY))
def test_heavy_libraries_are_imported_only_where_they_are_used(library: str) -> None:
    users = {m for m, path in MODULES.items() if any(i.split(".")[0] == library for i in imports(path))}
    assert {m for m in users if not m.startswith(HEAVY[library])} == set()


def test_importing_kgraph_loads_no_other_module_of_it_and_nothing_heavy() -> None:
    code = f"import sys, kgraph\nprint([m for m in sys.modules if m.startswith('kgraph.') or m in {set(HEAVY)!r}])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, contextlib, io\n"
        "from kgraph.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main(['--help'])\n"
        f"print(sorted({set(HEAVY) | {'numpy'}!r} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_module_grows_beyond_four_hundred_lines(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= 400
