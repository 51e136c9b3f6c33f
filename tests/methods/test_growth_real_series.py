"""What the methods say about real public series; left out where the evidence is not at hand."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from majung.methods.growth import incomplete_last, incomplete_panel
from majung.methods.technology_level import time_gap

DATA = Path(os.environ.get("MAJUNG_SHARED", Path(__file__).parents[3] / "shared")) / "data"


def read(name: str) -> pd.DataFrame:
    if not (DATA / name).exists():
        pytest.skip(f"{name} is not here: set MAJUNG_SHARED to the folder that holds data/")
    return pd.read_parquet(DATA / name)


def test_the_tenth_of_a_year_is_found() -> None:
    """Patents of 2020 are about a tenth complete in this source; the years before it are not flagged."""
    table = read("patstat/patstat_year_country_tech_inventor.parquet")
    fields = table.pivot_table(index="tech", columns="year", values="count", aggfunc="sum").fillna(0)
    for first in (1960, 1980, 2000):
        assert incomplete_panel(fields.loc[:, first:].to_numpy()) == 1
        assert incomplete_panel(fields.loc[:, first:2019].to_numpy()) == 0


def test_a_break_in_a_source_looks_like_a_lag() -> None:
    """The same source falls by 30 % from 2009 to 2010 and stays there: cut in 2010, it cannot be told from a lag."""
    table = read("patstat/patstat_year_country_tech_inventor.parquet")
    total = table.groupby("year")["count"].sum()
    assert incomplete_last(total.loc[1980:2010].to_numpy()) == 1
    assert incomplete_last(total.loc[1980:2011].to_numpy()) == 0


def test_complete_sources_are_left_alone() -> None:
    table = read("ncses/ipf_35fields_1998_2020.parquet")
    fields = table[table["entity"] == "World"].pivot_table(index="field", columns="year", values="value")
    assert incomplete_panel(fields.to_numpy()) == 0


def test_gap_in_semiconductor_families() -> None:
    """China files some twenty times as many as Germany: a gap in one direction, none in the other."""
    table = read("ncses/ipf_35fields_1998_2020.parquet")
    field = table[table["field"] == "semiconductors"].pivot_table(index="year", columns="entity", values="value")
    years = field.index.to_numpy()
    behind = time_gap(years, field["Germany"], field["China"], rng=np.random.default_rng(0), dispersion=4)
    assert behind.reached
    assert 0 < behind.low <= behind.years <= behind.high < np.inf
    ahead = time_gap(years, field["China"], field["Germany"], rng=np.random.default_rng(0))
    assert (ahead.years, ahead.low, ahead.high) == (0, 0, 0)
