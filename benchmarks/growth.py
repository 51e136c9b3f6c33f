"""Backtest metrics beside scikit-learn, and how the costs of this family grow with size.

First asserts that the numbers agree, then compares CPU time, then draws docs/methods/img/growth-cost.svg. Run it with
an interpreter that has majung's dependencies, scikit-learn and matplotlib:

    PYTHONPATH=src:benchmarks python benchmarks/growth.py
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from harness import RESULTS, compare
from scipy.optimize import curve_fit

from majung.methods.backtest import metrics
from majung.methods.emergence import emergence_score
from majung.methods.growth import bass_fit, incomplete_rows, logistic_fit
from majung.methods.technology_level import time_gap

IMAGE = Path(__file__).parent.parent / "docs" / "methods" / "img" / "growth-cost.svg"

SETUP = """
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score
from majung.methods.backtest import metrics
rng = np.random.default_rng(0)
n, units, draws = 2000, 35, 500
label = rng.random(n) < 0.05
score = np.round(rng.normal(size=n) + label, 1)
unit = rng.integers(0, units, n)
weights = rng.multinomial(units, np.full(units, 1 / units), size=draws)[:, unit].astype(float)
"""
OURS = "print(metrics(score, label, k=50, weights=weights)[:, :2].mean(axis=0))"
THEIRS = """
print(np.mean([[roc_auc_score(label, score, sample_weight=w), average_precision_score(label, score, sample_weight=w)]
               for w in weights], axis=0))
"""


def agree() -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    rng = np.random.default_rng(1)
    for _ in range(50):
        label = rng.random(300) < 0.2
        score, weight = np.round(rng.normal(size=300) + label, 1), rng.integers(0, 4, 300).astype(float)
        ours = metrics(score, label, k=10, weights=weight[None])[0]
        theirs = (
            roc_auc_score(label, score, sample_weight=weight),
            average_precision_score(label, score, sample_weight=weight),
        )
        assert np.allclose(ours[:2], theirs)
    t = np.arange(21.0)
    for seed in range(20):
        y = np.maximum(200 / (1 + np.exp(-0.5 * (t - 10))) + np.random.default_rng(seed).normal(0, 5, 21), 0)
        theirs, _ = curve_fit(lambda t, k, m, r: k / (1 + np.exp(-r * (t - m))), t, y, p0=(200, 10, 0.5))
        fit = logistic_fit(t, y)
        assert np.allclose([fit.ceiling, fit.midpoint, fit.rate], theirs, rtol=1e-4)
    print("agree: weighted AUC and average precision with scikit-learn, logistic parameters with scipy's curve_fit")


def seconds(work: Callable[[], object]) -> float:
    work()
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def growth() -> dict[str, dict[int, float]]:
    rng = np.random.default_rng(2)

    def metric(n: int) -> Callable[[], object]:
        score, label, weights = rng.normal(size=n), rng.random(n) < 0.1, rng.integers(0, 3, (200, n)).astype(float)
        return lambda: metrics(score, label, k=50, weights=weights)

    def logistic(periods: int) -> Callable[[], object]:
        t = np.linspace(0, 20, periods)
        y = np.maximum(200 / (1 + np.exp(-0.5 * (t - 10))) + rng.normal(0, 5, periods), 0)
        return lambda: logistic_fit(t, y)

    def bass(periods: int) -> Callable[[], object]:
        t = np.linspace(0, 20, periods)
        y = np.maximum(np.exp(-(((t - 10) / 4) ** 2)) + rng.normal(0, 0.02, periods), 0)
        return lambda: bass_fit(y, convention="density")

    def rows(n: int) -> Callable[[], object]:
        table = rng.poisson(100, (n, 25))
        return lambda: incomplete_rows(table)

    def gap(draws: int) -> Callable[[], object]:
        years, line = np.arange(25), np.linspace(50, 200, 25)
        return lambda: time_gap(years, line * 0.6, line, rng=np.random.default_rng(0), draws=draws)

    def emergence(n: int) -> Callable[[], object]:
        table = rng.poisson(5, (n, 10))
        return lambda: emergence_score(table, np.full(10, 1e6))

    plans = {
        "metrics, 200 draws, by pairs": (metric, (1_000, 4_000, 16_000, 64_000)),
        "logistic_fit, by periods": (logistic, (10, 40, 160, 640)),
        "bass_fit, by periods": (bass, (10, 40, 160, 640)),
        "incomplete_rows, by rows": (rows, (1_000, 10_000, 100_000)),
        "time_gap, by draws": (gap, (1_000, 10_000, 100_000)),
        "emergence_score, by topics": (emergence, (1_000, 10_000, 100_000)),
    }
    return {name: {size: seconds(plan(size)) for size in sizes} for name, (plan, sizes) in plans.items()}


def draw(costs: dict[str, dict[int, float]]) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "majung"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6.4, 4), layout="constrained")
    for name, row in costs.items():
        axes.loglog(list(row), list(row.values()), marker="o", label=name)
    axes.set(xlabel="size", ylabel="CPU seconds", title="Cost growth, one thread")
    axes.legend(fontsize=7, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    IMAGE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(IMAGE, metadata={"Date": None})


def main() -> None:
    agree()
    compare("backtest_metrics", OURS, {"scikit-learn": THEIRS}, setup=SETUP, threads=1)
    costs = growth()
    for name, row in costs.items():
        print(name, {size: round(value, 5) for size, value in row.items()})
    (RESULTS / "growth_cost.json").write_text(json.dumps(costs, indent=1) + "\n")
    draw(costs)


if __name__ == "__main__":
    main()
