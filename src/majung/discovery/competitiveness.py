"""Criterion (d), competitiveness: does the country already stand well where the industry lives?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from majung.discovery.observation import Observation, Question, rows_of, span, sum_by_code
from majung.evidence import WORLD
from majung.methods.labelled import Floats


def patent_rca(question: Question) -> Observation:
    """Revealed comparative advantage in patent families.

    RCA_cp = (x_cp / x_c) / (x_p / x), Balassa (1965), over the last `recent_years` years. Draws: Poisson counts of the
    country's own families; world totals are taken as known (their relative error is an order smaller).
    """
    frame = question.select("patents", country=[question.country, WORLD], measure="families")
    years = _last(frame, question.recent_years(5))
    frame = frame[frame["year"].isin(years)]
    codes = tuple(sorted(frame["code"].unique()))
    own_rows, world_rows = frame[frame["country"] == question.country], frame[frame["country"] == WORLD]
    own, world = sum_by_code(own_rows, codes, years), sum_by_code(world_rows, codes, years)
    noisy = question.draws.counts(own, question.spec.id)
    share_in_world = world / np.nansum(world)
    return Observation(
        codes=codes,
        values=own / np.nansum(own) / share_in_world,
        draws=noisy / np.nansum(noisy, axis=1, keepdims=True) / share_in_world,
        rows=_by_code(frame, "patents", codes),
        common_rows=rows_of({"patents": frame}),
        place="own",
        period=span(years),
    )


def patent_level(question: Question) -> Observation:
    """Share of the world's patent families; an industry's level is its weighted share over the leader's.

    Draws: Poisson counts of the country; the rivals' counts are taken as known, which understates the interval where
    the country itself is the leader's close second.
    """
    frame = question.select("patents", measure="families")
    years = _last(frame, question.recent_years(5))
    frame = frame[frame["year"].isin(years)]
    codes = tuple(sorted(frame["code"].unique()))
    world = sum_by_code(frame[frame["country"] == WORLD], codes, years)
    own_rows = frame[frame["country"] == question.country]
    rivals = frame[~frame["country"].isin([question.country, WORLD])]
    own = sum_by_code(own_rows, codes, years)
    shares = [
        np.nan_to_num(sum_by_code(group, codes, years)) / world for _, group in rivals.groupby("country", sort=True)
    ]
    return Observation(
        codes=codes,
        values=own / world,
        draws=question.draws.counts(own, question.spec.id) / world,
        rows=_by_code(frame, "patents", codes),
        common_rows={},
        place="own",
        period=span(years),
        rivals=np.stack(shares, axis=1),
    )


def citation_impact(question: Question) -> Observation:
    """Percent of the country's articles among the world's 1 % most cited; the world is 1 by construction.

    Mean over the last `recent_years` years that have a figure (53 % of the table's cells have none). Draws: Beta
    posterior of the share, from the articles of the same years where they are known.
    """
    impact = question.select("publications", country=question.country, measure="top1pct")
    articles = question.select("publications", country=question.country, measure="articles")
    years = _last(impact, question.recent_years(5))
    impact = impact[impact["year"].isin(years)]
    codes = tuple(sorted(impact["code"].unique()))
    articles = articles[articles["code"].isin(codes)]
    paired = impact.reset_index().merge(
        articles.reset_index(), on=["code", "year"], how="left", suffixes=("", "_articles")
    )
    values, draws = np.full(len(codes), np.nan), np.full((question.draws.samples, len(codes)), np.nan)
    rows = []
    for k, code in enumerate(codes):
        own = paired[(paired["code"] == code) & paired["value_articles"].notna()]
        rows.append(
            {"publications": tuple(int(r) for r in (*own["row"], *own["row_articles"].astype(int)))} if len(own) else {}
        )
        total = float(own["value_articles"].sum())
        if not total:
            continue
        top = float((own["value_articles"] * own["value"]).sum()) / 100
        values[k] = 100 * top / total
        draws[:, k] = 100 * question.draws.rng(question.spec.id, code).beta(
            top + 0.5, total - top + 0.5, question.draws.samples
        )
    return Observation(codes, values, draws, tuple(rows), {}, "own", span(years))


def value_added_rca(question: Question) -> Observation:
    """Revealed comparative advantage in value added, last `recent_years` years, within KTI industries.

    National accounts come without a sampling error: the interval is the definition's alone.
    """
    frame = question.select("value_added", country=[question.country, WORLD], measure="usd_m")
    years = _last(frame, question.recent_years(5))
    frame = frame[frame["year"].isin(years)]
    total = frame[frame["code"] == "all-kti"]
    parts = frame[frame["code"] != "all-kti"]
    codes = tuple(sorted(parts["code"].unique()))
    own, world = (sum_by_code(parts[parts["country"] == c], codes, years) for c in (question.country, WORLD))
    own_total, world_total = (float(total[total["country"] == c]["value"].sum()) for c in (question.country, WORLD))
    values = (own / own_total) / (world / world_total)
    return Observation(
        codes=codes,
        values=values,
        draws=np.broadcast_to(values, (question.draws.samples, len(codes))),
        rows=_by_code(parts, "value_added", codes),
        common_rows=rows_of({"value_added": total}),
        place="own",
        period=span(years),
    )


def level_of_leader(own: Floats, rivals: Floats) -> Floats:
    """Own weighted share in per cent of the largest, own or a rival's (..., countries): 100 for the leader itself."""
    leader: Floats = np.maximum(own, rivals.max(axis=-1))
    return 100 * np.divide(own, leader, out=np.zeros_like(own), where=leader > 0)


def _last(frame: pd.DataFrame, width: int) -> range:
    last = int(frame["year"].max())
    return range(last - width + 1, last + 1)


def _by_code(frame: pd.DataFrame, table: str, codes: tuple[str, ...]) -> tuple[dict[str, tuple[int, ...]], ...]:
    return tuple(rows_of({table: frame[frame["code"] == code]}) for code in codes)
