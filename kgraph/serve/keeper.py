"""The process that loads the graph once and forks the processes that answer from it.

They share its memory, so a large graph is held once, and a new one is there in milliseconds. Forking is
safe since the keeper has one thread and no connections but the one to the server. It buries a child only when the
server has seen its end, so a number of a process that the server may kill never means another one.
"""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import os
import signal
import socket
import traceback
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.errors import GraphError, KGraphError
from kgraph.processes import cause_of_death
from kgraph.query import open_store
from kgraph.serve.limits import Limits
from kgraph.serve.wire import packed, receive
from kgraph.serve.worker import work

if TYPE_CHECKING:
    from pyoxigraph import Store

_MOST_DESCRIPTORS = 1024


def start_keeper(path: Path, limits: Limits) -> tuple[SpawnProcess, socket.socket, int]:
    """Start the keeper of the graph at `path`; return it, the connection to it, and how many triples it holds.

    Raises GraphError where the graph cannot be loaded.
    """
    ours, theirs = socket.socketpair()
    process = multiprocessing.get_context("spawn").Process(target=_keep, args=(theirs, path, limits), daemon=True)
    process.start()
    theirs.close()
    try:
        loaded = receive(ours)
    except BaseException:  # an interrupt: do not wait for it to be loaded
        process.kill()
        raise
    if loaded is None:
        process.join()
        how = cause_of_death(process.exitcode or 0)
        raise GraphError(f"{path}: the process that loads the graph {how}")
    if "error" in loaded[0]:
        process.join()
        raise GraphError(loaded[0]["error"])
    return process, ours, loaded[0]["triples"]


def _keep(control: socket.socket, path: Path, limits: Limits) -> None:
    # An interrupt and a polite end are for the server, which lets what is asked be answered first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        store = open_store(path)
    except KGraphError as error:
        control.sendall(packed({"error": str(error)}))
        return
    gc.freeze()  # so that no collection in a child touches, and thereby copies, what it shares
    control.sendall(packed({"triples": len(store)}))
    children: set[int] = set()
    try:
        while True:
            message, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
            if not message:
                return
            how = _bury(json.loads(message)["gone"], children)
            child = os.fork()
            if child == 0:
                _be_a_worker(control, descriptors[0], store, limits)
            os.close(descriptors[0])
            children.add(child)
            control.sendall(packed({"process": child, "how": how}))
    except OSError:
        return  # the server has gone
    finally:
        for child in children:
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)
        for child in set(children):
            _bury(child, children)


def _be_a_worker(control: socket.socket, descriptor: int, store: Store, limits: Limits) -> None:
    try:
        # What it shares with the keeper would hide the keeper's end, or another worker's, from the server.
        control.close()
        os.closerange(3, descriptor)
        os.closerange(descriptor + 1, _MOST_DESCRIPTORS)
        work(socket.socket(fileno=descriptor), store, limits)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _bury(child: int | None, children: set[int]) -> str:
    """Wait for a child that has ended, and say how it did."""
    if child not in children:
        return ""
    children.remove(child)
    with contextlib.suppress(ChildProcessError):
        return cause_of_death(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    return ""
