"""The same commands on this machine and against a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from typer.testing import CliRunner

from majung.cli.app import app
from majung.cli.institution import arguments
from majung.methods.labelled import InputError
from majung.taskforce.models import ApiToken, JournalEntry, Meeting
from majung.taskforce.operations import opinions
from majung.taskforce.rules.words import Answer
from taskforce.conftest import Institution, text

GROUP = "body/intelligent-robots-working-group"
PLAN = ["meeting.plan", GROUP, "key=m9", "name.ko=회의", "name.en=Meeting", "starts=2026-12-15T10:00:00+09:00"]


def majung(*words: str, code: int = 0) -> Any:
    """Run the command; its output as data, or its refusal in words."""
    result = CliRunner().invoke(app, list(words))
    if code:
        assert isinstance(result.exception, InputError), result.output
        return str(result.exception)
    assert result.exit_code == 0, result.exception
    return json.loads(result.stdout)


@pytest.fixture
def here(institution: Institution, monkeypatch: pytest.MonkeyPatch) -> Institution:
    """This machine's database is the test's: nothing to migrate."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "majung.web.settings")
    return institution


def test_on_this_machine(here: Institution) -> None:
    done = majung("do", *PLAN, "--as", "secretariat")
    assert done["result"]["reference"] == "meeting/m9"
    assert JournalEntry.objects.get(seq=done["entries"][0]).acted_as == "secretariat@task-force"
    assert majung("ask", "meetings", f"body={GROUP}", "limit=1", "--as", "member")["total"] == 1
    assert majung("ask", "meetings/m9", "--as", "member")["name"] == {"ko": "회의", "en": "Meeting"}
    assert "none of your mandates" in majung("do", "meeting.convene", "meeting/m9", "--as", "member", code=2)
    assert "위임으로는" in majung("do", "meeting.convene", "meeting/m9", "--as", "member", "--lang", "ko", code=2)
    assert "--as" in majung("ask", "meetings", code=2)
    assert "no register" in majung("ask", "none", "--as", "member", code=2)
    assert majung("trace", "meeting/m9", "--as", "member", "--json")["start"] == "meeting/m9"
    shown = CliRunner().invoke(app, ["trace", "meeting/m9", "--as", "member"]).stdout
    assert "meeting/m9  Meeting" in shown
    assert "starts" in majung("do", *PLAN[:-1], "--as", "secretariat", code=2)


def test_operations_are_listed() -> None:
    (known,) = majung("operations", "meeting.plan", "--json")
    assert {"subject", "key", "name", "starts"} == {p["name"] for p in known["parameters"] if p["required"]}
    assert "meeting.plan" in CliRunner().invoke(app, ["operations"]).stdout
    assert "there is no operation" in majung("operations", "meeting.fly", code=2)


def test_tokens_are_shown_once(here: Institution, tokens: dict[str, str]) -> None:
    secret = CliRunner().invoke(app, ["token", "ci", "--user", "member"]).stdout.strip()
    assert ApiToken.objects.get(name="ci").digest == ApiToken.digest_of(secret)
    assert "no active account" in majung("token", "ci", "--user", "nobody", code=2)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_against_a_server(
    live_server: LiveServer, institution: Institution, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAJUNG_SERVER", live_server.url)
    monkeypatch.setenv("MAJUNG_TOKEN", tokens["secretariat"])
    assert majung("do", *PLAN)["result"]["reference"] == "meeting/m9"
    assert Meeting.objects.get().state == "planned"
    assert majung("ask", "meetings", "state=planned", "--programme", "test-2021")["total"] == 1
    assert len(majung("operations", "--json")) > 90
    assert "has changed" in majung("do", "meeting.convene", "meeting/m9", "--expected", "0", code=2)
    monkeypatch.setenv("MAJUNG_TOKEN", "majung_wrong")
    assert "valid token" in majung("ask", "meetings", "--programme", "test-2021", code=2)
    monkeypatch.setenv("MAJUNG_SERVER", "http://127.0.0.1:9")
    assert "cannot be reached" in majung("ask", "meetings", code=2)


def test_words_as_data(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\0\1")
    told = arguments(["a=1", "t.ko=가", "t.en=a", "l:=[1,2]", f"content=@{tmp_path / 'f'}", "b=x=y"])
    assert told == {"a": "1", "t": {"ko": "가", "en": "a"}, "l": [1, 2], "content": "AAE=", "b": "x=y"}
    for wrong in (["a"], ["=1"], ["l:=[1"], [f"c=@{tmp_path / 'none'}"], ["a=1", "a=2"], ["t=1", "t.ko=2"]):
        with pytest.raises(InputError):
            arguments(wrong)


def test_what_is_due_for_erasure_is_listed_and_erased(here: Institution) -> None:
    demand = opinions.receive(here.by("outsider"), here.programme, title="Title", text="Text", contact="a@example.org")
    opinions.moderate(here.by("moderator"), demand, reason="r")
    opinions.answer(
        here.by("secretariat"), demand, answer=Answer.OUT_OF_SCOPE, reason=text("no"), link="https://example.org/"
    )
    assert majung("retention", "--on", "2022-04-09", "--json") == []
    (row,) = majung("retention", "--on", "2022-04-10", "--json")
    assert (row["row"], row["rule"], row["since"]) == (f"submission/{demand.key}", "answered", "2022-04-10")
    shown = CliRunner().invoke(app, ["retention", "--lang", "ko"]).stdout
    assert demand.key in shown
    assert "Title" not in shown
    assert len(majung("do", "retention.apply", "--as", "secretariat")["entries"]) == 2, "each erasure and the sweep"
    assert majung("retention", "--json") == []
    assert "no programme" in majung("retention", "--programme", "other", code=2)
    assert "2027-01-31" in majung("retention", "--on", "soon", code=2)
