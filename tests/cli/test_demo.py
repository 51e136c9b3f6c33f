"""A demo on data of another version: they are moved aside, not read, not lost."""

from __future__ import annotations

from pathlib import Path

from majung.cli.demo import afresh


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
