"""Selection: values by hand, the portfolio against enumeration, and answers for what was left out."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from majung.programme import ProgrammeError, load_programme
from majung.programme.draws import Draws
from majung.runs import Run, compute
from majung.selection.value import corners, project_values
from miniature import PROJECTS, Miniature

WEIGHTS = {"technology": 0.3, "market": 0.3, "workforce": 0.2, "regulation": 0.2}


def expected_value(run: Run, area: str, closes: dict[str, float]) -> float:
    size = run.tables["gaps"].set_index(["candidate", "gap"])["size"]
    whole = sum(w * size[area, gap] for gap, w in WEIGHTS.items())
    return 100 * sum(WEIGHTS[gap] * size[area, gap] * share for gap, share in closes.items()) / whole


def test_value_is_the_share_of_the_diagnosed_gaps_that_a_project_closes(mini_run: Run) -> None:
    projects = mini_run.tables["projects"].set_index("project")
    for area, group in PROJECTS.items():
        for project in group:
            row = projects.loc[project["id"]]
            assert row["area"] == area
            assert row["value"] == pytest.approx(expected_value(mini_run, area, project["closes"]))
            assert row["value_low"] < row["value"] < row["value_high"]
            assert row["cost"] == sum(project["costs"].values())


def test_needed_most_is_the_most_valuable_of_each_area(mini_run: Run) -> None:
    projects = mini_run.tables["projects"]
    assert set(projects[projects["needed_most"]]["project"]) == {"one-large", "two-large"}
    answer = projects.set_index("project").loc["one-large"]
    assert "Closes 25% of the diagnosed gaps" in answer["why_en"]
    assert "진단된 격차의 25%를 메운다" in answer["why_ko"]
    assert answer["p_first"] == pytest.approx(1.0)


def test_what_is_not_behind_needs_no_project(miniature: Miniature) -> None:
    """Where Korea leads, the technology gap is nil and a project that closes it is worth nothing."""
    for year in range(2009, 2021):
        for code in ("alpha", "beta"):
            miniature.replace("patents", ("KOR", code, year), 2000.0)
            miniature.replace("patents", ("WLD", code, year), 5000.0)
    projects = compute(load_programme(miniature.write())).tables["projects"].set_index("project")
    assert projects.loc["one-small", "value"] == pytest.approx(0, abs=1e-9)


def test_portfolio_is_the_best_of_all_that_fit(mini_run: Run) -> None:
    projects = mini_run.tables["projects"]
    costs = np.array([[p["costs"].get(y, 0) for y in (2021, 2022)] for g in PROJECTS.values() for p in g])
    best = max(
        (
            chosen
            for r in range(1, 5)
            for chosen in combinations(range(4), r)
            if (costs[list(chosen)].sum(axis=0) <= 100).all()
            and {projects["area"][c] for c in chosen} == {"one", "two"}
        ),
        key=lambda chosen: projects["value"][list(chosen)].sum(),
    )
    assert list(np.flatnonzero(projects["chosen"])) == list(best)
    row = mini_run.tables["portfolio"].iloc[0]
    assert row["status"] == "optimal"
    assert row["value"] == pytest.approx(projects["value"][list(best)].sum())
    assert row["bound"] == pytest.approx(row["value"])
    assert row["cost"] == costs[list(best)].sum()
    assert list(mini_run.tables["portfolio_years"]["cost"]) == list(costs[list(best)].sum(axis=0))


def test_rejected_projects_are_told_what_would_bring_them_in(mini_run: Run) -> None:
    rejections = mini_run.tables["rejections"].set_index("project")
    assert list(rejections.index) == ["two-large"]
    row = rejections.loc["two-large"]
    assert row["enters_at_value"] > 0
    assert f"{row['enters_at_value']:.1f} points more value" in row["reason_en"]
    assert "one-large" in row["reason_ko"]


@pytest.mark.parametrize(("extra", "enters"), [(-0.05, False), (0.05, True)])
def test_the_stated_extra_value_is_what_it_takes(
    miniature: Miniature, mini_run: Run, extra: float, enters: bool
) -> None:
    """Raise the rejected project's value by just less and just more than the stated number of points."""
    needed = float(mini_run.tables["rejections"].set_index("project").loc["two-large", "enters_at_value"]) + extra
    size = mini_run.tables["gaps"].set_index(["candidate", "gap"])["size"]
    whole = sum(w * size["two", gap] for gap, w in WEIGHTS.items())
    more = needed / 100 * whole / (WEIGHTS["market"] * size["two", "market"])
    miniature.projects["two"][0]["closes"]["market"] += more
    projects = compute(load_programme(miniature.write())).tables["projects"].set_index("project")
    assert projects.loc["two-large", "chosen"] == enters


def test_requirements_and_exclusions_hold(miniature: Miniature) -> None:
    miniature.budgets = [1000.0, 1000.0]
    miniature.projects["one"][0]["excludes"] = ["two-large"]
    miniature.projects["two"][0]["requires"] = ["one-small"]
    projects = compute(load_programme(miniature.write())).tables["projects"].set_index("project")
    assert projects["chosen"].to_dict() == {"one-large": True, "one-small": True, "two-large": False, "two-small": True}


def test_infeasible_budget_names_what_conflicts(miniature: Miniature) -> None:
    miniature.budgets = [25.0, 100.0]
    with pytest.raises(ProgrammeError, match=r"programme\.toml: budgets: no portfolio fits: .*2021.*raise the budget"):
        compute(load_programme(miniature.write()))


def test_core_index_and_chance_lie_between_nought_and_one(mini_run: Run) -> None:
    projects = mini_run.tables["projects"]
    for column in ("core_index", "p_chosen", "p_first"):
        assert projects[column].between(0, 1).all()
    assert projects.groupby("area")["p_first"].sum().to_numpy() == pytest.approx(1)


def test_values_are_drawn_within_the_same_diagnosis(mini_run: Run) -> None:
    values = project_values(mini_run.programme, Draws(7, 3000), mini_run.tables["gaps"])
    assert values.draws.shape == (3000, 4)
    assert values.draws.min() >= 0
    assert values.draws.max() <= 1
    # Two projects of one area that close the same gap rise and fall with its size.
    assert np.corrcoef(values.draws[:, 0], values.draws[:, 1])[0, 1] > 0.2


def test_corners_of_bounded_weights() -> None:
    found = corners(np.array([0.2, 0.2, 0.0]), np.array([0.6, 0.6, 0.4]))
    assert {tuple(p) for p in found.round(9)} == {
        (0.6, 0.4, 0.0), (0.4, 0.6, 0.0), (0.6, 0.2, 0.2), (0.2, 0.6, 0.2), (0.4, 0.2, 0.4), (0.2, 0.4, 0.4),
    }  # fmt: skip
