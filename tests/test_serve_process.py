"""How `kgraph serve` lives and dies: queries that go on for ever, processes that are killed, slow clients, its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from serving import SAMPLE, Served, serving
from waiting import PATIENCE, wait_until

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
#: Some seconds' work, and then an answer.
LONG = "SELECT (COUNT(*) AS ?n) { ?a kg:score ?b . ?c kg:score ?d }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f"
QUERY = "application/sparql-query"

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes by /proc")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(SAMPLE, "--timeout", "3", "--memory", "300", "--jobs", "2") as served:
        yield served


def children(process: int) -> list[int]:
    """Return the numbers of a process's children."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            found.append(int(status.parent.name))
    return sorted(found)


def workers(server: Served) -> list[int]:
    """Return the processes that answer: the keeper's children."""
    return [worker for child in children(server.process.pid) for worker in children(child)]


def keeper(server: Served) -> int:
    (found,) = (child for child in children(server.process.pid) if children(child))
    return found


def state(process: int) -> str:
    """Return the letter that Linux gives the state of a process: "Z" where it has gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def is_there(process: int) -> bool:
    return state(process) != "Z"


def busy(process: int) -> bool:
    """Whether a process computes, rather than waits or has gone."""
    return state(process) == "R"


def in_background(work: Callable[[], Any]) -> Callable[[], Any]:
    """Start the work in a thread; the function that comes back waits for its result."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()

    def result() -> Any:
        thread.join(PATIENCE)
        return results[0]

    return result


def answers(server: Served) -> bool:
    return [json.loads(server.query("ASK {}").body)["boolean"] for _ in range(4)] == [True] * 4


def test_a_query_that_takes_too_long_is_stopped_and_told_so(server: Served) -> None:
    before = workers(server)
    reply = server.post(ENDLESS, QUERY)
    assert (reply.status, reply.media) == (504, "text/plain")
    assert reply.text == "the query took longer than 3 seconds and was stopped; ask for less, or LIMIT it\n"
    wait_until(lambda: len(workers(server)) == 2)
    assert len(set(before) & set(workers(server))) == 1
    assert answers(server)


def test_one_long_query_does_not_hold_up_the_others(server: Served) -> None:
    long = in_background(lambda: server.post(ENDLESS, QUERY))
    wait_until(lambda: any(busy(worker) for worker in workers(server)))
    assert answers(server)
    assert long().status == 504


def test_a_query_that_waited_too_long_for_a_free_process_may_come_again(server: Served) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: server.post(ENDLESS, QUERY), range(6)))
    statuses = sorted(reply.status for reply in replies)
    assert statuses[0] == 503 and statuses[-1] == 504
    assert {reply.headers["Retry-After"] for reply in replies if reply.status == 503} == {"10"}
    assert answers(server)


def test_a_query_that_breaks_its_process_is_told_so_and_the_next_one_is_answered(server: Served) -> None:
    reply = server.post("SELECT * " + "{" * 100_000 + "}" * 100_000, QUERY)
    assert reply.status == 500
    assert reply.text.startswith("the query broke the process that ran it, which was killed by SIG")
    assert answers(server)


def test_a_query_that_takes_too_much_memory_is_stopped(tmp_path: Path) -> None:
    with serving(SAMPLE, "--memory", "100", "--jobs", "2") as served:
        reply = served.post(GREEDY, QUERY)
        assert reply.status == 500
        assert "needed more memory than a query may take (100 MiB)" in reply.text
        assert answers(served)


def test_killed_processes_are_replaced_and_nobody_notices(server: Served) -> None:
    before = workers(server)
    for worker in before:
        os.kill(worker, signal.SIGKILL)
        assert answers(server)
    wait_until(lambda: len(workers(server)) == 2)
    assert not set(before) & set(workers(server))


def test_the_query_of_a_client_that_has_gone_is_given_up(server: Served) -> None:
    with serving(SAMPLE, "--timeout", "1000", "--jobs", "2") as served:
        before = workers(served)
        body = ENDLESS.encode()
        head = f"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: {QUERY}\r\nContent-Length: {len(body)}\r\n\r\n"
        with served.connect() as connection:
            connection.sendall(head.encode() + body)
            wait_until(lambda: any(busy(worker) for worker in workers(served)))
        wait_until(lambda: len(workers(served)) == 2 and set(workers(served)) != set(before))
        wait_until(lambda: not any(busy(worker) for worker in workers(served)))  # a new one has to start
        assert answers(served)
        assert served.lines[1:] == []


def test_clients_that_send_nothing_or_slowly_hinder_nobody(server: Served) -> None:
    parts = (b"", b"GET /sparql", b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nquery=")
    slow = [server.connect() for _ in range(300)]
    for number, connection in enumerate(slow):
        connection.sendall(parts[number % 3])
    assert answers(server)
    for connection in slow:
        connection.close()


def test_many_at_once_are_all_answered_over_kept_connections(server: Served) -> None:
    request = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\n\r\n"

    def ask(_: int) -> int:
        with server.connect() as connection:
            for _ in range(5):
                connection.sendall(request)
                received = b""
                while not received.endswith(b"true}"):
                    received += connection.recv(1 << 16)
                assert received.startswith(b"HTTP/1.1 200 ")
        return 5

    with ThreadPoolExecutor(60) as pool:
        assert sum(pool.map(ask, range(120))) == 600


def test_a_reader_that_stops_reading_does_not_stop_the_server(server: Served) -> None:
    with server.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        connection.sendall(b"GET /graph.nt HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        assert answers(server)
        rest = len(connection.recv(1 << 16))
        while part := connection.recv(1 << 16):
            rest += len(part)
            if rest > (SAMPLE / "graph.nt").stat().st_size:
                break
    with server.connect() as connection:  # and one that goes in the midst of it
        connection.sendall(b"GET /graph.nt HTTP/1.1\r\nHost: a\r\n\r\n")
        connection.recv(15)
    assert answers(server)
    assert server.lines[1:] == []


@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT])
def test_what_was_asked_before_the_end_is_still_answered(signal_: signal.Signals) -> None:
    with serving(SAMPLE, "--jobs", "2") as served:
        processes = [served.process.pid, keeper(served), *workers(served)]
        idle = served.connect()
        running = in_background(lambda: served.query(LONG))
        wait_until(lambda: any(busy(worker) for worker in workers(served)))
        for process in processes[1:]:  # as a service manager does, which ends all processes of a service
            os.kill(process, signal_)
        assert served.stop(signal_) == 0
        assert running().status == 200
        assert idle.recv(1) == b""
        idle.close()
        wait_until(lambda: not any(map(is_there, processes)))
        assert [line for line in served.lines if not line.startswith("serving ")] == []
        assert served.process.stdout is not None and served.process.stdout.read() == ""


def test_a_second_signal_does_not_wait() -> None:
    with serving(SAMPLE, "--timeout", "1000", "--jobs", "2") as served:
        processes = [keeper(served), *workers(served)]
        in_background(lambda: served.raw(f"GET /sparql?query={quote(ENDLESS)} HTTP/1.0\r\n\r\n".encode()))
        wait_until(lambda: any(busy(worker) for worker in workers(served)))
        served.process.terminate()
        time.sleep(0.3)
        assert served.process.poll() is None
        assert served.stop() == 0
        wait_until(lambda: not any(map(is_there, processes)))


def test_a_killed_server_leaves_no_process_behind() -> None:
    with serving(SAMPLE, "--timeout", "1000", "--jobs", "2") as served:
        processes = [keeper(served), *workers(served)]
        in_background(lambda: served.raw(f"GET /sparql?query={quote(ENDLESS)} HTTP/1.0\r\n\r\n".encode()))
        wait_until(lambda: any(busy(worker) for worker in workers(served)))
        served.process.kill()
        wait_until(lambda: not any(map(is_there, processes)))


def test_without_the_process_that_holds_the_graph_the_server_ends_and_says_why() -> None:
    with serving(SAMPLE, "--jobs", "2") as served:
        processes = workers(served)
        os.kill(keeper(served), signal.SIGKILL)
        assert served.process.wait(PATIENCE) == 1
        wait_until(lambda: not any(map(is_there, processes)))
        wait_until(lambda: len(served.lines) > 1)
        says = "kgraph: the process that holds the graph was killed, as happens when memory runs out"
        assert served.lines[1:] == [says]


def test_an_address_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "kgraph", "serve", "-g", str(SAMPLE), "--port", port],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"kgraph: 127.0.0.1:{port} cannot be listened on: ")


def test_being_reachable_by_others_is_noticed() -> None:
    with serving(SAMPLE, "--host", "0.0.0.0") as served:
        assert served.lines[0].startswith("note: 0.0.0.0 is more than this machine: whoever can reach it can read")
    with serving(SAMPLE, "--host", "localhost") as served:
        assert [line.partition(" ")[0] for line in served.lines] == ["serving"]


@pytest.mark.parametrize(
    "wrong", [["--port", "65536"], ["--port", "-1"], ["--timeout", "0"], ["--limit", "0"], ["--jobs", "x"]]
)
def test_wrong_arguments_are_refused(wrong: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "kgraph", "serve", *wrong], capture_output=True, check=False)
    assert done.returncode == 2
