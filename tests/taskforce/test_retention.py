"""Retention periods are data; erasure leaves the journal sound and nothing personal behind."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from majung.taskforce.journal.verify import verify_database
from majung.taskforce.models import JournalEntry, Mandate, Person, Submission, Tombstone, User
from majung.taskforce.operations import Invalid, NotAllowed, bodies, opinions, programmes, retention
from majung.taskforce.queries.home import home
from majung.taskforce.queries.retention import due, erasures, periods, persons_due, submissions_due
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import Answer, ErasureRule

from .conftest import Institution, text

LAST = date(2021, 12, 31)
AFTER = LAST + timedelta(days=periods()["person"].days + 1)


def left(i: Institution, key: str = "p") -> Person:
    """Somebody whose two mandates ended at the end of 2021."""
    loader = i.by("loader")
    person = programmes.add_person(loader, i.programme, key=key, post=text("post"), name="Name", email="p@example.org")
    for role in (Role.MEMBER, Role.JUDGE):
        mandate = bodies.give_mandate(loader, i.group, person=person, role=role)
        bodies.end_mandate(loader, mandate, ends=LAST)
    return person


def demand(i: Institution, day: str = "2021-05-01", *, answered: bool = True) -> Submission:
    """A demand that was answered on a day."""
    made = opinions.receive(i.by("outsider"), i.programme, title="Title", text="Text", contact="a@example.org")
    opinions.moderate(i.by("moderator"), made, reason="r")
    if answered:
        secretariat, link = i.by("secretariat", day), "https://example.org/"
        opinions.answer(secretariat, made, answer=Answer.OUT_OF_SCOPE, reason=text("no"), link=link)
    return made


def test_a_person_is_due_three_years_after_the_last_mandate(institution: Institution) -> None:
    i, loader = institution, institution.by("loader")
    person = programmes.add_person(loader, i.programme, key="p", post=text("post"), name="Name", email="p@example.org")
    bodies.give_mandate(loader, i.group, person=person, role=Role.MEMBER)
    bodies.give_mandate(loader, i.group, person=person, role=Role.JUDGE)
    far = date(2030, 1, 1)
    assert persons_due(i.programme, far) == [], "a mandate still runs"
    for mandate in Mandate.objects.filter(person=person):
        bodies.end_mandate(i.by("secretariat", "2021-12-31"), mandate, ends=LAST)
    assert persons_due(i.programme, AFTER - timedelta(days=1)) == []
    (expired,) = persons_due(i.programme, AFTER)
    assert (expired.row, expired.event, expired.since) == (person, LAST, AFTER)
    retention.erase_person(i.by("secretariat", "2025-02-01"), person, rule=ErasureRule.MANDATE_ENDED)
    assert persons_due(i.programme, far) == []
    assert [one.row for one in persons_due(i.programme, AFTER)] == [person], "looked back at, it was due"
    assert verify_database().sound


def test_a_person_is_not_erased_before_the_period_is_over(institution: Institution) -> None:
    i, person = institution, left(institution)
    early = i.by("secretariat", str(AFTER - timedelta(days=1)))
    with pytest.raises(Invalid, match="not over"):
        retention.erase_person(early, person, rule=ErasureRule.MANDATE_ENDED)
    with pytest.raises(Invalid, match="not over"):
        retention.erase_person(i.by("secretariat", str(AFTER)), person, rule=ErasureRule.ANSWERED)
    with pytest.raises(Invalid, match="not ended"):
        retention.erase_person(early, i.people["member"], rule=ErasureRule.REQUESTED)
    retention.erase_person(early, person, rule=ErasureRule.REQUESTED)
    with pytest.raises(Invalid, match="already"):
        retention.erase_person(early, person, rule=ErasureRule.REQUESTED)


def test_with_a_person_the_account_goes_unless_it_serves_another_programme(institution: Institution) -> None:
    i, loader = institution, institution.by("loader")
    person, elsewhere = left(i), left(i, "q")
    other = programmes.found("other-2022", text("Other"), "KOR", loader.at)
    twin = programmes.add_person(loader, other, key="q", post=text("post"))
    for who, name in ((person, "only-here"), (elsewhere, "here-and-there"), (twin, "here-and-there")):
        User.objects.get_or_create(username=name)
        programmes.give_account(loader, who, username=name)
    assert retention.apply(i.by("secretariat", str(AFTER)), i.programme) == 2
    assert list(User.objects.values_list("username", flat=True)) == ["here-and-there"]
    assert list(Person.objects.exclude(user=None)) == [twin]
    assert verify_database().sound


def test_a_demand_is_due_a_year_after_its_answer(institution: Institution) -> None:
    i, found = institution, demand(institution, answered=False)
    with pytest.raises(Invalid, match="not answered yet"):
        retention.erase_submission(i.by("secretariat"), found, rule=ErasureRule.ANSWERED)
    secretariat, link = i.by("secretariat", "2021-05-01"), "https://example.org/"
    opinions.answer(secretariat, found, answer=Answer.OUT_OF_SCOPE, reason=text("no"), link=link)
    assert submissions_due(i.programme, date(2022, 5, 1)) == []
    with pytest.raises(Invalid, match="not over"):
        retention.erase_submission(i.by("secretariat", "2022-05-01"), found, rule=ErasureRule.ANSWERED)
    (expired,) = submissions_due(i.programme, date(2022, 5, 2))
    assert (expired.row, expired.since) == (found, date(2022, 5, 2))
    code = found.receipt
    retention.erase_submission(i.by("secretariat", "2022-05-02"), found, rule=ErasureRule.ANSWERED)
    found.refresh_from_db()
    assert (found.title, found.text, found.contact, found.salt) == ("", "", "", "")
    assert found.receipt == code, "the receipt still answers"
    assert submissions_due(i.programme, date(2030, 1, 1)) == []
    assert [(t.table, t.rule) for t in Tombstone.objects.all()] == [("submission", "answered")]
    assert verify_database().sound


def test_a_withdrawn_demand_counts_from_its_withdrawal(institution: Institution) -> None:
    i, found = institution, demand(institution, answered=False)
    opinions.withdraw(i.by("moderator", "2021-06-01"), found, reason="r")
    assert [one.event for one in submissions_due(i.programme, date(2022, 7, 1))] == [date(2021, 6, 1)]


def test_a_merged_demand_goes_with_the_one_that_answers_it(institution: Institution) -> None:
    i = institution
    first, second, third = (demand(i, answered=False) for _ in range(3))
    moderator = i.by("moderator")
    opinions.merge(moderator, first, into=second, reason="same")
    opinions.merge(moderator, second, into=third, reason="same")
    far = date(2030, 1, 1)
    assert submissions_due(i.programme, far) == [], "the one that they were merged into is not answered"
    secretariat, link = i.by("secretariat", "2021-07-01"), "https://example.org/"
    opinions.answer(secretariat, third, answer=Answer.OUT_OF_SCOPE, reason=text("no"), link=link)
    assert submissions_due(i.programme, date(2022, 7, 1)) == []
    expired = submissions_due(i.programme, date(2022, 7, 2))
    assert [(one.row, one.event) for one in expired] == [(d, date(2021, 7, 1)) for d in (first, second, third)]
    assert retention.apply(i.by("secretariat", "2022-07-02"), i.programme) == 3
    assert verify_database().sound


def test_everything_due_goes_at_once_each_with_its_own_entry(institution: Institution) -> None:
    i, person = institution, left(institution)
    answered, late = demand(i), demand(i, "2024-12-01")
    secretariat = i.by("secretariat", str(AFTER))
    assert [one.row for one in due(i.programme, AFTER)] == [answered, person], "what waited longest first"
    with pytest.raises(NotAllowed):
        retention.apply(i.by("auditor", str(AFTER)), i.programme)
    before = JournalEntry.objects.count()
    assert retention.apply(secretariat, i.programme) == 2
    written = list(JournalEntry.objects.order_by("seq").values_list("operation", "subject"))[before:]
    assert written == [
        ("submission.erase", f"submission/{answered.key}"),
        ("person.erase", "person/p"),
        ("retention.apply", "programme/test-2021"),
    ]
    assert due(i.programme, AFTER) == []
    late.refresh_from_db()
    assert late.text == "Text"
    assert [(mark.table, mark.rule) for mark in erasures(i.programme)] == [
        ("person", "mandate-ended"),
        ("submission", "answered"),
    ]
    assert verify_database().sound


def test_home_tells_the_secretariat_and_nobody_else(institution: Institution) -> None:
    i = institution
    demand(i)
    day = date(2022, 5, 12)
    found = [one for one in home(i.programme, i.people["secretariat"], day).due if one.kind == "erase"]
    assert [(one.name["en"], one.late(date(2022, 5, 12))) for one in found] == [
        ("Personal data kept long enough: 1", 10)
    ]
    assert home(i.programme, i.people["secretariat"], date(2022, 5, 1)).due == []
    for who in ("auditor", "moderator", "chair"):
        assert "erase" not in {one.kind for one in home(i.programme, i.people[who], date(2022, 5, 12)).due}


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
