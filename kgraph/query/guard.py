"""Running a query so that its engine can die without taking this process along."""

from __future__ import annotations

import contextlib
import os
import pickle
import re
import signal
from collections.abc import Callable
from typing import TypeVar

from kgraph.errors import QueryError
from kgraph.processes import cause_of_death

_T = TypeVar("_T")

# Oxigraph 0.5 aborts its process where sorting meets numbers beside texts in some orders ("does not correctly
# implement a total order"); what does not sort needs no process of its own.
_SORTS = re.compile(r"\border\s*by\b", re.IGNORECASE)


def guarded(sparql: str, work: Callable[[], _T]) -> _T:
    """Return what `work`, which runs the query and reads its answer, returns: something that can be pickled.

    A query that sorts is run in a forked process, where there are such. Raises QueryError when that dies, and
    whatever `work` raises.
    """
    if not hasattr(os, "fork") or not _SORTS.search(sparql):
        return work()
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(sending, work)
    os.close(sending)
    try:
        with os.fdopen(receiving, "rb") as pipe:
            reply = pipe.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except BaseException:
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        raise
    if status == -signal.SIGABRT:
        raise QueryError(
            "Oxigraph, which runs the query, gave up while sorting: a column that ORDER BY names seems to hold numbers "
            "beside texts; sort by STR(?x), or keep one kind with FILTER(isNumeric(?x))"
        )
    if status:
        raise QueryError(f"the process that ran the query {cause_of_death(status)}")
    result, error = pickle.loads(reply)
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]  # what `work` returned


def _answer(sending: int, work: Callable[[], object]) -> None:
    """Do the work, send its result or its error, and end this process."""
    import resource

    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # Rust prints a stack when it aborts
        try:
            reply: tuple[object, Exception | None] = work(), None
        except Exception as error:
            reply = None, error
        with os.fdopen(sending, "wb") as pipe:
            pipe.write(pickle.dumps(reply))
        status = 0
    finally:
        os._exit(status)
