"""Discovery: which industries, how sure, and what order other weights would give; the run in force beside another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpResponse
from django.urls import URLPattern, path

from majung.discovery.hindsight import HORIZON
from majung.publishing.blocks import Picture
from majung.publishing.charts import RankingRow, Theme, ranking
from majung.publishing.material import Material
from majung.taskforce.models import RunRecord
from majung.web.analyses import chapter, first_picture, material_in, material_of, on_run, pages_of
from majung.web.pages.runs import WEIGHT, jobs_of
from majung.web.parts import Part
from majung.web.request import Here
from majung.web.tables import Cell, Column, Row, Table, arranged, exported, from_block
from majung.web.words import Words, words


@dataclass(frozen=True)
class Slider:
    """One criterion's weight in whole percent, as the form shows it."""

    id: str
    name: str
    hue: str
    given: int
    weight: float
    said: str


@dataclass(frozen=True)
class Moved:
    """A candidate under other weights. parts: points by criterion; rank, before: its place now and in the run."""

    candidate: str
    parts: tuple[float, ...]
    score: float
    rank: int
    before: int


@on_run("discovery")
def discovery(here: Here, record: RunRecord, material: Material) -> HttpResponse:
    """The verdict, the picture under the weights that are asked for, the tables behind it."""
    first, second = pages_of(record, here, "standing")
    sliders, changed = weights_asked(here, material)
    moved = reranked(material, tuple(s.weight for s in sliders)) if changed else []
    tables = [from_block(f"t{k}", block) for k, s in enumerate(second.sections) for block in s.blocks]  # type: ignore[arg-type]
    order = _order(here.words, material, moved) if moved else None
    before = material_of(here.aside.in_force, here.words.code) if here.aside else None
    against = _beside(here.words, material, before) if before else None
    backtest = None if before else _backtest(here, material)
    file = exported(here.request, *tables, *(t for t in (order, against) if t), *(backtest.tables if backtest else ()))
    if file is not None:
        return file
    picture = first_picture(first)
    if changed:
        picture = moved_picture(record.key, record.digest, here.words.code, tuple(s.weight for s in sliders))
    return here.show(
        "discovery/discovery.html",
        stage="discovery",
        page=first,
        picture=picture,
        sliders=sliders,
        changed=changed,
        finding=_finding(here.words, material, moved) if changed else "",
        order=arranged(order, here.request) if order else None,
        sections=[(s, arranged(t, here.request)) for s, t in zip(second.sections, tables, strict=True)],
        illustrative=material.illustrative,
        backtest=backtest,
        against=arranged(against, here.request) if against else None,
        against_finding=_beside_finding(here.words, material, before) if before else "",
        record=record,
        **jobs_of(here),
    )


def weights_asked(here: Here, material: Material) -> tuple[list[Slider], bool]:
    """The criteria with the weights of the address (`?w-investment=40`), the run's own without; whether they differ."""
    own = {c.id: _own_weight(material, c.id) for c in material.criteria}
    asked: dict[str, int] = {}
    for criterion in material.criteria:
        try:
            asked[criterion.id] = min(100, max(0, int(here.request.GET.get(f"{WEIGHT}{criterion.id}", ""))))
        except ValueError:
            asked[criterion.id] = round(100 * own[criterion.id])
    total = sum(asked.values())
    share = {c: (w / total if total else own[c]) for c, w in asked.items()}
    changed = any(abs(share[c] - own[c]) > 0.004 for c in own)
    sliders = [
        Slider(c.id, c.name, f"c{c.hue + 1}", asked[c.id], share[c.id], here.words.percent(share[c.id]))
        for c in material.criteria
    ]
    return sliders, changed


def _own_weight(material: Material, criterion: str) -> float:
    return float(material.row("weights", criterion=criterion, indicator="").get("weight", 0.0))


def reranked(material: Material, weights: tuple[float, ...]) -> list[Moved]:
    """The candidates in the order of other weights: the additive value with the run's criterion scores."""
    scores = criterion_scores(material)
    found = []
    for row in material.ranked():
        parts = tuple(w * s for w, s in zip(weights, scores[row["candidate"]], strict=True))
        found.append((str(row["candidate"]), parts, sum(parts), int(row["rank"])))
    found.sort(key=lambda f: (-f[2], f[3]))
    return [Moved(c, parts, score, k + 1, before) for k, (c, parts, score, before) in enumerate(found)]


def criterion_scores(material: Material) -> dict[str, tuple[float, ...]]:
    """candidate -> its score 0..100 on each criterion: contribution over weight."""
    weights = {c.id: _own_weight(material, c.id) for c in material.criteria}
    points = {(r["candidate"], r["criterion"]): float(r["contribution"]) for r in material.rows("contributions")}
    return {
        str(row["candidate"]): tuple(
            points.get((row["candidate"], c), 0.0) / weights[c] if weights[c] > 0 else 0.0 for c in weights
        )
        for row in material.rows("ranking")
    }


@lru_cache(maxsize=64)
def moved_picture(key: str, digest: str, language: str, weights: tuple[float, ...]) -> Picture:
    """The ranking's picture under other weights; whiskers keep their width, the probabilities are the run's."""
    material = material_in(key, digest, language)
    w = words("discovery", language)
    original = first_picture(chapter(key, digest, language, "standing")[0])
    acceptance: dict[str, dict[int, float]] = {}
    for row in material.rows("acceptability"):
        acceptance.setdefault(str(row["candidate"]), {})[int(row["rank"])] = float(row["probability"])
    rows = []
    moved = reranked(material, weights)
    for place in moved:
        row = material.row("ranking", candidate=place.candidate)
        step = place.before - place.rank
        rows.append(
            RankingRow(
                rank=str(place.rank),
                name=material.industry(place.candidate),
                parts=list(place.parts),
                score=place.score,
                low=max(0.0, float(row["score_low"]) + place.score - float(row["score"])),
                high=min(100.0, float(row["score_high"]) + place.score - float(row["score"])),
                ranks=[acceptance.get(place.candidate, {}).get(k + 1, 0.0) for k in range(len(moved))],
                selected=w.chance(row["p_selected"]),
                own=w.percent(row["own_evidence"]),
                figure=material.figure("ranking", place.candidate),
                marked=bool(row["area"]),
                tie=f"↑{step}" if step > 0 else f"↓{-step}" if step < 0 else "",
            )
        )
    say = material.language.say
    heads = {
        "rank": say("head.rank"),
        "candidate": say("head.candidate"),
        "selected": say("head.selected", places=material.places),
        "own": say("head.own"),
        "score": w.find("score_now"),
        "heat": say("standing.heat", places=material.language.count(material.places)),
    }

    def draw(width: float, theme: Theme, dense: bool) -> str:
        return ranking(
            rows, places=material.places, width=width, words=heads, label=original.alt, dense=dense, theme=theme
        )

    return Picture(
        original.anchor,
        w.find("moved_title"),
        original.unit,
        lru_cache(maxsize=4)(draw),
        original.alt,
        source=w.find("moved_source"),
        wide=original.wide,
        paper=original.paper,
    )


def _finding(w: Words, material: Material, moved: list[Moved]) -> str:
    """What the other weights change: who comes into the first places and who leaves them."""
    places = material.places
    into = [m for m in moved if m.rank <= places < m.before]
    out = [m for m in moved if m.before <= places < m.rank]
    if into:
        return w.say(
            "moved_places",
            into=w.listed([material.industry(m.candidate) for m in into]),
            out=w.listed([material.industry(m.candidate) for m in out]),
            places=w.count(places),
        )
    steps = sum(m.rank != m.before for m in moved)
    return w.say("moved_order", n=steps, places=w.count(places)) if steps else w.find("moved_none")


def _order(w: Words, material: Material, moved: list[Moved]) -> Table:
    """The order under other weights, with the steps up and down."""
    return Table(
        "order",
        [
            Column("candidate", w.find("head.candidate")),
            Column("rank", w.find("rank_now"), right=True),
            Column("before", w.find("rank_run"), right=True),
            Column("step", w.find("step"), right=True),
            Column("score", w.find("score_now"), right=True),
        ],
        [
            Row(
                [
                    Cell(material.industry(m.candidate), strong=True),
                    Cell(str(m.rank), m.rank),
                    Cell(str(m.before), m.before),
                    Cell(w.signed(m.before - m.rank, 0) if m.before != m.rank else "–", m.before - m.rank),
                    Cell(w.number(m.score), m.score),
                ],
                material.figure("ranking", m.candidate),
            )
            for m in moved
        ],
        figures=True,
    )


def _backtest(here: Here, material: Material) -> Part:
    """How well would this ranking have done: what of it can be tested at earlier years, and why the rest cannot."""
    w = here.words
    tested, waits = material.rows("backtest"), material.rows("evidence_begins")
    criteria = {c.id: c.name for c in material.criteria}
    names = {i.id: i.name for c in material.criteria for i in c.indicators}
    whole, links = "", []
    if waits:
        last = max(waits, key=lambda row: int(row["begins"]))
        whole = w.say("whole_untested", criterion=criteria[last["criterion"]], year=int(last["begins"]), n=HORIZON)
        figure = material.figure("evidence_begins", last["criterion"])
        links = [(w.say("backtest_begins", figure=figure), here.address("trace", f"{figure}.begins"))]
    if not tested:
        none, note = w.find("backtest_none"), w.find("backtest_none_note")
        return Part(w.find("backtest_topic"), none, whole, empty=note, links=links)
    rows = [
        Row(
            [
                Cell(names[h["indicator"]], strong=True),
                Cell(f"{h['first_origin']}–{h['last_origin']} ({h['origins']})", int(h["origins"])),
                Cell(str(h["candidates"]), int(h["candidates"])),
                Cell(w.number(h["auc"], 2), float(h["auc"])),
                Cell(w.number(h["size_auc"], 2), float(h["size_auc"])),
                Cell(w.percent(h["at_k"]), float(h["at_k"])),
            ],
            material.figure("backtest", h["indicator"]),
        )
        for h in tested
    ]
    table = Table(
        "backtest",
        [
            Column("indicator", w.find("backtest_indicator")),
            Column("origins", w.find("backtest_origins"), right=True),
            Column("candidates", w.find("backtest_candidates"), right=True),
            Column("auc", w.find("backtest_auc"), right=True),
            Column("size", w.find("backtest_size"), right=True),
            Column("hits", w.say("backtest_hits", k=w.count(max(int(h["k"]) for h in tested))), right=True),
        ],
        rows,
        source=w.say("backtest_source", n=HORIZON),
        figures=True,
    )
    low, high = min(float(h["auc"]) for h in tested), max(float(h["auc"]) for h in tested)
    finding = w.say("backtest_finding", low=w.number(low, 2), high=w.number(high, 2), n=HORIZON)
    return Part(
        w.find("backtest_topic"),
        finding,
        whole,
        tables=[table],
        links=[*links, (w.find("backtest_evidence"), here.address("evidence"))],
    )


def _beside(w: Words, material: Material, before: Material) -> Table:
    """The order of this run beside that of the run in force, with both scores and how sure each is of the first
    places."""
    rows = []
    for row in material.ranked():
        candidate = str(row["candidate"])
        old = before.row("ranking", candidate=candidate)
        step = int(old["rank"]) - int(row["rank"]) if old else None
        rows.append(
            Row(
                [
                    Cell(material.industry(candidate), strong=True),
                    Cell(str(int(row["rank"])), int(row["rank"]), figure=material.figure("ranking", candidate)),
                    Cell(
                        str(int(old["rank"])) if old else w.find("not_ranked"),
                        int(old["rank"]) if old else None,
                        figure=before.figure("ranking", candidate) if old else "",
                        quiet=not old,
                    ),
                    Cell("–" if not step else w.signed(step, 0), step),
                    Cell(w.number(row["score"]), float(row["score"]), w.span(row["score_low"], row["score_high"])),
                    Cell(w.number(old["score"]) if old else "–", float(old["score"]) if old else None),
                    Cell(w.chance(row["p_selected"]), float(row["p_selected"])),
                    Cell(w.chance(old["p_selected"]) if old else "–", float(old["p_selected"]) if old else None),
                ],
                rule=int(row["rank"]) == material.places,
            )
        )
    return Table(
        "beside",
        [
            Column("candidate", w.find("head.candidate")),
            Column("rank", w.find("rank_this"), right=True),
            Column("before", w.find("rank_in_force"), right=True),
            Column("step", w.find("step"), right=True),
            Column("score", w.find("score_this"), right=True),
            Column("score_before", w.find("score_in_force"), right=True),
            Column("sure", w.say("sure_this", places=w.count(material.places)), right=True),
            Column("sure_before", w.find("sure_in_force"), right=True),
        ],
        rows,
    )


def _beside_finding(w: Words, material: Material, before: Material) -> str:
    """Who is among the first places of this run and not of the other."""
    old = {str(r["candidate"]): int(r["rank"]) for r in before.ranked()}
    places = material.places
    ranked = [(str(r["candidate"]), int(r["rank"])) for r in material.ranked()]
    into = [c for c, rank in ranked if rank <= places < old.get(c, places + 1)]
    out = [c for c, rank in ranked if old.get(c, places + 1) <= places < rank]
    if into:
        return w.say(
            "beside_places",
            into=w.listed([material.industry(c) for c in into]),
            out=w.listed([material.industry(c) for c in out]),
            places=w.count(places),
        )
    steps = sum(rank != old.get(c) for c, rank in ranked)
    return w.say("beside_order", n=steps, places=w.count(places)) if steps else w.find("beside_none")


urlpatterns: list[URLPattern] = [
    path("<slug:programme>/discovery/", discovery, name="discovery"),
]
