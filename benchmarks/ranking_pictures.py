"""The pictures of docs/methods/weights.md and ranking.md: `PYTHONPATH=src python benchmarks/ranking_pictures.py`."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
import numpy as np

from majung.methods.ahp import group
from majung.methods.checks import Ranking, invariance
from majung.methods.ranking.additive import additive
from majung.methods.ranking.promethee import promethee_ii
from majung.methods.ranking.topsis import topsis
from majung.methods.ranking.vikor import vikor
from majung.methods.smaa_exact import smaa_exact

IMAGES = Path(__file__).parents[1] / "docs" / "methods" / "img"
COLOURS = ("#3b6ea5", "#d98032", "#5a9a68", "#9a5a8f")
SCORES = np.array([[0.9, 0.3, 0.2], [0.2, 0.85, 0.4], [0.55, 0.6, 0.5], [0.3, 0.2, 0.95]])
NAMES = ("A", "B", "C", "D")


def acceptability() -> None:
    """The triangle of weights by winner, and how often each alternative takes each rank."""
    exact = smaa_exact(SCORES)
    corners = np.array([[0, 0], [1, 0], [0.5, np.sqrt(0.75)]])
    steps = 160
    w = np.array([[i, j, steps - i - j] for i in range(steps + 1) for j in range(steps + 1 - i)]) / steps
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained", width_ratios=(1, 1.1))
    x, y = (w @ corners).T
    triangles = matplotlib.tri.Triangulation(x, y)
    winner = (w[triangles.triangles].mean(axis=1) @ SCORES.T).argmax(axis=1)
    left.tripcolor(triangles, winner, cmap=matplotlib.colors.ListedColormap(COLOURS), vmin=0, vmax=3, rasterized=True)
    for name, centre in zip(NAMES, exact.central_weights, strict=True):
        left.plot(*(centre @ corners), "o", color="white", markeredgecolor="0.2")
        left.annotate(name, centre @ corners, xytext=(6, 4), textcoords="offset points", color="white", weight="bold")
    for text, corner, dy in zip(("criterion 1", "criterion 2", "criterion 3"), corners, (-14, -14, 6), strict=True):
        left.annotate(text, corner, xytext=(0, dy), textcoords="offset points", ha="center")
    left.set(aspect="equal", title="First by weights; dots are central weights")
    left.axis("off")
    right.imshow(exact.rank_acceptability, cmap="Blues", vmin=0, vmax=1)
    for (a, r), share in np.ndenumerate(exact.rank_acceptability):
        right.text(r, a, f"{share:.0%}", ha="center", va="center", color="white" if share > 0.5 else "0.2")
    right.set(xticks=range(4), xticklabels=range(1, 5), yticks=range(4), yticklabels=NAMES, xlabel="rank")
    right.set_title("Rank acceptability")
    right.spines[:].set_visible(False)
    _save(figure, "ranking_acceptability")


def reversals(problems: int = 300) -> None:
    """Share of random 8 x 5 problems in which deleting one alternative reverses two others."""
    rng = np.random.default_rng(0)
    methods: dict[str, int] = {}
    for _ in range(problems):
        table, w = rng.random((8, 5)), rng.dirichlet(np.ones(5))
        for name, ranking in _rankings(w).items():
            methods[name] = methods.get(name, 0) + bool(invariance(ranking, table))
    figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
    shares = [count / problems for count in methods.values()]
    axes.barh(list(methods), shares, color=["#5a9a68" if share == 0 else "#b7bec7" for share in shares])
    for place, share in enumerate(shares):
        axes.annotate(f"{share:.0%}", (share, place), xytext=(4, 0), textcoords="offset points", va="center")
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xticks=[], title="Share of random problems with a reversal")
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    _save(figure, "ranking_reversals")


def _rankings(w: np.ndarray) -> dict[str, Ranking]:
    def flows(x: np.ndarray) -> np.ndarray:
        return promethee_ii(x, w, preference="linear", maximise=True, indifference=0.05, threshold=0.3).net

    return {
        "additive or SPOTIS, fixed scales": lambda x: additive(x, w),
        "additive, min-max of the data": lambda x: additive((x - x.min(axis=0)) / np.ptp(x, axis=0), w),
        "TOPSIS, vector": lambda x: topsis(x, w, maximise=True, normalisation="vector"),
        "TOPSIS, min-max": lambda x: topsis(x, w, maximise=True, normalisation="min-max"),
        "VIKOR": lambda x: -vikor(x, w, maximise=True, majority=0.5).compromise,
        "PROMETHEE II": flows,
    }


def judges() -> None:
    """A group of judges: quartiles of their weights, the group with and without the inconsistent."""
    rng = np.random.default_rng(3)
    logs = rng.normal(0, 0.25, (14, 5)) + np.log([0.36, 0.25, 0.18, 0.13, 0.08])
    error = rng.normal(0, 1, (14, 5, 5)) * np.where(np.arange(14) < 4, 0.55, 0.12)[:, None, None]
    a = np.exp(logs[:, :, None] - logs[:, None, :] + error - np.swapaxes(error, 1, 2))
    found = group(a, method="geometric", aggregation="judgments", table="saaty-1980")
    figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
    places = np.arange(5)
    axes.hlines(
        places, found.quartiles[:, 0], found.quartiles[:, 2], color="#b7bec7", lw=7, label="middle half of judges"
    )
    axes.plot(found.weights, places, "o", color=COLOURS[0], label="all judges")
    without = f"without the {found.inconsistent.sum()} inconsistent"
    axes.plot(found.weights_consistent, places, "D", mfc="white", color=COLOURS[1], label=without)
    axes.invert_yaxis()
    axes.set(yticks=places, yticklabels=[f"criterion {k + 1}" for k in places], xlabel="weight", xlim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    _save(figure, "weights_judges")


def _save(figure: matplotlib.figure.Figure, name: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    figure.savefig(IMAGES / f"{name}.svg", metadata={"Date": None})


def main() -> None:
    plt.rcParams.update({"svg.hashsalt": "majung", "svg.fonttype": "none", "font.family": "sans-serif"})
    acceptability()
    reversals()
    judges()


if __name__ == "__main__":
    main()
