"""PatentsView (USPTO): granted patents by WIPO technology field, inventors' country and year.

Specification: PatentsView, data download tables and their dictionary (granted patents, tab-separated, quoted):
`g_patent.tsv` (patent_id, patent_type, patent_date), `g_inventor_disambiguated.tsv` (patent_id, inventor_sequence,
inventor_id, location_id), `g_location_disambiguated.tsv` (location_id, disambig_country), `g_wipo_technology.tsv`
(patent_id, wipo_field_sequence, wipo_field_id, wipo_sector_title, wipo_field_title); plain, .zip or .gz.

Utility patents are counted; a patent's fields share it equally, and so do its inventors: each inventor with a known
country carries 1/(inventors with a known country) of the patent to that country. Tables are joined by an embedded
database that spills to disk.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from majung.evidence.countries import countries
from majung.evidence.importers.context import Context
from majung.evidence.importers.delimited import read_rows
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.parts import engine
from majung.evidence.problems import text

TABLES = {
    "g_patent": (
        Column("patent_id", text("patent", "특허")),
        Column("patent_type", text("utility, design, plant, reissue", "종류")),
        Column("patent_date", text("day of grant", "등록일")),
    ),
    "g_inventor_disambiguated": (
        Column("patent_id", text("patent", "특허")),
        Column("inventor_id", text("inventor", "발명자")),
        Column("location_id", text("place", "장소")),
    ),
    "g_location_disambiguated": (
        Column("location_id", text("place", "장소")),
        Column("disambig_country", text("country, alpha-2", "국가 alpha-2")),
    ),
    "g_wipo_technology": (
        Column("patent_id", text("patent", "특허")),
        Column("wipo_field_id", text("field, 1 to 35", "분야 1~35")),
        Column("wipo_field_title", text("field, in words", "분야 이름")),
    ),
}
_NAMES = {
    "g_patent": "patent",
    "g_inventor_disambiguated": "inventor",
    "g_location_disambiguated": "location",
    "g_wipo_technology": "wipo",
}
_ROWS = """
WITH field AS (SELECT DISTINCT patent_id, wipo_field_id FROM wipo),
     fields AS (SELECT patent_id, count(*) AS n FROM field GROUP BY patent_id),
     person AS (SELECT DISTINCT i.patent_id, i.inventor_id, l.country
                FROM inventor i JOIN location l USING (location_id)),
     persons AS (SELECT patent_id, count(*) AS n FROM person GROUP BY patent_id)
SELECT person.country AS country, field.wipo_field_id AS code, patent.year AS year,
       sum(1.0 / fields.n / persons.n) AS value, count(DISTINCT patent.patent_id) AS patents
FROM patent JOIN field USING (patent_id) JOIN fields USING (patent_id)
     JOIN person USING (patent_id) JOIN persons USING (patent_id)
GROUP BY ALL ORDER BY ALL
"""


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    files = _files(inputs)
    within = context.classification("wipo-field", text("WIPO technology fields", "WIPO 기술 분야"), "Schmoch (2008)")
    measure = context.measure(
        "patents-granted", text("Granted patents, fractional", "등록 특허(분수)"), text("patents", "건")
    )
    with tempfile.TemporaryDirectory() as name, engine(Path(name)) as database:
        folder = Path(name)
        for table, short in _NAMES.items():
            _store(folder / f"{short}.parquet", _batches(files[table], table, context), files[table].name)
            path = str(folder / f"{short}.parquet").replace("'", "''")
            database.execute(f"CREATE VIEW {short} AS SELECT * FROM read_parquet('{path}')")  # noqa: S608
        twice = database.execute("SELECT patent_id FROM patent GROUP BY 1 HAVING count(*) > 1 LIMIT 1").fetchone()
        if twice:
            raise file_error(
                files["g_patent"].name,
                "duplicate-key",
                text(f"patent {twice[0]} stands twice", f"특허 {twice[0]}이(가) 두 번 있습니다"),
                text("download it again", "다시 내려받으십시오"),
            )
        found = database.execute(_ROWS).df()
        known = database.execute(
            "SELECT count(*), count(*) FILTER (patent_id IN (SELECT patent_id FROM inventor JOIN location USING "
            "(location_id)) AND patent_id IN (SELECT patent_id FROM wipo)) FROM patent"
        ).fetchone()
    total, placed = known or (0, 0)
    without = text("a patent without field or known country", "분야나 국가를 알 수 없는 특허")
    context.leave_out("not-placed", without, count=total - placed)
    names = sorted(f"{one.name}" for one in files.values())
    origin = f"{', '.join(names)}: " + found["patents"].astype(str) + " patents"
    frame = found.assign(
        classification=within, measure=measure, line=1, file=files["g_patent"].name, origin=origin
    ).drop(columns="patents")
    yield Batch("patents", frame.assign(value=frame["value"].astype(float).round(9)))


def _files(inputs: Sequence[Input]) -> dict[str, Input]:
    files = {table: one for one in inputs for table in TABLES if one.name.removesuffix(".gz") == f"{table}.tsv"}
    missing = [table for table in TABLES if table not in files]
    if missing:
        raise file_error(
            inputs[0].name,
            "file-missing",
            text(f"the table {missing[0]}.tsv is not among the files", f"{missing[0]}.tsv가 없습니다"),
            text(f"give {', '.join(TABLES)} together", f"함께 주십시오: {', '.join(TABLES)}"),
        )
    return files


def _batches(input_: Input, table: str, context: Context) -> Iterator[pd.DataFrame]:
    for rows in read_rows(input_, TABLES[table], context, delimiter="\t", others=True):
        cells = rows.cells
        if table == "g_patent":
            yield _patents(cells, context)
        elif table == "g_location_disambiguated":
            yield _places(cells, context)
        elif table == "g_wipo_technology":
            yield _fields(cells, context)
        else:
            yield _filled(cells, context)


def _patents(cells: pd.DataFrame, context: Context) -> pd.DataFrame:
    kind = cells["patent_type"].str.strip()
    for name in kind[kind != "utility"].unique():
        reason = text(f"patent type {name}", f"특허 종류 {name}")
        context.leave_out("not-utility", reason, column="patent_type", value=name, count=int((kind == name).sum()))
    cells = cells[kind == "utility"]
    year = pd.to_numeric(cells["patent_date"].str.extract(r"^([12]\d{3})-\d{2}-\d{2}$")[0], errors="coerce")
    for line, day in zip(cells.index[year.isna()], cells["patent_date"][year.isna()], strict=True):
        reason = text(f"'{day}' is not a date", f"'{day}'은(는) 날짜가 아닙니다")
        context.bad("wrong-date", int(line), reason, text("YYYY-MM-DD", "YYYY-MM-DD"), column="patent_date", value=day)
    sound = cells.assign(year=year)[year.notna()]
    return _filled(sound[["patent_id", "year"]], context).astype({"year": "int64"})


def _places(cells: pd.DataFrame, context: Context) -> pd.DataFrame:
    alpha3 = {country.alpha2: code for code, country in countries().items()}
    given = cells["disambig_country"].str.strip().str.upper()
    code = given.map(alpha3)
    for name in given[code.isna()].unique():
        here = given == name
        reason = text(f"'{name}' is no country of ISO 3166-1", f"'{name}'은(는) ISO 3166-1의 국가가 아닙니다")
        first = int(cells.index[here.to_numpy()][0])
        context.leave_out("region", reason, column="disambig_country", value=name, line=first, count=int(here.sum()))
    return cells[["location_id"]].assign(country=code)[code.notna()]


def _fields(cells: pd.DataFrame, context: Context) -> pd.DataFrame:
    given = cells["wipo_field_id"].str.strip().str.removesuffix(".0")
    sound = given.str.fullmatch(r"[1-9]|[12]\d|3[0-5]")
    for line, name in zip(cells.index[~sound], given[~sound], strict=True):
        if re.fullmatch(r"D\d+|0|", name):
            context.leave_out(
                "not-a-field", text("no technology field", "기술 분야가 아님"), value=name, line=int(line)
            )
            continue
        reason = text(f"'{name}' is no field from 1 to 35", f"'{name}'은(는) 1~35의 분야가 아닙니다")
        context.bad(
            "unknown-code", int(line), reason, text("see the table", "표 참조"), column="wipo_field_id", value=name
        )
    kept = cells.assign(wipo_field_id=given)[sound]
    for code, label in kept[["wipo_field_id", "wipo_field_title"]].drop_duplicates().itertuples(index=False, name=None):
        context.code("wipo-field", code, text(label, label))
    return _filled(kept[["patent_id", "wipo_field_id"]], context)


def _filled(cells: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Rows without an empty key; such a row is bad, except for an inventor without a place (left out)."""
    empty = pd.Series(False, index=cells.index)
    for column in cells.columns:
        if cells[column].dtype.kind in "if":
            continue
        blank = cells[column].str.strip() == ""
        if column == "location_id":
            reason = text("an inventor without a place", "장소가 없는 발명자")
            context.leave_out("no-place", reason, column=column, count=int((blank & ~empty).sum()))
        else:
            for line in cells.index[blank & ~empty]:
                reason = text(f"'{column}' is empty", f"'{column}' 칸이 비어 있습니다")
                context.bad(
                    "empty-value", int(line), reason, text("download it again", "다시 내려받으십시오"), column=column
                )
        empty |= blank
    return cells[~empty]


def _store(path: Path, batches: Iterator[pd.DataFrame], file: str) -> None:
    writer: pq.ParquetWriter | None = None
    try:
        for frame in batches:
            table = pa.Table.from_pandas(frame, preserve_index=False)
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table.cast(writer.schema))
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        raise file_error(
            file,
            "no-rows",
            text("none of its rows can be used", "쓸 수 있는 행이 없습니다"),
            text("is it this format, and whole?", "이 형식의 온전한 파일이 맞습니까?"),
        )


FORMAT = Format(
    id="patentsview",
    version="1",
    title=text("PatentsView: granted US patents", "PatentsView: 미국 등록 특허"),
    tables=("patents",),
    specification="PatentsView, granted patent tables and data dictionary (2021 to 2025)",
    files=text(
        "g_patent, g_inventor_disambiguated, g_location_disambiguated, g_wipo_technology (.tsv, .tsv.zip)",
        "네 표(.tsv, .tsv.zip): g_patent, g_inventor_disambiguated, g_location_disambiguated, g_wipo_technology",
    ),
    seen="specification",
    licence="CC BY 4.0",
    licence_note="As stated by PatentsView.",
    publisher="United States Patent and Trademark Office, PatentsView",
    url="https://patentsview.org/download/data-download-tables",
    read=read,
    columns=tuple(column for columns in TABLES.values() for column in columns),
    together=True,
    members=r"^g_(patent|inventor_disambiguated|location_disambiguated|wipo_technology)\.tsv(\.gz)?$",
)
