"""Dates for a month: inside the window, no clash, Korean holidays; an infeasible month is answered with relaxations."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from majung.taskforce.models import Meeting
from majung.taskforce.operations import Invalid, bodies, calendar, meetings, programmes
from majung.taskforce.queries.calendar import holidays_of, month_plan
from majung.taskforce.rules.clock import day_of
from majung.taskforce.rules.roles import Role

from .conftest import Institution, moment, text


@pytest.fixture
def five_groups(institution: Institution) -> Institution:
    """Five working groups with a window from the 10th to the 20th; one analyst sits in all of them."""
    i, loader = institution, institution.by("loader")
    shared = i.people["analyst"]
    meetings.set_series(loader, i.group, key="robots", first_day=10, last_day=20)
    bodies.give_mandate(loader, i.group, person=shared, role=Role.MEMBER)
    for key in ("cloud", "blockchain", "healthcare", "metaverse"):
        area = bodies.take_up(loader, i.programme, key=key, name=text(key), leads=[i.ministry])
        assert area.body is not None
        chair = programmes.add_person(loader, i.programme, key=f"chair-{key}", post=text("chair"))
        bodies.give_mandate(loader, area.body, person=chair, role=Role.CHAIR)
        bodies.give_mandate(loader, area.body, person=shared, role=Role.MEMBER)  # its window follows the first group's
    return i


def test_korean_holidays_are_known() -> None:
    days = holidays_of("KOR", 2021)
    assert days[date(2021, 5, 5)]["ko"] == "어린이날"
    assert days[date(2021, 5, 5)]["en"] == "Children's Day"


def test_all_groups_get_dates_without_clashes(five_groups: Institution) -> None:
    i = five_groups
    plan = month_plan(i.programme, 2021, 5, today=date(2021, 4, 30), wish="most")
    assert plan.status in ("optimal", "feasible")
    assert len(plan.sittings) == 10
    days = [day_of(s.starts) for s in plan.sittings]
    assert all(date(2021, 5, 10) <= d <= date(2021, 5, 20) for d in days)
    assert date(2021, 5, 19) not in days  # the Buddha's birthday
    assert len({s.starts for s in plan.sittings}) == 10, "one member sits in all five"


def test_accepted_dates_become_meetings_and_are_not_planned_twice(five_groups: Institution) -> None:
    i = five_groups
    secretariat = i.by("secretariat", "2021-04-30")
    planned = calendar.accept(secretariat, i.programme, year=2021, month=5)
    assert len(planned) == 5
    assert Meeting.objects.filter(state="planned").count() == 5
    with pytest.raises(Invalid, match="nothing to plan"):
        calendar.accept(secretariat, i.programme, year=2021, month=5)
    more = calendar.accept(secretariat, i.programme, year=2021, month=5, wish="most")
    assert len(more) == 5
    busy = [day_of(m.starts) for m in planned]
    assert not {day_of(m.starts) for m in more} & set(busy), "the shared member sits in a meeting already"
    for body in {m.body_id for m in more}:
        first, second = sorted(day_of(m.starts) for m in [*planned, *more] if m.body_id == body)
        assert (second - first).days >= 3


def test_an_infeasible_month_is_answered_with_relaxations_that_solve_it(five_groups: Institution) -> None:
    i = five_groups
    loader = i.by("loader")
    # Three working days are left once the notice has passed: 18th to 20th, less the 19th, for ten meetings.
    today = date(2021, 5, 12)
    plan = month_plan(i.programme, 2021, 5, today=today, wish="most")
    assert plan.status == "infeasible"
    assert plan.relaxations
    assert all(said["en"] and said["ko"] for _, said in plan.relaxations)
    for changes, _ in plan.relaxations:
        again = month_plan(i.programme, 2021, 5, today=today, wish="most", changes=changes)
        assert again.sittings
    secretariat = i.by("secretariat", "2021-05-12")
    with pytest.raises(Invalid, match=r"accept one of: 1\. "):
        calendar.accept(secretariat, i.programme, year=2021, month=5, wish="most")
    assert calendar.accept(secretariat, i.programme, year=2021, month=5, wish="most", relaxation=1)
    assert loader.day == moment("2021-04-09").date()


def test_notice_is_in_working_days(five_groups: Institution) -> None:
    friday = date(2021, 5, 7)
    plan = month_plan(five_groups.programme, 2021, 5, today=friday)
    assert min(day_of(s.starts) for s in plan.sittings) == date(2021, 5, 12)  # Mon, Tue, Wed
    assert friday + timedelta(days=5) == date(2021, 5, 12)
