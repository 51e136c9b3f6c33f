"""The sizes of an industry's gaps, as far as diagnosis measures them.

technology: what is missing to the leader's level (patents; without patent fields, top-cited articles). market: what is
missing to the leading country's world share. workforce, regulation: no table of the founding evidence measures them
by industry, so their size may be anything between nothing and everything, and says so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from majung.evidence.lineage import Lineage, node
from majung.programme import Programme


def diagnosed_gaps(
    programme: Programme, technology: pd.DataFrame, market: pd.DataFrame, lineage: Lineage
) -> pd.DataFrame:
    """Rows candidate, gap, size in [0, 1] with low and high, measured, basis_ko, basis_en."""
    tech = {(row["candidate"], row["measure"]): row for row in technology.to_dict("records")}
    sector = {(row["candidate"], row["measure"]): row for row in market.to_dict("records")}
    rows = []
    for industry in programme.candidates:
        for gap in programme.charter.gaps:
            size = low = high = np.nan
            ko, en = "측정되지 않음: 0과 1 사이 어디든", "not measured: anywhere between 0 and 1"
            parents: list[str] = []
            if gap.id == "technology":
                measure = next((m for m in ("patents", "citations") if np.isfinite(tech[industry.id, m]["level"])), "")
                if measure:
                    row = tech[industry.id, measure]
                    size, low, high = (1 - float(row[c]) / 100 for c in ("level", "level_high", "level_low"))
                    what = ("특허", "patents") if measure == "patents" else ("상위 인용 논문", "top-cited articles")
                    ko, en = f"1 − 선두 대비 {what[0]} 수준", f"1 − level against the leader in {what[1]}"
                    parents = [node("technology level", industry.id, measure)]
            elif gap.id == "market":
                own, best = sector[industry.id, "world_share"], sector[industry.id, "leader_share"]
                if own["measured"] and best["value"] > 0:
                    size = 1 - float(own["value"] / best["value"])
                    low, high = (1 - float(own[c] / best["value"]) for c in ("high", "low"))
                    ko, en = (
                        "1 − 선두국 대비 세계 점유율(모산업)",
                        "1 − world share against the leading country (parents)",
                    )
                    parents = [node("market", industry.id, m) for m in ("world_share", "leader_share")]
            measured = bool(np.isfinite(size))
            if measured:
                size, low, high = (min(1.0, max(0.0, v)) for v in (size, low, high))
                low, high = min(low, size), max(high, size)
            else:
                size, low, high = 0.5, 0.0, 1.0
            lineage.rest(node("gaps", industry.id, gap.id), parents)
            rows.append((industry.id, gap.id, size, low, high, measured, ko, en))
    return pd.DataFrame(rows, columns=["candidate", "gap", "size", "low", "high", "measured", "basis_ko", "basis_en"])
