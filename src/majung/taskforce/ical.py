"""Meetings as an iCalendar feed (RFC 5545): what a calendar program subscribes to.

An event names body, time and place; agenda and papers stay in the workspace. A meeting of which only the day is known
is an event of the whole day; a cancelled one is kept as cancelled, so that it disappears from calendars.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from majung.taskforce.models import Meeting, Programme
from majung.taskforce.rules.clock import SEOUL, day_of

STATUS = {"planned": "TENTATIVE", "postponed": "TENTATIVE", "cancelled": "CANCELLED"}


def feed(programme: Programme, meetings: Iterable[Meeting], language: str, now: datetime) -> bytes:
    """The meetings as a calendar. language: ko or en. now: stamp of the feed."""
    calendar = Calendar()
    calendar.add("prodid", "-//Majung//task force//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", programme.name.get(language, programme.key))
    for meeting in meetings:
        calendar.add_component(_event(programme, meeting, language, now))
    return bytes(calendar.to_ical())


def _event(programme: Programme, meeting: Meeting, language: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{programme.key}/{meeting.key}@majung")
    event.add("dtstamp", now)
    event.add("sequence", meeting.revision)
    event.add("summary", meeting.name.get(language, meeting.key))
    event.add("status", STATUS.get(meeting.state, "CONFIRMED"))
    if meeting.place:
        event.add("location", meeting.place.get(language, ""))
    if meeting.time_known:
        start = meeting.starts.astimezone(SEOUL)
        event.add("dtstart", start)
        event.add("dtend", start + timedelta(minutes=meeting.minutes_long))
    else:
        event.add("dtstart", day_of(meeting.starts))
    return event
