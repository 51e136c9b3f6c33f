"""The feed is a calendar that a calendar program reads back: times, whole days, cancellations, sequence numbers."""

from __future__ import annotations

from datetime import date, datetime

from icalendar import Calendar

from majung.taskforce.ical import feed
from majung.taskforce.models import Meeting
from majung.taskforce.operations import meetings
from majung.taskforce.rules.clock import SEOUL

from .conftest import Institution, moment, text


def test_a_feed_reads_back(institution: Institution) -> None:
    i, secretariat = institution, institution.by("secretariat")
    timed = meetings.plan(
        secretariat,
        i.group,
        key="a",
        name={"ko": "첫 회의; 둘", "en": "A, b"},
        starts=moment("2021-04-15"),
        place=text("Seoul"),
    )
    meetings.plan(secretariat, i.group, key="b", name=text("b"), starts=moment("2021-04-16"), time_known=False)
    gone = meetings.plan(secretariat, i.group, key="c", name=text("c"), starts=moment("2021-04-19"))
    meetings.cancel(i.by("chair"), gone, reason=text("none"))
    meetings.convene(secretariat, timed)
    content = feed(i.programme, Meeting.objects.order_by("key"), "ko", moment("2021-04-10"))
    first, second, third = Calendar.from_ical(content).walk("VEVENT")
    assert str(first["summary"]) == "첫 회의; 둘"
    assert first.decoded("dtstart") == datetime(2021, 4, 15, 12, tzinfo=SEOUL)
    assert (str(first["status"]), str(second["status"]), str(third["status"])) == (
        "CONFIRMED",
        "TENTATIVE",
        "CANCELLED",
    )
    assert second.decoded("dtstart") == date(2021, 4, 16)
    assert first["sequence"] > second["sequence"], "a changed meeting replaces the one before it"
