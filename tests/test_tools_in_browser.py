"""Paths, the table, and the list of what the map shows, in a real Chromium; and what axe-core says of the page.

The fixture `open_page` fails every test here whose page asks for anything, opens a dialog or reports
an error.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from pixels import PIXELS
from waiting import wait_until

from kgraph.view import render_page

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def field_page(field_graph: nx.MultiDiGraph) -> str:
    return render_page(field_graph)


def evidence(paper: str, quote: str, *mentions: str, score: float = 0.9) -> dict[str, Any]:
    marks = [[start := quote.index(mention), start + len(mention)] for mention in mentions]
    return {"paper": paper, "field": "abstract", "start": 0, "end": len(quote), "quote": quote, "score": score,
            "mentions": marks}  # fmt: skip


@pytest.fixture(scope="module")
def small_page() -> str:
    """BERT is linked to SQuAD by way of question answering or of a paper; a metric stands alone."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_node("paper/1", kind="Paper", label="On reading", identifier="1", pipeline="", date="2021-05-01",
                   url="https://example.org/1")  # fmt: skip
    for key, kind, label in (
        ("method/bert", "Method", "BERT"),
        ("task/qa", "Task", "question answering"),
        ("dataset/squad", "Dataset", "SQuAD"),
        ("metric/em", "Metric", "exact match"),
    ):
        graph.add_node(key, kind=kind, label=label, papers=1, aliases=[])
    weak = evidence("paper/1", "BERT might answer questions.", "BERT", score=0.2)
    sure = evidence("paper/1", "We use BERT for question answering.", "BERT", "question answering")
    graph.add_edge("method/bert", "task/qa", key="usedFor", support=2, score=0.9, evidence=[weak, sure])
    quote = evidence("paper/1", "SQuAD tests question answering.", "SQuAD", "question answering")
    graph.add_edge("dataset/squad", "task/qa", key="benchmarkFor", support=1, score=0.9, evidence=[quote])
    for key, label in (("method/bert", "BERT"), ("dataset/squad", "SQuAD")):
        graph.add_edge("paper/1", key, key="uses", support=1, score=0.9,
                       evidence=[evidence("paper/1", f"Built on {label}.", label)])  # fmt: skip
    return render_page(graph)


def wait_for_panel(page: Any, title: str) -> None:
    page.wait_for_function(
        "title => document.querySelector('#panel h2')?.textContent === title && !document.querySelector('.waiting')",
        arg=title,
    )


# ---- Paths -------------------------------------------------------------------------------------------------


def test_a_path_is_found_from_the_panel_by_the_keyboard_and_back_returns(open_page: Open, small_page: str) -> None:
    page = open_page(small_page, address="#n=method/bert")
    wait_for_panel(page, "BERT")
    page.get_by_role("button", name="Find a path to").press("Enter")
    page.keyboard.type("a/b")
    assert page.input_value("#path-to") == "a/b", "no slash is taken for the search box"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Find a path to …"
    page.keyboard.press("Enter")
    page.keyboard.type("squad")
    page.keyboard.press("Enter")
    wait_for_panel(page, "From BERT to SQuAD")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    assert page.url.endswith("path=method/bert,dataset/squad")
    steps = page.locator("#panel .path > li")
    assert [step.locator("button.node").inner_text() for step in steps.all()] == ["BERT", "question answering", "SQuAD"]
    verbs = [verb.text_content() for verb in page.locator("#panel .verb").all()]
    assert verbs == ["BERT is used for", "question answering has the benchmark"]
    page.go_back()
    wait_for_panel(page, "BERT")


def test_each_step_of_a_path_shows_its_best_evidence_with_marks_and_the_paper(open_page: Open, small_page: str) -> None:
    page = open_page(small_page, address="#path=method/bert,dataset/squad")
    wait_for_panel(page, "From BERT to SQuAD")
    quote = page.locator("#panel .path blockquote").first
    assert quote.locator("p").inner_text() == "We use BERT for question answering."
    assert quote.locator("mark").all_inner_texts() == ["BERT", "question answering"]
    assert "score 0.90" in quote.inner_text()
    assert quote.get_by_role("link").get_attribute("href") == "https://example.org/1"
    page.get_by_text("More evidence (1)").click()
    page.get_by_text("BERT might answer questions.").wait_for()
    quote.get_by_role("button", name="On reading").click()
    wait_for_panel(page, "On reading")
    assert "path=" not in page.url


def test_a_path_stands_out_on_the_map(open_page: Open, small_page: str) -> None:
    strong = f"""() => {{{PIXELS}
      let count = 0; // nearly of the ring's colour
      for (let i = 0; i < data.length; i += 4)
        if (Math.abs(data[i] - 179) < 20 && Math.abs(data[i + 1] - 89) < 20 && data[i + 2] < 20) count++;
      return count;
    }}"""
    page = open_page(small_page)
    assert page.evaluate(strong) == 0
    page = open_page(small_page, address="#path=method/bert,dataset/squad")
    wait_until(lambda: page.evaluate(strong) > 300)


def test_a_path_that_the_filters_close_is_told_and_opened_by_lifting_them(open_page: Open, small_page: str) -> None:
    page = open_page(small_page, address="#path=method/bert,dataset/squad&hide=Task,Paper")
    wait_for_panel(page, "From BERT to SQuAD")
    assert "No path under these filters; without them there is one of 2 steps." in page.inner_text("#panel")
    page.get_by_role("button", name="Lift the filters").click()
    page.wait_for_selector("#panel .path")
    page.wait_for_function("() => !location.hash.includes('hide=')")


def test_a_filter_leads_a_path_another_way(open_page: Open, small_page: str) -> None:
    page = open_page(small_page, address="#path=method/bert,dataset/squad&hide=Task")
    wait_for_panel(page, "From BERT to SQuAD")
    assert page.locator("#panel .path button.node").all_inner_texts() == ["BERT", "On reading", "SQuAD"]


def test_two_nodes_that_nothing_links_have_no_path(open_page: Open, small_page: str) -> None:
    page = open_page(small_page, address="#path=method/bert,metric/em")
    wait_for_panel(page, "From BERT to exact match")
    assert "Nothing in this graph links the two." in page.inner_text("#panel")
    page.locator("#panel button.node", has_text="exact match").click()
    wait_for_panel(page, "exact match")


# ---- The table ---------------------------------------------------------------------------------------------


def column(page: Any, name: str) -> list[str]:
    return [text.strip() for text in page.locator(f"#table tbody .{name}").all_inner_texts()]


def test_the_table_is_sorted_by_its_headers(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, address="#view=table")
    links = [int(text) for text in column(page, "links")]
    assert links == sorted(links, reverse=True)
    assert page.get_attribute("#table th.links", "aria-sort") == "descending"
    page.locator("#table thead .name button").focus()
    page.keyboard.press("Enter")
    names = column(page, "name")
    assert names == sorted(names, key=str.lower)
    assert page.get_attribute("#table th.name", "aria-sort") == "ascending"
    assert page.get_attribute("#table th.links", "aria-sort") is None
    page.keyboard.press("Enter")
    assert column(page, "name")[0] > names[0]
    assert page.evaluate("document.activeElement.closest('th').className") == "name"


def test_a_row_is_chosen_by_a_click_and_by_the_keyboard(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, address="#view=table")
    page.locator("#table tbody tr").nth(2).locator("td.topic").click()
    wait_for_panel(page, column(page, "name")[2])
    assert page.locator("#table tr[aria-current]").get_attribute("aria-rowindex") == "4"
    page.locator("#table tbody button").nth(2).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    wait_for_panel(page, column(page, "name")[3])
    assert "view=table" in page.url
    page.locator("#table tbody button").nth(3).focus()
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('tbody')"), "the rows are one stop"


def test_the_table_shows_what_passes_the_filters(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, address="#view=table&hide=Paper,Method,Task,Metric")
    assert set(column(page, "kind")) == {"Dataset"}
    rows = int(page.inner_text("#table .table-count").split()[0].replace(",", ""))
    assert page.get_attribute("#table table", "aria-rowcount") == str(rows + 1)


def test_fifty_thousand_rows_are_drawn_as_one_scrolls(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    longest, drawn, said = page.evaluate("""async () => {
      const nodes = Array.from({ length: 50000 }, (_, id) => (
        { id, key: `k/${id}`, label: `Name ${(id * 7919) % 50000}`, name: `Name ${id}`, kind: "Task", degree: id % 99 }
      ));
      const element = document.createElement("section");
      element.id = "table";
      element.style.zIndex = 9;
      document.querySelector("main").append(element);
      const table = new kgraph.Table(element, { nodes, topics: [] }, { onChoose() {} });
      let longest = 0;
      const timed = async (work) => {
        const begun = performance.now();
        work();
        element.getBoundingClientRect();
        longest = Math.max(longest, performance.now() - begun);
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      };
      await timed(() => table.show({ nodes, chosen: null }));
      await timed(() => element.querySelector("thead .name button").click());
      for (let i = 0; i < 20; i++) await timed(() => (table.view.scrollTop = table.view.scrollHeight));
      return [longest, element.querySelectorAll("tbody tr").length, table.more.textContent];
    }""")
    assert longest < 1000
    assert 2000 < drawn < 10_000
    assert said == f"Show more: {drawn:,} of 50,000 rows are drawn"


def test_the_button_after_the_last_row_draws_more_and_moves_the_focus_there(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, address="#view=table")
    page.evaluate("document.querySelector('#table .more').focus({ preventScroll: true })")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('tr').getAttribute('aria-rowindex')") == "202"


def saved(page: Any) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "kgraph.csv"
    return Path(download.value.path()).read_bytes().decode("utf-8")


def test_the_csv_holds_every_row_in_the_order_of_the_table(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, address="#view=table&hide=Paper")
    page.click("#table thead .name button")
    text = saved(page)
    assert text.startswith("\ufeffkey,name,kind,papers,links,first,last,topic\r\n")
    rows = list(csv.DictReader(io.StringIO(text[1:], newline="")))
    shown = int(page.inner_text("#table .table-count").split()[0].replace(",", ""))
    assert len(rows) == shown > 1000
    names = [row["name"] for row in rows]
    assert names[:200] == column(page, "name")[:200]
    assert {row["kind"] for row in rows} == {"Method", "Task", "Dataset", "Metric"}


# ---- The list ----------------------------------------------------------------------------------------------


def test_the_list_tells_what_the_map_shows_and_follows_it(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    page.wait_for_function("() => document.querySelectorAll('#list button').length === 100")
    assert "nodes in view; the 100 most important are listed." in page.inner_text("#list-count")
    assert page.locator("#list button").first.inner_text().replace("\n", "").endswith("links")
    page.focus("#map")
    for _ in range(8):
        page.keyboard.press("+")
    page.wait_for_function("() => document.querySelectorAll('#list button').length < 100")
    shown = page.evaluate("document.querySelectorAll('#list button').length")
    told = page.text_content("#list-count")
    assert told.startswith(f"{shown} node")
    page.click("#legend [data-kind=Method]")
    page.wait_for_function("told => document.querySelector('#list-count').textContent !== told", arg=told)
    assert page.locator("#list .symbol.method").count() == 0


def test_the_list_is_reached_after_the_map_and_its_nodes_by_arrows(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    page.wait_for_selector("#list button", state="attached")
    assert page.locator("#list").bounding_box()["width"] < 2
    page.focus("#map")
    page.keyboard.press("Tab")
    assert page.locator("#list").bounding_box()["width"] > 200, "seen when the keyboard is in it"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    name = page.evaluate("document.activeElement.querySelector('bdi').textContent")
    assert page.locator("#list button").nth(2).locator("bdi").inner_text() == name
    page.keyboard.press("Enter")
    wait_for_panel(page, name)
    page.focus("#map")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('#list')"), "the list is one stop"


# ---- The panel ---------------------------------------------------------------------------------------------


def test_the_panel_has_a_sentence_that_introduces_a_thing_or_names_it_first(open_page: Open) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    for number, date in enumerate(("2022", "--01-02", "2020-03", "2021")):
        graph.add_node(f"paper/{number}", kind="Paper", label=f"P{number}", identifier="", pipeline="", date=date)
    for key, relations in (("introduced", "mentions mentions mentions introduces"), ("used", "uses uses uses uses")):
        graph.add_node(f"method/{key}", kind="Method", label=key, papers=4, aliases=[])
        for number, relation in enumerate(relations.split()):
            graph.add_edge(f"paper/{number}", f"method/{key}", key=relation, support=1, score=0.5,
                           evidence=[evidence(f"paper/{number}", f"P{number}: {key}", key)])  # fmt: skip
    graph.add_node("task/undated", kind="Task", label="undated", papers=1, aliases=[])
    graph.add_edge("paper/1", "task/undated", key="uses", support=1, score=0.5,
                   evidence=[evidence("paper/1", "P1: undated", "undated")])  # fmt: skip
    html = render_page(graph)
    for address, title, sentence in (
        ("task/undated", "Named", "P1: undated"),
        ("method/introduced", "Introduced", "P3: introduced"),
        ("method/used", "First named", "P2: used"),
        ("paper/3", "What it introduces", "P3: introduced"),
    ):
        page = open_page(html, address=f"#n={address}")
        section = page.locator("#panel .introduction")
        assert section.locator("h3").inner_text() == title
        assert section.locator("p").inner_text() == sentence
        assert section.locator("mark").inner_text() == sentence[4:]
    page = open_page(html, address="#n=paper/0")
    page.wait_for_selector("#panel .neighbours")
    assert page.locator("#panel .introduction").count() == 0


# ---- axe-core ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core from npm, found by NODE_PATH; skips without it.

    It fails on a CI machine, unless npm's registry could not be reached there (WITHOUT_NPM).
    """
    folders = [Path(folder) for folder in os.environ.get("NODE_PATH", "").split(os.pathsep) if folder]
    file = next((path for folder in folders if (path := folder / "axe-core" / "axe.min.js").exists()), None)
    if file is None:
        reason = "no axe-core in NODE_PATH: npm install axe-core@4.14.1, then NODE_PATH=node_modules"
        if os.environ.get("CI") == "true" and not os.environ.get("WITHOUT_NPM"):
            pytest.fail(reason)
        pytest.skip(reason)
    return file.read_text(encoding="utf-8")


PANEL = "#n=method/large-language-model"
PATH = "#path=method/large-language-model,dataset/imagenet"
TABLE = "#view=table"
DARK = {"color_scheme": "dark"}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.mark.parametrize(
    "view",
    [
        ("", "#filters", {}),
        (PANEL, "#panel details", {}),
        (PATH, "#panel details", {}),
        (TABLE, "#menu", {}),
        (PANEL, "#panel details", DARK),
        (TABLE, "#filters", DARK),
        ("", "#controls, #filters", PHONE),
        (PANEL, "#panel details", PHONE),
    ],
    ids=["filters", "panel", "path", "table and menu", "panel, dark", "table, dark", "phone", "panel on a phone"],
)
def test_axe_finds_no_violation(
    open_page: Open, field_page: str, axe: str, view: tuple[str, str, dict[str, Any]]
) -> None:
    address, opened, options = view
    page = open_page(field_page, address=address, **options)
    page.wait_for_function("() => !document.querySelector('.waiting')")
    page.evaluate("opened => document.querySelectorAll(opened).forEach((d) => (d.open = true))", opened)
    page.wait_for_timeout(400)
    page.evaluate(axe)
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    told = [(rule["id"], [(node["html"], node["failureSummary"]) for node in rule["nodes"]]) for rule in found]
    assert not told


def test_axe_finds_no_violation_in_an_open_search(open_page: Open, field_page: str, axe: str) -> None:
    page = open_page(field_page, address=PANEL)
    wait_for_panel(page, "Large language model")
    page.evaluate(axe)
    for opened in ("#search", "#path-to"):
        if opened == "#path-to":
            page.get_by_role("button", name="Find a path to").click()
        page.fill(opened, "image")
        assert page.evaluate("axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes]))") == []
