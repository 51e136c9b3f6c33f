"""The workspace at scale: queries and server time of every page, the journal's verification, and many people at once.

    MAJUNG_DATA=/tmp/big python -m majung exercise --scale 200     # once; SQLite, or PostgreSQL with DATABASE_URL
    MAJUNG_DATA=/tmp/big python benchmarks/workspace.py furnish    # a run, a panel, a review open and one frozen
    MAJUNG_DATA=/tmp/big python benchmarks/workspace.py pages
    MAJUNG_DATA=/tmp/big python benchmarks/workspace.py journal
    MAJUNG_DATA=/tmp/big python benchmarks/workspace.py load --people 200 --seconds 60

`pages` takes its list from the addresses of the workspace itself, so that a new page is measured without being told,
and asks through Django's test client, so that the time is the server's alone. Wall time on a shared machine is its
neighbours' too: CPU seconds of the thread stand beside it; SQLite runs inside the process, PostgreSQL does not.
`load` uses the exercise that is there, in a server of its own (see `crowd`).
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import logging
import os
import re
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from visitors import percentile

RESULTS = Path(__file__).parent / "results"
KEY = "exercise"
PROGRAMME = Path(__file__).parent.parent / "programmes" / "korea-2021"
QUERY_MS, FULL_MS, FOUNDING_MS, FIRST_KB = 100, 200, 100, 150
"""Bars: the slowest query; p95 of every page at full size, and on the founding case; a first view."""


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


# ---------- what a large exercise does not have of itself


def furnish() -> None:
    """A run by the worker's code, a panel with a judge's comparisons, a consultation that people vote in, a review that
    is open and one that is frozen."""
    connect()
    from majung.taskforce import models as m
    from majung.taskforce.jobs import work
    from majung.taskforce.operations import bodies, opinions, reviews, runs, system
    from majung.taskforce.permission import Actor
    from majung.taskforce.rules.roles import Role
    from majung.taskforce.rules.words import Opinion

    programme = m.Programme.objects.get(key=KEY)
    now = datetime.now(UTC)
    actor, today = system("benchmark", now), now.date()
    force = m.Body.objects.get(programme=programme, kind="task-force")
    judge = m.Person.objects.get(programme=programme, key="g001-p0")
    text = {"en": "benchmark", "ko": "부하 시험"}
    if not m.RunRecord.objects.filter(programme=programme).exists():
        runs.ask(actor, programme)
        done = work("benchmark")
        print("run:", done.state if done else "nothing to do", flush=True)
    items = ["investment", "ripple_effects", "growth_potential", "competitiveness"]
    panel = m.Panel.objects.filter(programme=programme).first()
    panel = panel or runs.open_panel(actor, force, key="panel", question=text, items=items)
    bodies.give_mandate(actor, force, person=judge, role=Role.JUDGE, starts=today)
    pairs = {f"{a}/{b}": 2.0 for k, a in enumerate(items) for b in items[k + 1 :]}
    runs.compare(Actor(judge, now), panel, matrix=pairs)
    area = m.Area.objects.get(programme=programme, key="g001")
    asked = opinions.open_consultation(actor, force, key="consultation", question=text, area=area)
    for number in range(12):
        said = opinions.propose_statement(actor, asked, text=text)
        opinions.show_statement(actor, said)
        for voter in range(40):
            opinion = list(Opinion)[(number * voter + voter // 7) % 3]
            opinions.vote(actor, said, voter=f"v{voter}", opinion=opinion)
    for key in ("open", "frozen"):
        review = reviews.open_review(
            actor, force, key=f"review-{key}", name=text, period_from=today - timedelta(days=180), period_to=today
        )
        if key == "frozen":
            begun = time.thread_time()
            reviews.freeze(actor, review)
            print("review.freeze, CPU s:", round(time.thread_time() - begun, 1), flush=True)


# ---------- (a) pages


def addresses(key: str) -> list[str]:
    """Every page of the workspace: all addresses that take no more than the programme, one of each that takes more, and
    lists sorted, searched and far into their pages."""
    from django.urls import get_resolver, reverse

    examples = dict(_examples(key))
    found, unknown = [], []
    for name, parameters in _routes(get_resolver().url_patterns):
        if name in ELSEWHERE:
            continue
        if not set(parameters) - {"programme"}:
            found.append(reverse(name, kwargs={"programme": key} if parameters else {}))
        elif name in examples:
            found += [reverse(name, kwargs={"programme": key, **given}) for given in examples[name]]
        else:
            unknown.append(name)
    if unknown:
        raise LookupError(f"pages without an example to look at: {', '.join(unknown)}")
    return sorted(found) + [f"/{key}/{address}" for address in ARRANGED]


ELSEWHERE = frozenset({"healthz", "readyz", "metrics", "start", "paper", "feed"})
"""Addresses that are no page of the workspace: the machine's, a redirection, files."""
ARRANGED = (
    "situation/?areas=9",
    "meetings/?meetings.page=9",
    "meetings/?meetings.find=3&meetings.sort=body",
    "measures/?measures.page=90",
    "measures/?measures.sort=-late",
    "measures/?measures.sort=owner",
    "measures/?measures.sort=area",
    "measures/?measures.find=17",
    "measures/?measures.find=1&measures.sort=owner",
    "registers/?actions.sort=from&decisions.find=g1",
    "demands/?demands.sort=area",
    "demands/?demands.find=12",
    "announcements/?orphans.sort=measure",
    "reviews/review-open/?measures.find=17",
    "reviews/review-frozen/?measures.sort=-measure",
)


def _routes(patterns: Any) -> Iterator[tuple[str, list[str]]]:
    for pattern in patterns:
        first = str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            if not first.startswith(("accounts", "api")):
                yield from _routes(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name, list(pattern.pattern.converters)


def _examples(key: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Name of an address -> what to put into it; nothing where the programme has no such thing."""
    from majung.taskforce import models as m
    from majung.web.analyses import record_of, run_of

    programme = m.Programme.objects.get(key=key)
    kinds: dict[str, type[Any]] = {
        "announcement": m.Announcement,
        "body": m.Body,
        "consultation": m.Consultation,
        "demand": m.Submission,
        "measure": m.Measure,
        "meeting": m.Meeting,
        "panel": m.Panel,
        "review-page": m.Review,
        "strategy": m.Strategy,
    }
    for name, kind in kinds.items():
        keys = list(kind.objects.filter(programme=programme).order_by("pk").values_list("key", flat=True)[:2000])
        yield name, [{"key": k} for k in dict.fromkeys((keys[0], keys[len(keys) // 2]))] if keys else []
    measure = m.Measure.objects.filter(programme=programme).order_by("pk").last()
    yield "chain", [{"reference": f"measure/{measure.key}"}] if measure else []
    yield "deed", [{"operation": operation} for operation in ("submission.receive", "area.take_up", "body.found")]
    record = record_of(programme)
    if record is None:
        yield from (("industry", []), ("trace", []))
        return
    run = run_of(record)
    first = run.tables["ranking"]["candidate"].tolist()[0]
    yield "industry", [{"candidate": first}]
    yield "trace", [{"figure": run.figure("ranking", first)}]


def pages(key: str, repeats: int, name: str) -> None:
    """Queries, the longest of them and server time of each page, as secretariat, member and auditor; with a verdict."""
    connect()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    call_command("collectstatic", "--noinput", verbosity=0)
    settings.ALLOWED_HOSTS = ["testserver"]
    found: dict[str, Any] = {"size": size(), "load average": [round(os.getloadavg()[0], 1)], "pages": {}}
    for who, user in _people(key):
        client = Client(headers={"accept-language": "ko", "accept-encoding": "gzip"})
        client.force_login(user)
        for address in addresses(key):
            if not found["pages"]:
                measured(client, address, connection, 1)
                gc.collect()
                gc.freeze()  # as the server does once it is loaded
            row = measured(client, address, connection, repeats)
            if row is None:
                continue
            found["pages"][f"{who} {address}"] = row
            print(f"{who:12}{address:44}", *(f"{k} {v}" for k, v in row.items()), flush=True)
    found["load average"].append(round(os.getloadavg()[0], 1))
    found["verdicts"] = verdicts(found["pages"], FULL_MS if key == KEY else FOUNDING_MS)
    print(json.dumps(found["verdicts"], indent=2, ensure_ascii=False))
    store(name, found)


def _people(key: str) -> Iterator[tuple[str, Any]]:
    """Whoever of secretariat, member and auditor the programme has, with an account (made if there is none)."""
    from majung.taskforce import models as m
    from majung.taskforce.operations import programmes, system

    for role in ("secretariat", "member", "auditor"):
        mandates = m.Mandate.objects.filter(body__programme__key=key, role=role, ends=None).order_by("pk")
        mandate = mandates.select_related("person__user").first()
        if mandate is None:
            continue
        person = mandate.person
        if person.user is None:
            user = m.User.objects.create_user(f"benchmark-{key}-{role}", password=None)
            programmes.give_account(system("benchmark", datetime.now(UTC)), person, username=user.username)
            person.refresh_from_db()
        yield role, person.user


def verdicts(rows: dict[str, Any], bar: int) -> dict[str, Any]:
    """Bar by bar: what was measured at worst, and the pages that miss it."""
    columns = {
        f"each query under {QUERY_MS} ms": ("slowest query, ms", QUERY_MS),
        f"each page under {bar} ms at p95 (wall)": ("wall ms p95", bar),
        f"each page under {bar} ms at p95 (CPU of the server)": ("CPU ms p95", bar),
        f"first view under {FIRST_KB} kB (page, styles, scripts as sent)": ("first view, kB", FIRST_KB),
    }
    return {
        said: {
            "most": max(row[column] for row in rows.values()),
            "misses": [page for page, row in rows.items() if row[column] >= most],
        }
        for said, (column, most) in columns.items()
    }


def measured(client: Any, address: str, connection: Any, repeats: int) -> dict[str, Any] | None:
    """One page; None where this person has none (403, 404) or there is none to look at (405)."""
    asked: list[tuple[str, Any]] = []

    def heard(execute: Any, sql: Any, parameters: Any, many: Any, context: Any) -> Any:
        asked.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(heard):
        answer = client.get(address)
    if answer.status_code in (403, 404, 405):
        return None
    content = gzip.decompress(answer.content) if answer.headers.get("content-encoding") == "gzip" else answer.content
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.thread_time()
        client.get(address)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.thread_time() - cpu) * 1000)
    queries = [_query(connection, sql, parameters) for sql, parameters in asked if sql.startswith("SELECT")]
    return {
        "status": answer.status_code,
        "kB": round(len(content) / 1000),
        "first view, kB": round((len(answer.content) + _linked(content.decode())) / 1000),
        "queries": len(asked),
        "slowest query, ms": round(max(queries, default=0.0), 1),
        "all queries, ms": round(sum(queries), 1),
        "CPU ms p50": round(statistics.median(cpus), 1),
        "CPU ms p95": round(percentile(cpus, 95), 1),
        "wall ms p50": round(statistics.median(walls), 1),
        "wall ms p95": round(percentile(walls, 95), 1),
    }


def _query(connection: Any, sql: str, parameters: Any) -> float:
    """Milliseconds of a query with all its rows, the better of two: CPU where the database is in the process."""
    clock = time.thread_time if connection.vendor == "sqlite" else time.perf_counter
    took = []
    for _ in range(2):
        with connection.cursor() as cursor:
            begun = clock()
            cursor.execute(sql, parameters)
            cursor.fetchall()
            took.append((clock() - begun) * 1000)
    return min(took)


def _linked(page: str) -> int:
    """Bytes of the styles and scripts that a page links, as they are sent (compressed)."""
    from django.conf import settings

    total = 0
    for name in set(re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page)):
        kept = Path(settings.STATIC_ROOT) / name
        total += next(p.stat().st_size for p in (Path(f"{kept}.gz"), kept) if p.exists())
    return total


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("furnish", "pages", "journal", "load"))
    parser.add_argument("--programme", default=KEY, help="whose pages; any other than the exercise is small")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--groups", type=int, default=10, help="of the exercise that `load` makes where there is none")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--name", default="", help="of the file of results")
    asked = parser.parse_args()
    if asked.what == "furnish":
        furnish()
    elif asked.what == "pages":
        pages(asked.programme, asked.repeats, asked.name or "pages")
    elif asked.what == "journal":
        journal()
    else:
        from crowd import load

        connect()
        store(asked.name or "load", load(asked.people, asked.seconds, asked.groups, asked.workers))


if __name__ == "__main__":
    main()
