"""Functions for the processes of `test_processes`, which import them by name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from kgraph.errors import KGraphError


def squares(batch: list[int]) -> list[int]:
    return [n * n for n in batch]


def slow_first(batch: list[int]) -> list[int]:
    time.sleep(0.5 if 0 in batch else 0)
    return batch


def fail_at_three(batch: list[int]) -> list[int]:
    if 3 in batch:
        raise KGraphError("three is too many")
    return batch


def die_at_three(batch: list[int]) -> list[int]:
    if 3 in batch:
        os.kill(os.getpid(), signal.SIGKILL)
    return batch


def die_once(flag: str, batch: list[int]) -> list[int]:
    """Kill the process that is the first to see a 3."""
    if 3 in batch and not Path(flag).exists():
        Path(flag).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return batch


def exit_at_three(batch: list[int]) -> list[int]:
    if 3 in batch:
        os._exit(7)
    return batch
