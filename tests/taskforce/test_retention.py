"""Retention periods are data; erasure leaves the journal sound and nothing personal behind."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from majung.taskforce.journal.verify import verify_database
from majung.taskforce.models import Mandate, Tombstone
from majung.taskforce.operations import Invalid, bodies, opinions, programmes
from majung.taskforce.queries.retention import periods, persons_due, submissions_due
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import Answer

from .conftest import Institution, text


def test_a_person_is_due_three_years_after_the_last_mandate(institution: Institution) -> None:
    i, loader = institution, institution.by("loader")
    person = programmes.add_person(loader, i.programme, key="p", post=text("post"), name="Name", email="p@example.org")
    bodies.give_mandate(loader, i.group, person=person, role=Role.MEMBER)
    bodies.give_mandate(loader, i.group, person=person, role=Role.JUDGE)
    far = date(2030, 1, 1)
    assert persons_due(i.programme, far) == [], "a mandate still runs"
    last = date(2021, 12, 31)
    for mandate in Mandate.objects.filter(person=person):
        bodies.end_mandate(i.by("secretariat", "2021-12-31"), mandate, ends=last)
    boundary = last + timedelta(days=periods()["person"].days)
    assert persons_due(i.programme, boundary) == []
    assert persons_due(i.programme, boundary + timedelta(days=1)) == [person]
    programmes.erase_person(i.by("secretariat", "2025-02-01"), person, rule="mandate-ended")
    assert persons_due(i.programme, far) == []
    assert verify_database().sound


def test_a_demand_is_due_a_year_after_its_answer(institution: Institution) -> None:
    i = institution
    demand = opinions.receive(i.by("outsider"), i.programme, title="Title", text="Text", contact="a@example.org")
    opinions.moderate(i.by("moderator"), demand, reason="r")
    with pytest.raises(Invalid, match="not answered yet"):
        opinions.erase_submission(i.by("secretariat"), demand, rule="answered")
    opinions.answer(
        i.by("secretariat", "2021-05-01"),
        demand,
        answer=Answer.OUT_OF_SCOPE,
        reason=text("no"),
        link="https://example.org/",
    )
    assert submissions_due(i.programme, date(2022, 5, 1)) == []
    assert submissions_due(i.programme, date(2022, 5, 2)) == [demand]
    code = demand.receipt
    opinions.erase_submission(i.by("secretariat", "2022-05-02"), demand, rule="answered")
    demand.refresh_from_db()
    assert (demand.title, demand.text, demand.contact, demand.salt) == ("", "", "", "")
    assert demand.receipt == code, "the receipt still answers"
    assert submissions_due(i.programme, date(2030, 1, 1)) == []
    assert [(t.table, t.rule) for t in Tombstone.objects.all()] == [("submission", "answered")]
    assert verify_database().sound


def test_an_adopted_area_brings_group_charter_and_window(institution: Institution) -> None:
    from majung.taskforce.operations import meetings

    i, secretariat = institution, institution.by("secretariat")
    meetings.set_series(secretariat, i.group, key="s", first_day=10, last_day=20)
    area = bodies.take_up(secretariat, i.programme, key="space", name=text("Space"), leads=[i.ministry, i.finance])
    assert area.body is not None
    assert [lead.organisation.key for lead in area.leads.order_by("pk")] == ["motie", "moef"]
    (charter,) = area.body.charters.all()
    assert "Industry, Finance" in charter.text["en"]
    (series,) = area.body.series.all()
    assert (series.first_day, series.last_day) == (10, 20)
