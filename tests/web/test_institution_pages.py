"""Every page of the institution opens for every role in both languages, and offers only what may be done."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from majung.taskforce.models import Announcement, CalendarFeed, JournalEntry, Measure, Meeting
from majung.taskforce.operations import announcements, measures, meetings, opinions, record, strategies, system
from majung.taskforce.rules.clock import SEOUL
from majung.taskforce.rules.words import Answer, Disclosure, Instrument, Purpose, WithholdingGround
from taskforce.conftest import Institution, moment, text

SignIn = Callable[..., Client]

LISTS = (
    "",
    "situation/",
    "meetings/",
    "calendar/",
    "calendar/?month=2021-05&wish=most",
    "registers/",
    "measures/",
    "demands/",
    "announcements/",
    "reviews/",
)
ONES = (
    "bodies/intelligent-robots-working-group/",
    "bodies/task-force/",
    "meetings/m/",
    "measures/measure/",
    "demands/d-2021-0001/",
    "consultations/c/",
    "announcements/announcement/",
    "strategies/robots-2021/",
    "reviews/review/",
)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_empty_pages_say_what_will_appear(institution: Institution, sign_in: SignIn, language: str) -> None:
    client = sign_in("secretariat", language)
    for address in LISTS:
        answer = client.get(f"/test-2021/{address}")
        assert answer.status_code == 200, address


@pytest.mark.parametrize("language", ["ko", "en"])
def test_pages_with_one_of_everything(institution: Institution, rows: Any, sign_in: SignIn, language: str) -> None:
    client = sign_in("secretariat", language)
    for address in (*LISTS, *ONES):
        answer = client.get(f"/test-2021/{address}")
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert page.count("<h1") == 1, address
        assert len(page.encode()) < 150_000, address


@pytest.mark.parametrize("who", ["chair", "rapporteur", "member", "judge", "owner", "verifier", "analyst", "outsider"])
def test_each_role_sees_pages_and_only_its_deeds(
    institution: Institution, rows: Any, sign_in: SignIn, who: str
) -> None:
    client = sign_in(who)
    for address in (*LISTS, *ONES):
        assert client.get(f"/test-2021/{address}").status_code in (200, 404), address
    measure = client.get("/test-2021/measures/measure/")
    if measure.status_code == 200:
        page = measure.content.decode()
        assert ("do/measure.change/" in page) == (who == "owner")
        assert ("do/light.reviewer/" in page) == (who == "verifier")


def test_the_journal_is_for_auditors(institution: Institution, sign_in: SignIn) -> None:
    assert sign_in("auditor").get("/test-2021/journal/").status_code == 200
    assert sign_in("chair").get("/test-2021/journal/").status_code == 403


def test_a_deed_is_done_on_its_form(institution: Institution, sign_in: SignIn) -> None:
    client = sign_in("secretariat")
    address = "/test-2021/do/meeting.plan/?subject=body/intelligent-robots-working-group&next=/test-2021/meetings/"
    form = client.get(address).content.decode()
    assert 'name="name.ko"' in form
    assert 'type="datetime-local"' in form
    sent = {"key": "k1", "name.ko": "첫 회의", "name.en": "First", "starts": "2021-05-14T10:00", "time_known": "on"}
    done = client.post(address, sent)
    assert (done.status_code, done.headers["location"]) == (302, "/test-2021/meetings/")
    meeting = Meeting.objects.get(key="k1")
    assert meeting.starts == moment("2021-05-14", 1), "ten o'clock in Seoul"
    again = client.post(address, sent)
    assert again.status_code == 422
    assert "First" in again.content.decode(), "what was entered stays on the form"


def test_a_deed_on_an_old_version_says_what_changed(institution: Institution, rows: Any, sign_in: SignIn) -> None:
    client = sign_in("owner")
    measure = Measure.objects.get(key="measure")
    address = f"/test-2021/do/measure.change/?subject=measure/measure&expected={measure.revision}"
    assert client.post(address, {"due": "2021-12-31"}).status_code == 302
    late = client.post(address, {"due": "2022-06-30"})
    assert late.status_code == 409
    assert "Change a measure&#x27;s plan" in late.content.decode()


def test_nobody_is_sent_elsewhere(institution: Institution, sign_in: SignIn) -> None:
    client = sign_in("secretariat")
    address = "/test-2021/do/room.add/?next=https://example.org/"
    answer = client.post(address, {"key": "r", "name.ko": "방", "name.en": "Room", "seats": "8"})
    assert answer.headers["location"] == "/test-2021/"


def test_who_may_not_finds_no_form(institution: Institution, sign_in: SignIn) -> None:
    client = sign_in("judge")
    where = "?subject=body/intelligent-robots-working-group"
    assert client.get(f"/test-2021/do/meeting.plan/{where}").status_code == 403
    assert client.post(f"/test-2021/do/meeting.plan/{where}", {"key": "x"}).status_code == 403
    assert client.get("/test-2021/do/record.nothing/").status_code == 404


def test_a_closed_paper_of_another_group_does_not_exist(institution: Institution, sign_in: SignIn) -> None:
    i, secretariat = institution, institution.by("secretariat")
    meeting = meetings.plan(secretariat, i.group, key="m", name=text("m"), starts=moment("2021-04-15"))
    item = meetings.add_item(secretariat, meeting, title=text("t"), purpose=Purpose.DISCUSS)
    paper = meetings.add_paper(
        secretariat,
        item,
        title=text("Closed paper"),
        file_name="p.html",
        media_type="text/html",
        content=b"<script>alert(1)</script>",
        disclosure=Disclosure.BODY,
        ground=WithholdingGround.DELIBERATION,
        look_again=moment("2030-01-01").date(),
    )
    assert sign_in("outsider").get(f"/test-2021/papers/{paper.pk}/").status_code == 404
    answer = sign_in("member").get(f"/test-2021/papers/{paper.pk}/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    answer.close()


def test_a_former_member_sees_what_was_then(institution: Institution, sign_in: SignIn) -> None:
    from majung.taskforce.models import Mandate
    from majung.taskforce.operations import bodies

    i = institution
    mandate = Mandate.objects.get(person=i.people["member"])
    bodies.end_mandate(i.by("secretariat", "2021-06-30"), mandate)
    client = sign_in("secretariat")
    then = client.get("/test-2021/bodies/intelligent-robots-working-group/?on=2021-06-30").content.decode()
    after = client.get("/test-2021/bodies/intelligent-robots-working-group/?on=2021-07-01").content.decode()
    assert ">member<" in then
    assert ">member<" not in after


def test_the_calendar_feed_needs_no_sign_in_but_its_secret(
    institution: Institution, rows: Any, sign_in: SignIn, client: Client
) -> None:
    chair = sign_in("chair")
    assert 'href="/test-2021/calendar/feed/"' in chair.get("/test-2021/meetings/").content.decode()
    shown = chair.get("/test-2021/calendar/feed/").content.decode()
    assert "There is no address now" in shown
    assert ".ics" not in shown
    assert "close_feed" not in shown, "nothing to switch off"
    address = make_calendar_address(chair)
    answer = client.get(address)
    assert answer.status_code == 200
    assert b"BEGIN:VEVENT" in answer.content
    assert client.get(address.replace("/calendar/", "/calendar/x")).status_code == 404
    assert client.get(address.replace("/test-2021/", "/other/")).status_code == 404


def make_calendar_address(client: Client) -> str:
    """The calendar address of whoever is signed in, made anew on its page."""
    page = client.get("/test-2021/calendar/feed/").content.decode()
    (form,) = re.findall(r'href="([^"]*person\.renew_feed[^"]*)"', page)
    assert client.post(html.unescape(form)).status_code == 302
    (address,) = set(re.findall(r'href="http://testserver([^"]*\.ics)"', client.get("/test-2021/calendar/feed/").text))
    return str(address)


def test_a_calendar_address_is_renewed_and_switched_off(
    institution: Institution, rows: Any, sign_in: SignIn, client: Client
) -> None:
    i, member = institution, sign_in("member")
    first = make_calendar_address(member)
    others = make_calendar_address(sign_in("chair"))
    second = make_calendar_address(member)
    assert first != second
    assert [client.get(address).status_code for address in (first, second, others)] == [404, 200, 200]
    made = CalendarFeed.objects.get(person=i.people["member"]).made.astimezone(SEOUL)
    assert f"{made.year}\N{NO-BREAK SPACE}{made:%H:%M}" in member.get("/test-2021/calendar/feed/").content.decode()
    where = "/test-2021/do/person.close_feed/?subject=person/member"
    assert sign_in("chair").post(where).status_code == 403, "another's address"
    assert member.post(where).status_code == 302
    assert [client.get(address).status_code for address in (first, second, others)] == [404, 404, 200]
    assert "There is no address now" in member.get("/test-2021/calendar/feed/").content.decode()
    told = JournalEntry.objects.filter(subject="person/member", operation__endswith="_feed").order_by("seq")
    assert list(told.values_list("operation", flat=True)) == ["person.renew_feed"] * 2 + ["person.close_feed"]
    third = make_calendar_address(member)
    assert [client.get(address).status_code for address in (first, second, third)] == [404, 404, 200]


def test_exports_are_escaped(institution: Institution, sign_in: SignIn) -> None:
    i = institution
    opinions.receive(i.by("outsider"), i.programme, title="=HYPERLINK(1)", text="t")
    answer = sign_in("secretariat").get("/test-2021/demands/?demands.as=csv")
    assert "'=HYPERLINK(1)" in answer.content.decode("utf-8-sig")


def test_a_deed_on_a_metric_finds_it(institution: Institution, rows: Any, sign_in: SignIn) -> None:
    """A metric's key names it within its measure only: addresses carry its number."""
    client = sign_in("owner")
    page = client.get("/test-2021/measures/measure/").content.decode()
    address = page.split("do/reading.report/?")[1].split('"')[0].replace("&amp;", "&")
    assert client.get(f"/test-2021/do/reading.report/?{address}").status_code == 200


def test_the_past_shows_a_former_member_nothing_of_later(institution: Institution, sign_in: SignIn) -> None:
    from majung.taskforce.models import Mandate
    from majung.taskforce.operations import bodies

    i = institution
    bodies.end_mandate(i.by("secretariat", "2021-04-30"), Mandate.objects.get(person=i.people["member"]))
    for key, day in (("before", "2021-04-20"), ("after", "2021-05-20")):
        meetings.plan(
            i.by("secretariat"),
            i.group,
            key=key,
            name=text(f"closed {key}"),
            starts=moment(day),
            disclosure=Disclosure.BODY,
        )
    client = sign_in("member")
    assert client.get("/test-2021/meetings/before/").status_code == 404
    assert client.get("/test-2021/meetings/before/?on=2021-04-21").status_code == 200
    assert client.get("/test-2021/meetings/after/?on=2021-04-21").status_code == 404
    assert "closed after" not in client.get("/test-2021/meetings/?on=2021-04-21").content.decode()


def test_the_past_shows_a_former_member_no_paper_laid_since(institution: Institution, sign_in: SignIn) -> None:
    from majung.taskforce.models import Mandate
    from majung.taskforce.operations import bodies

    i = institution
    meeting = meetings.plan(
        i.by("secretariat"), i.group, key="held", name=text("held"), starts=moment("2021-04-20"), disclosure="body"
    )
    item = meetings.add_item(i.by("secretariat"), meeting, title=text("item"), purpose="discuss")
    bodies.end_mandate(i.by("secretariat", "2021-04-30"), Mandate.objects.get(person=i.people["member"]))
    papers = {
        day: meetings.add_paper(
            i.by("secretariat", day),
            item,
            title=text(day),
            file_name="p.txt",
            media_type="text/plain",
            content=day.encode(),
        )
        for day in ("2021-04-19", "2021-05-03")
    }
    client = sign_in("member")
    seen = []
    for laid, paper in papers.items():
        for on in ("2021-04-18", "2021-04-21", "2021-05-03"):
            answer = client.get(f"/test-2021/papers/{paper.pk}/?on={on}")
            # Read to its end: closing it by hand would close the test's connection on PostgreSQL.
            content = b"".join(answer)  # type: ignore[arg-type]
            seen += [(laid, on)] if answer.status_code == 200 and content == laid.encode() else []
    # Only what lay before the body while the mandate held, and that as of a day on which it lay there.
    assert seen == [("2021-04-19", "2021-04-21")]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_is_wrong_stands_beside_its_field(institution: Institution, sign_in: SignIn, language: str) -> None:
    client = sign_in("secretariat", language)
    address = "/test-2021/do/meeting.plan/?subject=body/intelligent-robots-working-group"
    answer = client.post(address, {"key": "k", "name.ko": "회의", "starts": "soon"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count('id="w-') == 1
    assert 'id="w-name"' in page
    again = client.post(address, {"key": "k", "name.ko": "회의", "name.en": "Meeting", "starts": "soon"})
    assert 'id="w-starts"' in again.content.decode()


def test_what_cannot_be_undone_is_confirmed_first(institution: Institution, rows: Any, sign_in: SignIn) -> None:
    from majung.web.parts import LAST, WEIGHTY

    page = sign_in("secretariat").get("/test-2021/reviews/review/").content.decode()
    assert "review.freeze" in WEIGHTY
    assert 'class="btn" href="/test-2021/do/review.freeze/' in page
    meeting = sign_in("secretariat").get("/test-2021/meetings/m/").content.decode()
    assert "cancel" in LAST
    assert meeting.index("do/meeting.end/") > 0


def _grow(institution: Institution, task: Any, many: int, start: int = 0) -> None:
    """Rows of every list."""
    from majung.taskforce.operations import measures
    from majung.taskforce.rules.words import Instrument

    i, secretariat = institution, institution.by("secretariat")
    for n in range(start, start + many):
        meeting = meetings.plan(secretariat, i.group, key=f"q{n}", name=text(f"q{n}"), starts=moment("2021-04-15"))
        item = meetings.add_item(secretariat, meeting, title=text("t"), purpose=Purpose.DISCUSS)
        meetings.convene(secretariat, meeting)
        meetings.open_(secretariat, meeting)
        meetings.assign(secretariat, item, key=f"a{n}", text=text("do"), person=i.people["member"])
        measures.propose(
            i.by("rapporteur"),
            task,
            key=f"q{n}",
            name=text(f"q{n}"),
            instrument=Instrument.FISCAL,
            owner=i.ministry,
            verifier=i.finance,
            due=moment("2021-04-10").date(),
        )
        opinions.receive(i.by("outsider"), i.programme, title=f"q{n}", text="t", area=i.area)


@pytest.mark.parametrize("address", LISTS)
def test_queries_do_not_grow_with_rows(
    institution: Institution, rows: Any, sign_in: SignIn, address: str, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from majung.taskforce.models import CoreTask

    client, task = sign_in("auditor"), CoreTask.objects.first()
    _grow(institution, task, 1)
    client.get(f"/test-2021/{address}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/test-2021/{address}")
    _grow(institution, task, 30, start=1)
    with django_assert_max_num_queries(len(few)):
        client.get(f"/test-2021/{address}")


def test_personal_data_that_are_due_are_erased_with_one_click(institution: Institution, sign_in: SignIn) -> None:
    i = institution
    found = opinions.receive(i.by("outsider"), i.programme, title="Title", text="Text", contact="a@example.org")
    opinions.moderate(i.by("moderator"), found, reason="r")
    opinions.answer(
        i.by("secretariat"), found, answer=Answer.OUT_OF_SCOPE, reason=text("no"), link="https://example.org/"
    )
    for who in ("chair", "moderator"):
        assert sign_in(who).get("/test-2021/retention/").status_code == 403
    for who in ("auditor", "administrator"):
        answer = sign_in(who).get("/test-2021/retention/")
        assert "<button>Erase<" not in answer.content.decode(), "they look, the secretariat erases"
    client = sign_in("secretariat")
    assert "/test-2021/retention/" in client.get("/test-2021/").content.decode()
    page = client.get("/test-2021/retention/").content.decode()
    assert "1 row of personal data is due for erasure" in page
    assert f'href="/test-2021/demands/{found.key}/"' in page
    assert "Title" not in page
    (action,) = re.findall(r'action="([^"]*submission\.erase[^"]*)"', page)
    done = client.post(html.unescape(action), {"rule": "answered"})
    assert (done.status_code, done.headers["location"]) == (302, "/test-2021/retention/")
    found.refresh_from_db()
    assert (found.title, found.text, found.contact) == ("", "", "")
    after = client.get("/test-2021/retention/").content.decode()
    assert "No personal data are due for erasure" in after
    assert "1 erased lately" in after


def test_the_past_shows_no_minutes_before_they_were_drafted(institution: Institution, sign_in: SignIn) -> None:
    i = institution
    meeting = i.held_meeting("held", "2021-04-15")
    meetings.add_item(i.by("chair", "2021-04-15"), meeting, title=text("item"), purpose=Purpose.DISCUSS)
    meetings.end(i.by("chair", "2021-04-15"), meeting)
    for day in ("2021-04-20", "2021-04-23"):
        meetings.draft_minutes(i.by("rapporteur", day), meeting, proceedings=f"written {day}", remarks="r")
    meetings.approve_minutes(i.by("chair", "2021-04-26"), meeting)
    client, found = sign_in("member"), {}
    for on in ("2021-04-19", "2021-04-20", "2021-04-23", "2021-04-26"):
        page = client.get(f"/test-2021/meetings/held/?on={on}").content.decode()
        found[on] = ("written 2021-04-20" in page, "written 2021-04-23" in page, "Version 2 is approved" in page)
        files = client.get(f"/test-2021/meetings/held/minutes.docx?on={on}").status_code
        assert files == (404 if on == "2021-04-19" else 200), on
    assert found == {
        "2021-04-19": (False, False, False),
        "2021-04-20": (True, False, False),
        "2021-04-23": (False, True, False),
        "2021-04-26": (False, True, True),
    }
    # A member of another body reads approved minutes only, and in the past those that were approved by then.
    outside = sign_in("analyst")
    said = [on for on in found if "written 2021" in outside.get(f"/test-2021/meetings/held/?on={on}").content.decode()]
    assert said == ["2021-04-26"]


def announced(i: Institution) -> Announcement:
    """A strategy with one measure, announced on 29 April 2021."""
    secretariat = i.by("secretariat")
    strategy, task = i.strategy()
    strategies.write(secretariat, strategy, summary=text("First summary"), text=text("First text"))
    measures.propose(
        secretariat,
        task,
        key="m1",
        name=text("Delivery robots"),
        instrument=Instrument.REGULATION,
        owner=i.ministry,
        due=date(2021, 12, 31),
    )
    metric = measures.set_metric(
        secretariat, Measure.objects.get(key="m1"), key="x", name=text("Robots"), unit=text("units"), baseline=0
    )
    measures.set_target(secretariat, metric, by=date(2022, 12, 31), value=100)
    made = announcements.draft(secretariat, strategy, key="a", title=text("The robots plan"))
    loader = system("record", moment("2021-04-29"))
    record.complete(loader, strategy, stated={"state": "announced", "announced_on": date(2021, 4, 29)})
    record.complete(loader, made, stated={"state": "announced", "announced_at": moment("2021-04-29")})
    record.freeze(loader, made)
    return made


def test_a_corrected_announcement_shows_the_wording_in_force(institution: Institution, sign_in: SignIn) -> None:
    i, made = institution, announced(institution)
    address, client = "/test-2021/announcements/a/", sign_in("secretariat")
    before = client.get(address).content.decode()
    assert "First text" in before
    assert "Robots 100" in before
    assert "No correction" in before
    item = meetings.add_item(
        i.by("secretariat", "2021-05-15"),
        i.held_meeting("m2", "2021-05-15"),
        title=text("t"),
        purpose=Purpose.DECIDE,
    )
    day = i.by("secretariat", "2021-05-15")
    decision = meetings.decide(day, item, key="2021-07", text=text("Correct it"), basis="b", votes_for=2)
    measure = Measure.objects.get(key="m1")
    measures.change(day, measure, due=date(2022, 6, 30))
    measures.set_target(day, measure.metrics.get(), by=date(2022, 12, 31), value=250)
    announcements.correct(
        i.by("secretariat", "2021-05-20"),
        made,
        notice=text("A digit was missing"),
        text=text("Second text"),
        decision=decision,
    )
    announcements.correct(i.by("secretariat", "2021-06-01"), made, notice=text("A comma"))
    page = client.get(address).content.decode()
    assert "Second text" in page
    assert "Robots 250" in page
    assert "First text" not in page
    assert "Correction 2: in force now" in page
    assert "A digit was missing" in page
    assert "Delivery robots, due: Fri\xa031\xa0Dec\xa02021 → Thu\xa030\xa0Jun\xa02022" in page
    assert "Robots, target 2022: 100 → 250" in page
    assert "the text changed" in page
    assert "the summary changed" not in page
    assert "nothing in the frozen material differs" in page
    assert 'href="/test-2021/registers/#d-2021-07"' in page
    first = client.get(f"{address}?text=0").content.decode()
    assert "First text" in first
    assert "Robots 100" in first
    assert "This is an earlier wording" in first
    assert "Second text" in client.get(f"{address}?text=9").content.decode(), "there is no such wording"
    then = client.get(f"{address}?on=2021-05-25").content.decode()
    assert "A digit was missing" in then
    assert "A comma" not in then
    korean = sign_in("secretariat", "ko").get(address).content.decode()
    assert "지금 효력이 있는 문안" in korean


def test_who_puts_demands_forward_finds_them_on_home(institution: Institution, sign_in: SignIn) -> None:
    i, client = institution, sign_in("outsider")
    home = client.get("/test-2021/").content.decode()
    assert "Nothing has been put forward yet" in home
    assert "do/submission.receive/" in home
    assert "My demands" not in sign_in("chair").get("/test-2021/").content.decode()
    found = opinions.receive(i.by("outsider"), i.programme, title="Rules for robots", text="t")
    home = client.get("/test-2021/").content.decode()
    assert "1 demand put forward" in home
    assert f'href="/test-2021/demands/{found.key}/"' in home


def test_the_list_of_bodies_names_who_holds_the_chair(institution: Institution, sign_in: SignIn) -> None:
    page = sign_in("member").get("/test-2021/meetings/").content.decode()
    table = page[page.index('id="table-bodies"') :].partition("</table>")[0]
    assert "Grade-1 official of the lead ministry" in table, "as the charter names the chair"
    assert ">vice_minister<" in table
    assert "not reported" not in table
