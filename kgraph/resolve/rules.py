"""The rules that give names of different spelling one key, and the guards that keep others apart.

Each rule is a pure function from what all papers say to a mapping of keys; none depends on the order of papers. A key
is what `kgraph.names.name_key` gives. What a guard refused is kept, so that it can be explained.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from kgraph.acronyms import defines, looks_like_acronym, singular
from kgraph.model import Entity
from kgraph.names import is_makeshift, name_key
from kgraph.vocabulary import EntityType

ENOUGH_DEFINITIONS = 3
CLEAR_SHARE = 0.8
_BOTH_COMMON = 0.2

#: By key, how often each verbatim name with this key stands in papers.
Forms = Mapping[str, Counter[str]]

#: Spellings that do not count: articles between words, an inner plural, the adjective for the noun; then British ones.
_FOLDED = (
    (re.compile(r"(?<=\w )(?:an?|the) (?=\w)"), ""),
    (re.compile(r"(?<=[^\Ws])s of\b"), " of"),
    (re.compile(r"tional\b"), "tion"),
    (re.compile(r"is(ation|e|ed|es|er|ers|ing)\b"), r"iz\1"),
    (re.compile(r"ys(e|ed|er|ers|ing)\b"), r"yz\1"),
    (re.compile(r"(?<=[a-z]{3})our\b"), "or"),
    (re.compile(r"ll(ed|er|ers|ing)\b"), r"l\1"),
    (re.compile(r"(?<=[a-z]{3})tre\b"), "ter"),
)
_FOLDABLE = re.compile("|".join(pattern.pattern for pattern, _ in _FOLDED))
_MIXED = re.compile(r"[^\W\d_A-Z][A-Z]|[A-Z]{2}[a-z]{2}")
_FUNCTION_WORD = re.compile(r"an?|and|as|at|by|for|from|in|into|of|on|or|over|than|the|to|under|via|vs|with")
_STEM = 5
_SPACE = re.compile(r"(?<!\d) | (?!\d)")


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """Two keys that look alike and were kept apart, and the guard that did it."""

    one: str
    other: str
    guard: str


def usual_form(forms: Counter[str], mentions: Mapping[str, int]) -> str:
    """Return the most frequent name.

    Of equals one without spaces that mixes capitals and small letters (which nobody writes by chance: "FlashRNN"), then
    the single word with most mentions, then the name with the fewest capitals, then the first.
    """

    def rank(name: str) -> tuple[int, bool, int, int, str]:
        mixed = " " not in name and bool(_MIXED.search(name))
        said = mentions.get(name, 0) if name.isalpha() else 0
        return -forms[name], not mixed, -said, sum(c.isupper() for c in name), name

    return min(forms, key=rank)


@lru_cache(maxsize=100_000)
def is_acronym_of(short: str, long: str) -> bool:
    """Whether `long` defines `short` as its acronym, and not just as less of its words ("Text-to-Image model")."""
    return defines(long, short) and not set(name_key(short).split()) <= set(name_key(long).split())


def main_name(entity: Entity) -> str:
    """Return the name that the entity goes by: a long form before an acronym, the most frequent, the longest.

    What only stands in for a name comes last.
    """
    counts = Counter(m.text for m in entity.mentions)
    acronyms = {short for short in counts if any(is_acronym_of(short, long) for long in counts)}
    names = (name for name in counts if name not in acronyms)
    return min(names, key=lambda n: (is_makeshift(n), -counts[n], -len(n), n))


def shouted_keys(entities: Iterable[Entity]) -> frozenset[str]:
    """Return the keys of one word that stand in capitals as a name and in small letters as a word: SORT, sort.

    Both must be common, and in different entities: a "bert" now and then is BERT.
    """
    capitals, small = Counter[str](), Counter[str]()
    for entity in entities:
        by_key: dict[str, set[str]] = defaultdict(set)
        for mention in entity.mentions:
            if len(mention.text) > 2 and " " not in (key := name_key(mention.text)):
                by_key[key].add(mention.text)
        for key, names in by_key.items():
            if all(name.islower() for name in names):
                small[key] += 1
            elif any(singular(name).isupper() for name in names) and not any(name.islower() for name in names):
                capitals[key] += 1
    return frozenset(key for key, n in small.items() if min(n, capitals[key]) > _BOTH_COMMON * (n + capitals[key]))


def spellings(forms: Forms) -> tuple[dict[str, str], list[Refusal]]:
    """Return the key that stands for each key that differs from it in spelling alone.

    "finetuning" and "fine tuning", "optimisation" and "optimization", "cifar10" and "cifar 10", "llm as judge" and
    "llm as a judge". The one with most words stands for the others, then the most frequent. Digits stay apart ("98 5"
    is not "985"), and a name that is one word with a capital inside is not the words in small letters (WebAgent, web
    agent).
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
            if _capitals_agree(usual_form(forms[first], {}), usual_form(forms[other], {})):
                joined[other] = first
            else:
                refused.append(Refusal(first, other, "capital inside a word"))
    return joined, refused


def _folded(key: str) -> str:
    if _FOLDABLE.search(key):
        for pattern, replacement in _FOLDED:
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


def word_orders(forms: Forms, types: Mapping[str, Counter[EntityType]], spelled: Mapping[str, str]) -> dict[str, str]:
    """Return the key that stands for each key of the same three or more words in another order, and the same type.

    "claude 3.7 sonnet" and "claude sonnet 3.7"; of two words the order can tell ("tree search", "search tree"), and a
    preposition makes it tell ("text to image"). The most frequent stands for the others.
    """
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in sorted(forms):
        words = key.split(" ")
        if key not in spelled and len(words) > 2 and not any(map(_FUNCTION_WORD.fullmatch, words)):
            type_ = min(types[key], key=lambda t: (-types[key][t], t))
            alike[type_, *sorted(words)].append(key)
    return {key: usual for keys in alike.values() for key in keys if (usual := _most_frequent(keys, forms)) != key}


def scores(metrics: Collection[str]) -> dict[str, str]:
    """Return the metric that stands for each "score" of it: "bleu" for "bleu score", where both are metrics."""
    heads = {key: key.removesuffix(" score") for key in metrics if key.endswith(" score")}
    return {key: rest for key, rest in heads.items() if rest in metrics}


def wordings(defined: Mapping[tuple[str, EntityType], Counter[str]], forms: Forms) -> dict[str, str]:
    """Return the key that stands for each long form of one acronym with the same words but for their endings.

    "reinforcement learning with human feedback" and "... from human feedback" for RLHF, "convolution neural network"
    and "convolutional neural network" for CNN.
    """
    found: dict[str, str] = {}
    for longs in defined.values():
        alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for key in sorted(longs):
            stems = tuple(_stem(word) for word in key.split(" ") if not _FUNCTION_WORD.fullmatch(word))
            if len(stems) > 1:
                alike[stems].append(key)
        for keys in alike.values():
            usual = _most_frequent(keys, forms)
            for key in keys:
                if key != usual:
                    # Under several acronyms the same key may find several; the most frequent of them stands.
                    found[key] = _most_frequent({found.get(key, usual), usual}, forms)
    return found


def _stem(word: str) -> str:
    return word if any(c.isdigit() for c in word) else word[:_STEM]


def _most_frequent(keys: Iterable[str], forms: Forms) -> str:
    return min(keys, key=lambda key: (-forms[key].total(), key))


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
            if is_acronym_of(short, long)
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
