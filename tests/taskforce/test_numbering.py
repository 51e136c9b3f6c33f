"""Numbers follow the last one, whatever gaps there are: a record brings rows with numbers of its own."""

from __future__ import annotations

from django.db import connection

from majung.taskforce.models import MinutesRevision, Submission
from majung.taskforce.operations import meetings, opinions
from net import without_net

from .conftest import Institution


def receive(i: Institution) -> Submission:
    return opinions.receive(i.by("outsider"), i.programme, title="t", text="x")


def without(row: MinutesRevision | Submission) -> None:
    """Delete a row as somebody with the database's password could: what remains has a gap, as a record may."""
    without_net()
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk])


def test_demands_are_numbered_past_a_gap(institution: Institution) -> None:
    first, second = receive(institution), receive(institution)
    assert (first.key, second.key) == ("d-2021-0001", "d-2021-0002")
    without(first)
    assert receive(institution).key == "d-2021-0003"


def test_minutes_are_numbered_past_a_gap(institution: Institution) -> None:
    secretariat = institution.by("secretariat", "2021-04-16")
    meeting = institution.held_meeting()
    meetings.end(secretariat, meeting)
    drafts = [meetings.draft_minutes(secretariat, meeting, proceedings="p", remarks="r") for _ in range(2)]
    assert [draft.number for draft in drafts] == [1, 2]
    without(drafts[0])
    assert meetings.draft_minutes(secretariat, meeting, proceedings="p", remarks="r").number == 3
