"""Draws the pictures of docs/methods/growth.md, technology_level.md and backtest.md (needs matplotlib).

PYTHONPATH=src python benchmarks/growth_pictures.py
"""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("svg")
mpl.rcParams.update({"svg.hashsalt": "majung", "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
from matplotlib import pyplot as plt  # noqa: E402

from majung.methods.growth import logistic_fit  # noqa: E402
from majung.methods.technology_level import time_gap  # noqa: E402

ROOT = Path(__file__).parent
IMAGES = ROOT.parent / "docs" / "methods" / "img"
BLUE, GREY, RED = "#1f5fa8", "#8a8f98", "#b8432f"


def save(figure: plt.Figure, name: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    figure.savefig(IMAGES / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def s_curves() -> None:
    """One true curve, seen until four moments."""
    t = np.arange(2000, 2031)
    truth = 200 / (1 + np.exp(-0.35 * (t - 2015)))
    y = np.maximum(truth + np.random.default_rng(3).normal(0, 4, len(t)), 0)
    figure, panels = plt.subplots(1, 4, figsize=(9, 2.6), sharey=True, layout="constrained")
    for axes, last in zip(panels, (2010, 2014, 2018, 2024), strict=True):
        seen = t <= last
        fit = logistic_fit(t[seen], y[seen])
        axes.plot(t, truth, color=GREY, lw=1, ls=":")
        axes.scatter(t[seen], y[seen], s=9, color=BLUE)
        if fit.identified:
            axes.plot(t, fit.ceiling / (1 + np.exp(-fit.rate * (t - fit.midpoint))), color=BLUE, lw=1.3)
            axes.axhspan(*fit.ceiling_interval, color=BLUE, alpha=0.15, lw=0)
            title = f"to {last}: {fit.ceiling_interval[0]:.0f} to {fit.ceiling_interval[1]:.0f}, {fit.stage}"
        else:
            axes.axhline(fit.ceiling_interval[0], color=RED, lw=1, ls="--")
            title = f"to {last}: refused, at least {fit.ceiling_interval[0]:.0f}"
        axes.set_title(title, fontsize=8)
        axes.set_ylim(0, 320)
    save(figure, "s-curves")


def gap() -> None:
    years = np.arange(2000, 2021)
    rng = np.random.default_rng(5)
    leader = rng.poisson(60 * np.exp(0.07 * (years - 2000)))
    own = rng.poisson(60 * np.exp(0.07 * (years - 2006)))
    found = time_gap(years, own, leader, rng=rng)
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    axes.plot(years, leader, ".", color=GREY)
    axes.plot(years, own, ".", color=BLUE)
    for series, colour, label in ((leader, GREY, "leader"), (own, BLUE, "own")):
        smooth = np.convolve(series, np.ones(3) / 3, mode="valid")
        axes.plot(years[2:], smooth, color=colour)
        axes.annotate(label, (years[-1], smooth[-1]), xytext=(4, -3), textcoords="offset points", color=colour)
    axes.set_xticks(years[::5])
    axes.hlines(found.present, years[-1] - found.years, years[-1], color=RED)
    axes.hlines(found.present, years[-1] - found.high, years[-1] - found.low, color=RED, lw=7, alpha=0.3)
    axes.set_title(
        f"gap {found.years:.1f} years, 90 % interval {found.low:.1f} to {found.high:.1f} (true: 6)", fontsize=9
    )
    save(figure, "time-gap")


def backtests() -> None:
    stored = json.loads((ROOT / "results" / "backtest.json").read_text())
    names = ["entry, choosing", "entry, late periods"]
    figure, panels = plt.subplots(1, 2, figsize=(8.5, 3), sharey=True, sharex=True, layout="constrained")
    for axes, name in zip(panels, names, strict=True):
        for offset, suffix, colour in ((0.15, "", GREY), (-0.15, ", expected counts at least 10", BLUE)):
            scores = {m: s["auc"] for m, s in stored[name + suffix]["scores"].items() if not m.startswith("minus")}
            for place, (value, low, high) in enumerate(scores.values()):
                axes.plot([low, high], [place + offset] * 2, color=colour)
                axes.plot(value, place + offset, "o", color=colour, ms=4)
            axes.set_yticks(range(len(scores)), list(scores))
        axes.axvline(0.5, color="black", lw=0.6, ls=":")
        axes.set_title(name, fontsize=9)
        axes.set_xlabel("AUC")
    panels[0].invert_yaxis()
    panels[0].plot([], [], color=GREY, label="all cells")
    panels[0].plot([], [], color=BLUE, label="expected counts at least 10")
    panels[0].legend(frameon=False, fontsize=7, loc="lower left")
    save(figure, "backtest")


if __name__ == "__main__":
    s_curves()
    gap()
    backtests()
