"""SDMX-JSON data messages, 1.0 and 2.0: what the OECD sends as `jsondata`, and others.

Specification: sdmx-twg/sdmx-json, data message field guides 1.0 and 2.0.0. Dimensions and attributes list their values
once; a series or observation refers to them by position: `"0:1:2": [value, attribute, ...]`. Attributes hang on the
data set, on groups of dimensions (2.0), on series or on observations; the nearest one counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from majung.evidence.importers.context import Context
from majung.evidence.importers.format import Batch, Format
from majung.evidence.importers.inputs import DOWNLOAD_AGAIN, Input, file_error
from majung.evidence.importers.series import EUROSTAT, OPTIONS, TABLES, TIME, Flow
from majung.evidence.problems import text

MAX_JSON = 512 << 20
RECORDS = 50_000
WANTED = ("UNIT_MULT", "UNIT_MEASURE", "OBS_STATUS")

Values = dict[str, str]


class _Broken(Exception):
    """The message does not hold together; the text says where."""


@dataclass(frozen=True)
class _Listed:
    """A dimension or attribute with its values (id, label) in order."""

    id: str
    values: tuple[tuple[str, str], ...]

    def at(self, place: Any) -> str:
        """The value at a position; "" for null. Raises _Broken for a position that is not there."""
        if place is None:
            return ""
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(self.values):
            raise _Broken(f"{self.id} has no value number {place}")
        return self.values[place][0]


@dataclass
class _Set:
    """One data set with the structure that it refers to."""

    flow: str
    series: list[_Listed]
    observation: list[_Listed]
    attributes: dict[str, list[_Listed]]
    everywhere: Values
    groups: list[tuple[list[tuple[int, int]], Values]] = field(default_factory=list)

    def of_key(self, dimensions: Sequence[_Listed], key: str) -> tuple[Values, list[int]]:
        places = [int(part) if part.isascii() and part.isdigit() else -1 for part in key.split(":")]
        if len(places) != len(dimensions):
            raise _Broken(f"key {key!r} has not {len(dimensions)} parts")
        return {one.id: one.at(place) for one, place in zip(dimensions, places, strict=True)}, places

    def grouped(self, places: Sequence[int]) -> Values:
        found: Values = {}
        for wanted, values in self.groups:
            if all(place < len(places) and places[place] == number for place, number in wanted):
                found |= values
        return found


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    input_ = inputs[0]
    context.file = input_.name
    sets = _sets(_load(input_), input_.name)
    flow: Flow | None = None
    waiting: list[Values] = []
    begun = 1
    for one, raw in sets:
        if str(raw.get("action", "")).lower() == "delete":
            reason = text("the publisher deletes these values", "발행 기관이 삭제한 값입니다")
            context.leave_out("deleted", reason, column="action", value="Delete")
            continue
        dimensions = [d.id for d in (*one.series, *one.observation) if d.id not in TIME]
        if flow is None:
            flow = Flow(context, one.flow, [*dimensions, *_fixed(one)], translate=EUROSTAT)
        for listed in (*one.series, *one.observation, *(a for some in one.attributes.values() for a in some)):
            flow.labels |= {(listed.id, value): label for value, label in listed.values if label}
        for record in _sound(_records(one, raw), input_.name):
            waiting.append(record)
            if len(waiting) == RECORDS:
                yield from _batch(flow, waiting, begun, context)
                begun, waiting = begun + len(waiting), []
    if flow is not None and waiting:
        yield from _batch(flow, waiting, begun, context)
    if flow is None or (begun == 1 and not waiting):
        raise file_error(input_.name, "empty-file", text("holds no observation", "관측값이 없습니다"), DOWNLOAD_AGAIN)
    flow.finish()


def _load(input_: Input) -> Mapping[str, Any]:
    with input_.open() as stream:
        raw = stream.read(MAX_JSON + 1)
    if len(raw) > MAX_JSON:
        raise file_error(
            input_.name,
            "too-large",
            text("more than 512 MB of JSON", "JSON이 512 MB를 넘습니다"),
            text("download it as SDMX-CSV", "SDMX-CSV로 내려받으십시오"),
        )
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError):
        raise _wrong(input_.name, "no JSON, or cut off") from None
    inner = whole.get("data", whole) if isinstance(whole, dict) else None
    if not isinstance(inner, dict) or not isinstance(inner.get("dataSets"), list):
        raise _wrong(input_.name, "no dataSets")
    return inner


def _wrong(file: str, why: str) -> Exception:
    return file_error(
        file,
        "wrong-format",
        text(f"is no sound SDMX-JSON data message ({why})", f"온전한 SDMX-JSON 데이터 메시지가 아닙니다({why})"),
        DOWNLOAD_AGAIN,
    )


def _sets(inner: Mapping[str, Any], file: str) -> list[tuple[_Set, Mapping[str, Any]]]:
    try:
        structures = inner["structures"] if "structures" in inner else [inner["structure"]]
        return [(_set(structures[raw.get("structure", 0)], raw), raw) for raw in inner["dataSets"]]
    except (_Broken, KeyError, IndexError, TypeError, AttributeError) as error:
        raise _wrong(file, str(error)) from None


def _set(structure: Mapping[str, Any], raw: Mapping[str, Any]) -> _Set:
    dimensions = structure["dimensions"]
    attributes = structure.get("attributes", {})
    lists = {
        level: _listed(attributes.get(level, [])) for level in ("dataSet", "dimensionGroup", "series", "observation")
    }
    everywhere = {one.id: one.at(0) for one in _listed(dimensions.get("dataSet", []))}
    everywhere |= _attached(lists["dataSet"], raw.get("attributes", []))
    made = _Set(
        str(structure.get("name") if isinstance(structure.get("name"), str) else structure.get("id", "")) or "flow",
        _listed(dimensions.get("series", [])),
        _listed(dimensions.get("observation", [])),
        lists,
        everywhere,
    )
    for key, places in raw.get("dimensionGroupAttributes", {}).items():
        wanted = [(n, int(part)) for n, part in enumerate(key.split(":")) if part.isascii() and part.isdigit()]
        made.groups.append((wanted, _attached(lists["dimensionGroup"], places)))
    return made


def _listed(raw: Sequence[Mapping[str, Any]]) -> list[_Listed]:
    out = []
    for one in raw:
        values = []
        for value in one.get("values", []):
            known = value if isinstance(value, dict) else {"id": value}
            said = known.get("name", "")
            values.append((str(known.get("id", known.get("value", ""))), said if isinstance(said, str) else ""))
        out.append(_Listed(str(one["id"]), tuple(values)))
    return out


def _attached(attributes: Sequence[_Listed], places: Sequence[Any]) -> Values:
    """The wanted attributes by id. 2.0 allows the value itself, or several, in place of a position."""
    found: Values = {}
    for one, place in zip(attributes, places, strict=False):
        if place is None or one.id not in WANTED:
            continue
        if isinstance(place, list):
            found[one.id] = "; ".join(map(str, place))
        elif isinstance(place, int) and one.values:
            found[one.id] = one.at(place)
        else:
            found[one.id] = str(place)
    return found


def _fixed(one: _Set) -> list[str]:
    """Dimensions that hold one value for the whole data set."""
    return [name for name in one.everywhere if name not in (*WANTED, *TIME)]


def _records(one: _Set, raw: Mapping[str, Any]) -> Iterator[Values]:
    if "series" in raw:
        for key, series in raw["series"].items():
            base, places = one.of_key(one.series, key)
            own = _attached(one.attributes["series"], series.get("attributes", []))
            for inner, cells in series.get("observations", {}).items():
                yield _record(one, {**own, **base}, places, inner, cells)
    for key, cells in raw.get("observations", {}).items():
        yield _record(one, {}, [], key, cells)


def _sound(records: Iterator[Values], file: str) -> Iterator[Values]:
    """The records; what does not hold together in the message is an error that says where."""
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except (_Broken, KeyError, TypeError, AttributeError, ValueError) as error:
            raise _wrong(file, str(error)) from None
        yield record


def _record(one: _Set, base: Values, before: Sequence[int], key: str, cells: Sequence[Any]) -> Values:
    dimensions, places = one.of_key(one.observation, key)
    value = cells[0] if cells else None
    attached = _attached(one.attributes["observation"], cells[1:])
    said = "" if value is None else repr(value) if isinstance(value, float) else str(value)
    return {**one.everywhere, **one.grouped([*before, *places]), **base, **attached, **dimensions, "OBS_VALUE": said}


def _batch(flow: Flow, waiting: Sequence[Values], begun: int, context: Context) -> Iterator[Batch]:
    """Records as rows; their line is their place among the observations of the file."""
    context.count(len(waiting))
    time = next((name for name in TIME if name in waiting[0]), TIME[0])
    columns = {name: [one.get(name, "") for one in waiting] for name in (*flow.dimensions, "OBS_VALUE", *WANTED)}
    columns["TIME_PERIOD"] = [one.get(time, "") for one in waiting]
    for name in WANTED:
        if name not in flow.dimensions and not any(columns[name]):
            del columns[name]
    batch = flow.batch(pd.DataFrame(columns, index=range(begun, begun + len(waiting)), dtype=str))
    if batch is not None:
        yield batch


FORMAT = Format(
    id="sdmx-json",
    version="1",
    title=text("Series in SDMX-JSON", "SDMX-JSON 시계열"),
    tables=TABLES,
    specification="SDMX-JSON data message field guides 1.0 and 2.0.0",
    files=text(
        "a data message (.json), e.g. from `majung evidence download oecd --filter format=json`",
        "데이터 메시지(.json), 예: `majung evidence download oecd --filter format=json`",
    ),
    seen="real",
    licence="",
    read=read,
    url="https://sdmx.org",
    members=r"(?i)\.json(\.gz)?$",
    options=OPTIONS,
)
