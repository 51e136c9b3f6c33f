import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.methods.backtest import (
    METRICS,
    Panel,
    backtest,
    diversity_times_ubiquity,
    entry,
    for_choosing,
    held_out,
    metrics,
    outgrowth,
    panel,
    past_growth,
    planted,
    rca_now,
    specialisation,
)
from majung.methods.labelled import InputError

CODES = """
KOR JPN CHN USA DEU FRA GBR ITA ESP SWE FIN NLD BEL AUT CHE
IND POL CZE HUN TUR MEX BRA CAN AUS NZL ZAF ISR SGP MYS THA
""".split()  # noqa: SIM905


def auc_by_pairs(score: np.ndarray, label: np.ndarray) -> float:
    wins = [1.0 if a > b else 0.5 if a == b else 0.0 for a in score[label] for b in score[~label]]
    return sum(wins) / len(wins)


def curve_by_thresholds(score: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    """Average precision and best F1, threshold by threshold."""
    average, best, recall = 0.0, 0.0, 0.0
    for threshold in sorted(set(score), reverse=True):
        taken = score >= threshold
        precision, new = label[taken].mean(), label[taken].sum() / label.sum()
        average += (new - recall) * precision
        best = max(best, 2 * precision * new / (precision + new) if precision + new else 0.0)
        recall = new
    return average, best


ranked = st.integers(2, 40).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 6), min_size=n, max_size=n), st.lists(st.booleans(), min_size=n, max_size=n)
    )
)


@given(ranked, st.integers(1, 50))
@settings(deadline=None)
def test_metrics_equal_their_definitions(pair: tuple[list[int], list[bool]], k: int) -> None:
    score, label = np.array(pair[0], dtype=float), np.array(pair[1])
    found = metrics(score, label, k=k)
    if label.all() or not label.any():
        assert np.isnan(found).all()
        return
    average, best = curve_by_thresholds(score, label)
    assert found[0, [0, 1, 3]] == pytest.approx([auc_by_pairs(score, label), average, best])
    # Precision at k with ties: the mean over random orders within ties.
    rng = np.random.default_rng(0)
    n = min(k, len(score))
    orders = [np.lexsort((rng.random(len(score)), -score))[:n] for _ in range(200)]
    assert found[0, 2] == pytest.approx(np.mean([label[o].mean() for o in orders]), abs=0.16)


@given(ranked, st.integers(0, 1000))
def test_weights_are_repetitions(pair: tuple[list[int], list[bool]], seed: int) -> None:
    score, label = np.array(pair[0], dtype=float), np.array(pair[1])
    weight = np.random.default_rng(seed).integers(0, 4, len(score))
    weight[0] += 1
    weighted = metrics(score, label, k=3, weights=weight[None])
    repeated = metrics(np.repeat(score, weight), np.repeat(label, weight), k=3)
    assert weighted == pytest.approx(repeated, nan_ok=True)


def test_metrics_by_hand() -> None:
    """Scores 4 3 2 1 with labels 1 0 1 0: AUC 3/4, AP (1 + 2/3)/2, precision at 2 1/2, best F1 at 3 of 4: 0.8."""
    found = metrics([4, 3, 2, 1], [1, 0, 1, 0], k=2)[0]
    assert found == pytest.approx([0.75, (1 + 2 / 3) / 2, 0.5, 0.8])


def test_held_out_is_pinned() -> None:
    """The split must never move: this is crc32, spelled out for a few codes."""
    assert held_out(CODES).tolist() == [zlib.crc32(code.encode()) % 4 == 0 for code in CODES]
    assert [code for code, out in zip(CODES, held_out(CODES), strict=True) if out] == PINNED


PINNED = ["USA", "FRA", "GBR", "NLD", "HUN", "BRA", "CAN"]


def world(signal: float, seed: int = 0, items: int = 40) -> tuple[Panel, np.ndarray]:
    values, affinity = planted(22, len(CODES), items, signal=signal, rng=np.random.default_rng(seed))
    return panel(values, range(2000, 2022), CODES, [f"i{j}" for j in range(items)]), affinity


class Spy:
    """A method that remembers all it was shown."""

    def __init__(self) -> None:
        self.seen: list[np.ndarray] = []

    def __call__(self, history: np.ndarray) -> np.ndarray:
        self.seen.append(history)
        return rca_now(history)


def test_nothing_reserved_is_seen_while_choosing() -> None:
    """Numbers that stand for a held-out unit or a late period must not reach a method, nor a target."""
    data, _ = world(1.0)
    values = data.values.copy()
    values[:, held_out(CODES)] = 1e9
    values[np.array(data.periods) > 2015] = 1e9
    marked = panel(values, data.periods, CODES, data.items)
    spy, shown = Spy(), []

    def target(values: np.ndarray, origin: int, horizon: int) -> tuple[np.ndarray, np.ndarray]:
        shown.append(values)
        return entry()(values, origin, horizon)

    arguments = {"target": target, "horizon": 5, "first_origin": 2005, "against": "spy", "k": 10, "draws": 5}
    found = backtest(marked, {"spy": spy}, scored="choosing", rng=np.random.default_rng(0), **arguments)  # type: ignore[arg-type]
    assert set(found.origins) <= set(range(2005, 2011))
    assert all((x < 1e9).all() for x in spy.seen + shown)
    assert [len(x) for x in spy.seen] == [origin - 1999 for origin in found.origins]
    chosen = for_choosing(marked)
    assert chosen.periods[-1] == 2015
    assert not held_out(chosen.units).any()
    with pytest.raises(ValueError, match="read-only"):
        spy.seen[0][0, 0, 0] = 1


def test_history_ends_at_the_origin_in_every_stage() -> None:
    data, _ = world(1.0)
    for scored, origins in (("held-out units", range(2005, 2011)), ("late periods", range(2011, 2017))):
        spy = Spy()
        found = backtest(
            data, {"spy": spy}, target=entry(), horizon=5, first_origin=2005, scored=scored,  # type: ignore[arg-type]
            against="spy", k=10, rng=np.random.default_rng(0), draws=5,
        )  # fmt: skip
        assert set(found.origins) <= set(origins)
        assert [len(x) for x in spy.seen] == [o - 2000 + 1 for o in found.origins]


def judge(signal: float, seed: int) -> tuple[float, float, float]:
    """Interval of the oracle's AUC and of its gain over chance-level noise."""
    data, affinity = world(signal, seed)
    kept = affinity[~held_out(CODES)]
    noise = np.random.default_rng(99).normal(size=kept.shape)
    found = backtest(
        data, {"oracle": lambda _: kept, "noise": lambda _: noise}, target=entry(), horizon=5, first_origin=2004,
        scored="choosing", against="noise", k=20, rng=np.random.default_rng(1), draws=200,
    )  # fmt: skip
    gain = found.gains["oracle"]["auc"]
    return found.scores["oracle"]["auc"].value, gain.low, gain.high


def test_a_planted_signal_is_found() -> None:
    value, low, _ = judge(1.0, seed=0)
    assert value > 0.7
    assert low > 0


def test_without_a_signal_none_is_claimed() -> None:
    """Of 12 null worlds a 90 % interval may exclude zero in a few; four or more has probability 0.03."""
    claims = sum(low > 0 or high < 0 for _, low, high in (judge(0.0, seed) for seed in range(12)))
    assert claims <= 3


def test_specialisation_by_hand() -> None:
    assert specialisation(np.array([[3.0, 1.0], [1.0, 3.0]])).tolist() == [[1.5, 0.5], [0.5, 1.5]]
    assert specialisation(np.array([[0.0, 0.0], [1.0, 3.0]])).tolist() == [[0, 0], [1, 1]]


def test_entry_must_last() -> None:
    values = np.ones((4, 2, 2))
    values[:, 0, 0] = [0.1, 5, 0.1, 5]
    values[:, 1, 0] = [1, 0.1, 1, 1]
    candidate, success = entry(sustained=2)(values, 0, 3)
    assert candidate[0, 0]
    assert not success[0, 0]
    assert entry(sustained=1)(values, 0, 3)[1][0, 0]
    values[2, 0, 0] = 5
    assert entry(sustained=2)(values, 0, 3)[1][0, 0]
    with pytest.raises(InputError, match="do not fit"):
        entry(sustained=4)(values, 0, 3)


def test_entry_over_windows_by_hand() -> None:
    """One burst of 9 in the window: too strong to be a candidate before the origin, an entry after it."""
    values = np.ones((6, 2, 2))
    values[:, 0, 0] = [0, 9, 0, 0, 0, 0]
    assert entry()(values, 2, 3)[0][0, 0]
    assert not entry(window=3, sustained=1)(values, 2, 3)[0][0, 0]
    values[:, 0, 0] = [0, 0, 0, 0, 0, 9]
    candidate, success = entry(window=3, sustained=1)(values, 2, 3)
    assert candidate[0, 0]
    assert success[0, 0]  # 9 of 12 against 3 of 6 elsewhere
    assert not entry()(values, 2, 3)[1][0, 0]


def test_outgrowth_is_relative_to_the_item() -> None:
    values = np.array([[[10.0], [10.0], [0.0]], [[20.0], [30.0], [5.0]]])
    candidate, success = outgrowth()(values, 0, 1)
    assert candidate[:, 0].tolist() == [True, True, False]
    assert success[:2, 0].tolist() == [False, True]


def test_baselines_by_hand() -> None:
    history = np.array([[[1.0, 1.0], [1.0, 1.0]], [[3.0, 1.0], [1.0, 3.0]]])
    assert rca_now(history).tolist() == [[1.5, 0.5], [0.5, 1.5]]
    assert diversity_times_ubiquity(history).tolist() == [[1, 1], [1, 1]]
    assert past_growth(1, prior=1)(history).tolist() == [[2, 1], [1, 2]]


def test_minimum_expected_drops_small_cells() -> None:
    data, _ = world(1.0)
    arguments = {"target": entry(), "horizon": 5, "first_origin": 2005, "against": "rca", "k": 10, "draws": 5}
    few, all_of_them = (
        backtest(
            data, {"rca": rca_now}, scored="choosing", rng=np.random.default_rng(0), minimum_expected=m, **arguments
        )  # type: ignore[arg-type]
        for m in (60, 0)
    )
    assert sum(few.candidates) < sum(all_of_them.candidates)
    assert few.by_origin["rca"].shape == (len(few.origins), len(METRICS))


def test_input_is_checked() -> None:
    data, _ = world(1.0)
    arguments = {"target": entry(), "horizon": 5, "first_origin": 2005, "k": 10, "draws": 5}
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="not among"):
        backtest(data, {"rca": rca_now}, scored="choosing", against="luck", rng=rng, **arguments)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="'spoilt' at 2005"):
        backtest(data, {"spoilt": lambda h: h[-1] * np.nan}, scored="choosing", against="spoilt", rng=rng, **arguments)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="none of"):
        backtest(data, {"rca": rca_now}, scored="all", against="rca", rng=rng, **arguments)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no origin"):
        backtest(
            data, {"rca": rca_now}, scored="choosing", against="rca", rng=rng, **{**arguments, "first_origin": 2014}
        )  # type: ignore[arg-type]
    with pytest.raises(InputError, match="gap"):
        panel(np.ones((2, 1, 1)), [2000, 2002], ["A"], ["x"])
    with pytest.raises(InputError, match="duplicate unit label 'A'"):
        panel(np.ones((1, 2, 1)), [2000], ["A", "A"], ["x"])
    with pytest.raises(InputError, match="2000, 'A', 'x'"):
        panel(-np.ones((1, 1, 1)), [2000], ["A"], ["x"])
    with pytest.raises(InputError, match="nothing remains"):
        for_choosing(panel(np.ones((1, 1, 1)), [2020], ["KOR"], ["x"]))
    with pytest.raises(InputError, match="precision at 0"):
        metrics([1], [1], k=0)
