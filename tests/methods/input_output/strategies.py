"""Random tables for properties, and how many of them."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from majung.methods.input_output import Table, io_table

few = settings(max_examples=40, deadline=None)


@st.composite
def balanced_tables(draw: st.DrawFn, *, zero_output: bool = False) -> Table:
    """Productive tables whose columns balance: domestic + imports + value added + other = output."""
    n = draw(st.integers(1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    output = rng.lognormal(3, 2, n)
    parts = rng.dirichlet(np.ones(4), n).T  # shares of domestic inputs, imports, value added, other in each column
    domestic = rng.dirichlet(np.ones(n), n).T * (rng.random((n, n)) < 0.7) * parts[0] * output
    imports = rng.dirichlet(np.ones(n), n).T * parts[1] * output
    other = parts[3] * output * rng.choice([-0.2, 1])
    value_added = output - domestic.sum(axis=0) - imports.sum(axis=0) - other
    if zero_output:
        idle = rng.random(n) < 0.3
        idle[rng.integers(n)] = False
        domestic[:, idle] = domestic[idle] = imports[:, idle] = 0
        output, other = np.where(idle, 0, output), np.where(idle, 0, other)
        value_added = output - domestic.sum(axis=0) - imports.sum(axis=0) - other
        value_added[idle] = 0
    names = [f"s{i}" for i in range(n)]
    return io_table(names, domestic, output, value_added, imports=imports, other=other)


def leontief_inverse_oracle(table: Table) -> np.ndarray:
    """The definition: L = (I − A)⁻¹, by an explicit inverse; only for tables where every sector has output."""
    return np.linalg.inv(np.eye(len(table.sectors)) - table.domestic / table.output)
