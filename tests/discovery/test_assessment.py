"""A cell keeps open what is not known, and only that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from majung.discovery.assessment import Cell, assess
from majung.discovery.observation import Observation
from majung.programme import IndicatorSpec, Industry
from majung.programme.draws import Draws

TEXT = {"ko": "글", "en": "text"}
DRAWS = Draws(1, 4000)


def spec(scale: dict[str, object]) -> IndicatorSpec:
    weighted = {"weight": 1.0, "low": 1.0, "high": 1.0, "rationale": TEXT, "source": "s"}
    return IndicatorSpec.model_validate(
        {"id": "x", "name": TEXT, "unit": TEXT, "classification": "c", "scale": scale, **weighted}
    )


def industry(*codes: tuple[str, float, float, float, str]) -> Industry:
    return Industry.model_validate(
        {
            "id": "i",
            "name": TEXT,
            "summary": TEXT,
            "codes": [
                {
                    "classification": "c", "code": code, "weight": weight, "low": low, "high": high,
                    "observes": observes, "rationale": TEXT, "source": "s",
                }
                for code, weight, low, high, observes in codes
            ],
        }
    )  # fmt: skip


def observation(values: list[float], place: str = "own", rivals: list[list[float]] | None = None) -> Observation:
    array = np.array(values)
    return Observation(
        codes=tuple("abc"[: len(values)]),
        values=array,
        draws=np.broadcast_to(array, (DRAWS.samples, len(values))),
        rows=({},) * len(values),
        common_rows={},
        place=place,  # type: ignore[arg-type]
        period="2020",
        rivals=None if rivals is None else np.array(rivals),
    )


LINEAR = spec({"reference": 0, "target": 10})
TWO = industry(("a", 0.75, 0.75, 0.75, "parent"), ("b", 0.25, 0.25, 0.25, "industry"))


def test_value_is_the_weighted_mean_and_a_known_definition_has_no_interval() -> None:
    cell = assess(TWO, LINEAR, observation([4.0, 8.0]), DRAWS)
    assert cell.value == pytest.approx(5.0)
    assert (cell.low, cell.high) == pytest.approx((5.0, 5.0))
    assert cell.coverage == 1
    assert cell.draws == pytest.approx(0.5)
    assert cell.codes == {"a": 0.75, "b": 0.25}


def test_uncertain_definition_gives_an_interval_inside_its_corners() -> None:
    loose = industry(("a", 0.75, 0.5, 1.0, "parent"), ("b", 0.25, 0.0, 0.5, "parent"))
    cell = assess(loose, LINEAR, observation([4.0, 8.0]), DRAWS)
    assert 4.0 <= cell.low < 4.2
    assert 5.8 < cell.high <= 6.0


def test_missing_evidence_is_the_whole_scale_and_has_no_value() -> None:
    cell = assess(TWO, LINEAR, observation([np.nan, np.nan]), DRAWS)
    assert np.isnan(cell.value)
    assert cell.coverage == 0
    assert cell.observes is None
    assert (cell.low, cell.high) == pytest.approx((0.5, 9.5), abs=0.3)
    assert cell.draws.mean() == pytest.approx(0.5, abs=0.02)


def test_missing_evidence_on_a_log_scale_is_even_in_logs() -> None:
    cell = assess(TWO, spec({"reference": 0.5, "target": 2, "log": True}), observation([np.nan, np.nan]), DRAWS)
    assert np.quantile(cell.draws, [0.25, 0.75]) == pytest.approx([0.25, 0.75], abs=0.03)
    assert cell.low == pytest.approx(0.5 * 4**0.05, rel=0.02)


def test_partly_covered_value_rests_on_what_is_covered_and_its_interval_on_the_rest() -> None:
    cell = assess(TWO, LINEAR, observation([4.0, np.nan]), DRAWS)
    assert cell.value == pytest.approx(4.0)
    assert cell.coverage == pytest.approx(0.75)
    assert (cell.low, cell.high) == pytest.approx((3 + 0.25 * 0.5, 3 + 0.25 * 9.5), abs=0.1)


def test_no_definition_in_the_classification_is_missing_too() -> None:
    cell = assess(industry(("z", 1.0, 1.0, 1.0, "parent")), LINEAR, observation([4.0]), DRAWS)
    assert np.isnan(cell.value)
    assert cell.coverage == 0


def test_level_is_relative_to_the_leader_of_the_weighted_shares() -> None:
    hundred = spec({"reference": 0, "target": 100})
    seen = observation([0.2, 0.4], rivals=[[0.5, 0.1], [0.1, 0.3]])
    cell = assess(TWO, hundred, seen, DRAWS)
    own, first, second = 0.25, 0.75 * 0.5 + 0.25 * 0.1, 0.75 * 0.1 + 0.25 * 0.3
    assert cell.value == pytest.approx(100 * own / max(own, first, second))
    assert cell.draws == pytest.approx(own / first)


def test_the_leader_itself_stands_at_100() -> None:
    seen = observation([0.6, 0.6], rivals=[[0.5], [0.1]])
    assert assess(TWO, spec({"reference": 0, "target": 100}), seen, DRAWS).value == pytest.approx(100)


@pytest.mark.parametrize(
    ("definition", "place", "observes", "share"),
    [
        (TWO, "own", "parent", 0.25),
        (industry(("a", 0.4, 0.4, 0.4, "parent"), ("b", 0.6, 0.6, 0.6, "industry")), "own", "industry", 0.6),
        (industry(("a", 0.5, 0.5, 0.5, "parent"), ("b", 0.5, 0.5, 0.5, "industry")), "own", "industry", 0.5),
        (industry(("b", 1.0, 1.0, 1.0, "industry")), "world", "industry", 1.0),
        (industry(("b", 1.0, 1.0, 1.0, "industry")), "other_country", "other_country", 0.0),
    ],
)
def test_says_what_it_observes(definition: Industry, place: str, observes: str, share: float) -> None:
    cell: Cell = assess(definition, LINEAR, observation([4.0, 8.0], place), DRAWS)
    assert cell.observes == observes
    assert cell.industry_share == pytest.approx(share)


def test_partly_covered_evidence_counts_as_own_by_what_is_covered() -> None:
    """a (industry, 0.3) and b (parent, 0.2) are seen, c (0.5) is not: 0.3 of 0.5 is the industry's own."""
    three = industry(
        ("a", 0.3, 0.3, 0.3, "industry"), ("b", 0.2, 0.2, 0.2, "parent"), ("c", 0.5, 0.5, 0.5, "parent")
    )  # fmt: skip
    cell = assess(three, LINEAR, observation([4.0, 8.0, np.nan]), DRAWS)
    assert cell.observes == "industry"
    assert cell.industry_share == pytest.approx(0.3)
    assert cell.coverage == pytest.approx(0.5)
    assert cell.value == pytest.approx((0.3 * 4 + 0.2 * 8) / 0.5)
    assert cell.codes == {"a": 0.3, "b": 0.2}


def test_missing_evidence_spreads_from_reference_to_target() -> None:
    cell = assess(TWO, spec({"reference": 20, "target": 40}), observation([np.nan, np.nan]), DRAWS)
    assert (cell.low, cell.high) == pytest.approx((21, 39), abs=0.4)
    assert cell.industry_share == 0
    assert cell.codes == {}


def test_interval_of_what_is_drawn_holds_nine_tenths() -> None:
    seen = observation([5.0, 5.0])
    drawn = np.linspace(0, 10, DRAWS.samples)
    cell = assess(TWO, LINEAR, replace(seen, draws=np.column_stack([drawn, drawn])), DRAWS)
    assert (cell.low, cell.high) == pytest.approx((0.5, 9.5), abs=0.01)
    assert cell.draws.mean() == pytest.approx(0.5)
