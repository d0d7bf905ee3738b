"""The graph as one HTML page: pyvis fills our own template with data, styles and scripts.

The page asks for nothing: vis-network comes from inside pyvis, everything else from this folder. Its
Content-Security-Policy names the hash of each script and style, so nothing else can run, whatever a
title or a name may hold.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import networkx as nx

from kgraph import resources
from kgraph.measures import measures
from kgraph.view.data import edge_records, evidence_tables, node_records, table, topic_records
from kgraph.view.detail import by_importance, communities
from kgraph.view.layout import layout

#: Nodes that are drawn in full when the page opens; the others are drawn as small marks.
BACKBONE = 450
#: Nodes that a page can hold; of a larger graph it keeps the most important and says so.
MOST_NODES = 50_000

# Above this many characters the evidence travels compressed.
_LONGEST_PLAIN = 500_000
# The page's own scripts, in the order in which they need each other.
_SCRIPTS = (
    *("data.js", "shapes.js", "elements.js", "phrases.js", "filters.js", "state.js", "search.js", "searchbox.js"),
    *("grid.js", "scene.js", "ground.js", "labels.js", "local.js", "picture.js", "map.js"),
    *("path.js", "pathview.js", "panel.js", "table.js", "list.js"),
    *("controls.js", "topics.js", "menu.js", "page.js"),
)

# What vis-network does: the view, its panning and zooming. What is seen is drawn by our own scripts.
_VIS_OPTIONS: dict[str, Any] = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {"dragNodes": False, "hover": False, "selectable": False, "keyboard": False, "zoomSpeed": 0.7},
}


def render_page(graph: nx.MultiDiGraph[str], *, title: str = "kgraph", most_nodes: int = MOST_NODES) -> str:
    """Return the whole page as HTML text, to be written as UTF-8.

    The same graph gives the same text on the same machine with the same versions. A graph of more
    than `most_nodes` nodes is cut to its most important ones, and the page says so. A graph whose nodes
    lack the measures that `build_graph` gives them is not changed: the page measures a copy.
    """
    if any("community" not in data for _, data in graph.nodes(data=True)):
        graph = graph.copy()
        nx.set_node_attributes(graph, measures(graph))
    total = len(graph)
    order = by_importance(graph, BACKBONE)
    if total > most_nodes:
        graph = graph.subgraph(order[:most_nodes])
        order = by_importance(graph, BACKBONE)
    groups = communities(graph)
    index = {key: number for number, key in enumerate(order)}

    network = _network()
    network.nodes = node_records(graph, order, layout(graph, groups))
    network.edges = edge_records(graph, index)
    styles = [_own_file("page.css")]
    scripts = [_vis_network(), *(_own_file(name) for name in _SCRIPTS)]
    network.templateEnv.globals.update(
        title=title.encode("utf-8", "replace").decode("utf-8"),
        about={"total": total, "backbone": BACKBONE, "topics": topic_records(graph, groups, index)},
        evidence=_packed(evidence_tables(graph, index)),
        styles=styles,
        scripts=scripts,
        policy=_policy(scripts, styles),
    )
    html: str = network.generate_html()
    return html


def script_json(value: Any) -> str:
    """Return the value as JSON that is safe inside a script element: ASCII, without <, > and &."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _network() -> Any:
    """Return a pyvis network that fills our template; its import takes a second, so it stands here."""
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup
    from pyvis.network import Network

    network = Network(cdn_resources="in_line")
    network.options = _VIS_OPTIONS
    network.path = "template.html"
    network.templateEnv = Environment(loader=FileSystemLoader(resources.VIEW), autoescape=True)
    network.templateEnv.filters["table"] = table
    network.templateEnv.filters["script_json"] = lambda value: Markup(script_json(value))
    return network


def _vis_network() -> str:
    """Return the vis-network library that pyvis carries, without the line that names its source map."""
    import pyvis

    path = Path(pyvis.__file__).parent / "lib" / "vis-9.1.2" / "vis-network.min.js"
    return re.sub(r"\n//# sourceMappingURL=.*", "", _text(path))


def _own_file(name: str) -> str:
    return _text(resources.VIEW / name)


def _text(path: Path) -> str:
    """Return the text with line feeds alone, as an HTML parser makes it before it takes the hash."""
    return path.read_bytes().decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _packed(value: Any) -> Any:
    """Return the value, or where it is large its JSON as base64 of raw deflate."""
    plain = json.dumps(value, separators=(",", ":"))
    if len(plain) <= _LONGEST_PLAIN:
        return value
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(deflate.compress(plain.encode("ascii")) + deflate.flush()).decode("ascii")


def _policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """Return a Content-Security-Policy under which these scripts and styles run and nothing else does."""
    hashes = [
        " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts)
        for texts in (scripts, styles)
    ]
    return (
        f"default-src 'none'; script-src {hashes[0]}; style-src {hashes[1]}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
