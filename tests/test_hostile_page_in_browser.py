"""Hostile texts on the page: whatever a title, a name or a link holds, it runs nothing and the page stays usable.

The fixture `open_page` fails every test here whose page asks for anything, opens a dialog or reports
an error.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from pixels import DRAWN

from kgraph.view import render_page

pytestmark = pytest.mark.browser

Open = Callable[..., Any]

HOSTILE = [
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    '"><svg onload=window.pwned=1>',
    "javascript:window.pwned=1",
    "{{ 7 * 7 }}{% raw %}${window.pwned=1}`",
    "<!--<script>",
    "\u202eright to left\u2066 never closed",
    "\ufffd\u2028\u2029\u200b\x00\x07",
    "\U0001f469\u200d\U0001f4bb of two \U0001f600",
    "long " + "x" * 10_000,
    "%E0%A4%A#?&=n",
    "__proto__",
    "constructor",
    "\u05d0\u05d1\u05d2 \u0627\u0644\u0639",
    "e" + "\u0301" * 500,
    "",
]


def hostile_graph() -> nx.MultiDiGraph:
    graph: nx.MultiDiGraph = nx.MultiDiGraph(name=HOSTILE[0])
    for i, text in enumerate(HOSTILE):
        paper, concept = f"paper/{i}{text}", f"method/{i}{text}"
        graph.add_node(paper, kind="Paper", label=text, identifier=text, pipeline=text, date=text, organisation=text,
                       url=["javascript:window.pwned=1", "data:text/html,<script>window.pwned=1</script>", text,
                            "https://example.org/\"onclick=\"window.pwned=1"][i % 4],
                       authors=[text], categories=[text], upvotes=1)  # fmt: skip
        alias = {"name": text, "rule": text, "paper": paper, "text": text}
        graph.add_node(concept, kind=["Method", "Task", "Dataset", "Metric"][i % 4], label=text, papers=1,
                       aliases=[alias])  # fmt: skip
        item = {"paper": paper, "field": "abstract", "start": 0, "end": len(text), "quote": text, "score": 0.5,
                "mentions": [[0, min(3, len(text))], [-5, 2], [0, 10**9]]}  # fmt: skip
        for relation in ("introduces", "uses"):
            graph.add_edge(paper, concept, key=relation, support=1, score=0.5, evidence=[item])
        graph.add_edge(concept, f"method/0{HOSTILE[0]}", key=text or "isA", support=1, score=0.5, evidence=[item])
    return graph


def test_hostile_texts_run_nothing_and_the_page_stays_usable(open_page: Open) -> None:
    page = open_page(render_page(hostile_graph(), title=HOSTILE[0]))
    assert page.evaluate(DRAWN) > 300
    keys = page.evaluate("kgraph.readGraph().nodes.map(n => n.key)")
    for key in keys:
        page.evaluate("key => { location.hash = 'n=' + encodeURIComponent(key) }", key)
        page.wait_for_function("key => window.kgraph && decodeURIComponent(location.hash) === '#n=' + key", arg=key)
        page.wait_for_function("() => !document.querySelector('#panel').hidden && !document.querySelector('.waiting')")
        for summary in page.locator("#panel summary").all():
            summary.click()
    for link in page.locator("a").all():
        assert link.get_attribute("href").startswith(("https://", "http://"))
    for text in HOSTILE:
        page.fill("#search", text)
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.querySelectorAll('img, #panel script, #panel svg:not(.symbol)').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.fill("#search", "of two")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#panel h2').textContent.includes('of two')")
    page.keyboard.press("Escape")
    page.wait_for_selector("#panel", state="hidden")


def test_hostile_texts_run_nothing_in_a_path_the_table_its_csv_and_the_list(open_page: Open) -> None:
    graph = hostile_graph()
    page = open_page(render_page(graph, title=HOSTILE[0]))
    page.wait_for_selector("#list button", state="attached")
    hub = f"method/0{HOSTILE[0]}"
    ends = [[hub, key] for key in graph if key != hub]
    for pair in ends:
        page.evaluate("pair => { location.hash = 'path=' + pair.map(encodeURIComponent).join(',') }", pair)
        page.wait_for_function(
            """() => document.querySelector("#panel h2")?.textContent.startsWith("From ")
                && !document.querySelector(".waiting")"""
        )
        steps = page.locator("#panel .path > li").count()
        assert steps >= 2, f"no path to {pair}"
    page.evaluate("location.hash = 'view=table'")
    page.wait_for_selector("#table tbody tr")
    assert page.locator("#table tbody tr").count() == len(graph)
    for header in page.locator("#table thead button").all():
        header.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert [len(row) for row in rows] == [8] * (len(graph) + 1)
    assert not [cell for row in rows for cell in row if re.match(r"\s*[=+\-@]", cell) or "\0" in cell]
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.querySelectorAll('img, iframe, main script, main svg:not(.symbol)').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
