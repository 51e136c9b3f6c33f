"""Minutes, convocations and announcements as files: everything is in them, and for nobody who may not see the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from urllib.parse import unquote

import pytest
from django.http import HttpResponse
from django.test import Client

from majung.taskforce.models import Announcement, Mandate, Meeting
from majung.taskforce.operations import announcements, bodies, measures, meetings, opinions, runs, strategies
from majung.taskforce.rules.words import (
    Disclosure,
    Instrument,
    OutcomeKind,
    Presence,
    Purpose,
    Qualifier,
    WithholdingGround,
)
from majung.web.office import minutes
from majung.web.words import words
from office_readers import READERS
from taskforce.conftest import Institution, moment

SignIn = Callable[..., Client]
FORMATS = sorted(READERS)
AT = "/test-2021/meetings/m1/"


def both(en: str, ko: str) -> dict[str, str]:
    return {"en": en, "ko": ko}


def gather(i: Institution, disclosure: Disclosure = Disclosure.MEMBERS, approved: bool = True) -> Meeting:
    """A meeting with something of everything that minutes tell."""
    secretariat = i.by("secretariat", "2021-04-15")
    meeting = meetings.plan(
        secretariat,
        i.group,
        key="m1",
        name=both("First meeting", "제1차 회의"),
        starts=moment("2021-04-15"),
        place=both("Sejong", "세종"),
        disclosure=disclosure,
    )
    manifest = {"id": "run-7", "digest": "0" * 64, "mode": "nowcast", "cut_year": 2020}
    run = runs.take_in(i.by("loader"), i.programme, key="run-7", manifest=manifest)
    item = meetings.add_item(
        secretariat,
        meeting,
        title=both("Robots on pavements", "로봇의 보도 통행"),
        purpose=Purpose.DECIDE,
        presenter=i.ministry,
        resting_on=run,
    )
    other = meetings.add_item(secretariat, meeting, title=both("Insurance", "보험"), purpose=Purpose.DISCUSS)
    meetings.add_paper(
        secretariat,
        item,
        title=both("Accidents so far", "사고 현황"),
        file_name="accidents.pdf",
        media_type="application/pdf",
        content=b"%PDF-1.4",
        disclosure=Disclosure.BODY,
        ground=WithholdingGround.TRADE_SECRET,
        look_again=date(2030, 1, 1),
    )
    meetings.convene(secretariat, meeting)
    for who in ("chair", "member"):
        meetings.attend(secretariat, meeting, person=i.people[who], presence=Presence.PRESENT)
    absent = Mandate.objects.get(person=i.people["absent_member"])
    meetings.attend(secretariat, meeting, person=i.people["outsider"], presence=Presence.PROXY, mandate=absent)
    meetings.open_(i.by("chair", "2021-04-15"), meeting)
    meetings.decide(
        secretariat,
        item,
        key="2021-04",
        text=both("Pavements are opened.", "보도를 연다."),
        basis="charter 3",
        votes_for=2,
        votes_against=1,
        dissent=both("Not before a standard.", "기준이 먼저다."),
    )
    meetings.assign(
        secretariat,
        other,
        key="a1",
        text=both("Draft a clause", "약관 초안 작성"),
        organisation=i.finance,
        due=date(2021, 5, 31),
    )
    meetings.note(
        secretariat,
        other,
        kind=OutcomeKind.REFERRAL,
        text=both("To the task force", "태스크포스로"),
        referred_to=i.task_force,
    )
    meetings.end(i.by("chair", "2021-04-15"), meeting)
    meetings.draft_minutes(
        i.by("secretariat", "2021-04-16"),
        meeting,
        proceedings="Opened at noon.\n\nClosed <b>at two</b>.",
        remarks="The chair asked for zones.",
        disclosure=disclosure,
        ground=WithholdingGround.DELIBERATION if disclosure == Disclosure.BODY else None,
        look_again=date(2030, 1, 1) if disclosure == Disclosure.BODY else None,
    )
    if approved:
        meetings.approve_minutes(i.by("chair", "2021-04-17"), meeting)
    return meeting


def read(answer: HttpResponse, end: str) -> tuple[list[str], list[list[list[str]]]]:
    assert answer.status_code == 200
    return READERS[end](answer.content)


@pytest.mark.parametrize("end", FORMATS)
def test_minutes_hold_everything_in_order(institution: Institution, sign_in: SignIn, end: str) -> None:
    gather(institution)
    lines, tables = read(sign_in("member").get(f"{AT}minutes.{end}"), end)
    assert lines == [
        "Test programme · Robots working group",
        "Minutes: First meeting",
        "Attendance",
        "Agenda",
        "Papers",
        "Outcomes",
        "1. Robots on pavements",
        "2. Insurance",
        "Order of proceedings",
        "Opened at noon.",
        "Closed <b>at two</b>.",
        "Gist of remarks",
        "The chair asked for zones.",
    ]
    facts, attendance, agenda, papers, decision, action, referral = tables
    assert dict(facts) == {
        "Body": "Robots working group",
        "Meeting": "First meeting",
        "When": "Thu\u00a015\u00a0Apr\u00a02021\u00a012:00",
        "Place": "Sejong",
        "Quorum": "met · 3 of 3 voting mandates",
        "Version": "Version 1",
        "Approved": "Sat\u00a017\u00a0Apr\u00a02021",
        "Disclosure": "Members of the task force",
    }
    assert attendance == [
        ["Post", "Organisation", "Presence"],
        ["chair", "Industry", "Present"],
        ["member", "Finance", "Present"],
        ["outsider", "Industry", "Represented by proxy (vote of absent_member)"],
    ]
    assert agenda == [
        ["No", "Item", "Purpose", "Presented by", "Rests on"],
        ["1", "Robots on pavements", "Decide", "Industry", "run run-7"],
        ["2", "Insurance", "Discuss", "–", "–"],
    ]
    assert papers[1][:2] == ["1", "Accidents so far\nVersion 1"]
    assert "article 9(1)(7): Trade secrets of a company" in papers[1][3]
    assert decision == [
        ["Decision 2021-04", "Pavements are opened."],
        ["Basis", "charter 3"],
        ["Votes", "2 for, 1 against, 0 abstaining"],
        ["Dissent", "Not before a standard."],
        ["Rests on", "run run-7"],
    ]
    assert action == [
        ["Action", "Draft a clause"],
        ["Who", "Finance"],
        ["Due", "Mon\u00a031\u00a0May\u00a02021"],
        ["State", "Open"],
    ]
    assert referral == [["Referral", "To the task force"], ["Referred to", "TF"]]


@pytest.mark.parametrize("end", FORMATS)
def test_minutes_in_korean(institution: Institution, sign_in: SignIn, end: str) -> None:
    gather(institution)
    answer = sign_in("member", "ko").get(f"{AT}minutes.{end}")
    lines, tables = read(answer, end)
    assert lines[1] == "제1차 회의 회의록"
    assert ["일시", "2021.\u00a04.\u00a015.(목)\u00a012:00"] in tables[0]
    assert ["결정 2021-04", "보도를 연다."] in tables[4]
    said = answer.headers["content-disposition"]
    plain, _, full = said.partition("; filename*=UTF-8''")
    assert plain == f'attachment; filename="test-2021-m1-minutes-1-ko.{end}"'
    assert unquote(full) == f"제1차 회의 회의록.{end}"
    assert full.isascii()


@pytest.mark.parametrize("end", FORMATS)
@pytest.mark.parametrize("paper", ["minutes", "convocation"])
def test_a_closed_groups_papers_do_not_exist_for_others(
    institution: Institution, sign_in: SignIn, end: str, paper: str
) -> None:
    gather(institution, Disclosure.BODY)
    for who in ("outsider", "verifier", "moderator"):
        client = sign_in(who)
        assert client.get(AT).status_code == 404, who
        assert client.get(f"{AT}{paper}.{end}").status_code == 404, who
    for who in ("member", "auditor", "secretariat"):
        client = sign_in(who)
        assert client.get(AT).status_code == 200, who
        assert client.get(f"{AT}{paper}.{end}").status_code == 200, who
    assert Client().get(f"{AT}{paper}.{end}").status_code == 302, "to sign in"


@pytest.mark.parametrize("end", FORMATS)
def test_closed_minutes_name_their_ground(institution: Institution, sign_in: SignIn, end: str) -> None:
    gather(institution, Disclosure.BODY)
    _, tables = read(sign_in("member", "ko").get(f"{AT}minutes.{end}"), end)
    said = dict(tables[0])["공개 범위"]
    ground = "정보공개법 제9조 제1항 제5호(의사결정 과정·감사·입찰 등)"
    assert said.startswith(f"비공개: 해당 회의체 · {ground} · 재검토일 2030.\u00a01.\u00a01.")


@pytest.mark.parametrize("end", FORMATS)
def test_a_draft_is_for_the_body_and_says_so(institution: Institution, sign_in: SignIn, end: str) -> None:
    gather(institution, approved=False)
    lines, tables = read(sign_in("member").get(f"{AT}minutes.{end}"), end)
    assert lines[0] == "Draft: these minutes are not approved yet"
    assert dict(tables[0])["Approved"] == "not yet approved"
    # The meeting is open to every member of the task force, its draft minutes are not.
    verifier = sign_in("verifier")
    assert verifier.get(AT).status_code == 200
    assert "minutes." not in verifier.get(AT).content.decode()
    assert verifier.get(f"{AT}minutes.{end}").status_code == 404


@pytest.mark.parametrize("end", FORMATS)
def test_a_closed_paper_is_not_told_to_others(institution: Institution, sign_in: SignIn, end: str) -> None:
    gather(institution)
    for paper in ("minutes", "convocation"):
        answer = sign_in("verifier").get(f"{AT}{paper}.{end}")
        lines, tables = read(answer, end)
        assert "Papers" not in lines
        assert "Accidents" not in str(tables)


@pytest.mark.parametrize("end", FORMATS)
def test_a_former_member_gets_the_papers_of_then_on_that_day(
    institution: Institution, sign_in: SignIn, end: str
) -> None:
    i = institution
    gather(i, Disclosure.BODY)
    bodies.end_mandate(i.by("secretariat", "2021-04-30"), Mandate.objects.get(person=i.people["member"]))
    client = sign_in("member")
    assert client.get(f"{AT}minutes.{end}").status_code == 404
    page = client.get(f"{AT}?on=2021-04-21").content.decode()
    assert f'href="{AT}minutes.{end}?on=2021-04-21"' in page
    assert client.get(f"{AT}minutes.{end}?on=2021-04-21").status_code == 200


@pytest.mark.parametrize("end", FORMATS)
def test_convocation(institution: Institution, sign_in: SignIn, end: str) -> None:
    secretariat = institution.by("secretariat", "2021-04-10")
    meeting = meetings.plan(
        secretariat,
        institution.group,
        key="m1",
        name=both("First meeting", "제1차 회의"),
        starts=moment("2021-04-15"),
        time_known=False,
    )
    meetings.add_item(secretariat, meeting, title=both("Zones", "구역"), purpose=Purpose.DISCUSS)
    meetings.convene(secretariat, meeting)
    client = sign_in("member", "ko")
    lines, tables = read(client.get(f"{AT}convocation.{end}"), end)
    assert lines == ["Test programme · Robots 작업반", "제1차 회의 소집 통지", "상정 안건"]
    assert tables[0] == [
        ["회의체", "Robots 작업반"],
        ["회의", "제1차 회의"],
        ["일시", "2021.\u00a04.\u00a015.(목)"],
        ["장소", "미보고"],
        ["소집일", "2021.\u00a04.\u00a010.(토)"],
        ["상태", "소집"],
    ]
    assert tables[1][1] == ["1", "구역", "논의", "–", "–"]
    assert client.get(f"{AT}minutes.{end}").status_code == 404, "there are none yet"


@pytest.mark.parametrize(("language", "label"), [("en", "Minutes as HWPX"), ("ko", "회의록 내려받기(HWPX)")])
def test_the_page_links_to_its_papers(institution: Institution, sign_in: SignIn, language: str, label: str) -> None:
    gather(institution)
    page = sign_in("member", language).get(AT).content.decode()
    assert f'<a href="{AT}minutes.hwpx">{label}</a>' in page
    assert f'href="{AT}convocation.docx"' in page


def test_no_other_format(institution: Institution, sign_in: SignIn) -> None:
    gather(institution)
    assert sign_in("member").get(f"{AT}minutes.exe").status_code == 404


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_exercise_says_so(language: str) -> None:
    w = words("office", language)
    name = both("Name", "이름")
    of = minutes.Gathering(name, name, name, date(2021, 4, 9), name, points=[], exercise=True)
    told = minutes.Minutes(1, "", "", None, minutes.Level("public"), draft=True)
    first, second = minutes.minutes(of, told, w).note.split("\n")
    assert (first, second) == (f"{w.find('exercise')}: {w.find('exercise_note')}", w.find("draft_note"))
    assert minutes.convocation(of, w).note == first


def announced(i: Institution) -> Announcement:
    strategy, task = i.strategy()
    strategies.write(
        i.by("secretariat"),
        strategy,
        summary=both("Robots go out.", "로봇이 나온다."),
        text=both("One.\n\nTwo.", "하나."),
    )
    measure = measures.propose(
        i.by("rapporteur"),
        task,
        key="pavement",
        name=both("Open pavements", "보도 개방"),
        instrument=Instrument.REGULATION,
        owner=i.ministry,
        verifier=i.finance,
        due=date(2021, 12, 31),
    )
    metric = measures.set_metric(
        i.by("owner"), measure, key="robots", name=both("Robots", "로봇"), unit=both("units", "대")
    )
    measures.set_target(i.by("owner"), metric, by=date(2023, 12, 31), value=1200, qualifier=Qualifier.AT_LEAST)
    measures.set_budget(i.by("owner"), measure, year=2022, amount=Decimal(12500))
    demand = opinions.receive(i.by("outsider"), i.programme, title="t", text="t", area=i.area)
    meeting = i.held_meeting()
    secretariat = i.by("secretariat", "2021-04-15")
    item = meetings.add_item(secretariat, meeting, title=both("Zones", "구역"), purpose=Purpose.DECIDE)
    decision = meetings.decide(secretariat, item, key="2021-04", text=both("Go.", "간다."), basis="charter 3")
    measures.ground(i.by("rapporteur"), measure, decision=decision)
    measures.ground(i.by("rapporteur"), measure, submission=demand)
    measures.agree(i.by("chair", "2021-04-16"), measure)
    secretariat = i.by("secretariat", "2021-04-22")
    strategies.circulate(secretariat, strategy)
    strategies.send_to_budget_review(secretariat, strategy)
    strategies.clear(i.by("loader", "2021-04-22"), strategy)
    sitting = meetings.plan(secretariat, i.task_force, key="sm", name=both("TF", "TF"), starts=moment("2021-04-29"))
    item = meetings.add_item(secretariat, sitting, title=both("R", "R"), purpose=Purpose.INFORM, strategy=strategy)
    strategies.table(secretariat, strategy)
    found = announcements.draft(secretariat, strategy, key="a", title=both("Everyday robots", "일상 속 로봇"))
    announcements.clear(i.by("vice_minister", "2021-04-22"), found)
    announcements.schedule(secretariat, found, embargo_until=moment("2021-04-29", 1), item=item)
    return found


@pytest.mark.parametrize("end", FORMATS)
def test_an_announcement_once_it_is_out(institution: Institution, sign_in: SignIn, end: str) -> None:
    i, address = institution, f"/test-2021/announcements/a/announcement.{end}"
    found = announced(i)
    secretariat = sign_in("secretariat")
    assert secretariat.get(address).status_code == 404, "nothing is frozen under embargo"
    announcements.announce(i.by("secretariat", "2021-04-29", 1), found)
    lines, tables = read(secretariat.get(address), end)
    assert lines == [
        "Test programme · Announcement",
        "Everyday robots",
        "Summary",
        "Robots go out.",
        "Text",
        "One.",
        "Two.",
        "Core tasks and measures",
        "task",
    ]
    facts, measure = tables
    assert ["SHA-256 of the frozen text", found.frozen_hash] in facts
    assert measure == [
        ["Measure", "Open pavements"],
        ["Instrument", "Regulation"],
        ["Owner", "Industry"],
        ["Due", "Fri\u00a031\u00a0Dec\u00a02021"],
        ["Targets", "Robots: at least 1,200 units by Sun\u00a031\u00a0Dec\u00a02023"],
        ["Budget", "2022: KRW\u00a012.5\u00a0bn (Appropriated)"],
        ["Grounds", "Decision 2021-04: Go. (charter 3)"],
    ]
    announcements.correct(i.by("secretariat", "2021-05-03"), found, notice=both("A unit.", "단위를 고쳤다."))
    lines, tables = read(sign_in("outsider", "ko").get(address), end)
    assert ["문안", "정정 1 기준"] in tables[0]
    assert tables[1] == [["정정 1\n2021.\u00a05.\u00a03.(월)", "단위를 고쳤다."]]
    assert dict(tables[2])["근거"] == "결정 2021-04", "the meeting is not open to who holds no mandate"
