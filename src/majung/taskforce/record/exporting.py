"""The programme as a folder again: definitions, evidence, every row of the record; the same bytes for the same state.

Personal fields (names, addresses, what people outside wrote) are left out unless asked for. Accounts, receipts of no
consequence to the record, the journal and the files of papers are no part of it: the journal has its own export.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models, transaction

from majung.methods.labelled import InputError
from majung.programme.record import read_context
from majung.taskforce.models import JournalEntry, Programme, ProgrammeFile
from majung.taskforce.programme_folder import CONTEXT, EVIDENCE, lay_out
from majung.taskforce.record import toml
from majung.taskforce.record.kinds import BY_MODEL, FILES, KINDS, Kind, Names, target

HEADER = (
    "# Written by `majung programme export`: rows of the institution, columns as in its tables.\n\nwhole = true\n\n"
)
BATCH = 2000


def export(key: str, folder: Path, *, personal: bool = False) -> Path:
    """Write a programme as a folder that `load` accepts. Raises InputError where the folder holds something already."""
    programme = Programme.objects.filter(key=key).first()
    if programme is None:
        there = ", ".join(Programme.objects.order_by("key").values_list("key", flat=True)) or "none"
        raise InputError(f"no programme {key!r} in the database; there: {there}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: not empty; name a folder that does not exist yet")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as fresh:
        made = Path(fresh) / "folder"
        made.mkdir()
        with transaction.atomic():
            _write(programme, made, personal)
        if folder.exists():
            folder.rmdir()
        shutil.move(made, folder)
    return folder


def _write(programme: Programme, folder: Path, personal: bool) -> None:
    files = dict(ProgrammeFile.objects.filter(programme=programme).order_by("path").values_list("path", "text"))
    if EVIDENCE not in files:
        raise InputError(f"programme {programme.key} has no definitions; load its folder first")
    lay_out(files, folder)
    record = folder / "record"
    record.mkdir(exist_ok=True)
    names, moments = Names.of(programme), _moments(programme)
    for file in FILES:
        text = "".join(
            toml.table(kind.name, row) + "\n"
            for kind in KINDS
            if kind.file == file
            for row in rows(programme, kind, names, moments, personal)
        )
        if file == "institution":
            text = _head(programme, record) + text
        if text:
            (record / f"{file}.toml").write_text(HEADER + text, encoding="utf-8", newline="\n")


def _head(programme: Programme, record: Path) -> str:
    row: dict[str, Any] = {"name": programme.name, "summary": programme.summary, "exercise": programme.exercise}
    if programme.record_note != read_context(record / CONTEXT, []):
        row["record_note"] = {"json": json.dumps(programme.record_note, ensure_ascii=False, sort_keys=True)}
    return toml.table("programme", row).replace("[[programme]]", "[programme]", 1) + "\n"


def rows(
    programme: Programme,
    kind: Kind,
    names: Names,
    moments: dict[tuple[str, int], datetime],
    personal: bool = False,
    at: bool = True,
) -> Iterator[dict[str, Any]]:
    """The rows of a kind as the record writes them, in the order of their names; defaults are left out."""
    found = {names.key(kind.name, row.pk): row for row in kind.rows(programme).iterator(BATCH)}
    for key in sorted(found, key=lambda key: _order(key)):
        row = found[key]
        stated: dict[str, Any] = {}
        for name, field in kind.fields.items():
            if name in row.PERSONAL and not personal:
                continue
            value = getattr(row, field.attname)
            if value is None or (value == field.get_default() and name not in kind.identity):
                continue
            if isinstance(field, models.ForeignKey):
                value = names.key(BY_MODEL[target(field)].name, value)
            stated[name] = value
        if at:
            stated.setdefault("at", moments[row._meta.db_table, row.pk])
        yield stated


def _order(key: str) -> tuple[Any, ...]:
    """By name, numbers in it by size; rows of one identity by the order in which they came."""
    parts = key.replace("~", "/~/").split("/")
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def _moments(programme: Programme) -> dict[tuple[str, int], datetime]:
    """When each row came to be as it is: the moment of the last deed that wrote it."""
    tables = {kind.model._meta.model_name: kind.model._meta.db_table for kind in KINDS}
    found: dict[tuple[str, int], datetime] = {}
    entries = JournalEntry.objects.filter(programme_id=programme.pk).order_by("seq")
    for at, written in entries.values_list("at", "rows").iterator(BATCH):
        for row in written:
            if row["table"] in tables:
                found[tables[row["table"]], row["id"]] = at
    return found
