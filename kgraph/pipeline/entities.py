"""Component `kgraph_entities`: which mentions of one text mean one thing.

Names that differ only in letter case, hyphens or the plural are one thing, and so are an acronym and its long form,
one in brackets behind the other: rules. A small head judges the other pairs of names by their letters, their places
and the encoder's vectors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kgraph.acronyms import defines
from kgraph.names import name_key
from kgraph.pipeline.alias_features import Name, NamePairs, name_pairs
from kgraph.pipeline.annotations import get_mentions, get_vectors, set_entities, set_mentions
from kgraph.pipeline.component import Head
from kgraph.pipeline.features import TYPES
from kgraph.pipeline.layout import doc_layout, token_texts
from kgraph.pipeline.mentions import Found
from kgraph.pipeline.weights import Floats, Weights, entity_vectors, gelu, sigmoid


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


def group_by_name(found: Sequence[Found], names: Sequence[str], pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
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


def alias_probabilities(weights: Weights, vectors: Floats, pairs: NamePairs, names: Sequence[Name]) -> Floats:
    """Return (pairs,) probabilities that two names mean one thing."""
    of = entity_vectors(weights, vectors, [list(name.spans) for name in names])
    one, two = of[pairs.index[:, 0]], of[pairs.index[:, 1]]
    x = np.concatenate([np.abs(one - two), one * two, pairs.features], axis=1)
    out: Floats = sigmoid(weights.linear("outer", gelu(weights.linear("inner", x))))[:, 0]
    return out


def join(groups: Sequence[Sequence[int]], alike: Floats, threshold: float) -> list[list[int]]:
    """Return the groups after joining, again and again, the two whose members are most alike.

    `alike` is a square, symmetric matrix between the members of `groups`, 0..1; two groups are as alike as the mean
    over their pairs of members, and stay apart below `threshold`. Of equals the first are joined first.
    """
    joined = [list(group) for group in groups]
    member = np.zeros((len(joined), len(alike)), dtype=np.float32)
    for i, group in enumerate(joined):
        member[i, group] = 1
    sums = member @ alike @ member.T
    while len(joined) > 1:
        sizes = np.array([len(group) for group in joined], dtype=np.float32)
        means = np.triu(sums / np.outer(sizes, sizes), k=1)
        i, j = divmod(int(means.argmax()), len(joined))
        if i == j or means[i, j] < threshold:
            break
        joined[i] += joined.pop(j)
        sums[i] += sums[j]
        sums[:, i] += sums[:, j]
        sums = np.delete(np.delete(sums, j, axis=0), j, axis=1)
    return [sorted(group) for group in joined]


class Entities(Head):
    """Writes `doc._.kgraph_entities`, and gives all mentions of one entity the same type.

    An entity's type has the highest sum of its mentions' scores; its score is its best mention's.
    """

    def annotate(self, doc: Doc) -> None:
        """Group the mentions."""
        found = get_mentions(doc)
        words = token_texts(doc)
        texts = [doc[start:end].text for start, end, *_ in found]
        groups = group_by_name(found, texts, acronym_pairs(found, words))
        if self.weights and len(groups) > 1:
            groups = self._join_aliases(doc, found, texts, words, groups)
        entities: list[dict[str, Any]] = []
        typed = list(found)
        for group in groups:
            type_ = likeliest_type(found, group)
            for i in group:
                typed[i] = (*found[i][:2], type_, found[i][3])
            entities.append({"type": type_, "role": None, "score": max(found[i][3] for i in group), "mentions": group})
        set_mentions(doc, typed)
        set_entities(doc, entities)

    def _join_aliases(
        self, doc: Doc, found: Sequence[Found], texts: Sequence[str], words: Sequence[str], groups: list[list[int]]
    ) -> list[list[int]]:
        names: list[Name] = []
        members: list[list[int]] = []  # the names of each group
        mentions: list[list[int]] = []  # the mentions of each name
        for group in groups:
            type_ = TYPES.index(likeliest_type(found, group))
            by_key: dict[str, list[int]] = defaultdict(list)
            for i in group:
                by_key[name_key(texts[i])].append(i)
            members.append(list(range(len(names), len(names) + len(by_key))))
            for positions in by_key.values():
                names.append(Name(texts[positions[0]], type_, [found[i][:2] for i in positions]))
                mentions.append(positions)
        pairs = name_pairs(doc_layout(doc), names, words)
        if not len(pairs.index):
            return groups
        alike = np.zeros((len(names), len(names)), dtype=np.float32)
        one, two = pairs.index.T
        alike[one, two] = alike[two, one] = alias_probabilities(self.weights, get_vectors(doc), pairs, names)
        joined = join(members, alike, float(self.weights["threshold"]))
        return sorted(sorted(i for name in group for i in mentions[name]) for group in joined)


def likeliest_type(found: Sequence[Found], group: Sequence[int]) -> str:
    """Return the type with the highest sum of scores among the mentions at the positions `group`."""
    votes: dict[str, float] = defaultdict(float)
    for i in group:
        votes[found[i][2]] += found[i][3]
    return max(sorted(votes), key=lambda t: votes[t])


@Language.factory(
    "kgraph_entities",
    requires=["doc.tensor", "doc.spans"],
    assigns=["doc.spans", "doc._.kgraph_entities"],
)
def create_entities(nlp: Language, name: str) -> Entities:
    """Return a head without weights, which goes by the rules alone; spaCy loads them from the pipeline's folder."""
    return Entities()
