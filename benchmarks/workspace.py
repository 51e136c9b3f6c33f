"""The workspace at scale: queries and server time of each page, the journal's verification, and many people at once.

    MAJUNG_DATA=/tmp/big python -m majung exercise --scale 200     # once, SQLite
    MAJUNG_DATA=/tmp/big python benchmarks/workspace.py pages
    MAJUNG_DATA=/tmp/big python benchmarks/workspace.py journal
    python tests/with_postgres.py -- python benchmarks/workspace.py load --people 200 --seconds 60

`pages` asks through Django's test client, so that the time is the server's alone. Wall time on a shared machine is its
neighbours' too: CPU seconds of the thread stand beside it, and on SQLite, which runs inside the process, they are what
a query costs.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
KEY = "exercise"
THINKING = (10.0, 30.0)
"""Seconds between two pages of a person."""
PROGRAMME = Path(__file__).parent.parent / "programmes" / "korea-2021"


def connect() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "majung.web.settings")
    import django

    django.setup()
    logging.disable(logging.CRITICAL)


def size() -> dict[str, int | str]:
    """What is on record."""
    from django.db import connection

    from majung.taskforce import models as m

    kinds = (m.Body, m.Meeting, m.Measure, m.Submission, m.Decision, m.JournalEntry)
    return {"database": connection.vendor, **{str(kind._meta.verbose_name): kind.objects.count() for kind in kinds}}


def store(name: str, found: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"workspace_{name}.json").write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


# ---------- (a) pages


def addresses() -> list[str]:
    """Every list and one of each."""
    from majung.taskforce import models as m

    meeting = m.Meeting.objects.filter(key__endswith="g001").order_by("pk")[5]
    demand = m.Submission.objects.filter(programme__key=KEY).order_by("pk").first()
    found = [
        "",
        "situation/",
        "meetings/",
        "meetings/?meetings.page=9",
        "meetings/?meetings.find=3&meetings.sort=body",
        f"meetings/{meeting.key}/",
        "bodies/task-force/",
        "bodies/g001/",
        "calendar/",
        "registers/",
        "measures/",
        "measures/?measures.page=90",
        "measures/?measures.sort=-late",
        "measures/?measures.sort=owner",
        "measures/?measures.find=17",
        "measures/g001-m031/",
        "demands/",
        "demands/?demands.sort=area",
        "announcements/",
        "reviews/",
        "discovery/",
        "compare/",
        "projects/",
        "evidence/",
        "weights/",
        "journal/",
    ]
    return [*found, f"demands/{demand.key}/"] if demand else found


def pages(repeats: int) -> None:
    """Queries, the longest of them and server time of each page, as secretariat, member and auditor."""
    connect()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from majung.taskforce.models import User

    call_command("collectstatic", "--noinput", verbosity=0)
    settings.ALLOWED_HOSTS = ["testserver"]
    found: dict[str, Any] = {"size": size(), "pages": {}}
    for who in ("secretariat", "member", "auditor"):
        client = Client(headers={"accept-language": "ko"})
        client.force_login(User.objects.get(username=f"{KEY}-{who}"))
        for address in addresses():
            if (address == "journal/") != (who == "auditor"):
                continue
            if not found["pages"]:
                measured(client, f"/{KEY}/{address}", connection, 1)
                gc.collect()
                gc.freeze()  # as the server does once it is loaded
            row = measured(client, f"/{KEY}/{address}", connection, repeats)
            found["pages"][f"{who} {address}"] = row
            print(f"{who:12}{address:44}", *(f"{k} {v}" for k, v in row.items()), flush=True)
    rows = found["pages"].values()
    found["slowest query, CPU ms"] = max(row["slowest query, CPU ms"] for row in rows)
    for clock in ("CPU", "wall"):
        found[f"pages, {clock} ms p95"] = percentile([row[f"{clock} ms p95"] for row in rows], 95)
    store("pages", found)


def measured(client: Any, address: str, connection: Any, repeats: int) -> dict[str, Any]:
    log: list[tuple[float, float]] = []

    def timed(execute: Any, sql: Any, parameters: Any, many: Any, context: Any) -> Any:
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            return execute(sql, parameters, many, context)
        finally:
            log.append((time.perf_counter() - wall, time.thread_time() - cpu))

    client.get(address)
    walls, cpus = [], []
    for _ in range(repeats):
        log.clear()
        wall, cpu = time.perf_counter(), time.thread_time()
        with connection.execute_wrapper(timed):
            answer = client.get(address)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.thread_time() - cpu) * 1000)
    return {
        "status": answer.status_code,
        "kB": round(len(answer.content) / 1000),
        "queries": len(log),
        "slowest query, CPU ms": round(max(cpu for _, cpu in log) * 1000, 1),
        "all queries, CPU ms": round(sum(cpu for _, cpu in log) * 1000, 1),
        "CPU ms p50": round(statistics.median(cpus), 1),
        "CPU ms p95": round(percentile(cpus, 95), 1),
        "wall ms p50": round(statistics.median(walls), 1),
        "wall ms p95": round(percentile(walls, 95), 1),
    }


def percentile(values: list[float], at: int) -> float:
    """By nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * at // 100) - 1)]


# ---------- (b) the journal


def journal() -> None:
    """What an operation costs at this size, and what it costs to verify all of it."""
    connect()
    from majung.taskforce import models as m
    from majung.taskforce.journal.verify import verify_database
    from majung.taskforce.operations import measures, system

    programme = m.Programme.objects.get(key=KEY)
    actor = system("benchmark", datetime.now(UTC))
    found: dict[str, Any] = {"size": size()}
    metrics = list(m.Metric.objects.filter(measure__programme=programme, measure__key__startswith="g")[:40])
    costs = []
    for metric in metrics:
        cpu = time.process_time()
        measures.report_reading(actor, metric, on=date(2026, 10, 31), value=1.0, source="benchmark")
        costs.append((time.process_time() - cpu) * 1000)
    found["reading.report, CPU ms p50"] = round(statistics.median(costs), 2)
    found["reading.report, CPU ms p95"] = round(percentile(costs, 95), 2)
    wall, cpu = time.perf_counter(), time.process_time()
    result = verify_database()
    found |= {
        "verify_database": "sound" if result.sound else [f.said["en"] for f in result.findings[:5]],
        "entries": result.entries,
        "rows": result.rows,
        "verify CPU s": round(time.process_time() - cpu, 1),
        "verify wall s": round(time.perf_counter() - wall, 1),
    }
    print(json.dumps(found, indent=2, ensure_ascii=False))
    store("journal", found)


# ---------- (c) many people at once


def load(people: int, seconds: int, groups: int, workers: int) -> None:
    """`people` at once on a server with `workers` processes: 80 % reads, 15 % forms, 5 % deeds; loopback only."""
    before = os.getloadavg()[0]
    place = Path(tempfile.mkdtemp(prefix="majung-load-"))
    os.environ |= {"MAJUNG_DATA": str(place), "MAJUNG_SECRET_KEY": "benchmark" * 8, "MAJUNG_HOSTS": "127.0.0.1"}
    connect()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", "--noinput", verbosity=0)
    cookies, material = prepared(groups)
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", "4", "--log-level", "warning"]
    with (place / "log").open("wb") as log:
        server = subprocess.Popen([*command, "majung.web.wsgi:application"], stdout=log, stderr=log)
        try:
            found = asyncio.run(visited(f"http://127.0.0.1:{port}", cookies, material, people, seconds))
        finally:
            server.terminate()
            server.wait(20)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    found["server CPU s"] = round(spent.ru_utime + spent.ru_stime, 1)
    found["load average"] = [round(before, 1), round(os.getloadavg()[0], 1)]
    found = {"size": size(), "people": people, "workers": workers, "seconds": seconds, "cores": os.cpu_count()} | found
    print(json.dumps(found, indent=2, ensure_ascii=False))
    store("load", found)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepared(groups: int) -> tuple[list[str], dict[str, Any]]:
    """An exercise with sessions of its people (session cookies), and the addresses that they visit."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from majung.taskforce import models as m
    from majung.taskforce.exercise import large
    from majung.taskforce.operations import programmes, system

    until = datetime.now(UTC).date()
    programme = large.generate(PROGRAMME, KEY, groups=groups, until=until)
    actor = system("benchmark", datetime.now(UTC))
    cookies = []
    secretariat = m.Person.objects.get(programme=programme, key="secretariat")
    members = m.Person.objects.filter(programme=programme, key__startswith="g").order_by("pk")[:60]
    for person in [secretariat, *members]:
        user = m.User.objects.create_user(f"load-{person.key}", password=None)
        programmes.give_account(actor, person, username=user.username)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        cookies.append(str(session.session_key))
    base = f"/{KEY}/"
    measures = list(m.Measure.objects.filter(programme=programme).values_list("key", flat=True)[:300])
    received = m.Submission.objects.filter(programme=programme, state="received")
    return cookies, {
        "reads": [base, f"{base}situation/", f"{base}measures/", f"{base}demands/", f"{base}meetings/"],
        "meetings": [f"{base}meetings/{k}/" for k in m.Meeting.objects.values_list("key", flat=True)[:200]],
        "measures": [f"{base}measures/{k}/" for k in measures],
        "forms": f"{base}do/submission.receive/",
        "moderate": [
            f"{base}do/submission.moderate/?subject=submission/{k}" for k in received.values_list("key", flat=True)
        ],
        "metrics": [
            f"{base}do/reading.report/?subject=metric/{pk}"
            for pk in m.Metric.objects.filter(measure__key__in=measures).values_list("pk", flat=True)
        ],
    }


async def visited(base: str, cookies: list[str], material: dict[str, Any], people: int, seconds: int) -> dict[str, Any]:
    """Everybody looks, reads for a while, looks again, until the time is over."""
    import httpx

    times: dict[str, list[float]] = {"read": [], "form": [], "deed": []}
    wrong: Counter[str] = Counter()
    limits = httpx.Limits(max_connections=people, max_keepalive_connections=people)
    async with httpx.AsyncClient(base_url=base, timeout=30, limits=limits) as client:
        for _ in range(120):
            try:
                if (await client.get("/healthz")).status_code == 200:
                    break
            except httpx.TransportError:
                await asyncio.sleep(0.5)
        end = time.perf_counter() + seconds
        moderate, metrics = list(material["moderate"]), list(material["metrics"])

        async def ask(kind: str, method: str, address: str, cookie: str, **given: Any) -> None:
            headers = {"cookie": f"sessionid={cookie}; csrftoken={'a' * 32}", "accept-language": "ko"}
            start = time.perf_counter()
            try:
                answer = await client.request(method, address, headers=headers, **given)
            except httpx.HTTPError as error:
                wrong[f"{kind} {type(error).__name__}"] += 1
                return
            times[kind].append(time.perf_counter() - start)
            good = (302,) if kind == "deed" else (200,)
            if answer.status_code not in good:
                wrong[f"{kind} {answer.status_code} {address.split('?')[0]}"] += 1

        async def person(number: int) -> None:
            chance = random.Random(number)
            # Every fourth works for the secretariat, which moderates and reports; the others are members.
            staff = number % 4 == 0
            cookie = cookies[0] if staff else cookies[1 + number % (len(cookies) - 1)]
            await asyncio.sleep(chance.uniform(0, 15))
            while time.perf_counter() < end:
                drawn = chance.random()
                if drawn < 0.8:
                    kind = chance.choice(["reads", "reads", "meetings", "measures"])
                    await ask("read", "GET", chance.choice(material[kind]), cookie)
                elif drawn < 0.95:
                    await ask("form", "GET", material["forms"], cookie)
                elif staff and moderate and chance.random() < 0.5:
                    sent = {"csrfmiddlewaretoken": "a" * 32, "reason": "부하 시험"}
                    await ask("deed", "POST", moderate.pop(), cookie, data=sent)
                elif staff:
                    sent = {"csrfmiddlewaretoken": "a" * 32, "on": "2026-10-31", "value": "3", "source": "load"}
                    await ask("deed", "POST", metrics.pop(), cookie, data=sent)
                else:
                    sent = {
                        "csrfmiddlewaretoken": "a" * 32,
                        "kind": "demand",
                        "language": "ko",
                        "title": "수요",
                        "text": "부하 시험",
                    }
                    await ask("deed", "POST", material["forms"], cookie, data=sent)
                await asyncio.sleep(chance.uniform(*THINKING))

        await asyncio.gather(*(person(number) for number in range(people)))
    every = [t for kind in times.values() for t in kind]
    told = {"all": every, **times}
    return {
        "requests": len(every),
        "a second": round(len(every) / seconds, 1),
        "errors": dict(wrong),
        "ms": {
            kind: {"n": len(t), "p50": round(percentile(t, 50) * 1000), "p95": round(percentile(t, 95) * 1000)}
            for kind, t in told.items()
            if t
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("pages", "journal", "load"))
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--groups", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    if asked.what == "pages":
        pages(asked.repeats)
    elif asked.what == "journal":
        journal()
    else:
        load(asked.people, min(asked.seconds, 60), asked.groups, asked.workers)


if __name__ == "__main__":
    main()
