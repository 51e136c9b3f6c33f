"""Traffic lights, kept three times: computed by rule, said by the owner, said by the reviewer. Never merged.

A measure's `Standing` holds what its readings and its judges say; the rule's light follows from it, the state and the
due date on the day that is asked for, in Python for one measure and in SQL for many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from majung.taskforce.models import Light, Measure, Metric
from majung.taskforce.rules.words import Colour, Direction, Judge, Text

RED_AFTER = 90
"""Days after which a late measure is red by rule; less late is yellow."""
ON_PATH = 0.9
"""Share of the way from baseline to target that is due, from which the last reading is green."""
FAR_OFF = 0.5
"""Share of the way below which it is red."""
CAN_BE_LATE = ("proposed", "agreed", "in-progress", "suspended")


@dataclass(frozen=True)
class Lights:
    """The three judgements on a measure. why: what the rule saw."""

    rule: Colour
    owner: Colour
    reviewer: Colour
    why: Text

    @property
    def agree(self) -> bool:
        """All three were made and say the same."""
        return len({self.rule, self.owner, self.reviewer}) == 1 and self.rule != Colour.GREY

    @property
    def differ(self) -> bool:
        """Two judgements that were made are not the same."""
        return len({self.rule, self.owner, self.reviewer} - {Colour.GREY}) > 1


def lights(measure: Measure, day: date) -> Lights:
    """The lights of a measure as of a day, from its readings and what was said by then: history too."""
    rule, why = rule_light(measure, day)
    return Lights(rule, last_said(measure, Judge.OWNER, day), last_said(measure, Judge.REVIEWER, day), why)


def rule_light(measure: Measure, day: date) -> tuple[Colour, Text]:
    """The light by rule: lateness first, then the way from baseline to target; grey without a reading."""
    late = measure.late_by(day)
    if late:
        colour = Colour.RED if late > RED_AFTER else Colour.YELLOW
        return colour, {"en": f"{late} days late", "ko": f"{late}일 늦음"}
    if measure.state == "verified":
        return Colour.GREEN, {"en": "verified", "ko": "완료 확인"}
    worst = progress(measure, day)
    if worst is None:
        return Colour.GREY, {"en": "no reading", "ko": "실적 미보고"}
    said = {"en": f"{worst:.0%} of the way that was due", "ko": f"가야 할 길의 {worst:.0%}"}
    return (Colour.GREEN if worst >= ON_PATH else Colour.YELLOW if worst >= FAR_OFF else Colour.RED), said


def with_lights(measures: QuerySet[Measure], day: date) -> QuerySet[Measure]:
    """The measures with `rule_colour`, `owner_colour` and `reviewer_colour` of today, from their standings."""
    late_from = day - timedelta(days=1)
    red_from = day - timedelta(days=RED_AFTER + 1)
    can_be_late = Q(state__in=CAN_BE_LATE)
    rule = Case(
        When(can_be_late & Q(due__lte=red_from), then=Value(Colour.RED.value)),
        When(can_be_late & Q(due__lte=late_from), then=Value(Colour.YELLOW.value)),
        When(state="verified", then=Value(Colour.GREEN.value)),
        When(standing__progress__gte=ON_PATH, then=Value(Colour.GREEN.value)),
        When(standing__progress__gte=FAR_OFF, then=Value(Colour.YELLOW.value)),
        When(standing__progress__isnull=False, then=Value(Colour.RED.value)),
        default=Value(Colour.GREY.value),
        output_field=CharField(),
    )
    grey = Value(Colour.GREY.value)
    return measures.annotate(
        rule_colour=rule,
        owner_colour=Coalesce("standing__owner", grey),
        reviewer_colour=Coalesce("standing__reviewer", grey),
    )


def progress(measure: Measure, day: date) -> float | None:
    """The least share of the way that was due, over the measure's metrics; None where no metric can tell."""
    known = [p for metric in measure.metrics.all() if (p := metric_progress(metric, day)) is not None]
    return min(known) if known else None


def metric_progress(metric: Metric, day: date) -> float | None:
    """How much of the way due by the last reading's day is reached, on a straight line from baseline to target.

    Once the target's day has come, a target reached is 1 and one missed the share of it. None where the reading or
    target, or before that day the baseline, is not reported: nothing is invented.
    """
    readings = [r for r in metric.readings.all() if r.on <= day]
    targets = sorted(metric.targets.all(), key=lambda t: t.by)
    if not readings or not targets:
        return None
    last = max(readings, key=lambda r: (r.on, r.number))
    target = next((t for t in targets if t.by >= last.on), targets[-1])
    sign = 1.0 if metric.direction == Direction.UP else -1.0
    if sign * (last.value - target.value) >= 0:
        return 1.0
    if metric.baseline is None or metric.baseline_on is None:
        if last.on < target.by:
            return None
        return max(0.0, last.value / target.value if sign > 0 else target.value / last.value)
    way = sign * (target.value - metric.baseline)
    if way <= 0:
        return 0.0
    due = min(1.0, max(1, (last.on - metric.baseline_on).days) / max(1, (target.by - metric.baseline_on).days))
    return max(0.0, sign * (last.value - metric.baseline) / (way * due))


def last_said(measure: Measure, judge: Judge, day: date) -> Colour:
    """The last light that a judge said by a day; grey if none."""
    own: list[Light] = [light for light in measure.lights.all() if light.judge == judge and light.on <= day]
    return Colour(max(own, key=lambda light: (light.on, light.pk)).colour) if own else Colour.GREY
