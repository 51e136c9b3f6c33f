import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from majung.methods.input_output import (
    NewIndustry,
    Table,
    add_industry,
    carve_industry,
    exogenous_industry,
    leontief_multipliers,
    share_multiplier,
)
from majung.methods.labelled import InputError

from .strategies import balanced_tables, few


@st.composite
def share_problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    n = draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shares = rng.dirichlet(np.ones(n))
    low = shares * rng.random(n) * rng.integers(0, 2, n)
    high = shares + rng.random(n) * rng.integers(0, 2, n)
    return rng.choice([0.0, 1.0, 2.0, 2.5], n), shares, low, high  # ties happen


@few
@given(share_problems())
def test_range_is_the_linear_programmes(problem: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]) -> None:
    m, shares, low, high = problem
    value, lowest, highest = share_multiplier(m, shares, low, high)
    best = {}
    for sign in (1, -1):
        result = linprog(sign * m, A_eq=np.ones((1, len(m))), b_eq=[1], bounds=list(zip(low, high, strict=True)))
        best[sign] = sign * result.fun
    assert value == pytest.approx(shares @ m)
    assert lowest == pytest.approx(best[1], abs=1e-7)
    assert highest == pytest.approx(best[-1], abs=1e-7)
    assert lowest <= value <= highest


def test_hand_computed() -> None:
    """m = (1, 2, 4), s = (.5, .3, .2) ± .1: moving .1 from the dearest to the cheapest gives ±.3 around 1.9."""
    found = share_multiplier([1, 2, 4], [0.5, 0.3, 0.2], [0.4, 0.2, 0.1], [0.6, 0.4, 0.3])
    assert found == pytest.approx((1.9, 1.6, 2.2))


def test_points_have_no_range() -> None:
    shares = [0.7, 0.2, 0.1]
    value, lowest, highest = share_multiplier([1.1, 2.3, 4.7], shares, shares, shares)
    assert lowest == pytest.approx(value)
    assert highest == pytest.approx(value)


def test_sector_without_output_may_be_excluded_but_not_used() -> None:
    assert share_multiplier([2, np.nan], [1, 0], [1, 0], [1, 0]) == pytest.approx((2, 2, 2))
    with pytest.raises(InputError, match="multiplier at position 1 is nan"):
        share_multiplier([2, np.nan], [1, 0], [0.9, 0], [1, 0.1])


@pytest.mark.parametrize(
    ("shares", "low", "high", "message"),
    [
        ([0.5, 0.5], [0.6, 0.6], [0.7, 0.7], "no shares within the bounds sum to 1: low sums to 1.2"),
        ([0.5, 0.5], [0.1, 0.1], [0.4, 0.4], "no shares within the bounds sum to 1.*high to 0.8"),
        ([0.5, 0.4], [0, 0], [1, 1], "shares sum to 0.9"),
        ([0.5, 0.5], [0, 0.6], [1, 1], "at position 1: low 0.6, share 0.5"),
        ([1.5, -0.5], [0, -1], [2, 1], "at position 1"),
        ([0.5, np.nan], [0, 0], [1, 1], "shares at position 1 is not finite"),
        ([1.0], [0], [1], "shapes"),
    ],
)
def test_refuses_bad_shares(shares: list[float], low: list[float], high: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        share_multiplier([1, 2], shares, low, high)


def test_exogenous_output_by_hand(miller_blair: Table) -> None:
    """One unit of output of sector 1 needs .2 of sector 2, which needs 1/.95 of itself: gross 1 + .2/.95."""
    found = exogenous_industry(miller_blair, [1, 0])
    assert found.gross["production"] == pytest.approx(1 + 0.2 / 0.95)
    assert found.net["production"] == pytest.approx(0.2 / 0.95)
    assert found.net["value_added"] == pytest.approx(0.7 * 0.2 / 0.95)


@few
@given(balanced_tables(zero_output=True), st.integers(0, 2**32 - 1))
def test_exogenous_output_equals_solving_for_the_others_alone(table: Table, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.random(len(table.sectors)) * table.active * rng.integers(0, 2, len(table.sectors))
    weights[np.argmax(table.active)] += 1
    shares = weights / weights.sum()
    found = exogenous_industry(table, shares)
    others = np.flatnonzero(table.active & (shares == 0))
    coefficients = np.divide(table.domestic, table.output, out=np.zeros_like(table.domestic), where=table.active)
    needed = coefficients[np.ix_(others, np.arange(len(shares)))] @ shares
    response = np.linalg.solve(np.eye(len(others)) - coefficients[np.ix_(others, others)], needed)
    assert found.net["production"] == pytest.approx(response.sum(), abs=1e-12)
    assert found.gross["production"] == pytest.approx(1 + response.sum())
    values = table.value_added[others] / table.output[others]
    assert found.net["value_added"] == pytest.approx(values @ response, abs=1e-12)


def new_industry(**changes: object) -> NewIndustry:
    given_ = {
        "name": "new",
        "inputs": np.array([5.0, 10.0]),
        "sales": np.zeros(2),
        "own_use": 2.0,
        "imports": np.zeros(2),
        "value_added": 13.0,
        "other": 0.0,
    }
    return NewIndustry(**(given_ | changes))  # type: ignore[arg-type]


def test_adding_an_industry_leaves_the_others_multipliers(miller_blair: Table) -> None:
    """Hand-computed: output 30, so m = 1 + (5·1.518 + 10·1.452 + 2 m)/30."""
    extended = add_industry(miller_blair, new_industry())
    assert extended.sectors == ("1", "2", "new")
    before, after = leontief_multipliers(miller_blair).production, leontief_multipliers(extended).production
    assert after[:2] == pytest.approx(before)
    assert after[2] == pytest.approx((30 + 5 * before[0] + 10 * before[1]) / 28)


def test_adding_refuses_sales(miller_blair: Table) -> None:
    with pytest.raises(InputError, match="'new' sells to sectors"):
        add_industry(miller_blair, new_industry(sales=np.array([1.0, 0.0])))


@few
@given(balanced_tables(zero_output=True), st.integers(0, 2**32 - 1))
def test_carving_keeps_every_total(table: Table, seed: int) -> None:
    """Parts of the parents put together again are the parents."""
    rng = np.random.default_rng(seed)
    n = len(table.sectors)
    parents = rng.random(n) * table.active
    parents /= parents.sum()
    # The most that every parent could give away in its share, flow by flow, times a random part.
    held = parents > 0
    part = rng.uniform(0.05, 0.3)
    assert table.imports is not None
    assert table.other is not None
    industry = NewIndustry(
        name="new",
        inputs=part * np.min(table.domestic[:, held] / parents[held], axis=1),
        sales=part * np.min(table.domestic[held] / parents[held, None], axis=0),
        own_use=part
        * float(np.min(table.domestic[np.ix_(held, held)] / np.outer(parents, parents)[np.ix_(held, held)])),
        imports=part * np.min(table.imports[:, held] / parents[held], axis=1),
        value_added=part * float(np.min(table.value_added[held] / parents[held])),
        other=part * float(np.min(table.other[held] / parents[held])),
    )
    if industry.output <= 0 or (table.output - industry.output * parents)[held].min() <= 0:
        return
    carved = carve_industry(table, industry, parents)
    together = np.vstack([np.eye(n), parents])  # who a row belongs to
    assert together.T @ carved.domestic @ together == pytest.approx(table.domestic, abs=1e-9 * table.output.sum())
    assert carved.output @ together == pytest.approx(table.output)
    assert carved.imports is not None
    assert carved.imports.sum() == pytest.approx(table.imports.sum())
    assert carved.other is not None
    paid = carved.domestic.sum(axis=0) + carved.imports.sum(axis=0) + carved.value_added + carved.other
    assert paid == pytest.approx(carved.output, abs=1e-9 * table.output.sum())


def test_carving_out_a_proportional_part_changes_no_multiplier(miller_blair: Table) -> None:
    part = NewIndustry(
        name="part of 1",
        inputs=0.1 * 0.9 * np.array([150.0, 0]) + 0.1 * np.array([0, 200.0]),
        sales=0.1 * 0.9 * np.array([150.0, 0]) + 0.1 * np.array([0, 500.0]),
        own_use=0.01 * 150,
        imports=np.zeros(2),
        value_added=65.0,
        other=0.0,
    )
    carved = carve_industry(miller_blair, part, [1, 0])
    before, after = leontief_multipliers(miller_blair).production, leontief_multipliers(carved).production
    assert after == pytest.approx([before[0], before[1], before[0]])
    assert carved.output.tolist() == pytest.approx([900, 2000, 100])


def test_carving_more_than_the_parent_has_is_refused(miller_blair: Table) -> None:
    with pytest.raises(InputError, match="domestic from '2' to '1' is negative"):
        carve_industry(miller_blair, new_industry(inputs=np.array([5.0, 250.0])), [1, 0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"imports": np.array([1.0, 0.0])}, "no import matrix"),
        ({"other": 1.0}, "other payments, but the table has none"),
        ({"inputs": np.array([1.0, np.nan])}, "inputs of 'new' of sector '2' is nan"),
        ({"name": "1"}, "duplicate sector '1'"),
    ],
)
def test_new_industry_must_fit_the_table(miller_blair: Table, changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        add_industry(miller_blair, new_industry(**changes))


@pytest.mark.parametrize(
    ("shares", "message"),
    [([0.5, 0.4], "sum to 0.9"), ([1.5, -0.5], "share of sector '2' is -0.5"), ([1.0], "shape")],
)
def test_exogenous_refuses_bad_shares(miller_blair: Table, shares: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        exogenous_industry(miller_blair, shares)
