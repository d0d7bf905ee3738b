"""The rules that give names of different spelling one key, and the guards that keep others apart.

Each rule is a pure function from what all papers say to a mapping of keys; none depends on the order of papers. A key
is what `kgraph.names.name_key` gives. What a guard refused is kept, so that it can be explained.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kgraph.acronyms import defines, looks_like_acronym, singular
from kgraph.model import Entity
from kgraph.names import name_key
from kgraph.vocabulary import EntityType

ENOUGH_DEFINITIONS = 3
CLEAR_SHARE = 0.8
_BOTH_COMMON = 0.2

#: By key, how often each verbatim name with this key stands in papers.
Forms = Mapping[str, Counter[str]]

_REGIONAL = (
    (re.compile(r"is(ation|e|ed|es|er|ers|ing)\b"), r"iz\1"),
    (re.compile(r"ys(e|ed|er|ers|ing)\b"), r"yz\1"),
    (re.compile(r"(?<=[a-z]{3})our\b"), "or"),
    (re.compile(r"ll(ed|er|ers|ing)\b"), r"l\1"),
)
_SPACE = re.compile(r"(?<!\d) | (?!\d)")


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """Two keys that look alike and were kept apart, and the guard that did it."""

    one: str
    other: str
    guard: str


def usual_form(forms: Counter[str]) -> str:
    """Return the most frequent name; of equals the one with the fewest capitals, then the first."""
    return min(forms, key=lambda name: (-forms[name], sum(c.isupper() for c in name), name))


def main_name(entity: Entity) -> str:
    """Return the name that the entity goes by: a long form before an acronym, the most frequent, the longest."""
    counts = Counter(m.text for m in entity.mentions)
    acronyms = {short for short in counts if any(defines(long, short) for long in counts)}
    return min((name for name in counts if name not in acronyms), key=lambda n: (-counts[n], -len(n), n))


def shouted_keys(forms: Forms) -> frozenset[str]:
    """Return the keys of one word that stand in capitals as a name and in small letters as a word: SORT, sort.

    Both must be common: a "bert" now and then is BERT.
    """
    found = set()
    for key, names in forms.items():
        if " " not in key and len(key) > 2:
            capitals = sum(n for name, n in names.items() if singular(name).isupper())
            small = sum(n for name, n in names.items() if name.islower())
            if min(capitals, small) > _BOTH_COMMON * (capitals + small):
                found.add(key)
    return frozenset(found)


def spellings(forms: Forms) -> tuple[dict[str, str], list[Refusal]]:
    """Return the key that stands for each key that differs from it in joined words or British spelling alone.

    "finetuning" and "fine tuning", "optimisation" and "optimization", "cifar10" and "cifar 10". The one with most words
    stands for the others, then the most frequent. Digits stay apart ("98 5" is not "985"), and a name that is one word
    with a capital inside is not the words in small letters (WebAgent, web agent).
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for key in sorted(forms):
        alike[_folded(key)].append(key)
    joined: dict[str, str] = {}
    refused: list[Refusal] = []
    for keys in alike.values():
        if len(keys) == 1:
            continue
        first, *others = sorted(keys, key=lambda k: (-k.count(" "), -forms[k].total(), k))
        for other in others:
            if _capitals_agree(usual_form(forms[first]), usual_form(forms[other])):
                joined[other] = first
            else:
                refused.append(Refusal(first, other, "capital inside a word"))
    return joined, refused


def _folded(key: str) -> str:
    for pattern, replacement in _REGIONAL:
        key = pattern.sub(replacement, key)
    return _SPACE.sub("", key)


def _capitals_agree(spaced: str, joined: str) -> bool:
    """Whether each capital inside a word of `joined` that begins a word of `spaced` is a capital there too."""
    begins, inside = _word_starts(spaced), set(_word_starts(joined))
    letters = [c for c in joined if c.isalnum()]
    return all(
        not letters[place].isupper() or first.isupper()
        for place, first in begins.items()
        if place < len(letters) and place not in inside and first.isalpha()
    )


def _word_starts(name: str) -> dict[int, str]:
    """Return the first character of each word, by the number of letters and digits before it."""
    starts, place = {}, 0
    for word in re.findall(r"[^\W_]+", name):
        starts[place] = word[0]
        place += len(word)
    return starts


def definitions(entities: Iterable[Entity], spelled: Mapping[str, str]) -> dict[tuple[str, EntityType], Counter[str]]:
    """Return how many papers' entities define (acronym key, type) as each long form's key."""
    found: dict[tuple[str, EntityType], Counter[str]] = defaultdict(Counter)
    for entity in entities:
        names = {m.text for m in entity.mentions}
        pairs = {
            (name_key(short), spelled.get(name_key(long), name_key(long)))
            for short in names
            if looks_like_acronym(short)
            for long in names
            if defines(long, short)
        }
        for short_key, long_key in pairs:
            found[short_key, entity.type][long_key] += 1
    return found


def known_acronyms(
    defined: Mapping[tuple[str, EntityType], Counter[str]],
) -> tuple[dict[tuple[str, EntityType], str], list[Refusal]]:
    """Return the long form's key of each (acronym key, type) that enough papers define, and clearly one way."""
    known: dict[tuple[str, EntityType], str] = {}
    refused = []
    for (short, type_), longs in defined.items():
        best = min(longs, key=lambda long: (-longs[long], long))
        if longs.total() < ENOUGH_DEFINITIONS:
            refused.append(Refusal(best, short, f"fewer than {ENOUGH_DEFINITIONS} papers define the acronym"))
        elif longs[best] < CLEAR_SHARE * longs.total():
            refused += [Refusal(long, short, "papers define the acronym in different ways") for long in longs]
        else:
            known[short, type_] = best
    return known, sorted(set(refused))


def written_out(key: str, known: Mapping[str, str], keys: Iterable[str]) -> str:
    """Return the key with its known acronyms written out where papers write it so too: "llm agent".

    `known` has the long form of acronyms that mean one thing whatever their type, `keys` those that papers use.
    """
    words = key.split(" ")
    if len(words) < 2 or not any(word in known for word in words):
        return key
    long = " ".join(known.get(word, word) for word in words)
    return long if long in keys else key
