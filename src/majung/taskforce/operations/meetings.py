"""A meeting from planning to published minutes; agenda, papers, attendance, outcomes, decisions, written procedure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from majung.taskforce import papers
from majung.taskforce.models import (
    Action,
    AgendaItem,
    Attendance,
    Body,
    Decision,
    Mandate,
    Meeting,
    MeetingSeries,
    MinutesRevision,
    Organisation,
    Outcome,
    Paper,
    Person,
    Room,
    RunRecord,
    Strategy,
    Theme,
    WrittenProcedure,
    WrittenVote,
)
from majung.taskforce.operations.act import Act, Invalid, operation
from majung.taskforce.operations.numbering import following
from majung.taskforce.rules.clock import day_of
from majung.taskforce.rules.roles import VOTING
from majung.taskforce.rules.words import Ballot, Disclosure, OutcomeKind, Presence, Purpose, Text, WithholdingGround

OPEN_FOR_OUTCOMES = ("in-session", "held", "drafted")


@operation("series.set", en="Set a meeting series", ko="정례 회의 설정")
def set_series(
    act: Act,
    body: Body,
    *,
    key: str,
    first_day: int,
    last_day: int,
    per_month_least: int = 1,
    per_month_most: int = 2,
    gap_days: int = 3,
    starts: date | None = None,
    ends: date | None = None,
) -> MeetingSeries:
    """So often a month, between these days: the founding case's "once or twice in the window"."""
    if not 1 <= first_day <= last_day <= 31 or not 1 <= per_month_least <= per_month_most:
        raise Invalid(
            "a series runs from a first to a last day of the month and from a least to a most number of meetings",
            "첫날과 마지막 날, 최소와 최대 횟수의 순서가 맞아야 한다",
        )
    series = MeetingSeries(
        programme=body.programme,
        key=key,
        body=body,
        first_day=first_day,
        last_day=last_day,
        per_month_least=per_month_least,
        per_month_most=per_month_most,
        gap_days=gap_days,
        starts=starts or act.day,
        ends=ends,
    )
    series.save()
    return series


@operation("meeting.plan", en="Plan a meeting", ko="회의 계획")
def plan(
    act: Act,
    body: Body,
    *,
    key: str,
    name: Text,
    starts: datetime,
    time_known: bool = True,
    minutes_long: int = 120,
    place: Text | None = None,
    room: Room | None = None,
    series: MeetingSeries | None = None,
    source: str = "",
    disclosure: Disclosure = Disclosure.MEMBERS,
) -> Meeting:
    meeting = Meeting(
        programme=body.programme,
        key=key,
        body=body,
        name=name,
        starts=starts,
        time_known=time_known,
        minutes_long=minutes_long,
        place=place or {},
        room=room,
        series=series,
        source=source,
        disclosure=disclosure,
    )
    meeting.save()
    return meeting


@operation("meeting.convene", en="Convene the meeting", ko="회의 소집")
def convene(act: Act, meeting: Meeting) -> None:
    """Call the members in, with the notice that the body's rules ask for."""
    meeting.convened_on = act.day
    _tell_members(act, meeting, "convocation")


@operation("meeting.postpone", en="Postpone the meeting", ko="회의 연기")
def postpone(act: Act, meeting: Meeting, *, starts: datetime, reason: Text) -> None:
    meeting.postponed_from, meeting.starts, meeting.reason = meeting.starts, starts, reason
    if meeting.convened_on is not None:
        _tell_members(act, meeting, "meeting-moved")
    meeting.convened_on = None


@operation("meeting.cancel", en="Cancel the meeting", ko="회의 취소")
def cancel(act: Act, meeting: Meeting, *, reason: Text) -> None:
    meeting.reason = reason
    if meeting.convened_on is not None:
        _tell_members(act, meeting, "meeting-cancelled")


def _tell_members(act: Act, meeting: Meeting, kind: str) -> None:
    for mandate in Mandate.objects.on(act.day).filter(body=meeting.body).select_related("person"):
        act.tell(mandate.person, kind, meeting, urgent=True, meeting=meeting.key)


@operation("meeting.add_item", en="Put an item on the agenda", ko="안건 추가")
def add_item(
    act: Act,
    meeting: Meeting,
    *,
    title: Text,
    purpose: Purpose,
    presenter: Organisation | None = None,
    strategy: Strategy | None = None,
    resting_on: RunRecord | None = None,
    theme: Theme | None = None,
    carried_from: AgendaItem | None = None,
) -> AgendaItem:
    if meeting.state not in ("planned", "convened", "in-session", "postponed"):
        raise Invalid("the agenda is closed once the meeting has been held", "끝난 회의의 안건은 바꿀 수 없다")
    item = AgendaItem(
        meeting=meeting,
        position=following(meeting.items.all(), "position"),
        title=title,
        purpose=purpose,
        presenter=presenter,
        strategy=strategy,
        resting_on=resting_on,
        theme=theme,
        carried_from=carried_from,
    )
    item.save()
    return item


@operation("item.add_paper", en="Add a paper", ko="자료 등록")
def add_paper(
    act: Act,
    item: AgendaItem,
    *,
    title: Text,
    file_name: str,
    media_type: str,
    content: bytes,
    disclosure: Disclosure = Disclosure.MEMBERS,
    ground: WithholdingGround | None = None,
    look_again: date | None = None,
) -> Paper:
    """Lay a document before the meeting. A closed one names its ground and the day on which it is looked at again."""
    check_withholding(disclosure, ground, look_again, act.day)
    paper = Paper(
        item=item,
        number=following(item.papers.all()),
        title=title,
        file_name=file_name,
        media_type=media_type,
        sha256=papers.keep(content),
        size=len(content),
        laid_on=act.day,
        disclosure=disclosure,
        ground=ground or "",
        look_again=look_again,
    )
    paper.save()
    if item.meeting.convened_on is not None and disclosure != Disclosure.BODY:
        for mandate in Mandate.objects.on(act.day).filter(body=item.meeting.body).select_related("person"):
            act.tell(mandate.person, "paper", paper, meeting=item.meeting.key)
    return paper


def check_withholding(
    disclosure: Disclosure, ground: WithholdingGround | None, look_again: date | None, day: date
) -> None:
    """What is closed needs a ground of article 9(1) and a later day on which it is looked at again. Raises Invalid."""
    if disclosure == Disclosure.BODY and (ground is None or look_again is None or look_again <= day):
        raise Invalid(
            "a closed document names one of the eight grounds of article 9(1) and a later day to look at it again",
            "비공개 자료에는 정보공개법 제9조 제1항의 근거와 앞으로의 재검토일을 적는다",
        )


@operation("meeting.attend", en="Record attendance", ko="출석 기록")
def attend(
    act: Act, meeting: Meeting, *, person: Person, presence: Presence, mandate: Mandate | None = None
) -> Attendance:
    """Record who sits in the meeting and under which mandate; a proxy names the mandate it stands for."""
    day = day_of(meeting.starts)
    if mandate is None and presence != Presence.OBSERVER:
        mandate = Mandate.objects.on(day).filter(body=meeting.body, person=person, role__in=VOTING).first()
    if mandate is None and presence == Presence.PRESENT:
        presence = Presence.OBSERVER
    if mandate is not None and not Mandate.objects.on(day).filter(pk=mandate.pk, body=meeting.body).exists():
        raise Invalid("that mandate does not hold in this body on this day", "이 회의체의 그날 위임이 아니다")
    if presence == Presence.PROXY and (mandate is None or mandate.person_id == person.pk):
        raise Invalid("a proxy names the mandate of the member who is represented", "대리인은 누구를 대리하는지 밝힌다")
    known = Attendance.objects.filter(meeting=meeting, person=person, mandate=mandate).first()
    record = known or Attendance(meeting=meeting, person=person, mandate=mandate)
    record.presence = presence
    record.save()
    return record


def seats(meeting: Meeting) -> tuple[int, int]:
    """(voting mandates represented in the meeting, voting mandates in force on its day)."""
    day = day_of(meeting.starts)
    voting = set(Mandate.objects.on(day).filter(body=meeting.body, role__in=VOTING).values_list("pk", flat=True))
    there = meeting.attendance.filter(presence__in=(Presence.PRESENT, Presence.PROXY))
    return len(voting & set(there.values_list("mandate_id", flat=True))), len(voting)


def is_quorate(meeting: Meeting) -> bool:
    """Whether enough of the voting mandates are represented. A body without voting mandates has no quorum."""
    present, voting = seats(meeting)
    return voting > 0 and present >= meeting.body.follows.quorum * voting


@operation("meeting.open", en="Open the meeting", ko="개회")
def open_(act: Act, meeting: Meeting) -> None:
    meeting.quorate = is_quorate(meeting)


@operation("meeting.end", en="End the meeting", ko="폐회")
def end(act: Act, meeting: Meeting) -> None:
    """Close the sitting; who came late counts for the quorum of what was decided after."""
    meeting.quorate = is_quorate(meeting)


@operation("item.note", en="Record an outcome", ko="결과 기록")
def note(act: Act, item: AgendaItem, *, kind: OutcomeKind, text: Text, referred_to: Body | None = None) -> Outcome:
    _in_time(item)
    if kind in (OutcomeKind.DECISION, OutcomeKind.ACTION):
        raise Invalid("record decisions and actions as such", "결정과 조치 사항은 따로 기록한다")
    if (kind == OutcomeKind.REFERRAL) != (referred_to is not None):
        raise Invalid("a referral names the body it goes to", "회부할 회의체를 밝힌다")
    outcome = Outcome(item=item, kind=kind, text=text, referred_to=referred_to)
    outcome.save()
    return outcome


@operation("item.assign", en="Record an action", ko="조치 사항 기록")
def assign(
    act: Act,
    item: AgendaItem,
    *,
    key: str,
    text: Text,
    organisation: Organisation | None = None,
    person: Person | None = None,
    due: date | None = None,
) -> Action:
    _in_time(item)
    if organisation is None and person is None:
        raise Invalid("an action has somebody who does it", "맡을 기관이나 사람을 정한다")
    outcome = Outcome(item=item, kind=OutcomeKind.ACTION, text=text)
    outcome.save()
    action = Action(
        programme=item.in_programme,
        key=key,
        outcome=outcome,
        text=text,
        organisation=organisation,
        person=person,
        due=due,
    )
    action.save()
    if person is not None:
        act.tell(person, "action-assigned", action, action=key, due=str(due or ""))
    return action


@operation("action.complete", en="Report the action done", ko="조치 사항 완료")
def complete_action(act: Act, action: Action, *, note: str) -> None:
    action.note, action.closed_on = note, act.day


@operation("action.drop", en="Drop the action", ko="조치 사항 취소")
def drop_action(act: Act, action: Action, *, note: str) -> None:
    action.note, action.closed_on = note, act.day


@operation("item.decide", en="Record a decision", ko="결정 기록")
def decide(
    act: Act,
    item: AgendaItem,
    *,
    key: str,
    text: Text,
    basis: str,
    votes_for: int | None = None,
    votes_against: int | None = None,
    abstentions: int | None = None,
    dissent: Text | None = None,
    supersedes: Decision | None = None,
    resting_on: RunRecord | None = None,
    source: str = "",
) -> Decision:
    """Record what a quorate meeting decided. With a count of votes, the motion must have carried."""
    _in_time(item)
    meeting = item.meeting
    if item.purpose != Purpose.DECIDE:
        raise Invalid("only an item to decide can bring a decision", "의결 안건에서만 결정할 수 있다")
    if not is_quorate(meeting):
        present, voting = seats(meeting)
        raise Invalid(
            f"not quorate: {present} of {voting} voting mandates are represented and "
            f"{meeting.body.follows.quorum:.0%} are needed; record attendance, or use the written procedure",
            f"정족수 미달: 의결권 {voting}개 가운데 {present}개만 참석했다. 출석을 기록하거나 서면으로 의결한다",
        )
    if votes_for is not None:
        present, _ = seats(meeting)
        cast = votes_for + (votes_against or 0)
        if cast + (abstentions or 0) > present:
            raise Invalid("more votes than voting members present", "투표 수가 참석한 의결권보다 많다")
        if not votes_for > meeting.body.follows.majority * cast:
            raise Invalid(
                "the motion did not carry: note the vote as an outcome of information",
                "가결되지 않았다. 표결 결과는 보고 접수로 적는다",
            )
    outcome = Outcome(item=item, kind=OutcomeKind.DECISION, text=text)
    outcome.save()
    decision = Decision(
        programme=item.in_programme,
        key=key,
        body=meeting.body,
        outcome=outcome,
        text=text,
        basis=basis,
        votes_for=votes_for,
        votes_against=votes_against,
        abstentions=abstentions,
        dissent=dissent or {},
        supersedes=supersedes,
        resting_on=resting_on or item.resting_on,
        taken_on=day_of(meeting.starts),
        source=source,
    )
    decision.save()
    return decision


def _in_time(item: AgendaItem) -> None:
    if item.meeting.state not in OPEN_FOR_OUTCOMES:
        raise Invalid(
            "outcomes are recorded while the meeting is in session or held and its minutes are not approved",
            "결과는 회의 중이나 회의 뒤 회의록 승인 전에 기록한다",
        )


@operation("meeting.draft_minutes", en="Draft the minutes", ko="회의록 작성")
def draft_minutes(
    act: Act,
    meeting: Meeting,
    *,
    proceedings: str,
    remarks: str,
    disclosure: Disclosure = Disclosure.MEMBERS,
    ground: WithholdingGround | None = None,
    look_again: date | None = None,
) -> MinutesRevision:
    """A new version of the minutes; earlier ones stay."""
    check_withholding(disclosure, ground, look_again, act.day)
    revision = MinutesRevision(
        meeting=meeting,
        number=following(meeting.minutes.all()),
        proceedings=proceedings,
        remarks=remarks,
        drafted_by=act.person,
        drafted_on=act.day,
        disclosure=disclosure,
        ground=ground or "",
        look_again=look_again,
    )
    revision.save()
    return revision


def missing_from_minutes(meeting: Meeting) -> list[Text]:
    """What the law asks of minutes and these lack: body, time and place, attendance, agenda, order of proceedings, gist
    of remarks, decisions and votes (Public Records Act, enforcement decree art. 18)."""
    lacking: list[Text] = []
    last = meeting.minutes.order_by("number").last()
    if not meeting.place and meeting.room is None:
        lacking.append({"en": "place", "ko": "장소"})
    if not meeting.time_known:
        lacking.append({"en": "time", "ko": "시각"})
    if not meeting.attendance.exists():
        lacking.append({"en": "attendance", "ko": "참석자와 배석자"})
    if not meeting.items.exists():
        lacking.append({"en": "agenda", "ko": "상정 안건"})
    if last is None or not last.proceedings.strip():
        lacking.append({"en": "order of proceedings", "ko": "진행 순서"})
    if last is None or not last.remarks.strip():
        lacking.append({"en": "gist of remarks", "ko": "발언 요지"})
    undecided = meeting.items.filter(purpose=Purpose.DECIDE, withdrawn=False, outcomes__isnull=True)
    for item in undecided:
        lacking.append(
            {"en": f"outcome of item {item.position} (to decide)", "ko": f"안건 {item.position}(의결)의 결과"}
        )
    return lacking


@operation("meeting.approve_minutes", en="Approve the minutes", ko="회의록 승인")
def approve_minutes(act: Act, meeting: Meeting) -> None:
    """Approve the last version. Who approves is not who drafted, and nothing that the law asks for may be missing."""
    last = meeting.minutes.order_by("number").last()
    lacking = missing_from_minutes(meeting)
    if last is None or lacking:
        raise Invalid(
            f"the minutes lack: {', '.join(text['en'] for text in lacking)}",
            f"회의록에 빠진 것: {', '.join(text['ko'] for text in lacking)}",
        )
    if act.person is not None and act.person.pk == last.drafted_by_id:
        raise Invalid("who approves is not who drafted", "작성자는 승인할 수 없다")
    last.approved_by, last.approved_on = act.person, act.day
    last.save()


@operation("meeting.publish_minutes", en="Publish the minutes", ko="회의록 공개")
def publish_minutes(act: Act, meeting: Meeting) -> None:
    last = meeting.minutes.order_by("number").last()
    if last is None or last.disclosure != Disclosure.PUBLIC:
        raise Invalid("these minutes are not open: change their disclosure first", "공개로 분류된 회의록이 아니다")


@operation("procedure.start", en="Start a written procedure", ko="서면 의결 개시")
def start_procedure(
    act: Act,
    body: Body,
    *,
    key: str,
    question: Text,
    basis: str,
    resting_on: RunRecord | None = None,
    closes: date | None = None,
) -> WrittenProcedure:
    procedure = WrittenProcedure(
        programme=body.programme,
        key=key,
        body=body,
        question=question,
        basis=basis,
        resting_on=resting_on,
        opened=act.day,
        closes=closes or act.day + timedelta(days=body.follows.written_days),
    )
    procedure.save()
    for mandate in Mandate.objects.on(act.day).filter(body=body, role__in=VOTING).select_related("person"):
        act.tell(
            mandate.person,
            "written-procedure",
            procedure,
            urgent=True,
            body=body.key,
            closes=str(procedure.closes),
        )
    return procedure


@operation("procedure.vote", en="Vote in writing", ko="서면 투표")
def vote_in_writing(act: Act, procedure: WrittenProcedure, *, ballot: Ballot, remark: str = "") -> WrittenVote:
    if procedure.state != "open" or act.day > procedure.closes:
        raise Invalid("this written procedure is closed", "마감된 서면 의결이다")
    mandate = Mandate.objects.on(act.day).filter(body=procedure.body, person=act.person, role__in=VOTING).first()
    if mandate is None:
        raise Invalid("only voting members of the body vote", "의결권이 있는 위원만 투표한다")
    if WrittenVote.objects.filter(procedure=procedure, mandate=mandate).exists():
        raise Invalid("this mandate has voted already", "이미 투표했다")
    vote = WrittenVote(procedure=procedure, mandate=mandate, ballot=ballot, remark=remark)
    vote.save()
    return vote


@operation("procedure.close", en="Count the written votes", ko="서면 의결 집계")
def close_procedure(act: Act, procedure: WrittenProcedure, *, key: str) -> Decision | None:
    """Count. With a quorum of ballots and a majority the decision is taken; otherwise the question has failed."""
    voting = Mandate.objects.on(procedure.opened).filter(body=procedure.body, role__in=VOTING).count()
    ballots = list(procedure.votes.values_list("ballot", flat=True))
    if procedure.state != "open":
        raise Invalid("already counted", "이미 집계했다")
    if act.day <= procedure.closes and len(ballots) < voting:
        raise Invalid(f"open until {procedure.closes}, and not all have voted", f"{procedure.closes}까지 열려 있다")
    rules = procedure.body.follows
    ayes, noes = ballots.count(Ballot.FOR), ballots.count(Ballot.AGAINST)
    carried = bool(voting) and len(ballots) >= rules.quorum * voting and ayes > rules.majority * (ayes + noes)
    procedure.state, procedure.closed_on = ("adopted" if carried else "failed"), act.day
    procedure.save()
    if not carried:
        return None
    decision = Decision(
        programme=procedure.programme,
        key=key,
        body=procedure.body,
        procedure=procedure,
        text=procedure.question,
        basis=procedure.basis,
        resting_on=procedure.resting_on,
        votes_for=ayes,
        votes_against=noes,
        abstentions=ballots.count(Ballot.ABSTAIN),
        taken_on=act.day,
    )
    decision.save()
    return decision
