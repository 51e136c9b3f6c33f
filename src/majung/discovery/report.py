"""How the areas that the government chose rank beside the others, and why: sentences made from the result tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from majung.programme import Programme


def area_reports(programme: Programme, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """For every candidate: its strongest and weakest criterion against the median candidate, and a sentence.

    Columns candidate, strongest, weakest (criterion ids), ahead, behind (points of score against the median), text_ko,
    text_en.
    """
    points = tables["contributions"].pivot(index="candidate", columns="criterion", values="contribution")
    measured = tables["contributions"].pivot(index="candidate", columns="criterion", values="measured")
    against = points - points.median()
    names = {c.id: c.name for c in programme.charter.criteria}
    places = programme.charter.places
    rows = []
    for row in tables["ranking"].to_dict("records"):
        candidate = str(row["candidate"])
        own = against.loc[candidate]
        strongest, weakest = str(own.idxmax()), str(own.idxmin())
        unseen = [c for c in names if measured.loc[candidate, c] < 0.5]
        rows.append(
            {
                "candidate": candidate,
                "strongest": strongest,
                "weakest": weakest,
                "ahead": float(own[strongest]),
                "behind": float(own[weakest]),
                "text_ko": _korean(row, places, names[strongest].ko, names[weakest].ko, own, strongest, weakest)
                + (f" 절반 이상이 측정되지 않은 기준: {', '.join(names[c].ko for c in unseen)}." if unseen else ""),
                "text_en": _english(row, places, names[strongest].en, names[weakest].en, own, strongest, weakest)
                + (f" Less than half measured: {', '.join(names[c].en for c in unseen)}." if unseen else ""),
            }
        )
    return pd.DataFrame(rows)


def _korean(
    row: Mapping[str, object], places: int, best: str, worst: str, own: pd.Series[float], strongest: str, weakest: str
) -> str:
    return (
        f"{row['rank']}위, {places}위 안에 들 확률 {_percent(row['p_selected'])}. "
        f"중앙값 후보와 견주어 {best}에서 {_signed(own[strongest])}점, {worst}에서 {_signed(own[weakest])}점이다."
    )


def _english(
    row: Mapping[str, object], places: int, best: str, worst: str, own: pd.Series[float], strongest: str, weakest: str
) -> str:
    return (
        f"Rank {row['rank']}; {_percent(row['p_selected'])} probability of the first {places}. "
        f"Against the median candidate {_signed(own[strongest])} points in {_inside(best)}, "
        f"{_signed(own[weakest])} in {_inside(worst)}."
    )


def _percent(value: object) -> str:
    share = 100 * float(str(value))
    return "<1%" if 0 < share < 1 else f"{share:.0f}%"


def _signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "\u2212")


def _inside(name: str) -> str:
    """A criterion's name inside a sentence."""
    return name[:1].lower() + name[1:]
