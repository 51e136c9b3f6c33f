"""From signals to candidates: each signal in one, every two codes of one alike, what is known said."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from majung.cli.longlist import longlist_command
from majung.discovery.longlist.merging import ALIKE, _by_label, merge
from majung.discovery.longlist.signals import Signal, Tie
from majung.programme import Industry, Text

FOUNDING = Path(__file__).parents[3] / "programmes/korea-2021"


def signal(classification, code, *, kind="momentum", rank=1, of=10):
    says = Text(en="says", ko="말")
    return Signal(kind, "investment", classification, code, "usd_m", 1.0, 1.0, 1.0, rank, of, "own", "2020", says, {})


def labels(**names):
    return {tuple(key.split("__")): Text(en=name, ko=name) for key, name in names.items()}


def industry(id_, *codes):
    lines = [f'id = "{id_}"', 'name = { ko = "이", en = "n" }', 'summary = { ko = "s", en = "s" }']
    for classification, code, observes in codes:
        lines += [
            "[[codes]]",
            f'classification = "{classification}"\ncode = "{code}"\nobserves = "{observes}"',
            'weight = 1.0\nlow = 1.0\nhigh = 1.0\nrationale = { ko = "r", en = "r" }\nsource = "s"',
        ]
    return Industry.model_validate(tomllib.loads("\n".join(lines)))


def members(candidates):
    return {frozenset((s.classification, s.code) for s in c.signals) for c in candidates}


def test_like_labels_are_one_candidate_and_generic_words_join_nothing():
    names = labels(
        v__robots="Robotics and drones", w__drones="Drones", v__soft="Financial software", w__tech="Food technology",
        x__soft="Application software",
    )  # fmt: skip
    found = merge([signal(*key) for key in names], [], names, [], [])
    assert members(found) == {
        frozenset({("v", "robots"), ("w", "drones")}),
        frozenset({("v", "soft")}),
        frozenset({("w", "tech")}),
        frozenset({("x", "soft")}),
    }


def test_no_chain_joins_what_is_not_alike():
    names = labels(a__1="solar battery", b__1="battery car", c__1="car insurance")
    found = merge([signal(*key) for key in names], [], names, [], [])
    assert all(len(c.signals) <= 2 for c in found)


def test_more_kinds_come_first_and_residual_classes_last():
    names = labels(a__1="Other widgets", b__1="Drones", c__1="Gadgets", d__1="drones")
    found = merge(
        [
            signal("a", "1", rank=1),
            signal("b", "1", rank=9),
            signal("c", "1", rank=1),
            signal("d", "1", kind="emergence", rank=8),
        ],
        [],
        names,
        [],
        [],
    )
    assert [c.name.en for c in found] == ["drones", "Gadgets", "Other widgets"]
    assert [c.residual for c in found] == [False, False, True]
    assert found[0].kinds == ("emergence", "momentum")


def test_definitions_say_what_is_known_and_join_only_what_is_the_industry_itself():
    names = labels(a__1="Alpha", b__1="Beta", c__1="Gamma", d__1="Delta")
    both = industry("both", ("a", "1", "industry"), ("b", "1", "industry"))
    parent = industry("parent", ("b", "1", "parent"), ("c", "1", "parent"))
    found = merge([signal(*key) for key in names], [], names, [both, parent], ["parent"])
    assert members(found) == {
        frozenset({("a", "1"), ("b", "1")}),
        frozenset({("c", "1")}),
        frozenset({("d", "1")}),
    }
    by_name = {c.name.en: c for c in found}
    assert [(k.industry, k.itself, k.area) for k in by_name["Alpha"].known] == [
        ("both", True, False),
        ("parent", False, True),
    ]
    assert by_name["Delta"].known == ()


def test_codes_that_move_together_are_one_candidate_and_it_says_so():
    names = labels(a__1="Alpha", a__2="Beta", a__3="Gamma")
    tie = Tie("a", ("1", "3"), 0.95, 10)
    found = merge([signal(*key) for key in names], [tie], names, [], [])
    assert members(found) == {frozenset({("a", "1"), ("a", "3")}), frozenset({("a", "2")})}
    assert [c.ties for c in found if len(c.signals) == 2] == [(tie,)]


words = st.sampled_from(["drone", "drones", "robot", "other", "services", "bank", "software", "virtual", "reality"])
keys = st.tuples(st.sampled_from("ab"), st.sampled_from("123456"))


@given(names=st.dictionaries(keys, st.lists(words, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=10))
@settings(max_examples=80, deadline=None)
def test_each_code_is_in_one_candidate_and_every_two_of_one_are_alike(names):
    texts = {key: Text(en=name, ko=name) for key, name in names.items()}
    found = merge([signal(*key) for key in names], [], texts, [], [])
    listed = [(s.classification, s.code) for c in found for s in c.signals]
    assert sorted(listed) == sorted(names)
    order = list(names)
    alike = _by_label([names[key] for key in order])
    for one in found:
        places = [order.index((s.classification, s.code)) for s in one.signals]
        for i in places:
            for j in places:
                assert i == j or alike[i, j] >= ALIKE - 1e-9


def test_no_signals_are_no_candidates():
    assert merge([], [], {}, [], []) == ()


@pytest.fixture
def command():
    app = typer.Typer()
    app.command()(longlist_command)
    return lambda *words: CliRunner().invoke(app, [str(FOUNDING), *words])


def test_the_command_prints_candidates_coverage_and_caveats(command):
    data = json.loads(command("--json").output)
    assert len(data["candidates"]) > 20
    defined = {file.stem for file in (FOUNDING / "industries").glob("*.toml")}
    assert set(data["met"]) | set(data["unmet"]) == defined
    listed = [(s["kind"], s["classification"], s["code"]) for c in data["candidates"] for s in c["signals"]]
    assert len(listed) == len(set(listed)) == sum(one["passed"] for one in data["looked"])
    assert all(s["rows"] for c in data["candidates"] for s in c["signals"])
    new = [c["name"]["en"] for c in data["candidates"] if not c["known"]]
    assert "InsurTech" in new
    said = command("--new", "--rows", "--lang", "ko")
    assert said.exit_code == 0
    text = " ".join(said.output.split())
    assert "보험 기술(인슈어테크) 어느 정의에도 없음" in text
    assert "tables/investment.csv: " in text
    assert "후보는 산업이 아니라 들여다볼 분야다" in text
    assert "근거 자료 CC-BY-SA-4.0" in text
    assert "컴퓨터 기술" not in text
