"""One page an industry: verdict, criteria against their references, technology, market, definition, projects."""

from __future__ import annotations

from typing import Any

from majung.publishing.blocks import (
    Block,
    Cell,
    Column,
    Key,
    Leaf,
    Page,
    Pair,
    Picture,
    Prose,
    Row,
    Section,
    Table,
    Terms,
)
from majung.publishing.chapters.opening import gap_words, key
from majung.publishing.charts import (
    Curve,
    Gap,
    IntervalGroup,
    IntervalRow,
    Panel,
    Theme,
    interval,
    leader,
    multiples,
)
from majung.publishing.language import missing
from majung.publishing.material import Criterion, Indicator, Material

MEASURES = ("patents", "publications", "citations")
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
NEARNESS = {"industry": 2, "parent": 1, "other_country": 0}
OTHERS = 3
"""How many other countries are drawn beside the country and its leader."""


def anchor(candidate: str) -> str:
    """Anchor of an industry's page (the id may hold any character)."""
    return "industry-" + "".join(c if c.isalnum() and c.isascii() else "-" for c in candidate)


def industry(material: Material, row: dict[str, Any]) -> Page:
    """The page of one candidate, `row` its row of the ranking."""
    language = material.language
    say = language.say
    candidate = row["candidate"]
    position = material.row("position", candidate=candidate)
    verdict = material.localized(position, "verdict") or material.industry(candidate)
    leads = material.leads.get(candidate, [])
    kicker = [material.industry(candidate)]
    kicker.append(say("industry.area", leads=language.listed(leads)) if row["area"] else say("industry.candidate"))
    sections = [_criteria(material, candidate), _technology(material, candidate), _market(material, candidate)]
    sections.append(_definition(material, candidate, row))
    if row["area"]:
        sections.append(_projects(material, candidate))
    return Page(
        anchor=anchor(candidate),
        kicker=" · ".join(kicker),
        heading=[verdict],
        stand=say("industry.calls", calls=material.localized(position, "calls_for")) if position else "",
        provenance=say(
            "industry.provenance",
            technology=say(f"position.technology.{key(position['technology'])}") if position else "–",
            market=say(f"position.market.{key(position['market'])}") if position else "–",
            figure=material.figure("position", candidate) if position else "–",
        ),
        keys=_keys(material, row),
        sections=sections,
        folded=not bool(row["area"]),
        tight=True,
        slim=True,
        outline=f"{int(row['rank'])}. {material.industry(candidate)}",
    )


def _keys(material: Material, row: dict[str, Any]) -> list[Key]:
    language = material.language
    say = language.say
    candidate = row["candidate"]
    technology = material.row("technology", candidate=candidate, measure="patents")
    ranking_id = material.figure("ranking", candidate)
    keys = [
        Key(
            say("industry.key.rank"),
            str(int(row["rank"])),
            say("industry.key.rank_unit", n=len(material.table("ranking"))),
            say("industry.key.rank_note", p=language.chance(row["p_selected"]), places=material.places),
            f"{ranking_id}.rank",
        )
    ]
    if technology and not missing(technology.get("level")):
        figure = material.figure("technology", candidate, "patents")
        leader_name = material.country_name(str(technology["leader"]))
        keys.append(
            Key(
                say("industry.key.level"),
                language.number(technology["level"]),
                "",
                say(
                    "industry.key.level_note",
                    leader=leader_name,
                    span=language.span(technology["level_low"], technology["level_high"], 1) or say("no_interval"),
                ),
                f"{figure}.level",
            )
        )
        words = gap_words(material, technology)
        reached = bool(technology.get("gap_reached", True)) and not missing(technology.get("gap_years"))
        measured = reached and str(technology["leader"]) != material.country
        keys.append(
            Key(
                say("industry.key.gap"),
                language.number(technology["gap_years"]) if measured else words,
                say("unit.years").strip() if measured else "",
                language.span(technology["gap_low"], technology["gap_high"], 1) or say("no_interval"),
                f"{figure}.gap_years",
            )
        )
    keys.append(
        Key(
            say("industry.key.own"),
            language.number(100 * float(row["own_evidence"]), 0),
            "%",
            say("industry.key.own_note", measured=language.percent(row["measured"])),
            f"{ranking_id}.own_evidence",
        )
    )
    return keys


# ---------- criteria


def _criteria(material: Material, candidate: str) -> Section:
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
                f"fig-criteria-{anchor(candidate)}",
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


# ---------- technology


def _technology(material: Material, candidate: str) -> Section:
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
    series = _series(material, "technology_series", candidate=candidate, measure=measure)
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
        f"fig-technology-{anchor(candidate)}",
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


# ---------- market


def _market(material: Material, candidate: str) -> Section:
    language = material.language
    say = language.say
    rows = {m: material.row("market", candidate=candidate, measure=m) for m in MARKET}
    series = _series(material, "market_series", candidate=candidate)
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
        f"fig-market-{anchor(candidate)}",
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


def _unit(language: Any, unit: str) -> str:
    return str(language.find(f"market_unit.{unit}", default=unit))


def _short(language: Any, value: float) -> str:
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


def _axis(language: Any) -> Any:
    def number(value: float) -> str:
        return str(language.number(value, 0 if value == int(value) else 1 if abs(value) >= 1 else 2))

    return number


def _series(material: Material, table: str, **where: object) -> dict[str, tuple[list[float], list[float]]]:
    """Series by country, years ascending, gaps left out."""
    found: dict[str, dict[float, float]] = {}
    for row in material.rows(table, **where):
        if not missing(row["value"]):
            found.setdefault(str(row["country"]), {})[float(row["year"])] = float(row["value"])
    return {c: (sorted(v), [v[y] for y in sorted(v)]) for c, v in found.items()}


# ---------- definition and projects


def _definition(material: Material, candidate: str, row: dict[str, Any]) -> Section:
    language = material.language
    say = language.say
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in material.rows("definitions", candidate=candidate):
        groups.setdefault(str(line["classification"]), []).append(line)
    entries = []
    for classification, lines in groups.items():
        texts = []
        for line in sorted(lines, key=lambda r: -float(r["weight"])):
            span = language.span(line["low"], line["high"], 2)
            fixed = float(line["low"]) == float(line["high"])
            texts.append(
                f"{material.code(classification, line['code'])} {language.number(line['weight'], 2)}"
                + ("" if fixed or not span else f" ({span})")
                + f" [{material.figure('definitions', candidate, classification, line['code'])}]"
            )
        observed = {str(line["observes"]) for line in lines}
        mark = " · ".join(language.find(f"observes.{o}", default=o) for o in sorted(observed))
        entries.append((material.classification(classification), "; ".join(texts), mark))
    leaves: list[Leaf] = [Terms(entries)]
    return Section(
        say("definition.topic"),
        say("definition.heading", name=material.industry(candidate)),
        say("definition.note", own=language.percent(row["own_evidence"])),
        leaves,
    )


def _projects(material: Material, candidate: str) -> Section:
    language = material.language
    say = language.say
    projects = sorted(material.rows("projects", area=candidate), key=lambda p: -float(p["value"]))
    needed = next((p for p in projects if bool(p["needed_most"])), None)
    gaps = []
    for row in material.rows("gaps", candidate=candidate):
        name = material.gap_names.get(row["gap"], str(row["gap"]))
        figure = material.figure("gaps", candidate, row["gap"])
        size = language.number(row["size"], 2)
        gaps.append(f"{name} {size}{'' if bool(row['measured']) else say('projects.judged')} [{figure}]")
    table = Table(
        [
            Column(say("head.project"), room=1),
            Column(say("head.project_value"), right=True),
            Column(say("head.cost"), right=True),
            Column(say("head.core"), right=True),
            Column(say("head.state")),
        ],
        [
            Row(
                [
                    Cell(material.project(p["project"]), strong=bool(p["chosen"])),
                    Cell(
                        f"{language.number(p['value'])} ({language.span(p['value_low'], p['value_high'], 1)})"
                        if language.span(p["value_low"], p["value_high"], 1)
                        else language.number(p["value"])
                    ),
                    Cell(language.money(p["cost"], plain_unit=False) + (" *" if bool(p["estimate"]) else "")),
                    Cell(language.number(p["core_index"], 2)),
                    Cell(project_state(material, p)),
                ],
                figure=material.figure("projects", p["project"]),
            )
            for p in projects
        ],
        source=say("projects.gaps", gaps=" · ".join(gaps)) if gaps else "",
    )
    heading = say("projects.needed", project=material.project(needed["project"])) if needed else say("projects.none")
    why = material.localized(needed, "why") if needed else ""
    return Section(say("projects.topic"), heading, why, [table], told=True)


def project_state(material: Material, project: dict[str, Any]) -> str:
    """Chosen, borderline or out; a chosen project that is not in every good portfolio is said to be borderline."""
    core = project.get("core_index")
    if bool(project["chosen"]):
        sure = not missing(core) and float(core) >= 1 - 1e-9  # type: ignore[arg-type]
        return material.language.find("state.core" if sure else "state.chosen")
    if not missing(core) and float(core) > 0:  # type: ignore[arg-type]
        return material.language.find("state.borderline")
    return material.language.find("state.out")
