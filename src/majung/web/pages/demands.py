"""Demands: what does the market want? Themes by instrument and area, answers due, opinion maps with their stability."""

from __future__ import annotations

import functools
from collections import Counter

from django.db.models import Case, CharField, Count, Q, QuerySet, When
from django.db.models.functions import Cast, Lower
from django.http import Http404, HttpResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from majung.taskforce.models import Area, Body, Consultation, ModerationAct, Response, Statement, Submission, Theme
from majung.taskforce.queries.opinions import Picture, picture
from majung.taskforce.queries.situation import WAITING
from majung.taskforce.queries.visibility import hidden_fields, visible
from majung.taskforce.rules.states import CONSULTATION, STATEMENT, SUBMISSION
from majung.taskforce.rules.words import Answer, Instrument, Opinion, OrganisationKind, SubmissionKind
from majung.web.backed import Backed, in_state, labelled, said, through, within
from majung.web.charts.opinions import opinion_map
from majung.web.parts import Fact, Lede, Offer, Part, offer, offers, steps, with_parents
from majung.web.request import Here, page
from majung.web.tables import Cell, Column, Row, Table, exported

ACROSS = 12
"""Areas side by side in the matrix."""


@page("demands")
def listed(here: Here) -> HttpResponse:
    """All demands that the person may see, by theme and by due date."""
    w = here.words
    seen = visible(here.sight, Submission)
    open_ = seen.filter(state__in=WAITING)
    counts = open_.aggregate(waiting=Count("pk"), late=Count("pk", filter=Q(answer_due__lt=here.day)))
    waiting, late = counts["waiting"], counts["late"]
    matrix, table = _matrix(here, seen), _table(here, seen)
    file = exported(here.request, matrix, table)
    if file:
        return file
    consultations = list(Consultation.objects.filter(programme=here.programme).select_related("area").order_by("opens"))
    heading = w.counted(waiting, "heading") if waiting else w.find("heading_none" if table.rows else "list_none")
    if late:
        heading = w.say("heading_late" if late < waiting else "heading_all_late", first=heading, late=late)
    parts = [
        Part(
            w.find("list_topic"),
            w.counted(len(table.rows), "list_finding") if table.rows else w.find("list_none"),
            w.find("list_note"),
            tables=[table],
            empty=w.find("list_empty"),
            full=True,
            offers=offers(here, here.programme, ["submission.receive", "theme.add"]),
        ),
        Part(
            w.find("matrix_topic"),
            _most_wanted(here, seen),
            w.find("matrix_note"),
            tables=[matrix],
            empty=w.find("matrix_empty"),
        ),
        Part(
            w.find("consultations_topic"),
            w.counted(len(consultations), "consultations") if consultations else w.find("consultations_none"),
            empty=w.find("consultations_empty"),
            facts=[
                Fact(w.state("consultation", c.state), w.of(c.question), href=here.address("consultation", c.key))
                for c in consultations
            ],
            offers=_open(here),
        ),
    ]
    lede = Lede(w.find("topic"), heading, w.find("stand"))
    return here.show("pages/page.html", stage="demands", lede=lede, parts=parts)


def _open(here: Here) -> list[Offer]:
    """Opening a consultation, in the first body in which the person may."""
    bodies = Body.objects.filter(programme=here.programme, state="active").select_related("programme").order_by("pk")
    return next((found for body in with_parents(bodies) if (found := offer(here, "consultation.open", body))), [])


def _table(here: Here, seen: QuerySet[Submission]) -> Table:
    w = here.words
    columns = [
        Column("key", w.find("key")),
        Column("title", w.find("title")),
        Column("area", w.find("area")),
        Column("theme", w.find("theme")),
        Column("state", w.find("state")),
        Column("due", w.find("due")),
    ]
    rows = Backed(
        seen.order_by(Case(When(state__in=WAITING, then=0), default=1), "answer_due", "key"),
        functools.partial(_row, here),
        whole=lambda found: found.select_related("area", "theme"),
        sorts={
            "key": "key",
            "title": Lower("title"),
            "area": said("area__name", w.code),
            "theme": said("theme__name", w.code),
            "state": labelled("state", SUBMISSION, w.code),
            "due": "answer_due",
        },
        finds=[
            within("key"),
            within("title"),
            within(Cast("answer_due", CharField())),
            through("area", Area, said("name", w.code)),
            through("theme", Theme, said("name", w.code)),
            in_state("state", SUBMISSION, w.code),
        ],
    )
    return Table("demands", columns, rows, caption=w.find("list_topic"), empty=w.find("list_empty"))


def _most_wanted(here: Here, seen: QuerySet[Submission]) -> str:
    """The instruments that most demands ask for."""
    w = here.words
    asked = seen.exclude(instrument="").order_by("instrument").values_list("instrument").annotate(n=Count("pk"))
    counts: dict[str, int] = dict(asked)
    most = max(counts.values(), default=0)
    names = [Instrument(i).label[w.code] for i, n in counts.items() if n == most]
    return w.say("matrix_most", names=w.listed(names), n=most) if 0 < len(names) < 4 else w.find("matrix_finding")


def _row(here: Here, s: Submission) -> Row:
    w = here.words
    late = bool(s.state in WAITING and s.answer_due and s.answer_due < here.day)
    return Row(
        [
            Cell(s.key, href=here.address("demand", s.key)),
            Cell(
                s.title or w.find("erased"),
                sub=SubmissionKind(s.kind).label[w.code],
                href=here.address("demand", s.key),
                quiet=not s.title,
            ),
            Cell(w.of(s.area.name) if s.area else w.find("no_area")),
            Cell(w.of(s.theme.name) if s.theme else "–"),
            Cell(w.state("submission", s.state)),
            Cell(w.day(s.answer_due) if s.answer_due else "–", s.answer_due, strong=late),
        ]
    )


def _matrix(here: Here, seen: QuerySet[Submission]) -> Table:
    """Instruments down, areas across: how many demands; of many areas those with the most."""
    w = here.words
    counts: Counter[tuple[str, int | None]] = Counter()
    for instrument, area, n in seen.order_by().values_list("instrument", "area").annotate(n=Count("pk")):
        counts[(instrument, area)] = n
    sums: Counter[int | None] = Counter()
    for (_, area), n in counts.items():
        sums[area] += n
    most = [area for area, _ in sums.most_common(ACROSS)]
    known = {a.pk: a for a in Area.objects.filter(pk__in=[pk for pk in most if pk is not None]).order_by("pk")}
    areas: list[Area | None] = [*known.values(), *([None] if None in most else [])]
    columns = [Column("instrument", w.find("instrument"))]
    columns += [Column(f"a{n}", w.of(a.name) if a else w.find("no_area"), right=True) for n, a in enumerate(areas)]
    rows = []
    for instrument in [*Instrument, ""]:
        numbers = [counts[(str(instrument), a.pk if a else None)] for a in areas]
        if any(numbers):
            name = Instrument(instrument).label[w.code] if instrument else w.find("no_instrument")
            rows.append(Row([Cell(name), *[Cell(str(n) if n else "–", n or None) for n in numbers]]))
    return Table("instruments", columns, rows, caption=w.find("matrix_topic"), empty=w.find("matrix_empty"))


@page("demands")
def one(here: Here, key: str) -> HttpResponse:
    """A demand: what it says, what was done with it, the answer and what it led to."""
    w = here.words
    found = visible(here.sight, Submission).filter(key=key).select_related("area", "theme", "merged_into").first()
    if found is None:
        raise Http404
    hidden = hidden_fields(here.sight, found)
    acts = visible(here.sight, ModerationAct).filter(submission=found).order_by("pk")
    responses = list(
        visible(here.sight, Response).filter(submission=found).select_related("measure", "decision").order_by("number")
    )
    facts = [
        Fact(w.find("kind"), SubmissionKind(found.kind).label[w.code]),
        Fact(w.find("area"), w.of(found.area.name) if found.area else w.find("no_area")),
        Fact(w.find("theme"), w.of(found.theme.name) if found.theme else "–"),
        Fact(
            w.find("instrument"),
            Instrument(found.instrument).label[w.code] if found.instrument else w.find("no_instrument"),
        ),
        Fact(w.find("from_kind"), OrganisationKind(found.submitter_kind).label[w.code]),
        Fact(w.find("received"), w.day(found.received_on)),
        Fact(w.find("due"), w.day(found.answer_due)),
    ]
    if "submitter" not in hidden and found.submitter:
        facts.append(Fact(w.find("submitter"), f"{found.submitter} {found.contact}".strip()))
    if found.matching_funds is not None:
        facts.append(Fact(w.find("funds"), w.money(float(found.matching_funds) / 1000)))
    if found.merged_into:
        facts.append(Fact(w.find("merged"), found.merged_into.key, href=here.address("demand", found.merged_into.key)))
    parts = [
        Part(
            w.find("said_topic"),
            w.state("submission", found.state),
            prose=[found.text] if found.text else (),
            facts=facts,
            offers=[*steps(here, found, SUBMISSION, found.state), *offer(here, "submission.erase", found)],
        ),
        Part(
            w.find("way_topic"),
            w.counted(acts.count(), "acts") if acts else w.find("acts_none"),
            facts=[Fact(f"{w.day(a.on)} · {w.find(f'act.{a.act}', a.act)}", a.reason) for a in acts],
            empty=w.find("way_empty"),
        ),
        Part(
            w.find("answer_topic"),
            Answer(responses[-1].answer).label[w.code] if responses else w.find("answer_none"),
            prose=[w.of(r.reason) for r in responses],
            facts=[Fact(w.day(r.answered_on), _led_to(here, r), href=_led_where(here, r)) for r in responses],
            empty=w.find("answer_empty"),
        ),
    ]
    lede = Lede(f"{w.find('topic')} · {found.key}", found.title or w.find("erased"))
    return here.show("pages/page.html", stage="demands", lede=lede, parts=parts)


def _led_to(here: Here, response: Response) -> str:
    w = here.words
    if response.measure:
        return w.say("led_measure", name=w.of(response.measure.name))
    if response.decision:
        return w.say("led_decision", number=response.decision.key)
    return response.link


def _led_where(here: Here, response: Response) -> str:
    if response.measure:
        return here.address("measure", response.measure.key)
    return here.address("registers") if response.decision else ""


@page("demands")
def consultation(here: Here, key: str) -> HttpResponse:
    """What people agree on and what divides them; the map with its stability in words."""
    w = here.words
    found = Consultation.objects.filter(programme=here.programme, key=key).select_related("area", "body").first()
    if found is None:
        raise Http404
    seen = picture(found)
    table = _statements(here, seen)
    file = exported(here.request, table)
    if file:
        return file
    proposed = visible(here.sight, Statement).filter(consultation=found, state="proposed").order_by("number")
    parts = [
        Part(
            w.find("map_topic"),
            stability_said(seen, here),
            w.find("map_note"),
            pictures=[_opinion_figure(here, seen)] if seen.points else (),
            facts=_groups(here, seen),
            empty=seen.missing[w.code] if seen.missing else "",
        ),
        Part(
            w.find("statements_topic"),
            w.counted(len(table.rows), "statements") if table.rows else w.find("statements_none"),
            tables=[table],
            empty=w.find("statements_empty"),
            offers=[*offer(here, "statement.propose", found), *steps(here, found, CONSULTATION, found.state)],
        ),
        Part(
            w.find("proposed_topic"),
            w.counted(proposed.count(), "proposed") if proposed else w.find("proposed_none"),
            facts=[Fact(str(s.number), w.of(s.text)) for s in proposed[:20]],
            empty=w.find("proposed_empty"),
            offers=[
                o for s in proposed[:20] for o in steps(here, s, STATEMENT, s.state, f"{s.number}. {w.of(s.text)}")
            ],
        ),
    ]
    kicker = w.of(found.area.name) if found.area else w.of(found.body.name)
    lede = Lede(f"{w.find('consultations_topic')} · {kicker}", w.of(found.question), w.counted(seen.voters, "voters"))
    return here.show("pages/page.html", stage="demands", lede=lede, parts=parts)


def stability_said(seen: Picture, here: Here) -> str:
    """How far the groups can be trusted, in words."""
    w = here.words
    if seen.missing:
        return w.find("map_missing")
    if seen.stability is None:
        return w.find("map_unknown")
    median = seen.stability[0]
    if seen.chance is not None and seen.chance > 0.1:
        return w.find("map_chance")
    key = "map_stable" if median >= 0.8 else "map_fair" if median >= 0.6 else "map_loose"
    return w.say(key, n=len(seen.sizes), ari=w.number(median, 2))


def _opinion_figure(here: Here, seen: Picture) -> SafeString:
    w = here.words
    return format_html(
        '<div class="fig"><h3>{}</h3><p class="u">{}</p>{}</div>',
        w.find("map_title"),
        w.find("map_unit"),
        opinion_map(seen.points, len(seen.sizes), w),
    )


def _groups(here: Here, seen: Picture) -> list[Fact]:
    w = here.words
    texts = {s.number: w.of(s.text) for s in seen.statements}
    facts = []
    if seen.stability:
        median, low, high = (w.number(v, 2) for v in seen.stability)
        facts.append(Fact(w.find("stability"), f"{median} ({low}–{high})"))
    for number, (size, chosen) in enumerate(zip(seen.sizes, seen.representative, strict=True)):
        said = "; ".join(f"{Opinion(a).label[w.code]} {w.percent(share)}: {texts[s]}" for s, a, share in chosen[:3])
        facts.append(Fact(w.say("group", letter=chr(65 + number), n=size), said))
    said = "; ".join(f"{Opinion(a).label[w.code]} {w.percent(share)}: {texts[s]}" for s, a, share in seen.consensus[:3])
    if said:
        facts.append(Fact(w.find("consensus"), said))
    if seen.straight:
        facts.append(Fact(w.find("straight"), w.counted(seen.straight, "people")))
    return facts


def _statements(here: Here, seen: Picture) -> Table:
    w = here.words
    columns = [
        Column("no", w.find("no")),
        Column("text", w.find("statement")),
        *[Column(o.value, o.label[w.code], right=True) for o in Opinion],
        Column("seen", w.find("votes"), right=True),
    ]
    hidden = w.find("too_few")
    rows = [
        Row(
            [
                Cell(str(s.number), s.number),
                Cell(w.of(s.text), strong=True),
                *[Cell(hidden if n is None else f"{n:,}", n, quiet=n is None) for n in (s.agree, s.disagree, s.passed)],
                Cell(hidden if s.seen is None else f"{s.seen:,}", s.seen, quiet=s.seen is None),
            ]
        )
        for s in seen.statements
    ]
    return Table("statements", columns, rows, caption=w.find("statements_topic"), empty=w.find("statements_empty"))


urlpatterns = [
    path("<slug:programme>/demands/", listed, name="demands"),
    path("<slug:programme>/demands/<str:key>/", one, name="demand"),
    path("<slug:programme>/consultations/<str:key>/", consultation, name="consultation"),
]
