"""Papers to extractions: the pipeline over many papers, in one process or several."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.errors import ModelError
from kgraph.evidence import Sentences, relation_evidence
from kgraph.model import Entity, Extraction, Mention, Paper, Relation
from kgraph.records import SCORE_DIGITS
from kgraph.resources import MODEL
from kgraph.vocabulary import FIELDS, EntityType, RelationType, Role

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from threadpoolctl import ThreadpoolController

_BATCH = 16
#: Starting a process and loading the model costs as much as extracting about this many papers.
_WORTH_A_PROCESS = 60


@cache
def load_pipeline(path: Path = MODEL) -> Language:
    """Return the trained pipeline in a folder, loaded once a process.

    Raises ModelError where the folder holds none.
    """
    import spacy

    import kgraph.pipeline.assemble  # noqa: F401  (registers the factories)

    if not (path / "config.cfg").is_file():
        raise ModelError(f"{path} holds no pipeline: expected a folder with a config.cfg, as `kgraph train` writes it")
    try:
        return spacy.load(path)
    except Exception as error:  # spaCy and its parts raise all kinds here
        raise ModelError(f"{path} cannot be loaded as a pipeline: {error}") from error


def pipeline_name(nlp: Language) -> str:
    """Return the pipeline's name and version, as extractions carry it: "kgraph-en 0.1.0"."""
    meta = nlp.meta  # made anew each time it is asked for
    return f"{meta['name']}-{meta['lang']} {meta['version']}"


def extract_paper(nlp: Language, paper: Paper) -> Extraction:
    """Return what the pipeline finds in one paper; the same text always gives the same result."""
    from kgraph.pipeline.tokenizer import make_doc

    # One thread: with more, sums are rounded in another order, and processes get in each other's way.
    with _blas().limit(limits=1):
        doc = nlp(make_doc(nlp, paper.title, paper.abstract))
    return to_extraction(doc, paper, pipeline_name(nlp))


@cache
def _blas() -> ThreadpoolController:
    """Return what sets the number of threads of numpy's linear algebra; numpy must be loaded by now."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


def to_extraction(doc: Doc, paper: Paper, pipeline: str) -> Extraction:
    """Return the annotations of a paper's Doc as an extraction, with offsets into the paper's own fields."""
    from kgraph.pipeline.annotations import get_entities, get_mentions, get_relations
    from kgraph.pipeline.layout import field_offset

    offsets = {field: field_offset(doc, field) for field in FIELDS}
    places = []
    for start, end, _, score in get_mentions(doc):
        span = doc[start:end]
        field = FIELDS[0] if span.start_char < len(paper.title) else FIELDS[1]
        first, last = span.start_char - offsets[field], span.end_char - offsets[field]
        places.append(Mention(field, first, last, span.text, round(score, SCORE_DIGITS)))
    entities = tuple(
        Entity(
            EntityType(e["type"]),
            Role(e["role"] or Role.MENTIONED),
            tuple(places[i] for i in e["mentions"]),
            round(e["score"], SCORE_DIGITS),
        )
        for e in get_entities(doc)
    )
    sentences = Sentences.of(paper)
    relations = tuple(
        Relation(
            r["head"],
            RelationType(r["type"]),
            r["tail"],
            round(r["score"], SCORE_DIGITS),
            relation_evidence(sentences, entities[r["head"]], entities[r["tail"]]),
        )
        for r in get_relations(doc)
    )
    return Extraction(paper, entities, relations, pipeline)


def extract_papers(
    papers: Iterable[Paper],
    *,
    model: Path = MODEL,
    jobs: int | None = None,
    on_failure: Callable[[Paper, str], None] | None = None,
) -> Iterator[Extraction]:
    """Yield the extraction of each paper, in order.

    `jobs` is the number of processes, by default one a core where there is enough to do. A paper
    on which the pipeline fails is left out and told to `on_failure` with the reason.
    """
    fail = on_failure or (lambda _paper, _reason: None)
    stream = iter(papers)
    workers = jobs or multiprocessing.cpu_count()
    ahead = list(islice(stream, _WORTH_A_PROCESS * 2))
    if not ahead:
        return
    if workers == 1 or (jobs is None and len(ahead) < _WORTH_A_PROCESS * 2):
        load_pipeline(model)
        results = (_extract_batch((model, batch)) for batch in _batches(ahead, stream))
        yield from _successes(results, fail)
        return
    # "spawn" gives each worker a clean interpreter: forking a process with threads may hang.
    # The children leave an interrupt to their parent.
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        yield from _successes(pool.imap(_extract_batch, ((model, b) for b in _batches(ahead, stream))), fail)


def _batches(ahead: list[Paper], stream: Iterator[Paper]) -> Iterator[list[Paper]]:
    def everything() -> Iterator[Paper]:
        yield from ahead
        yield from stream

    papers = everything()
    while batch := list(islice(papers, _BATCH)):
        yield batch


def _extract_batch(task: tuple[Path, list[Paper]]) -> list[Extraction | tuple[Paper, str]]:
    model, papers = task
    nlp = load_pipeline(model)
    results: list[Extraction | tuple[Paper, str]] = []
    for paper in papers:
        try:
            results.append(extract_paper(nlp, paper))
        except ModelError:
            raise
        except Exception as error:  # one paper must not take the others down, whatever went wrong
            results.append((paper, f"{type(error).__name__}: {error}"))
    return results


def _successes(
    results: Iterable[list[Extraction | tuple[Paper, str]]], fail: Callable[[Paper, str], None]
) -> Iterator[Extraction]:
    for batch in results:
        for result in batch:
            if isinstance(result, Extraction):
                yield result
            else:
                fail(*result)


def above_score(extraction: Extraction, min_score: float) -> Extraction:
    """Return the extraction without mentions, entities and relations that score below `min_score`."""
    entities: dict[int, Entity] = {}
    for position, entity in enumerate(extraction.entities):
        kept = tuple(m for m in entity.mentions if m.score >= min_score)
        if kept and entity.score >= min_score:
            entities[position] = replace(entity, mentions=kept)
    place = {old: new for new, old in enumerate(entities)}
    relations = tuple(
        replace(r, head=place[r.head], tail=place[r.tail])
        for r in extraction.relations
        if r.score >= min_score and r.head in place and r.tail in place
    )
    return replace(extraction, entities=tuple(entities.values()), relations=relations)
