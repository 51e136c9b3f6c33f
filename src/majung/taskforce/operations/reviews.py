"""Reviews: a dossier is frozen, then a meeting decides to continue, add, merge or close."""

from __future__ import annotations

from datetime import date

from majung.taskforce.journal.canonical import sha256
from majung.taskforce.models import Area, Body, Decision, Review, ReviewConclusion
from majung.taskforce.operations.act import Act, Invalid, operation
from majung.taskforce.queries.dossier import dossier
from majung.taskforce.rules.words import Conclusion, Text


@operation("review.open", en="Open a review", ko="점검 착수")
def open_review(
    act: Act, body: Body, *, key: str, name: Text, period_from: date, period_to: date, source: str = ""
) -> Review:
    if period_to < period_from:
        raise Invalid("the period ends before it begins", "기간의 끝이 처음보다 앞선다")
    review = Review(
        programme=body.programme,
        key=key,
        body=body,
        name=name,
        period_from=period_from,
        period_to=period_to,
        source=source,
    )
    review.save()
    return review


@operation("review.freeze", en="Freeze the review's dossier", ko="점검 자료 확정")
def freeze(act: Act, review: Review) -> None:
    """Take performance, lights, readings, demands and runs as they stand now; what comes later does not change it."""
    review.dossier = dossier(review, act.day)
    review.dossier_hash = sha256(review.dossier)
    review.frozen_on = act.day


@operation("review.conclude", en="Record what the review decided", ko="점검 결론 기록")
def conclude(
    act: Act,
    review: Review,
    *,
    conclusion: Conclusion,
    reason: Text,
    decision: Decision,
    area: Area | None = None,
    into: Area | None = None,
) -> ReviewConclusion:
    """Record for an area, or for the task force as a whole, what a meeting decided on the frozen dossier."""
    if review.state != "frozen":
        raise Invalid("a review concludes on a frozen dossier", "확정한 자료를 두고 결론을 낸다")
    if (conclusion == Conclusion.MERGE) != (into is not None):
        raise Invalid("a merger names the area it goes into", "통합할 분야를 밝힌다")
    result = ReviewConclusion(
        review=review, area=area, conclusion=conclusion, into=into, reason=reason, decision=decision
    )
    result.save()
    if area is not None and conclusion in (Conclusion.MERGE, Conclusion.CLOSE):
        area.closed_on, area.merged_into = act.day, into
        area.save()
    return result


@operation("review.decide", en="Close the review", ko="점검 종결")
def decide(act: Act, review: Review) -> None:
    """Every area still open has a conclusion, or the task force as a whole has one."""
    concluded = set(review.conclusions.values_list("area__key", flat=True))
    open_areas = set(Area.objects.filter(programme=review.programme, closed_on=None).values_list("key", flat=True))
    if None not in concluded and open_areas - concluded:
        left = ", ".join(sorted(open_areas - concluded))
        raise Invalid(f"no conclusion yet for: {left}", f"결론이 없는 분야: {left}")
