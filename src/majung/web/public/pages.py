"""The reading pages of the public site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from majung.taskforce.rules.clock import day_of
from majung.web.charts.cycle import cell
from majung.web.charts.opinions import opinion_map
from majung.web.charts.targets import target_chart
from majung.web.public import tables, told
from majung.web.public.ballots import votes_of
from majung.web.public.counting import TooMany
from majung.web.public.door import language_of
from majung.web.public.office import office_links
from majung.web.public.site import Site, page, store
from majung.web.public.words import public_words
from majung.web.tables import arranged
from majung.web.words import Words

LATEST = 6


def root(request: HttpRequest) -> HttpResponse:
    """The one programme of the store, or a choice of several."""
    found = store().programmes()
    if len(found) == 1:
        return HttpResponseRedirect(reverse("public-front", args=found))
    w = public_words(language_of(request))
    named = [(key, w.of(store().edition(key).document("front")["programme"]["name"])) for key in found]
    return render(request, "public/root.html", {"w": w, "programmes": named}, status=200 if found else 503)


@page
def front(site: Site) -> HttpResponse:
    """What is the task force doing, and is it working?"""
    w, edition = site.words, site.edition
    lines = told.area_lines(edition)
    names = {line.area["key"]: w.of(line.area["name"]) for line in lines}
    announced = edition.all("announcements")
    answered = site.front["answers"]
    latest = sorted(announced, key=lambda a: str(a["announced_at"]), reverse=True)[:LATEST]
    recent = sorted(answered, key=lambda a: str(a["responses"][-1]["on"]), reverse=True)[:LATEST]
    consultations = edition.all("consultations")
    return site.show(
        "front",
        here="front",
        heading=_front_heading(lines, w),
        lines=[_line(line, site) for line in lines],
        stages=[w.find(f"stages.{stage}") for stage in told.STAGES],
        areas_finding=_areas_finding(lines, w),
        latest=tables.announcements(site, latest).rows,
        announced=announced,
        announcements_finding=w.counted(len(announced), "front.announced")
        if announced
        else w.find("front.no_announced"),
        open=[(c, site.address("consultation", c["key"])) for c in consultations if c["open"]],
        closed=[(c, site.address("consultation", c["key"])) for c in consultations if not c["open"]],
        answers=[_answer(a, names, site) for a in recent],
        answered=answered,
        answers_finding=w.counted(len(answered), "front.answered") if answered else w.find("front.no_answered"),
        minutes=tables.minutes(site).rows[:LATEST],
    )


def _front_heading(lines: list[told.AreaLine], w: Words) -> str:
    measures = [m for line in lines for m in line.area["detail"]]
    if not lines:
        return w.find("front.heading_none")
    if not measures:
        return w.counted(len(lines), "front.heading_areas")
    late = sum(line.late for line in lines)
    said = w.say(
        "front.heading_measures", areas=w.counted(len(lines), "areas"), measures=w.counted(len(measures), "measures")
    )
    return f"{said} {w.counted(late, 'front.heading_late') if late else w.find('front.heading_calm')}"


def _areas_finding(lines: list[told.AreaLine], w: Words) -> str:
    reached = sum(line.done[2] for line in lines)
    if not lines:
        return w.find("front.areas_topic")
    return w.say("front.areas_finding", at=reached, all=w.counted(len(lines), "areas"))


def _line(line: told.AreaLine, site: Site) -> dict[str, Any]:
    w = site.words
    cells = [
        {
            "svg": mark_safe(cell(i, line.now, line.done)),  # noqa: S308  (numbers only)
            "now": i == line.now,
            "said": w.find("cell.now" if i == line.now else "cell.done" if line.done[i] else "cell.to_come"),
        }
        for i in range(len(told.STAGES))
    ]
    return {
        "area": line.area,
        "href": site.address("area", line.area["key"]),
        "leads": " · ".join(w.of(lead) for lead in line.area["leads"]),
        "cells": cells,
        "stage": w.find(f"stages.{line.stage}"),
        "step": f"{line.now + 1}/{len(told.STAGES)}",
        "lights": line.lights,
        "measures": w.counted(len(line.area["detail"]), "measures") if line.area["detail"] else "",
        "late": w.counted(line.late, "late_measures") if line.late else "",
        "next_on": line.next_[0] if line.next_ else None,
        "next": w.find(f"next.{line.next_[1]}") if line.next_ else "",
    }


def _answer(a: dict[str, Any], names: dict[str, str], site: Site) -> dict[str, Any]:
    last = a["responses"][-1]
    w = site.words
    about = w.of(a["theme"]) or tables.instrument(site, a["instrument"]) or w.find("answers.untold")
    return {
        "on": told.day(last["on"]),
        "answer": w.of(last["answer_label"]),
        "reason": w.of(last["reason"]),
        "about": " · ".join(filter(None, [a["key"], names.get(a["area"] or "", ""), about])),
    }


@page
def area(site: Site, key: str) -> HttpResponse:
    """What is planned for this industry, and how far is it?"""
    w, edition = site.words, site.edition
    found = site.document(f"areas/{key}")
    consultations = [c for c in edition.all("consultations") if c["area"] == key]
    announced = [a for a in edition.all("announcements") if (a["frozen"] or {}).get("area") == key]
    line = told.area_line(found, {a["frozen"]["area"] for a in announced}, consultations, day_of(site.at))
    answered = [a for a in site.front["answers"] if a["area"] == key]
    metrics = [metric for m in found["detail"] for metric in m["metrics"]]
    read = sum(bool(metric["readings"]) for metric in metrics)
    strategy = max(announced, key=lambda a: str(a["announced_at"]), default=None)
    return site.show(
        "area",
        tables.measures(site, found),
        tables.metrics(site, found),
        tables.projects(site, found),
        tables.announcements(site, announced),
        tables.answers(site, answered, {key: w.of(found["name"])}),
        here="area",
        area=found,
        line=line,
        leads=" · ".join(w.of(lead) for lead in found["leads"]),
        heading=_area_heading(line, w),
        summary=w.of(told_now(strategy)["summary"]) if strategy else "",
        stage=w.find(f"stages.{line.stage}"),
        pictures=[(m, target_chart(told.course(m), w)) for m in metrics],
        metrics_finding=w.say("area.metrics_finding", all=w.counted(len(metrics), "metrics"), read=read)
        if metrics
        else w.find("area.metrics"),
        measures_finding=_measures_finding(line, w),
        projects_finding=w.counted(len(found["projects"]), "area.projects_finding")
        if found["projects"]
        else w.find("area.no_projects"),
        counts=[(c, n) for c, n in told.counted_lights(found["detail"], "rule")],
        consultations=[(c, site.address("consultation", c["key"])) for c in consultations],
        answers_finding=w.counted(len(answered), "front.answered") if answered else w.find("front.no_answered"),
    )


def _area_heading(line: told.AreaLine, w: Words) -> str:
    name, measures = w.of(line.area["name"]), line.area["detail"]
    if line.area["closed_on"]:
        return w.say("area.heading_closed", area=name, day=w.day(told.day(line.area["closed_on"])))
    if not measures:
        return w.say("area.heading_none", area=name)
    if line.late:
        return w.say("area.heading_late", area=name, n=w.counted(len(measures), "measures"), late=line.late)
    return w.say("area.heading_calm", area=name, n=w.counted(len(measures), "measures"))


def _measures_finding(line: told.AreaLine, w: Words) -> str:
    measures = line.area["detail"]
    if not measures:
        return w.find("area.measures")
    done = sum(m["state"] == "verified" for m in measures)
    if not done:
        return w.say("area.measures_none_done", all=w.counted(len(measures), "measures"))
    return w.say("area.measures_finding", all=w.counted(len(measures), "measures"), done=done)


def told_now(announcement: dict[str, Any]) -> dict[str, Any]:
    """The text that holds now: of the last correction, else as announced."""
    corrections = announcement["corrections"]
    return dict(corrections[-1]["frozen"] if corrections else announcement["frozen"])


@page
def announcements(site: Site) -> HttpResponse:
    found = site.edition.all("announcements")
    heading = site.words.counted(len(found), "front.announced") if found else site.words.find("front.no_announced")
    table = tables.announcements(site, found)
    return site.show(
        "list", table, here="announcements", heading=heading, topic="announcements.topic", t_name=table.name
    )


@page
def answers(site: Site) -> HttpResponse:
    found = site.front["answers"]
    names = {a["key"]: site.words.of(a["name"]) for a in site.front["areas"]}
    heading = site.words.counted(len(found), "front.answered") if found else site.words.find("front.no_answered")
    table = tables.answers(site, found, names)
    return site.show("list", table, here="answers", heading=heading, topic="answers.topic", t_name=table.name)


@page
def announcement(site: Site, key: str) -> HttpResponse:
    """What was announced, and on what grounds? `?text=N` shows an earlier wording: 0 as announced, n correction n."""
    w = site.words
    found = site.document(f"announcements/{key}")
    versions = [found, *found["corrections"]]
    number = told.wording(found, site.request.GET.get("text", ""))
    shown = versions[number]
    frozen = shown["frozen"]
    lives = told.measures_of(site.edition)
    tasks = [
        {"name": task["name"], "measures": [_announced(m, found, lives, site) for m in task["measures"]]}
        for task in frozen["tasks"]
    ]
    count = sum(len(task["measures"]) for task in frozen["tasks"])
    earlier = [
        {"n": n, "at": datetime.fromisoformat(v["announced_at"] if n == 0 else v["at"]), "now": n == number}
        for n, v in enumerate(versions)
    ]
    area_key = frozen["area"]
    return site.show(
        "announcement",
        here="announcements",
        a=found,
        frozen=frozen,
        hash=shown["frozen_hash"],
        files=office_links(site, "announcement", key, number),
        number=number,
        last=number == len(versions) - 1,
        versions=earlier if len(earlier) > 1 else [],
        corrections=[{**c, "when": datetime.fromisoformat(c["at"])} for c in found["corrections"]],
        at=datetime.fromisoformat(found["announced_at"]),
        paragraphs=[p for p in w.of(frozen["text"]).split("\n") if p.strip()],
        tasks=tasks,
        tasks_finding=w.say(
            "announcement.tasks_finding", tasks=w.counted(len(tasks), "tasks"), measures=w.counted(count, "measures")
        ),
        area=site.edition.get(f"areas/{area_key}") if area_key else None,
        area_href=site.address("area", area_key) if area_key else "",
        minutes=found["meeting"] and site.edition.get(f"minutes/{found['meeting']['key']}"),
    )


@page
def figure(site: Site, key: str) -> HttpResponse:
    """Where does this number come from, and what was announced on it?"""
    w = site.words
    found = site.document(f"figures/{key}")
    rests = tables.announced_on(
        site,
        [
            (a, m)
            for a in site.edition.all("announcements")
            for task in told_now(a)["tasks"]
            for m in task["measures"]
            if key in m["figures"]
        ],
    )
    if found["missing"]:
        return site.show("figure", rests, here="announcements", f=found, heading=w.say("figure.missing", figure=key))
    sources = [(source, tables.source_rows(site, n, source)) for n, source in enumerate(found["sources"])]
    steps = tables.steps(site, found)
    count = sum(source["count"] for source in found["sources"])
    return site.show(
        "figure",
        rests,
        steps,
        *[table for _, table in sources],
        here="announcements",
        f=found,
        heading=w.say("figure.heading", name=w.of(found["name"]), value=tables.number(site, found["value"])),
        stand=w.say("figure.stand", rows=w.counted(count, "figure.rows"), files=w.counted(len(sources), "figure.files"))
        if sources
        else w.find("figure.stated"),
        steps_finding=w.counted(len(found["steps"]), "figure.steps") if found["steps"] else w.find("figure.no_steps"),
        sources=[(source, arranged(table, site.request)) for source, table in sources],
        statements=w.counted(found["statements"], "figure.statements"),
    )


def _announced(m: dict[str, Any], found: dict[str, Any], lives: dict[str, Any], site: Site) -> dict[str, Any]:
    w = site.words
    decisions = []
    for name in m["decisions"]:
        known = found["decisions"].get(name)
        minutes = known and site.edition.get(f"minutes/{known['meeting']['key']}")
        href = site.address("minutes", known["meeting"]["key"]) if known and minutes else ""
        decisions.append(
            {"key": name, "known": known, "href": href, "on": told.day(known["meeting"]["on"]) if known else None}
        )
    live = lives.get(m["key"])
    return {
        **m,
        "instrument": tables.instrument(site, m["instrument"]),
        "due": told.day(m["due"]),
        "decided": decisions,
        "figures": [
            (name, site.address("figure", name) if site.edition.get(f"figures/{name}") else "") for name in m["figures"]
        ],
        "budget": [{**b, "billion": float(b["krw_million"]) / 1000} for b in m["budget"]],
        "aims": [_aim(metric, target, w) for metric in m["metrics"] for target in metric["targets"]],
        "live": live,
        "state": w.of(live["state_label"]) if live else "",
    }


def _aim(metric: dict[str, Any], target: dict[str, Any], w: Words) -> str:
    by = told.day(target["by"])
    key = "announcement.at_least" if target["qualifier"] == "at-least" else "announcement.aim"
    name = w.of(metric["name"]) + (" †" if metric["doubtful"] else "")
    return w.say(key, name=name, value=w.amount(target["value"]), unit=w.of(metric["unit"]), day=w.day(by))


@page
def consultation(site: Site, key: str, **context: Any) -> HttpResponse:
    """What may I say, and who else thinks so?"""
    w = site.words
    found = site.document(f"consultations/{key}")
    drawn = found["map"]
    texts = {s["number"]: w.of(s["text"]) for s in found["statements"]}
    area_key = found["area"]
    return site.show(
        "consultation",
        tables.statements(site, found["statements"]),
        here="consultation",
        c=found,
        voted=votes_of(site, found),
        picture=opinion_map(drawn["points"], len(drawn["sizes"]), w) if drawn else "",
        stability=_stability(drawn, w) if drawn else "",
        groups=[_group(n, size, drawn, texts, w) for n, size in enumerate(drawn["sizes"])] if drawn else [],
        consensus=[_finding(f, texts, w) for f in drawn["consensus"]] if drawn else [],
        map_finding=_map_finding(drawn, w),
        voters=w.counted(found["voters"], "consultation.voters"),
        opens=told.day(found["opens"]),
        closes=told.day(found["closes"]),
        area=site.edition.get(f"areas/{area_key}") if area_key else None,
        **context,
    )


consultation_page = consultation


def _map_finding(drawn: dict[str, Any] | None, w: Words) -> str:
    if not drawn:
        return w.find("consultation.map_none")
    if drawn["chance"] is not None and drawn["chance"] > 0.05:
        return w.find("consultation.map_chance")
    return w.counted(len(drawn["sizes"]), "consultation.map_groups")


def _stability(drawn: dict[str, Any], w: Words) -> str:
    """The stability in words: resampling people, how alike are the groups (adjusted Rand index)?"""
    if drawn["stability"] is None:
        return w.find("consultation.stability_unknown")
    median, low, high = drawn["stability"]
    word = "firm" if low >= 0.8 else "fair" if median >= 0.6 else "loose"
    interval = w.span(low, high, 2)
    return w.say(f"consultation.stability_{word}", median=w.number(median, 2), interval=interval)


def _group(n: int, size: int, drawn: dict[str, Any], texts: dict[int, str], w: Words) -> dict[str, Any]:
    said = drawn["representative"][n] if n < len(drawn["representative"]) else []
    return {"letter": chr(65 + n), "size": w.counted(size, "people"), "findings": [_finding(f, texts, w) for f in said]}


def _finding(finding: list[Any], texts: dict[int, str], w: Words) -> dict[str, str]:
    number, answer, share = finding
    return {"text": texts.get(number, str(number)), "said": w.say(f"vote.share_{answer}", share=w.percent(share))}


@page
def minutes_list(site: Site) -> HttpResponse:
    table = tables.minutes(site)
    w = site.words
    heading = w.counted(len(table.rows), "minutes.heading") if table.rows else w.find("minutes.heading_none")
    return site.show("list", table, here="minutes", heading=heading, topic="minutes.topic", t_name=table.name)


@page
def minutes(site: Site, key: str) -> HttpResponse:
    found = site.document(f"minutes/{key}")
    w = site.words
    present = [w.of(a["post"]) for a in found["attendance"] if a["presence"] in ("present", "proxy")]
    outcomes = sum(o["kind"] == "decision" for item in found["agenda"] for o in item["outcomes"])
    return site.show(
        "minutes",
        here="minutes",
        m=found,
        on=told.day(found["on"]),
        heading=w.counted(outcomes, "minutes.decided")
        if outcomes
        else w.say("minutes.held", meeting=w.of(found["name"])),
        files=office_links(site, "minutes", key),
        present=present,
        present_finding=w.counted(len(present), "minutes.present"),
        agenda_finding=w.counted(len(found["agenda"]), "minutes.items"),
    )


@page
def receipt_entrance(site: Site) -> HttpResponse:
    """The code leads to the receipt; the address then carries its digest, never the code."""
    from majung.taskforce.rules.receipts import receipt_name

    code, wrong = "", ""
    if site.request.method == "POST":
        code = "".join(site.request.POST.get("code", "")[:60].upper().split()).replace("-", "")
        try:
            site.counts("receipt")
        except TooMany:
            return site.show("receipt_entrance", here="receipt", wrong="receipt.too_many", status=429)
        name = receipt_name(code)
        if site.edition.get(f"receipts/{name}") is not None:
            return HttpResponseRedirect(site.address("receipt", name))
        wrong = "receipt.unknown"
    return site.show("receipt_entrance", here="receipt", code=code[:12], wrong=wrong, status=404 if wrong else 200)


@page
def receipt(site: Site, name: str) -> HttpResponse:
    """What happened to my demand?"""
    about = site.document(f"receipts/{name}")
    found = told.receipt(about, site.edition, site.words, site.address)
    answer = site.show("receipt", here="receipt", r=found, name=name)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@page
def data(site: Site) -> HttpResponse:
    """Can I check this myself?"""
    w, manifest = site.words, site.edition.manifest
    runs = {run["key"]: run for a in site.edition.all("announcements") for run in a["runs"]}
    receipts = sum(name.startswith("receipts/") for name in manifest["files"])
    return site.show(
        "data",
        tables.files(site),
        here="data",
        edition=site.edition,
        manifest=manifest,
        signed=datetime.fromisoformat(manifest["journal"]["signed"]),
        runs=[runs[key] for key in sorted(runs)],
        files_finding=w.counted(len(manifest["files"]), "data.files_finding"),
        receipts=w.counted(receipts, "data.receipts"),
    )


@page
def edition_zip(site: Site) -> HttpResponse:
    name = f"{site.key}-edition-{int(site.edition.manifest['edition']):05d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(site.edition.packed, content_type="application/zip", headers=headers)


def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """200 while every edition of the store can be served."""
    for programme in store().programmes():
        store().edition(programme)
    return HttpResponse("ok\n", content_type="text/plain")
