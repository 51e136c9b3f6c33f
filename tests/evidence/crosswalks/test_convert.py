"""Converting a table: nothing is lost without being said, whatever the concordance."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.evidence import open_package
from majung.evidence.crosswalks import Concordance, convert, shipped
from majung.evidence.crosswalks.concordance import Link
from majung.methods.labelled import InputError

NAME = {"en": "test", "ko": "시험"}
FOUNDING = Path(__file__).parents[3] / "programmes/korea-2021/evidence"
few = settings(max_examples=30, deadline=None)


def concordance(*links, **changes):
    given = {"id": "test", "name": NAME, "source": "old", "target": "new", "licence": "CC0-1.0", "citation": "a test"}
    return Concordance(**(given | {"links": tuple(Link(*link) for link in links), "weights": "a test"} | changes))


def rows(*facts, classification="old", measure="usd"):
    frame = pd.DataFrame(facts, columns=["country", "code", "year", "value"])
    frame["classification"], frame["measure"], frame["source"], frame["released"] = classification, measure, "s", ""
    frame["origin"] = [f"row {n}" for n in range(len(frame))]
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def by_code(done):
    return done.rows.groupby("code")["value"].sum().to_dict()


def test_one_to_one_many_to_one_and_stated_weights_by_hand():
    table = concordance(("a", "x"), ("b", "x"), ("c", "x", 0.25), ("c", "y", 0.75))
    done = convert(rows(("KOR", "a", 2020, 10.0), ("KOR", "b", 2020, 5.0), ("KOR", "c", 2020, 8.0)), table)
    assert by_code(done) == {"x": 17.0, "y": 6.0}
    report = done.reports[0]
    assert (report.total, report.arrived, report.divided, report.nothing, report.unmapped) == (23.0, 23.0, 8.0, 0, 0)
    assert report.divided_codes == {"c": 8.0}
    assert done.rows.set_index("code")[["low", "high"]].to_dict("index") == {
        "x": {"low": 15.0, "high": 23.0},
        "y": {"low": 0.0, "high": 8.0},
    }
    assert done.sentences() == ["usd: 100.0% of the value arrives, 34.8% divided among several codes by weights"]
    assert done.rows["origin"].tolist() == ["test: old a, b, c", "test: old c"]
    assert set(done.rows["classification"]) == {"new"}


def test_unmapped_codes_and_codes_that_correspond_to_nothing_are_named_with_their_share():
    table = concordance(("a", "x"), ("b", ""))
    frame = rows(("KOR", "a", 2020, 60.0), ("KOR", "b", 2020, 10.0), ("KOR", "q", 2020, 10.0), ("USA", "r", 2020, 20.0))
    done = convert(frame, table)
    assert by_code(done) == {"x": 60.0}
    assert done.reports[0].unmapped_codes == {"r": 20.0, "q": 10.0}
    assert done.sentences() == [
        "usd: 60.0% of the value arrives, none of it divided; 10.0% corresponds to nothing; 30.0% is not mapped (r, q)"
    ]
    assert done.sentences("ko") == [
        "usd: 값의 60.0%가 옮겨집니다. 10.0%는 대응하는 코드가 없습니다. 30.0%는 옮기지 못했습니다(r, q)"
    ]


codes = st.sampled_from(list("abcdef"))
targets = st.sampled_from(["x", "y", "z", ""])


@st.composite
def concordances(draw):
    links = []
    for code in draw(st.lists(codes, min_size=1, max_size=5, unique=True)):
        to = draw(st.lists(targets, min_size=1, max_size=4, unique=True))
        if draw(st.booleans()):
            parts = np.array(draw(st.lists(st.integers(1, 9), min_size=len(to), max_size=len(to))), dtype=float)
            links += [(code, one, float(share)) for one, share in zip(to, parts / parts.sum(), strict=True)]
        else:
            links += [(code, one) for one in to]
    return concordance(*links)


facts = st.lists(
    st.tuples(
        st.sampled_from(["KOR", "USA"]), codes, st.integers(2019, 2021), st.floats(-1e6, 1e9, allow_subnormal=False)
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda fact: fact[:3],
)


@given(table=concordances(), facts=facts)
@few
def test_the_total_is_preserved_or_the_loss_reported(table, facts):
    done = convert(rows(*facts), table, split="equal")
    report = done.reports[0]
    scale = 1e-12 * sum(abs(fact[3]) for fact in facts) + 1e-9
    assert report.total == pytest.approx(math.fsum(fact[3] for fact in facts), abs=scale)
    assert report.arrived + report.nothing + report.unmapped == pytest.approx(report.total, abs=scale)
    assert done.rows["value"].sum() == pytest.approx(report.arrived, abs=scale)
    assert sum(report.unmapped_codes.values()) == pytest.approx(report.unmapped, abs=scale)
    assert set(report.unmapped_codes) == {fact[1] for fact in facts} - set(table.by_code)
    assert not done.rows.duplicated(["country", "code", "year", "measure"]).any()


@given(table=concordances(), facts=facts, seed=st.integers(0, 2**32 - 1))
@few
def test_each_result_is_the_weighted_sum_of_the_rows_it_names(table, facts, seed):
    frame = rows(*facts)
    done = convert(frame, table, split="equal")
    again = convert(frame.sample(frac=1, random_state=seed), table, split="equal")
    pd.testing.assert_frame_equal(done.rows, again.rows, check_exact=False, rtol=1e-9, atol=1e-6)
    for number, row in done.rows.iterrows():
        own = done.origins[done.origins["result"] == number]
        total = (frame.loc[own["row"], "value"].to_numpy() * own["weight"].to_numpy()).sum()
        assert row["value"] == pytest.approx(total, rel=1e-9, abs=1e-6)


@given(facts=facts.map(lambda found: [(c, k, y, abs(v)) for c, k, y, v in found]), table=concordances())
@few
def test_the_value_lies_between_its_bounds(facts, table):
    done = convert(rows(*facts), table, split="equal").rows
    slack = 1e-9 * done["high"].abs().max() if len(done) else 0
    assert (done["low"] <= done["value"] + slack).all()
    assert (done["value"] <= done["high"] + slack).all()


def test_codes_without_weights_are_refused_divided_equally_or_by_reference_values():
    table = concordance(("a", "x"), ("a", "y"), ("b", "y"))
    frame = rows(("KOR", "a", 2020, 12.0), ("KOR", "b", 2020, 1.0))
    with pytest.raises(InputError, match="1 codes go to several codes and no weights are stated \\(a\\)"):
        convert(frame, table)
    assert by_code(convert(frame, table, split="equal")) == {"x": 6.0, "y": 7.0}
    assert by_code(convert(frame, table, split={"x": 1.0, "y": 3.0})) == {"x": 3.0, "y": 10.0}
    assert by_code(convert(frame, table, split={"y": 3.0}))["y"] == 13.0
    with pytest.raises(InputError, match="none of them has a reference value"):
        convert(frame, table, split={"z": 3.0})
    with pytest.raises(InputError, match="negative or not finite"):
        convert(frame, table, split={"x": -1.0, "y": 3.0})


def test_aggregates_are_left_out_and_said():
    table = concordance(("a", "x"), ("all", "x"))
    done = convert(rows(("KOR", "a", 2020, 1.0), ("KOR", "all", 2020, 1.0)), table, aggregates=frozenset({"all"}))
    assert by_code(done) == {"x": 1.0}
    assert done.sentences()[-1] == "declared aggregates left out, their parts are converted: all"


def test_what_must_not_be_added_up_is_refused():
    with pytest.raises(InputError, match="usd must not be added up"):
        convert(rows(("KOR", "a", 2020, 1.0)), concordance(("a", "x")), additive={"usd": False})
    frame = rows(("KOR", "a", 2020, 1.0), ("KOR", "b", 2020, 1.0))
    frame.loc[3, "source"] = "t"
    with pytest.raises(InputError, match="KOR x 2020 usd: rows of several sources would be added up \\(s, t\\)"):
        convert(frame, concordance(("a", "x"), ("b", "x")))


def test_another_classification_and_no_rows_are_refused():
    with pytest.raises(InputError, match="rows are in other, test converts from old"):
        convert(rows(("KOR", "a", 2020, 1.0), classification="other"), concordance(("a", "x")))
    with pytest.raises(InputError, match="no rows to convert"):
        convert(rows(("KOR", "a", 2020, 1.0)).iloc[:0], concordance(("a", "x")))


def test_a_release_date_is_the_latest_of_its_rows_and_unknown_if_one_is():
    frame = rows(("KOR", "a", 2020, 1.0), ("KOR", "b", 2020, 1.0), ("USA", "a", 2020, 1.0), ("USA", "b", 2020, 1.0))
    frame["released"] = ["2021-01-01", "2022-01-01", "2021-01-01", ""]
    done = convert(frame, concordance(("a", "x"), ("b", "x")))
    assert done.rows.set_index("country")["released"].to_dict() == {"KOR": "2022-01-01", "USA": ""}


def test_by_prefix_the_longest_wins():
    table = concordance(("H04L", "4"), ("H04", "3"), ("H04L0009", "6"), match="prefix")
    frame = rows(*(("KOR", c, 2020, 1.0) for c in ("H04L0009", "H04L0012", "H04W0004", "G06F0003")))
    done = convert(frame, table)
    assert by_code(done) == {"3": 1.0, "4": 1.0, "6": 1.0}
    assert list(done.reports[0].unmapped_codes) == ["G06F0003"]


def test_the_whole_of_isic_arrives_in_the_sectors_and_in_nace():
    known = shipped()
    divisions = list(known["isic4-nace2-divisions"].by_code)
    frame = rows(*(("KOR", d, 2020, float(n)) for n, d in enumerate(divisions)), classification="isic4")
    for name, count in (("isic4-wiod56", 56), ("isic4-nace2-divisions", 88)):
        done = convert(frame, known[name])
        assert done.reports[0].arrived == frame["value"].sum()
        assert done.rows["code"].nunique() == count


def test_trade_keeps_partners_and_flows_apart():
    frame = rows(*(("KOR", "a", 2020, float(n)) for n in range(1, 5)))
    frame["partner"], frame["flow"] = ["JPN", "JPN", "USA", "USA"], ["export", "import"] * 2
    done = convert(frame, concordance(("a", "x")))
    assert done.rows.set_index(["partner", "flow"])["value"].to_dict() == {
        ("JPN", "export"): 1.0,
        ("JPN", "import"): 2.0,
        ("USA", "export"): 3.0,
        ("USA", "import"): 4.0,
    }


def test_the_patents_of_the_founding_evidence_arrive_undivided_in_the_five_sectors():
    package = open_package(FOUNDING)
    done = convert(package.select("patents"), shipped()["wipo-field-sector"], aggregates=frozenset({"all"}))
    assert done.reports
    for report in done.reports:
        assert (report.share("arrived"), report.share("divided")) == (pytest.approx(1), 0)


def test_the_share_of_korean_value_added_that_has_several_divisions():
    """WIOD's sectors read back into ISIC divisions: 15 of 56 hold several, with a quarter of the value added."""
    table = open_package(FOUNDING).tables["input_output"]
    added = table[(table["country"] == "KOR") & (table["year"] == 2014) & (table["row"] == "VA")]
    frame = added.rename(columns={"column": "code"}).assign(classification="wiod56", measure="usd_m", released="")
    frame = frame[frame["code"].isin([link.code_to for link in shipped()["isic4-wiod56"].links])]
    back = shipped()["isic4-wiod56"].reversed("wiod56-isic4", NAME)
    with pytest.raises(InputError, match="go to several codes and no weights are stated"):
        convert(frame, back)
    (report,) = convert(frame, back, split="equal").reports
    several = {code for code, links in back.by_code.items() if len(links) > 1}
    assert len(several) == 15
    assert report.share("arrived") == pytest.approx(1)
    divided = frame.loc[frame["code"].isin(several), "value"].sum() / frame["value"].sum()
    assert report.share("divided") == pytest.approx(divided) == pytest.approx(0.2505, abs=1e-4)
