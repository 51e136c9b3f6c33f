"""OpenAlex, works exported as CSV (from the web page or from the API's own CSV): publications by topic, country, year.

Specification: OpenAlex, "Export" of the works list, flattened names of the Work object: id, publication_year,
primary_topic.id and .display_name, authorships.countries (`KR|US`, one a country, or one list an author: `KR|KR,US`),
citation_normalized_percentile.is_in_top_10_percent, is_retracted; lists are joined with `|`, and what is missing in one
is empty, `nan` or `None`. An export of 2026 has other columns: no topic's id, and citation_normalized_percentile.value.
Topics are then known by their names only, which is another classification.

Counts: fractional, each of a work's n distinct countries gets 1/n (the export does not say which author has which
country); full, each gets 1; top-10 %, the fractional count of works in the top decile of their year and field; it is
left out where a file does not say which these are. Works without a country or topic are left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from majung.evidence.countries import countries
from majung.evidence.importers.context import Context, code_of
from majung.evidence.importers.delimited import read_header, read_rows
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input
from majung.evidence.problems import text

COLUMNS = (
    Column("id", text("work", "저작")),
    Column("publication_year", text("year", "연도")),
    Column("primary_topic.id", text("topic", "주제"), aliases=("primary_topic_id",)),
    Column("primary_topic.display_name", text("topic, in words", "주제 이름"), required=False),
    Column(
        "authorships.countries",
        text("countries, joined with |", "국가(| 로 구분)"),
        aliases=("authorships_countries", "authorships.institutions.country_code", "countries"),
    ),
    Column(
        "citation_normalized_percentile.is_in_top_10_percent",
        text("in the top 10 % of its field and year", "분야·연도 상위 10 %"),
        required=False,
        aliases=("is_in_top_10_percent",),
    ),
    Column(
        "citation_normalized_percentile.value",
        text("share of its field and year that is cited less, 0 to 1", "분야·연도 안 피인용 백분위, 0~1"),
        required=False,
    ),
    Column("is_retracted", text("retracted", "철회됨"), required=False),
)
BY_NAME = tuple(
    replace(one, required=one.name == "primary_topic.display_name") if one.name.startswith("primary_topic.") else one
    for one in COLUMNS
)
"""The columns of an export without ids of topics."""
TOP = 0.9
"""From this percentile on a work is in the top 10 %."""
TOPIC = re.compile(r"(?:https?://openalex\.org/)?(?:topics/)?(T\d+)")
_TRUE, _FALSE = ("true", "1", "t"), ("false", "0", "f", "")


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    alpha3 = {country.alpha2: code for code, country in countries().items()}
    parts: list[pd.DataFrame] = []
    seen: set[str] = set()
    for input_ in inputs:
        columns = COLUMNS if _has_ids(read_header(input_, context)) else BY_NAME
        for rows in read_rows(input_, columns, context, others=True):
            parts.append(_works(rows.cells, alpha3, seen, context))
    works = pd.concat(parts) if parts else pd.DataFrame()
    if works.empty:
        return  # every row is in the report, and the import says that none is left
    yield from _counts(works, context)


def _has_ids(header: Sequence[str]) -> bool:
    """Whether an export has the ids of topics, or at least lacks their names too (and is then refused for the ids)."""
    return bool({"primary_topic.id", "primary_topic_id"} & set(header)) or "primary_topic.display_name" not in header


def _works(cells: pd.DataFrame, alpha3: dict[str, str], seen: set[str], context: Context) -> pd.DataFrame:
    """One row a work and country: classification, topic, year, country, share (1/n), top, ranked (top is known)."""
    lines = cells.index
    years = context.numbers(cells["publication_year"], lines, "publication_year")
    by_name = "primary_topic.id" not in cells
    topics = cells["primary_topic.display_name" if by_name else "primary_topic.id"].str.strip()
    names = cells.get("primary_topic.display_name", topics).str.strip()
    label = (
        text("OpenAlex topics by name", "이름으로 본 OpenAlex 주제")
        if by_name
        else text("OpenAlex topics", "OpenAlex 주제")
    )
    within = context.classification("openalex-topic-name" if by_name else "openalex-topic", label)
    out: list[tuple[object, ...]] = []
    top, ranked = _top(cells)
    retracted = cells["is_retracted"].str.strip().str.casefold() if "is_retracted" in cells else None
    fields = zip(lines, cells["id"], years, topics, names, cells["authorships.countries"], strict=True)
    flags = zip(top, retracted if retracted is not None else [""] * len(cells), strict=True)
    for (line, work, year, topic, name, lands), (is_top, is_out) in zip(fields, flags, strict=True):
        work = work.strip().rsplit("/", 1)[-1]
        if year != year or not _sound(work, is_top, is_out, line, seen, context):
            continue
        if is_out in _TRUE:
            context.leave_out("retracted", text("a retracted work", "철회된 저작"), line=line)
            continue
        found = TOPIC.fullmatch(topic)
        code = code_of(topic) if by_name and topic else found[1] if found else ""
        if not code:
            if topic:
                reason = text(f"'{topic}' is no topic", f"'{topic}'은(는) 주제가 아닙니다")
                remedy = text("export it again", "다시 내보내십시오")
                context.bad("unknown-code", line, reason, remedy, column="primary_topic.id", value=topic)
            else:
                context.leave_out("no-topic", text("a work without a topic", "주제가 없는 저작"), line=line)
            continue
        known = _countries(lands, alpha3, line, context)
        context.code(within, code, text(name, name))
        share = 1 / len(known) if known else 0.0
        out += [(line, context.file, within, code, int(year), land, share, is_top in _TRUE, ranked) for land in known]
    names_out = ["line", "file", "classification", "code", "year", "country", "share", "top", "ranked"]
    return pd.DataFrame(out, columns=names_out)


def _top(cells: pd.DataFrame) -> tuple[pd.Series[str], bool]:
    """For each work `true`, `false`, empty or what stands there and is neither; and whether a column says it at all."""
    said, rank = "citation_normalized_percentile.is_in_top_10_percent", "citation_normalized_percentile.value"
    if said in cells:
        return cells[said].str.strip().str.casefold(), True
    if rank not in cells:
        return pd.Series("", index=cells.index), False
    written = cells[rank].str.strip()
    value = pd.to_numeric(written, errors="coerce")
    known = value.between(0, 1)
    return written.mask(known, (value >= TOP).map({True: "true", False: "false"})), True


def _sound(work: str, top: str, retracted: str, line: int, seen: set[str], context: Context) -> bool:
    if not re.fullmatch(r"W\d+", work):
        reason = text(f"'{work}' is no id of a work", f"'{work}'은(는) 저작 id가 아닙니다")
        context.bad("unknown-code", line, reason, text("export it again", "다시 내보내십시오"), column="id", value=work)
        return False
    if work in seen:
        reason = text(f"the work {work} stands twice", f"{work}이(가) 두 번 있습니다")
        context.bad("duplicate-key", line, reason, text("the first was counted", "첫 번째만 셌습니다"), value=work)
        return False
    for column, value in (("is_in_top_10_percent", top), ("is_retracted", retracted)):
        if value not in (*_TRUE, *_FALSE):
            reason = text(f"'{value}' is neither true nor false", f"'{value}'은(는) 참·거짓이 아닙니다")
            context.bad(
                "unknown-code", line, reason, text("true or false", "true 또는 false"), column=column, value=value
            )
            return False
    seen.add(work)
    return True


def _countries(lands: str, alpha3: dict[str, str], line: int, context: Context) -> list[str]:
    """Distinct countries of a work. One that is not known is a bad row, and the work counts for none."""
    parts = re.split(r"[|,;\s]+", lands.strip())
    codes = list(dict.fromkeys(code for code in parts if code.casefold() not in ("", "nan", "none")))
    if not codes:
        context.leave_out("no-country", text("a work without a country", "국가가 없는 저작"), line=line)
    unknown = [code for code in codes if code.upper() not in alpha3]
    if unknown:
        reason = text(f"'{unknown[0]}' is no country code", f"'{unknown[0]}'은(는) 국가 코드가 아닙니다")
        remedy = text("export it again", "다시 내보내십시오")
        context.bad("unknown-country", line, reason, remedy, column="authorships.countries", value=lands)
        return []
    return [alpha3[code.upper()] for code in codes]


def _counts(works: pd.DataFrame, context: Context) -> Iterator[Batch]:
    context.measure(
        "publications-fractional", text("Publications, fractional", "논문 수(분수)"), text("articles", "편")
    )
    context.measure("publications-full", text("Publications, full count", "논문 수(전체)"), text("articles", "편"))
    measures = {"share": "publications-fractional", "full": "publications-full"}
    if works["ranked"].all():
        measures["top"] = "publications-top10"
        context.measure(
            "publications-top10", text("Publications in the top 10 %", "상위 10 % 논문"), text("articles", "편")
        )
    else:
        context.note(
            "not-ranked",
            text(
                "does not say which works are in the top 10 %: publications-top10 is left out",
                "상위 10 % 논문인지 적혀 있지 않아 publications-top10은 뺍니다",
            ),
        )
    context.declare("publications", not_additive=["publications-full"])
    key = ["classification", "country", "code", "year"]
    grouped = works.groupby(key, sort=True)
    table = grouped.agg(line=("line", "min"), file=("file", "first"), share=("share", "sum"), full=("share", "size"))
    table["top"] = works[works["top"]].groupby(key)["share"].sum()
    table["top"] = table["top"].fillna(0.0)
    table = table.reset_index()
    table["origin"] = table["file"] + ", " + table["full"].astype(str) + " works from line " + table["line"].astype(str)
    for column, measure in measures.items():
        frame = table.assign(measure=measure, value=table[column].astype(float).round(9))
        yield Batch("publications", frame.drop(columns=["share", "full", "top"]))


FORMAT = Format(
    id="openalex-csv",
    version="2",
    title=text("OpenAlex works, exported as CSV", "OpenAlex 저작 CSV"),
    tables=("publications",),
    specification="OpenAlex, export of the works list (CSV), names of the Work object",
    files=text("works-....csv", "내보낸 CSV works-....csv"),
    seen="records",
    licence="CC0 1.0",
    licence_note="As stated by OpenAlex for its data.",
    publisher="OpenAlex (OurResearch)",
    url="https://openalex.org",
    citation="Priem, J., Piwowar, H. and Orr, R. (2022), OpenAlex: a fully-open index of scholarly works and concepts. "
    "arXiv:2205.01833.",
    read=read,
    columns=COLUMNS,
    together=True,
)
