"""Core projects: what a budget buys, what would bring the others in; other budgets solved while one looks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.http import HttpResponse
from django.urls import URLPattern, path

from majung.methods.portfolio import Portfolio, Projects, projects, solve
from majung.publishing.blocks import Picture
from majung.publishing.chapters.industry import project_state
from majung.publishing.charts import Theme, frontier
from majung.publishing.language import missing
from majung.publishing.material import Material
from majung.selection import constraints
from majung.taskforce.models import RunRecord
from majung.web.analyses import material_in, on_run, pages_of
from majung.web.request import Here
from majung.web.tables import Cell, Column, Row, Table, arranged, exported
from majung.web.words import Words, words

LOOK_GAP = 1e-3
"""Relative gap for a look at another budget; the record is solved to 1e-6."""
LOOK_SECONDS = 2.0
STEPS = tuple(k / 20 for k in range(1, 29))
"""Budgets of the frontier, as shares of the run's."""


@dataclass(frozen=True)
class What:
    """What another budget buys. share: of the run's budget."""

    share: float
    budget: float
    cost: float
    value: float
    chosen: frozenset[str]
    status: str
    gap: float


@on_run("portfolio", "projects")
def portfolio(here: Here, record: RunRecord, material: Material) -> HttpResponse:
    """The record's portfolio and, with `?budget=70` (percent of the run's), what another budget would buy."""
    found = pages_of(record, here, "selection")
    w = here.words
    if not found:
        return here.show("portfolio/none.html", stage="projects")
    percent = _percent(here)
    own = what(record.key, record.digest, 100)
    look = what(record.key, record.digest, percent)
    table = _table(w, material, own, look)
    file = exported(here.request, table)
    if file is not None:
        return file
    into = sorted(look.chosen - own.chosen)
    out = sorted(own.chosen - look.chosen)
    return here.show(
        "portfolio/portfolio.html",
        stage="projects",
        page=found[0],
        budget_page=found[1],
        percent=percent,
        look=look,
        changed=percent != 100,
        finding=_finding(w, material, look, into, out) if percent != 100 else w.find("look_same"),
        solver=_status(w, look),
        frontier=frontier_picture(record.key, record.digest, w.code, percent),
        table=arranged(table, here.request),
        illustrative=material.illustrative,
        decide=here.address("meetings") if here.sight.member and _built("meetings", here) else "",
    )


def _built(name: str, here: Here) -> bool:
    from django.urls import NoReverseMatch

    try:
        return bool(here.address(name))
    except NoReverseMatch:
        return False


def _percent(here: Here) -> int:
    try:
        return min(140, max(5, round(int(here.request.GET.get("budget", "100")) / 5) * 5))
    except ValueError:
        return 100


@lru_cache(maxsize=8)
def offered(key: str, digest: str) -> tuple[Projects, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """The run's projects as the solver takes them, and its yearly budgets."""
    material = material_in(key, digest, "en")
    charter = material.run.programme.charter
    values = {str(p["project"]): float(p["value"]) for p in material.rows("projects")}
    owned = [(area, p) for area in material.run.programme.areas for p in material.run.programme.projects[area]]
    years = charter.budgets.years
    return (
        projects(
            [p.id for _, p in owned],
            [values[p.id] for _, p in owned],
            np.array([[p.costs.get(year, 0.0) for year in years] for _, p in owned]),
            [area for area, _ in owned],
            budget_names=[str(year) for year in years],
        ),
        np.array(charter.budgets.amounts, dtype=np.float64),
    )


@lru_cache(maxsize=256)
def what(key: str, digest: str, percent: int) -> What:
    """The best portfolio at a share of the run's yearly budgets; the run's own is taken from its record."""
    material = material_in(key, digest, "en")
    if percent == 100:
        summary = material.rows("portfolio")[0]
        chosen = frozenset(str(p["project"]) for p in material.rows("projects") if bool(p["chosen"]))
        return What(
            1.0,
            float(summary["budget"]),
            float(summary["cost"]),
            float(summary["value"]),
            chosen,
            str(summary["status"]),
            float(summary["gap"]),
        )
    items, budgets = offered(key, digest)
    share = percent / 100
    found: Portfolio = solve(
        items, budgets * share, gap=LOOK_GAP, time_limit=LOOK_SECONDS, **constraints(material.run.programme)
    )
    value = 0.0 if missing(found.value) else float(found.value)
    return What(
        share,
        float(budgets.sum() * share),
        float(np.nansum(found.cost)) if len(found.chosen) else 0.0,
        value,
        frozenset(found.chosen),
        found.status,
        0.0 if missing(found.gap) else float(found.gap),
    )


@lru_cache(maxsize=64)
def frontier_picture(key: str, digest: str, language: str, percent: int) -> Picture:
    """Value over budget at the steps of the frontier."""
    w = words("portfolio", language)
    points = [what(key, digest, round(100 * share)) for share in STEPS]
    points = [p for p in points if p.status not in ("infeasible", "unknown")]
    look, own = what(key, digest, percent), what(key, digest, 100)
    printed = [w.money(p.budget) for p in points]
    said = {
        "value": w.find("axis_value"),
        "budget": w.find("axis_budget"),
        "now": w.find("here"),
        "record": w.find("run"),
    }
    alt = w.say("alt", n=len(points), most=w.number(max(p.value for p in points), 0))

    def draw(width: float, theme: Theme, dense: bool) -> str:
        return frontier(
            [(p.budget, p.value) for p in points],
            at=(look.budget, look.value),
            record=(own.budget, own.value),
            width=width,
            words=said,
            money=printed,
            label=alt,
            dense=dense,
            theme=theme,
        )

    return Picture(
        "fig-frontier",
        w.find("frontier_title"),
        w.find("frontier_unit"),
        lru_cache(maxsize=4)(draw),
        alt,
        source=w.find("frontier_source"),
    )


def _finding(w: Words, material: Material, look: What, into: list[str], out: list[str]) -> str:
    if look.status in ("infeasible", "unknown"):
        return w.say("look_none", budget=w.money(look.budget))
    parts = {"budget": w.money(look.budget), "chosen": len(look.chosen), "value": w.number(look.value, 0)}
    if out and not into:
        return w.say("look_out", **parts, names=w.listed([material.project(p) for p in out[:3]]), n=len(out))
    if into and not out:
        return w.say("look_in", **parts, names=w.listed([material.project(p) for p in into[:3]]), n=len(into))
    if into and out:
        return w.say("look_both", **parts, into=len(into), out=len(out))
    return w.say("look_none_moves", **parts)


def _status(w: Words, look: What) -> str:
    name = look.status if look.status in ("optimal", "within_gap", "feasible", "infeasible") else "unknown"
    return w.say(f"solver.{name}", gap=w.percent(look.gap, 2))


def _table(w: Words, material: Material, own: What, look: What) -> Table:
    """Every project: state in the run, in or out at the budget that is looked at."""
    order = [row["candidate"] for row in material.areas()]
    listed = sorted(
        material.rows("projects"),
        key=lambda p: (order.index(p["area"]) if p["area"] in order else len(order), -float(p["value"])),
    )
    rows = []
    for p in listed:
        project = str(p["project"])
        rejection = material.row("rejections", project=project)
        step = (
            ""
            if (project in own.chosen) == (project in look.chosen)
            else w.find("comes_in" if project in look.chosen else "falls_out")
        )
        rows.append(
            Row(
                [
                    Cell(material.project(project), sub=material.industry(p["area"]), strong=project in look.chosen),
                    Cell(w.number(p["value"]), float(p["value"]), w.span(p["value_low"], p["value_high"], 1)),
                    Cell(
                        w.money(p["cost"], plain_unit=False) + (" *" if bool(p["estimate"]) else ""), float(p["cost"])
                    ),
                    Cell(project_state(material, p), sub=w.say("core", core=w.number(p["core_index"], 2))),
                    Cell(w.find("in" if project in look.chosen else "out"), sub=step, strong=bool(step)),
                    Cell(material.localized(rejection, "reason") if rejection else ""),
                ],
                material.figure("projects", project),
            )
        )
    return Table(
        "projects",
        [
            Column("project", w.find("head.project")),
            Column("value", w.find("head.project_value"), right=True),
            Column("cost", w.find("head.cost"), right=True),
            Column("state", w.find("state_run")),
            Column("now", w.find("state_now")),
            Column("enters", w.find("enters")),
        ],
        rows,
        source=w.find("estimate_note"),
        figures=True,
    )


urlpatterns: list[URLPattern] = [path("<slug:programme>/projects/", portfolio, name="projects")]
