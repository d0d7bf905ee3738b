"""Text as XML 1.0 can hold it."""

from __future__ import annotations

import re

# What no XML 1.0 document may hold, not even escaped.
_FORBIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_SPECIAL = re.compile(rf'[&<>"\t\n\r{_FORBIDDEN}]')
_IN_TEXT = re.compile(rf"[&<>\r{_FORBIDDEN}]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_CLEAN = re.compile(f"[{_FORBIDDEN}]")


def clean(text: str) -> str:
    """Return the text with U+FFFD for each character that XML 1.0 cannot hold: most controls, halves of pairs."""
    return _CLEAN.sub("\N{REPLACEMENT CHARACTER}", text)


def escape(text: str) -> str:
    """Return cleaned text to stand between tags; a parser gives it back with its line ends as they were."""
    return _IN_TEXT.sub(_escaped, text)


def attribute(text: str) -> str:
    """Return cleaned text to stand between double quotes; a parser gives it back with all its white space."""
    return _SPECIAL.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0], "\N{REPLACEMENT CHARACTER}")
