"""Measures: is it done, will it be? All of them with their lights; one with everything that is known of it."""

from __future__ import annotations

import functools
from datetime import date

from django.db.models import Case, CharField, Count, DateField, F, When
from django.db.models.functions import Cast
from django.http import Http404, HttpResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from majung.taskforce.journal.images import reference
from majung.taskforce.models import Area, Body, CoreTask, JournalEntry, Measure, Metric, Organisation, Reading
from majung.taskforce.operations import OPERATIONS
from majung.taskforce.queries.lights import CAN_BE_LATE, is_late, lights, metric_progress, with_lights
from majung.taskforce.queries.visibility import visible
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.states import FISCAL, MEASURE, REGULATORY
from majung.taskforce.rules.words import Instrument
from majung.taskforce.wire.references import refer
from majung.web.backed import Backed, in_state, labelled, said, through, within
from majung.web.charts.targets import Course, target_chart
from majung.web.parts import Fact, Lede, Part, offer, offers, steps
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported
from majung.web.templatetags.look import lights as drawn_lights
from majung.web.words import words

NAMED = 5
"""Areas without a late measure up to which the heading names them."""


@page("measures")
def listed(here: Here) -> HttpResponse:
    """Every measure with its three lights, its owner and its due date."""
    w = here.words
    name, area, owner = (said(at, w.code) for at in ("name", "task__strategy__area__name", "owner__name"))
    overdue = Case(When(state__in=CAN_BE_LATE, due__lt=here.day, then=F("due")), output_field=DateField())
    table = Table(
        "measures",
        [
            Column("measure", w.find("measure")),
            Column("area", w.find("area")),
            Column("owner", w.find("owner")),
            Column("state", w.find("state")),
            Column("lights", w.find("lights_column"), sorts=False),
            Column("due", w.find("due")),
            Column("late", w.find("late_column"), right=True),
        ],
        Backed(
            visible(here.sight, Measure).order_by("key"),
            functools.partial(_row, here),
            whole=lambda rows: with_lights(rows, here.day).select_related("owner", "task__strategy__area"),
            sorts={
                "measure": name,
                "area": area,
                "owner": owner,
                "state": labelled("state", MEASURE, w.code),
                "due": "due",
                "late": overdue,
            },
            turned=["late"],
            finds=[
                # What is cheap to look at first: a row that has the word there is not looked at further.
                within("key"),
                in_state("state", MEASURE, w.code),
                through("owner", Organisation, name),
                through("task", CoreTask, said("strategy__area__name", w.code)),
                within(Cast("due", CharField())),
                within(name),
            ],
        ),
        empty=w.find("list_empty"),
        caption=w.find("topic"),
    )
    file = exported(here.request, table)
    if file:
        return file
    lede = Lede(w.find("topic"), _list_heading(here), w.find("list_stand"))
    links = [(w.find("registers"), here.address("registers"))]
    part = Part(
        w.find("topic"),
        w.counted(len(table.rows), "list_finding"),
        w.find("lights.legend"),
        tables=[table],
        empty=w.find("list_empty"),
        full=True,
        links=links,
    )
    return here.show("pages/page.html", stage="measures", lede=lede, parts=[part])


def _row(here: Here, measure: Measure) -> Row:
    w = here.words
    area = measure.task.strategy.area
    late = measure.late_by(here.day)
    colours = measure.rule_colour, measure.owner_colour, measure.reviewer_colour  # type: ignore[attr-defined]
    return Row(
        [
            Cell(w.of(measure.name), sub=measure.key, href=here.address("measure", measure.key), strong=True),
            Cell(w.of(area.name) if area else w.find("several")),
            Cell(w.of(measure.owner.name)),
            Cell(w.state("measure", measure.state)),
            Cell("", measure.rule_colour, html=_drawn(w.code, *colours)),  # type: ignore[attr-defined]
            Cell(w.day(measure.due) if measure.due else w.find("no_date"), measure.due),
            Cell(str(late) if late else "–", late or None, strong=bool(late)),
        ]
    )


@functools.cache
def _drawn(language: str, rule: str, owner: str, reviewer: str) -> str:
    return drawn_lights({"w": words("measures", language)}, rule, owner, reviewer)


def _list_heading(here: Here) -> str:
    """`3 of 41 measures are late; robots has none`."""
    w = here.words
    behind = Count("pk", filter=is_late(here.day, "standing__"))
    rows = visible(here.sight, Measure).order_by().values_list("standing__area").annotate(n=Count("pk"), late=behind)
    counted = [(area, n, late_) for area, n, late_ in rows]
    total, late_all = sum(n for _, n, _ in counted), sum(x for _, _, x in counted)
    if not total:
        return w.find("heading_none")
    if not late_all:
        dated = visible(here.sight, Measure).filter(due__isnull=False).exists()
        return w.say("heading_on_time" if dated else "heading_undated", n=total)
    sentence = w.say("heading_late", late=late_all, n=total)
    clean = [area for area, _, x in counted if not x and area]
    if not 0 < len(clean) <= NAMED:
        return sentence
    names = [w.of(area.name) for area in Area.objects.filter(pk__in=clean).order_by("pk")]
    return w.say("heading_except", first=sentence, areas=w.listed(names))


@page("measures")
def one(here: Here, key: str) -> HttpResponse:
    """A measure: plan, lights, targets and readings, budget, what it rests on, its history."""
    w = here.words
    found = (
        visible(here.sight, Measure)
        .select_related("owner", "verifier", "officer", "task__strategy__area", "project", "transferred_to")
        .prefetch_related(
            "lights",
            "metrics__targets",
            "metrics__readings",
            "budget",
            "milestones",
            "grounds__decision",
            "grounds__submission",
            "grounds__milestone",
            "grounds__run",
            "waits_for__on",
        )
        .filter(key=key)
        .first()
    )
    if found is None:
        raise Http404
    tables = _metric_table(here, found), _budget_table(here, found), _history(here, found)
    file = exported(here.request, *tables)
    if file:
        return file
    told = lights(found, here.day)
    late = found.late_by(here.day)
    heading = (
        w.say("one_late", name=w.of(found.name), days=late)
        if late
        else w.say("one_heading", name=w.of(found.name), state=w.state("measure", found.state))
    )
    if told.differ:
        heading = w.say("one_differ", first=heading)
    parts = [
        Part(
            w.find("plan_topic"),
            _plan_finding(here, found, late),
            facts=_facts(here, found),
            offers=[
                *steps(here, found, MEASURE, found.state),
                *offers(here, found, ["measure.change", "measure.set_milestone", "measure.wait_for"]),
                *[
                    o
                    for m in found.milestones.all()
                    if m.reached is None
                    for o in offer(here, "measure.reach_milestone", m, w.of(m.name))
                ],
            ],
        ),
        Part(
            w.find("lights_topic"),
            _lights_finding(here, told.agree, told.differ),
            told.why[w.code],
            pictures=[drawn_lights({"w": w}, told.rule, told.owner, told.reviewer)],
            facts=_said(here, found),
            offers=offers(here, found, ["light.owner", "light.reviewer"]),
        ),
        Part(
            w.find("metrics_topic"),
            w.counted(found.metrics.count(), "metrics") if found.metrics.count() else w.find("metrics_none"),
            w.find("metrics_note"),
            pictures=[_on_its_way(here, metric) for metric in found.metrics.all()],
            tables=[tables[0]],
            empty=w.find("metrics_empty"),
            anchor="metrics",
            offers=[
                *offers(here, found, ["metric.set"]),
                *[
                    o
                    for m in found.metrics.all()
                    for o in offers(here, m, ["reading.report", "target.set"], w.of(m.name))
                ],
            ],
        ),
        Part(
            w.find("budget_topic"),
            _budget_finding(here, found),
            tables=[tables[1]],
            empty=w.find("budget_empty"),
            offers=[*steps(here, found, FISCAL, found.fiscal), *offers(here, found, ["budget.set"])],
        ),
        Part(
            w.find("rules_topic"),
            w.state("regulatory", found.regulatory),
            facts=[Fact(w.find("statute"), found.statute)] if found.statute else (),
            empty=w.find("rules_empty"),
            offers=steps(here, found, REGULATORY, found.regulatory),
        ),
        Part(
            w.find("grounds_topic"),
            _grounds_finding(here, found),
            w.find("grounds_note"),
            facts=_grounds(here, found),
            empty=w.find("grounds_empty"),
            offers=offer(here, "measure.ground", found),
        ),
        Part(
            w.find("history_topic"),
            w.counted(len(tables[2].rows), "history"),
            tables=[tables[2]],
            empty=w.find("history_empty"),
        ),
    ]
    area = found.task.strategy.area
    kicker = " · ".join(filter(None, [w.of(area.name) if area else "", w.of(found.task.strategy.name)]))
    lede = Lede(kicker, heading, w.of(found.note), found.source, chain=here.address("chain", refer(found)))
    return here.show("pages/page.html", stage="measures", lede=lede, parts=parts)


def _facts(here: Here, measure: Measure) -> list[Fact]:
    w = here.words
    facts = [
        Fact(w.find("instrument"), Instrument(measure.instrument).label[w.code]),
        Fact(w.find("task"), w.of(measure.task.name)),
        Fact(w.find("owner"), w.of(measure.owner.name)),
        Fact(w.find("verifier"), w.of(measure.verifier.name) if measure.verifier else w.find("not_reported")),
        Fact(w.find("officer"), w.of(measure.officer.post) if measure.officer else w.find("not_reported")),
        Fact(w.find("starts"), w.day(measure.starts)),
        Fact(w.find("due"), w.day(measure.due)),
    ]
    if measure.reason:
        facts.append(Fact(w.find("reason"), measure.reason))
    if measure.transferred_to:
        facts.append(Fact(w.find("transferred_to"), w.of(measure.transferred_to.name)))
    facts += [
        Fact(w.find("waits_for"), w.of(link.on.name), href=here.address("measure", link.on.key))
        for link in measure.waits_for.all()
    ]
    for milestone in sorted(measure.milestones.all(), key=lambda m: m.due):
        reached = (
            w.say("reached", day=w.day(milestone.reached))
            if milestone.reached
            else w.say("open", day=w.day(milestone.due))
        )
        facts.append(Fact(w.of(milestone.name), reached))
    return facts


def _lights_finding(here: Here, agree: bool, differ: bool) -> str:
    return here.words.find("lights.agree" if agree else "lights.differ" if differ else "lights.partly")


def _plan_finding(here: Here, measure: Measure, late: int) -> str:
    w = here.words
    state = w.state("measure", measure.state)
    if measure.due is None:
        return w.say("plan_no_date", state=state)
    if late:
        return w.say("plan_late", n=late)
    left = (measure.due - here.day).days
    return w.counted(left, "plan_left") if left >= 0 and measure.state in CAN_BE_LATE else state


def _budget_finding(here: Here, measure: Measure) -> str:
    w = here.words
    last = max(measure.budget.all(), key=lambda b: b.year, default=None)
    if last is None:
        return w.state("fiscal", measure.fiscal)
    sum_ = w.money(float(last.amount) / 1000)
    return w.say("budget_finding", year=last.year, sum=sum_, stage=w.state("fiscal", last.stage))


def _acted_as(here: Here, said: str, names: dict[str, str]) -> str:
    """`owner@some-group` as role and body in words; a system's name as it is."""
    role, _, body = said.partition("@")
    if role not in {r.value for r in Role}:
        return said
    return (
        f"{Role(role).label[here.words.code]}, {names.get(body, body)}" if body else Role(role).label[here.words.code]
    )


def _on_its_way(here: Here, metric: Metric) -> SafeString:
    """A metric's picture with its title and source."""
    w = here.words
    latest: dict[date, Reading] = {}
    for reading in metric.readings.all():
        kept = latest.get(reading.on)
        if reading.on <= here.day and (kept is None or kept.number < reading.number):
            latest[reading.on] = reading
    course = Course(
        metric.name,
        metric.unit,
        (metric.baseline_on, metric.baseline) if metric.baseline is not None and metric.baseline_on else None,
        tuple(sorted((t.by, t.value) for t in metric.targets.all())),
        tuple(sorted((on, reading.value) for on, reading in latest.items())),
    )
    return format_html(
        '<div class="fig"><h3>{}</h3><p class="u">{}</p>{}{}</div>',
        w.of(metric.name) + (" †" if metric.doubtful else ""),
        w.say("chart_unit", unit=w.of(metric.unit)),
        target_chart(course, w),
        format_html('<p class="src">{}</p>', metric.source) if metric.source else "",
    )


def _said(here: Here, measure: Measure) -> list[Fact]:
    w = here.words
    return [
        Fact(f"{w.find(f'judge.{light.judge}')}, {w.day(light.on)}", light.reason)
        for light in sorted(measure.lights.all(), key=lambda light: (light.on, light.pk), reverse=True)[:6]
    ]


def _metric_table(here: Here, measure: Measure) -> Table:
    w = here.words
    rows = [row for metric in measure.metrics.all() for row in _metric_rows(here, metric)]
    columns = [
        Column("metric", w.find("metric")),
        Column("baseline", w.find("baseline"), right=True),
        Column("target", w.find("target"), right=True),
        Column("by", w.find("by")),
        Column("reading", w.find("reading"), right=True),
        Column("way", w.find("way"), right=True),
    ]
    return Table("metrics", columns, rows, caption=w.find("metrics_topic"), empty=w.find("metrics_empty"))


def _metric_rows(here: Here, metric: Metric) -> list[Row]:
    w = here.words
    readings = [r for r in metric.readings.all() if r.on <= here.day]
    last = max(readings, key=lambda r: (r.on, r.number), default=None)
    way = metric_progress(metric, here.day)
    name = Cell(w.of(metric.name) + (" †" if metric.doubtful else ""), sub=w.of(metric.note) or w.of(metric.unit))
    baseline = Cell(w.amount(metric.baseline), metric.baseline, quiet=metric.baseline is None)
    reading = Cell(
        w.amount(last.value if last else None),
        last.value if last else None,
        sub=w.day(last.on) if last else "",
        quiet=last is None,
    )
    share = Cell(w.percent(way) if way is not None else w.find("not_reported"), way, quiet=way is None)
    found = sorted(metric.targets.all(), key=lambda t: t.by)
    if not found:
        return [Row([name, baseline, Cell(w.find("not_reported"), quiet=True), Cell("–"), reading, share])]
    return [
        Row(
            [
                name,
                baseline,
                Cell(
                    f"{w.find('at_least')} {w.amount(t.value)}" if t.qualifier == "at-least" else w.amount(t.value),
                    t.value,
                ),
                Cell(w.day(t.by), t.by),
                reading,
                share,
            ]
        )
        for t in found
    ]


def _budget_table(here: Here, measure: Measure) -> Table:
    w = here.words
    columns = [
        Column("year", w.find("year")),
        Column("amount", w.find("amount"), right=True),
        Column("stage", w.find("stage_column")),
        Column("source", w.find("source")),
    ]
    rows = [
        Row(
            [
                Cell(str(b.year), b.year),
                Cell(w.money(float(b.amount) / 1000), b.amount),
                Cell(w.state("fiscal", b.stage)),
                Cell(b.source),
            ]
        )
        for b in sorted(measure.budget.all(), key=lambda b: (b.year, b.stage))
    ]
    return Table("budget", columns, rows, caption=w.find("budget_topic"))


def _grounds_finding(here: Here, measure: Measure) -> str:
    grounds = list(measure.grounds.all())
    decided = any(g.decision_id for g in grounds)
    backed = any(g.submission_id or g.milestone_id or g.run_id for g in grounds)
    key = (
        "grounds_both"
        if decided and backed
        else "grounds_decided"
        if decided
        else "grounds_backed"
        if backed
        else "grounds_none"
    )
    return here.words.find(key)


def _grounds(here: Here, measure: Measure) -> list[Fact]:
    w = here.words
    facts = []
    for ground in measure.grounds.all():
        if ground.decision:
            facts.append(
                Fact(
                    w.find("ground_decision"),
                    f"{ground.decision.key}: {w.of(ground.decision.text)}",
                    href=here.address("registers") + f"#d-{ground.decision.key}",
                )
            )
        elif ground.submission:
            facts.append(
                Fact(
                    w.find("ground_submission"),
                    ground.submission.key,
                    href=here.address("demand", ground.submission.key),
                )
            )
        elif ground.milestone:
            facts.append(Fact(w.find("ground_milestone"), w.of(ground.milestone.name)))
        elif ground.run:
            where = here.in_run(ground.run.key, "trace", ground.figure) if ground.figure else ""
            href = where or here.address("chain", refer(ground.run))
            facts.append(Fact(w.find("ground_figure"), f"{ground.figure} ({ground.run.key})".strip(), href=href))
    return facts


def _history(here: Here, measure: Measure) -> Table:
    w = here.words
    names = {b.key: w.of(b.name) for b in Body.objects.filter(programme=here.programme)}
    entries = JournalEntry.objects.filter(subject=reference(measure)).defer("rows", "arguments").order_by("-seq")[:60]
    rows = [
        Row(
            [
                Cell(w.moment(e.at), e.at),
                Cell(OPERATIONS[e.operation].label[w.code] if e.operation in OPERATIONS else e.operation),
                Cell(_acted_as(here, e.acted_as, names)),
                Cell(str(e.seq), e.seq),
            ]
        )
        for e in entries
    ]
    columns = [
        Column("when", w.find("when")),
        Column("deed", w.find("deed")),
        Column("as", w.find("as")),
        Column("seq", w.find("entry"), right=True),
    ]
    return Table("history", columns, rows, caption=w.find("history_topic"))


urlpatterns = [
    path("<slug:programme>/measures/", listed, name="measures"),
    path("<slug:programme>/measures/<str:key>/", one, name="measure"),
]
