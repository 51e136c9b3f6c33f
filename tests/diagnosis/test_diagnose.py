"""Diagnosis against plain recomputation from the miniature's rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from majung.diagnosis import Diagnosis, diagnose
from majung.diagnosis.position import CALLS_FOR, calls_for, market_state, standing, verdict
from majung.methods.growth import logistic_fit
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
    assert row["note_ko"] == "연간 특허가 아직 상한을 보이지 않아 단계를 정할 수 없다"


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


def test_technology_of_counts_by_hand(mini_run: Run) -> None:
    tech = rows(mini_run, "technology")
    articles = tech["one", "publications"]
    # Physics: 100, 400 and 200 articles a year of the world's 1,000.
    assert (articles["own"], articles["leader_value"], articles["level"]) == pytest.approx((10, 40, 25))
    assert (articles["leader"], articles["world_rank"], articles["countries"]) == ("USA", 3, 3)
    assert (articles["period"], articles["observes"]) == ("2016–2020", "parent")
    cited = tech["one", "citations"]
    # 0.8 % of 100 and 2 % of 400 articles; the world's own total is not published, so the two countries are the whole.
    assert (cited["own"], cited["leader_value"], cited["level"]) == pytest.approx((100 / 11, 1000 / 11, 10))
    assert (cited["leader"], cited["world_rank"], cited["countries"]) == ("USA", 2, 2)
    assert not cited["gap_reached"]
    assert np.isnan([cited[c] for c in ("gap_years", "gap_low", "gap_high")]).all()
    patents = tech["two", "patents"]
    assert (patents["own"], patents["leader_value"], patents["level"]) == pytest.approx((50 / 2.4, 100 / 2.4, 50))
    assert (patents["world_rank"], patents["countries"]) == (3, 3)


def test_level_interval_holds_counts_and_definition(miniature: Miniature) -> None:
    """Beta alone varies as its count; `one` varies with the share of alpha (uniform on 0.65 to 0.85) too."""
    tables = diagnose(load_programme(miniature.write()), Draws(7, 2000)).tables["technology"]
    found = tables.set_index(["candidate", "measure"])
    rng = np.random.default_rng(0)
    alpha, beta = rng.gamma(500.5, size=20_000), rng.gamma(250.5, size=20_000)
    world = {c: sum(counts("WLD", c, y) for y in range(2016, 2021)) for c in ("alpha", "beta")}
    usa = {c: sum(counts("USA", c, y) for y in range(2016, 2021)) for c in ("alpha", "beta")}
    share = rng.uniform(0.65, 0.85, 20_000)
    mine = share * alpha / world["alpha"] + (1 - share) * beta / world["beta"]
    theirs = share * usa["alpha"] / world["alpha"] + (1 - share) * usa["beta"] / world["beta"]
    for candidate, level in (("two", 100 * beta / usa["beta"]), ("one", 100 * mine / theirs)):
        row = found.loc[(candidate, "patents")]
        assert [row["level_low"], row["level_high"]] == pytest.approx(
            np.quantile(level, [0.05, 0.95]), abs=0.2 * level.std()
        )


def test_series_show_the_country_and_the_largest(mini_run: Run) -> None:
    series = mini_run.tables["technology_series"]
    one = series[(series["candidate"] == "one") & (series["measure"] == "patents")]
    assert set(one["country"]) == {"KOR", "USA", "JPN"}
    assert set(one["year"]) == set(range(2009, 2021))
    by = one.set_index(["country", "year"])["value"]
    assert by["JPN", 2012] == pytest.approx(100 * index("JPN", 2012))
    assert by["USA", 2020] == pytest.approx(100 * index("USA", 2020))


def without_years(miniature: Miniature, *years: int) -> pd.Series:
    """Candidate `three` on alpha alone, Korea at 280 a year (see above), its figures of these years missing."""
    miniature.definitions["three"] = [("wipo35", "alpha", 1.0)]
    for year in range(2009, 2021):
        miniature.replace("patents", ("KOR", "alpha", year), 280.0)
    miniature.tables["patents"] = [
        r for r in miniature.tables["patents"] if not (r[0] == "KOR" and r[2] == "alpha" and r[3] in years)
    ]
    found = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables["technology"]
    return found.set_index(["candidate", "measure"]).loc[("three", "patents")]


def test_gap_looks_back_over_the_unbroken_years(miniature: Miniature) -> None:
    """The leader stood at 280 in 2012 by three-year means of 2010 to 2012, which are there; the interval is finite."""
    row = without_years(miniature, 2009)
    assert row["gap_years"] == pytest.approx(8.0)
    assert row["gap_reached"]


def test_gap_needs_eight_unbroken_years(miniature: Miniature) -> None:
    row = without_years(miniature, 2013)
    assert np.isnan(row["gap_years"])
    assert np.isfinite(row["level"])


def test_gap_that_eight_years_do_not_reach(miniature: Miniature) -> None:
    """Without 2009 to 2012 the past begins in 2013: the first mean of three years is 2015's, five years back."""
    row = without_years(miniature, 2012)
    assert not row["gap_reached"]
    assert row["gap_years"] == pytest.approx(5.0)


def test_gap_interval_covers_windows_and_chance(miniature: Miniature) -> None:
    """Means of w years lag by (w - 1) / 2 on the USA's rising line, none on Korea's level: 8 ± 1 for w of 1 to 5."""
    row = without_years(miniature)
    # One year: 280 in 2011, 9 years ago; five years: 2013, 7 years ago.
    assert row["gap_low"] <= 7.0
    assert row["gap_high"] >= 9.0
    assert row["gap_low"] > 6.5
    assert row["gap_high"] < 9.5


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Diagnosis:
    """`three` is 0.6 machines and 0.4 software (± 0.1), of S1 and S2 likewise; Korea and the USA gain in software."""
    mini = Miniature(tmp_path_factory.mktemp("mixed") / "programme")
    mini.definitions["three"] = [
        ("wipo35", "alpha", 1.0), ("se14", "physics", 1.0), ("kti", "machines", 0.6), ("kti", "software", 0.4),
        ("wiod56", "S1", 0.6), ("wiod56", "S2", 0.4),
    ]  # fmt: skip
    for country, year, share in (("KOR", 2014, 0.01), ("KOR", 2019, 0.03), ("USA", 2019, 0.5)):
        mini.replace("value_added", (country, "software", year), share * software(year))
    return diagnose(load_programme(mini.write()), Draws(7, 2000))


def software(year: int) -> float:
    return 500 * 1.1 ** (year - 2009)


LOW, HIGH = 0.51, 0.69
"""5 and 95 % points of the first of two weights that is uniform on 0.5 to 0.7."""


def test_market_of_several_parents_by_hand(mixed: Diagnosis) -> None:
    market = {r["measure"]: r for r in mixed.tables["market"].to_dict("records") if r["candidate"] == "three"}
    assert market["size"]["value"] == pytest.approx((1000 + software(2019)) / 1000)
    assert market["own_size"]["value"] == pytest.approx((100 + 0.03 * software(2019)) / 1000)
    own = 100 * ((0.03 * software(2019) / (0.01 * software(2014))) ** (1 / 5) - 1)

    def both(first: float, second: float) -> tuple[float, float, float]:
        """Value, low and high of the weighted mean of the two parents."""
        ends = sorted(a * first + (1 - a) * second for a in (LOW, HIGH))
        return (0.6 * first + 0.4 * second, *ends)

    for measure, first, second in (
        ("growth", 0, 10),
        ("own_growth", 0, own),
        ("world_share", 10, 3),
        ("share_change", 0, 2),
        ("leader_share", 30, 50),
        ("import_dependence", 100 * 5 / 105, 100 * 20 / 120),
    ):
        row = market[measure]
        found = (row["value"], row["low"], row["high"])
        assert found == pytest.approx(both(first, second), abs=0.004 * abs(second - first) + 1e-9)
        assert row["value"] == pytest.approx(both(first, second)[0])
    shares = np.array([0.6 * 0.1 + 0.4 * 0.03, 0.6 * 0.3 + 0.4 * 0.5, 0.2])
    concentration = market["concentration"]
    assert concentration["value"] == pytest.approx((shares**2).sum())
    assert concentration["low"] == pytest.approx((shares**2).sum())
    assert concentration["high"] == pytest.approx((shares**2).sum() + (1 - shares.sum()) ** 2)


def test_market_rows_say_unit_period_and_whose(mixed: Diagnosis) -> None:
    market = {r["measure"]: r for r in mixed.tables["market"].to_dict("records") if r["candidate"] == "three"}
    assert {m: (r["unit"], r["period"]) for m, r in market.items() if m != "stage"} == {
        "size": ("USD bn", "2019"),
        "own_size": ("USD bn", "2019"),
        "growth": ("%", "2014–2019"),
        "own_growth": ("%", "2014–2019"),
        "world_share": ("%", "2019"),
        "leader_share": ("%", "2019"),
        "share_change": ("pp", "2014–2019"),
        "concentration": ("HHI 0–1", "2019"),
        "import_dependence": ("%", "2014"),
    }
    assert all(r["measured"] and r["note_en"] == "" and r["note_ko"] == "" for m, r in market.items() if m != "stage")
    assert market["leader_share"]["country"] == "USA"


def test_market_series_add_up_the_parents(mixed: Diagnosis) -> None:
    series = mixed.tables["market_series"].set_index(["candidate", "country", "year"])["value"]
    assert set(series["three"].index.get_level_values("country")) == {"KOR", "USA", "JPN"}
    assert set(series["three", "KOR"].index) == set(range(2009, 2020))
    assert series["three", "KOR", 2014] == pytest.approx(100 + 0.01 * software(2014))
    assert series["three", "JPN", 2011] == pytest.approx(200 + 0.2 * software(2011))


def test_market_gap_takes_its_interval_from_the_share(mixed: Diagnosis) -> None:
    gap = mixed.tables["gaps"].set_index(["candidate", "gap"]).loc[("three", "market")]
    leader = 0.6 * 30 + 0.4 * 50
    assert gap["size"] == pytest.approx(1 - (0.6 * 10 + 0.4 * 3) / leader)
    assert gap["low"] == pytest.approx(1 - (HIGH * 10 + (1 - HIGH) * 3) / leader, abs=0.005)
    assert gap["high"] == pytest.approx(1 - (LOW * 10 + (1 - LOW) * 3) / leader, abs=0.005)
    assert gap["basis_en"] == "1 − world share against the leading country (parents)"
    assert gap["basis_ko"] == "1 − 선두국 대비 세계 점유율(모산업)"


def test_technology_gap_basis_and_bounds(mini_run: Run) -> None:
    gaps, tech = rows(mini_run, "gaps"), rows(mini_run, "technology")
    row = gaps["one", "technology"]
    assert row["high"] == pytest.approx(1 - tech["one", "patents"]["level_low"] / 100)
    assert row["basis_en"] == "1 − level against the leader in patents"
    assert row["basis_ko"] == "1 − 선두 대비 특허 수준"
    assert gaps["three", "market"]["basis_en"] == "not measured: anywhere between 0 and 1"
    assert (gaps["three", "market"]["size"], gaps["three", "market"]["low"], gaps["three", "market"]["high"]) == (
        0.5, 0, 1,
    )  # fmt: skip


def test_what_leads_has_no_gap(miniature: Miniature) -> None:
    """Korea at the head of machines and of alpha and beta: its gaps are nought, not below."""
    for year in range(2009, 2021):
        for code in ("alpha", "beta"):
            miniature.replace("patents", ("KOR", code, year), 2000.0)
            miniature.replace("patents", ("WLD", code, year), 5000.0)
    for year in range(2009, 2020):
        miniature.replace("value_added", ("KOR", "machines", year), 450.0)
    tables = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables
    gaps = tables["gaps"].set_index(["candidate", "gap"])
    for gap in ("technology", "market"):
        row = gaps.loc[("one", gap)]
        assert (row["size"], row["low"]) == (0, 0)
        assert row["measured"]
        assert 0 <= row["high"] < 0.2
    position = tables["position"].set_index("candidate").loc["one"]
    assert (position["technology"], position["market"], position["position"]) == (
        "leading", "steady", "leading / steady",
    )  # fmt: skip


def test_a_sector_that_nobody_serves_has_no_market_gap(miniature: Miniature) -> None:
    for year in range(2009, 2020):
        for country in ("KOR", "USA", "JPN"):
            miniature.replace("value_added", (country, "machines", year), 0.0)
    tables = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables
    market = tables["market"].set_index(["candidate", "measure"])
    assert not market.loc[("one", "own_growth"), "measured"]
    assert market.loc[("one", "own_growth"), "note_en"] == "not measured"
    assert market.loc[("one", "growth"), "measured"]
    assert not tables["gaps"].set_index(["candidate", "gap"]).loc[("one", "market"), "measured"]


def test_stage_is_the_share_of_a_ceiling_that_shows(miniature: Miniature) -> None:
    """World patents of beta on a logistic curve with its middle in 2016: 1 / (1 + exp(-0.9 * 4)) of it in 2020."""
    for year in range(2009, 2021):
        miniature.replace("patents", ("WLD", "beta", year), 200_000 / (1 + np.exp(-0.9 * (year - 2016))))
    market = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables["market"]
    row = market.set_index(["candidate", "measure"]).loc[("two", "stage")]
    assert row["measured"]
    assert row["value"] == pytest.approx(100 / (1 + np.exp(-3.6)), abs=1)
    assert row["low"] <= row["value"] <= row["high"] <= 100
    assert row["unit"] == "% of ceiling"
    assert row["note_en"] == "S-curve stage: saturated (if it stays on a logistic curve)"
    assert row["note_ko"] == "S곡선 단계: 포화(로지스틱 곡선을 따른다는 가정 아래)"


def test_position_follows_from_patents_and_growth(mini_run: Run) -> None:
    """`one` at 23 % of the leader in a flat market, `two` at 50 % in one that grows by 10 % a year."""
    position = mini_run.tables["position"].set_index("candidate")
    assert position.loc["one", "position"] == "far / steady"
    assert position.loc["two", "position"] == "behind / growing"
    assert position.loc["two", "calls_for_en"] == CALLS_FOR["behind", "growing"][1]
    assert position.loc["two", "calls_for_ko"] == CALLS_FOR["behind", "growing"][0]
    assert position.loc["two", "verdict_en"] == (
        "In the patent fields of two, Korea ranks 3, at 50% of the leader, more than 9 years behind United States. "
        "World value added of its parent sectors grew by 10.0% a year."
    )
    assert "미국의 과거 어느 해에도 미치지 못한다(9년 넘는 격차)" in position.loc["two", "verdict_ko"]


def test_verdict_in_every_case() -> None:
    name, leader = Text(ko="로봇", en="Robots"), ("중국", "China")
    patents = {"level": 22.1, "gap_years": np.nan, "gap_reached": False, "world_rank": 3}
    ko, en = verdict(name, leader, patents, 0.0)
    assert "격차 연수는 잴 수 없다" in ko
    assert "the gap in years cannot be measured" in en
    assert "0.0% 늘었다" in ko
    assert "grew by 0.0% a year" in en
    ko, en = verdict(name, leader, patents | {"level": 100.0}, np.nan)
    assert ko == "로봇의 특허 분야에서 한국이 세계 선두이다. 시장은 측정되지 않았다."
    assert en == "In the patent fields of robots, Korea leads the world. Its market is not measured."
    ko, en = verdict(name, leader, patents | {"level": np.nan}, 1.0)
    assert ko == "로봇: 정의에 든 기술 분야가 없어 기술수준을 재지 못한다."
    assert en == "Robots: no technology field in its definition, so no level can be measured."
    ko, _ = calls_for("near", "not measured")
    assert ko == f"시장을 먼저 재는 것; 시장이 자란다면 {CALLS_FOR['near', 'growing'][0]}"
    assert calls_for("not measured", "growing")[0] == "먼저 기술수준을 재는 것"


def test_a_market_figure_that_lacks_its_year_is_not_measured(miniature: Miniature) -> None:
    """Korea's software of 2019 is missing: its size, share and their changes are not measured, the world's are."""
    miniature.tables["value_added"] = [
        r for r in miniature.tables["value_added"] if r[:4] != ("KOR", "kti", "software", 2019)
    ]
    tables = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables
    market = tables["market"].set_index(["candidate", "measure"]).loc["two"]
    assert market["measured"].to_dict() == {
        "size": True, "growth": True, "leader_share": True, "concentration": True, "import_dependence": True,
        "own_size": False, "own_growth": False, "world_share": False, "share_change": False, "stage": False,
    }  # fmt: skip
    assert (market.loc[~market["measured"], "value"].isna()).all()
    assert market.loc["own_size", "note_ko"] == "측정되지 않음"
    assert not tables["gaps"].set_index(["candidate", "gap"]).loc[("two", "market"), "measured"]


def test_pictures_show_the_five_largest_and_the_country(miniature: Miniature) -> None:
    """Seven more countries, each larger than Korea: Korea and the five largest are shown, the leader among them."""
    more = ("DEU", "FRA", "GBR", "ITA", "CAN", "NLD", "SWE")
    for year in range(2009, 2021):
        miniature.replace("patents", ("WLD", "beta", year), 5000.0)
        miniature.tables["patents"] += [
            (c, "wipo35", "beta", year, "families", 110.0 + 7 * k + year % (k + 2)) for k, c in enumerate(more)
        ]
    for year in range(2009, 2020):
        miniature.tables["value_added"] += [
            (c, "kti", "software", year, "usd_m", (0.03 + 0.005 * k) * software(year)) for k, c in enumerate(more)
        ]
    tables = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables
    series = tables["technology_series"]
    shown = set(series[(series["candidate"] == "two") & (series["measure"] == "patents")]["country"])
    assert shown == {"KOR", "SWE", "NLD", "CAN", "ITA", "GBR"}
    market = tables["market_series"]
    assert set(market[market["candidate"] == "two"]["country"]) == {"KOR", "USA", "JPN", "SWE", "NLD", "CAN"}
    row = tables["technology"].set_index(["candidate", "measure"]).loc[("two", "patents")]
    assert (row["world_rank"], row["countries"], row["leader"]) == (10, 10, "SWE")


def test_exactly_eight_unbroken_years_are_enough(miniature: Miniature) -> None:
    assert without_years(miniature, 2009, 2010, 2011, 2012)["gap_years"] == pytest.approx(5.0)


def test_the_leader_has_no_gap_in_any_draw(miniature: Miniature) -> None:
    for year in range(2009, 2021):
        miniature.replace("patents", ("KOR", "beta", year), 150.0)
        miniature.replace("patents", ("WLD", "beta", year), 400.0)
    tables = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables["technology"]
    row = tables.set_index(["candidate", "measure"]).loc[("two", "patents")]
    assert (row["gap_years"], row["gap_low"], row["gap_high"], row["gap_reached"]) == (0, 0, 0, True)


def test_technology_that_cannot_be_measured_says_nothing(miniature: Miniature) -> None:
    miniature.definitions["three"] = [("se14", "physics", 1.0)]
    tables = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables["technology"]
    row = tables.set_index(["candidate", "measure"]).loc[("three", "patents")]
    assert (row["world_rank"], row["countries"], row["leader"], row["period"]) == (0, 0, "", "")
    assert not row["gap_reached"]
    assert row[["own", "leader_value", "level_low", "level_high", "gap_years", "gap_low", "gap_high"]].isna().all()


def test_technology_observes_the_industry_if_half_of_it_does(miniature: Miniature) -> None:
    """`one` is 0.75 alpha and 0.25 beta; `even` is half of each."""
    miniature.definitions["three"] = [("wipo35", "alpha", 0.5), ("wipo35", "beta", 0.5)]
    folder = miniature.write()
    for name in ("one", "three"):
        file = folder / "industries" / f"{name}.toml"
        before = 'code = "beta"\nobserves = "parent"'
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, before.replace("parent", "industry")))
    tables = diagnose(load_programme(folder), Draws(7, 400)).tables["technology"]
    observes = tables.set_index(["candidate", "measure"])["observes"]
    assert observes["one", "patents"] == "parent"
    assert observes["three", "patents"] == "industry"


def test_import_dependence_is_of_the_latest_table(miniature: Miniature) -> None:
    """2010 had other imports; cells of nought are left out of 2014, so S3 has no row of imports at all."""
    miniature.definitions["three"] = [("wiod56", "S1", 0.5), ("wiod56", "S3", 0.5)]
    folder = miniature.write()
    file = folder / "evidence" / "tables" / "input_output.csv"
    header, *lines = file.read_text().splitlines()
    older = "\n".join(lines).replace("KOR,2014", "KOR,2010")
    for before, after in (
        ("imports,S1,S1,5", "imports,S1,S1,9"), ("VA,S1,55", "VA,S1,51"), ("GO,S2,100", "GO,S2,90"),
        ("VA,S2,50", "VA,S2,40"), ("GO,S3,100", "GO,S3,80"), ("VA,S3,80", "VA,S3,60"),
    ):  # fmt: skip
        assert before in older
        older = older.replace(before, after)
    kept = [line for line in lines if not line.endswith(",0,made,cell")]
    file.write_text("\n".join([header, older, *kept]) + "\n")
    market = diagnose(load_programme(folder), Draws(7, 400)).tables["market"].set_index(["candidate", "measure"])
    assert market.loc[("one", "import_dependence"), "value"] == pytest.approx(100 * 5 / 105)
    assert market.loc[("one", "import_dependence"), "period"] == "2014"
    assert market.loc[("three", "import_dependence"), "value"] == pytest.approx(50 * 5 / 105)


def test_what_the_tables_do_not_cover_of_a_definition_weighs_nothing(miniature: Miniature) -> None:
    """Gamma has no patents and EXP is no sector: level and import dependence are those of what is covered."""
    miniature.tables["patents"] = [r for r in miniature.tables["patents"] if r[2] != "gamma"]
    del miniature.definitions["barred"]
    miniature.definitions["barred"] = [("wipo35", "alpha", 1.0)]
    miniature.definitions["three"] = [
        ("wipo35", "alpha", 0.7), ("wipo35", "gamma", 0.3), ("wiod56", "S1", 0.6), ("wiod56", "EXP", 0.4),
    ]  # fmt: skip
    tables = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables
    row = tables["technology"].set_index(["candidate", "measure"]).loc[("three", "patents")]
    own, usa, world = (sum(counts(c, "alpha", y) for y in range(2016, 2021)) for c in ("KOR", "USA", "WLD"))
    assert (row["own"], row["level"]) == pytest.approx((100 * own / world, 100 * own / usa))
    imports = tables["market"].set_index(["candidate", "measure"]).loc[("three", "import_dependence")]
    assert (imports["value"], imports["low"], imports["high"]) == pytest.approx((100 * 5 / 105,) * 3)


def test_a_rival_without_a_figure_is_left_out_of_the_market(miniature: Miniature) -> None:
    """Japan's machines of 2019 are missing: the USA still lead, and the list has Korea and the USA."""
    miniature.tables["value_added"] = [
        r for r in miniature.tables["value_added"] if r[:4] != ("JPN", "kti", "machines", 2019)
    ]
    tables = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables
    market = tables["market"].set_index(["candidate", "measure"]).loc["one"]
    assert market.loc["leader_share", "country"] == "USA"
    assert market.loc["leader_share", "value"] == pytest.approx(30)
    assert market.loc["concentration", "value"] == pytest.approx(0.1**2 + 0.3**2)
    series = tables["market_series"].set_index(["candidate", "country", "year"])["value"]
    assert set(series["one", "KOR"].index) == set(range(2009, 2020))


def test_years_and_codes_of_another_classification_do_not_count(miniature: Miniature) -> None:
    for country, value in (("WLD", 900.0), ("KOR", 90.0)):
        miniature.tables["value_added"].append((country, "se14", "physics", 2020, "usd_m", value))
    market = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables["market"]
    assert market.set_index(["candidate", "measure"]).loc[("one", "size"), "period"] == "2019"


def test_stage_of_several_fields_counts_each_in_units_of_its_own_total(miniature: Miniature) -> None:
    """Alpha is a hundred times beta and three years later; by their weights, not their size, they make one curve."""
    years = np.arange(2009, 2021)
    alpha = 2_000_000 / (1 + np.exp(-0.9 * (years - 2016)))
    beta = 200_000 / (1 + np.exp(-0.9 * (years - 2014)))
    for year, large, small in zip(years, alpha, beta, strict=True):
        miniature.replace("patents", ("WLD", "alpha", int(year)), float(large))
        miniature.replace("patents", ("WLD", "beta", int(year)), float(small))
    market = diagnose(load_programme(miniature.write()), Draws(7, 400)).tables["market"]
    row = market.set_index(["candidate", "measure"]).loc[("one", "stage")]
    curve = logistic_fit(np.arange(12), 0.75 * alpha / alpha.sum() + 0.25 * beta / beta.sum())
    assert curve.identified
    assert curve.share is not None
    last = curve.share * curve.ceiling
    assert row["value"] == pytest.approx(100 * curve.share)
    assert row["low"] == pytest.approx(100 * last / curve.ceiling_interval[1])
    assert row["high"] == pytest.approx(min(100, 100 * last / curve.ceiling_interval[0]))
    assert row["observes"] == "parent"
