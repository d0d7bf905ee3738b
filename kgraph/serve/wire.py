"""What the server and its processes say to each other over a socket: a JSON head, then a body of bytes."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

_SIZES = struct.Struct("!II")


def packed(head: Any, body: bytes = b"") -> bytes:
    """Return a message as it goes over the wire."""
    text = json.dumps(head).encode()
    return _SIZES.pack(len(text), len(body)) + text + body


def sizes(prefix: bytes) -> tuple[int, int]:
    """Return the sizes of head and body from the first `PREFIX` bytes of a message."""
    head, body = _SIZES.unpack(prefix)
    return head, body


PREFIX = _SIZES.size


def receive(connection: socket.socket) -> tuple[Any, bytes] | None:
    """Wait for a message and return its head and body; None when the other end has gone."""
    prefix = _exactly(connection, PREFIX)
    if prefix is None:
        return None
    head_size, body_size = sizes(prefix)
    head, body = _exactly(connection, head_size), _exactly(connection, body_size)
    return None if head is None or body is None else (json.loads(head), body)


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        try:
            part = connection.recv(min(size - len(data), 1 << 20))
        except OSError:
            return None
        if not part:
            return None
        data += part
    return bytes(data)
