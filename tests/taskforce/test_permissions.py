"""The permission matrix, row by row: each role where it may, where it may not, before and after its mandate."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from majung.taskforce.models import Area, Body, Journaled, Mandate, Organisation, Person
from majung.taskforce.operations import OPERATIONS, Actor, NotAllowed, bodies, meetings, programmes
from majung.taskforce.permission import ANYONE, matrix, verdict
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import BodyKind

from .conftest import Institution, moment, text

Rows = dict[type[Journaled], Journaled]
START, DAY, END, AFTER = "2022-01-10", "2022-02-01", "2022-02-28", "2022-03-01"


@pytest.fixture
def elsewhere(institution: Institution) -> tuple[Body, Organisation]:
    """Another working group and another ministry of the same programme."""
    loader = institution.by("loader")
    health = programmes.add_organisation(loader, institution.programme, key="mohw", name=text("Health"))
    area = bodies.take_up(loader, institution.programme, key="digital-healthcare", name=text("h"), leads=[health])
    assert area.body is not None
    return area.body, health


def newcomer(institution: Institution, role: Role, body: Body, represents: Organisation | None) -> Person:
    loader = institution.by("loader")
    person = programmes.add_person(loader, institution.programme, key=f"new-{Person.objects.count()}", post=text("x"))
    bodies.give_mandate(
        loader,
        body,
        person=person,
        role=role,
        represents=represents,
        starts=moment(START).date(),
        ends=moment(END).date(),
    )
    return person


def test_every_operation_has_its_row_and_every_row_an_operation() -> None:
    assert set(matrix()) == {name for name in OPERATIONS if not name.startswith(("record.", "exercise.", "test."))}


def test_the_documentation_is_the_matrix() -> None:
    page = Path(__file__).parents[2] / "docs" / "taskforce" / "permissions.md"
    stated = {line.split("`")[1] for line in page.read_text("utf-8").splitlines() if line.startswith("| `")}
    assert stated == set(OPERATIONS) - {name for name in OPERATIONS if name.startswith("test.")}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_its_rows_say_and_nothing_else(
    institution: Institution, rows: Rows, elsewhere: tuple[Body, Organisation], role: Role
) -> None:
    i = institution
    other_body, other_ministry = elsewhere
    people = {
        "here": newcomer(i, role, i.group, i.ministry),
        "verifying": newcomer(i, role, i.group, i.finance),
        "above": newcomer(i, role, i.task_force, None),
        "elsewhere": newcomer(i, role, other_body, other_ministry),
    }
    wrong = []
    for name, rules in matrix().items():
        row = rows[OPERATIONS[name].subject]
        body, owners, verifiers = row.in_body, row.owners, row.verifiers
        scope = rules.get(role)
        for where, person in people.items():
            at_body = {"here": i.group, "verifying": i.group, "above": i.task_force, "elsewhere": other_body}[where]
            speaks = {"here": i.ministry.pk, "verifying": i.finance.pk, "elsewhere": other_ministry.pk}.get(where)
            line = {body.pk, body.parent_id} if body else set()
            may = {
                "programme": True,
                "body": at_body.pk in line,
                "organisation": speaks in owners if speaks else False,
                "verification": speaks in verifiers if speaks else False,
                "self": row.of_person == person.pk,
                None: False,
            }[scope] or rules.get(ANYONE) == "programme"
            for day, holds in ((DAY, True), (AFTER, False)):
                got = verdict(Actor(person, moment(day)), name, row) is not None
                if got != (may and (holds or rules.get(ANYONE) == "programme")):
                    wrong.append((name, where, day, got))
    assert wrong == []


def test_a_person_without_mandate_may_only_what_anyone_may(institution: Institution, rows: Rows) -> None:
    nobody = programmes.add_person(institution.by("loader"), institution.programme, key="nobody", post=text("x"))
    actor = Actor(nobody, moment(DAY))
    may = {name for name in matrix() if verdict(actor, name, rows[OPERATIONS[name].subject])}
    assert may == {"submission.receive", "statement.propose", "statement.vote"}


def test_ones_own_row_is_ones_own(institution: Institution, rows: Rows) -> None:
    from majung.taskforce.models import Action

    action = rows[Action]
    assert verdict(institution.by("member", DAY), "action.complete", action) == ANYONE
    assert verdict(institution.by("judge", DAY), "action.complete", action) is None


def test_a_person_of_another_programme_may_nothing(institution: Institution, rows: Rows) -> None:
    at = moment("2021-04-01")
    other = programmes.found("other-2025", text("other"), "KOR", at)
    loader = institution.by("loader")
    stranger = programmes.add_person(loader, other, key="stranger", post=text("x"))
    force = bodies.found(loader, other, key="tf", kind=BodyKind.TASK_FORCE, name=text("tf"))
    for role in Role:
        bodies.give_mandate(loader, force, person=stranger, role=role)
    actor = Actor(stranger, moment(DAY))
    assert [n for n in matrix() if verdict(actor, n, rows[OPERATIONS[n].subject])] == []


def test_a_refused_deed_changes_nothing(institution: Institution) -> None:
    from majung.taskforce.models import JournalEntry, Meeting

    before = JournalEntry.objects.count()
    with pytest.raises(NotAllowed) as refused:
        meetings.plan(institution.by("judge"), institution.group, key="m", name=text("m"), starts=moment("2021-05-15"))
    assert set(refused.value.said) == {"en", "ko"}
    assert JournalEntry.objects.count() == before
    assert not Meeting.objects.exists()


def test_roles_count_as_of_the_day_of_the_deed(institution: Institution) -> None:
    """A former rapporteur may not plan today, but the record of what happened in the mandate's days stands."""
    mandate = Mandate.objects.get(person=institution.people["rapporteur"])
    bodies.end_mandate(institution.by("secretariat", "2021-06-30"), mandate)
    body = institution.group
    meetings.plan(
        institution.by("rapporteur", "2021-06-30"), body, key="a", name=text("a"), starts=moment("2021-07-15")
    )
    late = Actor(institution.people["rapporteur"], moment("2021-06-30") + timedelta(days=1))
    with pytest.raises(NotAllowed):
        meetings.plan(late, body, key="b", name=text("b"), starts=moment("2021-07-16"))
    assert Area.objects.get(key="intelligent-robots").body == body
