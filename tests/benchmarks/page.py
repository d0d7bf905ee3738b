"""Measure the page: python tests/benchmarks/page.py [FOLDER ...] [--nodes 3000,10000,50000] [--pyvis 300,1000]

Opens the page of each built FOLDER and of graphs made here in headless Chromium, from disk and without a network,
`--times` times each, and prints the best of each number, since other work on the machine only ever adds to them:

- draw: from the start of the navigation until the frame with the whole first map, its symbols, lines and labels, is
  painted (two frames after the page says it is ready, which it does when all of it is drawn);
- block: the longest task of the main thread (PerformanceObserver's `longtask`, which sees those over 50 ms) from
  opening until 2 s after that frame, and while panning;
- fps: frames a second while real mouse moves drag the map for 2 s (from the intervals of requestAnimationFrame, which
  gives at most 60), and the longest interval;
- size of the page, and the seconds of its layout and of all its making in Python.

With `--pyvis` the smaller graphs are made by plain pyvis as well (`add_node`, `add_edge`, its own defaults, in_line
resources), where it "draws" when its physics have come to rest, and the table gives how many times longer it took; one
that is not there within `--limit` seconds is given up. Needs Chromium and the `test` extra. Chromium is told to do
without a GPU: all is painted by the processor, so that a machine with a GPU is quicker.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

from kgraph.graph import read_graph
from kgraph.measures import measures
from kgraph.view import render_page
from kgraph.view.detail import communities
from kgraph.view.layout import layout

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
VIEW = {"width": 1280, "height": 800}
# The blocks are kept from the first line of the page on.
WATCH = """
  window.blocks = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.blocks.push(entry.duration);
  }).observe({ type: "longtask", buffered: true });
  const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => (window.drawn = performance.now())));
"""
OURS = """
  new MutationObserver(painted).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-ready"] });
"""
# pyvis's page keeps its network in a variable of its own, which is there once its scripts have run.
PYVIS = """
  addEventListener("DOMContentLoaded", () => network.once("stabilized", painted));
"""
FRAMES = """
  window.frames_ = [];
  let last = null;
  const next = (at) => { if (last !== null) window.frames_.push(at - last); last = at; requestAnimationFrame(next); };
  requestAnimationFrame(next);
"""
PARTS = ("neural", "sparse", "graph", "robust", "masked", "deep", "causal", "latent", "dual", "soft", "fast", "open")
NOUNS = {
    "Method": ("encoder", "decoder", "attention", "network", "sampler", "adapter", "prior", "optimizer"),
    "Task": ("retrieval", "parsing", "ranking", "planning", "synthesis", "alignment", "forecasting"),
    "Dataset": ("corpus", "bench", "suite", "bank"),
    "Metric": ("error", "score", "rate", "cost"),
}
SENTENCES = (
    "In this work we build on {0} and show that {1} needs less data than all tried before, on {2} of {3} tasks.",
    "Our experiments compare {0} with {1} under the same budget, and find a gain of {2} points after {3} rounds.",
    "We use {0} together with {1}, which makes the whole {2} times quicker without a loss in any of the {3} settings.",
)


@dataclass
class Opened:
    """What one opening of a page took, in milliseconds and frames a second."""

    draw: float
    block: float
    fps: float = 0.0
    longest_frame: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--nodes", default="", help="sizes of the graphs to make, with commas between them")
    parser.add_argument("--pyvis", default="", help="sizes for plain pyvis")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--limit", type=float, default=90, help="seconds that plain pyvis may take")
    args = parser.parse_args()
    sizes = [int(size) for size in args.nodes.split(",") if size]
    against = [int(size) for size in args.pyvis.split(",") if size]
    print("software rendering (no GPU); best of", args.times)
    print(f"{'graph':>14} {'nodes':>7} {'edges':>7} {'draw ms':>8} {'block ms':>8} {'fps':>5} {'longest':>8}"
          f" {'MB':>6} {'layout s':>8} {'render s':>8}")  # fmt: skip
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        file = Path(folder) / "graph.html"
        for name, graph in _graphs(args.folders, sizes):
            _measure(browser, name, graph, file, args.times)
        for size in against:
            _compare(browser, made_graph(size), file, args.limit, args.times)
        browser.close()


def _graphs(folders: list[Path], sizes: list[int]) -> Iterator[tuple[str, nx.MultiDiGraph]]:
    for folder in folders:
        yield folder.resolve().name, read_graph(folder)
    for size in sizes:
        yield f"made {size}", made_graph(size)


def _measure(browser: Browser, name: str, graph: nx.MultiDiGraph, file: Path, times: int) -> Opened:
    start = time.perf_counter()
    file.write_text(render_page(graph), encoding="utf-8", newline="")
    render = time.perf_counter() - start
    start = time.perf_counter()
    layout(graph, communities(graph))
    laid = time.perf_counter() - start
    best = _best([_open(browser, file, OURS, 120) for _ in range(times)])
    print(_row(name, graph, best, file), f"{laid:>8.2f} {render:>8.2f}", flush=True)
    return best


def _compare(browser: Browser, graph: nx.MultiDiGraph, file: Path, limit: float, times: int) -> None:
    ours = _measure(browser, f"made {len(graph)}", graph, file, times)
    _write_with_pyvis(graph, file)
    try:
        theirs = _open(browser, file, PYVIS, limit)
    except TimeoutError:
        times_as_long = limit * 1000 / ours.draw
        print(
            f"{'plain pyvis':>14} {len(graph):>7} no rest within {limit:.0f} s: over {times_as_long:.0f} times as long"
        )
        return
    print(_row("plain pyvis", graph, theirs, file), f"  {theirs.draw / ours.draw:.0f} times as long until drawn,",
          f"a block {theirs.block / max(ours.block, 1):.0f} times as long", flush=True)  # fmt: skip


def _row(name: str, graph: nx.MultiDiGraph, opened: Opened, file: Path) -> str:
    return (
        f"{name:>14} {len(graph):>7} {graph.number_of_edges():>7} {opened.draw:>8.0f} {opened.block:>8.0f}"
        f" {opened.fps:>5.0f} {opened.longest_frame:>8.0f} {file.stat().st_size / 1e6:>6.2f}"
    )


def _best(all_opened: list[Opened]) -> Opened:
    return Opened(
        min(opened.draw for opened in all_opened),
        min(opened.block for opened in all_opened),
        max(opened.fps for opened in all_opened),
        min(opened.longest_frame for opened in all_opened),
    )


def _open(browser: Browser, file: Path, drawn: str, limit: float) -> Opened:
    context = browser.new_context(viewport=VIEW, offline=True)
    try:
        page = context.new_page()
        page.add_init_script(WATCH + drawn)
        page.goto(file.as_uri(), timeout=limit * 1000, wait_until="commit")
        page.wait_for_function("() => window.drawn", timeout=limit * 1000, polling=50)
        page.wait_for_timeout(2000)
        fps, longest = _pan(page)
        draw, block = page.evaluate("[window.drawn, Math.max(0, ...window.blocks)]")
        return Opened(draw, block, fps, longest)
    finally:
        context.close()


def _pan(page: Page) -> tuple[float, float]:
    """Drag the map to and fro for two seconds; return the frames a second and the longest interval."""
    x, y = 640, 420
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(FRAMES)
    end = time.perf_counter() + 2
    step = 0
    while time.perf_counter() < end:
        step += 1
        swing = abs(step % 80 - 40) - 20  # 40 moves one way, 40 back
        page.mouse.move(x + 14 * swing, y + 6 * swing)
    intervals = page.evaluate("window.frames_")
    page.mouse.up()
    return 1000 * len(intervals) / sum(intervals), max(intervals)


def _write_with_pyvis(graph: nx.MultiDiGraph, file: Path) -> None:
    from pyvis.network import Network

    network = Network(cdn_resources="in_line", directed=True)
    for key, data in graph.nodes(data=True):
        network.add_node(key, label=data["label"], title=data["kind"])
    for head, tail, relation in graph.edges(keys=True):
        network.add_edge(head, tail, title=relation)
    file.write_text(network.generate_html(), encoding="utf-8")


def made_graph(size: int, seed: int = 1) -> nx.MultiDiGraph:
    """Return a graph of `size` nodes, a tenth of them papers, with some two edges a node, as real ones have.

    Papers link to concepts of their field, of which few are in many papers and most in one.
    """
    chance = random.Random(seed)
    papers = max(1, size // 10)
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    fields: list[list[str]] = [[] for _ in range(max(3, int(size**0.5 / 2)))]
    for number in range(size - papers):
        kind = chance.choices(list(NOUNS), [6, 2, 1, 1])[0]
        label = f"{chance.choice(PARTS)} {chance.choice(PARTS)} {chance.choice(NOUNS[kind])} {number}"
        key = f"{kind.lower()}/{label.replace(' ', '-')}"
        graph.add_node(key, kind=kind, label=label, papers=0, aliases=[])
        chance.choice(fields).append(key)
    fresh = [
        list(reversed(field)) for field in fields
    ]  # each concept comes into one paper at least, the rare ones last
    for number in range(papers):
        paper = f"paper/{number}"
        label = f"Paper {number}: {chance.choice(PARTS)} {chance.choice(PARTS)} learning"
        graph.add_node(paper, kind="Paper", label=label, identifier=str(number), pipeline="",
                       date=f"2024-{1 + number % 12:02d}-{1 + number % 28:02d}",
                       url=f"https://example.org/{number}", authors=["A. Author", "B. Writer"])  # fmt: skip
        at = min(int(chance.paretovariate(0.8)) - 1, len(fields) - 1)
        own = [fresh[at].pop() for _ in range(9) if fresh[at]]
        shared = [
            _pick(chance, fields[at if chance.random() < 0.8 else chance.randrange(len(fields))]) for _ in range(5)
        ]
        _tell(graph, chance, paper, list(dict.fromkeys(own + [key for key in shared if key])))
    left = [key for field in fresh for key in field]
    for number, key in enumerate(left):
        _link(graph, chance, (f"paper/{number % papers}", "uses", key), f"paper/{number % papers}")
    nx.set_node_attributes(graph, measures(graph))
    return graph


def _pick(chance: random.Random, field: list[str]) -> str:
    return field[min(int(chance.paretovariate(0.7)) - 1, len(field) - 1)]


def _tell(graph: nx.MultiDiGraph, chance: random.Random, paper: str, named: list[str]) -> None:
    for number, key in enumerate(named):
        _link(graph, chance, (paper, "uses" if number else "introduces", key), paper)
        if number and chance.random() < 0.7:
            _link(graph, chance, (named[0], "partOf", key), paper)


def _link(graph: nx.MultiDiGraph, chance: random.Random, edge: tuple[str, str, str], paper: str) -> None:
    head, relation, tail = edge
    labels = [graph.nodes[key]["label"] for key in (head, tail)]
    quote = chance.choice(SENTENCES).format(*labels, chance.randint(2, 99), chance.randint(2, 999))
    if not graph.has_edge(head, tail, relation):
        graph.add_edge(head, tail, key=relation, support=0, score=round(chance.random(), 4), evidence=[])
        if graph.nodes[head]["kind"] == "Paper":
            graph.nodes[tail]["papers"] += 1
    data = graph.edges[head, tail, relation]
    data["support"] += 1
    at = quote.find(labels[1])
    data["evidence"].append({"paper": paper, "field": "abstract", "start": 0, "end": len(quote), "quote": quote,
                             "score": data["score"], "mentions": [[at, at + len(labels[1])]]})  # fmt: skip


if __name__ == "__main__":
    main()
