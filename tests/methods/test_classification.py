"""Precision, recall and F1 by their definitions; intervals that cover as often as they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.classification import measure, share_of
from majung.methods.labelled import InputError


def test_by_hand():
    found = measure([1, 1, 1, 0, 0], [1, 1, 0, 1, 0])
    assert (found.right, found.wrong, found.missed) == (2, 1, 1)
    assert found.precision.share == found.recall.share == found.f1 == pytest.approx(2 / 3)


def test_the_interval_of_wilson_1927():
    """Newcombe (1998), Statistics in Medicine 17, table I: 15 of 148 and 0 of 20 at 95 %."""
    one = share_of(15, 148, level=0.95)
    assert (round(one.low, 4), round(one.high, 4)) == (0.0624, 0.1605)
    none = share_of(0, 20, level=0.95)
    assert (round(none.low, 4), round(none.high, 4)) == (0.0, 0.1611)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
@settings(max_examples=80, deadline=None)
def test_f1_is_the_harmonic_mean_and_lies_in_its_interval(pairs):
    true, found = zip(*pairs, strict=True)
    got = measure(true, found)
    p, r = got.precision.share, got.recall.share
    if not got.right:
        assert got.f1 == 0 or math.isnan(got.f1)
    else:
        assert got.f1 == pytest.approx(2 * p * r / (p + r))
        assert got.f1_low <= got.f1 <= got.f1_high + 1e-12
    swapped = measure(found, true)
    assert (swapped.wrong, swapped.missed) == (got.missed, got.wrong)


def test_intervals_cover_about_as_often_as_they_say():
    chance = np.random.default_rng(5)
    covered = {"precision": 0, "f1": 0}
    for _ in range(400):
        kind = chance.choice(4, size=120, p=[0.3, 0.05, 0.1, 0.55])
        got = measure((kind == 0) | (kind == 2), (kind == 0) | (kind == 1))
        covered["precision"] += got.precision.low <= 0.3 / 0.35 <= got.precision.high
        covered["f1"] += got.f1_low <= 0.6 / 0.75 <= got.f1_high
    assert all(0.85 <= hits / 400 <= 0.95 for hits in covered.values())


def test_what_cannot_be_compared():
    with pytest.raises(InputError, match="shape"):
        measure([True], [True, False])
    with pytest.raises(InputError, match="level"):
        measure([True], [True], level=1)
    nothing = measure([False], [False])
    assert math.isnan(nothing.f1)
    assert (nothing.precision.low, nothing.precision.high) == (0, 1)
