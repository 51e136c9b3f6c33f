import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.input_output import Table, io_table, type_two_multipliers
from majung.methods.labelled import InputError

from .strategies import balanced_tables, few


def test_miller_and_blair_closed_for_households(miller_blair: Table) -> None:
    """Miller & Blair (2009), §2.5 and ch. 6: total output multipliers 2.462 and 2.262, household row .570 and .489.

    Households earn 300, 500 and 50 from themselves; buy 50 and 400; income 1000 in all.
    Closed inverse [[1.365, .425, .251], [.527, 1.348, .595], [.570, .489, 1.289]].
    """
    found = type_two_multipliers(
        miller_blair,
        household_income=[300, 500],
        household_demand=[50, 400],
        household_total=1000,
        within_households=50,
        satellites={"output of sector 1": [1000, 0]},
    )
    assert found.type_two["output of sector 1"] == pytest.approx([1.365, 0.425], abs=5e-4)
    assert found.type_two["production"] == pytest.approx([1.365 + 0.527, 0.425 + 1.348], abs=1e-3)
    assert found.household_income == pytest.approx([0.570, 0.489], abs=5e-4)
    assert found.total_production == pytest.approx([2.462, 2.262], abs=1e-3)
    assert found.ratio == pytest.approx(1.289, abs=5e-4)
    assert found.type_one["production"] == pytest.approx([1.518, 1.452], abs=5e-4)


@few
@given(balanced_tables(zero_output=True), st.integers(0, 2**32 - 1))
def test_equals_the_inverse_of_the_extended_matrix(table: Table, seed: int) -> None:
    rng = np.random.default_rng(seed)
    active = table.active
    income = np.where(active, rng.random(len(active)) * table.output * 0.05, 0)
    demand = np.where(active, rng.random(len(active)), 0)
    total = demand.sum() * 1.5
    found = type_two_multipliers(
        table,
        household_income=income,
        household_demand=demand,
        household_total=total,
        within_households=0.1 * total,
        satellites={"income": income},
    )
    keep = np.flatnonzero(active)
    n = len(keep)
    extended = np.zeros((n + 1, n + 1))
    extended[:n, :n] = table.domestic[np.ix_(keep, keep)] / table.output[keep]
    extended[n, :n] = income[keep] / table.output[keep]
    extended[:n, n] = demand[keep] / total
    extended[n, n] = 0.1
    inverse = np.linalg.inv(np.eye(n + 1) - extended)
    assert found.type_two["production"][keep] == pytest.approx(inverse[:n, :n].sum(axis=0))
    assert found.household_income[keep] == pytest.approx(inverse[n, :n])
    assert found.total_production[keep] == pytest.approx(inverse[:, :n].sum(axis=0))
    assert found.ratio == pytest.approx(inverse[n, n])
    # The ratio of type II to type I household income is one constant.
    assert found.household_income[keep] == pytest.approx(found.ratio * found.household_income_one[keep])
    assert found.household_income_one[keep] == pytest.approx(found.type_one["income"][keep])
    assert np.isnan(found.household_income[~active]).all()


def test_no_household_spending_leaves_type_one(miller_blair: Table) -> None:
    found = type_two_multipliers(miller_blair, household_income=[300, 500], household_demand=[0, 0], household_total=1)
    assert found.type_two["production"] == pytest.approx(found.type_one["production"])
    assert found.ratio == 1


def test_the_choice_of_the_total_decides_the_result(miller_blair: Table) -> None:
    ratios = [
        type_two_multipliers(
            miller_blair, household_income=[300, 500], household_demand=[50, 400], household_total=total
        ).ratio
        for total in (800, 1000)
    ]
    assert ratios[0] > ratios[1] > 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"household_total": 0}, "household_total is 0"),
        ({"household_total": np.nan}, "household_total is nan"),
        ({"household_total": 100}, "spend more than they earn"),
        ({"within_households": -1}, "within_households -1"),
        ({"household_income": [-1, 1]}, "household_income of sector '1' is negative"),
        ({"household_demand": [1, np.inf]}, "household_demand of sector '2' is inf"),
    ],
)
def test_refuses(miller_blair: Table, change: dict[str, object], message: str) -> None:
    given_ = {"household_income": [300, 500], "household_demand": [50, 400], "household_total": 1000} | change
    with pytest.raises(InputError, match=message):
        type_two_multipliers(miller_blair, **given_)  # type: ignore[arg-type]


def test_refuses_income_from_a_sector_without_output() -> None:
    table = io_table(["a", "idle"], [[1, 0], [0, 0]], [3, 0], [2, 0])
    with pytest.raises(InputError, match="household_income of sector 'idle' is 1, but it has no output"):
        type_two_multipliers(table, household_income=[1, 1], household_demand=[1, 0], household_total=2)
