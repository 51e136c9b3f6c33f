"""Weights: judges compare the criteria in pairs; consistency as they go, the worst triad by name, the group's
result.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from django.http import Http404, HttpResponse, QueryDict
from django.urls import URLPattern, path

from majung.methods.labelled import InputError
from majung.runs import RunError
from majung.taskforce.models import Panel
from majung.taskforce.operations import runs
from majung.taskforce.queries.weights import Judged, PanelWeights, judged, latest, panel_weights
from majung.web.analyses import material_of, record_of, staying
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, arranged, exported
from majung.web.words import Words

RATIOS = (9, 7, 5, 3, 2)
"""Saaty's scale, by which one matters more than the other."""


@dataclass(frozen=True)
class Choice:
    """One step of the scale: what the form sends, what the judge reads, whether it is chosen."""

    value: str
    said: str
    chosen: bool


@dataclass(frozen=True)
class Pair:
    """Two items to compare. ends: open, or both the same; first, second: how many times the one or the other."""

    field: str
    a: str
    b: str
    ends: list[Choice]
    first: list[Choice]
    second: list[Choice]


@page("weights")
def panels(here: Here) -> HttpResponse:
    """Every panel of the programme: who asked, until when, how many answered."""
    here = staying(here)
    w = here.words
    found = list(Panel.objects.filter(programme=here.programme).select_related("body").order_by("-opened", "key"))
    rows = []
    for panel in found:
        answered = len(latest(panel))
        rows.append(
            Row(
                [
                    Cell(w.of(panel.question), href=here.address("panel", panel.key), strong=True),
                    Cell(w.of(panel.body.name)),
                    Cell(w.state("panel", panel.state)),
                    Cell(
                        w.day(panel.closes) if panel.closes else w.find("no_close"),
                        panel.closes,
                        quiet=panel.closes is None,
                    ),
                    Cell(str(answered), answered),
                ]
            )
        )
    table = Table(
        "panels",
        [
            Column("question", w.find("question")),
            Column("body", w.find("body")),
            Column("state", w.find("state")),
            Column("closes", w.find("closes_on")),
            Column("judges", w.find("judges"), right=True),
        ],
        rows,
        empty=w.find("none"),
    )
    file = exported(here.request, table)
    if file is not None:
        return file
    open_ = sum(panel.state == "open" for panel in found)
    return here.show(
        "weights/panels.html",
        stage="discovery",
        heading=w.counted(open_, "heading") if found else w.find("heading_none"),
        table=arranged(table, here.request),
    )


@page("weights")
def panel(here: Here, key: str) -> HttpResponse:
    """One panel: the judge's own comparisons if the person is one, and the group's result."""
    here = staying(here)
    found = Panel.objects.filter(programme=here.programme, key=key).select_related("body").first()
    if found is None:
        raise Http404
    may = found.state == "open" and here.may("panel.compare", found)
    problem = ""
    if here.request.method == "POST":
        matrix, problem = _given(here, found.items, here.request.POST)
        if not problem:
            return here.deed(
                lambda: runs.compare(here.actor, found, matrix=matrix),
                here.address("panel", key),
                here.words.find("saved"),
            )
    answers = latest(found)
    mine = answers.get(here.person.pk)
    asked, wrong = _given(here, found.items, here.request.GET)
    matrix = asked or (dict(mine.matrix) if mine else {})
    names = item_names(here, found.items)
    result = panel_weights(found) if answers else None
    own = judged(found.items, matrix) if matrix else None
    return here.show(
        "weights/panel.html",
        stage="discovery",
        panel=found,
        may=may,
        mine=mine,
        problem=problem or wrong,
        pairs=_pairs(here.words, found.items, names, matrix),
        own=own,
        own_weights=_bars(here.words, found.items, names, own) if own else [],
        triad=_triad(here.words, names, own),
        heading=_heading(here.words, found, own, may),
        judges=len(answers),
        inconsistent=sum(j.inconsistent for j in result.judges) if result else 0,
        group=arranged(_group_table(here.words, found.items, names, result), here.request) if result else None,
        missing=len(found.items) * (len(found.items) - 1) // 2 - len(matrix),
        may_ask=here.may("run.ask", here.programme) and _of_the_criteria(here, found),
        body=here.words.of(found.body.name),
        question=here.words.of(found.question),
    )


def item_names(here: Here, items: list[str]) -> dict[str, str]:
    """Criteria by name where a run knows them, else the item as it stands."""
    names = {item: item for item in items}
    record = record_of(here.programme)
    if record is not None:
        with contextlib.suppress(RunError):
            names |= {c.id: c.name for c in material_of(record, here.words.code).criteria if c.id in names}
    return names


def _of_the_criteria(here: Here, found: Panel) -> bool:
    """Whether the judges weigh the criteria of the run in force: only then can a run take their weights."""
    record = record_of(here.programme)
    if record is None:
        return False
    try:
        return sorted(c.id for c in material_of(record, here.words.code).criteria) == sorted(found.items)
    except RunError:
        return False


def _given(here: Here, items: list[str], form: QueryDict) -> tuple[dict[str, float], str]:
    """The comparisons of a form: {"a/b": ratio}; pairs left open are left out."""
    matrix: dict[str, float] = {}
    for k, a in enumerate(items):
        for b in items[k + 1 :]:
            text = form.get(f"{a}/{b}", "")
            if not text:
                continue
            above, _, below = text.partition("/")
            try:
                matrix[f"{a}/{b}"] = float(above) / float(below or 1)
            except (ValueError, ZeroDivisionError):
                return {}, here.words.say("unreadable", text=text)
            if not 1 / 9 - 1e-9 <= matrix[f"{a}/{b}"] <= 9 + 1e-9:
                return {}, here.words.say("unreadable", text=text)
    try:
        if matrix:
            judged(items, matrix)
    except InputError as error:
        return {}, str(error)
    return matrix, ""


def _pairs(w: Words, items: list[str], names: dict[str, str], matrix: dict[str, float]) -> list[Pair]:
    found = []
    for k, a in enumerate(items):
        for b in items[k + 1 :]:
            value = matrix.get(f"{a}/{b}")
            value = 1 / matrix[f"{b}/{a}"] if value is None and f"{b}/{a}" in matrix else value
            found.append(
                Pair(
                    f"{a}/{b}",
                    names[a],
                    names[b],
                    [Choice("", w.find("not_compared"), value is None), _choice(w.find("equal"), "1", value)],
                    [_choice(w.say("first_times", n=n), str(n), value) for n in RATIOS],
                    [_choice(w.say("second_times", n=n), f"1/{n}", value) for n in RATIOS],
                )
            )
    return found


def _choice(said: str, text: str, value: float | None) -> Choice:
    above, _, below = text.partition("/")
    return Choice(text, said, value is not None and abs(value - float(above) / float(below or 1)) < 1e-6)


def _bars(w: Words, items: list[str], names: dict[str, str], own: Judged) -> list[tuple[str, float, str, int]]:
    return [(names[i], own.weights[i], w.percent(own.weights[i]), k % 4 + 1) for k, i in enumerate(items)]


def _triad(w: Words, names: dict[str, str], own: Judged | None) -> str:
    """The contradiction in words, where there is one worth a question."""
    if own is None or own.worst is None or own.acceptable:
        return ""
    t = own.worst
    return w.say(
        "triad",
        a=names[t.a],
        b=names[t.b],
        c=names[t.c],
        said=_ratio(w, t.said),
        implied=_ratio(w, t.implied),
    )


def _ratio(w: Words, value: float) -> str:
    return (
        w.number(value, 0 if abs(value - round(value)) < 0.05 else 1) if value >= 1 else f"1/{w.number(1 / value, 0)}"
    )


def _heading(w: Words, found: Panel, own: Judged | None, may: bool) -> str:
    if not may:
        return w.find("panel_closed" if found.state != "open" else "panel_others")
    if own is None:
        return w.find("panel_begin")
    return w.say("panel_consistent" if own.acceptable else "panel_inconsistent", ratio=w.number(own.ratio, 2))


def _group_table(w: Words, items: list[str], names: dict[str, str], result: PanelWeights) -> Table:
    rows = []
    group = result.group("judgments")
    for item in items:
        without = group.without_inconsistent[item] if group.without_inconsistent else None
        rows.append(
            Row(
                [
                    Cell(names[item], strong=True),
                    Cell(w.percent(group.weights[item], 1), group.weights[item]),
                    Cell(
                        w.percent(without, 1) if without is not None else w.find("nobody_left"),
                        without,
                        quiet=without is None,
                    ),
                    Cell(w.number(result.dispersion[item], 2), result.dispersion[item]),
                ]
            )
        )
    return Table(
        "group",
        [
            Column("item", w.find("head.criterion")),
            Column("all", w.find("all_judges"), right=True),
            Column("without", w.find("without"), right=True),
            Column("spread", w.find("spread"), right=True),
        ],
        rows,
        source=w.find("spread_note"),
    )


urlpatterns: list[URLPattern] = [
    path("<slug:programme>/weights/", panels, name="weights"),
    path("<slug:programme>/weights/<str:key>/", panel, name="panel"),
]
