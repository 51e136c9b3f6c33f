"""Families, projects and works counted once more from the corrupted files, in exact fractions and plain loops."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from math import isfinite
from typing import Any

import openpyxl

from majung.evidence.countries import countries
from majung.evidence.importers.wipo import FIELDS
from trials.plain import Fact, Key, Outcome, Recount, bad_lines, number, records

Counts = dict[tuple[str, str, str, str], Fraction]  # country (alpha-3), code, year, measure


def _compare(counted: Counts, strange: Mapping[Key, Fact]) -> str:
    for key, (value, origin) in strange.items():
        _, country, _, code, year, measure = key
        want = float(counted.get((country, code, year, measure), 0))
        if abs(value - want) > 1e-6 * max(1.0, abs(want)):
            return f"{' '.join(key)} = {value}, but the files count {want} ({origin})"
    return ""


def _alpha3(code: str) -> str:
    known = {one.alpha2: one.alpha3 for one in countries().values()} | {"EL": "GRC", "UK": "GBR", "XK": "XKX"}
    return known.get(code, code)


def _whole(cell: str) -> int | None:
    return int(cell) if re.fullmatch(r"\s*[+-]?[0-9]+\s*", cell, re.ASCII) else None


def _rows(files: Mapping[str, bytes], name: str, mark: str = ",") -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of a file, its columns in lower case: case does not tell them apart."""
    if name.endswith(".xlsx"):
        yield from _sheet(files[name])
        return
    for line, row in records(files[name], mark, spare=name.startswith("tls2")):
        yield line, {column.lower(): cell for column, cell in row.items()}


def _sheet(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a workbook's first sheet, as text: whole numbers without a point, days without a time."""
    rows = openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0].iter_rows(values_only=True)
    header = [str(cell).strip().lower() for cell in next(rows)]
    for line, row in enumerate(rows, 2):
        said = [
            str(cell.date()) if isinstance(cell, datetime) else f"{cell:.15g}" if isinstance(cell, float) else cell
            for cell in row
        ]
        if any(cell is not None for cell in said):
            yield (
                line,
                {name: "" if cell is None else str(cell).strip() for name, cell in zip(header, said, strict=False)},
            )


def _sound(files: Mapping[str, bytes], name: str, out: Outcome, mark: str = ",") -> list[dict[str, str]]:
    """Rows of a file that the report does not call bad."""
    bad = bad_lines(out, name)
    return [row for line, row in _rows(files, name, mark) if line not in bad]


def _patstat(files: Mapping[str, bytes], strange: Mapping[Key, Fact], out: Outcome) -> str:
    def rows(table: str) -> list[dict[str, str]]:
        return _sound(files, f"{table}_part01.csv", out)

    members: dict[int, set[int]] = defaultdict(set)
    years: dict[int, set[int]] = defaultdict(set)
    for row in rows("tls201"):
        one, family, year = (_whole(row[name]) for name in ("appln_id", "docdb_family_id", "earliest_filing_year"))
        if one and family and one > 0 and family > 0 and row.get("ipr_type", "") in ("PI", ""):
            members[family].add(one)
            years[family] |= {year} if year is not None and 1800 <= year <= 2100 else set()
    homes = {_whole(row["person_id"]): row["person_ctry_code"].strip().upper() for row in rows("tls206")}
    inventors: dict[int | None, set[int | None]] = defaultdict(set)
    for row in rows("tls207"):
        if (_whole(row["invt_seq_nr"]) or 0) > 0:
            inventors[_whole(row["appln_id"])].add(_whole(row["person_id"]))
    weights = _fields(files, out)
    counted: Counts = defaultdict(Fraction)
    for family, applications in members.items():
        places = [homes.get(one, "") for one in {p for a in applications for p in inventors[a]}]
        places = [one for one in places if one]
        topics: dict[int, Fraction] = defaultdict(Fraction)
        for one in applications:
            for field, weight in weights[one]:
                topics[field] += weight
        topics = {field: weight for field, weight in topics.items() if weight > 0}
        if not years[family]:
            continue
        for place in places:
            for field, weight in topics.items():
                share = weight / sum(topics.values()) / len(places)
                counted[_alpha3(place), FIELDS[field][0], str(min(years[family])), "families-inventors"] += share
    return _compare(counted, strange)


def _fields(files: Mapping[str, bytes], out: Outcome) -> dict[int | None, list[tuple[int, Fraction]]]:
    """Fields with their weights by application, as stated or as shares of its IPC symbols."""
    weights: dict[int | None, list[tuple[int, Fraction]]] = defaultdict(list)
    if "tls230_part01.csv" in files:
        for row in _sound(files, "tls230_part01.csv", out):
            field = _whole(row["techn_field_nr"])
            if field is not None and 1 <= field <= 35:
                weights[_whole(row["appln_id"])].append((field, Fraction(row.get("weight") or "1")))
        return weights
    entries: dict[tuple[str, str], int] = {}
    for row in _sound(files, "tls901_techn_field_ipc.csv", out):
        subclass, group = _split(row["ipc_maingroup_symbol"])
        entries[subclass, group] = int(row["techn_field_nr"])
    for row in _sound(files, "tls209_part01.csv", out):
        subclass, group = _split(row["ipc_class_symbol"])
        field = entries.get((subclass, group)) or entries.get((subclass, ""))
        if field:
            weights[_whole(row["appln_id"])].append((field, Fraction(1)))
    return {one: [(f, w / len(some)) for f, w in some] for one, some in weights.items()} | defaultdict(list)


def _split(symbol: str) -> tuple[str, str]:
    found = re.fullmatch(r"([A-H][0-9]{2}[A-Z])\s*0*([0-9]{0,4})(?:/.*)?", symbol.strip().upper())
    return (found[1], found[2]) if found else ("", "")


def _cordis(files: Mapping[str, bytes], strange: Mapping[Key, Fact], out: Outcome) -> str:
    form = "csv" if "project.csv" in files else "xlsx"

    def rows(name: str) -> list[dict[str, str]]:
        return _sound(files, f"{name}.{form}", out, ";")

    years = {}
    for row in rows("project"):
        day = row.get("ecsignaturedate", "") or row["startdate"]
        if re.fullmatch(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", day, re.ASCII):
            years[row.get("id", row.get("projectid", ""))] = day[:4]
    about: dict[str, set[str]] = defaultdict(set)
    for row in rows("euroSciVoc"):
        steps = [step.strip() for step in row["euroscivocpath"].split("/") if step.strip()][:2]
        if steps:
            about[row["projectid"]].add("-".join(re.findall("[a-z0-9]+", " ".join(steps).lower())))
    # A cell that is bad leaves the participation standing: its project is shared with it, only its money is not known.
    # A row with a formula that holds no value is not read at all: what was meant is not known.
    name = f"organization.{form}"
    assert out.done is not None
    unread = {one.line for one in out.done.bad if (one.rule, one.file) == ("formula", name)}
    people = [row for line, row in _rows(files, name, ";") if row["projectid"] in years and line not in unread]
    several: dict[str, int] = defaultdict(int)
    for row in people:
        several[row["projectid"]] += 1
    counted: Counts = defaultdict(Fraction)
    for row in people:
        project = row["projectid"]
        money = row.get("neteccontribution") or row["eccontribution"]
        for code in about[project] or {"unclassified"}:
            place = (_alpha3(row["country"]), code, years[project])
            parts = len(about[project]) or 1
            counted[*place, "eu-contribution"] += Fraction(money if isfinite(number(money)) else "0") / parts
            counted[*place, "eu-projects"] += Fraction(1, several[project] * parts)
    return _compare(counted, strange)


def _works(files: Mapping[str, bytes], strange: Mapping[Key, Fact], out: Outcome) -> str:
    counted: Counts = defaultdict(Fraction)
    for work in _read_works(files, out):
        year = work.get("publication_year")
        if year is None or work.get("is_retracted") or work.get("is_paratext"):
            continue
        if work.get("type") not in ("article", "review"):
            continue
        topics = [(topic.get("field") or {}).get("id") for topic in work.get("topics") or []] or [None]
        authors: list[list[str | None]] = []
        for authorship in work.get("authorships") or []:
            listed = set(authorship.get("countries") or [])
            found = {one.get("country_code") for one in authorship.get("institutions") or []} - {None}
            authors.append([*(listed or found)] or [None])
        authors = authors or [[None]]
        rank = (work.get("citation_normalized_percentile") or {}).get("value")
        measures = ["articles", *(["articles_ranked"] if rank is not None else [])]
        measures += [f"articles_{name}" for name, least in (("top10", 0.9), ("top1", 0.99)) if (rank or 0) >= least]
        for places in authors:
            for place in places:
                for topic in topics:
                    for measure in measures if place and topic else ():
                        key = (_alpha3(str(place).upper()), str(topic).rsplit("/", 1)[-1], str(year), measure)
                        counted[key] += Fraction(1, len(authors) * len(places) * len(topics))
    return _compare(counted, strange)


def _read_works(files: Mapping[str, bytes], out: Outcome) -> Iterator[dict[str, Any]]:
    ((name, content),) = files.items()
    bad = bad_lines(out)
    for at, line in enumerate((gzip.decompress(content) if name.endswith(".gz") else content).split(b"\n"), 1):
        if line.strip() and at not in bad:
            yield json.loads(line)


REGISTERS: Mapping[str, Recount] = {
    "patstat-fields": _patstat,
    "patstat-ipc": _patstat,
    "cordis": _cordis,
    "cordis-xlsx": _cordis,
    "works-lines": _works,
    "works-gzip": _works,
}
