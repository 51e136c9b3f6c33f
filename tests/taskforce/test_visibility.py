"""Who reads what: by disclosure level, by body, by mandate as of the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import Model

from majung.taskforce import models
from majung.taskforce.models import Action, AgendaItem, Decision, Meeting, MinutesRevision, Paper, Submission
from majung.taskforce.operations import bodies, meetings, opinions, programmes
from majung.taskforce.queries.visibility import VISIBLE, Sight, hidden_fields, sight, visible
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import Disclosure, Purpose, WithholdingGround

from .conftest import Institution, moment, text

DAY = "2021-05-01"
CLOSED = {
    "disclosure": Disclosure.BODY,
    "ground": WithholdingGround.DELIBERATION,
    "look_again": date(2022, 1, 1),
}


def eyes(i: Institution, who: str, day: str = DAY) -> Sight:
    return sight(i.by(who, day), i.programme)


def neighbour(i: Institution, role: Role = Role.MEMBER) -> None:
    """Somebody of another working group of the same programme."""
    loader = i.by("loader")
    health = programmes.add_organisation(loader, i.programme, key="mohw", name=text("Health"))
    area = bodies.take_up(loader, i.programme, key="digital-healthcare", name=text("h"), leads=[health])
    assert area.body is not None
    i.people["neighbour"] = programmes.add_person(loader, i.programme, key="neighbour", post=text("n"))
    bodies.give_mandate(loader, area.body, person=i.people["neighbour"], role=role, represents=health)


@pytest.fixture
def three(institution: Institution) -> Institution:
    """Three meetings of the robots group, one a level, each with a paper and minutes of its level; a neighbour."""
    i = institution
    neighbour(i)
    loader = i.by("loader")
    for level in Disclosure:
        closed = CLOSED if level == Disclosure.BODY else {"disclosure": level}
        meeting = meetings.plan(
            loader, i.group, key=level.value, name=text("m"), starts=moment("2021-04-15"), disclosure=level
        )
        item = meetings.add_item(loader, meeting, title=text("item"), purpose=Purpose.DISCUSS)
        meetings.add_paper(
            loader, item, title=text("p"), file_name="p.txt", media_type="text/plain", content=level.encode(), **closed
        )
        meetings.convene(loader, meeting)
        meetings.open_(loader, meeting)
        meetings.assign(loader, item, key=f"a-{level}", text=text("do"), organisation=i.ministry)
        meetings.end(loader, meeting)
        meetings.draft_minutes(loader, meeting, proceedings="p", remarks="r", **closed)
    return i


READERS = {
    "secretariat": {"public", "members", "body"},
    "auditor": {"public", "members", "body"},
    "vice_minister": {"public", "members", "body"},
    "chair": {"public", "members", "body"},
    "rapporteur": {"public", "members", "body"},
    "member": {"public", "members", "body"},
    "owner": {"public", "members"},
    "judge": {"public", "members"},
    "analyst": {"public", "members"},
    "moderator": {"public", "members"},
    "neighbour": {"public", "members"},
    "outsider": {"public"},
}


@pytest.mark.parametrize("who", READERS)
def test_levels(three: Institution, who: str) -> None:
    seen = eyes(three, who)
    assert set(visible(seen, Meeting).values_list("key", flat=True)) == READERS[who]
    assert set(visible(seen, Paper).values_list("item__meeting__key", flat=True)) == READERS[who]
    assert set(visible(seen, AgendaItem).values_list("meeting__key", flat=True)) == READERS[who]
    actions = set() if who == "outsider" else {f"a-{level}" for level in READERS[who]}
    assert set(visible(seen, Action).values_list("key", flat=True)) == actions


def test_drafts_of_minutes_stay_in_the_body_until_approved(three: Institution) -> None:
    drafts = {who: visible(eyes(three, who), MinutesRevision).count() for who in READERS}
    assert drafts["neighbour"] == drafts["moderator"] == drafts["outsider"] == 0
    assert drafts["member"] == drafts["secretariat"] == 3
    assert drafts["owner"] == 2


def test_a_mandate_opens_from_its_first_day_to_its_last(three: Institution) -> None:
    loader = three.by("loader")
    bodies.give_mandate(
        loader,
        three.group,
        person=three.people["outsider"],
        role=Role.MEMBER,
        starts=date(2021, 6, 1),
        ends=date(2021, 6, 30),
    )
    counts = [
        visible(sight(three.by("outsider", day), three.programme), Meeting).count()
        for day in ("2021-05-31", "2021-06-01", "2021-06-30", "2021-07-01")
    ]
    assert counts == [1, 3, 3, 1]


def test_another_programme_is_seen_from_outside(three: Institution) -> None:
    other = programmes.found("other", text("Other"), "KOR", moment("2021-04-01"))
    seen = sight(three.by("secretariat"), other)
    assert not seen.member
    assert visible(seen, Meeting).count() == 0


def test_demands_are_seen_by_who_handles_them_and_by_who_made_them(three: Institution) -> None:
    made = opinions.receive(
        three.by("outsider"), three.programme, title="t", text="x", submitter="somebody", area=three.area
    )
    who = {"secretariat", "auditor", "moderator", "member", "neighbour", "outsider", "judge"}
    seeing = {name for name in who if visible(eyes(three, name), Submission).exists()}
    assert seeing == {"secretariat", "auditor", "moderator", "member", "outsider"}
    assert "submitter" in hidden_fields(eyes(three, "member"), made)
    assert "receipt" in hidden_fields(eyes(three, "secretariat"), made)
    assert "submitter" not in hidden_fields(eyes(three, "secretariat"), made)
    assert hidden_fields(eyes(three, "outsider"), made) == frozenset()


def test_decisions_follow_their_meeting(three: Institution) -> None:
    loader = three.by("loader", "2021-04-20")
    for who in ("chair", "member"):
        three.people[who].refresh_from_db()
    closed = meetings.plan(
        loader, three.group, key="d", name=text("d"), starts=moment("2021-04-20"), disclosure=Disclosure.BODY
    )
    for who in ("chair", "member"):
        meetings.attend(loader, closed, person=three.people[who], presence="present")
    meetings.convene(loader, closed)
    meetings.open_(loader, closed)
    item = meetings.add_item(loader, closed, title=text("decide"), purpose=Purpose.DECIDE)
    meetings.decide(loader, item, key="2021-01", text=text("agreed"), basis="charter", votes_for=2)
    assert {who: visible(eyes(three, who), Decision).count() for who in ("member", "neighbour", "outsider")} == {
        "member": 1,
        "neighbour": 0,
        "outsider": 0,
    }


def test_every_kind_of_row_has_its_rule(institution: Institution) -> None:
    not_asked_for = {"Head", "Anchor", "Tombstone", "Notice", "Standing", "User", "ApiToken"}
    kinds = {
        kind
        for name in models.__all__
        if name not in not_asked_for and isinstance(kind := getattr(models, name), type) and issubclass(kind, Model)
        if not kind._meta.abstract
    }
    assert kinds - set(VISIBLE) == set()
    for who in ("secretariat", "outsider"):
        for kind in VISIBLE:
            visible(eyes(institution, who), kind).count()


def test_sight_costs_the_same_for_any_number_of_bodies(
    institution: Institution, django_assert_max_num_queries: object
) -> None:
    for number in range(5):
        bodies.found(
            institution.by("loader"),
            institution.programme,
            key=f"g{number}",
            kind="working-group",
            name=text("g"),
            parent=institution.task_force,
        )
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        seen = eyes(institution, "vice_minister")
    assert len(seen.closed) == 7
    assert seen.day == moment(DAY).date() + timedelta(0)
