"""The core projects: what each area's growth needs most, what the budget carries, what would bring the others in."""

from __future__ import annotations

from typing import Any

from majung.publishing.blocks import Cell, Column, Key, Page, Picture, Row, Section, Table
from majung.publishing.chapters.industry import project_state
from majung.publishing.chapters.opening import key, provenance
from majung.publishing.charts import BudgetYear, PortfolioRow, Theme, budget, portfolio
from majung.publishing.language import missing
from majung.publishing.material import Material


def selection(material: Material) -> list[Page]:
    """Two pages: the answers and the portfolio; budgets, gaps and rejections. None where nothing was selected."""
    if not material.rows("projects"):
        return []
    return [_portfolio_page(material), _budget_page(material)]


def _summary(material: Material) -> dict[str, Any]:
    return (material.rows("portfolio") or [{}])[0]


def _portfolio_page(material: Material) -> Page:
    language = material.language
    say = language.say
    projects = material.rows("projects")
    chosen = [p for p in projects if bool(p["chosen"])]
    core = [p for p in projects if not missing(p["core_index"]) and float(p["core_index"]) >= 1 - 1e-9]
    edge = [p for p in projects if not missing(p["core_index"]) and 0 < float(p["core_index"]) < 1 - 1e-9]
    summary = _summary(material)
    figure = material.figure("portfolio", summary["programme"]) if summary else ""
    status = str(summary.get("status", "–"))
    keys = [
        Key(say("portfolio.key.chosen"), f"{len(chosen)} / {len(projects)}", "", say("portfolio.key.chosen_note")),
        Key(
            say("portfolio.key.cost"),
            language.money(summary.get("cost")),
            "",
            say("portfolio.key.cost_note", budget=language.money(summary.get("budget"))),
            f"{figure}.cost",
        ),
        Key(
            say("portfolio.key.value"),
            language.number(summary.get("value")),
            "",
            say("portfolio.key.value_note", bound=language.number(summary.get("bound"))),
            f"{figure}.value",
        ),
        Key(say("portfolio.key.core"), str(len(core)), "", say("portfolio.key.core_note", edge=len(edge))),
    ]
    return Page(
        anchor="portfolio",
        kicker=say("portfolio.kicker"),
        heading=[
            say(
                "portfolio.finding" if core else "portfolio.finding_none",
                chosen=len(chosen),
                total=len(projects),
                core=len(core),
                budget=language.money(summary.get("budget")),
            )
        ],
        stand=_status_words(material, summary),
        provenance=provenance(material),
        keys=keys,
        sections=[
            Section(
                say("portfolio.answers.topic"),
                say("portfolio.answers.heading"),
                blocks=[_answers(material)],
                full=True,
            ),
            Section(
                say("portfolio.chart.topic"),
                say("portfolio.chart.heading", status=language.find(f"status.{key(status)}", default=status))
                if summary
                else "",
                blocks=[_portfolio_picture(material)],
                full=True,
            ),
        ],
        tight=True,
        slim=True,
        outline=say("portfolio.outline"),
    )


def _status_words(material: Material, summary: dict[str, Any]) -> str:
    """The solver's answer in words: proven or not, bound and gap."""
    language = material.language
    if not summary:
        return language.find("status.none")
    status = key(summary.get("status", ""))
    word = language.find(f"status_long.{status}", default="") or language.find("status_long.other")
    figure = material.figure("portfolio", summary["programme"])
    return language.fill(
        word,
        status=str(summary.get("status")),
        value=language.number(summary.get("value")),
        bound=language.number(summary.get("bound")),
        gap=language.percent(summary.get("gap"), 2),
        figure=figure,
    )


def _answers(material: Material) -> Table:
    language = material.language
    say = language.say
    rows = []
    for area in material.areas():
        needed = next((p for p in material.rows("projects", area=area["candidate"]) if bool(p["needed_most"])), None)
        name = Cell(material.industry(area["candidate"]), strong=True)
        if needed is None:
            rows.append(Row([name, Cell(say("projects.none")), Cell(""), Cell("")]))
            continue
        rows.append(
            Row(
                [
                    name,
                    Cell(material.project(needed["project"]), material.localized(needed, "why")),
                    Cell(
                        language.number(needed["value"]),
                        language.span(needed["value_low"], needed["value_high"], 1),
                    ),
                    Cell(project_state(material, needed)),
                ],
                figure=material.figure("projects", needed["project"]),
            )
        )
    return Table(
        [
            Column(say("head.area"), room=0.8),
            Column(say("head.needed_why"), room=2.6),
            Column(say("head.project_value"), right=True),
            Column(say("head.state")),
        ],
        rows,
    )


def _portfolio_picture(material: Material) -> Picture:
    language = material.language
    say = language.say
    order = [row["candidate"] for row in material.areas()]
    projects = sorted(
        material.rows("projects"),
        key=lambda p: (order.index(p["area"]) if p["area"] in order else len(order), -float(p["value"])),
    )
    rows = [
        PortfolioRow(
            area=material.industry(p["area"]),
            name=material.project(p["project"]),
            value=float(p["value"]),
            low=float(p["value_low"]) if not missing(p["value_low"]) else float(p["value"]),
            high=float(p["value_high"]) if not missing(p["value_high"]) else float(p["value"]),
            core=None if missing(p["core_index"]) else float(p["core_index"]),
            chosen=bool(p["chosen"]),
            text=language.number(p["value"]),
            cost=language.money(p["cost"], plain_unit=False) + (" *" if bool(p["estimate"]) else ""),
            status=project_state(material, p),
            figure=material.figure("projects", p["project"]),
            needed=bool(p["needed_most"]),
        )
        for p in projects
    ]
    words = {
        "project": say("head.project"),
        "value": say("head.project_value"),
        "core": say("head.core"),
        "cost": say("head.cost"),
        "needed": say("portfolio.needed"),
    }
    alt = say("portfolio.chart.alt", chosen=sum(r.chosen for r in rows), total=len(rows))

    def draw(width: float, theme: Theme, dense: bool) -> str:
        return portfolio(rows, width=width, words=words, label=alt, dense=dense, theme=theme)

    return Picture(
        "fig-portfolio",
        say("portfolio.chart.title"),
        say("portfolio.chart.unit"),
        draw,
        alt,
        source=say("portfolio.chart.source"),
        wide=1232,
        paper=920,
    )


def _budget_page(material: Material) -> Page:
    language = material.language
    say = language.say
    years = material.rows("portfolio_years")
    rejected = material.rows("rejections")
    tight = [r for r in years if float(r["budget"]) > 0 and float(r["cost"]) / float(r["budget"]) > 0.95]
    spent = max(years, key=lambda r: float(r["cost"]) / max(float(r["budget"]), 1e-9), default=None)
    if tight:
        finding = say("budget.tight", years=language.listed([str(int(r["year"])) for r in tight]))
    elif spent is not None:
        share = float(spent["cost"]) / max(float(spent["budget"]), 1e-9)
        finding = say("budget.loose", year=int(spent["year"]), share=language.percent(share))
    else:
        finding = say("budget.none")
    sections = []
    if years:
        sections.append(
            Section(say("budget.topic"), say("budget.heading"), say("budget.note"), [_budget_picture(material, years)])
        )
    sections.append(
        Section(
            say("closes.topic"),
            _closes_heading(material),
            say("closes.note"),
            [_closes(material)],
            full=True,
            told=True,
        )
    )
    if rejected:
        cheapest = min(
            (r for r in rejected if not missing(r["enters_at_budget"])),
            key=lambda r: float(r["enters_at_budget"]),
            default=None,
        )
        heading = (
            say(
                "rejected.heading",
                project=material.project(cheapest["project"]),
                money=language.money(cheapest["enters_at_budget"]),
            )
            if cheapest
            else say("rejected.heading_none")
        )
        sections.append(
            Section(say("rejected.topic"), heading, say("rejected.note"), [_rejections(material)], full=True)
        )
    return Page(
        anchor="budget",
        kicker=say("portfolio.kicker"),
        heading=[finding],
        sections=sections,
        tight=True,
        slim=True,
        outline=say("budget.outline"),
    )


def _budget_picture(material: Material, years: list[dict[str, Any]]) -> Picture:
    language = material.language
    say = language.say
    bars = [
        BudgetYear(
            str(int(r["year"])),
            float(r["budget"]),
            float(r["cost"]),
            f"{language.money(r['cost'], plain_unit=False)} / {language.money(r['budget'], plain_unit=False)}",
            material.figure("portfolio_years", int(r["year"])),
        )
        for r in years
    ]
    alt = say("budget.alt")

    def draw(width: float, theme: Theme, dense: bool) -> str:
        return budget(bars, width=width, label=alt, dense=dense, theme=theme)

    return Picture("fig-budget", say("budget.title"), say("budget.unit"), draw, alt, wide=920, paper=920)


def _closes_heading(material: Material) -> str:
    rows = material.rows("project_gaps")
    chosen = {p["project"] for p in material.rows("projects") if bool(p["chosen"])}
    counts: dict[str, int] = {}
    for row in rows:
        if row["project"] in chosen and not missing(row["closes"]) and float(row["closes"]) > 0:
            counts[str(row["gap"])] = counts.get(str(row["gap"]), 0) + 1
    if not counts:
        return material.language.find("closes.none")
    most = max(counts, key=lambda g: (counts[g], g))
    return material.language.say("closes.heading", gap=material.gap_names.get(most, most), n=counts[most])


def _closes(material: Material) -> Table:
    language = material.language
    say = language.say
    gaps = list(material.gap_names) or sorted({str(r["gap"]) for r in material.rows("project_gaps")})
    rows = []
    order = [row["candidate"] for row in material.areas()]
    projects = sorted(
        material.rows("projects"),
        key=lambda p: (order.index(p["area"]) if p["area"] in order else len(order), -float(p["value"])),
    )
    for p in projects:
        cells = [Cell(material.project(p["project"]), material.industry(p["area"]), strong=bool(p["chosen"]))]
        for gap in gaps:
            row = material.row("project_gaps", project=p["project"], gap=gap)
            if not row or missing(row["closes"]):
                cells.append(Cell(""))
                continue
            cells.append(
                Cell(
                    language.number(row["closes"], 2),
                    language.span(row["low"], row["high"], 2),
                    figure=material.figure("project_gaps", p["project"], gap),
                )
            )
        rows.append(Row(cells))
    return Table(
        [
            Column(say("head.project"), room=1),
            *[Column(material.gap_names.get(g, g), right=True) for g in gaps],
        ],
        rows,
        figures=False,
    )


def _rejections(material: Material) -> Table:
    language = material.language
    say = language.say
    return Table(
        [
            Column(say("head.project"), room=1),
            Column(say("head.reason"), room=1.4),
            Column(say("head.enters_budget"), right=True),
            Column(say("head.enters_value"), right=True),
        ],
        [
            Row(
                [
                    Cell(material.project(r["project"]), strong=True),
                    Cell(material.localized(r, "reason")),
                    Cell(
                        f"+{language.money(r['enters_at_budget'], plain_unit=False)}"
                        if not missing(r["enters_at_budget"])
                        else language.find("rejected.never")
                    ),
                    Cell(
                        f"+{language.number(r['enters_at_value'])}"
                        if not missing(r["enters_at_value"])
                        else language.find("rejected.never")
                    ),
                ],
                figure=material.figure("rejections", r["project"]),
            )
            for r in material.rows("rejections")
        ],
    )
