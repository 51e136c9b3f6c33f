"""Technology level of one industry against the leader: the gap in years, three measures, the experts beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from majung.publishing.blocks import Block, Cell, Column, Pair, Picture, Row, Section, Table
from majung.publishing.chapters.opening import gap_words, key
from majung.publishing.charts import Curve, Gap, Theme, leader
from majung.publishing.language import Language, missing
from majung.publishing.material import Material

MEASURES = ("patents", "publications", "citations")
OTHERS = 3
"""How many other countries are drawn beside the country and its leader."""


def technology(material: Material, candidate: str) -> Section:
    """Leader lines with the gap beside the table of all measures."""
    language = material.language
    say = language.say
    rows = {m: material.row("technology", candidate=candidate, measure=m) for m in MEASURES}
    blocks: list[Block] = []
    table = _technology_table(material, candidate, rows)
    picture = next(
        (p for m in MEASURES if rows[m] for p in [_leader_picture(material, candidate, m, rows[m])] if p is not None),
        None,
    )
    blocks.append(Pair([picture], [table], 0.565) if picture is not None else table)
    return Section(say("technology.topic"), _technology_heading(material, rows), say("technology.note"), blocks)


def _technology_heading(material: Material, rows: dict[str, dict[str, Any]]) -> str:
    language = material.language
    found = [(m, rows[m]) for m in MEASURES if rows[m] and not missing(rows[m].get("level"))]
    if not found:
        return language.find("technology.none")
    reached = [
        (m, r)
        for m, r in found
        if bool(r.get("gap_reached")) and not missing(r.get("gap_years")) and str(r["leader"]) != material.country
    ]
    if reached:
        measure, row = reached[0]
        return language.say(
            "technology.behind",
            measure=language.find(f"measure.{measure}"),
            leader=material.country_in_sentence(str(row["leader"])),
            gap=language.years(row["gap_years"]),
        )
    measure, row = found[0]
    if str(row["leader"]) == material.country:
        return language.say("technology.leads", measure=language.find(f"measure.{measure}"))
    return language.say(
        "technology.unreached",
        measure=language.find(f"measure.{measure}"),
        leader=material.country_in_sentence(str(row["leader"])),
        level=language.number(row["level"]),
    )


def _leader_picture(material: Material, candidate: str, measure: str, row: dict[str, Any]) -> Picture | None:
    language = material.language
    say = language.say
    series = material.series("technology_series", candidate=candidate, measure=measure)
    first = str(row["leader"])
    if material.country not in series:
        return None
    others = sorted((c for c in series if c not in (material.country, first)), key=lambda c: -series[c][1][-1])[:OTHERS]
    shown = [c for c in (first, material.country, *others) if c in series]
    curves = [
        Curve(
            material.country_name(c),
            "own" if c == material.country else "leader" if c == first else "other",
            *series[c],
            last=language.figure(series[c][1][-1]),
        )
        for c in dict.fromkeys(shown)
    ]
    leader_name, own_name = material.country_name(first), material.country_name(material.country)
    reached = bool(row.get("gap_reached")) and not missing(row.get("gap_years"))
    if first == material.country:
        gap = Gap(None, language.find("gap.leads"))
    elif reached:
        last = series[material.country][0][-1]
        gap = Gap(
            float(row["gap_years"]),
            say("gap.label", gap=language.years(row["gap_years"])),
            [
                say(
                    "gap.note",
                    own=own_name,
                    leader=leader_name,
                    year=int(last - float(row["gap_years"])),
                    last=int(last),
                )
            ],
        )
    else:
        gap = Gap(None, language.find("gap.unreached_long"))
    title = say("technology.title", measure=language.find(f"measure.{measure}"))
    alt = say("technology.alt", name=material.industry(candidate), leader=leader_name, gap=gap.label)

    def draw(width: float, theme: Theme, dense: bool) -> str:
        height = 172 if dense else 320 if width > 400 else 280
        return leader(
            curves,
            gap=gap,
            cut=material.cut,
            width=width,
            height=height,
            number=_axis(language),
            label=alt,
            theme=theme,
        )

    figure = material.figure("technology", candidate, measure)
    table = Table(
        [Column(say("head.year")), *[Column(c.name, right=True) for c in curves]],
        [
            Row(
                [
                    Cell(str(int(year))),
                    *[Cell(language.figure(dict(zip(c.years, c.values, strict=True)).get(year))) for c in curves],
                ]
            )
            for year in sorted({y for c in curves for y in c.years}, reverse=True)
        ],
        figures=False,
    )
    return Picture(
        f"fig-technology-{material.anchor(candidate)}",
        title,
        say(f"measure_unit.{measure}", period=row["period"]),
        draw,
        alt,
        figures=figure,
        wide=540,
        paper=506,
        table=table,
    )


def _technology_table(material: Material, candidate: str, rows: dict[str, dict[str, Any]]) -> Table:
    language = material.language
    say = language.say
    lines = []
    for measure in MEASURES:
        row = rows[measure]
        name = language.find(f"measure.{measure}")
        if not row or missing(row.get("level")):
            lines.append(Row([Cell(name), Cell(language.find("not_measured"), quiet=True), Cell("")]))
            continue
        leader_name = material.country_name(str(row["leader"]))
        place = say("technology.place", rank=int(row["world_rank"]), leader=leader_name)
        gap = gap_words(material, row)
        lines.append(
            Row(
                [
                    Cell(name, place),
                    Cell(language.number(row["level"]), language.span(row["level_low"], row["level_high"], 1)),
                    Cell(gap, language.span(row["gap_low"], row["gap_high"], 1)),
                ],
                figure=material.figure("technology", candidate, measure),
            )
        )
    for row in _expert(material, candidate):
        code, country, year = row["code"], row["country"], int(row["year"])
        lines.append(
            Row(
                [
                    Cell(
                        say(
                            "technology.expert",
                            field=language.find(f"expert.{key(code)}", default=str(code)),
                            year=year,
                        )
                    ),
                    Cell(language.number(row["level"])),
                    Cell(language.years(row["gap_years"]) if not missing(row["gap_years"]) else "–"),
                ],
                figure=material.figure("expert", code, country, year),
            )
        )
    return Table(
        [
            Column(say("head.measure"), room=1),
            Column(say("head.level"), right=True),
            Column(say("head.gap"), right=True),
        ],
        lines,
        title=say("technology.table"),
    )


def _expert(material: Material, candidate: str) -> list[dict[str, Any]]:
    """The experts' latest level of the country: the field of the definition if it has one, else of all fields."""
    codes = {r["code"] for r in material.rows("definitions", candidate=candidate, classification="tech_level")}
    rows = [r for r in material.rows("expert", country=material.country) if int(r["year"]) <= material.cut]
    found = []
    for code in [*sorted(codes & {r["code"] for r in rows}), "all"]:
        latest = [r for r in rows if r["code"] == code and not missing(r["level"])]
        if latest:
            found.append(max(latest, key=lambda r: int(r["year"])))
    return found


def _axis(language: Language) -> Callable[[float], str]:
    def number(value: float) -> str:
        return str(language.number(value, 0 if value == int(value) else 1 if abs(value) >= 1 else 2))

    return number
