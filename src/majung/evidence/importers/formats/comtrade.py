"""UN Comtrade, as downloaded from Comtrade Plus (CSV) or its API (JSON): trade by reporter, partner and commodity.

Specification: UN Comtrade Plus, list of fields of the final data set: typeCode, freqCode, refYear, period,
reporterCode, reporterISO, flowCode (X, M, RX, RM), partnerCode, partnerISO, partner2Code, classificationCode (H0 to
H6), cmdCode, cmdDesc, aggrLevel, customsCode, motCode, netWgt, primaryValue (USD), ... The CSV has a header of 47
names; JSON is `{"data": [...]}` with the same names. What no specification says: each row of the CSV, though not its
header, ends in a comma, and it is written in cp1252 (Türkiye, Côte d'Ivoire). The CSV of the site before 2023, which
others still pass on, has 35 other names (Classification, Year, Trade Flow, Trade Value (US$)).

Taken are yearly rows of goods that are not split by second partner, mode of transport or customs procedure; what else
there is, is left out and counted. Partner W00 is the world.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pandas as pd

from majung.evidence.importers.context import Context
from majung.evidence.importers.delimited import BATCH, read_header, read_rows
from majung.evidence.importers.encoding import text_lines
from majung.evidence.importers.format import Batch, Column, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.schema import absent, fit
from majung.evidence.problems import Text, text
from majung.methods.labelled import InputError

FLOWS = {"X": "exports", "M": "imports", "RX": "re-exports", "RM": "re-imports"}
SUBFLOWS = ("DX", "FM", "MIP", "MOP", "XIP", "XOP")
"""Domestic exports, foreign imports, trade for processing: parts of X and M that some countries report beside them."""
EDITIONS = {"H0": 1992, "H1": 1996, "H2": 2002, "H3": 2007, "H4": 2012, "H5": 2017, "H6": 2022}
WHOLE = {"partner2Code": "0", "customsCode": "C00", "motCode": "0"}
WORLD = {"W00": "WLD", "S19": "TWN"}
FORMER = ("ANT", "CSK", "DDR", "EUR", "PCZ", "SCG", "SUN", "VDR", "YMD", "YUG")
"""Former countries, and the EU, among the three letters of its ISO columns."""
MAX_JSON = 512 << 20
LEGACY_FLOWS = {
    **{"Import": "M", "Imports": "M", "Export": "X", "Exports": "X"},
    **{"Re-Import": "RM", "Re-imports": "RM", "Re-Export": "RX", "Re-exports": "RX"},
}

COLUMNS = (
    Column("freqCode", text("A yearly, M monthly", "A 연간, M 월간")),
    Column("refYear", text("year", "연도")),
    Column("reporterISO", text("reporter, alpha-3", "보고국 alpha-3")),
    Column("flowCode", text("X exports, M imports, RX, RM: again", "X 수출, M 수입, RX 재수출, RM 재수입")),
    Column("partnerISO", text("partner, alpha-3; W00 the world", "상대국 alpha-3, W00은 세계")),
    Column("classificationCode", text("H0 to H6", "HS 판 H0~H6")),
    Column("cmdCode", text("commodity", "품목")),
    Column("primaryValue", text("value, USD", "금액(달러)")),
    Column("reporterDesc", text("reporter, in words", "보고국 이름"), required=False),
    Column("partnerDesc", text("partner, in words", "상대국 이름"), required=False),
    Column("typeCode", text("C goods, S services", "C 상품, S 서비스"), required=False),
    Column("cmdDesc", text("commodity, in words", "품목 이름"), required=False),
    Column("partner2Code", text("second partner, 0 = all", "제2 상대국, 0 = 전체"), required=False),
    Column("customsCode", text("customs procedure, C00 = all", "통관 절차, C00 = 전체"), required=False),
    Column("motCode", text("mode of transport, 0 = all", "운송 수단, 0 = 전체"), required=False),
    Column("netWgt", text("net weight, kg", "순중량(kg)"), required=False),
)


LEGACY = {
    "Classification": "classificationCode",
    "Year": "refYear",
    "Period": "period",
    "Trade Flow": "flowCode",
    "Reporter ISO": "reporterISO",
    "Reporter": "reporterDesc",
    "Reporter Code": "reporterCode",
    "Partner ISO": "partnerISO",
    "Partner": "partnerDesc",
    "Partner Code": "partnerCode",
    "Commodity Code": "cmdCode",
    "Trade Value (US$)": "primaryValue",
    "Commodity": "cmdDesc",
    "2nd Partner Code": "partner2Code",
    "Customs Proc. Code": "customsCode",
    "Mode of Transport Code": "motCode",
    "Netweight (kg)": "netWgt",
}
"""The columns of the CSV before 2023, by the names they have since."""


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    input_ = inputs[0]
    value = context.measure("trade-value-usd", text("Trade value", "무역액"), text("USD", "달러"))
    weight = context.measure("trade-weight", text("Net weight", "순중량"), text("kg", "킬로그램"))
    context.note(
        "other-asia", text("S19 (Other Asia, nes) is read as Taiwan", "S19(기타 아시아)는 대만으로 읽었습니다")
    )
    for cells in _json(input_, context) if input_.suffix == ".json" else _csv(input_, context):
        yield from _rows(cells, value, weight, context)


def _csv(input_: Input, context: Context) -> Iterator[pd.DataFrame]:
    header = read_header(input_, context, legacy="cp1252")
    if "refYear" in header or not {"Classification", "Trade Flow"} <= set(header):
        for rows in read_rows(input_, COLUMNS, context, others=True, legacy="cp1252", trailing=True):
            yield rows.cells
        return
    optional = {column.name for column in COLUMNS if not column.required}
    columns = [Column(name, text(name, name), now not in optional) for name, now in LEGACY.items()]
    for rows in read_rows(input_, columns, context, others=True, legacy="cp1252", trailing=True):
        cells = rows.cells.rename(columns=LEGACY)
        cells = cells.apply(lambda column: column.str.strip())
        cells["flowCode"] = cells["flowCode"].replace(LEGACY_FLOWS)
        for side in ("reporter", "partner"):  # then, areas without an ISO code had none; "Other Asia, nes" is 490
            given, number = cells[f"{side}ISO"], cells[f"{side}Code"]
            none = (given == "") & (number != "")
            cells[f"{side}ISO"] = given.mask(none, "_X").mask(none & (number == "490"), "S19")
        yield cells.assign(freqCode=(cells["period"] == cells["refYear"]).map({True: "A", False: "M"}))


def _json(input_: Input, context: Context) -> Iterator[pd.DataFrame]:
    context.file = input_.name
    with text_lines(input_, context) as lines:
        content = "".join(_bounded(lines, input_.name))
    try:
        raw = json.loads(content)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise file_error(
            input_.name,
            "not-json",
            text(f"not valid JSON ({error})"[:200], "올바른 JSON이 아닙니다"),
            text("download it again", "다시 내려받으십시오"),
            line,
        ) from None
    data = raw.get("data") if isinstance(raw, dict) else None
    if not isinstance(data, list) or not data or not all(isinstance(one, dict) for one in data):
        raise file_error(
            input_.name,
            "empty-file",
            text('holds no rows under "data"', '"data"에 행이 없습니다'),
            text("download it again, or ask for other years", "다시 내려받거나 다른 연도를 요청하십시오"),
        )
    names = list(dict.fromkeys(name for one in data for name in one))
    found = fit(names, COLUMNS, input_.name, others=True)
    context.note_absent(absent(COLUMNS, found))
    for begin in range(0, len(data), BATCH):
        part = data[begin : begin + BATCH]
        cells = {name: [_plain(one.get(theirs)) for one in part] for name, theirs in found.items()}
        frame = pd.DataFrame({name: pd.Series(column, dtype="str") for name, column in cells.items()})
        frame.index = pd.RangeIndex(begin + 1, begin + 1 + len(part))
        context.count(len(part))
        yield frame


def _bounded(lines: Iterator[str], file: str) -> Iterator[str]:
    taken = 0
    for line in lines:
        taken += len(line)
        if taken > MAX_JSON:
            raise file_error(
                file,
                "too-large",
                text("more than 512 MB of JSON", "JSON이 512 MB를 넘습니다"),
                text("download it as CSV", "CSV로 내려받으십시오"),
            )
        yield line


def _plain(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _rows(cells: pd.DataFrame, value: str, weight: str, context: Context) -> Iterator[Batch]:
    cells = _chosen(cells, context)
    if cells.empty:
        return
    lines = cells.index
    flow = cells["flowCode"].map(FLOWS).fillna("")
    for line, name in zip(lines[flow == ""], cells["flowCode"][flow == ""], strict=True):
        context.bad("unknown-code", int(line), *_unknown("flow", name), column="flowCode", value=name)
    frame = pd.DataFrame(
        {
            "line": lines,
            "country": _places(cells, "reporter", context),
            "partner": _places(cells, "partner", context),
            "flow": flow,
            "classification": _classification(cells["classificationCode"], context),
            "code": _commodity(cells, context),
            "year": context.numbers(cells["refYear"], lines, "refYear"),
        },
        index=lines,
    )
    frame["classification"] = frame["classification"].where(frame["code"] != "TOTAL", "hs-total")
    frame["code"] = frame["code"].where(frame["code"] != "TOTAL", "all")
    _labels(cells, frame, context)
    yield Batch(
        "trade", frame.assign(measure=value, value=context.numbers(cells["primaryValue"], lines, "primaryValue"))
    )
    if "netWgt" in cells:
        figures = context.numbers(cells["netWgt"], lines, "netWgt")
        unknown = figures == 0  # Comtrade writes 0 where it has no weight
        reason = text("net weight 0 stands for unknown", "순중량 0은 모름을 뜻합니다")
        context.leave_out("empty-value", reason, column="netWgt", value=0, count=int(unknown.sum()))
        yield Batch("trade", frame.assign(measure=weight, value=figures.where(~unknown)))


def _chosen(cells: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Yearly rows of goods that are not split further."""
    cells = cells.assign(flowCode=cells["flowCode"].str.strip())
    other = {"freqCode": cells["freqCode"].str.strip() != "A", "flowCode": cells["flowCode"].isin(SUBFLOWS)}
    for column, wanted in (*WHOLE.items(), ("typeCode", "C")):
        if column in cells:
            other[column] = ~cells[column].str.strip().isin([wanted, ""])
    left = pd.Series(False, index=cells.index)
    for column, hit in other.items():
        given = cells[column].str.strip()[hit & ~left]
        for name, lines in given.groupby(given).groups.items():
            reason = text(
                f"{column} {name}: not the whole of a year's goods", f"{column} {name}: 연간 상품 전체가 아닙니다"
            )
            context.leave_out("split", reason, column=column, value=name, line=int(lines[0]), count=len(lines))
        left |= hit
    return cells[~left]


def _places(cells: pd.DataFrame, side: str, context: Context) -> pd.Series[str]:
    """Countries of the reporters or partners. Codes with digits (E19: other Europe), free zones, bunkers and former
    countries are no countries: they are left out by name."""
    codes = cells[f"{side}ISO"].str.strip()
    group = (codes.str.fullmatch("(?=.*[0-9_])[A-Z0-9_]{2,3}|XX") & ~codes.isin(list(WORLD))) | codes.isin(FORMER)
    names = cells.get(f"{side}Desc", codes).str.strip()
    for name, lines in names[group].groupby(names[group]).groups.items():
        reason = text(f"'{name}' is no country of ISO 3166-1", f"'{name}'은(는) ISO 3166-1의 국가가 아닙니다")
        context.leave_out("region", reason, column=f"{side}ISO", value=name, line=int(lines[0]), count=len(lines))
    found = context.countries(codes[~group], cells.index[~group.to_numpy()], f"{side}ISO", **WORLD)
    return found.reindex(cells.index, fill_value="")


def _classification(names: pd.Series[str], context: Context) -> pd.Series[str]:
    found = {}
    for name in names.unique():
        year = EDITIONS.get(name.strip())
        found[name] = f"hs{year}" if year else ""
        if year:
            label = text(f"Harmonized System {year}", f"HS {year}년판")
            context.classification(f"hs{year}", label, "World Customs Organization")
    out = names.map(found)
    for line, name in zip(names.index[out == ""], names[out == ""], strict=True):
        said = _unknown("classification", name)
        context.bad("unknown-code", int(line), *said, column="classificationCode", value=name)
    return out


def _commodity(cells: pd.DataFrame, context: Context) -> pd.Series[str]:
    codes = cells["cmdCode"].str.strip()
    sound = codes.str.fullmatch(r"\d{2}|\d{4}|\d{6}|TOTAL")
    wanted = context.option("level", "6")
    if wanted not in ("2", "4", "6", "all"):
        raise InputError(f"--option level={wanted}: write 6, 4, 2 or all")
    for line, name in zip(codes.index[~sound], codes[~sound], strict=True):
        context.bad("unknown-code", int(line), *_unknown("commodity", name), column="cmdCode", value=name)
    if wanted != "all":
        other = sound & (codes.str.len() != int(wanted)) & (codes != "TOTAL")
        for size in sorted(codes[other].str.len().unique()):
            here = other & (codes.str.len() == size)
            reason = text(f"{size}-digit code beside {wanted}-digit ones", f"{wanted}자리가 아닌 {size}자리 품목")
            first = int(codes.index[here.to_numpy()][0])
            context.leave_out("aggregate", reason, column="cmdCode", value=size, line=first, count=int(here.sum()))
        sound &= ~other
    return codes.where(sound, "")


def _labels(cells: pd.DataFrame, frame: pd.DataFrame, context: Context) -> None:
    if (frame["classification"] == "hs-total").any():
        context.classification("hs-total", text("All goods", "전체 상품"))
        context.code("hs-total", "all", text("All goods", "전체 상품"))
    if "cmdDesc" not in cells:
        return
    known = frame.assign(label=cells["cmdDesc"])[["classification", "code", "label"]].drop_duplicates()
    for within, code, label in known.itertuples(index=False, name=None):
        if within and code and within != "hs-total":
            context.code(within, code, text(label, label))


def _unknown(what: str, name: str) -> tuple[Text, Text]:
    return (
        text(f"{what} '{name}' is not known", f"'{name}'은(는) 알 수 없습니다"),
        text("download it again", "다시 내려받으십시오"),
    )


FORMAT = Format(
    id="comtrade",
    version="2",
    title=text("UN Comtrade: goods by reporter and partner", "UN Comtrade: 보고국·상대국별 상품 무역"),
    tables=("trade",),
    specification="UN Comtrade Plus, fields of the final data set",
    files=text(
        "TradeData_....csv, comtrade.csv of the site before 2023, or JSON of the API",
        "TradeData_....csv, 2023년 이전 사이트의 comtrade.csv, 또는 API의 JSON",
    ),
    seen="real",
    licence="UN Comtrade terms: free internal use with attribution; redistribution needs the UN's permission",
    publisher="United Nations Statistics Division",
    url="https://comtradeplus.un.org",
    read=read,
    columns=COLUMNS,
    members=r"(?i)\.(csv|json)(\.gz)?$",
    options={"level": text("digits of the commodity code: 6, 4, 2 or all", "품목 코드 자릿수: 6, 4, 2 또는 all")},
)
