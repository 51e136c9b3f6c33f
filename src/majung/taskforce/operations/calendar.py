"""Taking up the proposed dates of a month; where there were none, with a relaxation that the secretariat accepts. The
address at which a person's calendar program reads."""

from __future__ import annotations

from majung.taskforce.models import CalendarFeed, Meeting, Person, Programme, Room
from majung.taskforce.operations.act import Act, Invalid, operation
from majung.taskforce.queries.calendar import Wish, month_plan
from majung.taskforce.rules.clock import day_of
from majung.taskforce.rules.words import Text


@operation("calendar.accept", en="Plan the month's meetings", ko="이달 회의 일정 확정")
def accept(
    act: Act, programme: Programme, *, year: int, month: int, wish: str = "least", relaxation: int | None = None
) -> list[Meeting]:
    """Plan meetings at the proposed dates. relaxation: which of the proposed relaxations (from 1) is accepted where the
    month has no dates otherwise."""
    if wish not in ("least", "most"):
        raise Invalid("wish is least or most", "wish는 least나 most다")
    if not 1900 <= year <= 2199 or not 1 <= month <= 12:
        raise Invalid("give a year from 1900 to 2199 and a month from 1 to 12", "연도는 1900~2199, 월은 1~12로 적는다")
    asked: Wish = "most" if wish == "most" else "least"
    found = month_plan(programme, year, month, today=act.day, wish=asked)
    if found.status == "infeasible":
        if relaxation is None or not 1 <= relaxation <= len(found.relaxations):
            said = [text for _, text in found.relaxations]
            numbered = {
                lang: " / ".join(f"{number}. {text[lang]}" for number, text in enumerate(said, 1))
                for lang in ("en", "ko")
            }
            raise Invalid(
                f"there are no dates for all; accept one of: {numbered['en'] or 'nothing helps'}",
                f"모두 모일 날이 없다. 하나를 받아들인다: {numbered['ko'] or '방법이 없다'}",
            )
        changes, _ = found.relaxations[relaxation - 1]
        found = month_plan(programme, year, month, today=act.day, wish=asked, changes=changes)
    planned = []
    for sitting in found.sittings:
        day = day_of(sitting.starts)
        body = sitting.series.body
        meeting = Meeting(
            programme=programme,
            key=f"{day.isoformat()}-{body.key}",
            body=body,
            series=sitting.series,
            name=_name(body.name, body.meetings.count() + 1),
            starts=sitting.starts,
            minutes_long=sitting.series.minutes,
            room=sitting.room,
            place=sitting.room.name if sitting.room else {},
        )
        meeting.save()
        planned.append(meeting)
    if not planned:
        raise Invalid("there is nothing to plan in this month", "이달에는 잡을 회의가 없다")
    return planned


def _name(body: Text, number: int) -> Text:
    return {"en": f"{body['en']}, meeting {number}", "ko": f"{body['ko']} 제{number}차 회의"}


@operation("room.add", en="Add a room", ko="회의실 추가")
def add_room(act: Act, programme: Programme, *, key: str, name: Text, seats: int) -> Room:
    if seats < 1:
        raise Invalid("a room has seats", "좌석 수는 1 이상이다")
    room = Room(programme=programme, key=key, name=name, seats=seats)
    room.save()
    return room


@operation("person.renew_feed", en="Make a new calendar address", ko="새 달력 주소 만들기")
def renew_feed(act: Act, person: Person) -> CalendarFeed:
    """A new address for the person's calendar program. The old one, if there is one, stops at once."""
    feed = CalendarFeed.objects.filter(person=person).first() or CalendarFeed(person=person, number=0)
    feed.number, feed.made, feed.on = feed.number + 1, act.at, True
    feed.save()
    return feed


@operation("person.close_feed", en="Switch the calendar address off", ko="달력 주소 끄기")
def close_feed(act: Act, person: Person) -> None:
    """The person's calendar address stops at once; there is none until a new one is made."""
    feed = CalendarFeed.objects.filter(person=person, on=True).first()
    if feed is None:
        raise Invalid("there is no calendar address", "달력 주소가 없다")
    feed.on = False
    feed.save()
