"""What all answers have in common: headers, errors in plain text, sending, and the question to the pool."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tornado.iostream import StreamClosedError
from tornado.web import Finish, HTTPError, RequestHandler

from kgraph import __version__
from kgraph.query.visible import visible
from kgraph.serve.answers import Answer
from kgraph.serve.files import File
from kgraph.serve.limits import Limits
from kgraph.serve.media import HTML, TEXT, content_type
from kgraph.serve.pool import Busy, KeeperDied, Pool, TooLong, WorkerDied

_CHUNK = 1 << 16
#: A client that takes none of a chunk for so many seconds has gone.
_SLOWEST_CHUNK = 30.0
#: Only HTML pages need more, and say what.
_NOTHING_RUNS = "default-src 'none'; sandbox"


@dataclass
class Site:
    """What the handlers share: the processes, the limits, the folder's files by name, and what is under way."""

    pool: Pool
    limits: Limits
    files: Mapping[str, File]
    verbose: bool = False
    under_way: set[RequestHandler] = field(default_factory=set)
    #: Answers that never change, by task.
    known: dict[str, Answer] = field(default_factory=dict)


class Refused(HTTPError):
    """An error with a text for the client."""

    def __init__(self, status: int, text: str, **headers: str) -> None:
        super().__init__(status)
        self.text = text
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Handler(RequestHandler):
    """Base of the handlers; a subclass has `get` and is read-only unless it says otherwise."""

    #: The methods that it answers; OPTIONS is the browsers' question whether another site may ask.
    methods: ClassVar[tuple[str, ...]] = ("GET", "HEAD", "OPTIONS")
    site: Site

    def initialize(self, site: Site) -> None:
        self.site = site
        self._question: asyncio.Future[tuple[Answer, str]] | None = None

    def set_default_headers(self) -> None:
        self.set_header("Server", f"kgraph/{__version__}")
        self.set_header("Access-Control-Allow-Origin", "*")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", _NOTHING_RUNS)

    def prepare(self) -> None:
        self.site.under_way.add(self)
        if self.request.method not in self.methods:
            raise HTTPError(405)
        if len(self.request.uri or "") > self.site.limits.address:
            raise Refused(
                414, f"the address is longer than {self.site.limits.address:,} bytes; send the query in a POST request"
            )

    def options(self, *_: str) -> None:
        self.set_header("Allow", ", ".join(self.methods))
        self.set_header("Access-Control-Allow-Methods", ", ".join(self.methods))
        self.set_header("Access-Control-Allow-Headers", "Accept, Content-Type")
        self.set_header("Access-Control-Max-Age", "86400")
        self.set_status(204)

    async def head(self, *path: str) -> None:
        await self.get(*path)  # type: ignore[misc]

    def compute_etag(self) -> None:
        """Leave out Tornado's own tag, which would take a hash of every body."""

    async def ask(self, **question: Any) -> Answer:
        """Return the pool's answer; raises Refused where it has none, and Finish where the client has gone."""
        self._question = asyncio.ensure_future(self.site.pool.ask(question))
        try:
            answer, fault = await self._question
        except asyncio.CancelledError:
            raise Finish from None
        except Busy:
            raise Refused(503, "the server is busy with other queries; ask again later", Retry_After="10") from None
        except TooLong:
            # Not 503, which says that asking again will help, nor 408, which blames a slow client: we stand between
            # the client and a process that did not answer in time.
            seconds = f"{self.site.limits.timeout:g}"
            raise Refused(
                504, f"the query took longer than {seconds} seconds and was stopped; ask for less, or LIMIT it"
            ) from None
        except WorkerDied as death:
            memory = self.site.limits.memory >> 20
            raise Refused(
                500,
                f"the query broke the process that ran it, which {death}: it is nested too deeply, or needed more"
                f" memory than a query may take ({memory:,} MiB)",
            ) from None
        except KeeperDied:
            raise Refused(503, "the server is stopping") from None
        if fault:
            print(fault, file=sys.stderr, flush=True)
        return answer

    async def ask_once(self, task: str) -> Answer:
        """Return the answer to a question that always has the same one."""
        if task not in self.site.known:
            answer = await self.ask(task=task)
            if answer.status != 200:
                return answer
            self.site.known[task] = answer
        return self.site.known[task]

    async def send(self, answer: Answer) -> None:
        """Send an answer whole."""
        self.set_status(answer.status)
        body = answer.body
        parts = (body[start : start + _CHUNK] for start in range(0, len(body), _CHUNK))
        await self.send_parts(answer.media, len(body), parts)

    async def send_parts(self, media: str, size: int, parts: Iterable[bytes]) -> None:
        """Send a body of so many bytes, waiting for a client that reads slowly; raises Finish where it has gone."""
        self.set_header("Content-Type", content_type(media))
        self.set_header("Content-Length", size)
        try:
            for part in parts if self.request.method != "HEAD" else ():
                self.write(part)
                async with asyncio.timeout(_SLOWEST_CHUNK):
                    await self.flush()
            async with asyncio.timeout(_SLOWEST_CHUNK):
                await self.finish()
        except (TimeoutError, StreamClosedError):
            self.on_connection_close()
            self.request.connection.stream.close()  # type: ignore[union-attr]
            raise Finish from None

    async def send_page(self, html: str, policy: str) -> None:
        """Send an HTML page under its own Content-Security-Policy."""
        self.set_header("Content-Security-Policy", policy)
        await self.send(Answer(200, HTML, html.encode("utf-8", "replace")))

    def redirect_to(self, path: str) -> None:
        """Answer 303 with a path of this server; it is never made from the Host header."""
        self.set_header("Location", path)
        self.set_status(303)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        text = self._reason
        if isinstance(error, Refused):
            text = error.text
            for name, value in error.headers.items():
                self.set_header(name, value)
        elif status_code == 405:
            self.set_header("Allow", ", ".join(self.methods))
            text = f"this takes {', '.join(self.methods)}, not {self.request.method}"
        self.set_header("Content-Type", content_type(TEXT))
        self.finish(f"{text}\n")

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        if not isinstance(value, HTTPError):
            super().log_exception(typ, value, tb)

    def on_finish(self) -> None:
        if self.site.verbose:
            milliseconds = 1000 * self.request.request_time()
            what = visible(f"{self.request.remote_ip} {self.request.method} {self.request.path[:200]}")
            print(
                time.strftime("%Y-%m-%dT%H:%M:%S"), what, self.get_status(), f"{milliseconds:.0f} ms", file=sys.stderr
            )

    def finish(self, chunk: Any = None) -> Any:
        future = super().finish(chunk)
        future.add_done_callback(lambda _: self.site.under_way.discard(self))
        return future

    def on_connection_close(self) -> None:
        if self._question is not None:
            self._question.cancel()
        self.site.under_way.discard(self)


class NotFound(Handler):
    """Answers what no other handler does."""

    def prepare(self) -> None:
        super().prepare()
        raise Refused(404, "there is nothing here; / has the graph, /query a form for queries, /sparql the endpoint")
