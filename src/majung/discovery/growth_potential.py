"""Criterion (c), growth potential: does the world do more of this, faster than of everything else?

All three indicators are ratios of a late period to the period of equal length before it, relative to the same ratio of
the whole classification, so that a rising tide (more patents of every kind, inflation) is not growth of the industry.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from majung.discovery.observation import Observation, Question, rows_of, span, sum_by_code, windows
from majung.evidence import WORLD
from majung.methods.labelled import Floats


def patent_growth(question: Question) -> Observation:
    """World international patent families by technology field, late period over early, all fields = 1."""
    return _world_growth(
        question, question.select("patents", country=WORLD, measure="families"), "patents", counts=True
    )


def publication_growth(question: Question) -> Observation:
    """World scientific articles (fractional counts) by field, late period over early, all fields = 1."""
    return _world_growth(
        question, question.select("publications", country=WORLD, measure="articles"), "publications", counts=True
    )


def value_added_growth(question: Question) -> Observation:
    """World value added by industry (nominal USD), late period over early, all KTI industries = 1.

    National accounts come without a sampling error: the interval is the definition's alone.
    """
    return _world_growth(
        question,
        question.select("value_added", country=WORLD, measure="usd_m"),
        "value_added",
        counts=False,
        total="all-kti",
    )


def _world_growth(
    question: Question, world: pd.DataFrame, table: str, *, counts: bool, total: str | None = None
) -> Observation:
    """(late_p / early_p) / (late_all / early_all); all = the code `total`, else the sum over the codes."""
    late, early = windows(int(world["year"].max()), question.recent_years(5))
    used = world[world["year"].isin([*late, *early])]
    parts = used[used["code"] != total]
    codes = tuple(sorted(parts["code"].unique()))
    sums = np.stack([sum_by_code(parts, codes, years) for years in (late, early)])
    whole = used[used["code"] == total] if total else parts
    tide = float(whole[whole["year"].isin(late)]["value"].sum() / whole[whole["year"].isin(early)]["value"].sum())
    draws: Floats
    if counts:
        noisy = question.draws.counts(sums, question.spec.id)
        draws = noisy[:, 0] / noisy[:, 1] / tide
    else:
        draws = np.broadcast_to(sums[0] / sums[1] / tide, (question.draws.samples, len(codes)))
    return Observation(
        codes=codes,
        values=sums[0] / sums[1] / tide,
        draws=draws,
        rows=tuple(rows_of({table: parts[parts["code"] == code]}) for code in codes),
        common_rows=rows_of({table: whole}),
        place="world",
        period=span(late, early),
    )
