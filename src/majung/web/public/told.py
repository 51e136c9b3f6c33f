"""What the pages tell, from the documents of an edition: where an area stands, what became of a demand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from majung.taskforce.rules.clock import day_of
from majung.taskforce.rules.words import Answer, Colour
from majung.web.charts.targets import Course
from majung.web.public.store import Edition
from majung.web.words import Words

STAGES = ("taken_up", "consulted", "announced", "under_way", "read")
"""What the public can see of the cycle: each rests on something published."""
AT_WORK = ("in-progress", "reported-done", "verified")
SEVERITY = (Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.GREY)
JUDGES = ("rule", "owner", "reviewer")


def as_of(edition: Edition) -> datetime:
    """The moment of the edition."""
    return datetime.fromisoformat(edition.document("front")["as_of"])


def day(text: str | None) -> date | None:
    """A day of a document; of a moment its day in Seoul."""
    if not text:
        return None
    return day_of(datetime.fromisoformat(text)) if "T" in text else date.fromisoformat(text)


def wording(announcement: Mapping[str, Any], asked: str) -> int:
    """The number of the wording asked for: 0 as announced, n of correction n; without a sound wish the one that holds
    now."""
    last = len(announcement["corrections"])
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 and int(asked) <= last else last


def course(metric: Mapping[str, Any]) -> Course:
    """A metric of a document with what of it is reported."""
    latest: dict[str, tuple[int, float]] = {}
    for reading in metric["readings"]:
        if reading["value"] is not None and latest.get(reading["on"], (-1, 0.0))[0] <= reading["number"]:
            latest[reading["on"]] = (reading["number"], float(reading["value"]))
    known = metric["baseline"] is not None and metric["baseline_on"]
    return Course(
        metric["name"],
        metric["unit"],
        (date.fromisoformat(metric["baseline_on"]), float(metric["baseline"])) if known else None,
        tuple(
            sorted(
                (date.fromisoformat(t["by"]), float(t["value"])) for t in metric["targets"] if t["value"] is not None
            )
        ),
        tuple(sorted((date.fromisoformat(on), value) for on, (_, value) in latest.items())),
    )


@dataclass(frozen=True)
class AreaLine:
    """An area in a row. now: index of its stage; lights: the most severe colour of each judge; next_: what comes."""

    area: Mapping[str, Any]
    done: tuple[bool, ...]
    now: int
    lights: Mapping[str, str]
    next_: tuple[date, str] | None
    late: int

    @property
    def stage(self) -> str:
        return "closed" if self.area["closed_on"] else STAGES[self.now]


def area_lines(edition: Edition) -> list[AreaLine]:
    """Every area, in the order of the front page."""
    keys = [area["key"] for area in edition.document("front")["areas"]]
    announced = {a["frozen"].get("area") for a in edition.all("announcements") if a["frozen"]}
    consultations = edition.all("consultations")
    today = day_of(as_of(edition))
    return [
        area_line(area, announced, consultations, today)
        for area in (edition.get(f"areas/{key}") for key in keys)
        if area is not None
    ]


def area_line(
    area: Mapping[str, Any], announced: Iterable[Any], consultations: Iterable[Mapping[str, Any]], today: date
) -> AreaLine:
    """Where an area stands, from what is published of it."""
    measures = area["detail"]
    own = [c for c in consultations if c["area"] == area["key"]]
    done = (
        True,
        bool(own),
        area["key"] in set(announced),
        any(m["state"] in AT_WORK for m in measures),
        any(metric["readings"] for m in measures for metric in m["metrics"]),
    )
    coming: list[tuple[date, str]] = []
    for consultation in own:
        closes = day(consultation["closes"])
        if consultation["open"] and closes and closes >= today:
            coming.append((closes, "closes"))
    for measure in measures:
        due = day(measure["due"])
        if due and due >= today and measure["state"] not in ("verified", "suspended", "transferred"):
            coming.append((due, "due"))
        aims = (day(t["by"]) for metric in measure["metrics"] for t in metric["targets"])
        coming += [(by, "target") for by in aims if by and by >= today]
    lights = {judge: worst(m["lights"][judge] for m in measures) for judge in JUDGES}
    now = max(i for i, reached in enumerate(done) if reached)
    late = sum(m["late_days"] > 0 for m in measures)
    return AreaLine(area, done, now, lights, min(coming, default=None), late)


def worst(colours: Iterable[str]) -> str:
    """The most severe colour; grey if none was given."""
    given = Counter(colours)
    return next((c.value for c in SEVERITY if given[c.value]), Colour.GREY.value)


def counted_lights(measures: Iterable[Mapping[str, Any]], judge: str) -> list[tuple[str, int]]:
    """(colour, how many) of a judge, the severe first."""
    given = Counter(m["lights"][judge] for m in measures)
    return [(c.value, given[c.value]) for c in SEVERITY if given[c.value]]


def measures_of(edition: Edition) -> dict[str, Mapping[str, Any]]:
    """Every published measure by its key."""
    return {m["key"]: m for area in edition.all("areas") for m in area["detail"]}


@dataclass(frozen=True)
class Event:
    """A point of a receipt's timeline. kind: done, now or next. lines: further paragraphs; why: a quiet one."""

    kind: str
    on: date | None
    heading: str
    lines: tuple[str, ...] = ()
    why: str = ""
    link: tuple[str, str] | None = None
    lights: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Receipt:
    """What happened to a demand: the finding, how long it took, the timeline."""

    number: str
    heading: str
    stand: str
    events: list[Event] = field(default_factory=list)


def receipt(about: Mapping[str, Any], edition: Edition, w: Words, link: Any) -> Receipt:
    """The timeline of a receipt. link: (page, key) -> address."""
    today = day_of(as_of(edition))
    received = date.fromisoformat(about["received_on"])
    due = day(about["answer_due"])
    final = _answered_through(about, edition)
    responses = final["responses"]
    last = responses[-1] if responses else None
    measure = measures_of(edition).get(last["measure"]) if last and last["measure"] else None
    events = [Event("done", received, w.find("receipt.received"), (w.find("receipt.received_note"),))]
    for step in about["steps"]:
        events.append(_step(step, about, w))
    for item in about["agenda"]:
        on = date.fromisoformat(item["on"])
        held = on <= today
        to = (
            (link("minutes", item["key"]), w.find("receipt.minutes")) if edition.get(f"minutes/{item['key']}") else None
        )
        key = "receipt.discussed" if held else "receipt.to_discuss"
        name = w.of(item["meeting"])
        lines = (w.say("receipt.item", n=item["position"]),)
        events.append(Event("done" if held else "next", on, w.say(key, meeting=name), lines, link=to))
    for answer in responses:
        said = w.say("receipt.answer", answer=w.of(answer["answer_label"]))
        decision = w.say("receipt.decision", name=answer["decision"]) if answer["decision"] else ""
        to = (answer["link"], w.find("receipt.basis")) if str(answer["link"]).startswith("https://") else None
        events.append(Event("done", day(answer["on"]), said, (w.of(answer["reason"]),), decision, to))
    events = sorted(events, key=lambda e: (e.kind == "next", e.on or today))
    if measure is not None:
        at = next((n for n, e in enumerate(events) if e.kind == "next"), len(events))
        events.insert(at, _measure_now(measure, w, link, edition))
        until = day(measure["due"])
        if until and measure["state"] not in ("verified", "transferred"):
            key = "receipt.next_due" if until >= today else "receipt.late_due"
            events.append(Event("next", until, w.find(key), (w.find("receipt.next_note"),)))
    elif not responses and about["state"] not in ("withdrawn", "merged") and due:
        late = (today - due).days
        if late > 0:
            events.append(Event("now", None, w.counted(late, "receipt.late")))
        else:
            events.append(Event("next", due, w.find("receipt.answer_due"), (w.find("receipt.answer_due_note"),)))
    return Receipt(
        about["key"], _heading(about, last, measure, due, today, w), _stand(received, due, last, today, w), events
    )


def _answered_through(about: Mapping[str, Any], edition: Edition) -> Mapping[str, Any]:
    """The demand whose answer answers this one: itself, or the one that it was merged into."""
    if about["responses"] or not about["merged_into"]:
        return about
    answers = edition.document("front")["answers"]
    return next((a for a in answers if a["key"] == about["merged_into"]), about)


def _step(step: Mapping[str, Any], about: Mapping[str, Any], w: Words) -> Event:
    on = day(step["on"])
    if step["act"] == "moderate" and about["theme"]:
        others = max(0, about.get("together", 0) - 1)
        key = "receipt.themed_with" if others else "receipt.themed"
        lines = (w.say("receipt.theme", theme=w.of(about["theme"])), w.find("receipt.by_person"))
        return Event("done", on, w.counted(others, key) if others else w.find(key), lines)
    return Event("done", on, w.find(f"receipt.act.{step['act']}", w.find("receipt.act.other")))


def _measure_now(measure: Mapping[str, Any], w: Words, link: Any, edition: Edition) -> Event:
    heading = w.say("receipt.measure", state=w.of(measure["state_label"]))
    area = next((a["key"] for a in edition.all("areas") if any(m["key"] == measure["key"] for m in a["detail"])), "")
    to = (f"{link('area', area)}#m-{measure['key']}", w.find("receipt.measure_link")) if area else None
    named = w.say("receipt.measure_name", name=w.of(measure["name"]), owner=w.of(measure["owner"]))
    return Event("now", None, heading, (named,), w.find("receipt.judges"), to, measure["lights"])


def _heading(
    about: Mapping[str, Any],
    last: Mapping[str, Any] | None,
    measure: Mapping[str, Any] | None,
    due: date | None,
    today: date,
    w: Words,
) -> str:
    if about["state"] in ("withdrawn", "appealed"):
        return w.find(f"receipt.is.{about['state']}")
    if last is None:
        late = due is not None and due < today
        return w.find(
            "receipt.is.late" if late else "receipt.is.merged" if about["merged_into"] else "receipt.is.waiting"
        )
    if measure is not None and last["answer"] in (Answer.ADOPTED, Answer.PARTLY):
        return w.say(f"receipt.is.{last['answer']}_measure", state=w.of(measure["state_label"]))
    return w.find(f"receipt.is.{last['answer']}")


def _stand(received: date, due: date | None, last: Mapping[str, Any] | None, today: date, w: Words) -> str:
    promised = w.counted((due - received).days, "receipt.promised") if due else ""
    if last is None:
        return f"{w.counted((today - received).days, 'receipt.waited')} {promised}".strip()
    took = (date.fromisoformat(last["on"]) - received).days
    return f"{w.counted(took, 'receipt.took')} {promised}".strip()
