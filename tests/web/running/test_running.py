"""Alive, ready, figures for a collector, and a log that names nobody."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from majung.web.logs import JsonLines
from majung.web.running.address import address_of
from taskforce.conftest import Institution, _papers, institution  # noqa: F401


@pytest.fixture(autouse=True)
def _static(settings: Any) -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def test_alive_and_ready(client: Client, institution: Institution, settings: Any, tmp_path: Any) -> None:  # noqa: F811
    settings.DATA = tmp_path
    assert client.get("/healthz").json() == {"alive": True}
    assert client.get("/readyz").json() == {"ready": True, "checks": {"database": True, "data": True}}
    settings.DATA = tmp_path / "gone"
    missing = client.get("/readyz")
    assert (missing.status_code, missing.json()["checks"]["data"]) == (503, False)
    assert client.post("/healthz").status_code == 405


def test_a_server_process_has_loaded_its_pages_before_it_answers(tmp_path: Any) -> None:
    code = "import sys, majung.web.wsgi; print('majung.web.urls' in sys.modules, 'majung.web.api' in sys.modules)"
    environment = {**os.environ, "MAJUNG_DATA": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["True", "True"]


def test_metrics_count_and_name_nobody(client: Client, institution: Institution) -> None:  # noqa: F811
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert int(lines["majung_journal_entries"]) > 20
    assert lines["majung_journal_unanchored"] == lines["majung_journal_entries"]
    assert lines['majung_jobs{state="queued"}'] == "0"
    assert all(line.startswith(("majung_", "# ")) for line in answer.text.splitlines())


def test_metrics_are_for_this_machine_or_the_token(client: Client, db: None, settings: Any) -> None:
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    assert client.get("/metrics", **elsewhere).status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer "}, **elsewhere).status_code == 403
    settings.METRICS_TOKEN = "t"
    assert client.get("/metrics", headers={"Authorization": "Bearer t"}, **elsewhere).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "Bearer x"}, **elsewhere).status_code == 403


def test_the_address_behind_a_proxy_is_the_last_that_it_names(rf: Any, settings: Any) -> None:
    request = rf.get("/", headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.1"})
    assert address_of(request) == "127.0.0.1"
    settings.BEHIND_PROXY = True
    assert address_of(request) == "192.0.2.1"


def test_requests_are_logged_by_route(client: Client, db: None) -> None:
    seen: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record)

    handler = Keep()
    logging.getLogger("majung.request").addHandler(handler)
    try:
        answer = client.get("/api/v1/programmes/secret-name/people/hong?x=hong", headers={"Authorization": "Bearer x"})
    finally:
        logging.getLogger("majung.request").removeHandler(handler)
    (record,) = seen
    line = JsonLines().format(record)
    said = json.loads(line)
    assert "hong" not in line
    assert "secret" not in line
    assert (said["status"], said["method"]) == (401, "GET")
    assert said["route"] == "api/v1/programmes/<programme>/people/<key>"
    assert said["request_id"] == answer["X-Request-ID"]


def test_errors_are_logged_by_place_not_by_message() -> None:
    try:
        raise ValueError("hong@example.org")
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, "f", 1, "Broken: /hong", (), sys.exc_info())
    line = JsonLines().format(record)
    assert "hong" not in line
    said = json.loads(line)
    assert said["error"] == "ValueError"
    assert "test_errors_are_logged_by_place_not_by_message" in said["where"][-1]
