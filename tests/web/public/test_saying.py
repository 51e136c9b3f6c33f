"""What people put forward: kept as files, signed, taken in; hostile input ends at the door."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.test import Client

from majung.methods.labelled import InputError
from majung.runs import Run
from majung.taskforce import inbox as keeping
from majung.taskforce.batches import read
from majung.taskforce.intake import take_in
from majung.taskforce.journal.keys import load_public
from majung.taskforce.models import Statement, Submission, Vote
from majung.taskforce.operations import opinions
from majung.taskforce.publication import publish
from majung.taskforce.rules.receipts import receipt_name
from majung.web.public import counting, site
from taskforce.conftest import Institution, institution, text  # noqa: F401  (fixture)

from .conftest import refuse

AT = datetime(2021, 6, 11, 3, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


def mark(client: Client, address: str = "/test-2021/demand/") -> str:
    found = re.search(r'name="mark" value="([^"]+)"', client.get(address).content.decode())
    assert found
    return found[1]


def send(client: Client, **given: str) -> Any:
    filled = {"title": "A title", "text": "A text", "mark": given.pop("mark", None) or mark(client), **given}
    return client.post("/test-2021/demand/", filled_in(filled), content_type=FORM)


def filled_in(given: dict[str, str]) -> str:
    from urllib.parse import urlencode

    return urlencode(given)


def post(client: Client, address: str, **given: str) -> Any:
    return client.post(address, filled_in(given), content_type=FORM)


def kept(data: Path) -> list[dict[str, Any]]:
    files = sorted((data / "test-2021" / "inbox").glob("*.json"))
    return [json.loads(file.read_text("utf-8")) for file in files]


def code_of(answer: Any) -> str:
    found = re.search(r'class="code">([A-Z2-9-]+)<', answer.content.decode())
    assert found
    return found[1].replace("-", "")


# ---------- demands


def test_a_demand_is_kept_and_answered_with_its_code(client: Client, data: Path) -> None:
    answer = send(
        client,
        area="intelligent-robots",
        instrument="regulation",
        matching_funds="1,200.5",
        kind="project",
        contact="a@b.kr",
    )
    assert answer.status_code == 200
    (entry,) = kept(data)
    assert entry["receipt"] == code_of(answer)
    assert entry["matching_funds"] == "1200.5"
    assert entry["language"] == "en"
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_same_form_twice_is_one_demand(client: Client, data: Path) -> None:
    own = mark(client)
    first, second = send(client, mark=own), send(client, mark=own)
    assert code_of(first) == code_of(second)
    assert len(kept(data)) == 1
    assert code_of(send(client)) != code_of(first)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"title": ""}, "Please fill this in."),
        ({"text": " \u202e\x00 "}, "Please fill this in."),
        ({"text": "x" * 20_001}, "This is too long."),
        ({"title": "x" * 201}, "This is too long."),
        ({"area": "../../etc"}, "Please mend what is marked."),
        ({"kind": "riot"}, "Please mend what is marked."),
        ({"contact": "nobody"}, "Please check the e-mail address."),
        ({"matching_funds": "-1"}, "zero or more"),
        ({"matching_funds": "NaN"}, "zero or more"),
        ({"matching_funds": "1e999"}, "zero or more"),
        ({"website": "http://spam"}, "A field that is not shown"),
        ({"mark": "forged"}, "opened more than a day ago"),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_is_kept(
    client: Client, data: Path, given: dict[str, str], said: str
) -> None:
    answer = send(client, **given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert kept(data) == []


def test_faster_than_a_person_is_asked_for_again(client: Client, data: Path, settings: Any) -> None:
    settings.FORM_SECONDS = 4
    assert "too fast" in send(client).content.decode()
    settings.FORM_SECONDS = 0
    settings.FORM_HOURS = 0
    assert "more than a day" in send(client).content.decode()
    assert kept(data) == []


def test_markup_and_controls_stay_text(client: Client, data: Path) -> None:
    answer = send(client, title="<script>alert(1)</script>\r\nX", text="a\x07b\u202ec <img src=x onerror=y>")
    page = answer.content.decode()
    assert "<script" not in page
    assert "<img" not in page
    (entry,) = kept(data)
    assert entry["title"] == "<script>alert(1)</script> X"
    assert entry["text"] == "abc <img src=x onerror=y>"


def test_what_is_no_form_is_refused_unread(client: Client, data: Path) -> None:
    address = "/test-2021/demand/"
    assert client.post(address, {"title": "multipart"}).status_code == 415
    assert client.post(address, "{}", content_type="application/json").status_code == 415
    assert client.post(address, b"x" * 200_000, content_type=FORM).status_code == 413
    assert client.put(address).status_code == 405
    assert client.get("/test-2021/consultations/pavements/vote/").status_code == 405
    assert kept(data) == []


def test_another_site_cannot_send_for_a_visitor(client: Client, data: Path) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    answer = post(strict, "/test-2021/demand/", title="t", text="t", mark=mark(strict))
    assert answer.status_code == 403
    assert "Nothing was kept" in answer.content.decode()
    assert kept(data) == []
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', strict.get("/test-2021/demand/").content.decode())
    assert token
    sent = post(strict, "/test-2021/demand/", title="t", text="t", mark=mark(strict), csrfmiddlewaretoken=token[1])
    assert sent.status_code == 200


def test_an_address_has_a_daily_measure_and_is_not_written_down(client: Client, data: Path, settings: Any) -> None:
    settings.PER_DAY = {**settings.PER_DAY, "submission": 2}
    assert [send(client).status_code for _ in range(3)] == [200, 200, 429]
    assert len(kept(data)) == 2
    settings.PROXIES = 1
    elsewhere = Client(headers={"x-forwarded-for": "198.51.100.7"})
    assert send(elsewhere).status_code == 200
    everything = b"".join(f.read_bytes() + f.name.encode() for f in data.rglob("*") if f.is_file())
    assert b"198.51.100.7" not in everything
    assert b"127.0.0.1" not in everything


def test_a_full_inbox_says_so(client: Client, data: Path, settings: Any) -> None:
    settings.INBOX = {**settings.INBOX, "submission": 1}
    assert [send(client).status_code for _ in range(2)] == [200, 503]
    assert len(kept(data)) == 1


# ---------- votes and statements


def test_votes_carry_a_pseudonym_of_one_consultation(client: Client, data: Path) -> None:
    address = "/test-2021/consultations/pavements/"
    assert "You have voted on 0 of 8 statements" in client.get(address).content.decode()
    for number in range(1, 4):
        answer = post(client, f"{address}vote/", statement=str(number), opinion="agree")
        assert answer.status_code == 302
    assert "You have voted on 3 of 8 statements" in client.get(address).content.decode()
    entries = kept(data)
    assert {e["statement"] for e in entries} == {1, 2, 3}
    assert len({e["voter"] for e in entries}) == 1
    cookie = client.cookies["majung_voter"].value
    assert cookie not in json.dumps(entries)
    assert counting.voter(cookie, "other") != entries[0]["voter"] == counting.voter(cookie, "pavements")


@pytest.mark.parametrize(
    "given", [{"statement": "99"}, {"statement": "9"}, {"statement": "1; DROP"}, {"opinion": "hate"}, {"opinion": ""}]
)
def test_a_vote_on_what_is_not_shown_is_not_kept(client: Client, data: Path, given: dict[str, str]) -> None:
    post(client, "/test-2021/consultations/pavements/vote/", **{"statement": "1", "opinion": "agree", **given})
    assert kept(data) == []


def test_forged_cookies_do_no_harm(client: Client, data: Path) -> None:
    client.cookies["majung_voter"] = "../../x" * 50
    client.cookies["majung_votes"] = "1a.99999999999999a.2z.<script>." + "3d" * 3000
    page = client.get("/test-2021/consultations/pavements/").content.decode()
    assert "<script>" not in page
    post(client, "/test-2021/consultations/pavements/vote/", statement="1", opinion="pass")
    assert re.fullmatch(r"[0-9a-f]{32}", client.cookies["majung_voter"].value)
    assert len(kept(data)) == 1


def test_a_sentence_waits_for_a_person(client: Client, data: Path) -> None:
    address = "/test-2021/consultations/pavements/"
    answer = post(client, f"{address}statement/", text="Robots yield.\nAlways.", mark=mark(client, address))
    assert answer.status_code == 302
    assert "A person reads it" in client.get(f"{address}?said=1").content.decode()
    (entry,) = kept(data)
    assert entry["text"] == "Robots yield. Always."
    for text_, wrong in (("", "write a sentence"), ("x" * 401, "too long")):
        told = post(client, f"{address}statement/", text=text_, mark=mark(client, address))
        assert told.status_code == 422
        assert wrong in told.content.decode()


# ---------- from the inbox to the workspace


def test_what_was_put_forward_reaches_the_workspace_and_its_receipt_comes_back(
    institution: Institution,  # noqa: F811
    data: Path,
    settings: Any,
    tmp_path: Path,
) -> None:
    i, loader = institution, institution.by("loader")
    store, signing, own = tmp_path / "store", Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    consultation = opinions.open_consultation(loader, i.group, key="pavements", question=text("?"), area=i.area)
    opinions.show_statement(loader, opinions.propose_statement(loader, consultation, text=text("s")))
    publish(i.by("secretariat", "2021-06-10"), i.programme, store, signing, tmp_path)
    settings.PUBLIC_STORE = store
    site._store.cache_clear()
    client = Client(headers={"accept-language": "ko"})
    address = "/test-2021/consultations/pavements/"
    with connection.execute_wrapper(refuse):
        code = code_of(send(client, title="제목", text="내용", area="intelligent-robots"))
        post(client, f"{address}vote/", statement="1", opinion="disagree")
        post(client, f"{address}statement/", text="새 문장", mark=mark(client, address))
        sent = keeping.batch("test-2021", site.inbox("test-2021"), own, tmp_path / "batch.json", AT)
    assert (sent.entries, sent.left, list(sent.damaged)) == (3, 0, [])
    assert kept(data) == []
    assert len(list((data / "test-2021" / "sent").glob("*/*.json"))) == 3
    taken = take_in(tmp_path / "batch.json", i.programme, own.public_key())
    assert (taken.new, taken.known, taken.refused) == (3, 0, [])
    again = take_in(tmp_path / "batch.json", i.programme, own.public_key())
    assert (again.new, again.known, again.refused) == (0, 3, [])
    assert Submission.objects.get().receipt == code
    assert Vote.objects.get().opinion == "disagree"
    assert Statement.objects.order_by("number").last().state == "proposed"  # type: ignore[union-attr]
    now = datetime.now(UTC)
    publish(i.by("secretariat", now.date().isoformat(), 23), i.programme, store, signing, tmp_path)
    page = client.get(f"/test-2021/receipt/{receipt_name(code)}/").content.decode()
    assert "내 의견을 받았고, 답을 준비하고 있습니다." in page
    assert "제목" not in page.replace("제목 없음", "")


def test_a_batch_is_not_written_over_and_damaged_files_are_set_aside(data: Path, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    box = keeping.Inbox(data / "p" / "inbox", {"vote": 100, "statement": 10})
    entry = {"what": "statement", "at": AT.isoformat(), "consultation": "c", "text": "t"}
    assert box.put(entry, "one")
    assert not box.put(entry, "one")
    (box.folder / f"vote-{'0' * 32}.json").write_text("{broken")
    (box.folder / "notes.txt").write_text("not an entry")
    sent = keeping.batch("p", box, key, tmp_path / "b.json", AT)
    assert (sent.entries, len(sent.damaged)) == (1, 1)
    assert len(read(tmp_path / "b.json", key.public_key(), "p")) == 1
    with pytest.raises(InputError, match="exists already"):
        keeping.batch("p", box, key, tmp_path / "b.json", AT)
    assert keeping.batch("p", box, key, tmp_path / "empty.json", AT).entries == 0
    assert not (tmp_path / "empty.json").exists()


def test_an_announcement_appears_with_its_edition_and_not_before(
    institution: Institution,  # noqa: F811
    data: Path,
    settings: Any,
    tmp_path: Path,
    kept_run: Run,
) -> None:
    from .building import SECRET, both, furnish

    furnish(institution, kept_run)
    store, key = tmp_path / "store", Ed25519PrivateKey.generate()
    settings.PUBLIC_STORE = store
    site._store.cache_clear()
    client = Client(headers={"accept-language": "en"})
    publish(institution.by("secretariat", "2021-06-30"), institution.programme, store, key, tmp_path)
    edition = (store / "test-2021" / "current").resolve()
    assert not [f for f in edition.rglob("*") if f.is_file() and SECRET.encode() in f.read_bytes()]
    assert client.get("/test-2021/announcements/hidden/").status_code == 404
    from majung.taskforce.models import Announcement
    from majung.taskforce.operations import announcements

    hidden = Announcement.objects.get(key="hidden")
    announcements.announce(institution.by("secretariat", "2021-07-01", 1), hidden)
    assert client.get("/test-2021/announcements/hidden/").status_code == 404, "the edition is what is public"
    publish(institution.by("secretariat", "2021-07-01", 1), institution.programme, store, key, tmp_path)
    for address in ("", "announcements/", "announcements/hidden/", "areas/intelligent-robots/"):
        assert SECRET in client.get(f"/test-2021/{address}").content.decode()
    assert both("a", "b")


def test_the_command_signs_what_lies_in_the_inbox(
    client: Client, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from majung.cli.public import app
    from majung.web.public import settings as public

    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])
    monkeypatch.setattr(public, "PUBLIC_DATA", data)
    key, out = tmp_path / "site.pem", tmp_path / "batch.json"
    assert CliRunner().invoke(app, ["keygen", str(key)]).exit_code == 0
    assert "Nothing in the inbox" in CliRunner().invoke(app, ["batch", str(out), "--key", str(key)]).output
    send(client)
    made = CliRunner().invoke(app, ["batch", str(out), "--key", str(key)])
    assert made.exit_code == 0, made.output
    assert "1 entry in" in made.output
    assert len(read(out, load_public(key.with_suffix(".pub.pem").read_bytes()), "test-2021")) == 1


# ---------- addresses


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "counted"),
    [
        ("192.0.2.1", "198.51.100.7", 0, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9, 198.51.100.7", 1, "198.51.100.7"),
        ("192.0.2.1", "203.0.113.9, 198.51.100.7", 2, "203.0.113.9"),
        ("2001:db8:1:2:3::4", "", 0, "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "", 0, "192.0.2.1"),
        ("nonsense", "", 0, "unknown"),
    ],
)
def test_the_address_that_counts(remote: str, forwarded: str, proxies: int, counted: str) -> None:
    assert counting.source(remote, forwarded, proxies) == counted


def test_yesterdays_counts_and_salt_are_gone(tmp_path: Path) -> None:
    counting.count(tmp_path, date(2021, 6, 10), "192.0.2.1", "vote", 2)
    first = next(f for f in (tmp_path / "2021-06-10").iterdir() if f.name != "salt").name
    counting.count(tmp_path, date(2021, 6, 11), "192.0.2.1", "vote", 2)
    assert [f.name for f in tmp_path.iterdir()] == ["2021-06-11"]
    second = next(f for f in (tmp_path / "2021-06-11").iterdir() if f.name != "salt").name
    assert first != second, "another salt a day"
    counting.count(tmp_path, date(2021, 6, 11), "192.0.2.1", "vote", 2)
    with pytest.raises(counting.TooMany):
        counting.count(tmp_path, date(2021, 6, 11), "192.0.2.1", "vote", 2)
