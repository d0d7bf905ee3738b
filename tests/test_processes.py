"""Batches over several processes: order, errors, and processes that die."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import dying
import pytest

from kgraph.errors import KGraphError
from kgraph.processes import ProcessDied, map_batches

BATCHES = [[0, 1], [2], [], [3, 4], [5], [6, 7], [8], [9]]


def no_death(how: str) -> None:
    raise AssertionError(how)


def test_results_come_in_the_order_of_the_batches_empty_ones_too() -> None:
    assert list(map_batches(dying.slow_first, BATCHES, 2, no_death)) == BATCHES
    assert multiprocessing.active_children() == []


def test_no_process_is_started_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgraph.processes.multiprocessing", None)
    assert list(map_batches(dying.squares, [[], [], []], 2, no_death)) == [[], [], []]


def test_batches_are_taken_as_they_are_needed() -> None:
    taken = []

    def batches() -> Iterator[list[int]]:
        for n in range(1000):
            taken.append(n)
            yield [n]

    results = map_batches(dying.squares, batches(), 2, no_death)
    assert [next(results), next(results)] == [[0], [1]]
    assert len(taken) < 20
    results.close()
    assert multiprocessing.active_children() == []


def test_an_error_of_the_function_passes_through_and_ends_the_processes() -> None:
    results = map_batches(dying.fail_at_three, BATCHES, 2, no_death)
    with pytest.raises(KGraphError, match="three is too many"):
        list(results)
    assert multiprocessing.active_children() == []


def test_a_killed_process_costs_nothing_but_its_time(tmp_path: Path) -> None:
    deaths: list[str] = []
    die_once = partial(dying.die_once, str(tmp_path / "flag"))
    assert list(map_batches(die_once, BATCHES, 2, deaths.append)) == BATCHES
    assert deaths == ["was killed by SIGKILL, as happens when memory runs out"]


@pytest.mark.parametrize(
    ("function", "how"), [(dying.die_at_three, "was killed by SIGKILL"), (dying.exit_at_three, "exit code 7")]
)
@pytest.mark.parametrize("processes", [2, 4])
def test_a_batch_that_kills_two_processes_is_named(
    function: Callable[[list[int]], list[int]], how: str, processes: int
) -> None:
    with pytest.raises(ProcessDied, match=how) as caught:
        list(map_batches(function, BATCHES, processes, lambda _how: None))
    assert caught.value.batch == [3, 4]
    assert multiprocessing.active_children() == []


def test_processes_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """Also those that are idle: nobody would ever end them."""
    code = (
        "import sys, os, signal, multiprocessing, dying\n"
        "from kgraph.processes import map_batches\n"
        "if __name__ == '__main__':\n"
        "    results = map_batches(dying.squares, ([n] for n in range(99)), 2, print)\n"
        "    next(results)\n"
        "    print(*(p.pid for p in multiprocessing.active_children()), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == -signal.SIGKILL
    pids = [int(pid) for pid in done.stdout.split()]
    assert pids
    for _ in range(600):
        if not any(_runs(pid) for pid in pids):
            return
        time.sleep(0.1)
    pytest.fail("the processes live on")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
