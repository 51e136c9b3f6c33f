"""The first page: how the chosen areas stand, what was selected, and where to find what."""

from __future__ import annotations

from statistics import median
from typing import Any

from majung.publishing.blocks import Cell, Column, Contents, Key, Num, Page, Rich, Row, Section, Table, Terms
from majung.publishing.language import missing
from majung.publishing.material import Material

SURE = 0.9
"""A place is called certain from this probability of being among the first places on."""


def provenance(material: Material) -> str:
    """The line that says which run this is."""
    say = material.language.say
    return say(
        "provenance",
        run=material.run.id,
        mode=say(f"mode.{material.mode}"),
        cut=material.cut,
        snapshot=material.snapshot or "–",
    )


def finding(material: Material) -> Rich:
    """How many of the chosen areas stand among the first places, and where the others are."""
    language, areas = material.language, material.areas()
    inside = [row for row in areas if int(row["rank"]) <= material.places]
    outside = [row for row in areas if int(row["rank"]) > material.places]
    values = {
        "areas": language.count(len(areas)),
        "inside": language.count(len(inside)),
        "places": language.count(material.places),
        "cut": material.cut,
    }
    key = "all" if not outside else "none" if not inside else "some"
    parts: list[str | Num] = [language.say(f"opening.finding.{key}", **values)]
    for k, row in enumerate(outside if inside else []):
        name = material.industry(row["candidate"])
        parts.append(" " if k == 0 else language.find("opening.finding.join"))
        parts.append(language.say("opening.finding.outside", name=name))
        figure = material.figure("ranking", row["candidate"])
        parts.append(Num(language.say("rank", rank=int(row["rank"])), f"{figure}.rank"))
    if outside and inside:
        parts.append(language.find("opening.finding.end"))
    if outside and not inside:
        best = outside[0]
        parts.append(" " + language.say("opening.finding.best", name=material.industry(best["candidate"])))
        parts.append(
            Num(language.say("rank", rank=int(best["rank"])), f"{material.figure('ranking', best['candidate'])}.rank")
        )
        parts.append(language.find("opening.finding.end"))
    return parts


def opening(material: Material, pages: list[tuple[str, str, str, bool]]) -> Page:
    """The first page; `pages` are the entries of the contents."""
    language = material.language
    say = language.say
    ranked, areas = material.ranked(), material.areas()
    sure = [row for row in ranked if float(row["p_selected"]) >= SURE]
    inside = [row for row in areas if int(row["rank"]) <= material.places]
    others = [row for row in ranked[: material.places] if not bool(row["area"])]
    projects, chosen = material.rows("projects"), [p for p in material.rows("projects") if bool(p["chosen"])]
    portfolio = (material.rows("portfolio") or [{}])[0]
    sentences = [
        say(
            "opening.order",
            order=language.listed(
                [say("opening.placed", name=material.industry(r["candidate"]), rank=int(r["rank"])) for r in areas]
            ),
        )
    ]
    if others:
        sentences.append(
            say(
                "opening.instead",
                places=language.count(material.places),
                names=language.listed([material.industry(r["candidate"]) for r in others]),
            )
        )
    sentences.append(
        say("opening.sure", names=language.listed([material.industry(r["candidate"]) for r in sure]))
        if sure
        else say("opening.unsure")
    )
    if portfolio and not missing(portfolio.get("cost")):
        sentences.append(
            say(
                "opening.portfolio",
                chosen=len(chosen),
                total=len(projects),
                budget=language.money(portfolio["budget"]),
                cost=language.money(portfolio["cost"]),
            )
        )
    excluded = material.rows("exclusions")
    keys = [
        Key(
            say("opening.key.candidates"),
            str(len(ranked)),
            say("opening.key.candidates_unit"),
            say("opening.key.excluded", n=len(excluded)),
        ),
        Key(
            say("opening.key.inside"),
            f"{len(inside)} / {len(areas)}",
            "",
            say("opening.key.inside_note", places=material.places),
        ),
        Key(
            say("opening.key.sure"),
            f"{len(sure)} / {material.places}",
            "",
            say("opening.key.sure_note", p=language.percent(SURE)),
        ),
        Key(
            say("opening.key.projects"),
            f"{len(chosen)} / {len(projects)}",
            "",
            f"{language.money(portfolio['cost'])} [{material.figure('portfolio', portfolio['programme'])}]"
            if portfolio
            else "",
        ),
    ]
    return Page(
        anchor="opening",
        kicker=say("opening.kicker", programme=material.text(material.charter.name), cut=material.cut),
        heading=finding(material),
        stand=" ".join(sentences),
        provenance=provenance(material),
        keys=keys,
        sections=[
            Section(
                say("opening.glance.topic"),
                _glance_heading(material),
                blocks=[_glance(material)],
                full=True,
            ),
            Section(
                say("opening.limits.topic"),
                say("opening.limits.heading"),
                blocks=[Terms(_limits(material), listed=True)],
                full=True,
            ),
            Section(
                say("opening.contents.topic"),
                say("opening.contents.heading"),
                blocks=[Contents(pages)],
                full=True,
            ),
        ],
        tight=True,
        outline=say("opening.outline"),
    )


def _limits(material: Material) -> list[tuple[str, str, str]]:
    """What a reader must know before quoting a number: each with its count."""
    language = material.language
    say = language.say
    ranked = material.ranked()
    found = []
    if material.charter.asked:
        # First: nobody should take the numbers of an alternative for those of the programme.
        found.append((say("opening.limits.asked"), material.text(material.charter.asked), ""))
    own = sorted(float(r["own_evidence"]) for r in ranked if not missing(r["own_evidence"]))
    if own:
        found.append(
            (
                say("opening.limits.own"),
                say(
                    "opening.limits.own_text",
                    middle=language.percent(median(own)),
                    low=language.percent(own[0]),
                    high=language.percent(own[-1]),
                ),
                "",
            )
        )
    unmeasured = [r for r in material.rows("position") if key(r["market"]) == "not_measured"]
    if unmeasured:
        text = say("opening.limits.market_text", n=len(unmeasured), total=len(ranked))
        found.append((say("opening.limits.market"), text, ""))
    ties = {str(r["tie"]) for r in ranked if r["tie"]}
    if ties:
        found.append((say("opening.limits.ties"), say("opening.limits.ties_text", n=len(ties)), ""))
    estimates = [p for p in material.rows("projects") if bool(p["estimate"])]
    if estimates:
        text = say("opening.limits.costs_text", n=len(estimates), total=len(material.rows("projects")))
        found.append((say("opening.limits.costs"), text, ""))
    if material.mode == "retrospective":
        found.append((say("opening.limits.mode"), say("opening.limits.mode_text", cut=material.cut), ""))
    return found


def _glance_heading(material: Material) -> str:
    levels = [
        (float(row["level"]), row)
        for row in material.rows("technology", measure="patents")
        if not missing(row["level"]) and any(a["candidate"] == row["candidate"] for a in material.areas())
    ]
    if not levels:
        return material.language.find("opening.glance.heading_plain")
    nearest, farthest = max(levels, key=lambda x: x[0])[1], min(levels, key=lambda x: x[0])[1]
    return material.language.say(
        "opening.glance.heading",
        near=material.industry(nearest["candidate"]),
        near_level=material.language.number(nearest["level"]),
        far=material.industry(farthest["candidate"]),
        far_level=material.language.number(farthest["level"]),
    )


def _glance(material: Material) -> Table:
    language = material.language
    say = language.say
    rows = []
    for row in material.areas():
        candidate = row["candidate"]
        technology = material.row("technology", candidate=candidate, measure="patents")
        position = material.row("position", candidate=candidate)
        needed = next((p for p in material.rows("projects", area=candidate) if bool(p["needed_most"])), {})
        tech_figure = material.figure("technology", candidate, "patents") if technology else ""
        rows.append(
            Row(
                [
                    Cell(material.industry(candidate), language.listed(material.leads.get(candidate, [])), strong=True),
                    Cell(str(int(row["rank"])), language.chance(row["p_selected"])),
                    Cell(*level_words(material, technology), figure=tech_figure),
                    Cell(
                        say(f"position.technology.{position['technology']}") if position else "–",
                        say(f"position.market.{key(position['market'])}") if position else "",
                        figure=material.figure("position", candidate) if position else "",
                    ),
                    _needed_cell(material, needed),
                ],
                figure=material.figure("ranking", candidate),
            )
        )
    return Table(
        [
            Column(say("head.area"), room=1.1),
            Column(say("head.rank_p", places=material.places), right=True),
            Column(say("head.level_gap"), right=True),
            Column(say("head.position"), room=1),
            Column(say("head.needed"), room=1.5),
        ],
        rows,
    )


def _needed_cell(material: Material, needed: dict[str, Any]) -> Cell:
    if not needed:
        return Cell("–")
    say = material.language.say
    state = say("state.chosen") if bool(needed["chosen"]) else say("state.not_chosen")
    value = say("opening.value", value=material.language.number(needed["value"]))
    figure = material.figure("projects", needed["project"])
    return Cell(material.project(needed["project"]), f"{value} · {state}", figure=figure)


def level_words(material: Material, technology: dict[str, Any]) -> tuple[str, str]:
    """Level against the leader and the gap in years, as two lines."""
    language = material.language
    if not technology or missing(technology.get("level")):
        return language.find("not_measured"), ""
    return language.number(technology["level"]), gap_words(material, technology)


def gap_words(material: Material, technology: dict[str, Any]) -> str:
    """The gap in years; that the country leads, or that the data do not reach back so far, is written out."""
    language = material.language
    if str(technology.get("leader", "")) == material.country:
        return language.find("gap.leads")
    if missing(technology.get("gap_years")) or not bool(technology.get("gap_reached", True)):
        return language.find("gap.unreached")
    return language.years(technology["gap_years"])


def key(word: object) -> str:
    """A word of the tables as a key of the texts (`not measured` -> `not_measured`)."""
    return str(word).replace(" ", "_").replace("-", "_")
