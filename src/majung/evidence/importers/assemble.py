"""Putting parts into an evidence package: datapackage.json, codes.csv and LICENSE.md, new or added to."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from majung.evidence.adding import write_atomically
from majung.evidence.canonical import CODES_COLUMNS, TABLES, table_resource
from majung.evidence.codebook import slug, spelling
from majung.evidence.descriptor import DESCRIPTOR, LICENCE_FILE, Source
from majung.evidence.importers.state import Part
from majung.evidence.reading import read_text

CODES = "codes.csv"
Entry = dict[str, str]
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Files:
    """The three files that make a folder a package, before and after: to take them back."""

    folder: Path
    before: Mapping[str, bytes | None]

    @classmethod
    def of(cls, folder: Path) -> Files:
        def content(name: str) -> bytes | None:
            path = folder / name
            return path.read_bytes() if path.is_file() else None

        return cls(folder, {name: content(name) for name in (LICENCE_FILE, CODES, DESCRIPTOR)})

    @property
    def new(self) -> bool:
        return self.before[DESCRIPTOR] is None

    def restore(self) -> None:
        for name, content in self.before.items():
            if content is not None:
                write_atomically(self.folder / name, content)


def assemble(folder: Path, source: Source, parts: Sequence[Part], gone: Iterable[str]) -> int:
    """Write the package's files so that they list these parts of the source.

    gone: paths of parts that no longer belong. Returns how many used codes had no label in the files.
    """
    unlabelled = _write_codes(folder / CODES, parts)
    raw = _descriptor(folder)
    raw["sources"] = [one for one in raw["sources"] if one.get("id") != source.id] + [_source_entry(source)]
    _add_licence(raw["licenses"], source)
    _place_resources(raw, parts, set(gone))
    _write_licence(folder / LICENCE_FILE, source)
    write_descriptor(folder, raw)
    return unlabelled


def write_descriptor(folder: Path, raw: Mapping[str, Any]) -> None:
    write_atomically(folder / DESCRIPTOR, (json.dumps(raw, ensure_ascii=False, indent=2) + "\n").encode())


def _descriptor(folder: Path) -> dict[str, Any]:
    content, _ = read_text(folder / DESCRIPTOR, DESCRIPTOR) if (folder / DESCRIPTOR).exists() else (None, [])
    if content is not None:
        raw: dict[str, Any] = json.loads(content)
        return raw
    name = slug(folder.resolve().name)
    return {
        "profile": "tabular-data-package",
        "name": name,
        "title": folder.resolve().name,
        "version": "1.0.0",
        "licenses": [],
        "sources": [],
        "resources": [
            {
                "name": "codes",
                "path": CODES,
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"fields": [{"name": column, "type": "string"} for column in CODES_COLUMNS]},
                "majung": {"table": "codes"},
            }
        ],
    }


def _source_entry(source: Source) -> dict[str, Any]:
    return {name: value for name, value in source.as_dict().items() if value not in (None, "")}


def _add_licence(licences: list[dict[str, Any]], source: Source) -> None:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", source.license).strip("-")
    if all(one.get("name") != name and one.get("title") != source.license for one in licences):
        entry = {"name": name or "licence", "title": source.license}
        licences.append(entry | ({"path": source.url} if source.url else {}))


def _place_resources(raw: dict[str, Any], parts: Sequence[Part], gone: set[str]) -> None:
    known = {one.get("path"): one for one in raw["resources"]}
    mine: dict[str, dict[str, Any]] = {}
    for part in parts:
        for table, file in part.tables.items():
            declared = dict(part.declarations.get(table, {}))
            if "row" not in TABLES[table].key:
                for name, value in part.declarations.get("*", {}).items():
                    declared[name] = [*declared.get(name, []), *value]
            before = known.get(file["path"], {}).get("majung", {})
            declared = {**{k: v for k, v in before.items() if k != "table"}, **declared}
            mine[file["path"]] = table_resource(table, path=file["path"], released=file["released"], **declared)
    others = [one for path, one in known.items() if path not in mine and path not in gone]
    raw["resources"] = [*others, *mine.values()]


def _write_licence(path: Path, source: Source) -> None:
    before = path.read_text(encoding="utf-8") if path.is_file() else (
        "# Licences of this evidence\n\nEach source has its own licence, as its distributor states it. "
        "It is not the licence of the code.\n\n"
    )  # fmt: skip
    if f"`{source.id}`" in before:
        before = "".join(line for line in before.splitlines(True) if not line.startswith(f"- `{source.id}`:"))
    note = f" {source.license_note}" if source.license_note else ""
    line = f"- `{source.id}`: {source.license}. {source.citation}{note}\n"
    write_atomically(path, (before + ("" if before.endswith("\n") else "\n") + line).encode())


def _write_codes(path: Path, parts: Sequence[Part]) -> int:
    rows: dict[Key, Entry] = {}
    if path.is_file():
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))):
            entry = {name: row.get(name) or "" for name in CODES_COLUMNS}
            rows[entry["kind"], entry["classification"], entry["code"]] = entry
    unlabelled = 0
    for part in parts:
        for kind, within, code, entry in part.codes:
            rows.setdefault((kind, within, code), _row(kind, within, code, entry))
        for kind, within, code in part.used:
            if (kind, within, code) not in rows:
                entry = {"label_en": code, "label_ko": code, "unit_en": "unit", "unit_ko": "단위", "note": ""}
                if kind != "measure":
                    entry |= {"unit_en": "", "unit_ko": ""}
                rows[kind, within, code] = _row(kind, within, code, entry)
                unlabelled += kind == "code"
    _tell_apart(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, CODES_COLUMNS, lineterminator="\n")
    writer.writeheader()
    order = {"classification": 0, "measure": 1, "code": 2}
    writer.writerows(sorted(rows.values(), key=lambda e: (order.get(e["kind"], 3), e["classification"])))
    write_atomically(path, out.getvalue().encode())
    return unlabelled


def _row(kind: str, within: str, code: str, entry: Mapping[str, str]) -> Entry:
    return dict.fromkeys(CODES_COLUMNS, "") | {"kind": kind, "classification": within, "code": code} | dict(entry)


def _tell_apart(rows: Mapping[Key, Entry]) -> None:
    """Labels that stand for two codes of a classification get their code behind them."""
    seen: dict[tuple[str, str], Key] = {}
    for key, entry in rows.items():
        if key[0] != "code" or not spelling(entry["label_en"]):
            continue
        first = seen.setdefault((key[1], spelling(entry["label_en"])), key)
        if first == key:
            continue
        for label in ("label_en", "label_ko"):
            if not entry[label].endswith(f"({key[2]})"):
                entry[label] = f"{entry[label]} ({key[2]})"
