"""Every page of the workspace on paper, in both languages, filled by an exercise that stands on a run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from majung.runs import Run
from majung.taskforce import models as m
from majung.taskforce.exercise.accounts import demo_accounts
from majung.taskforce.exercise.small import generate
from majung.taskforce.rules.clock import SEOUL
from miniature import TEXT, Miniature

from .conftest import forget_runs
from .paper import wrong_laid_out, wrong_on_paper

pytestmark = [pytest.mark.browser, pytest.mark.slow]
UNTIL = date(2026, 11, 20)
WATERMARK = {"ko": "연습", "en": "Exercise"}


@pytest.fixture
def exercise(db: None, kept_run: Run, tmp_path: Path, settings: Any) -> Iterator[m.Programme]:
    """An exercise on the miniature's run with ministries enough; the clock stands on its last day."""
    assert kept_run.folder is not None
    settings.DATA, settings.RUNS = tmp_path / "var", kept_run.folder.parent
    settings.CLOCK = datetime(UNTIL.year, UNTIL.month, UNTIL.day, 9, tzinfo=SEOUL)
    folder = Miniature(tmp_path / "mini").write()
    with (folder / "programme.toml").open("a", encoding="utf-8") as charter:
        charter.write("".join(f'[[organisations]]\nid = "ministry-{n}"\nname = {TEXT}\n' for n in range(5)))
    programme = generate(folder, "exercise", until=UNTIL, seed=3, analysis=kept_run)
    demo_accounts(programme, settings.CLOCK)
    yield programme
    forget_runs()


def pages(programme: m.Programme, run: Run) -> Iterator[tuple[str, str, int, bool]]:
    """(role, address, sheets that it may fill, across) for every page; one of each kind, that has most to show."""
    candidate = str(run.tables["ranking"].iloc[0]["candidate"])
    figure = run.figure("ranking", candidate)
    mine = {"programme": programme}
    meeting = m.Meeting.objects.filter(**mine, state="published").latest("starts")
    measure = m.Measure.objects.filter(**mine).exclude(metrics=None).earliest("pk")
    announcement = m.Announcement.objects.get(**mine, state="corrected")
    for address, most, across in (
        ("", 2, False),
        ("situation/", 3, True),
        ("discovery/", 4, True),
        ("discovery/?w-investment=90", 5, True),
        ("industries/", 1, False),
        (f"industries/{candidate}/", 4, False),
        ("compare/", 2, False),
        ("projects/", 4, False),
        ("evidence/", 3, False),
        (f"trace/{figure}/", 4, False),
        ("weights/", 1, False),
        ("calendar/", 1, False),
        ("meetings/", 3, False),
        (f"meetings/{meeting.key}/", 2, False),
        (f"bodies/{meeting.body.key}/", 2, False),
        ("registers/", 6, False),
        ("measures/", 4, False),
        (f"measures/{measure.key}/", 2, False),
        (f"chain/measure/{measure.key}/", 3, False),
        ("demands/", 3, False),
        (f"demands/{m.Submission.objects.filter(**mine).earliest('pk').key}/", 1, False),
        (f"consultations/{m.Consultation.objects.filter(**mine).earliest('pk').key}/", 1, False),
        ("announcements/", 2, False),
        (f"announcements/{announcement.key}/", 2, False),
        (f"strategies/{announcement.strategy.key}/", 2, False),
        ("reviews/", 1, False),
        (f"reviews/{m.Review.objects.filter(**mine).earliest('pk').key}/", 3, False),
    ):
        yield "secretariat", address, most, across
    yield "judge", f"weights/{m.Panel.objects.get(body__programme=programme).key}/", 2, False
    yield "auditor", "journal/", 6, True


@pytest.mark.django_db(transaction=True)
def test_every_page_is_whole_on_paper(chrome: Any, live_server: Any, exercise: m.Programme, kept_run: Run) -> None:
    """Laid out for paper in both languages, and printed in one of them by turns."""
    found = list(pages(exercise, kept_run))
    wrong = []
    for language, watermark in WATERMARK.items():
        contexts = {role: signed_in(chrome, live_server.url, role, language) for role, *_ in found}
        for turn, (role, address, most, across) in enumerate(found):
            page = contexts[role].new_page()
            assert page.goto(f"/exercise/{address}").ok, address
            if turn % 2 == (language == "en"):
                said = wrong_on_paper(page, most=most, across=across, marked=watermark)
            else:
                said = wrong_laid_out(page, across=across)
            wrong += [f"{language} /{address}: {what}" for what in said]
            page.close()
        for context in contexts.values():
            context.close()
    assert not wrong, "\n".join(wrong)


def signed_in(chrome: Any, base: str, role: str, language: str) -> Any:
    """A browser of a person of a role, dark by preference."""
    client = Client()
    client.force_login(m.User.objects.get(username=f"exercise-{role}"), "django.contrib.auth.backends.ModelBackend")
    context = chrome.new_context(
        base_url=base,
        color_scheme="dark",
        viewport={"width": 1280, "height": 900},
        extra_http_headers={"accept-language": language},
    )
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])
    return context
