"""Signals: recomputed plainly from the source rows; planted growth is found, none is claimed where there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from majung.discovery.longlist import longlist
from majung.discovery.longlist.signals import signals
from majung.programme import load_programme
from miniature import Miniature

FOUNDING = Path(__file__).parents[3] / "programmes/korea-2021"


@pytest.fixture(scope="module")
def programme():
    return load_programme(FOUNDING)


@pytest.fixture(scope="module")
def found(programme):
    return signals(programme)


def world_patents(programme):
    frame = programme.select("patents", country="WLD", classification="wipo35", measure="families")
    return frame.pivot_table(index="code", columns="year", values="value", aggfunc="sum")


def test_emergence_as_porter_et_al_write_it(programme, found):
    counts = world_patents(programme)
    root = np.sqrt(counts.sum())
    own = {s.code: s for s in found.signals if s.kind == "emergence" and s.table == "patents"}
    assert len(own) == 7
    scores = {}
    for code, c in counts.iterrows():
        active = c[[2018, 2019, 2020]].sum() / root[[2018, 2019, 2020]].sum()
        active -= c[[2014, 2015, 2016]].sum() / root[[2014, 2015, 2016]].sum()
        recent = 10 * (
            c[[2019, 2020]].sum() / root[[2019, 2020]].sum() - c[[2017, 2018]].sum() / root[[2017, 2018]].sum()
        )
        slope = 10 * (c[2020] / root[2020] - c[2017] / root[2017]) / 3
        scores[code] = 2 * active + recent + slope
    order = sorted(scores, key=lambda code: -scores[code])
    for code, signal in own.items():
        assert signal.value == pytest.approx(scores[code])
        assert signal.rank == order.index(code) + 1
        assert signal.low > 0
        grown = counts.loc[code, [2018, 2019, 2020]].sum() / counts[[2018, 2019, 2020]].sum().sum()
        assert grown / (counts.loc[code, [2011, 2012, 2013]].sum() / counts[[2011, 2012, 2013]].sum().sum()) > 1.1


def test_opportunities_by_plain_loops(programme, found):
    frame = programme.select("patents", classification="wipo35", measure="families", year=range(2016, 2021))
    amounts = frame[frame["country"] != "WLD"].pivot_table(
        index="country", columns="code", values="value", aggfunc="sum", fill_value=0.0
    )
    total = amounts.to_numpy().sum()
    advantage = {
        (c, p): amounts.loc[c, p] / amounts.loc[c].sum() / (amounts[p].sum() / total)
        for c in amounts.index
        for p in amounts
    }
    has = {p: {c for c in amounts.index if advantage[c, p] >= 1} for p in amounts}
    own = [s for s in found.signals if s.kind == "opportunity" and s.table == "patents"]
    assert own
    for signal in own:
        near, there = 0.0, 0.0
        for p in amounts:
            if p != signal.code:
                phi = len(has[p] & has[signal.code]) / max(len(has[p]), len(has[signal.code]))
                near += phi
                there += phi * ("KOR" in has[p])
        assert advantage["KOR", signal.code] < 1
        assert signal.value == pytest.approx(there / near)
        assert signal.low <= signal.value <= signal.high


def test_momentum_by_hand(programme, found):
    frame = programme.select("investment", classification="vc_industry", measure="firms")
    late, early = (
        frame[frame["year"].between(*years)].groupby("code")["value"] for years in ((2018, 2020), (2015, 2017))
    )
    whole = [code for code in late.groups if late.count()[code] == 3 and early.count().get(code, 0) == 3]
    late, early = late.sum()[whole], early.sum()[whole]
    tide = late.sum() / early.sum()
    own = {s.code: s for s in found.signals if s.classification == "vc_industry"}
    assert own
    for code, signal in own.items():
        assert signal.of == len(whole)
        # Shrunken towards the tide by five firms.
        assert signal.value == pytest.approx((late[code] + 5 * tide) / (early[code] + 5) / tide)
        assert 1.1 < signal.low < signal.value < signal.high
        assert f"{early[code]:,.0f} → {late[code]:,.0f}" in signal.says.en


def test_every_signal_names_source_rows_of_its_own_code(programme, found):
    for signal in found.signals:
        assert set(signal.rows) == {signal.table}
        rows = programme.evidence.tables[signal.table].loc[list(signal.rows[signal.table])]
        assert len(rows)
        assert set(rows["code"]) == {signal.code}
        assert set(rows["classification"]) == {signal.classification}
        assert rows["year"].max() <= programme.charter.cut_year


def test_nothing_after_the_cut_is_looked_at(programme):
    earlier = replace(programme, charter=programme.charter.model_copy(update={"cut_year": 2015}))
    for signal in signals(earlier).signals:
        rows = programme.evidence.tables[signal.table].loc[list(signal.rows[signal.table])]
        assert rows["year"].max() <= 2015


def test_ties_are_pairs_that_move_together_in_the_rows(programme, found):
    frame = programme.select("investment", classification="vc_vertical")
    table = frame.pivot_table(index="code", columns=["country", "year"], values="value").dropna()
    assert [tie.codes for tie in found.ties] == [("mobile-commerce", "restaurant-technology")]
    for tie in found.ties:
        moves = []
        for code in tie.codes:
            own = []
            for country in ("CHN", "USA"):
                logs = np.log(table[country] + 50)
                change = logs.diff(axis=1).iloc[:, 1:]
                own += list(change.loc[code] - change.mean())
            moves.append(own)
        assert tie.correlation == pytest.approx(np.corrcoef(moves)[0, 1])
        assert tie.points == 10


# ------------------------------------------------------------------------------------ planted, and nothing planted


def flat():
    """Tables in which nothing grows relative to the rest: each code keeps its share while all double in ten years."""
    patents = [
        (country, "wipo35", code, year, "families", float(round(share * size * 2 ** ((year - 2009) / 10))))
        for country, share in (("KOR", 0.1), ("USA", 0.5), ("WLD", 1.0))
        for code, size in (("alpha", 4000), ("beta", 2500), ("gamma", 900))
        for year in range(2009, 2021)
    ]
    investment = [
        ("USA", "vc_industry", code, year, "firms", float(round(size * 1.2 ** (year - 2015))))
        for code, size in (("tools", 40), ("games", 25))
        for year in range(2015, 2021)
    ]
    return {"patents": patents, "investment": investment}


def mini(path, tables):
    made = Miniature(path)
    made.tables |= tables
    made.tables.pop("publications", None)
    made.definitions = {
        k: [c for c in v if c[0] != "se14" and c[0] != "vc_vertical"] for k, v in made.definitions.items()
    }
    return load_programme(made.write())


def test_none_is_claimed_where_nothing_is_planted(tmp_path):
    found = signals(mini(tmp_path / "flat", flat()))
    assert found.signals == []
    assert {(one.kind, one.table, one.passed) for one in found.looked if one.skipped is None} == {
        ("emergence", "patents", 0),
        ("momentum", "investment", 0),
    }
    spaces = [one for one in found.looked if one.kind == "opportunity"]
    assert all("at least 20 and 10 are needed" in one.skipped.en for one in spaces)


def test_what_is_planted_is_found_with_its_rows(tmp_path):
    tables = flat()
    tables["patents"] = [
        (*row[:5], row[5] * 1.35 ** max(0, row[3] - 2013)) if row[2] == "gamma" else row for row in tables["patents"]
    ]
    tables["investment"] = [
        (*row[:5], row[5] * 4) if row[2] == "games" and row[3] >= 2018 else row for row in tables["investment"]
    ]
    programme = mini(tmp_path / "planted", tables)
    found = signals(programme)
    assert {(s.kind, s.code) for s in found.signals} == {("emergence", "gamma"), ("momentum", "games")}
    emergence = next(s for s in found.signals if s.kind == "emergence")
    rows = programme.evidence.tables["patents"].loc[list(emergence.rows["patents"])]
    assert set(rows["country"]) == {"WLD"}
    assert sorted(rows["year"]) == list(range(2011, 2021))
    # Both are held by definitions; the programme bars the one that holds gamma, and the list says so no less.
    listed = longlist(programme)
    assert {c.signals[0].code: [k.industry for k in c.known] for c in listed.candidates} == {
        "gamma": ["barred"],
        "games": ["four", "two"],
    }
    assert listed.new == ()


def test_without_any_series_the_list_is_empty_and_says_why(tmp_path):
    tables = {"patents": [r for r in flat()["patents"] if r[3] >= 2016]}
    made = mini(tmp_path / "short", tables | {"investment": [("KOR", "kr_vc", "bio", 2020, "krw_100m", 1.0)]})
    listed = longlist(made)
    assert listed.candidates == ()
    assert all(one.skipped is not None for one in listed.looked)
    assert any("10 years with a figure each are needed" in one.skipped.en for one in listed.looked)


def test_no_code_is_a_signal_twice_in_one_data_set(found):
    keys = [(s.kind, s.table, s.classification, s.code, s.measure) for s in found.signals]
    assert len(keys) == len(set(keys))


def test_a_real_time_programme_that_sees_nothing_says_so(tmp_path):
    made = Miniature(tmp_path / "real-time", mode="real-time")
    listed = longlist(load_programme(made.write()))
    assert listed.candidates == ()
    assert any("a real-time run sees what was released" in one.skipped.en for one in listed.looked)
