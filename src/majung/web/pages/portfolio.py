"""Core projects: what a budget buys, what would bring the others in; other budgets solved while one looks, and the way
from there to a meeting that decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.http import HttpResponse
from django.urls import URLPattern, path

from majung.methods.portfolio import Portfolio, Projects, projects, solve
from majung.publishing.blocks import Picture
from majung.publishing.chapters.industry import project_state
from majung.publishing.charts import BudgetYear, Theme, budget, frontier
from majung.publishing.language import LANGUAGES, missing
from majung.publishing.material import Material
from majung.selection import constraints
from majung.taskforce.models import AgendaItem, Decision, Meeting, RunRecord
from majung.taskforce.queries.visibility import visible
from majung.taskforce.rules.words import Purpose
from majung.taskforce.wire.references import refer
from majung.web.analyses import material_in, material_of, on_run, pages_of
from majung.web.pages.runs import BUDGET, jobs_of, registered
from majung.web.parts import Fact, Part, offer
from majung.web.request import Here
from majung.web.tables import Cell, Column, Row, Table, arranged, exported
from majung.web.words import Words, words

LOOK_GAP = 1e-3
"""Relative gap for a look at another budget; the record is solved to 1e-6."""
LOOK_SECONDS = 2.0
STEPS = tuple(k / 20 for k in range(1, 29))
"""Budgets of the frontier, as shares of the run's."""
LEAST, MOST = 5, 140
"""Percent of every year's budget between which the slider of all years moves."""
MEETINGS = 12
"""Coming meetings before which a run can be laid from the page; the others are reached by their own pages."""


@dataclass(frozen=True)
class What:
    """What yearly budgets buy. budgets, costs: by year."""

    budgets: tuple[float, ...]
    costs: tuple[float, ...]
    value: float
    chosen: frozenset[str]
    status: str
    gap: float

    @property
    def budget(self) -> float:
        return sum(self.budgets)

    @property
    def cost(self) -> float:
        return sum(self.costs)

    @property
    def found(self) -> bool:
        """There is a portfolio."""
        return self.status not in ("infeasible", "unknown")


@dataclass(frozen=True)
class Year:
    """One year's budget as the form shows it. given, most, step: in the charter's unit, as written in a field; moved:
    by how many percent it differs from the run's."""

    year: str
    given: str
    most: str
    step: str
    said: str
    moved: str


@on_run("portfolio", "projects")
def portfolio(here: Here, record: RunRecord, material: Material) -> HttpResponse:
    """The record's portfolio; with `?b-2022=300` or `?budget=70` (percent of every year's) what other budgets buy; and
    the way to a meeting that decides on it."""
    found = pages_of(record, here, "selection")
    w = here.words
    if not found:
        return here.show("portfolio/none.html", stage="projects")
    own = what(record.key, record.digest, tuple(material.charter.budgets.amounts))
    look = what(record.key, record.digest, budgets_asked(here, material))
    changed = look.budgets != own.budgets
    base = material_of(here.aside.in_force, w.code) if here.aside else None
    table = _table(w, material, own, look)
    file = exported(here.request, table)
    if file is not None:
        return file
    into, out = sorted(look.chosen - own.chosen), sorted(own.chosen - look.chosen)
    return here.show(
        "portfolio/portfolio.html",
        stage="projects",
        page=found[0],
        budget_page=found[1],
        percent=min(MOST, max(LEAST, round(100 * look.budget / own.budget))) if own.budget else 100,
        years=_years(w, material, look),
        look=look,
        changed=changed,
        finding=_finding(w, material, look, into, out) if changed else w.find("look_same"),
        moves=_moves(w, material, into, out) if changed and look.found else (),
        solver=_status(w, look),
        frontier=frontier_picture(record.key, record.digest, w.code, look.budgets),
        spending=_spending(w, material, look),
        table=arranged(table, here.request),
        illustrative=material.illustrative,
        record=record,
        against=_against(w, material, base) if base else (),
        part=_to_run(here, record, material, look) if changed else laid_before(here, record),
        asks=changed and look.found and here.may("run.ask", here.programme),
        **jobs_of(here),
    )


def budgets_asked(here: Here, material: Material) -> tuple[float, ...]:
    """The yearly budgets of the address, the run's own without; none above what the form goes to."""
    own = material.charter.budgets
    step, most = _step(own.amounts), _most(own.amounts)
    query = here.request.GET
    percent = _number(query.get("budget", ""))
    if percent is not None:
        share = min(MOST, max(LEAST, percent)) / 100
        if share == 1:
            return tuple(own.amounts)
        return tuple(float(f"{step * round(amount * share / step):.12g}") for amount in own.amounts)
    asked = []
    for year, amount in zip(own.years, own.amounts, strict=True):
        given = _number(query.get(f"{BUDGET}{year}", ""))
        asked.append(amount if given is None else min(most, max(0.0, given)))
    return tuple(asked)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if np.isfinite(found) else None


def _step(amounts: Sequence[float]) -> float:
    """A step of about a hundredth of the largest year's budget, a power of ten, in which every amount is whole."""
    step = 10.0 ** np.floor(np.log10(max(max(amounts), 1e-9) / 50))
    for _ in range(3):
        if all(abs(amount / step - round(amount / step)) < 1e-9 for amount in amounts):
            break
        step /= 10
    return float(step)


def _most(amounts: Sequence[float]) -> float:
    """Where every year's slider ends: half as much again as the largest year's budget."""
    step = _step(amounts)
    return float(step * np.ceil(1.5 * max(amounts) / step)) or step


def _years(w: Words, material: Material, look: What) -> list[Year]:
    own = material.charter.budgets
    step, most = f"{_step(own.amounts):.12g}", f"{_most(own.amounts):.12g}"
    return [
        Year(
            str(year),
            f"{amount:.12g}",
            most,
            step,
            w.money(amount),
            f"{w.signed(100 * (amount / was - 1), 0)} %" if was and abs(amount / was - 1) > 0.005 else "",
        )
        for year, amount, was in zip(own.years, look.budgets, own.amounts, strict=True)
    ]


def _moves(w: Words, material: Material, into: list[str], out: list[str]) -> list[tuple[str, str]]:
    """Which projects come in and which fall out, by name."""
    pairs = ((w.find("moves_in"), into), (w.find("moves_out"), out))
    return [(head, w.listed([material.project(p) for p in names]) or w.find("moves_none")) for head, names in pairs]


def _against(w: Words, material: Material, base: Material) -> list[tuple[str, str]]:
    """The run's portfolio beside that of the run in force: money, value, what is in and out."""
    this, old = material.rows("portfolio")[0], base.rows("portfolio")[0]
    chosen = [{str(p["project"]) for p in m.rows("projects") if bool(p["chosen"])} for m in (material, base)]
    return [
        (w.find("against_budget"), w.say("against", this=w.money(this["budget"]), old=w.money(old["budget"]))),
        (w.find("against_value"), w.say("against", this=w.number(this["value"]), old=w.number(old["value"]))),
        *_moves(w, material, sorted(chosen[0] - chosen[1]), sorted(chosen[1] - chosen[0])),
    ]


# ---------- to a decision


def _to_run(here: Here, record: RunRecord, material: Material, look: What) -> Part:
    """The step from budgets that were only looked at to a run that a meeting can decide on."""
    w = here.words
    years = [str(year) for year in material.charter.budgets.years]
    known = registered(here.programme, record, dict(zip(years, look.budgets, strict=True)))
    if known is not None:
        link = f"{here.in_run(known.key, 'projects')}#decide"
        return Part(
            w.find("decide_topic"),
            w.find("decide_registered"),
            w.find("decide_registered_note"),
            links=[(w.say("decide_open", run=known.key), link)],
        )
    if not look.found:
        return Part(w.find("decide_topic"), w.find("decide_impossible"))
    may = here.may("run.ask", here.programme)
    return Part(w.find("decide_topic"), w.find("decide_run_first" if may else "decide_run_who"), w.find("decide_note"))


def laid_before(here: Here, record: RunRecord) -> Part:
    """Before which meetings a run lies, what was decided on it, and the coming meetings before which it can be laid."""
    w = here.words
    items = visible(here.sight, AgendaItem).filter(resting_on=record, withdrawn=False).select_related("meeting")
    lies = list(items.order_by("meeting__starts", "position"))
    decided = list(visible(here.sight, Decision).filter(resting_on=record).order_by("-taken_on", "key"))
    coming = visible(here.sight, Meeting).filter(state__in=("planned", "convened", "postponed", "in-session"))
    coming = coming.exclude(pk__in=[item.meeting_id for item in lies]).select_related("body__parent__parent")
    given = {
        "resting_on": refer(record),
        "purpose": Purpose.DECIDE.value,
        **{f"title.{code}": words("portfolio", code).say("item_title", run=record.key) for code in LANGUAGES},
    }
    laying = [
        one
        for m in coming.order_by("starts", "key")[:MEETINGS]
        for one in offer(here, "meeting.add_item", m, f"{w.of(m.name)}, {_when(w, m)}", **given)
    ]
    if decided:
        finding = w.counted(len(decided), "decided_on")
    elif lies:
        finding = w.counted(len(lies), "lies")
    else:
        finding = w.find("lies_nowhere")
    facts = [Fact(w.day(d.taken_on), w.of(d.text), href=here.address("chain", refer(d))) for d in decided]
    facts += [
        Fact(
            _when(w, item.meeting),
            w.say("lies_as", meeting=w.of(item.meeting.name), position=item.position, title=w.of(item.title)),
            href=here.address("meeting", item.meeting.key),
        )
        for item in lies
    ]
    return Part(
        w.find("decide_topic"),
        finding,
        w.find("lay_note" if laying else "lay_none"),
        facts=facts,
        offers=laying,
        links=[
            *([(w.find("run_chain"), here.address("chain", refer(record)))] if here.sight.member else []),
            *([] if laying else [(w.find("to_meetings"), here.address("meetings"))]),
        ],
    )


def _when(w: Words, meeting: Meeting) -> str:
    return w.moment(meeting.starts, time_known=meeting.time_known)


@lru_cache(maxsize=8)
def offered(key: str, digest: str) -> Projects:
    """The run's projects as the solver takes them."""
    material = material_in(key, digest, "en")
    charter = material.run.programme.charter
    values = {str(p["project"]): float(p["value"]) for p in material.rows("projects")}
    owned = [(area, p) for area in material.run.programme.areas for p in material.run.programme.projects[area]]
    years = charter.budgets.years
    return projects(
        [p.id for _, p in owned],
        [values[p.id] for _, p in owned],
        np.array([[p.costs.get(year, 0.0) for year in years] for _, p in owned]),
        [area for area, _ in owned],
        budget_names=[str(year) for year in years],
    )


@lru_cache(maxsize=256)
def what(key: str, digest: str, budgets: tuple[float, ...]) -> What:
    """The best portfolio under yearly budgets; that of the run's own budgets is taken from its record."""
    material = material_in(key, digest, "en")
    if budgets == tuple(material.charter.budgets.amounts):
        summary = material.rows("portfolio")[0]
        chosen = frozenset(str(p["project"]) for p in material.rows("projects") if bool(p["chosen"]))
        return What(
            budgets,
            tuple(float(row["cost"]) for row in material.rows("portfolio_years")),
            float(summary["value"]),
            chosen,
            str(summary["status"]),
            float(summary["gap"]),
        )
    found: Portfolio = solve(
        offered(key, digest),
        np.array(budgets),
        gap=LOOK_GAP,
        time_limit=LOOK_SECONDS,
        **constraints(material.run.programme),
    )
    return What(
        budgets,
        tuple(float(cost) for cost in found.cost) if len(found.chosen) else (0.0,) * len(budgets),
        0.0 if missing(found.value) else float(found.value),
        frozenset(found.chosen),
        found.status,
        0.0 if missing(found.gap) else float(found.gap),
    )


@lru_cache(maxsize=64)
def frontier_picture(key: str, digest: str, language: str, budgets: tuple[float, ...]) -> Picture:
    """Value over budget at the steps of the frontier, every year's budget in proportion; the budgets looked at may be
    spread over the years in another way."""
    w = words("portfolio", language)
    own_budgets = tuple(material_in(key, digest, "en").charter.budgets.amounts)
    points = [what(key, digest, tuple(share * amount for amount in own_budgets)) for share in STEPS]
    points = [p for p in points if p.found]
    look, own = what(key, digest, budgets), what(key, digest, own_budgets)
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


def _spending(w: Words, material: Material, look: What) -> Picture:
    """What each year's budget is and what the portfolio spends of it."""
    years = material.charter.budgets.years
    own = look.budgets == tuple(material.charter.budgets.amounts)
    bars = [
        BudgetYear(
            str(year),
            amount,
            cost,
            f"{w.money(cost, plain_unit=False)} / {w.money(amount, plain_unit=False)}",
            material.figure("portfolio_years", year) if own else "",
        )
        for year, amount, cost in zip(years, look.budgets, look.costs, strict=True)
    ]
    alt = w.say("spending_alt", cost=w.money(look.cost), budget=w.money(look.budget))

    def draw(width: float, theme: Theme, dense: bool) -> str:
        return budget(bars, width=width, label=alt, dense=dense, theme=theme)

    return Picture("fig-spending", w.find("spending_title"), w.find("budget.unit"), draw, alt)


def _finding(w: Words, material: Material, look: What, into: list[str], out: list[str]) -> str:
    if not look.found:
        return w.say("look_none", budget=w.money(look.budget))
    parts = {"budget": w.money(look.budget), "chosen": len(look.chosen), "value": w.number(look.value, 0)}
    if out and not into:
        names = w.listed([material.project(p) for p in out[:3]])
        return w.say("look_out" if len(out) > 3 else "look_out_all", **parts, names=names, n=len(out))
    if into and not out:
        names = w.listed([material.project(p) for p in into[:3]])
        return w.say("look_in" if len(into) > 3 else "look_in_all", **parts, names=names, n=len(into))
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
