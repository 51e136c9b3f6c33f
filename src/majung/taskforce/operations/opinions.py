"""Policy demand: received, moderated, grouped, answered with a reason and a link; statements and votes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as Exact

from majung.taskforce.models import (
    Area,
    Body,
    Consultation,
    Decision,
    Measure,
    ModerationAct,
    Programme,
    Response,
    Statement,
    Submission,
    Theme,
    Vote,
)
from majung.taskforce.operations.act import Act, Invalid, operation
from majung.taskforce.operations.numbering import following
from majung.taskforce.rules.receipts import receipt_code
from majung.taskforce.rules.words import Answer, Instrument, Opinion, OrganisationKind, SubmissionKind, Text

ANSWER_DAYS = 30


@operation("consultation.open", en="Open a consultation", ko="의견 수렴 개시")
def open_consultation(
    act: Act, body: Body, *, key: str, question: Text, area: Area | None = None, closes: date | None = None
) -> Consultation:
    consultation = Consultation(
        programme=body.programme, key=key, body=body, area=area, question=question, opens=act.day, closes=closes
    )
    consultation.save()
    return consultation


@operation("consultation.close", en="Close the consultation", ko="의견 수렴 종료")
def close_consultation(act: Act, consultation: Consultation) -> None:
    """No more submissions, statements and votes."""


@operation("consultation.reopen", en="Reopen the consultation", ko="의견 수렴 재개")
def reopen_consultation(act: Act, consultation: Consultation) -> None:
    """It goes on."""


@operation("submission.receive", en="Put forward a demand or proposal", ko="정책 수요·제안 접수")
def receive(
    act: Act,
    programme: Programme,
    *,
    title: str,
    text: str,
    kind: SubmissionKind = SubmissionKind.DEMAND,
    area: Area | None = None,
    consultation: Consultation | None = None,
    instrument: Instrument | None = None,
    submitter: str = "",
    submitter_kind: OrganisationKind = OrganisationKind.OTHER,
    contact: str = "",
    private_lead: str = "",
    matching_funds: Exact | None = None,
    language: str = "ko",
    receipt: str = "",
) -> Submission:
    """Receive a demand, or a proposed industry or core project with its private lead and matching funds (KRW million).

    The receipt's code is on the row; whoever holds it can follow what happens. receipt: the code that the public site
    has given already; only its batches bring one.
    """
    if receipt and not act.actor.system:
        raise Invalid("a receipt's code is made here", "접수 번호는 시스템이 만든다")
    if not title.strip() or not text.strip():
        raise Invalid("give a title and a text", "제목과 내용을 적는다")
    if consultation is not None and consultation.state != "open":
        raise Invalid("this consultation is closed", "마감된 의견 수렴이다")
    submission = Submission(
        programme=programme,
        key=_free_key(programme, act.day.year),
        kind=kind,
        area=area or (consultation.area if consultation else None),
        consultation=consultation,
        instrument=instrument or "",
        title=title.strip(),
        text=text.strip(),
        submitter=submitter,
        submitter_kind=submitter_kind,
        contact=contact,
        person=act.person,
        private_lead=private_lead,
        matching_funds=matching_funds,
        received_on=act.day,
        answer_due=act.day + timedelta(days=ANSWER_DAYS),
        language=language,
        receipt=receipt or receipt_code(),
    )
    submission.save()
    return submission


def _free_key(programme: Programme, year: int) -> str:
    """The next number that is free: a record may have brought some already."""
    received = Submission.objects.filter(programme=programme)
    number = received.count() + 1
    while received.filter(key=(key := f"d-{year}-{number:04d}")).exists():
        number += 1
    return key


@operation("theme.add", en="Add a theme", ko="주제 추가")
def add_theme(
    act: Act,
    programme: Programme,
    *,
    key: str,
    name: Text,
    area: Area | None = None,
    instrument: Instrument | None = None,
) -> Theme:
    theme = Theme(programme=programme, key=key, name=name, area=area, instrument=instrument or "")
    theme.save()
    return theme


@operation("submission.moderate", en="Moderate a submission", ko="수요 분류")
def moderate(
    act: Act,
    submission: Submission,
    *,
    reason: str,
    area: Area | None = None,
    theme: Theme | None = None,
    instrument: Instrument | None = None,
) -> None:
    """Put it where it belongs: area, theme, instrument."""
    if area is not None:
        submission.area = area
    if theme is not None:
        submission.theme = theme
    if instrument is not None:
        submission.instrument = instrument
    _acted(act, submission, "moderate", reason)


@operation("submission.merge", en="Merge with another submission", ko="수요 병합")
def merge(act: Act, submission: Submission, *, into: Submission, reason: str) -> None:
    """The same demand twice: the other one's answer answers both. A person confirms, never a machine."""
    if into.pk == submission.pk or into.merged_into_id is not None:
        raise Invalid("merge into another submission that is not merged itself", "병합되지 않은 다른 수요로 합친다")
    submission.merged_into = into
    _acted(act, submission, "merge", reason)


@operation("submission.withdraw", en="Withdraw the submission", ko="수요 철회")
def withdraw(act: Act, submission: Submission, *, reason: str) -> None:
    _acted(act, submission, "withdraw", reason)


@operation("submission.appeal", en="Appeal against the answer", ko="이의 제기")
def appeal(act: Act, submission: Submission, *, reason: str) -> None:
    submission.answer_due = act.day + timedelta(days=ANSWER_DAYS)
    _acted(act, submission, "appeal", reason)


@operation("submission.answer", en="Answer the submission", ko="답변")
def answer(
    act: Act,
    submission: Submission,
    *,
    answer: Answer,
    reason: Text,
    measure: Measure | None = None,
    decision: Decision | None = None,
    link: str = "",
) -> Response:
    """Answer with a reason and a link: what is adopted, also in part, names the measure or decision it led to."""
    if not all(reason.get(language, "").strip() for language in ("ko", "en")):
        raise Invalid("give the reason in both languages", "이유를 두 언어로 적는다")
    if answer in (Answer.ADOPTED, Answer.PARTLY) and measure is None and decision is None:
        raise Invalid(
            "an adopted demand names the measure or decision that it led to", "수용이면 이어진 대책이나 결정을 밝힌다"
        )
    if measure is None and decision is None and not link:
        raise Invalid("give a link to what the answer rests on", "답변의 근거가 되는 자료를 연결한다")
    response = Response(
        submission=submission,
        number=following(submission.responses.all()),
        answer=answer,
        reason=reason,
        measure=measure,
        decision=decision,
        link=link,
        answered_on=act.day,
        answered_by=act.person,
    )
    response.save()
    return response


def _acted(act: Act, submission: Submission, what: str, reason: str) -> None:
    if not reason.strip():
        raise Invalid("give a reason", "이유를 적는다")
    ModerationAct(submission=submission, act=what, reason=reason, by=act.person, on=act.day).save()


@operation("statement.propose", en="Propose a statement", ko="의견 문장 제안")
def propose_statement(
    act: Act, consultation: Consultation, *, text: Text, submission: Submission | None = None
) -> Statement:
    if consultation.state != "open":
        raise Invalid("this consultation is closed", "마감된 의견 수렴이다")
    statement = Statement(
        consultation=consultation, number=following(consultation.statements.all()), text=text, submission=submission
    )
    statement.save()
    return statement


@operation("statement.show", en="Show the statement", ko="의견 문장 게시")
def show_statement(act: Act, statement: Statement) -> None:
    """Open it for votes."""


@operation("statement.hide", en="Hide the statement", ko="의견 문장 숨김")
def hide_statement(act: Act, statement: Statement, *, reason: str) -> None:
    ModerationAct(statement=statement, act="hide", reason=reason, by=act.person, on=act.day).save()


@operation("statement.vote", en="Vote on a statement", ko="의견 문장 투표")
def vote(act: Act, statement: Statement, *, voter: str, opinion: Opinion) -> Vote:
    """voter: a pseudonym that the public site keeps for one visitor and one consultation."""
    if statement.state != "shown" or statement.consultation.state != "open":
        raise Invalid("this statement is not open for votes", "투표할 수 없는 문장이다")
    ballot = Vote(statement=statement, voter=voter, opinion=opinion, cast=act.at)
    ballot.save()
    return ballot
