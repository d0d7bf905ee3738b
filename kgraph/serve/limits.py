"""What one request may cost."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one server.

    `timeout` in seconds is for waiting for a free process and again for the query itself. `rows` counts rows or
    triples of an answer, `answer` its bytes, `request` the bytes of a body, `address` those of a path with its
    parameters, `memory` the bytes that a query may take beside the graph (Linux only).
    """

    timeout: float = 30.0
    rows: int = 100_000
    answer: int = 64 * MIB
    request: int = MIB
    address: int = MIB // 8
    memory: int = 1024 * MIB
