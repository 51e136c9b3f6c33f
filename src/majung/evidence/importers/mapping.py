"""An explicit mapping: which column of a table becomes which canonical column, said in a TOML file (docs/importers.md).

Nothing is inferred. Every key of the file is known or refused; a source value without a translation is a bad row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from majung.evidence.canonical import TABLES
from majung.evidence.codebook import nearest
from majung.evidence.importers.context import Context, code_of
from majung.evidence.importers.format import Batch, Column
from majung.evidence.problems import Text, text
from majung.methods.labelled import InputError

_KEYS = {
    "table": str,
    "file": dict,
    "columns": dict,
    "constants": dict,
    "filter": list,
    "value": dict,
    "year": dict,
    "translate": dict,
    "melt": dict,
    "codes": dict,
    "measures": dict,
    "classifications": dict,
    "declare": dict,
    "source": dict,
}
_FILE_KEYS = ("delimiter", "sheet", "header", "quoted")
_VALUE_KEYS = ("factor", "missing", "thousands", "decimal_comma")
_FILTER_KEYS = ("column", "equals", "not", "in", "not_in", "matches", "not_matches", "reason")
_YEAR_FORMS = ("year", "date", "epoch-ms")
SLUG = "slug"


@dataclass(frozen=True)
class Filter:
    """Rows that are kept. wanted, unwanted: values; pattern, unpattern: regular expressions the whole cell fits."""

    column: str
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    pattern: str = ""
    unpattern: str = ""
    reason: Text = field(default_factory=lambda: text("left out by the mapping", "대응 파일에 따라 제외"))

    def keeps(self, cells: pd.Series[str]) -> pd.Series[bool]:
        keep = pd.Series(True, index=cells.index)
        if self.wanted:
            keep &= cells.isin(list(self.wanted))
        if self.unwanted:
            keep &= ~cells.isin(list(self.unwanted))
        if self.pattern:
            keep &= cells.str.fullmatch(self.pattern)
        if self.unpattern:
            keep &= ~cells.str.fullmatch(self.unpattern)
        return keep


@dataclass(frozen=True)
class Plan:
    """A mapping file, checked. columns: canonical to source column. melted: (pattern, canonical column) or None."""

    table: str
    columns: Mapping[str, str]
    constants: Mapping[str, str]
    filters: Sequence[Filter]
    translate: Mapping[str, Mapping[str, str]]
    slugs: frozenset[str]
    melted: tuple[str, str] | None
    factor: float
    missing: tuple[str, ...]
    thousands: bool
    decimal_comma: bool
    year_form: str
    raw: Mapping[str, Any]

    def wanted(self, header: Sequence[str]) -> list[Column]:
        """The source columns that are read, as the format's columns."""
        names = list(dict.fromkeys([*self.columns.values(), *(f.column for f in self.filters)]))
        if self.melted:
            names += [name for name in header if re.fullmatch(self.melted[0], name) and name not in names]
        return [Column(name, text(name, name)) for name in names]


def plan(raw: Mapping[str, Any]) -> Plan:
    """Check a mapping file. Raises InputError that names the key and what may stand there."""
    for name, given in raw.items():
        if name not in _KEYS:
            near = nearest(name, list(_KEYS))
            raise InputError(f"mapping: '{name}' is not known" + (f"; write '{near}'?" if near else ""))
        if not isinstance(given, _KEYS[name]):
            raise InputError(f"mapping: '{name}' must be a {_KEYS[name].__name__}")
    table = raw.get("table", "")
    if table not in TABLES:
        raise InputError(f"mapping: table = {table!r}: write one of {', '.join(TABLES)}")
    key: tuple[str, ...] = TABLES[table].key
    columns = {str(k): str(v) for k, v in raw.get("columns", {}).items()}
    constants = {str(k): str(v) for k, v in raw.get("constants", {}).items()}
    melt = raw.get("melt")
    melted = (str(melt.get("columns", "")), str(melt.get("into", ""))) if melt else None
    for column in (*columns, *constants, *((melted[1],) if melted else ())):
        if column not in (*key, "value", "released"):
            near = nearest(column, [*key, "value", "released"])
            raise InputError(
                f"mapping: table '{table}' has no column '{column}'" + (f"; write '{near}'?" if near else "")
            )
    by_melt = (melted[1], "value") if melted else ()
    for column in (*key, "value"):
        if column not in columns and column not in constants and column not in by_melt:
            raise InputError(f"mapping: nothing becomes '{column}': name its column under [columns] or [constants]")
    _check_keys("file", raw.get("file", {}), _FILE_KEYS)
    value = raw.get("value", {})
    _check_keys("value", value, _VALUE_KEYS)
    year = raw.get("year", {})
    _check_keys("year", year, ("form",))
    form = str(year.get("form", "year"))
    if form not in _YEAR_FORMS:
        raise InputError(f"mapping: year.form = {form!r}: write one of {', '.join(_YEAR_FORMS)}")
    translate = {str(k): v for k, v in raw.get("translate", {}).items()}
    slugs = frozenset(column for column, how in translate.items() if how == SLUG)
    tables = {
        column: {str(a): str(b) for a, b in how.items()} for column, how in translate.items() if isinstance(how, dict)
    }
    for column, how in translate.items():
        if how != SLUG and not isinstance(how, dict):
            raise InputError(f'mapping: translate.{column} must be a table of values or "slug"')
    factor = value.get("factor", 1.0)
    if (
        not isinstance(factor, int | float)
        or isinstance(factor, bool)
        or factor != factor
        or factor in (0, float("inf"))
    ):
        raise InputError(f"mapping: value.factor = {factor!r} is no factor")
    return Plan(
        table,
        columns,
        constants,
        tuple(_filter(one) for one in raw.get("filter", [])),
        tables,
        slugs,
        melted,
        float(factor),
        tuple(str(one) for one in value.get("missing", ())),
        bool(value.get("thousands", False)),
        bool(value.get("decimal_comma", False)),
        form,
        raw,
    )


def _check_keys(name: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in given:
        if key not in known:
            near = nearest(key, list(known))
            raise InputError(f"mapping: '{name}.{key}' is not known" + (f"; write '{near}'?" if near else ""))


def _filter(raw: Mapping[str, Any]) -> Filter:
    if not isinstance(raw, dict) or "column" not in raw:
        raise InputError("mapping: a [[filter]] needs column = ...")
    _check_keys("filter", raw, _FILTER_KEYS)
    for name in ("matches", "not_matches"):
        try:
            re.compile(raw.get(name, ""))
        except re.error as error:
            raise InputError(f"mapping: filter.{name} = {raw[name]!r} is no regular expression ({error})") from None
    wanted = [raw["equals"]] if "equals" in raw else list(raw.get("in", []))
    unwanted = [raw["not"]] if "not" in raw else list(raw.get("not_in", []))
    if not (wanted or unwanted or raw.get("matches") or raw.get("not_matches")):
        raise InputError(f"mapping: the filter on '{raw['column']}' says nothing: equals, not, in, matches ...")
    reason = raw.get("reason")
    said = text(str(reason["en"]), str(reason["ko"])) if isinstance(reason, dict) else None
    return Filter(
        str(raw["column"]),
        tuple(map(str, wanted)),
        tuple(map(str, unwanted)),
        str(raw.get("matches", "")),
        str(raw.get("not_matches", "")),
        **({"reason": said} if said else {}),
    )


def declare(plan: Plan, context: Context) -> None:
    """Labels, units and declarations that the mapping file gives."""
    raw = plan.raw
    for name, label in raw.get("classifications", {}).items():
        context.classification(str(name), _label(label, name), str(label.get("note", "")))
    for name, entry in raw.get("measures", {}).items():
        unit = text(str(entry.get("unit_en", "unit")), str(entry.get("unit_ko", entry.get("unit_en", "단위"))))
        context.measure(
            str(name),
            _label(entry, name),
            unit,
            signed=bool(entry.get("signed", False)),
            additive=bool(entry.get("additive", True)),
        )
    for within, codes in raw.get("codes", {}).items():
        for code, entry in codes.items():
            context.code(str(within), str(code), _label(entry, code), str(entry.get("note", "")))
    if raw.get("declare"):
        context.declare(plan.table, **raw["declare"])


def _label(entry: Mapping[str, Any], name: str) -> Text:
    if not isinstance(entry, dict):
        raise InputError(f"mapping: '{name}' needs en = ... and ko = ...")
    english = str(entry.get("en", name))
    return text(english, str(entry.get("ko", english)))


def apply(plan: Plan, cells: pd.DataFrame, context: Context) -> Iterator[Batch]:
    """Canonical rows of a batch of source rows. cells: str, columns as in the source; index: lines."""
    for one in plan.filters:
        keep = one.keeps(cells[one.column])
        for name in cells[one.column][~keep].unique()[:1000]:
            here = (cells[one.column] == name) & ~keep
            first = int(cells.index[here.to_numpy()][0])
            context.leave_out("filter", one.reason, column=one.column, value=name, line=first, count=int(here.sum()))
        cells = cells[keep]
    if cells.empty:
        return
    if plan.melted is None:
        yield Batch(plan.table, _canonical(plan, cells, cells.get(plan.columns.get("value", ""), None), context))
        return
    pattern, into = plan.melted
    for name in [column for column in cells.columns if re.fullmatch(pattern, column)]:
        frame = cells.assign(**{"": name})
        melted = Plan(**{**plan.__dict__, "columns": {**plan.columns, into: ""}})
        yield Batch(plan.table, _canonical(melted, frame, cells[name], context, value_column=name))


def _canonical(
    plan: Plan, cells: pd.DataFrame, values: pd.Series[str] | None, context: Context, value_column: str = ""
) -> pd.DataFrame:
    lines = cells.index
    out = pd.DataFrame({"line": lines}, index=lines)
    spec = TABLES[plan.table]
    for column in (*spec.key, *(c for c in ("released",) if c in plan.columns)):
        if column in plan.constants:
            out[column] = plan.constants[column]
            continue
        source = plan.columns[column]
        found = cells[source].str.strip()
        if column in plan.translate:
            found = _translated(found, plan.translate[column], column, source, context)
        if column in spec.places and column not in plan.translate:
            found = context.countries(found, lines, source)
        elif column == "year":
            out[column] = _years(found, plan.year_form, source, context)
            continue
        if column in spec.key and column not in (*spec.places, *plan.translate):
            _report_empty(found, column, source, context)
        if column in plan.slugs:
            found = _slugs(found, out, column, spec.coded, context)
        out[column] = found
    if values is None:
        out["value"] = float(plan.constants["value"])
        return out
    column = value_column or plan.columns["value"]
    if plan.decimal_comma:
        values = _with_point(values)
    out["value"] = context.numbers(values, lines, column, missing=plan.missing, thousands=plan.thousands) * plan.factor
    return out


def _with_point(values: pd.Series[str]) -> pd.Series[str]:
    """1.234,5 as 1234.5. A point that does not group thousands is left with its comma, and then is no number."""
    plain = values.str.strip()
    grouped = plain.str.fullmatch(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
    simple = plain.str.fullmatch(r"[+-]?[0-9]+(?:,[0-9]+)?")
    turned = plain.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    doubtful = plain.str.contains(".", regex=False) & ~grouped
    return turned.where(grouped | simple, plain.where(~doubtful, plain + ","))


def _report_empty(found: pd.Series[str], column: str, source: str, context: Context) -> None:
    reason = text(f"'{source}' is empty", f"'{source}' 칸이 비어 있습니다")
    remedy = text(f"it becomes '{column}': fill it in, or filter the row out", "채우거나 [[filter]]로 빼십시오")
    for line in found.index[found == ""]:
        context.bad("empty-value", int(line), reason, remedy, column=source)


def _translated(
    cells: pd.Series[str], table: Mapping[str, str], column: str, source: str, context: Context
) -> pd.Series[str]:
    found = cells.map(dict(table))
    for name in cells[found.isna()].unique():
        near = nearest(str(name), list(table))
        reason = text(
            f"'{name}' has no translation for '{column}'", f"'{name}'을(를) '{column}'(으)로 옮길 수 없습니다"
        )
        remedy = text(
            f"add it to [translate.{column}], or filter it out" + (f"; is it '{near}'?" if near else ""),
            f"[translate.{column}]에 넣거나 [[filter]]로 빼십시오" + (f" ('{near}'입니까?)" if near else ""),
        )
        for line in cells.index[(cells == name) & found.isna()]:
            context.bad("no-translation", int(line), reason, remedy, column=source, value=name)
    return found.fillna("").astype(str)


def _slugs(
    cells: pd.Series[str], out: pd.DataFrame, column: str, coded: tuple[str, str] | None, context: Context
) -> pd.Series[str]:
    codes = {name: code_of(name) if name else "" for name in cells.unique()}
    if coded is not None and column == coded[1] and coded[0] in out:
        pairs = pd.DataFrame({"within": out[coded[0]], "name": cells}).drop_duplicates()
        for within, name in pairs.itertuples(index=False, name=None):
            if name:
                context.code(within, codes[name], text(name, name))
    return cells.map(codes).astype(str)


def _years(cells: pd.Series[str], form: str, source: str, context: Context) -> pd.Series[float]:
    if form == "year":
        return context.numbers(cells, cells.index, source)
    if form == "date":
        years = cells.str.extract(r"^(\d{4})(?:[-/.]\d{1,2}){0,2}(?:[T ].*)?$")[0]
    else:
        figures = context.numbers(cells, cells.index, source)
        years = figures.map(_epoch_year)
        return pd.to_numeric(years, errors="coerce")
    for line, name in zip(cells.index[years.isna()], cells[years.isna()], strict=True):
        reason = text(f"'{name}' is not a date", f"'{name}'은(는) 날짜가 아닙니다")
        context.bad("wrong-date", int(line), reason, text("write YYYY-MM-DD", "YYYY-MM-DD"), column=source, value=name)
    return pd.to_numeric(years, errors="coerce")


def _epoch_year(milliseconds: float) -> float:
    if milliseconds != milliseconds or not 0 <= milliseconds < 4.1e12:
        return float("nan")
    return float(datetime.fromtimestamp(milliseconds / 1000, UTC).year)
