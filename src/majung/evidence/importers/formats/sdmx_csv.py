"""SDMX-CSV 1.0 and 2.0: data of the OECD, Eurostat and other offices as flat records.

Specification: SDMX-CSV field guides, versions 1.0 and 2.0.0 (sdmx.org, technical standards). A record has, in 1.0,
DATAFLOW, the dimensions, OBS_VALUE, the attributes (Eurostat puts LAST UPDATE second); in 2.0 STRUCTURE, STRUCTURE_ID,
perhaps STRUCTURE_NAME, ACTION, SERIES_KEY and OBS_KEY, then dimensions, measures, attributes. Labels, if wanted, stand
in the cells (`KOR: Korea`, labels=both) or in a column of their own after each (labels=name: the OECD Data Explorer's
"Filtered data in tabular text"). The World Bank's Data360 names those columns REF_AREA_LABEL and the like, and has put
attributes before OBS_VALUE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from majung.evidence.importers.context import Context
from majung.evidence.importers.delimited import read_header, read_rows
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.series import EUROSTAT, OPTIONS, TABLES, TIME, Flow
from majung.evidence.problems import text

COLUMNS = (
    Column("TIME_PERIOD", text("period", "기간"), aliases=("TIME",)),
    Column("OBS_VALUE", text("value", "값")),
)
FIXED = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "SERIES_KEY", "OBS_KEY", "LAST UPDATE")
ATTRIBUTES = ("UNIT_MULT", "UNIT_MEASURE", "OBS_STATUS", "OBS_FLAG")
NEVER_DIMENSIONS = ("UNIT_MULT", "OBS_STATUS", "OBS_FLAG", "OBS_CONF", "CONF_STATUS", "DECIMALS", "TIME_FORMAT",
                    "UNIT_TYPE", "DATABASE_ID", "DATA_SOURCE", "COMMENT_TS", "COMMENT_OBS")  # fmt: skip
"""Attributes wherever they stand: a multiplier that were taken for a dimension would be lost."""


@dataclass(frozen=True)
class Layout:
    """Where things stand. names: of the file's columns by SDMX id; labels: column that holds the label of an id."""

    flow: str
    action: str
    dimensions: tuple[str, ...]
    names: dict[str, str]
    labels: dict[str, str]
    inline: bool


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    input_ = inputs[0]
    header = read_header(input_, context)
    delimiter = ","
    if len(header) == 1 and ";" in header[0]:
        delimiter = ";"  # 2.0 allows another separator; offices with a decimal comma use it
        header = read_header(input_, context, delimiter=delimiter)
    layout = _layout(header, input_.name)
    wanted = [name for name in header if name]
    columns = [Column(name, text(name, name)) for name in wanted]
    flow: Flow | None = None
    for rows in read_rows(input_, columns, context, delimiter=delimiter):
        cells = rows.cells.rename(columns={there: name for name, there in layout.names.items()})
        cells = _without_deletions(cells, layout, context)
        if flow is None:
            own = cells[layout.flow].str.startswith("ESTAT:").any()
            name = _flow_name(cells, layout)
            flow = Flow(context, name, layout.dimensions, translate=EUROSTAT, alpha2=bool(own))
        cells = _labels_apart(cells, layout, flow)
        if "OBS_FLAG" in cells and "OBS_STATUS" not in cells:
            cells = cells.rename(columns={"OBS_FLAG": "OBS_STATUS"})
        _single_flow(cells, layout, flow, input_.name)
        batch = flow.batch(cells)
        if batch is not None:
            yield batch
    if flow is not None:
        flow.finish()


def _layout(header: Sequence[str], file: str) -> Layout:
    header = list(header) or [""]
    ids = [name.partition(":")[0].strip() for name in header]
    first = re.sub(r"\[.*\]$", "", ids[0])
    flow = {"DATAFLOW": "DATAFLOW", "STRUCTURE": "STRUCTURE_ID"}.get(first, "")
    if not flow or (flow == "STRUCTURE_ID" and "STRUCTURE_ID" not in ids):
        raise file_error(
            file,
            "missing-column",
            text(
                f"the first column is '{header[0]}', not DATAFLOW or STRUCTURE",
                f"첫 열이 DATAFLOW나 STRUCTURE가 아니라 '{header[0]}'입니다",
            ),
            text("is it SDMX-CSV? Choose that at the download", "SDMX-CSV입니까? 내려받을 때 그 형식을 고르십시오"),
            1,
        )
    labels: dict[str, str] = {}
    if "STRUCTURE_NAME" in ids:
        ids, labels = _pairs(ids)
    elif "REF_AREA_LABEL" in ids:
        labels = {i: f"{i}_LABEL" for i in ids if f"{i}_LABEL" in ids}
        ids = ["" if i in labels.values() else i for i in ids]
    for needed, others in (("OBS_VALUE", ()), ("TIME_PERIOD", TIME[1:])):
        if needed not in ids and not any(o in ids for o in others):
            raise file_error(
                file,
                "missing-column",
                text(f"column '{needed}' is missing", f"'{needed}' 열이 없습니다"),
                text(f"the file has {', '.join(i for i in ids if i)[:300]}", "파일의 열 이름을 확인하십시오"),
                1,
            )
    until = ids.index("OBS_VALUE")
    time = next(name for name in TIME if name in ids)
    dimensions = tuple(
        i
        for i in ids[:until]
        if i and i not in (first, *FIXED, *NEVER_DIMENSIONS, time) and not i.startswith("STRUCTURE[")
    )
    after = [i for i in ids if i in ATTRIBUTES and i not in dimensions]
    names = {i: header[ids.index(i)] for i in (flow, *dimensions, "OBS_VALUE", *after)}
    names["TIME_PERIOD"] = header[ids.index(time)]
    if "ACTION" in ids:
        names["ACTION"] = header[ids.index("ACTION")]
    inline = any(":" in header[ids.index(d)] for d in dimensions)
    return Layout(flow, "ACTION" if "ACTION" in ids else "", dimensions, names, labels, inline)


def _pairs(ids: list[str]) -> tuple[list[str], dict[str, str]]:
    """labels=name: after the fixed columns every id is followed by the column with its label."""
    start = next((n for n, i in enumerate(ids) if i not in FIXED and not i.startswith("STRUCTURE[")), len(ids))
    out, labels = list(ids), {}
    for place in range(start, len(ids) - 1, 2):
        labels[ids[place]] = ids[place + 1]
        out[place + 1] = ""
    return out, labels


def _flow_name(cells: pd.DataFrame, layout: Layout) -> str:
    """`OECD.SDD.NAD:DSD_NAMAIN1@DF_TABLE1(2.0): Annual GDP` becomes `DF_TABLE1`."""
    full = str(cells[layout.flow].iloc[0]) if len(cells) else ""
    name = re.sub(r"\(.*$", "", full).rpartition(":")[2] if "(" in full else full.rpartition(":")[2]
    return name.rpartition("@")[2].strip() or "flow"


def _single_flow(cells: pd.DataFrame, layout: Layout, flow: Flow, file: str) -> None:
    for full in cells[layout.flow].unique():
        name = _flow_name(pd.DataFrame({layout.flow: [full]}), layout)
        if name != flow.flow:
            raise file_error(
                file,
                "several-flows",
                text(f"holds the flows {flow.flow} and {name}", f"자료 흐름이 둘입니다: {flow.flow}, {name}"),
                text("download each of them alone", "하나씩 내려받으십시오"),
            )


def _without_deletions(cells: pd.DataFrame, layout: Layout, context: Context) -> pd.DataFrame:
    if not layout.action:
        return cells
    gone = cells["ACTION"] == "D"
    if gone.any():
        reason = text("the publisher deletes this value", "발행 기관이 삭제한 값입니다")
        first = int(cells.index[gone.to_numpy()][0])
        context.leave_out("deleted", reason, column="ACTION", value="D", line=first, count=int(gone.sum()))
    return cells[~gone]


def _labels_apart(cells: pd.DataFrame, layout: Layout, flow: Flow) -> pd.DataFrame:
    """Codes without their labels; the labels go to the flow."""
    out = cells.copy()
    for name in (*layout.dimensions, "UNIT_MEASURE", "UNIT_MULT", "OBS_STATUS"):
        if name not in out:
            continue
        if layout.inline:
            split = out[name].str.partition(": ")
            flow.labels |= {(name, c): label for c, label in zip(split[0], split[2], strict=True) if label}
            out[name] = split[0].str.strip()
        elif layout.labels.get(name) in out:
            pairs = out[[name, layout.labels[name]]].drop_duplicates()
            flow.labels |= {(name, c): label for c, label in pairs.itertuples(index=False, name=None) if label}
    return out


FORMAT = Format(
    id="sdmx-csv",
    version="2",
    title=text("Series in SDMX-CSV (OECD, Eurostat, others)", "SDMX-CSV 시계열(OECD, Eurostat 등)"),
    tables=TABLES,
    specification="SDMX-CSV field guides 1.0 and 2.0.0",
    files=text(
        "CSV from an SDMX service or the OECD Data Explorer, or downloaded by `majung evidence download oecd`",
        "SDMX 서비스나 OECD Data Explorer의 CSV, 또는 `majung evidence download oecd`로 받은 파일",
    ),
    seen="real",
    licence="",
    read=read,
    url="https://sdmx.org",
    members=r"(?i)\.csv(\.gz)?$",
    columns=COLUMNS,
    options=OPTIONS,
)
