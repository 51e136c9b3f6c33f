"""Discovery as a whole: the ranking adds up, ties and exclusions are said, and each criterion counts."""

from __future__ import annotations

import numpy as np
import pytest

from majung.discovery import discover
from majung.discovery.common_evidence import one_observation, overlap, ties
from majung.discovery.observation import Observation
from majung.programme import load_programme
from majung.programme.draws import Draws
from majung.runs import Run
from miniature import INDICATORS, Miniature


def test_contributions_add_up_to_the_score(mini_run: Run) -> None:
    sums = mini_run.tables["contributions"].groupby("candidate")["contribution"].sum()
    ranking = mini_run.tables["ranking"].set_index("candidate")
    assert sums.to_dict() == pytest.approx(ranking["score"].to_dict())


def test_ranking_is_ordered_by_score_and_holds_every_candidate_but_the_excluded(mini_run: Run) -> None:
    ranking = mini_run.tables["ranking"]
    assert list(ranking["rank"]) == [1, 2, 3, 4]
    assert ranking["score"].is_monotonic_decreasing
    assert set(ranking["candidate"]) == {"one", "two", "three", "four"}
    assert list(mini_run.tables["exclusions"]["industry"]) == ["barred"]
    assert set(ranking[ranking["area"]]["candidate"]) == {"one", "two"}


def test_rank_acceptability_is_a_doubly_stochastic_matrix(mini_run: Run) -> None:
    table = mini_run.tables["acceptability"].pivot(index="candidate", columns="rank", values="probability")
    assert table.sum(axis=0).to_numpy() == pytest.approx(1)
    assert table.sum(axis=1).to_numpy() == pytest.approx(1)
    selected = mini_run.tables["ranking"].set_index("candidate")["p_selected"]
    assert table[[1, 2]].sum(axis=1).to_dict() == pytest.approx(selected.to_dict())


def test_equal_definitions_are_one_tie_and_score_alike(mini_run: Run) -> None:
    ranking = mini_run.tables["ranking"].set_index("candidate")
    assert ranking.loc["two", "tie"] == ranking.loc["four", "tie"] == "four + two"
    assert ranking.loc["one", "tie"] == ""
    # Equal in all that is measured; the draws of what is not measured are each candidate's own.
    assert ranking.loc["two", "score"] == pytest.approx(ranking.loc["four", "score"])


def test_similar_definitions_without_the_same_evidence_are_no_tie(mini_run: Run) -> None:
    shares = mini_run.tables["overlap"].set_index(["candidate", "other"])["share"]
    assert shares["two", "four"] == pytest.approx(1)
    assert 0 < shares["one", "three"] < 0.9
    assert shares["one", "three"] == shares["three", "one"]


def test_overlap_by_hand() -> None:
    codes = [{"x": {"a": 0.6, "b": 0.4}, "y": {"c": 1.0}}, {"x": {"a": 1.0}}]
    shares = overlap(codes, {"x": 0.5, "y": 0.5}, {})
    assert shares[0, 1] == pytest.approx((0.5 * 0.6) / (0.5 * 1 + 0.5 * 1))
    assert overlap([{"x": {"a": 1.0}}, {"x": {"b": 1.0}}], {"x": 1.0}, {"x": {"a": "a + b", "b": "a + b"}})[0, 1] == 1
    assert overlap([{}, {}], {"x": 1.0}, {})[0, 1] == 0


def test_ties_connect_through_a_third() -> None:
    shares = np.array([[1, 0.95, 0.5, 0], [0.95, 1, 0.95, 0], [0.5, 0.95, 1, 0], [0, 0, 0, 1]])
    assert ties(["a", "b", "c", "d"], shares, 0.9) == {"a": "a + b + c", "b": "a + b + c", "c": "a + b + c", "d": ""}


def test_splits_are_one_observation_only_where_their_values_are_equal() -> None:
    seen = Observation(("a", "b", "c", "d"), np.array([1.0, 1.0, 2.0, 1.0]), np.ones((1, 4)), ({},) * 4, {}, "own", "")
    assert one_observation(seen, [("a", "b", "c"), ("d", "e")]) == {"a": "a + b", "b": "a + b"}


@pytest.mark.parametrize("criterion", list(INDICATORS))
def test_each_criterion_counts(miniature: Miniature, criterion: str) -> None:
    """More weight on a criterion moves the score towards what the candidate scores in it."""
    before = discover(load_programme(miniature.write()), Draws(7, 400)).tables
    miniature.weights = {c: 0.55 if c == criterion else 0.15 for c in INDICATORS}
    miniature.weight_spread = (0.05, 0.05)
    after = discover(load_programme(miniature.write()), Draws(7, 400)).tables
    share = {
        name: tables["contributions"].set_index(["candidate", "criterion"])["contribution"].xs(criterion, level=1)
        for name, tables in (("before", before), ("after", after))
    }
    assert (share["after"] > share["before"]).all()


def test_intervals_hold_the_mean_and_widen_with_missing_evidence(mini_run: Run) -> None:
    ranking = mini_run.tables["ranking"].set_index("candidate")
    assert (ranking["score_low"] < ranking["score"]).all()
    assert (ranking["score"] < ranking["score_high"]).all()
    assert ranking.loc["three", "measured"] < ranking.loc["one", "measured"] < ranking.loc["two", "measured"]
    width = ranking["score_high"] - ranking["score_low"]
    assert width["three"] > width["one"]


def test_checks_say_what_they_found(mini_run: Run) -> None:
    checks = mini_run.tables["checks"].set_index("check")
    assert checks.loc["additive_invariance", "value"] == 0
    assert checks.loc["additive_invariance", "passed"]
    assert -1 <= checks.loc["promethee_agreement", "value"] <= 1


def test_area_reports_name_strongest_and_weakest_criterion(mini_run: Run) -> None:
    points = mini_run.tables["contributions"].pivot(index="candidate", columns="criterion", values="contribution")
    against = points - points.median()
    reports = mini_run.tables["area_reports"].set_index("candidate")
    for candidate in points.index:
        assert reports.loc[candidate, "strongest"] == against.loc[candidate].idxmax()
        assert reports.loc[candidate, "behind"] == pytest.approx(against.loc[candidate].min())
    assert "Less than half measured: investment" in reports.loc["three", "text_en"]
    assert "절반도 측정되지 않은 기준: investment" in reports.loc["three", "text_ko"]
