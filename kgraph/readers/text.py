"""An input as text: opened, decompressed, its encoding known; in plain words why it cannot be."""

from __future__ import annotations

import gzip
import io
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, cast

from kgraph.errors import InputError
from kgraph.readers.report import Report

STDIN = "-"

_SAMPLE_LENGTH = 65536
_SPOOL_BYTES = 64 * 2**20
_GZIP_MAGIC = b"\x1f\x8b"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BAD_BYTE = re.compile("[\udc80-\udcff]")
_MOST_HIGH_BYTES = 0.3


class Text:
    """One input opened as text; `lines` and `whole` both read it from its start.

    `name` is what sources and problems call it, `path` what errors call it (as the user gave it).
    `sample` is how it begins, at most 65,536 characters. In `sample` and `lines` a byte that is not
    UTF-8 is a lone surrogate (Python's "surrogateescape"); `has_bad_bytes` tells, `whole` resolves.
    """

    def __init__(self, name: str, path: str, stream: IO[bytes]) -> None:
        """Raises InputError where the stream is empty or binary."""
        self.name = name
        self.path = path
        mark = stream.read(2)
        stream.seek(0)
        self._utf8 = mark not in _UTF16_MARKS
        encoding, errors = ("utf-8-sig", "surrogateescape") if self._utf8 else ("utf-16", "surrogatepass")
        self._reader = io.TextIOWrapper(stream, encoding, errors, newline="\n")
        self.sample = self._reader.read(_SAMPLE_LENGTH)
        if not mark:
            raise InputError("the file is empty", path)
        self._refuse_binary(self.sample)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield each line with its number from 1, without its line end, reading as it goes."""
        self._reader.seek(0)
        for number, line in enumerate(self._reader, start=1):
            yield number, line.rstrip("\r\n")

    def whole(self, report: Report) -> str:
        """Return all of the text, with newlines for its line ends, whatever they are.

        Text that is not UTF-8 is taken for Windows-1252 (a superset of Latin-1), and `report` is told,
        where every byte beyond ASCII speaks for that. Raises InputError where they do not.
        """
        self._reader.seek(0)
        text = self._reader.read()
        self._refuse_binary(text)
        if self.has_bad_bytes(text):
            text = self._windows_1252(text)
            report.notice(self.name, None, "the text is not UTF-8; it was read as Windows-1252 (Latin-1)")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def has_bad_bytes(self, text: str) -> bool:
        """Whether text of this input holds bytes that are not UTF-8."""
        return self._utf8 and not text.isascii() and _BAD_BYTE.search(text) is not None

    def _refuse_binary(self, text: str) -> None:
        if "\0" in text:
            raise InputError("a binary file (it holds NUL bytes), not text", self.path)

    def _windows_1252(self, text: str) -> str:
        bad = _BAD_BYTE.findall(text)
        if len(bad) <= _MOST_HIGH_BYTES * len(text) and sum(c > "\x7f" for c in text) == len(bad):
            try:
                return text.encode("utf-8", "surrogateescape").decode("cp1252")
            except UnicodeDecodeError:
                pass
        line = text.count("\n", 0, text.index(bad[0])) + 1
        message = f"not valid UTF-8 (byte 0x{ord(bad[0]) - 0xDC00:02x}); convert the file to UTF-8"
        raise InputError(message, self.path, line)


@contextmanager
def open_text(path: str, name: str) -> Iterator[Text]:
    """Open a file, or standard input for `-`, as text; gzip is told by its first bytes.

    Raises InputError where it is missing, cannot be opened, is empty, binary or broken, also for
    what goes wrong while the text is read inside the `with` block.
    """
    shown = "standard input" if path == STDIN else path
    try:
        with ExitStack() as stack:
            yield Text(name, shown, _decompressed(_seekable(path, stack), stack))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"the gzip data is broken ({error}); the file may be cut short", shown) from None
    except UnicodeError as error:
        raise InputError(f"not valid text in its encoding ({error})", shown) from None
    except OSError as error:
        raise InputError(why_unreadable(error), shown) from None


def why_unreadable(error: OSError) -> str:
    """Return in plain words why the system did not let a file be read."""
    if isinstance(error, FileNotFoundError):
        return "no such file or folder"
    if isinstance(error, IsADirectoryError):
        return "this is a folder, not a file"
    return f"cannot be read: {error.strerror or error}"


def _seekable(path: str, stack: ExitStack) -> IO[bytes]:
    """Open the input so that it can be read twice: a pipe is copied to a temporary file."""
    stream: IO[bytes]
    if path == STDIN:
        stream = sys.stdin.buffer
    else:
        stream = stack.enter_context(open(path, "rb"))  # noqa: PTH123, SIM115
        if stream.seekable():
            return stream
    copy = stack.enter_context(tempfile.SpooledTemporaryFile(_SPOOL_BYTES))  # noqa: SIM115
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return cast(IO[bytes], copy)


def _decompressed(stream: IO[bytes], stack: ExitStack) -> IO[bytes]:
    magic = stream.read(2)
    stream.seek(0)
    if magic != _GZIP_MAGIC:
        return stream
    return cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=stream, mode="rb")))
