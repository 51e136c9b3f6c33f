"""Compare: what separates two candidates, and what would turn the order."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import URLPattern, path

from majung.publishing.blocks import Picture
from majung.publishing.charts import Side, Theme, difference
from majung.publishing.language import missing
from majung.publishing.material import Material
from majung.taskforce.models import RunRecord
from majung.web.analyses import on_run
from majung.web.pages.discovery import criterion_scores
from majung.web.request import Here
from majung.web.tables import Cell, Column, Row, Table, arranged, exported
from majung.web.words import Words


@dataclass(frozen=True)
class Flip:
    """At which weight of one criterion the order turns, the others keeping their proportions; None: at none."""

    criterion: str
    name: str
    hue: str
    weight: float
    at: float | None


@on_run("compare", "discovery")
def compare(here: Here, record: RunRecord, material: Material) -> HttpResponse:  # noqa: ARG001
    """Two candidates side by side (`?a=...&b=...`); the two either side of the line of places without."""
    w = here.words
    ranked = [str(row["candidate"]) for row in material.ranked()]
    a, b = _asked(here, ranked, material.places)
    contributions, evidence = _contributions(w, material, a, b), _evidence(w, material, a, b)
    file = exported(here.request, contributions, evidence)
    if file is not None:
        return file
    first, second = material.industry(a), material.industry(b)
    probability = material.row("pairwise", candidate=a, other=b)
    flips = flips_of(material, a, b)
    near = min((f for f in flips if f.at is not None), key=lambda f: abs((f.at or 0.0) - f.weight), default=None)
    heading = w.say(
        "heading",
        first=first,
        second=second,
        p=w.chance(probability.get("probability")),
    )
    return here.show(
        "compare/compare.html",
        stage="discovery",
        heading=heading,
        flip_heading=w.say("flip_near", criterion=near.name, at=w.percent(near.at), now=w.percent(near.weight))
        if near
        else w.find("flip_none"),
        choices=[(c, material.industry(c)) for c in ranked],
        a=a,
        b=b,
        first=first,
        second=second,
        figure_id=material.figure("pairwise", a, b) if probability else "",
        picture=_picture(w, material, a, b),
        flips=flips,
        contributions=arranged(contributions, here.request),
        evidence=arranged(evidence, here.request),
        unseen=_unseen(material, a, b),
    )


def _asked(here: Here, ranked: list[str], places: int) -> tuple[str, str]:
    asked = [c for c in (here.request.GET.get("a", ""), here.request.GET.get("b", "")) if c in ranked]
    if len(asked) == 2 and asked[0] != asked[1]:
        return asked[0], asked[1]
    if asked:
        at = ranked.index(asked[0])
        return asked[0], ranked[at + 1] if at + 1 < len(ranked) else ranked[at - 1]
    edge = min(places, len(ranked) - 1)
    return ranked[edge - 1], ranked[edge]


def flips_of(material: Material, a: str, b: str) -> list[Flip]:
    """For each criterion c: the weight v in [0, 1] with v D_c + (1 - v) R = 0, D_c the difference of the scores on c, R
    that of the weighted mean of the others; the others keep their proportions."""
    scores = criterion_scores(material)
    weights = [
        float(material.row("weights", criterion=c.id, indicator="").get("weight", 0.0)) for c in material.criteria
    ]
    apart = [x - y for x, y in zip(scores[b], scores[a], strict=True)]
    found = []
    for k, criterion in enumerate(material.criteria):
        rest = sum(w for j, w in enumerate(weights) if j != k)
        others = (
            sum(w * d for j, (w, d) in enumerate(zip(weights, apart, strict=True)) if j != k) / rest if rest else 0.0
        )
        span = apart[k] - others
        at = -others / span if span else None
        if at is not None and not 0 <= at <= 1:
            at = None
        found.append(Flip(criterion.id, criterion.name, f"c{criterion.hue + 1}", weights[k], at))
    return found


def _picture(w: Words, material: Material, a: str, b: str) -> Picture:
    sides = []
    for criterion in material.criteria:
        one = material.row("contributions", candidate=a, criterion=criterion.id)
        two = material.row("contributions", candidate=b, criterion=criterion.id)
        apart = float(two.get("contribution", 0.0)) - float(one.get("contribution", 0.0))
        sides.append(Side(criterion.name, criterion.hue, apart, w.number(abs(apart))))
    total = float(material.row("ranking", candidate=b)["score"]) - float(material.row("ranking", candidate=a)["score"])
    first, second = material.industry(a), material.industry(b)
    alt = w.say("alt", first=first, second=second)

    def draw(width: float, theme: Theme, dense: bool) -> str:
        return difference(
            sides,
            first=first,
            second=second,
            total=Side(w.find("total"), 0, total, w.number(abs(total))),
            width=width,
            label=alt,
            dense=dense,
            theme=theme,
        )

    return Picture("fig-difference", w.find("picture_title"), w.find("picture_unit"), draw, alt)


def _contributions(w: Words, material: Material, a: str, b: str) -> Table:
    rows = []
    for criterion in material.criteria:
        one = material.row("contributions", candidate=a, criterion=criterion.id)
        two = material.row("contributions", candidate=b, criterion=criterion.id)
        points = [float(r.get("contribution", 0.0)) for r in (one, two)]
        cells = [Cell(criterion.name, strong=True)]
        for candidate, row, value in ((a, one, points[0]), (b, two, points[1])):
            figure = material.figure("contributions", candidate, criterion.id) if row else ""
            cells.append(Cell(w.number(value), value, figure=figure))
        cells.append(Cell(w.signed(points[1] - points[0]), points[1] - points[0]))
        rows.append(Row(cells))
    return Table(
        "contributions",
        [
            Column("criterion", w.find("head.criterion")),
            Column("a", material.industry(a), right=True),
            Column("b", material.industry(b), right=True),
            Column("apart", w.find("apart"), right=True),
        ],
        rows,
    )


def _evidence(w: Words, material: Material, a: str, b: str) -> Table:
    """Every indicator of the two with its interval; what is not measured says so."""
    rows = []
    for criterion in material.criteria:
        for indicator in criterion.indicators:
            cells = [Cell(indicator.name, sub=criterion.name, strong=True)]
            for candidate in (a, b):
                row = material.row("indicators", candidate=candidate, indicator=indicator.id)
                value = row.get("value")
                if not row or missing(value):
                    cells.append(Cell(w.find("not_measured"), None, quiet=True))
                    continue
                cells.append(
                    Cell(
                        w.figure(value),
                        float(value),  # type: ignore[arg-type]
                        w.span(row["low"], row["high"]) or w.find("no_interval"),
                        figure=material.figure("indicators", candidate, indicator.id),
                    )
                )
            cells.append(Cell(indicator.unit, quiet=True))
            rows.append(Row(cells))
    return Table(
        "indicators",
        [
            Column("indicator", w.find("indicator")),
            Column("a", material.industry(a), right=True),
            Column("b", material.industry(b), right=True),
            Column("unit", w.find("unit_name")),
        ],
        rows,
    )


def _unseen(material: Material, a: str, b: str) -> int:
    """Indicators that one of the two lacks."""
    return sum(
        any(missing(material.row("indicators", candidate=c, indicator=i.id).get("value")) for c in (a, b))
        for criterion in material.criteria
        for i in criterion.indicators
    )


urlpatterns: list[URLPattern] = [path("<slug:programme>/compare/", compare, name="compare")]
