"""The page as people meet it: a real Chromium opens the file without a network and uses it.

The fixture `open_page` fails every test here whose page asks for anything, opens a dialog or reports
an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from pixels import DRAWN, PIXELS
from waiting import wait_until

from kgraph.view import page as page_module
from kgraph.view import render_page

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def field_page(field_graph: nx.MultiDiGraph) -> str:
    return render_page(field_graph)


def panel_title(page: Any) -> str:
    return str(page.inner_text("#panel h2"))


def wait_for_panel(page: Any, title: str) -> None:
    page.wait_for_function(
        "title => document.querySelector('#panel h2')?.textContent === title && !document.querySelector('.waiting')",
        arg=title,
    )


def numbers(page: Any) -> dict[str, int]:
    buttons = page.locator("#legend button").all()
    return {b.get_attribute("data-kind"): int(b.locator(".number").inner_text().replace(",", "")) for b in buttons}


def find(page: Any, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_the_page_opens_from_disk_and_draws_a_map(
    open_page: Open, field_graph: nx.MultiDiGraph, field_page: str
) -> None:
    page = open_page(field_page)
    assert page.evaluate(DRAWN) > 5000
    rest = len(field_graph) - 450
    assert page.inner_text("#count") == f"450 of {len(field_graph):,} nodes drawn · {rest:,} as small marks"
    assert page.locator("#topic-list summary").count() > 5


@pytest.mark.parametrize(("known", "shown"), [("--10-26", "26 October, year not known"), ("2022-10-26", "2022-10-26")])
def test_a_date_says_what_is_known_of_it(open_page: Open, known: str, shown: str) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_node("paper/1", kind="Paper", label="P", identifier="1", pipeline="", date=known)
    page = open_page(render_page(graph), address="#n=paper/1")
    wait_for_panel(page, "P")
    assert shown in page.inner_text("#panel")


def test_the_symbols_of_a_topic_are_drawn_when_it_is_shown(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    blue = f"""() => {{{PIXELS}
      let count = 0; // of Method's colour
      for (let i = 0; i < data.length; i += 4) if (!data[i] && data[i + 1] === 114 && data[i + 2] === 178) count++;
      return count;
    }}"""
    before = page.evaluate(blue)
    assert before > 2000
    page.locator("#topic-list summary").nth(4).click()
    wait_until(lambda: page.evaluate(blue) > before / 2)


def test_the_theme_follows_the_system(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 19, 24)"
    page.emulate_media(color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(DRAWN) > 5000


def test_a_concept_is_found_by_slash_its_plural_and_enter(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    find(page, "large language models")
    wait_for_panel(page, "Large language model")
    assert page.url.endswith("#n=method/large-language-model")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    assert "Large language model, Method" in page.inner_text("#announce")


@pytest.mark.parametrize("query", ["text to image", "TEXT-TO-IMAGE", "texttoimage generation", "Text‑to‑Images"])
def test_search_forgives_case_hyphens_and_plurals(open_page: Open, field_page: str, query: str) -> None:
    page = open_page(field_page)
    page.fill("#search", query)
    assert "Text-to-image generation" in page.locator("#results [aria-selected=true]").inner_text()


def test_search_finds_a_name_that_is_not_the_label_and_arrows_choose(open_page: Open) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    names = [{"name": "kNN-LM", "rule": "acronym", "paper": "paper/1", "text": "kNN-LM"}]
    graph.add_node("method/a", kind="Method", label="Nearest neighbour language model", papers=1, aliases=names)
    graph.add_node("method/b", kind="Method", label="KNN classifier", papers=1, aliases=[])
    page = open_page(render_page(graph))
    page.fill("#search", "knn")
    assert page.locator("#results [role=option]").count() == 2
    assert "also kNN-LM" in page.inner_text("#results")
    page.focus("#search")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#results [aria-selected=true] .found").inner_text()
    page.keyboard.press("Enter")
    wait_for_panel(page, chosen)
    page.fill("#search", "no such thing at all")
    assert "Nothing in this graph has that name" in page.inner_text("#results")


def test_the_panel_shows_the_sentence_with_its_mention_marked(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, address="#n=method/large-language-model")
    wait_for_panel(page, "Large language model")
    assert "Used by" in page.inner_text("#panel")
    section = page.locator("#panel section", has=page.get_by_role("heading", name="Used by"))
    section.locator("summary").first.click()
    quote = section.locator("blockquote").first
    assert quote.locator("mark").inner_text() == "Large language model"
    assert quote.locator("p").inner_text().startswith("Built on Large language model, our ")
    assert "score 0." in quote.inner_text()
    link = quote.get_by_role("link").first
    assert link.get_attribute("href").startswith("https://arxiv.org/abs/")
    assert "noopener" in link.get_attribute("rel")


def test_marks_stand_right_behind_characters_of_two_units(open_page: Open) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    quote = "\U0001f600\U0001f600 We use BERT."
    graph.add_node("paper/1", kind="Paper", label="P", identifier="1", pipeline="")
    graph.add_node("method/bert", kind="Method", label="BERT", papers=1, aliases=[])
    item = {"paper": "paper/1", "field": "abstract", "start": 7, "end": 7 + len(quote), "quote": quote, "score": 0.9,
            "mentions": [[17, 21]]}  # fmt: skip
    graph.add_edge("paper/1", "method/bert", key="uses", support=1, score=0.9, evidence=[item])
    page = open_page(render_page(graph), address="#n=method/bert")
    page.locator("#panel summary", has_text="Evidence").click()
    assert page.inner_text("#panel mark") == "BERT"


def test_neighbours_are_buttons_and_back_returns(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, address="#n=method/large-language-model")
    wait_for_panel(page, "Large language model")
    neighbour = page.locator("#panel button.node").first
    name = neighbour.inner_text()
    neighbour.click()
    wait_for_panel(page, name)
    assert "#n=paper/" in page.url
    page.go_back()
    wait_for_panel(page, "Large language model")


def test_escape_closes_the_panel_and_back_opens_it_again(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    find(page, "imagenet")
    wait_for_panel(page, "ImageNet")
    page.keyboard.press("Escape")
    page.wait_for_selector("#panel", state="hidden")
    assert "#n=" not in page.url
    page.go_back()
    wait_for_panel(page, "ImageNet")


def test_the_legend_is_the_filter_and_the_counts_follow(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    papers = numbers(page)["Paper"]
    page.click("#legend [data-kind=Paper]")
    assert page.get_attribute("#legend [data-kind=Paper]", "aria-pressed") == "false"
    assert f"{papers} filtered out" in page.inner_text("#count")
    page.click("#legend [data-kind=Paper]")
    assert "filtered out" not in page.inner_text("#count")


def test_the_slider_leaves_what_has_enough_links(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    before = numbers(page)
    page.focus("#degree")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    after = numbers(page)
    assert page.inner_text("#degree-value") == "5"
    assert all(after[kind] < before[kind] for kind in ("Method", "Task", "Dataset", "Metric"))
    assert "filtered out" in page.inner_text("#count")


def test_what_is_only_a_mark_can_be_found_and_is_then_drawn(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    label = page.evaluate("kgraph.readGraph().nodes.at(-1).label")
    drawn = page.inner_text("#count")
    find(page, label)
    wait_for_panel(page, label)
    assert page.inner_text("#count") != drawn


def test_a_click_on_the_map_chooses_and_a_click_beside_closes(open_page: Open) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_node("method/only", kind="Method", label="Only", papers=1, aliases=[])
    page = open_page(render_page(graph))
    place = page.evaluate(f"""() => {{{PIXELS}
      const box = canvas.getBoundingClientRect();
      const blue = [];
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 2] > 150 && data[i] < 40) blue.push([(i / 4) % width, Math.floor(i / 4 / width)]);
      const middle = blue[Math.floor(blue.length / 2)];
      const [x, y] = [middle[0] / width, middle[1] / canvas.height];
      return {{ x: box.left + x * box.width, y: box.top + y * box.height }};
    }}""")
    page.mouse.move(place["x"], place["y"])
    assert "Only" in page.inner_text("#tip")
    page.mouse.click(place["x"], place["y"])
    wait_for_panel(page, "Only")
    page.mouse.click(600, 700)
    page.wait_for_selector("#panel", state="hidden")


def test_a_link_to_something_unknown_is_told(open_page: Open, field_page: str) -> None:
    for address in ("#n=method/never-heard-of", "#n=%E0%A4%A"):
        page = open_page(field_page, address=address)
        assert "not in this graph" in page.inner_text("#announce")
        assert page.is_hidden("#panel")


def test_compressed_evidence_is_read(
    open_page: Open, field_graph: nx.MultiDiGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "_LONGEST_PLAIN", 1000)
    page = open_page(render_page(field_graph), address="#n=dataset/imagenet")
    wait_for_panel(page, "ImageNet")
    page.locator("#panel .neighbours summary").first.click()
    assert page.locator("#panel blockquote mark").first.inner_text() == "ImageNet"


def test_everything_is_reached_by_the_keyboard_alone(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.closest('[id]')?.id"))
    assert {"search", "map", "zoom-in", "controls", "legend", "degree", "topic-list"} <= reached
    page.focus("#map")
    before = page.evaluate(DRAWN)
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    wait_until(lambda: page.evaluate(DRAWN) < before / 2)
    page.keyboard.press("0")
    wait_until(lambda: page.evaluate(DRAWN) > before * 0.8)


def test_a_phone_shows_search_map_and_details_without_scrolling_sideways(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, viewport={"width": 360, "height": 740}, has_touch=True)
    assert page.evaluate(DRAWN) > 3000
    page.fill("#search", "imagenet")
    page.keyboard.press("Enter")
    wait_for_panel(page, "ImageNet")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    panel = page.locator("#panel").bounding_box()
    assert panel["width"] <= 360
    assert panel["y"] > 250


@pytest.mark.parametrize("size", [0, 1])
def test_the_smallest_graphs_open(open_page: Open, size: int) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    if size:
        graph.add_node("task/a", kind="Task", label="Alone", papers=1, aliases=[])
    page = open_page(render_page(graph))
    assert page.inner_text("#count") == ("1 of 1 node drawn" if size else "0 of 0 nodes drawn")


def test_the_panel_tells_a_persons_reason_the_links_and_what_was_kept_apart(open_page: Open) -> None:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    names = [
        {"name": "kNN-LM", "rule": "override", "paper": "paper/1", "text": "kNN-LM", "because": "Its authors say so"}
    ]
    apart = [{"concept": "method/b", "guard": "their numbers differ"}, {"concept": "method/gone", "guard": "gone"}]
    graph.add_node("method/a", kind="Method", label="kNN-LM", papers=1, aliases=names, apart=apart,
                   exactMatch=["https://example.org/terms#knn", "javascript:window.pwned=1"])  # fmt: skip
    graph.add_node("method/b", kind="Method", label="kNN-LM 2", papers=1, aliases=[])
    page = open_page(render_page(graph), address="#n=method/a")
    page.wait_for_selector("#panel .apart")
    assert "override: Its authors say so" in page.inner_text("#panel .aliases")
    assert page.locator("#panel a").evaluate_all("links => links.map(l => l.href)") == ["https://example.org/terms#knn"]
    assert page.inner_text("#panel .apart").split("\n") == ["kNN-LM 2", "their numbers differ"]
    page.click("#panel .apart button")
    assert page.inner_text("#panel h2") == "kNN-LM 2"
