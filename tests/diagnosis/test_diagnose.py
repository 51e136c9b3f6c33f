"""Diagnosis against plain recomputation from the miniature's rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from majung.diagnosis import diagnose
from majung.diagnosis.position import CALLS_FOR, calls_for, market_state, standing, verdict
from majung.programme import Text, load_programme
from majung.programme.draws import Draws
from majung.runs import Run
from miniature import Miniature, patents


def rows(run: Run, table: str) -> dict[tuple[str, ...], dict[str, object]]:
    key = {"technology": ("candidate", "measure"), "market": ("candidate", "measure"), "gaps": ("candidate", "gap")}
    return {tuple(r[k] for k in key[table]): r for r in run.tables[table].to_dict("records")}


def counts(country: str, code: str, year: int) -> float:
    return next(n for c, k, y, n in patents() if (c, k, y) == (country, code, year))


def index(country: str, year: int) -> float:
    """Candidate `one`: 0.75 alpha + 0.25 beta, each in units of its field's world total of 2016-2020."""
    world = {c: sum(counts("WLD", c, y) for y in range(2016, 2021)) for c in ("alpha", "beta")}
    return sum(w * counts(country, c, year) / world[c] for c, w in (("alpha", 0.75), ("beta", 0.25)))


def test_technology_level_is_the_weighted_index_over_the_leaders(mini_run: Run) -> None:
    standing = {c: sum(index(c, y) for y in range(2016, 2021)) for c in ("KOR", "USA", "JPN")}
    row = rows(mini_run, "technology")["one", "patents"]
    assert row["leader"] == "USA"
    assert row["own"] == pytest.approx(100 * standing["KOR"])
    assert row["level"] == pytest.approx(100 * standing["KOR"] / standing["USA"])
    assert row["world_rank"] == 2
    assert row["level_low"] < row["level"] < row["level_high"]


def test_technology_agrees_with_the_indicator_of_discovery(mini_run: Run) -> None:
    indicators = mini_run.tables["indicators"].set_index(["candidate", "indicator"])["value"]
    for (candidate, measure), row in rows(mini_run, "technology").items():
        if measure == "patents":
            assert row["level"] == pytest.approx(indicators[candidate, "patent_level"])


def test_series_are_the_index_by_year(mini_run: Run) -> None:
    series = mini_run.tables["technology_series"].set_index(["candidate", "measure", "country", "year"])["value"]
    for year in (2009, 2015, 2020):
        assert series["one", "patents", "KOR", year] == pytest.approx(100 * index("KOR", year))


def test_gap_is_the_time_since_the_leader_stood_there(miniature: Miniature) -> None:
    """Alpha alone: Korea 100 a year, the USA 40 a year more each year from 2004: it passed 240 in 2010."""
    miniature.definitions["three"] = [("wipo35", "alpha", 1.0)]
    for year in range(2009, 2021):
        miniature.replace("patents", ("KOR", "alpha", year), 280.0)
    found = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables["technology"]
    row = found[(found["candidate"] == "three") & (found["measure"] == "patents")].iloc[0]
    assert row["gap_reached"]
    # Three-year means: the USA's mean ending in year t is 40 (t - 2005), 280 at 2012.
    assert row["gap_years"] == pytest.approx(8.0)
    assert row["gap_low"] <= 8.0 <= row["gap_high"]


def test_gap_that_the_data_do_not_reach_is_a_lower_bound(mini_run: Run) -> None:
    row = rows(mini_run, "technology")["one", "patents"]
    assert not row["gap_reached"]
    assert row["gap_years"] == pytest.approx(9.0)
    assert row["gap_high"] == np.inf


def test_leader_has_no_gap(miniature: Miniature) -> None:
    for year in range(2009, 2021):
        for code in ("alpha", "beta"):
            miniature.replace("patents", ("KOR", code, year), 2000.0)
            miniature.replace("patents", ("WLD", code, year), 5000.0)
    row = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables["technology"].iloc[0]
    assert (row["level"], row["gap_years"], row["world_rank"], row["leader"]) == (100, 0, 1, "KOR")


def test_citations_count_top_cited_articles(mini_run: Run) -> None:
    row = rows(mini_run, "technology")["one", "citations"]
    # Physics: Korea 100 articles x 0.8 %, the USA 400 x 2 %.
    assert row["level"] == pytest.approx(100 * 0.8 / 8.0)
    assert np.isnan(row["gap_years"])


def test_no_field_in_the_definition_is_said_not_guessed(miniature: Miniature) -> None:
    miniature.definitions["three"] = [("se14", "physics", 1.0)]
    tables = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables
    row = tables["technology"].set_index(["candidate", "measure"]).loc[("three", "patents")]
    assert np.isnan(row["level"])
    position = tables["position"].set_index("candidate").loc["three"]
    assert position["technology"] == "not measured"
    assert "no level can be measured" in position["verdict_en"]
    gap = tables["gaps"].set_index(["candidate", "gap"]).loc[("three", "technology")]
    assert gap["measured"]
    assert gap["basis_en"] == "1 − level against the leader in top-cited articles"


def test_market_by_hand(mini_run: Run) -> None:
    market = rows(mini_run, "market")
    assert market["one", "size"]["value"] == pytest.approx(1.0)
    assert market["one", "own_size"]["value"] == pytest.approx(0.1)
    assert market["one", "growth"]["value"] == pytest.approx(0.0)
    assert market["two", "growth"]["value"] == pytest.approx(10.0)
    assert market["two", "own_growth"]["value"] == pytest.approx(10.0)
    assert market["one", "world_share"]["value"] == pytest.approx(10.0)
    assert market["one", "share_change"]["value"] == pytest.approx(0.0)
    assert market["one", "leader_share"]["value"] == pytest.approx(30.0)
    assert market["one", "leader_share"]["country"] == "USA"
    listed = 0.1**2 + 0.3**2 + 0.2**2
    assert market["one", "concentration"]["value"] == pytest.approx(listed)
    assert market["one", "concentration"]["low"] == pytest.approx(listed)
    # The unlisted 40 % may be one country.
    assert market["one", "concentration"]["high"] == pytest.approx(listed + 0.4**2)
    # S1: imports of 5 against an output of 100.
    assert market["one", "import_dependence"]["value"] == pytest.approx(100 * 5 / 105)
    assert {market["one", m]["observes"] for m in ("size", "growth", "world_share")} == {"parent"}


def test_what_is_not_measured_is_said(mini_run: Run) -> None:
    market = rows(mini_run, "market")
    for measure in ("size", "growth", "world_share", "concentration"):
        assert not market["three", measure]["measured"]
        assert np.isnan(market["three", measure]["value"])
        assert market["three", measure]["note_ko"] == "측정되지 않음"
    position = mini_run.tables["position"].set_index("candidate").loc["three"]
    assert position["market"] == "not measured"
    assert "Its market is not measured." in position["verdict_en"]


def test_stage_is_refused_where_no_ceiling_shows(mini_run: Run) -> None:
    row = rows(mini_run, "market")["one", "stage"]
    assert not row["measured"]
    assert row["note_en"].startswith("stage not identified: ")


def test_gaps_follow_from_levels_and_shares(mini_run: Run) -> None:
    gaps, tech = rows(mini_run, "gaps"), rows(mini_run, "technology")
    assert gaps["one", "technology"]["size"] == pytest.approx(1 - tech["one", "patents"]["level"] / 100)
    assert gaps["one", "technology"]["low"] == pytest.approx(1 - tech["one", "patents"]["level_high"] / 100)
    assert gaps["one", "market"]["size"] == pytest.approx(1 - 10 / 30)
    for gap in ("workforce", "regulation"):
        row = gaps["one", gap]
        assert (row["size"], row["low"], row["high"], row["measured"]) == (0.5, 0, 1, False)
    assert not gaps["three", "market"]["measured"]


def test_expert_level_stands_beside_unmixed(mini_run: Run) -> None:
    expert = mini_run.tables["expert"].set_index("year")
    assert expert.loc[2020, "level"] == 80.1
    assert expert.loc[2020, "gap_years"] == 3.3
    assert pd.isna(expert.loc[2018, "gap_years"])


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (100, "leading"),
        (99.9, "near"),
        (60, "near"),
        (59.9, "behind"),
        (30, "behind"),
        (29.9, "far"),
        (np.nan, "not measured"),
    ],
)
def test_standing(level: float, expected: str) -> None:
    assert standing(level) == expected


@pytest.mark.parametrize(
    ("growth", "expected"),
    [(3, "growing"), (2.9, "steady"), (0, "steady"), (-0.1, "shrinking"), (np.nan, "not measured")],
)
def test_market_state(growth: float, expected: str) -> None:
    assert market_state(growth) == expected


def test_every_position_calls_for_something() -> None:
    for technology in ("leading", "near", "behind", "far"):
        for market in ("growing", "steady", "shrinking"):
            assert calls_for(technology, market) == CALLS_FOR[technology, market]
        assert "measuring the market first" in calls_for(technology, "not measured")[1]
    assert calls_for("not measured", "growing")[1] == "measuring the technology level first"


def test_verdict_says_the_numbers() -> None:
    name = Text(ko="로봇", en="Robots")
    patents = {"level": 22.1, "gap_years": 6.9, "gap_reached": True, "world_rank": 3}
    ko, en = verdict(name, ("중국", "China"), patents, -4.0)
    assert ko == (
        "로봇의 특허 분야에서 한국은 세계 3위, 선두의 22%이며 중국보다 6.9년 늦다. "
        "모산업의 세계 부가가치는 해마다 4.0% 줄었다."
    )
    assert en == (
        "In the patent fields of robots, Korea ranks 3, at 22% of the leader, 6.9 years behind China. "
        "World value added of its parent sectors shrank by 4.0% a year."
    )
    assert (
        "more than 7 years behind China" in verdict(name, ("중국", "China"), patents | {"gap_reached": False}, 1.0)[1]
    )
    assert "Korea leads the world" in verdict(name, ("중국", "China"), patents | {"level": 100.0}, 1.0)[1]
