"""Other weights and budgets go into programme.toml with who asked for them, and nothing else of it changes."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from majung.methods.labelled import InputError
from majung.taskforce.definitions import Asked, altered

ASKED = Asked({"ko": "분석관", "en": "Analyst"}, date(2021, 6, 1), "mini-1")
NEW = [{"id": "a", "weight": 0.25, "low": 0.2, "high": 0.3}]
WEIGHED = """[[criteria]]
id = "a"
weight = 0.4
low=0.1
high = 0.5
rationale = { ko = "옛 까닭", en = "The old reason" }
source = "old"

[[criteria.indicators]]
id = "x"
weight = 1
rationale = { ko = "지표", en = "Of the indicator" }
"""
PAID = """[[criteria]]
amounts = "not these"

[budgets]
years = [2021, 2022]
amounts = [100, 200]
low = [80, 150]  # defended
estimate = true
rationale = { ko = "옛 까닭", en = "The old reason" }
source = "old"
"""


def test_weights_go_into_the_file_with_their_reason_and_nothing_else_changes() -> None:
    changed = tomllib.loads(altered(WEIGHED, ASKED, NEW))
    said = {
        "ko": "2021-06-01 분석관 요청. 분석 mini-1에 견주려고 가중치 a 0.25 (프로그램 0.4).",
        "en": "Asked for by Analyst on 2021-06-01 beside run mini-1: weights a 0.25 (the programme's 0.4).",
    }
    wanted = tomllib.loads(WEIGHED)
    wanted["criteria"][0] |= {"weight": 0.25, "low": 0.2, "high": 0.3, "rationale": said}
    wanted["criteria"][0]["source"] = "asked for on 2021-06-01, beside run mini-1"
    assert changed == {"asked": said, **wanted}


def test_whose_weights_they_are_is_said() -> None:
    of_panel = Asked(ASKED.post, ASKED.day, "", {"ko": "조사 p의 평가자", "en": "the judges of panel p"})
    changed = tomllib.loads(altered(WEIGHED, of_panel, NEW))
    assert changed["asked"]["en"].endswith(". The weights are those of the judges of panel p.")
    assert changed["asked"]["ko"].endswith(". 가중치의 출처: 조사 p의 평가자.")


def test_criteria_of_another_programme_or_layout_are_refused() -> None:
    with pytest.raises(InputError, match="criteria are a"):
        altered(WEIGHED, ASKED, [{**NEW[0], "id": "b"}])
    with pytest.raises(InputError, match="one line"):
        altered('criteria = [{ id = "a", weight = 0.4, low = 0.1, high = 0.5 }]\n', ASKED, NEW)
    over_lines = WEIGHED.replace('"The old reason"', "'''The old\nreason'''")
    with pytest.raises(InputError, match="one line"):
        altered(over_lines, ASKED, NEW)


def test_budgets_go_into_the_file_with_their_intervals_and_their_reason() -> None:
    changed = tomllib.loads(altered(PAID, ASKED, budgets={"2022": 100, "2021": 50.5}))
    said = changed.pop("asked")
    assert said["en"] == (
        "Asked for by Analyst on 2021-06-01 beside run mini-1: yearly budgets 2021 50.5 (the programme's 100), "
        "2022 100 (the programme's 200)."
    )
    wanted = tomllib.loads(PAID)
    wanted["budgets"] |= {"amounts": [50.5, 100], "low": [40.4, 75], "rationale": said}
    wanted["budgets"]["source"] = "asked for on 2021-06-01, beside run mini-1"
    assert changed == wanted


def test_both_stand_at_the_head_and_each_beside_its_own_numbers() -> None:
    changed = tomllib.loads(altered(WEIGHED + PAID.partition("\n\n")[2], ASKED, NEW, {"2021": 1, "2022": 2}))
    weights, budgets = changed["criteria"][0]["rationale"]["en"], changed["budgets"]["rationale"]["en"]
    assert ("weights a" in weights, "budgets" in weights) == (True, False)
    assert ("budgets 2021 1" in budgets, "weights" in budgets) == (True, False)
    assert "weights a" in changed["asked"]["en"]
    assert "budgets 2021 1" in changed["asked"]["en"]
    assert changed["criteria"][0]["indicators"] == tomllib.loads(WEIGHED)["criteria"][0]["indicators"]


def test_budgets_of_other_years_or_of_another_layout_are_refused() -> None:
    both = {"2021": 1, "2022": 2}
    with pytest.raises(InputError, match="years are 2021, 2022"):
        altered(PAID, ASKED, budgets={"2021": 1})
    with pytest.raises(InputError, match="one line"):
        altered(PAID.replace("amounts = [100, 200]", "amounts = [\n100,\n200]"), ASKED, budgets=both)


def test_a_post_with_quotes_is_written_as_it_is() -> None:
    odd = Asked({"ko": '"분석"\\관', "en": 'A "b" \\ c'}, date(2021, 6, 1), "r")
    changed = tomllib.loads(altered(PAID, odd, budgets={"2021": 1, "2022": 2}))
    assert 'A "b" \\ c' in changed["asked"]["en"]
    assert '"분석"\\관' in changed["budgets"]["rationale"]["ko"]
