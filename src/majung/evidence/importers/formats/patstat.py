"""PATSTAT Global tables: patent families by country, WIPO field and year, counted in fractions.

Specification: EPO, PATSTAT Global Data Catalog: tls201_appln (appln_id, appln_auth, ipr_type, earliest_filing_year,
9999 = unknown, earliest_publn_date, docdb_family_id), tls206_person (person_id, person_ctry_code), tls207_pers_appln
(person_id, appln_id, applt_seq_nr, invt_seq_nr), tls230_appln_techn_field (appln_id, techn_field_nr, weight), or
instead of the last tls209_appln_ipc with tls901_techn_field_ipc; CSV with these headings, in parts
(`tls201_part01.csv`).

A DOCDB family f counts once. Its year is the earliest filing year of its members. Its share in country c is the share
of its persons (inventors, or applicants) with a known country that live in c; in field t the sum of the members'
weights of t over the sum of all their weights. Value(c, t, y) = sum over f of share(f, c) share(f, t). An application
is public 18 months after its filing: years of which a part was not yet public at the last publication date are declared
incomplete.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from majung.evidence.importers.context import Context
from majung.evidence.importers.delimited import read_header
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.gate import FIRST_YEAR, LAST_YEAR
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.parts import engine
from majung.evidence.importers.schema import absent, fit
from majung.evidence.importers.series import wrong_option
from majung.evidence.importers.wipo import CLASSIFICATION, FIELDS, declare, read_concordance, shipped_concordance
from majung.evidence.problems import text

PUBLICATION_MONTHS = 18
UNKNOWN_YEAR = 9999
WHOLE = ("BIGINT", "INTEGER")
SHOWN_REJECTS = 10_000


_HOLDS = {
    "appln_id": text("application", "출원 번호"),
    "appln_auth": text("office", "특허청"),
    "ipr_type": text("kind of right; PI = patent", "권리 종류(PI는 특허)"),
    "earliest_filing_year": text("earliest filing year", "최초 출원 연도"),
    "earliest_publn_date": text("earliest publication", "최초 공개일"),
    "docdb_family_id": text("DOCDB family", "DOCDB 패밀리"),
    "person_id": text("person", "인물 번호"),
    "person_ctry_code": text("country of the person", "인물의 국가"),
    "applt_seq_nr": text("place among the applicants, 0 = none", "출원인 순번(0은 아님)"),
    "invt_seq_nr": text("place among the inventors, 0 = none", "발명자 순번(0은 아님)"),
    "techn_field_nr": text("WIPO field, 1 to 35", "WIPO 분야(1~35)"),
    "weight": text("weight of the field", "분야의 가중치"),
    "ipc_class_symbol": text("IPC symbol", "IPC 기호"),
}
_OPTIONAL = ("ipr_type", "earliest_publn_date", "weight")


def _columns(**types: str) -> tuple[tuple[Column, ...], dict[str, str]]:
    return tuple(Column(name, _HOLDS[name], required=name not in _OPTIONAL) for name in types), types


TABLES = {
    "tls201": _columns(
        appln_id="BIGINT", appln_auth="VARCHAR", ipr_type="VARCHAR", earliest_filing_year="INTEGER",
        earliest_publn_date="DATE", docdb_family_id="BIGINT",
    ),
    "tls206": _columns(person_id="BIGINT", person_ctry_code="VARCHAR"),
    "tls207": _columns(person_id="BIGINT", appln_id="BIGINT", applt_seq_nr="INTEGER", invt_seq_nr="INTEGER"),
    "tls230": _columns(appln_id="BIGINT", techn_field_nr="INTEGER", weight="DOUBLE"),
    "tls209": _columns(appln_id="BIGINT", ipc_class_symbol="VARCHAR"),
}  # fmt: skip


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    parts = _parts(inputs)
    persons = context.option("persons", "inventors")
    if persons not in ("inventors", "applicants"):
        raise wrong_option(context, "persons", persons, ("inventors", "applicants"))
    offices = context.option("offices", "1")
    if offices not in ("1", "2"):
        raise wrong_option(context, "offices", offices, ("1", "2"))
    declare(context)
    measure = _measure(persons, offices, context)
    with tempfile.TemporaryDirectory() as folder, engine(Path(folder)) as database:
        for table, some in parts.items():
            _load(database, table, some, context, Path(folder))
        if "tls230" not in parts:
            _fields_of_ipc(database, context)
        _families(database, int(offices))
        _tell(database, persons, context)
        frame = database.execute(
            _COUNT.format(sequence="invt_seq_nr" if persons == "inventors" else "applt_seq_nr")
        ).df()
        _declare_complete(database, measure, context)
        _report_years(database, parts["tls201"][0].name, context)
    context.file = parts["tls206"][0].name
    frame["classification"] = CLASSIFICATION
    frame["code"] = frame["field"].map({number: code for number, (code, _, _) in FIELDS.items()}).fillna("")
    frame["measure"] = measure
    frame["line"] = frame.index + 1
    frame["origin"] = f"{', '.join(sorted(parts))}: families of " + frame["year"].astype(str)
    frame["country"] = context.countries(frame["code2"], None, "person_ctry_code", XK="XKX")
    yield Batch("patents", frame)


def _parts(inputs: Sequence[Input]) -> dict[str, list[Input]]:
    parts: dict[str, list[Input]] = {}
    for one in inputs:
        found = re.match(r"(?i)(tls2(?:01|06|07|09|30))", one.name)
        if found is None:
            raise file_error(
                one.name,
                "wrong-format",
                text("its name is not that of a PATSTAT table read here", "여기서 읽는 PATSTAT 표의 이름이 아닙니다"),
                text(
                    "give tls201, tls206, tls207 and tls230 (or tls209 with tls901)",
                    "tls201, tls206, tls207, tls230(또는 tls209와 tls901)을 주십시오",
                ),
            )
        parts.setdefault(found[1].lower(), []).append(one)
    missing = [name for name in ("tls201", "tls206", "tls207") if name not in parts]
    if not {"tls230", "tls209"} & set(parts):
        missing.append("tls230")
    if missing:
        raise file_error(
            ", ".join(one.name for one in inputs)[:200],
            "file-missing",
            text(f"the tables {', '.join(missing)} are missing", f"표 {', '.join(missing)}이(가) 없습니다"),
            text("give all tables of one edition together", "한 판의 표를 모두 함께 주십시오"),
        )
    if "tls230" in parts:
        parts.pop("tls209", None)
    return parts


def _measure(persons: str, offices: str, context: Context) -> str:
    name = "families" if offices == "1" else "international-families"
    en = "Patent families" if offices == "1" else "Patent families filed at two offices or more"
    ko = "특허 패밀리" if offices == "1" else "두 개 이상 특허청에 출원된 특허 패밀리"
    by = ("by inventor", "발명자 기준") if persons == "inventors" else ("by applicant", "출원인 기준")
    label = text(f"{en} {by[0]}, fractional", f"{ko}({by[1]}, 분수 계산)")
    return context.measure(f"{name}-{persons}", label, text("families", "건"))


def _load(
    database: duckdb.DuckDBPyConnection, table: str, some: Sequence[Input], context: Context, folder: Path
) -> None:
    """A table of the database with the needed columns of all its parts; rows that do not fit go to the report."""
    columns, types = TABLES[table]
    for number, one in enumerate(some):
        header = read_header(one, context)
        names = fit(header, columns, one.name, others=True)
        context.file = one.name
        context.note_absent(absent(columns, names))
        path = _on_disk(one, folder)
        # Whole numbers by way of a float: read as such, DuckDB rounds 0.5 to 1 in silence.
        read_as = {want: "DOUBLE" if kind in WHOLE else kind for want, kind in types.items()}
        kinds = dict.fromkeys(header, "VARCHAR") | {name: read_as[want] for want, name in names.items()}
        listed = ", ".join(f"'{_quoted(name)}': '{kind}'" for name, kind in kinds.items())
        chosen = ", ".join(
            f"{_exact(names[want], kind)} AS {want}" if want in names else f"NULL::{kind} AS {want}"
            for want, kind in types.items()
        )
        source = (
            f"read_csv('{_quoted(str(path))}', header=true, auto_detect=false, delim=',', quote='\"', escape='\"', "
            f"columns={{{listed}}}, nullstr='', store_rejects=true, rejects_limit={SHOWN_REJECTS}, "
            f"rejects_table='errors_{table}_{number}', rejects_scan='scans_{table}_{number}')"
        )
        into = f"CREATE TABLE {table} AS" if number == 0 else f"INSERT INTO {table}"
        try:
            database.execute(f"{into} SELECT {chosen} FROM {source}")  # noqa: S608
        except duckdb.Error as error:
            raise file_error(
                one.name,
                "not-csv",
                text(f"cannot be read as a table ({str(error).splitlines()[0][:200]})", "표로 읽을 수 없습니다"),
                text("export it again as CSV with headings", "머리글이 있는 CSV로 다시 내보내십시오"),
            ) from None
        if path != one.path:
            path.unlink()
        _rejects(database, f"errors_{table}_{number}", one.name, context)
    rows = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    context.file = some[0].name
    context.count(int(rows[0]) if rows else 0)


def _exact(name: str, kind: str) -> str:
    """The expression that reads a column; a fraction where a whole number belongs stops the reading."""
    if kind not in WHOLE:
        return f'"{name}"'
    told = f"'{_quoted(name)} is ' || \"{name}\" || ', not a whole number'"
    return f'CASE WHEN "{name}" <> floor("{name}") THEN error({told}) ELSE "{name}"::{kind} END'


def _on_disk(one: Input, folder: Path) -> Path:
    """The file itself, or a copy of a ZIP member: the engine reads files (plain or gzip), not streams."""
    if not one.member:
        return one.path
    place = folder / re.sub(r"[^A-Za-z0-9._-]", "_", one.name)
    with one.open() as stream, place.open("wb") as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
    return place.rename(place.with_suffix(".csv"))


def _quoted(name: str) -> str:
    return name.replace("'", "''")


def _rejects(database: duckdb.DuckDBPyConnection, errors: str, file: str, context: Context) -> None:
    rows = database.execute(
        f"SELECT line, first(column_name), first(error_type), first(csv_line) FROM {errors} "  # noqa: S608
        f"GROUP BY line ORDER BY line LIMIT {SHOWN_REJECTS}"
    ).fetchall()
    for line, column, kind, csv_line in rows:
        reason = text(
            f"the row cannot be read ({str(kind).lower().replace('_', ' ')})",
            f"읽을 수 없는 행입니다({str(kind).lower()})",
        )
        remedy = text("correct it, or export the table again", "고치거나 표를 다시 내보내십시오")
        context.bad("unreadable-row", int(line), reason, remedy, column=column or "", value=csv_line, file=file)


def _fields_of_ipc(database: duckdb.DuckDBPyConnection, context: Context) -> None:
    """tls230 from IPC symbols: the weight of a field is the share of the application's symbols that lie in it."""
    lists = [one for one in context.companions if re.match(r"(?i)tls901|.*concordance", one.name)]
    if lists:
        concordance = read_concordance(lists[0], context)
    else:
        concordance = shipped_concordance()
        said = text(
            "no tls901 was given: WIPO's concordance of IPC 2018.01 that comes with Majung was used; newer symbols are"
            " in no field",
            "tls901이 없어 함께 배포되는 WIPO 연계표(IPC 2018.01)를 썼습니다. 그 뒤에 생긴 기호는 분야가 없습니다",
        )
        context.note("shipped-concordance", said)
    symbols = database.execute("SELECT DISTINCT ipc_class_symbol AS symbol FROM tls209").df()
    symbols["field"] = pd.array([concordance.field_of(str(one)) for one in symbols["symbol"]], dtype="Int64")
    unknown = symbols["field"].isna()
    if unknown.any():
        first = str(symbols.loc[unknown, "symbol"].iloc[0])
        said = text(
            f"{int(unknown.sum()):,} IPC symbols are in no field (first: {first})",
            f"분야가 없는 IPC {int(unknown.sum()):,}개(처음: {first})",
        )
        context.note("unmapped-symbols", said)
    database.register("symbols", symbols[~unknown])
    database.execute(
        "CREATE TABLE tls230 AS SELECT appln_id, field::INTEGER AS techn_field_nr, "
        "count(*) / sum(count(*)) OVER (PARTITION BY appln_id) AS weight "
        "FROM tls209 JOIN symbols ON ipc_class_symbol = symbol GROUP BY appln_id, field"
    )
    database.unregister("symbols")


def _families(database: duckdb.DuckDBPyConnection, offices: int) -> None:
    database.execute(
        "CREATE TABLE member AS SELECT DISTINCT appln_id, docdb_family_id AS family, appln_auth, "
        "earliest_filing_year AS year FROM tls201 "
        "WHERE appln_id > 0 AND docdb_family_id > 0 AND coalesce(ipr_type, 'PI') IN ('PI', '')"
    )
    database.execute(
        f"CREATE TABLE family AS SELECT family, min(year) AS year FROM member "  # noqa: S608
        f"WHERE year BETWEEN {FIRST_YEAR} AND {LAST_YEAR} GROUP BY family "
        f"HAVING count(DISTINCT appln_auth) >= {offices}"
    )


def _report_years(database: duckdb.DuckDBPyConnection, file: str, context: Context) -> None:
    """Years that are neither a year nor "unknown": their applications give their family no year."""
    found = database.execute(
        f"SELECT year, count(*) FROM member WHERE year NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR} "  # noqa: S608
        f"AND year <> {UNKNOWN_YEAR} GROUP BY year ORDER BY year LIMIT {SHOWN_REJECTS}"
    ).fetchall()
    for year, times in found:
        reason = text(f"'{year}' is no year ({times:,} applications)", f"'{year}'은(는) 연도가 아닙니다({times:,}건)")
        remedy = text("correct it, or export the table again", "고치거나 표를 다시 내보내십시오")
        context.bad("wrong-year", None, reason, remedy, column="earliest_filing_year", value=year, file=file)


_PEOPLE = """SELECT DISTINCT m.family, l.person_id, upper(trim(coalesce(p.person_ctry_code, ''))) AS country
FROM member m JOIN tls207 l USING (appln_id) LEFT JOIN tls206 p USING (person_id) WHERE l.{sequence} > 0"""

_COUNT = f"""WITH people AS ({_PEOPLE}),
place AS (SELECT family, country, count(*) / sum(count(*)) OVER (PARTITION BY family) AS share
  FROM people WHERE country <> '' GROUP BY family, country),
area AS (SELECT family, techn_field_nr AS field, sum(coalesce(weight, 1)) AS w
  FROM member JOIN tls230 USING (appln_id) WHERE techn_field_nr BETWEEN 1 AND 35 GROUP BY family, techn_field_nr),
topic AS (SELECT family, field, w / sum(w) OVER (PARTITION BY family) AS share FROM area WHERE w > 0)
SELECT country AS code2, field, year, round(sum(place.share * topic.share), 9) AS value
FROM family JOIN place USING (family) JOIN topic USING (family)
GROUP BY country, field, year ORDER BY code2, field, year"""  # noqa: S608


def _tell(database: duckdb.DuckDBPyConnection, persons: str, context: Context) -> None:
    """How many families could not be placed, and why."""
    sequence = "invt_seq_nr" if persons == "inventors" else "applt_seq_nr"
    found = database.execute(
        f"WITH people AS ({_PEOPLE.format(sequence=sequence)}) "  # noqa: S608
        "SELECT (SELECT count(*) FROM family), "
        "(SELECT count(*) FROM family WHERE family NOT IN (SELECT family FROM people WHERE country <> '')), "
        "(SELECT count(*) FROM family WHERE family NOT IN "
        "(SELECT family FROM member JOIN tls230 USING (appln_id) WHERE techn_field_nr BETWEEN 1 AND 35)), "
        "(SELECT count(DISTINCT family) FROM member) - (SELECT count(*) FROM family)"
    ).fetchone()
    total, homeless, fieldless, outside = (int(n) for n in found or (0, 0, 0, 0))
    said = text(
        f"{total:,} families; not counted: {homeless:,} without a known country of {persons}, {fieldless:,} without a"
        f" field; {outside:,} without a known year or below the number of offices",
        f"패밀리 {total:,}건 가운데 국가를 모르는 {homeless:,}건, 분야가 없는 {fieldless:,}건은 세지 않았고,"
        f" 연도를 모르거나 특허청 수가 모자란 {outside:,}건은 뺐습니다",
    )
    context.note("counted-families", said)


def _declare_complete(database: duckdb.DuckDBPyConnection, measure: str, context: Context) -> None:
    given = context.options.get("complete-through", "")
    if given:
        if not re.fullmatch("[12][0-9]{3}", given):
            raise wrong_option(context, "complete-through", given, ("2020", "2021", "..."))
        year = int(given)
    else:
        found = database.execute(
            "SELECT max(earliest_publn_date) FROM tls201 WHERE earliest_publn_date < DATE '9999-01-01'"
        ).fetchone()
        if not found or found[0] is None:
            said = text(
                "tls201 has no earliest_publn_date: give --option complete-through=YEAR, the last year that is whole",
                "tls201에 earliest_publn_date가 없습니다. --option complete-through=연도로 완결 연도를 주십시오",
            )
            context.note("incomplete-last-year", said)
            return
        year = last_whole_year(found[0])
    context.declare("patents", complete_through={f"{CLASSIFICATION}/{measure}": year})
    said = text(
        f"years after {year} are declared incomplete: applications become public after {PUBLICATION_MONTHS} months",
        f"{year}년 뒤는 미완결로 선언했습니다. 출원은 {PUBLICATION_MONTHS}개월 뒤에 공개됩니다",
    )
    context.note("incomplete-last-year", said)


def last_whole_year(published: date) -> int:
    """The last filing year of which all applications were public by a day: the one of which 31 December plus 18 months
    lies before it."""
    year = published.year - 1
    while date(year + 2, 6, 30) > published:  # 18 months after 31 December of `year`
        year -= 1
    return year


FORMAT = Format(
    id="patstat",
    version="1",
    title=text("PATSTAT Global: patent families by country and WIPO field", "PATSTAT: 국가·WIPO 분야별 특허 패밀리"),
    tables=("patents",),
    specification="EPO, PATSTAT Global Data Catalog: tls201, tls206, tls207, tls230 (or tls209 with tls901)",
    files=text(
        "tls201..., tls206..., tls207..., tls230....csv (in parts, ZIPs), or tls209 with tls901, of one edition",
        "한 판의 tls201, tls206, tls207, tls230 CSV(나뉜 파일, ZIP 가능), 또는 tls209와 tls901",
    ),
    seen="specification",
    licence="",
    licence_note="Licensed by the EPO: aggregates may be published, the tables may not; see your subscription.",
    read=read,
    publisher="European Patent Office",
    url="https://www.epo.org/en/searching-for-patents/business/patstat",
    columns=tuple(column for columns, _ in TABLES.values() for column in columns),
    together=True,
    members=r"(?i)^tls2(01|06|07|09|30).*\.csv(\.gz)?$",
    companions=r"(?i)^tls901.*\.csv(\.gz)?$|concordance.*\.csv$",
    options={
        "persons": text(
            "whose country counts: inventors (default) or applicants", "기준: inventors(기본) 또는 applicants"
        ),
        "offices": text(
            "1: all families (default); 2: filed at two offices or more", "1: 전체(기본), 2: 두 곳 이상 출원"
        ),
        "complete-through": text("last year that is whole", "완결된 마지막 연도"),
    },
)
