"""The server's pages as people meet them: a real Chromium asks a real server.

Each test fails if a page asks anything of another server, opens a dialog or reports an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from serving import NAME, SAMPLE, Served, hostile_folder, serving

from kgraph.graph import read_graph
from kgraph.query import named_queries, open_store, run_query

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(SAMPLE) as served:
        yield served


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(hostile_folder(tmp_path_factory.mktemp("graph"))) as served:
        yield served


@pytest.fixture
def visit(chromium: Any) -> Iterator[Open]:
    """A function that opens a path of a server; keywords go to the browser's context."""
    faults: list[str] = []
    contexts = []

    def note(message: Any) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            faults.append(message.text)

    def visited(served: Served, path: str, **options: Any) -> Any:
        context = chromium.new_context(accept_downloads=True, **options)
        contexts.append(context)
        context.set_default_timeout(120_000)
        page = context.new_page()
        ours = (f"{served.url}/", "data:", "blob:")
        page.on("request", lambda r: r.url.startswith(ours) or faults.append(f"request for {r.url[:200]}"))
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("console", note)
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(served.url + path)
        return page

    yield visited
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


def run(page: Any, sparql: str) -> None:
    page.fill("#sparql", sparql)
    page.press("#sparql", "Control+Enter")
    answered(page)


def answered(page: Any) -> None:
    page.wait_for_selector("#answer:not([aria-busy])", state="attached")


def wait_for_query(page: Any, text: str) -> None:
    """Wait until the text is in the form; by evaluation from outside, which the page's policy does not forbid."""
    for _ in range(2400):
        if text in page.input_value("#sparql"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{text!r} did not come")


def rows(page: Any) -> list[list[str]]:
    found: list[list[str]] = page.evaluate(
        "[...document.querySelectorAll('#answer tbody tr')].map(r => [...r.cells].map(c => c.textContent))"
    )
    return found


def expected(page: Any) -> int:
    """The number of rows of the query in the form."""
    return len(list(run_query(open_store(SAMPLE), page.input_value("#sparql")).rows()))


def test_the_first_query_runs_by_a_click(visit: Open, server: Served) -> None:
    page = visit(server, "/query")
    page.click("#run")
    answered(page)
    assert page.locator("#answer th").all_inner_texts() == ["method", "label", "papers"]
    graph = read_graph(SAMPLE)
    methods = [
        (-data["papers"], data["label"], key) for key, data in graph.nodes(data=True) if data["kind"] == "Method"
    ]
    papers, label, key = min(methods)
    assert rows(page)[0] == [key.replace("/", ":"), label, str(-papers)]
    assert page.inner_text("#message").startswith("20 rows, in ")


@pytest.mark.parametrize("query", [query.name for query in named_queries()])
def test_every_example_gives_its_answer(visit: Open, server: Served, query: str) -> None:
    page = visit(server, "/query")
    page.select_option("#example", query)
    wait_for_query(page, "# title: ")
    page.click("#run")
    answered(page)
    assert len(rows(page)) == expected(page)
    assert rows(page) or query in ("ambiguous-names", "kinds-of")


def test_a_parameter_is_filled_in_as_text(visit: Open, server: Served) -> None:
    page = visit(server, "/query")
    page.select_option("#example", "methods-for-task")
    wait_for_query(page, "LCASE(?name) = LCASE(")
    page.fill("input[name=task]", 'a "quoted" task')
    page.keyboard.press("Tab")
    wait_for_query(page, r'LCASE("a \"quoted\" task")')
    page.click("#run")
    answered(page)
    assert page.inner_text("#message").startswith("No rows, in ")


def test_all_of_it_works_by_keyboard(visit: Open, server: Served) -> None:
    page = visit(server, "/query")
    focused = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        focused.add(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert {"Graph", "Query", "Ontology", "example", "sparql", "run", "download", "permalink"} <= focused
    page.focus("#sparql")
    page.keyboard.press("Control+Enter")
    answered(page)
    assert len(rows(page)) == 20


def test_things_in_answers_lead_to_their_pages_and_on_to_the_map(visit: Open, server: Served) -> None:
    page = visit(server, "/query")
    run(page, "SELECT ?x ?y ?z { VALUES (?x ?y ?z) { (method:bert kg:usedFor <https://example.org/>) } }")
    links = page.locator("#answer a").evaluate_all("all => all.map(a => [a.textContent, a.getAttribute('href')])")
    assert links == [
        ["method:bert", "/page/method/bert"],
        ["kg:usedFor", "/ontology#usedFor"],
        ["https://example.org/", "https://example.org/"],
    ]
    page.click("text=method:bert")
    assert page.inner_text("h1") == "BERT method"
    page.click("text=On the map")
    page.wait_for_url("**/#n=method/bert")
    page.wait_for_selector("#panel h2")
    assert page.inner_text("#panel h2") == "BERT"


def test_yes_no_triples_and_errors_are_shown(visit: Open, server: Served) -> None:
    page = visit(server, "/query")
    run(page, "ASK { method:bert a kg:Method }")
    assert page.inner_text("#message").startswith("Yes, in ")
    run(page, "DESCRIBE dataset:glue")
    assert "dataset:glue a skos:Concept, kg:Concept, kg:Dataset ;" in page.inner_text("#answer pre")
    run(page, "SELECT ?x { ?x ?y }")
    assert page.inner_text("#message") == "There is no answer (400):"
    assert "not valid SPARQL from here" in page.inner_text("#answer pre.bad")
    run(page, "SELECT ?x ?undefined { VALUES ?x { 'a'@en } }")
    assert rows(page) == [["a @en", ""]]


def test_a_long_answer_is_shown_in_part_and_downloaded_whole(visit: Open, server: Served) -> None:
    page = visit(server, "/query")
    run(page, "SELECT ?s { ?s ?p ?o } LIMIT 1500")
    assert len(rows(page)) == 1000
    assert page.inner_text("#message") == "The first 1,000 of 1,500 rows; a download has them all"
    with page.expect_download() as download:
        page.select_option("#download", label="CSV")
    assert download.value.suggested_filename == "answer.csv"
    assert download.value.path().read_bytes().count(b"\r\n") == 1501


def test_a_query_can_be_stopped_and_linked_to(visit: Open, server: Served) -> None:
    page = visit(server, "/query")
    page.fill("#sparql", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    page.click("#run")
    page.click("#stop")
    answered(page)
    assert page.inner_text("#message") == "Stopped"
    page.fill("#sparql", "SELECT (1 + 1 AS ?two) {}")
    page.click("#permalink")
    answered(page)
    again = visit(server, urlsplit(page.url).path + "#" + urlsplit(page.url).fragment)
    answered(again)
    assert rows(page) == rows(again) == [["2"]]
    third = visit(server, f"/sparql?query={quote('SELECT (3 AS ?three) {}')}")
    answered(third)
    assert rows(third) == [["3"]]


def test_hostile_text_runs_nothing(visit: Open, hostile: Served) -> None:
    page = visit(hostile, "/query")
    run(page, "SELECT ?s ?o { ?s ?p ?o }")
    assert len(rows(page)) > 100
    assert page.locator("#answer :is(script, img, b)").count() == 0
    run(page, "SELECT ?x { VALUES ?x { <javascript:alert(9)> <data:text/html,x> } }")
    assert page.locator("#answer a").count() == 0
    run(page, "CONSTRUCT WHERE { ?s ?p ?o }")
    assert "<script>" in page.inner_text("#answer pre")
    run(page, "SELECT ?m { ?m a kg:Method }")
    page.click("#answer a")
    assert page.inner_text("h1") == f"{NAME} method"
    papers = page.locator("main a[href^='/page/paper/']")
    for paper in papers.evaluate_all("all => all.map(a => a.getAttribute('href'))"):
        page.goto(hostile.url + paper)
        assert page.locator("main :is(script, img, b)").count() == 0


def test_the_pages_are_dark_where_people_like_it_so_and_fit_a_phone(visit: Open, server: Served) -> None:
    backs = set()
    for scheme in ("light", "dark"):
        page = visit(server, "/query", color_scheme=scheme, viewport={"width": 360, "height": 700})
        backs.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.click("#run")
        answered(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.goto(f"{server.url}/page/method/bert")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(backs) == 2
