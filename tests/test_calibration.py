"""Scores are bent so that they mean what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.evaluate.reliability import calibration_error, reliability
from kgraph.pipeline.calibration import calibrate, fit_calibration

SCORES = st.lists(st.floats(0, 1), min_size=2, max_size=50, unique=True)


def test_scores_that_promise_too_much_keep_their_word_after_calibration() -> None:
    random = np.random.default_rng(0)
    chance = random.uniform(0.2, 0.9, 5000)
    right = random.uniform(size=5000) < chance
    boastful = chance**0.3
    bent = calibrate(boastful, fit_calibration(boastful, right))
    assert calibration_error(reliability(zip(boastful, right, strict=True))) > 0.15
    assert calibration_error(reliability(zip(bent, right, strict=True))) < 0.03


def test_scores_that_keep_their_word_stay_as_they_are() -> None:
    random = np.random.default_rng(1)
    chance = random.uniform(0.05, 0.95, 20000)
    parameters = fit_calibration(chance, random.uniform(size=20000) < chance)
    assert calibrate(chance, parameters) == pytest.approx(chance, abs=0.02)


def test_scores_that_are_sure_of_everything_are_calmed() -> None:
    sure = np.linspace(0.9, 0.9999, 400)
    right = np.arange(400) % 5 < 2
    assert calibrate(sure, fit_calibration(sure, right)) == pytest.approx(np.full(400, 0.4), abs=0.1)


@given(SCORES, st.lists(st.booleans(), min_size=50, max_size=50))
def test_calibration_keeps_the_order_and_the_range_whatever_is_right(scores: list[float], right: list[bool]) -> None:
    bent = calibrate(sorted(scores), fit_calibration(scores, right[: len(scores)]))
    assert np.all(np.diff(bent) >= 0)
    assert np.all((bent >= 0) & (bent <= 1))
