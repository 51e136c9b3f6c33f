"""Published minutes and announcements as HWPX or DOCX: of the edition's documents and nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse

from majung.publishing.office import RENDERERS
from majung.taskforce.rules.words import Disclosure
from majung.web.office import announcement, minutes
from majung.web.office.file import sent
from majung.web.public import told
from majung.web.public.site import Site, page
from majung.web.words import words


def office_links(site: Site, kind: str, key: str, wording: int | None = None) -> list[tuple[str, str]]:
    """(label, address) of each format; of an announcement in the wording that the page shows."""
    w = words("office", site.words.code)
    text = "" if wording is None else f"?text={wording}"
    return [
        (w.say(f"link_{kind}", format=end.upper()), site.address(f"{kind}-file", key, end) + text) for end in RENDERERS
    ]


@page
def minutes_file(site: Site, key: str, end: str) -> HttpResponse:
    """Minutes as published. What an edition of before does not hold is told as not reported."""
    found = site.document(f"minutes/{key}")
    w = words("office", site.words.code)
    starts = found.get("starts")
    of = minutes.Gathering(
        programme=site.front["programme"]["name"],
        body=found["body"],
        name=found["name"],
        when=datetime.fromisoformat(starts) if starts else told.day(found["on"]) or site.at,
        place=found["place"],
        points=[_point(item) for item in found["agenda"]],
        seats=[minutes.Seat(a["post"], a["presence"], a.get("organisation") or {}) for a in found["attendance"]],
        quorate=found.get("quorate"),
        exercise=site.front["exercise"],
    )
    approved = minutes.Minutes(
        found["revision"],
        found["proceedings"],
        found["remarks"],
        told.day(found.get("approved_on")),
        minutes.Level(Disclosure.PUBLIC),
    )
    return sent(minutes.minutes(of, approved, w), f"{site.key}-{key}-minutes-{w.code}", end)


def _point(item: dict[str, Any]) -> minutes.Point:
    return minutes.Point(
        item["position"],
        item["title"],
        item["purpose"],
        presenter=item.get("presenter") or {},
        rests_on=item.get("run") or "",
        withdrawn=item.get("withdrawn", False),
        results=[minutes.Result(o["kind"], o["text"], _ruling(o.get("decision"))) for o in item["outcomes"]],
    )


def _ruling(decision: dict[str, Any] | None) -> minutes.Ruling | None:
    if decision is None:
        return None
    votes = decision["votes"]
    return minutes.Ruling(decision["key"], decision["basis"], (votes[0], votes[1], votes[2]) if votes else None, {})


@page
def announcement_file(site: Site, key: str, end: str) -> HttpResponse:
    """The announcement in the wording that holds now, or in the one of `?text=N`."""
    found = site.document(f"announcements/{key}")
    w = words("office", site.words.code)
    number = told.wording(found, site.request.GET.get("text", ""))
    shown = [found, *found["corrections"]][number]
    known = {name: d for name, d in found["decisions"].items() if d}
    document = announcement.announcement(
        announcement.Announced(
            programme=site.front["programme"]["name"],
            title=found["title"],
            at=datetime.fromisoformat(found["announced_at"]),
            meeting=found["meeting"]["name"] if found["meeting"] else {},
            frozen=shown["frozen"],
            frozen_hash=shown["frozen_hash"],
            of=number,
            corrections=[(c["number"], datetime.fromisoformat(c["at"]), c["notice"]) for c in found["corrections"]],
            owners=found.get("owners", {}),
            decisions={name: (d["text"], d["basis"]) for name, d in known.items()},
            source=found["source"],
            exercise=site.front["exercise"],
        ),
        w,
    )
    return sent(document, f"{site.key}-{key}-announcement-{number}-{w.code}", end)
