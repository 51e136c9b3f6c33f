"""UN Comtrade, public preview: trade flows without a key, 500 records a request.

Documented parameters (uncomtrade.org, help centre "What is data preview?" and "UN Comtrade API", read 2026-11-25; the
publisher's own client comtradeapicall 1.3.2, MIT, for their spelling):

- `GET /public/v1/preview/{C|S}/{A|M}/{HS|...}?reporterCode=&period=&cmdCode=&flowCode=&partnerCode=&partner2Code=
  &customsCode=&motCode=&maxRecords=500&includeDesc=true`; codes are the UN's numbers (Korea 410), several with `,`
  between them; `partnerCode=0` is the world; a parameter left out means all.
- The answer is `{"elapsedTime", "count", "data": [{"period", "reporterCode", "reporterISO", "flowCode", "partnerCode",
  "partnerISO", "classificationCode", "cmdCode", "primaryValue", ...}], "error"}`; at most 500 records, and nothing says
  that there are more. So an answer of 500 is taken as cut off: the request is halved (by period, reporter, flow,
  commodity, partner) until every part is whole, and refused if it cannot be halved further.
- 429 with Retry-After when asked too fast ("Rate limit is exceeded. Try again in 2 seconds."); here: one a second.

The raw file is one JSON document of the same form with the records of all parts.
"""

from __future__ import annotations

import json
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
    id="comtrade",
    title="UN Comtrade",
    publisher="United Nations Statistics Division",
    base="https://comtradeapi.un.org",
    limits=(Limit(1, 1.0),),
    licence="UN Comtrade policy on use and re-dissemination",
    licence_note=(
        "For internal use; passing data on needs the permission of the UN Statistics Division"
        " (uncomtrade.org/docs/policy-on-use-and-re-dissemination)."
    ),
    citation="United Nations, UN Comtrade Database.",
    manual="https://comtradeplus.un.org/TradeFlow",
    manual_steps=text(
        "Choose commodities, years, reporters and partners there, Preview, Download CSV. Then: majung evidence import"
        " comtrade TradeData.csv --into PACKAGE",
        "그곳에서 품목, 연도, 보고국, 상대국을 골라 Preview 다음 Download CSV를 받으십시오."
        " 다음: majung evidence import comtrade TradeData.csv --into 묶음",
    ),
    importer={".json": "comtrade"},
)

MOST = 500
MOST_REQUESTS = 200
"""Requests of one download: beyond it a file of the site's bulk service is the better way."""
HALVED = ("period", "reporterCode", "flowCode", "cmdCode", "partnerCode")
FILTERS = (*HALVED, "partner2Code", "customsCode", "motCode", "type", "freq", "classification", "aggregateBy",
           "breakdownMode", "includeDesc")  # fmt: skip


def fetch(query: Query, fetcher: Fetcher, out: IO[bytes], progress: Callable[[Progress], None]) -> Reply:
    """Write the records as JSON. `query.query`: commodity codes with `,` between them (also as filter `cmdCode`);
    filters: `period` and `reporterCode` (both needed) and the others named above. Raises DownloadError."""
    chosen = query.only(FILTERS)
    if query.query:
        chosen.setdefault("cmdCode", query.query.strip())
    for name in ("period", "reporterCode", "cmdCode"):
        if not chosen.get(name):
            raise DownloadError(
                "bad-query",
                text(f"'{name}' is missing.", f"'{name}'이(가) 없습니다."),
                text(
                    "Give --query 854231,854232 --filter period=2021,2022 --filter reporterCode=410",
                    "--query 854231,854232 --filter period=2021,2022 --filter reporterCode=410처럼 주십시오.",
                ),
            )
    kind = "/".join((chosen.pop("type", "C"), chosen.pop("freq", "A"), chosen.pop("classification", "HS")))
    path = f"/public/v1/preview/{kind}"
    open_parts = [{"maxRecords": str(MOST), "includeDesc": "true", **chosen}]
    answers: list[Answer] = []
    records: list[Any] = []
    while open_parts:
        part = open_parts.pop()
        if len(answers) >= MOST_REQUESTS:
            raise _too_many()
        answer = fetcher.get(path, part, check=_check)
        answers.append(answer)
        found = json_of(answer.path)["data"]
        if len(found) >= MOST:
            open_parts += reversed(_halves(part))
            continue
        records += found
        if len(records) > query.limit:
            raise _too_many()
        progress(Progress(len(records), None))
    whole = {"count": len(records), "data": records, "error": ""}
    out.write(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return Reply(tuple(answers), ".json", len(records))


def _halves(part: dict[str, str]) -> list[dict[str, str]]:
    """The same request in two, along the first list that has more than one value."""
    for name in HALVED:
        values = part.get(name, "").split(",")
        if len(values) > 1:
            middle = len(values) // 2
            return [{**part, name: ",".join(half)} for half in (values[:middle], values[middle:])]
    shown = ", ".join(f"{name}={part[name]}" for name in HALVED if name in part)
    raise DownloadError(
        "too-large",
        text(
            f"UN Comtrade's preview gives {MOST} records a request, and {shown} has as many or more.",
            f"UN Comtrade 미리보기는 요청마다 {MOST}건까지인데 {shown}이(가) 그만큼이거나 그보다 많습니다.",
        ),
        text(
            "Name partners or narrower commodities (--filter partnerCode=0,842,156), or use a file of the site.",
            "상대국이나 더 좁은 품목을 적거나(--filter partnerCode=0,842,156) 사이트의 파일을 쓰십시오.",
        ),
    )


def _check(place: Path) -> None:
    page = json_of(place)
    if isinstance(page, dict) and page.get("error"):
        words = plain(str(page["error"]))
        raise DownloadError(
            "refused",
            text(f"UN Comtrade refuses the query ({words}).", f"UN Comtrade가 질의를 거절했습니다({words})."),
            text("Check the codes: they are the UN's numbers.", "코드를 확인하십시오. 유엔의 숫자 코드입니다."),
        )
    records = page.get("data") if isinstance(page, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise BadAnswerError(text("sent no list of trade records", "무역 기록 목록이 아닌 응답을 보냈습니다"))
    if isinstance(page.get("count"), int) and page["count"] < len(records):
        raise BadAnswerError(text("sent more records than it counts", "센 것보다 많은 기록을 보냈습니다"))


def _too_many() -> DownloadError:
    return DownloadError(
        "too-large",
        text("The preview of UN Comtrade is not made for this much.", "UN Comtrade 미리보기로 받기에는 너무 많습니다."),
        text(
            "Ask for fewer commodities, years or partners, or use BACI (cepii.fr) or the site's bulk files.",
            "품목, 연도, 상대국을 줄이거나 BACI(cepii.fr) 또는 사이트의 일괄 파일을 쓰십시오.",
        ),
    )
