"""The announcement plan: drafted, cleared by another person, scheduled under embargo, announced, corrected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from majung.taskforce.journal.canonical import sha256
from majung.taskforce.models import (
    AgendaItem,
    Announcement,
    Correction,
    Decision,
    Programme,
    PublishedEdition,
    Strategy,
    StrategyRevision,
)
from majung.taskforce.operations.act import Act, Invalid, operation
from majung.taskforce.operations.numbering import following
from majung.taskforce.queries.tracing import unbacked
from majung.taskforce.rules.words import Text


@operation("announcement.draft", en="Put an announcement on the plan", ko="발표 계획 작성")
def draft(
    act: Act,
    strategy: Strategy,
    *,
    key: str,
    title: Text,
    position: int | None = None,
    item: AgendaItem | None = None,
    source: str = "",
) -> Announcement:
    announcement = Announcement(
        programme=strategy.programme,
        key=key,
        strategy=strategy,
        item=item,
        position=position or Announcement.objects.filter(programme=strategy.programme).count() + 1,
        title=title,
        drafted_by=act.person,
        source=source,
    )
    announcement.save()
    return announcement


@operation("announcement.move", en="Change the order of announcements", ko="발표 순서 변경")
def move(act: Act, announcement: Announcement, *, position: int) -> None:
    """Give it a place in the sequence. What is announced keeps its place."""
    if announcement.state in ("announced", "corrected"):
        raise Invalid("it has been announced", "이미 발표했다")
    announcement.position = position
    announcement.save()


@operation("announcement.clear", en="Clear an announcement", ko="발표 승인")
def clear(act: Act, announcement: Announcement) -> None:
    """Approve it. Who clears is not who drafted, and every measure in it is backed (invariant 4)."""
    if act.person is not None and act.person.pk == announcement.drafted_by_id:
        raise Invalid("who clears is not who drafted", "작성자는 승인할 수 없다")
    bare = unbacked(announcement.strategy)
    if bare:
        names = ", ".join(measure.key for measure in bare[:6])
        raise Invalid(
            f"measures without a decision, or without an opinion, assessment or milestone behind them: {names}",
            f"결정이나 의견·평가·이정표가 뒷받침하지 않는 대책: {names}",
        )
    announcement.cleared_by = act.person


@operation("announcement.schedule", en="Schedule an announcement", ko="발표 일정 확정")
def schedule(act: Act, announcement: Announcement, *, embargo_until: datetime, item: AgendaItem) -> None:
    """Fix the minute from which it is public and the strategy meeting's agenda item that it is."""
    if announcement.strategy.state not in ("cleared", "tabled"):
        raise Invalid("the strategy is not cleared yet", "전략 협의가 끝나지 않았다")
    announcement.embargo_until, announcement.item = embargo_until, item


@operation("announcement.withdraw", en="Take an announcement off the plan", ko="발표 보류")
def withdraw(act: Act, announcement: Announcement) -> None:
    """Back to draft."""
    announcement.cleared_by, announcement.embargo_until = None, None


@operation("announcement.announce", en="Announce", ko="발표")
def announce(act: Act, announcement: Announcement) -> None:
    """Freeze the material and make it public. Not before its minute, not before those ahead of it in the sequence."""
    if announcement.embargo_until is not None and act.at < announcement.embargo_until:
        raise Invalid(
            f"under embargo until {announcement.embargo_until.isoformat(timespec='minutes')}",
            f"{announcement.embargo_until.isoformat(timespec='minutes')}까지 엠바고다",
        )
    if announcement.strategy.state != "tabled":
        raise Invalid("the strategy has not been tabled", "전략이 상정되지 않았다")
    announcement.announced_at = act.at
    announcement.text = announcement.strategy.revisions.order_by("number").last()
    announcement.frozen = material(announcement)
    announcement.frozen_hash = sha256(announcement.frozen)
    strategy = announcement.strategy
    strategy.state, strategy.announced_on = "announced", act.day
    strategy.save()


@operation("announcement.correct", en="Correct an announcement", ko="발표 정정")
def correct(
    act: Act,
    announcement: Announcement,
    *,
    notice: Text,
    summary: Text | None = None,
    text: Text | None = None,
    decision: Decision | None = None,
) -> Correction:
    """Publish a new wording beside the old one, with a notice that says what changed: the measures as they stand now,
    and the text where it is given. decision: the one that it follows, if a meeting decided on it."""
    if summary or text:
        revisions = announcement.strategy.revisions.order_by("number")
        last = revisions.last()
        StrategyRevision(
            strategy=announcement.strategy,
            number=following(revisions),
            summary=summary or (last.summary if last else {}),
            text=text or (last.text if last else {}),
            drafted_by=act.person,
        ).save()
    frozen = material(announcement)
    correction = Correction(
        announcement=announcement,
        number=following(announcement.corrections.all()),
        notice=notice,
        decision=decision,
        frozen=frozen,
        frozen_hash=sha256(frozen),
        at=act.at,
    )
    correction.save()
    return correction


def material(announcement: Announcement) -> dict[str, Any]:
    """What is announced, as data: the strategy's text, core tasks, measures with targets, budgets and grounds."""
    strategy = announcement.strategy
    text = strategy.revisions.order_by("number").last()
    tasks = []
    for task in strategy.tasks.order_by("position"):
        measures = []
        for measure in task.measures.order_by("key").prefetch_related("metrics__targets", "budget", "grounds"):
            measures.append(
                {
                    "key": measure.key,
                    "name": measure.name,
                    "instrument": measure.instrument,
                    "owner": measure.owner.key,
                    "due": measure.due.isoformat() if measure.due else None,
                    "metrics": [
                        {
                            "key": metric.key,
                            "name": metric.name,
                            "unit": metric.unit,
                            "baseline": metric.baseline,
                            "doubtful": metric.doubtful,
                            "targets": [
                                {"by": t.by.isoformat(), "value": t.value, "qualifier": t.qualifier}
                                for t in sorted(metric.targets.all(), key=lambda t: t.by)
                            ],
                        }
                        for metric in sorted(measure.metrics.all(), key=lambda m: m.key)
                    ],
                    "budget": [
                        {"year": b.year, "krw_million": str(b.amount), "stage": b.stage}
                        for b in sorted(measure.budget.all(), key=lambda b: (b.year, b.stage))
                    ],
                    "decisions": sorted(g.decision.key for g in measure.grounds.all() if g.decision),
                    "figures": sorted(g.figure for g in measure.grounds.all() if g.figure),
                }
            )
        tasks.append({"key": task.key, "name": task.name, "measures": measures})
    return {
        "strategy": strategy.key,
        "name": strategy.name,
        "area": strategy.area.key if strategy.area else None,
        "revision": text.number if text else None,
        "summary": text.summary if text else {},
        "text": text.text if text else {},
        "tasks": tasks,
    }


@operation("edition.record", en="Publish an edition", ko="공개판 발행")
def record_edition(
    act: Act, programme: Programme, *, number: int, manifest_hash: str, key_id: str, signature: str
) -> PublishedEdition:
    """Record that an edition of the public store was signed; `publication.publish` writes it."""
    edition = PublishedEdition(
        programme=programme, number=number, at=act.at, manifest_hash=manifest_hash, key_id=key_id, signature=signature
    )
    edition.save()
    return edition
