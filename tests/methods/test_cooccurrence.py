"""Co-occurrence by hand, by counting, and on planted and on pure noise."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_array

from majung.methods.cooccurrence import cooccurrence
from majung.methods.labelled import InputError


def test_by_hand():
    carries = [[1, 0, 0], [1, 1, 0], [0, 2, 0], [0, 0, 1], [0, 0, 0]]
    found = cooccurrence(carries, [True, True, False, False, True])
    assert found.total == 2
    assert found.records.tolist() == [1.5, 0.5, 0.0]
    assert found.share.tolist() == [0.75, 0.25, 0.0]
    assert found.lift.tolist() == [0.75 / (1.5 / 4), 0.25 / (1.5 / 4), 0.0]
    assert found.specificity.tolist() == [1.0, pytest.approx(1 / 3), 0.0]


@given(
    carries=hnp.arrays(np.int64, st.tuples(st.integers(1, 12), st.integers(1, 5)), elements=st.integers(0, 3)),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_as_counted_record_by_record(carries, data):
    subject = data.draw(hnp.arrays(bool, len(carries)))
    own, every, total = Counter(), Counter(), 0
    for row, chosen in zip(carries.tolist(), subject.tolist(), strict=True):
        if sum(row):
            total += chosen
            for code, amount in enumerate(row):
                every[code] += amount / sum(row)
                own[code] += chosen * amount / sum(row)
    if not total:
        with pytest.raises(InputError, match="no record of the subject"):
            cooccurrence(carries, subject)
        return
    found = cooccurrence(csr_array(carries), subject)
    assert found.total == total
    np.testing.assert_allclose(found.records, [own[c] for c in range(carries.shape[1])], atol=1e-12)
    assert found.share.sum() == pytest.approx(1)
    assert (found.low <= found.share + 1e-12).all()
    assert (found.share <= found.high + 1e-12).all()
    for code in range(carries.shape[1]):
        if every[code]:
            assert found.specificity[code] == pytest.approx(own[code] / every[code])
        else:
            assert np.isnan(found.lift[code])
            assert np.isnan(found.specificity[code])


def test_a_planted_code_stands_out_and_chance_alone_hardly_ever_does():
    chance = np.random.default_rng(7)
    records, codes = 4000, 40
    carries = chance.random((records, codes)) < 0.05
    subject = chance.random(records) < 0.05
    noise = cooccurrence(carries, subject)
    # One-sided 5 % each: 2 of 40 expected.
    assert noise.over_represented.sum() <= 6
    carries[:, 3] |= subject & (chance.random(records) < 0.5)
    planted = cooccurrence(carries, subject)
    assert planted.over_represented[3]
    assert planted.lift[3] > 3


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="subject of shape"):
        cooccurrence([[1.0]], [True, False])
    with pytest.raises(InputError, match="negative or not finite"):
        cooccurrence([[-1.0]], [True])
    with pytest.raises(InputError, match="negative or not finite"):
        cooccurrence([[np.inf]], [True])
