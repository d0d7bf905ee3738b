"""Likely merges that the rules did not dare, for people to judge: `kgraph explain --propose`.

They come in the form of an overrides file (see `kgraph.overrides`), so that curating is to delete the wrong ones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from kgraph.acronyms import defines, looks_like_acronym
from kgraph.names import name_key

_STEM = 6
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, order=True)
class Proposal:
    """Two concepts that may be one: the number of papers of the rarer one (what a merge would mend), and why."""

    value: int
    into: str
    other: str
    because: str


def proposals(graph: nx.MultiDiGraph) -> list[Proposal]:
    """Return likely merges, the most valuable first, each pair once with its best reason.

    Concepts of one type, whose numbers agree and of which none is the other with words added, and of which one of
    these holds: a paper takes a name of the one for a name of the other; the one is an acronym of the other's name;
    their words begin alike, in any order.
    """
    concepts = {node: data for node, data in graph.nodes(data=True) if data["kind"] != "Paper"}
    by_name: dict[str, list[str]] = defaultdict(list)
    for node, data in concepts.items():
        by_name[name_key(data["label"])].append(node)
    found: dict[tuple[str, str], Proposal] = {}
    for one, other, because in [
        *_named_alike_in_a_paper(concepts, by_name),
        *_acronyms(concepts),
        *_words_alike(concepts),
    ]:
        if concepts[one]["kind"] != concepts[other]["kind"] or _guarded(concepts[one], concepts[other]):
            continue
        rare, frequent = sorted((one, other), key=lambda node: (concepts[node]["papers"], node))
        found.setdefault((frequent, rare), Proposal(concepts[rare]["papers"], frequent, rare, because))
    ordered = sorted(found.values(), key=lambda p: (-p.value, p.into, p.other))
    # A concept can be merged away once, and not into one that is merged away itself: the best proposal has it.
    gone: set[str] = set()
    kept: set[str] = set()
    chosen = []
    for proposal in ordered:
        if proposal.other not in gone | kept and proposal.into not in gone:
            gone.add(proposal.other)
            kept.add(proposal.into)
            chosen.append(proposal)
    return chosen


def _named_alike_in_a_paper(
    concepts: dict[str, dict[str, object]], by_name: dict[str, list[str]]
) -> Iterator[tuple[str, str, str]]:
    for node, data in sorted(concepts.items()):
        for alias in data["aliases"]:  # type: ignore[attr-defined]
            if alias["rule"] == "same-entity":
                for other in by_name.get(name_key(alias["name"]), ()):
                    if other != node:
                        yield node, other, f"{alias['paper']} names it {alias['name']!r} too"


def _acronyms(concepts: dict[str, dict[str, object]]) -> Iterator[tuple[str, str, str]]:
    initials: dict[str, list[str]] = defaultdict(list)
    for node, data in sorted(concepts.items()):
        words = _WORD.findall(name_key(str(data["label"])))
        if len(words) > 1:
            initials["".join(word[0] for word in words)].append(node)
    for node, data in sorted(concepts.items()):
        label = str(data["label"])
        if looks_like_acronym(label):
            for other in initials.get("".join(_WORD.findall(name_key(label))), ()):
                if defines(str(concepts[other]["label"]), label):
                    yield node, other, f"{label!r} may be the acronym of {concepts[other]['label']!r}"


def _words_alike(concepts: dict[str, dict[str, object]]) -> Iterator[tuple[str, str, str]]:
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for node, data in sorted(concepts.items()):
        words = [word[:_STEM] for word in _WORD.findall(name_key(str(data["label"])))]
        if len(words) > 1 or any(len(word) == _STEM for word in words):
            alike[tuple(sorted(words))].append(node)
    for nodes in alike.values():
        for i, one in enumerate(nodes):
            for other in nodes[i + 1 :]:
                yield one, other, "their words begin alike"


def _guarded(one: dict[str, object], other: dict[str, object]) -> bool:
    labels = [str(data["label"]) for data in (one, other)]
    numbers = [sorted(re.findall(r"\d+", label)) for label in labels]
    words = [set(_WORD.findall(name_key(label))) for label in labels]
    return numbers[0] != numbers[1] or words[0] < words[1] or words[1] < words[0]


def as_overrides(graph: nx.MultiDiGraph, found: list[Proposal]) -> str:
    """Return proposals as an overrides file: a list of merges, with both labels and numbers of papers as comments."""
    lines = [
        "# Likely merges, the most valuable first. Delete what is wrong, then `kgraph build --overrides THIS_FILE`."
    ]
    lines.append("merge:" if found else "merge: []")
    for proposal in found:
        told = " = ".join(
            f"{_comment(graph.nodes[n]['label'])} ({graph.nodes[n]['papers']})" for n in (proposal.into, proposal.other)
        )
        lines += [
            f"  # {told}",
            f"  - concepts: [{proposal.into}, {proposal.other}]",
            f"    into: {proposal.into}",
            f"    because: {_quoted(proposal.because)}",
        ]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    import json

    return json.dumps(" ".join(text.split()), ensure_ascii=True)
