"""Writers killed at random moments lose nothing acknowledged, the journal stays valid; editors at once lose nothing.

A seeded sample runs with ./run test, two hundred kills with ./run trial. The database is a file of its own (or the
PostgreSQL of DATABASE_URL), because the tests' own database cannot be shared with other processes.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SETUP = "import json, django; django.setup(); from majung.taskforce.models import *"


class Nursery:
    """The process that forks writers, and what they acknowledged."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "MAJUNG_DATA": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
        if "DATABASE_URL" in environment:
            environment["DATABASE_URL"] = _own_database(environment["DATABASE_URL"], folder)
        self.environment = environment
        subprocess.run([sys.executable, HERE / "writer.py", "init"], env=environment, check=True, timeout=120)
        self.process = subprocess.Popen(
            [sys.executable, HERE / "writer.py", "serve"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def command(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def lines(self) -> Iterator[str]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            yield line.strip()

    def verify(self) -> dict[str, object]:
        """What `majung journal verify` says in a process of its own."""
        ran = subprocess.run(
            [sys.executable, "-m", "majung", "journal", "verify", "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ran.returncode in (0, 1), ran.stderr
        return json.loads(ran.stdout)  # type: ignore[no-any-return]

    def ask(self, code: str) -> str:
        """Run a line of Python on the database."""
        ran = subprocess.run(
            [
                sys.executable,
                "-c",
                f"import django; django.setup(); from majung.taskforce.models import *; print({code})",
            ],
            env={**self.environment, "DJANGO_SETTINGS_MODULE": "majung.web.settings"},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return ran.stdout.strip()

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()


def _own_database(url: str, folder: Path) -> str:
    import psycopg

    name = "trial_" + re.sub(r"\W", "_", str(folder))[-40:].lower()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.rsplit("/", 1)[0] + "/" + name


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    made = Nursery(tmp_path / "data")
    yield made
    made.close()


def kill_and_check(nursery: Nursery, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    acknowledged: set[str] = set()
    changes = 0
    lines = nursery.lines()
    for _ in range(kills):
        nursery.command("write 2")
        pids: list[int] = []
        deadline, limit = float("inf"), time.monotonic() + 60
        for line in lines:
            assert time.monotonic() < limit, "no writer acknowledged anything"
            if line.startswith("started"):
                pids = [int(word) for word in line.split()[1:]]
            elif line.startswith("organisation"):
                acknowledged.add(line.split()[1])
                deadline = min(deadline, time.monotonic() + chance.uniform(0.0, 0.15))
            elif line == "changed":
                changes += 1
            if pids and time.monotonic() >= deadline:
                break
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        nursery.command("reap " + " ".join(map(str, pids)))
        for line in lines:
            if line == "reaped":
                break
            if line.startswith("organisation"):
                acknowledged.add(line.split()[1])
            changes += line == "changed"
    kept = set(
        json.loads(nursery.ask("__import__('json').dumps(list(Organisation.objects.values_list('key', flat=True)))"))
    )
    assert len(acknowledged) >= kills
    assert acknowledged - kept == set()
    found = nursery.verify()
    assert found["findings"] == []
    assert int(nursery.ask("Measure.objects.get(key='m').revision")) >= changes + 1


def test_a_sample_of_kills_loses_nothing(nursery: Nursery) -> None:
    kill_and_check(nursery, kills=4, seed=20210409)


@pytest.mark.trial
def test_two_hundred_kills_lose_nothing(nursery: Nursery) -> None:
    kill_and_check(nursery, kills=200, seed=20210410)


def test_editors_at_once_lose_nothing(nursery: Nursery) -> None:
    times = 10
    nursery.command(f"edit 4 {times}")
    marks: list[str] = []
    pids: list[str] = []
    conflicts = 0
    for line in nursery.lines():
        if line.startswith("started"):
            pids = line.split()[1:]
        elif line.startswith("mark"):
            marks.append(line.split()[1])
        conflicts += line == "conflict"
        if pids and len(marks) == 4 * times:
            break
    nursery.command("reap " + " ".join(pids))
    next(line for line in nursery.lines() if line == "reaped")
    kept = nursery.ask("Measure.objects.get(key='m').note['en']")
    assert sorted(re.findall(r"\[[^]]+\]", kept)) == sorted(marks)
    assert nursery.verify()["findings"] == []
    assert conflicts > 0, "the editors never met: the trial shows nothing"
