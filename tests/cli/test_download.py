"""`majung evidence download` as a person runs it, against a server on this machine."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import majung
from loopback import Server, as_json
from majung.cli.app import app
from majung.evidence.clients import DownloadError

pytest.importorskip("httpx", reason="downloads need the extra clients")

HEAD = {"page": 1, "pages": 1, "per_page": 1000, "total": 2, "sourceid": "2", "lastupdated": "2026-07-13"}
ROWS = [{"countryiso3code": "KOR", "date": year, "value": 1.5} for year in ("2019", "2020")]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run `majung evidence download ...`; a DownloadError is left as the result's exception."""
    for name in list(os.environ):
        if "PROXY" in name.upper() or name.startswith(("LC_", "LANG")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MAJUNG_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return lambda *words, **env: CliRunner(env=env).invoke(app, ["evidence", "download", *map(str, words)])


@pytest.fixture
def world_bank():
    server = Server()
    server.answer = lambda _: as_json([HEAD, ROWS])
    yield server
    server.close()


def test_a_download_says_what_it_wrote_and_json_says_the_same(run, world_bank, tmp_path):
    words = ("world-bank", "--query", "NY.GDP.MKTP.CD", "--filter", "country=KOR", "--base-url", world_bank.url)
    done = run(*words, "--into", "raw")
    assert done.exit_code == 0
    file = tmp_path / done.stdout.splitlines()[0]
    assert json.loads(file.read_bytes())[1] == ROWS
    assert "2 records" in done.stdout
    assert "1 requests, 0 answers kept" in done.stdout
    assert f"next: majung evidence import world-bank {done.stdout.splitlines()[0]} --into PACKAGE" in done.stdout
    again = json.loads(run(*words, "--into", "raw", "--json").stdout)  # the bar goes to stderr
    assert again["unchanged"]
    assert (again["asked"], again["kept"]) == (0, 1)
    assert again["sha256"] in done.stdout
    assert json.loads((tmp_path / again["sidecar"]).read_text())["retrieved"] == again["retrieved"]
    assert "라이선스: CC BY 4.0" in run(*words, "--into", "raw", "--lang", "ko").stdout


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "cannot be reached from this machine"), ("ko", "연결할 수 없습니다")]
)
def test_without_a_network_one_message_and_exit_code_two(tmp_path, lang, said):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}"
    words = ("openalex", "--query", "x", "--base-url", address, "--into", "raw", "--lang", lang)
    done = subprocess.run(
        [sys.executable, "-m", "majung", "evidence", "download", *words],
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if "PROXY" not in k.upper()}
        | {"PYTHONPATH": str(Path(majung.__file__).parents[1]), "MAJUNG_CACHE": str(tmp_path / "cache")},
        cwd=tmp_path,
        timeout=60,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "https://openalex.org/works" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "raw").iterdir())


def test_a_filter_that_is_none(run):
    done = run("openalex", "--filter", "2020", "--lang", "ko")
    assert isinstance(done.exception, DownloadError)
    assert "'2020'은 조건이 아닙니다" in str(done.exception)


def test_the_key_comes_from_the_environment_and_is_not_shown(run):
    server = Server()
    try:
        server.answer = lambda _: as_json({"message": "no"}, 403)
        words = ("openalex", "--query", "x", "--base-url", server.url)
        done = run(*words, OPENALEX_API_KEY="very-secret", MAJUNG_MAIL="someone@example.org")
    finally:
        server.close()
    assert server.asked[0].params["api_key"] == "very-secret"
    assert server.asked[0].params["mailto"] == "someone@example.org"
    assert not re.search("secret|someone", done.output + str(done.exception))


def test_without_a_source_they_are_listed(run):
    done = run("--lang", "ko")
    assert done.exit_code == 0
    assert re.search(r"comtrade +UN Comtrade", done.stdout)
    assert "자료원" in done.stdout
