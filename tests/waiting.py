"""Waiting for what another process or a page will have done soon."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

#: Seconds after which what a test waits for is not going to happen, also on a busy machine.
PATIENCE = 120.0


def wait_until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "this never became true"
        time.sleep(0.02)
