"""OpenAlex: works (or another entity) by filter and search, with cursor paging.

Documented parameters (developers.openalex.org, "Page through results", "Authentication", "Errors", read 2026-11-25;
docs.openalex.org, "Paging", "Rate limits and authentication" for the older form):

- `GET /works?filter=a:b,c:d&search=...&per_page=100&cursor=*`; `per_page` is 1 to 100 (it was 200 as `per-page` before
  2026); the answer is `{"meta": {"count", "per_page", "next_cursor"}, "results": [...]}`; go on with
  `cursor=<next_cursor>` until it is null and `results` is empty.
- `select=` takes names of top-level fields; `mailto=` names who asks (the polite pool); `api_key=` is a free key,
  wanted since February 2026 (without one few calls a day are answered, and cursor paging may be refused with 401).
- 429 when the daily allowance or 100 (formerly 10) requests a second are exceeded; errors are
  `{"error": ..., "message": ...}`. Whole-database downloads are to use the snapshot instead.

The raw file is what the snapshot holds: JSON lines, gzip, one work a line.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from majung.evidence.clients.cache import Answer
from majung.evidence.clients.failures import BadAnswerError, DownloadError
from majung.evidence.clients.http import Fetcher
from majung.evidence.clients.query import Progress, Query
from majung.evidence.clients.reply import Reply, json_of
from majung.evidence.clients.site import Limit, Site
from majung.evidence.problems import Text, text

SITE = Site(
    id="openalex",
    title="OpenAlex",
    publisher="OurResearch",
    base="https://api.openalex.org",
    limits=(Limit(10, 1.0),),
    licence="CC0-1.0",
    licence_note="As stated by OpenAlex: all data is dedicated to the public domain.",
    citation=(
        "Priem, J., Piwowar, H., Orr, R. (2022). OpenAlex: A fully-open index of scholarly works, authors, venues,"
        " institutions, and concepts. arXiv:2205.01833."
    ),
    manual="https://openalex.org/works",
    manual_steps=text(
        "Set the filters there and export CSV; for more than 100,000 works take the snapshot"
        " (docs.openalex.org/download-all-data/openalex-snapshot). Then: majung evidence import openalex-csv"
        " works-....csv --into PACKAGE (the snapshot: openalex-works).",
        "그곳에서 조건을 정해 CSV로 내보내십시오. 10만 건이 넘으면 스냅숏을 받으십시오"
        "(docs.openalex.org/download-all-data/openalex-snapshot). 다음: majung evidence import openalex-csv"
        " works-....csv --into 묶음 (스냅숏은 openalex-works).",
    ),
    importer={".jsonl.gz": "openalex-works"},
)

PER_PAGE = 100
ENTITIES = ("works", "authors", "sources", "institutions", "topics", "subfields", "fields", "domains", "funders")
WORK_FIELDS = (
    "id,doi,title,publication_year,publication_date,language,type,is_retracted,is_paratext,authorships,countries_distinct_count,"
    "primary_topic,topics,cited_by_count,citation_normalized_percentile,fwci,counts_by_year,updated_date"
)
"""What the importer reads of a work: a tenth of the whole record."""


def fetch(query: Query, fetcher: Fetcher, out: IO[bytes], progress: Callable[[Progress], None]) -> Reply:
    """Write the works as gzip JSON lines. `query.query` is a full-text search; filters are OpenAlex's own
    (`publication_year=2020-2024`), or `entity`, `select` (`all` for whole records), `sort`. Raises DownloadError."""
    own = {name: value for name, value in query.filters if name in ("entity", "select", "sort")}
    entity = own.get("entity", "works")
    if entity not in ENTITIES:
        raise DownloadError(
            "bad-query",
            text(f"OpenAlex has no '{entity}'.", f"OpenAlex에 '{entity}'은(는) 없습니다."),
            text(f"Write one of {', '.join(ENTITIES)}.", f"다음 가운데 하나: {', '.join(ENTITIES)}."),
        )
    params = _params(query, own, entity)
    private = {name: value for name, value in (("mailto", query.mail), ("api_key", query.key)) if value}
    answers: list[Answer] = []
    seen: set[str] = set()
    cursors: set[str] = set()
    twice, total, cursor = 0, 0, "*"
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as lines:
        while cursor:
            cursors.add(cursor)
            answer = fetcher.get(f"/{entity}", {**params, "cursor": cursor}, private=private, check=_check)
            answers.append(answer)
            page = json_of(answer.path)
            if len(answers) == 1:
                total = page["meta"]["count"]
                _not_too_many(total, query.limit)
            for record in page["results"]:
                if record["id"] in seen:
                    twice += 1
                    continue
                seen.add(record["id"])
                lines.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            progress(Progress(len(seen), total))
            cursor = (page["meta"].get("next_cursor") or "") if page["results"] else ""
            if cursor in cursors or len(seen) > query.limit:
                raise _circle()
    return Reply(tuple(answers), ".jsonl.gz", len(seen), _notes(len(seen), total, twice))


def _params(query: Query, own: dict[str, str], entity: str) -> dict[str, str]:
    params: dict[str, str] = {}
    filters = [f"{name}:{value}" for name, value in query.filters if name not in own]
    if filters:
        params["filter"] = ",".join(filters)
    if query.query:
        params["search"] = query.query
    if not params and entity == "works":
        raise DownloadError(
            "bad-query",
            text("All of OpenAlex is too much to ask for.", "OpenAlex 전체를 요청할 수는 없습니다."),
            text(
                "Give --query words or --filter name=value, e.g. --filter publication_year=2020-2024.",
                "--query 검색어나 --filter 이름=값을 주십시오. 예: --filter publication_year=2020-2024",
            ),
        )
    select = own.get("select", WORK_FIELDS if entity == "works" else "all")
    if select != "all":
        params["select"] = select
    if "sort" in own:
        params["sort"] = own["sort"]
    return {**params, "per_page": str(PER_PAGE)}


def _check(place: Path) -> None:
    page = json_of(place)
    wrong = BadAnswerError(text("sent no list of results with a count", "결과 목록과 개수가 없는 응답을 보냈습니다"))
    if (
        not isinstance(page, dict)
        or not isinstance(page.get("meta"), dict)
        or not isinstance(page.get("results"), list)
    ):
        raise wrong
    count = page["meta"].get("count")
    if not isinstance(count, int) or not all(_has_id(record) for record in page["results"]):
        raise wrong


def _has_id(record: Any) -> bool:
    return isinstance(record, dict) and isinstance(record.get("id"), str)


def _not_too_many(total: int, limit: int) -> None:
    if total > limit:
        raise DownloadError(
            "too-large",
            text(
                f"{total:,} records fit this query; at most {limit:,} are taken.",
                f"조건에 맞는 것이 {total:,}건입니다. 한 번에 {limit:,}건까지 받습니다.",
            ),
            text(
                "Narrow it (by year, topic or country), raise --limit, or take the snapshot"
                " (docs.openalex.org/download-all-data/openalex-snapshot).",
                "연도, 주제, 국가로 좁히거나 --limit을 높이거나 스냅숏을 받으십시오"
                "(docs.openalex.org/download-all-data/openalex-snapshot).",
            ),
        )


def _circle() -> DownloadError:
    return DownloadError(
        "bad-answer",
        text("OpenAlex's pages do not come to an end.", "OpenAlex의 쪽이 끝나지 않습니다."),
        text("Run it again with --fresh.", "--fresh를 붙여 다시 실행하십시오."),
    )


def _notes(found: int, total: int, twice: int) -> tuple[Text, ...]:
    notes: list[Text] = []
    if found != total:
        notes.append(
            text(
                f"{found:,} records came, {total:,} were announced: the source changed while its pages were fetched",
                f"{total:,}건이라고 했으나 {found:,}건이 왔습니다. 받는 사이 자료가 바뀌었습니다",
            )
        )
    if twice:
        notes.append(
            text(f"{twice:,} records came twice and were written once", f"두 번 온 {twice:,}건은 한 번만 적었습니다")
        )
    return tuple(notes)
