"""Fixtures for all tests: a reader's report, a real Chromium and pages in it, a graph the size of a field's month."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph
import pytest
from field import make_field_graph
from graphs import a_richer_graph
from rdflib import Graph

from kgraph.query import open_store
from kgraph.rdf import graph_triples, write_jsonld, write_ntriples, write_turtle
from kgraph.readers import Report

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def _the_cache_of_fixtures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's cache is not ours to fill, nor may what is in it change a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KGRAPH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the cache of extractions: a new one for every test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("KGRAPH_CACHE", str(folder))
    return folder


@pytest.fixture
def report() -> Report:
    """An empty report for a reader to fill."""
    return Report()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running Chromium for the whole session; skips without one, but fails on a CI machine."""
    executable = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _no_browser("the playwright package is not installed: pip install 'kgraph[test]'")
    if executable is None:
        _no_browser(f"no Chromium on the PATH: looked for {', '.join(CHROMIUM_NAMES)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def _no_browser(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def open_page(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """A function that opens HTML text as a file, without a network, and returns Playwright's page.

    Keyword `address` goes behind the file's URL (`#n=...`), other keywords to the browser's context.
    At the end of the test it fails if a page asked for anything but itself, opened a dialog, or
    reported an error, a refusal by the Content-Security-Policy among them.
    """
    faults: list[str] = []
    contexts = []

    def opened(html: str, *, address: str = "", **options: Any) -> Any:
        file = tmp_path / "graph.html"
        file.write_text(html, encoding="utf-8", newline="")
        wide = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
        context = chromium.new_context(**(wide | options))
        contexts.append(context)
        context.set_default_timeout(120_000)  # patient, so that a busy machine fails no test
        context.set_offline(True)

        def only_the_file(route: Any) -> None:
            if route.request.url.split("#")[0] == file.as_uri():
                route.continue_()
            else:
                faults.append(f"request for {route.request.url[:200]}")
                route.abort()

        context.route("**/*", only_the_file)
        page = context.new_page()
        page.on("request", lambda r: r.url.startswith("file:") or faults.append(f"request for {r.url[:200]}"))
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("console", lambda m: m.type in ("error", "warning") and faults.append(f"console: {m.text}"))
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(file.as_uri() + address)
        page.wait_for_function("() => document.documentElement.dataset.ready === 'true'")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def field_graph() -> nx.MultiDiGraph:
    """A graph like that of a month of papers: 250 papers, some 1,500 concepts, heavy-tailed degrees."""
    return make_field_graph()


@pytest.fixture(scope="module")
def rdf_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that a query needs of what `kgraph build` writes."""
    folder = tmp_path_factory.mktemp("graph")
    for name, write in (("graph.nt", write_ntriples), ("graph.ttl", write_turtle), ("graph.jsonld", write_jsonld)):
        with (folder / name).open("wb") as file:
            write(graph_triples(a_richer_graph()), file)
    Graph().parse(folder / "graph.nt").serialize(folder / "graph.rdf", format="xml")
    (folder / "manifest.json").write_text("{}")
    return folder


@pytest.fixture(scope="module")
def store(rdf_folder: Path) -> pyoxigraph.Store:
    return open_store(rdf_folder)
