"""Entities of all papers to concepts.

Every entity is given one resolution key, from its own names and from how all papers use them; the
entities of one key and type are one concept. So no chain of likenesses can pull two concepts
together, the order of papers cannot matter, and each name has one reason to be where it is:

- `same-name`: its key is the concept's key (letter case, hyphens, plural, mark-up, generic head aside);
- `other-spelling`: words joined or apart, British or American, articles ("finetuning", "fine-tuning");
- `word-order`: the same three or more words in another order ("Claude Sonnet 3.7", "Claude 3.7 Sonnet");
- `metric-score`: a metric and its "score" ("BLEU", "BLEU score");
- `same-acronym`: defined by the same acronym and the same words but for their endings;
- `defined-acronym`: the paper itself defines it as the acronym of a name of the concept;
- `known-acronym`: other papers define it so: at least three do, and four in five of all definitions;
- `acronym-within`: a known acronym in it, written out, gives the concept's key ("LLM agents");
- `same-entity`: the pipeline took it for another name of this entity in this paper;
- `override`: a person says so (`kgraph.overrides`), whatever the rules found.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kgraph.acronyms import looks_like_acronym
from kgraph.identifiers import concept_key, paper_key
from kgraph.model import Extraction
from kgraph.names import is_makeshift, name_key, singular_form
from kgraph.overrides import Overrides
from kgraph.resolve.apart import near_misses
from kgraph.resolve.keys import Keys
from kgraph.resolve.overriding import Overriding, Unmatched
from kgraph.resolve.rules import CLEAR_SHARE, is_acronym_of, usual_form
from kgraph.vocabulary import EntityType

OVERRIDE = "override"
KNOWN_ACRONYM = "known-acronym"
#: From the best reason to the weakest.
RULES = (
    "same-name",
    "other-spelling",
    "word-order",
    "metric-score",
    "same-acronym",
    "defined-acronym",
    KNOWN_ACRONYM,
    "acronym-within",
    "same-entity",
    OVERRIDE,
)
#: An acronym is the label where so many times as many entities have it as have the long form.
MOSTLY_SHORT = 5
#: A name that so many entities have, nearly all of one concept, is no name of another.
ENOUGH_USES = 5
#: The singular is the label, unless its letter case is that many times rarer than the plural's.
_RARE_CASE = 5


@dataclass(frozen=True, slots=True, order=True)
class Alias:
    """A name of a concept, verbatim, and the rule that put it there.

    `paper` is the node key of the first paper that shows it (for a known acronym: that defines it), `entity` the
    position of the entity there, `because` the reason that an override gives.
    """

    name: str
    rule: str
    paper: str
    entity: int
    because: str = ""


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing that papers name: its node key, type and label, its aliases sorted by name.

    `exact_match` has the IRIs by which others know it, sorted; `apart` the (node key, guard) of near misses.
    """

    key: str
    type: EntityType
    label: str
    aliases: tuple[Alias, ...]
    exact_match: tuple[str, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """The concepts by node key, sorted, and the node key of each paper's entities, in their order.

    An entity whose concept an override dropped has None; `dropped` are the node keys of these concepts, `unmatched`
    the entries of the overrides that changed nothing.
    """

    concepts: dict[str, Concept]
    of: dict[str, tuple[str | None, ...]]
    dropped: tuple[str, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()


def resolve(extractions: Sequence[Extraction], overrides: Overrides | None = None) -> Resolution:
    """Return the concepts that the entities of all papers stand for; the order of papers does not matter.

    Raises InputError where two overrides contradict each other.
    """
    ordered = sorted(extractions, key=lambda e: e.paper.id)
    keys = Keys.of([entity for e in ordered for entity in e.entities])
    chosen = [[keys.of_entity(entity) for entity in e.entities] for e in ordered]
    nodes = _nodes(ordered, chosen)
    own_key = {node: key for (key, _), node in nodes.items()}
    overriding = Overriding(overrides or Overrides(), own_key)
    definers = _definers(ordered, keys)
    gathered: dict[str, _Gathered] = defaultdict(_Gathered)
    of: dict[str, tuple[str | None, ...]] = {}
    for extraction, chosen_keys in zip(ordered, chosen, strict=True):
        here: list[str | None] = []
        for position, (entity, key) in enumerate(zip(extraction.entities, chosen_keys, strict=True)):
            found = nodes[key, entity.type]
            move = overriding.move(found, entity)
            node = move.node if move else found
            here.append(node)
            if node is None:
                continue
            gathered[node].keys[key] += 1
            names = Counter(m.text for m in entity.mentions)
            for name in sorted(names):
                rule, because = (OVERRIDE, move.because) if move else (keys.rule(name, key, entity), "")
                where = (paper_key(extraction.paper.id), position)
                if rule == KNOWN_ACRONYM:
                    where = definers[key, entity.type]
                gathered[node].add(Alias(name, rule, *where, because), names[name])
        of[extraction.paper.id] = tuple(here)
    concepts = {}
    misses = near_misses(nodes, keys.refused, _without_dissent(gathered), gathered.keys())
    for node, got in sorted(gathered.items()):
        type_ = EntityType(node.partition("/")[0].capitalize())
        label = overriding.label(node) or _label(got, got.key(own_key.get(node)), keys.usual)
        aliases = tuple(sorted(got.aliases.values()))
        apart = tuple(misses.get(node, ()))
        concepts[node] = Concept(node, type_, label, aliases, overriding.exact_match(node), apart)
    return Resolution(concepts, of, overriding.dropped, overriding.unmatched(concepts))


def _definers(ordered: Sequence[Extraction], keys: Keys) -> dict[tuple[str, EntityType], tuple[str, int]]:
    """Return the first (paper, position of the entity) that defines the acronym of each long form's (key, type)."""
    known = {(long, type_) for (_, type_), long in keys.known.items()}
    found: dict[tuple[str, EntityType], tuple[str, int]] = {}
    for extraction in ordered:
        for position, entity in enumerate(extraction.entities):
            names = {m.text for m in entity.mentions}
            for long in names if len(names) > 1 else ():
                key = keys.usual.get(name_key(long), name_key(long))
                if (key, entity.type) in known and any(is_acronym_of(short, long) for short in names):
                    found.setdefault((key, entity.type), (paper_key(extraction.paper.id), position))
    return found


def _without_dissent(gathered: Mapping[str, _Gathered]) -> list[tuple[str, str, str]]:
    """Take away acronyms that few papers use for a concept and nearly all for another; return both nodes and why.

    "LLM" is no name of "language model" because of a paper on "language models (LLMs)": whoever looks it up means the
    concept that other papers define so. But "LM" is one of "Levenberg-Marquardt" too: only where the words of one
    concept are among those of the other does a paper speak loosely.
    """
    users: dict[str, Counter[str]] = defaultdict(Counter)
    for node, got in gathered.items():
        for name, count in got.count.items():
            if looks_like_acronym(name):
                users[name_key(name)][node] += count
    usual = {
        key: node
        for key, counts in users.items()
        for node, count in counts.items()
        if counts.total() >= ENOUGH_USES and count >= CLEAR_SHARE * counts.total()
    }
    apart: list[tuple[str, str, str]] = []
    for node, got in gathered.items():
        for alias in sorted(got.aliases.values()):
            other = usual.get(name_key(alias.name), node) if looks_like_acronym(alias.name) else node
            if other != node and alias.rule in ("defined-acronym", "same-entity"):
                meant = gathered[other].aliases.get(alias.name)
                if meant and meant.rule in ("defined-acronym", KNOWN_ACRONYM) and _contained(got, gathered[other]):
                    del got.aliases[alias.name]
                    apart.append((node, other, f"nearly all papers mean the other by {alias.name!r}"))
    return apart


def _contained(one: _Gathered, other: _Gathered) -> bool:
    words, others = (set(" ".join(got.keys).split(" ")) for got in (one, other))
    return words <= others or others <= words


@dataclass(slots=True)
class _Gathered:
    """What papers give one concept: entities and mentions by name, entities by key, the best reason of each name."""

    count: Counter[str] = field(default_factory=Counter)
    mentions: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    aliases: dict[str, Alias] = field(default_factory=dict)

    def add(self, alias: Alias, mentions: int) -> None:
        self.count[alias.name] += 1
        self.mentions[alias.name] += mentions
        known = self.aliases.get(alias.name)
        if known is None or RULES.index(alias.rule) < RULES.index(known.rule):
            self.aliases[alias.name] = alias

    def key(self, own: str | None) -> str:
        """Return `own` if it is among the keys, else the one of most entities."""
        return min(self.keys, key=lambda key: (key != own, -self.keys[key], key))


def _nodes(extractions: Sequence[Extraction], chosen: Sequence[Sequence[str]]) -> dict[tuple[str, EntityType], str]:
    """Return the node key for each (key, type of an entity).

    A key is one node of the type that at least four in five of its mentions have, where there is one, else one a type.
    """
    votes: dict[str, Counter[EntityType]] = defaultdict(Counter)
    for extraction, keys in zip(extractions, chosen, strict=True):
        for entity, key in zip(extraction.entities, keys, strict=True):
            votes[key][entity.type] += len(entity.mentions)
    nodes = {}
    for key, counts in votes.items():
        usual, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        clear = count >= CLEAR_SHARE * counts.total()
        for type_ in counts:
            nodes[key, type_] = concept_key(usual if clear else type_, key)
    return nodes


def _label(got: _Gathered, key: str, usual: Mapping[str, str]) -> str:
    """Return the name to show: whole, in the singular where papers write it so, in its most frequent letter case.

    An acronym only where hardly anybody writes it out ("BERT"). A plural speaks for the letter case of its singular.
    """
    if len(got.count) == 1:
        return next(iter(got.count))
    names = {n: count for n, count in got.count.items() if not is_makeshift(n)} or got.count
    own = {n: count for n, count in names.items() if key in (name_key(n), n, usual.get(name_key(n)))} or names
    short = {n: count for n, count in names.items() if n not in own and looks_like_acronym(n)}
    if sum(short.values()) > MOSTLY_SHORT * sum(own.values()):
        own = short
    plain = {n: count for n, count in own.items() if _is_plain(singular_form(n), key)} or own
    forms: Counter[str] = Counter()
    for name, count in plain.items():
        forms[singular_form(name)] += count
    best = usual_form(forms, got.mentions)
    singulars = Counter({form: count for form, count in forms.items() if form in plain})
    if singulars and forms[single := usual_form(singulars, got.mentions)] * _RARE_CASE > forms[best]:
        return single
    return usual_form(Counter({n: c for n, c in plain.items() if singular_form(n) == best}), got.mentions)


def _is_plain(name: str, key: str) -> bool:
    """Whether the name is its own key but for letter case and hyphens: without mark-up or generic head."""
    letters = "".join(c for c in name.casefold() if c.isalnum())
    return letters == key.casefold().replace(" ", "")
