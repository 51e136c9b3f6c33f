"""SDMX-ML: generic and structure-specific data messages of statistical offices and central banks.

Specification: SDMX 2.1 and 3.0, section 3A. Structure-specific messages do not say which of their attributes are
dimensions: give the structure message too (its name holds "structure" or "dsd"); without one, what SDMX's cross-domain
concepts and the offices usually call attributes is taken as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from majung.evidence.importers.context import Context
from majung.evidence.importers.format import Batch, Format
from majung.evidence.importers.inputs import DOWNLOAD_AGAIN, Input, file_error
from majung.evidence.importers.sdmx_message import Observation, dimensions_of, observations
from majung.evidence.importers.series import EUROSTAT, OPTIONS, TABLES, TIME, Flow
from majung.evidence.problems import text

RECORDS = 50_000
_USUAL = """
OBS_VALUE OBS_STATUS OBS_FLAG CONF_STATUS CONF_STATUS_OBS OBS_CONF OBS_PRE_BREAK OBS_COM PRE_BREAK_VALUE
UNIT_MULT UNIT_MEASURE DECIMALS TITLE TITLE_COMPL COLLECTION COLL_METHOD AVAILABILITY TIME_FORMAT BREAKS IDBANK
LAST_UPDATE BASE_PER BASE_PERIOD REF_PERIOD_DETAIL COMMENT COMMENT_OBS COMMENT_TS COMPILATION PUBL_PUBLIC
SOURCE_AGENCY SOURCE EMBARGO_DATE UNIT_INDEX_BASE CURRENCY_CODE NATURE REF_YEAR_PRICE TABLE_IDENTIFIER DATA_COMP
COMPILING_ORG SERIES_NAME NOTES METHODOLOGY SCALE UPDATE_DATE ACTION FULL_DESCRIPTION SHORT_SOURCE_CITATION
FULL_SOURCE_CITATION
"""
ATTRIBUTES = frozenset(_USUAL.split())


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    input_ = inputs[0]
    context.file = input_.name
    declared = [d for one in context.companions for d in dimensions_of(one)]
    flow: Flow | None = None
    waiting: list[Observation] = []
    name = ""
    for name, one in observations(input_):
        waiting.append(one)
        if len(waiting) == RECORDS:
            flow = flow or _flow(context, name, waiting, declared)
            yield from _batch(flow, waiting, context)
            waiting = []
    if waiting:
        flow = flow or _flow(context, name, waiting, declared)
        yield from _batch(flow, waiting, context)
    if flow is None:
        raise file_error(input_.name, "empty-file", text("holds no observation", "관측값이 없습니다"), DOWNLOAD_AGAIN)
    flow.finish()


def _flow(context: Context, name: str, some: list[Observation], declared: list[str]) -> Flow:
    met = list(dict.fromkeys(key for one in some for key in one.values))
    time = {t for t in TIME if t in met}
    if declared:
        dimensions = [d for d in declared if d in met and d not in time]
    else:
        dimensions = [key for key in met if key not in time and key.upper() not in ATTRIBUTES and key]
        said = text(
            f"no structure message was given; taken as dimensions: {', '.join(dimensions)}",
            f"구조 메시지가 없어 다음을 차원으로 보았습니다: {', '.join(dimensions)}",
        )
        context.note("dimensions-guessed", said)
    return Flow(context, name or "flow", dimensions, translate=EUROSTAT)


def _batch(flow: Flow, some: list[Observation], context: Context) -> Iterator[Batch]:
    context.count(len(some))
    wanted = [*flow.dimensions, "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "UNIT_MULT", "UNIT_MEASURE"]
    columns = {key: [one.values.get(key, "") for one in some] for key in dict.fromkeys(wanted)}
    if not any(columns["TIME_PERIOD"]):
        columns["TIME_PERIOD"] = [one.values.get("TIME", "") for one in some]
    for key in ("UNIT_MEASURE", "UNIT_MULT", "OBS_STATUS"):
        if key not in flow.dimensions and not any(columns[key]):
            del columns[key]
    cells = pd.DataFrame(columns, index=[one.line for one in some], dtype=str)
    batch = flow.batch(cells)
    if batch is not None:
        yield batch


FORMAT = Format(
    id="sdmx-ml",
    version="1",
    title=text("Series in SDMX-ML, generic or structure-specific", "SDMX-ML 시계열(generic, structure-specific)"),
    tables=TABLES,
    specification="SDMX 2.1 and 3.0 technical specifications, section 3A",
    files=text(
        "a data message (.xml), with its structure message where there is one",
        "데이터 메시지(.xml)와, 있으면 구조 메시지",
    ),
    seen="real",
    licence="",
    read=read,
    url="https://sdmx.org",
    members=r"(?i)\.xml(\.gz)?$",
    companions=r"(?i)(structure|dsd).*\.xml$",
    options=OPTIONS,
)
