import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.input_output import Table, io_table, leontief_multipliers, multiplier_errors
from majung.methods.labelled import InputError

from .strategies import balanced_tables, few


@few
@given(balanced_tables(), st.integers(0, 2**32 - 1))
def test_equals_the_sum_of_numerical_derivatives(table: Table, seed: int) -> None:
    """Var(m) = Σ (∂m/∂a_kl)² σ_kl², each derivative by central differences of the explicit inverse."""
    n = len(table.sectors)
    errors = np.random.default_rng(seed).random((n, n)) * 0.2
    coefficients = table.domestic / table.output
    weights = table.value_added / table.output
    variance = np.zeros(n)
    step = 1e-6
    for k in range(n):
        for j in range(n):
            shift = np.zeros((n, n))
            shift[k, j] = step
            up, down = (weights @ np.linalg.inv(np.eye(n) - coefficients - s * shift) for s in (1, -1))
            variance += ((up - down) / (2 * step) * errors[k, j] * coefficients[k, j]) ** 2
    found = multiplier_errors(table, errors)
    assert found["value_added"] == pytest.approx(np.sqrt(variance), rel=1e-4, abs=1e-9)


def test_agrees_with_simulation(miller_blair: Table) -> None:
    rng = np.random.default_rng(3)
    coefficients = miller_blair.domestic / miller_blair.output
    drawn = coefficients * (1 + 0.05 * rng.standard_normal((20_000, 2, 2)))
    simulated = np.linalg.inv(np.eye(2) - drawn).sum(axis=1).std(axis=0)
    found = multiplier_errors(miller_blair, 0.05)
    assert found["production"] == pytest.approx(simulated, rel=0.03)  # standard error of a deviation: 0.5 %


def test_exact_cells_have_no_error_and_idle_sectors_no_number() -> None:
    table = io_table(["a", "idle"], [[1, 0], [0, 0]], [3, 0], [2, 0])
    assert multiplier_errors(table, 0)["production"].tolist()[0] == 0
    found = multiplier_errors(table, 0.1, {"jobs": [3, 0]})
    assert np.isnan(found["jobs"][1])
    # Hand-computed: L = 1.5, so the error is 1.5² · 0.1/3.
    assert found["production"][0] == pytest.approx(1.5**2 * 0.1 / 3)
    assert leontief_multipliers(table).production[0] == pytest.approx(1.5)


@pytest.mark.parametrize("errors", [-0.1, np.nan, [[0.1]], [0.1, 0.1]])
def test_refuses(miller_blair: Table, errors: object) -> None:
    with pytest.raises(InputError, match="relative_error"):
        multiplier_errors(miller_blair, errors)  # type: ignore[arg-type]
