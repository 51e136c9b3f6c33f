"""Two people at once, on a real server with two workers: nothing is lost, nothing passes a guard that no longer holds.

Deeds on the same minutes, agenda and measure are applied one after the other, or the later is refused and told what
happened in between. On PostgreSQL no deed waits for a lock for long (`deployment.LONGEST_WAIT`), let alone in a circle.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from majung.taskforce.editions import verify
from majung.taskforce.journal.keys import load_public
from trials.deployment import Deployment

pytestmark = pytest.mark.slow

PEOPLE = 6
"""At once on the same thing; the two workers answer eight."""


def text(word: str) -> dict[str, str]:
    return {"ko": word, "en": word}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    deployment = Deployment(tmp_path_factory.mktemp("at-once") / "deployment")
    try:
        deployment.prepare()
        deployment.start()
        deployment.ready()
        yield deployment
        deployment.verified()
    finally:
        deployment.close()


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    unexpected = [a.text for a in answers if a.status_code not in (200, 409, 422)]
    assert unexpected == []
    return Counter(answer.status_code for answer in answers)


def entries(answers: list[httpx.Response]) -> list[int]:
    """Numbers of the journal entries of what was done."""
    return [seq for answer in answers if answer.status_code == 200 for seq in answer.json()["entries"]]


def a_measure(served: Deployment, key: str) -> str:
    given = {"key": key, "name": text(key), "instrument": "fiscal", "owner": "organisation/motie"}
    done = served.done("secretariat", "measure.propose", {"subject": served.given["task"], **given})
    return str(done["result"]["reference"])


def a_meeting(served: Deployment, key: str) -> tuple[str, str]:
    """A meeting that was held with one item on its agenda, and the item."""
    body = "body/intelligent-robots-working-group"
    at = {"starts": "2021-06-15T03:00:00Z", "place": text("Seoul")}
    made = served.done("secretariat", "meeting.plan", {"subject": body, "key": key, "name": text(key), **at})
    meeting = made["result"]["reference"]
    item = {"subject": meeting, "title": text("item"), "purpose": "discuss"}
    found = served.done("secretariat", "meeting.add_item", item)["result"]["reference"]
    served.done("secretariat", "meeting.convene", {"subject": meeting})
    served.done("secretariat", "meeting.attend", {"subject": meeting, "person": "person/chair", "presence": "present"})
    served.done("secretariat", "meeting.open", {"subject": meeting})
    served.done("secretariat", "meeting.end", {"subject": meeting})
    return meeting, found


def test_the_workers_are_forked_without_a_database_connection(served: Deployment) -> None:
    """A connection carried over a fork believes in locks of SQLite that only the parent has; on PostgreSQL two talk on
    one line. The parent has none open, so none was there to be carried."""
    assert served.group is not None
    opened = _opened(served.group)
    assert any("log" in name for name in opened)
    assert [name for name in opened if "majung.sqlite3" in name] == []
    if served.url:
        sql = "SELECT client_port FROM pg_stat_activity WHERE datname = current_database() AND client_port IS NOT NULL"
        ports = {port for (port,) in served.rows(sql)}
        assert ports & _ports(served.group) == set()


def _opened(process: int) -> list[str]:
    """What a process has open."""
    return [str(file.readlink()) for file in Path(f"/proc/{process}/fd").iterdir()]


def _ports(process: int) -> set[int]:
    """Local ports of a process's connections."""
    inodes = {name.removeprefix("socket:[").rstrip("]") for name in _opened(process)}
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return {int(words[1].rpartition(":")[2], 16) for words in lines if words[9] in inodes}


def test_minutes_written_at_once_are_all_kept_in_order(served: Deployment) -> None:
    meeting, _ = a_meeting(served, "minutes")
    drafts = [{"subject": meeting, "proceedings": f"version {n}", "remarks": "r"} for n in range(PEOPLE)]
    answers = served.at_once([("rapporteur", "meeting.draft_minutes", draft) for draft in drafts])
    assert statuses(answers) == {200: PEOPLE}
    kept = served.rows(
        "SELECT number, proceedings FROM taskforce_minutesrevision WHERE meeting_id = "
        "(SELECT id FROM taskforce_meeting WHERE key = 'minutes') ORDER BY number"
    )
    assert [number for number, _ in kept] == list(range(1, PEOPLE + 1))
    assert {said for _, said in kept} == {draft["proceedings"] for draft in drafts}
    told = {answer.json()["result"]["number"]: answer.json()["entries"][0] for answer in answers}
    assert [told[number] for number in sorted(told)] == sorted(told.values())


def test_minutes_written_upon_the_same_version_are_kept_once(served: Deployment) -> None:
    meeting, _ = a_meeting(served, "stale")
    (seen,) = served.rows("SELECT revision FROM taskforce_meeting WHERE key = 'stale'")
    draft = {"subject": meeting, "expected": seen[0], "remarks": "r"}
    answers = served.at_once(
        [("rapporteur", "meeting.draft_minutes", {**draft, "proceedings": f"version {n}"}) for n in range(PEOPLE)]
    )
    assert statuses(answers) == {200: 1, 409: PEOPLE - 1}
    for refused in (answer.json() for answer in answers if answer.status_code == 409):
        assert refused["kind"] == "conflict"
        assert "Draft the minutes" in refused["en"]
        assert "회의록 작성" in refused["ko"]
        assert [one["operation"] for one in refused["since"]] == ["meeting.draft_minutes"]


def test_nothing_comes_into_minutes_once_they_are_approved(served: Deployment) -> None:
    """Outcomes are recorded on the item, minutes approved on the meeting: two subjects, one guard."""
    for number in range(5):
        meeting, item = a_meeting(served, f"approved-{number}")
        served.done("rapporteur", "meeting.draft_minutes", {"subject": meeting, "proceedings": "p", "remarks": "r"})
        note = {"subject": item, "kind": "information", "text": text("note")}
        deeds: list[tuple[str, str, dict[str, Any]]] = [("rapporteur", "item.note", note)] * (PEOPLE - 1)
        *noted, approved = served.at_once([*deeds, ("chair", "meeting.approve_minutes", {"subject": meeting})])
        assert approved.status_code == 200, approved.text
        assert set(statuses(noted)) <= {200, 422}
        assert all(entry < approved.json()["entries"][0] for entry in entries(noted))


def test_an_agenda_filled_at_once_has_every_item_in_a_place_of_its_own(served: Deployment) -> None:
    item = {"subject": "meeting/planned", "purpose": "discuss"}
    answers = served.at_once(
        [("rapporteur", "meeting.add_item", {**item, "title": text(f"item {n}")}) for n in range(PEOPLE)]
    )
    assert statuses(answers) == {200: PEOPLE}
    assert sorted(answer.json()["result"]["position"] for answer in answers) == list(range(1, PEOPLE + 1))


def test_a_measure_edited_by_several_keeps_every_edit(served: Deployment) -> None:
    """Each reads, adds a mark and writes upon what was read; who is refused reads again."""
    measure = a_measure(served, "edited")
    waiting = [f"[{n}]" for n in range(PEOPLE)]
    conflicts = 0
    while waiting:
        ((revision, note),) = served.rows(
            "SELECT revision, CAST(note AS text) FROM taskforce_measure WHERE key = 'edited'"
        )
        said = json.loads(note).get("en", "")
        change = {"subject": measure, "expected": revision}
        answers = served.at_once(
            [("owner", "measure.change", {**change, "note": text(said + mark)}) for mark in waiting]
        )
        assert statuses(answers)[200] == 1
        conflicts += statuses(answers)[409]
        waiting = [mark for mark, answer in zip(waiting, answers, strict=True) if answer.status_code == 409]
    ((note,),) = served.rows("SELECT CAST(note AS text) FROM taskforce_measure WHERE key = 'edited'")
    assert all(f"[{n}]" in note for n in range(PEOPLE))
    assert conflicts == PEOPLE * (PEOPLE - 1) // 2


def test_two_measures_never_come_to_wait_for_each_other(served: Deployment) -> None:
    for number in range(8):
        one, other = a_measure(served, f"one-{number}"), a_measure(served, f"other-{number}")
        answers = served.at_once(
            [
                ("owner", "measure.wait_for", {"subject": one, "on": other, "why": text("why")}),
                ("owner", "measure.wait_for", {"subject": other, "on": one, "why": text("why")}),
            ]
        )
        assert statuses(answers) == {200: 1, 422: 1}


def test_readings_of_two_metrics_at_once_leave_the_standing_of_both(served: Deployment) -> None:
    first, second, *_ = served.given["metrics"]
    reading = {"on": "2021-05-01", "source": "s", "why_revised": "trial"}
    for number in range(8):
        # The standing is the least progress of the two; a deed that overlooks the other's reading states another.
        low, high = (10 + number, 90) if number % 2 else (90, 10 + number)
        answers = served.at_once(
            [
                ("owner", "reading.report", {"subject": first, "value": low, **reading}),
                ("owner", "reading.report", {"subject": second, "value": high, **reading}),
            ]
        )
        assert statuses(answers) == {200: 2}
        ((kept,),) = served.rows(
            "SELECT progress FROM taskforce_standing WHERE measure_id = "
            "(SELECT id FROM taskforce_measure WHERE key = 'm1')"
        )
        assert kept == pytest.approx((10 + number) / 100)


def test_demands_received_at_once_have_numbers_of_their_own(served: Deployment) -> None:
    answers = served.at_once(
        [("outsider", "submission.receive", {"title": f"t{n}", "text": "x"}) for n in range(PEOPLE)]
    )
    assert statuses(answers) == {200: PEOPLE}
    numbers = sorted(int(answer.json()["result"]["key"].rpartition("-")[2]) for answer in answers)
    assert numbers == list(range(numbers[0], numbers[0] + PEOPLE))


def test_different_deeds_on_different_things_do_not_hinder_each_other(served: Deployment) -> None:
    """Deeds that lock, write and tell in every order; each must be done, over and over."""
    metrics = served.given["metrics"]
    for number in range(8):
        key = f"at-once-{number}"
        reading = {"on": "2021-05-01", "value": number, "source": "s", "why_revised": "trial"}
        agenda = {"subject": "meeting/planned", "purpose": "discuss"}
        action = {"subject": served.given["item"], "key": key, "text": text(key), "person": "person/member"}
        answers = served.at_once(
            [
                ("owner", "reading.report", {"subject": metrics[2], **reading}),
                ("owner", "reading.report", {"subject": metrics[3], **reading}),
                ("owner", "measure.change", {"subject": "measure/m2", "note": text(key)}),
                ("rapporteur", "item.assign", action),
                ("rapporteur", "meeting.add_item", {**agenda, "title": text(key)}),
                ("outsider", "submission.receive", {"title": key, "text": "t"}),
                ("secretariat", "organisation.add", {"key": key, "name": text(key)}),
                ("owner", "light.owner", {"subject": "measure/m2", "colour": "green", "reason": key}),
            ]
        )
        assert statuses(answers) == {200: 8}


def test_editions_published_at_once_have_numbers_of_their_own(served: Deployment) -> None:
    """Three into one store and two into another, as two servers with a store each would."""

    def majung(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "majung", *words],
            env=served.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    key = majung("journal", "keygen")
    said, _ = key.communicate()
    assert key.returncode == 0, said
    stores = [served.folder / "store", served.folder / "other"]
    publishers = [majung("public", "publish", "test-2021", "--store", str(stores[n % 2])) for n in range(5)]
    heard = [publisher.communicate()[0] for publisher in publishers]
    # Who began before an edition was made, and comes after it, is told to publish again.
    refused = [said for publisher, said in zip(publishers, heard, strict=True) if publisher.returncode]
    assert [said for said in refused if "of a later moment" not in said] == []
    recorded = [number for (number,) in served.rows("SELECT number FROM taskforce_publishededition ORDER BY number")]
    assert recorded == list(range(1, len(publishers) - len(refused) + 1))
    found: list[int] = []
    for home in (store / "test-2021" for store in stores):
        editions = sorted(home.glob("edition-*"))
        for folder in editions:
            assert verify(folder, load_public((folder / "key.pem").read_bytes())) == []
        numbers = [int(folder.name.removeprefix("edition-")) for folder in editions]
        if numbers:
            assert (home / "current").readlink().name == f"edition-{max(numbers):05d}"
        found += numbers
    assert sorted(found) == recorded
