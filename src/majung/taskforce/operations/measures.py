"""Measures: agreed, carried out, read, lit, verified by somebody else than the owner, or ended with a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as Exact

from majung.taskforce.models import (
    BudgetYear,
    CoreProject,
    CoreTask,
    Decision,
    Dependency,
    Ground,
    Light,
    Measure,
    MeasureMilestone,
    Metric,
    Milestone,
    Organisation,
    PeriodLock,
    Person,
    Programme,
    Reading,
    RunRecord,
    Submission,
    Target,
)
from majung.taskforce.operations.act import Act, Invalid, operation
from majung.taskforce.rules.words import Colour, Direction, Instrument, Judge, Qualifier, Text


@operation("measure.propose", en="Propose a measure", ko="대책 제안")
def propose(
    act: Act,
    task: CoreTask,
    *,
    key: str,
    name: Text,
    instrument: Instrument,
    owner: Organisation,
    verifier: Organisation | None = None,
    officer: Person | None = None,
    starts: date | None = None,
    due: date | None = None,
    project: CoreProject | None = None,
    statute: str = "",
    source: str = "",
    note: Text | None = None,
) -> Measure:
    """Propose what carries out a core task: one instrument, one owner, a verifier who is not the owner."""
    if verifier is not None and verifier.pk == owner.pk:
        raise Invalid("who verifies is not who owns: name another organisation", "소관 기관은 점검 기관이 될 수 없다")
    if starts and due and due < starts:
        raise Invalid("it is due before it starts", "기한이 시작일보다 앞선다")
    measure = Measure(
        programme=task.programme,
        key=key,
        task=task,
        project=project,
        name=name,
        instrument=instrument,
        owner=owner,
        verifier=verifier,
        officer=officer,
        starts=starts,
        due=due,
        statute=statute,
        source=source,
        note=note or {},
    )
    measure.save()
    return measure


@operation("measure.change", en="Change a measure's plan", ko="대책 계획 수정")
def change(
    act: Act,
    measure: Measure,
    *,
    name: Text | None = None,
    officer: Person | None = None,
    verifier: Organisation | None = None,
    starts: date | None = None,
    due: date | None = None,
    note: Text | None = None,
) -> None:
    """Change what is given; what is not given stays."""
    if verifier is not None and verifier.pk == measure.owner_id:
        raise Invalid("who verifies is not who owns: name another organisation", "소관 기관은 점검 기관이 될 수 없다")
    given = {"name": name, "officer": officer, "verifier": verifier, "starts": starts, "due": due, "note": note}
    for column, value in given.items():
        if value is not None:
            setattr(measure, column, value)
    if measure.starts and measure.due and measure.due < measure.starts:
        raise Invalid("it is due before it starts", "기한이 시작일보다 앞선다")
    measure.save()


@operation("measure.ground", en="State what a measure rests on", ko="대책의 근거 기록")
def ground(
    act: Act,
    measure: Measure,
    *,
    decision: Decision | None = None,
    submission: Submission | None = None,
    milestone: Milestone | None = None,
    run: RunRecord | None = None,
    figure: str = "",
) -> Ground:
    """Tie the measure to one thing: a decision, a demand, a milestone, or a published figure of a run."""
    if sum(x is not None for x in (decision, submission, milestone, run)) != 1 or bool(run) != bool(figure):
        raise Invalid(
            "a ground is one decision, one demand, one milestone, or one figure of a run",
            "근거는 결정, 수요, 이정표, 분석의 수치 번호 가운데 하나다",
        )
    found = Ground(
        measure=measure, decision=decision, submission=submission, milestone=milestone, run=run, figure=figure
    )
    found.save()
    return found


@operation("measure.agree", en="Agree a measure", ko="대책 확정")
def agree(act: Act, measure: Measure) -> None:
    """The body stands behind it: it rests on something and somebody else verifies it."""
    if not measure.grounds.exists():
        raise Invalid(
            "it rests on nothing yet: state a decision, demand, milestone or figure",
            "근거가 없다. 결정, 수요, 이정표, 수치 번호 가운데 하나를 적는다",
        )


@operation("measure.start", en="Start a measure", ko="대책 착수")
def start(act: Act, measure: Measure) -> None:
    """Work begins, or goes on after a suspension."""
    measure.starts = measure.starts or act.day


@operation("measure.report_done", en="Report a measure done", ko="완료 보고")
def report_done(act: Act, measure: Measure, *, evidence: str) -> None:
    """The owner says it is done and on what evidence; somebody else verifies it."""
    measure.reported_done_on, measure.reported_by, measure.reason = act.day, act.person, evidence


@operation("measure.verify", en="Verify a measure", ko="완료 확인")
def verify(act: Act, measure: Measure) -> None:
    """Somebody of the verifying organisation, who did not report it, confirms that it is done."""
    if act.person is not None and act.person.pk == measure.reported_by_id:
        raise Invalid("who verifies is not who reported it", "보고한 사람은 확인할 수 없다")
    if act.person is not None and act.person.organisation_id == measure.owner_id:
        raise Invalid("who verifies does not belong to the owner", "소관 기관 사람은 확인할 수 없다")
    measure.closed_on = act.day


@operation("measure.return_to_owner", en="Return to the owner", ko="보완 요구")
def return_to_owner(act: Act, measure: Measure, *, reason: str) -> None:
    measure.reason, measure.reported_done_on = reason, None


@operation("measure.suspend", en="Suspend a measure", ko="대책 중단")
def suspend(act: Act, measure: Measure, *, reason: str) -> None:
    measure.reason = _given(reason)


@operation("measure.drop", en="Drop a measure", ko="대책 폐기")
def drop(act: Act, measure: Measure, *, reason: str) -> None:
    measure.reason, measure.closed_on = _given(reason), act.day


@operation("measure.transfer", en="Transfer a measure", ko="대책 이관")
def transfer(act: Act, measure: Measure, *, to: Organisation, reason: str) -> None:
    """Hand it over to an organisation that carries it on outside the task force."""
    measure.reason, measure.transferred_to, measure.closed_on = _given(reason), to, act.day


def _given(reason: str) -> str:
    if not reason.strip():
        raise Invalid("give a reason", "이유를 적는다")
    return reason


@operation("fiscal.request", en="Request the budget", ko="예산 요구")
def request_budget(act: Act, measure: Measure) -> None:
    """The owner asks for the money."""


@operation("fiscal.reflect", en="Reflected in the budget bill", ko="정부안 반영")
def reflect_budget(act: Act, measure: Measure) -> None:
    """It stands in the government's bill."""


@operation("fiscal.appropriate", en="Appropriated", ko="예산 확정")
def appropriate_budget(act: Act, measure: Measure) -> None:
    """The National Assembly has passed it."""


@operation("fiscal.execute", en="Executed", ko="예산 집행")
def execute_budget(act: Act, measure: Measure) -> None:
    """The money is spent."""


@operation("regulatory.draft", en="Prepare the amendment", ko="개정안 마련")
def draft_statute(act: Act, measure: Measure, *, statute: str) -> None:
    measure.statute = statute


@operation("regulatory.give_notice", en="Pre-announce the legislation", ko="입법예고")
def give_notice(act: Act, measure: Measure) -> None:
    """Pre-announcement of legislation."""


@operation("regulatory.review", en="Review by Government Legislation", ko="법제 심사")
def review_statute(act: Act, measure: Measure) -> None:
    """The Ministry of Government Legislation looks at it."""


@operation("regulatory.submit", en="Submit", ko="국회·국무회의 제출")
def submit_statute(act: Act, measure: Measure) -> None:
    """Before the National Assembly, or the Cabinet for a decree."""


@operation("regulatory.enact", en="In force", ko="시행")
def enact(act: Act, measure: Measure) -> None:
    """It is in force."""


@operation("budget.set", en="State a year's budget", ko="연도 예산 기록")
def set_budget(
    act: Act, measure: Measure, *, year: int, amount: Exact, stage: str = "appropriated", source: str = ""
) -> BudgetYear:
    """amount: KRW million."""
    if amount < 0:
        raise Invalid("a budget is not negative", "예산은 음수일 수 없다")
    budget = BudgetYear.objects.filter(measure=measure, year=year, stage=stage).first()
    budget = budget or BudgetYear(measure=measure, year=year, stage=stage)
    budget.amount, budget.source = amount, source
    budget.save()
    return budget


@operation("measure.set_milestone", en="Set a measure's milestone", ko="대책 이정표 설정")
def set_milestone(act: Act, measure: Measure, *, name: Text, due: date) -> MeasureMilestone:
    milestone = MeasureMilestone(measure=measure, name=name, due=due)
    milestone.save()
    return milestone


@operation("measure.reach_milestone", en="Reach a measure's milestone", ko="대책 이정표 달성")
def reach_milestone(act: Act, milestone: MeasureMilestone) -> None:
    milestone.reached = act.day
    milestone.save()


@operation("measure.wait_for", en="Make a measure wait for another", ko="선행 대책 지정")
def wait_for(act: Act, measure: Measure, *, on: Measure, why: Text) -> Dependency:
    """The other must come first; circles are refused."""
    seen, queue = set(), [on]
    while queue:
        one = queue.pop()
        if one.pk == measure.pk:
            raise Invalid("that would be a circle of measures waiting for each other", "서로 기다리는 고리가 된다")
        if one.pk not in seen:
            seen.add(one.pk)
            queue.extend(link.on for link in one.waits_for.select_related("on"))
    link = Dependency(measure=measure, on=on, why=why)
    link.save()
    return link


@operation("metric.set", en="Set a metric", ko="지표 설정")
def set_metric(
    act: Act,
    measure: Measure,
    *,
    key: str,
    name: Text,
    unit: Text,
    direction: Direction = Direction.UP,
    baseline: float | None = None,
    baseline_on: date | None = None,
    source: str = "",
    note: Text | None = None,
    doubtful: bool = False,
) -> Metric:
    """What the measure is measured by. A baseline that is not known stays "not reported"."""
    metric = Metric(
        measure=measure,
        key=key,
        name=name,
        unit=unit,
        direction=direction,
        baseline=baseline,
        baseline_on=baseline_on,
        source=source,
        note=note or {},
        doubtful=doubtful,
    )
    metric.save()
    return metric


@operation("target.set", en="Set a target", ko="목표 설정")
def set_target(
    act: Act, metric: Metric, *, by: date, value: float, qualifier: Qualifier = Qualifier.EXACT, source: str = ""
) -> Target:
    target = metric.targets.filter(by=by).first() or Target(metric=metric, by=by)
    target.value, target.qualifier, target.source = value, qualifier, source
    target.save()
    return target


@operation("reading.report", en="Report a reading", ko="실적 보고")
def report_reading(act: Act, metric: Metric, *, on: date, value: float, source: str, why_revised: str = "") -> Reading:
    """Report a metric's value for a day. A second value for the same day says why it was revised; days in a locked
    period are for the secretariat's correction only."""
    earlier = metric.readings.filter(on=on).order_by("number").last()
    if earlier is not None and not why_revised.strip():
        raise Invalid(
            "there is a reading for this day: say why it is revised", "이미 보고한 날이다. 고치는 이유를 적는다"
        )
    lock = PeriodLock.objects.filter(programme=metric.in_programme).order_by("-through").first()
    if lock is not None and on <= lock.through and not act.acted_as.startswith(("secretariat", "system")):
        raise Invalid(
            f"the period up to {lock.through} is locked; the secretariat can correct it",
            f"{lock.through}까지는 마감되었다. 사무국이 정정한다",
        )
    if on > act.day:
        raise Invalid("a reading is of a day that has passed", "실적은 지난 날짜로 보고한다")
    reading = Reading(
        metric=metric,
        on=on,
        number=(earlier.number if earlier else 0) + 1,
        value=value,
        reported_on=act.day,
        reported_by=act.person,
        source=source,
        why_revised=why_revised,
    )
    reading.save()
    return reading


@operation("period.lock", en="Lock a reporting period", ko="보고 기간 마감")
def lock_period(act: Act, programme: Programme, *, through: date) -> PeriodLock:
    lock = PeriodLock(programme=programme, through=through, locked_on=act.day)
    lock.save()
    return lock


@operation("light.owner", en="Say the owner's light", ko="소관 신호등 표시")
def owner_light(act: Act, measure: Measure, *, colour: Colour, reason: str) -> Light:
    return _light(act, measure, Judge.OWNER, colour, reason)


@operation("light.reviewer", en="Say the reviewer's light", ko="점검자 신호등 표시")
def reviewer_light(act: Act, measure: Measure, *, colour: Colour, reason: str) -> Light:
    return _light(act, measure, Judge.REVIEWER, colour, reason)


def _light(act: Act, measure: Measure, judge: Judge, colour: Colour, reason: str) -> Light:
    if colour == Colour.GREY:
        raise Invalid("grey is what stands there when nothing is said", "미보고는 표시하는 것이 아니다")
    light = Light(measure=measure, judge=judge, colour=colour, on=act.day, reason=_given(reason), said_by=act.person)
    light.save()
    return light
