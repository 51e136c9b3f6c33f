"""How the areas that the government chose rank beside the others, and why: sentences made from the result tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from majung.programme import Programme


def area_reports(programme: Programme, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """For every candidate: its strongest and weakest criterion against the median candidate, and a sentence.

    Columns candidate, strongest, weakest (criterion ids), ahead, behind (points of score against the median), text_ko,
    text_en.
    """
    charter = programme.charter
    cells = {(r["candidate"], r["criterion"]): r for r in tables["contributions"].to_dict("records")}
    criteria = [c.id for c in charter.criteria]
    names = {str(c.id): c.name for c in charter.criteria}
    median = {c: float(np.median([cells[i.id, c]["contribution"] for i in programme.candidates])) for c in criteria}
    rows = []
    for row in tables["ranking"].to_dict("records"):
        candidate = row["candidate"]
        own = {c: float(cells[candidate, c]["contribution"]) - median[c] for c in criteria}
        best, worst = max(criteria, key=own.__getitem__), min(criteria, key=own.__getitem__)
        unseen = [names[c] for c in criteria if cells[candidate, c]["measured"] < 0.5]
        said = (int(row["rank"]), charter.places, _percent(row["p_selected"]), _signed(own[best]), _signed(own[worst]))
        rows.append(
            {
                "candidate": candidate,
                "strongest": best,
                "weakest": worst,
                "ahead": own[best],
                "behind": own[worst],
                "text_ko": _korean(*said, names[best].ko, names[worst].ko, [n.ko for n in unseen]),
                "text_en": _english(*said, names[best].inside, names[worst].inside, [n.inside for n in unseen]),
            }
        )
    return pd.DataFrame(rows)


def _korean(
    rank: int, places: int, chance: str, ahead: str, behind: str, best: str, worst: str, unseen: list[str]
) -> str:
    said = (
        f"{rank}위, {places}위 안에 들 확률 {chance}. "
        f"중앙값 후보와 견주어 {best}에서 {ahead}점, {worst}에서 {behind}점이다."
    )
    return said + (f" 절반도 측정되지 않은 기준: {', '.join(unseen)}." if unseen else "")


def _english(
    rank: int, places: int, chance: str, ahead: str, behind: str, best: str, worst: str, unseen: list[str]
) -> str:
    said = (
        f"Rank {rank}; {chance} probability of the first {places}. "
        f"Against the median candidate {ahead} points in {best}, {behind} in {worst}."
    )
    return said + (f" Less than half measured: {', '.join(unseen)}." if unseen else "")


def _percent(value: float) -> str:
    share = 100 * value
    return "<1%" if 0 < share < 0.5 else f"{share:.0f}%"


def _signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "\u2212")
