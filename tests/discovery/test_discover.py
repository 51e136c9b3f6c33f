"""Discovery as a whole: the ranking adds up, ties and exclusions are said, and each criterion counts."""

from __future__ import annotations

from itertools import combinations

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
    assert overlap([{}, {}], {"x": 1.0}, {}).tolist() == [[1, 0], [0, 1]]


def test_ties_connect_through_a_third() -> None:
    shares = np.array([[1, 0.95, 0.5, 0], [0.95, 1, 0.95, 0], [0.5, 0.95, 1, 0], [0, 0, 0, 1]])
    assert ties(["a", "b", "c", "d"], shares, 0.9) == {"a": "a + b + c", "b": "a + b + c", "c": "a + b + c", "d": ""}


def test_the_threshold_itself_is_a_tie() -> None:
    assert ties(["a", "b"], np.array([[1, 0.9], [0.9, 1]]), 0.9) == {"a": "a + b", "b": "a + b"}


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


GLOBAL = {name: 0.25 / len(group) for group in INDICATORS.values() for name, *_ in group}
"""Central weight of each indicator in the whole: a quarter a criterion, equal shares within."""


def test_measured_is_the_weight_of_the_indicators_with_evidence(mini_run: Run) -> None:
    """`three` has patents, publications and an input-output sector: 0 of 4, 3 of 4, 2 of 3 and 3 of 4 indicators."""
    measured = mini_run.tables["contributions"].set_index(["candidate", "criterion"])["measured"]
    expected = {"investment": 0, "ripple_effects": 3 / 4, "growth_potential": 2 / 3, "competitiveness": 3 / 4}
    assert measured["three"].to_dict() == pytest.approx(expected)
    ranking = mini_run.tables["ranking"].set_index("candidate")
    assert ranking.loc["three", "measured"] == pytest.approx(sum(expected.values()) / 4)
    assert (ranking["own_evidence"] == 0).all()


def test_own_evidence_is_the_weight_of_what_observes_the_industry_itself(miniature: Miniature) -> None:
    """`two` names its technology field as the industry itself; its venture vertical observes other countries."""
    folder = miniature.write()
    file = folder / "industries" / "two.toml"
    parts = file.read_text().split("[[codes]]")
    itself = [p.replace('"parent"', '"industry"') if "wipo35" in p or "vc_vertical" in p else p for p in parts]
    file.write_text("[[codes]]".join(itself))
    tables = discover(load_programme(folder), Draws(7, 400)).tables
    own = tables["ranking"].set_index("candidate")["own_evidence"]
    assert own["two"] == pytest.approx(sum(GLOBAL[i] for i in ("patent_growth", "patent_rca", "patent_level")))
    assert own["one"] == 0


def test_contribution_is_about_weight_times_score(mini_run: Run) -> None:
    """Weights and evidence are drawn independently, so the mean of the product is the product of the means."""
    scores = mini_run.tables["indicators"].set_index(["candidate", "indicator"])["score"]
    found = mini_run.tables["contributions"].set_index(["candidate", "criterion"])["contribution"]
    for candidate in ("one", "two", "three", "four"):
        for criterion, group in INDICATORS.items():
            mean = sum(scores[candidate, name] for name, *_ in group) / len(group)
            assert found[candidate, criterion] == pytest.approx(25 * mean, abs=1.2)


def test_indicator_rows_hold_scores_on_the_scale(mini_run: Run) -> None:
    rows = mini_run.tables["indicators"].set_index(["candidate", "indicator"])
    known = rows.loc["two", "production_inducement"]
    # L's third column sums to (0.18 + 0.06 + 0.75) / 0.75 = 1.32 on a scale from 1 to 3.
    assert (known["value"], known["low"], known["high"]) == pytest.approx((1.32, 1.32, 1.32))
    assert (known["score"], known["score_low"], known["score_high"]) == pytest.approx((0.16, 0.16, 0.16))
    assert (known["criterion"], known["observes"], known["period"]) == ("ripple_effects", "parent", "2014")
    drawn = rows.loc["two", "venture_firms"]
    # A log scale from 0.5 to 2: the score's interval is the value's on that scale.
    for end in ("low", "high"):
        assert drawn[f"score_{end}"] == pytest.approx(np.log(drawn[end] / 0.5) / np.log(4), abs=1e-3)
    missing = rows.loc["three", "venture_level"]
    assert (missing["score_low"], missing["score_high"]) == pytest.approx((0.05, 0.95), abs=0.03)
    assert missing["observes"] == ""
    assert missing["coverage"] == 0
    assert rows.loc[("one", "venture_level"), "observes"] == "other_country"


def test_expected_rank_and_standard_error_follow_from_acceptability(mini_run: Run) -> None:
    ranking = mini_run.tables["ranking"].set_index("candidate")
    acceptability = mini_run.tables["acceptability"].set_index(["candidate", "rank"])
    for candidate, row in ranking.iterrows():
        shares = acceptability.loc[candidate]
        assert row["expected_rank"] == pytest.approx(sum(r * p for r, p in shares["probability"].items()))
        p = shares["probability"].to_numpy()
        assert shares["standard_error"].to_numpy() == pytest.approx(np.sqrt(p * (1 - p) / 400))
        assert 0 < row["score_low"] < row["score"] < row["score_high"] < 100


def test_one_of_two_wins(mini_run: Run) -> None:
    wins = mini_run.tables["pairwise"].set_index(["candidate", "other"])["probability"]
    assert len(wins) == 12
    for a, b in combinations(("one", "two", "three", "four"), 2):
        assert wins[a, b] + wins[b, a] == pytest.approx(1)
    ranking = mini_run.tables["ranking"].set_index("candidate")
    best, last = ranking.index[0], ranking.index[-1]
    assert wins[best, last] > 0.5


def test_promethee_by_loops(miniature: Miniature) -> None:
    """Linear preference from 0.05 to 0.25 on mean scores, net flow = mean over the others of what it wins and loses."""
    del miniature.definitions["four"]  # the twin of `two`: whether the two tie exactly is a matter of rounding
    tables = discover(load_programme(miniature.write()), Draws(7, 400)).tables
    scores = tables["indicators"].pivot(index="candidate", columns="indicator", values="score")

    def preference(a: str, b: str) -> float:
        return sum(w * min(1, max(0, (scores.loc[a, i] - scores.loc[b, i] - 0.05) / 0.2)) for i, w in GLOBAL.items())

    flows = {
        a: sum(preference(a, b) - preference(b, a) for b in scores.index if b != a) / (len(scores) - 1)
        for a in scores.index
    }
    ranking = tables["ranking"].set_index("candidate")
    assert ranking["promethee_flow"].to_dict() == pytest.approx(flows)
    order = sorted(flows, key=flows.__getitem__, reverse=True)
    assert ranking["promethee_rank"].to_dict() == {name: k for k, name in enumerate(order, start=1)}
    checks = tables["checks"].set_index("check")
    agree = [
        np.sign((ranking.loc[a, "score"] - ranking.loc[b, "score"]) * (flows[a] - flows[b]))
        for a, b in combinations(flows, 2)
    ]
    assert checks.loc["promethee_agreement", "value"] == pytest.approx(sum(agree) / 3)
    assert checks.loc["promethee_agreement", "passed"] == (sum(agree) / 3 >= 0.6)
    assert f"{sum(agree) / 3:.2f}" in checks.loc["promethee_agreement", "detail_en"]
    reversals = checks.loc["promethee_invariance"]
    assert reversals["passed"] == (reversals["value"] == 0)
    assert f"reverses {reversals['value']:.0f} times a pair of 3" in reversals["detail_en"]


def test_definitions_and_weights_are_restated(mini_run: Run) -> None:
    weights = mini_run.tables["weights"].set_index(["criterion", "indicator"])
    assert len(weights) == 4 + 15
    assert list(weights.columns) == ["weight", "low", "high"]
    assert weights.loc[("investment", "")].tolist() == pytest.approx([0.25, 0.10, 0.70])
    assert weights.loc[("growth_potential", "patent_growth")].tolist() == pytest.approx([1 / 3, 1 / 6, 2 / 3])
    definitions = mini_run.tables["definitions"].set_index(["candidate", "classification", "code"])
    row = definitions.loc[("one", "wipo35", "alpha")]
    assert row[["weight", "low", "high"]].tolist() == pytest.approx([0.75, 0.65, 0.85])
    assert row["observes"] == "parent"
    exclusion = mini_run.tables["exclusions"].iloc[0]
    assert exclusion[["rule_ko", "rule_en", "reason_ko", "reason_en", "source"]].tolist() == [
        "글", "Text", "글", "Text", "rule",
    ]  # fmt: skip


def test_overlap_of_the_miniature_by_hand(mini_run: Run) -> None:
    """`one` and `three` share 0.95 of their fields and all of their science; only `one` has money and markets."""
    shares = mini_run.tables["overlap"].set_index(["candidate", "other"])["share"]
    common = sum(0.95 * GLOBAL[i] for i in ("patent_growth", "patent_rca", "patent_level"))
    common += sum(GLOBAL[i] for i in ("publication_growth", "citation_impact"))
    assert shares["one", "three"] == pytest.approx(common / (1 - GLOBAL["own_venture"]))


def test_area_reports_say_rank_chance_and_distance(mini_run: Run) -> None:
    ranking = mini_run.tables["ranking"].set_index("candidate")
    reports = mini_run.tables["area_reports"].set_index("candidate")
    for candidate, row in reports.iterrows():
        chance = 100 * ranking.loc[candidate, "p_selected"]
        said = "<1%" if 0 < chance < 1 else f"{chance:.0f}%"
        rank = ranking.loc[candidate, "rank"]
        ahead, behind = (f"{row[c]:+.1f}".replace("-", "\u2212") for c in ("ahead", "behind"))
        assert row["text_en"].startswith(
            f"Rank {rank}; {said} probability of the first 2. "
            f"Against the median candidate {ahead} points in {row['strongest']}, {behind} in {row['weakest']}."
        )
        assert row["text_ko"].startswith(
            f"{rank}위, 2위 안에 들 확률 {said}. "
            f"중앙값 후보와 견주어 {row['strongest']}에서 {ahead}점, {row['weakest']}에서 {behind}점이다."
        )
    assert "Less than half measured" not in reports.loc["two", "text_en"]
    points = mini_run.tables["contributions"].pivot(index="candidate", columns="criterion", values="contribution")
    against = points - points.median()
    for candidate in points.index:
        assert reports.loc[candidate, "weakest"] == against.loc[candidate].idxmin()
        assert reports.loc[candidate, "ahead"] == pytest.approx(against.loc[candidate].max())


def test_indicators_say_direction_and_sources(mini_run: Run) -> None:
    indicators = mini_run.tables["indicators"].set_index(["candidate", "indicator"])
    assert set(indicators["direction"]) == {"more"}
    assert indicators.loc[("one", "patent_rca"), "sources"] == "made"
    assert indicators.loc[("one", "own_venture"), "sources"] == "", "what is not measured has no source"


def test_a_scale_whose_target_lies_below_its_reference_means_less_is_better(
    miniature: Miniature, mini_run: Run
) -> None:
    folder = miniature.write()
    file = folder / "programme.toml"
    file.write_text(file.read_text().replace("reference = 0, target = 100,", "reference = 100, target = 0,"))
    tables = discover(load_programme(folder), Draws(7, 400)).tables
    turned = tables["indicators"].set_index(["candidate", "indicator"])
    before = mini_run.tables["indicators"].set_index(["candidate", "indicator"])
    assert turned.loc[("one", "patent_level"), "direction"] == "less"
    assert turned.loc[("one", "patent_level"), "score"] == pytest.approx(
        1 - before.loc[("one", "patent_level"), "score"]
    )
