"""Official concordances from their publishers: a server on this machine stands in their place."""

from __future__ import annotations

import hashlib
import shlex
import socket
import tomllib
from urllib.parse import unquote, urlsplit

import openpyxl
import pytest
from typer.testing import CliRunner

from loopback import Sent, Server
from majung.cli.app import app
from majung.evidence.clients import DownloadError
from majung.evidence.crosswalks import (
    LAYOUTS,
    catalogue,
    fetch_official,
    find_concordance,
    kept,
    read_concordance,
)
from majung.methods.labelled import InputError
from old_excel import write_xls

pytest.importorskip("httpx", reason="downloads need the extra clients")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ROWS = [
    ("HS 2017", "HS 2012", "Relationship"), ("010121", "010121", "1:1"), ("854140", "854140", "1:n"),
    ("854140", "854190", "1:n"),
]  # fmt: skip
HS = "/unsd/classifications/Econ/tables/HS2017toHS2012ConversionAndCorrelationTables.xlsx"


@pytest.fixture
def server(monkeypatch, tmp_path):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("MAJUNG_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    one = Server()
    yield one
    one.close()


@pytest.fixture
def workbook(tmp_path):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(tmp_path / "sent.xlsx")
    return (tmp_path / "sent.xlsx").read_bytes()


@pytest.fixture
def fetch(server):
    return lambda id_, **options: fetch_official(
        id_, "concordances", **({"base": server.url, "sleep": lambda _: None} | options)
    )


def test_one_call_brings_the_table_with_address_day_and_hash(server, workbook, fetch):
    server.answer = lambda asked: Sent(workbook, type=XLSX) if asked.path == HS else Sent(status=404)
    with pytest.raises(InputError, match="bring it: majung evidence crosswalk-fetch hs2017-hs2012"):
        find_concordance("hs2017-hs2012")
    done = fetch("hs2017-hs2012")
    assert done.file.read_bytes() == workbook
    one = find_concordance("hs2017-hs2012")
    assert one == done.concordance == kept()["hs2017-hs2012"]
    assert [(k.code_from, k.code_to, k.note) for k in one.links] == ROWS[1:]
    assert one.split_codes() == ("854140",)
    assert (one.source, one.target) == ("hs2017", "hs2012")
    assert one.url == server.url + HS
    assert one.sha256 == hashlib.sha256(workbook).hexdigest()
    assert one.retrieved == done.answer.retrieved.date().isoformat()
    assert "no right to redistribute" in one.licence
    assert "UN Statistics Division" in one.citation
    assert one.retrieved in one.citation
    fetch("hs2017-hs2012")
    assert len(server.asked) == 1  # kept from before
    fetch("hs2017-hs2012", fresh=True)
    assert len(server.asked) == 2
    fetch("hs2017-hs2012", offline=True)
    with pytest.raises(DownloadError, match="Not kept on this machine"):
        fetch("hs2022-hs2017", offline=True)


def test_an_old_workbook_and_a_text_file(server, fetch, tmp_path):
    cells = {(r, c): cell for r, row in enumerate([("HS 2012", "HS 2007", "Relationship"), *ROWS[1:]])
             for c, cell in enumerate(row)}  # fmt: skip
    old = write_xls(tmp_path / "sent.xls", {"Conversion": {(0, 0): "From"}, "Correlation": cells}).read_bytes()
    text = b'"ISIC4code","partialISIC4","ISIC31code","partialISIC31","Detail"\n"0111",0,"0111",1,""\n'
    server.answer = lambda asked: Sent(old, type=XLS) if asked.path.endswith(".xls") else Sent(text, type="text/plain")
    assert [(k.code_from, k.code_to) for k in fetch("hs2012-hs2007").concordance.links] == [r[:2] for r in ROWS[1:]]
    assert unquote(server.asked[0].path).endswith("/HS 2012 to HS 2007 Correlation and conversion tables.xls")
    assert [(k.code_from, k.code_to) for k in fetch("isic4-isic31").concordance.links] == [("0111", "0111")]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (Sent(b"<html>Please log in</html>", type="text/html"), "sent text/html instead of"),
        (Sent(b"<html>Please log in</html>", type=XLSX), "sent no .xlsx file"),
        (Sent(b"", type=XLSX), "sent no .xlsx file"),
        (Sent(b"PK\x03\x04" + bytes(33 << 20), type=XLSX), "larger than 32 MiB"),
        (Sent(b"PK\x03\x04", type=XLSX, announced=900), "broke off"),
    ],
)
def test_what_is_not_the_file_is_an_error_and_leaves_nothing(server, fetch, tmp_path, sent, said):
    server.answer = lambda _: sent
    with pytest.raises(DownloadError, match=said):
        fetch("hs2017-hs2012")
    assert not list((tmp_path / "concordances").iterdir())


def test_a_damaged_file_or_one_laid_out_otherwise_is_named_and_no_concordance_is_written(
    server, fetch, workbook, tmp_path
):
    server.answer = lambda _: Sent(workbook[:-40] + bytes(40), type=XLSX)
    with pytest.raises(InputError, match=r"hs2017-hs2012\.xlsx"):
        fetch("hs2017-hs2012")
    assert not kept()
    book = openpyxl.Workbook()
    book.active.append(["HS, newest", "HS, older"])
    book.save(tmp_path / "other.xlsx")
    server.answer = lambda _: Sent((tmp_path / "other.xlsx").read_bytes(), type=XLSX)
    with pytest.raises(InputError, match=r"Sheet: HS, newest, HS, older\); name the columns"):
        fetch("hs2017-hs2012", fresh=True)
    assert not kept()
    assert openpyxl.load_workbook("concordances/hs2017-hs2012.xlsx").active["A1"].value == "HS, newest"


def test_a_file_that_moved_ends_with_the_command_for_the_way_by_hand(server, fetch, workbook, tmp_path):
    """The command that the message shows, run as shown with the file a person downloaded, gives the same links."""
    with pytest.raises(DownloadError) as moved:
        fetch("hs2017-hs2012")
    assert "https://unstats.un.org/unsd/classifications/Econ\n" in str(moved.value)
    assert moved.value.in_language("ko").message("ko").count("직접 내려받기: https://unstats.un.org") == 1
    command = str(moved.value).rsplit("Then: majung ", 1)[1]
    (tmp_path / "HS2017toHS2012ConversionAndCorrelationTables.xlsx").write_bytes(workbook)
    done = CliRunner().invoke(app, shlex.split(command))
    assert done.exit_code == 0, done.output
    one = find_concordance("hs2017-hs2012")
    assert [(k.code_from, k.code_to, k.note) for k in one.links] == ROWS[1:]
    assert (one.licence, one.source) == (catalogue()["hs2017-hs2012"].terms, "hs2017")


@pytest.mark.parametrize(("lang", "said"), [("en", "By hand: "), ("ko", "직접 내려받기: ")])
def test_without_a_network_the_address_of_the_file_and_the_command(server, fetch, lang, said):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nowhere = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with pytest.raises(DownloadError) as offline:
        fetch("isic4-isic31", base=nowhere)
    message = offline.value.message(lang)
    assert offline.value.rule == "offline"
    assert said + catalogue()["isic4-isic31"].url in message
    assert "majung evidence crosswalk-read ISIC4_ISIC31.txt --layout unsd --id isic4-isic31" in message


def test_a_table_without_an_address_an_unknown_one_and_one_that_is_published_the_other_way(server, fetch):
    with pytest.raises(DownloadError, match=r"(?s)No address is known.*kssc\.kostat\.go\.kr.*--id ksic11-isic4"):
        fetch("ksic11-isic4")
    with pytest.raises(DownloadError, match="Write 'hs2022-hs2017'"):
        fetch("hs2022-hs2018")
    for look_up, error in ((fetch, DownloadError), (find_concordance, InputError)):
        with pytest.raises(error, match=r"hs2017-hs2012.*--backwards"):
            look_up("hs2012-hs2017")
    assert not server.asked


def test_the_catalogue_is_sound():
    known = catalogue()
    years = (2022, 2017, 2012, 2007, 2002, 1996, 1992)
    pairs = {f"hs{a}-hs{b}" for i, a in enumerate(years) for b in years[i + 1 :]}
    assert {id_ for id_ in known if id_.startswith("hs")} == pairs
    urls = [one.url for one in known.values() if one.url]
    assert len(urls) == len(set(urls))
    for one in known.values():
        assert one.layout in {"", *LAYOUTS}
        assert one.terms
        assert urlsplit(one.page).scheme == "https"
        assert not one.url or (urlsplit(one.url).netloc and one.suffix in {".xlsx", ".xls", ".txt"})
        assert find_or_none(one.id) is None  # none of them is shipped: their publishers' terms stand against it


def find_or_none(id_):
    try:
        return find_concordance(id_)
    except InputError:
        return None


def test_the_commands_say_what_they_did_and_what_there_is(server, workbook, tmp_path):
    server.answer = lambda _: Sent(workbook, type=XLSX)

    def run(*words):
        return CliRunner(env={"COLUMNS": "300"}).invoke(app, ["evidence", *words])

    done = run("crosswalk-fetch", "hs2017-hs2012", "--base-url", server.url, "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "concordances/hs2017-hs2012.toml: 3 links; 1 codes go to several" in done.output
    assert "terms: United Nations terms of use" in done.output
    unread = run("crosswalk-fetch", "ksic11-ksic10", "--base-url", server.url, "--lang", "ko")
    assert "열 이름을 보고 적으십시오: majung evidence crosswalk-read concordances/ksic11-ksic10.xlsx" in unread.output
    here, fetched, by_hand = run("crosswalks", "--lang", "ko").output.split("\n\n")
    assert "보관" in next(line for line in here.splitlines() if line.startswith("hs2017-hs2012"))
    assert "함께 제공" in next(line for line in here.splitlines() if line.startswith("nace2-isic4"))
    assert "hs2022-hs2017" in fetched
    assert "hs2017-hs2012" not in fetched
    assert "United Nations terms of use" in fetched
    assert "ksic11-isic4" in by_hand
    head = tomllib.loads((tmp_path / "concordances/hs2017-hs2012.toml").read_text())
    assert head["sha256"] == hashlib.sha256(workbook).hexdigest()
    assert read_concordance(tmp_path / "concordances/hs2017-hs2012.toml").retrieved == head["retrieved"]
