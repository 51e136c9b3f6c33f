"""Traffic lights, kept three times: computed by rule, said by the owner, said by the reviewer. Never merged.

A measure's `Standing` holds what its readings and its judges say and from when it is late; the rule's light on a day
follows from it in SQL for many measures, from the measure itself in Python for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When

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
    worst = None if late else progress(measure, day)
    colour = by_rule(measure.state, late, worst)
    if late:
        return colour, {"en": f"{late} days late", "ko": f"{late}일 늦음"}
    if measure.state == "verified":
        return colour, {"en": "verified", "ko": "완료 확인"}
    if worst is None:
        return colour, {"en": "no reading", "ko": "실적 미보고"}
    return colour, {"en": f"{worst:.0%} of the way that was due", "ko": f"가야 할 길의 {worst:.0%}"}


def by_rule(state: str, late: int, worst: float | None) -> Colour:
    """The rule's light of a measure by the days that it is late, else by the least share of the way that was due."""
    if late:
        return Colour.RED if late > RED_AFTER else Colour.YELLOW
    return on_the_way(state, worst)


def on_the_way(state: str, worst: float | None) -> Colour:
    """The rule's light of a measure that is not late, by the least share of the way that was due."""
    if state == "verified":
        return Colour.GREEN
    if worst is None:
        return Colour.GREY
    return Colour.GREEN if worst >= ON_PATH else Colour.YELLOW if worst >= FAR_OFF else Colour.RED


def is_late(day: date, at: str = "") -> Q:
    """Measures that are late on a day, by their standing (at: where it is, `standing__`)."""
    return Q(**{f"{at}late_from__lte": day})


def is_very_late(day: date, at: str = "") -> Q:
    """Those so late that they are red by rule."""
    return Q(**{f"{at}late_from__lte": day - timedelta(days=RED_AFTER)})


def with_lights(measures: QuerySet[Measure], day: date) -> QuerySet[Measure]:
    """The measures with `rule_colour`, `owner_colour` and `reviewer_colour` of today, from their standings."""
    rule = Case(
        When(is_very_late(day, "standing__"), then=Value(Colour.RED.value)),
        When(is_late(day, "standing__"), then=Value(Colour.YELLOW.value)),
        default=F("standing__way"),
        output_field=CharField(),
    )
    return measures.annotate(
        rule_colour=rule, owner_colour=F("standing__owner"), reviewer_colour=F("standing__reviewer")
    )


def progress(measure: Measure, day: date) -> float | None:
    """The least share of the way that was due, over the measure's metrics; None where no metric can tell."""
    known = [p for metric in measure.metrics.all() if (p := metric_progress(metric, day)) is not None]
    return min(known) if known else None


def metric_progress(metric: Metric, day: date) -> float | None:
    """How much of the way due by the last reading's day a metric has reached; see `way_reached`."""
    return way_reached(
        metric.direction,
        (metric.baseline_on, metric.baseline),
        [(target.by, target.value) for target in metric.targets.all()],
        [(reading.on, reading.number, reading.value) for reading in metric.readings.all()],
        day,
    )


def way_reached(
    direction: str,
    baseline: tuple[date | None, float | None],
    targets: Iterable[tuple[date, float]],
    readings: Iterable[tuple[date, int, float]],
    day: date,
) -> float | None:
    """How much of the way due by the last reading's day is reached, on a straight line from baseline to target.

    baseline, targets: (day, value); readings: (day, number, value). Once the target's day has come, a target reached is
    1 and one missed the share of it. None where the reading or target, or before that day the baseline, is not
    reported: nothing is invented.
    """
    known = [reading for reading in readings if reading[0] <= day]
    wanted = sorted(targets, key=lambda target: target[0])
    if not known or not wanted:
        return None
    on, _, value = max(known, key=lambda reading: reading[:2])
    by, target = next((one for one in wanted if one[0] >= on), wanted[-1])
    sign = 1.0 if direction == Direction.UP else -1.0
    if sign * (value - target) >= 0:
        return 1.0
    since, start = baseline
    if start is None or since is None:
        if on < by:
            return None
        return max(0.0, value / target if sign > 0 else target / value)
    way = sign * (target - start)
    if way <= 0:
        return 0.0
    due = min(1.0, max(1, (on - since).days) / max(1, (by - since).days))
    return max(0.0, sign * (value - start) / (way * due))


def last_said(measure: Measure, judge: Judge, day: date) -> Colour:
    """The last light that a judge said by a day; grey if none."""
    own: list[Light] = [light for light in measure.lights.all() if light.judge == judge and light.on <= day]
    return Colour(max(own, key=lambda light: (light.on, light.pk)).colour) if own else Colour.GREY
