"""Runs that people ask for: of the definitions, with other weights, with other budgets; how far they are, what they
were asked with.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from majung.publishing.material import Material
from majung.runs import RunError
from majung.taskforce.models import Job, Panel, Programme, RunRecord
from majung.taskforce.operations import runs
from majung.web.analyses import material_of, record_of, standing_on
from majung.web.asked import said
from majung.web.request import Here, page

SHOWN = 3
"""The last runs asked for that a page shows."""
WEIGHT, BUDGET = "w-", "b-"
"""Beginnings of the fields that ask for a weight (in percent) and a year's budget."""


def jobs_of(here: Here) -> dict[str, Any]:
    """The last runs that were asked for with what they were asked with, and whether one is under way."""
    found = list(Job.objects.filter(programme=here.programme, kind="run").order_by("-pk")[:SHOWN])
    material = _names(here) if any(_changes(job.arguments) for job in found) else None
    return {
        "jobs": [(job, said(here.words, material, _changes(job.arguments))) for job in found],
        "running": any(job.state in ("queued", "running") for job in found),
        "may_ask": here.may("run.ask", here.programme),
    }


def _changes(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if name in ("criteria", "panel", "budgets") and value}


def _names(here: Here) -> Material | None:
    record = record_of(here.programme)
    if record is None:
        return None
    try:
        return material_of(record, here.words.code)
    except RunError:
        return None


@require_POST
@page("runs")
def ask(here: Here) -> HttpResponse:
    """Ask for a run: of the definitions as they are now, with the weights of the form or of a panel's judges, or with
    the budgets of the form."""
    form = here.request.POST
    record = record_of(here.programme, form.get("run", ""))
    given: dict[str, Any] = {}
    if record is not None and form.get("run"):
        here = standing_on(here, record)
    to = f"{here.address('discovery')}#asked"
    if form.get("panel"):
        panel = Panel.objects.filter(programme=here.programme, key=form["panel"]).first()
        given = {"panel": panel, "without_inconsistent": "without" in form}
    elif record is not None and _fields(form, WEIGHT):
        weights = _numbers(form, WEIGHT)
        given = {"criteria": criteria_of(material_of(record, here.words.code), weights)}
        query = {f"{WEIGHT}{criterion}": f"{weight:.15g}" for criterion, weight in weights.items()}
        to = f"{with_query(here.address('discovery'), query)}#asked"
    elif record is not None and _fields(form, BUDGET):
        budgets = _numbers(form, BUDGET)
        given = {**_weights_of(record), "budgets": budgets}
        query = {f"{BUDGET}{year}": f"{amount:.15g}" for year, amount in budgets.items()}
        to = f"{with_query(here.address('projects'), query)}#decide"
    given["beside"] = record
    return here.deed(lambda: runs.ask(here.actor, here.programme, **given), to, here.words.find("jobs.said"))


def with_query(address: str, query: dict[str, str]) -> str:
    """An address with more parameters."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def _fields(form: QueryDict, prefix: str) -> list[str]:
    return [name for name in form if name.startswith(prefix)]


def _numbers(form: QueryDict, prefix: str) -> dict[str, float]:
    """The numbers of the fields with a prefix, those that are none left out: the operation then misses them."""
    found = {}
    for name in _fields(form, prefix):
        try:
            found[name.removeprefix(prefix)] = float(str(form[name]))
        except ValueError:
            continue
    return found


def _weights_of(record: RunRecord) -> dict[str, Any]:
    """The weights that a run was asked with, to ask for another with the same."""
    if record.criteria_set is not None:
        return {"criteria_set": record.criteria_set}
    return {"criteria": record.changes["criteria"]} if record.changes.get("criteria") else {}


def criteria_of(material: Material, shares: dict[str, float]) -> list[dict[str, Any]]:
    """Weights in any unit as criteria that sum to 1; each interval keeps its reach in the run, within 0 and 1."""
    total = sum(shares.values())
    found = []
    for criterion in material.charter.criteria:
        weight = shares.get(criterion.id, 0.0) / total if total > 0 else criterion.weight
        found.append(
            {
                "id": criterion.id,
                "weight": weight,
                "low": max(0.0, weight - (criterion.weight - criterion.low)),
                "high": min(1.0, weight + (criterion.high - criterion.weight)),
            }
        )
    return found


def registered(programme: Programme, record: RunRecord, budgets: dict[str, float]) -> RunRecord | None:
    """The run that differs from a run by these budgets alone, if one was asked for and taken in."""
    wanted = {**record.changes, "budgets": budgets}
    others = RunRecord.objects.filter(programme=programme, criteria_set=record.criteria_set, changes__has_key="budgets")
    definitions = record.manifest["hashes"]
    for other in others.order_by("-pk"):
        same = all(other.manifest["hashes"][part] == definitions[part] for part in ("evidence", "code", "diagnosis"))
        if other.changes == wanted and same:
            return other
    return None


@page("runs")
def jobs(here: Here) -> HttpResponse:
    """The runs under way, alone: what the page asks for every few seconds while one is."""
    return here.show("analysis/jobs.html", **jobs_of(here))


urlpatterns: list[URLPattern] = [
    path("<slug:programme>/runs/ask/", ask, name="run-ask"),
    path("<slug:programme>/runs/jobs/", jobs, name="run-jobs"),
]
