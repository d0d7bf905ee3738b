"""Hashes of files, and all that an extraction depends on beside its text: model, code, libraries, processor."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kgraph import __version__
from kgraph.identifiers import content_hash

#: The code that decides what an extraction holds, as patterns of paths within the package.
EXTRACTION_CODE = (
    "acronyms.py",
    "evidence.py",
    "extract.py",
    "model.py",
    "names.py",
    "records.py",
    "sentences.py",
    "vocabulary.py",
    "pipeline/*.py",
)
_LIBRARIES = ("numpy", "onnxruntime", "spacy")
_PACKAGE = Path(__file__).resolve().parent
_ARITHMETIC = re.compile(r"\b(?:amx|asimd|avx|bf16|f16c|fma|i8mm|s?sse|sme2?\b|sve)\w*")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_hash(folder: Path) -> str:
    """Return a hash of the paths and contents of a folder's files, 64 hexadecimal digits; README.md does not count."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "README.md")
    return content_hash(*(part for p in files for part in (p.relative_to(folder).as_posix(), file_hash(p))), length=64)


def extractor_versions() -> dict[str, str]:
    """Return the versions of what makes extractions, beside the model: `code` (a hash), `python` and libraries."""
    files = sorted(path for pattern in EXTRACTION_CODE for path in _PACKAGE.glob(pattern))
    # The version is for installations without sources.
    code = content_hash(__version__, *(file_hash(path) for path in files))
    python = f"{sys.version_info.major}.{sys.version_info.minor}"  # brings its own tables of Unicode
    return {"code": code, "python": python, **{name: _version(name) for name in _LIBRARIES}}


def processor() -> str:
    """Return the platform and the instructions of its processor that arithmetic may use.

    Sums of 8-bit integers and of floats are rounded differently by different instructions.
    """
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    flags = next((line for line in lines if re.match(r"(?:flags|Features)\b", line)), "")
    known = " ".join(sorted(set(_ARITHMETIC.findall(flags)))) or platform.processor()
    return f"{sys.platform} {platform.machine()} {known}"


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # a library under another name, such as a build of onnxruntime for one platform
        return ""
