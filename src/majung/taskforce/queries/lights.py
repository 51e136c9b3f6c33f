"""Traffic lights, kept three times: computed by rule, said by the owner, said by the reviewer. Never merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from majung.taskforce.models import Light, Measure, Metric
from majung.taskforce.rules.words import Colour, Direction, Judge

RED_AFTER = timedelta(days=90)
"""A measure this late is red by rule; less late is yellow."""
ON_PATH = 0.9
"""Share of the way from baseline to target that is due by now, from which a reading is green."""
FAR_OFF = 0.5
"""Share of the way below which it is red."""


@dataclass(frozen=True)
class Lights:
    """The three judgements on a measure. why: what the rule saw."""

    rule: Colour
    owner: Colour
    reviewer: Colour
    why: dict[str, str]

    @property
    def agree(self) -> bool:
        """All that were said say the same, and the rule could say something."""
        said = {self.rule, self.owner, self.reviewer}
        return len(said) == 1 and Colour.GREY not in said

    @property
    def differ(self) -> bool:
        """Two judgements that were made are not the same."""
        return len({self.rule, self.owner, self.reviewer} - {Colour.GREY}) > 1


def lights(measure: Measure, day: date) -> Lights:
    """The lights of a measure as of a day. Prefetch `lights`, `metrics__targets`, `metrics__readings` for many."""
    rule, why = rule_light(measure, day)
    said = {judge: _last_said(measure.lights.all(), judge, day) for judge in (Judge.OWNER, Judge.REVIEWER)}
    return Lights(rule, said[Judge.OWNER], said[Judge.REVIEWER], why)


def rule_light(measure: Measure, day: date) -> tuple[Colour, dict[str, str]]:
    """The light by rule: lateness first, then the readings' way from baseline to target; grey without a reading."""
    late = measure.late_by(day)
    if late > RED_AFTER.days:
        return Colour.RED, {"en": f"{late} days late", "ko": f"{late}일 늦음"}
    progress = [p for metric in measure.metrics.all() if (p := _progress(metric, day)) is not None]
    if late:
        return Colour.YELLOW, {"en": f"{late} days late", "ko": f"{late}일 늦음"}
    if measure.state == "verified":
        return Colour.GREEN, {"en": "verified", "ko": "완료 확인"}
    if not progress:
        return Colour.GREY, {"en": "no reading", "ko": "실적 미보고"}
    worst = min(progress)
    said = {"en": f"{worst:.0%} of the way that is due by now", "ko": f"지금까지 갈 길의 {worst:.0%}"}
    if worst >= ON_PATH:
        return Colour.GREEN, said
    return (Colour.YELLOW if worst >= FAR_OFF else Colour.RED), said


def _progress(metric: Metric, day: date) -> float | None:
    """The share reached of the way that is due by the last reading's day, on a straight line from baseline to target.

    None where baseline day, baseline, target or reading is not reported: nothing is invented.
    """
    readings = [r for r in metric.readings.all() if r.on <= day]
    targets = sorted((t for t in metric.targets.all()), key=lambda t: t.by)
    if not readings or not targets:
        return None
    last = max(readings, key=lambda r: (r.on, r.number))
    target = next((t for t in targets if t.by >= last.on), targets[-1])
    sign = 1.0 if metric.direction == Direction.UP else -1.0
    if metric.baseline is None or metric.baseline_on is None or last.on >= target.by:
        reached = sign * (last.value - target.value) >= 0
        if reached:
            return 1.0
        return None if last.on < target.by or target.value == 0 else max(0.0, last.value / target.value)
    way = sign * (target.value - metric.baseline)
    elapsed = (last.on - metric.baseline_on).days / max(1, (target.by - metric.baseline_on).days)
    if way <= 0 or elapsed <= 0:
        return 1.0 if sign * (last.value - metric.baseline) >= 0 else 0.0
    return max(0.0, sign * (last.value - metric.baseline) / (way * elapsed))


def _last_said(said: object, judge: Judge, day: date) -> Colour:
    own: list[Light] = [light for light in said if light.judge == judge and light.on <= day]  # type: ignore[attr-defined]
    return Colour(max(own, key=lambda light: (light.on, light.pk)).colour) if own else Colour.GREY
