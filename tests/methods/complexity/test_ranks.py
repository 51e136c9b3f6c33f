import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.complexity import eci_pci, presence, rank_intervals, rca
from majung.methods.complexity.ranks import _descending_ranks, _position
from majung.methods.labelled import InputError, Labelled, labelled

few = settings(max_examples=40, deadline=None)


def world(rows: int, columns: int, seed: int, noise: float = 0.5) -> Labelled:
    """A log-supermodular table: able rows do demanding columns."""
    rng = np.random.default_rng(seed)
    able, demanding = np.linspace(0, 1, rows)[:, None], np.linspace(0, 1, columns)
    values = np.exp(4 * able * demanding + noise * rng.normal(size=(rows, columns)))
    return labelled(values, [f"c{i}" for i in range(rows)], [f"p{j}" for j in range(columns)])


def intervals(x, seed=0, **changes):
    settings = {
        "of": "eci",
        "thresholds": [1.0],
        "resample": True,
        "noise": 0.0,
        "replicates": 60,
        "level": 0.9,
        "rng": np.random.default_rng(seed),
    }
    return rank_intervals(x, **{**settings, **changes})


def test_the_rank_is_that_of_the_estimate():
    x = world(10, 40, seed=1)
    found = intervals(x)
    eci = eci_pci(presence(rca(x), threshold=1), scale="eci", ddof=0).eci
    assert found.rank.tolist() == [1 + (eci > e).sum() for e in eci]
    assert found.labels == x.rows


@pytest.mark.parametrize("of", ["eci", "pci"])
def test_a_planted_order_is_found_with_intervals_that_hold_it(of):
    x = world(30, 60, seed=2)
    found = intervals(x, of=of, replicates=100)
    true = np.arange(len(found.labels), 0, -1)
    # The sign follows diversity, which this world does not tie to ability.
    if np.corrcoef(true, found.rank)[0, 1] < 0:
        true = true[::-1]
    assert np.corrcoef(true, found.rank)[0, 1] > 0.9
    assert np.mean((found.low <= true) & (true <= found.high)) > 0.75
    assert found.agreement.mean() > 0.7
    assert found.used + found.refused == 100


@few
@given(st.integers(0, 2**32 - 1))
def test_counting_a_column_twice_is_having_it_twice(seed):
    x, rng = world(8, 15, seed=8, noise=1.0), np.random.default_rng(seed)
    drawn = rng.integers(15, size=15)
    repeated = labelled(x.values[:, drawn], x.rows, [f"d{j}" for j in range(15)])
    count = np.bincount(drawn, minlength=15)
    wanted = np.arange(8.0)
    position = _position(x.values[:, count > 0], count[count > 0].astype(float), 1.0, wanted)
    try:
        eci = eci_pci(presence(rca(repeated), threshold=1), scale="eci", ddof=0).eci
    except InputError:
        assert position is None
        return
    scaled = (position - position.mean()) / position.std()
    assert (scaled if scaled @ eci > 0 else -scaled) == pytest.approx(eci, abs=1e-6)


def test_more_columns_narrow_the_intervals():
    def width(columns: int) -> float:
        found = intervals(world(15, columns, seed=3), replicates=100)
        return float(np.mean(found.high - found.low))

    assert width(400) < width(40)


def test_no_order_planted_gives_intervals_that_span_most_ranks():
    rng = np.random.default_rng(4)
    x = labelled(np.exp(rng.normal(size=(20, 60))), [f"c{i}" for i in range(20)], [f"p{j}" for j in range(60)])
    found = intervals(x, replicates=100)
    assert np.mean(found.high - found.low) > 10


def test_the_same_seed_gives_the_same_intervals():
    x = world(8, 30, seed=5)
    one, two, other = (intervals(x, seed, noise=0.3) for seed in (1, 1, 2))
    assert one.low.tolist() == two.low.tolist()
    assert one.agreement.tolist() != other.agreement.tolist()


def test_thresholds_and_noise_alone_move_ranks():
    x = world(12, 40, seed=6)
    by_threshold = intervals(x, resample=False, thresholds=[1.0, 0.8, 1.25])
    assert (by_threshold.low <= by_threshold.rank).all()
    assert (by_threshold.rank <= by_threshold.high).all()
    assert len(np.unique(by_threshold.agreement)) <= 3
    assert np.mean(intervals(x, resample=False, noise=0.5).agreement) < 1


def test_unconnected_replicates_are_counted_not_hidden():
    # Row 2 is linked to the rest by one column: a resample without it falls apart.
    x = labelled([[9, 5, 4, 0, 0], [5, 6, 0, 2, 0], [0, 0, 0, 3, 9.0]], ["a", "b", "c"], list("pqrst"))
    found = intervals(x, replicates=200)
    assert found.refused > 0
    assert found.used == len(found.agreement) == 200 - found.refused


@few
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=12), st.booleans())
def test_ties_share_the_smaller_rank_and_nan_has_none(values, missing):
    v = np.array(values, dtype=float)
    expected = [1.0 + (v > x).sum() for x in v]
    if missing:
        v, expected = np.append(v, np.nan), [*expected, np.nan]
    jitter = v * (1 + 1e-13)
    assert _descending_ranks(jitter) == pytest.approx(np.array(expected), nan_ok=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"level": 1.0}, "level"),
        ({"thresholds": []}, "thresholds"),
        ({"replicates": 0}, "replicates"),
        ({"noise": -1.0}, "noise"),
        ({"resample": False}, "nothing varies"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        intervals(world(6, 10, seed=7), **changes)
