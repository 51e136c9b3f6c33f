"""An announcement as a document: the frozen text with its core tasks, measures, targets, budgets and grounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from majung.publishing.office import Block, Document, Facts, Heading, Paragraph, paragraphs
from majung.taskforce.rules.words import Instrument, Text
from majung.web.words import Words


@dataclass(frozen=True)
class Announced:
    """What was announced. frozen: the wording that is printed, as `announcement.announce` froze it; of: 0 as announced,
    n as of correction n. owners: names by the organisations' keys. decisions: text and basis by number, as far as they
    may be read."""

    programme: Text
    title: Text
    at: datetime
    meeting: Text
    frozen: Mapping[str, Any]
    frozen_hash: str
    of: int = 0
    corrections: Sequence[tuple[int, datetime, Text]] = ()
    owners: Mapping[str, Text] = field(default_factory=dict)
    decisions: Mapping[str, tuple[Text, str]] = field(default_factory=dict)
    source: str = ""
    exercise: bool = False


def announcement(told: Announced, w: Words) -> Document:
    """The paper. w: words of the topic `office`."""
    frozen = told.frozen
    facts = [(w.find("announced"), w.moment(told.at))]
    if told.meeting:
        facts.append((w.find("meeting"), w.of(told.meeting)))
    facts += [
        (w.find("strategy"), w.of(frozen["name"])),
        (w.find("wording"), w.say("as_corrected", n=told.of) if told.of else w.find("as_announced")),
        (w.find("digest"), told.frozen_hash),
    ]
    if told.source:
        facts.append((w.find("source"), told.source))
    blocks: list[Block] = [Facts(facts)]
    if told.corrections:
        blocks.append(Heading(w.find("corrections")))
        blocks.append(
            Facts([(f"{w.say('correction', n=n)}\n{w.day(at.date())}", w.of(said)) for n, at, said in told.corrections])
        )
    for name in ("summary", "text"):
        if w.of(frozen[name]).strip():
            blocks += [Heading(w.find(name)), *paragraphs(w.of(frozen[name]))]
    blocks.append(Heading(w.find("tasks")))
    for task in frozen["tasks"]:
        blocks.append(Heading(w.of(task["name"]), 2))
        blocks += [Facts(_measure(m, told, w)) for m in task["measures"]]
    if not frozen["tasks"]:
        blocks.append(Paragraph(w.find("tasks_none"), quiet=True))
    return Document(
        language=w.code,
        title=w.of(told.title),
        kicker=f"{w.of(told.programme)} · {w.find('announcement')}",
        note=f"{w.find('exercise')}: {w.find('exercise_note')}" if told.exercise else "",
        blocks=blocks,
    )


def _measure(m: Mapping[str, Any], told: Announced, w: Words) -> list[tuple[str, str]]:
    due = date.fromisoformat(m["due"]) if m["due"] else None
    aims = [_aim(metric, target, w) for metric in m["metrics"] for target in metric["targets"]]
    money = [
        f"{b['year']}: {w.money(float(b['krw_million']) / 1000)} ({w.state('fiscal', b['stage'])})" for b in m["budget"]
    ]
    grounds = [_decision(number, told, w) for number in m["decisions"]]
    grounds += [w.say("figure", name=name) for name in m["figures"]]
    return [
        (w.find("measure"), w.of(m["name"])),
        (w.find("instrument"), w.word(Instrument(m["instrument"]))),
        (w.find("owner"), w.of(told.owners.get(m["owner"])) or m["owner"]),
        (w.find("due"), w.day(due) if due else w.find("no_due")),
        (w.find("targets"), "\n".join(aims) or w.find("no_targets")),
        (w.find("budget"), "\n".join(money) or w.find("not_reported")),
        (w.find("grounds"), "\n".join(grounds) or w.find("grounds_none")),
    ]


def _aim(metric: Mapping[str, Any], target: Mapping[str, Any], w: Words) -> str:
    said = w.say(
        "at_least" if target["qualifier"] == "at-least" else "aim",
        name=w.of(metric["name"]),
        value=w.amount(target["value"]),
        unit=w.of(metric["unit"]),
        day=w.day(date.fromisoformat(target["by"])),
    )
    return f"{said} † {w.find('doubtful')}" if metric["doubtful"] else said


def _decision(number: str, told: Announced, w: Words) -> str:
    said = w.say("decision", name=number)
    if number not in told.decisions:
        return said
    text, basis = told.decisions[number]
    return f"{said}: {w.of(text)}" + (f" ({basis})" if basis else "")
