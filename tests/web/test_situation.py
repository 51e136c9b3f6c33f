"""The situation room says what is late and unanswered, on the day that is asked for, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from majung.taskforce.operations import opinions, record, system
from majung.taskforce.queries.situation import situation
from majung.web.charts.month import NAMED, Mark, month
from majung.web.pages.situation import cycle_finding
from majung.web.words import words
from taskforce.conftest import Institution

SignIn = Callable[..., Client]


def test_who_is_not_signed_in_sees_nothing(institution: Institution, client: Client) -> None:
    answer = client.get("/test-2021/situation/")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/accounts/login/")


def test_a_stranger_is_told_that_there_is_nothing(institution: Institution, sign_in: SignIn) -> None:
    assert sign_in("chair").get("/other-2021/situation/").status_code == 404


@pytest.mark.parametrize(
    ("language", "said"), [("en", "1 demand awaits an answer"), ("ko", "답하지 않은 수요가 1건이다")]
)
def test_the_heading_is_the_finding(institution: Institution, sign_in: SignIn, language: str, said: str) -> None:
    i = institution
    opinions.receive(i.by("outsider"), i.programme, title="Delivery <robots>", text="t", area=i.area)
    answer = sign_in("chair", language).get("/test-2021/situation/?on=2021-04-20")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert said in page
    assert "Delivery &lt;robots&gt;" in page
    assert f'<html lang="{language}"' in page


@pytest.mark.parametrize(
    ("known", "said"),
    [((), "None of 1 areas has reached measures yet"), (("announced",), "All 1 areas have reached measures")],
)
def test_what_is_announced_is_past_its_measures(institution: Institution, known: tuple[str, ...], said: str) -> None:
    i, secretariat = institution, institution.by("secretariat")
    strategy, _ = i.strategy()
    for state in known:
        stated = {"state": state, "announced_on": date(2021, 4, 9)}
        record.complete(system("record", secretariat.at), strategy, stated=stated)
    assert cycle_finding(situation(i.programme, date(2021, 4, 20)), words("situation", "en")) == said


def test_a_past_day_shows_what_was_then(institution: Institution, rows: Any) -> None:
    early = situation(institution.programme, date(2021, 3, 1))
    assert early.areas == []
    later = situation(institution.programme, date(2021, 4, 20))
    assert [line.area.key for line in later.areas] == ["intelligent-robots"]


def test_constant_number_of_queries(institution: Institution, rows: Any, django_assert_max_num_queries: Any) -> None:
    i = institution
    for number in range(8):
        opinions.receive(i.by("outsider"), i.programme, title=f"t{number}", text="t", area=i.area)
    with django_assert_max_num_queries(22):
        situation(i.programme, date(2021, 4, 20))


def test_a_crowded_month_counts_the_meetings_of_a_day() -> None:
    marks = [Mark(date(2021, 4, 6 + n % 2), f"Group {n}", "held") for n in range(NAMED)]
    one_more = Mark(date(2021, 4, 6), "Group z", "planned")
    few = month(2021, 4, marks, label="April")
    many = month(2021, 4, [*marks, one_more], label="April")
    assert few.count(">Group 3<") == few.count(">Group 23<") == 3
    assert "Group" not in many
    assert many.count(f">{NAMED // 2}</text>") == 6 + 2  # two days in three widths; the 12th stands in two of them
    assert (many.count('class="ink"'), many.count('class="ring"')) == (6, 3)
