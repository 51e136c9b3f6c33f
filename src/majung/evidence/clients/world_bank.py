"""World Bank Indicators API, version 2: series by country and year, paged JSON.

Documented parameters (datahelpdesk.worldbank.org, articles 889392 "About the Indicators API" and 898581 "Basic call
structures", read 2026-11-25):

- `GET /v2/country/{all|KOR;USA}/indicator/{CODE[;CODE]}?format=json&per_page=...&page=...&date=2000:2020`; several
  indicators (60 at most) need `source=`; also `mrv`, `mrnev`, `gapfill`, `frequency`, `footnote`. Default 50 a page.
- The answer is `[{"page", "pages", "per_page", "total", "sourceid", "lastupdated"}, [rows]]`, a row
  `{"indicator": {"id", "value"}, "country": {"id", "value"}, "countryiso3code", "date", "value", "unit",
  "obs_status", "decimal"}`. A wrong code is answered with status 200 and `[{"message": [{"id", "key", "value"}]}]`.

The raw file is one JSON document of the same form, as if it had been one page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from majung.evidence.clients.cache import Answer
from majung.evidence.clients.failures import BadAnswerError, DownloadError, plain
from majung.evidence.clients.http import Fetcher
from majung.evidence.clients.query import Progress, Query
from majung.evidence.clients.reply import Reply, json_of
from majung.evidence.clients.site import Limit, Site
from majung.evidence.problems import text

SITE = Site(
    id="world-bank",
    title="World Bank",
    publisher="The World Bank",
    base="https://api.worldbank.org",
    limits=(Limit(5, 1.0),),
    licence="CC BY 4.0",
    licence_note=(
        "World Bank terms of use for datasets; some indicators come from others and name their own terms in the"
        " indicator's metadata."
    ),
    citation="The World Bank, World Development Indicators and other databases, Indicators API.",
    manual="https://data.worldbank.org/indicator",
    manual_steps=text(
        "Open the indicator there, choose Download, CSV. Then: majung evidence import world-bank API_....zip"
        " --into PACKAGE --option table=market",
        "그곳에서 지표를 열고 Download의 CSV를 받으십시오. 다음: majung evidence import world-bank API_....zip"
        " --into 묶음 --option table=market",
    ),
    importer={".json": "world-bank --option table=market"},
)

PER_PAGE = 1000
FILTERS = ("country", "date", "source", "mrv", "mrnev", "gapfill", "frequency", "footnote")
_CODE = re.compile(r"[A-Za-z0-9_.]+(?:;[A-Za-z0-9_.]+)*")
MOST_INDICATORS = 60


def fetch(query: Query, fetcher: Fetcher, out: IO[bytes], progress: Callable[[Progress], None]) -> Reply:
    """Write the series as JSON. `query.query`: indicator codes with `,` between them; filters: `country` (default all),
    `date` (2000:2020), `source` and the others named above. Raises DownloadError."""
    chosen = query.only(FILTERS)
    indicators = query.query.strip().replace(",", ";")  # a comma needs no quotes in a shell
    countries = chosen.pop("country", "all").replace(",", ";")
    _check_query(indicators, countries, chosen)
    path = f"/v2/country/{countries}/indicator/{indicators}"
    params = {"format": "json", **chosen, "per_page": str(PER_PAGE)}
    answers: list[Answer] = []
    head: dict[str, Any] = {}
    rows: list[Any] = []
    number, pages = 1, 1
    while number <= pages:
        answer = fetcher.get(path, {**params, "page": str(number)}, check=_check)
        answers.append(answer)
        page_head, page_rows = json_of(answer.path)
        if number == 1:
            head, pages = page_head, page_head["pages"]
            _not_too_many(head["total"], query.limit)
        elif any(page_head.get(name) != head.get(name) for name in ("pages", "total", "lastupdated")):
            raise _changed()
        rows += page_rows or []
        progress(Progress(len(rows), head["total"]))
        number += 1
    if len(rows) != head["total"]:
        raise _changed()
    whole = [{**head, "page": 1, "pages": 1, "per_page": len(rows)}, rows]
    out.write(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    updated = head.get("lastupdated")
    return Reply(tuple(answers), ".json", len(rows), edition=f"last updated {updated}" if updated else "")


def _check_query(indicators: str, countries: str, chosen: dict[str, str]) -> None:
    several = indicators.count(";") + 1
    if not _CODE.fullmatch(indicators) or several > MOST_INDICATORS:
        raise DownloadError(
            "bad-query",
            text(
                f"'{indicators}' is no indicator code of the World Bank.", f"'{indicators}'은(는) 지표 코드가 아닙니다."
            ),
            text(
                f"Give --query NY.GDP.MKTP.CD, or up to {MOST_INDICATORS} codes with ',' between them.",
                f"--query NY.GDP.MKTP.CD처럼, 여럿이면 ','로 이어 {MOST_INDICATORS}개까지 적으십시오.",
            ),
        )
    if not _CODE.fullmatch(countries):
        raise DownloadError(
            "bad-query",
            text(f"'{countries}' is no list of countries.", f"'{countries}'은(는) 국가 목록이 아닙니다."),
            text("Write --filter country=KOR,JPN or leave it out for all.", "--filter country=KOR,JPN처럼 적으십시오."),
        )
    if several > 1 and "source" not in chosen:
        raise DownloadError(
            "bad-query",
            text("Several indicators need the number of their database.", "지표가 여럿이면 자료원 번호가 필요합니다."),
            text(
                "Add --filter source=2 (World Development Indicators).",
                "--filter source=2(세계개발지표)를 더하십시오.",
            ),
        )


def _check(place: Path) -> None:
    page = json_of(place)
    if isinstance(page, list) and page and isinstance(page[0], dict) and "message" in page[0]:
        told = page[0]["message"]
        words = plain("; ".join(f"{m.get('key', '')}: {m.get('value', '')}" for m in told if isinstance(m, dict)))
        raise DownloadError(
            "refused",
            text(f"The World Bank refuses the query ({words}).", f"세계은행이 질의를 거절했습니다({words})."),
            text(
                "Check the indicator's code on data.worldbank.org, the countries and the years.",
                "data.worldbank.org에서 지표 코드를, 그리고 국가와 연도를 확인하십시오.",
            ),
        )
    wrong = BadAnswerError(text("sent no page of observations", "관측값 쪽이 아닌 응답을 보냈습니다"))
    if not isinstance(page, list) or len(page) != 2 or not isinstance(page[0], dict):
        raise wrong
    head, rows = page
    if not isinstance(rows, list | None) or not all(isinstance(row, dict) for row in rows or []):
        raise wrong
    if not all(isinstance(head.get(name), int) for name in ("page", "pages", "total")):
        raise wrong


def _not_too_many(total: int, limit: int) -> None:
    if total > limit:
        raise DownloadError(
            "too-large",
            text(
                f"{total:,} observations fit this query; at most {limit:,} are taken.",
                f"조건에 맞는 관측값이 {total:,}건입니다. 한 번에 {limit:,}건까지 받습니다.",
            ),
            text("Narrow the countries or years, or raise --limit.", "국가나 연도를 좁히거나 --limit을 높이십시오."),
        )


def _changed() -> DownloadError:
    return DownloadError(
        "changed",
        text(
            "The World Bank updated the series while its pages were fetched (or some are kept from before).",
            "쪽을 받는 사이 세계은행이 자료를 갱신했습니다(또는 전에 받아 둔 쪽이 섞였습니다).",
        ),
        text("Run it again with --fresh.", "--fresh를 붙여 다시 실행하십시오."),
    )
