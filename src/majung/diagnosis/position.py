"""The position that follows from technology and market, what it calls for, and the sentences that say so.

The rules are a table, so that a reader can check each verdict by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from majung.programme import Text

Standing = Literal["leading", "near", "behind", "far", "not measured"]
Market = Literal["growing", "steady", "shrinking", "not measured"]

NEAR, BEHIND = 60.0, 30.0
"""Levels in per cent of the leader from which a country is near the leader, and behind rather than far."""

GROWING = 3.0
"""World growth a year, in per cent and nominal USD, from which a market counts as growing; below 0 it shrinks."""

CALLS_FOR: Mapping[tuple[str, str], tuple[str, str]] = {
    ("leading", "growing"): (
        "앞선 기술을 시장 점유로 바꾸는 것: 조달과 수출",
        "turning the lead into market share: procurement and exports",
    ),
    ("leading", "steady"): ("새 용도를 여는 것: 규제와 실증", "opening new uses: regulation and trials"),
    ("leading", "shrinking"): ("기술을 옆 분야로 옮기는 것", "carrying the technology into neighbouring fields"),
    ("near", "growing"): ("선두와의 좁은 차이를 메우는 집중 투자", "focused investment that closes a narrow gap"),
    ("near", "steady"): ("틈새를 고르고 실증으로 검증하는 것", "choosing niches and proving them in trials"),
    ("near", "shrinking"): ("선별 지원과 인접 분야로의 이동", "selective support and a move to neighbouring fields"),
    ("behind", "growing"): (
        "원천기술과 인력에 먼저 투자하고 수요를 미리 여는 것",
        "technology and people first, with early demand",
    ),
    ("behind", "steady"): (
        "강점이 있는 하위 분야를 골라 협력하는 것",
        "partnering in the sub-fields where there is strength",
    ),
    ("behind", "shrinking"): (
        "지켜보고 새 근거가 나올 때 다시 판단하는 것",
        "watching, and judging again when evidence changes",
    ),
    ("far", "growing"): (
        "도입과 활용을 앞세우고 핵심 기술은 국제 협력으로 얻는 것",
        "adoption first; core technology through cooperation",
    ),
    ("far", "steady"): ("활용을 앞세우는 것", "adoption rather than own technology"),
    ("far", "shrinking"): ("지원 대상으로 삼지 않고 지켜보는 것", "watching rather than support"),
}


def standing(level: float) -> Standing:
    """The standing that a technology level (per cent of the leader) means."""
    if not np.isfinite(level):
        return "not measured"
    if level >= 100:
        return "leading"
    return "near" if level >= NEAR else "behind" if level >= BEHIND else "far"


def market_state(growth: float) -> Market:
    """The state that a yearly world growth rate (per cent) means."""
    if not np.isfinite(growth):
        return "not measured"
    return "growing" if growth >= GROWING else "steady" if growth >= 0 else "shrinking"


def calls_for(technology: Standing, market: Market) -> tuple[str, str]:
    """What the position calls for, in Korean and English."""
    if technology == "not measured":
        return "먼저 기술수준을 재는 것", "measuring the technology level first"
    if market == "not measured":
        ko, en = CALLS_FOR[technology, "growing"]
        return f"시장을 먼저 재는 것; 시장이 자란다면 {ko}", f"measuring the market first; if it grows, {en}"
    return CALLS_FOR[technology, market]


NAMES: Mapping[str, tuple[str, str]] = {
    "leading": ("선두", "leading"),
    "near": ("선두에 가깝다", "near the leader"),
    "behind": ("뒤처져 있다", "behind"),
    "far": ("크게 뒤처져 있다", "far behind"),
    "not measured": ("측정되지 않았다", "not measured"),
    "growing": ("자라는 시장", "a growing market"),
    "steady": ("정체된 시장", "a steady market"),
    "shrinking": ("줄어드는 시장", "a shrinking market"),
}


def verdict(name: Text, leader: tuple[str, str], patents: Mapping[str, Any], growth: float) -> tuple[str, str]:
    """The finding about an industry in one sentence, Korean and English, from its patent row and world growth."""
    level = patents["level"]
    if not np.isfinite(level):
        return (
            f"{name.ko}: 정의에 든 기술 분야가 없어 기술수준을 재지 못한다.",
            f"{name.en}: no technology field in its definition, so no level can be measured.",
        )
    if level >= 100:
        ko = f"{name.ko}의 특허 분야에서 한국이 세계 선두이다."
        en = f"In the patent fields of {name.inside}, Korea leads the world."
    else:
        years, reached = patents["gap_years"], patents["gap_reached"]
        rank = patents["world_rank"]
        if not np.isfinite(years):
            gap_ko, gap_en = "격차 연수는 잴 수 없다", "the gap in years cannot be measured"
        elif reached:
            gap_ko, gap_en = f"{leader[0]}보다 {years:.1f}년 늦다", f"{years:.1f} years behind {leader[1]}"
        else:
            gap_ko = f"{leader[0]}의 과거 어느 해에도 미치지 못한다({years:.0f}년 넘는 격차)"
            gap_en = f"more than {years:.0f} years behind {leader[1]}"
        ko = f"{name.ko}의 특허 분야에서 한국은 세계 {rank}위, 선두의 {level:.0f}%이며 {gap_ko}."
        en = f"In the patent fields of {name.inside}, Korea ranks {rank}, at {level:.0f}% of the leader, {gap_en}."
    if np.isfinite(growth):
        ko += f" 모산업의 세계 부가가치는 해마다 {abs(growth):.1f}% {'늘었다' if growth >= 0 else '줄었다'}."
        moved = "grew" if growth >= 0 else "shrank"
        en += f" World value added of its parent sectors {moved} by {abs(growth):.1f}% a year."
    else:
        ko += " 시장은 측정되지 않았다."
        en += " Its market is not measured."
    return ko, en
