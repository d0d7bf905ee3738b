"""A real `kgraph serve` in a process of its own, for tests that ask it over HTTP."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from urllib.parse import quote, urlsplit

from examples import entity, extraction, paper
from waiting import PATIENCE

from kgraph.build import write_folder


@dataclass
class Reply:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def media(self) -> str:
        return str(self.headers["Content-Type"]).partition(";")[0]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


@dataclass
class Served:
    """A running server: `url` without a slash at its end, and the lines that it wrote to stderr so far."""

    url: str
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def sparql(self) -> str:
        return f"{self.url}/sparql"

    def get(
        self, path: str, accept: str | None = None, *, method: str = "GET", data: bytes | None = None, **headers: str
    ) -> Reply:
        """Ask and return the answer, whatever its status; an underscore in a header's name is a hyphen."""
        given: dict[str, str] = {name.replace("_", "-"): value for name, value in headers.items()}
        if accept is not None:
            given["Accept"] = accept
        request = urllib.request.Request(self.url + path, data=data, headers=given, method=method)
        try:
            with _OPENER.open(request, timeout=PATIENCE) as reply:
                return Reply(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, error.headers, error.read())

    def query(self, sparql: str, accept: str | None = None) -> Reply:
        return self.get(f"/sparql?query={quote(sparql)}", accept)

    def post(self, body: str | bytes, media: str, accept: str | None = None, **headers: str) -> Reply:
        data = body.encode() if isinstance(body, str) else body
        return self.get("/sparql", accept, method="POST", data=data, Content_Type=media, **headers)

    def raw(self, request: bytes) -> bytes:
        """Send bytes over a socket and return all that comes back until the server closes it."""
        with self.connect() as connection:
            connection.sendall(request)
            received = b""
            with contextlib.suppress(ConnectionResetError):
                while part := connection.recv(1 << 16):
                    received += part
            return received

    def connect(self) -> socket.socket:
        where = urlsplit(self.url)
        return socket.create_connection((where.hostname or "", where.port or 0), timeout=PATIENCE)

    def stop(self, signal_: int = signal.SIGTERM) -> int:
        self.process.send_signal(signal_)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def serving(graph: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Serve a graph on a free port; yields when the server has told its address, and ends it afterwards."""
    command = [sys.executable, "-m", "kgraph", "serve", "-g", str(graph), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    lines: list[str] = []
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    try:
        yield Served(_address(process, lines), process, lines)
    finally:
        process.kill()
        process.wait()
        reader.join()
        for pipe in (process.stdout, process.stderr):
            assert pipe
            pipe.close()


def _read(process: subprocess.Popen[str], lines: list[str]) -> None:
    assert process.stderr
    for line in process.stderr:
        lines.append(line.rstrip("\n"))


def _address(process: subprocess.Popen[str], lines: list[str]) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        for line in lines:
            if match := re.search(r" at (http://\S+)/", line):
                return match[1]
        time.sleep(0.02)
    raise AssertionError("the server did not start: " + "\n".join(lines))


SAMPLE = Path(__file__).parents[1] / "exports" / "sample"
TITLE = "</title><script>alert(1)</script> \"quoted\" & 'so' <img src=x onerror=alert(2)> \u202eabc {{ 7*7 }}"
NAME = "<b onclick=alert(3)>Zed</b>"


def hostile_folder(folder: Path) -> Path:
    """Build a graph whose titles, names, authors and addresses try to run something in a page."""
    first = paper(
        TITLE,
        f"We present {NAME} for tidy sorting. {NAME} is tested on the QQ corpus.",
        "p1",
        authors=("<script>alert(4)</script>",),
        url="javascript:alert(5)",
        date="2024-02-03",
    )
    second = paper(f"{NAME} again", f"We use {NAME} for tidy sorting.", "../../etc/passwd", url="https://example.org/2")
    write_folder(
        [
            extraction(
                second,
                entity(second, "Method", NAME),
                entity(second, "Task", "tidy sorting"),
                relations=((0, "usedFor", 1),),
            ),
            extraction(
                first,
                entity(first, "Method", NAME, role="introduced"),
                entity(first, "Task", "tidy sorting"),
                entity(first, "Dataset", "QQ corpus"),
                relations=((0, "usedFor", 1), (0, "evaluatedOn", 2)),
            ),
        ],
        folder,
    )
    return folder
