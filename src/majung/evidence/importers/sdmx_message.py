"""SDMX-ML 2.1 and 3.0 data messages, generic and structure-specific, read as a stream of observations.

Specification: SDMX 2.1 and 3.0 technical specifications, section 3A (SDMX-ML schemas and documentation). Own reader in
place of `sdmx1` (Apache 2.0, alive): that one builds objects of the whole message first, 2 kB and 60 microseconds an
observation (200,000 of them: 480 MB, 12 s of CPU time); this one keeps one series at a time. It reads the data only.
A document type declaration is refused: SDMX messages have none, and entities in them are an attack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from majung.evidence.importers.inputs import DOWNLOAD_AGAIN, Input, file_error
from majung.evidence.problems import text

BLOCK = 1 << 16
Values = dict[str, str]
TIMES = ("TIME_PERIOD", "TIME")
_TYPE = "http://www.w3.org/2001/XMLSchema-instance}type"
_GENERIC = ("SeriesKey", "ObsKey", "GroupKey")


@dataclass(frozen=True)
class Observation:
    """values: dimensions and attributes by id, with OBS_VALUE ("" where there is none). line: in the file."""

    values: Values
    line: int


@dataclass
class _Message:
    """What the parser has met so far."""

    file: str
    parser: expat.XMLParserType
    flow: str = ""
    at: str = "TIME_PERIOD"
    path: list[str] = field(default_factory=list)
    series: Values = field(default_factory=dict)
    observation: Values = field(default_factory=dict)
    group: Values = field(default_factory=dict)
    groups: list[Values] = field(default_factory=list)
    keys: dict[tuple[str, ...], dict[tuple[str, ...], Values]] = field(default_factory=dict)
    kind: str = ""
    done: list[Observation] = field(default_factory=list)
    said: dict[tuple[str, str], str] = field(default_factory=dict)

    def start(self, name: str, attributes: Values) -> None:
        tag = _local(name)
        plain = {key: value for key, value in attributes.items() if "}" not in key}
        if not self.path:
            self.kind = {"GenericData": "generic", "StructureSpecificData": "specific"}.get(tag, "")
            self.kind = self.kind or ("generic" if tag == "GenericTimeSeriesData" else "")
            self.kind = self.kind or ("specific" if tag == "StructureSpecificTimeSeriesData" else "")
            if not self.kind:
                raise _not_data(self.file, tag)
        self.path.append(tag)
        if tag == "Structure" and "Header" in self.path:
            self.at = plain.get("dimensionAtObservation", self.at)
        elif tag == "Ref" and "Header" in self.path and not self.flow:
            self.flow = plain.get("id", "")
        elif tag == "URN":
            return
        elif self.kind == "generic":
            self._generic(tag, plain)
        elif tag == "Group":
            self.groups.append(plain)
        elif tag == "Series":
            self.series = self._with_groups(plain)
        elif tag == "Obs":
            self.observation = {**(self.series if "Series" in self.path else {}), **plain}
            measure = attributes.get(_TYPE, "").rpartition(":")[2]
            if measure and self.at not in self.observation and self.at not in (*TIMES, "AllDimensions"):
                self.observation[self.at] = measure  # explicit measures: <Obs xsi:type="demo:LBIRTHST" ...>

    def _generic(self, tag: str, plain: Values) -> None:
        inside = self.path[-2] if len(self.path) > 1 else ""
        if tag in ("Series", "Group", "Obs"):
            self.said = {}
        if tag == "Series":
            self.series = {}
        elif tag == "Group":
            self.group = {}
        elif tag == "Obs":
            self.observation = dict(self.series) if "Series" in self.path else {}
        elif tag == "Value" and inside in (*_GENERIC, "Attributes"):
            self._say(inside, self._target(), plain.get("id", ""), plain.get("value", ""))
        elif tag == "ObsDimension" and inside == "Obs":
            self._say(inside, self.observation, plain.get("id", self.at), plain.get("value", ""))
        elif tag == "ObsValue" and inside == "Obs":
            self._say(inside, self.observation, "OBS_VALUE", plain.get("value", ""))

    def _say(self, inside: str, target: Values, name: str, value: str) -> None:
        """Put a value; the same place with another value is an error, for nobody knows which of them holds."""
        if self.said.setdefault((inside, name), value) != value:
            raise _contradiction(self.file, name, self.parser.CurrentLineNumber)
        target[name] = value

    def _target(self) -> Values:
        if "Obs" in self.path:
            return self.observation
        return self.group if "Group" in self.path else self.series

    def _with_groups(self, plain: Values) -> Values:
        """A series with what its groups say of it: a group names some of its dimensions and adds attributes."""
        if self.groups:
            for one in self.groups:
                shared = tuple(sorted(key for key in one if key in plain))
                index = self.keys.setdefault(shared, {})
                index[tuple(one[key] for key in shared)] = one
            self.groups = []
        out = dict(plain)
        for shared, index in self.keys.items():
            added = index.get(tuple(plain.get(key, "") for key in shared)) if shared else None
            for key, value in (added or {}).items():
                out.setdefault(key, value)
        return out

    def end(self, name: str) -> None:
        tag = _local(name)
        self.path.pop()
        if tag == "Obs" and self.kind:
            self.observation.setdefault("OBS_VALUE", "")
            self.done.append(Observation(self.observation, self.parser.CurrentLineNumber))
        elif tag in ("SeriesKey", "GroupKey") and self.kind == "generic":
            if tag == "SeriesKey":
                self.series = self._with_groups(self.series)
        elif tag == "Group" and self.kind == "generic":
            self.groups.append(self.group)


def observations(input_: Input) -> Iterator[tuple[str, Observation]]:
    """(flow, observation) of a data message, in order. Raises EvidenceError for what is no SDMX-ML data."""
    parser = expat.ParserCreate(namespace_separator="}")
    message = _Message(input_.name, parser)
    parser.StartElementHandler = message.start
    parser.EndElementHandler = message.end
    parser.StartDoctypeDeclHandler = lambda *_: _refuse_doctype(input_.name)
    with input_.open() as stream:
        final = False
        while not final:
            block = stream.read(BLOCK)
            final = not block
            try:
                parser.Parse(block, final)
            except expat.ExpatError as error:
                raise file_error(
                    input_.name,
                    "not-xml",
                    text(
                        f"not valid XML, or cut off ({expat.errors.messages[error.code]})",
                        f"올바른 XML이 아니거나 잘려 있습니다({expat.errors.messages[error.code]})",
                    ),
                    DOWNLOAD_AGAIN,
                    error.lineno,
                ) from None
            for one in message.done:
                yield message.flow, one
            message.done = []


def dimensions_of(input_: Input) -> list[str]:
    """Ids of the dimensions that a structure message declares, in order; empty when it declares none."""
    found: list[str] = []

    def start(name: str, attributes: Values) -> None:
        if _local(name) in ("Dimension", "TimeDimension", "MeasureDimension") and attributes.get("id"):
            found.append(attributes["id"])

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = lambda *_: _refuse_doctype(input_.name)
    with input_.open() as stream:
        try:
            while block := stream.read(BLOCK):
                parser.Parse(block, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            words = expat.errors.messages[error.code]
            raise file_error(
                input_.name,
                "not-xml",
                text(f"not valid XML ({words})", f"올바른 XML이 아닙니다({words})"),
                DOWNLOAD_AGAIN,
                error.lineno,
            ) from None
    return list(dict.fromkeys(found))


def _local(name: str) -> str:
    return re.sub(r"^.*}", "", name)


def _refuse_doctype(file: str) -> None:
    raise file_error(
        file,
        "wrong-format",
        text(
            "has a document type declaration, which no SDMX message has", "SDMX 메시지에 없는 문서 형식 선언이 있습니다"
        ),
        text("do not use this file: its entities may be an attack", "공격일 수 있으니 이 파일을 쓰지 마십시오"),
    )


def _contradiction(file: str, name: str, line: int) -> Exception:
    return file_error(
        file,
        "contradiction",
        text(
            f"{name} stands twice in one series or observation, with different values",
            f"한 계열 또는 관측값 안에 {name}이(가) 서로 다른 값으로 두 번 있습니다",
        ),
        DOWNLOAD_AGAIN,
        line,
    )


def _not_data(file: str, tag: str) -> Exception:
    if tag == "Structure":
        reason = text("is a structure message, not data", "데이터가 아니라 구조 메시지입니다")
    else:
        reason = text(f"its root is '{tag}', not an SDMX-ML data message", f"SDMX-ML 데이터 메시지가 아닙니다('{tag}')")
    remedy = text(
        "download the data (generic or structure-specific)", "데이터(generic 또는 structure-specific)를 받으십시오"
    )
    return file_error(file, "wrong-format", reason, remedy)
