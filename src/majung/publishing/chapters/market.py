"""Market of one industry, as far as it is measured; what is not measured is said."""

from __future__ import annotations

from typing import Any

from majung.publishing.blocks import Block, Cell, Column, Pair, Picture, Prose, Row, Section, Table
from majung.publishing.charts import Panel, Theme, multiples
from majung.publishing.language import Language, missing
from majung.publishing.material import Material

MARKET = (
    "size",
    "own_size",
    "growth",
    "own_growth",
    "world_share",
    "leader_share",
    "share_change",
    "concentration",
    "import_dependence",
    "stage",
)


def market(material: Material, candidate: str) -> Section:
    """Small multiples of the countries beside the table of what is measured."""
    language = material.language
    say = language.say
    rows = {m: material.row("market", candidate=candidate, measure=m) for m in MARKET}
    series = material.series("market_series", candidate=candidate)
    table = _market_table(material, candidate, rows)
    picture = _multiples_picture(material, candidate, series, rows["size"] or rows["own_size"])
    blocks: list[Block]
    if picture is not None:
        blocks = [Pair([picture], [table], 0.565)]
    else:
        blocks = [Pair([Prose([say("market.no_series")])], [table], 0.4)]
    return Section(say("market.topic"), _market_heading(material, rows), "", blocks)


def _known(row: dict[str, Any]) -> bool:
    return bool(row) and bool(row.get("measured", True)) and not missing(row.get("value"))


def _market_heading(material: Material, rows: dict[str, dict[str, Any]]) -> str:
    language = material.language
    seen = "industry" if rows["growth"].get("observes") == "industry" else "parent"
    what = language.find(f"market.what.{seen}")
    if _known(rows["growth"]) and _known(rows["own_growth"]):
        world, own = float(rows["growth"]["value"]), float(rows["own_growth"]["value"])
        side = "faster" if own > world else "slower"
        return language.say(f"market.{side}", what=what, world=language.signed(world), own=language.signed(own))
    if _known(rows["growth"]):
        return language.say("market.world_only", what=what, world=language.signed(rows["growth"]["value"]))
    return language.find("market.none")


def _multiples_picture(
    material: Material, candidate: str, series: dict[str, tuple[list[float], list[float]]], row: dict[str, Any]
) -> Picture | None:
    language = material.language
    say = language.say
    series = {c: s for c, s in series.items() if c != "WLD" and len(s[0]) > 1}
    if material.country not in series:
        return None
    others = sorted((c for c in series if c != material.country), key=lambda c: -series[c][1][-1])
    shown = [material.country, *others[:3]]
    panels = [
        Panel(
            material.country_name(c),
            "own" if c == material.country else "leader" if c == others[0] else "other",
            *series[c],
            last=_short(language, series[c][1][-1]),
        )
        for c in shown
    ]
    years = [y for c in shown for y in series[c][0]]
    alt = say("market.alt", name=material.industry(candidate))

    def draw(width: float, theme: Theme, dense: bool) -> str:
        return multiples(
            panels,
            cut=material.cut,
            width=width,
            height=128 if dense else 190,
            number=lambda v: _short(language, v),
            label=alt,
            theme=theme,
        )

    table = Table(
        [Column(say("head.year")), *[Column(p.name, right=True) for p in panels]],
        [
            Row(
                [
                    Cell(str(int(year))),
                    *[Cell(language.figure(dict(zip(p.years, p.values, strict=True)).get(year))) for p in panels],
                ]
            )
            for year in sorted(set(years), reverse=True)
        ],
        figures=False,
    )
    observed = language.find(f"observes.{row['observes']}", default="") if row else ""
    return Picture(
        f"fig-market-{material.anchor(candidate)}",
        say("market.title"),
        say("market.unit", observes=observed).strip(" ·"),
        draw,
        alt,
        figures=material.figure("market", candidate, str(row["measure"])) if row else "",
        wide=540,
        paper=506,
        table=table,
    )


def _market_table(material: Material, candidate: str, rows: dict[str, dict[str, Any]]) -> Table:
    language = material.language
    say = language.say
    lines, unknown = [], []
    for measure in MARKET:
        row = rows[measure]
        name = say(f"market_measure.{measure}")
        if not _known(row):
            unknown.append(f"{name} [{material.figure('market', candidate, measure)}]" if row else name)
            continue
        digits = {"growth": 1, "own_growth": 1, "share_change": 2}.get(measure)
        value = language.figure(row["value"]) if digits is None else language.signed(row["value"], digits)
        span = language.span(row.get("low"), row.get("high"), digits)
        unit = _unit(language, str(row.get("unit") or ""))
        country = str(row.get("country") or "")
        if country:
            name = f"{name} ({material.country_name(country)})"
        lines.append(
            Row(
                [
                    Cell(f"{name}, {unit}" if unit else name, material.localized(row, "note")),
                    Cell(f"{value} ({span})" if span else value),
                ],
                figure=material.figure("market", candidate, measure),
            )
        )
    return Table(
        [Column(say("head.market"), room=1), Column(say("head.value"), right=True)],
        lines,
        title=say("market.table"),
        source=say("market.unknown", names=language.listed(unknown)) if unknown else "",
    )


def _unit(language: Language, unit: str) -> str:
    return str(language.find(f"market_unit.{unit}", default=unit))


def _short(language: Language, value: float) -> str:
    """A large number shortened: 30만 or 300k."""
    if language.code == "ko":
        for size, word in ((1e8, "억"), (1e4, "만")):
            if abs(value) >= size:
                return f"{language.figure(value / size).removesuffix('.0').removesuffix('.00')}{word}"
    else:
        for size, word in ((1e9, "bn"), (1e6, "m"), (1e4, "k")):
            if abs(value) >= size:
                part = value / (1e3 if word == "k" else size)
                return f"{language.figure(part).removesuffix('.0').removesuffix('.00')}{word}"
    return str(language.number(value, 0 if abs(value) >= 10 or value == int(value) else 1))
