"""Selection in one call: project values, what each area needs most, the portfolio, and why the others are out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from majung.evidence.lineage import Lineage, node
from majung.methods.labelled import Floats
from majung.methods.portfolio import Constraints, Portfolio, Projects, Rejection, explain_rejections, projects, solve
from majung.methods.robust_portfolio import core_index
from majung.programme import Programme, ProgrammeError
from majung.programme.draws import Draws
from majung.selection.sentences import needed_most, rejection
from majung.selection.value import Values, project_values

KEYS = {
    "project_gaps": ("project", "gap"),
    "projects": ("project",),
    "portfolio": ("programme",),
    "portfolio_years": ("year",),
    "rejections": ("project",),
}

RECORD_GAP = 1e-6
"""Relative gap asked of the solver for the record: proven optimal for all purposes."""

CHOSEN_DRAWS = 50
"""Draws of gaps, closures and weights in which the best portfolio is sought again."""


@dataclass(frozen=True)
class Selection:
    """tables: the frames named in KEYS. lineage: what each of their rows rests on."""

    tables: dict[str, pd.DataFrame]
    lineage: Lineage

    def _repr_html_(self) -> str:
        return self.tables["projects"].to_html(index=False, float_format="{:.2f}".format)


def select(programme: Programme, draws: Draws, gaps: pd.DataFrame) -> Selection:
    """Choose the portfolio of core projects that closes most of the diagnosed gaps under the yearly budgets.

    Every area counts the same: value is the share of its own gaps that a project closes. Raises ProgrammeError if no
    portfolio keeps the budgets, dependencies and minima, naming the constraints that conflict.
    """
    charter = programme.charter
    values = project_values(programme, draws, gaps)
    owned = values.projects
    years = charter.budgets.years
    costs = np.array([[p.costs.get(year, 0.0) for year in years] for _, p in owned])
    budgets = np.array(charter.budgets.amounts)
    offered = projects(
        [p.id for _, p in owned],
        values.central,
        costs,
        [area for area, _ in owned],
        budget_names=[str(year) for year in years],
    )
    kept = constraints(programme)
    portfolio = solve(offered, budgets, gap=RECORD_GAP, **kept)
    if portfolio.status in ("infeasible", "unknown"):
        raise ProgrammeError(
            f"{programme.path / 'programme.toml'}: budgets: no portfolio fits: {'; '.join(portfolio.conflict)}; "
            "raise the budget, lower minimum_per_area or remove a requirement",
            f"{programme.path / 'programme.toml'}: budgets: 들어맞는 포트폴리오가 없다: "
            f"{'; '.join(portfolio.conflict)}. 예산을 늘리거나 minimum_per_area를 낮추거나 요건을 뺀다",
        )
    core = core_index(values.by_gap, values.by_gap, values.extreme_weights, offered, budgets, method="exact", **kept)
    held = np.zeros(len(owned))
    for drawn in values.draws[:CHOSEN_DRAWS]:
        best = solve(replace(offered, values=drawn), budgets, **kept)
        held += [name in best.chosen for name in offered.names]
    rejections = explain_rejections(offered, budgets, portfolio, **kept)
    tables = {
        "project_gaps": _project_gaps(values),
        "projects": _projects(programme, values, costs, portfolio, core.index, held / CHOSEN_DRAWS, gaps),
        "portfolio": _portfolio(programme, portfolio, budgets),
        "portfolio_years": pd.DataFrame({"year": years, "budget": budgets, "cost": portfolio.cost}),
        "rejections": _rejections(programme, offered, rejections),
    }
    return Selection(tables, _lineage(programme, values, rejections))


def constraints(programme: Programme) -> Constraints:
    """Dependencies and exclusions of the projects, and the least number of each area."""
    every = [p for area in programme.areas for p in programme.projects[area]]
    return Constraints(
        requires=[(p.id, other) for p in every for other in p.requires],
        excludes=[(p.id, other) for p in every for other in p.excludes],
        minimum_per_group=dict.fromkeys(programme.areas, programme.charter.budgets.minimum_per_area),
    )


def _project_gaps(values: Values) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (project.id, c.gap, c.share, c.low, c.high, c.rationale.ko, c.rationale.en, c.source)
            for _, project in values.projects
            for c in project.closes
        ],
        columns=["project", "gap", "closes", "low", "high", "rationale_ko", "rationale_en", "source"],
    )


def _projects(
    programme: Programme,
    values: Values,
    costs: Floats,
    portfolio: Portfolio,
    core: Floats,
    held: Floats,
    gaps: pd.DataFrame,
) -> pd.DataFrame:
    low, high = np.quantile(values.draws, [0.05, 0.95], axis=0)
    owners = np.array([area for area, _ in values.projects])
    rows = []
    for j, (area, project) in enumerate(values.projects):
        inside = np.flatnonzero(owners == area)
        needed = j == inside[np.argmax(values.central[inside])]
        first = float((values.draws[:, inside].argmax(axis=1) == np.flatnonzero(inside == j)[0]).mean())
        part = values.by_gap[j] * values.weights
        largest = programme.charter.gaps[int(np.argmax(part))]
        ko, en = needed_most(project, largest, float(values.central[j]), first, gaps, area) if needed else ("", "")
        rows.append(
            {
                "project": project.id,
                "area": area,
                "value": 100 * float(values.central[j]),
                "value_low": 100 * float(low[j]),
                "value_high": 100 * float(high[j]),
                "cost": float(costs[j].sum()),
                "cost_low": float(costs[j].sum() * project.cost_low),
                "cost_high": float(costs[j].sum() * project.cost_high),
                "estimate": project.estimate,
                "chosen": project.id in portfolio.chosen,
                "core_index": float(core[j]),
                "p_chosen": float(held[j]),
                "p_first": first,
                "needed_most": bool(needed),
                "why_ko": ko,
                "why_en": en,
            }
        )
    return pd.DataFrame(rows)


def _portfolio(programme: Programme, portfolio: Portfolio, budgets: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "programme": programme.charter.id,
                "status": portfolio.status,
                "value": 100 * portfolio.value,
                "bound": 100 * portfolio.bound,
                "gap": portfolio.gap,
                "budget": float(budgets.sum()),
                "cost": float(portfolio.cost.sum()),
                "chosen": len(portfolio.chosen),
            }
        ]
    )


def _rejections(programme: Programme, offered: Projects, rejections: list[Rejection]) -> pd.DataFrame:
    names = {p.id: p.name for group in programme.projects.values() for p in group}
    value = dict(zip(offered.names, offered.values, strict=True))
    rows = []
    for r in rejections:
        extra = float(np.sum(r.extra_budget))
        more = 100 * (r.value_needed - float(value[r.name]))
        ko, en = rejection(r, extra, more, names)
        rows.append((r.name, r.reason, extra, more, ko, en))
    return pd.DataFrame(
        rows, columns=["project", "reason", "enters_at_budget", "enters_at_value", "reason_ko", "reason_en"]
    )


def _lineage(programme: Programme, values: Values, rejections: list[Rejection]) -> Lineage:
    lineage = Lineage()
    weights = [node("gap weights", spec.id) for spec in programme.charter.gaps]
    everything = node("portfolio", programme.charter.id)
    for area, project in values.projects:
        own = node("project value", project.id)
        lineage.rest(own, [*weights, *(node("gaps", area, spec.id) for spec in programme.charter.gaps)])
        lineage.rest(own, [node("project_gaps", project.id, c.gap) for c in project.closes])
        lineage.rest(everything, [own, node("project costs", project.id)])
        lineage.rest(node("projects", project.id), [own, everything])
    lineage.rest(everything, [node("budgets", year) for year in programme.charter.budgets.years])
    for year in programme.charter.budgets.years:
        lineage.rest(node("portfolio_years", year), [everything])
    for r in rejections:
        lineage.rest(node("rejections", r.name), [everything])
    return lineage
