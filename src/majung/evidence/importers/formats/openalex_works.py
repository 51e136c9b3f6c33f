"""OpenAlex works snapshot: scientific articles by topic, country, year and citation rank, counted in one pass.

Specification: the works entity and the snapshot of OpenAlex (docs.openalex.org), JSON lines, gzip. The counting is the
engine's (`majung.evidence.engine.openalex`), which holds nothing of a work in memory; a line that it cannot read sends
the files through a slower reading that puts such lines into the report and counts the rest.
"""

from __future__ import annotations

import gzip
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pandas as pd

from majung.evidence.importers.context import Context
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input, broken_archive, file_error
from majung.evidence.problems import EvidenceError, text
from majung.methods.labelled import InputError

LABELLED_WORKS = 3_000
"""Works looked at in each file for the names of topics: names do not change a figure, and all are met early."""
LONGEST_LINE = 16 << 20
"""Bytes of the longest line taken: as much as DuckDB takes for one object."""

_LEVELS = ("topic", "subfield", "field", "domain")
_MEASURES = {
    "articles": text("Scientific articles, fractional count", "과학 논문(분수 계산)"),
    "articles_ranked": text("Articles whose citation rank is known", "피인용 순위가 있는 논문"),
    "articles_top10": text(
        "Articles in the world's top 10 % most cited, fractional", "세계 상위 10 % 피인용 논문(분수)"
    ),
    "articles_top1": text("Articles in the world's top 1 % most cited", "세계 상위 1 % 피인용 논문"),
}
_DOWNLOAD = text("download the file again", "파일을 다시 내려받으십시오")


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    level, types, years = _options(context)
    _first_lines(inputs, level, context)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="majung-works-")))
        if any(one.member for one in inputs):
            paths = _sift(inputs, folder, context)
        else:
            paths = [one.path for one in inputs]
        try:
            frame = _count(paths, level, types, years)
        except EvidenceError as error:
            if error.report.problems[0].rule != "engine-data" or any(one.member for one in inputs):
                raise
            frame = _count(_sift(inputs, folder, context), level, types, years)
    files = ", ".join(one.name for one in inputs[:3]) + (f" and {len(inputs) - 3} more" if len(inputs) > 3 else "")
    context.file = inputs[0].name
    counted = frame.loc[frame["measure"] == "articles", "value"]
    context.count(round(float(counted.sum())))
    context.classification(f"openalex-{level}", text(f"OpenAlex {level}s", _KOREAN[level]), "docs.openalex.org")
    for measure in frame["measure"].unique():
        context.measure(measure, _MEASURES[measure], text("articles, fractional count", "편(분수 계산)"))
    _unplaced(frame, context)
    placed = frame[frame["country"].notna() & frame["code"].notna()]
    yield Batch(
        "publications",
        pd.DataFrame(
            {
                "line": 1,
                "country": placed["country"].astype(str),
                "classification": placed["classification"].astype(str),
                "code": placed["code"].astype(str),
                "year": placed["year"].astype("int64"),
                "measure": placed["measure"].astype(str),
                "value": placed["value"],
                "origin": f"works in {files}",
            }
        ),
    )


_KOREAN = {
    "topic": "OpenAlex 주제",
    "subfield": "OpenAlex 세부 분야",
    "field": "OpenAlex 분야",
    "domain": "OpenAlex 영역",
}


def _options(context: Context) -> tuple[str, tuple[str, ...] | None, tuple[int, int] | None]:
    level = context.option("level", "field")
    if level not in _LEVELS:
        raise InputError(f"--option level={level}: there are {', '.join(_LEVELS)}")
    named = context.option("types", "article,review")
    types = None if named == "all" else tuple(one.strip() for one in named.split(",") if one.strip())
    span = context.option("years", "")
    if span and not re.fullmatch(r"\d{4}-\d{4}", span):
        raise InputError(f"--option years={span}: write first and last year, as in 2005-2024")
    years = (int(span[:4]), int(span[5:])) if span else None
    return level, types, years


def _count(
    paths: Sequence[Path], level: str, types: Sequence[str] | None, years: tuple[int, int] | None
) -> pd.DataFrame:
    from majung.evidence.engine import connect, fractional_counts, openalex_works

    # Embedded whatever MAJUNG_ENGINE says: an import reads the files that lie here.
    with connect("duckdb", memory="1GB") as engine:
        works = openalex_works(engine, paths)
        key = ["country", "code", "year", "measure"]
        return engine.collect(fractional_counts(works, level=level, types=types, years=years), key)


def _lines(one: Input) -> Iterator[tuple[int, bytes]]:
    with one.open() as stream:
        number = 0
        try:
            while line := stream.readline(LONGEST_LINE):
                number += 1
                if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                    raise file_error(
                        one.name,
                        "cell-too-long",
                        text("a line is longer than 16 MB", "한 줄이 16 MB를 넘습니다"),
                        text("is this a file of works?", "works 파일이 맞습니까?"),
                        number,
                    )
                if line.strip():
                    yield number, line
        except (EOFError, OSError, ValueError) as error:
            raise broken_archive(one.name, error) from None


def _first_lines(inputs: Sequence[Input], level: str, context: Context) -> None:
    """Names of topics, and whether each file is one of works at all."""
    names: dict[str, str] = {}
    for one in inputs:
        seen = 0
        for number, line in _lines(one):
            work = _work(line)
            if isinstance(work, str):
                if number == 1:
                    reason = text(f"the first line is no work ({work})", f"첫 줄이 works 레코드가 아닙니다 ({work})")
                    raise file_error(one.name, "wrong-format", reason, _DOWNLOAD, 1)
                continue
            missing = [column.name for column in COLUMNS if column.required and column.name not in work]
            if missing and number == 1:
                keys = ", ".join(sorted(work)[:12])
                reason = text(
                    f"a work has no '{missing[0]}'; its keys are {keys}",
                    f"works 레코드에 '{missing[0]}' 키가 없습니다. 있는 키: {keys}",
                )
                remedy = text("has the format changed? See docs/importers.md", "형식이 바뀌었는지 확인하십시오")
                raise file_error(one.name, "unknown-column", reason, remedy, 1)
            for topic in work.get("topics") or []:
                place = topic if level == "topic" else topic.get(level) or {}
                ident, label = str(place.get("id") or ""), place.get("display_name")
                if ident and label:
                    names.setdefault(ident.rsplit("/", 1)[-1], str(label))
            seen += 1
            if seen >= LABELLED_WORKS:
                break
    for code, label in sorted(names.items()):
        context.code(f"openalex-{level}", code, text(label, label))


def _sift(inputs: Sequence[Input], folder: Path, context: Context) -> list[Path]:
    """Copies of the files without the lines that cannot be read, which go to the report."""
    paths = []
    for place, one in enumerate(inputs):
        path = folder / f"{place:06d}.gz"
        context.file = one.name
        with gzip.open(path, "wb", compresslevel=1) as out:
            for number, line in _lines(one):
                work = _work(line)
                if isinstance(work, str):
                    reason = text(f"the line is no work ({work})", f"works 레코드가 아닙니다 ({work})")
                    context.bad("wrong-record", number, reason, _DOWNLOAD, value=line[:80].decode("utf-8", "replace"))
                else:
                    out.write(line.rstrip(b"\r\n") + b"\n")
        paths.append(path)
    return paths


def _work(line: bytes) -> dict[str, Any] | str:
    """The work of a line, or what is wrong with it: the types that the counting relies on."""
    try:
        work = json.loads(line)
    except (ValueError, RecursionError) as error:
        return str(error)
    if not isinstance(work, dict):
        return "no JSON object"
    year = work.get("publication_year")
    if year is not None and (isinstance(year, bool) or not isinstance(year, int) or not 0 < year < 3000):
        return f"publication_year is {str(year)[:40]!r}"
    for name in ("type", "id"):
        if not isinstance(work.get(name), str | None):
            return f"{name} is no text"
    for name in ("is_retracted", "is_paratext"):
        if not isinstance(work.get(name), bool | None):
            return f"{name} is neither true nor false"
    for name in ("authorships", "topics"):
        value = work.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
            return f"{name} is no list of objects"
    for authorship in work.get("authorships") or []:
        places = authorship.get("institutions") or []
        if not isinstance(places, list) or not all(isinstance(one, dict) for one in places):
            return "institutions is no list of objects"
        codes = [*(one.get("country_code") for one in places), *(_listed(authorship.get("countries")))]
        if not all(code is None or isinstance(code, str) for code in codes):
            return "a country code is no text"
    for topic in work.get("topics") or []:
        parts = [topic, *(topic.get(level) or {} for level in _LEVELS[1:])]
        if not all(isinstance(one, dict) and isinstance(one.get("id"), str | None) for one in parts):
            return "a topic has another form"
    percentile = work.get("citation_normalized_percentile")
    if percentile is None:
        return work
    value = percentile.get("value") if isinstance(percentile, dict) else percentile
    if not isinstance(percentile, dict) or not (
        value is None or (isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1)
    ):
        return "citation_normalized_percentile is no share between 0 and 1"
    return work


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [0]


def _unplaced(frame: pd.DataFrame, context: Context) -> None:
    """Say how much could not be given to a country or a topic, and leave it out."""
    articles = frame[frame["measure"] == "articles"]
    whole = float(articles["value"].sum())
    for column, en, ko in (
        ("country", "without a country (no affiliation known)", "국가를 알 수 없음(소속 기관 없음)"),
        ("code", "without a topic", "주제가 없음"),
    ):
        missing = frame[column].isna()
        if not missing.any():
            continue
        context.leave_out(f"no-{column}", text(en, ko), column=column, count=int(missing.sum()))
        share = float(articles.loc[articles[column].isna(), "value"].sum()) / whole
        context.note(
            f"no-{column}",
            text(f"{share:.1%} of the articles are {en}: left out", f"논문의 {share:.1%}는 {ko}: 제외했습니다"),
        )


COLUMNS = (
    Column("id", text("work", "논문")),
    Column("publication_year", text("year", "연도")),
    Column("type", text("type of work", "유형"), required=False),
    Column("is_retracted", text("retracted", "철회 여부"), required=False),
    Column("is_paratext", text("paratext", "부속 자료 여부"), required=False),
    Column("authorships", text("authors with institutions and countries", "저자, 기관과 국가")),
    Column("topics", text("topics with subfield, field, domain", "주제와 상위 분류")),
    Column("citation_normalized_percentile", text("citation rank, 0 to 1", "피인용 순위(0~1)"), required=False),
)

FORMAT = Format(
    id="openalex-works",
    version="1",
    title=text("OpenAlex: works snapshot", "OpenAlex: 논문 스냅숏"),
    tables=("publications",),
    specification="OpenAlex documentation, works entity and snapshot format (2024)",
    files=text(
        "part_....gz of data/works/updated_date=.../ in the snapshot, or JSON lines of works from the API",
        "스냅숏 data/works/updated_date=.../의 part_....gz, 또는 API로 받은 works JSON lines",
    ),
    seen="records",
    licence="CC0 1.0",
    licence_note="As stated by OpenAlex.",
    publisher="OurResearch",
    url="https://docs.openalex.org/download-all-data/openalex-snapshot",
    citation="Priem, J., Piwowar, H. and Orr, R. (2022), OpenAlex: A fully-open index of scholarly works, authors, "
    "venues, institutions, and concepts. arXiv:2205.01833.",
    read=read,
    columns=COLUMNS,
    together=True,
    members=r"(?i)\.(gz|jsonl|json|ndjson)$",
    options={
        "level": text("topic, subfield, field (default) or domain", "topic, subfield, field(기본값) 또는 domain"),
        "types": text("OpenAlex types counted (article,review), or all", "세는 유형(article,review) 또는 all"),
        "years": text("first and last year, 2005-2024", "첫해와 마지막 해, 2005-2024"),
    },
)
