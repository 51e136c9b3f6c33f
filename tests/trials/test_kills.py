"""The server killed at random moments under load loses nothing that it acknowledged and leaves nothing half-done.

People write over the API all the time, each with a token; the server with its workers gets SIGKILL, also while it
starts, and is started again. Three kills run with ./run test; 200 on SQLite and 20 on PostgreSQL with ./run trial.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from trials.deployment import Deployment

WRITERS = 6
IN_START_UP = 0.25
"""Share of kills that come before the server is ready."""
CHECKED_EVERY = 5
KILLS = 20 if "DATABASE_URL" in os.environ else 200


@dataclass(frozen=True)
class Acknowledged:
    """A deed that was answered with 200. mark: what it wrote, different for each deed."""

    entry: int
    operation: str
    mark: str
    made: dict[str, Any] | None


class Writers:
    """People who write until they are told to stop, whether the server answers or not."""

    def __init__(self, deployment: Deployment, seed: int) -> None:
        self.deployment = deployment
        self.acknowledged: list[Acknowledged] = []
        self.refused: list[str] = []
        self.lost = 0
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self._write, args=(seed + n,)) for n in range(WRITERS)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def _write(self, seed: int) -> None:
        chance = random.Random(seed)
        numbers = itertools.count()
        with httpx.Client(timeout=60) as client:
            while not self.stopped.is_set():
                mark = f"w{seed}-{next(numbers)}"
                who, operation, data = chance.choice(self._deeds(mark, chance))
                try:
                    answer = self.deployment.do(client, who, operation, data)
                except httpx.TransportError:  # nobody knows whether it was done
                    self.lost += 1
                    time.sleep(0.15)
                    continue
                if answer.status_code != 200:
                    self.refused.append(f"{operation}: {answer.status_code} {answer.text[:300]}")
                    continue
                said = answer.json()
                (entry,) = said["entries"]
                self.acknowledged.append(Acknowledged(entry, operation, mark, said["result"]))

    def _deeds(self, mark: str, chance: random.Random) -> list[tuple[str, str, dict[str, Any]]]:
        both = {"ko": mark, "en": mark}
        given = self.deployment.given
        paper = {"file_name": "p.txt", "media_type": "text/plain", "content": base64.b64encode(_paper(mark)).decode()}
        action = {"subject": given["item"], "key": mark, "text": both, "person": "person/member"}
        reading = {"on": "2021-05-01", "value": chance.random(), "source": mark, "why_revised": "trial"}
        return [
            ("owner", "reading.report", {"subject": chance.choice(given["metrics"]), **reading}),
            ("owner", "measure.change", {"subject": f"measure/m{chance.randint(1, 3)}", "note": both}),
            ("rapporteur", "meeting.draft_minutes", {"subject": "meeting/held", "proceedings": mark, "remarks": "r"}),
            ("rapporteur", "meeting.add_item", {"subject": "meeting/planned", "title": both, "purpose": "discuss"}),
            ("rapporteur", "item.assign", action),
            ("member", "item.add_paper", {"subject": given["item"], "title": both, **paper}),
            ("outsider", "submission.receive", {"title": mark, "text": "t"}),
            ("secretariat", "organisation.add", {"key": mark, "name": both}),
        ]


def _paper(mark: str) -> bytes:
    """A file of its own for each paper, long enough to be killed within."""
    return mark.encode() * 8_000


class Books:
    """What was acknowledged, compared with what the database and the store of papers hold; each deed once."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.checked = 0
        self.last_paper = 0
        ((self.last_entry,),) = deployment.rows("SELECT max(seq) FROM taskforce_journalentry")

    def check(self, acknowledged: list[Acknowledged]) -> int:
        """Compare what is new; how many deeds the journal holds by now."""
        fresh, self.checked = acknowledged[self.checked :], len(acknowledged)
        entries = {
            seq: (operation, images)
            for seq, operation, images in self.deployment.rows(
                "SELECT seq, operation, CAST(rows AS text) FROM taskforce_journalentry ORDER BY seq"
            )
        }
        titles = dict(self.deployment.rows("SELECT key, title FROM taskforce_submission"))
        for deed in fresh:
            assert deed.entry in entries, f"{deed} was acknowledged and is gone"
            operation, images = entries[deed.entry]
            assert operation == deed.operation
            if deed.operation == "submission.receive":  # what a person wrote stands in the journal as a digest
                assert deed.made is not None
                assert titles[deed.made["reference"].partition("/")[2]] == deed.mark
            else:
                assert deed.mark in images
        self._papers()
        ((notices,),) = self.deployment.rows("SELECT count(*) FROM taskforce_notice WHERE kind = 'action-assigned'")
        assert notices == sum(operation == "item.assign" for operation, _ in entries.values())
        found = self.deployment.verified()
        assert found["entries"] == max(entries)
        return max(entries) - self.last_entry

    def _papers(self) -> None:
        sql = f"SELECT id, sha256, size FROM taskforce_paper WHERE id > {self.last_paper} ORDER BY id"
        for number, digest, size in self.deployment.rows(sql):
            content = (self.deployment.folder / "data" / "papers" / digest[:2] / digest).read_bytes()
            assert (hashlib.sha256(content).hexdigest(), len(content)) == (digest, size)
            self.last_paper = number


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    made = Deployment(tmp_path / "deployment")
    yield made
    made.close()


def kill_and_check(deployment: Deployment, kills: int, seed: int) -> str:
    """Start, load, kill, so many times; what it came to in words."""
    chance = random.Random(seed)
    began = time.monotonic()
    deployment.prepare()
    books = Books(deployment)
    writers = Writers(deployment, seed)
    early = 0
    usual = 2.0
    try:
        for number in range(1, kills + 1):
            before = len(writers.acknowledged)
            starting = time.monotonic()
            deployment.start()
            if chance.random() < IN_START_UP:
                early += 1
                time.sleep(chance.uniform(0, usual))
            else:
                deployment.ready()
                usual = time.monotonic() - starting
                until = starting + 300
                while len(writers.acknowledged) == before:
                    assert time.monotonic() < until, f"nothing is acknowledged: {writers.refused[-3:]}"
                    time.sleep(0.005)
                time.sleep(chance.uniform(0, 0.7))
            deployment.kill()
            if number % CHECKED_EVERY == 0 or number == kills:
                books.check(list(writers.acknowledged))
            assert writers.refused == []
    finally:
        writers.stop()
    deployment.start()
    deployment.ready()
    known = books.check(writers.acknowledged)
    deployment.verified_by_command()
    assert len(writers.acknowledged) >= kills - early
    by_kind = Counter(deed.operation for deed in writers.acknowledged)
    return (
        f"{kills} kills, {early} of them in start-up, in {time.monotonic() - began:.0f} s: {len(writers.acknowledged)} "
        f"deeds acknowledged and all there, {known - len(writers.acknowledged)} more done and whole, {writers.lost} "
        f"requests without an answer; {dict(by_kind.most_common())}"
    )


@pytest.mark.slow
def test_a_sample_of_kills_loses_nothing(deployment: Deployment) -> None:
    kill_and_check(deployment, kills=3, seed=20210409)


@pytest.mark.trial
def test_many_kills_lose_nothing(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    said = kill_and_check(deployment, KILLS, seed=20210410)
    with capsys.disabled():
        print(f"\n{said}")  # noqa: T201


@pytest.mark.trial
def test_a_first_start_that_is_killed_is_made_up_for(deployment: Deployment) -> None:
    """The tables are made by the start itself: wherever that ends, the next one goes on."""
    chance = random.Random(20210411)
    for _ in range(8):
        deployment.start()
        time.sleep(chance.uniform(0, 4))
        deployment.kill()
    deployment.start()
    deployment.ready()
    deployment.verified()
