"""Long work in the background: jobs are claimed by workers, show life, are looked at between stages, start again when a
worker has died. Safe with any number of workers on SQLite and PostgreSQL.

A job's steps are idempotent: a run is named by the hash of its inputs, so that one that starts again finds what is
done.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from majung.methods.labelled import InputError
from majung.runs import run_programme
from majung.runs.run import STAGES
from majung.taskforce.definitions import Asked, altered
from majung.taskforce.models import CriteriaSet, Job, Programme, ProgrammeFile
from majung.taskforce.operations import runs, system
from majung.taskforce.programme_folder import EVIDENCE
from majung.taskforce.programme_folder import lay_out as write
from majung.taskforce.rules.clock import day_of

STALE = timedelta(seconds=120)
"""A running job without a sign of life for so long has lost its worker."""
BEAT_SECONDS = 20.0
MOST_ATTEMPTS = 3

Clock = Callable[[], datetime]


class Stopped(Exception):
    """The work ends here: it was cancelled, or the job belongs to another worker by now."""


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def claim(worker: str, now: datetime) -> Job | None:
    """The job that has waited longest, marked as this worker's; None when nothing waits."""
    with transaction.atomic():
        revive(now)
        waiting = Job.objects.filter(state="queued").order_by("asked_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        for job in waiting[:10]:
            taken = Job.objects.filter(pk=job.pk, state="queued").update(
                state="running",
                worker=worker,
                beat=now,
                started=now,
                attempts=job.attempts + 1,
                stage="",
                done=0,
                of=len(STAGES),
                error="",
            )
            if taken:
                job.refresh_from_db()
                return job
    return None


def revive(now: datetime) -> int:
    """Queue again the jobs whose worker has died; give up on those that have died too often. How many were stale."""
    stale = Job.objects.filter(state="running", beat__lt=now - STALE)
    cancelled = stale.filter(cancel=True).update(state="cancelled", ended=now)
    given_up = stale.filter(attempts__gte=MOST_ATTEMPTS).update(
        state="failed", ended=now, error=f"its worker died {MOST_ATTEMPTS} times"
    )
    return cancelled + given_up + stale.update(state="queued", worker="", stage="", done=0)


def work(worker: str, *, clock: Clock = timezone.now, beating: bool = True) -> Job | None:
    """Do the next job to its end; None when nothing waits. beating: show life from a thread of its own, so that a long
    stage is not taken for a dead worker."""
    job = claim(worker, clock())
    if job is None:
        return None
    try:
        with _beats(job, clock) if beating else _silence():
            result = KINDS[job.kind](job, _progress(job, clock), clock)
    except Stopped:
        _end(job, "cancelled", clock)
    except InputError as error:
        _end(job, "failed", clock, error=str(error))
    except (KeyboardInterrupt, SystemExit):
        Job.objects.filter(pk=job.pk, worker=worker, state="running").update(state="queued", worker="", beat=None)
        raise
    except BaseException as error:
        _end(job, "failed", clock, error=f"{type(error).__name__}: {error}")
        raise
    else:
        _end(job, "done", clock, result=result, done=job.of)
    job.refresh_from_db()
    return job


def _end(job: Job, state: str, clock: Clock, **columns: Any) -> None:
    mine = Job.objects.filter(pk=job.pk, worker=job.worker, state="running")
    mine.update(state=state, ended=clock(), **columns)


def _progress(job: Job, clock: Clock) -> Callable[[str], None]:
    """Called as each stage begins: shows life, looks whether to stop."""

    def begin(stage: str) -> None:
        mine = Job.objects.filter(pk=job.pk, worker=job.worker, state="running", cancel=False)
        done = STAGES.index(stage) if stage in STAGES else job.done
        if not mine.update(stage=stage, done=done, beat=clock()):
            raise Stopped

    return begin


@contextmanager
def _beats(job: Job, clock: Clock) -> Iterator[None]:
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(BEAT_SECONDS):
            close_old_connections()
            Job.objects.filter(pk=job.pk, worker=job.worker, state="running").update(beat=clock())
        connection.close()

    thread = threading.Thread(target=beat, name=f"beat of job {job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _silence() -> Iterator[None]:
    yield


CHANGES = ("criteria", "panel", "budgets")
"""Arguments of a run that state what it was asked with instead of the definitions."""


def make_run(job: Job, progress: Callable[[str], None], clock: Clock) -> dict[str, Any]:
    """Kind "run": the programme as it is defined now, with other weights or budgets where the job names them, run and
    taken in."""
    programme = job.programme
    number = job.arguments.get("criteria_set")
    chosen = CriteriaSet.objects.get(programme=programme, number=number) if number is not None else None
    changes = {name: job.arguments[name] for name in CHANGES if job.arguments.get(name)}
    criteria = chosen.criteria if chosen else changes.get("criteria")
    with TemporaryDirectory(prefix="majung-run-") as work:
        folder = lay_out(programme, Path(work) / programme.key, asked(job, chosen), criteria, changes.get("budgets"))
        run = run_programme(folder, settings.RUNS, progress=progress)
    progress("writing")
    record = runs.take_in(
        system("worker", clock()),
        programme,
        key=run.id,
        manifest=run.manifest,
        criteria_set=chosen,
        changes=changes,
        job=job,
    )
    return {"run": record.key, "digest": record.digest}


KINDS: dict[str, Callable[[Job, Callable[[str], None], Clock], dict[str, Any]]] = {"run": make_run}
"""What each kind of job does; returns what stands in its result."""


def asked(job: Job, chosen: CriteriaSet | None) -> Asked:
    """By whom a run was asked for, when, beside which run; where its weights come from."""
    weights_of = None
    if chosen is not None:
        weights_of = {
            "ko": f"가중치 제{chosen.number}판({chosen.origin.get('ko', '')})",
            "en": f"criteria set {chosen.number} ({chosen.origin.get('en', '')})",
        }
    elif panel := job.arguments.get("panel"):
        weights_of = {"ko": f"조사 {panel}의 평가자", "en": f"the judges of panel {panel}"}
    post = job.asked_by.post if job.asked_by else None
    return Asked(post or SYSTEM, day_of(job.asked_at), job.arguments.get("beside") or "", weights_of)


SYSTEM = {"ko": "시스템", "en": "the system"}


def lay_out(
    programme: Programme,
    folder: Path,
    asked: Asked,
    criteria: list[dict[str, Any]] | None = None,
    budgets: dict[str, float] | None = None,
) -> Path:
    """The programme's folder as it is defined now, other weights and budgets put into programme.toml."""
    files = dict(ProgrammeFile.objects.filter(programme=programme).values_list("path", "text"))
    if "programme.toml" not in files or EVIDENCE not in files:
        raise InputError(f"programme {programme.key} has no definitions to run; load its folder first")
    if criteria or budgets:
        files["programme.toml"] = altered(files["programme.toml"], asked, criteria or None, budgets or None)
    folder.mkdir(parents=True, exist_ok=True)
    write(files, folder)
    return folder
