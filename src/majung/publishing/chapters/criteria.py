"""The four criteria of one industry: every indicator on its fixed scale, and what it observes."""

from __future__ import annotations

from majung.publishing.blocks import Cell, Column, Picture, Row, Section, Table
from majung.publishing.charts import IntervalGroup, IntervalRow, Theme, interval
from majung.publishing.language import missing
from majung.publishing.material import Criterion, Indicator, Material

NEARNESS = {"industry": 2, "parent": 1, "other_country": 0}


def criteria(material: Material, candidate: str) -> Section:
    """The interval plot of all indicators, by criterion."""
    language = material.language
    say = language.say
    groups, said = [], []
    for criterion in material.criteria:
        rows = [_interval_row(material, candidate, criterion, k) for k in range(len(criterion.indicators))]
        groups.append(IntervalGroup(criterion.name, criterion.hue, rows))
        said.append((criterion.name, _side(rows)))
    alt = say("criteria.alt", name=material.industry(candidate))
    legend = [(seen, say(f"observes.{word}")) for word, seen in NEARNESS.items()]

    def draw(width: float, theme: Theme, dense: bool) -> str:
        return interval(
            groups, width=width, missing=say("not_measured"), label=alt, dense=dense, legend=legend, theme=theme
        )

    table = Table(
        [
            Column(say("head.indicator"), room=1),
            Column(say("head.value"), right=True),
            Column(say("head.span"), right=True),
            Column(say("head.reference"), right=True),
            Column(say("head.observes")),
            Column(say("head.period")),
        ],
        [
            line
            for criterion in material.criteria
            for line in [
                Row([], group=criterion.name),
                *[_indicator_line(material, candidate, criterion, k) for k in range(len(criterion.indicators))],
            ]
        ],
    )
    return Section(
        say("criteria.topic"),
        _criteria_heading(material, said),
        say("criteria.note"),
        [
            Picture(
                f"fig-criteria-{material.anchor(candidate)}",
                say("criteria.title"),
                say("criteria.unit"),
                draw,
                alt,
                source="",
                wide=920,
                paper=920,
                table=table,
            )
        ],
    )


def _interval_row(material: Material, candidate: str, criterion: Criterion, k: int) -> IntervalRow:
    language = material.language
    say = language.say
    indicator = criterion.indicators[k]
    row = material.row("indicators", candidate=candidate, indicator=indicator.id)
    figure = material.figure("indicators", candidate, indicator.id) if row else ""
    note = language.find(f"observes.{row['observes']}", default="") if row else ""
    seen = NEARNESS.get(str(row.get("observes"))) if row else None
    ends = f"{language.figure(indicator.low)}–{language.figure(indicator.high)}"
    unit = say("criteria.scale", ends=ends, unit=indicator.unit)
    if not row or missing(row.get("value")):
        return IntervalRow(indicator.name, note, unit, "", "", figure, seen=seen)
    low, high = float(row["low"]), float(row["high"])
    has = high > low
    share = _beyond(indicator, float(row["value"]), 100 * float(row["score"]))
    return IntervalRow(
        indicator.name,
        note,
        unit,
        language.figure(row["value"]),
        language.span(low, high) if has else language.find("no_interval"),
        figure,
        share,
        100 * float(row["score_low"]) if has else None,
        100 * float(row["score_high"]) if has else None,
        seen,
    )


def _beyond(indicator: Indicator, value: float, score: float) -> float:
    """The score, or a place outside 0..100 where the value lies outside its scale: the score itself is cut there."""
    low, high = sorted((indicator.low, indicator.high))
    if low <= value <= high:
        return score
    return 101.0 if (value > high) == (indicator.high > indicator.low) else -1.0


def _indicator_line(material: Material, candidate: str, criterion: Criterion, k: int) -> Row:
    language = material.language
    indicator = criterion.indicators[k]
    row = material.row("indicators", candidate=candidate, indicator=indicator.id)
    if not row:
        return Row([Cell(indicator.name), *[Cell("–") for _ in range(5)]])
    known = not missing(row.get("value"))
    return Row(
        [
            Cell(indicator.name, indicator.unit),
            Cell(language.figure(row["value"]) if known else language.find("not_measured"), quiet=not known),
            Cell(language.span(row["low"], row["high"]) if known else "", quiet=True),
            Cell(f"{language.figure(indicator.low)}–{language.figure(indicator.high)}", quiet=True),
            Cell(language.find(f"observes.{row['observes']}", default="")),
            Cell(str(row.get("period") or "")),
        ],
        figure=material.figure("indicators", candidate, indicator.id),
    )


def _side(rows: list[IntervalRow]) -> str:
    """Where a criterion's measured indicators lie: `above`, `below`, `mixed` or `missing`."""
    known = [row.value for row in rows if row.value is not None]
    if not known:
        return "missing"
    above = sum(value >= 50 for value in known)
    return "above" if above == len(known) else "below" if above == 0 else "mixed"


def _criteria_heading(material: Material, said: list[tuple[str, str]]) -> str:
    language = material.language
    sides: dict[str, list[str]] = {}
    for name, side in said:
        sides.setdefault(side, []).append(name)
    order = [side for side in ("above", "mixed", "below", "missing") if side in sides]
    parts = []
    for n, side in enumerate(order):
        ending = "end" if n == len(order) - 1 else "go"
        parts.append(language.say(f"criteria.{side}.{ending}", names=language.listed(sides[side])))
    return language.find("criteria.join").join(parts)
