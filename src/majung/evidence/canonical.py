"""The canonical tables: which columns they have, which of them are the key, what may be negative.

Long form, one fact a row. `origin` is the fact's place in the source's own file; `released` the day it was published,
where that is known better than for the source as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from majung.evidence.problems import Text, text

LONG_KEY = ("country", "classification", "code", "year", "measure")
INPUT_OUTPUT_KEY = ("country", "year", "use", "row", "column")
TRADE_KEY = ("country", "partner", "flow", "classification", "code", "year", "measure")
VOTES_KEY = ("country", "conversation", "statement", "year", "voter")
USES = ("domestic", "imports", "primary")
FLOWS = ("exports", "imports", "re-exports", "re-imports")
WORLD = "WLD"

# Rows and columns of an input-output table in which a negative entry is normal: net taxes, adjustments and purchases
# abroad, margins; changes in inventories; capital formation where disposals exceed acquisitions (WIOD 2016 release:
# Timmer et al. 2015).
SIGNED_ROWS = ("TXSP", "EXP_adj", "PURR", "PURNR", "IntTTM")
SIGNED_COLUMNS = ("INVEN", "GFCF")
INPUT_OUTPUT_CLASSIFICATION = "wiod56"


@dataclass(frozen=True)
class CanonicalTable:
    """One canonical table: its name, key columns in order, and what it holds."""

    name: str
    key: tuple[str, ...]
    holds: Text

    @property
    def columns(self) -> tuple[str, ...]:
        """Required columns, in the order in which we write them."""
        return (*self.key, "value", "source", "origin")

    @property
    def optional(self) -> tuple[str, ...]:
        return ("released",)

    @property
    def places(self) -> tuple[str, ...]:
        """Columns that hold a country."""
        return tuple(column for column in ("country", "partner") if column in self.key)

    @property
    def coded(self) -> tuple[str, str] | None:
        """(column of the classification, column of its code), or None: an input-output table declares its own."""
        if "row" in self.key:
            return None
        return ("conversation", "statement") if "statement" in self.key else ("classification", "code")

    @property
    def index(self) -> str:
        """Name of the frame's index, which holds the line number: `row`, unless the table has a column of that name."""
        return "line" if "row" in self.key else "row"


TABLES: dict[str, CanonicalTable] = {
    table.name: table
    for table in (
        CanonicalTable("patents", LONG_KEY, text("patents by technology field", "기술 분야별 특허")),
        CanonicalTable("publications", LONG_KEY, text("scientific articles by field", "학문 분야별 논문")),
        CanonicalTable("investment", LONG_KEY, text("private investment", "민간 투자")),
        CanonicalTable("value_added", LONG_KEY, text("value added by industry", "산업별 부가가치")),
        CanonicalTable("market", LONG_KEY, text("market size", "시장 규모")),
        CanonicalTable("input_output", INPUT_OUTPUT_KEY, text("input-output tables", "산업연관표")),
        CanonicalTable(
            "satellites", LONG_KEY, text("published multipliers and satellites", "공표된 유발계수와 부속표")
        ),
        CanonicalTable("surveys", LONG_KEY, text("expert surveys", "전문가 조사")),
        CanonicalTable("trade", TRADE_KEY, text("trade in goods by partner", "상대국별 상품 무역")),
        CanonicalTable("funding", LONG_KEY, text("public funding of research", "공공 연구 지원")),
        CanonicalTable("votes", VOTES_KEY, text("votes on statements", "의견에 대한 투표")),
    )
}

CODES_COLUMNS = ("kind", "classification", "code", "label_en", "label_ko", "unit_en", "unit_ko", "note")
KINDS = ("code", "measure", "classification")

INPUT_OUTPUT_UNIT = text("million USD", "백만 달러")
VOTES_UNIT = text("-1, 0 or 1", "-1, 0, 1")

_TYPES = {"year": "integer", "value": "number", "released": "date"}
_PATTERNS = {"country": "^[A-Z]{3}$", "partner": "^[A-Z]{3}$"}


def table_resource(
    table: str,
    *,
    path: str | None = None,
    complete_through: dict[str, int] | None = None,
    one_observation: list[list[str]] | None = None,
    released: bool = False,
    **declarations: Any,
) -> dict[str, Any]:
    """The entry of `resources` in datapackage.json for a canonical table, as the Frictionless standard wants it.

    complete_through: last complete year by measure (`measure` or `classification/measure`). one_observation: groups of
    codes that rest on one source row. released: whether the file has the optional column. declarations: the other
    declarations of docs/evidence.md (`splices`, `not_additive`, `signed`, `classification`). Raises KeyError for a
    table that is not canonical.
    """
    spec = TABLES[table]
    path = path or f"tables/{table}.csv"
    columns = (*spec.columns, *(spec.optional if released else ()))
    majung: dict[str, Any] = {"table": table}
    if complete_through:
        majung["complete_through"] = complete_through
    if one_observation:
        majung["one_observation"] = one_observation
    majung |= declarations
    name = path.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", "-")
    resource: dict[str, Any] = {"name": name, "path": path, "profile": "tabular-data-resource"}
    if path.endswith(".parquet"):
        resource |= {"format": "parquet", "mediatype": "application/vnd.apache.parquet"}
    else:
        resource |= {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
    fields = []
    for column in columns:
        entry: dict[str, Any] = {"name": column, "type": _TYPES.get(column, "string")}
        constraints: dict[str, Any] = {} if column == "released" else {"required": True}
        if column in _PATTERNS:
            constraints["pattern"] = _PATTERNS[column]
        if constraints:
            entry["constraints"] = constraints
        fields.append(entry)
    resource["schema"] = {"fields": fields, "primaryKey": list(spec.key), "missingValues": [""]}
    resource["majung"] = majung
    return resource
