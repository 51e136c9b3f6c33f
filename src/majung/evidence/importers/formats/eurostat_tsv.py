"""Eurostat TSV: one series a line, a column a period, flags behind the values.

Specification: Eurostat, "TSV format" of the API's documentation (wikis.ec.europa.eu). The first cell of the header is
`freq,unit,na_item,geo\\TIME_PERIOD`, then the periods; cells are padded with a space; `:` is no value, a letter after a
space a flag (`46526.2 p`, `: c`). Series without any value are not in the file. Files of before 2022 have `time` for
TIME_PERIOD and no freq, and some of them the countries as columns: `unit,age,time\\geo`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from majung.evidence.importers.context import Context
from majung.evidence.importers.delimited import read_header, read_rows
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.series import EUROSTAT, OPTIONS, TABLES, Flow
from majung.evidence.problems import text

KEYS = re.compile(r"([A-Za-z0-9_]+(?:,[A-Za-z0-9_]+)*)[\\/]([A-Za-z0-9_]+)")
PERIODS = ("TIME_PERIOD", "time", "TIME")
PERIOD = re.compile(r"[12][0-9]{3}([-]?[A-Z]?[0-9]*)*")
FLAGGED = re.compile(r"\S+ +[A-Za-z]{1,4}")
SERIES = 5_000
"""Series a batch: each has as many cells as there are periods."""


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    input_ = inputs[0]
    header = read_header(input_, context, delimiter="\t")
    keys, across = header[0] if header else "", [name for name in header[1:] if name]
    found = KEYS.fullmatch(keys)
    names = [*found[1].split(","), found[2]] if found else []
    time = next((name for name in names if name in PERIODS), "")
    if not time or not across or (names[-1] == time and not all(PERIOD.fullmatch(p) for p in across)):
        raise file_error(
            input_.name,
            "missing-column",
            text(
                f"the header begins with '{keys[:80]}', not with dimensions such as freq,unit,geo\\TIME_PERIOD",
                f"머리글이 freq,unit,geo\\TIME_PERIOD 같은 차원이 아니라 '{keys[:80]}'(으)로 시작합니다",
            ),
            text("is it Eurostat's TSV? For its CSV take the format sdmx-csv", "Eurostat TSV입니까? CSV면 sdmx-csv로"),
            1,
        )
    name = re.sub(r"^estat_|(_tabular)?\.tsv(\.gz)?$|__custom_.*$", "", input_.name)
    flow = Flow(context, name, [one for one in names if one != time], translate=EUROSTAT, alpha2=True)
    names = ["TIME_PERIOD" if one == time else one for one in names]
    columns = [Column(column, text(column, column)) for column in (keys, *across)]
    for rows in read_rows(input_, columns, context, delimiter="\t", quoted=False, size=SERIES):
        context.count(len(rows.cells) * (len(across) - 1))  # a cell is a fact
        long = _long(rows.cells, keys, names, context)
        batch = flow.batch(long) if len(long) else None
        if batch is not None:
            yield batch
    flow.finish()


def _long(cells: pd.DataFrame, keys: str, names: list[str], context: Context) -> pd.DataFrame:
    """One record a value that is there; a series whose key has another number of parts is a bad row.

    names: the dimensions that the key holds, then the one that the columns are.
    """
    dimensions = names[:-1]
    parts = [key.strip().split(",") for key in cells[keys]]
    sound = np.array([len(part) == len(dimensions) for part in parts])
    for line, key in cells.loc[~sound, keys].items():
        reason = text(f"the key '{key}' has not {len(dimensions)} parts", f"키 '{key}'의 항목 수가 다릅니다")
        remedy = text("download the file again", "파일을 다시 내려받으십시오")
        context.bad("wrong-cell-count", int(str(line)), reason, remedy, column=keys, value=key)
    cells, parts = cells[sound], [part for part in parts if len(part) == len(dimensions)]
    if cells.empty:
        return pd.DataFrame()
    wide = cells.drop(columns=keys).reset_index(names="line")
    for place, dimension in enumerate(dimensions):
        wide[f"dim {place} {dimension}"] = [part[place] for part in parts]
    held = ["line", *(f"dim {place} {dimension}" for place, dimension in enumerate(dimensions))]
    long = wide.melt(id_vars=held, var_name="across", value_name="cell").sort_values("line", kind="stable")
    own = {f"dim {place} {d}": d for place, d in enumerate(dimensions)} | {"across": names[-1]}
    long = long.rename(columns=own).set_index("line")
    written = long["cell"].str.strip()
    flagged = written.str.fullmatch(FLAGGED).fillna(False).astype(bool)  # `12 3` is no value 12 with a flag 3
    split = written.str.partition(" ")
    long["OBS_VALUE"] = split[0].where(flagged, written)
    long["OBS_STATUS"] = split[2].str.strip().where(flagged, "")
    long.index.name = None
    return long.drop(columns="cell")


FORMAT = Format(
    id="eurostat-tsv",
    version="2",
    title=text("Eurostat series (TSV)", "Eurostat 시계열(TSV)"),
    tables=TABLES,
    specification="Eurostat API documentation, TSV format",
    files=text("estat_....tsv or .tsv.gz from Eurostat's databrowser or API", "Eurostat의 estat_....tsv 또는 .tsv.gz"),
    seen="real",
    licence="CC BY 4.0",
    licence_note="Eurostat copyright notice: reuse authorised with the source named (Commission Decision 2011/833/EU).",
    read=read,
    publisher="Eurostat",
    url="https://ec.europa.eu/eurostat/data/database",
    members=r"(?i)\.tsv(\.gz)?$",
    options=OPTIONS,
)
