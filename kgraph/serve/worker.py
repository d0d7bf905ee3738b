"""The work of one process that holds the graph: it answers one question after another until the server has gone."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgraph.errors import KGraphError
from kgraph.serve.answers import Answer, answer_query, answer_triples, refusal
from kgraph.serve.dataset import count, service_description
from kgraph.serve.describe import describe, example_values, is_known, ontology_terms, thing_triples
from kgraph.serve.limits import Limits
from kgraph.serve.wire import packed, receive

if TYPE_CHECKING:
    from pyoxigraph import Store


def work(connection: socket.socket, store: Store, limits: Limits) -> None:
    """Answer questions until the connection ends.

    A question is a JSON object with a `task` of `TASKS` and what that needs. The head of each reply has status and
    media type, and under `fault` the traceback of an error that is ours.
    """
    _bound(limits)
    while (message := receive(connection)) is not None:
        question, fault = message[0], ""
        try:
            answer = TASKS[question["task"]](store, question, limits)
        except KGraphError as error:
            answer = refusal(400, str(error))
        except MemoryError:
            answer = refusal(500, f"the query needed more memory than it may take, {limits.memory >> 20:,} MiB")
        except BaseException:  # pyoxigraph's panics are no Exceptions
            answer, fault = refusal(500, "the server failed on this request; its log says more"), traceback.format_exc()
        head = {"status": answer.status, "media": answer.media, "fault": fault}
        try:
            connection.sendall(packed(head, answer.body))
        except OSError:
            return


def _bound(limits: Limits) -> None:
    """Keep what a query can do to the machine within bounds: its memory, a core dump, noise on stderr."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # Rust prints pages when memory runs out
    with contextlib.suppress(OSError, ValueError):  # only Linux has the file, and only there the limit works
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + limits.memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


_Task = Callable[["Store", Mapping[str, Any], Limits], Answer]


def _as_json(value: Any) -> Answer:
    if value is None:
        return refusal(404, "the graph has no such thing")
    return Answer(200, "application/json", json.dumps(value).encode())


def _service(_: Store, question: Mapping[str, Any], limits: Limits) -> Answer:
    return answer_triples(service_description(question["endpoint"], question["counts"]), question["accept"], limits)


def _known(store: Store, question: Mapping[str, Any], limits: Limits) -> Answer:
    return _as_json(is_known(store, question["key"]) or None)


def _thing(store: Store, question: Mapping[str, Any], limits: Limits) -> Answer:
    triples = thing_triples(store, question["key"])
    if not triples:
        return refusal(404, "the graph has no such thing")
    return answer_triples(triples, question["accept"], limits)


#: What a process can be asked to do.
TASKS: Mapping[str, _Task] = {
    "query": lambda store, q, limits: answer_query(store, q["sparql"], q["accept"], limits),
    "service": _service,
    "count": lambda store, q, limits: _as_json(count(store)),
    "known": _known,
    "thing": _thing,
    "describe": lambda store, q, limits: _as_json(describe(store, q["key"])),
    "ontology": lambda store, q, limits: _as_json(ontology_terms(store)),
    "examples": lambda store, q, limits: _as_json(example_values(store)),
}
