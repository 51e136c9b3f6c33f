"""Sound files of series (SDMX in its forms, Eurostat TSV, World Bank, KOSIS), made by code to their specifications.

SDMX-ML stands one element a line, so that whole lines can be lost without the file becoming unreadable.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from trials.sound_files import ALPHA2, Case, book, figures, table

LANDS = ("KOR", "JPN", "USA", "DEU")
CODES = ("C26", "C27", "J62")
YEARS = (2018, 2019, 2020)
VALUE_ADDED = {"table": "value_added"}


def _facts(seed: int) -> list[tuple[str, str, int, float]]:
    values = iter(figures(seed, 80))
    return [(land, code, year, next(values)) for land in LANDS for code in CODES for year in YEARS]


def sdmx_csv() -> Case:
    """SDMX-CSV 1.0: codes only."""
    rows: list[list[object]] = [
        [
            "DATAFLOW",
            "FREQ",
            "REF_AREA",
            "ACTIVITY",
            "MEASURE",
            "UNIT_MEASURE",
            "TIME_PERIOD",
            "OBS_VALUE",
            "OBS_STATUS",
        ]
    ]
    rows += [["A:FLOW(1.0)", "A", land, code, "B1G", "USD", year, value, "A"] for land, code, year, value in _facts(21)]
    return Case("sdmx-csv", "sdmx-csv", {"flow.csv": table(rows)}, options=VALUE_ADDED, lines=True)


def sdmx_csv_names() -> Case:
    """SDMX-CSV 2.0 with a column of labels after every column, as the OECD Data Explorer writes it."""
    head = [
        "STRUCTURE",
        "STRUCTURE_ID",
        "STRUCTURE_NAME",
        "ACTION",
        "REF_AREA",
        "Reference area",
        "ACTIVITY",
        "Activity",
    ]
    rows: list[list[object]] = [[*head, "TIME_PERIOD", "Time period", "OBS_VALUE", "Observation value"]]
    for land, code, year, value in _facts(22):
        rows.append(
            [
                "DATAFLOW",
                "A:FLOW(1.0)",
                "A flow",
                "I",
                land,
                f"Land {land}",
                code,
                f"Goods, {code}",
                year,
                "",
                value,
                "",
            ]
        )
    return Case("sdmx-csv-names", "sdmx-csv", {"flow.csv": table(rows)}, options=VALUE_ADDED, lines=True)


def eurostat() -> Case:
    known = {(land, code, year): value for land, code, year, value in _facts(23)}
    rows: list[list[object]] = [["freq,unit,nace_r2,geo\\TIME_PERIOD", *(f"{year} " for year in YEARS)]]
    for land in LANDS:
        for code in CODES:
            rows.append([f"A,CP_MEUR,{code},{ALPHA2[land]}", *(f"{known[land, code, year]} " for year in YEARS)])
    content = table(rows, "\t", quote=False)
    return Case("eurostat-tsv", "eurostat-tsv", {"estat_flow.tsv": content}, options=VALUE_ADDED, lines=True)


def world_bank() -> Case:
    known = {(land, code, year): value for land, code, year, value in _facts(24)}
    lines = ['"Data Source","World Development Indicators",', "", '"Last Updated Date","2026-07-13",', ""]
    lines.append(
        ",".join(f'"{name}"' for name in ("Country Name", "Country Code", "Indicator Name", "Indicator Code", *YEARS))
        + ","
    )
    for land in LANDS:
        for code in CODES:
            cells = [f"Land of {land}", land, f"Value of {code} (current US$)", f"NV.{code}.CD"]
            cells += [str(known[land, code, year]) for year in YEARS]
            lines.append(",".join(f'"{cell}"' for cell in cells) + ",")
    content = ("\n".join(lines) + "\n").encode()
    return Case("world-bank", "world-bank", {"API_NV.csv": content}, options=VALUE_ADDED, lines=True)


def _kosis(name: str, content: str) -> Case:
    return Case(name, "kosis", {"101_DT_1.csv": content.encode()}, options=VALUE_ADDED, lines=True)


def kosis_long() -> Case:
    lines = ['"국가별","산업별","시점","부가가치[백만달러]"']
    lines += [f'"{land}","{code}.산업 이름","{year}","{value}"' for land, code, year, value in _facts(25)]
    return _kosis("kosis-long", "\n".join(lines) + "\n")


def kosis_wide() -> Case:
    known = {(land, code, year): value for land, code, year, value in _facts(26)}
    lines = ['"산업별","항목","단위",' + ",".join(f'"{year} 년"' for year in YEARS)]
    for land in LANDS:
        for code in CODES:
            figures_ = ",".join(f'"{known[land, code, year]}"' for year in YEARS)
            lines.append(f'"{code}.산업 이름","{land} 부가가치","백만달러",{figures_}')
    return _kosis("kosis-wide", "\n".join(lines) + "\n")


def kosis_workbook() -> Case:
    known = {(land, code, year): value for land, code, year, value in _facts(27)}
    rows: list[list[object]] = [["국가별", "산업별", *(f"{year} 년" for year in YEARS)]]
    rows.append([None, None, *("부가가치 (백만달러)" for _ in YEARS)])
    for land in LANDS:
        for n, code in enumerate(CODES):
            rows.append(["" if n else land, f"{code}.산업 이름", *(known[land, code, year] for year in YEARS)])
    content = book({"데이터": rows, "메타정보": [["○ 통계표ID", "DT_1"]]})
    return Case("kosis-workbook", "kosis", {"101_DT_1.xlsx": content}, options=VALUE_ADDED, lines=True)


_SDMX = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
_NAMES = " ".join(
    f'xmlns:{short}="{_SDMX}/{path}"'
    for short, path in (("m", "message"), ("g", "data/generic"), ("s", "structure"), ("c", "common"))
)
_XML = '<?xml version="1.0" encoding="UTF-8"?>'


def _message(kind: str, at: str, body: list[str]) -> bytes:
    head = [_XML, f"<m:{kind} {_NAMES}>", "<m:Header>", "<m:ID>TRIAL</m:ID>"]
    head += [f'<m:Structure structureID="FLOW" dimensionAtObservation="{at}">', "<c:Structure>"]
    head += ['<Ref agencyID="A" id="FLOW" version="1.0"/>', "</c:Structure>", "</m:Structure>", "</m:Header>"]
    return "\n".join([*head, '<m:DataSet action="Replace">', *body, "</m:DataSet>", f"</m:{kind}>", ""]).encode()


def _by_series(seed: int) -> dict[tuple[str, str], dict[int, float]]:
    series: dict[tuple[str, str], dict[int, float]] = {}
    for land, code, year, value in _facts(seed):
        series.setdefault((land, code), {})[year] = value
    return series


def sdmx_ml_generic() -> Case:
    """SDMX-ML 2.1 generic, by series, without its structure message."""
    body = []
    for (land, code), known in _by_series(27).items():
        key = {"FREQ": "A", "REF_AREA": land, "ACTIVITY": code, "MEASURE": "B1G", "UNIT_MEASURE": "USD"}
        body += ["<g:Series>", "<g:SeriesKey>", *(f'<g:Value id="{k}" value="{v}"/>' for k, v in key.items())]
        body += ["</g:SeriesKey>", "<g:Attributes>", '<g:Value id="UNIT_MULT" value="3"/>', "</g:Attributes>"]
        for year, value in known.items():
            body += ["<g:Obs>", f'<g:ObsDimension value="{year}"/>', f'<g:ObsValue value="{value}"/>']
            body += ["<g:Attributes>", '<g:Value id="OBS_STATUS" value="A"/>', "</g:Attributes>", "</g:Obs>"]
        body.append("</g:Series>")
    files = {"flow.xml": _message("GenericData", "TIME_PERIOD", body)}
    return Case("sdmx-ml-generic", "sdmx-ml", files, options=VALUE_ADDED)


def sdmx_ml_specific() -> Case:
    """SDMX-ML 2.1 structure-specific, by series, with its structure message."""
    body = []
    for (land, code), known in _by_series(28).items():
        body.append(f'<Series FREQ="A" REF_AREA="{land}" ACTIVITY="{code}" MEASURE="B1G" UNIT_MULT="3">')
        body += [f'<Obs TIME_PERIOD="{year}" OBS_VALUE="{v}" OBS_STATUS="A"/>' for year, v in known.items()]
        body.append("</Series>")
    dimensions = ("FREQ", "REF_AREA", "ACTIVITY", "MEASURE")
    structure = [_XML, f"<m:Structure {_NAMES}>", '<s:DimensionList id="DimensionDescriptor">']
    structure += [f'<s:Dimension id="{name}" position="{n}"/>' for n, name in enumerate(dimensions, 1)]
    structure += ['<s:TimeDimension id="TIME_PERIOD" position="5"/>', "</s:DimensionList>", "</m:Structure>", ""]
    files = {
        "flow.xml": _message("StructureSpecificData", "TIME_PERIOD", body),
        "flow_structure.xml": "\n".join(structure).encode(),
    }
    return Case("sdmx-ml-specific", "sdmx-ml", files, options=VALUE_ADDED)


def _listed(name: str, values: Mapping[str, str], **more: object) -> dict[str, object]:
    return {"id": name, **more, "values": [{"id": value, "name": label} for value, label in values.items()]}


def _json(whole: object) -> bytes:
    """JSON with a line an observation or so, so that lines can be lost."""
    return json.dumps(whole, indent=0, ensure_ascii=False).encode()


def sdmx_json_series() -> Case:
    """SDMX-JSON 2.0 by series, the multiplier an attribute of the series."""
    series = {
        f"0:{n // len(CODES)}:{n % len(CODES)}": {
            "attributes": [0],
            "observations": {str(YEARS.index(year)): [value, 0] for year, value in known.items()},
        }
        for n, known in enumerate(_by_series(29).values())
    }
    dimensions = {
        "series": [
            _listed("FREQ", {"A": "Annual"}),
            _listed("REF_AREA", {land: f"Land {land}" for land in LANDS}),
            _listed("ACTIVITY", {code: f"Goods, {code}" for code in CODES}),
        ],
        "observation": [_listed("TIME_PERIOD", {str(year): str(year) for year in YEARS})],
    }
    attributes = {
        "series": [_listed("UNIT_MULT", {"3": "Thousands"})],
        "observation": [_listed("OBS_STATUS", {"A": "Normal", "E": "Estimated"})],
    }
    whole = {
        "meta": {"id": "T"},
        "data": {
            "dataSets": [{"structure": 0, "action": "Information", "series": series}],
            "structures": [{"name": "Flow", "dimensions": dimensions, "attributes": attributes}],
        },
    }
    return Case("sdmx-json-series", "sdmx-json", {"flow.json": _json(whole)}, options=VALUE_ADDED)


def sdmx_json_flat() -> Case:
    """SDMX-JSON 1.0, flat: every observation with its whole key."""
    observations = {
        f"{LANDS.index(land)}:{CODES.index(code)}:{YEARS.index(year)}": [value, 0]
        for land, code, year, value in _facts(30)
    }
    dimensions = {
        "observation": [
            _listed("REF_AREA", {land: f"Land {land}" for land in LANDS}, keyPosition=0),
            _listed("ACTIVITY", {code: f"Goods, {code}" for code in CODES}, keyPosition=1),
            _listed("TIME_PERIOD", {str(year): str(year) for year in YEARS}, keyPosition=2),
        ]
    }
    structure = {"name": "Flow", "dimensions": dimensions}
    structure["attributes"] = {"observation": [_listed("UNIT_MULT", {"0": "Units"})]}  # type: ignore[dict-item]
    whole = {"dataSets": [{"action": "Information", "observations": observations}], "structure": structure}
    return Case("sdmx-json-flat", "sdmx-json", {"flow.json": _json(whole)}, options=VALUE_ADDED)


SERIES: tuple[Callable[[], Case], ...] = (
    *(sdmx_csv, sdmx_csv_names, sdmx_ml_generic, sdmx_ml_specific, sdmx_json_series, sdmx_json_flat),
    *(eurostat, world_bank),
    *(kosis_long, kosis_wide, kosis_workbook),
)
