"""Selection: values by hand, the portfolio against enumeration, and answers for what was left out."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from majung.methods.portfolio import Rejection
from majung.programme import ProgrammeError, Text, load_programme
from majung.programme.draws import Draws
from majung.runs import Run, compute
from majung.selection.sentences import rejection
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


def test_value_draws_are_the_share_closed_under_drawn_gaps_closures_and_weights(mini_run: Run) -> None:
    """Weights within 0.1 of the central ones that sum to 1, gap sizes and closures uniform within their intervals."""
    rng = np.random.default_rng(0)
    centre = np.array(list(WEIGHTS.values()))
    first = centre[:3] + rng.uniform(-0.1, 0.1, (200_000, 3))
    last = 1 - first.sum(axis=1)
    weights = np.column_stack([first, last])[abs(last - centre[3]) <= 0.1]
    gaps = mini_run.tables["gaps"].set_index(["candidate", "gap"])
    values = project_values(mini_run.programme, Draws(7, 3000), mini_run.tables["gaps"])
    for j, (area, project) in enumerate((a, p) for a, group in PROJECTS.items() for p in group):
        size = np.column_stack(
            [
                rng.uniform(gaps.loc[(area, g), "low"], gaps.loc[(area, g), "high"] + 1e-12, len(weights))
                for g in WEIGHTS
            ]
        )
        closed = sum(
            weights[:, k] * size[:, k] * rng.uniform(share / 2, min(1, share * 1.5), len(weights))
            for k, gap in enumerate(WEIGHTS)
            if (share := project["closes"].get(gap)) is not None
        )
        expected = closed / (weights * size).sum(axis=1)
        points = [0.05, 0.5, 0.95]
        assert np.quantile(values.draws[:, j], points) == pytest.approx(
            np.quantile(expected, points), abs=0.2 * expected.std()
        )
        assert values.central[j] == pytest.approx(values.by_gap[j] @ centre)
    assert values.weights == pytest.approx(centre)
    assert values.extreme_weights.sum(axis=1) == pytest.approx(1)
    assert abs(values.extreme_weights - centre).max() == pytest.approx(0.1)


def test_project_rows_by_hand(mini_run: Run) -> None:
    projects = mini_run.tables["projects"].set_index("project")
    draws = 100 * project_values(mini_run.programme, Draws(7, 400), mini_run.tables["gaps"]).draws
    assert projects["value_low"].tolist() == pytest.approx(np.quantile(draws, 0.05, axis=0))
    assert projects["value_high"].tolist() == pytest.approx(np.quantile(draws, 0.95, axis=0))
    assert projects["cost_low"].tolist() == pytest.approx([96, 24, 80, 24])
    assert projects["cost_high"].tolist() == pytest.approx([144, 36, 120, 36])
    assert projects["estimate"].all()
    first = [(draws[:, [0, 1]].argmax(axis=1) == k).mean() for k in (0, 1)]
    first += [(draws[:, [2, 3]].argmax(axis=1) == k).mean() for k in (0, 1)]
    assert projects["p_first"].tolist() == pytest.approx(first)
    closes = mini_run.tables["project_gaps"].set_index(["project", "gap"])
    assert closes.loc[("one-large", "technology"), ["closes", "low", "high"]].tolist() == pytest.approx(
        [0.5, 0.25, 0.75]
    )
    assert len(closes) == 6


def test_portfolio_row_by_hand(mini_run: Run) -> None:
    row = mini_run.tables["portfolio"].iloc[0]
    assert (row["programme"], row["budget"], row["chosen"]) == ("mini", 200, 3)
    assert row["gap"] <= 1e-6
    years = mini_run.tables["portfolio_years"]
    assert years["year"].tolist() == [2021, 2022]
    assert years["budget"].tolist() == [100, 100]


def test_needed_most_names_the_largest_part(mini_run: Run) -> None:
    """Two-large closes 40 % of the market gap; the market gap of `two` is measured, that of regulation is not."""
    gaps = mini_run.tables["gaps"].set_index(["candidate", "gap"])
    projects = mini_run.tables["projects"].set_index("project")
    for project, gap, share in (("one-large", "technology", 50), ("two-large", "market", 40)):
        row = projects.loc[project]
        size = 100 * gaps.loc[(row["area"], gap), "size"]
        assert row["why_en"] == (
            f"Closes {row['value']:.0f}% of the diagnosed gaps, most of it in the text (size {size:.0f}%), "
            f"of which it closes {share}%. "
            f"First in its area in {100 * row['p_first']:.0f}% of the draws of gaps and weights. Text"
        )
        assert row["why_ko"] == (
            f"진단된 격차의 {row['value']:.0f}%를 메운다. 가장 큰 몫은 글(크기 {size:.0f}%)이며 그 {share}%를 메운다. "
            f"격차와 가중치를 흔들어도 {100 * row['p_first']:.0f}%에서 이 분야의 첫째이다. 글"
        )
    assert projects.loc["one-small", "why_en"] == projects.loc["one-small", "why_ko"] == ""


def test_a_gap_that_nobody_measured_is_said_to_be_so(miniature: Miniature) -> None:
    miniature.projects["one"][0]["closes"] = {"regulation": 0.9}
    projects = compute(load_programme(miniature.write())).tables["projects"].set_index("project")
    assert "most of it in the text (size not measured), of which it closes 90%" in projects.loc["one-large", "why_en"]
    assert "글(크기 측정되지 않음)이며 그 90%를 메운다" in projects.loc["one-large", "why_ko"]


def test_with_money_for_all_every_project_is_core(miniature: Miniature) -> None:
    miniature.budgets = [1000.0, 1000.0]
    tables = compute(load_programme(miniature.write())).tables
    for column in ("chosen", "core_index", "p_chosen"):
        assert (tables["projects"][column] == 1).all()
    assert len(tables["rejections"]) == 0
    assert list(tables["rejections"].columns) == [
        "project", "reason", "enters_at_budget", "enters_at_value", "reason_ko", "reason_en",
    ]  # fmt: skip


def test_with_money_for_one_the_best_is_core(miniature: Miniature) -> None:
    """In each area only one project fits: that of the larger value at nearly every weight."""
    miniature.budgets = [100.0, 100.0]
    miniature.projects["one"] = [
        {"id": "one-large", "costs": {2021: 40.0, 2022: 40.0}, "closes": {"technology": 0.8}},
        {"id": "one-small", "costs": {2021: 40.0, 2022: 40.0}, "closes": {"technology": 0.1}},
    ]
    miniature.projects["two"] = [
        {"id": "two-large", "costs": {2021: 40.0, 2022: 40.0}, "closes": {"market": 0.8}},
        {"id": "two-small", "costs": {2021: 40.0, 2022: 40.0}, "closes": {"market": 0.1}},
    ]
    tables = compute(load_programme(miniature.write())).tables
    projects = tables["projects"].set_index("project")
    for column in ("chosen", "core_index", "p_chosen"):
        assert projects[column].tolist() == [1, 0, 1, 0]
    # 160 of 200 are spent and 80 are asked: both years lack 20.
    rejections = tables["rejections"].set_index("project")
    assert rejections["enters_at_budget"].to_dict() == pytest.approx({"one-small": 40, "two-small": 40})
    assert rejections.loc["one-small", "enters_at_value"] == pytest.approx(
        projects.loc["one-large", "value"] - projects.loc["one-small", "value"]
    )


@pytest.mark.parametrize(
    ("reason", "extra", "korean", "english"),
    [
        (
            "constraint", np.inf,
            "어떤 예산과 가치에서도 들어오지 못한다: a; b.", "No budget and no value would bring it in: a; b.",
        ),
        ("unknown", np.nan, "제한 시간 안에 답을 얻지 못했다.", "No answer in the time allowed."),
        (
            "tie", 0.0,
            "이 과제를 담은 똑같이 좋은 포트폴리오가 있다(대신 로봇, 배가 빠진다).",
            "An equally good portfolio holds it (in place of Robot, Ship).",
        ),
        ("budget", np.inf, "예산을 얼마를 늘려도 들어오지 못한다.", "No budget alone brings it in."),
        (
            "budget", 1200.0,
            "예산이 모두 1조 2,000억원 늘어야 들어온다.", "Enters only with KRW 1,200 bn more in all.",
        ),
        (
            "value", 217.0,
            "예산이 모두 2,170억원 늘거나 가치가 1.3점 높아지면 들어온다(대신 로봇, 배가 빠진다).",
            "Enters with KRW 217 bn more in all, or with 1.3 points more value (in place of Robot, Ship).",
        ),
        (
            "value", np.inf,
            "가치가 1.3점 높아지면 들어온다(대신 로봇, 배가 빠진다).",
            "Enters with 1.3 points more value (in place of Robot, Ship).",
        ),
    ],
)  # fmt: skip
def test_every_rejection_says_what_it_takes(reason: str, extra: float, korean: str, english: str) -> None:
    found = Rejection(
        "x",
        reason,
        0.5,
        (0.5, 0.5),
        np.array([extra]),
        True,
        ("robot", "ship"),
        (),
        ("a", "b"),  # type: ignore[arg-type]
    )
    names = {"robot": Text(ko="로봇", en="Robot"), "ship": Text(ko="배", en="Ship")}
    assert rejection(found, extra, 1.29, names) == (korean, english)
    turned = rejection(replace(found, displaced=("ship", "robot")), extra, 1.29, names)
    assert turned[0] == korean.replace("로봇, 배가", "배, 로봇이")
    assert turned[1] == english.replace("Robot, Ship", "Ship, Robot")


def test_corners_keep_bounds_that_are_missed_by_little() -> None:
    """Half a point outside an interval is outside."""
    for low, high, expected in (
        ((0.4, 0.5), (0.505, 0.6), {(0.5, 0.5), (0.4, 0.6)}),
        ((0.4, 0.4), (0.6, 0.595), {(0.6, 0.4), (0.405, 0.595)}),
    ):
        assert {tuple(p) for p in corners(np.array(low), np.array(high)).round(9)} == expected
