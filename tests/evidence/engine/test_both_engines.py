"""The same questions to DuckDB and Spark, with the plainest pandas or Python beside them.

All tests that start Spark are in this file, so that they share one session also when files run side by side.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from evidence.engine.works import count_by_hand, read_works
from majung.evidence import EvidenceError, countries
from majung.evidence.engine import (
    Engine,
    author_sets,
    complexity_inputs,
    digest,
    emergence_counts,
    fractional_counts,
    growth_ratios,
    matrix,
    moving_averages,
    openalex_works,
    period_totals,
    proximity_counts,
    top_shares,
    venture_counts,
    venture_momentum,
    work_records,
)
from majung.evidence.engine.arithmetic import amount, ratio, unique, units
from majung.evidence.engine.base import ordered
from majung.methods.complexity import presence, proximity, rca
from majung.methods.growth import growth_ratio
from majung.methods.labelled import InputError

KEY = ["country", "classification", "code", "year", "measure"]


@pytest.fixture(scope="session")
def answers() -> dict[tuple[str, str], object]:
    """What each engine answered, by question: the second to answer is held against the first."""
    return {}


def agree(answers: dict[tuple[str, str], object], engine: Engine, question: str, answer: object) -> None:
    """Engines give the same answer, not merely answers close to an oracle."""
    answers[question, engine.name] = answer
    other = answers.get((question, {"duckdb": "spark", "spark": "duckdb"}[engine.name]))
    if other is not None:
        assert answer == other


def test_complexity_inputs(engine: Engine, trade: pd.DataFrame, answers: dict[tuple[str, str], object]) -> None:
    inputs = complexity_inputs(engine.table(trade))
    cells = engine.collect(inputs.cells, ["year", "country", "code"])

    known = trade.dropna()
    plain = known.groupby(["year", "country", "code"], as_index=False)["value"].sum()
    assert cells[["year", "country", "code"]].astype(str).equals(plain[["year", "country", "code"]].astype(str))
    np.testing.assert_allclose(cells["value"], plain["value"], rtol=1e-14, atol=1e-9)

    # The methods' own RCA, year by year, without the rows and columns of nought that they refuse.
    nought = cells["country"].isin(["NIL"]) | cells["code"].isin(["999999"])
    for year, rows in cells[~nought].groupby("year"):
        x = matrix(rows)
        wanted = rca(x)
        found = matrix(rows, value="rca")
        np.testing.assert_allclose(found.values, wanted, rtol=1e-12)
        there = matrix(rows.assign(present=rows["present"].astype(float)), value="present").values.astype(bool)
        assert (there == presence(wanted, threshold=1)).all(), year
    assert cells.loc[cells["country"] == "NIL", "rca"].isna().all()
    assert cells.loc[cells["country"] == "NIL", "present"].isna().all()
    assert cells.loc[cells["code"] == "999999", "rca"].isna().all()

    margins = {
        name: engine.collect(table, key)
        for name, table, key in (
            ("rows", inputs.rows, ["year", "country"]),
            ("columns", inputs.columns, ["year", "code"]),
            ("totals", inputs.totals, ["year"]),
        )
    }
    by_row = known.groupby(["year", "country"])["value"].sum()
    np.testing.assert_allclose(margins["rows"]["total"], by_row, rtol=1e-14, atol=1e-9)
    np.testing.assert_allclose(margins["columns"]["total"], known.groupby(["year", "code"])["value"].sum(), atol=1e-6)
    np.testing.assert_allclose(margins["totals"]["total"], known.groupby("year")["value"].sum(), rtol=1e-14)
    diversity = cells.assign(k=cells["present"].eq(True)).groupby(["year", "country"])["k"].sum()
    assert margins["rows"]["diversity"].tolist() == diversity.tolist()
    ubiquity = cells.assign(k=cells["present"].eq(True)).groupby(["year", "code"])["k"].sum()
    assert margins["columns"]["ubiquity"].tolist() == ubiquity.tolist()
    assert margins["rows"].loc[margins["rows"]["country"] == "NIL", "diversity"].tolist() == [0]

    agree(answers, engine, "cells", cells.to_dict("list") | {"rca": None} | {"present": None})
    agree(answers, engine, "rca", digest(cells, ["year", "country", "code"]))
    agree(answers, engine, "rca, every digit", cells["rca"].dropna().tolist())


def test_proximity_counts(engine: Engine, trade: pd.DataFrame, answers: dict[tuple[str, str], object]) -> None:
    inputs = complexity_inputs(engine.table(trade))
    pairs = engine.collect(inputs.proximity(), ["year", "code", "other"])
    cells = engine.collect(inputs.cells)
    for year, rows in cells[cells["present"].eq(True)].groupby("year"):
        there = matrix(rows.assign(one=1.0), value="one")
        together = there.values.T @ there.values
        phi = proximity(there.values, diagonal=0)
        found = pairs[pairs["year"] == year]
        place = {code: i for i, code in enumerate(there.columns)}
        i, j = found["code"].map(place).to_numpy(), found["other"].map(place).to_numpy()
        assert (found["code"] < found["other"]).all()
        assert found["together"].tolist() == together[i, j].tolist()
        assert found["k"].tolist() == there.values.sum(axis=0)[i].tolist()
        assert found["k_other"].tolist() == there.values.sum(axis=0)[j].tolist()
        np.testing.assert_allclose(found["proximity"], phi[i, j], rtol=1e-15)
        assert len(found) == np.count_nonzero(np.triu(together, 1))
    agree(answers, engine, "pairs", pairs.to_dict("list"))
    some = inputs.cells.filter(inputs.cells["year"] == 2019, inputs.cells["code"] < "000012")
    found = engine.collect(proximity_counts(some), ["code", "other"])
    wanted = pairs[(pairs["year"] == 2019) & (pairs["other"] < "000012")].sort_values(["code", "other"])
    assert found.to_dict("list") == wanted.to_dict("list")


def test_proximity_of_more_countries_than_one_word_of_bits(engine: Engine) -> None:
    rng = np.random.default_rng(3)
    there = rng.random((150, 6)) < 0.4
    i, j = np.nonzero(there)
    cells = pd.DataFrame({"country": [f"c{n:03d}" for n in i], "code": [f"p{n}" for n in j], "present": True})
    pairs = engine.collect(proximity_counts(engine.table(cells), by=()), ["code", "other"])
    together = there.T.astype(int) @ there.astype(int)
    assert pairs["together"].tolist() == [together[a, b] for a in range(6) for b in range(a + 1, 6)]


@pytest.mark.parametrize("level", ["topic", "field"])
def test_fractional_counts(
    engine: Engine, small_works: list[Path], level: str, answers: dict[tuple[str, str], object]
) -> None:
    works = openalex_works(engine, small_works)
    counts = engine.collect(fractional_counts(works, level=level), KEY)
    alpha3 = {country.alpha2: country.alpha3 for country in countries().values()}
    wanted = count_by_hand(read_works(small_works), level, alpha3)
    plain = counts.astype(object).where(counts.notna(), None)
    found = {
        (row.country, row.code, row.year, row.measure): row.value for row in plain.itertuples() if row.value is not None
    }
    assert found.keys() == wanted.keys()
    for key, value in wanted.items():
        assert found[key] == pytest.approx(float(value), abs=1e-9), key
    assert set(counts["classification"]) == {f"openalex-{level}"}
    # A work counts once in all, wherever its parts can be placed.
    total = counts.loc[counts["measure"] == "articles", "value"].sum()
    assert total == pytest.approx(round(total), abs=1e-8)
    agree(answers, engine, f"counts {level}, every digit", plain["value"].tolist())


def test_top_shares(engine: Engine, small_works: list[Path], answers: dict[tuple[str, str], object]) -> None:
    counts = fractional_counts(openalex_works(engine, small_works), level="subfield")
    shares = engine.collect(top_shares(counts, window=(2016, 2019)), ["code", "country"])
    frame = engine.collect(counts)
    frame = frame[frame["year"].between(2016, 2019)]
    wide = frame.pivot_table(index=["code", "country"], columns="measure", values="value", aggfunc="sum", dropna=False)
    found = shares.dropna(subset=["code"]).set_index(["code", "country"])
    korea = found.loc[("1701", "KOR")]
    plain = wide.loc[("1701", "KOR")].fillna(0)
    assert korea["top_share"] == pytest.approx(plain["articles_top10"] / plain["articles_ranked"], rel=1e-9)
    world = frame[(frame["code"] == "1701") & (frame["measure"] == "articles_top10")]["value"].sum()
    assert korea["world_share"] == pytest.approx(plain["articles_top10"] / world, rel=1e-9)
    assert shares["top_share"].between(0, 1).all()
    agree(answers, engine, "shares", digest(shares, ["code", "country"]))


def test_author_sets_and_emergence_counts(
    engine: Engine, small_works: list[Path], answers: dict[tuple[str, str], object]
) -> None:
    records = work_records(openalex_works(engine, small_works), years=(2015, 2020)).cache()
    counts = engine.collect(emergence_counts(records, first=2015, periods=3, width=2), ["topic", "period"])
    totals = engine.collect(period_totals(records, first=2015, periods=3, width=2), ["period"])
    sets = engine.collect(author_sets(records), ["topic"])

    seen: set[tuple[str, int, str]] = set()
    groups: dict[str, list[set[str]]] = {}
    for work in read_works(small_works):
        if work["publication_year"] is None or work["is_retracted"] or work["is_paratext"]:
            continue
        people = {a["author"]["id"] for a in work["authorships"]}
        for topic in work["topics"]:
            code = topic["id"].rsplit("/", 1)[-1]
            seen.add((code, (work["publication_year"] - 2015) // 2, work["id"]))
            if people:
                joined = [g for g in groups.setdefault(code, []) if g & people]
                groups[code] = [g for g in groups[code] if not g & people] + [people.union(*joined)]
    by_topic = pd.DataFrame(seen, columns=["topic", "period", "record"])
    assert counts["records"].tolist() == by_topic.groupby(["topic", "period"]).size().tolist()
    assert (
        totals["records"].tolist() == by_topic.drop_duplicates(["period", "record"]).groupby("period").size().tolist()
    )
    assert dict(zip(sets["topic"], sets["author_sets"], strict=True)) == {t: len(g) for t, g in groups.items()}
    agree(answers, engine, "sets", sets.to_dict("list"))


def test_author_sets_of_a_long_chain(engine: Engine) -> None:
    """A chain of 19 authors through 18 records is one group, two chains with a gap are two."""
    links = [("t", f"r{i:02d}", f"a{(i * 7) % 19:02d}") for i in range(18)]
    links += [("t", f"r{i:02d}", f"a{((i + 1) * 7) % 19:02d}") for i in range(18)]
    links += [("u", record, author) for _, record, author in links if record != "r09"]
    edges = engine.table(pd.DataFrame(links, columns=["topic", "record", "author"]))
    found = engine.collect(author_sets(edges), ["topic"])
    assert found["author_sets"].tolist() == [1, 2]
    with pytest.raises(InputError, match="allow more rounds"):
        author_sets(edges, rounds=1)


@pytest.fixture
def series() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    rows = [
        (country, "v", code, year, "deals", float(rng.poisson(9)))
        for country in ("KOR", "USA", "CHN")
        for code in ("a", "b", "c")
        for year in range(2010, 2020)
        if rng.random() > 0.15
    ]
    rows += [("KOR", "v", "new", year, "deals", 3.5) for year in (2017, 2018, 2019)]
    rows += [("KOR", "v", "a", 2012, "deals", 2.25), ("KOR", "v", "a", 2013, "deals", np.nan)]
    return pd.DataFrame(rows, columns=["country", "classification", "code", "year", "measure", "value"])


@pytest.mark.parametrize("absent", ["zero", "missing"])
def test_moving_averages(
    engine: Engine, series: pd.DataFrame, absent: str, answers: dict[tuple[str, str], object]
) -> None:
    found = engine.collect(moving_averages(engine.table(series), absent=absent), KEY)
    yearly = series.dropna().groupby(["country", "code", "year"])["value"].sum()
    assert found["year"].min() == 2012
    assert len(found) == sum(year >= 2012 for _, _, year in yearly.index)
    for row in found.itertuples():
        window = [yearly.get((row.country, row.code, year)) for year in range(row.year - 2, row.year + 1)]
        if absent == "missing" and None in window:
            assert np.isnan(row.value)
        else:
            assert row.value == pytest.approx(sum(v or 0 for v in window) / 3, rel=1e-15)
    agree(answers, engine, f"averages {absent}", found["value"].fillna(-1).tolist())


@pytest.mark.parametrize("world", [None, ["measure"], []])
def test_growth_ratios(
    engine: Engine, series: pd.DataFrame, world: list[str] | None, answers: dict[tuple[str, str], object]
) -> None:
    table = engine.table(series)
    found = engine.collect(
        growth_ratios(table, base=(2014, 2016), recent=(2017, 2019), prior=4.0, world=world), KEY[:3]
    )
    known = series.dropna()
    sums = {
        name: known[known["year"].between(*span)].groupby(["country", "code"])["value"].sum()
        for name, span in (("base", (2014, 2016)), ("recent", (2017, 2019)))
    }
    plain = pd.DataFrame(sums).fillna(0.0).sort_index()
    np.testing.assert_allclose(found["base"], plain["base"], rtol=1e-15)
    np.testing.assert_allclose(found["recent"], plain["recent"], rtol=1e-15)
    towards = 1.0 if world is None else plain["recent"].sum() / plain["base"].sum()
    np.testing.assert_allclose(found["towards"], towards, rtol=1e-15)
    wanted = growth_ratio(plain["base"], plain["recent"], prior=4.0, towards=towards)
    np.testing.assert_allclose(found["ratio"], wanted, rtol=1e-14)
    np.testing.assert_allclose(found["annual"], wanted ** (1 / 3) - 1, rtol=1e-12)
    assert found.loc[found["code"] == "new", "base"].tolist() == [0.0]
    agree(answers, engine, f"ratios {world}", digest(found, KEY[:3]))


def test_venture(engine: Engine, answers: dict[tuple[str, str], object]) -> None:
    rng = np.random.default_rng(9)
    rows = 600
    rounds = pd.DataFrame(
        {
            "company": [f"firm {n}" for n in rng.integers(0, 120, rows)],
            "country": rng.choice(["KOR", "USA"], rows),
            "code": rng.choice(["ai", "bio", "space"], rows),
            "year": rng.integers(2014, 2020, rows),
            "amount": np.where(rng.random(rows) < 0.2, np.nan, np.round(np.exp(rng.normal(1, 1, rows)), 2)),
        }
    )
    counts = venture_counts(engine.table(rounds), classification="verticals").cache()
    long = engine.collect(counts, KEY)
    wide = long.pivot(index=["country", "code", "year"], columns="measure", values="value")
    by = rounds.groupby(["country", "code", "year"])
    np.testing.assert_allclose(wide["deals"], by.size())
    np.testing.assert_allclose(wide["firms"], by["company"].nunique())
    np.testing.assert_allclose(wide["undisclosed"], by["amount"].apply(lambda a: a.isna().sum()))
    np.testing.assert_allclose(wide["usd_m"].fillna(0), by["amount"].sum(), rtol=1e-14)
    debut = rounds.groupby(["company", "country", "code"])["year"].min().reset_index()
    newcomers = debut.groupby(["country", "code", "year"]).size()
    np.testing.assert_allclose(wide["new_firms"], newcomers.reindex(wide.index).fillna(0))

    found = engine.collect(
        venture_momentum(counts, base=(2014, 2016), recent=(2017, 2019), prior=5.0, specialisation_prior=2.0),
        ["country", "code", "measure"],
    )
    recent = wide.loc[(slice(None), slice(None), [2017, 2018, 2019]), "deals"].groupby(["country", "code"]).sum()
    deals = found[found["measure"] == "deals"].set_index(["country", "code"])
    np.testing.assert_allclose(deals["level"], recent / 3, rtol=1e-15)
    w = recent.groupby("code").sum() / recent.sum()
    wanted = (recent / w.reindex(recent.index.get_level_values("code")).to_numpy() + 2) / (
        recent.groupby("country").transform("sum") + 2
    )
    np.testing.assert_allclose(deals["specialisation"], wanted, rtol=1e-12)
    agree(answers, engine, "venture", digest(found, ["country", "code", "measure"]))


# What engines do differently unless it is pinned (docs/engine.md).


def test_null_stands_last(engine: Engine) -> None:
    table = engine.table(pa.table({"a": ["b", None, "가", "a", "Z"], "n": [2, 1, None, 3, 0]}))
    assert engine.collect(ordered(table, ["a"]))["n"].fillna(-1).tolist() == [0, 3, 2, -1, 1]
    assert engine.collect(table, ["n"])["a"].fillna("-").tolist() == ["Z", "-", "b", "a", "가"]


def test_a_filtered_distinct_query_keeps_its_rows_when_sorted(engine: Engine) -> None:
    """Ibis 12 for Spark sorts a distinct query with the filter's columns among those that must differ."""
    table = engine.table(pa.table({"country": ["A", "A", "B"], "year": [1, 2, 2]}))
    filtered = table.filter(table["year"] > 0).select("country")
    assert engine.collect(filtered.distinct(), ["country"])["country"].tolist() == ["A", "B"]
    assert engine.collect(unique(filtered), ["country"])["country"].tolist() == ["A", "B"]
    assert len(engine.arrow(ordered(unique(filtered), ["country"]))) == 2


def test_division_by_zero_is_null(engine: Engine) -> None:
    table = engine.table(
        pa.table({"a": [1.0, 0.0, -1.0, None, 3.0], "b": [0.0, 0.0, -0.0, 1.0, 2.0], "n": [0, 0, 0, 1, 2]})
    )
    for divisor in ("b", "n"):
        found = engine.arrow(table.select(r=ratio(table["a"], table[divisor])))["r"].to_pylist()
        assert found == [None, None, None, None, 1.5]


def test_sums_beyond_64_bits(engine: Engine) -> None:
    """Nine times 9.2e12 units of a millionth: the sum of whole millionths does not fit 64 bits."""
    table = engine.table(pa.table({"v": [9.2e12] * 9, "w": [0.1] * 9}))
    sums = table.agg(v=amount(units(table["v"]).sum()), w=amount(units(table["w"]).sum()))
    assert engine.arrow(sums).to_pylist() == [{"v": 82.8e12, "w": 0.9}]


@pytest.mark.parametrize("bad", [9.3e12, -9.3e12, float("inf"), float("nan")])
def test_an_amount_that_does_not_fit_is_an_error(engine: Engine, bad: float) -> None:
    table = engine.table(pa.table({"v": pa.array([1.0, bad])}))
    with pytest.raises(EvidenceError) as caught:
        engine.arrow(table.agg(v=amount(units(table["v"]).sum())))
    assert caught.value.report.problems[0].rule == "engine-data"
    fewer_places = table.filter(table["v"] > 1e12).agg(v=amount(units(table["v"], 3).sum(), 3))
    if bad == 9.3e12:
        assert engine.arrow(fewer_places).to_pylist() == [{"v": 9.3e12}]


def test_whole_numbers_do_not_wrap(engine: Engine) -> None:
    """2**31 - 1 + 1 and 2**63 - 1 + 1 are errors, never negative numbers."""
    table = engine.table(pa.table({"n": pa.array([2**63 - 1], pa.int64())}))
    with pytest.raises(EvidenceError):
        engine.arrow(table.select(m=table["n"] + table["n"]))


def test_a_sum_does_not_depend_on_order(engine: Engine) -> None:
    rng = np.random.default_rng(1)
    values = np.round(np.exp(rng.normal(0, 6, 5000)), 6)
    exact = sum(round(v * 1e6) for v in values.tolist()) / 1e6
    for order in (values, values[::-1], rng.permutation(values)):
        table = engine.table(pa.table({"v": order}))
        assert engine.arrow(table.agg(v=amount(units(table["v"]).sum())))["v"].to_pylist() == [exact]


def test_rounding_is_half_away_from_zero(engine: Engine) -> None:
    table = engine.table(pa.table({"v": [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49]}))
    found = engine.arrow(table.select(u=units(table["v"], 0).cast("int64")))["u"].to_pylist()
    assert found == [1, 2, 3, -1, -2, -3, 0]


def test_csv(engine: Engine, tmp_path: Path) -> None:
    head = "country,code,year,value,source\n"
    (tmp_path / "a.csv").write_text(
        head + 'KOR,"01, ""크다""",2018,1.5,"두\n줄"\nUSA,02,2019,,s\n,03,,2e3,back\\slash\n', encoding="utf-8-sig"
    )
    (tmp_path / "b.csv").write_text(head + "JPN,0004,2020.0,-0.25,\n")
    table = engine.read(tmp_path / "*.csv")
    assert [str(kind) for kind in table.schema().types] == ["string", "string", "int64", "float64", "string"]
    rows = engine.arrow(ordered(table, ["code"])).to_pylist()
    assert rows == [
        {"country": "JPN", "code": "0004", "year": 2020, "value": -0.25, "source": None},
        {"country": "KOR", "code": '01, "크다"', "year": 2018, "value": 1.5, "source": "두\n줄"},
        {"country": "USA", "code": "02", "year": 2019, "value": None, "source": "s"},
        {"country": None, "code": "03", "year": None, "value": 2000.0, "source": "back\\slash"},
    ]
    for year, value in (("2020", "n/a"), ("2020.5", "1"), ("1e30", "1"), ("then", "1")):
        (tmp_path / "b.csv").write_text(f"{head}JPN,0004,{year},{value},\n")
        with pytest.raises(EvidenceError):
            engine.collect(engine.read(tmp_path / "*.csv"))


def test_parquet_in_and_out(engine: Engine, trade: pd.DataFrame, tmp_path: Path) -> None:
    source = tmp_path / "trade.parquet"
    trade.to_parquet(source)
    table = engine.read(source)
    target = tmp_path / "out.parquet"
    engine.write(table.group_by("country").agg(rows=table.count()), target)
    again = engine.collect(engine.read(target / "*.parquet" if target.is_dir() else target), ["country"])
    assert again["rows"].tolist() == trade.groupby("country", dropna=False).size().tolist()
    with pytest.raises(EvidenceError):
        engine.read(tmp_path / "nothing.parquet")


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "https://openalex.org/W1", "publication_year": "then", "authorships": [], "topics": []}',
        '{"id": "https://openalex.org/W1", "publication_year": 2019.5, "authorships": [], "topics": []}',
        '{"id": "https://openalex.org/W1", "publication_year": 2019, "authorships": [], "topics": "none"}',
        '{"id": "W1", "publication_year": 2019, "authorships": [], "topics": [], '
        '"citation_normalized_percentile": {"value": NaN}}',
        '{"id": "W1", "publication_year": 2019, "authorships": [], "topics": [], '
        '"citation_normalized_percentile": {"value": 95.5}}',
        '{"id": "https://openalex.org/W1", "publication_year": 2019, "authorsh',
        "no JSON at all",
    ],
)
def test_a_bad_line_of_works_stops_the_query(engine: Engine, line: str, tmp_path: Path) -> None:
    good = '{"id": "https://openalex.org/W0", "publication_year": 2019, "authorships": [], "topics": []}'
    path = tmp_path / "works.json"
    path.write_text(f"{good}\n{line}\n")
    with pytest.raises(EvidenceError) as caught:
        engine.collect(fractional_counts(openalex_works(engine, path), types=None))
    assert caught.value.report.problems[0].rule == "engine-data"
