"""Load `kgraph serve`: python tests/benchmarks/serve.py [GRAPH] [--clients 100] [--seconds 60]

Starts a server, lets the clients ask it one thing after another, each over a connection of its own, and prints the
requests a second, how long they took, every answer that was not the right one, and the memory of all its processes
(proportional set size, so that shared pages count once; Linux only) as time goes on.
"""

from __future__ import annotations

import argparse
import http.client
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote, urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))
from serving import SAMPLE, Served, serving

from kgraph.query import find_named_query

REQUESTS = [
    ("/sparql?query=" + quote("ASK { ?m a kg:Method }"), "*/*", 200),
    ("/sparql?query=" + quote(find_named_query("top-methods").bind({})), "application/sparql-results+json", 200),
    ("/sparql?query=" + quote("SELECT * { ?c a kg:Claim ; ?p ?o } LIMIT 1000"), "text/csv", 200),
    ("/sparql?query=" + quote("CONSTRUCT WHERE { ?a kg:usedFor ?b } LIMIT 200"), "text/turtle", 200),
    ("/sparql?query=nonsense", "*/*", 400),
    ("/sparql", "application/ld+json", 200),
    ("/query", "text/html", 200),
    ("/page/method/bert", "text/html", 200),
    ("/id/method/bert", "text/turtle", 303),
    ("/id/method/nothing", "text/turtle", 404),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    args = parser.parse_args()
    with serving(args.graph) as server:
        print(f"started: {_memory(server):.0f} MiB in {len(_processes(server))} processes")
        seconds: list[float] = []
        wrong: Counter[str] = Counter()
        end = time.monotonic() + args.seconds
        clients = [
            threading.Thread(target=_ask, args=(server, number, end, seconds, wrong)) for number in range(args.clients)
        ]
        for client in clients:
            client.start()
        step = args.seconds / 6
        for number in range(1, 7):
            time.sleep(step)
            print(f"after {number * step:.0f} s: {_memory(server):.0f} MiB, {len(seconds):,} answers")
        for client in clients:
            client.join()
        seconds.sort()
        print(f"{args.clients} clients, {args.seconds:.0f} s: {len(seconds) / args.seconds:.0f} requests a second")
        print(f"half took less than {1000 * seconds[len(seconds) // 2]:.0f} ms, 99 in 100 less than"
              f" {1000 * seconds[len(seconds) * 99 // 100]:.0f} ms")  # fmt: skip
        print(f"errors: {sum(wrong.values())} {dict(wrong) or ''}")
        print(f"exit code on SIGTERM: {server.stop()}")


def _ask(server: Served, number: int, end: float, seconds: list[float], wrong: Counter[str]) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    while time.monotonic() < end:
        path, accept, expected = REQUESTS[number % len(REQUESTS)]
        number += 1
        start = time.perf_counter()
        try:
            connection.request("GET", path, headers={"Accept": accept})
            reply = connection.getresponse()
            reply.read()
        except (OSError, http.client.HTTPException) as error:
            wrong[f"{type(error).__name__} for {path[:40]}"] += 1
            connection.close()
            continue
        seconds.append(time.perf_counter() - start)
        if reply.status != expected:
            wrong[f"{reply.status} for {path[:40]}"] += 1
    connection.close()


def _processes(server: Served) -> list[int]:
    found = [server.process.pid]
    for process in found:
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            found += map(int, task.read_text().split())
    return found


def _memory(server: Served) -> float:
    """Return the memory of the server's processes in MiB."""
    total = 0
    for process in _processes(server):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


if __name__ == "__main__":
    main()
