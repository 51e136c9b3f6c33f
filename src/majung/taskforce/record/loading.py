"""A programme folder into the database, each row by an operation at its own moment; all of it or nothing.

Loading again enters what is new and leaves the rest. Where the folder says otherwise than the database, the database
rules: the load is refused with the list of differences, unless the caller asks to apply them.
"""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, models, transaction

from majung.evidence.problems import text
from majung.methods.labelled import InputError
from majung.programme.folder import Programme, load_programme
from majung.programme.model import Charter
from majung.programme.record import read_context
from majung.taskforce import models as m
from majung.taskforce.journal.images import plain
from majung.taskforce.models.base import Personal
from majung.taskforce.operations import OPERATIONS, Refusal, programmes, record
from majung.taskforce.permission import Actor, system
from majung.taskforce.programme_folder import CONTEXT, EVIDENCE, keep_evidence, texts
from majung.taskforce.record.kinds import BY_MODEL, BY_NAME, KINDS, Kind, Names, target
from majung.taskforce.record.reading import Entry, finish, moment, read_row, read_rows, refuse
from majung.taskforce.rules.words import BodyKind, Text

ORDER = {kind.name: number for number, kind in enumerate(KINDS)}


@dataclass
class Loaded:
    """What a load did. entered: rows by kind. applied: differences that were applied, in words."""

    programme: m.Programme
    founded: bool = False
    entered: dict[str, int] = field(default_factory=dict)
    applied: list[Text] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.founded or self.entered or self.applied)


@dataclass
class Head:
    """What the programme's own row holds."""

    key: str
    name: dict[str, str]
    summary: dict[str, str]
    country: str
    exercise: bool
    record_note: dict[str, Any]


def load(folder: str | Path, *, apply: bool = False) -> Loaded:
    """Load a programme folder.

    Raises Refusal with every problem (file, place, remedy) in both languages, or with every difference to the database,
    one a line; nothing was written then.
    """
    folder = Path(folder)
    definitions = load_programme(folder)
    wrong: list[str] = []
    context = read_context(folder / "record" / CONTEXT, wrong)
    problems: list[Text] = [text(line, line) for line in wrong]
    entries = read_rows(folder / "record", problems)
    head = _head(folder / "record", definitions.charter, context, problems)
    refuse(problems)
    since = min((entry.at for entry in entries), default=_since(definitions.charter, context))
    entries = finish([*entries, *_implied(folder, definitions, entries, since, problems)], problems)
    refuse(problems)
    files = {**texts(folder), EVIDENCE: keep_evidence(folder / "evidence") + "\n"}
    with transaction.atomic():
        programme, founded, differences = _programme(head, since)
        result = Loaded(programme, founded)
        differences += _files(programme, files, result, system(record.LOADER, since), apply)
        enter(programme, entries, result, differences, apply)
        if differences and not apply:
            head_line = text(
                f"{folder} says otherwise than the database, which rules; nothing was loaded. Apply these differences "
                "(--apply), or export the programme and work on that:",
                f"{folder}의 내용이 데이터베이스와 다르고, 데이터베이스가 우선한다. 아무것도 들어가지 않았다. "
                "이 차이를 적용하거나(--apply), 내보낸 폴더에서 고치라:",
            )
            refuse([{code: f"  {line[code]}" for code in line} for line in differences], head_line)
        if apply and differences:
            actor = system(record.LOADER, since)
            if _described(programme, head):
                programmes.describe(
                    actor, programme, name=head.name, summary=head.summary, record_note=head.record_note
                )
            result.applied += differences
    return result


def _head(folder: Path, charter: Charter, context: dict[str, Any], problems: list[Text]) -> Head:
    """From programme.toml, unless the record has a row of its own for the programme."""
    import tomllib

    head = Head(
        charter.id,
        {"ko": charter.name.ko, "en": charter.name.en},
        {"ko": charter.summary.ko, "en": charter.summary.en},
        charter.country,
        False,
        context,
    )
    file = folder / "institution.toml"
    own = tomllib.loads(file.read_text("utf-8")).get("programme") if file.is_file() and not problems else None
    if own:
        head.name, head.summary = own.get("name", head.name), own.get("summary", head.summary)
        head.exercise = bool(own.get("exercise", False))
        if "record_note" in own:
            import json

            head.record_note = json.loads(own["record_note"]["json"])
    return head


def _since(charter: Charter, context: dict[str, Any]) -> datetime:
    """When a programme without a record began: the end of its evidence."""
    days = [event["date"] for event in context.get("events", [])]
    return moment(datetime.fromisoformat(min(days)) if days else datetime(charter.cut_year, 12, 31))


def _implied(
    folder: Path, definitions: Programme, entries: list[Entry], since: datetime, problems: list[Text]
) -> list[Entry]:
    """Rows that programme.toml implies and the record does not state: organisations; without any body also the task
    force, its areas with working groups and leads, and their series."""
    file, charter = folder / "programme.toml", definitions.charter
    known = {(entry.kind.name, entry.key) for entry in entries}
    made: list[tuple[str, dict[str, Any], str]] = [
        ("organisation", {"key": one.id, "name": one.name.model_dump()}, f"organisations[{number}]")
        for number, one in enumerate(charter.organisations, 1)
        if ("organisation", one.id) not in known
    ]
    if not any(entry.kind.name == "body" for entry in entries):
        name = {"ko": charter.name.ko, "en": charter.name.en}
        made.append(("body", {"key": "task-force", "kind": BodyKind.TASK_FORCE.value, "name": name}, "name"))
        for number, area in enumerate(charter.areas, 1):
            place, group = f"areas[{number}]", f"{area.industry}-working-group"
            body = {"key": group, "kind": BodyKind.WORKING_GROUP.value, "parent": "task-force"}
            made.append(("body", body | {"name": area.working_group.model_dump()}, place))
            industry = definitions.industries[area.industry].name.model_dump()
            row = {"key": area.industry, "name": industry, "body": group}
            made.append(("area", row | {"taken_up": since.date()}, place))
            for lead in area.leads:
                made.append(("lead", {"area": area.industry, "organisation": lead, "starts": since.date()}, place))
            if charter.meetings:
                (first, last), (least, most) = charter.meetings.window, charter.meetings.per_month
                times: dict[str, Any] = {"per_month_least": least, "per_month_most": most, "starts": since.date()}
                span: dict[str, Any] = {"key": group, "body": group, "first_day": first, "last_day": last}
                made.append(("series", span | times, "meetings"))
    rows = (read_row(BY_NAME[kind], row, f"{file}: {place}", problems, since) for kind, row, place in made)
    return [row for row in rows if row is not None]


def _programme(head: Head, since: datetime) -> tuple[m.Programme, bool, list[Text]]:
    known = m.Programme.objects.filter(key=head.key).first()
    if known is None:
        made = programmes.found(
            head.key,
            head.name,
            head.country,
            since,
            exercise=head.exercise,
            summary=head.summary,
            record_note=head.record_note,
        )
        return made, True, []
    if (known.country, known.exercise) != (head.country, head.exercise):
        raise Refusal(
            f"programme {head.key!r} is in the database with another country or as "
            f"{'an exercise' if known.exercise else 'no exercise'}; give this folder's programme another id",
            f"사업 {head.key!r}은(는) 데이터베이스에 다른 국가로, 또는 {'연습' if known.exercise else '실제'} 사업으로 "
            "있다. 이 폴더의 사업에 다른 id를 주라",
        )
    said = [
        text(f"programme {head.key}: {column} differs", f"사업 {head.key}: {column}이(가) 다르다")
        for column in _described(known, head)
    ]
    return known, False, said


def _described(known: m.Programme, head: Head) -> list[str]:
    return [column for column in ("name", "summary", "record_note") if getattr(known, column) != getattr(head, column)]


def _files(programme: m.Programme, files: dict[str, str], result: Loaded, actor: Actor, apply: bool) -> list[Text]:
    known = dict(m.ProgrammeFile.objects.filter(programme=programme).values_list("path", "text"))
    differences = []
    for path, content in files.items():
        if path not in known:
            programmes.set_file(actor, programme, path=path, text=content)
            result.entered["file"] = result.entered.get("file", 0) + 1
        elif known[path] != content:
            differences.append(text(f"{path}: another text is in force", f"{path}: 다른 본문이 시행 중이다"))
            if apply:
                programmes.set_file(actor, programme, path=path, text=content)
    return differences


def enter(
    programme: m.Programme, entries: Iterable[Entry], result: Loaded, differences: list[Text], apply: bool
) -> None:
    """Enter rows that are new; compare the others. Within a transaction of the caller.

    Raises Refusal with every reference that leads nowhere, or an operation's refusal with the row's place.
    """
    names = Names.of(programme)
    fresh: list[Entry] = []
    known: dict[str, list[Entry]] = {}
    for entry in entries:
        if names.pk(entry.kind.name, entry.key) is None:
            fresh.append(entry)
        else:
            known.setdefault(entry.kind.name, []).append(entry)
    for kind in KINDS:
        differences += _compare(programme, kind, known.get(kind.name, []), names, apply)
    for entry in _in_order(fresh, names):
        row = _enter(programme, entry, names)
        identity = {name: getattr(row, entry.kind.fields[name].attname) for name in entry.kind.identity}
        names.add(entry.kind, row.pk, identity)
        result.entered[entry.kind.name] = result.entered.get(entry.kind.name, 0) + 1
    if fresh:
        _after(programme)


def _after(programme: m.Programme) -> None:
    """What follows from the rows: the material of announcements on record."""
    made = m.Announcement.objects.filter(programme=programme, state__in=("announced", "corrected"), frozen={})
    for announcement in made.order_by("key"):
        record.freeze(system(record.LOADER, announcement.announced_at or datetime.now().astimezone()), announcement)


def _in_order(entries: list[Entry], names: Names) -> list[Entry]:
    """As they happened, but what a row refers to before the row."""
    by_key = {(entry.kind.name, entry.key): entry for entry in entries}
    waits: dict[tuple[str, str], int] = {}
    frees: dict[tuple[str, str], list[tuple[str, str]]] = {}
    problems: list[Text] = []
    for own, entry in by_key.items():
        needed = set()
        for column, kind, key in references(entry):
            if names.pk(kind.name, key) is not None:
                continue
            if (kind.name, key) not in by_key:
                there = [*names.keys(kind.name), *(k for n, k in by_key if n == kind.name)]
                near = difflib.get_close_matches(key, there, n=1)
                if near:
                    hint = text(f"did you mean {near[0]!r}?", f"{near[0]!r}을(를) 뜻했는가?")
                elif there:
                    hint = text("add it", "그 행을 더하라")
                else:
                    hint = text(f"there is no {kind.name} yet", f"{kind.name}이(가) 아직 하나도 없다")
                problems.append(
                    text(
                        f"{entry.place}.{column}: no {kind.name} {key!r}; {hint['en']}",
                        f"{entry.place}.{column}: {kind.name} {key!r}이(가) 없다. {hint['ko']}",
                    )
                )
            elif (kind.name, key) == own:
                problems.append(
                    text(
                        f"{entry.place}.{column}: refers to itself; name another row",
                        f"{entry.place}.{column}: 자기 자신을 가리킨다. 다른 행을 적으라",
                    )
                )
            else:
                needed.add((kind.name, key))
        waits[own] = len(needed)
        for other in needed:
            frees.setdefault(other, []).append(own)
    refuse(problems)

    def rank(key: tuple[str, str]) -> tuple[datetime, int, str]:
        return by_key[key].at, ORDER[key[0]], key[1]

    ready = [(rank(key), key) for key, count in waits.items() if not count]
    heapq.heapify(ready)
    ordered = []
    while ready:
        _, first = heapq.heappop(ready)
        ordered.append(by_key[first])
        for other in frees.get(first, ()):
            waits[other] -= 1
            if not waits[other]:
                heapq.heappush(ready, (rank(other), other))
    if len(ordered) < len(by_key):
        places = [by_key[k].place for k, count in waits.items() if count]
        refuse([text(f"{p}: refers in a circle; break it", f"{p}: 서로를 가리킨다. 고리를 끊으라") for p in places])
    return ordered


def references(entry: Entry) -> Iterable[tuple[str, Kind, str]]:
    """(column, kind, name) of each row that an entry refers to."""
    for name, value in entry.values.items():
        field_ = entry.kind.fields[name]
        if isinstance(field_, models.ForeignKey) and value is not None:
            yield name, BY_MODEL[target(field_)], value


def _compare(programme: m.Programme, kind: Kind, entries: list[Entry], names: Names, apply: bool) -> list[Text]:
    """Where stated columns differ from the rows; applied if asked and the row can change."""
    if not entries:
        return []
    rows = {row.pk: row for row in kind.rows(programme)}
    said: list[Text] = []
    for entry in entries:
        row = rows[names.pk(kind.name, entry.key) or 0]
        differing: dict[str, Any] = {}
        for name, value in entry.values.items():
            field_ = kind.fields[name]
            if isinstance(field_, models.ForeignKey):
                pk = getattr(row, field_.attname)
                there = None if pk is None else names.key(BY_MODEL[target(field_)].name, pk)
            else:
                there, value = plain(field_, getattr(row, name)), plain(field_, value)
            if there != value:
                differing[name] = entry.values[name]
                personal = isinstance(row, Personal) and name in row.PERSONAL
                here, kept = _short(value), _short(there)
                shown = (
                    text("differs (personal)", "다르다(개인정보)")
                    if personal
                    else text(f"{here} here, {kept} in the database", f"여기는 {here}, 데이터베이스는 {kept}")
                )
                place = f"{entry.place} ({kind.name} {entry.key}): {name}"
                said.append({code: f"{place}: {shown[code]}" for code in shown})
        if differing and apply:
            _apply(entry, row, differing, names)
    return said


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _apply(entry: Entry, row: m.Journaled, differing: dict[str, Any], names: Names) -> None:
    ends_only = isinstance(row, m.Mandate) and set(differing) == {"ends"} and row.ends is None
    if row.APPEND_ONLY or (isinstance(row, m.Mandate) and not ends_only):
        raise Refusal(
            f"{entry.place}: {entry.kind.name} {entry.key!r} is written once and never changed; "
            "take the row as the database has it and add another",
            f"{entry.place}: {entry.kind.name} {entry.key!r}은(는) 한 번 적히면 바뀌지 않는다. "
            "데이터베이스의 행을 그대로 두고 새 행을 더하라",
        )
    stated = {name: _resolved(entry.kind, name, value, names) for name, value in differing.items()}
    record.complete(system(record.LOADER, entry.at), row, stated=stated)


def _resolved(kind: Kind, name: str, value: Any, names: Names) -> Any:
    """A value as the model takes it: a reference as the row."""
    field_ = kind.fields[name]
    if not isinstance(field_, models.ForeignKey) or value is None:
        return field_.get_default() if value is None and not field_.null else value
    model = target(field_)
    return model._default_manager.get(pk=names.pk(BY_MODEL[model].name, value))


def _enter(programme: m.Programme, entry: Entry, names: Names) -> m.Journaled:
    """One row by the operation by which such rows begin, then what it has become since."""
    kind, actor = entry.kind, system(record.LOADER, entry.at)
    values = {name: _resolved(kind, name, value, names) for name, value in entry.values.items()}
    try:
        with transaction.atomic():
            if entry.whole or kind.operation == "record.enter":
                row = kind.model(**values)
                if "programme" in {f.name for f in kind.model._meta.concrete_fields}:
                    row.programme = programme  # type: ignore[attr-defined]
                return record.enter(actor, programme, row=row)
            begun = OPERATIONS[kind.operation]
            subject = values[kind.subject] if kind.subject else programme
            given = {k: v for k, v in values.items() if k in begun.parameters and v not in (None, "")}
            begins: m.Journaled = begun.call(actor, subject, **given)
            stated = {k: v for k, v in values.items() if k not in given and k != kind.subject}
            stated = {k: v for k, v in stated.items() if not _same(kind, k, getattr(begins, k), v)}
            if stated:
                record.complete(actor, begins, stated=stated)
            return begins
    except IntegrityError as error:
        raise Refusal(
            f"{entry.place}: the database refuses {kind.name} {entry.key!r}: {error}",
            f"{entry.place}: 데이터베이스가 {kind.name} {entry.key!r}을(를) 받지 않는다: {error}",
        ) from error
    except InputError as error:
        said = error.said if isinstance(error, Refusal) else {"en": str(error), "ko": str(error)}
        raise Refusal(f"{entry.place}: {said['en']}", f"{entry.place}: {said['ko']}") from error


def _same(kind: Kind, name: str, there: Any, value: Any) -> bool:
    field_ = kind.fields[name]
    if isinstance(field_, models.ForeignKey):
        return bool(there == value)
    return bool(plain(field_, there) == plain(field_, value))
