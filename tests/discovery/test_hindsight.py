"""The backtest of the growth indicators: recomputed plainly, blind to the future, silent on short evidence, traced."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from majung.discovery.hindsight import HORIZON, LEAST, hindsight
from majung.evidence.lineage import Chains
from majung.programme import Programme, load_programme
from majung.runs import Run
from miniature import Miniature

FOUNDING = Path(__file__).parents[2] / "programmes" / "korea-2021"


@pytest.fixture(scope="module")
def founding() -> Programme:
    return load_programme(FOUNDING)


@pytest.fixture(scope="module")
def tested(founding: Programme) -> tuple[dict[str, pd.DataFrame], Chains]:
    tables, lineage = hindsight(founding)
    return tables, Chains([lineage.to_frame()])


def test_patent_growth_recomputed_plainly(founding: Programme, tested: tuple[dict[str, pd.DataFrame], Any]) -> None:
    rows = founding.evidence.tables["patents"]
    world = rows[(rows["country"] == "WLD") & (rows["measure"] == "families") & (rows["classification"] == "wipo35")]
    table = world.pivot(index="code", columns="year", values="value")

    def growth(year: int) -> dict[str, float]:
        late, early = table[range(year - 4, year + 1)].sum(axis=1), table[range(year - 9, year - 4)].sum(axis=1)
        return dict((late / early) / (late.sum() / early.sum()))

    def of_candidates(values: dict[str, float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array(
            [sum(c.weight * values[c.code] for c in industry.codes_in("wipo35")) for industry in founding.candidates]
        )

    aucs = []
    for origin in range(2007, 2016):
        then, later = of_candidates(growth(origin)), of_candidates(growth(origin + HORIZON))
        won = later > np.median(later)
        pairs = then[won][:, None] - then[~won][None, :]
        aucs.append(((pairs > 0) + (pairs == 0) / 2).mean())
    by_origin = tested[0]["backtest_origins"].query("indicator == 'patent_growth'")
    assert list(by_origin["origin"]) == list(range(2007, 2016))
    assert list(by_origin["auc"]) == pytest.approx(aucs)
    found = tested[0]["backtest"].set_index("indicator").loc["patent_growth"]
    assert (found["first_origin"], found["last_origin"], found["origins"]) == (2007, 2015, 9)
    assert found["auc"] == pytest.approx(float(np.mean(aucs)))
    assert found["candidates"] == len(founding.candidates)


def test_no_origin_is_judged_by_years_after_the_cut(founding: Programme) -> None:
    earlier = replace(founding, charter=founding.charter.model_copy(update={"cut_year": 2017}))
    tables, lineage = hindsight(earlier)
    assert (tables["backtest_origins"]["origin"] + HORIZON <= 2017).all()
    rests = Chains([lineage.to_frame()]).source_rows("backtest/patent_growth")
    assert founding.evidence.rows("patents", rests["patents"])["year"].max() <= 2017


def test_an_origin_rests_on_the_years_that_it_saw_and_is_judged_by(
    founding: Programme, tested: tuple[dict[str, pd.DataFrame], Chains]
) -> None:
    rows = tested[1].source_rows("backtest_origins/patent_growth/2008")
    seen = founding.evidence.rows("patents", rows["patents"])
    assert set(rows) == {"patents"}
    assert set(seen["year"]) == set(range(1999, 2014))
    assert set(seen["country"]) == {"WLD"}
    parents = tested[1].parents("backtest_origins/patent_growth/2008")
    assert {p.split("/")[1] for p in parents if p.startswith("definitions/")} == {i.id for i in founding.candidates}


def test_short_series_are_not_tested_and_say_when_their_evidence_begins(miniature: Miniature, mini_run: Run) -> None:
    assert (mini_run.tables["backtest"]["origins"] >= LEAST).all()
    begins = mini_run.tables["evidence_begins"]
    assert set(begins["criterion"]) == {c.id for c in mini_run.programme.charter.criteria}
    for row in begins.itertuples():
        rests = mini_run.lineage.source_rows(f"evidence_begins/{row.criterion}")
        frame = mini_run.evidence.tables[row.table]
        first = str(mini_run.tables["ranking"].iloc[0]["candidate"])
        own = mini_run.lineage.source_rows(f"contributions/{first}/{row.criterion}")
        assert row.begins == frame.loc[list(own[row.table]), "year"].min()
        assert set(own[row.table]) <= set(rests[row.table])
