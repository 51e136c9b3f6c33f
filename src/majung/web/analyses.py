"""Runs as pages see them: read once, kept in memory by id, with the paper's pages and pictures built from them.

A run never changes, so what is made of it is kept as long as the process lives (a few runs at a time).
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, HttpResponseBase

from majung.publishing import blocks
from majung.publishing.chapters.industry import industry
from majung.publishing.chapters.notes import notes
from majung.publishing.chapters.portfolio import selection
from majung.publishing.chapters.standing import standing
from majung.publishing.language import LANGUAGES, Language
from majung.publishing.material import Material
from majung.runs import Run, RunError
from majung.taskforce.models import Job, Programme, RunRecord
from majung.taskforce.queries.runs import KEPT, in_force, kept
from majung.web.asked import said
from majung.web.request import Aside, Here, page

PAGES = 400

View = Callable[..., HttpResponseBase]


def record_of(programme: Programme, wanted: str = "") -> RunRecord | None:
    """The run that a page shows: the one asked for, else the one in force."""
    if wanted:
        return RunRecord.objects.filter(programme=programme, key=wanted).first()
    return in_force(programme)


def run_of(record: RunRecord) -> Run:
    """The kept run of a record. Raises RunError if it is missing from the runs folder or is not what was taken in."""
    return kept(record.key, record.digest, settings.RUNS)


def material_of(record: RunRecord, language: str) -> Material:
    """A run in one language."""
    return material_in(record.key, record.digest, language)


@lru_cache(maxsize=2 * KEPT)
def material_in(key: str, digest: str, language: str) -> Material:
    """A run in one language, by its id and digest."""
    return Material(kept(key, digest, settings.RUNS), Language(language))


@lru_cache(maxsize=PAGES)
def chapter(record_key: str, digest: str, language: str, name: str, candidate: str = "") -> list[blocks.Page]:
    """Pages of the paper (`standing`, `industry`, `selection`, `notes`), their pictures drawn at most once a width."""
    material = material_in(record_key, digest, language)
    if name == "industry":
        made = [industry(material, row) for row in material.rows("ranking", candidate=candidate)]
    else:
        build: dict[str, Callable[[Material], list[blocks.Page]]] = {
            "standing": standing,
            "selection": selection,
            "notes": lambda m: [notes(m)],
        }
        made = build[name](material)
    return [_kept_page(found) for found in made]


def _kept_page(found: blocks.Page) -> blocks.Page:
    return replace(found, sections=[replace(s, blocks=[_kept(b) for b in s.blocks]) for s in found.sections])


def _kept(block: Any) -> Any:
    if isinstance(block, blocks.Picture):
        return replace(block, draw=lru_cache(maxsize=8)(block.draw))
    if isinstance(block, blocks.Pair):
        return replace(block, left=[_kept(b) for b in block.left], right=[_kept(b) for b in block.right])
    return block


def pages_of(record: RunRecord, here: Here, name: str, candidate: str = "") -> list[blocks.Page]:
    """The chapter in the reader's language."""
    return chapter(record.key, record.digest, here.words.code, name, candidate)


def first_picture(found: blocks.Page) -> blocks.Picture:
    """The picture with which a page of the paper begins. Raises LookupError if it has none."""
    for block in (b for s in found.sections for b in s.blocks):
        if isinstance(block, blocks.Picture):
            return block
    raise LookupError(f"page {found.anchor} has no picture")


def on_run(topic: str, stage: str = "") -> Callable[[View], View]:
    """A page that stands on a run: the view gets (here, record, material); without one the page says who makes it."""

    def decorate(view: View) -> View:
        @page(topic)
        @functools.wraps(view)
        def look(here: Here, **given: Any) -> HttpResponseBase:
            record = record_of(here.programme, here.request.GET.get("run", ""))
            if record is None:
                return nothing(here, stage or topic)
            here = standing_on(here, record)
            try:
                # Parts of the run are read, and checked, when the page asks for them.
                return view(here, record, material_of(record, here.words.code), **given)
            except RunError as error:
                return nothing(here, stage or topic, str(error))

        return look

    return decorate


def standing_on(here: Here, record: RunRecord) -> Here:
    """The frame of a page that shows this run: says so, and leads on to pages of it, where another is in force."""
    base = in_force(here.programme)
    if base is None or base.pk == record.pk:
        return replace(here, aside=None)
    material = None
    with contextlib.suppress(RunError):
        material = material_of(record, here.words.code)
    return replace(here, aside=Aside(record, base, said(here.words, material, record.changes)))


def staying(here: Here) -> Here:
    """The frame of a page that shows no run and leads on to pages that do: they show the run asked for by `?run=`."""
    wanted = here.request.GET.get("run", "")
    record = record_of(here.programme, wanted) if wanted else None
    return standing_on(here, record) if record else here


def nothing(here: Here, stage: str, problem: str = "") -> HttpResponse:
    """The page before there is a run: what will appear, who makes it appear, and the button for those who may."""
    jobs = list(Job.objects.filter(programme=here.programme, kind="run").order_by("-pk")[:3])
    return here.show(
        "analysis/none.html",
        stage=stage,
        problem=problem,
        jobs=[(job, "") for job in jobs],
        running=any(job.state in ("queued", "running") for job in jobs),
        may_ask=here.may("run.ask", here.programme),
        w=_frame(here),
    )


def _frame(here: Here) -> Any:
    from majung.web.words import words

    return words("analysis", here.words.code)


def warm() -> None:
    """Read the newest run of each programme and build its pages, so that nobody waits for the first look."""
    try:
        for programme in Programme.objects.order_by("-pk")[:KEPT]:
            record = record_of(programme)
            if record is None:
                continue
            with contextlib.suppress(RunError):
                for language in LANGUAGES:
                    for name in ("standing", "selection", "notes"):
                        chapter(record.key, record.digest, language, name)
    except DatabaseError:
        # No tables yet: the first look reads what it needs.
        return
    finally:
        connection.close()
