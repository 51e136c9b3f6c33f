"""Observations of SDMX messages found once more in the corrupted files, by plain parsers of XML and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from trials.plain import Fact, Key, Outcome, Recount

Observation = Mapping[str, str]


def _stand(observations: Iterable[Observation], strange: Mapping[Key, Fact]) -> str:
    """Whether each fact is an observation with that country, code, year and value."""
    known = list(observations)
    for key, (value, origin) in strange.items():
        _, country, _, code, year, _ = key
        if not any(
            (one.get("REF_AREA", "").strip(), one.get("TIME_PERIOD")) == (country, year)
            and _is_code(one.get("ACTIVITY", ""), code)
            and _value(one) == value
            for one in known
        ):
            return f"no such observation: {' '.join(key)} = {value} ({origin})"
    return ""


def _is_code(written: str, code: str) -> bool:
    """Codes keep letters and digits; a name in another script is a hash, which only says that there was one."""
    return code.startswith("n-") if not written.isascii() else re.findall("[A-Za-z0-9]+", written) == code.split("-")


def _value(one: Observation) -> float:
    try:
        return float(one.get("OBS_VALUE", "")) * 10.0 ** int(one.get("UNIT_MULT") or "0")
    except ValueError:
        return float("nan")


def _xml(files: Mapping[str, bytes], strange: Mapping[Key, Fact], _out: Outcome) -> str:
    def generic(series: ElementTree.Element) -> Iterator[Observation]:
        shared = {
            value.get("id", ""): value.get("value", "")
            for part in series
            if _tag(part) in ("SeriesKey", "Attributes")
            for value in part
        }
        for obs in series:
            if _tag(obs) == "Obs":
                own = {_tag(part): part.get("value", "") for part in obs if part.get("value") is not None}
                yield shared | {"TIME_PERIOD": own.get("ObsDimension", ""), "OBS_VALUE": own.get("ObsValue", "")}

    def specific(series: ElementTree.Element) -> Iterator[Observation]:
        for obs in series:
            yield {**series.attrib, **obs.attrib}

    root = ElementTree.fromstring(files["flow.xml"])  # noqa: S314 - what came through the importer is no bomb
    read = generic if _tag(root).startswith("Generic") else specific
    return _stand((one for series in root.iter() if _tag(series) == "Series" for one in read(series)), strange)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _json(files: Mapping[str, bytes], strange: Mapping[Key, Fact], _out: Outcome) -> str:
    whole = json.loads(files["flow.json"])
    inner = whole.get("data", whole)
    structure = inner["structures"][0] if "structures" in inner else inner["structure"]

    def named(level: str, key: str) -> dict[str, str]:
        listed = structure["dimensions"][level]
        return {one["id"]: one["values"][int(place)]["id"] for one, place in zip(listed, key.split(":"), strict=True)}

    def attached(level: str, places: list[Any]) -> dict[str, str]:
        listed = structure.get("attributes", {}).get(level, [])
        pairs = zip(listed, places, strict=False)
        # Without a list of values the number is the value itself (2.0).
        return {
            one["id"]: str(one["values"][place]["id"] if one.get("values") else place)
            for one, place in pairs
            if isinstance(place, int)
        }

    def observations() -> Iterator[Observation]:
        for data in inner["dataSets"]:
            for key, series in data.get("series", {}).items():
                shared = named("series", key) | attached("series", series.get("attributes", []))
                for inside, cells in series.get("observations", {}).items():
                    yield shared | named("observation", inside) | {"OBS_VALUE": str(cells[0] if cells else "")}
            for key, cells in data.get("observations", {}).items():
                said = {"OBS_VALUE": str(cells[0] if cells else "")}
                yield named("observation", key) | attached("observation", cells[1:]) | said

    return _stand(observations(), strange)


SERIES: Mapping[str, Recount] = {
    "sdmx-ml-generic": _xml,
    "sdmx-ml-specific": _xml,
    "sdmx-json-series": _json,
    "sdmx-json-flat": _json,
}
