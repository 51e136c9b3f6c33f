"""A small evidence package to break in one place at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from majung.evidence import table_resource

CODES = """kind,classification,code,label_en,label_ko,unit_en,unit_ko,note
classification,wipo35,wipo35,Technology field,기술 분야,,,
code,wipo35,computer-technology,Computer technology,컴퓨터 기술,,,
code,wipo35,digital-communication,Digital communication,디지털 통신,,,
code,wipo35,medical-technology,Medical technology,의료 기술,,,
measure,,families,International patent families,국제 특허 패밀리,families,건,
classification,,wiod56,Industry,산업,,,
code,wiod56,C26,Electronics,전자,,,
code,wiod56,C27,Electrical equipment,전기장비,,,
code,wiod56,J62,Computer programming,프로그래밍,,,
code,wiod56,GO,Gross output,총산출,,,
code,wiod56,VA,Value added,부가가치,,,
code,wiod56,INVEN,Changes in inventories,재고 증감,,,
""".replace("classification,wipo35,wipo35", "classification,,wipo35")

SOURCE: dict[str, Any] = {
    "id": "ipf-2022",
    "title": "International patent families by field",
    "publisher": "A statistical office",
    "edition": "2022",
    "url": "https://example.org/patents",
    "license": "CC BY-SA 4.0",
    "license_note": "as stated by the distributor",
    "retrieved": "2024-03-01",
    "released": "2022-03-01",
    "citation": "A statistical office (2022), patents by field.",
}

LONG_HEADER = "country,classification,code,year,measure,value,source,origin"
IO_HEADER = "country,year,use,row,column,value,source,origin"


def patents(**changes: float) -> list[str]:
    """Lines of a patents table, 2 countries x 3 codes x 2010-2020; changes: "KOR_2020" = factor on those values."""
    lines = []
    for c, country in enumerate(("KOR", "USA")):
        for k, code in enumerate(("computer-technology", "digital-communication", "medical-technology")):
            for year in range(2010, 2021):
                wave = 1 + 0.02 * ((year * (3 + k) + 5 * c) % 7)
                value = 100 * (1 + c) * (1 + k) * 1.05 ** (year - 2010) * wave
                value *= changes.get(f"{country}_{year}", 1) * changes.get(f"all_{year}", 1)
                lines.append(f"{country},wipo35,{code},{year},families,{value:.0f},ipf-2022,row {len(lines) + 1}")
    return lines


def input_output(*, split: bool = False, years: tuple[int, ...] = (2010, 2014)) -> list[str]:
    """Lines of input-output tables with three sectors; split: C26 and C27 are 60 % and 40 % of one source row."""
    lines = []
    for number, year in enumerate(years):
        output = {"C26": 600.0 * 1.3**number, "C27": 400.0 * (1.3 if split else 1.1) ** number, "J62": 500.0 + number}
        share = {"C26": (0.2, 0.1, 0.05), "C27": (0.1, 0.3, 0.1), "J62": (0.1, 0.1, 0.2)}
        for column, total in output.items():
            for row, a in zip(output, share[column], strict=True):
                lines.append(f"KOR,{year},domestic,{row},{column},{a * total},ipf-2022,sheet {year}")
            lines.append(f"KOR,{year},primary,VA,{column},{0.5 * total},ipf-2022,sheet {year}")
            lines.append(f"KOR,{year},primary,GO,{column},{total},ipf-2022,sheet {year}")
        lines.append(f"KOR,{year},domestic,C26,INVEN,-12.5,ipf-2022,sheet {year}")
    return lines


@dataclass
class PackageFolder:
    """Writes itself to disk on `write`; change its parts before."""

    path: Path
    codes: str = CODES
    sources: list[dict[str, Any]] = field(default_factory=lambda: [dict(SOURCE)])
    licence: str = "CC BY-SA 4.0\n"
    tables: dict[str, tuple[dict[str, Any], str | bytes]] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def table(
        self, name: str, lines: list[str], *, header: str | None = None, path: str | None = None, **declared: Any
    ) -> PackageFolder:
        head = header or (IO_HEADER if name == "input_output" else LONG_HEADER)
        resource = table_resource(name, path=path, released="released" in head, **declared)
        self.tables[resource["path"]] = (resource, "\n".join([head, *lines]) + "\n")
        return self

    def content(self, path: str, content: str | bytes) -> PackageFolder:
        """Replace a table file's content as it is."""
        self.tables[path] = (self.tables[path][0], content)
        return self

    def write(self) -> Path:
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "tables").mkdir(exist_ok=True)
        descriptor = {
            "profile": "tabular-data-package",
            "name": "small",
            "title": "A small package",
            "version": "1.0.0",
            "licenses": [{"name": "CC-BY-SA-4.0", "path": "https://creativecommons.org/licenses/by-sa/4.0/"}],
            "sources": self.sources,
            "resources": [resource for resource, _ in self.tables.values()],
        } | self.extra
        (self.path / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False, indent=1))
        (self.path / "LICENSE.md").write_text(self.licence)
        (self.path / "codes.csv").write_text(self.codes)
        for path, (_, content) in self.tables.items():
            data = content if isinstance(content, bytes) else content.encode()
            (self.path / path).write_bytes(data)
        return self.path


@pytest.fixture
def folder(tmp_path: Path) -> PackageFolder:
    """An empty package folder: add tables, then write."""
    return PackageFolder(tmp_path / "package")


@pytest.fixture
def sound(folder: PackageFolder) -> PackageFolder:
    """A package with nothing wrong in it."""
    return folder.table("patents", patents())


@pytest.fixture
def small_patents() -> Callable[..., list[str]]:
    return patents


@pytest.fixture
def small_input_output() -> Callable[..., list[str]]:
    return input_output


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], PackageFolder]:
    """Makes as many folders as asked for: for property tests."""
    return lambda: PackageFolder(tmp_path_factory.mktemp("package") / "package")


@pytest.fixture
def shared_data() -> Path:
    """The real statistics; skips where they are not laid out beside the repository."""
    root = Path(__file__).parents[2]
    places = [os.environ.get("MAJUNG_SHARED"), root / ".." / "shared", root / ".." / ".." / "shared"]
    for place in places:
        if place and (Path(place) / "data" / "README.md").exists():
            return Path(place) / "data"
    pytest.skip("the real statistics are not there: set MAJUNG_SHARED or lay ../shared beside the repository")
