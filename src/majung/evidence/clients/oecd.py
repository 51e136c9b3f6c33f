"""OECD: data of a dataflow from the SDMX interface at sdmx.oecd.org, as SDMX-CSV or SDMX-JSON.

Documented parameters (oecd.org, data explainers "API" 2024/09 and "API best practices and recommendations" 2024/11,
read 2026-11-25):

- `GET /public/rest/data/{agency},{dataset},{version}/{key}?startPeriod=&endPeriod=&dimensionAtObservation=AllDimensions
  &format=csvfile`; the key has one place a dimension, with `.` between them and `+` between values, empty = all; `all`
  for everything; the version may be left empty for the latest.
- `format`: `csvfile` (SDMX-CSV, codes), `csvfilewithlabels`, `jsondata`. Also `lastNObservations`,
  `firstNObservations`, `updatedAfter`.
- 60 downloads an hour at most (20 in the edition of November 2024); no VPN; results are to be kept locally. No records:
  404 `NoRecordsFound`.

The raw file is the answer as it came.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO

from majung.evidence.clients.failures import BadAnswerError, DownloadError
from majung.evidence.clients.http import Fetcher
from majung.evidence.clients.query import Progress, Query
from majung.evidence.clients.reply import Reply, json_of
from majung.evidence.clients.site import Limit, Site
from majung.evidence.problems import text

SITE = Site(
    id="oecd",
    title="OECD Data Explorer",
    publisher="OECD",
    base="https://sdmx.oecd.org",
    limits=(Limit(20, 60.0), Limit(60, 3600.0)),
    licence="CC BY 4.0",
    licence_note=(
        "OECD terms and conditions (since July 2024): data is CC BY 4.0 unless the data set states otherwise; parts"
        " that belong to others are named there."
    ),
    citation="OECD Data Explorer, OECD, Paris.",
    manual="https://data-explorer.oecd.org/",
    manual_steps=text(
        "Choose the data set and filters there, then Download, 'Filtered data in tabular text (CSV)'. Then: majung"
        " evidence import sdmx-csv FILE.csv --into PACKAGE --license 'CC BY 4.0' --option table=value_added",
        "그곳에서 자료와 조건을 고르고 Download의 'Filtered data in tabular text (CSV)'를 받으십시오. 다음: majung"
        " evidence import sdmx-csv 파일.csv --into 묶음 --license 'CC BY 4.0' --option table=value_added",
    ),
    importer={".csv": "sdmx-csv --option table=value_added", ".json": "sdmx-json --option table=value_added"},
    max_bytes=2**30,
)

FORMATS = {
    "csv": ("csvfile", (
        "application/vnd.sdmx.data+csv", "text/csv", "application/csv", "application/octet-stream"), ".csv"),
    "csv-labels": ("csvfilewithlabels", (
        "application/vnd.sdmx.data+csv", "text/csv", "application/csv", "application/octet-stream"), ".csv"),
    "json": ("jsondata", ("application/vnd.sdmx.data+json", "application/json"), ".json"),
}  # fmt: skip
FILTERS = (
    "key", "format", "startPeriod", "endPeriod", "lastNObservations", "firstNObservations", "updatedAfter",
    "dimensionAtObservation",
)  # fmt: skip
_FLOW = re.compile(r"[A-Za-z][A-Za-z0-9._-]*,[A-Za-z0-9_@$.-]+(?:,[0-9.]*)?")
_KEY = re.compile(r"[A-Za-z0-9_@$.+-]+")
_PART = 64 * 1024


def fetch(query: Query, fetcher: Fetcher, out: IO[bytes], progress: Callable[[Progress], None]) -> Reply:
    """Write the data. `query.query`: agency,dataset[,version]; filters: `key` (default all), `format` (csv, csv-labels,
    json), `startPeriod`, `endPeriod` and the others named above. Raises DownloadError."""
    chosen = query.only(FILTERS)
    flow, key, wanted = query.query.strip(), chosen.pop("key", "all"), chosen.pop("format", "csv")
    _check_query(flow, key, wanted)
    name, types, suffix = FORMATS[wanted]
    params = {"dimensionAtObservation": "AllDimensions", **chosen, "format": name}
    answer = fetcher.get(
        f"/public/rest/data/{flow}/{key}",
        params,
        types=types,
        check=_check_json if suffix == ".json" else _check_csv,
        received=lambda size: progress(Progress(size, None, "bytes")),
    )
    with answer.path.open("rb") as stream:
        shutil.copyfileobj(stream, out)
    return Reply((answer,), suffix, None)


def _check_query(flow: str, key: str, wanted: str) -> None:
    if not _FLOW.fullmatch(flow):
        raise DownloadError(
            "bad-query",
            text(f"'{flow}' does not name a dataflow.", f"'{flow}'은(는) 자료 흐름(dataflow) 이름이 아닙니다."),
            text(
                "Give --query AGENCY,DATASET,VERSION as the Developer API button of data-explorer.oecd.org shows it,"
                " e.g. OECD.SDD.NAD,DSD_NAMAIN1@DF_TABLE1,2.0",
                "data-explorer.oecd.org의 Developer API 단추가 보여 주는 대로 --query 기관,자료,판을 적으십시오."
                " 예: OECD.SDD.NAD,DSD_NAMAIN1@DF_TABLE1,2.0",
            ),
        )
    if not _KEY.fullmatch(key):
        raise DownloadError(
            "bad-query",
            text(f"'{key}' is no SDMX key.", f"'{key}'은(는) SDMX 키가 아닙니다."),
            text(
                "Write --filter key=A.KOR+JPN..., one place a dimension.", "--filter key=A.KOR+JPN...처럼 적으십시오."
            ),
        )
    if wanted not in FORMATS:
        raise DownloadError(
            "bad-query",
            text(f"There is no format '{wanted}'.", f"'{wanted}' 형식은 없습니다."),
            text(f"Write one of {', '.join(FORMATS)}.", f"다음 가운데 하나: {', '.join(FORMATS)}."),
        )


def _check_csv(place: Path) -> None:
    """The header of SDMX-CSV 1.0 begins with DATAFLOW, that of 2.0 with STRUCTURE; the last line is whole."""
    with place.open("rb") as stream:
        first = stream.readline(_PART)
        stream.seek(max(0, place.stat().st_size - _PART))
        last = stream.read().rsplit(b"\n", 1)[-1]
    columns = _cells(first)
    if not columns[0].startswith(("DATAFLOW", "STRUCTURE")) or not any("OBS_VALUE" in name for name in columns):
        raise BadAnswerError(text("sent no SDMX-CSV", "SDMX-CSV가 아닌 응답을 보냈습니다"))
    if last and len(_cells(last)) < len(columns):
        raise BadAnswerError(text("sent SDMX-CSV that is cut short", "잘린 SDMX-CSV를 보냈습니다"))


def _cells(line: bytes) -> list[str]:
    return next(csv.reader([line.decode("utf-8-sig", errors="replace")])) or [""]


def _check_json(place: Path) -> None:
    page = json_of(place)
    if not isinstance(page, dict) or not isinstance(page.get("data"), dict) or "dataSets" not in page["data"]:
        raise BadAnswerError(text("sent no SDMX-JSON", "SDMX-JSON이 아닌 응답을 보냈습니다"))
