"""What a person sets on the page: filters, the view, the neighbourhood, the theme, and the link that says them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any
from xml.etree.ElementTree import fromstring

import networkx as nx
import pytest
from pixels import PIXELS
from waiting import wait_until

from kgraph.view import render_page

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def field_page(field_graph: nx.MultiDiGraph) -> str:
    return render_page(field_graph)


def small_graph() -> nx.MultiDiGraph:
    """Three papers, one without a year, and five concepts in different roles and relations."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    for number, date in enumerate(["2019-05-02", "2021-01-15", "--06-18"]):
        graph.add_node(f"paper/{number}", kind="Paper", label=f"Paper {number}", date=date)
    for kind, label in [
        ("Method", "BERT"),
        ("Method", "GloVe"),
        ("Task", "parsing"),
        ("Dataset", "SQuAD"),
        ("Metric", "F1"),
    ]:
        graph.add_node(f"{kind}/{label}".lower(), kind=kind, label=label, papers=1, aliases=[])
    for head, relation, tail in [
        ("paper/0", "introduces", "method/bert"),
        ("paper/1", "uses", "method/bert"),
        ("paper/1", "mentions", "task/parsing"),
        ("paper/1", "compares", "method/glove"),
        ("paper/2", "uses", "dataset/squad"),
        ("method/bert", "usedFor", "task/parsing"),
        ("method/bert", "measuredBy", "metric/f1"),
    ]:
        graph.add_edge(head, tail, key=relation, support=1, score=0.9, evidence=[])
    return graph


@pytest.fixture(scope="module")
def small_page() -> str:
    return render_page(small_graph())


def kinds(page: Any) -> dict[str, int]:
    """The counts beside the kinds."""
    buttons = page.locator("#legend button").all()
    return {b.get_attribute("data-kind"): int(b.locator(".number").inner_text().replace(",", "")) for b in buttons}


def links(page: Any) -> dict[str, int]:
    """The counts beside the roles and relations, which must be open."""
    labels = page.locator("#roles label, #relations label").all()
    return {
        label.locator("input").get_attribute("data-relation"): int(label.locator(".number").inner_text())
        for label in labels
    }


def count(page: Any) -> str:
    return str(page.inner_text("#count"))


def relation(page: Any, name: str) -> Any:
    return page.locator(f"#filters [data-relation={name}]")


def wait_for_address(page: Any, ending: str) -> None:
    page.wait_for_function("ending => location.href.endsWith(ending)", arg=ending)


def title(page: Any) -> str | None:
    return page.evaluate("document.querySelector('#panel:not([hidden]) h2')?.textContent ?? null")


def test_a_role_keeps_the_concepts_that_papers_have_in_it(open_page: Open, small_page: str) -> None:
    page = open_page(small_page)
    page.click("#filters > summary")
    assert links(page) == {"introduces": 1, "uses": 2, "compares": 1, "mentions": 1, "usedFor": 1, "measuredBy": 1}
    for role in ("uses", "compares", "mentions"):
        relation(page, role).uncheck()
    assert kinds(page) == {"Method": 1, "Task": 0, "Dataset": 0, "Metric": 0, "Paper": 3}
    assert count(page) == "4 of 8 nodes drawn · 4 filtered out"
    wait_for_address(page, "#relations=-compares,-mentions,-uses")


def test_a_relation_that_is_left_out_takes_its_lines_and_what_has_no_other_link(
    open_page: Open, small_page: str
) -> None:
    page = open_page(small_page)
    page.click("#filters > summary")
    relation(page, "measuredBy").uncheck()
    assert count(page) == "8 of 8 nodes drawn"
    page.focus("#degree")
    page.keyboard.press("ArrowRight")
    assert count(page) == "7 of 8 nodes drawn · 1 filtered out"
    assert kinds(page)["Metric"] == 0
    assert links(page)["measuredBy"] == 1, "what it would show"
    assert links(page)["usedFor"] == 1


def test_a_range_of_dates_says_what_it_leaves_out_and_lets_undated_ones_in(open_page: Open, small_page: str) -> None:
    page = open_page(small_page)
    page.click("#filters > summary")
    assert page.get_attribute("#from", "min") == "2019-05-02"
    assert page.get_attribute("#to", "max") == "2021-01-15"
    page.fill("#from", "2020-01-01")
    page.locator("#from").blur()
    assert kinds(page) == {"Method": 2, "Task": 1, "Dataset": 0, "Metric": 0, "Paper": 1}
    assert page.inner_text("label[for=undated] .number") == "3"
    page.check("#undated")
    assert kinds(page) == {"Method": 2, "Task": 1, "Dataset": 1, "Metric": 1, "Paper": 2}
    wait_for_address(page, "#from=2020-01-01&undated=1")


def test_counts_follow_the_other_filters_but_not_their_own(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    before = kinds(page)
    page.click("#legend [data-kind=Task]")
    assert kinds(page) == before
    page.focus("#degree")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    after = kinds(page)
    assert 0 < after["Task"] <= before["Task"]
    assert after["Method"] < before["Method"]
    drawn, marked, out = (
        int(n.replace(",", "")) for n in re.findall(r"([\d,]+) (?:of|as small|filtered)", count(page))
    )
    assert drawn + marked == sum(n for kind, n in after.items() if kind != "Task")
    assert out == sum(before.values()) - drawn - marked


def test_reset_is_offered_only_where_something_is_filtered(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    whole = count(page)
    assert page.is_hidden("#reset")
    page.click("#legend [data-kind=Metric]")
    page.click("#reset")
    assert page.is_hidden("#reset")
    assert count(page) == whole
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY", "the focus is not lost with the button"


def test_the_other_filters_are_reached_and_used_by_keyboard(open_page: Open, small_page: str) -> None:
    page = open_page(small_page)
    page.focus("#degree")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.relation") == "introduces"
    page.keyboard.press("Space")
    assert not relation(page, "introduces").is_checked()
    assert kinds(page)["Method"] == 2, "BERT is also used"
    assert count(page) == "7 of 8 nodes drawn · 1 filtered out", "no paper has F1 in any role"


def test_a_link_opens_the_same_view(open_page: Open, field_page: str) -> None:
    address = "#n=method/large-language-model&colour=topic&hide=Metric&relations=-mentions&least=2&from=2023-10-05"
    page = open_page(field_page, address=address)
    assert title(page) == "Large language model"
    assert page.get_attribute("#legend [data-kind=Metric]", "aria-pressed") == "false"
    assert page.get_attribute("#colour [value=topic]", "aria-pressed") == "true"
    assert not relation(page, "mentions").is_checked()
    assert page.input_value("#degree") == "2"
    assert page.input_value("#from") == "2023-10-05"
    assert page.is_visible("#from"), "what is filtered is in sight"
    assert page.is_hidden("#announce") or "not understood" not in page.inner_text("#announce")
    shown = count(page)
    page.click("#legend [data-kind=Metric]")
    wait_for_address(page, address.replace("&hide=Metric", ""))
    page.click("#legend [data-kind=Metric]")
    wait_for_address(page, address)
    assert count(page) == shown


def test_what_a_link_says_that_is_not_understood_is_told_and_ignored(open_page: Open, small_page: str) -> None:
    hostile = "#n=method/bert&colour=%3Cscript%3Ewindow.pwned=1%3C/script%3E&__proto__=1&hide=Paper&%E2%80%AE=%00"
    page = open_page(small_page, address=hostile)
    assert title(page) == "BERT"
    assert kinds(page)["Method"] == 2
    assert page.get_attribute("#legend [data-kind=Paper]", "aria-pressed") == "false"
    told = page.inner_text("#announce")
    assert "colour=<script>window.pwned=1</script>" in told
    box = page.locator("#announce").bounding_box()
    assert box["width"] > 200, "it is seen"
    assert page.evaluate("window.pwned") is None


def test_choices_are_steps_of_the_history_and_filters_are_not(open_page: Open, small_page: str) -> None:
    page = open_page(small_page)
    page.evaluate("location.hash = 'n=method/bert'")
    page.wait_for_selector("#panel h2")
    steps = page.evaluate("history.length")
    page.click("#legend [data-kind=Metric]")
    page.click("#legend [data-kind=Dataset]")
    wait_for_address(page, "#n=method/bert&hide=Dataset,Metric")
    assert page.evaluate("history.length") == steps
    page.locator("#panel button.node", has_text="parsing").click()
    page.wait_for_function("() => document.querySelector('#panel h2').textContent === 'parsing'")
    assert page.evaluate("history.length") == steps + 1
    page.click("#view [value=table]")
    assert page.is_visible("#table")
    page.go_back()
    page.wait_for_selector("#table", state="hidden")
    page.go_back()
    page.wait_for_function("() => document.querySelector('#panel h2').textContent === 'BERT'")
    assert page.get_attribute("#legend [data-kind=Metric]", "aria-pressed") == "false"


def test_a_filter_just_before_a_choice_is_there_again_after_back(open_page: Open, small_page: str) -> None:
    page = open_page(small_page)
    page.fill("#search", "bert")
    page.evaluate("""() => {
      document.querySelector('#legend [data-kind=Metric]').click();
      document.querySelector('#results li').click();
    }""")
    assert page.url.endswith("#n=method/bert&hide=Metric")
    page.go_back()
    page.wait_for_selector("#panel", state="hidden")
    assert page.get_attribute("#legend [data-kind=Metric]", "aria-pressed") == "false"


def test_a_frame_without_an_address_works_without_one(open_page: Open, small_page: str) -> None:
    frame_of_it = f'<iframe width="1000" height="700" srcdoc="{escape(small_page)}"></iframe>'
    page = open_page(f'<!DOCTYPE html><html data-ready="true">{frame_of_it}</html>')
    frame = page.frame_locator("iframe")
    frame.locator("#search").fill("bert")
    frame.locator("#search").press("Enter")
    frame.locator("#panel button.node", has_text="parsing").click()
    frame.locator("#panel h2", has_text="parsing").wait_for()
    frame.locator("#panel h2").press("Escape")
    frame.locator("#panel").wait_for(state="hidden")


def test_one_step_around_a_node_shows_it_alone_with_its_neighbours(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, address="#n=task/text-to-image-generation")
    page.wait_for_selector("#panel .neighbours")
    before = picture(page)
    page.click(".steps [value='1']")
    wait_for_address(page, "#n=task/text-to-image-generation&steps=1")
    near = page.evaluate("""() => {
      const graph = kgraph.readGraph();
      return graph.neighbours(graph.byKey.get("task/text-to-image-generation").id).length;
    }""")
    assert count(page).startswith(f"{near + 1} of ")
    assert "within 1 step" in count(page)
    wait_until(lambda: picture(page) != before)
    page.click(".steps [value='2']")
    assert int(count(page).split()[0]) > near + 1
    assert page.get_attribute(".steps [value='2']", "aria-pressed") == "true"


def test_a_neighbourhood_follows_the_filters_and_shows_as_a_table(open_page: Open, small_page: str) -> None:
    page = open_page(small_page, address="#n=method/bert&steps=1")
    assert count(page) == "5 of 8 nodes drawn · within 1 step"
    page.click("#legend [data-kind=Paper]")
    assert count(page) == "3 of 8 nodes drawn · within 1 step · 3 filtered out"
    page.click("#view [value=table]")
    assert page.locator("#table tbody tr").count() == 3
    assert count(page) == "3 of 8 nodes listed · within 1 step · 3 filtered out"


def test_escape_leads_from_the_neighbourhood_to_the_map_to_no_choice_and_back_again(
    open_page: Open, small_page: str
) -> None:
    page = open_page(small_page)
    page.fill("#search", "bert")
    page.keyboard.press("Enter")
    page.click(".steps [value='1']")
    page.keyboard.press("Escape")
    wait_for_address(page, "#n=method/bert")
    assert count(page) == "8 of 8 nodes drawn"
    assert title(page) == "BERT"
    page.keyboard.press("Escape")
    page.wait_for_selector("#panel", state="hidden")
    wait_for_address(page, "graph.html")
    page.go_back()
    page.go_back()
    wait_for_address(page, "#n=method/bert&steps=1")
    page.wait_for_function("() => document.querySelector('#count').textContent.includes('within 1 step')")


def picture(page: Any) -> str:
    return str(page.evaluate("document.querySelector('#map canvas').toDataURL()"))


def test_the_theme_is_switched_kept_and_given_back_to_the_system(open_page: Open, small_page: str) -> None:
    page = open_page(small_page, color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    page.click("#menu > summary")
    page.click("#theme [value=dark]")
    assert page.evaluate(background) == "rgb(15, 19, 24)"
    assert page.evaluate("getComputedStyle(document.querySelector('#search')).colorScheme") == "dark", (
        "fields and scroll bars too"
    )
    page.reload()
    page.wait_for_function("() => document.documentElement.dataset.ready === 'true'")
    assert page.evaluate(background) == "rgb(15, 19, 24)"
    page.click("#menu > summary")
    assert page.get_attribute("#theme [value=dark]", "aria-pressed") == "true"
    page.click("#theme [value=system]")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(background) == "rgb(15, 19, 24)"
    page.click("#theme [value=light]")
    assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_a_browser_that_keeps_nothing_for_files_still_switches_the_theme(open_page: Open, small_page: str) -> None:
    page = open_page(small_page)
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })")
    page.reload()
    page.wait_for_function("() => document.documentElement.dataset.ready === 'true'")
    page.click("#menu > summary")
    page.click("#theme [value=dark]")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 19, 24)"


def test_topics_have_their_colours_in_the_list_and_on_the_map(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    assert page.locator(".swatch:visible").count() == 0
    page.click("#colour [value=topic]")
    swatches = page.locator(".swatch:visible")
    assert swatches.count() == min(8, page.locator("#topic-list > li").count())
    painted = f"""([red, green, blue]) => {{{PIXELS}
      let count = 0;
      for (let i = 0; i < data.length; i += 4)
        if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) count++;
      return count;
    }}"""
    for i in (0, 1):
        colour = swatches.nth(i).evaluate("e => getComputedStyle(e).backgroundColor")
        rgb = [int(part) for part in re.findall(r"\d+", colour)]
        wait_until(lambda rgb=rgb: page.evaluate(painted, rgb) > 100)
    wait_for_address(page, "#colour=topic")


def test_the_link_to_the_view_is_copied(open_page: Open, small_page: str) -> None:
    page = open_page(small_page)
    page.click("#legend [data-kind=Metric]")
    page.click("#menu > summary")
    page.click("#menu [data-do=link]")
    page.wait_for_function("() => document.querySelector('#announce').textContent.includes('copied')")
    assert page.get_attribute("#menu", "open") is None
    page.focus("#search")
    page.keyboard.press("Control+V")
    page.wait_for_function("() => document.querySelector('#search').value.endsWith('graph.html#hide=Metric')")


def test_the_menu_closes_by_escape_before_anything_else_does(open_page: Open, small_page: str) -> None:
    page = open_page(small_page, address="#n=method/bert")
    page.click("#menu > summary")
    page.keyboard.press("Escape")
    assert page.get_attribute("#menu", "open") is None
    assert title(page) == "BERT"
    assert page.evaluate("document.activeElement.textContent") == "Menu"
    page.keyboard.press("Escape")
    page.wait_for_selector("#panel", state="hidden")


def test_the_table_is_downloaded_as_it_is_filtered(open_page: Open, small_page: str) -> None:
    page = open_page(small_page, address="#hide=Paper")
    page.click("#menu > summary")
    with page.expect_download() as download:
        page.click("#menu [data-do=csv]")
    rows = download.value.path().read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 5
    assert not any("paper/" in row for row in rows)


def test_the_view_is_saved_as_a_picture(open_page: Open, small_page: str) -> None:
    page = open_page(small_page, address="#hide=Paper")
    page.click("#menu > summary")
    with page.expect_download() as download:
        page.click("#menu [data-do=png]")
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    page.click("#menu > summary")
    with page.expect_download() as download:
        page.click("#menu [data-do=svg]")
    texts = [element.text for element in fromstring(download.value.path().read_text("utf-8")).iter() if element.text]
    assert {"BERT", "SQuAD", "F1"} <= set(texts)
    assert "Paper 0" not in texts


def test_papers_are_found_by_title_and_by_id(open_page: Open, field_page: str) -> None:
    page = open_page(field_page)
    key, label = page.evaluate("""() => {
      const paper = kgraph.readGraph().nodes.find((node) => node.kind === 'Paper');
      return [paper.key, paper.label];
    }""")
    for text in (label.upper(), key.removeprefix("paper/"), f"https://arxiv.org/abs/{key.removeprefix('paper/')}v1"):
        page.fill("#search", text)
        assert label in page.locator("#results [aria-selected=true]").inner_text()


TEXTS = [(text, ground) for text in ("ink", "muted", "link") for ground in ("page", "raised", "hover")]
TEXTS += [("ink", "mark"), ("page", "ink"), ("ring", "page")]
SYMBOLS = ["method", "task", "dataset", "metric", "paper", "muted", "ring", "link"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_stands_out_from_its_ground(open_page: Open, small_page: str, theme: str) -> None:
    page = open_page(small_page, color_scheme=theme)
    value = "name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()"
    for text, ground in TEXTS:
        assert contrast(page.evaluate(value, text), page.evaluate(value, ground)) >= 4.5, f"{text} on {ground}"
    topics = page.evaluate(value, "topics").split()
    assert len(topics) == 8 + 1, "and that of all others"
    for colour in topics + [page.evaluate(value, name) for name in SYMBOLS]:
        assert contrast(colour, page.evaluate(value, "page")) >= 3, colour


def contrast(one: str, other: str) -> float:
    """The ratio that WCAG 2 defines, of two colours like #1b1f24."""
    darker, lighter = sorted(luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


SMALL_TARGETS = """() => [...document.querySelectorAll("button, summary, input, label.check")]
  .filter((element) => {
    const target = element.matches("[type=checkbox]") ? element.closest("label") : element;
    const { width, height } = target.getBoundingClientRect();
    const inText = element.closest("p, footer, blockquote, .why, #list");
    return element.checkVisibility() && !inText && width && (height < 40 || width < 40);
  })
  .map((element) => `${element.tagName} ${element.id} ${element.className} ${element.textContent.slice(0, 30)}`)"""


def test_a_phone_has_its_controls_in_a_sheet_with_targets_for_a_finger(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, **PHONE)
    assert page.locator("#controls").bounding_box()["height"] < 60, "shut at first"
    assert page.locator("#map").bounding_box()["height"] > 500
    page.tap("#controls > summary")
    sheet = page.locator("#controls").bounding_box()
    assert sheet["width"] == 360
    assert sheet["y"] > 180
    page.tap("#filters > summary")
    page.locator("#filters [data-relation=uses]").scroll_into_view_if_needed()
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.tap("#filters label:has([data-relation=mentions])")
    assert "filtered out" in count(page)
    page.tap("#search")
    page.keyboard.type("imagenet")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel .neighbours")
    assert page.locator("#controls").bounding_box()["height"] < 60, "out of the way of the details"
    assert page.evaluate(SMALL_TARGETS) == []


def test_two_fingers_zoom_the_map_and_not_the_page(open_page: Open, field_page: str) -> None:
    page = open_page(field_page, **PHONE)
    in_view = "() => Number((document.querySelector('#list-count').textContent.split(' ')[0]).replaceAll(',', ''))"
    page.wait_for_function(f"() => ({in_view})() > 100")
    before = page.evaluate(in_view)
    session = page.context.new_cdp_session(page)

    def fingers(kind: str, apart: int) -> None:
        points = (
            [] if kind == "touchEnd" else [{"x": 180 - apart, "y": 400, "id": 0}, {"x": 180 + apart, "y": 400, "id": 1}]
        )
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", 30)
    for apart in range(40, 150, 10):
        fingers("touchMove", apart)
    fingers("touchEnd", 0)
    page.wait_for_function(f"most => ({in_view})() < most", arg=before / 2)
    assert page.evaluate("visualViewport.scale") == 1
