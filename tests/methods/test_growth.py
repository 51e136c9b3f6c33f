import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from majung.methods.growth import (
    Stage,
    bass_fit,
    cagr,
    growth_interval,
    growth_ratio,
    incomplete_last,
    incomplete_panel,
    incomplete_rows,
    logistic_fit,
)
from majung.methods.labelled import InputError

counts = st.integers(0, 10_000)


def test_a_zero_base_is_not_infinite_growth() -> None:
    assert growth_ratio([0, 10], [5, 5], prior=5).tolist() == [2.0, 10 / 15]
    with pytest.raises(InputError, match="no raw growth"):
        growth_ratio([0], [5], prior=0)
    with pytest.raises(InputError, match="base value -1"):
        growth_ratio([-1], [5], prior=1)


@given(counts, counts, st.floats(0.1, 100), st.floats(0.2, 5))
def test_shrinkage_lies_between_raw_ratio_and_target(base: int, recent: int, prior: float, towards: float) -> None:
    shrunk = growth_ratio(base, recent, prior=prior, towards=towards)
    raw = recent / base if base else np.inf
    assert min(raw, towards) - 1e-9 <= shrunk <= max(raw, towards) + 1e-9


@given(counts, counts, st.floats(0.5, 0.99))
def test_jeffreys_interval_equals_the_beta_interval_of_the_split(base: int, recent: int, level: float) -> None:
    """Given base + recent, recent is binomial with p = ratio / (1 + ratio): Jeffreys' beta interval, transformed."""
    found = growth_interval(base, recent, level=level)
    p = stats.beta.ppf([(1 - level) / 2, (1 + level) / 2], recent + 0.5, base + 0.5)
    assert [found.low, found.high] == pytest.approx((p / (1 - p)).tolist(), rel=1e-6)


def test_interval_coverage_and_dispersion() -> None:
    rng = np.random.default_rng(3)
    base, recent = rng.poisson(20, 4000), rng.poisson(30, 4000)
    found = growth_interval(base, recent)
    assert 0.87 < ((found.low <= 1.5) & (found.high >= 1.5)).mean() < 0.93
    wide = growth_interval(base, recent, dispersion=4)
    assert (wide.high / wide.low > found.high / found.low).all()


def test_cagr() -> None:
    assert cagr([100, 100], [121, 0], [2, 5]) == pytest.approx([0.1, -1])
    with pytest.raises(InputError, match="zero"):
        cagr(0, 1, 1)
    with pytest.raises(InputError, match="positive"):
        cagr(1, 1, 0)


GROWING = 1000 * 1.05 ** np.arange(15)


@pytest.mark.parametrize(
    ("factors", "periods"), [((), 0), ((0.5,), 1), ((0.7, 0.1), 2), ((0.8, 0.5, 0.1), 3), ((0.95,), 0)]
)
def test_a_lag_at_the_end_is_found(factors: tuple[float, ...], periods: int) -> None:
    series = GROWING.copy()
    if factors:
        series[-len(factors) :] *= factors
    noisy = np.random.default_rng(0).poisson(series)
    assert incomplete_last(noisy) == periods


def test_a_recovered_fall_and_a_noisy_series_are_not_lags() -> None:
    crisis = GROWING.copy()
    crisis[-2] *= 0.5
    assert incomplete_last(crisis) == 0
    swings = np.array([100, 60, 130, 50, 140, 70, 120, 60])
    assert incomplete_last(swings) == 0


def test_false_alarms_are_rare() -> None:
    series = np.random.default_rng(5).poisson(GROWING / 10, size=(2000, 15))
    assert (incomplete_rows(series) > 0).mean() < 0.02


@given(st.integers(0, 2), st.integers(0, 100))
def test_rows_equal_one_by_one(periods: int, seed: int) -> None:
    panel = np.random.default_rng(seed).poisson(np.outer([0.01, 0.1, 1], GROWING)).astype(float)
    if periods:
        panel[:, -periods:] *= np.linspace(0.6, 0.1, periods)
    assert incomplete_rows(panel).tolist() == [incomplete_last(row) for row in panel]


def test_a_panel_needs_breadth() -> None:
    panel = np.random.default_rng(1).poisson(np.outer(np.linspace(0.1, 1, 20), GROWING)).astype(float)
    assert incomplete_panel(panel) == 0
    lag = panel.copy()
    lag[:, -2:] *= [0.7, 0.1]
    assert incomplete_panel(lag) == 2
    one_giant_falls = panel.copy()
    one_giant_falls[-1] *= 50
    one_giant_falls[-1, -1] *= 0.2
    assert incomplete_last(one_giant_falls.sum(axis=0)) == 1
    assert incomplete_panel(one_giant_falls) == 0


def test_incomplete_input_is_checked() -> None:
    with pytest.raises(InputError, match="at least 5"):
        incomplete_last([1, 2, 3])
    with pytest.raises(InputError, match="row 0, period 1"):
        incomplete_last([1, np.nan, 3, 4, 5])


def curve(t: np.ndarray, ceiling: float = 200, midpoint: float = 2010, rate: float = 0.5) -> np.ndarray:
    return ceiling / (1 + np.exp(-rate * (t - midpoint)))


def test_an_exact_logistic_is_recovered() -> None:
    t = np.arange(2000, 2021)
    fit = logistic_fit(t, curve(t))
    assert fit.identified
    assert [fit.ceiling, fit.midpoint, fit.rate] == pytest.approx([200, 2010, 0.5])
    assert fit.stage is Stage.SATURATED
    assert fit.years_to_midpoint == pytest.approx(-10)
    assert fit.ceiling_interval == pytest.approx((200, 200), rel=1e-3)


def test_meyer_1999_sunflower() -> None:
    """Reed & Holland (1919) sunflower heights, the worked example of Meyer, Yung & Ausubel (1999), fig. 1."""
    days = 7 * np.arange(1, 13)
    height = [17.93, 36.36, 67.76, 98.10, 131.0, 169.5, 205.5, 228.3, 247.1, 250.5, 253.8, 254.5]
    fit = logistic_fit(days, height)
    assert fit.identified
    assert fit.ceiling == pytest.approx(261, abs=1)
    assert fit.midpoint == pytest.approx(34.3, abs=0.5)
    assert np.log(81) / fit.rate == pytest.approx(50, abs=1)  # days from 10 to 90 % of the ceiling


def test_interval_covers_ceiling() -> None:
    rng = np.random.default_rng(11)
    t = np.arange(2000, 2016)
    hits = found = 0
    for _ in range(60):
        fit = logistic_fit(t, np.maximum(curve(t) + rng.normal(0, 6, len(t)), 0))
        found += fit.identified
        hits += fit.ceiling_interval[0] <= 200 <= fit.ceiling_interval[1]
    assert found >= 54
    assert hits >= 51


@pytest.mark.parametrize(
    ("y", "reason"),
    [
        (np.exp(0.3 * np.arange(15)), "without a visible ceiling"),
        (5 + 2.0 * np.arange(15), "straight line"),
        (np.full(15, 3.0), "does not grow"),
        (np.zeros(15), "does not grow"),
        (30 - 2.0 * np.arange(15), "does not grow"),
        (curve(np.arange(1990, 2005), midpoint=2010), "without a visible ceiling"),
    ],
)
def test_refusals(y: np.ndarray, reason: str) -> None:
    noisy = y + np.random.default_rng(2).normal(0, 0.02 * max(y.max(), 1), len(y)) * (y > 0)
    fit = logistic_fit(np.arange(15), np.maximum(noisy, 0) if "not grow" not in reason else y)
    assert not fit.identified
    assert reason in fit.reason
    assert np.isnan(fit.ceiling)
    assert fit.stage is None
    assert fit.ceiling_interval[1] == np.inf


def test_logistic_input_is_checked() -> None:
    with pytest.raises(InputError, match="6 or more"):
        logistic_fit([1, 2], [1, 2])
    with pytest.raises(InputError, match="increase"):
        logistic_fit([1, 2, 3, 3, 5, 6], np.ones(6))
    with pytest.raises(InputError, match="t = 3"):
        logistic_fit(np.arange(6), [1, 1, 1, -1, 1, 1])
    with pytest.raises(InputError, match="neither"):
        logistic_fit(np.arange(9), np.arange(9), errors="correlated")  # type: ignore[arg-type]


def test_errors_of_a_running_total_add_up() -> None:
    """Totals of noisy counts: fitted as independent points the 90 % interval misses the ceiling far more often."""
    rng = np.random.default_rng(4)
    t = np.arange(0, 22)
    per_period = np.diff(curve(np.arange(-1, 22), ceiling=4000, midpoint=14, rate=0.4))
    hits = {"independent": 0, "accumulating": 0}
    widths = {"independent": 0.0, "accumulating": 0.0}
    for _ in range(40):
        total = np.cumsum(rng.negative_binomial(5, 5 / (5 + per_period)))
        ceiling = total[-1] + 4000 - curve(np.array([21]), 4000, 14, 0.4)[0]
        for errors in ("independent", "accumulating"):
            fit = logistic_fit(t, total, errors=errors)  # type: ignore[arg-type]
            hits[errors] += fit.ceiling_interval[0] <= ceiling <= fit.ceiling_interval[1]
            widths[errors] += np.isinf(fit.ceiling_interval[1])
    assert hits["accumulating"] >= 34
    assert hits["independent"] < hits["accumulating"]


def test_running_total_needs_no_past() -> None:
    t = np.arange(2000, 2021)
    fit = logistic_fit(t, curve(t) + 1000, errors="accumulating")
    assert [fit.ceiling, fit.midpoint, fit.rate] == pytest.approx([1200, 2010, 0.5])


VCR = [840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890]


def test_cowpertwait_metcalfe_2009_video_recorders() -> None:
    """Introductory Time Series with R, section 3.3: US sales 1980-89, nls: m 67980, p 0.006594, q 0.6381."""
    fit = bass_fit(VCR, convention="density")
    assert fit.identified
    assert [fit.market, fit.innovation, fit.imitation] == pytest.approx([67980, 0.006594, 0.6381], rel=1e-3)
    assert fit.market_interval[0] < 67980 < fit.market_interval[1]


@given(st.floats(0.002, 0.05), st.floats(0.2, 0.8), st.sampled_from(["increment", "density"]))
@settings(max_examples=20, deadline=None)
def test_an_exact_bass_curve_is_recovered(p: float, q: float, convention: str) -> None:
    t = np.arange(0, 26.0)
    decay = np.exp(-(p + q) * t)
    adopted = (1 - decay) / (1 + q / p * decay)
    flow = np.diff(adopted) if convention == "increment" else ((p + q * adopted) * (1 - adopted))[1:]
    fit = bass_fit(5000 * flow, convention=convention)  # type: ignore[arg-type]
    assert fit.identified
    assert [fit.market, fit.innovation, fit.imitation] == pytest.approx([5000, p, q], rel=1e-3)
    assert fit.peak == pytest.approx(max(np.log(q / p), 0) / (p + q), rel=1e-3)


@pytest.mark.parametrize(
    ("flow", "reason"),
    [
        (np.exp(0.3 * np.arange(12)), "without a visible ceiling"),
        (np.full(12, 5.0), "constant"),
        (np.zeros(12), "no adop"),
    ],
)
def test_bass_refuses(flow: np.ndarray, reason: str) -> None:
    fit = bass_fit(flow, convention="increment")
    assert not fit.identified
    assert reason in fit.reason
    assert np.isnan(fit.market)


def test_bass_input_is_checked() -> None:
    with pytest.raises(InputError, match="neither"):
        bass_fit(VCR, convention="sales")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="6 or more"):
        bass_fit(VCR[:5], convention="density")
