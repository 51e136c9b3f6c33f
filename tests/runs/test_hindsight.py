"""The backtest of the growth indicators: recomputed plainly, blind to the future, silent on short evidence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from majung.programme import load_programme
from majung.runs import Run, compute
from majung.runs.hindsight import HORIZON, hindsight, youngest
from miniature import Miniature

FOUNDING = Path(__file__).parents[2] / "programmes" / "korea-2021"


@pytest.fixture(scope="module")
def founding() -> Run:
    """The founding programme without its results: a backtest asks for definitions and evidence alone."""
    return Run("r", {}, load_programme(FOUNDING), {}, {})


def test_patent_growth_recomputed_plainly(founding: Run) -> None:
    found = next(one for one in hindsight(founding) if one.indicator == "patent_growth")
    rows = founding.evidence.tables["patents"]
    world = rows[(rows["country"] == "WLD") & (rows["measure"] == "families") & (rows["classification"] == "wipo35")]
    table = world.pivot(index="code", columns="year", values="value")

    def growth(year: int) -> dict[str, float]:
        late, early = table[range(year - 4, year + 1)].sum(axis=1), table[range(year - 9, year - 4)].sum(axis=1)
        return dict((late / early) / (late.sum() / early.sum()))

    def of_candidates(values: dict[str, float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array(
            [
                sum(c.weight * values[c.code] for c in industry.codes_in("wipo35"))
                for industry in founding.programme.candidates
            ]
        )

    aucs = []
    for origin in range(2007, 2016):
        then, later = of_candidates(growth(origin)), of_candidates(growth(origin + HORIZON))
        won = later > np.median(later)
        pairs = then[won][:, None] - then[~won][None, :]
        aucs.append(((pairs > 0) + (pairs == 0) / 2).mean())
    assert found.origins == tuple(range(2007, 2016))
    assert found.auc == pytest.approx(float(np.mean(aucs)))
    assert found.candidates == len(founding.programme.candidates)


def test_no_origin_is_judged_by_years_after_the_cut(founding: Run) -> None:
    charter = founding.programme.charter
    earlier = replace(founding.programme, charter=charter.model_copy(update={"cut_year": 2017}))
    for one in hindsight(replace(founding, programme=earlier)):
        assert one.origins[-1] + HORIZON <= 2017


def test_short_series_are_not_tested_and_the_criterion_that_begins_last_is_named(tmp_path: Path) -> None:
    run = compute(load_programme(Miniature(tmp_path / "p").write()))
    assert all(len(one.origins) >= 3 for one in hindsight(run))
    found = youngest(run)
    assert found is not None
    assert found[0] in {c.id for c in run.programme.charter.criteria}
