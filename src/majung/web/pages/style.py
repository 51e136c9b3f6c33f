"""The design language, shown with the pieces that every page uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from majung.publishing.blocks import Cell as PaperCell
from majung.publishing.blocks import Column as PaperColumn
from majung.publishing.blocks import Key, Num, Page, Picture
from majung.publishing.blocks import Row as PaperRow
from majung.publishing.blocks import Table as PaperTable
from majung.publishing.charts import IntervalGroup, IntervalRow, Theme, interval
from majung.publishing.charts.palette import HUES, TOKENS
from majung.web.request import language_of
from majung.web.tables import Cell, Column, Row, Table, arranged, exported
from majung.web.words import Words, words


@dataclass(frozen=True)
class Judged:
    """Three lights to show."""

    rule: str
    owner: str
    reviewer: str


def style(request: HttpRequest) -> HttpResponse:
    """Every piece once, each from the template that pages use."""
    w = words("style", language_of(request))
    table = _table(w)
    file = exported(request, table)
    if file is not None:
        return file
    colours = [
        (name, f"tok-{name}", light, dark)
        for name, (light, dark) in TOKENS.items()
        if name in {"paper-2", "ink", "ink-2", "ink-3", "rule", "rule-2", "accent", "accent-wash"}
    ]
    hues = [(f"c{k}", f"tok-c{k}", *TOKENS[f"c{k}"]) for k in range(1, HUES + 1)]
    ramp = [(f"h{k}", f"tok-h{k}", *TOKENS[f"h{k}"]) for k in range(1, 6)]
    return render(
        request,
        "style/style.html",
        {
            "w": w,
            "page": _lede(w),
            "swatches": [
                (w.find("colour.ink"), colours),
                (w.find("colour.hues"), hues),
                (w.find("colour.ramp"), ramp),
            ],
            "judged": [
                Judged("green", "green", "green"),
                Judged("yellow", "green", "red"),
                Judged("green", "green", "grey"),
                Judged("grey", "grey", "grey"),
            ],
            "table": arranged(table, request),
            "picture": _picture(w),
            "day": date(2021, 4, 9),
            "moment": datetime(2021, 4, 20, 5, tzinfo=UTC),
            "nothing": None,
            "papers": [
                (w.find(f"paper.{name}"), w.find(f"paper.{name}_text"))
                for name in ("type", "foot", "out", "only", "folded", "across")
            ],
        },
    )


def _lede(w: Words) -> Page:
    return Page(
        "style",
        w.find("kicker"),
        [w.find("heading.before"), Num("22.1", "FIGUR"), w.find("heading.after")],
        w.find("stand"),
        w.find("prov"),
        [
            Key(w.find("key.size"), "13", "px", w.find("key.size_note")),
            Key(w.find("key.weights"), "2", "", w.find("key.weights_note")),
            Key(w.find("key.grid"), "4", "px", w.find("key.grid_note")),
            Key(w.find("key.page"), "1,232", "px", w.find("key.page_note")),
        ],
    )


def _table(w: Words) -> Table:
    rows = [
        ("b", 217.0, date(2021, 4, 29), 0.079),
        ("a", 90.5, date(2021, 5, 20), -0.04),
        ("c", None, None, None),
    ]
    missing = w.find("not_reported")
    return Table(
        "sample",
        [
            Column("name", w.find("sheet.name")),
            Column("budget", w.find("sheet.budget"), right=True),
            Column("due", w.find("sheet.due")),
            Column("change", w.find("sheet.change"), right=True),
        ],
        [
            Row(
                [
                    Cell(w.find(f"sheet.{name}"), strong=True),
                    Cell(w.money(budget) if budget is not None else missing, budget, quiet=budget is None),
                    Cell(f"{due:%Y-%m-%d}" if due else missing, due, quiet=due is None),
                    Cell(w.percent(change, 1) if change is not None else missing, change, quiet=change is None),
                ]
            )
            for name, budget, due, change in rows
        ],
        caption=w.find("sheet.caption"),
        source=w.find("sheet.source"),
    )


def _picture(w: Words) -> Picture:
    groups = [
        IntervalGroup(
            w.find("figure.group"),
            0,
            [
                IntervalRow(w.find("figure.first"), "", "", "2.15", "1.54–2.44", "", 2.15, 1.54, 2.44),
                IntervalRow(w.find("figure.second"), "", "", "", "", ""),
                IntervalRow(w.find("figure.third"), "", "", "0.61", "0.55–0.70", "", 0.61, 0.55, 0.7),
            ],
        )
    ]

    def draw(width: float, theme: Theme, dense: bool) -> str:
        return interval(
            groups,
            width=width,
            missing=w.find("not_reported"),
            label=w.find("figure.alt"),
            dense=dense,
            reach=4,
            theme=theme,
        )

    return Picture(
        "fig-style",
        w.find("figure.title"),
        w.find("figure.unit"),
        draw,
        w.find("figure.alt"),
        source=w.find("figure.source"),
        table=PaperTable(
            [PaperColumn(w.find("sheet.name")), PaperColumn(w.find("figure.value"), right=True)],
            [
                PaperRow([PaperCell(w.find("figure.first")), PaperCell("2.15")]),
                PaperRow([PaperCell(w.find("figure.second")), PaperCell(w.find("not_reported"), quiet=True)]),
                PaperRow([PaperCell(w.find("figure.third")), PaperCell("0.61")]),
            ],
            figures=False,
        ),
    )


urlpatterns: list[URLPattern] = [path("style/", style, name="style")]
