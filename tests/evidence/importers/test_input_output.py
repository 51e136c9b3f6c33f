"""Input-output tables: WIOD national (real workbooks too), WIOD world, Bank of Korea, OECD, EXIOBASE."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from majung.evidence import EvidenceError, open_package
from majung.evidence.importers import Imported, import_files
from majung.evidence.importers.flows import wiod_labels
from majung.evidence.importers.formats.wiod_wiot import FINAL, SECTORS

from .conftest import lines_of, refused, workbook

PRIMARY = ("II_fob", "TXSP", "EXP_adj", "PURR", "PURNR", "VA", "IntTTM", "GO")
KEY = ["country", "year", "use", "row", "column"]


def flows(package: Path) -> pd.Series[float]:
    table = open_package(package).tables["input_output"]
    return table.set_index(KEY)["value"].sort_index()


def made(seed: int, *shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Numbers that no two cells share."""
    return np.random.default_rng(seed).permutation(int(np.prod(shape))).reshape(shape) + 1.5


# ------------------------------------------------------------------------------------------- WIOD, national


def niot_rows(years: tuple[int, ...] = (2014,)) -> list[list[object]]:
    columns = [*SECTORS, *FINAL, "EXP", "GO"]
    names = [wiod_labels()[code]["en"] for code in columns]
    rows: list[list[object]] = [["Year", "Code", "Description", "Origin", *columns], [None] * 4 + list(names)]
    for year in years:
        for use, codes in (("Domestic", SECTORS), ("Imports", SECTORS), ("TOT", PRIMARY)):
            values = made(year + len(use), len(codes), len(columns) - 1)
            for code, row in zip(codes, values.tolist(), strict=True):
                total = sum(row) if use == "Domestic" else 0
                rows.append([year, code, f"name of {code}", use, *row, total])
    return rows


@pytest.fixture
def niot(tmp_path: Path) -> Callable[..., Path]:
    def write(rows: list[list[object]], name: str = "KOR_NIOT_nov16.xlsx") -> Path:
        notes = [["Country", "Korea"], ["National I-O tables"]]
        return workbook(tmp_path / name, {"Notes": notes, "National IO-tables": rows})

    return write


def test_a_national_table_arrives_cell_by_cell(niot: Callable[..., Path], tmp_path: Path) -> None:
    rows = niot_rows((2013, 2014))
    done = import_files("wiod-niot", [niot(rows)], tmp_path / "p")
    got = flows(tmp_path / "p")
    assert done.rows == {"input_output": 2 * (56 + 56 + 7) * 62}
    uses = {"Domestic": "domestic", "Imports": "imports", "TOT": "primary"}
    for row in rows[2::17]:
        if row[1] != "II_fob":
            for column, value in zip(rows[0][4:-1], row[4:-1], strict=True):
                assert got["KOR", row[0], uses[str(row[3])], row[1], column] == value
    table = open_package(tmp_path / "p").tables["input_output"]
    place = table[(table["row"] == "A01") & (table["column"] == "A02") & (table["use"] == "domestic")]
    assert place["origin"].tolist() == [
        "KOR_NIOT_nov16.xlsx, row 3 column F",
        "KOR_NIOT_nov16.xlsx, row 123 column F",
    ]


def test_years_can_be_chosen_and_the_rest_is_counted(niot: Callable[..., Path], tmp_path: Path) -> None:
    done = import_files("wiod-niot", [niot(niot_rows((2013, 2014)))], tmp_path / "p", options={"years": "2014"})
    assert set(flows(tmp_path / "p").index.get_level_values("year")) == {2014}
    assert {one.value: one.count for one in done.left_out if one.rule == "other-year"} == {"2013": 120}


def test_drift_of_a_national_table_is_named(niot: Callable[..., Path], tmp_path: Path) -> None:
    rows = niot_rows()
    rows[0][4 + SECTORS.index("C26")] = "C26_new"
    with pytest.raises(EvidenceError) as caught:
        import_files("wiod-niot", [niot(rows)], tmp_path / "p")
    said = refused(caught)
    assert "column 'C26' is missing; has it become 'C26_new'?" in said
    assert "column 'C26_new' is not known in this format" in said


def test_bad_cells_formulas_and_imbalances_of_a_workbook_are_said(niot: Callable[..., Path], tmp_path: Path) -> None:
    rows = niot_rows()
    rows[10][8] = "n.a."
    rows[11][9] = "=1+1"  # a formula without a stored value
    rows[12][-1] = 1.0
    rows[13][1] = "A99"
    done = import_files("wiod-niot", [niot(rows)], tmp_path / "p")
    listed = {(row["line"], row["column"]) for row in lines_of(done.report) if row["kind"] == "bad"}
    assert listed == {("11", "I (C10-C12)"), ("12", "J"), ("14", "Code")}
    assert [note.line for note in done.notes if note.rule == "out-of-balance"] == [13]
    assert done.rows["input_output"] == (56 + 56 + 7 - 1) * 62 - 2


def test_whose_table_it_is_must_be_clear(niot: Callable[..., Path], tmp_path: Path) -> None:
    file = niot(niot_rows(), "JPN_NIOT_nov16.xlsx")
    with pytest.raises(EvidenceError, match="whose table it is"):
        import_files("wiod-niot", [file], tmp_path / "p")


def test_the_real_korean_workbook_gives_the_founding_table(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "wiod" / "KOR_NIOT_nov16.xlsx"
    done = import_files("wiod-niot", [file], tmp_path / "p", options={"years": "2014"})
    got = flows(tmp_path / "p")
    assert not done.bad
    kept = pd.read_csv(Path(__file__).parents[3] / "programmes/korea-2021/evidence/tables/input_output.csv")
    want = kept.set_index(KEY)["value"].sort_index()
    assert got.index.equals(want.index)
    np.testing.assert_allclose(got.to_numpy(), want.to_numpy(), atol=5.1e-7)
    origins = open_package(tmp_path / "p").tables["input_output"].set_index(KEY)["origin"].sort_index()
    founding = kept.set_index(KEY)["origin"].sort_index()
    assert (origins == "KOR_NIOT_nov16.xlsx, " + founding).all()
    groups = open_package(tmp_path / "p").observation_groups("input_output")
    assert groups == [] or all(len(group) > 1 for group in groups)


# ---------------------------------------------------------------------------------------------- WIOD, world

LANDS = ("JPN", "KOR", "ROW")


def wiot_rows() -> list[list[object]]:
    at = [(land, code) for land in LANDS for code in SECTORS] + [(land, code) for land in LANDS for code in FINAL]
    head: list[list[object]] = [
        ["Intercountry Input-Output Table"],
        ["(million US$)"],
        ["(industry-by-industry)", None, None, None, *(code for _, code in at), "GO"],
        [None, None, None, None, *(wiod_labels()[code]["en"] for _, code in at), "Total output"],
        [None, None, None, None, *(land for land, _ in at), "TOT"],
        [None, None, None, None, *(f"c{i}" for i in range(len(at))), "c62"],
    ]
    rows = [(land, code) for land in LANDS for code in SECTORS] + [("TOT", code) for code in PRIMARY]
    values = made(7, len(rows), len(at) + 1).tolist()
    return head + [
        [code, "name", land, f"r{i}", *row] for i, ((land, code), row) in enumerate(zip(rows, values, strict=True), 1)
    ]


def test_a_world_table_folds_into_national_ones(tmp_path: Path) -> None:
    rows = wiot_rows()
    file = workbook(tmp_path / "WIOT2014_Nov16_ROW.xlsx", {"2014": rows})
    done = import_files("wiod-wiot", [file], tmp_path / "p")
    got = flows(tmp_path / "p")
    assert set(got.index.get_level_values("country")) == {"JPN", "KOR"}
    codes, lands = rows[2][4:-1], rows[4][4:-1]

    def plain(use: str, row: str, column: str) -> float:
        """The same from the workbook's cells, one by one, for Korea."""
        total = 0.0
        for cells in rows[6:]:
            for code, land, value in zip(codes, lands, cells[4:-1], strict=True):
                if cells[0] != row or not isinstance(value, float):
                    continue
                own_row, own_column = cells[2] == "KOR", land == "KOR" and code == column
                if (use == "domestic" and own_row and own_column) or (use == "imports" and not own_row and own_column):
                    total += value
                if use == "exports" and own_row and land != "KOR":
                    total += value
                if use == "primary" and cells[2] == "TOT" and own_column:
                    total += value
        return total

    for use, row, column in (("domestic", "C26", "C27"), ("imports", "C26", "CONS_h"), ("primary", "VA", "C26")):
        assert got["KOR", 2014, use, row, column] == pytest.approx(plain(use, row, column))
    assert got["KOR", 2014, "domestic", "C26", "EXP"] == pytest.approx(plain("exports", "C26", ""))
    assert "region" in {one.rule for one in done.left_out}


def test_a_world_table_with_a_missing_row_or_column_is_refused(tmp_path: Path) -> None:
    rows = wiot_rows()
    file = workbook(tmp_path / "WIOT2014_a.xlsx", {"2014": rows[:50] + rows[51:]})
    with pytest.raises(EvidenceError, match="1 rows of flows are missing"):
        import_files("wiod-wiot", [file], tmp_path / "p")
    rows[2][30] = "C99"
    file = workbook(tmp_path / "WIOT2014_b.xlsx", {"2014": rows})
    with pytest.raises(EvidenceError, match="the columns of JPN lack or repeat"):
        import_files("wiod-wiot", [file], tmp_path / "p")


def test_an_xlsb_that_is_none_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine", reason="xlsb workbooks need python-calamine")
    (tmp_path / "WIOT2014_Nov16_ROW.xlsb").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(EvidenceError, match="damaged or cut off"):
        import_files("wiod-wiot", [tmp_path / "WIOT2014_Nov16_ROW.xlsb"], tmp_path / "p")


# ------------------------------------------------------------------------------------------- Bank of Korea

BOK_SECTORS = (("A", "농림수산품"), ("C09", "컴퓨터, 전자 및\n광학기기"), ("F", "건설"))
BOK_FINAL = (
    ("9111", "민간소비지출\n(가계 및 가계봉사\n비영리단체)"),  # as the workbooks have it
    ("9112", "정부소비지출"),
    ("9121", "민간고정\n자본형성"),
    ("9122", "정부고정자본\n형성"),
)
BOK_FINAL += (("9130", "재고증감"), ("9131", "귀중품순취득"), ("9140", "수출"))
BOK_ROWS = (("9610", "피용자보수"), ("9621", "영업잉여"), ("9622", "고정자본소모"), ("9630", "생산세(보조금공제)"))


def bok_sheet(seed: int, *, whole: bool) -> list[list[object]]:
    columns = [*BOK_SECTORS, ("9090", "중간수요계"), *BOK_FINAL, ("9190", "최종수요계"), ("9290", "총수요계")]
    columns += (
        [("9310", "총산출"), ("9321", "수입"), ("9322", "생산물세(수입)"), ("9390", "총공급계\n")] if whole else []
    )
    rows = [*BOK_SECTORS, ("9590", "중간투입계")]
    rows += [*BOK_ROWS, ("9690", "부가가치계"), ("9790", "총투입계")] if whole else []
    values = made(seed, len(rows), len(columns)).tolist()
    return [
        ["투입산출표(2019년)"],
        ["생산자가격"],
        [],
        ["(단위 : 백만원)"],
        [None, None, *(code for code, _ in columns)],
        [None, None, *(name for _, name in columns)],
        *([code, name, *row] for (code, name), row in zip(rows, values, strict=True)),
    ]


def bok_sheets() -> dict[str, list[list[object]]]:
    return {
        "A표_총거래표(생산자)": bok_sheet(1, whole=True),
        "A표_국산거래표(생산자)": bok_sheet(2, whole=False),
        "A표_수입거래표(생산자)": bok_sheet(3, whole=False),
    }


def test_the_bank_of_koreas_workbook(tmp_path: Path) -> None:
    sheets = bok_sheets()
    file = workbook(tmp_path / "2019_투입산출표_생산자가격_통합대분류.xlsx", sheets)
    done = import_files("bok-io", [file], tmp_path / "p")
    package = open_package(tmp_path / "p")
    got = flows(tmp_path / "p")
    assert not done.bad
    total, domestic, imports = sheets.values()
    assert got["KOR", 2019, "domestic", "C09", "F"] == domestic[7][4]
    assert got["KOR", 2019, "domestic", "C09", "EXP"] == domestic[7][12]
    assert got["KOR", 2019, "domestic", "A", "GFCF_government"] == domestic[6][9]
    assert got["KOR", 2019, "imports", "F", "A"] == imports[8][2]
    assert got["KOR", 2019, "primary", "VA", "C09"] == total[14][3]
    assert got["KOR", 2019, "primary", "COMP", "F"] == total[10][4]
    assert got["KOR", 2019, "imports", "A", "EXP"] == imports[6][12]  # re-exports are not nothing
    assert len(got) == 3 * 10 + 3 * 10 + 6 * 3
    assert package.unit("input_output") == {"en": "million KRW", "ko": "백만 원"}
    assert package.label("bok3", "C09") == {
        "en": "Computing machinery, electronic and optical equipment",
        "ko": "컴퓨터, 전자 및 광학기기",
    }


def test_by_products_that_the_bank_of_korea_books_as_negative_inputs(tmp_path: Path) -> None:
    sheets = bok_sheets()
    sheets["A표_국산거래표(생산자)"][7][4] = -15.5
    file = workbook(tmp_path / "2019_a.xlsx", sheets)
    done = import_files("bok-io", [file], tmp_path / "p")
    assert flows(tmp_path / "p")["KOR", 2019, "domestic", "C09", "F"] == -15.5
    assert not done.bad
    assert [note.reason["en"][:14] for note in done.notes if note.rule == "negative-flows"] == ["1 deliveries i"]
    open_package(tmp_path / "p")  # sound: the row is declared


def test_drift_of_the_bank_of_koreas_workbook_is_named(tmp_path: Path) -> None:
    sheets = bok_sheets()
    for sheet in sheets.values():
        sheet[5][6] = "민간소비지출액"
    file = workbook(tmp_path / "2019_a.xlsx", sheets)
    with pytest.raises(EvidenceError) as caught:
        import_files("bok-io", [file], tmp_path / "p")
    assert "column '민간소비지출액' is not known in this format; is it '민간소비지출', renamed?" in refused(caught)
    file = workbook(tmp_path / "2019_b.xlsx", {"Sheet1": bok_sheet(1, whole=True)})
    with pytest.raises(EvidenceError, match="has no sheet '국산거래표'"):
        import_files("bok-io", [file], tmp_path / "p")


# -------------------------------------------------------------------------------------------------- OECD

ICIO_LANDS = ("AUS", "CN1", "CN2", "ROW")
ICIO_CODES = ("01T02", "26")
ICIO_FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")


def icio() -> tuple[list[str], list[list[str]]]:
    header = ["V1", *(f"{land}_{code}" for land in ICIO_LANDS for code in ICIO_CODES)]
    header += [*(f"{land}_{code}" for land in ICIO_LANDS for code in ICIO_FINAL), "TOTAL"]
    names = [f"{land}_{code}" for land in ICIO_LANDS for code in ICIO_CODES] + ["TLS", "VA", "OUT"]
    values = made(5, len(names), len(header) - 1)
    return header, [[name, *map(str, row)] for name, row in zip(names, values.tolist(), strict=True)]


def write_csv(path: Path, header: list[str], rows: list[list[str]], mark: str = ",") -> Path:
    path.write_text("\n".join(mark.join(row) for row in [header, *rows]) + "\n")
    return path


def test_icio_folds_and_adds_the_parts_of_china(tmp_path: Path) -> None:
    header, rows = icio()
    done = import_files("oecd-icio", [write_csv(tmp_path / "ICIO2021_2018.csv", header, rows)], tmp_path / "p")
    got = flows(tmp_path / "p")
    at = {name: place for place, name in enumerate(header)}
    cell = {(row[0], name): float(row[at[name]]) for row in rows for name in header[1:]}
    parts = ("CN1", "CN2")
    assert got["CHN", 2018, "domestic", "26", "01T02"] == sum(
        cell[f"{a}_26", f"{b}_01T02"] for a in parts for b in parts
    )
    assert got["CHN", 2018, "imports", "26", "CONS_h"] == sum(
        cell[f"{a}_26", f"{b}_HFCE"] for a in ("AUS", "ROW") for b in parts
    )
    abroad = [name for name in header[1:-1] if not name.startswith("AUS_")]
    assert got["AUS", 2018, "domestic", "26", "EXP"] == sum(cell["AUS_26", name] for name in abroad)
    assert got["AUS", 2018, "primary", "VA", "26"] == cell["VA", "AUS_26"]
    assert set(got.index.get_level_values("country")) == {"AUS", "CHN"}
    assert not done.bad


def test_icio_drift_and_missing_rows_are_refused(tmp_path: Path) -> None:
    header, rows = icio()
    with pytest.raises(EvidenceError, match="1 rows of flows are missing"):
        import_files("oecd-icio", [write_csv(tmp_path / "2018.csv", header, rows[1:])], tmp_path / "p")
    header[-2] = "ROW_P99X"
    with pytest.raises(EvidenceError, match="column 'ROW_P99X' is not known in this format"):
        import_files("oecd-icio", [write_csv(tmp_path / "2018b.csv", header, rows)], tmp_path / "p")


def test_an_unknown_country_of_the_option_is_said(tmp_path: Path) -> None:
    header, rows = icio()
    file = write_csv(tmp_path / "2018.csv", header, rows)
    with pytest.raises(ValueError, match="the table has no country 'KOR'"):
        import_files("oecd-icio", [file], tmp_path / "p", options={"countries": "KOR"})


# ------------------------------------------------------------------------------------------------- EXIOBASE


def exiobase(folder: Path) -> Callable[[], Imported]:
    regions, sectors = ("KR", "JP", "WF"), ("Paddy rice", "Electrical machinery (31)")
    categories = ("Final consumption expenditure by households", "Changes in valuables", "Exports: Total (fob)")
    columns = [(region, sector) for region in regions for sector in sectors]
    demand = [(region, category) for region in regions for category in categories]
    files = {
        "Z": _frame(made(1, 6, 6), columns, columns),
        "Y": _frame(made(2, 6, 9), columns, demand),
        "satellite/F": _frame(made(3, 3, 6), [("Taxes less subsidies on products purchased: Total",)], columns)
        .replace("@", "")
        .replace("region\tsector", "stressor"),
    }
    added = ["Compensation of employees; wages; low-skilled", "Operating surplus: Consumption of fixed capital", "CO2"]
    files["satellite/F"] = _satellite(
        made(3, 4, 6), ["Taxes less subsidies on products purchased: Total", *added], columns
    )
    files["x"] = "region\tsector\tindout\n" + "".join(f"{r}\t{s}\t{i}.5\n" for i, (r, s) in enumerate(columns))
    with zipfile.ZipFile(folder / "IOT_2019_pxp.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(f"IOT_2019_pxp/{name}.txt", content)
        archive.writestr("IOT_2019_pxp/A.txt", "not read")
    return lambda: import_files("exiobase3", [folder / "IOT_2019_pxp.zip"], folder / "p")


def _frame(values: np.ndarray, rows: list[tuple[str, ...]], columns: list[tuple[str, str]]) -> str:
    out = ["region\t\t" + "\t".join(region for region, _ in columns), "category\t\t" + "\t".join(n for _, n in columns)]
    out.append("region\tsector" + "\t" * len(columns))
    out += ["\t".join([*row, *map(str, line)]) for row, line in zip(rows, values.tolist(), strict=False)]
    return "\n".join(out) + "\n"


def _satellite(values: np.ndarray, rows: list[str], columns: list[tuple[str, str]]) -> str:
    out = ["region\t" + "\t".join(region for region, _ in columns), "sector\t" + "\t".join(name for _, name in columns)]
    out.append("stressor" + "\t" * len(columns))
    out += ["\t".join([row, *map(str, line)]) for row, line in zip(rows, values.tolist(), strict=True)]
    return "\n".join(out) + "\n"


def test_exiobase_folds(tmp_path: Path) -> None:
    done = exiobase(tmp_path)()
    got = flows(tmp_path / "p")
    z, y, f = made(1, 6, 6), made(2, 6, 9), made(3, 4, 6)
    assert set(got.index.get_level_values("country")) == {"KOR", "JPN"}
    assert got["KOR", 2019, "domestic", "paddy-rice", "electrical-machinery-31"] == z[0, 1]
    assert got["JPN", 2019, "imports", "paddy-rice", "CONS_h"] == y[0, 3] + y[4, 3]
    assert got["KOR", 2019, "domestic", "paddy-rice", "EXP"] == z[0, 2:].sum() + y[0, 3:].sum()
    assert got["JPN", 2019, "primary", "VA", "paddy-rice"] == f[1, 2] + f[2, 2]
    assert got["JPN", 2019, "primary", "TXSP", "paddy-rice"] == f[0, 2]
    assert got["JPN", 2019, "primary", "GO", "paddy-rice"] == 2.5
    assert open_package(tmp_path / "p").unit("input_output")["en"] == "million EUR"
    assert {one.rule for one in done.left_out} >= {"region", "not-read"}
