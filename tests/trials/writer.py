"""A process that writes through the operations until it is killed; started once by the trials, forked from then on.

    python writer.py init              make the tables and a small programme
    python writer.py serve             read commands from stdin: "write N" or "edit N TIMES" forks N writers

Each writer prints a line for every deed that was acknowledged to it, after its transaction held.
"""

from __future__ import annotations

import os
import random
import sys
from datetime import UTC, datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "majung.web.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from majung.taskforce.models import JournalEntry, Measure, Organisation, Programme  # noqa: E402
from majung.taskforce.operations import (  # noqa: E402
    Conflict,
    bodies,
    measures,
    programmes,
    strategies,
    system,
)

AT = datetime(2021, 4, 9, 3, tzinfo=UTC)
LOADER = system("loader", AT)


def text(word: str) -> dict[str, str]:
    return {"ko": word, "en": word}


def init() -> None:
    """Tables and a programme with one measure."""
    call_command("migrate", verbosity=0, interactive=False)
    programme = programmes.found("trial", text("Trial"), "KOR", AT)
    owner = programmes.add_organisation(LOADER, programme, key="owner", name=text("owner"))
    bodies.found(LOADER, programme, key="tf", kind="task-force", name=text("tf"))  # type: ignore[arg-type]
    area = bodies.take_up(LOADER, programme, key="area", name=text("area"), leads=[owner])
    strategy = strategies.draft(LOADER, programme, key="s", name=text("s"), area=area)
    task = strategies.add_task(LOADER, strategy, key="t", name=text("t"))
    measures.propose(LOADER, task, key="m", name=text("m"), instrument="fiscal", owner=owner)  # type: ignore[arg-type]


def write() -> None:
    """Add organisations and change the measure, for ever."""
    programme, measure = Programme.objects.get(key="trial"), Measure.objects.get(key="m")
    number = 0
    while True:
        number += 1
        key = f"o-{os.getpid()}-{number}-{random.getrandbits(48)}"
        programmes.add_organisation(LOADER, programme, key=key, name=text(key))
        told(f"organisation {key}")
        note = f"{os.getpid()}-{number}"
        measures.change(LOADER, measure, note=text(note))
        told("changed")


def edit(times: int) -> None:
    """Add a mark to the same text so many times, each upon the version read; told of a conflict, read again."""
    done = 0
    while done < times:
        measure = Measure.objects.get(key="m")
        marks = measure.note.get("en", "")
        mark = f"[{os.getpid()}-{done}]"
        try:
            measures.change(LOADER, measure, note=text(marks + mark), expected=measure.revision)  # type: ignore[call-arg]
        except Conflict:
            told("conflict")
            continue
        done += 1
        told(f"mark {mark}")


def told(what: str) -> None:
    os.write(1, f"{what}\n".encode())


def fork(work: str, *numbers: int) -> int:
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        (write if work == "write" else edit)(*numbers)
    finally:
        connections.close_all()
        os._exit(0)


def serve() -> None:
    """Fork writers on command; "reap PID ..." waits for those that were killed or are done."""
    for line in sys.stdin:
        work, count, *numbers = line.split()
        if work == "reap":
            for pid in (int(count), *map(int, numbers)):
                os.waitpid(pid, 0)
            told("reaped")
            continue
        pids = [fork(work, *map(int, numbers)) for _ in range(int(count))]
        told("started " + " ".join(map(str, pids)))


if __name__ == "__main__":
    if sys.argv[1] == "init":
        init()
        told(f"entries {JournalEntry.objects.count()} organisations {Organisation.objects.count()}")
    else:
        serve()
