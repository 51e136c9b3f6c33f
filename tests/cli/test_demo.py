"""A demo on data of another version: they are moved aside, not read, not lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from majung.cli.demo import afresh, settle


def test_data_of_another_version_are_moved_aside_and_kept(tmp_path: Path) -> None:
    programme, data = tmp_path / "programme", tmp_path / "var" / "demo"
    programme.mkdir()
    (programme / "programme.toml").write_text("id = 'a'\n")
    data.mkdir(parents=True)
    (data / "old").write_text("of a version that left no mark")
    afresh(data, programme, "en")
    (kept,) = data.parent.glob("demo-*")
    assert (kept / "old").is_file()
    (data / "made").touch()
    afresh(data, programme, "en")
    assert (data / "made").is_file()
    (programme / "programme.toml").write_text("id = 'b'\n")
    afresh(data, programme, "ko")
    assert not (data / "made").exists()
    assert len(list(data.parent.glob("demo-*/made"))) == 1


def test_data_that_the_environment_names_are_left_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme, institution = tmp_path / "programme", tmp_path / "institution"
    for folder in (programme, institution):
        folder.mkdir()
    (institution / "majung.sqlite3").write_text("years of work")
    monkeypatch.setenv("MAJUNG_RUNS", "")
    monkeypatch.setenv("MAJUNG_DATA", str(institution))
    settle(tmp_path / "runs", "demo", programme, "en")
    assert [file.name for file in institution.iterdir()] == ["majung.sqlite3"]
    monkeypatch.delenv("MAJUNG_DATA")
    settle(tmp_path / "runs", "demo", programme, "en")
    assert Path(os.environ["MAJUNG_DATA"]) == tmp_path / "var" / "demo"
