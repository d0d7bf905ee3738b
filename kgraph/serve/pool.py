"""The processes that answer, as the server sees them: ask one that is free, kill one that takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import Mapping
from typing import Any

from kgraph.serve.answers import Answer
from kgraph.serve.limits import Limits
from kgraph.serve.wire import PREFIX, packed, sizes

#: So many questions may wait for a free process.
_MOST_WAITING = 1000


class PoolError(Exception):
    """Base of the reasons why a question has no answer."""


class Busy(PoolError):
    """No process became free in time."""


class TooLong(PoolError):
    """The process was not done in time and has been killed."""


class WorkerDied(PoolError):
    """The process died on the question; the text says how, as "was killed by SIGSEGV"."""


class KeeperDied(PoolError):
    """The process that holds the graph is gone, and no others can be started."""


class Pool:
    """A number of processes, each working on one question at a time; to be used in one event loop."""

    def __init__(self, control: socket.socket, limits: Limits) -> None:
        """`control` is the connection to the keeper."""
        control.setblocking(False)
        self._control, self._limits = control, limits
        self._one_at_a_time = asyncio.Lock()
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._waiting = 0
        self._replacing: set[asyncio.Task[str]] = set()

    async def grow(self, size: int) -> None:
        """Start so many processes; raises KeeperDied."""
        for _ in range(size):
            await self._add(None)

    async def ask(self, question: Mapping[str, Any]) -> tuple[Answer, str]:
        """Return the answer, and the traceback of an error of ours or ""; raises PoolError.

        A question that nobody waits for any more (the task is cancelled) is given up and its process killed.
        """
        try:
            return await self._ask(question)
        except WorkerDied:  # perhaps killed from outside, or by what an earlier question left
            return await self._ask(question)

    async def _ask(self, question: Mapping[str, Any]) -> tuple[Answer, str]:
        worker = await self._free_worker()
        try:
            async with asyncio.timeout(self._limits.timeout):
                reply = await worker.ask(question)
        except TimeoutError:
            self._replace(worker)
            raise TooLong from None
        except (OSError, EOFError):
            raise WorkerDied(await asyncio.shield(self._replace(worker))) from None
        except BaseException:
            self._replace(worker)
            raise
        self._idle.put_nowait(worker)
        return reply

    def close(self) -> None:
        """End the connection to the keeper, which then ends all processes."""
        self._control.close()

    async def _free_worker(self) -> _Worker:
        if self._waiting >= _MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            async with asyncio.timeout(self._limits.timeout):
                return await self._idle.get()
        except TimeoutError:
            raise Busy from None
        finally:
            self._waiting -= 1

    def _replace(self, worker: _Worker) -> asyncio.Task[str]:
        """Kill the process and start another in the background; the task's result says how the old one ended."""
        worker.kill()
        task = asyncio.create_task(self._add(worker.process))
        self._replacing.add(task)
        task.add_done_callback(self._replaced)
        return task

    def _replaced(self, task: asyncio.Task[str]) -> None:
        self._replacing.discard(task)
        if not task.cancelled():
            task.exception()  # a keeper that died is noticed by the server itself

    async def _add(self, gone: int | None) -> str:
        ours, theirs = socket.socketpair()
        async with self._one_at_a_time:
            try:
                with theirs:
                    socket.send_fds(self._control, [json.dumps({"gone": gone}).encode()], [theirs.fileno()])
                head = await self._heard()
            except OSError:
                ours.close()
                raise KeeperDied from None
        reader, writer = await asyncio.open_connection(sock=ours)
        self._idle.put_nowait(_Worker(head["process"], reader, writer))
        return str(head["how"])

    async def _heard(self) -> Any:
        """Return the head of the keeper's reply."""
        loop = asyncio.get_running_loop()
        data = b""
        while len(data) < PREFIX or len(data) < PREFIX + sum(sizes(data[:PREFIX])):
            part = await loop.sock_recv(self._control, 4096)
            if not part:
                raise OSError("the keeper has gone")
            data += part
        return json.loads(data[PREFIX:])


class _Worker:
    """One process, by its number and the connection to it."""

    def __init__(self, process: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.process, self._reader, self._writer = process, reader, writer

    async def ask(self, question: Mapping[str, Any]) -> tuple[Answer, str]:
        self._writer.write(packed(question))
        await self._writer.drain()
        head_size, body_size = sizes(await self._reader.readexactly(PREFIX))
        head = json.loads(await self._reader.readexactly(head_size))
        body = await self._reader.readexactly(body_size)
        return Answer(head["status"], head["media"], body), head["fault"]

    def kill(self) -> None:
        # It has not been buried yet, so its number is still its own.
        with contextlib.suppress(OSError):
            os.kill(self.process, signal.SIGKILL)
        self._writer.close()
