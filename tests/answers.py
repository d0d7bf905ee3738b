"""The answers of the named queries, found by walking over the NetworkX graph: one function a query, no SPARQL.

Each takes the graph and the query's parameters but `limit`, and returns all rows in their order; IRIs are node keys or
names of relations, and what is unbound is None. Columns that begin with `_` only order the rows.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

import networkx as nx

Row = dict[str, Any]
Edge = tuple[str, str, dict[str, Any]]

PAPER_RELATIONS = ("introduces", "uses", "compares", "mentions")


def answer(graph: nx.MultiDiGraph, query: str, **params: str) -> list[Row]:
    """Return the rows of a named query, which is the function of that name here, each once."""
    function: Callable[..., Iterable[Row]] = globals()[query.replace("-", "_")]
    rows, order = list(function(graph, **params)), ORDERS[query].split()
    for column in reversed(order):
        name = column.removeprefix("-")
        rows.sort(key=lambda row: (row[name] is not None, row[name] or 0), reverse=column.startswith("-"))
    unique = {tuple(row.items()): row for row in rows}
    return [{name: value for name, value in row.items() if name[0] != "_"} for row in unique.values()]


# How a graph is walked over


def edges(graph: nx.MultiDiGraph, relation: str) -> Iterator[Edge]:
    return ((s, o, data) for s, o, key, data in graph.edges(keys=True, data=True) if key == relation)


def label(graph: nx.MultiDiGraph, key: str) -> str:
    return str(graph.nodes[key]["label"])


def of_kind(graph: nx.MultiDiGraph, *kinds: str) -> list[str]:
    return [key for key, kind in graph.nodes(data="kind") if kind in (kinds or ("Method", "Task", "Dataset", "Metric"))]


def names(graph: nx.MultiDiGraph, key: str) -> set[str]:
    data = graph.nodes[key]
    return {data["label"], data["identifier"]} if data["kind"] == "Paper" else {
        data["label"], *(alias["name"] for alias in data["aliases"])
    }  # fmt: skip


def named(graph: nx.MultiDiGraph, name: str, *kinds: str) -> list[str]:
    return [key for key in of_kind(graph, *kinds) if name.lower() in {n.lower() for n in names(graph, key)}]


def date(graph: nx.MultiDiGraph, paper: str) -> str | None:
    return graph.nodes[paper].get("date")


def dated(graph: nx.MultiDiGraph) -> dict[str, str]:
    """The papers whose year is known, with their dates."""
    found = {paper: date(graph, paper) or "" for paper in of_kind(graph, "Paper")}
    return {paper: day for paper, day in found.items() if re.match(r"\d{4}", day)}


def naming(graph: nx.MultiDiGraph) -> dict[str, set[str]]:
    """The concepts that each paper names, in whatever role."""
    found: dict[str, set[str]] = {paper: set() for paper in of_kind(graph, "Paper")}
    for relation in PAPER_RELATIONS:
        for paper, concept, _ in edges(graph, relation):
            found[paper].add(concept)
    return found


def evidence(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The evidence of an edge; of two entries for one place the better one."""
    best = {
        (e["paper"], e["field"], e["start"], e["end"]): e for e in sorted(data["evidence"], key=lambda e: e["score"])
    }
    return list(best.values())


def sayers(data: dict[str, Any]) -> set[str]:
    return {item["paper"] for item in data["evidence"]}


def rounded(value: Fraction) -> float:
    return math.floor(value * 10000 + Fraction(1, 2)) / 10000


# The answers

ORDERS = {
    "ambiguous-names": "-_all name -papers label concept",
    "central-concepts": "-pageRank label concept",
    "communities": "community",
    "compared-with": "-support -score otherLabel other method",
    "datasets-and-metrics": "-papers -support datasetLabel metricLabel dataset metric",
    "datasets-for-task": "-support -methods datasetLabel dataset task",
    "datasets-used-together": "-papers firstLabel secondLabel first second",
    "evaluated-together": "-datasets firstLabel secondLabel first second",
    "evidence-for-claim": "subjectLabel relation objectLabel subject object -score -date title paper field start end",
    "evidence-for-pair": "subjectLabel relation objectLabel -score title paper field _start _end subject object",
    "introduced-by-paper": "title paper -score label concept",
    "introduces-both": "-date title paper methodLabel datasetLabel method dataset",
    "kinds-of": "-_own generalLabel general -support -score kindLabel kind",
    "methods-for-task": "-support -score methodLabel method task",
    "methods-on-dataset": "-date title paper methodLabel method metricLabel metric dataset",
    "metrics-for-task": "-support -methods metricLabel metric task",
    "most-compared-methods": "-rivals -papers label method",
    "names-of": "label concept name",
    "new-since": "-papers first label concept",
    "papers-by-year": "label concept year",
    "papers-naming": "-date title paper label concept relation field _start _end",
    "papers-since": "-date title paper type label concept",
    "parts-of": "-_own wholeLabel whole -support -score partLabel part",
    "path-between": "steps -support path from via then to",
    "related-papers": "-weight -shared otherTitle other paper",
    "rising-tasks": "-rise -papers label task",
    "tasks-of-method": "-support -score taskLabel task method",
    "top-methods": "-papers -tasks label method",
}


def ambiguous_names(graph: nx.MultiDiGraph) -> Iterator[Row]:
    owners: dict[str, set[str]] = defaultdict(set)
    for key in of_kind(graph):
        for name in names(graph, key):
            owners[name.lower()].add(key)
    for name, keys in owners.items():
        for key in keys if len(keys) > 1 else ():
            yield {
                "name": name,
                "concept": key,
                "label": label(graph, key),
                "type": graph.nodes[key]["kind"],
                "papers": graph.nodes[key]["papers"],
                "_all": sum(graph.nodes[k]["papers"] for k in keys),
            }


def central_concepts(graph: nx.MultiDiGraph, type: str = "") -> Iterator[Row]:
    for concept in of_kind(graph):
        data = graph.nodes[concept]
        if type.lower() in ("", data["kind"].lower()):
            columns = ("label", "kind", "pageRank", "degree", "papers", "community")
            row = {"concept": concept} | {name: data[name] for name in columns}
            yield {"type" if name == "kind" else name: value for name, value in row.items()}


def communities(graph: nx.MultiDiGraph) -> Iterator[Row]:
    members: dict[int, list[str]] = defaultdict(list)
    for key, number in graph.nodes(data="community"):
        members[number].append(key)
    for number, keys in members.items():
        concepts = [key for key in keys if graph.nodes[key]["kind"] != "Paper"]
        if concepts:
            best = min(concepts, key=lambda key: (-graph.nodes[key]["pageRank"], key))
            sizes = {"community": number, "papers": len(keys) - len(concepts), "concepts": len(concepts)}
            yield sizes | {"concept": best} | {name: graph.nodes[best][name] for name in ("label", "pageRank")}


def compared_with(graph: nx.MultiDiGraph, method: str) -> Iterator[Row]:
    for one in named(graph, method, "Method"):
        for s, o, data in edges(graph, "comparedWith"):
            if one in (s, o):
                other = o if one == s else s
                yield {"other": other, "otherLabel": label(graph, other)} | _claimed(graph, "method", one, data)


def _claimed(graph: nx.MultiDiGraph, column: str, key: str, data: dict[str, Any]) -> Row:
    score = {"support": data["support"], "score": data["score"]}
    return {column: key, f"{column}Label": label(graph, key)} | score


def datasets_and_metrics(graph: nx.MultiDiGraph, dataset: str = "") -> Iterator[Row]:
    wanted = named(graph, dataset, "Dataset") if dataset else of_kind(graph, "Dataset")
    metrics = set(of_kind(graph, "Metric"))
    together = Counter(
        (one, other)
        for concepts in naming(graph).values()
        for one, other in itertools.product(concepts & set(wanted), concepts & metrics)
    )
    support = {(s, o): data["support"] for s, o, data in edges(graph, "measuredBy")}
    for (one, other), papers in together.items():
        yield {
            "dataset": one,
            "datasetLabel": label(graph, one),
            "metric": other,
            "metricLabel": label(graph, other),
            "papers": papers,
            "support": support.get((one, other), 0),
        }


def datasets_for_task(graph: nx.MultiDiGraph, task: str) -> Iterator[Row]:
    direct = {(o, s): data["support"] for s, o, data in edges(graph, "benchmarkFor")}
    yield from _for_task(graph, task, "dataset", "evaluatedOn", direct)


def metrics_for_task(graph: nx.MultiDiGraph, task: str) -> Iterator[Row]:
    direct = {(s, o): data["support"] for s, o, data in edges(graph, "measuredBy")}
    yield from _for_task(graph, task, "metric", "measuredBy", direct)


def _for_task(
    graph: nx.MultiDiGraph, name: str, column: str, relation: str, direct: dict[tuple[str, str], int]
) -> Iterator[Row]:
    for task in named(graph, name, "Task"):
        methods = {s for s, o, _ in edges(graph, "usedFor") if o == task}
        through: dict[str, set[str]] = defaultdict(set)
        for s, o, _ in edges(graph, relation):
            if s in methods:
                through[o].add(s)
        for found in {*through, *(thing for t, thing in direct if t == task)}:
            yield {
                column: found,
                f"{column}Label": label(graph, found),
                "task": task,
                "taskLabel": label(graph, task),
                "support": direct.get((task, found), 0),
                "methods": len(through[found]),
            }


def datasets_used_together(graph: nx.MultiDiGraph, dataset: str = "") -> Iterator[Row]:
    used: dict[str, set[str]] = defaultdict(set)
    for s, o, _ in edges(graph, "uses"):
        if graph.nodes[o]["kind"] == "Dataset":
            used[s].add(o)
    yield from _pairs(graph, used, "papers", named(graph, dataset, "Dataset") if dataset else None)


def evaluated_together(graph: nx.MultiDiGraph, method: str = "") -> Iterator[Row]:
    on: dict[str, set[str]] = defaultdict(set)
    for s, o, _ in edges(graph, "evaluatedOn"):
        on[o].add(s)
    yield from _pairs(graph, on, "datasets", named(graph, method, "Method") if method else None)


def _pairs(graph: nx.MultiDiGraph, groups: dict[str, set[str]], column: str, one_of: list[str] | None) -> Iterator[Row]:
    counts = Counter(pair for group in groups.values() for pair in itertools.combinations(sorted(group), 2))
    for (first, second), count in counts.items():
        if one_of is None or {first, second} & set(one_of):
            yield {
                "first": first,
                "firstLabel": label(graph, first),
                "second": second,
                "secondLabel": label(graph, second),
                column: count,
            }


def evidence_for_claim(graph: nx.MultiDiGraph, subject: str, relation: str, object: str) -> Iterator[Row]:
    subjects = {*named(graph, subject), *named(graph, subject, "Paper")}
    objects = set(named(graph, object))
    for s, o, key, data in graph.edges(keys=True, data=True):
        fits = (s in subjects and o in objects) or (key == "comparedWith" and o in subjects and s in objects)
        if not fits or key.lower() != relation.replace(" ", "").lower():
            continue
        for item in evidence(data):
            row = {
                "subject": s,
                "subjectLabel": label(graph, s),
                "relation": key,
                "object": o,
                "objectLabel": label(graph, o),
                "score": item["score"],
                "paper": item["paper"],
                "title": label(graph, item["paper"]),
                "date": date(graph, item["paper"]),
            }
            yield row | {name: item[name] for name in ("field", "start", "end", "quote")}


def evidence_for_pair(graph: nx.MultiDiGraph, first: str, second: str) -> Iterator[Row]:
    for one, other in itertools.product(named(graph, first), named(graph, second)):
        for s, o, key, data in graph.edges(keys=True, data=True):
            for item in evidence(data) if one != other and {s, o} == {one, other} else ():
                yield {
                    "subject": s,
                    "subjectLabel": label(graph, s),
                    "relation": key,
                    "object": o,
                    "objectLabel": label(graph, o),
                    "score": item["score"],
                    "paper": item["paper"],
                    "title": label(graph, item["paper"]),
                    "field": item["field"],
                    "quote": item["quote"],
                    "_start": item["start"],
                    "_end": item["end"],
                }


def introduced_by_paper(graph: nx.MultiDiGraph, paper: str) -> Iterator[Row]:
    for one in named(graph, paper, "Paper"):
        for s, o, data in edges(graph, "introduces"):
            if s == one:
                concept = {"concept": o, "label": label(graph, o), "type": graph.nodes[o]["kind"]}
                yield concept | {"score": data["score"], "paper": one, "title": label(graph, one)}


def introduces_both(graph: nx.MultiDiGraph) -> Iterator[Row]:
    introduced: dict[str, list[str]] = defaultdict(list)
    for s, o, _ in edges(graph, "introduces"):
        introduced[s].append(o)
    for paper, concepts in introduced.items():
        for method, dataset in itertools.product(concepts, concepts):
            if (graph.nodes[method]["kind"], graph.nodes[dataset]["kind"]) == ("Method", "Dataset"):
                yield {
                    "paper": paper,
                    "title": label(graph, paper),
                    "date": date(graph, paper),
                    "method": method,
                    "methodLabel": label(graph, method),
                    "dataset": dataset,
                    "datasetLabel": label(graph, dataset),
                }


def kinds_of(graph: nx.MultiDiGraph, concept: str) -> Iterator[Row]:
    yield from _below(graph, "isA", named(graph, concept), "kind", "general")


def parts_of(graph: nx.MultiDiGraph, method: str) -> Iterator[Row]:
    yield from _below(graph, "partOf", named(graph, method, "Method"), "part", "whole")


def _below(graph: nx.MultiDiGraph, relation: str, roots: list[str], lower: str, upper: str) -> Iterator[Row]:
    directed = nx.DiGraph((o, s) for s, o, _ in edges(graph, relation))
    for root in roots:
        reached = {root, *(nx.descendants(directed, root) if root in directed else ())}
        for s, o, data in edges(graph, relation):
            if o in reached:
                own = {"_own": o == root}
                yield {lower: s, f"{lower}Label": label(graph, s)} | _claimed(graph, upper, o, data) | own


def methods_for_task(graph: nx.MultiDiGraph, task: str) -> Iterator[Row]:
    for one in named(graph, task, "Task"):
        for s, o, data in edges(graph, "usedFor"):
            if o == one:
                yield {"method": s, "methodLabel": label(graph, s)} | _claimed(graph, "task", o, data)


def tasks_of_method(graph: nx.MultiDiGraph, method: str) -> Iterator[Row]:
    for one in named(graph, method, "Method"):
        for s, o, data in edges(graph, "usedFor"):
            if s == one:
                yield {"task": o, "taskLabel": label(graph, o)} | _claimed(graph, "method", s, data)


def methods_on_dataset(graph: nx.MultiDiGraph, dataset: str) -> Iterator[Row]:
    measured = [(s, o, sayers(data)) for s, o, data in edges(graph, "measuredBy")]
    for one in named(graph, dataset, "Dataset"):
        for method, o, data in edges(graph, "evaluatedOn"):
            for paper in sayers(data) if o == one else ():
                metrics = [m for s, m, papers in measured if s == method and paper in papers]
                for metric in metrics or [None]:
                    yield {
                        "method": method,
                        "methodLabel": label(graph, method),
                        "dataset": one,
                        "datasetLabel": label(graph, one),
                        "metric": metric,
                        "metricLabel": label(graph, metric) if metric else None,
                        "paper": paper,
                        "title": label(graph, paper),
                        "date": date(graph, paper),
                    }


def most_compared_methods(graph: nx.MultiDiGraph) -> Iterator[Row]:
    rivals, papers = defaultdict(set), defaultdict(set)
    for s, o, data in edges(graph, "comparedWith"):
        for one, other in ((s, o), (o, s)):
            rivals[one].add(other)
            papers[one] |= sayers(data)
    for method, others in rivals.items():
        counts = {"rivals": len(others), "papers": len(papers[method])}
        yield {"method": method, "label": label(graph, method)} | counts


def names_of(graph: nx.MultiDiGraph, concept: str) -> Iterator[Row]:
    for one in named(graph, concept):
        for alias in graph.nodes[one]["aliases"]:
            yield {
                "name": alias["name"],
                "concept": one,
                "label": label(graph, one),
                "rule": alias["rule"],
                "because": alias.get("because"),
                "paper": alias["paper"],
                "title": label(graph, alias["paper"]),
                "quote": alias["text"],
            }


def new_since(graph: nx.MultiDiGraph, since: str, type: str = "") -> Iterator[Row]:
    days = dated(graph)
    first: dict[str, str] = {}
    for paper, concepts in naming(graph).items():
        for concept in concepts if paper in days else ():
            first[concept] = min(first.get(concept, days[paper]), days[paper])
    for concept, day in first.items():
        data = graph.nodes[concept]
        if day >= since and type.lower() in ("", data["kind"].lower()):
            row = {"concept": concept, "label": data["label"], "type": data["kind"]}
            yield row | {"first": day, "papers": data["papers"]}


def papers_by_year(graph: nx.MultiDiGraph, concept: str) -> Iterator[Row]:
    years = {paper: int(day[:4]) for paper, day in dated(graph).items()}
    everything, concepts = Counter(years.values()), naming(graph)
    for one in named(graph, concept):
        for year, papers in Counter(year for paper, year in years.items() if one in concepts[paper]).items():
            row = {"concept": one, "label": label(graph, one), "year": year}
            yield row | {"papers": papers, "all": everything[year]}


def papers_naming(graph: nx.MultiDiGraph, concept: str) -> Iterator[Row]:
    for one in named(graph, concept):
        for relation in PAPER_RELATIONS:
            for paper, o, data in edges(graph, relation):
                for item in evidence(data) if o == one else ():
                    yield {
                        "paper": paper,
                        "title": label(graph, paper),
                        "date": date(graph, paper),
                        "relation": relation,
                        "concept": one,
                        "label": label(graph, one),
                        "score": item["score"],
                        "field": item["field"],
                        "quote": item["quote"],
                        "_start": item["start"],
                        "_end": item["end"],
                    }


def papers_since(graph: nx.MultiDiGraph, since: str) -> Iterator[Row]:
    for paper, day in dated(graph).items():
        introduced = [o for s, o, _ in edges(graph, "introduces") if s == paper]
        for concept in (introduced or [None]) if day >= since else ():
            row = {"paper": paper, "title": label(graph, paper), "date": day, "concept": concept}
            data = graph.nodes[concept] if concept else {}
            yield row | {"label": data.get("label"), "type": data.get("kind")}


def path_between(graph: nx.MultiDiGraph, first: str, second: str) -> Iterator[Row]:
    between = [(s, o, k, d) for s, o, k, d in graph.edges(keys=True, data=True) if k not in PAPER_RELATIONS]
    steps: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for s, o, relation, data in between:
        steps[s, o].append((f" -{relation}-> ", data["support"]))
        steps[o, s].append((f" <-{relation}- ", data["support"]))
    undirected = nx.Graph(steps.keys())
    for start, end in itertools.product(named(graph, first), named(graph, second)):
        if start == end or start not in undirected or end not in undirected:
            continue
        if nx.single_source_shortest_path_length(undirected, start, cutoff=3).get(end) is None:
            continue
        for nodes in nx.all_shortest_paths(undirected, start, end):
            for chosen in itertools.product(*(steps[pair] for pair in itertools.pairwise(nodes))):
                text = "".join(arrow + label(graph, node) for (arrow, _), node in zip(chosen, nodes[1:], strict=True))
                via, then = [*nodes[1:-1], None, None][:2]
                yield {
                    "steps": len(chosen),
                    "path": label(graph, start) + text,
                    "support": min(support for _, support in chosen),
                    "from": start,
                    "via": via,
                    "then": then,
                    "to": end,
                }


def related_papers(graph: nx.MultiDiGraph, paper: str) -> Iterator[Row]:
    concepts = naming(graph)
    for one in named(graph, paper, "Paper"):
        for other in concepts:
            shared = concepts[one] & concepts[other]
            if shared and one != other:
                yield {
                    "other": other,
                    "otherTitle": label(graph, other),
                    "paper": one,
                    "title": label(graph, one),
                    "shared": len(shared),
                    "weight": rounded(sum(Fraction(1, graph.nodes[c]["papers"]) for c in shared)),
                }


def rising_tasks(graph: nx.MultiDiGraph, since: str) -> Iterator[Row]:
    days, concepts = dated(graph), naming(graph)
    new = {paper for paper, day in days.items() if day >= since}
    old = set(days) - new
    for task in of_kind(graph, "Task"):
        papers, before = (sum(task in concepts[p] for p in group) for group in (new, old))
        rise = rounded(Fraction(papers, len(new) or 1) - Fraction(before, len(old) or 1))
        if rise > 0:
            yield {"task": task, "label": label(graph, task), "papers": papers, "before": before, "rise": rise}


def top_methods(graph: nx.MultiDiGraph) -> Iterator[Row]:
    for method in of_kind(graph, "Method"):
        tasks = {o for s, o, _ in edges(graph, "usedFor") if s == method}
        papers = graph.nodes[method]["papers"]
        row = {"method": method, "label": label(graph, method), "papers": papers, "tasks": len(tasks)}
        yield row | {name: graph.nodes[method].get(name) for name in ("pageRank", "firstDate", "lastDate")}
