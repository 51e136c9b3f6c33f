"""Sound files of series (SDMX-CSV, Eurostat TSV, World Bank, KOSIS), made by code to their specifications."""

from __future__ import annotations

from collections.abc import Callable

from trials.sound_files import ALPHA2, Case, figures, table

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


SERIES: tuple[Callable[[], Case], ...] = (
    *(sdmx_csv, sdmx_csv_names, eurostat, world_bank),
    *(kosis_long, kosis_wide),
)
