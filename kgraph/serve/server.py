"""Binding, running and stopping the server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from kgraph.errors import KGraphError
from kgraph.rdf.prefixes import KINDS
from kgraph.serve.files import open_files
from kgraph.serve.handlers import NotFound, Site
from kgraph.serve.keeper import start_keeper
from kgraph.serve.limits import Limits
from kgraph.serve.media import TRIPLES
from kgraph.serve.pool import KeeperDied, Pool
from kgraph.serve.sparql import NamedQueryText, QueryPage, Sparql
from kgraph.serve.things import GraphFile, Ontology, Thing, ThingData, ThingPage

#: Seconds that a client may take for its headers, its body, or between two requests.
_CLIENT_TIMEOUT = 60.0
_MOST_OPEN_FILES = 1 << 16
_KEY = rf"((?:{'|'.join(KINDS)})/[A-Za-z0-9._-]+)"


def serve(
    path: Path,
    host: str,
    port: int,
    *,
    processes: int,
    limits: Limits,
    verbose: bool = False,
    tell: Callable[[str], None],
) -> None:
    """Serve the graph at `path`, a folder or an RDF file, until SIGTERM or an interrupt; then return.

    What was asked before that is answered; a second signal does not wait. `port` 0 takes one that is free; `tell` is
    told the address. Raises GraphError where the graph cannot be loaded, and KGraphError where the address cannot
    be listened on or the process that holds the graph dies.
    """
    if not hasattr(os, "fork"):
        raise KGraphError("kgraph serve needs a system on which processes can fork, as Linux and macOS")
    files = open_files(path) if path.is_dir() else {}
    try:
        sockets = bind_sockets(port, host)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise KGraphError(f"{host}:{port} cannot be listened on: {reason}; see --host and --port") from None
    try:
        keeper, control, triples = start_keeper(path, limits)
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    _allow_many_connections()
    addresses = sorted({_address(sock) for sock in sockets})
    try:
        asyncio.run(
            _run(
                Site(Pool(control, limits), limits, files, verbose),
                sockets,
                processes,
                keeper.sentinel,
                lambda: tell(f"serving {path} ({triples:,} triples) at {' and '.join(addresses)}"),
            )
        )
    finally:
        control.close()
        keeper.join()


def application(site: Site) -> Application:
    """Return the handlers by path; a path that is not here is found nowhere."""
    shared = {"site": site}
    forms = "|".join(TRIPLES)
    return Application(
        [
            (r"/", GraphFile, {**shared, "name": "graph.html"}),
            (r"/sparql", Sparql, shared),
            (r"/query", QueryPage, shared),
            (r"/query/([a-z0-9-]+)", NamedQueryText, shared),
            (rf"/id/{_KEY}", Thing, shared),
            (rf"/page/{_KEY}", ThingPage, shared),
            (rf"/data/{_KEY}\.({forms})", ThingData, shared),
            (r"/ontology", Ontology, shared),
            *(
                (rf"/{name.replace('.', '[.]')}", GraphFile, {**shared, "name": name})
                for name in ("graph.html", "graph.ttl", "graph.nt", "graph.jsonld", "void.ttl")
            ),
        ],
        default_handler_class=NotFound,
        default_handler_args=shared,
        log_function=lambda handler: None,
    )


async def _run(
    site: Site, sockets: list[socket.socket], processes: int, sentinel: int, ready: Callable[[], None]
) -> None:
    loop = asyncio.get_running_loop()
    stop, at_once = asyncio.Event(), asyncio.Event()
    died = False

    def ask_to_stop() -> None:
        (at_once if stop.is_set() else stop).set()

    def keeper_died() -> None:
        nonlocal died
        died = True
        loop.remove_reader(sentinel)
        stop.set()
        at_once.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ask_to_stop)
    loop.add_reader(sentinel, keeper_died)
    server = HTTPServer(
        application(site),
        idle_connection_timeout=_CLIENT_TIMEOUT,
        body_timeout=_CLIENT_TIMEOUT,
        max_header_size=2 * site.limits.address,
        max_body_size=site.limits.request,
    )
    try:
        with contextlib.suppress(KeeperDied):  # its end says so too
            await site.pool.grow(processes)
        server.add_sockets(sockets)
        ready()
        await stop.wait()
        server.stop()
        await _until_answered(site, at_once)
    finally:
        loop.remove_reader(sentinel)
        await server.close_all_connections()
        site.pool.close()
    if died:
        raise KGraphError("the process that holds the graph was killed, as happens when memory runs out")


async def _until_answered(site: Site, at_once: asyncio.Event) -> None:
    """Wait until all that has been asked by now is answered, or nobody wants to wait any longer."""
    asked = set(site.under_way)
    while asked & site.under_way and not at_once.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(at_once.wait(), 0.05)


def _address(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on this host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _allow_many_connections() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_OPEN_FILES)
    if soft < most:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
