"""`majung evidence formats` and `import`, as a person uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from majung.cli.app import main

PLAIN = "id,firm,date,country,vertical,amount_usd\n1,A,2020-02-03,KOR,AI;Robots,1000000\n2,B,2020-03-01,JPN,AI,many\n"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["majung", *map(str, words)])
        monkeypatch.delenv("LANG", raising=False)
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_formats_are_listed_with_their_provenance(run) -> None:
    code, out, _ = run("evidence", "formats", "--json")
    listed = {one["id"]: one for one in json.loads(out)}
    assert code == 0
    assert listed["wiod-niot"]["provenance"]["en"] == "tested on real files"
    assert listed["wiod-wiot"]["provenance"]["ko"] == "명세에 따라 작성했으며 실제 파일은 보지 못함"
    code, out, _ = run("evidence", "formats", "--lang", "ko")
    assert code == 0
    assert "한국은행 산업연관표" in out.replace("\n", "")


def test_import_says_what_it_did_in_both_languages(run, tmp_path: Path) -> None:
    (tmp_path / "rounds.csv").write_text(PLAIN)
    words = ("evidence", "import", "venture-csv", tmp_path / "rounds.csv", "--license", "CC BY 4.0")
    code, out, _ = run(*words, "--into", tmp_path / "p", "--source", "rounds", "--edition", "2024")
    assert code == 0
    assert "investment: 9 rows" in out
    assert "bad row: rounds.csv:3: 'many' is text, not a number" in out
    assert "1 bad rows and 0 left out by rule are listed in" in out
    assert "(2024; CC BY 4.0)" in out
    code, out, _ = run(*words, "--into", tmp_path / "p", "--source", "rounds", "--edition", "2024", "--lang", "ko")
    assert code == 0
    assert "investment: 9행" in out
    assert "이미 읽은 파일 1개, 새로 읽은 파일 0개" in out
    code, out, _ = run(*words, "--into", tmp_path / "q", "--json", "--report", tmp_path / "bad.csv", "--as", "parquet")
    done = json.loads(out)
    assert (done["rows"], done["bad_rows"], done["read"]) == ({"investment": 9}, 1, 2)
    assert (tmp_path / "bad.csv").exists()
    code, out, _ = run("evidence", "check", tmp_path / "q")
    assert code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bazi",), "did you mean 'baci'?"),
        (("venture-csv", "--option", "x=1"), "has no option 'x'"),
        (("venture-csv",), "has no licence of its own"),
        (("venture-csv", "--license", "x", "--strict"), "'many' is text, not a number"),
        (("venture-csv", "--license", "x", "--retrieved", "soon"), "is not a date"),
        (("crunchbase",), "column 'Transaction Name' is missing"),
        (("mapping", "--license", "x", "--map", "none.toml"), "the mapping file cannot be read"),
    ],
)
def test_faults_end_in_one_message_and_exit_code_2(run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    (tmp_path / "rounds.csv").write_text(PLAIN)
    name, *rest = words
    code, _, err = run("evidence", "import", name, tmp_path / "rounds.csv", "--into", tmp_path / "p", *rest)
    assert code == 2
    assert said in " ".join(err.split()), err
    assert "Traceback" not in err
