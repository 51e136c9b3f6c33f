"""What every client does with a network that is slow, broken, busy, or absent."""

from __future__ import annotations

import json
import os
import pickle
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

import majung
from loopback import Sent, as_json, in_turn
from majung.evidence.clients import DownloadError

SERIES = [
    {"page": 1, "pages": 1, "per_page": 1000, "total": 1, "sourceid": "2", "lastupdated": "2026-07-13"},
    [{"indicator": {"id": "X"}, "countryiso3code": "KOR", "date": "2020", "value": 1.5}],
]
GDP = "NY.GDP.MKTP.CD"


def nothing_written(tmp_path):
    return not list((tmp_path / "raw").iterdir()) if (tmp_path / "raw").exists() else True


def test_busy_then_well_follows_retry_after_in_seconds(server, fetch, slept):
    server.answer = in_turn(as_json({}, 429, Retry_After="7"), as_json({}, 503), as_json(SERIES))
    done = fetch("world-bank", GDP)
    assert json.loads(done.file.read_bytes())[1] == SERIES[1]
    assert [s for s in slept if s >= 1] == [7.0, 2.0]  # told, then the second step of the backoff
    assert len(server.asked) == 3


def test_retry_after_as_a_date(server, fetch, slept):
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    server.answer = in_turn(as_json({}, 503, Retry_After=when), as_json(SERIES))
    fetch("world-bank", GDP)
    assert 25 < max(slept) <= 30


@pytest.mark.parametrize("value", ["", "soon", "-5", "Wed, 99 Foo"])
def test_a_retry_after_that_says_nothing_leaves_the_backoff(server, fetch, slept, value):
    server.answer = in_turn(as_json({}, 503, Retry_After=value), as_json(SERIES))
    fetch("world-bank", GDP)
    assert max(slept) == 1.0


def test_a_long_wait_ends_with_the_time_to_come_back(server, fetch, slept, tmp_path):
    server.answer = in_turn(as_json({"message": "quota used up"}, 429, Retry_After="86400"))
    with pytest.raises(DownloadError) as caught:
        fetch("world-bank", GDP)
    assert caught.value.rule == "busy"
    tomorrow = (datetime.now() + timedelta(days=1)).strftime("%Y-%m-%d")
    assert tomorrow in str(caught.value)
    assert "quota used up" in str(caught.value)
    assert len(server.asked) == 1
    assert not [s for s in slept if s > 1]
    assert nothing_written(tmp_path)


def test_a_site_that_stays_down_is_given_up_after_five_tries(server, fetch, slept):
    server.answer = in_turn(Sent(b"<html><h1>Service\nUnavailable</h1></html>", 503, "text/html"))
    with pytest.raises(DownloadError, match=r"status 503: Service Unavailable\)") as caught:
        fetch("world-bank", GDP)
    assert len(server.asked) == 5
    assert [s for s in slept if s >= 1] == [1.0, 2.0, 4.0, 8.0]
    assert "멈춘 곳부터" in caught.value.message("ko")


def test_a_body_cut_short_is_asked_for_again(server, fetch):
    body = as_json(SERIES).body
    server.answer = in_turn(Sent(body[:40], announced=len(body)), as_json(SERIES))
    assert fetch("world-bank", GDP).sidecar.records == 1
    assert len(server.asked) == 2


def test_a_body_cut_short_without_an_announced_length_is_found_by_its_content(server, fetch, tmp_path):
    body = as_json(SERIES).body
    server.answer = in_turn(Sent(body[:40], announced=None))
    with pytest.raises(DownloadError, match="cut short or broken") as caught:
        fetch("world-bank", GDP)
    assert caught.value.rule == "bad-answer"
    assert len(server.asked) == 5
    assert nothing_written(tmp_path)
    assert not list((tmp_path / "cache").rglob("bodies/*/*"))


def test_a_web_page_instead_of_data_is_no_data(server, fetch):
    server.answer = in_turn(Sent(b"<html><title>Please log in</title>", type="text/html; charset=utf-8"))
    with pytest.raises(DownloadError, match=r"sent text/html instead of application/json; it begins: 'Please log in'"):
        fetch("world-bank", GDP)


@pytest.mark.parametrize(("status", "said"), [(400, "query and the filters"), (403, "a key"), (404, "No such data")])
def test_a_refusal_is_final_and_repeats_the_sites_words(server, fetch, status, said):
    server.answer = in_turn(as_json({"error": "Invalid", "message": "Unknown\u001b[31m field"}, status))
    with pytest.raises(DownloadError, match=said) as caught:
        fetch("world-bank", GDP)
    assert caught.value.rule == "refused"
    assert f"status {status}: Unknown [31m field" in str(caught.value)
    assert len(server.asked) == 1


def test_an_answer_beyond_the_bound_is_not_taken(server, fetch, tmp_path):
    server.answer = in_turn(as_json([{"x": "y" * 5000}]))
    with pytest.raises(DownloadError, match="larger than 0 MiB") as caught:
        fetch("world-bank", GDP, max_bytes=1000)
    assert caught.value.rule == "too-large"
    assert nothing_written(tmp_path)


def test_a_silent_server_is_not_waited_for_for_ever(fetch, slept):
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        pytest.raises(DownloadError, match="broke off or went silent"),
    ):
        fetch("world-bank", GDP, base=f"http://127.0.0.1:{mute.getsockname()[1]}", read_timeout=0.05)
    assert len([s for s in slept if s >= 1]) == 4


def test_without_a_network_one_message_tells_the_way_by_hand_in_both_languages(fetch, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(DownloadError) as caught:
        fetch("oecd", "OECD.SDD.NAD,DSD_NAMAIN1@DF_TABLE1,2.0", base=f"http://127.0.0.1:{port}")
    english, korean = caught.value.message("en"), caught.value.message("ko")
    assert caught.value.rule == "offline"
    for said in (english, korean):
        assert "https://data-explorer.oecd.org/" in said
        assert "majung evidence import" in said
        assert "127.0.0.1" in said
    assert "cannot be reached from this machine" in english
    assert "연결할 수 없습니다" in korean
    assert nothing_written(tmp_path)


def test_a_second_time_comes_from_the_cache_with_the_first_retrieval_date(server, fetch, tmp_path):
    server.answer = in_turn(as_json(SERIES))
    first = fetch("world-bank", GDP)
    for entry in (tmp_path / "cache" / "entries").iterdir():  # as if fetched a week before
        known = json.loads(entry.read_text())
        entry.write_text(json.dumps(known | {"retrieved": "2026-01-02T03:04:05+00:00"}))
    second = fetch("world-bank", GDP)
    assert (first.asked, first.kept, second.asked, second.kept) == (1, 0, 0, 1)
    assert second.sidecar.retrieved == "2026-01-02"
    assert second.sidecar.sha256 == first.sidecar.sha256
    assert len(server.asked) == 1


def test_offline_takes_what_is_kept_and_nothing_else(server, fetch):
    server.answer = in_turn(as_json(SERIES))
    with pytest.raises(DownloadError, match="Not kept on this machine") as caught:
        fetch("world-bank", GDP, offline=True)
    assert caught.value.rule == "not-cached"
    fetch("world-bank", GDP)
    assert fetch("world-bank", GDP, offline=True).unchanged
    assert len(server.asked) == 1


def test_fresh_asks_again(server, fetch):
    newer = [SERIES[0], [SERIES[1][0] | {"value": 2.5}]]
    server.answer = in_turn(as_json(SERIES), as_json(newer))
    old = fetch("world-bank", GDP)
    new = fetch("world-bank", GDP, fresh=True)
    assert old.file != new.file  # nothing that was fetched is overwritten
    assert json.loads(old.file.read_bytes())[1][0]["value"] == 1.5
    assert json.loads(new.file.read_bytes())[1][0]["value"] == 2.5
    assert json.loads(fetch("world-bank", GDP).file.read_bytes())[1][0]["value"] == 2.5


def test_a_kept_answer_that_rotted_is_asked_for_again(server, fetch, tmp_path):
    server.answer = in_turn(as_json(SERIES))
    fetch("world-bank", GDP)
    (body,) = (tmp_path / "cache").rglob("bodies/*/*")
    body.write_bytes(body.read_bytes().replace(b"1.5", b"9.5"))
    done = fetch("world-bank", GDP)
    assert json.loads(done.file.read_bytes())[1][0]["value"] == 1.5
    assert len(server.asked) == 2


def test_a_redirect_is_followed_on_the_same_host_only(server, fetch):
    def answer(asked):
        if "moved" not in asked.params:
            return Sent(status=302, headers={"Location": asked.path + "?moved=1"})
        return as_json(SERIES)

    server.answer = answer
    assert fetch("world-bank", GDP).sidecar.records == 1
    server.answer = in_turn(Sent(status=302, headers={"Location": "https://elsewhere.example/login"}))
    with pytest.raises(DownloadError, match=r"elsewhere\.example") as caught:
        fetch("world-bank", GDP, fresh=True)
    assert caught.value.rule == "refused"


def test_a_circle_of_redirects_ends(server, fetch):
    server.answer = lambda asked: Sent(status=302, headers={"Location": asked.path})
    with pytest.raises(DownloadError, match="redirects in a circle"):
        fetch("world-bank", GDP)


def test_the_rate_limit_holds_within_a_command_and_across_commands(server, fetch, slept):
    server.answer = lambda _: as_json({"count": 0, "data": [], "error": ""})
    for period in ("2019", "2020", "2021"):
        fetch("comtrade", "854231", ("period", period), ("reporterCode", "410"))
    assert len(slept) == 2  # one a second, though each was a download of its own
    assert 0.5 < slept[0] <= 1.0
    assert 1.5 < slept[1] <= 2.0  # nobody really slept in between


def test_an_hourly_limit_that_is_used_up_says_when_to_come_back(server, fetch, tmp_path):
    header = b"DATAFLOW,REF_AREA,TIME_PERIOD,OBS_VALUE\nA:B(1.0),KOR,2020,1\n"
    server.answer = in_turn(Sent(header, type="application/vnd.sdmx.data+csv"))
    now = datetime.now().timestamp()
    pace = tmp_path / "cache" / "pace" / f"127.0.0.1_{server.url.rsplit(':', 1)[1]}.json"
    pace.parent.mkdir(parents=True)
    pace.write_text(json.dumps([now - 1800] * 60))
    with pytest.raises(DownloadError, match="60 downloads in 60 minutes") as caught:
        fetch("oecd", "A,B,1.0")
    said = datetime.fromisoformat(re.search(r"after (\S+ \S+):", str(caught.value))[1])
    assert abs((said - datetime.fromtimestamp(now + 1800)).total_seconds()) <= 120
    assert not server.asked
    pace.write_text(json.dumps([now - 3601] * 60))
    assert fetch("oecd", "A,B,1.0").asked == 1


def test_a_broken_pace_file_counts_as_empty(server, fetch, tmp_path):
    server.answer = in_turn(as_json(SERIES))
    fetch("world-bank", GDP)
    (pace,) = (tmp_path / "cache" / "pace").iterdir()
    pace.write_text("[[")
    assert fetch("world-bank", GDP, fresh=True).asked == 1
    assert isinstance(json.loads(pace.read_text()), list)


def test_key_and_mail_are_sent_and_written_nowhere(server, fetch, tmp_path):
    server.answer = in_turn(as_json({"meta": {"count": 0, "next_cursor": None}, "results": []}))
    done = fetch("openalex", "quantum", mail="someone@example.org", key="very-secret")
    assert server.asked[0].params["mailto"] == "someone@example.org"
    assert server.asked[0].params["api_key"] == "very-secret"
    written = [p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()]
    assert written
    assert not [w for w in written if b"secret" in w or b"someone" in w]
    assert "secret" not in repr(done)
    server.answer = in_turn(as_json({"message": "no"}, 403))
    with pytest.raises(DownloadError) as caught:
        fetch("openalex", "other", mail="someone@example.org", key="very-secret")
    assert "secret" not in caught.value.message("en") + caught.value.message("ko")


@pytest.mark.parametrize("option", ["into", "cache"])
def test_a_folder_that_cannot_be_written_is_named(server, fetch, tmp_path, option):
    server.answer = in_turn(as_json(SERIES))
    (tmp_path / "file").write_text("")
    with pytest.raises(DownloadError, match=r"file.*cannot be written") as caught:
        fetch("world-bank", GDP, **{option: tmp_path / "file" / "folder"})
    assert caught.value.rule == "disk"
    assert nothing_written(tmp_path)


def test_an_error_survives_pickling_and_changes_language():
    error = DownloadError("busy", {"en": "a", "ko": "가"}, {"en": "b", "ko": "나"})
    back = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (str(back), str(back.in_language("ko")), back.rule) == ("a\nb", "가\n나", "busy")


@pytest.mark.parametrize("base", ["api.openalex.org", "ftp://x", "file:///etc/passwd", "https://"])
def test_a_base_that_is_no_web_address(fetch, base):
    with pytest.raises(DownloadError, match="is not a web address"):
        fetch("world-bank", GDP, base=base)


def test_without_httpx_the_extra_is_named_and_the_rest_works(tmp_path):
    script = """
import sys
sys.modules["httpx"] = None
import majung.evidence.clients as clients
try:
    clients.download("world-bank", clients.Query("X"), sys.argv[1], cache=sys.argv[1])
except clients.DownloadError as error:
    print(error.rule, "majung[clients]" in str(error))
"""
    source = {"PYTHONPATH": str(Path(majung.__file__).parents[1])}
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | source)
    assert done.stdout.split() == ["missing-extra", "True"]
