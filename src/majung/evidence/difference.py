"""The difference of two snapshots: which facts are new, gone, revised or restated, and what is declared otherwise."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from majung.evidence.canonical import LONG_KEY, TABLES
from majung.evidence.countries import accepted_codes, country_name
from majung.evidence.descriptor import LICENCE_FILE
from majung.evidence.package import Package
from majung.evidence.problems import Language, Text, text
from majung.evidence.reading import read_text

RowKind = Literal["new", "gone", "revised", "restated"]

NAMED = 3
"""A sentence names so many years, sources or codes; the table and the JSON list all."""

COLUMNS = (
    "kind",
    "table",
    "country",
    "classification",
    "code",
    "year",
    "measure",
    "detail",
    "before",
    "after",
    "source_before",
    "source_after",
    "origin_before",
    "origin_after",
    "released_before",
    "released_after",
)


@dataclass(frozen=True)
class Declaration:
    """Something declared otherwise. what: source, licence, code, measure, classification, declaration. kind: new, gone
    or changed. name: which one; field: its field, "" as a whole. before, after: "" where there is none."""

    what: str
    kind: Literal["new", "gone", "changed"]
    name: str
    field: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, eq=False)
class Difference:
    """From snapshot a to snapshot b. rows: one line a differing fact, columns COLUMNS (detail: the values of a
    table's further keys, such as partner and flow of trade, or use, row and column of input-output); declarations:
    what is declared otherwise."""

    hash_a: str
    hash_b: str
    rows: pd.DataFrame
    declarations: tuple[Declaration, ...]
    a: Package = field(repr=False)
    b: Package = field(repr=False)

    @property
    def same(self) -> bool:
        return self.hash_a == self.hash_b

    def sentences(self, lang: Language = "en") -> list[str]:
        """The difference in words, facts before declarations."""
        if self.same:
            return [_SAME[lang]]
        said = [one[lang] for one in (*self._of_rows(), *self._of_declarations())]
        return said or [_NOTHING_NAMED[lang]]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for programs."""
        rows = self.rows.astype(object).where(self.rows.notna(), None)
        return {
            "from": self.hash_a,
            "to": self.hash_b,
            "same": self.same,
            "sentences": {"en": self.sentences("en"), "ko": self.sentences("ko")},
            "counts": {str(k): int(n) for k, n in self.rows["kind"].value_counts(sort=False).items()},
            "declarations": [vars(one) for one in self.declarations],
            "rows": rows.to_dict("records"),
        }

    def _of_rows(self) -> list[Text]:
        out: list[Text] = []
        groups = self.rows.groupby(["table", "classification", "measure"], sort=True, dropna=False)
        for (table, classification, measure), rows in groups:
            series = f"{classification}/{measure}" if measure else ""
            where = f"{table} {series}".strip()
            for kind, say in _SAY.items():
                chosen = rows[rows["kind"] == kind]
                if len(chosen):
                    en, ko = say(self, chosen)
                    out.append(text(f"{where}: {en}", f"{where}: {ko}"))
        return out

    def _of_declarations(self) -> list[Text]:
        out: list[Text] = []
        grouped: dict[tuple[str, str, str], list[Declaration]] = {}
        for one in self.declarations:
            grouped.setdefault((one.what, one.kind, one.field), []).append(one)
        for (what, kind, name), ones in grouped.items():
            noun = _NOUN[what]
            detail = "; ".join(
                one.name + (f": '{one.before}' → '{one.after}'" if kind == "changed" else "") for one in ones[:NAMED]
            )
            rest = len(ones) - NAMED
            en_more, ko_more = (f"; and {rest:,} more", f" 외 {rest:,}건") if rest > 0 else ("", "")
            many = len(ones) > 1
            en_noun, ko_noun = noun["many" if many else "one"], noun["ko"]
            en_field = f" changed {_FIELD.get(name, (name, name))[0]}" if kind == "changed" else f" {kind}"
            ko_field = f"의 {_FIELD.get(name, (name, name))[1]} 변경" if kind == "changed" else f" {_KIND_KO[kind]}"
            if kind == "changed" and not name:
                en_field, ko_field = " changed", " 변경"
            out.append(
                text(
                    f"{len(ones):,} {en_noun}{en_field}: {detail}{en_more}",
                    f"{ko_noun} {len(ones):,}건{ko_field}: {detail}{ko_more}",
                )
            )
        return out

    def _place(self, row: Mapping[Any, Any]) -> Text:
        """`Korea, Computer technology, 2019`."""
        country = str(row["country"])
        names = country_name(country) if country in accepted_codes() else text(country, country)
        entry = None
        for package in (self.b, self.a):
            entry = entry or package.codebook.codes.get((str(row["classification"]), str(row["code"])))
        label = entry.label if entry else text(str(row["code"]), str(row["code"]))
        detail = str(row["detail"])
        return text(
            ", ".join(part for part in (names["en"], label["en"], detail, str(row["year"])) if part),
            ", ".join(part for part in (names["ko"], label["ko"], detail, f"{row['year']}년") if part),
        )


_SAME = text("the two snapshots are the same", "두 스냅숏은 같습니다")
_NOTHING_NAMED = text(
    "the same facts and declarations, differently described",
    "사실과 선언은 같고 적은 방식만 다릅니다",
)
_KIND_KO = {"new": "추가", "gone": "삭제"}
_NOUN: dict[str, dict[str, str]] = {
    "source": {"one": "source", "many": "sources", "ko": "출처"},
    "licence": {"one": "licence of the package", "many": "licences of the package", "ko": "자료 묶음의 라이선스"},
    "code": {"one": "code", "many": "codes", "ko": "코드"},
    "measure": {"one": "measure", "many": "measures", "ko": "측정값"},
    "classification": {"one": "classification", "many": "classifications", "ko": "분류"},
    "declaration": {"one": "declaration", "many": "declarations", "ko": "선언"},
}
_FIELD = {
    "license": ("licence", "라이선스"),
    "license_note": ("licence note", "라이선스 비고"),
    "edition": ("edition", "판"),
    "retrieved": ("retrieval date", "수집일"),
    "released": ("release date", "공표일"),
    "title": ("title", "제목"),
    "publisher": ("publisher", "발행처"),
    "citation": ("citation", "인용 표기"),
    "url": ("address", "주소"),
    "label": ("label", "이름"),
    "unit": ("unit", "단위"),
    "note": ("note", "비고"),
}


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:,.6g}"


def _say_revised(difference: Difference, rows: pd.DataFrame) -> tuple[str, str]:
    change = (rows["after"] - rows["before"]).abs()
    # Of equally large ones the first by country, code and year, whatever the order of the files.
    order = rows.assign(_size=-change).sort_values(["_size", "country", "code", "detail", "year"])
    row = order.iloc[0].to_dict()
    place = difference._place(row)
    before, after = float(row["before"]), float(row["after"])
    relative = f" ({100 * (after / before - 1):+.3g} %)" if before else ""
    figures = f"{_number(before)} → {_number(after)}{relative}"
    n = len(rows)
    return (
        f"{n:,} value{'s' if n > 1 else ''} revised, largest {place['en']}: {figures}",
        f"값 {n:,}건 개정, 가장 큰 것은 {place['ko']}: {figures}",
    )


def _by_year(rows: pd.DataFrame) -> tuple[str, str]:
    counts = rows["year"].value_counts()
    counts = counts[sorted(counts.index, key=lambda year: (-int(counts[year]), -int(year)))]
    if len(counts) == 1:
        return f" of {counts.index[0]}", f"({counts.index[0]}년)"
    if len(counts) > NAMED:
        first, last = min(counts.index), max(counts.index)
        return f" of {first} to {last}", f"({first}~{last}년)"
    return (
        " (" + ", ".join(f"{n:,} of {year}" for year, n in counts.items()) + ")",
        "(" + ", ".join(f"{year}년 {n:,}건" for year, n in counts.items()) + ")",
    )


def _say_new(_: Difference, rows: pd.DataFrame) -> tuple[str, str]:
    en, ko = _by_year(rows)
    n = len(rows)
    sources = ", ".join(sorted(set(rows["source_after"]))[:NAMED])
    return f"{n:,} row{'s' if n > 1 else ''}{en} new, from {sources}", f"{n:,}행{ko} 추가, 출처 {sources}"


def _say_gone(_: Difference, rows: pd.DataFrame) -> tuple[str, str]:
    en, ko = _by_year(rows)
    n = len(rows)
    return f"{n:,} row{'s' if n > 1 else ''}{en} gone", f"{n:,}행{ko} 삭제"


def _say_restated(_: Difference, rows: pd.DataFrame) -> tuple[str, str]:
    n = len(rows)
    moved = rows[rows["source_before"] != rows["source_after"]]
    pairs = sorted(set(zip(moved["source_before"], moved["source_after"], strict=True)))
    en_pairs = ": " + ", ".join(f"{a} → {b}" for a, b in pairs[:NAMED]) if pairs else ""
    rows_en = f"{n:,} row{'s' if n > 1 else ''}"
    if pairs:
        return (
            f"{rows_en} with the same value from another source{en_pairs}",
            f"{n:,}행은 값이 같고 출처가 바뀜{en_pairs}",
        )
    return (
        f"{rows_en} with the same value and source, another place or release date",
        f"{n:,}행은 값과 출처가 같고 원자료 위치나 공표일이 바뀜",
    )


_SAY = {"revised": _say_revised, "new": _say_new, "gone": _say_gone, "restated": _say_restated}


def difference(a: Package, b: Package) -> Difference:
    """From snapshot `a` to snapshot `b`.

    Rows are matched by the key of their table: a key of one snapshot only is new or gone; the same key with another
    value is revised; with the same value and another source, origin or release date, restated. Values are compared
    exactly, as the content hash does.
    """
    frames = [
        _table_rows(name, a.tables.get(name), b.tables.get(name))
        for name in TABLES
        if name in a.tables or name in b.tables
    ]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))
    rows["_kind"] = rows["kind"].map(list(_SAY).index)
    order = ["table", "classification", "measure", "_kind", "country", "code", "detail", "year"]
    rows = rows.sort_values(order, ignore_index=True).drop(columns="_kind")
    return Difference(a.hash, b.hash, rows, _declarations(a, b), a, b)


def _table_rows(name: str, a: pd.DataFrame | None, b: pd.DataFrame | None) -> pd.DataFrame:
    key = list(TABLES[name].key)
    facts = ["value", "source", "origin", "released"]
    empty = pd.DataFrame({c: pd.Series(dtype="int64" if c == "year" else object) for c in [*key, *facts]})
    left = (empty if a is None else a)[[*key, *facts]]
    right = (empty if b is None else b)[[*key, *facts]]
    both = left.merge(right, on=key, how="outer", suffixes=("_before", "_after"), indicator=True, sort=False)
    here = both["_merge"].to_numpy()
    changed = (here == "both") & (both["value_before"] != both["value_after"]).to_numpy(dtype=bool)
    moved = np.zeros(len(both), dtype=bool)
    for fact in facts[1:]:
        moved |= (both[f"{fact}_before"] != both[f"{fact}_after"]).to_numpy(dtype=bool)
    moved &= (here == "both") & ~changed
    kind = np.select(
        [here == "right_only", here == "left_only", changed, moved], ["new", "gone", "revised", "restated"], ""
    )
    out = both[kind != ""].copy()
    out["kind"] = kind[kind != ""]
    out["table"] = name
    further = [column for column in key if column not in LONG_KEY]
    out["detail"] = out[further].astype(str).agg(" ".join, axis=1) if further and len(out) else ""
    for column in LONG_KEY:
        if column not in key:
            out[column] = ""
    out = out.rename(columns={"value_before": "before", "value_after": "after"})
    typed: pd.DataFrame = out[list(COLUMNS)].astype({"before": "float64", "after": "float64", "year": "int64"})
    return typed


def _declarations(a: Package, b: Package) -> tuple[Declaration, ...]:
    out: list[Declaration] = []
    one, two = ({k: _plain(s.as_dict()) for k, s in p.sources.items()} for p in (a, b))
    out += _compare("source", one, two)
    for what in ("codes", "measures", "classifications"):
        shelves = []
        for package in (a, b):
            shelves.append(
                {
                    "/".join(key) if isinstance(key, tuple) else str(key): {
                        "label": f"{e.label['en']} / {e.label['ko']}",
                        "unit": f"{e.unit['en']} / {e.unit['ko']}",
                        "note": e.note,
                    }
                    for key, e in getattr(package.codebook, what).items()
                }
            )
        out += _compare(what.removesuffix("s"), *shelves)
    out += _compare("declaration", *(_declared(package) for package in (a, b)))
    out += _compare("licence", *(_licences(package) for package in (a, b)))
    return tuple(out)


def _plain(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in values.items() if name != "id"}


def _compare(what: str, a: Mapping[str, Mapping[str, str]], b: Mapping[str, Mapping[str, str]]) -> list[Declaration]:
    out = [Declaration(what, "new", name) for name in b if name not in a]
    out += [Declaration(what, "gone", name) for name in a if name not in b]
    for name in a:
        if name in b:
            for key in a[name]:
                if a[name][key] != b[name].get(key, ""):
                    out.append(Declaration(what, "changed", name, key, a[name][key], b[name].get(key, "")))
    return out


def _declared(package: Package) -> dict[str, dict[str, str]]:
    """`patents complete_through families` -> its value."""
    out: dict[str, dict[str, str]] = {}
    for table, one in package.declared.items():
        for name, value in one.content().items():
            if isinstance(value, Mapping):
                for key, inner in value.items():
                    out[f"{table} {name} {key}"] = {"": str(inner)}
            elif isinstance(value, list | tuple):
                for inner in value:
                    out[f"{table} {name} {inner if isinstance(inner, str) else ' '.join(inner)}"] = {"": ""}
            else:
                out[f"{table} {name}"] = {"": str(value)}
    return out


def _licences(package: Package) -> dict[str, dict[str, str]]:
    stated = {
        str(one.get("name") or one.get("path")): {"": json.dumps(one, sort_keys=True, ensure_ascii=False)}
        for one in package.raw["licenses"]
    }
    content = (read_text(package.path / LICENCE_FILE, LICENCE_FILE)[0] or "").replace("\r\n", "\n").strip()
    return stated | {LICENCE_FILE: {"": f"sha256 {hashlib.sha256(content.encode()).hexdigest()[:12]}"}}
