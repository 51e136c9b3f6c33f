"""What was downloaded is imported with the source, day and licence of the download."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.engine.works import read_works, write_works
from loopback import Asked, Sent, Server, as_json
from majung.evidence import open_package
from majung.evidence.clients import Query, download
from majung.evidence.importers import SourceFacts, import_files

pytest.importorskip("httpx", reason="downloads need the extra clients")

HEAD = {"page": 1, "pages": 1, "per_page": 1000, "total": 2, "sourceid": "2", "lastupdated": "2026-07-13"}
ROWS = [
    {
        "indicator": {"id": "NV.IND.MANF.CD", "value": "Manufacturing, value added (current US$)"},
        "country": {"id": "KR", "value": "Korea, Rep."},
        "countryiso3code": "KOR",
        "date": year,
        "value": value,
    }
    for year, value in (("2020", 405.5), ("2019", 417))
]
CSV = (
    "DATAFLOW,FREQ,REF_AREA,ACTIVITY,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT\n"
    "OECD.SDD.NAD:DSD@DF_TABLE6(2.0),A,KOR,C26,USD,2019,135.5,A,9\n"
)


TRADE = {
    "typeCode": "C",
    "freqCode": "A",
    "refYear": 2021,
    "period": "2021",
    "reporterCode": 410,
    "reporterISO": "KOR",
    "flowCode": "X",
    "partnerCode": 842,
    "partnerISO": "USA",
    "partner2Code": 0,
    "classificationCode": "H6",
    "cmdCode": "854231",
    "cmdDesc": "Processors",
    "customsCode": "C00",
    "motCode": 0,
    "netWgt": 12.5,
    "primaryValue": 1000.5,
}


WORKS: list[dict[str, object]] = []
"""What the OpenAlex server has; set by the test."""


def answer(asked: Asked) -> Sent:
    if asked.path == "/works":
        start = 0 if asked.params["cursor"] == "*" else int(asked.params["cursor"])
        page = [
            {name: WORKS[n].get(name) for name in asked.params["select"].split(",")} for n in range(start, len(WORKS))
        ]
        page = page[: int(asked.params["per_page"])]
        following = str(start + len(page)) if page else None
        return as_json({"meta": {"count": len(WORKS), "next_cursor": following}, "results": page})
    if asked.path.startswith("/public/v1/preview"):
        return as_json({"elapsedTime": "0.1 secs", "count": 1, "data": [TRADE], "error": ""})
    if asked.path.startswith("/v2/country"):
        return as_json([HEAD, ROWS])
    return Sent(CSV.encode(), type="application/vnd.sdmx.data+csv")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    one = Server()
    one.answer = answer
    yield one
    one.close()


@pytest.mark.parametrize(
    ("source", "query", "format_", "rows", "edition"),
    [
        (
            "world-bank",
            "NV.IND.MANF.CD",
            "world-bank",
            [["KOR", "all", 2020, 405.5], ["KOR", "all", 2019, 417.0]],
            "last updated 2026-07-13",
        ),
        ("oecd", "OECD.SDD.NAD,DSD@DF_TABLE6,2.0", "sdmx-csv", [["KOR", "C26", 2019, 135.5e9]], "as of"),
    ],
)
def test_from_the_site_to_the_package(server, tmp_path: Path, source, query, format_, rows, edition) -> None:
    done = download(source, Query(query), tmp_path / "raw", cache=tmp_path / "cache", base=server.url)
    into = tmp_path / "package"
    import_files(format_, [tmp_path / "raw"], into, source=SourceFacts(id="it"), options={"table": "value_added"})
    package = open_package(into)
    found = package.tables["value_added"][["country", "code", "year", "value"]].to_numpy().tolist()
    assert found == rows
    known = package.source("it")
    assert known.license == "CC BY 4.0"
    assert known.retrieved == datetime.now(UTC).date()
    assert known.url == done.sidecar.url
    assert known.edition.startswith(edition)
    assert known.citation == done.sidecar.citation


def test_what_comtrades_preview_sends_is_what_its_importer_reads(server, tmp_path: Path) -> None:
    asked = Query("854231", (("period", "2021"), ("reporterCode", "410")))
    download("comtrade", asked, tmp_path / "raw", cache=tmp_path / "cache", base=server.url)
    import_files("comtrade", [tmp_path / "raw"], tmp_path / "package")
    package = open_package(tmp_path / "package")
    rows = package.tables["trade"]
    found = rows[["country", "partner", "flow", "code", "year", "value"]].to_numpy().tolist()
    assert ["KOR", "USA", "exports", "854231", 2021, 1000.5] in found
    assert "permission" in package.source("comtrade").license_note


def test_openalex_works_of_the_interface_count_as_those_of_the_snapshot(server, tmp_path: Path) -> None:
    (tmp_path / "snapshot").mkdir()
    snapshot = write_works(tmp_path / "snapshot", works=250, files=2, seed=4)
    WORKS[:] = list(read_works(snapshot))
    download("openalex", Query("x"), tmp_path / "raw", cache=tmp_path / "cache", base=server.url)
    found = []
    for name, files in (("from-api", [tmp_path / "raw"]), ("from-snapshot", snapshot)):
        import_files("openalex-works", files, tmp_path / name, source=SourceFacts(id="works"))
        rows = open_package(tmp_path / name).tables["publications"]
        key = ["country", "classification", "code", "year", "measure", "value"]
        found.append(rows[key].sort_values(key).to_numpy().tolist())
    assert found[0] == found[1]
    assert open_package(tmp_path / "from-api").source("works").license == "CC0-1.0"
