"""Every indicator against a plain recomputation, by hand or by loop, from the miniature's rows."""

from __future__ import annotations

import numpy as np
import pytest

from majung.discovery.assessment import INDICATORS, observe
from majung.discovery.observation import Observation
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
    with pytest.raises(ProgrammeError, match="unknown indicator 'patent_power'; known: venture_level"):
        observe(load_programme(folder), Draws(7, 100))
    file.write_text(text.replace('classification = "kr_vc"', 'classification = "kr_vc"\nparameters = { window = 3 }'))
    with pytest.raises(ProgrammeError, match="own_venture: unknown parameter 'window'; known: prior, recent_years"):
        observe(load_programme(folder), Draws(7, 100))
