import dataclasses

import numpy as np
import pytest

from majung.methods.complexity import (
    ECOMPLEXITY,
    MAJUNG,
    complexity,
    complexity_by_year,
    density,
    eci_pci,
    outlook,
    over_years,
    proximity,
)
from majung.methods.labelled import InputError, Labelled, labelled

ROWS = ("KOR", "JPN", "BRA", "NRU")
# Nested with exceptions; the last column is held by nobody, the last row holds nothing.
TABLE = np.array([[1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 1, 0], [1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]])


def named(values: np.ndarray, rows=ROWS) -> Labelled:
    return labelled(values, rows[: len(values)], [f"p{j}" for j in range(values.shape[1])])


def random_presence(rows: int, columns: int, seed: int) -> Labelled:
    rng = np.random.default_rng(seed)
    nested = rng.random((rows, 1)) + rng.random((1, columns)) + 0.4 * rng.random((rows, columns)) > 1.1
    nested[0], nested[:, 0] = True, True
    return labelled(nested, [f"c{i}" for i in range(rows)], [f"p{j}" for j in range(columns)])


def test_zero_rows_and_columns_are_dropped_and_reported():
    found = complexity(named(TABLE), conventions=MAJUNG)
    assert (found.rows, found.dropped.rows) == (("KOR", "JPN", "BRA"), ("NRU",))
    assert found.dropped.columns == ("p5",)
    assert np.isfinite(found.eci).all()
    assert np.isfinite(found.gain).all()
    assert found.diversity.tolist() == [4, 4, 2]
    assert found.ubiquity.tolist() == [3, 3, 2, 1, 1]


@pytest.mark.parametrize("conventions", [MAJUNG, ECOMPLEXITY])
@pytest.mark.parametrize("shape", [(12, 8), (6, 40)], ids=["matrix", "operator"])
def test_the_parts_are_those_of_the_functions(conventions, shape):
    table = random_presence(*shape, seed=1)
    found = complexity(table, conventions=conventions)
    m = table.values
    indices = eci_pci(m, scale=conventions.scale, ddof=conventions.ddof)
    phi = proximity(m, diagonal=conventions.diagonal)
    weight = indices.pci if conventions.outlook_pci == "scaled" else eci_pci(m, scale="raw", ddof=0).pci
    parts = outlook(m, phi, weight, gain=conventions.gain)
    assert found.eci.tolist() == indices.eci.tolist()
    assert found.density == pytest.approx(density(m, phi))
    assert found.coi == pytest.approx(parts.coi)
    assert found.gain == pytest.approx(parts.gain, abs=1e-12)


def test_scaled_and_raw_pci_order_rows_differently():
    # The trap: COI is not invariant to the shift between the two scales of PCI.
    m = np.random.default_rng(6).random((12, 30)) < 0.4
    m[0], m[:, 0] = True, True
    m[0, 1:6] = False
    table = named(m, rows=[f"c{i}" for i in range(12)])
    raw = complexity(table, conventions=dataclasses.replace(MAJUNG, outlook_pci="raw"))
    scaled = complexity(table, conventions=MAJUNG)
    assert np.argsort(raw.coi).tolist() != np.argsort(scaled.coi).tolist()


def test_a_presence_that_is_not_binary_is_refused():
    with pytest.raises(InputError, match=r"presence is 0.5 at row 'KOR', column 'p1'"):
        complexity(named(np.array([[1, 0.5], [1, 0]])), conventions=MAJUNG)


def test_years_may_differ_in_their_labels():
    years = {"2020": named(TABLE), "2021": named(TABLE[:3][::-1, :4], rows=("JPN", "KOR", "TWN"))}
    results = complexity_by_year(years, conventions=MAJUNG)
    assert results["2020"].eci.tolist() == complexity(years["2020"], conventions=MAJUNG).eci.tolist()
    when, labels, table = over_years(results, "eci")
    assert when == ("2020", "2021")
    assert labels == ("KOR", "JPN", "BRA", "TWN")
    assert np.isnan(table).tolist() == [[False, False, False, True], [False, False, True, False]]
    assert table[1, 0] == results["2021"].eci[1]
    assert over_years(results, "ubiquity")[1] == ("p0", "p1", "p2", "p3", "p4")


def test_an_error_names_the_year():
    split = np.array([[1, 0], [0, 1]])
    with pytest.raises(InputError, match=r"2021: presence falls into 2 unconnected blocks.*'JPN'"):
        complexity_by_year({"2020": named(TABLE), "2021": named(split)}, conventions=MAJUNG)
