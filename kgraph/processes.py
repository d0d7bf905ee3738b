"""A function over many batches in several processes, with the results in order.

Not by `multiprocessing.Pool`, which waits for ever for a process that was killed, nor by
`ProcessPoolExecutor`, which does not tell on what it died, cannot be stopped at once and leaves its
processes behind when it is killed itself.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

from kgraph.errors import KGraphError

_T = TypeVar("_T")
_R = TypeVar("_R")

#: A process that is done takes the next batch, even where another works long on its own: up to this
#: many batches for each process are worked on or wait for their turn to be yielded.
_AHEAD = 4


class ProcessDied(Exception):
    """A process died and its batch cannot be given to another; `how` says how, as "was killed by SIGKILL"."""

    def __init__(self, how: str, batch: list[Any]) -> None:
        super().__init__(how)
        self.how, self.batch = how, batch


def map_batches(
    function: Callable[[list[_T]], list[_R]],
    batches: Iterable[list[_T]],
    processes: int,
    on_death: Callable[[str], None],
) -> Iterator[list[_R]]:
    """Yield the function's result for each batch, in order; an empty batch gives an empty one.

    Function, batches and results must be picklable. The processes are started as they are needed,
    and stopped at once when the generator is closed or an error passes through it. When one dies,
    `on_death` is told how, the work goes on with one process fewer, and the batch is tried once more.
    Raises ProcessDied when a batch kills its second process, or none is left; and the first
    KGraphError that the function raises.
    """
    crew = _Crew(function, processes, on_death)
    numbered = enumerate(batches)
    done: dict[int, list[_R]] = {}
    turn = taken = 0
    try:
        while True:
            while crew.has_room and taken - turn < processes * _AHEAD:
                item = next(numbered, None)
                if item is None:
                    break
                taken += 1
                if item[1]:
                    crew.give(_Task(*item))
                else:
                    done[item[0]] = []
            if turn in done:
                yield done.pop(turn)
                turn += 1
            elif crew.is_busy:
                done.update(crew.results())
            else:
                return
    finally:
        crew.dismiss()


@dataclass(slots=True)
class _Task(Generic[_T]):
    number: int
    batch: list[_T]
    tried: bool = False


class _Crew(Generic[_T, _R]):
    """Up to `size` processes, each with the connection to it and what it works on."""

    def __init__(self, function: Callable[[list[_T]], list[_R]], size: int, on_death: Callable[[str], None]) -> None:
        self._function, self._size, self._on_death = function, size, on_death
        self._processes: dict[Connection, SpawnProcess] = {}
        self._idle: list[Connection] = []
        self._busy: dict[Connection, _Task[_T]] = {}
        self._again: deque[_Task[_T]] = deque()

    @property
    def has_room(self) -> bool:
        return len(self._busy) < self._size

    @property
    def is_busy(self) -> bool:
        return bool(self._busy)

    def give(self, task: _Task[_T]) -> None:
        """Give the task to a process that is idle, or to a new one; there must be room."""
        connection = self._idle.pop() if self._idle else self._start()
        self._busy[connection] = task
        with contextlib.suppress(OSError):  # the process has died; receiving will tell
            connection.send(task.batch)

    def results(self) -> Iterator[tuple[int, list[_R]]]:
        """Wait for a process; yield the number and the result of each task that is done."""
        ready = wait(list(self._busy))
        for connection in [c for c in self._busy if c in ready]:
            task = self._busy.pop(connection)
            try:
                result: list[_R] | KGraphError = connection.recv()
            except (EOFError, OSError):
                self._bury(connection, task)
                continue
            if isinstance(result, KGraphError):
                raise result
            self._idle.append(connection)
            yield task.number, result
        while self._again and self.has_room:
            self.give(self._again.popleft())

    def dismiss(self) -> None:
        """Stop all processes at once."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.join()

    def _start(self) -> Connection:
        # "spawn" gives a clean interpreter: forking a process with threads may hang.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._function), daemon=True)
        process.start()
        theirs.close()  # so that the end of the process ends the connection
        self._processes[ours] = process
        return ours

    def _bury(self, connection: Connection, task: _Task[_T]) -> None:
        process = self._processes.pop(connection)
        process.join()
        how = cause_of_death(process.exitcode or 0)
        self._size -= 1
        if task.tried or not self._size:
            raise ProcessDied(how, task.batch) from None
        self._on_death(how)
        task.tried = True
        self._again.append(task)


def _serve(connection: Connection, function: Callable[[list[_T]], list[_R]]) -> None:
    """Answer batches by results until the parent has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the parent
    while True:
        try:
            batch = connection.recv()
        except (EOFError, OSError):
            return
        try:
            result: list[_R] | KGraphError = function(batch)
        except KGraphError as error:
            result = error
        try:
            connection.send(result)
        except OSError:
            return


def cause_of_death(code: int) -> str:
    """Say how a process ended, by its exit code; a negative one is the signal that killed it."""
    if code >= 0:
        return f"ended with exit code {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return f"was killed by {name}" + (", as happens when memory runs out" if name == "SIGKILL" else "")
