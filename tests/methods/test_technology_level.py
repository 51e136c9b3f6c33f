import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.labelled import InputError
from majung.methods.technology_level import Band, band, level, level_interval, time_gap, time_gaps

YEARS = np.arange(2000, 2021)


def test_level_is_per_cent_of_the_leader() -> None:
    assert level([20, 50], [40, 50]).tolist() == [50, 100]
    with pytest.raises(InputError, match="no leader"):
        level([1], [0])
    with pytest.raises(InputError, match="negative"):
        level([-1], [1])
    with pytest.raises(InputError, match="finite"):
        level([np.nan], [1])


def test_level_interval_covers() -> None:
    rng = np.random.default_rng(9)
    low, high = level_interval(rng.poisson(30, 4000), rng.poisson(50, 4000))
    assert 0.87 < ((low <= 60) & (high >= 60)).mean() < 0.93
    with pytest.raises(InputError, match="no leader"):
        level_interval([1], [0])


def test_bands_of_the_korean_evaluation() -> None:
    """KISTEP (2012) technology level evaluation: 100; above 80; above 60 to 80; above 40 to 60; 40 or below."""
    values = (100, 99.9, 80.1, 80, 60.1, 60, 40.1, 40, 0)
    leader, a80, a60, a40, below = Band
    assert [band(v) for v in values] == [leader, a80, a80, a60, a60, a40, a40, below, below]
    with pytest.raises(InputError):
        band(float("nan"))


@given(st.integers(1, 12), st.integers(1, 5), st.floats(0.01, 0.2))
def test_a_leader_g_years_ahead_shows_a_gap_of_g(g: int, smooth: int, rate: float) -> None:
    leader = 100 * np.exp(rate * (YEARS - 2000))
    own = 100 * np.exp(rate * (YEARS - g - 2000))
    gap = time_gap(YEARS, own, leader, smooth=smooth)
    assert gap.reached
    assert gap.years == pytest.approx(g)
    assert gap.low == pytest.approx(gap.years)
    assert gap.high == pytest.approx(gap.years)


@given(st.floats(0, 10), st.floats(0.1, 5))
def test_fractional_gap_on_straight_lines(g: float, slope: float) -> None:
    leader, own = 50 + slope * (YEARS - 2000), 50 + slope * (YEARS - g - 2000)
    assert time_gap(YEARS, own, leader).years == pytest.approx(g, abs=1e-9)


def test_ahead_is_zero_and_never_reached_is_a_lower_bound() -> None:
    line = np.linspace(10, 30, len(YEARS))
    assert time_gap(YEARS, 2 * line, line).years == 0
    behind = time_gap(YEARS, line / 100, line)
    assert not behind.reached
    assert behind.years == 18  # from the first whole window, 2002, to 2020
    assert behind.high == np.inf
    assert behind.reached_share == 0


def test_crossing_convention_matters_when_the_leader_dips() -> None:
    leader = np.array([1, 2, 4, 6, 8, 9, 5, 3, 7, 9], dtype=float)
    own = np.full(10, 4.0)
    years = np.arange(10)
    assert time_gap(years, own, leader, smooth=1, crossing="first").years == 9 - 2
    assert time_gap(years, own, leader, smooth=1, crossing="last").years == pytest.approx(9 - 7.25)
    with pytest.raises(InputError, match="neither"):
        time_gap(years, own, leader, crossing="middle")  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 9), min_size=16, max_size=16), st.sampled_from(["first", "last"]))
def test_gap_against_a_walk_along_the_curve(values: list[int], crossing: str) -> None:
    leader, own = np.array(values[:8], dtype=float), np.array(values[8:], dtype=float)
    gap = time_gap(np.arange(8), own, leader, smooth=1, crossing=crossing)  # type: ignore[arg-type]
    target = own[-1]
    if leader[-1] <= target:
        assert gap.years == 0
        return
    fine = np.arange(0, 7 + 1e-9, 1 / 2520)  # holds every crossing of integer steps up to 9
    curve = np.interp(fine, np.arange(8), leader)
    at = fine[(curve <= target + 1e-9) if crossing == "last" else (curve >= target - 1e-9)]
    if crossing == "last":
        assert gap.reached == bool(len(at))
        assert gap.years == pytest.approx(7 - at[-1] if len(at) else 7, abs=1e-6)
    else:
        assert gap.reached == bool(leader[0] <= target)
        assert gap.years == pytest.approx(7 - at[0] if leader[0] <= target else 7, abs=1e-6)


def test_counting_noise_widens_the_interval_and_large_counts_narrow_it() -> None:
    leader, own = 20 + 3.0 * np.arange(21), 20 + 3.0 * (np.arange(21) - 6)
    own = np.maximum(own, 0)
    widths = []
    for scale in (1, 100):
        gap = time_gap(YEARS, scale * own, scale * leader, rng=np.random.default_rng(1))
        assert gap.low <= 6 <= gap.high
        widths.append(gap.high - gap.low)
    assert widths[0] > 3 * widths[1] > 0


def test_interval_covers_the_true_gap() -> None:
    """Poisson series of which the leader is 5 years ahead: 90 % intervals hold 5 in at least 85 % of 200 worlds."""
    rng = np.random.default_rng(7)
    mean = 40 * np.exp(0.08 * np.arange(21))
    hits = 0
    for _ in range(200):
        own, leader = rng.poisson(mean * np.exp(-0.4)), rng.poisson(mean)
        gap = time_gap(YEARS, own, leader, rng=rng, draws=300)
        hits += gap.low <= 5 <= gap.high
    assert hits >= 170


def test_shares_take_their_unit() -> None:
    world = np.linspace(5000, 9000, 21)
    own, leader = world * np.linspace(0.01, 0.08, 21), world * np.linspace(0.03, 0.12, 21)
    precise = time_gap(YEARS, own / world, leader / world, rng=np.random.default_rng(2), unit=1 / world)
    rough = time_gap(YEARS, own / world, leader / world, rng=np.random.default_rng(2), unit=1 / world, dispersion=9)
    assert precise.years == rough.years
    assert precise.high - precise.low < rough.high - rough.low


def test_bad_series_are_named() -> None:
    line = np.linspace(1, 2, 21)
    with pytest.raises(InputError, match="years have shape"):
        time_gap(YEARS[:-1], line, line)
    with pytest.raises(InputError, match="two series of one length"):
        time_gap(YEARS, line, line[:-1])
    with pytest.raises(InputError, match="equal steps"):
        time_gap(np.append(YEARS[:-1], 2030), line, line)
    with pytest.raises(InputError, match=r"leader value -1.* in 2000"):
        time_gap(YEARS, line, np.append(-1, line[1:]))
    with pytest.raises(InputError, match="leaves no past"):
        time_gap(YEARS, line, line, smooth=21)
    with pytest.raises(InputError, match="unit"):
        time_gap(YEARS, line, line, rng=np.random.default_rng(0), unit=0)


@pytest.mark.parametrize("crossing", ["first", "last"])
def test_many_gaps_equal_one_by_one(crossing: str) -> None:
    rng = np.random.default_rng(3)
    own, leader = rng.poisson(20, (50, 21)), rng.poisson(np.linspace(10, 40, 21), (50, 21))
    many = time_gaps(YEARS, own, leader, crossing=crossing)  # type: ignore[arg-type]
    one = [time_gap(YEARS, a, b, crossing=crossing) for a, b in zip(own, leader, strict=True)]  # type: ignore[arg-type]
    assert many.years.tolist() == [g.years for g in one]
    assert many.reached.tolist() == [g.reached for g in one]
    with pytest.raises(InputError, match="twice"):
        time_gaps(YEARS, own, leader[:3])
    with pytest.raises(InputError, match="pair 0 in 2000"):
        time_gaps(YEARS, -own - 1, leader)
    with pytest.raises(InputError, match="leaves no past"):
        time_gaps(YEARS, own, leader, smooth=0)
