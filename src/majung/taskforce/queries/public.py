"""What is published, as documents: announcements with their grounds, areas, consultations, answers, minutes.

Each document holds nothing that is not public at the moment asked for: announcements only from their minute on,
core projects, measures and readings only of announced strategies, minutes only when published, demands without
submitter, title, text. A receipt is named by the digest of its code: who holds the code finds it, nobody else can
guess it.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db.models import Prefetch

from majung.taskforce.models import (
    Announcement,
    Area,
    Consultation,
    CoreProject,
    Ground,
    Lead,
    Measure,
    Meeting,
    Organisation,
    Outcome,
    Programme,
    Submission,
)
from majung.taskforce.queries.chains import chains
from majung.taskforce.queries.lights import lights
from majung.taskforce.queries.opinions import LEAST_STATEMENTS, LEAST_VOTERS, MINIMUM_VOTES, picture
from majung.taskforce.rules.clock import day_of
from majung.taskforce.rules.receipts import receipt_name
from majung.taskforce.rules.states import ANNOUNCEMENT, MEASURE, SUBMISSION
from majung.taskforce.rules.words import Answer

OUT = ("announced", "corrected")


def documents(programme: Programme, at: datetime, runs: Path) -> dict[str, Any]:
    """Every public document of a programme at a moment: path -> data. runs: where kept runs are."""
    day = day_of(at)
    out = list(
        Announcement.objects.filter(programme=programme, state__in=OUT, announced_at__lte=at)
        .select_related("strategy__area", "item__meeting")
        .prefetch_related(
            "corrections",
            "strategy__tasks__measures__grounds__run",
            "strategy__tasks__measures__grounds__decision__outcome__item__meeting",
        )
        .order_by("announced_at", "position")
    )
    names = dict(Organisation.objects.filter(programme=programme).values_list("key", "name"))
    found: dict[str, Any] = {f"announcements/{a.key}": _announcement(a, at, names) for a in out}
    cited = {(g.run.key, g.figure) for a in out for g in _grounds(a) if g.run and g.figure}
    found |= {f"figures/{figure}": chain for figure, chain in chains(cited, runs).items()}
    strategies = {a.strategy_id for a in out}
    areas = _areas(programme, day, strategies)
    found |= {f"areas/{area['key']}": area for area in areas}
    consultations = Consultation.objects.filter(programme=programme, opens__lte=day).select_related("area")
    found |= {f"consultations/{c.key}": _consultation(c) for c in consultations}
    receipts, answers = _submissions(programme, day, strategies)
    found |= receipts
    minutes = _minutes(programme)
    found |= {f"minutes/{m['key']}": m for m in minutes}
    found["front"] = {
        "programme": {"key": programme.key, "name": programme.name, "summary": programme.summary},
        "exercise": programme.exercise,
        "as_of": at.isoformat(timespec="seconds"),
        "areas": [
            {name: area[name] for name in ("key", "name", "leads", "announced", "measures", "lights")} for area in areas
        ],
        "announcements": [
            {"key": a.key, "title": a.title, "at": a.announced_at.isoformat() if a.announced_at else None} for a in out
        ],
        "consultations": [{"key": c.key, "question": c.question, "open": c.state == "open"} for c in consultations],
        "answers": answers,
        "minutes": [{"key": m["key"], "name": m["name"], "on": m["on"]} for m in minutes],
    }
    return found


def _announcement(announcement: Announcement, at: datetime, names: dict[str, Any]) -> dict[str, Any]:
    """names: of organisations, by their keys."""
    meeting = announcement.item.meeting if announcement.item else None
    return {
        "key": announcement.key,
        "title": announcement.title,
        "state": announcement.state,
        "state_label": ANNOUNCEMENT.labels[announcement.state],
        "announced_at": announcement.announced_at.isoformat() if announcement.announced_at else None,
        "meeting": {"key": meeting.key, "name": meeting.name} if meeting else None,
        "source": announcement.source,
        "decisions": _decisions(announcement),
        "runs": _runs(announcement),
        "owners": _owners(announcement, names),
        "frozen": announcement.frozen,
        "frozen_hash": announcement.frozen_hash,
        "corrections": [
            {
                "number": c.number,
                "notice": c.notice,
                "at": c.at.isoformat(),
                "frozen": c.frozen,
                "frozen_hash": c.frozen_hash,
            }
            for c in sorted(announcement.corrections.all(), key=lambda c: c.number)
            if c.at <= at
        ],
    }


def _grounds(announcement: Announcement) -> list[Ground]:
    tasks = announcement.strategy.tasks.all()
    return [g for task in tasks for measure in task.measures.all() for g in measure.grounds.all()]


def _decisions(announcement: Announcement) -> dict[str, Any]:
    """The decisions behind its measures. Text, basis and meeting only where the meeting or its minutes are public."""
    told: dict[str, Any] = {}
    for ground in _grounds(announcement):
        if ground.decision is None:
            continue
        item = ground.decision.outcome.item if ground.decision.outcome else None
        meeting = item.meeting if item and _is_open(item.meeting) else None
        told[ground.decision.key] = (
            {
                "text": ground.decision.text,
                "basis": ground.decision.basis,
                "meeting": {"key": meeting.key, "name": meeting.name, "on": day_of(meeting.starts).isoformat()},
            }
            if meeting
            else None
        )
    return told


def _is_open(meeting: Meeting) -> bool:
    """A public meeting, or one whose minutes are published: only open minutes can be."""
    return bool(meeting.disclosure == "public" or meeting.state == "published")


def _runs(announcement: Announcement) -> list[dict[str, Any]]:
    """The runs whose figures its measures rest on: what anybody recomputes and compares by digest."""
    runs = {g.run.key: g.run for g in _grounds(announcement) if g.run}
    return [
        {"key": key, "digest": run.digest, "mode": run.mode, "cut_year": run.cut_year}
        for key, run in sorted(runs.items())
    ]


def _owners(announcement: Announcement, names: dict[str, Any]) -> dict[str, Any]:
    """The names of the organisations that own measures in any of its wordings, by their keys."""
    wordings = [announcement.frozen, *(c.frozen for c in announcement.corrections.all())]
    keys = {m["owner"] for frozen in wordings for task in frozen["tasks"] for m in task["measures"]}
    return {key: names[key] for key in sorted(keys) if key in names}


def _areas(programme: Programme, day: date, strategies: set[int]) -> list[dict[str, Any]]:
    measures = (
        Measure.objects.filter(task__strategy__in=strategies)
        .exclude(state="dropped")
        .select_related("owner", "task__strategy")
        .prefetch_related("lights", "metrics__targets", "metrics__readings", "budget")
        .order_by("key")
    )
    by_area: dict[int, list[Measure]] = {}
    for measure in measures:
        if measure.task.strategy.area_id:
            by_area.setdefault(measure.task.strategy.area_id, []).append(measure)
    areas = (
        Area.objects.filter(programme=programme, taken_up__lte=day)
        .prefetch_related(Prefetch("leads", Lead.objects.select_related("organisation").order_by("pk")))
        .prefetch_related(
            Prefetch("projects", CoreProject.objects.select_related("chosen_run", "decision").order_by("key"))
        )
    )
    return [_area(area, by_area.get(area.pk, []), day) for area in areas.order_by("pk")]


def _area(area: Area, measures: list[Measure], day: date) -> dict[str, Any]:
    told = [_measure(measure, day) for measure in measures]
    counts: dict[str, dict[str, int]] = {}
    for measure in told:
        for judge, colour in measure["lights"].items():
            own = counts.setdefault(judge, {})
            own[colour] = own.get(colour, 0) + 1
    return {
        "key": area.key,
        "name": area.name,
        "leads": [lead.organisation.name for lead in area.leads.all() if lead.ends is None or lead.ends >= day],
        "closed_on": area.closed_on.isoformat() if area.closed_on else None,
        "announced": bool(told),
        "measures": len(told),
        "lights": counts,
        "projects": [_project(project) for project in area.projects.all()] if told else [],
        "detail": told,
    }


def _project(project: CoreProject) -> dict[str, Any]:
    """A core project of an announced area, with the run and the decision that chose it."""
    return {
        "key": project.key,
        "name": project.name,
        "run": project.chosen_run.key if project.chosen_run else None,
        "decision": project.decision.key if project.decision else None,
    }


def _measure(measure: Measure, day: date) -> dict[str, Any]:
    said = lights(measure, day)
    return {
        "key": measure.key,
        "name": measure.name,
        "instrument": measure.instrument,
        "owner": measure.owner.name,
        "strategy": measure.task.strategy.key,
        "state": measure.state,
        "state_label": MEASURE.labels[measure.state],
        "due": measure.due.isoformat() if measure.due else None,
        "late_days": measure.late_by(day),
        "lights": {"rule": said.rule.value, "owner": said.owner.value, "reviewer": said.reviewer.value},
        "metrics": [
            {
                "key": metric.key,
                "name": metric.name,
                "unit": metric.unit,
                "baseline": metric.baseline,
                "baseline_on": metric.baseline_on.isoformat() if metric.baseline_on else None,
                "doubtful": metric.doubtful,
                "note": metric.note,
                "source": metric.source,
                "targets": [
                    {"by": t.by.isoformat(), "value": t.value, "qualifier": t.qualifier}
                    for t in sorted(metric.targets.all(), key=lambda t: t.by)
                ],
                "readings": [
                    {"on": r.on.isoformat(), "value": r.value, "source": r.source, "number": r.number}
                    for r in sorted(metric.readings.all(), key=lambda r: (r.on, r.number))
                    if r.on <= day
                ],
            }
            for metric in sorted(measure.metrics.all(), key=lambda m: m.key)
        ],
        "budget": [
            {"year": b.year, "krw_million": str(b.amount), "stage": b.stage, "source": b.source}
            for b in sorted(measure.budget.all(), key=lambda b: (b.year, b.stage))
        ],
    }


def _consultation(consultation: Consultation) -> dict[str, Any]:
    seen = picture(consultation)
    return {
        "key": consultation.key,
        "question": consultation.question,
        "area": consultation.area.key if consultation.area else None,
        "opens": consultation.opens.isoformat(),
        "closes": consultation.closes.isoformat() if consultation.closes else None,
        "open": consultation.state == "open",
        "statements": [vars(statement) for statement in seen.statements],
        "voters": seen.voters,
        "map": None
        if seen.missing
        else {
            "points": seen.points,
            "sizes": seen.sizes,
            "stability": seen.stability,
            "chance": seen.chance,
            "representative": seen.representative,
            "consensus": seen.consensus,
            "straight": seen.straight,
        },
        "missing": seen.missing,
        "least": {"voters": LEAST_VOTERS, "votes": MINIMUM_VOTES, "statements": LEAST_STATEMENTS},
    }


def _submissions(programme: Programme, day: date, strategies: set[int]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Receipts by the digest of their code, and the public list of answers. A measure is named only once announced."""
    submissions = (
        Submission.objects.filter(programme=programme, received_on__lte=day)
        .select_related("area", "theme", "merged_into")
        .prefetch_related("responses__measure__task", "responses__decision", "moderation", "theme__items__meeting")
        .order_by("key")
    )
    together: dict[int, int] = {}
    for submission in submissions:
        if submission.theme_id:
            together[submission.theme_id] = together.get(submission.theme_id, 0) + 1
    receipts: dict[str, Any] = {}
    answers = []
    for submission in submissions:
        responses = [
            {
                "answer": r.answer,
                "answer_label": Answer(r.answer).label,
                "reason": r.reason,
                "on": r.answered_on.isoformat(),
                "link": r.link,
                "measure": r.measure.key if r.measure and r.measure.task.strategy_id in strategies else None,
                "decision": r.decision.key if r.decision else None,
            }
            for r in sorted(submission.responses.all(), key=lambda r: r.number)
        ]
        about = {
            "key": submission.key,
            "kind": submission.kind,
            "area": submission.area.key if submission.area else None,
            "theme": submission.theme.name if submission.theme else None,
            "instrument": submission.instrument,
            "state": submission.state,
            "state_label": SUBMISSION.labels[submission.state],
            "received_on": submission.received_on.isoformat(),
            "answer_due": submission.answer_due.isoformat() if submission.answer_due else None,
            "merged_into": submission.merged_into.key if submission.merged_into else None,
            "responses": responses,
        }
        if responses:
            answers.append(about)
        if submission.receipt:
            agenda = [
                {
                    "key": item.meeting.key,
                    "meeting": item.meeting.name,
                    "on": day_of(item.meeting.starts).isoformat(),
                    "position": item.position,
                }
                for item in (submission.theme.items.all() if submission.theme else ())
                if _is_open(item.meeting)
            ]
            steps = [{"act": m.act, "on": m.on.isoformat()} for m in submission.moderation.all()]
            about = {**about, "together": together.get(submission.theme_id or 0, 0)}
            receipts[f"receipts/{receipt_name(submission.receipt)}"] = {**about, "steps": steps, "agenda": agenda}
    return receipts, answers


def _minutes(programme: Programme) -> list[dict[str, Any]]:
    meetings = (
        Meeting.objects.filter(programme=programme, state="published")
        .select_related("body")
        .prefetch_related("minutes", "items__outcomes__decision", "items__presenter", "items__resting_on")
        .prefetch_related("attendance__person", "attendance__mandate__represents")
        .order_by("starts")
    )
    told = []
    for meeting in meetings:
        last = max(meeting.minutes.all(), key=lambda m: m.number, default=None)
        if last is None or last.disclosure != "public":
            continue
        told.append(
            {
                "key": meeting.key,
                "name": meeting.name,
                "body": meeting.body.name,
                "on": day_of(meeting.starts).isoformat(),
                "starts": meeting.starts.isoformat() if meeting.time_known else None,
                "place": meeting.place,
                "revision": last.number,
                "quorate": meeting.quorate,
                "approved_on": last.approved_on.isoformat() if last.approved_on else None,
                "proceedings": last.proceedings,
                "remarks": last.remarks,
                "attendance": [
                    {
                        "post": a.person.post,
                        "presence": a.presence,
                        "organisation": a.mandate.represents.name if a.mandate and a.mandate.represents else None,
                    }
                    for a in meeting.attendance.all()
                ],
                "agenda": [
                    {
                        "position": item.position,
                        "title": item.title,
                        "purpose": item.purpose,
                        "presenter": item.presenter.name if item.presenter else None,
                        "run": item.resting_on.key if item.resting_on else None,
                        "withdrawn": item.withdrawn,
                        "outcomes": [
                            {"kind": o.kind, "text": o.text, "decision": _decided(o)} for o in item.outcomes.all()
                        ],
                    }
                    for item in sorted(meeting.items.all(), key=lambda item: item.position)
                ],
            }
        )
    return told


def _decided(outcome: Outcome) -> dict[str, Any] | None:
    """Number, basis and votes of the decision that an outcome is."""
    decision = getattr(outcome, "decision", None)
    if decision is None:
        return None
    votes = decision.votes_for, decision.votes_against or 0, decision.abstentions or 0
    return {
        "key": decision.key,
        "basis": decision.basis,
        "votes": None if decision.votes_for is None else list(votes),
    }
