"""Bodies, mandates, charters, milestones, areas and their leads."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from majung.taskforce.models import (
    Area,
    Body,
    Charter,
    Decision,
    Lead,
    Mandate,
    Measure,
    MeetingSeries,
    Milestone,
    Organisation,
    Person,
    Programme,
    RunRecord,
)
from majung.taskforce.operations.act import Act, Invalid, operation
from majung.taskforce.operations.numbering import following
from majung.taskforce.rules.roles import BodyRules, Role
from majung.taskforce.rules.words import BodyKind, Text


@operation("body.found", en="Found a body", ko="회의체 구성")
def found(
    act: Act,
    programme: Programme,
    *,
    key: str,
    kind: BodyKind,
    name: Text,
    parent: Body | None = None,
    chair_post: Text | None = None,
    place: Text | None = None,
    note: Text | None = None,
    founded: date | None = None,
    rules: dict[str, Any] | None = None,
) -> Body:
    """Found a body. rules: what its charter sets otherwise than its kind (keys of BodyRules)."""
    unknown = sorted(set(rules or {}) - set(BodyRules.__dataclass_fields__))
    if unknown:
        raise Invalid(f"unknown rules: {', '.join(unknown)}", f"알 수 없는 규칙: {', '.join(unknown)}")
    _check_rules(rules or {})
    body = Body(
        programme=programme,
        key=key,
        kind=kind,
        name=name,
        parent=parent,
        chair_post=chair_post or {},
        place=place or {},
        note=note or {},
        founded=founded,
        rules=rules or {},
    )
    body.save()
    return body


def _check_rules(rules: dict[str, Any]) -> None:
    """Shares in (0, 1], days from 0 to 366. Raises Invalid."""
    for name, value in rules.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in ("quorum", "majority"):
            if not (number and 0 < value <= 1):
                raise Invalid(f"{name} is a share above 0 and up to 1", f"{name}은(는) 0 초과 1 이하의 비율이다")
        elif not (isinstance(value, int) and number and 0 <= value <= 366):
            raise Invalid(f"{name} is a number of days from 0 to 366", f"{name}은(는) 0~366일이다")


@operation("body.close", en="Close the body", ko="회의체 종료")
def close(act: Act, body: Body) -> None:
    """Close a body. It closes only when each of its measures is transferred, verified or dropped with a reason."""
    still = Measure.objects.filter(programme=body.programme, state__in=Measure.OPEN)
    if body.kind not in (BodyKind.TASK_FORCE, BodyKind.STRATEGY_MEETING):
        still = still.filter(task__strategy__area__body=body)
    left = list(still.values_list("key", flat=True)[:6])
    if left:
        more = still.count() - len(left)
        names = ", ".join(left) + (f" (+{more})" if more > 0 else "")
        raise Invalid(
            f"measures are still open: {names}; transfer, verify or drop each with a reason first",
            f"끝나지 않은 대책이 있다: {names}. 먼저 이관·확인·폐기하고 이유를 적는다",
        )
    body.closed_on = act.day


@operation("mandate.give", en="Give a mandate", ko="위촉")
def give_mandate(
    act: Act,
    body: Body,
    *,
    person: Person,
    role: Role,
    represents: Organisation | None = None,
    starts: date | None = None,
    ends: date | None = None,
    acting_for: Mandate | None = None,
    decision: Decision | None = None,
) -> Mandate:
    """Give a person a role in the body from a day on."""
    starts = starts or act.day
    if acting_for is not None and acting_for.body_id != body.pk:
        raise Invalid("a stand-in acts in the same body", "직무대리는 같은 회의체에서만 한다")
    if ends is not None and ends < starts:
        raise Invalid("a mandate ends after it starts", "종료일이 시작일보다 앞선다")
    mandate = Mandate(
        body=body,
        person=person,
        role=role,
        represents=represents or person.organisation,
        starts=starts,
        ends=ends,
        acting_for=acting_for,
        decision=decision,
    )
    mandate.save()
    act.tell(person, "mandate-given", body, role=role.value, body=body.key, day=str(starts))
    return mandate


@operation("mandate.end", en="End a mandate", ko="해촉")
def end_mandate(act: Act, mandate: Mandate, *, ends: date | None = None, successor: Person | None = None) -> None:
    """End a mandate with a last day; a successor takes over its role, measures and actions from the next day on."""
    last = ends or act.day
    if mandate.ends is not None:
        raise Invalid("this mandate has ended already", "이미 끝난 위임이다")
    if last < mandate.starts:
        raise Invalid("a mandate ends after it starts", "종료일이 시작일보다 앞선다")
    mandate.ends = last
    mandate.save()
    if successor is None:
        return
    following = Mandate(
        body=mandate.body,
        person=successor,
        role=mandate.role,
        represents=mandate.represents,
        starts=last + timedelta(days=1),
    )
    following.save()
    for measure in Measure.objects.filter(officer=mandate.person, state__in=Measure.OPEN):
        if measure.owner_id == mandate.represents_id:
            measure.officer = successor
            measure.save()
    for action in mandate.person.actions.filter(state="open"):
        if action.in_body.pk == mandate.body_id:
            action.person = successor
            action.save()
    act.tell(successor, "hand-over", mandate.body, role=str(mandate.role), body=mandate.body.key)


@operation("charter.adopt", en="Adopt a charter", ko="운영 규정 제정·개정")
def adopt_charter(act: Act, body: Body, *, text: Text, decision: Decision | None = None) -> Charter:
    charter = Charter(body=body, number=following(body.charters.all()), text=text, adopted=act.day, decision=decision)
    charter.save()
    return charter


@operation("milestone.set", en="Set a milestone", ko="이정표 설정")
def set_milestone(
    act: Act,
    body: Body,
    *,
    key: str,
    name: Text,
    due: date | None = None,
    reached: date | None = None,
    source: str = "",
) -> Milestone:
    milestone = Milestone(
        programme=body.programme, key=key, body=body, name=name, due=due, reached=reached, source=source
    )
    milestone.save()
    return milestone


@operation("milestone.reach", en="Mark a milestone as reached", ko="이정표 달성")
def reach_milestone(act: Act, milestone: Milestone) -> None:
    milestone.reached = act.day
    milestone.save()


@operation("area.take_up", en="Take up an area", ko="분야 채택")
def take_up(
    act: Act,
    programme: Programme,
    *,
    key: str,
    name: Text,
    leads: list[Organisation],
    body: Body | None = None,
    charter: Text | None = None,
    decision: Decision | None = None,
    run: RunRecord | None = None,
) -> Area:
    """Adopt an industry, such as a candidate of a run, as an area with its lead ministries; two leads are joint leads.

    body: its working group. Without one the rest follows: a working group under the task force, its first charter and
    the meeting window that the programme's other groups have.
    """
    if not leads:
        raise Invalid("an area needs a lead ministry", "주관 부처가 있어야 한다")
    body = body or _working_group(act, programme, key, name, leads, charter, decision)
    area = Area(
        programme=programme, key=key, name=name, body=body, adopted_run=run, decision=decision, taken_up=act.day
    )
    area.save()
    for organisation in leads:
        Lead(area=area, organisation=organisation, starts=act.day).save()
    return area


def _working_group(
    act: Act,
    programme: Programme,
    key: str,
    name: Text,
    leads: list[Organisation],
    charter: Text | None,
    decision: Decision | None,
) -> Body:
    parent = Body.objects.filter(programme=programme, kind=BodyKind.TASK_FORCE, state="active").first()
    if parent is None:
        raise Invalid("no active task force in this programme", "활동 중인 태스크포스가 없다")
    body = Body(
        programme=programme,
        key=f"{key}-working-group",
        kind=BodyKind.WORKING_GROUP,
        name={"ko": f"{name['ko']} 작업반", "en": f"{name['en']} working group"},
        parent=parent,
        chair_post={"ko": "주관 부처 1급(실장급) 반장", "en": "Grade-1 official of the lead ministry"},
        founded=act.day,
    )
    body.save()
    Charter(body=body, number=1, text=charter or _first_charter(name, leads), adopted=act.day, decision=decision).save()
    window = MeetingSeries.objects.filter(programme=programme, body__kind=BodyKind.WORKING_GROUP).order_by("pk").first()
    if window is not None:
        MeetingSeries(
            programme=programme,
            key=f"{body.key}-meetings",
            body=body,
            first_day=window.first_day,
            last_day=window.last_day,
            per_month_least=window.per_month_least,
            per_month_most=window.per_month_most,
            gap_days=window.gap_days,
            minutes=window.minutes,
            starts=act.day,
        ).save()
    return body


def _first_charter(name: Text, leads: list[Organisation]) -> Text:
    said = {language: ", ".join(lead.name[language] for lead in leads) for language in ("ko", "en")}
    return {
        "ko": f"{name['ko']} 분야의 핵심 과제를 논의하고, 민간의 정책 수요를 듣고, 대책을 마련하여 이행을 점검한다. "
        f"주관: {said['ko']}.",
        "en": f"Discusses the core tasks of {name['en']}, hears policy demand from the private sector, works out "
        f"measures and sees them carried out. Lead: {said['en']}.",
    }
