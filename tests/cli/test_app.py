"""The command as a person meets it: results, JSON, and bad input ending in one message and exit code 2."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from majung import cli
from majung.cli import main
from majung.cli.progress import stages
from majung.runs import load_run
from miniature import Miniature


class Answer:
    """What one call of the command said and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def data(self) -> object:
        return json.loads(self.out)


@pytest.fixture
def majung(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Call the command in this process."""

    def call(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["majung", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call


def spoil(miniature: Miniature, table: str, change: Callable[[list[str]], list[str]]) -> Path:
    folder = miniature.write()
    file = folder / "evidence" / "tables" / f"{table}.csv"
    file.write_text("\n".join(change(file.read_text().splitlines())) + "\n")
    return folder


def without_column(lines: list[str]) -> list[str]:
    return [",".join(line.split(",")[:5] + line.split(",")[6:]) for line in lines]


def with_value(value: str) -> Callable[[list[str]], list[str]]:
    def change(lines: list[str]) -> list[str]:
        cells = lines[4].split(",")
        cells[5] = value
        return [*lines[:4], ",".join(cells), *lines[5:]]

    return change


BAD_TABLES = {
    "missing column": (without_column, ["tables/patents.csv", "value"]),
    "unknown country": (lambda lines: [*lines[:4], "Korea" + lines[4][3:], *lines[5:]], ["patents.csv:5", "KOR"]),
    "duplicate key": (lambda lines: [*lines, lines[4]], ["patents.csv"]),
    "NaN": (with_value("NaN"), ["patents.csv:5"]),
    "empty value": (with_value(""), ["patents.csv:5"]),
    "negative": (with_value("-3"), ["patents.csv:5", "-3"]),
    "text in a number": (with_value("many"), ["patents.csv:5", "many"]),
    "thousands separator": (with_value('"1,200"'), ["patents.csv:5", "1,200"]),
    "empty file": (lambda _: [], ["patents.csv"]),
}


@pytest.mark.parametrize("kind", list(BAD_TABLES))
def test_bad_evidence_ends_in_one_message(
    miniature: Miniature, majung: Callable[..., Answer], tmp_path: Path, kind: str
) -> None:
    change, said = BAD_TABLES[kind]
    folder = spoil(miniature, "patents", change)
    answer = majung("discover", folder, "--runs", tmp_path / "runs")
    assert answer.code == 2
    for part in said:
        assert part in answer.err
    assert "Traceback" not in answer.err
    assert not list((tmp_path / "runs").glob("*"))


def test_wrong_encoding_ends_in_one_message(
    miniature: Miniature, majung: Callable[..., Answer], tmp_path: Path
) -> None:
    folder = miniature.write()
    file = folder / "evidence" / "tables" / "surveys.csv"
    file.write_bytes(file.read_text().replace("row 1", "1행").encode("cp949"))
    answer = majung("discover", folder, "--runs", tmp_path / "runs")
    assert answer.code == 2
    assert "surveys.csv" in answer.err
    assert "UTF-8" in answer.err


@pytest.mark.parametrize("kind", ["unknown code", "weights", "budget"])
def test_bad_programme_ends_in_one_message(
    miniature: Miniature, majung: Callable[..., Answer], tmp_path: Path, kind: str
) -> None:
    if kind == "unknown code":
        miniature.definitions["one"][0] = ("wipo35", "alpa", 0.75)
        said = ["one.toml", "codes[1]", "'alpa'", "did you mean 'alpha'"]
    elif kind == "weights":
        miniature.weights["investment"] = 0.35
        said = ["programme.toml", "sum to 1.1, not to 1", "adjust"]
    else:
        miniature.budgets = [25.0, 25.0]
        said = ["programme.toml", "budgets", "2021", "raise the budget"]
    answer = majung("select", miniature.write(), "--runs", tmp_path / "runs")
    assert answer.code == 2
    for part in said:
        assert part in answer.err.replace("\n", " ")
    assert not list((tmp_path / "runs").glob("*"))


def test_no_programme_there(majung: Callable[..., Answer], tmp_path: Path) -> None:
    answer = majung("discover", tmp_path / "nothing")
    assert answer.code == 2
    assert "programme.toml: not found" in answer.err.replace("\n", "")


def test_the_whole_way_from_discovery_to_trace(
    miniature: Miniature, majung: Callable[..., Answer], tmp_path: Path
) -> None:
    folder, runs = miniature.write(), tmp_path / "runs"
    found = majung("discover", folder, "--runs", runs, "--json").data
    assert [row["candidate"] for row in found["ranking"]] == ["four", "two", "three", "one"]  # type: ignore[index]
    diagnosed = majung("diagnose", folder, "--industry", "one", "--runs", runs, "--json").data
    assert [row["candidate"] for row in diagnosed["position"]] == ["one"]  # type: ignore[index]
    assert diagnosed["technology"][0]["gap_high"] is None  # type: ignore[index]
    chosen = majung("select", folder, "--runs", runs, "--json").data
    assert chosen["portfolio"][0]["status"] == "optimal"  # type: ignore[index]
    terms = [licence["license"] for licence in chosen["licences"]]  # type: ignore[index]
    assert found["licences"] == diagnosed["licences"] == chosen["licences"]  # type: ignore[index]
    printed = majung("discover", folder, "--runs", runs).out
    assert terms
    assert all(f"Evidence under {name}" in printed for name in terms)
    assert len(list(runs.iterdir())) == 1, "the same inputs are one run"

    again = majung("reproduce", "--runs", runs)
    assert again.code == 0
    assert "Reproduced" in again.out
    run = load_run(next(runs.iterdir()))
    traced = majung("trace", f"{run.figure('technology', 'one', 'patents')}.level", "--runs", runs, "--json").data
    assert traced["values"] == {"level": pytest.approx(22.898, abs=1e-3)}  # type: ignore[index]
    assert traced["sources"][0]["file"] == "tables/patents.csv"  # type: ignore[index]
    spoken = majung("trace", run.figure("ranking", "one"), "--runs", runs, "--lang", "ko")
    assert "tables/patents.csv" in spoken.out


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("command", ["discover", "diagnose", "select"])
def test_speaks_both_languages(
    miniature: Miniature, majung: Callable[..., Answer], tmp_path: Path, command: str, lang: str
) -> None:
    answer = majung(command, miniature.write(), "--runs", tmp_path / "runs", "--lang", lang)
    assert answer.code == 0
    title = {
        "discover": ("순위", "Ranking"),
        "diagnose": ("진단", "Diagnosis"),
        "select": ("핵심 프로젝트", "Core projects"),
    }
    assert title[command][lang == "en"] in answer.out


def test_a_touched_run_is_not_reproduced(miniature: Miniature, majung: Callable[..., Answer], tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    majung("discover", miniature.write(), "--runs", runs)
    file = next(runs.iterdir()) / "inputs" / "programme.toml"
    file.write_text(file.read_text().replace("seed = 7", "seed = 8"))
    answer = majung("reproduce", "--runs", runs)
    assert answer.code == 1
    assert "Not reproduced" in answer.out


def test_unknown_figure_industry_and_run_are_clear(
    miniature: Miniature, majung: Callable[..., Answer], tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    assert majung("trace", "XXXXX", "--runs", runs).code == 2
    folder = miniature.write()
    answer = majung("diagnose", folder, "--industry", "nothing", "--runs", runs)
    assert answer.code == 2
    assert "ranked are: four, one, three, two" in answer.err
    assert "no run 'nothing'" in majung("reproduce", "nothing", "--runs", runs).err


def test_help_and_version(majung: Callable[..., Answer]) -> None:
    assert majung("--version").out.strip() == "0.1.0"
    shown = majung("--help").out
    for command in ("demo", "discover", "diagnose", "select", "report", "reproduce", "trace", "evidence"):
        assert command in shown


def test_what_a_library_prints_while_stages_run_does_not_reach_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    with stages() as begin:
        begin("selection")
        os.write(1, b"a solver says something\n")
    os.write(1, b"{}\n")
    captured = capfd.readouterr()
    assert captured.out == "{}\n"
    assert "a solver says something" in captured.err


def test_the_installed_command_is_the_one_that_turns_bad_input_into_one_message() -> None:
    scripts = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, name = scripts["majung"].partition(":")
    assert module == cli.__name__
    assert getattr(cli, name) is main
