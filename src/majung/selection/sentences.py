"""Why a project is needed most, and what would bring a rejected one in: sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from majung.methods.portfolio import Rejection
from majung.programme import Project, Text
from majung.programme.korean import particle, won
from majung.programme.model import GapSpec


def needed_most(
    project: Project, gap: GapSpec, value: float, first: float, gaps: pd.DataFrame, area: str
) -> tuple[str, str]:
    """Why this is the project its industry's growth needs most (Korean, English)."""
    row = gaps[(gaps["candidate"] == area) & (gaps["gap"] == gap.id)].iloc[0]
    size, measured = 100 * float(row["size"]), bool(row["measured"])
    closure = next(c for c in project.closes if c.gap == gap.id)
    ko = (
        f"진단된 격차의 {100 * value:.0f}%를 메운다. 가장 큰 몫은 {gap.name.ko}"
        f"({f'크기 {size:.0f}%' if measured else '크기 측정되지 않음'})이며 그 {100 * closure.share:.0f}%를 메운다. "
        f"격차와 가중치를 흔들어도 {100 * first:.0f}%에서 이 분야의 첫째이다. {closure.rationale.ko}"
    )
    en = (
        f"Closes {100 * value:.0f}% of the diagnosed gaps, most of it in the {gap.name.en.lower()} "
        f"({f'size {size:.0f}%' if measured else 'size not measured'}), of which it closes {100 * closure.share:.0f}%. "
        f"First in its area in {100 * first:.0f}% of the draws of gaps and weights. {closure.rationale.en}"
    )
    return ko, en


def rejection(found: Rejection, extra: float, more: float, names: Mapping[str, Text]) -> tuple[str, str]:
    """What would bring a rejected project in. extra: KRW bn over all years; more: points of value (% of gaps)."""
    out_ko = ", ".join(names[p].ko for p in found.displaced)
    out_en = ", ".join(names[p].en for p in found.displaced)
    if found.reason == "constraint":
        return (
            f"어떤 예산과 가치에서도 들어오지 못한다: {'; '.join(found.conflict)}.",
            f"No budget and no value would bring it in: {'; '.join(found.conflict)}.",
        )
    if found.reason == "unknown":
        return "제한 시간 안에 답을 얻지 못했다.", "No answer in the time allowed."
    if found.reason == "tie":
        return (
            f"이 과제를 담은 똑같이 좋은 포트폴리오가 있다(대신 {out_ko}{particle(out_ko, '이', '가')} 빠진다).",
            f"An equally good portfolio holds it (in place of {out_en}).",
        )
    no_money = not np.isfinite(extra)
    if found.reason == "budget":
        return (
            "예산을 얼마를 늘려도 들어오지 못한다." if no_money else f"예산이 모두 {won(extra)} 늘어야 들어온다.",
            "No budget alone brings it in." if no_money else f"Enters only with KRW {extra:,.0f} bn more in all.",
        )
    return (
        ("" if no_money else f"예산이 모두 {won(extra)} 늘거나 ")
        + f"가치가 {more:.1f}점 높아지면 들어온다(대신 {out_ko}{particle(out_ko, '이', '가')} 빠진다).",
        ("Enters " if no_money else f"Enters with KRW {extra:,.0f} bn more in all, or ")
        + f"with {more:.1f} points more value (in place of {out_en}).",
    )
