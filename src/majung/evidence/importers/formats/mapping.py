"""Any CSV, Excel or Parquet table by an explicit mapping file (`--map mapping.toml`).

Specification: docs/importers.md, section `mapping`: TOML with the canonical table, which column becomes which,
constants, filters, unit factor, translations of codes, labels and units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from majung.evidence.importers.context import Context
from majung.evidence.importers.delimited import BATCH, read_header, read_rows
from majung.evidence.importers.format import Batch, Format
from majung.evidence.importers.inputs import Input, broken_archive, file_error
from majung.evidence.importers.mapping import Plan, apply, declare, plan
from majung.evidence.importers.schema import fit
from majung.evidence.importers.workbook import cell_text, open_workbook
from majung.evidence.problems import text
from majung.methods.labelled import InputError


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    given = plan(context.mapping)
    declare(given, context)
    for cells in _cells(inputs[0], given, context):
        yield from apply(given, cells, context)


def _cells(input_: Input, given: Plan, context: Context) -> Iterator[pd.DataFrame]:
    how = given.raw.get("file", {})
    header = how.get("header", 1)
    if not isinstance(header, int) or header < 1:
        raise InputError(f"mapping: file.header = {header!r}: write the line number of the header")
    if input_.suffix == ".parquet":
        yield from _parquet(input_, given, context)
    elif input_.suffix in (".xlsx", ".xlsm"):
        yield from _sheet(input_, given, str(how.get("sheet", "")), header, context)
    else:
        mark = str(how.get("delimiter", "\t" if input_.suffix in (".tsv", ".tab") else ","))
        names = read_header(input_, context, delimiter=mark, skip=header - 1)
        quoted = bool(how.get("quoted", True))
        columns = given.wanted(names)
        rows = read_rows(input_, columns, context, delimiter=mark, others=True, skip=header - 1, quoted=quoted)
        for one in rows:
            yield one.cells


def _sheet(input_: Input, given: Plan, name: str, header: int, context: Context) -> Iterator[pd.DataFrame]:
    with open_workbook(input_, context) as book:
        sheet = book.sheet(name or (book.names or [""])[0])
        places: dict[str, int] = {}
        numbers: list[int] = []
        records: list[list[str]] = []
        for line, row in sheet.rows():
            if line < header:
                continue
            cells = [cell_text(value) for value in row]
            if line == header:
                found = fit(cells, given.wanted(cells), input_.name, line=line, others=True)
                places = {column: cells.index(there) for column, there in found.items()}
                continue
            if any(cells):
                numbers.append(line)
                records.append([cells[p] if p < len(cells) else "" for p in places.values()])
            if len(records) >= BATCH:
                yield _frame(places, numbers, records, context)
                numbers, records = [], []
        if not places or (not records and not context.rows_read[input_.name]):
            raise file_error(
                input_.name,
                "empty-file",
                text("the sheet has no rows below its header", "시트의 머리글 아래에 행이 없습니다"),
                text("name the sheet and the header's line under [file]", "[file]에 시트와 머리글 행을 지정하십시오"),
            )
        if records:
            yield _frame(places, numbers, records, context)


def _frame(places: dict[str, int], numbers: list[int], records: list[list[str]], context: Context) -> pd.DataFrame:
    by_column = list(zip(*records, strict=True))
    frame = pd.DataFrame({name: pd.Series(by_column[i], dtype="str") for i, name in enumerate(places)})
    frame.index = pd.Index(numbers)
    context.count(len(frame))
    return frame


def _parquet(input_: Input, given: Plan, context: Context) -> Iterator[pd.DataFrame]:
    context.file = input_.name
    line = 2
    with input_.seekable() as stream:
        try:
            file = pq.ParquetFile(stream)
            header = [str(name) for name in file.schema_arrow.names]
            found = fit(header, given.wanted(header), input_.name, others=True)
            for batch in file.iter_batches(BATCH, columns=list(found.values())):
                columns = {}
                for name, there in found.items():
                    column = batch.column(batch.schema.get_field_index(there))
                    if pa.types.is_dictionary(column.type):
                        column = column.cast(column.type.value_type)
                    columns[name] = column.cast(pa.string()).fill_null("").to_pandas()
                frame = pd.DataFrame(columns, dtype="str")
                frame.index = pd.RangeIndex(line, line + len(frame))
                line += len(frame)
                context.count(len(frame))
                yield frame
        except (pa.ArrowException, OSError) as error:
            raise broken_archive(input_.name, error) from None


FORMAT = Format(
    id="mapping",
    version="1",
    title=text("Any CSV, Excel or Parquet table, by a mapping file", "대응 파일로 읽는 CSV·Excel·Parquet"),
    tables=("any",),
    specification="Majung, docs/importers.md, section mapping",
    files=text("a table with a header, and --map mapping.toml", "머리글이 있는 표와 --map mapping.toml"),
    seen="real",
    licence="",
    read=read,
    mapping="needed",
)
