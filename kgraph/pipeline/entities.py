"""Component `kgraph_entities`: which mentions of one text mean one thing.

Rules, not weights: an acronym and its long form, one in brackets behind the other, are one thing, and names that
differ only in letter case, hyphens or the plural are one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from kgraph.acronyms import defines
from kgraph.names import name_key
from kgraph.pipeline.annotations import get_mentions, set_entities, set_mentions
from kgraph.pipeline.mentions import Found


def acronym_pairs(found: Sequence[Found], words: Sequence[str]) -> list[tuple[int, int]]:
    """Return the positions (long, short) of neighbouring mentions that stand as "long (short)" or "short (long)"."""
    pairs = []
    for i in range(len(found) - 1):
        left, right = found[i], found[i + 1]
        between = [w for w in words[left[1] : right[0]] if not w.isspace()]
        if between != ["("] or right[1] >= len(words) or words[right[1]] not in (")", ",", ";"):
            continue
        names = [" ".join(words[m[0] : m[1]]).replace(" - ", "-") for m in (left, right)]
        if defines(names[0], names[1].replace(" ", "")):
            pairs.append((i, i + 1))
        elif defines(names[1], names[0].replace(" ", "")):
            pairs.append((i + 1, i))
    return pairs


def group_mentions(found: Sequence[Found], names: Sequence[str], pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return groups of positions of mentions, each sorted, ordered by their first mention.

    Mentions with the same key of their name are one group, and each pair joins two groups.
    """
    keys = [name_key(name) for name in names]
    parent = {key: key for key in keys}

    def root(key: str) -> str:
        while parent[key] != key:
            key = parent[key]
        return key

    for long, short in pairs:
        a, b = sorted((root(keys[long]), root(keys[short])))
        parent[b] = a
    groups: dict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        groups[root(key)].append(i)
    return sorted(groups.values())


@Language.component("kgraph_entities", requires=["doc.spans"], assigns=["doc.spans", "doc._.kgraph_entities"])
def group_entities(doc: Doc) -> Doc:
    """Write the entities, and give all mentions of one the same type.

    An entity's type has the highest sum of its mentions' scores; its score is its best mention's.
    """
    found = get_mentions(doc)
    names = [doc[start:end].text for start, end, *_ in found]
    entities: list[dict[str, Any]] = []
    typed = list(found)
    for group in group_mentions(found, names, acronym_pairs(found, [t.text for t in doc])):
        votes: dict[str, float] = defaultdict(float)
        for i in group:
            votes[found[i][2]] += found[i][3]
        type_ = max(sorted(votes), key=lambda t: votes[t])
        for i in group:
            typed[i] = (*found[i][:2], type_, found[i][3])
        entities.append({"type": type_, "role": None, "score": max(found[i][3] for i in group), "mentions": group})
    set_mentions(doc, typed)
    set_entities(doc, entities)
    return doc
