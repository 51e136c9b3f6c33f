"""EXIOBASE 3 (monetary, industry by industry or product by product), folded into national tables.

Specification: Stadler et al. (2018), Journal of Industrial Ecology 22, 502-515, and the distribution on Zenodo: a ZIP
or folder `IOT_2019_pxp` with tab-separated files. `Z.txt` and `Y.txt`: two lines of column names (region; sector or
category of final demand) and one that names the row index, then rows region, sector, values; `x.txt`: region, sector,
indout. In `satellite/F.txt` or `factor_inputs/F.txt` the rows of value added. 44 countries by ISO alpha-2 code and five
rest-of-world regions (WA, WL, WE, WF, WM). Million EUR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from majung.evidence.countries import named_country
from majung.evidence.importers.context import Context, code_of
from majung.evidence.importers.encoding import text_lines
from majung.evidence.importers.flows import COMMON, Floats, Fold, cell_numbers, wanted_countries
from majung.evidence.importers.format import Batch, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.problems import text

REGIONS = ("WA", "WL", "WE", "WF", "WM")
FINAL = {
    "final consumption expenditure by households": "CONS_h",
    "final consumption expenditure by non-profit organisations serving households (npish)": "CONS_np",
    "final consumption expenditure by government": "CONS_g",
    "gross fixed capital formation": "GFCF",
    "changes in inventories": "INVEN",
    "changes in valuables": "VALU",
    "exports: total (fob)": "EXP_other",
}
LABELS = {
    "VALU": text("Changes in valuables", "귀중품 순취득"),
    "EXP_other": text("Exports: total (fob), as published", "수출 합계(fob), 공표값"),
}
VALUE_ADDED = re.compile(r"(?i)^(compensation of employees|operating surplus|other net taxes on production)")
TAXES = re.compile(r"(?i)^taxes less subsidies on products purchased: total")
_CLEAN = re.compile(r"[0-9eE+\-.\t\r\n]*\Z")


@dataclass(frozen=True)
class _Head:
    """Column headings of a file: (region, name) a column; index: how many columns name the row."""

    columns: list[tuple[str, str]]
    index: int


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    for where, files in _systems(inputs).items():
        yield from _system(where, files, context)


def _systems(inputs: Sequence[Input]) -> dict[str, dict[str, Input]]:
    """The files of each year's system: {name of folder or archive: {kind: file}}."""
    out: dict[str, dict[str, Input]] = {}
    for one in inputs:
        whole = f"{one.path.as_posix()}/{one.member}" if one.member else one.path.as_posix()
        folder, _, name = whole.rpartition("/")
        kind = name.removesuffix(".txt")
        if folder.rsplit("/", 1)[-1] in ("satellite", "factor_inputs"):
            folder = folder.rsplit("/", 1)[0]
            kind = "F" if kind == "F" else "other"
        elif kind not in ("Z", "Y", "x"):
            kind = "other"
        if kind != "other":
            out.setdefault(folder, {})[kind] = one
    return out


def _system(where: str, files: dict[str, Input], context: Context) -> Iterator[Batch]:
    name = next(iter(files.values())).name if len(files) == 1 else where.rsplit("/", 1)[-1]
    for kind in ("Z", "Y"):
        if kind not in files:
            raise file_error(
                name,
                "file-missing",
                text(f"{kind}.txt is not among the files of {name}", f"{name}에 {kind}.txt가 없습니다"),
                text("give the whole folder or ZIP of the year", "그 해의 폴더나 ZIP 전체를 지정하십시오"),
            )
    found = re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", where)
    given = context.option("year", found[-1] if found else "")
    if not re.fullmatch(r"[12]\d{3}", given):
        raise file_error(
            name,
            "unknown-year",
            text("the folder's name does not say which year it is", "폴더 이름에 연도가 없습니다"),
            text(
                "keep the published name (IOT_2019_pxp) or give --option year=2019",
                "--option year=2019처럼 지정하십시오",
            ),
        )
    flows, demand = _head(files["Z"], context), _head(files["Y"], context)
    names = list(dict.fromkeys(sector for _, sector in flows.columns))
    sectors = {sector: code_of(sector) for sector in names}
    if len(set(sectors.values())) != len(sectors):
        raise file_error(
            files["Z"].name,
            "double-spelling",
            text("two sectors differ in punctuation only", "구두점만 다른 부문이 있습니다"),
            text("take the files as published", "공표된 원본 파일을 쓰십시오"),
        )
    within = f"exiobase-{'products' if len(names) > 170 else 'industries'}-{len(names)}"
    context.classification(within, text(f"EXIOBASE 3, {len(names)} sectors", f"EXIOBASE 3 {len(names)}부문"))
    finals = [_final(category, files["Y"]) for category in dict.fromkeys(c for _, c in demand.columns)]
    context.declare("input_output", classification=within, signed=["VA", "EXP", *(f for f in finals if f == "VALU")])
    context.measure("input_output", text("Flows", "거래액"), text("million EUR", "백만 유로"))
    for sector, code in sectors.items():
        context.code(within, code, text(sector, sector))
    for code, words in {**COMMON, **LABELS}.items():
        context.code(within, code, words)
    lands = list(dict.fromkeys(region for region, _ in flows.columns))
    strangers = [land for land, _ in demand.columns if land not in lands]
    if strangers:
        raise file_error(
            files["Y"].name,
            "unknown-column",
            text(f"region '{strangers[0]}' is not in Z.txt", f"지역 '{strangers[0]}'이(가) Z.txt에 없습니다"),
            text("take the files as published", "공표된 원본 파일을 쓰십시오"),
            1,
        )
    at = [(land, sectors[sector]) for land, sector in flows.columns]
    at += [(land, _final(category, files["Y"])) for land, category in demand.columns]
    whole = [(land, code) for land in lands for code in (*sectors.values(), *finals)]
    absent = sorted(set(whole) - set(at))
    if absent:
        land, code = absent[0]
        file = files["Y" if code in finals else "Z"].name
        reason = text(f"the column '{code}' of {land} is missing", f"{land}의 '{code}' 열이 없습니다")
        remedy = text("take the files as published", "공표된 원본 파일을 쓰십시오")
        raise file_error(file, "missing-column", reason, remedy, 1)
    fold = Fold(lands, list(sectors.values()), [*sectors.values(), *finals], at)
    _flows(files, flows, demand, sectors, fold, context)
    if "x" in files:
        _output(files["x"], flows, fold, context)
    if "F" in files:
        _value_added(files["F"], flows, demand, fold, context)
    countries = {land: named_country(land) for land in lands if land not in REGIONS and len(land) in (2, 3)}
    known = {code: land for land, code in countries.items() if code}
    for code in wanted_countries(context, list(known)):
        out = fold.batches(known[code], int(given), name)
        yield Batch(out.table, out.frame.assign(country=code))
    for land in lands:
        if land not in known.values():
            context.leave_out("region", text(f"'{land}' is no country", f"'{land}'은(는) 국가가 아닙니다"), value=land)


def _final(category: str, file: Input) -> str:
    known = FINAL.get(category.strip().casefold())
    if known is None:
        raise file_error(
            file.name,
            "unknown-column",
            text(f"final demand '{category}' is not known", f"최종수요 '{category}'은(는) 알 수 없습니다"),
            text("the format may have changed: see docs/importers.md", "형식이 바뀌었을 수 있습니다"),
            2,
        )
    return known


def _head(input_: Input, context: Context) -> _Head:
    context.file = input_.name
    with text_lines(input_, context) as lines:
        first, second = (next(lines, "").rstrip("\r\n").split("\t") for _ in range(2))
    index = next((i for i, cell in enumerate(first) if i and cell.strip() and cell.strip() != "region"), 0)
    columns = list(zip(map(str.strip, first[index:]), map(str.strip, second[index:]), strict=False))
    if not index or len(first) != len(second) or len(set(columns)) != len(columns) or first[0].strip() != "region":
        raise file_error(
            input_.name,
            "missing-column",
            text(
                "the two lines of column names (region, sector) are not there",
                "열 이름 두 줄(region, sector)이 없습니다",
            ),
            text("take the files as published", "공표된 원본 파일을 쓰십시오"),
            1,
        )
    return _Head(columns, index)


def _rows(input_: Input, head: _Head, context: Context) -> Iterator[tuple[int, list[str], Floats]]:
    """(line, row names, values) below the headings; values hold NaN where a cell was bad."""
    context.file = input_.name
    width = head.index + len(head.columns)
    names = [f"{region} {name}" for region, name in head.columns]
    with text_lines(input_, context) as lines:
        for line, content in enumerate(lines, 1):
            if line <= 2 or not content.strip():
                continue
            cells = content.rstrip("\r\n").split("\t")
            if line == 3 and not any(cell.strip() for cell in cells[head.index :]):
                continue
            if len(cells) != width:
                raise file_error(
                    input_.name,
                    "wrong-cell-count",
                    text(
                        f"the row has {len(cells)} cells, the headings {width}",
                        f"이 행은 {len(cells)}칸인데 머리글은 {width}칸입니다",
                    ),
                    text("download it again", "다시 내려받으십시오"),
                    line,
                )
            yield (
                line,
                [cell.strip() for cell in cells[: head.index]],
                _values(cells[head.index :], line, names, context),
            )


def _values(cells: Sequence[str], line: int, names: Sequence[str], context: Context) -> Floats:
    context.count(len(cells))
    if _CLEAN.match("\t".join(cells)) and "" not in cells:
        try:
            values = np.array(cells, dtype=np.float64)
        except ValueError:
            return cell_numbers(cells, line, names, context)
        if np.isfinite(values).all():
            return values
    return cell_numbers(cells, line, names, context)


def _flows(
    files: dict[str, Input], flows: _Head, demand: _Head, sectors: dict[str, str], fold: Fold, context: Context
) -> None:
    deliveries = _rows(files["Z"], flows, context)
    finals = _rows(files["Y"], demand, context)
    seen: set[tuple[str, str]] = set()
    known = set(flows.columns)
    for (line, name, values), (other_line, other, last) in zip(deliveries, finals, strict=False):
        row = (name[0], name[1]) if len(name) > 1 else (name[0], "")
        if name[:2] != other[:2] or row in seen or row not in known:
            raise file_error(
                files["Z"].name,
                "unknown-code",
                text(
                    f"row {' '.join(name)} is not the {' '.join(other)} of Y.txt (line {other_line}) or not a sector",
                    f"{' '.join(name)} 행이 Y.txt의 {other_line}행({' '.join(other)})과 다르거나 부문이 아닙니다",
                ),
                text("take the files as published", "공표된 원본 파일을 쓰십시오"),
                line,
            )
        seen.add(row)
        fold.add(row[0], sectors[row[1]], np.append(values, last), line)
    absent = [row for row in flows.columns if row not in seen]
    if absent:
        raise file_error(
            files["Z"].name,
            "missing-row",
            text(
                f"{len(absent):,} rows are missing (first: {' '.join(absent[0])}): imports would come out too small",
                f"행 {len(absent):,}개가 없습니다(처음: {' '.join(absent[0])}). 수입이 실제보다 작아집니다",
            ),
            text("download it again", "다시 내려받으십시오"),
        )


def _output(input_: Input, flows: _Head, fold: Fold, context: Context) -> None:
    """Gross output from x.txt, as the row GO."""
    context.file = input_.name
    values = np.full(fold.width, np.nan)
    place = {column: i for i, column in enumerate(flows.columns)}
    with text_lines(input_, context) as lines:
        header = next(lines, "").rstrip("\r\n").split("\t")
        if [cell.strip() for cell in header] != ["region", "sector", "indout"]:
            raise file_error(
                input_.name,
                "missing-column",
                text(
                    f"the columns are {', '.join(header)[:80]}, not region, sector, indout",
                    f"열이 region, sector, indout이 아니라 {', '.join(header)[:80]}입니다",
                ),
                text("take the files as published", "공표된 원본 파일을 쓰십시오"),
                1,
            )
        for line, content in enumerate(lines, 2):
            cells = [cell.strip() for cell in content.rstrip("\r\n").split("\t")]
            if len(cells) != 3 or (cells[0], cells[1]) not in place:
                reason = text("the row is no region and sector", "지역과 부문의 행이 아닙니다")
                context.bad("unknown-code", line, reason, text("see Z.txt", "Z.txt 참조"), value=content.strip())
                continue
            values[place[cells[0], cells[1]]] = cell_numbers(cells[2:], line, ["indout"], context)[0]
            context.count(1)
    fold.add_primary("GO", values, 1)


def _value_added(input_: Input, flows: _Head, demand: _Head, fold: Fold, context: Context) -> None:
    """Value added (its components added up) and taxes on products, from the factor inputs."""
    head = _head(input_, context)
    if head.columns != flows.columns:
        raise file_error(
            input_.name,
            "missing-column",
            text("its columns are not those of Z.txt", "열이 Z.txt와 다릅니다"),
            text("take the files as published", "공표된 원본 파일을 쓰십시오"),
            1,
        )
    padding = np.full(len(demand.columns), np.nan)
    for line, name, values in _rows(input_, head, context):
        target = "VA" if VALUE_ADDED.match(name[0]) else "TXSP" if TAXES.match(name[0]) else ""
        if target:
            fold.add_primary(target, np.append(values, padding), line)
        else:
            reason = text("a satellite that is not read", "읽지 않는 부속 계정")
            context.leave_out("not-read", reason, count=len(values), line=line)


FORMAT = Format(
    id="exiobase3",
    version="1",
    title=text("EXIOBASE 3 multi-regional input-output tables", "EXIOBASE 3 다지역 산업연관표"),
    tables=("input_output",),
    specification="EXIOBASE 3 (Zenodo distribution, tab-separated files); Stadler et al. (2018)",
    files=text("IOT_<year>_pxp.zip or _ixi.zip, or its folder", "IOT_<연도>_pxp.zip 또는 _ixi.zip, 또는 그 폴더"),
    seen="specification",
    licence="CC BY-SA 4.0",
    licence_note="As stated on Zenodo for version 3.8.",
    publisher="EXIOBASE consortium",
    url="https://doi.org/10.5281/zenodo.3583070",
    citation="Stadler, K. et al. (2018), EXIOBASE 3: Developing a Time Series of Detailed Environmentally Extended "
    "Multi-Regional Input-Output Tables, Journal of Industrial Ecology 22, 502-515.",
    read=read,
    together=True,
    members=r"^(Z|Y|x|F)\.txt$",
    options={
        "year": text("year, where the folder's name does not say it", "폴더 이름에 없을 때의 연도"),
        "countries": text("KOR,JPN: tables of these only", "KOR,JPN: 이 국가의 표만"),
    },
)
