"""One page an industry: verdict, criteria against their references, technology, market, definition, projects."""

from __future__ import annotations

from typing import Any

from majung.publishing.blocks import Cell, Column, Key, Leaf, Page, Row, Section, Table, Terms
from majung.publishing.chapters.criteria import criteria
from majung.publishing.chapters.market import market
from majung.publishing.chapters.opening import gap_words, key
from majung.publishing.chapters.technology import technology
from majung.publishing.language import missing
from majung.publishing.material import Material


def industry(material: Material, row: dict[str, Any]) -> Page:
    """The page of one candidate, `row` its row of the ranking."""
    language = material.language
    say = language.say
    candidate = row["candidate"]
    position = material.row("position", candidate=candidate)
    verdict = material.localized(position, "verdict") or material.industry(candidate)
    leads = material.leads.get(candidate, [])
    kicker = [material.industry(candidate)]
    kicker.append(say("industry.area", leads=language.listed(leads)) if row["area"] else say("industry.candidate"))
    sections = [criteria(material, candidate), technology(material, candidate), market(material, candidate)]
    sections.append(_definition(material, candidate, row))
    if row["area"]:
        sections.append(_projects(material, candidate))
    return Page(
        anchor=material.anchor(candidate),
        kicker=" · ".join(kicker),
        heading=[verdict],
        stand=say("industry.calls", calls=material.localized(position, "calls_for")) if position else "",
        provenance=say(
            "industry.provenance",
            technology=say(f"position.technology.{key(position['technology'])}") if position else "–",
            market=say(f"position.market.{key(position['market'])}") if position else "–",
            figure=material.figure("position", candidate) if position else "–",
        ),
        keys=_keys(material, row),
        sections=sections,
        folded=not bool(row["area"]),
        tight=True,
        slim=True,
        outline=f"{int(row['rank'])}. {material.industry(candidate)}",
    )


def _keys(material: Material, row: dict[str, Any]) -> list[Key]:
    language = material.language
    say = language.say
    candidate = row["candidate"]
    technology = material.row("technology", candidate=candidate, measure="patents")
    ranking_id = material.figure("ranking", candidate)
    keys = [
        Key(
            say("industry.key.rank"),
            str(int(row["rank"])),
            say("industry.key.rank_unit", n=len(material.table("ranking"))),
            say("industry.key.rank_note", p=language.chance(row["p_selected"]), places=material.places),
            f"{ranking_id}.rank",
        )
    ]
    if technology and not missing(technology.get("level")):
        figure = material.figure("technology", candidate, "patents")
        leader_name = material.country_name(str(technology["leader"]))
        keys.append(
            Key(
                say("industry.key.level"),
                language.number(technology["level"]),
                "",
                say(
                    "industry.key.level_note",
                    leader=leader_name,
                    span=language.span(technology["level_low"], technology["level_high"], 1) or say("no_interval"),
                ),
                f"{figure}.level",
            )
        )
        words = gap_words(material, technology)
        reached = bool(technology.get("gap_reached", True)) and not missing(technology.get("gap_years"))
        measured = reached and str(technology["leader"]) != material.country
        keys.append(
            Key(
                say("industry.key.gap"),
                language.number(technology["gap_years"]) if measured else words,
                say("unit.years").strip() if measured else "",
                language.span(technology["gap_low"], technology["gap_high"], 1) or say("no_interval"),
                f"{figure}.gap_years",
            )
        )
    keys.append(
        Key(
            say("industry.key.own"),
            language.number(100 * float(row["own_evidence"]), 0),
            "%",
            say("industry.key.own_note", measured=language.percent(row["measured"])),
            f"{ranking_id}.own_evidence",
        )
    )
    return keys


def _definition(material: Material, candidate: str, row: dict[str, Any]) -> Section:
    language = material.language
    say = language.say
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in material.rows("definitions", candidate=candidate):
        groups.setdefault(str(line["classification"]), []).append(line)
    entries = []
    for classification, lines in groups.items():
        texts = []
        for line in sorted(lines, key=lambda r: -float(r["weight"])):
            span = language.span(line["low"], line["high"], 2)
            fixed = float(line["low"]) == float(line["high"])
            texts.append(
                f"{material.code(classification, line['code'])} {language.number(line['weight'], 2)}"
                + ("" if fixed or not span else f" ({span})")
                + f" [{material.figure('definitions', candidate, classification, line['code'])}]"
            )
        observed = {str(line["observes"]) for line in lines}
        mark = " · ".join(language.find(f"observes.{o}", default=o) for o in sorted(observed))
        entries.append((material.classification(classification), "; ".join(texts), mark))
    leaves: list[Leaf] = [Terms(entries)]
    return Section(
        say("definition.topic"),
        say("definition.heading", name=material.industry(candidate)),
        say("definition.note", own=language.percent(row["own_evidence"])),
        leaves,
    )


def _projects(material: Material, candidate: str) -> Section:
    language = material.language
    say = language.say
    projects = sorted(material.rows("projects", area=candidate), key=lambda p: -float(p["value"]))
    needed = next((p for p in projects if bool(p["needed_most"])), None)
    gaps = []
    for row in material.rows("gaps", candidate=candidate):
        name = material.gap_names.get(row["gap"], str(row["gap"]))
        figure = material.figure("gaps", candidate, row["gap"])
        size = language.number(row["size"], 2)
        gaps.append(f"{name} {size}{'' if bool(row['measured']) else say('projects.judged')} [{figure}]")
    table = Table(
        [
            Column(say("head.project"), room=1),
            Column(say("head.project_value"), right=True),
            Column(say("head.cost"), right=True),
            Column(say("head.core"), right=True),
            Column(say("head.state")),
        ],
        [
            Row(
                [
                    Cell(material.project(p["project"]), strong=bool(p["chosen"])),
                    Cell(
                        f"{language.number(p['value'])} ({language.span(p['value_low'], p['value_high'], 1)})"
                        if language.span(p["value_low"], p["value_high"], 1)
                        else language.number(p["value"])
                    ),
                    Cell(language.money(p["cost"], plain_unit=False) + (" *" if bool(p["estimate"]) else "")),
                    Cell(language.number(p["core_index"], 2)),
                    Cell(project_state(material, p)),
                ],
                figure=material.figure("projects", p["project"]),
            )
            for p in projects
        ],
        source=say("projects.gaps", gaps=" · ".join(gaps)) if gaps else "",
    )
    heading = say("projects.needed", project=material.project(needed["project"])) if needed else say("projects.none")
    why = material.localized(needed, "why") if needed else ""
    return Section(say("projects.topic"), heading, why, [table], told=True)


def project_state(material: Material, project: dict[str, Any]) -> str:
    """Chosen, borderline or out; a chosen project that is not in every good portfolio is said to be borderline."""
    core = project.get("core_index")
    if bool(project["chosen"]):
        sure = not missing(core) and float(core) >= 1 - 1e-9  # type: ignore[arg-type]
        return material.language.find("state.core" if sure else "state.chosen")
    if not missing(core) and float(core) > 0:  # type: ignore[arg-type]
        return material.language.find("state.borderline")
    return material.language.find("state.out")
