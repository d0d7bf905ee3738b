"""Keys of names: what is left of a name when spelling, letter case, plural and mark-up do not count."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kgraph.acronyms import defines

#: What is left of phrases that name nothing: "our proposed method", "existing baselines", "state of the art".
_GENERIC_PHRASES = """
a algorithm an and another approach architecture art baseline benchmark best better both current dataset different
effective efficient existing experiment experimental extensive first framework general high improved improvement it
its key large main method methodology model more most multiple new novel of other our paper performance prior
problem proposed quality recent related result robust same set several show simple sota state strong study such
system task technique test the their these this traditional training two various well work
"""
_GENERIC_WORDS = frozenset(_GENERIC_PHRASES.split())

#: Heads that add nothing to a name that stands without them: "beam search algorithm", "the GSM8K dataset".
GENERIC_HEADS = frozenset({"algorithm", "approach", "architecture", "framework", "method", "technique"})
NAMED_HEADS = frozenset({"benchmark", "corpus", "dataset", "optimizer"})

_MACRO = re.compile(r"\\[A-Za-z]+")
_SUBSCRIPT = re.compile(r"\b([A-Za-z])_(?=\d)|\$[^$]*\$")
_ACRONYMS = re.compile(r"(?<=[A-Z]{2})s\b")
_COMMAND = re.compile(r"\\(?:text|math|emph|bf|it|rm|tt|sc)[a-z]*\s*\{([^{}]*)\}")
_MARKUP = re.compile(r"[\\$^{}]")
_HYPHENS = re.compile(r"[-‐‑‒–—−_\s]+")
_LAST_WORD = re.compile(r"[^\W_]+$")
_KEEPS_E = re.compile(r"(?:^|[^eo])aches$")  # caches, but approaches and reaches
_PLURAL_KEEPS = ("ss", "us", "is", "as", "os", "ics")
_PARTICLES = ("ups", "ins", "ons", "outs", "offs")  # speed-ups, plug-ins


@lru_cache(maxsize=100_000)
def name_key(name: str) -> str:
    """Return the key of a name; two names with the same key are taken for spellings of one.

    NFKC, LaTeX mark-up and subscripts' underscores removed, hyphens and white space to one space, generic heads
    dropped, the last word in the singular, letter case folded, an acronym in brackets at the end left out. "Large
    Language Models (LLMs)" and "large-language model" give "large language model"; "M$^3$ViT" gives "m3vit".
    """
    if name.endswith(")"):
        long, _, short = name[:-1].rpartition("(")
        name = long.strip() if defines(long.strip(), short) else name
    text = _COMMAND.sub(r"\1", unicodedata.normalize("NFKC", name))
    text = _SUBSCRIPT.sub(lambda m: m[1] or m[0].replace("_", ""), text)
    text = _HYPHENS.sub(" ", _ACRONYMS.sub("", _MARKUP.sub("", text))).strip(" .,;:'\"")
    words = text.split(" ")
    words[-1] = _singular(words[-1])
    while len(words) > 1 and _is_generic_head(words):
        words = words[:-1]
        words[-1] = _singular(words[-1])
    return " ".join(words).casefold() or name.casefold()


def singular_form(name: str) -> str:
    """Return the name with its last word in the singular, otherwise verbatim: "State-Space Models"."""
    match = _LAST_WORD.search(name)
    return name[: match.start()] + _singular(match.group()) if match else name


@lru_cache(maxsize=100_000)
def is_generic(name: str) -> bool:
    """Whether the name is a phrase of words that point or praise and name nothing: "our new framework".

    Capitals make a name of a word: "MORE", "Task A".
    """
    words = _HYPHENS.sub(" ", name).split()
    if any(word.isupper() and (i or len(word) > 1) and word != "SOTA" for i, word in enumerate(words)):
        return False
    return all(_singular(word).casefold() in _GENERIC_WORDS for word in words)


def is_makeshift(name: str) -> bool:
    """Whether the name can only stand in for a better one: a generic phrase, or a LaTeX macro of the paper's own."""
    return bool(_MACRO.fullmatch(name)) or is_generic(name)


def _is_generic_head(words: list[str]) -> bool:
    """Whether the last word can go: what is left must be a name, or two words that stand for themselves."""
    head, rest = words[-1].casefold(), words[:-1]
    if rest[-1].casefold() in ("based", "driven", "style", "free", "aware", "data"):
        return False
    named = any(any(c.isupper() or c.isdigit() for c in word[1:]) for word in rest)
    if head in NAMED_HEADS:
        # "the GSM8K benchmark", but "medical LLM benchmarks" is about LLMs and no name of one.
        return named and not any(word.islower() for word in rest)
    return head in GENERIC_HEADS and (named or len(rest) > 1)


def _singular(word: str) -> str:
    """Return the singular of an English noun or of an acronym with a small s; other words as they are."""
    lower = word.lower()
    if len(word) < 4 and lower not in _PARTICLES and not (word[:-1].isupper() and word.endswith("s")):
        return word
    if not word.endswith("s") or lower.endswith(_PLURAL_KEEPS):
        return word
    if lower.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if lower.endswith(("sses", "shes", "ches", "xes", "iases")) and not _KEEPS_E.search(lower):
        return word[:-2]
    if lower.endswith("matrices"):
        return word[:-4] + "ix"
    return word[:-1]
