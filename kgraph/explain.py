"""What the graph knows of a concept, as a text for people: its names and why they are one, its claims, its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kgraph.identifiers import ID_BASE
from kgraph.names import name_key
from kgraph.vocabulary import PAPER_RELATION_OF_ROLE

if TYPE_CHECKING:
    import networkx as nx

#: What each rule of resolution says, for people.
REASONS = {
    "same-name": "the same name but for letter case, hyphens, plural, mark-up or a generic head",
    "other-spelling": "another spelling: words joined or apart, British or American, an article",
    "word-order": "the same words in another order",
    "metric-score": "the metric's score is the metric",
    "same-acronym": "the same acronym is defined by the same words but for their endings",
    "defined-acronym": "the paper defines it as the acronym",
    "known-acronym": "other papers define it as the acronym",
    "acronym-within": "an acronym in it, written out, gives the same name",
    "same-entity": "the pipeline took it for another name of the same thing in this paper",
    "override": "an override says so",
}
_PAPER_RELATIONS = tuple(map(str, PAPER_RELATION_OF_ROLE.values()))


def find_concepts(graph: nx.MultiDiGraph, name: str) -> list[str]:
    """Return the node keys of the concepts with this name, sorted, those with most papers first.

    `name` is a node key, an IRI, a label, or any alias; letter case, hyphens and the plural do not count, unless a
    concept has the name exactly.
    """
    key = name.removeprefix(ID_BASE)
    if key in graph and graph.nodes[key]["kind"] != "Paper":
        return [key]
    exact, alike = set(), set()
    wanted = name_key(name) if name.strip() else ""
    for node, data in graph.nodes(data=True):
        if data["kind"] == "Paper":
            continue
        names = {data["label"], *(alias["name"] for alias in data["aliases"])}
        if name in names:
            exact.add(node)
        elif wanted in {name_key(n) for n in names}:
            alike.add(node)
    return sorted(exact or alike, key=lambda node: (-graph.nodes[node]["papers"], node))


def explain(graph: nx.MultiDiGraph, node: str, *, most: int = 10) -> str:
    """Return the explanation of a concept; of each long list the first `most` items, and how many there are."""
    return (
        "\n".join([*_head(graph, node), *_names(graph, node), *_apart(graph, node), *_claims(graph, node, most)]) + "\n"
    )


def _head(graph: nx.MultiDiGraph, node: str) -> Iterator[str]:
    data = graph.nodes[node]
    yield f"{data['label']}  ({data['kind']})"
    yield f"  {ID_BASE}{node}"
    for link in data.get("exactMatch", ()):
        yield f"  the same as {link}"
    roles = dict.fromkeys(_PAPER_RELATIONS, 0)
    for _, _, relation in graph.in_edges(node, keys=True):
        if relation in roles:
            roles[relation] += 1
    told = ", ".join(f"{count} {relation}" for relation, count in roles.items() if count)
    yield f"  {_number(data['papers'], 'paper')}: {told}"
    known = [f"first named {data['firstDate']}, last {data['lastDate']}"] if "firstDate" in data else []
    known += [_number(data["degree"], "neighbour")] if "degree" in data else []
    if known:
        yield f"  {'; '.join(known)}"


def _names(graph: nx.MultiDiGraph, node: str) -> Iterator[str]:
    yield ""
    yield "Names, and why they are this concept"
    aliases = graph.nodes[node]["aliases"]
    for rule, reason in REASONS.items():
        ours = [alias for alias in aliases if alias["rule"] == rule]
        if ours:
            yield f"  {reason}:"
        for alias in ours:
            yield f"    {alias['name']}" + (f"  ({alias['because']})" if "because" in alias else "")
            if rule != "same-name":
                yield f"        {alias['paper'].removeprefix('paper/')}: {_line(alias['text'])}"


def _apart(graph: nx.MultiDiGraph, node: str) -> Iterator[str]:
    apart = graph.nodes[node].get("apart", [])
    if apart:
        yield ""
        yield "Kept apart from"
    for other in apart:
        yield f"  {graph.nodes[other['concept']]['label']}  ({other['concept']}): {other['guard']}"


def _claims(graph: nx.MultiDiGraph, node: str, most: int) -> Iterator[str]:
    edges = [
        (source, target, relation, data)
        for source, target, relation, data in [
            *graph.out_edges(node, keys=True, data=True),
            *graph.in_edges(node, keys=True, data=True),
        ]
        if relation not in _PAPER_RELATIONS
    ]
    edges.sort(key=lambda e: (-e[3]["support"], -e[3]["score"], e[0], e[1], e[2]))
    if edges:
        yield ""
        yield f"What papers say of it ({_number(len(edges), 'claim')})"
    for source, target, relation, data in edges[:most]:
        ends = [graph.nodes[end]["label"] for end in (source, target)]
        yield f"  {ends[0]} {relation} {ends[1]}  ({_number(data['support'], 'paper')}, score {data['score']})"
        for item in data["evidence"][:1]:
            yield f"      {item['paper'].removeprefix('paper/')}: {_line(item['quote'])}"
    if len(edges) > most:
        yield f"  ... and {len(edges) - most} more"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _line(text: str) -> str:
    return " ".join(text.split())
