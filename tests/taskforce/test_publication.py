"""The public store: signed, complete, and without anything that is not public on the minute."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from majung.taskforce.editions import verify
from majung.taskforce.models import Announcement, PublishedEdition, Submission
from majung.taskforce.operations import (
    Invalid,
    NotAllowed,
    announcements,
    measures,
    meetings,
    opinions,
    strategies,
)
from majung.taskforce.publication import publish
from majung.taskforce.queries.public import documents
from majung.taskforce.rules.receipts import receipt_name
from majung.taskforce.rules.words import Answer, Instrument, Opinion, Purpose

from .conftest import Institution, moment, text

NO_RUNS = Path("no-runs-kept-here")


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def scheduled(institution: Institution) -> Announcement:
    """An announcement under embargo until 10:00 in Seoul on 29 April 2021, with a measure and a demand behind it."""
    i = institution
    demand = opinions.receive(
        i.by("outsider"),
        i.programme,
        title="Personal title",
        text="Personal text",
        area=i.area,
        submitter="Someone Ltd",
        contact="someone@example.org",
    )
    opinions.moderate(i.by("moderator"), demand, reason="robots")
    strategy, task = i.strategy()
    measure = measures.propose(
        i.by("rapporteur"),
        task,
        key="secret-measure",
        name=text("Secret measure"),
        instrument=Instrument.FISCAL,
        owner=i.ministry,
        verifier=i.finance,
    )
    item = meetings.add_item(
        i.by("secretariat", "2021-04-15"), i.held_meeting(), title=text("t"), purpose=Purpose.DECIDE
    )
    decision = meetings.decide(i.by("secretariat", "2021-04-15"), item, key="d", text=text("d"), basis="b", votes_for=2)
    measures.ground(i.by("rapporteur"), measure, decision=decision)
    measures.ground(i.by("rapporteur"), measure, submission=demand)
    opinions.answer(i.by("rapporteur"), demand, answer=Answer.ADOPTED, reason=text("yes"), measure=measure)
    secretariat = i.by("secretariat")
    strategies.circulate(secretariat, strategy)
    strategies.send_to_budget_review(secretariat, strategy)
    strategies.clear(i.by("loader"), strategy)
    sitting = meetings.plan(secretariat, i.task_force, key="sm", name=text("sm"), starts=moment("2021-04-29"))
    tabled = meetings.add_item(secretariat, sitting, title=text("t"), purpose=Purpose.INFORM, strategy=strategy)
    strategies.table(secretariat, strategy)
    announcement = announcements.draft(secretariat, strategy, key="a", title=text("Secret plan"))
    announcements.clear(i.by("vice_minister"), announcement)
    announcements.schedule(secretariat, announcement, embargo_until=moment("2021-04-29", 1), item=tabled)
    return announcement


def test_embargo_holds_by_absence(institution: Institution, scheduled: Announcement) -> None:
    before = json.dumps(documents(institution.programme, moment("2021-04-28"), NO_RUNS), ensure_ascii=False)
    assert "Secret" not in before
    assert "secret-measure" not in before, "not even through the answer to a demand"
    minute = moment("2021-04-29", 1)
    announcements.announce(institution.by("secretariat", "2021-04-29", 1), scheduled)
    just_before = json.dumps(
        documents(institution.programme, minute - timedelta(seconds=1), NO_RUNS), ensure_ascii=False
    )
    assert "Secret plan" not in just_before
    now = documents(institution.programme, minute, NO_RUNS)
    assert now["announcements/a"]["frozen"]["tasks"][0]["measures"][0]["decisions"] == ["d"]
    assert now["areas/intelligent-robots"]["detail"][0]["key"] == "secret-measure"


def test_nothing_personal_is_published(institution: Institution, scheduled: Announcement) -> None:
    announcements.announce(institution.by("secretariat", "2021-04-29", 1), scheduled)
    everything = json.dumps(documents(institution.programme, moment("2021-05-01"), NO_RUNS), ensure_ascii=False)
    for word in ("Personal title", "Personal text", "Someone Ltd", "someone@example.org"):
        assert word not in everything
    code = Submission.objects.get().receipt
    assert code not in everything
    found = documents(institution.programme, moment("2021-05-01"), NO_RUNS)[f"receipts/{receipt_name(code.lower())}"]
    assert [r["answer"] for r in found["responses"]] == ["adopted"]


def test_an_edition_is_signed_and_shows_tampering(
    institution: Institution, scheduled: Announcement, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    i = institution
    announcements.announce(i.by("secretariat", "2021-04-29", 1), scheduled)
    first = publish(i.by("secretariat", "2021-04-29", 2), i.programme, tmp_path, key, tmp_path)
    assert verify(first.folder, key.public_key()) == []
    manifest = json.loads((first.folder / "manifest.json").read_text())
    assert manifest["journal"]["printed_in"] == "edition/1"
    current = tmp_path / i.programme.key / "current"
    assert current.resolve() == first.folder
    announcements.correct(i.by("secretariat", "2021-05-03"), scheduled, notice=text("a figure"))
    second = publish(i.by("secretariat", "2021-05-03"), i.programme, tmp_path, key, tmp_path)
    assert current.resolve() == second.folder
    assert first.folder.is_dir()
    told = json.loads((second.folder / "announcements/a.json").read_text())
    assert [c["notice"]["en"] for c in told["corrections"]] == ["a figure"]

    (second.folder / "front.json").write_text("{}")
    (second.folder / "smuggled.json").write_text("{}")
    (second.folder / "announcements/a.json").unlink()
    assert verify(second.folder, key.public_key()) == [
        "announcements/a.json: missing",
        "front.json: changed",
        "smuggled.json: not in the manifest",
    ]
    assert "signature" in verify(first.folder, Ed25519PrivateKey.generate().public_key())[0]


def test_who_may_not_publish_leaves_the_store_as_it_was(
    institution: Institution, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    i = institution
    with pytest.raises(NotAllowed):
        publish(i.by("analyst"), i.programme, tmp_path, key, tmp_path)
    assert [p.name for p in (tmp_path / i.programme.key).iterdir()] == []


def test_a_map_appears_with_enough_people_and_says_how_stable_it_is(institution: Institution) -> None:
    i, loader = institution, institution.by("loader")
    consultation = opinions.open_consultation(loader, i.group, key="c", question=text("?"), area=i.area)
    shown = []
    for number in range(8):
        statement = opinions.propose_statement(loader, consultation, text=text(f"s{number}"))
        opinions.show_statement(loader, statement)
        shown.append(statement)
    few = documents(i.programme, moment("2021-05-01"), NO_RUNS)["consultations/c"]
    assert few["map"] is None
    assert few["missing"]["ko"]
    for person in range(44):
        camp = person % 2
        for number, statement in enumerate(shown):
            if (person + number) % 7 == 0:
                continue
            yes = (number < 5) == bool(camp) if number < 7 else True
            if (person * 3 + number) % 11 == 0:
                yes = not yes
            opinions.vote(loader, statement, voter=f"v{person}", opinion=Opinion.AGREE if yes else Opinion.DISAGREE)
    told = documents(i.programme, moment("2021-05-01"), NO_RUNS)["consultations/c"]
    assert told["voters"] == 44
    assert sorted(told["map"]["sizes"]) == [22, 22]
    median, low, high = told["map"]["stability"]
    assert 0.8 < median <= 1
    assert low <= median <= high
    assert told["map"]["chance"] <= 0.05
    assert "v1" not in json.dumps(told)


def test_numbers_run_on_over_stores_and_no_edition_is_older_than_the_one_before(
    institution: Institution, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    i = institution
    one, other = tmp_path / "one", tmp_path / "other"
    numbers = [
        publish(i.by("secretariat", day), i.programme, store, key, NO_RUNS).number
        for day, store in (("2021-05-01", one), ("2021-05-02", other), ("2021-05-02", one))
    ]
    assert numbers == [1, 2, 3]
    with pytest.raises(Invalid, match="later moment"):
        publish(i.by("secretariat", "2021-05-01", 4), i.programme, one, key, NO_RUNS)
    home = one / i.programme.key
    assert sorted(entry.name for entry in home.iterdir()) == ["current", "edition-00001", "edition-00003"]
    assert (home / "current").readlink().name == "edition-00003"
    assert list(PublishedEdition.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize(("camps", "why"), [(1, "vote alike"), (2, None)])
def test_where_opinions_hardly_differ_the_page_has_words_for_it(
    institution: Institution, camps: int, why: str | None
) -> None:
    """All of one opinion: no map. Two opinions and nothing between: a map whose stability nobody knows."""
    i, loader = institution, institution.by("loader")
    consultation = opinions.open_consultation(loader, i.group, key="c", question=text("?"), area=i.area)
    for number in range(5):
        statement = opinions.propose_statement(loader, consultation, text=text(f"s{number}"))
        opinions.show_statement(loader, statement)
        for person in range(30):
            opinions.vote(
                loader, statement, voter=f"v{person}", opinion=Opinion.DISAGREE if person % camps else Opinion.AGREE
            )
    told = documents(i.programme, moment("2021-05-01"), NO_RUNS)["consultations/c"]
    if why:
        assert told["map"] is None
        assert why in told["missing"]["en"]
        assert "같은 의견" in told["missing"]["ko"]
    else:
        assert list(told["map"]["sizes"]) == [15, 15]
        assert told["map"]["stability"] is None
