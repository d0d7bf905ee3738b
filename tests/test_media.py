"""Content negotiation: which form a client gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.serve.media import HTML, RESULTS, TRIPLES, best, best_form, main_types

OFFERS = ["text/turtle", "application/ld+json", "text/html"]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "text/turtle"),
        ("", "text/turtle"),
        ("*/*", "text/turtle"),
        ("text/html", "text/html"),
        (BROWSER, "text/html"),
        ("text/turtle;q=0.4, application/ld+json;q=0.5", "application/ld+json"),
        ("application/ld+json, text/turtle", "text/turtle"),
        ("*/*;q=0.1, text/*;q=0", "application/ld+json"),
        ("text/*, text/turtle;q=0.2", "text/html"),
        ("text/*;q=0.9, */*;q=0.95", "application/ld+json"),
        ("*/*, text/html", "text/html"),
        ("TEXT/HTML ; Q=1.0 ;level=1", "text/html"),
        ('application/ld+json; profile="http://a/b"', "application/ld+json"),
        ("text/turtle;q=0", None),
        ("image/png", None),
        ("text/turtle;q=2, image/png", None),
        ("nonsense, ;;, text/html;q=0.5", "text/html"),
        ("text/turtle;q=0.1, text/turtle;q=0.9, text/html;q=0.5", "text/turtle"),
    ],
)
def test_the_type_that_is_liked_best_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert best(accept, OFFERS) == chosen


@given(st.text(max_size=200))
def test_no_header_breaks_it(accept: str) -> None:
    assert best(accept, OFFERS) in {*OFFERS, None}


@given(st.permutations([(name, quality) for name, quality in zip(OFFERS, ("0.1", "0.3", "0.2"), strict=True)]))
def test_the_order_of_a_header_does_not_matter(ranges: list[tuple[str, str]]) -> None:
    assert best(", ".join(f"{name};q={quality}" for name, quality in ranges), OFFERS) == "application/ld+json"


def test_a_form_is_called_what_the_client_called_it() -> None:
    assert best_form("application/json", RESULTS) == ("json", "application/json")
    assert best_form("text/xml, application/rdf+xml;q=0.5", TRIPLES) == ("rdf", "text/xml")
    assert best_form("application/*", RESULTS) == ("json", "application/sparql-results+json")
    assert best_form("text/*", RESULTS) == ("csv", "text/csv")
    assert best_form("application/json", TRIPLES) == ("jsonld", "application/json")
    assert best_form(HTML, RESULTS) is None
    assert main_types(RESULTS)[2:] == ["text/csv", "text/tab-separated-values"]
