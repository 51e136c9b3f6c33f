"""A generated exercise shows every page something, and comes back from its export as it was."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from majung.methods.labelled import InputError
from majung.runs import run_programme
from majung.taskforce import models as m
from majung.taskforce.exercise import large
from majung.taskforce.exercise.accounts import demo_accounts
from majung.taskforce.exercise.small import generate
from majung.taskforce.journal.verify import verify_database
from majung.taskforce.operations import Actor, Invalid
from majung.taskforce.operations.exercise import fill
from majung.taskforce.permission import verdict
from majung.taskforce.queries.home import home
from majung.taskforce.queries.lights import lights
from majung.taskforce.queries.runs import in_force
from majung.taskforce.queries.tracing import orphans
from majung.taskforce.record.exporting import export
from majung.taskforce.record.kinds import KINDS
from majung.taskforce.record.loading import load
from miniature import TEXT, Miniature

from .conftest import Institution, moment, text
from .test_lights import assert_standings_follow

UNTIL = date(2026, 11, 20)


@pytest.fixture
def folder(db: None, tmp_path: Path, settings: object) -> Path:
    """A small programme's definitions with six ministries."""
    settings.DATA = tmp_path / "var"  # type: ignore[attr-defined]
    folder = Miniature(tmp_path / "mini").write()
    more = "".join(f'[[organisations]]\nid = "ministry-{n}"\nname = {TEXT}\n' for n in range(5))
    with (folder / "programme.toml").open("a", encoding="utf-8") as charter:
        charter.write(more)
    return folder


def emptied() -> None:
    """The database as after the first migration: the net is for people, not for this test."""
    from django.core.management import call_command
    from django.db import connection

    from majung.taskforce.journal.net import PREFIX, lay

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        for name, _ in cursor.fetchall():
            if name.startswith(PREFIX):
                cursor.execute(f"DROP TRIGGER {name}")
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    lay(connection)


def test_an_exercise_on_a_run_decides_on_it_and_its_measures_rest_on_figures(folder: Path, tmp_path: Path) -> None:
    kept = run_programme(folder, tmp_path / "runs")
    programme = generate(folder, "exercise", until=UNTIL, seed=3, analysis=kept)
    taken_in = in_force(programme)
    assert taken_in is not None
    assert (taken_in.key, taken_in.digest) == (kept.id, kept.manifest["digest"])
    assert m.Decision.objects.filter(resting_on=taken_in).count() == 2
    chosen = kept.tables["projects"].query("chosen")["project"]
    projects = m.CoreProject.objects.filter(programme=programme)
    assert set(projects.values_list("key", flat=True)) == set(chosen)
    assert set(projects.values_list("decision__resting_on__key", flat=True)) == {kept.id}
    industries = kept.programme.industries
    for area in m.Area.objects.filter(programme=programme):
        assert area.name == industries[area.key].name.model_dump()
    figures = m.Ground.objects.exclude(figure="").values_list("figure", flat=True)
    assert figures
    assert {kept.figures.row(figure)[0] for figure in figures} == {"projects"}
    assert verify_database().sound


def test_the_exercise_has_something_of_everything(folder: Path) -> None:
    programme = generate(folder, "exercise", until=UNTIL, seed=3)
    assert programme.exercise
    assert programme.name["ko"].startswith("연습")

    def states(model: type[m.Journaled]) -> set[str]:
        return set(model._default_manager.values_list("state", flat=True))

    assert {"planned", "held", "drafted", "published", "postponed", "cancelled"} <= states(m.Meeting)
    assert {"received", "moderated", "merged", "answered"} <= states(m.Submission)
    assert {"drafted", "corrected"} <= states(m.Announcement)
    found = m.Measure.objects.prefetch_related("lights", "metrics__readings", "metrics__targets")
    assert any(measure.late_by(UNTIL) for measure in found)
    assert any(lights(measure, UNTIL).differ for measure in found)
    assert m.Submission.objects.filter(state="moderated", answer_due__lt=UNTIL).exists()
    acted = set(m.JournalEntry.objects.values_list("acted_as", flat=True))
    assert any(capacity.startswith("rapporteur@") for capacity in acted)
    assert verify_database().sound
    assert_standings_follow()
    with pytest.raises(InputError, match="already"):
        generate(folder, "exercise", until=UNTIL)


def test_what_waits_on_home_can_be_done(folder: Path) -> None:
    """Nobody is asked for a deed that their mandates, or the state of the thing, would refuse."""
    programme = generate(folder, "exercise", until=UNTIL, seed=3)
    asked, refused = set(), []
    for person in m.Person.objects.filter(programme=programme):
        actor = Actor(person, moment(UNTIL.isoformat()))
        for one in home(programme, person, UNTIL).due:
            steps = {at: lifecycle.step(one.deed) for at, lifecycle in one.subject.LIFECYCLES.items()}
            possible = all(getattr(one.subject, at) in step.sources for at, step in steps.items() if step)
            if not possible or verdict(actor, one.deed, one.subject) is None:
                refused.append((person.key, one.deed, one.subject))
            asked.add(one.kind)
    assert refused == []
    assert {"report-done", "answer", "moderate", "draft-minutes", "approve-minutes", "clear"} <= asked


@pytest.mark.django_db(transaction=True)
def test_an_export_loads_to_the_same_state_and_exports_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("emptying the database by hand is written for SQLite")
    generate(folder, "exercise", until=UNTIL, seed=3)
    first = export("exercise", tmp_path / "first", personal=True)
    counted = {kind.name: kind.model._default_manager.count() for kind in KINDS}
    withheld = export("exercise", tmp_path / "withheld")
    assert "부족합니다" not in (withheld / "record" / "opinions.toml").read_text("utf-8")
    assert load(first).nothing
    emptied()
    loaded = load(first)
    assert loaded.founded
    assert {kind.name: kind.model._default_manager.count() for kind in KINDS} == counted
    assert verify_database().sound
    again = export("exercise", tmp_path / "again", personal=True)
    assert subprocess.run(["diff", "-r", first, again], capture_output=True, text=True, check=False).stdout == ""
    with pytest.raises(InputError, match="not empty"):
        export("exercise", again)


def test_sign_ins_for_every_role_of_an_exercise_only(folder: Path, institution: Institution) -> None:
    programme = generate(folder, "exercise", until=UNTIL)
    made = demo_accounts(programme, moment("2026-11-20"))
    roles = {role for role, _, _ in made}
    assert roles >= {
        *("secretariat", "chair", "rapporteur", "member", "judge", "analyst", "verifier", "auditor", "owner"),
        *("company", "decision-maker", "moderator", "administrator"),
    }
    for _, username, password in made:
        assert m.User.objects.get(username=username).check_password(password)
    assert len({password for _, _, password in made}) == len(made)
    with pytest.raises(InputError, match="no exercise"):
        demo_accounts(institution.programme, moment("2026-11-20"))
    with pytest.raises(Invalid, match="only an exercise"):
        fill(institution.programme, [m.Room(programme=institution.programme, key="r", name=text("r"), seats=1)],
             moment("2026-11-20"))  # fmt: skip


def test_a_large_exercise_has_an_entry_a_row_and_a_sound_journal(folder: Path) -> None:
    programme = large.generate(folder, "large", groups=1, until=UNTIL)
    assert (programme.exercise, m.Measure.objects.count(), m.Meeting.objects.count()) == (True, 250, 25)
    assert m.Standing.objects.exclude(progress=None).count() == 250
    assert_standings_follow()
    held = m.Meeting.objects.filter(state="held").count()
    assert (m.Submission.objects.count(), m.Decision.objects.count(), m.Action.objects.count()) == (20, held, held)
    assert 0 < m.Meeting.objects.filter(starts__gt=moment("2026-11-20", 23), state="planned").count() == 25 - held
    assert m.Announcement.objects.get().state == "announced"
    assert 0 < len(orphans(programme)) < 25
    assert m.JournalEntry.objects.filter(operation="exercise.fill").count() > 5000
    assert verify_database().sound
