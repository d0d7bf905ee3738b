"""What Hypothesis draws from: records of papers that contradict each other."""

from __future__ import annotations

from dataclasses import replace

from examples import entity, extraction, record_of
from hypothesis import strategies as st

from kgraph.identifiers import generated_paper_id
from kgraph.model import Extraction, Source
from kgraph.papers import Record, paper_of

#: The first and the last two are the same but for letter case and punctuation; "∀" and "∃" have nothing but that.
TITLES = ("On Foo", "ON FOO!", "∀", "∃", "Pre-foo", "Prefoo")
#: Two are equally long.
ABSTRACTS = ("We use Foo.", "We try Foo.", "We use Foo for parsing.")


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Draw a record that few others agree with: an id or none, other fields or none, an extraction or none."""
    title, abstract = draw(st.sampled_from(TITLES)), draw(st.sampled_from(ABSTRACTS))
    ids = (None, None, "x", "y", "z", generated_paper_id("Prefoo"))
    of = record_of(
        draw(st.sampled_from(ids)),
        title,
        abstract,
        date=draw(st.sampled_from((None, "2022", "2023-01-31"))),
        authors=draw(st.sampled_from(((), ("Ada L.",), ("Alan T.", "Ada L.")))),
        upvotes=draw(st.sampled_from((None, 0, 7))),
    )
    if draw(st.booleans()):
        return of
    scores = draw(st.lists(st.sampled_from((0.4, 0.55, 0.6)), max_size=2))
    return extraction(of, *(entity(of, "Method", "Foo", score=score) for score in scores))


def record_lists(min_size: int = 0, max_size: int = 8) -> st.SearchStrategy[list[Record]]:
    """Return lists of such records, each read from a line of its own."""
    return st.lists(records(), min_size=min_size, max_size=max_size).map(numbered)


def numbered(records: list[Record]) -> list[Record]:
    """Return the records as if they stood on the lines of one file."""
    papers = [replace(paper_of(r), source=(Source("page.txt", line),)) for line, r in enumerate(records, 1)]
    return [replace(r, paper=p) if isinstance(r, Extraction) else p for r, p in zip(records, papers, strict=True)]
