"""The founding case as a record: entered by operations, each deed at its moment; nothing that is not on record."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from majung.methods.labelled import InputError
from majung.programme import load_programme
from majung.runs.run import run_identifier
from majung.taskforce import models as m
from majung.taskforce.journal.verify import verify_database
from majung.taskforce.operations import NotAllowed, Refusal, record
from majung.taskforce.permission import Actor
from majung.taskforce.programme_folder import workdir
from majung.taskforce.queries.lights import with_lights
from majung.taskforce.queries.tracing import orphans
from majung.taskforce.record.loading import load
from majung.taskforce.record.workbook import read, write
from majung.taskforce.rules.clock import day_of
from miniature import PROJECTS, Miniature

from .conftest import Institution, moment, text

KOREA = Path(__file__).parents[2] / "programmes" / "korea-2021"


@pytest.fixture
def data(tmp_path: Path, settings: object) -> Path:
    settings.DATA = tmp_path / "var"  # type: ignore[attr-defined]
    return tmp_path / "var"


RECORD = """
at = 2021-04-09

[[person]]
key = "head"
post = { ko = "반장", en = "Head" }
organisation = "lead"

[[body]]
key = "task-force"
kind = "task-force"
name = { ko = "추진단", en = "Task force" }

[[body]]
key = "group"
kind = "working-group"
parent = "task-force"
name = { ko = "작업반", en = "Group" }

[[mandate]]
body = "group"
person = "head"
role = "chair"
starts = 2021-04-09

[[area]]
key = "first"
name = { ko = "첫째", en = "First" }
body = "group"
taken_up = 2021-04-09

[[strategy]]
key = "plan"
area = "first"
name = { ko = "계획", en = "Plan" }
state = "announced"
announced_on = 2021-09-06
at = 2021-09-06

[[task]]
key = "plan-1"
strategy = "plan"
position = 1
name = { ko = "과제", en = "Task" }

[[measure]]
key = "services"
task = "plan-1"
name = { ko = "대책", en = "Measure" }
instrument = "procurement"
owner = "lead"

[[metric]]
measure = "services"
key = "count"
name = { ko = "개수", en = "Count" }
unit = { ko = "개", en = "n" }
baseline = 15
baseline_on = 2020-12-31

[[target]]
metric = "services/count"
by = 2024-12-31
value = 300
"""


@pytest.fixture
def folder(db: None, data: Path, tmp_path: Path) -> Path:
    """A small programme with a record, loaded."""
    folder = Miniature(tmp_path / "mini").write()
    (folder / "record").mkdir()
    (folder / "record" / "institution.toml").write_text(RECORD, "utf-8")
    load(folder)
    return folder


def test_the_founding_case_is_there_as_it_is_on_record(db: None, data: Path) -> None:
    programme = load(KOREA).programme
    assert not programme.exercise
    assert {b.key: b.kind for b in m.Body.objects.all()} == {
        "innovation-growth-strategy-meeting": "parent-meeting",
        "task-force": "task-force",
        "policy-council": "policy-council",
        **{
            f"{area}-working-group": "working-group"
            for area in ("cloud", "blockchain", "intelligent-robots", "digital-healthcare", "metaverse")
        },
    }
    leads = m.Lead.objects.filter(area__key="metaverse").values_list("organisation__key", flat=True)
    assert sorted(leads) == ["mcst", "msit"]
    chairs = m.Mandate.objects.on(moment("2021-04-09").date()).filter(body__key="metaverse-working-group", role="chair")
    assert chairs.count() == 2
    assert {o.key for o in m.Organisation.objects.all()} == {
        *("moef", "msit", "mcst", "mohw", "mss", "fsc", "mfds", "motie", "mois", "moe", "kcci")
    }
    series = m.MeetingSeries.objects.values_list("first_day", "last_day", "per_month_least", "per_month_most")
    assert list(series) == [(10, 20, 1, 2)] * 5
    meetings = {x.key: (str(day_of(x.starts)), x.time_known, x.quorate) for x in m.Meeting.objects.filter(state="held")}
    assert meetings == {
        "2021-04-09-task-force": ("2021-04-09", False, None),
        "2021-04-29-strategy-meeting": ("2021-04-29", False, None),
    }
    announced = [str(day_of(a.announced_at)) for a in m.Announcement.objects.order_by("position") if a.announced_at]
    assert announced == [
        *("2021-02-24", "2021-04-29", "2021-06-23", "2021-09-06", "2021-09-15", "2021-11-02"),
        *("2022-01-20", "2022-03-06", "2022-03-14"),
    ]
    services = m.Metric.objects.get(measure__key="cloud-public-services")
    assert (services.baseline, str(services.baseline_on)) == (15, "2020-12-31")
    assert [(str(t.by), t.value) for t in services.targets.all()] == [("2024-12-31", 300.0)]
    assert {x.key for x in m.Metric.objects.filter(doubtful=True)} == {"service-robots", "budget-increase"}
    budgets = {(b.measure.key, b.year): int(b.amount) for b in m.BudgetYear.objects.all()}
    assert budgets["robots-2021-budget", 2021] == 217_000
    assert budgets["metaverse-market", 2022] == 556_000
    assert programme.record_note["series"][0]["korea"][-1] == {"year": 2022, "level": 81.5, "gap_years": 3.2}
    _nothing_else(programme)
    when = {e.subject: str(day_of(e.at)) for e in m.JournalEntry.objects.filter(operation="record.freeze")}
    assert when["announcement/2022-01-20-metaverse-2022"] == "2022-01-20"
    assert set(m.JournalEntry.objects.filter(operation="mandate.give").values_list("acted_as", flat=True)) == {
        "system:record"
    }
    assert verify_database().sound
    assert run_identifier(load_programme(workdir(programme))) == run_identifier(load_programme(KOREA))


def _nothing_else(programme: m.Programme) -> None:
    """What is not on record is not there, and counts as not reported."""
    nothing = (m.Attendance, m.MinutesRevision, m.Decision, m.Outcome, m.Reading, m.Light, m.Submission, m.Notice)
    assert [model.__name__ for model in nothing if model.objects.exists()] == []
    assert {person.name for person in m.Person.objects.all()} == {""}
    today = moment("2026-01-01").date()
    assert {x.rule_colour for x in with_lights(m.Measure.objects.all(), today)} == {"grey"}
    assert len(orphans(programme)) == m.Measure.objects.count()


def test_loading_twice_changes_nothing(folder: Path) -> None:
    before = m.JournalEntry.objects.count()
    again = load(folder)
    assert again.nothing
    assert m.JournalEntry.objects.count() == before


def test_the_database_rules_over_a_changed_folder(folder: Path) -> None:
    rows = folder / "record" / "institution.toml"
    changed = rows.read_text("utf-8").replace("value = 300\n", "value = 301\n")
    rows.write_text(changed, "utf-8")
    charter = folder / "programme.toml"
    charter.write_text(charter.read_text("utf-8") + "# a word\n", "utf-8")
    before = m.JournalEntry.objects.count()
    with pytest.raises(InputError) as refused:
        load(folder)
    assert "institution.toml: target[" in str(refused.value)
    assert "value: 301.0 here, 300.0 in the database" in str(refused.value)
    assert "programme.toml: another text is in force" in str(refused.value)
    assert m.JournalEntry.objects.count() == before
    applied = load(folder, apply=True)
    assert len(applied.applied) == 2
    assert m.Target.objects.get(metric__measure__key="services").value == 301
    assert load(folder).nothing


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('[[mandat]]\nbody = "task-force"\n', "[[mandat]] is no kind of row; did you mean [[mandate]]?"),
        (
            '[[mandate]]\nbody = "task-force"\nperson = "head"\nrole = "boss"\nstarts = 2021-05-01\n',
            "mandate[1].role: input should be 'chair'",
        ),
        ('[[room]]\nkey = "r"\nname = { ko = "방", en = "room" }\nseats = 4\nseat = 5\n', "did you mean 'seats'?"),
        ('[[room]]\nkey = "r"\nname = { ko = "방" }\nseats = 4\n', "room[1].name.en: missing; state it"),
        ('[[room]]\nkey = "r"\nname = { ko = "방", en = "room" }\nseats = -4\n', "seats: input should be greater"),
        ('[[lead]]\narea = "frist"\norganisation = "lead"\nstarts = 2021-05-01\n', "did you mean 'first'?"),
        ('[[area]]\nkey = "first"\nname = { ko = "가", en = "a" }\ntaken_up = 2021-05-01\n', "stands twice"),
    ],
)
def test_a_wrong_row_is_named_with_place_and_remedy(folder: Path, wrong: str, said: str) -> None:
    (folder / "record" / "z.toml").write_text("at = 2021-05-01\n" + wrong, "utf-8")
    before = m.JournalEntry.objects.count()
    with pytest.raises(InputError) as refused:
        load(folder)
    assert said in str(refused.value)
    assert "z.toml" in str(refused.value)
    assert m.JournalEntry.objects.count() == before


def test_a_refused_operation_names_the_row_and_leaves_nothing(folder: Path) -> None:
    row = '[[milestone]]\nkey = "new"\nbody = "task-force"\nname = { ko = "새", en = "new" }\n'
    bad = (
        '[[measure]]\nkey = "m"\ntask = "plan-1"\nname = { ko = "가", en = "a" }\n'
        'instrument = "fiscal"\nowner = "lead"\nverifier = "lead"\n'
    )
    (folder / "record" / "z.toml").write_text("at = 2021-05-01\n" + row + bad, "utf-8")
    with pytest.raises(InputError, match=r"z.toml: measure\[1\]: who verifies is not who owns"):
        load(folder)
    assert not m.Milestone.objects.filter(key="new").exists()


def test_nobody_but_the_loader_enters_the_record(institution: Institution) -> None:
    row = m.Room(programme=institution.programme, key="r", name=text("room"), seats=3)
    for actor in (institution.by("secretariat"), institution.by("loader")):
        with pytest.raises(NotAllowed):
            record.enter(actor, institution.programme, row=row)
        with pytest.raises(NotAllowed):
            record.complete(actor, institution.group, stated={"note": text("x")})
    assert isinstance(institution.by("secretariat"), Actor)


def test_the_folder_laid_out_from_the_database_is_the_folder(folder: Path) -> None:
    programme = m.Programme.objects.get()
    laid_out = workdir(programme)
    assert workdir(programme) == laid_out
    assert run_identifier(load_programme(laid_out)) == run_identifier(load_programme(folder))


def test_a_folder_without_a_record_brings_what_its_charter_implies(db: None, data: Path, tmp_path: Path) -> None:
    load(Miniature(tmp_path / "mini").write())
    assert {b.key for b in m.Body.objects.all()} == {"task-force", *(f"{a}-working-group" for a in PROJECTS)}
    assert {(lead.area.key, lead.organisation.key) for lead in m.Lead.objects.all()} == {(a, "lead") for a in PROJECTS}
    assert load(tmp_path / "mini").nothing


def test_a_spreadsheet_comes_in_whole_or_not_at_all(folder: Path, tmp_path: Path) -> None:
    programme = m.Programme.objects.get()
    for language in ("ko", "en"):
        filled = write(tmp_path / f"{language}.xlsx", language, programme)
        assert read(filled, programme, moment("2021-05-01")).nothing
        book = openpyxl.load_workbook(filled)
        book.worksheets[0].append([f"new-{language}", "새 기관", "New", "institute"])
        book.save(filled)
        assert read(filled, programme, moment("2021-05-01")).entered == {"organisation": 1}
    book.worksheets[0].append(["bad", "나쁨", "Bad", "wizardry"])
    book.worksheets[0].append(["good", "좋음", "Good", "institute"])
    book.worksheets[2]["F2"] = "=1+1"
    book.save(filled)
    before = m.JournalEntry.objects.count()
    with pytest.raises(InputError) as refused:
        read(filled, programme, moment("2021-05-01"))
    assert "Organisations!5.kind: input should be 'ministry'" in str(refused.value)
    assert "Mandates!2, cell F2: a formula" in str(refused.value)
    assert isinstance(refused.value, Refusal)
    assert "Organisations!5.kind: 허용된 값이 아니다: 'ministry'" in refused.value.said["ko"]
    assert "Mandates!2, 셀 F2: 수식이다. 값을 적으라" in refused.value.said["ko"]
    assert m.JournalEntry.objects.count() == before
    (tmp_path / "broken.xlsx").write_bytes(b"PK not a workbook")
    with pytest.raises(InputError, match="not a readable"):
        read(tmp_path / "broken.xlsx", programme, moment("2021-05-01"))
