"""Announcements: what is announced when, resting on what; strategies on their way there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Value
from django.db.models.functions import NullIf
from django.http import Http404, HttpResponse
from django.urls import path
from django.utils.html import format_html, format_html_join

from majung.taskforce.models import Announcement, Decision, Organisation, Strategy
from majung.taskforce.queries.tracing import bare, orphans, unbacked
from majung.taskforce.queries.visibility import visible
from majung.taskforce.queries.wordings import Change, Wording, wordings
from majung.taskforce.rules.states import ANNOUNCEMENT, STRATEGY
from majung.taskforce.rules.words import Instrument, Text
from majung.taskforce.wire.references import refer
from majung.web.backed import Backed, said, within
from majung.web.pages.office import office_links
from majung.web.parts import Fact, Lede, Part, offer, offers, steps
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported
from majung.web.words import Words

OUT = ("announced", "corrected")
_LINE = '<span class="sm">{}</span>'


@page("announcements")
def listed(here: Here) -> HttpResponse:
    """The plan in order, the strategies behind it, and announced measures that nothing on record backs."""
    w = here.words
    found = list(
        visible(here.sight, Announcement).select_related("item__meeting").defer("frozen").order_by("position", "key")
    )
    coming = [a for a in found if a.state not in OUT]
    strategies = list(visible(here.sight, Strategy).select_related("area").order_by("pk"))
    plan, out = _table(here, coming, "plan"), _table(here, [a for a in found if a.state in OUT], "announced")
    texts, bare_ones = _strategies(here, strategies), _orphans(here)
    file = exported(here.request, plan, out, texts, bare_ones)
    if file:
        return file
    heading = w.counted(len(coming), "heading") if coming else w.counted(len(out.rows), "heading_out")
    following = min((a for a in coming if a.embargo_until), key=lambda a: a.embargo_until, default=None)  # type: ignore[arg-type,return-value]
    if following:
        heading = w.say("heading_next", name=w.of(following.title), when=w.moment(following.embargo_until))
    parts = [
        Part(
            w.find("plan_topic"),
            w.counted(len(coming), "plan") if coming else w.find("plan_none"),
            w.find("plan_note"),
            tables=[plan],
            empty=w.find("plan_empty"),
            full=True,
        ),
        Part(
            w.find("out_topic"),
            w.counted(len(out.rows), "out") if out.rows else w.find("out_none"),
            tables=[out],
            empty=w.find("out_empty"),
            full=True,
        ),
        Part(
            w.find("strategies_topic"),
            w.counted(len(strategies), "strategies") if strategies else w.find("strategies_none"),
            tables=[texts],
            empty=w.find("strategies_empty"),
            full=True,
            offers=offer(here, "strategy.draft", here.programme),
        ),
        Part(
            w.find("orphans_topic"),
            w.counted(len(bare_ones.rows), "orphans") if bare_ones.rows else w.find("orphans_none"),
            w.find("orphans_note"),
            tables=[bare_ones],
            empty=w.find("orphans_none"),
            anchor="orphans",
        ),
    ]
    lede = Lede(w.find("topic"), heading, w.find("stand"))
    return here.show("pages/page.html", stage="announcements", lede=lede, parts=parts)


def _table(here: Here, found: list[Announcement], name: str) -> Table:
    w = here.words
    columns = [
        Column("order", w.find("order")),
        Column("title", w.find("title")),
        Column("meeting", w.find("meeting")),
        Column("state", w.find("state")),
        Column("when", w.find("embargo" if name == "plan" else "announced_on")),
        Column("clock", w.find("clock")),
    ]
    rows = []
    for a in found:
        when = a.embargo_until if name == "plan" else a.announced_at
        rows.append(
            Row(
                [
                    Cell(str(a.position), a.position),
                    Cell(w.of(a.title), href=here.address("announcement", a.key), strong=True, sub=a.source),
                    Cell(w.of(a.item.meeting.name) if a.item else "–"),
                    Cell(w.state("announcement", a.state)),
                    Cell(w.moment(when, time_known=name == "plan") if when else "–", when),
                    Cell(_left(here, a)),
                ]
            )
        )
    return Table(
        name, columns, rows, caption=w.find(f"{'plan' if name == 'plan' else 'out'}_topic"), empty=w.find("plan_empty")
    )


def _left(here: Here, announcement: Announcement) -> str:
    """Days and hours until the embargo lifts."""
    if announcement.state in OUT or announcement.embargo_until is None:
        return "–"
    left = announcement.embargo_until - here.actor.at
    if left.total_seconds() <= 0:
        return here.words.find("lifted")
    return here.words.say("left", days=left.days, hours=left.seconds // 3600)


def _strategies(here: Here, found: list[Strategy]) -> Table:
    w = here.words
    columns = [
        Column("strategy", w.find("strategy")),
        Column("area", w.find("area")),
        Column("state", w.find("state")),
        Column("on", w.find("announced_on")),
    ]
    rows = [
        Row(
            [
                Cell(w.of(s.name), href=here.address("strategy", s.key), strong=True, sub=s.source),
                Cell(w.of(s.area.name) if s.area else ", ".join(s.fields)),
                Cell(w.state("strategy", s.state)),
                Cell(w.day(s.announced_on) if s.announced_on else "–", s.announced_on),
            ]
        )
        for s in found
    ]
    return Table("strategies", columns, rows, caption=w.find("strategies_topic"), empty=w.find("strategies_empty"))


def _orphans(here: Here) -> Table:
    w = here.words
    name = said("name", w.code)
    rows = Backed(
        orphans(here.programme),
        lambda m: Row([Cell(w.of(m.name), href=here.address("measure", m.key)), Cell(m.source or "–")]),
        sorts={"measure": name, "source": NullIf("source", Value(""))},
        finds=[within(name), within("source")],
    )
    columns = [Column("measure", w.find("measure")), Column("source", w.find("source"))]
    return Table("orphans", columns, rows, caption=w.find("orphans_topic"), empty=w.find("orphans_none"))


@page("announcements")
def one(here: Here, key: str) -> HttpResponse:
    """An announcement in the wording that is in force, with the earlier ones and what each correction changed; before
    it is announced, what is still missing. `?text=N` shows a wording: 0 as announced, n of correction n."""
    w = here.words
    found = visible(here.sight, Announcement).filter(key=key).select_related("strategy", "item__meeting").first()
    if found is None:
        raise Http404
    told = wordings(found, here.day)
    shown = _asked(told, here.request.GET.get("text", ""))
    frozen = dict(shown.frozen) if shown else {}
    facts = [
        Fact(w.find("strategy"), w.of(found.strategy.name), href=here.address("strategy", found.strategy.key)),
        Fact(w.find("meeting"), w.of(found.item.meeting.name) if found.item else w.find("not_reported")),
        Fact(w.find("embargo"), w.moment(found.embargo_until)),
        Fact(w.find("announced_on"), w.moment(found.announced_at)),
    ]
    if shown:
        facts += [Fact(w.find("wording"), _called(here, shown, told)), Fact(w.find("digest"), shown.digest)]
    parts = [
        Part(
            w.find("state"),
            w.state("announcement", found.state),
            facts=facts,
            offers=[*steps(here, found, ANNOUNCEMENT, found.state), *offers(here, found, ["announcement.move"])],
        ),
        Part(
            w.find("material_topic"),
            _called(here, shown, told) if shown else w.find("material_open"),
            w.find("material_earlier") if shown and shown is not told[-1] else "",
            prose=[said for name in ("summary", "text") if (said := w.of(frozen.get(name)))],
            facts=_material(here, frozen),
            empty=w.find("material_empty"),
            links=office_links(here, "announcement", found.key) if shown and shown is told[-1] else (),
        ),
        _corrections(here, told, shown),
    ]
    if found.state not in OUT:
        missing = unbacked(found.strategy)
        backed = Part(
            w.find("backed_topic"),
            w.counted(len(missing), "unbacked") if missing else w.find("backed"),
            w.find("backed_note"),
            facts=[Fact(m.key, w.of(m.name), href=here.address("measure", m.key)) for m in missing],
        )
        parts.insert(1, backed)
    lede = Lede(
        f"{w.find('topic')} · {found.position}",
        w.of(found.title),
        provenance=found.source,
        chain=here.address("chain", refer(found)),
    )
    return here.show("pages/page.html", stage="announcements", lede=lede, parts=parts)


def _asked(told: list[Wording], asked: str) -> Wording | None:
    """The wording asked for; without a sound wish the one in force."""
    by_number = {str(wording.number): wording for wording in told}
    return by_number.get(asked, told[-1] if told else None)


def _called(here: Here, wording: Wording, told: list[Wording]) -> str:
    """Which wording it is, and whether it is in force."""
    w = here.words
    name = w.say("as_corrected", n=wording.number) if wording.number else w.find("as_announced")
    if len(told) == 1:
        return name
    return w.say("in_force" if wording is told[-1] else "earlier", name=name)


def _material(here: Here, frozen: Mapping[str, Any]) -> list[Fact]:
    """The measures of a wording with their targets."""
    w = here.words
    facts = []
    for task in frozen.get("tasks", []):
        for measure in task["measures"]:
            aims = [
                f"{w.of(metric['name'])} {w.amount(t['value'])} ({t['by'][:4]})" + (" †" if metric["doubtful"] else "")
                for metric in measure["metrics"]
                for t in metric["targets"]
            ]
            facts.append(
                Fact(
                    w.of(measure["name"]),
                    "; ".join(aims) or w.find("no_target"),
                    href=here.address("measure", measure["key"]),
                )
            )
    return facts


def _corrections(here: Here, told: list[Wording], shown: Wording | None) -> Part:
    """Every wording, the one in force first: what changed, when, by which decision."""
    w = here.words
    taken = [wording.decision.pk for wording in told if wording.decision]
    known = set(visible(here.sight, Decision).filter(pk__in=taken).values_list("pk", flat=True)) if taken else set()
    owners = {o.key: o.name for o in Organisation.objects.filter(programme=here.programme)} if len(told) > 1 else {}
    columns = [
        Column("wording", w.find("wording")),
        Column("when", w.find("when")),
        Column("changed", w.find("changed"), sorts=False),
        Column("decision", w.find("decision")),
    ]
    rows = []
    for wording in reversed(told):
        notice = w.of(wording.notice) or w.find("first_wording")
        changed = [changed_in_words(w, change, owners) for change in wording.changes]
        if wording.number and not changed:
            changed = [w.find("no_change")]
        number = wording.decision.key if wording.decision else ""
        to = here.address("registers") + f"#d-{number}" if wording.decision and wording.decision.pk in known else ""
        rows.append(
            Row(
                [
                    Cell(_called(here, wording, told), wording.number, href=f"?text={wording.number}"),
                    Cell(w.moment(wording.at), wording.at),
                    Cell(
                        "; ".join([notice, *changed]),
                        html=format_html("{}{}", notice, format_html_join("", _LINE, [(said,) for said in changed])),
                    ),
                    Cell(number or "–", href=to),
                ],
                marked=wording is shown,
            )
        )
    count = max(0, len(told) - 1)
    return Part(
        w.find("corrections_topic"),
        w.counted(count, "corrections") if count else w.find("corrections_none"),
        w.find("corrections_note") if count else "",
        tables=[Table("wordings", columns, rows, controls=False, caption=w.find("corrections_topic"))] if count else (),
        empty=w.find("corrections_empty"),
        full=bool(count),
    )


def changed_in_words(w: Words, change: Change, owners: Mapping[str, Text]) -> str:
    """A change as a sentence: of what, from which value to which."""
    if change.what in ("task", "measure"):
        return w.say(f"change.{change.what}_{'gone' if change.after is None else 'new'}", name=w.of(change.name))
    if change.what in ("name", "summary", "text", "measure.name"):
        return w.say(f"change.{change.what.replace('.', '_')}", name=w.of(change.name))
    before, after = (_value(w, change.what, value, owners) for value in (change.before, change.after))
    when = change.when[:4]
    return w.say(
        f"change.{change.what.replace('.', '_')}", name=w.of(change.name), before=before, after=after, when=when
    )


def _value(w: Words, what: str, value: Any, owners: Mapping[str, Text]) -> str:
    if value is None or value == []:
        return w.find("no_value")
    match what:
        case "measure.owner":
            return w.of(owners.get(value)) or str(value)
        case "measure.due":
            return w.day(date.fromisoformat(value))
        case "measure.instrument":
            return w.word(Instrument(value))
        case "budget":
            return w.money(value / 1000)
        case "target":
            return w.amount(value)
    return ", ".join(value)


@page("announcements")
def strategy(here: Here, key: str) -> HttpResponse:
    """A strategy: its text, core tasks and measures, and how far it is."""
    w = here.words
    found = visible(here.sight, Strategy).filter(key=key).select_related("area").first()
    if found is None:
        raise Http404
    last = found.revisions.order_by("number").last()
    tasks = list(found.tasks.order_by("position").prefetch_related("measures__owner", "measures__grounds", "projects"))
    measures = [m for task in tasks for m in task.measures.all()]
    without = {m.pk for m in bare([m for m in measures if m.state != "dropped"])}
    rows = [
        Row(
            [
                Cell(w.of(task.name)),
                Cell(w.of(m.name), href=here.address("measure", m.key), strong=True),
                Cell(w.of(m.owner.name)),
                Cell(w.state("measure", m.state)),
                Cell(w.find("no_backing" if m.pk in without else "backing")),
            ]
        )
        for task in tasks
        for m in sorted(task.measures.all(), key=lambda m: m.key)
    ]
    columns = [
        Column("task", w.find("task")),
        Column("measure", w.find("measure")),
        Column("owner", w.find("owner")),
        Column("state", w.find("state")),
        Column("backed", w.find("backed_column")),
    ]
    table = Table("tasks", columns, rows, caption=w.find("tasks_topic"), empty=w.find("tasks_empty"))
    file = exported(here.request, table)
    if file:
        return file
    parts = [
        Part(
            w.find("text_topic"),
            w.say("version", n=last.number) if last else w.find("text_none"),
            prose=[t for t in (w.of(last.summary), w.of(last.text)) if t] if last else (),
            empty=w.find("text_empty"),
            offers=[
                *offers(here, found, ["strategy.write", "task.add", "announcement.draft"]),
                *steps(here, found, STRATEGY, found.state),
            ],
        ),
        Part(
            w.find("tasks_topic"),
            w.counted(len(tasks), "tasks") if tasks else w.find("tasks_none"),
            tables=[table],
            empty=w.find("tasks_empty"),
            full=True,
            offers=[o for task in tasks for o in offer(here, "measure.propose", task, w.of(task.name))],
        ),
    ]
    kicker = w.of(found.area.name) if found.area else w.find("several")
    heading = w.say("strategy_heading", name=w.of(found.name), state=w.state("strategy", found.state))
    lede = Lede(
        f"{w.find('strategy')} · {kicker}", heading, provenance=found.source, chain=here.address("chain", refer(found))
    )
    return here.show("pages/page.html", stage="announcements", lede=lede, parts=parts)


urlpatterns = [
    path("<slug:programme>/announcements/", listed, name="announcements"),
    path("<slug:programme>/announcements/<str:key>/", one, name="announcement"),
    path("<slug:programme>/strategies/<str:key>/", strategy, name="strategy"),
]
