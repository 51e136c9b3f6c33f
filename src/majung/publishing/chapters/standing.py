"""The ranking: how sure each place is, why the chosen areas stand where they do, ties, exclusions, checks."""

from __future__ import annotations

from statistics import median
from typing import Any

from majung.publishing.blocks import Block, Cell, Column, Page, Picture, Row, Section, Table
from majung.publishing.chapters.opening import SURE, provenance
from majung.publishing.charts import RankingRow, Theme, ranking
from majung.publishing.language import missing
from majung.publishing.material import Material


def standing(material: Material) -> list[Page]:
    """Two pages: the picture (landscape), and the tables behind it."""
    return [_picture_page(material), _table_page(material)]


def _finding(material: Material) -> str:
    language, ranked = material.language, material.ranked()
    sure = sum(float(r["p_selected"]) >= SURE for r in ranked)
    open_places = material.places - sure
    contested = sum(1 - SURE < float(r["p_selected"]) < SURE for r in ranked)
    values = {
        "places": language.count(material.places),
        "sure": language.count(sure),
        "open": language.count(open_places),
        "contested": contested,
    }
    name = "all" if open_places <= 0 else "none" if sure == 0 else "some"
    return language.say(f"standing.finding.{name}", **values)


def _picture_page(material: Material) -> Page:
    language = material.language
    say = language.say
    return Page(
        anchor="ranking",
        kicker=say("standing.kicker", n=len(material.ranked()), criteria=len(material.criteria)),
        heading=[_finding(material)],
        stand=say("standing.stand", samples=language.number(material.run.manifest.get("samples"), 0)),
        provenance=provenance(material),
        sections=[
            Section(
                say("standing.topic"),
                say("standing.heading"),
                blocks=[_picture(material)],
                full=True,
            )
        ],
        landscape=True,
        tight=True,
        slim=True,
        outline=say("standing.outline"),
    )


def _picture(material: Material) -> Picture:
    language = material.language
    say = language.say
    ranked = material.ranked()
    acceptance: dict[str, dict[int, float]] = {}
    for row in material.rows("acceptability"):
        acceptance.setdefault(str(row["candidate"]), {})[int(row["rank"])] = float(row["probability"])
    bars = []
    for row in ranked:
        candidate = row["candidate"]
        parts = {r["criterion"]: float(r["contribution"]) for r in material.rows("contributions", candidate=candidate)}
        bars.append(
            RankingRow(
                rank=str(int(row["rank"])),
                name=material.industry(candidate),
                parts=[max(parts.get(c.id, 0.0), 0.0) for c in material.criteria],
                score=float(row["score"]),
                low=float(row["score_low"]),
                high=float(row["score_high"]),
                ranks=[acceptance.get(str(candidate), {}).get(k + 1, 0.0) for k in range(len(ranked))],
                selected=language.chance(row["p_selected"]),
                own=language.percent(row["own_evidence"]),
                figure=material.figure("ranking", candidate),
                marked=bool(row["area"]),
                tie=str(row["tie"] or ""),
            )
        )
    words = {
        "rank": say("head.rank"),
        "candidate": say("head.candidate"),
        "selected": say("head.selected", places=material.places),
        "own": say("head.own"),
        "score": say("standing.score"),
        "heat": say("standing.heat", places=language.count(material.places)),
    }
    errors = [float(r["standard_error"]) for r in material.rows("acceptability")]
    alt = say(
        "standing.alt",
        n=len(ranked),
        first=", ".join(material.industry(r["candidate"]) for r in ranked[: material.places]),
    )

    def draw(width: float, theme: Theme, dense: bool) -> str:
        return ranking(bars, places=material.places, width=width, words=words, label=alt, dense=dense, theme=theme)

    criteria = [(c.name, c.hue) for c in material.criteria]
    return Picture(
        "fig-ranking",
        say("standing.title"),
        say("standing.unit", criteria=" · ".join(f"[c{hue + 1}]{name}" for name, hue in criteria)),
        draw,
        alt,
        source=say(
            "standing.source",
            error=language.number(100 * max(errors, default=0.0), 1),
            seed=material.run.manifest.get("seed", "–"),
        ),
        wide=1232,
        paper=1360,
    )


def _table_page(material: Material) -> Page:
    language = material.language
    say = language.say
    ranked = material.ranked()
    areas = material.areas()
    sections = [
        Section(
            say("areas.topic"),
            _areas_heading(material),
            say("areas.note"),
            [_areas_table(material)],
            full=True,
            told=True,
        ),
        Section(
            say("full.topic"),
            say("full.heading" if any(r["tie"] for r in ranked) else "full.heading_none"),
            _tie_words(material),
            [_ranking_table(material, ranked)],
            full=True,
            told=True,
        ),
        Section(
            say("excluded.topic"),
            say("excluded.heading", n=language.count(len(material.rows("exclusions")))),
            say("excluded.note"),
            _excluded(material),
            full=True,
        ),
    ]
    checks = material.rows("checks")
    if checks:
        passed = sum(bool(c["passed"]) for c in checks)
        sections.append(
            Section(
                say("checks.topic"),
                say("checks.all" if passed == len(checks) else "checks.some", passed=passed, n=len(checks)),
                "",
                [
                    Table(
                        [Column(say("head.check"), room=2.6), Column(say("head.passed"), room=0.5)],
                        [
                            Row(
                                [
                                    Cell(material.localized(c, "detail") or str(c["check"])),
                                    Cell(say("yes" if bool(c["passed"]) else "no"), strong=not bool(c["passed"])),
                                ],
                                figure=material.figure("checks", c["check"]),
                            )
                            for c in checks
                        ],
                    )
                ],
            )
        )
    placed = [say("rank", rank=int(r["rank"])) for r in areas]
    return Page(
        anchor="ranking-table",
        kicker=say("standing.outline"),
        heading=[say("areas.finding", areas=language.count(len(areas)), ranks=language.listed(placed))],
        stand=say("areas.stand"),
        sections=sections,
        tight=True,
        slim=True,
        outline=say("areas.outline"),
    )


def _areas_heading(material: Material) -> str:
    """Which criterion lifts the chosen areas, and which holds them back, against the median candidate."""
    edges = _edges(material)
    if not edges:
        return material.language.find("areas.heading_plain")
    names = {c.id: c.name for c in material.criteria}
    mean = {c: sum(row[c] for row in edges.values()) / len(edges) for c in names}
    best, worst = max(mean, key=lambda c: mean[c]), min(mean, key=lambda c: mean[c])
    name = "areas.heading" if mean[worst] < 0 else "areas.heading_up"
    return material.language.say(name, best=names[best], worst=names[worst])


def _edges(material: Material) -> dict[str, dict[str, float]]:
    """Points of each area by criterion, less the median candidate's."""
    points: dict[str, dict[str, float]] = {}
    for row in material.rows("contributions"):
        points.setdefault(str(row["criterion"]), {})[str(row["candidate"])] = float(row["contribution"])
    middle = {criterion: median(values.values()) for criterion, values in points.items() if values}
    return {
        row["candidate"]: {
            c.id: points.get(c.id, {}).get(row["candidate"], 0.0) - middle.get(c.id, 0.0) for c in material.criteria
        }
        for row in material.areas()
    }


def _areas_table(material: Material) -> Table:
    language = material.language
    say = language.say
    edges = _edges(material)
    rows = []
    for row in material.areas():
        candidate = row["candidate"]
        cells = [
            Cell(material.industry(candidate), strong=True),
            Cell(str(int(row["rank"])), language.chance(row["p_selected"])),
        ]
        for criterion in material.criteria:
            found = material.row("contributions", candidate=candidate, criterion=criterion.id)
            cells.append(
                Cell(
                    language.number(found.get("contribution")),
                    language.signed(edges[candidate][criterion.id]),
                    figure=material.figure("contributions", candidate, criterion.id) if found else "",
                )
            )
        cells.append(Cell(language.number(row["score"]), language.span(row["score_low"], row["score_high"], 1)))
        rows.append(Row(cells, figure=material.figure("ranking", candidate)))
    return Table(
        [
            Column(say("head.area"), room=1),
            Column(say("head.rank_p", places=material.places), right=True),
            *[Column(c.name, right=True) for c in material.criteria],
            Column(say("head.score"), right=True),
        ],
        rows,
    )


def _ranking_table(material: Material, ranked: list[dict[str, Any]]) -> Table:
    language = material.language
    say = language.say
    rows = [
        Row(
            [
                Cell(str(int(row["rank"])), strong=True),
                Cell(material.industry(row["candidate"]), strong=bool(row["area"])),
                Cell(language.number(row["score"])),
                Cell(language.span(row["score_low"], row["score_high"], 1), quiet=True),
                Cell(language.chance(row["p_selected"])),
                Cell(language.number(row["expected_rank"])),
                Cell(str(int(row["promethee_rank"])) if not missing(row["promethee_rank"]) else "–"),
                Cell(language.percent(row["own_evidence"])),
                Cell(language.percent(row["measured"])),
                Cell(str(row["tie"] or "")),
            ],
            figure=material.figure("ranking", row["candidate"]),
            marked=bool(row["area"]),
            rule=k + 1 == material.places,
        )
        for k, row in enumerate(ranked)
    ]
    return Table(
        [
            Column(say("head.rank"), right=True),
            Column(say("head.candidate"), room=1),
            Column(say("head.score"), right=True),
            Column(say("head.span"), right=True),
            Column(say("head.selected", places=material.places), right=True),
            Column(say("head.expected"), right=True),
            Column("PROMETHEE", right=True),
            Column(say("head.own"), right=True),
            Column(say("head.measured"), right=True),
            Column(say("head.tie")),
        ],
        rows,
        source=say("full.source"),
    )


def _tie_words(material: Material) -> str:
    """Each tie by its name, with the smallest overlap of evidence inside it and that row's id."""
    language = material.language
    groups: dict[str, list[str]] = {}
    for row in material.ranked():
        if row["tie"]:
            groups.setdefault(str(row["tie"]), []).append(row["candidate"])
    if not groups:
        return language.find("full.no_ties")
    said = []
    for tie, members in groups.items():
        shares = [
            (float(r["share"]), material.figure("overlap", r["candidate"], r["other"]))
            for r in material.rows("overlap")
            if r["candidate"] in members and r["other"] in members and r["candidate"] != r["other"]
        ]
        tail = (
            language.say("full.share", share=language.percent(min(shares)[0]), figure=min(shares)[1]) if shares else ""
        )
        said.append(f"{tie}: {language.listed([material.industry(m) for m in members])}{tail}")
    return language.say("full.ties", ties="; ".join(said))


def _excluded(material: Material) -> list[Block]:
    say = material.language.say
    return [
        Table(
            [
                Column(say("head.industry"), room=0.7),
                Column(say("head.rule"), room=1.3),
                Column(say("head.reason"), room=1.8),
            ],
            [
                Row(
                    [
                        Cell(material.industry(row["industry"]), strong=True),
                        Cell(material.localized(row, "rule")),
                        Cell(material.localized(row, "reason"), str(row.get("source") or "")),
                    ],
                    figure=material.figure("exclusions", row["industry"]),
                )
                for row in material.rows("exclusions")
            ],
        )
    ]
