"""The process that a trial's servers are forked from, so that each start costs no seconds of loading.

    python nursery.py        reads commands from stdin, answers each with a line of JSON

    prepare                  tables and a small institution; tells the tokens of its people and the rows to work on
    serve PORT WORKERS LOG   `majung serve` in a process group of its own; tells its id
    reap GROUP               wait until nothing is left of a group that was killed
    verify                   what `majung journal verify` finds

Nothing here touches the database but the children, so that no connection is ever forked.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

PR_SET_CHILD_SUBREAPER = 36


def prepare() -> dict[str, Any]:
    """The institution of the task force's tests with a token for everybody, a held meeting, a planned one, measures."""
    from majung.cli.database import connect

    connect()
    from majung.taskforce.models import ApiToken, User
    from majung.taskforce.operations import measures, meetings, programmes
    from majung.taskforce.rules.words import Instrument, Purpose
    from taskforce.conftest import build, moment, text

    i = build()
    now = datetime.now(UTC)
    tokens = {}
    for who, person in i.people.items():
        programmes.give_account(i.by("loader"), person, username=User.objects.create(username=who).username)
        tokens[who] = ApiToken.issue(User.objects.get(username=who), "trial", now, now + timedelta(days=1))[1]
    secretariat = i.by("secretariat", "2021-04-15")
    held = i.held_meeting("held")
    item = meetings.add_item(secretariat, held, title=text("item"), purpose=Purpose.DISCUSS)
    meetings.end(secretariat, held)
    meetings.plan(secretariat, i.group, key="planned", name=text("planned"), starts=moment("2021-05-15"))
    _, task = i.strategy()
    metrics = []
    for key in ("m1", "m2", "m3"):
        measure = measures.propose(
            secretariat,
            task,
            key=key,
            name=text(key),
            instrument=Instrument.FISCAL,
            owner=i.ministry,
            verifier=i.finance,
        )
        for name in ("a", "b"):
            metric = measures.set_metric(secretariat, measure, key=name, name=text(name), unit=text("u"), baseline=0)
            measures.set_target(secretariat, metric, by=moment("2021-05-01").date(), value=100)
            metrics.append(f"metric/{metric.pk}")
    return {"tokens": tokens, "item": f"agendaitem/{item.pk}", "metrics": metrics, "task": f"coretask/{task.key}"}


def verify() -> dict[str, Any]:
    """As `majung journal verify` does: without bringing the database up to date."""
    from majung.cli.database import connect

    connect(migrate=False)
    from majung.taskforce.journal.verify import verify_database

    found = verify_database()
    return {
        "entries": found.entries,
        "rows": found.rows,
        "findings": [f"{one.where}: {one.said['en']}" for one in found.findings],
    }


def in_a_child(work: Callable[[], dict[str, Any]]) -> None:
    """Do it in a process of its own, which answers."""
    if not (pid := os.fork()):
        code = 1
        try:
            tell(work())
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(pid, 0)[1]:
        tell({"error": "see what it wrote to stderr"})


def serve(port: int, workers: int, log: str) -> int:
    """The server's process id, which is also its group's."""
    if pid := os.fork():
        return pid
    try:
        os.setsid()
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(out, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        from majung.cli.workspace import serve_command

        serve_command(port=port, host="127.0.0.1", workers=workers)
    finally:
        os._exit(0)


def reap(group: int) -> None:
    """Its workers are orphans once their server is killed: they become this process's children."""
    while True:
        try:
            os.waitpid(-group, 0)
        except ChildProcessError:
            return


def tell(answer: dict[str, Any]) -> None:
    os.write(1, json.dumps(answer).encode() + b"\n")


def main() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    import django

    django.setup()
    for module in ("majung.cli", "majung.web.urls", "granian.server"):
        import_module(module)
    gc.freeze()
    tell({"ready": True})
    for line in sys.stdin:
        match line.split():
            case ["prepare"]:
                in_a_child(prepare)
            case ["verify"]:
                in_a_child(verify)
            case ["serve", port, workers, log]:
                tell({"pid": serve(int(port), int(workers), log)})
            case ["reap", group]:
                reap(int(group))
                tell({"reaped": True})
            case unknown:
                tell({"error": f"{unknown}?"})


if __name__ == "__main__":
    main()
