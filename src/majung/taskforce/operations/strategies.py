"""Strategies from draft to tabling, their core tasks and core projects."""

from __future__ import annotations

from majung.taskforce.models import (
    Area,
    CoreProject,
    CoreTask,
    Decision,
    Programme,
    RunRecord,
    Strategy,
    StrategyRevision,
)
from majung.taskforce.operations.act import Act, Invalid, operation
from majung.taskforce.operations.numbering import following
from majung.taskforce.rules.words import Text


@operation("strategy.draft", en="Draft a strategy", ko="전략 초안 작성")
def draft(
    act: Act,
    programme: Programme,
    *,
    key: str,
    name: Text,
    area: Area | None = None,
    fields: list[str] | None = None,
    summary: Text | None = None,
    source: str = "",
) -> Strategy:
    """Begin a strategy for an area, or for several fields that are not one area."""
    strategy = Strategy(programme=programme, key=key, area=area, fields=fields or [], name=name, source=source)
    strategy.save()
    if summary:
        StrategyRevision(strategy=strategy, number=1, summary=summary, text={}, drafted_by=act.person).save()
    return strategy


@operation("strategy.write", en="Write a version of the strategy", ko="전략 본문 작성")
def write(act: Act, strategy: Strategy, *, summary: Text, text: Text) -> StrategyRevision:
    """Add a version of the text. An announced strategy is corrected through its announcement."""
    if strategy.state in ("tabled", "announced"):
        raise Invalid(
            "a tabled strategy is not rewritten: return it to draft, or correct its announcement",
            "상정한 전략은 고쳐 쓰지 않는다. 초안으로 되돌리거나 발표를 정정한다",
        )
    revision = StrategyRevision(
        strategy=strategy,
        number=following(strategy.revisions.all()),
        summary=summary,
        text=text,
        drafted_by=act.person,
    )
    revision.save()
    return revision


@operation("strategy.circulate", en="Ask the line ministries for comments", ko="관계부처 협의 요청")
def circulate(act: Act, strategy: Strategy) -> None:
    """Send the draft to the line ministries."""
    if not strategy.revisions.exists():
        raise Invalid("there is no text to comment on: write a version first", "협의할 본문이 없다")


@operation("strategy.send_to_budget_review", en="Send to budget review", ko="예산 검토 요청")
def send_to_budget_review(act: Act, strategy: Strategy) -> None:
    """Comments are in; the budget authority looks at what it costs."""


@operation("strategy.clear", en="Clear the strategy", ko="협의 완료")
def clear(act: Act, strategy: Strategy) -> None:
    """Comments and budget are settled. Who clears is not who drafted the last version."""
    last = strategy.revisions.order_by("number").last()
    if act.person is not None and last is not None and last.drafted_by_id == act.person.pk:
        raise Invalid("who clears is not who drafted", "작성자는 협의 완료로 넘길 수 없다")


@operation("strategy.table", en="Table the strategy", ko="전략 상정")
def table(act: Act, strategy: Strategy) -> None:
    """Lay it before the strategy meeting; it needs an agenda item there."""
    if not strategy.items.exists():
        raise Invalid(
            "no meeting has it on its agenda: put it on the strategy meeting's agenda first",
            "먼저 전략회의 안건으로 올린다",
        )


@operation("strategy.return_to_draft", en="Return to draft", ko="초안으로 되돌림")
def return_to_draft(act: Act, strategy: Strategy) -> None:
    """Take it back for rewriting."""


@operation("task.add", en="Add a core task", ko="핵심 과제 추가")
def add_task(act: Act, strategy: Strategy, *, key: str, name: Text) -> CoreTask:
    task = CoreTask(
        programme=strategy.programme,
        key=key,
        strategy=strategy,
        position=following(strategy.tasks.all(), "position"),
        name=name,
    )
    task.save()
    return task


@operation("project.choose", en="Choose a core project", ko="핵심 프로젝트 선정")
def choose_project(
    act: Act,
    area: Area,
    *,
    key: str,
    name: Text,
    task: CoreTask | None = None,
    run: RunRecord | None = None,
    decision: Decision | None = None,
) -> CoreProject:
    """Make a project of a run a core project of the area, by a decision."""
    project = CoreProject(
        programme=area.programme, key=key, area=area, task=task, name=name, chosen_run=run, decision=decision
    )
    project.save()
    return project
