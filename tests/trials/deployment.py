"""A deployment of its own for trials: data folder, database, `majung serve` with two workers, and people with tokens.

The database is a file, or a database of its own on the PostgreSQL of DATABASE_URL: the tests' own cannot be shared with
other processes. What is asked of it here goes past Majung's code, so that a fault there cannot hide one here.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from with_postgres import free_port

WORKERS = 2
PROGRAMME = "test-2021"
LONGEST_WAIT = "10s"
"""For a lock, on PostgreSQL: who waits longer is refused by the database, which the trial sees as a failure."""
READY = 180.0


class Deployment:
    """Started, killed and asked. tokens: by person. given: references of rows to work on, by what they are."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.port = free_port()
        self.log = folder / "log"
        self.group: int | None = None
        here = Path(__file__).parent
        environment = {
            **os.environ,
            "MAJUNG_DATA": str(folder / "data"),
            "PYTHONPATH": os.pathsep.join([*sys.path, str(here.parent)]),
            "DJANGO_SETTINGS_MODULE": "majung.web.settings",
            "OPENBLAS_NUM_THREADS": "1",
        }
        environment.pop("MAJUNG_WARM", None)
        self.url = _own_database(os.environ["DATABASE_URL"], folder) if "DATABASE_URL" in os.environ else ""
        if self.url:
            environment["DATABASE_URL"] = self.url
        self.environment = environment
        self.nursery = subprocess.Popen(
            [sys.executable, str(here / "nursery.py")],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._heard()
        self.tokens: dict[str, str] = {}
        self.given: dict[str, Any] = {}

    def prepare(self) -> None:
        """Make the tables and the institution."""
        self.given = self.command("prepare")
        self.tokens = self.given["tokens"]

    def command(self, line: str) -> dict[str, Any]:
        assert self.nursery.stdin is not None
        self.nursery.stdin.write(line + "\n")
        self.nursery.stdin.flush()
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        assert self.nursery.stdout is not None
        answer = json.loads(self.nursery.stdout.readline())
        assert "error" not in answer, answer
        return answer  # type: ignore[no-any-return]

    def start(self) -> None:
        """Start the server; it is not ready yet."""
        self.group = self.command(f"serve {self.port} {WORKERS} {self.log}")["pid"]

    def ready(self) -> None:
        """Wait until it says that it is ready."""
        until = time.monotonic() + READY
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.address}/readyz", timeout=READY).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.02)
        raise AssertionError(f"the server does not come up: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """SIGKILL server and workers at once; returns when nothing of them is left."""
        if self.group is None:
            return
        while True:
            try:
                os.killpg(self.group, signal.SIGKILL)
                break
            except ProcessLookupError:  # it has not made its group yet
                time.sleep(0.001)
        self.command(f"reap {self.group}")
        self.group = None

    def close(self) -> None:
        self.kill()
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.close()
        self.nursery.wait(60)
        self.nursery.stdout.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def do(self, client: httpx.Client, who: str, operation: str, data: dict[str, Any]) -> httpx.Response:
        """A deed over the API, by a person's token."""
        return client.post(
            f"{self.address}/api/v1/programmes/{PROGRAMME}/operations/{operation}",
            json=data,
            headers={"Authorization": f"Bearer {self.tokens[who]}"},
        )

    def at_once(self, deeds: Sequence[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        """Several deeds (who, operation, data) at the same moment, each on its own connection; answers in order."""
        together = threading.Barrier(len(deeds))
        answers: dict[int, httpx.Response] = {}

        def ask(number: int, who: str, operation: str, data: dict[str, Any]) -> None:
            with httpx.Client(timeout=READY) as client:
                client.get(f"{self.address}/healthz")
                together.wait(READY)
                answers[number] = self.do(client, who, operation, data)

        threads = [threading.Thread(target=ask, args=(number, *deed)) for number, deed in enumerate(deeds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [answers[number] for number in range(len(deeds))]

    def done(self, who: str, operation: str, data: dict[str, Any]) -> dict[str, Any]:
        """A deed alone, which must succeed; its answer."""
        with httpx.Client(timeout=READY) as client:
            answer = self.do(client, who, operation, data)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database itself."""
        if self.url:
            import psycopg

            with psycopg.connect(self.url) as connection:
                return connection.execute(sql).fetchall()  # type: ignore[arg-type]
        found = sqlite3.connect(self.folder / "data" / "majung.sqlite3", timeout=60)
        try:
            return found.execute(sql).fetchall()
        finally:
            found.close()

    def verified(self) -> dict[str, Any]:
        """How many entries and rows the journal's verification looked at; nothing may have been found."""
        found = self.command("verify")
        assert found["findings"] == []
        return found

    def verified_by_command(self) -> None:
        """The same by `majung journal verify` itself."""
        ran = subprocess.run(
            [sys.executable, "-m", "majung", "journal", "verify"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def _own_database(url: str, folder: Path) -> str:
    import psycopg

    name = "trial_" + re.sub(r"\W", "_", str(folder))[-40:].lower()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
        connection.execute(f"ALTER DATABASE \"{name}\" SET lock_timeout = '{LONGEST_WAIT}'")
    return url.rsplit("/", 1)[0] + "/" + name
