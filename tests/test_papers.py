"""Which records are one paper, and what it then says."""

from __future__ import annotations

import random

from examples import entity, extraction, record_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import record_lists

from kgraph.identifiers import generated_paper_id, title_key
from kgraph.model import Extraction, Paper, Source
from kgraph.papers import Record, merge_records, paper_of


def test_records_with_one_title_are_one_paper_when_one_lacks_an_id() -> None:
    merged = merge_records([record_of("x", "On Graphs", "Short.", 1), record_of(None, "ON GRAPHS!", "Longer one.", 2)])
    (only,) = merged
    assert isinstance(only, Paper)
    assert (only.id, only.abstract) == ("x", "Longer one.")
    assert only.source == (Source("page.txt", 1), Source("page.txt", 2))


def test_records_with_different_ids_are_two_papers_whatever_their_titles() -> None:
    assert len(merge_records([record_of("x", "On Graphs", "A."), record_of("y", "On Graphs", "A.")])) == 2


def test_titles_without_letters_are_the_same_only_where_they_are_equal() -> None:
    records = [record_of("x", "∀", "A."), record_of(None, "∃", "A."), record_of(None, "∀", "A.")]
    assert [(paper_of(r).title, len(paper_of(r).source)) for r in merge_records(records)] == [("∃", 1), ("∀", 2)]


def test_what_the_longest_record_does_not_tell_is_taken_from_the_others() -> None:
    (only,) = merge_records([record_of("x", "T", "Long text."), record_of("x", "T", "Short.", 2, date="2020-01-01")])
    assert isinstance(only, Paper)
    assert (only.abstract, only.date) == ("Long text.", "2020-01-01")


def test_an_extraction_wins_over_the_same_text_without_one() -> None:
    of = record_of("x", "T", "We use Foo.")
    (only,) = merge_records([of, extraction(of, entity(of, "Method", "Foo"))])
    assert isinstance(only, Extraction)
    assert len(only.paper.source) == 2


def test_records_that_differ_in_their_source_alone_are_kept_once() -> None:
    (only,) = merge_records([record_of("x", "T", "A.", 2), record_of("x", "T", "A.", 1)])
    assert only == record_of("x", "T", "A.", source=(Source("page.txt", 1), Source("page.txt", 2)))


@given(record_lists())
def test_every_record_is_in_one_paper_that_has_its_id_or_its_title(records: list[Record]) -> None:
    merged = [paper_of(r) for r in merge_records(records)]
    assert len({p.id for p in merged}) == len(merged)
    assert sorted(s for p in merged for s in p.source) == [s for r in records for s in paper_of(r).source]
    home = {source: p for p in merged for source in p.source}
    for one in map(paper_of, records):
        into = home[one.source[0]]
        assert len(into.abstract) >= len(one.abstract)
        if one.id != generated_paper_id(one.title):
            assert into.id == one.id
            continue
        for other in map(paper_of, records):
            if one.id == other.id:
                assert home[other.source[0]] is into
            elif (title_key(one.title) or one.title) == (title_key(other.title) or other.title):
                # With an id of its own the other may be another paper of that title, but only if it is not the first.
                known = other.id != generated_paper_id(other.title)
                assert home[other.source[0]] is into or (known and into.id <= other.id)


@given(record_lists())
def test_a_paper_says_nothing_that_no_record_of_it_says(records: list[Record]) -> None:
    for merged in merge_records(records):
        of = paper_of(merged)
        its = [r for r in records if paper_of(r).source[0] in of.source]
        assert any(
            (of.title, of.abstract) == (paper_of(r).title, paper_of(r).abstract)
            and (not isinstance(merged, Extraction) or (isinstance(r, Extraction) and r.entities == merged.entities))
            for r in its
        )
        for field in ("date", "authors", "upvotes"):
            said = [value for r in its if (value := getattr(paper_of(r), field)) not in (None, ())]
            assert getattr(of, field) in (said or [getattr(paper_of(its[0]), field)])


@given(record_lists(), st.data(), st.randoms(use_true_random=False))
def test_records_may_be_merged_one_lot_after_another_in_any_order(
    records: list[Record], data: st.DataObject, shuffle: random.Random
) -> None:
    together = merge_records(records)
    first = data.draw(st.integers(0, len(records)))
    second = data.draw(st.integers(first, len(records)))
    shuffle.shuffle(records)
    grown: list[Record] = []
    for lot in (records[:first], records[first:second], records[second:]):
        mixed = [*grown, *lot]
        shuffle.shuffle(mixed)
        grown = merge_records(mixed)
    assert grown == together


@given(record_lists())
def test_without_the_records_of_one_paper_the_others_are_what_they_were(records: list[Record]) -> None:
    merged = merge_records(records)
    for gone in merged:
        rest = [r for r in records if paper_of(r).source[0] not in paper_of(gone).source]
        assert merge_records(rest) == [r for r in merged if r is not gone]
