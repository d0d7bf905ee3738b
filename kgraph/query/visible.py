"""Text made safe and measured for a terminal."""

from __future__ import annotations

import re
import unicodedata

_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_PLAIN = re.compile(r"[ -~]*")


def visible(text: str) -> str:
    """Return the text with control, format and bidi characters as escapes, so that it stays on its line."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_escape(c) if unicodedata.category(c) in _INVISIBLE else c for c in text)


def display_width(text: str) -> int:
    """Return how many columns a terminal gives the text: two for wide characters, none for combining ones."""
    if _PLAIN.fullmatch(text):
        return len(text)
    return sum(_width(c) for c in text)


def cut(text: str, width: int) -> str:
    """Return the text, or as much of it as fits into `width` columns with an ellipsis."""
    if display_width(text) <= width:
        return text
    taken, used = [], 1
    for character in text:
        used += _width(character)
        if used > width:
            break
        taken.append(character)
    return "".join(taken) + "…"


def _escape(character: str) -> str:
    code = ord(character)
    return _ESCAPES.get(character) or (f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}")


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
