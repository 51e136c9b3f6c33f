"""Every indicator against a plain recomputation, by hand or by loop, from the miniature's rows."""

from __future__ import annotations

import numpy as np
import pytest

from majung.discovery.assessment import INDICATORS, observe
from majung.discovery.competitiveness import level_of_leader
from majung.discovery.observation import Observation, span, windows
from majung.programme import ProgrammeError, load_programme
from majung.programme.draws import Draws
from majung.runs import Run
from miniature import Miniature, patents


@pytest.fixture(scope="module")
def seen(mini_run: Run) -> dict[str, Observation]:
    return observe(mini_run.programme, Draws(7, 2000))


def value(observation: Observation, code: str) -> float:
    return float(observation.values[observation.codes.index(code)])


def families(country: str, code: str, years: range) -> float:
    return sum(n for c, k, y, n in patents() if (c, k) == (country, code) and y in years)


LATE, EARLY = range(2016, 2021), range(2011, 2016)


def test_every_indicator_is_observed(seen: dict[str, Observation]) -> None:
    assert set(seen) == set(INDICATORS)


def test_patent_growth_is_relative_to_all_fields(seen: dict[str, Observation]) -> None:
    def ratio(*codes: str) -> float:
        return sum(families("WLD", c, LATE) for c in codes) / sum(families("WLD", c, EARLY) for c in codes)

    for code in ("alpha", "beta", "gamma"):
        assert value(seen["patent_growth"], code) == pytest.approx(ratio(code) / ratio("alpha", "beta", "gamma"))
    assert seen["patent_growth"].place == "world"
    assert seen["patent_growth"].period == "2016–2020 / 2011–2015"


def test_publication_growth(seen: dict[str, Observation]) -> None:
    late, early = sum(range(8, 13)), sum(range(3, 8))
    tide = (5000 + 100 * late) / (5000 + 100 * early)
    assert value(seen["publication_growth"], "physics") == pytest.approx(1 / tide)
    assert value(seen["publication_growth"], "informatics") == pytest.approx(late / early / tide)


def test_value_added_growth_is_relative_to_the_published_total(seen: dict[str, Observation]) -> None:
    late = sum(500 * 1.1 ** (y - 2009) for y in range(2015, 2020))
    early = sum(500 * 1.1 ** (y - 2009) for y in range(2010, 2015))
    assert value(seen["value_added_growth"], "software") == pytest.approx(
        (late / early) / ((late + 5000) / (early + 5000))
    )
    assert "all-kti" not in seen["value_added_growth"].codes


def test_patent_rca_is_balassas(seen: dict[str, Observation]) -> None:
    own = {c: families("KOR", c, LATE) for c in ("alpha", "beta", "gamma")}
    world = {c: families("WLD", c, LATE) for c in ("alpha", "beta", "gamma")}
    for code in own:
        expected = (own[code] / sum(own.values())) / (world[code] / sum(world.values()))
        assert value(seen["patent_rca"], code) == pytest.approx(expected)


def test_patent_level_observes_world_shares_of_all_countries(seen: dict[str, Observation]) -> None:
    level = seen["patent_level"]
    assert value(level, "beta") == pytest.approx(50 / 240)
    assert level.rivals is not None
    assert sorted(level.rivals[level.codes.index("beta")]) == pytest.approx([60 / 240, 100 / 240])


def test_citation_impact_is_the_share_of_the_most_cited(seen: dict[str, Observation]) -> None:
    assert value(seen["citation_impact"], "physics") == pytest.approx(0.8)
    drawn = seen["citation_impact"].draws[:, seen["citation_impact"].codes.index("physics")]
    # 500 articles, 4 of them top-cited: Beta(4.5, 496.5).
    assert drawn.mean() == pytest.approx(100 * 4.5 / 501, rel=0.05)


def test_value_added_rca(seen: dict[str, Observation]) -> None:
    software = sum(500 * 1.1 ** (y - 2009) for y in range(2015, 2020))
    world, own = 5000 + software, 500 + 0.02 * software
    assert value(seen["value_added_rca"], "machines") == pytest.approx((500 / own) / (5000 / world))


def test_venture_level_sums_countries_and_averages_years(seen: dict[str, Observation]) -> None:
    assert value(seen["venture_level"], "virtual") == 400
    assert value(seen["venture_level"], "ledger") == 1800
    assert seen["venture_level"].place == "other_country"


def test_venture_momentum_is_shrunken(seen: dict[str, Observation]) -> None:
    assert value(seen["venture_momentum"], "virtual") == pytest.approx(1.0)
    assert value(seen["venture_momentum"], "ledger") == pytest.approx((1800 + 50) / (200 + 50))


def test_venture_revisions_widen_the_interval(seen: dict[str, Observation]) -> None:
    spread = np.log(seen["venture_level"].draws[:, 0]).std()
    assert spread == pytest.approx(np.log(1.7) / 1.959964 / np.sqrt(3), rel=0.05)


def test_venture_firms_are_relative_to_all_industries(seen: dict[str, Observation]) -> None:
    tide = (90 + 150) / (90 + 60)
    assert value(seen["venture_firms"], "games") == pytest.approx((150 / tide + 5) / (60 + 5))


def test_own_venture_is_relative_to_the_whole(seen: dict[str, Observation]) -> None:
    assert seen["own_venture"].codes == ("bio",)
    assert value(seen["own_venture"], "bio") == pytest.approx((600 / 200) / (3000 / 2000))


def test_own_venture_is_missing_when_the_total_lacks_a_year(miniature: Miniature) -> None:
    miniature.tables["investment"] = [r for r in miniature.tables["investment"] if r[1:4] != ("kr_vc", "all", 2017)]
    programme = load_programme(miniature.write())
    assert np.isnan(observe(programme, Draws(7, 100))["own_venture"].values).all()


def test_a_code_that_lacks_a_year_is_missing_not_small(miniature: Miniature) -> None:
    miniature.tables["patents"] = [r for r in miniature.tables["patents"] if r[:4] != ("KOR", "wipo35", "gamma", 2018)]
    rca = observe(load_programme(miniature.write()), Draws(7, 100))["patent_rca"]
    assert np.isnan(value(rca, "gamma"))
    assert np.isfinite(value(rca, "alpha"))


def test_multipliers_by_hand(seen: dict[str, Observation]) -> None:
    """A = [[.1 .2 .2] [.3 .1 0] [0 0 0]], L = (I - A)^-1 with determinant .9 * .9 - .06 = .75."""
    L = np.array([[0.9, 0.2, 0.18], [0.3, 0.9, 0.06], [0, 0, 0.75]]) / 0.75
    for k, sector in enumerate(("S1", "S2", "S3")):
        assert value(seen["production_inducement"], sector) == pytest.approx(L[:, k].sum())
        assert value(seen["value_added_inducement"], sector) == pytest.approx(np.array([0.55, 0.5, 0.8]) @ L[:, k])
        assert value(seen["forward_linkage"], sector) == pytest.approx(3 * L[k].sum() / L.sum())


def test_employment_is_the_published_multiplier_without_the_whole_economy(seen: dict[str, Observation]) -> None:
    assert seen["employment_inducement"].codes == ("manufacturing", "services")
    assert value(seen["employment_inducement"], "services") == 12


def test_an_evidence_row_belongs_to_the_code_it_shows(seen: dict[str, Observation], mini_run: Run) -> None:
    for name in ("patent_growth", "venture_level", "value_added_growth"):
        for code, rows in zip(seen[name].codes, seen[name].rows, strict=True):
            for table, lines in rows.items():
                assert set(mini_run.evidence.tables[table].loc[list(lines), "code"]) == {code}


def test_unknown_indicator_and_parameter_are_named(miniature: Miniature) -> None:
    folder = miniature.write()
    file = folder / "programme.toml"
    text = file.read_text()
    file.write_text(text.replace('id = "patent_rca"', 'id = "patent_power"'))
    with pytest.raises(
        ProgrammeError, match=r"programme\.toml: unknown indicator 'patent_power'; known: venture_level"
    ):
        observe(load_programme(folder), Draws(7, 100))
    file.write_text(
        text.replace('classification = "kr_vc"', 'classification = "kr_vc"\nparameters = { window = 3, prior = 1 }')
    )
    with pytest.raises(
        ProgrammeError,
        match=r"programme\.toml: indicator own_venture: unknown parameter 'window'; known: prior, recent_years",
    ):
        observe(load_programme(folder), Draws(7, 100))


REVISION = np.log(1.7) / 1.959964


def drawn(observation: Observation, code: str) -> np.ndarray:
    return observation.draws[:, observation.codes.index(code)]


def assert_same_distribution(found: np.ndarray, expected: np.ndarray) -> None:
    """Of 2,000 draws the 5, 50 and 95 % points lie within a fifth of a standard deviation of the distribution's."""
    points = [0.05, 0.5, 0.95]
    assert np.quantile(found, points) == pytest.approx(np.quantile(expected, points), abs=0.2 * expected.std())


def test_draws_of_counted_indicators_are_those_of_poisson_means(seen: dict[str, Observation]) -> None:
    """Each count n behind an indicator varies as gamma(n + 1/2), each by itself."""
    rng = np.random.default_rng(0)

    def vary(count: float) -> np.ndarray:
        return rng.gamma(count + 0.5, size=20_000)

    fields = ("alpha", "beta", "gamma")
    world = {c: families("WLD", c, LATE) for c in fields}
    tide = sum(world.values()) / sum(families("WLD", c, EARLY) for c in fields)
    assert_same_distribution(
        drawn(seen["patent_growth"], "beta"), vary(world["beta"]) / vary(families("WLD", "beta", EARLY)) / tide
    )
    late, early = 100 * sum(range(8, 13)), 100 * sum(range(3, 8))
    assert_same_distribution(
        drawn(seen["publication_growth"], "informatics"),
        vary(late) / vary(early) / ((5000 + late) / (5000 + early)),
    )
    own = {c: vary(families("KOR", c, LATE)) for c in fields}
    assert_same_distribution(
        drawn(seen["patent_rca"], "beta"), own["beta"] / sum(own.values()) / (world["beta"] / sum(world.values()))
    )
    assert_same_distribution(drawn(seen["patent_level"], "beta"), vary(250) / 1200)
    firms = (90 + 150) / (90 + 60)
    assert_same_distribution(drawn(seen["venture_firms"], "games"), (vary(150) / firms + 5) / (vary(60) + 5))


def test_draws_of_most_cited_are_of_a_share(seen: dict[str, Observation]) -> None:
    expected = 100 * np.random.default_rng(0).beta(4.5, 496.5, 20_000)
    assert_same_distribution(drawn(seen["citation_impact"], "physics"), expected)


def test_draws_of_investment_are_revised_year_by_year(seen: dict[str, Observation]) -> None:
    rng = np.random.default_rng(0)

    def revised(years: int) -> np.ndarray:
        return np.exp(rng.normal(0, REVISION / np.sqrt(years), 20_000))

    assert_same_distribution(drawn(seen["venture_level"], "ledger"), 1800 * revised(3))
    assert_same_distribution(
        drawn(seen["venture_momentum"], "ledger"), (1800 * revised(3) + 50) / (200 * revised(3) + 50)
    )
    assert_same_distribution(drawn(seen["own_venture"], "bio"), 2 * revised(2) / revised(2))
    # The two periods, and two codes, are revised independently.
    level = seen["venture_level"].draws
    assert abs(np.corrcoef(level.T)[0, 1]) < 0.1


@pytest.mark.parametrize(
    "name",
    [
        "value_added_growth", "value_added_rca", "production_inducement", "value_added_inducement",
        "forward_linkage", "employment_inducement",
    ],
)  # fmt: skip
def test_published_accounts_carry_no_sampling_error(seen: dict[str, Observation], name: str) -> None:
    assert seen[name].draws.shape == (2000, len(seen[name].codes))
    assert (seen[name].draws == seen[name].values).all()


def test_every_indicator_names_its_period_and_whose_figures_it_shows(seen: dict[str, Observation]) -> None:
    assert {name: (found.period, found.place) for name, found in seen.items()} == {
        "venture_level": ("2016–2018", "other_country"),
        "venture_momentum": ("2016–2018 / 2013–2015", "other_country"),
        "venture_firms": ("2018–2020 / 2015–2017", "other_country"),
        "own_venture": ("2019–2020 / 2017–2018", "own"),
        "production_inducement": ("2014", "own"),
        "value_added_inducement": ("2014", "own"),
        "employment_inducement": ("2019", "own"),
        "forward_linkage": ("2014", "own"),
        "patent_growth": ("2016–2020 / 2011–2015", "world"),
        "publication_growth": ("2016–2020 / 2011–2015", "world"),
        "value_added_growth": ("2015–2019 / 2010–2014", "world"),
        "patent_rca": ("2016–2020", "own"),
        "patent_level": ("2016–2020", "own"),
        "citation_impact": ("2016–2020", "own"),
        "value_added_rca": ("2015–2019", "own"),
    }


def test_windows_adjoin_and_a_span_names_them() -> None:
    late, early = windows(2020, 3)
    assert (list(late), list(early)) == ([2018, 2019, 2020], [2015, 2016, 2017])
    assert span(late, early) == "2018–2020 / 2015–2017"
    assert span(range(2014, 2015)) == "2014"


def observed_with(miniature: Miniature, parameters: dict[str, str]) -> dict[str, Observation]:
    """What is seen when the indicators of a classification are given these parameters."""
    folder = miniature.write()
    file = folder / "programme.toml"
    text = file.read_text()
    for classification, values in parameters.items():
        line = f'classification = "{classification}"'
        text = text.replace(line, f"{line}\nparameters = {{ {values} }}")
    file.write_text(text)
    return observe(load_programme(folder), Draws(7, 2000))


def test_parameters_set_windows_prior_and_revision(miniature: Miniature) -> None:
    miniature.replace("investment", ("CHN", "ledger", 2018), 1500.0)
    found = observed_with(
        miniature,
        {
            "vc_vertical": "recent_years = 2, prior = 10, revision = 1.2",
            "vc_industry": "recent_years = 2, prior = 7",
            "kr_vc": "recent_years = 1, revision = 1.2",
            "wipo35": "recent_years = 2",
            "se14": "recent_years = 2",
            "kti": "recent_years = 2",
        },
    )
    assert value(found["venture_level"], "ledger") == pytest.approx((1500 + 900 + 900 + 900) / 2)
    assert np.log(drawn(found["venture_level"], "ledger")).std() == pytest.approx(
        np.log(1.2) / 1.959964 / np.sqrt(2), rel=0.1
    )
    assert value(found["venture_momentum"], "ledger") == pytest.approx((2100 + 10) / ((1800 + 200) / 2 + 10))
    tide = (60 + 100) / (60 + 70)
    assert value(found["venture_firms"], "games") == pytest.approx((100 / tide + 7) / (70 + 7))
    assert value(found["own_venture"], "bio") == pytest.approx(1.0)
    assert np.log(drawn(found["own_venture"], "bio")).std() == pytest.approx(
        np.log(1.2) / 1.959964 * np.sqrt(2), rel=0.1
    )
    late, early = range(2019, 2021), range(2017, 2019)
    fields = ("alpha", "beta", "gamma")

    def ratio(*codes: str) -> float:
        return sum(families("WLD", c, late) for c in codes) / sum(families("WLD", c, early) for c in codes)

    assert value(found["patent_growth"], "alpha") == pytest.approx(ratio("alpha") / ratio(*fields))
    own, world = ({c: families(k, c, late) for c in fields} for k in ("KOR", "WLD"))
    assert value(found["patent_rca"], "alpha") == pytest.approx(
        (own["alpha"] / sum(own.values())) / (world["alpha"] / sum(world.values()))
    )
    assert value(found["patent_level"], "alpha") == pytest.approx(own["alpha"] / world["alpha"])
    assert value(found["publication_growth"], "physics") == pytest.approx(
        1 / ((2000 + 1100 + 1200) / (2000 + 900 + 1000))
    )
    assert found["citation_impact"].period == "2019–2020"
    assert found["value_added_growth"].period == "2018–2019 / 2016–2017"
    assert found["value_added_rca"].period == "2018–2019"


def test_venture_of_a_code_is_missing_when_one_country_lacks_a_year(miniature: Miniature) -> None:
    miniature.tables["investment"] = [
        r for r in miniature.tables["investment"] if r[:4] != ("CHN", "vc_vertical", "ledger", 2017)
    ]
    found = observe(load_programme(miniature.write()), Draws(7, 100))
    for name in ("venture_level", "venture_momentum"):
        assert np.isnan(value(found[name], "ledger"))
        assert np.isnan(drawn(found[name], "ledger")).all()
        assert value(found[name], "virtual") == pytest.approx({"venture_level": 400, "venture_momentum": 1}[name])


def test_momentum_is_missing_without_a_base(miniature: Miniature) -> None:
    miniature.tables["investment"] = [
        r for r in miniature.tables["investment"] if r[1:4] != ("vc_vertical", "ledger", 2014)
    ]
    found = observe(load_programme(miniature.write()), Draws(7, 100))
    assert np.isnan(value(found["venture_momentum"], "ledger"))
    assert value(found["venture_level"], "ledger") == 1800


def test_citation_impact_weighs_years_by_articles_and_skips_years_without_figures(miniature: Miniature) -> None:
    articles = {2015: 900.0, 2016: 100.0, 2017: 200.0, 2018: 300.0, 2019: 400.0, 2020: 500.0}
    percent = {2015: 50.0, 2016: 1.0, 2017: 2.0, 2018: 3.0, 2019: 4.0, 2020: 5.0}
    kept = []
    for country, classification, code, year, measure, number in miniature.tables["publications"]:
        if (country, code) == ("KOR", "physics") and year in articles:
            if (measure, year) in (("top1pct", 2018), ("articles", 2019)):
                continue
            number = (articles if measure == "articles" else percent)[year]
        if (country, code, measure) == ("KOR", "informatics", "articles"):
            continue
        kept.append((country, classification, code, year, measure, number))
    miniature.tables["publications"] = kept
    found = observe(load_programme(miniature.write()), Draws(7, 2000))["citation_impact"]
    top, total = 1 + 4 + 25, 100 + 200 + 500
    assert value(found, "physics") == pytest.approx(100 * top / total)
    assert_same_distribution(
        drawn(found, "physics"), 100 * np.random.default_rng(0).beta(top + 0.5, total - top + 0.5, 20_000)
    )
    assert np.isnan(value(found, "informatics"))
    assert np.isnan(drawn(found, "informatics")).all()
    assert found.rows[found.codes.index("informatics")] == {}


def test_a_rival_without_a_figure_does_not_lead(miniature: Miniature) -> None:
    miniature.tables["patents"] = [r for r in miniature.tables["patents"] if r[:4] != ("JPN", "wipo35", "beta", 2018)]
    level = observe(load_programme(miniature.write()), Draws(7, 100))["patent_level"]
    assert level.rivals is not None
    assert sorted(level.rivals[level.codes.index("beta")]) == pytest.approx([0, 100 / 240])


def test_level_of_leader_is_a_percentage_of_the_largest() -> None:
    rivals = np.array([[0.4, 0.1], [0.1, 0.2], [0.1, 0.2], [0.0, 0.0]])
    assert level_of_leader(np.array([0.2, 0.5, 0.1, 0.0]), rivals) == pytest.approx([50, 100, 50, 0])


def test_the_latest_table_counts_and_sectors_without_output_are_left_out(miniature: Miniature) -> None:
    """2010 differs in every figure; S3 stops producing; S1 pays 10 of taxes out of its value added."""
    miniature.tables["satellites"] = [
        *[("KOR", "bok_broad", code, 2015, "employment_inducement", 1.0) for code in ("services", "all")],
        *reversed(miniature.tables["satellites"]),
    ]
    folder = miniature.write()
    file = folder / "evidence" / "tables" / "input_output.csv"
    header, *lines = file.read_text().splitlines()
    older = "\n".join(lines).replace("KOR,2014", "KOR,2010")
    for before, after in (
        ("S1,S1,10", "S1,S1,12"),
        ("VA,S1,55", "VA,S1,53"),
        ("GO,S2,100", "GO,S2,90"),
        ("VA,S2,50", "VA,S2,40"),
    ):
        assert before in older
        older = older.replace(before, after)
    swaps = {
        "domestic,S1,S3,20": "domestic,S1,S3,0",
        "primary,GO,S3,100": "primary,GO,S3,0",
        "primary,VA,S3,80": "primary,VA,S3,0",
        "primary,VA,S1,55": "primary,VA,S1,45",
    }
    # Cells of nought are left out, as published tables do.
    text = "\n".join(line for line in lines if not line.endswith(",0,made,cell"))
    for before, after in swaps.items():
        assert before in text
        text = text.replace(before, after)
    file.write_text("\n".join([header, older, text, "KOR,2014,primary,TXSP,S1,10,made,cell"]) + "\n")
    codes = folder / "evidence" / "codes.csv"
    codes.write_text(codes.read_text() + "code,wiod56,TXSP,TXSP,TXSP,,,\n")
    found = observe(load_programme(folder), Draws(7, 100))
    inverse = np.array([[0.9, 0.2], [0.3, 0.9]]) / 0.75
    assert found["production_inducement"].codes == ("S1", "S2")
    assert found["production_inducement"].period == "2014"
    assert found["production_inducement"].values == pytest.approx(inverse.sum(axis=0))
    assert found["value_added_inducement"].values == pytest.approx(np.array([0.45, 0.5]) @ inverse)
    assert found["employment_inducement"].period == "2019"
    assert found["employment_inducement"].codes == ("manufacturing", "services")
    assert found["employment_inducement"].values == pytest.approx([6, 12])


def test_rows_of_another_measure_or_country_do_not_count(miniature: Miniature, seen: dict[str, Observation]) -> None:
    """Each table gains rows that no indicator asks for; every value stays."""
    for year in range(2009, 2021):
        for code in ("alpha", "beta", "gamma"):
            miniature.tables["patents"].append(
                ("WLD", "wipo35", code, year, "articles", 50.0 * len(code) * year + ord(code[0]) ** 2)
            )
            miniature.tables["patents"].append(
                ("KOR", "wipo35", code, year, "articles", 40.0 * ord(code[0]) + year % 7 * len(code))
            )
        for code in ("machines", "software"):
            miniature.tables["value_added"] += [
                (country, "kti", code, year, "firms", 50.0 * (year - 2008) ** (ord(code[0]) - 108))
                for country in ("KOR", "WLD")
            ]
        miniature.tables["investment"] += [
            ("USA", "vc_vertical", "ledger", year, "firms", 7.0 * (year - 2008)),
            ("USA", "vc_industry", "games", year, "usd_m", 9.0 * (year - 2008)),
            ("KOR", "kr_vc", "bio", year, "firms", 3.0 * (year - 2008)),
            ("USA", "kr_vc", "bio", year, "krw_100m", 2000.0 * (year - 2008)),
        ]
    # Years before both windows, too.
    for year in (2009, 2010):
        miniature.tables["investment"] += [
            *[(c, "vc_vertical", "virtual", year, "usd_m", 5.0 + year % 10) for c in ("CHN", "USA")],
            ("USA", "vc_industry", "tools", year, "firms", 8.0 + year % 10),
        ]
        miniature.tables["publications"].append(("WLD", "se14", "physics", year + 10, "firms", 7.0))
    miniature.tables["satellites"] += [
        ("USA", "bok_broad", "services", 2020, "employment_inducement", 99.0),
        ("KOR", "bok_broad", "services", 2020, "level", 99.0),
    ]
    folder = miniature.write()
    file = folder / "evidence" / "tables" / "input_output.csv"
    text = file.read_text()
    abroad = [line.replace("KOR,2014", "USA,2016") for line in text.splitlines()[1:]]
    file.write_text(text + "\n".join(abroad) + "\n")
    found = observe(load_programme(folder), Draws(7, 100))
    for name, before in seen.items():
        assert found[name].codes == before.codes
        assert found[name].values == pytest.approx(before.values), name
        if name not in ("production_inducement", "value_added_inducement", "forward_linkage"):
            assert (found[name].rows, found[name].common_rows) == (before.rows, before.common_rows)
        assert found[name].period == before.period


def test_the_published_total_counts_not_the_sum_of_its_parts(miniature: Miniature) -> None:
    """All knowledge- and technology-intensive industries hold more than the two that the table lists."""
    for year in range(2010, 2020):
        miniature.replace("value_added", ("KOR", "all-kti", year), 400.0)
        miniature.replace("value_added", ("WLD", "all-kti", year), 4000.0 if year < 2015 else 6000.0)
    found = observe(load_programme(miniature.write()), Draws(7, 100))
    assert value(found["value_added_rca"], "machines") == pytest.approx((500 / 2000) / (5000 / 30_000))
    assert value(found["value_added_growth"], "machines") == pytest.approx(1 / 1.5)


def test_an_indicator_rests_on_rows_of_its_period_only(seen: dict[str, Observation], mini_run: Run) -> None:
    periods = {
        "venture_level": (2016, 2018), "venture_momentum": (2013, 2018), "venture_firms": (2015, 2020),
        "own_venture": (2017, 2020), "patent_growth": (2011, 2020), "publication_growth": (2011, 2020),
        "value_added_growth": (2010, 2019), "patent_rca": (2016, 2020), "patent_level": (2016, 2020),
        "citation_impact": (2016, 2020), "value_added_rca": (2015, 2019), "employment_inducement": (2019, 2019),
    }  # fmt: skip
    for name, (first, last) in periods.items():
        for rows in (*seen[name].rows, seen[name].common_rows):
            for table, lines in rows.items():
                years = mini_run.evidence.tables[table].loc[list(lines), "year"]
                assert (years.min(), years.max()) == (first, last), name


@pytest.mark.parametrize("name", ["patent_rca", "value_added_rca"])
def test_advantage_rests_on_the_country_and_the_world(seen: dict[str, Observation], mini_run: Run, name: str) -> None:
    for rows in (*seen[name].rows, seen[name].common_rows):
        for table, lines in rows.items():
            assert set(mini_run.evidence.tables[table].loc[list(lines), "country"]) == {"KOR", "WLD"}


def test_cells_of_nought_may_be_left_out_of_the_table(miniature: Miniature, seen: dict[str, Observation]) -> None:
    folder = miniature.write()
    file = folder / "evidence" / "tables" / "input_output.csv"
    kept = [line for line in file.read_text().splitlines() if not line.endswith(",0,made,cell")]
    file.write_text("\n".join(kept) + "\n")
    found = observe(load_programme(folder), Draws(7, 100))
    for name in ("production_inducement", "value_added_inducement", "forward_linkage"):
        assert found[name].values == pytest.approx(seen[name].values)


def test_share_of_the_most_cited_is_open_for_few_articles_and_narrow_for_many(miniature: Miniature) -> None:
    """One of two articles: Beta(1.5, 1.5). Half of 5 million: half, nearly without error."""
    miniature.tables["publications"] = [
        (*row[:5], 50.0) if (row[0], row[4]) == ("KOR", "top1pct") else row for row in miniature.tables["publications"]
    ]
    for year in range(2016, 2021):
        miniature.replace("publications", ("KOR", "physics", year), 0.4)
        miniature.replace("publications", ("KOR", "informatics", year), 1e6)
        miniature.replace("publications", ("WLD", "informatics", year), 1e7)
    found = observe(load_programme(miniature.write()), Draws(7, 2000))["citation_impact"]
    few, many = drawn(found, "physics"), drawn(found, "informatics")
    assert_same_distribution(few, 100 * np.random.default_rng(0).beta(1.5, 1.5, 20_000))
    assert few.mean() == pytest.approx(50, abs=1.5)
    assert many == pytest.approx(50, abs=0.2)
