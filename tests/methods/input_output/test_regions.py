import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.methods.input_output import (
    Table,
    footprints,
    io_table,
    leontief_multipliers,
    national_table,
    regional_multipliers,
)
from majung.methods.labelled import InputError

from .strategies import balanced_tables, few


@few
@given(balanced_tables(zero_output=True), st.data())
def test_regions_add_up_to_the_whole(table: Table, data: st.DataObject) -> None:
    regions = [data.draw(st.sampled_from("KJC")) for _ in table.sectors]
    jobs = np.where(table.active, 1.0, 0.0)
    found = regional_multipliers(table, regions, {"jobs": jobs})
    whole = leontief_multipliers(table, {"jobs": jobs})
    assert found.total("production") == pytest.approx(whole.production, nan_ok=True)
    assert found.total("value_added") == pytest.approx(whole.value_added, nan_ok=True)
    assert found.total("jobs") == pytest.approx(whole.satellites["jobs"], nan_ok=True)
    assert found.regions == tuple(dict.fromkeys(regions))
    alone = len(found.regions) == 1
    share = found.spillover("production")[table.active]
    assert (share >= -1e-9).all()
    assert (share < 1).all()
    assert not alone or share == pytest.approx(0, abs=1e-9)


def test_regional_effects_equal_blocks_of_the_inverse() -> None:
    rng = np.random.default_rng(5)
    z, x = rng.random((6, 6)), rng.uniform(6, 12, 6)
    table = io_table([f"{r}{i}" for r in "KJC" for i in range(2)], z, x, x - z.sum(axis=0))
    inverse = np.linalg.inv(np.eye(6) - z / x)
    found = regional_multipliers(table, list("KKJJCC"))
    assert found.effects["production"][1] == pytest.approx(inverse[2:4].sum(axis=0))
    assert found.at_home("production")[3] == pytest.approx(inverse[2:4, 3].sum())
    assert found.spillover("production")[3] == pytest.approx(1 - inverse[2:4, 3].sum() / inverse[:, 3].sum())


@few
@given(balanced_tables(zero_output=True), st.data())
def test_footprints_of_all_final_demand_exhaust_the_levels(table: Table, data: st.DataObject) -> None:
    regions = np.array([data.draw(st.sampled_from("KJC")) for _ in table.sectors])
    demand = table.output - table.domestic.sum(axis=1)
    split = np.random.default_rng(data.draw(st.integers(0, 99))).dirichlet(np.ones(3), len(demand)) * demand[:, None]
    found = footprints(table, list(regions), split)
    for name, levels in (("production", table.output), ("value_added", table.value_added)):
        expected = [levels[regions == r].sum() for r in dict.fromkeys(regions)]
        assert found[name].sum(axis=1) == pytest.approx(expected, abs=1e-9 * table.output.sum())


def two_regions() -> Table:
    """Two regions of two products, columns balanced by value added; hand-computable."""
    z = np.array([[10, 2, 3, 0], [1, 20, 0, 4], [5, 0, 30, 1], [0, 6, 2, 40]], dtype=float)
    x = np.array([100.0, 200, 300, 400])
    return io_table(["K a", "K b", "J a", "J b"], z, x, x - z.sum(axis=0), other=np.zeros(4))


def test_national_table_books_the_other_region_as_imports() -> None:
    found = national_table(two_regions(), list("KKJJ"), list("abab"), "J")
    assert found.sectors == ("a", "b")
    assert found.domestic.tolist() == [[30, 1], [2, 40]]
    assert found.imports is not None
    assert found.imports.tolist() == [[3, 0], [0, 4]]
    assert found.output.tolist() == [300, 400]
    balance = found.domestic.sum(axis=0) + found.imports.sum(axis=0) + found.value_added
    assert balance.tolist() == [300, 400]
    # Hand-computed: A = [[.1, .0025], [2/300, .1]]; what comes back from K is missing, so less than in the whole.
    whole = regional_multipliers(two_regions(), list("KKJJ"))
    assert (leontief_multipliers(found).production < whole.at_home("production")[2:]).all()


def test_national_table_keeps_imports_from_outside() -> None:
    whole = two_regions()
    outside = np.zeros((4, 4))
    outside[1, 2] = 7
    whole = io_table(whole.sectors, whole.domestic, whole.output, whole.value_added, imports=outside)
    found = national_table(whole, list("KKJJ"), list("abab"), "J")
    assert found.imports is not None
    assert found.imports.tolist() == [[3, 0], [7, 4]]


@pytest.mark.parametrize(
    ("regions", "products", "region", "message"),
    [
        ("KKJ", "abab", "K", "3 regions for 4 sectors"),
        ("KKJJ", "aba", "K", "3 products for 4 sectors"),
        ("KKJJ", "abab", "C", "region 'C' is not"),
        ("KKJJ", "aaab", "K", "product twice"),
        ("KKJJ", "abac", "K", "region 'K' buys 'c' from 'J'"),
    ],
)
def test_national_table_refuses(regions: str, products: str, region: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        national_table(two_regions(), list(regions), list(products), region)


@pytest.mark.parametrize(
    ("demand", "message"),
    [
        (np.ones(4), "shape"),
        (np.ones((3, 1)), "shape"),
        (np.array([[1.0], [1.0], [np.nan], [1.0]]), "'J a' is not finite"),
    ],
)
def test_footprints_refuse(demand: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        footprints(two_regions(), list("KKJJ"), demand)


def test_footprints_refuse_demand_for_a_sector_without_output() -> None:
    table = io_table(["a", "idle"], [[1, 0], [0, 0]], [3, 0], [2, 0])
    with pytest.raises(InputError, match="'idle', which has no output"):
        footprints(table, ["K", "K"], [[1.0], [1.0]])
