"""Papers to extractions: the pipeline over many papers, in one process or several."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from functools import cache, partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.errors import KGraphError, ModelError
from kgraph.evidence import Sentences, relation_evidence
from kgraph.model import Entity, Extraction, Mention, Paper, Relation, only_entities
from kgraph.processes import ProcessDied, map_batches
from kgraph.records import SCORE_DIGITS
from kgraph.resources import MODEL
from kgraph.vocabulary import FIELDS, EntityType, RelationType, Role

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from threadpoolctl import ThreadpoolController

    from kgraph.cache import Cache

#: What the pipeline gives for one paper: its extraction, or the paper and why it failed.
_Result = Extraction | tuple[Paper, str]

_BATCH = 16
#: Starting a process and loading the model costs as much as extracting about this many papers.
_WORTH_A_PROCESS = 60
#: So many batches are looked up in the cache, at most, to see whether several processes are worth it.
_LOOK_AHEAD = 256


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

    with one_thread():
        doc = nlp(make_doc(nlp, paper.title, paper.abstract))
    return to_extraction(doc, paper, pipeline_name(nlp))


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which numpy multiplies on one thread.

    With more, sums are rounded in another order, and processes get in each other's way.
    """
    limited: AbstractContextManager[object] = _blas().limit(limits=1)
    return limited


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
    records: Iterable[Paper | Extraction],
    *,
    model: Path = MODEL,
    jobs: int | None = None,
    cache: Cache | None = None,
    on_failure: Callable[[Paper, str], None] | None = None,
    on_notice: Callable[[str], None] | None = None,
) -> Iterator[Extraction]:
    """Yield the extraction of each paper, in order; extractions among the records are passed on as they are.

    `jobs` is the number of processes, by default one a core where there is enough to do. Papers that
    are in the `cache`, which must be that of the same model, do not go through the pipeline; the others
    are added to it. A paper on which the pipeline fails is left out and told to `on_failure` with the
    reason. `on_notice` is told where the work goes on with fewer processes, since one died. Raises
    KGraphError where it cannot go on, and ModelError where `model` cannot be loaded.
    """
    fail = on_failure or (lambda _paper, _reason: None)
    notice = on_notice or (lambda _message: None)
    known: deque[list[Extraction | None]] = deque()

    def unknown() -> Iterator[list[Paper]]:
        """Yield of each batch the papers that need the pipeline; extractions go to `known`, None in their places."""
        stream = iter(records)
        while batch := list(islice(stream, _BATCH)):
            found = [r if isinstance(r, Extraction) else cache.get(r) if cache else None for r in batch]
            known.append(found)
            yield [r for r, e in zip(batch, found, strict=True) if e is None and isinstance(r, Paper)]

    workers = jobs or multiprocessing.cpu_count()
    batches, ahead = unknown(), []
    for batch in batches:
        ahead.append(batch)
        if sum(map(len, ahead)) >= 2 * _WORTH_A_PROCESS or len(ahead) >= _LOOK_AHEAD:
            break
    else:
        workers = jobs or 1
    with closing(_extract_batches(chain(ahead, batches), model, workers, notice)) as results:
        for batch_results in results:
            fresh = iter(batch_results)
            for extraction in known.popleft():
                if extraction is not None:
                    yield extraction
                    continue
                result = next(fresh)
                if not isinstance(result, Extraction):
                    fail(*result)
                    continue
                if cache:
                    cache.put(result)
                yield result


def _extract_batches(
    batches: Iterable[list[Paper]], model: Path, workers: int, notice: Callable[[str], None]
) -> Generator[list[_Result], None, None]:
    """Yield the results of each batch, in order."""
    extract = partial(_extract_batch, model)
    if workers == 1:
        for batch in batches:
            yield extract(batch)
        return

    def on_death(how: str) -> None:
        notice(f"a process {how}; its papers are tried once more, and the work goes on with one process fewer")

    try:
        yield from map_batches(extract, batches, workers, on_death)
    except ProcessDied as death:
        places = [f"{s.file}:{s.line}" for paper in (death.batch[0], death.batch[-1]) for s in paper.source[:1]]
        where = f", read from {' to '.join(places)}" if places else ""
        raise KGraphError(
            f"extraction cannot go on: processes died, the last one {death.how}, while it worked on"
            f" {len(death.batch)} papers{where}; fewer processes need less memory: --jobs 1"
        ) from None


def _extract_batch(model: Path, papers: list[Paper]) -> list[_Result]:
    if not papers:
        return []
    nlp = load_pipeline(model)
    results: list[_Result] = []
    for paper in papers:
        try:
            results.append(extract_paper(nlp, paper))
        except ModelError:
            raise
        except Exception as error:  # one paper must not take the others down, whatever went wrong
            results.append((paper, f"{type(error).__name__}: {error}"))
    return results


def above_score(extraction: Extraction, min_score: float) -> Extraction:
    """Return the extraction without mentions, entities and relations that score below `min_score`, counted."""
    if not min_score:
        return extraction
    entities: dict[int, Entity] = {}
    for position, entity in enumerate(extraction.entities):
        kept = tuple(m for m in entity.mentions if m.score >= min_score)
        if kept and entity.score >= min_score:
            entities[position] = replace(entity, mentions=kept)
    remaining = only_entities(extraction, entities)
    relations = tuple(r for r in remaining.relations if r.score >= min_score)
    left_out = len(extraction.entities) - len(entities) + len(extraction.relations) - len(relations)
    return replace(remaining, relations=relations, left_out=extraction.left_out + left_out)
