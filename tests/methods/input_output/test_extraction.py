import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.input_output import Table, extract_group, hypothetical_extraction, io_table
from majung.methods.labelled import InputError

from .strategies import balanced_tables, few


def without(table: Table, gone: np.ndarray, levels: np.ndarray) -> float:
    """The definition: solve the economy that lacks the sectors, and compare."""
    stay = np.setdiff1d(np.arange(len(table.sectors)), gone)
    coefficients = table.domestic / table.output
    demand = table.output - table.domestic.sum(axis=1)
    output = np.linalg.solve(np.eye(len(stay)) - coefficients[np.ix_(stay, stay)], demand[stay])
    return float(levels.sum() - (levels / table.output)[stay] @ output)


@few
@given(balanced_tables(), st.integers(0, 2**32 - 1))
def test_equals_taking_each_sector_out(table: Table, seed: int) -> None:
    n, x = len(table.sectors), table.output
    jobs = np.random.default_rng(seed).random(n) * x
    found = hypothetical_extraction(table, {"jobs": jobs})
    demand = x - table.domestic.sum(axis=1)
    primary = x - table.domestic.sum(axis=0)
    scale = x.sum()
    for j in range(n):
        assert found.complete["production"][j] == pytest.approx(without(table, np.array([j]), x), abs=1e-9 * scale)
        assert found.complete["jobs"][j] == pytest.approx(without(table, np.array([j]), jobs), abs=1e-9 * scale)
        buys_nothing = table.domestic / x
        buys_nothing[:, j] = 0
        loss = x - np.linalg.solve(np.eye(n) - buys_nothing, demand)
        assert found.backward["production"][j] == pytest.approx(loss.sum(), abs=1e-9 * scale)
        assert found.backward["jobs"][j] == pytest.approx(jobs / x @ loss, abs=1e-9 * scale)
        sells_nothing = table.domestic / x[:, None]
        sells_nothing[j] = 0
        loss = x - np.linalg.solve((np.eye(n) - sells_nothing).T, primary)
        assert found.forward["production"][j] == pytest.approx(loss.sum(), abs=1e-9 * scale)
        assert found.forward["jobs"][j] == pytest.approx(jobs / x @ loss, abs=1e-9 * scale)


@few
@given(balanced_tables(zero_output=True), st.data())
def test_a_group_equals_taking_all_of_it_out(table: Table, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(table.sectors), min_size=1, unique=True))
    active = table.active
    smaller = io_table(
        [s for s, a in zip(table.sectors, active, strict=True) if a],
        table.domestic[np.ix_(active, active)],
        table.output[active],
        table.value_added[active],
    )
    gone = np.array([smaller.sectors.index(s) for s in names if s in smaller.sectors], dtype=int)
    found = extract_group(table, names)
    tolerance = 1e-9 * table.output.sum()
    assert found["production"] == pytest.approx(without(smaller, gone, smaller.output), abs=tolerance)
    assert found["value_added"] == pytest.approx(without(smaller, gone, smaller.value_added), abs=tolerance)
    if len(gone) == 1:
        single = hypothetical_extraction(table)
        place = table.sectors.index(smaller.sectors[gone[0]])
        assert single.complete["production"][place] == pytest.approx(found["production"])
    singles = np.nansum(hypothetical_extraction(table).complete["production"][[table.sectors.index(s) for s in names]])
    assert found["production"] <= singles + tolerance


def test_closed_form_of_the_two_sector_table(miller_blair: Table) -> None:
    """Hand-computed from Miller & Blair's table: without sector 1 only x₂ = 1700/.95 remains of 3000."""
    found = hypothetical_extraction(miller_blair)
    assert found.complete["production"][0] == pytest.approx(3000 - 1700 / 0.95)
    assert found.complete["production"][1] == pytest.approx(3000 - 350 / 0.85)


def test_sectors_without_output_have_nothing_to_lose() -> None:
    table = io_table(["a", "idle"], [[1, 0], [0, 0]], [3, 0], [2, 0])
    found = hypothetical_extraction(table)
    for losses in (found.complete, found.backward, found.forward):
        assert np.isnan(losses["production"][1])
        assert np.isfinite(losses["production"][0])
    assert extract_group(table, ["idle"]) == {"production": 0, "value_added": 0}


@pytest.mark.parametrize(("names", "message"), [(["x"], "'x' is not in"), ([], "at least one"), (["1", "1"], "once")])
def test_refuses(miller_blair: Table, names: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        extract_group(miller_blair, names)
