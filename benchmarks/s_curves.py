"""How often did real series break out of the 90 % interval of a logistic ceiling fitted earlier?

Patent families (1998-2020, 35 fields) and articles (1996-2020, 14 fields) of the world and three countries, cut in
2010, 2014 and 2016, fitted per year ("independent") and as running totals ("independent" and "accumulating"). A ceiling
counts as broken when the series later stands above the upper end of its interval. Reads data under MAJUNG_SHARED
(default: ../shared beside the repository).

    PYTHONPATH=src python benchmarks/s_curves.py
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from majung.methods.growth import Errors, logistic_fit

ROOT = Path(__file__).parent
SOURCES = {"patent families": "ipf_35fields_1998_2020.parquet", "articles": "articles_frac_1996_2020.parquet"}
PLACES, CUTS = ("World", "South Korea", "Germany", "China"), (2010, 2014, 2016)


def main() -> None:
    folder = Path(os.environ.get("MAJUNG_SHARED", ROOT.parent.parent / "shared")) / "data" / "ncses"
    if not folder.exists():
        print("left out: the series are not here (set MAJUNG_SHARED)", file=sys.stderr)
        return
    counts: dict[str, dict[str, list[int]]] = {}
    for source, name in SOURCES.items():
        table = pd.read_parquet(folder / name)
        table = table[(table["table"] != 4994) & table["entity"].isin(PLACES)]
        wide = table.pivot_table(index=["entity", "field"], columns="year", values="value").dropna()
        years = wide.columns.to_numpy(dtype=float)
        for row in wide.to_numpy(dtype=float):
            for cut in CUTS:
                seen = years <= cut
                if row[seen].sum() < 100:
                    continue
                totals = np.cumsum(row)
                variants: tuple[tuple[str, np.ndarray, Errors], ...] = (
                    ("per year, independent", row, "independent"),
                    ("running total, independent", totals, "independent"),
                    ("running total, accumulating", totals, "accumulating"),
                )
                for variant, series, errors in variants:
                    tally = counts.setdefault(source, {}).setdefault(variant, [0, 0, 0])
                    fit = logistic_fit(years[seen], series[seen], errors=errors)
                    tally[0] += 1
                    tally[1] += fit.identified
                    tally[2] += fit.identified and float(series[~seen].max()) > fit.ceiling_interval[1]
    print("| series | fitted as | fits | ceiling identified | later broken |\n|---|---|---|---|---|")
    for source, rows in counts.items():
        for variant, (fits, identified, broken) in rows.items():
            shares = f"{identified} ({identified / fits:.0%}) | {broken} ({broken / max(identified, 1):.0%})"
            print(f"| {source} | {variant} | {fits} | {shares} |")
    (ROOT / "results").mkdir(exist_ok=True)
    (ROOT / "results" / "s_curves.json").write_text(json.dumps(counts, indent=1) + "\n")


if __name__ == "__main__":
    main()
