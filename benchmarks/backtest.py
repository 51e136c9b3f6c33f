"""Backtest on real international patent families (35 fields, 35 countries, 1998-2020), beside the naive baselines.

Reads data/ncses/ipf_35fields_1998_2020.parquet under MAJUNG_SHARED (default: ../shared beside the repository). Prints
the tables of docs/methods/backtest.md; with --final it scores the two reserved parts too and stores all numbers. That
was done once, after the methods had been compared on "choosing".

    PYTHONPATH=src python benchmarks/backtest.py [--final | --false-claims]
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from majung.methods.backtest import (
    Backtest,
    Measure,
    Panel,
    Score,
    Scored,
    Target,
    backtest,
    diversity_times_ubiquity,
    entry,
    held_out,
    outgrowth,
    panel,
    past_growth,
    planted,
    rca_now,
    specialisation,
)
from majung.methods.labelled import Floats, InputError

ROOT = Path(__file__).parent
HORIZON, FIRST_ORIGIN = 5, 2005
TARGETS = {
    "entry": entry(window=3, sustained=1),
    "entry by single years": entry(),
    "outgrowth": outgrowth(),
}
ISO3 = {
    "Argentina": "ARG", "Australia": "AUS", "Austria": "AUT", "Belarus": "BLR", "Belgium": "BEL", "Brazil": "BRA",
    "Canada": "CAN", "China": "CHN", "Denmark": "DNK", "Finland": "FIN", "France": "FRA", "Germany": "DEU",
    "Hungary": "HUN", "India": "IND", "Ireland": "IRL", "Israel": "ISR", "Italy": "ITA", "Japan": "JPN",
    "Malaysia": "MYS", "Mexico": "MEX", "Moldova": "MDA", "Netherlands": "NLD", "New Zealand": "NZL", "Norway": "NOR",
    "Russia": "RUS", "Singapore": "SGP", "South Africa": "ZAF", "South Korea": "KOR", "Spain": "ESP", "Sweden": "SWE",
    "Switzerland": "CHE", "Taiwan": "TWN", "Ukraine": "UKR", "United Kingdom": "GBR", "United States": "USA",
}  # fmt: skip


def families() -> Panel | None:
    shared = Path(os.environ.get("MAJUNG_SHARED", ROOT.parent.parent / "shared"))
    path = shared / "data" / "ncses" / "ipf_35fields_1998_2020.parquet"
    if not path.exists():
        return None
    table = pd.read_parquet(path)
    table = table.assign(code=table["entity"].map(ISO3)).dropna(subset="code")
    wide = table.pivot_table(index="year", columns=["code", "field"], values="value", aggfunc="sum").fillna(0)
    codes, fields = sorted(set(table["code"])), sorted(set(table["field"]))
    wide = wide.reindex(columns=pd.MultiIndex.from_product([codes, fields]), fill_value=0)
    values = wide.to_numpy(dtype=float).reshape(len(wide), len(codes), len(fields))
    return panel(values, [int(y) for y in wide.index], codes, fields)


def ranks(values: Floats) -> Floats:
    return np.asarray(stats.rankdata(values, axis=None).reshape(values.shape) / values.size)


def log_rca(values: Floats) -> Floats:
    """Logarithm of RCA, with one count more on both sides so that zeros stay finite."""
    units, items = values.sum(axis=-1, keepdims=True), values.sum(axis=-2, keepdims=True)
    expected = units * items / units.sum(axis=-2, keepdims=True)
    return np.asarray(np.log((values + 1) / (expected + 1)))


def density(history: Floats) -> Floats:
    """Product-space density (Hidalgo et al. 2007) of the last three periods' mean."""
    present = (specialisation(history[-3:].mean(axis=0)) >= 1).astype(float)
    counts = np.maximum(present.sum(axis=0), 1)
    proximity = present.T @ present / np.maximum.outer(counts, counts)
    np.fill_diagonal(proximity, 0)
    return np.asarray(present @ proximity / np.maximum(proximity.sum(axis=0), 1e-12))


def related_level(history: Floats) -> Floats:
    """Mean log RCA in other items, weighted by the positive correlation of their log RCA over units."""
    level = log_rca(history[-3:].mean(axis=0))
    weights = np.maximum(np.nan_to_num(np.corrcoef(level.T)), 0)
    np.fill_diagonal(weights, 0)
    return np.asarray(level @ weights / np.maximum(weights.sum(axis=0), 1e-12))


def volatility(history: Floats) -> Floats:
    return np.asarray(np.diff(log_rca(history[-8:]), axis=0).std(axis=0))


def fixed_score(history: Floats) -> Floats:
    return ranks(rca_now(history)) + 0.25 * (ranks(related_level(history)) + ranks(volatility(history)))


def features(history: Floats) -> Floats:
    logs = log_rca(history)
    smooth = log_rca(history[-3:].mean(axis=0))
    size = np.log1p(history[-3:].mean(axis=0))
    world = history.sum(axis=1)
    growth = np.log((world[-1] + 1) / (world[max(len(world) - 4, 0)] + 1))
    columns = [
        np.log(rca_now(history) + 0.05),
        smooth,
        logs[-1] - logs[max(len(logs) - 4, 0)],
        volatility(history),
        related_level(history),
        density(history),
        size,
        np.broadcast_to(growth, size.shape),
        np.broadcast_to(np.log1p(history[-1].sum(axis=1))[:, None], size.shape),
    ]
    return np.stack([stats.zscore(c, axis=None) if np.ptp(c) > 0 else np.zeros_like(c) for c in columns], axis=-1)


def rca_three_years(history: Floats) -> Floats:
    return specialisation(history[-3:].sum(axis=0))


def shrunken_rca(history: Floats, prior: float = 5.0) -> Floats:
    """RCA of three years drawn towards 1 by a prior of five expected counts: little evidence is no weakness."""
    recent = history[-3:].sum(axis=0)
    expected = np.outer(recent.sum(axis=1), recent.sum(axis=0)) / recent.sum()
    return np.asarray((recent + prior) / (expected + prior))


def reversion(history: Floats) -> Floats:
    """High where the country is weak: all that a bounded share does is to come back."""
    return -rca_three_years(history)


def learned(target: Target, *, blend: float, ridge: float = 5.0) -> Score:
    """Logistic model of the target on own history, trained inside the history only, blended with the rank of RCA."""

    def score(history: Floats) -> Floats:
        rows, labels = [], []
        for origin in range(4, len(history) - HORIZON):
            candidate, success = target(history, origin, HORIZON)
            rows.append(features(history[: origin + 1])[candidate])
            labels.append(success[candidate])
        anchor = ranks(rca_three_years(history))
        if not rows or not np.concatenate(labels).any():
            return anchor
        x, y = np.concatenate(rows), np.concatenate(labels).astype(float)
        x = np.column_stack([np.ones(len(x)), x])

        def loss(b: Floats) -> tuple[float, Floats]:
            z = x @ b
            value = float(np.logaddexp(0, z).sum() - y @ z + ridge / 2 * (b[1:] @ b[1:]))
            return value, x.T @ (special.expit(z) - y) + ridge * np.append(0, b[1:])

        b = optimize.minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x
        return (1 - blend) * ranks(features(history) @ b[1:]) + blend * anchor

    return score


def rounded(measure: Measure) -> list[float]:
    return [round(x, 4) for x in (measure.value, measure.low, measure.high)]


def report(name: str, found: Backtest, against: str) -> None:
    print(f"\n### {name}\n")
    print(
        f"Origins {found.origins[0]}-{found.origins[-1]} ({len(found.origins)}), candidates {sum(found.candidates)}, "
        f"successes {sum(found.positives)} ({sum(found.positives) / sum(found.candidates):.1%}).\n"
    )
    print(f"| method | AUC | AUC-PR | precision@50 | best F1 | AUC gain over {against} |\n|---|---|---|---|---|---|")
    for method, measures in found.scores.items():
        cells = [f"{m.value:.3f} [{m.low:.3f}, {m.high:.3f}]" for m in measures.values()]
        gain = found.gains.get(method, {}).get("auc")
        last = "" if gain is None else f"{gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"
        print(f"| {method} | " + " | ".join(cells) + f" | {last} |")


def main() -> None:
    data = families()
    if data is None:
        print("left out: the patent families are not here (set MAJUNG_SHARED)", file=sys.stderr)
        return
    parts: tuple[Scored, ...] = (
        ("choosing", "held-out units", "late periods") if "--final" in sys.argv else ("choosing",)
    )
    reserved = [unit for unit, out in zip(data.units, held_out(data.units), strict=True) if out]
    print(f"{len(data.units)} countries, held out: {', '.join(reserved)}")
    stored: dict[str, object] = {}
    for target_name, target in TARGETS.items():
        # The hard baseline: strong cells enter next, but strong shares fall back.
        against = "minus RCA of 3 years" if target_name == "outgrowth" else "RCA of 3 years"
        methods = {
            "RCA now": rca_now,
            "RCA of 3 years": rca_three_years,
            "minus RCA of 3 years": reversion,
            "diversity x ubiquity": diversity_times_ubiquity,
            "past growth": past_growth(5, prior=5.0),
            "density": density,
            "shrunken RCA": shrunken_rca,
            "fixed score": fixed_score,
            "learned": learned(target, blend=0.0 if target_name == "outgrowth" else 0.5),
        }
        for scored in parts:
            for least in (0.0, 10.0):
                name = f"{target_name}, {scored}" + (f", expected counts at least {least:g}" if least else "")
                try:
                    found = backtest(
                        data, methods, target=target, horizon=HORIZON, first_origin=FIRST_ORIGIN, scored=scored,
                        against=against, k=50, rng=np.random.default_rng(2021), minimum_expected=least,
                    )  # fmt: skip
                except InputError as nothing:
                    print(f"\n### {name}\n\nNot scored: {nothing}.")
                    continue
                report(name, found, against)
                stored[name] = {
                    "origins": found.origins,
                    "candidates": found.candidates,
                    "positives": found.positives,
                    "scores": {m: {k: rounded(v) for k, v in row.items()} for m, row in found.scores.items()},
                    "gains": {m: {k: rounded(v) for k, v in row.items()} for m, row in found.gains.items()},
                }
    stored["density without relatedness"] = null_density()
    if len(parts) == 1:
        return
    (ROOT / "results").mkdir(exist_ok=True)
    (ROOT / "results" / "backtest.json").write_text(json.dumps(stored) + "\n")


def null_density() -> dict[str, float]:
    """AUC of density where entries have nothing to do with relatedness: mean over 20 synthetic worlds."""
    codes = [f"{a}{b}{c}" for a in "ABCDEFG" for b in "HIJKLMN" for c in "OPQ"]
    codes = [c for c, h in zip(codes, held_out(codes), strict=True) if not h][:40]
    values: dict[str, list[float]] = {"RCA now": [], "density": [], "diversity x ubiquity": []}
    methods = {"RCA now": rca_now, "density": density, "diversity x ubiquity": diversity_times_ubiquity}
    for seed in range(20):
        rng = np.random.default_rng(seed)
        world, _ = planted(16, len(codes), 35, signal=0.0, rng=rng)
        data = panel(world, range(2000, 2016), codes, [str(i) for i in range(35)])
        found = backtest(
            data, methods, target=entry(), horizon=HORIZON, first_origin=FIRST_ORIGIN, scored="choosing",
            against="RCA now", k=50, rng=rng, draws=1,
        )  # fmt: skip
        for name in values:
            values[name].append(found.scores[name]["auc"].value)
    means = {name: float(np.mean(v)) for name, v in values.items()}
    print("\nSynthetic worlds without relatedness, mean AUC:", {k: round(v, 3) for k, v in means.items()})
    return means


def false_claims() -> None:
    """How often a 90 % interval finds a gain between two scores that know nothing, by number of units (60 worlds)."""
    codes = [f"{a}{b}{c}" for a in "ABCDEFGH" for b in "ABCDEFGH" for c in "XYZ"]
    codes = [c for c, h in zip(codes, held_out(codes), strict=True) if not h]
    for units, items in ((12, 60), (24, 40), (40, 35)):
        claims = 0
        for seed in range(60):
            rng = np.random.default_rng(seed)
            values, affinity = planted(16, units, items, signal=0.0, rng=rng)
            noise = rng.normal(size=affinity.shape)
            data = panel(values, range(2000, 2016), codes[:units], [str(i) for i in range(items)])
            found = backtest(
                data, {"affinity": lambda _, a=affinity: a, "noise": lambda _, n=noise: n}, target=entry(),
                horizon=HORIZON, first_origin=2004, scored="choosing", against="noise", k=20, rng=rng, draws=300,
            )  # fmt: skip
            gain = found.gains["affinity"]["auc"]
            claims += gain.low > 0 or gain.high < 0
        print(f"{units} units: {claims} false claims in 60 worlds ({claims / 60:.0%})")


if __name__ == "__main__":
    if "--false-claims" in sys.argv:
        false_claims()
        sys.exit()
    main()
