"""Concordances as files: what comes with Majung, what is refused, official layouts."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.evidence.crosswalks import (
    Columns,
    Concordance,
    find_concordance,
    read_concordance,
    read_official,
    shipped,
    write_concordance,
)
from majung.evidence.crosswalks.concordance import Link
from majung.evidence.crosswalks.layouts import tidy
from majung.evidence.importers.wipo import FIELDS
from majung.methods.labelled import InputError
from old_excel import write_xls

NAME = {"en": "test", "ko": "시험"}
STATED = {
    "id_": "test",
    "name": NAME,
    "source": "old",
    "target": "new",
    "licence": "as its publisher states it",
    "citation": "an office (2020)",
}
CODES = Path(__file__).parents[3] / "programmes/korea-2021/evidence/codes.csv"


def make(*links, **changes):
    given = {"id": "test", "name": NAME, "source": "old", "target": "new", "licence": "CC0-1.0", "citation": "a test"}
    return Concordance(**(given | {"links": tuple(Link(*link) for link in links)} | changes))


def codes_of(classification):
    with CODES.open(encoding="utf-8") as stream:
        found = [row for row in csv.DictReader(stream) if row["classification"] == classification]
    return {row["code"] for row in found if row["kind"] == "code"}


def test_what_comes_with_majung_fits_the_codes_of_the_founding_evidence():
    known = shipped()
    assert {link.code_to for link in known["wipo-number-field"].links} == codes_of("wipo35")
    assert set(known["wipo-field-sector"].by_code) == codes_of("wipo35")
    sectors = {link.code_to for link in known["isic4-wiod56"].links}
    assert len(sectors) == 56
    assert sectors <= codes_of("wiod56")
    assert [len(known[name].links) for name in ("isic4-nace2-divisions", "isic4-wiod56")] == [88, 88]
    for one in known.values():
        assert one.licence
        assert one.citation
        assert not one.split_codes()
        assert set(one.name) == {"en", "ko"}


@pytest.mark.parametrize(
    ("symbol", "field"),
    [
        # What Schmoch (2008) says of the fields in words.
        ("H01L0021/00", "semiconductors"),
        ("G06Q0010/06", "it-methods-for-management"),
        ("H04L0009/32", "digital-communication"),
        ("H04N0001/00", "telecommunications"),
        ("H04N0005/00", "audio-visual-technology"),
        ("G01N0033/50", "analysis-of-biological-materials"),
        ("G01N0021/00", "measurement"),
        ("A61K0008/02", "organic-fine-chemistry"),
        ("A61K0031/00", "pharmaceuticals"),
        ("B82Y0010/00", "microstructural-technology-and-nanotechnology"),
        ("B25J0009/16", "handling"),
        ("B60W0030/00", "transport"),
    ],
)
def test_ipc_symbols_lie_in_the_fields_of_wipo(symbol, field):
    (link,) = shipped()["ipc-wipo35"].of(symbol)
    assert link.code_to == field


def test_the_fields_of_wipo_share_no_symbol_and_leave_no_field_empty():
    one = shipped()["ipc-wipo35"]
    assert {link.code_to for link in one.links} == codes_of("wipo35")
    assert len(one.by_code) == len(one.links) == 761
    whole = {code for code in one.by_code if len(code) == 4}
    assert not {code for code in one.by_code if len(code) == 8 and code[:4] in whole}
    assert one.of("H10B0012/00") is None  # taken into the IPC after the edition


def test_five_sectors_hold_8_5_11_8_and_3_fields():
    sizes = [sum(1 for link in shipped()["wipo-field-sector"].links if link.code_to == s) for s in (
        "electrical-engineering", "instruments", "chemistry", "mechanical-engineering", "other-fields"
    )]  # fmt: skip
    assert sizes == [8, 5, 11, 8, 3]


def test_names_of_wiod_sectors_begin_with_their_divisions():
    for link in shipped()["isic4-wiod56"].links:
        digits = "".join(c if c.isdigit() else " " for c in link.code_to).split()
        if digits:
            assert int(digits[0]) <= int(link.code_from) <= int(digits[-1])


def test_every_item_of_nace_lies_in_one_item_of_isic_of_its_level():
    """NACE Rev. 2 has 88 divisions, 272 groups and 615 classes; ISIC Rev. 4 has 88, 238 and 419."""
    one = shipped()["nace2-isic4"]
    for nace, isic, sizes in ((2, 2, (88, 88)), (4, 3, (272, 238)), (5, 4, (615, 419))):
        level = [link for link in one.links if len(link.code_from) == nace]
        assert (len({k.code_from for k in level}), len({k.code_to for k in level})) == sizes
        assert all(len(k.code_to) == isic and k.code_to[:2] == k.code_from[:2] for k in level)
    assert len(one.by_code) == len(one.links) == 975
    group = {k.code_from: k.code_to for k in one.links if len(k.code_from) == 4}
    apart = {k.code_from[:4] for k in one.links if len(k.code_from) == 5 and k.code_to[:3] != group[k.code_from[:4]]}
    assert apart == {"46.6"}  # as published; the row says so
    assert [k.note for k in one.links if k.note] == ["as published; its classes lie in 465"]
    divisions = {(k.code_from, k.code_to) for k in shipped()["isic4-nace2-divisions"].links}
    assert {(k.code_to, k.code_from) for k in one.links if len(k.code_from) == 2} == divisions


@pytest.mark.parametrize(
    ("nace", "isic"),
    [
        # By their titles, which both standards print: NACE divides some of them.
        ("21.20", "2100"),
        ("26.11", "2610"),
        ("26.12", "2610"),
        ("20.59", "2029"),
        ("62.01", "6201"),
        ("72.11", "7210"),
        ("72.20", "7220"),
        ("30.30", "3030"),
    ],
)
def test_classes_of_nace_lie_where_both_classifications_say(nace, isic):
    assert [link.code_to for link in shipped()["nace2-isic4"].of(nace)] == [isic]


def test_read_backwards_107_classes_of_isic_have_several_in_nace():
    back = shipped()["nace2-isic4"].reversed("isic4-nace2", NAME)
    several = back.split_codes()
    assert [sum(1 for code in several if len(code) == digits) for digits in (2, 3, 4)] == [0, 21, 107]


words = st.text("abcXYZ012 .,\"'%가나", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(
    pairs=st.lists(st.tuples(words, words), min_size=1, max_size=8, unique_by=lambda p: p[0]),
    note=words,
    weights=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_written_and_read_back_it_is_the_same(tmp_path_factory, pairs, note, weights):
    one = make(*((a, b, 1.0 if weights else None, note) for a, b in pairs), note=note, labels={"x": NAME})
    assert read_concordance(write_concordance(one, tmp_path_factory.mktemp("c"))) == one


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"links": ()}, "it holds no links"),
        ({"licence": " "}, "licence is empty"),
        ({"citation": ""}, "citation is empty"),
        ({"id": "Not a slug"}, "not a slug"),
        ({"match": "nearly"}, "match 'nearly' is not known"),
        ({"links": (Link("", "x"),)}, "row 2: code_from is empty"),
        ({"links": (Link("a", "x"), Link("a", "x"))}, "row 3: a → x stands twice"),
        ({"links": (Link("a", "x", 1.5),)}, "weight 1.5 of a"),
        ({"links": (Link("a", "x", 0.5), Link("a", "y"))}, "some links have a weight and some have none"),
        ({"links": (Link("a", "x", 0.5), Link("a", "y", 0.4)), "weights": "w"}, "weights sum to 0.9"),
        ({"links": (Link("a", "x", 0.5), Link("a", "y", 0.5))}, "what they rest on is not"),
    ],
)
def test_a_concordance_that_would_lose_or_hide_something_is_refused(change, said):
    with pytest.raises(InputError, match=said):
        make(("a", "x"), **change)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("from,to\na,x\n", "the columns are code_from, code_to"),
        ("code_from,code_to,weight\na,x\n", "csv:2: the row has not 3 cells"),
        ("code_from,code_to,weight\na,x,half\n", "csv:2: weight 'half' is not a number"),
        ("code_from,code_to,weight\na,x,-0.5\n", "csv:2: weight '-0.5' is not a number"),
    ],
)
def test_faults_in_the_links_file_are_named_by_row(tmp_path, content, said):
    file = write_concordance(make(("a", "x")), tmp_path)
    file.with_suffix(".csv").write_text(content)
    with pytest.raises(InputError, match=said):
        read_concordance(file)


def test_faults_in_the_toml_file_are_named(tmp_path):
    file = write_concordance(make(("a", "x")), tmp_path)
    text = file.read_text()
    for content, said in (
        (text + 'colour = "red"\n', "unknown key 'colour'"),
        (text.replace("licence", "# licence"), "licence missing"),
        ("id = ", "not valid TOML"),
    ):
        file.write_text(content)
        with pytest.raises(InputError, match=said):
            read_concordance(file)
    with pytest.raises(InputError, match="cannot be read"):
        read_concordance(tmp_path / "none.toml")
    with pytest.raises(InputError, match="there are ipc-wipo35, isic4-nace2-divisions"):
        find_concordance("isic")


def test_read_backwards_the_weights_go():
    one = make(("a", "x", 0.5), ("a", "y", 0.5), ("b", "y", 1.0), ("c", ""), weights="w")
    back = one.reversed("back", NAME)
    assert [(k.code_from, k.code_to, k.weight) for k in back.links] == [
        ("x", "a", None),
        ("y", "a", None),
        ("y", "b", None),
    ]
    assert (back.source, back.target) == ("new", "old")
    with pytest.raises(InputError, match="prefixes"):
        make(("a", "x"), match="prefix").reversed("back", NAME)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("ISIC4_ISIC31.txt", '"ISIC4code","partialISIC4","ISIC31code","partialISIC31","Detail"'),
        ("ISIC3-ISIC2.txt", '"ISIC3","partialISIC3","ISIC2","partialISIC2","Detail"'),
        ("ISIC_Rev_31-ISIC_Rev_3.txt", '"Rev31","partial31","Rev3","partial3","Activity"'),
    ],
)
def test_the_layouts_of_the_un_statistics_division(tmp_path, name, header):
    """The three headings that its files were found to have."""
    file = tmp_path / name
    file.write_text(
        f'{header}\n"0111",0,"0111",1,"cereals"\n"0112",0,"0111",1,"rice"\n"0119",1,"0111",1,"x"\n"0119",1,"0112",1,"y"\n'
    )
    one = read_official(file, "unsd", **STATED)
    assert [(k.code_from, k.code_to) for k in one.links] == [
        ("0111", "0111"),
        ("0112", "0111"),
        ("0119", "0111"),
        ("0119", "0112"),
    ]
    assert one.split_codes() == ("0119",)


def workbook(path, rows, title="Sheet"):
    book = openpyxl.Workbook()
    book.active.title = title
    book.active.append(["A title"])
    second = book.create_sheet("Data")
    for row in rows:
        second.append(row)
    book.save(path)
    return path


def test_the_layout_of_the_hs_conversion_tables_with_lost_zeros(tmp_path):
    rows = [
        ["Conversion", None],
        [],
        ["HS 2017", "HS 2012", "Relationship"],
        [10121, 10121, "1:1"],
        ["850440", 850440.0, "n:1"],
    ]
    rows.append(["8525.89", "8525.80", "n:1"])
    one = read_official(workbook(tmp_path / "hs.xlsx", rows), "hs", **STATED)
    assert [(k.code_from, k.code_to) for k in one.links] == [
        ("010121", "010121"),
        ("850440", "850440"),
        ("852589", "852580"),
    ]


def test_a_conversion_is_not_taken_for_the_correlation(tmp_path):
    """A UN workbook holds both: the first sheet gives each code one, the second says that it was one of several."""
    book = openpyxl.Workbook()
    for title, rows in (
        ("HS2022-HS2007 Conversions", [["From HS 2022", "From HS 2007"], ["010121", "010110"], ["854390", "854390"]]),
        (
            "HS2022-HS2007 Correlations",
            [
                ["Between", None, None],
                ["HS 2022", " HS2007", "Relationship"],
                ["010121", "010110", "n:1"],
                ["854390", "854390", "1:n"],
                ["854390", "852990", "1:n"],
            ],
        ),
    ):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "hs.xlsx")
    whole = read_official(tmp_path / "hs.xlsx", "hs", **STATED)
    assert whole.split_codes() == ("854390",)
    assert [link.note for link in whole.of("854390")] == ["1:n", "1:n"]
    chosen = read_official(tmp_path / "hs.xlsx", "hs-conversion", **STATED)
    assert [(k.code_from, k.code_to) for k in chosen.links] == [("010121", "010110"), ("854390", "854390")]


def test_the_layout_of_wipo_and_patstat_by_prefix(tmp_path):
    rows = [
        ["Field_number", "Sector_en", "Field_en", "IPC_code"],
        [6, "EE", "Computer", "G06F%"],
        [4, "EE", "Dig", "H04L%"],
    ]
    rows.append([15, "Chem", "Bio", "A61K 38/%"])
    one = read_official(workbook(tmp_path / "ipc.xlsx", rows), "wipo", **STATED)
    assert one.match == "prefix"
    assert [k.code_to for k in one.of("H04L0009")] == ["4"]
    assert [k.code_to for k in one.of("A61K0038/17")] == ["15"]
    assert one.of("A61K0031") is None
    file = tmp_path / "tls901.csv"
    file.write_text(
        "ipc_maingroup_symbol;techn_field_nr;techn_sector;techn_field\nA61K  38;15;Chemistry;Biotechnology\n"
    )
    assert [k.code_to for k in read_official(file, "tls901", **STATED).of("A61K0038")] == ["15"]


@pytest.mark.parametrize(
    ("code", "tidied"),
    [
        ("H04L 9/32", "H04L0009/32"),
        ("H04L%", "H04L"),
        ("A61K 8/%", "A61K0008/"),
        ("G06Q  50", "G06Q0050"),
        ("B82%", "B82"),
    ],
)
def test_ipc_symbols_have_one_form(code, tidied):
    assert tidy(code, "prefix") == tidied


def test_korean_columns_in_a_cp949_file_by_explicit_names(tmp_path):
    file = tmp_path / "ksic.csv"
    file.write_bytes("한국표준산업분류,국제표준산업분류,비중\n26,26,0.9\n26,32,0.1\n27,26,1\n".encode("cp949"))
    columns = Columns("한국표준산업분류", "국제표준산업분류", "비중")
    one = read_official(file, columns, **STATED, weights="shares of output")
    assert [k.weight for k in one.of("26")] == [0.9, 0.1]
    with pytest.raises(InputError, match="no columns named KSIC"):
        read_official(file, Columns("KSIC", "ISIC"), **STATED)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"ISIC4code,ISIC4part\n1,2\n", "no columns named"),
        ("a.csv", b"ISIC4code,ISIC31code\n", "no row follows"),
        ("a.csv", b"ISIC4code,ISIC31code\n,1\n", "a.csv:2: the code to convert from is empty"),
        ("a.csv", b"ISIC4code,ISIC31code\n1\n", "a.csv:2: the row ends before"),
        ("a.csv", b"\xff\xff\xff\xff", "neither UTF-8 nor cp949"),
        ("a.xlsx", b"not a workbook", "a.xlsx"),
        ("a.xlsx", b"PK\x03\x04broken", "a.xlsx"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "damaged or cut off"),
        ("a.xls", b"PK\x03\x04", "damaged or cut off"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_a_clear_error(tmp_path, name, content, said):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_official(file, "unsd", **STATED)


def test_an_unknown_layout_sheet_or_file(tmp_path):
    with pytest.raises(InputError, match="there are unsd, hs, hs-conversion, wipo, tls901"):
        read_official(tmp_path / "x.csv", "nace", **STATED)
    with pytest.raises(InputError, match="cannot be read"):
        read_official(tmp_path / "x.csv", "unsd", **STATED)
    with pytest.raises(InputError, match="no sheet 'Q'"):
        read_official(workbook(tmp_path / "b.xlsx", []), "hs", **STATED, sheet="Q")


@given(
    damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=5),
    cut=st.floats(0, 1),
    binary=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_a_damaged_file_is_a_concordance_or_a_clear_error(tmp_path_factory, damage, cut, binary):
    """Flipped bytes and cut tails: never another exception; a workbook's check sums let no changed code through."""
    folder = tmp_path_factory.mktemp("damaged")
    rows = [["HS 2017", "HS 2012", "Relationship"], ["010121", "010121", "1:1"], ["850440", "850440", "n:1"]]
    if binary:
        file = workbook(folder / "hs.xlsx", rows)
    else:
        file = folder / "hs.csv"
        file.write_text("\n".join(",".join(row) for row in rows))
    content = bytearray(file.read_bytes())
    for place, value in damage:
        content[int(place * len(content))] = value
    file.write_bytes(bytes(content[: max(1, round(cut * len(content)))]))
    try:
        one = read_official(file, "hs", **STATED)
    except InputError:
        return
    assert one.links
    if binary:
        assert {link.code_from for link in one.links} == {"010121", "850440"}


def test_the_layout_of_the_older_hs_tables(tmp_path):
    """In .xls, below titles, with a column `ex.` between the codes; a code without forerunner stands as n/a."""
    rows = [["Correlation table"], ["HS 2012", "ex.", "HS 1992", "Relationship"], ["010121", "", "010111", "n:n"]]
    rows += [["010121", "ex.", "010120", "n:n"], ["n/a", "", "380999", "n/a"], ["854370", "", "n/a", "n/a"]]
    cells = {(r, c): cell for r, row in enumerate(rows) for c, cell in enumerate(row) if cell}
    file = write_xls(tmp_path / "hs.xls", {"Conversion": {(0, 0): "HS 2012"}, "Correlation": cells})
    links = read_official(file, "hs", **STATED).links
    assert [(k.code_from, k.code_to) for k in links] == [("010121", "010111"), ("010121", "010120"), ("854370", "")]
    with pytest.raises(InputError, match="no sheet 'Q'; there are Conversion, Correlation"):
        read_official(file, "hs", **STATED, sheet="Q")


def test_rows_of_an_old_workbook_are_counted_from_its_first(tmp_path):
    cells = {(3, 1): "HS 2012", (3, 2): "HS 2007", (3, 3): "Relationship", (4, 2): "010110", (4, 3): "1:1"}
    with pytest.raises(InputError, match=r"low\.xls:5: the code to convert from is empty"):
        read_official(write_xls(tmp_path / "low.xls", {"A": cells}), "hs", **STATED)


def test_an_old_workbook_that_asks_for_all_memory_is_an_error(tmp_path):
    """One cell at the far end of what the format can say: the reader asks for 100 GB and ends its process."""
    file = write_xls(tmp_path / "far.xls", {"A": {(0, 0): "HS 2012", (65535, 65535): "x"}})
    assert file.stat().st_size < 10_000
    with pytest.raises(InputError, match="asks for too much memory"):
        read_official(file, "hs", **STATED)


@given(damage=st.lists(st.tuples(st.integers(0, 2800), st.integers(0, 255)), min_size=1, max_size=5))
@settings(max_examples=15, deadline=None)
def test_a_damaged_old_workbook_is_a_concordance_or_a_clear_error(tmp_path_factory, damage):
    rows = [["HS 2012", "HS 2007", "Relationship"], ["010121", "010110", "n:n"]]
    cells = {(r, c): cell for r, row in enumerate(rows) for c, cell in enumerate(row)}
    file = write_xls(tmp_path_factory.mktemp("damaged") / "hs.xls", {"A": cells})
    content = bytearray(file.read_bytes())
    for place, value in damage:
        content[place] = value
    file.write_bytes(content)
    try:
        assert read_official(file, "hs", **STATED).links
    except InputError:
        return


def test_a_formula_without_a_stored_value_is_named(tmp_path):
    rows = [["HS 2017", "HS 2012"], ["010121", "=A1"]]
    with pytest.raises(InputError, match="formula without a stored value"):
        read_official(workbook(tmp_path / "f.xlsx", rows), "hs", **STATED)


def test_numbers_of_fields_are_those_of_the_importers():
    stated = {int(link.code_from): link.code_to for link in shipped()["wipo-number-field"].links}
    assert stated == {number: names[0] for number, names in FIELDS.items()}
