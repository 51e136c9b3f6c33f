"""A server of its own with some workers, and people at once on it: 80 % reads, 15 % forms, 5 % deeds; loopback only."""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import socket
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from visitors import Draw, awake, told, visited, warm
from workspace import KEY, PROGRAMME, size


def load(people: int, seconds: int, groups: int, workers: int) -> dict[str, Any]:
    """What `people` met, and what it cost server, database and generator. An exercise is made where there is none."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from majung.taskforce.models import JournalEntry

    call_command("migrate", verbosity=0)
    call_command("collectstatic", "--noinput", verbosity=0)
    sessions, draw = prepared(groups)
    entries = JournalEntry.objects.count()
    before, port = os.getloadavg()[0], free_port()
    environment = {
        **os.environ,
        "MAJUNG_DATA": str(settings.DATA),
        "MAJUNG_HOSTS": "127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "majung.web.settings",
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", "4", "--log-level", "warning"]
    database = _database_seconds()
    connections.close_all()
    log = Path(settings.DATA) / "load.log"
    with log.open("wb") as kept:
        server = subprocess.Popen([*command, "majung.web.wsgi:application"], stdout=kept, stderr=kept, env=environment)
        try:
            own = resource.getrusage(resource.RUSAGE_SELF)
            seen = asyncio.run(_waited_and_visited(port, sessions, draw, people, seconds))
            generator = resource.getrusage(resource.RUSAGE_SELF)
            spent = _database_seconds()
        finally:
            server.terminate()
            server.wait(20)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {
        "size": size(),
        "people": people,
        "workers": workers,
        "seconds": seconds,
        "cores": os.cpu_count(),
        **told(seen, seconds),
        "deeds that stand in the journal": JournalEntry.objects.count() - entries,
        "CPU s": {
            "server": round(children.ru_utime + children.ru_stime, 1),
            "database": round(spent - database, 1),
            "generator": round(generator.ru_utime + generator.ru_stime - own.ru_utime - own.ru_stime, 1),
        },
        "load average": [round(before, 1), round(os.getloadavg()[0], 1)],
    }
    _beside_the_log(found["slowest"], log)
    print(json.dumps(found, indent=2, ensure_ascii=False))
    return found


async def _waited_and_visited(port: int, sessions: list[str], draw: Draw, people: int, seconds: int) -> Any:
    await awake(port)
    await warm(port, sessions[0], f"/{KEY}/discovery/")
    return await visited(port, sessions, draw, people, seconds)


def _beside_the_log(slowest: list[list[Any]], log: Path) -> None:
    """To each slow answer the milliseconds that the server itself counted: the rest was waiting for a thread."""
    counted: dict[str, float] = {}
    for line in log.read_text("utf-8", "replace").splitlines():
        if '"request_id"' in line:
            entry = json.loads(line)
            counted[entry["request_id"]] = entry["ms"]
    for row in slowest:
        row[3] = counted.get(row[3])


def _database_seconds() -> float:
    """CPU seconds of all PostgreSQL processes of this machine so far; 0 where the database is in the server."""
    if not os.environ.get("DATABASE_URL"):
        return 0.0
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            told_ = stat.read_text()
        except OSError:
            continue
        if "(postgres)" in told_:
            # With its own seconds those of the children that have ended: a session's process ends with it.
            total += sum(int(n) for n in told_.rpartition(")")[2].split()[11:15]) / ticks
    return total


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepared(groups: int) -> tuple[list[str], Draw]:
    """Session cookies (the secretariat's first) and what people do next."""
    from majung.taskforce import models as m
    from majung.taskforce.exercise import large

    programme = m.Programme.objects.filter(key=KEY).first()
    if programme is None:
        programme = large.generate(PROGRAMME, KEY, groups=groups, until=datetime.now(UTC).date())
    secretariat = m.Person.objects.get(programme=programme, key="secretariat")
    members = m.Person.objects.filter(programme=programme, key__startswith="g").order_by("pk")
    chance = random.Random(1)
    chosen = [secretariat, *chance.sample(list(members), min(60, members.count()))]
    return [_session(person) for person in chosen], _deeds(programme)


def _session(person: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from majung.taskforce import models as m
    from majung.taskforce.operations import programmes, system

    if person.user is None:
        user = m.User.objects.create_user(f"load-{person.key}", password=None)
        programmes.give_account(system("benchmark", datetime.now(UTC)), person, username=user.username)
        person.refresh_from_db()
    session = SessionStore()
    session[SESSION_KEY] = str(person.user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def _deeds(programme: Any) -> Draw:
    """Reads of lists and single things, some sorted or searched; forms; demands, moderations, readings."""
    from majung.taskforce import models as m

    chance = random.Random(2)
    base = f"/{programme.key}/"

    def some(kind: Any, at: str, count: int = 300, **given: Any) -> list[str]:
        keys = list(kind.objects.filter(programme=programme, **given).values_list("key", flat=True))
        return [f"{base}{at}/{key}/" for key in chance.sample(keys, min(count, len(keys)))]

    lists = [base, base, *(f"{base}{at}/" for at in ("situation", "measures", "demands", "meetings", "registers"))]
    lists += [f"{base}{at}/" for at in ("calendar", "announcements", "discovery")]
    arranged = [f"{base}measures/?measures.{how}" for how in ("find=17", "sort=-late", "sort=owner", "page=3")]
    single = [*some(m.Measure, "measures"), *some(m.Meeting, "meetings")]
    of_staff = [*single, *some(m.Submission, "demands", 150)]  # members see those of their own area only
    forms = [f"{base}do/submission.receive/"]
    received = list(m.Submission.objects.filter(programme=programme, state="received").values_list("key", flat=True))
    moderate = [f"{base}do/submission.moderate/?subject=submission/{key}" for key in received]
    today = date.today()
    metrics = m.Metric.objects.filter(measure__programme=programme, measure__state="in-progress")
    metrics = metrics.exclude(readings__on=today)  # a second reading of a day would ask for a reason
    report = [f"{base}do/reading.report/?subject=metric/{pk}" for pk in metrics.values_list("pk", flat=True)[:3000]]
    chance.shuffle(report)

    def draw(now: random.Random, staff: bool) -> tuple[str, str, str, dict[str, str] | None]:
        drawn = now.random()
        if drawn < 0.35:
            return "read", "GET", now.choice(lists), None
        if drawn < 0.42:
            return "read", "GET", now.choice(arranged), None
        if drawn < 0.8:
            return "read", "GET", now.choice(of_staff if staff else single), None
        if drawn < 0.95:
            return "form", "GET", now.choice([*forms, report[-1], moderate[-1]] if staff else forms), None
        if staff and moderate and now.random() < 0.5:
            return "deed", "POST", moderate.pop(), {"reason": "부하 시험"}
        if staff:
            return "deed", "POST", report.pop(), {"on": str(today), "value": "3", "source": "load"}
        demand = {"kind": "demand", "language": "ko", "title": "수요", "text": "부하 시험"}
        return "deed", "POST", forms[0], demand

    return draw
