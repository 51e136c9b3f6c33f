"""Silent traps: each on a small file that reproduces it, and on the real file where it was met."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.evidence import check, open_package
from majung.evidence.codebook import slug
from majung.evidence.countries import nearest_country
from majung.evidence.traps import find_sums

FILE = "tables/patents.csv"


def rules(path):
    return [problem.rule for problem in check(path).errors]


def only(path):
    errors = check(path).errors
    assert len(errors) == 1, [e.message() for e in errors]
    return errors[0]


# ------------------------------------------------------------------------------------------------ small reproductions


def test_an_incomplete_last_year_is_refused_and_the_cut_proposed(folder, small_patents):
    path = folder.table("patents", small_patents(all_2020=0.1)).write()
    problem = only(path)
    assert (problem.rule, problem.file, problem.column, problem.value) == ("incomplete-last-year", FILE, "year", "2020")
    assert problem.line == 12  # the first row of 2020
    assert '"complete_through": {"families": 2019}' in problem.remedy["en"]


def test_the_proposed_cut_goes_back_over_every_incomplete_year(folder, small_patents):
    path = folder.table("patents", small_patents(all_2020=0.1, all_2019=0.5)).write()
    assert '{"families": 2018}' in only(path).remedy["en"]


def test_a_declared_cut_or_a_declared_real_fall_is_accepted(folder, small_patents):
    lines = small_patents(all_2020=0.1)
    assert check(folder.table("patents", lines, complete_through={"families": 2019}).write()).ok
    assert check(folder.table("patents", lines, complete_through={"wipo35/families": 2020}).write()).ok


def test_a_last_year_that_most_series_lack_is_incomplete_too(folder, small_patents):
    lines = [line for line in small_patents() if ",2020," not in line or line.startswith("KOR,wipo35,medical")]
    assert only(folder.table("patents", lines).write()).rule == "incomplete-last-year"


def test_one_country_in_decline_is_no_incomplete_year(folder, small_patents):
    assert check(folder.table("patents", small_patents(KOR_2020=0.1)).write()).ok


def test_an_ordinary_bad_year_is_no_incomplete_year(folder, small_patents):
    assert check(folder.table("patents", small_patents(all_2020=0.85)).write()).ok


def spliced(folder, lines, *, from_year, countries=("KOR",), **declared):
    folder.sources.append(folder.sources[0] | {"id": "ipf-2024", "edition": "2024"})
    changed = []
    for line in lines:
        country, _, _, year = line.split(",")[:4]
        other = country in countries and int(year) >= from_year
        changed.append(line.replace("ipf-2022", "ipf-2024") if other else line)
    return folder.table("patents", changed, **declared)


def test_spliced_editions_are_refused_at_the_seam(folder, small_patents):
    errors = check(spliced(folder, small_patents(), from_year=2018).write()).errors
    assert [e.rule for e in errors] == ["spliced-editions"] * 3
    assert [e.line for e in errors] == [10, 21, 32]
    assert "changes its source in 2018 (ipf-2022 + ipf-2024)" in errors[0].reason["en"]


def test_a_splice_with_a_stated_reason_is_accepted(folder, small_patents):
    why = {"wipo35/families": "same method; the later edition only adds years"}
    assert check(spliced(folder, small_patents(), from_year=2018, splices=why).write()).ok


def test_a_splice_without_a_reason_is_not(folder, small_patents):
    folder = spliced(folder, small_patents(), from_year=2018, splices={"wipo35/families": " "})
    assert "descriptor" in rules(folder.write())


def test_countries_from_different_sources_are_noted(folder, small_patents):
    report = check(spliced(folder, small_patents(), from_year=1900).write())
    assert report.ok
    assert [note.rule for note in report.notes] == ["mixed-sources"]


def world(lines, factor=1.0):
    """World totals of the lines."""
    frame = pd.DataFrame([line.split(",") for line in lines])
    frame[5] = frame[5].astype(float)
    sums = frame.groupby([1, 2, 3, 4])[5].sum() * factor
    return [f"WLD,{','.join(map(str, key))},{value:.0f},ipf-2022,total" for key, value in sums.items()]


def test_a_complete_world_total_does_not_hide_an_incomplete_year_of_the_countries(folder, small_patents):
    totals = [line.replace(",ipf-2022,", "0,ipf-2022,") for line in world(small_patents())]
    path = folder.table("patents", small_patents(all_2020=0.1) + totals).write()
    assert rules(path) == ["incomplete-last-year"]


def test_regions_beside_countries_are_refused(folder, small_patents):
    lines = small_patents()
    region = [line.replace("USA", "NAM") for line in lines if line.startswith("USA")]  # North America, coded as Namibia
    problem = only(folder.table("patents", lines + world(lines) + region).write())
    assert problem.rule == "regions-beside-countries"
    assert "the world total (WLD)" in problem.reason["en"]
    assert "NAM" in problem.value


def test_countries_that_add_up_to_a_little_more_than_the_world_are_accepted(folder, small_patents):
    lines = small_patents()
    assert check(folder.table("patents", lines + world(lines, 1 / 1.07)).write()).ok


def test_a_percentage_is_not_added_up(folder, small_patents):
    lines = small_patents()
    folder.codes = folder.codes.replace(",families,건,", ",percent of articles,%,")
    assert check(folder.table("patents", lines + world(lines, 0.1)).write()).ok


def test_a_measure_declared_as_not_additive_is_not_added_up(folder, small_patents):
    lines = small_patents()
    folder.table("patents", lines + world(lines, 0.1), not_additive=["families"])
    assert check(folder.write()).ok


def aggregate(lines, code, of):
    """A code that is the sum of others."""
    frame = pd.DataFrame([line.split(",") for line in lines])
    frame = frame[frame[2].isin(of)]
    frame[5] = frame[5].astype(float)
    sums = frame.groupby([0, 1, 3, 4])[5].sum()
    return [f"{c},{k},{code},{y},{m},{value:.0f},ipf-2022,sum" for (c, k, y, m), value in sums.items()]


@pytest.mark.parametrize(
    "of",
    [
        ["computer-technology", "digital-communication", "medical-technology"],
        ["computer-technology", "medical-technology"],
    ],
)
def test_an_aggregate_beside_its_parts_is_refused_unless_declared(folder, small_patents, of):
    lines = small_patents()
    sums = aggregate(lines, "electrical", of)
    folder.codes += "code,wipo35,electrical,Electrical engineering,전기공학,,,\n"
    problem = only(folder.table("patents", lines + sums).write())
    assert (problem.rule, problem.value, problem.line) == ("aggregate-beside-parts", "electrical", len(lines) + 2)
    assert f"the sum of {len(of)} other codes ({', '.join(of)})" in problem.reason["en"]
    folder.codes = folder.codes.replace("전기공학,,,", "전기공학,,,aggregate of the fields")
    assert check(folder.write()).ok


def test_a_total_called_all_is_a_declared_aggregate(folder, small_patents):
    lines = small_patents()
    sums = aggregate(lines, "all", ["computer-technology", "digital-communication", "medical-technology"])
    folder.codes += "code,wipo35,all,All fields,전체,,,\n"
    package = open_package(folder.table("patents", lines + sums).write())
    assert "all" not in package.codes("wipo35")
    assert "all" in package.codes("wipo35", aggregates=True)


def test_a_declared_total_whose_years_are_out_of_step_is_refused(folder, small_patents):
    lines = small_patents()
    sums = aggregate(lines, "all", ["computer-technology", "digital-communication", "medical-technology"])
    moved = []
    for line in sums:
        cells = line.split(",")
        cells[3] = str(int(cells[3]) - 1)
        moved.append(",".join(cells))
    folder.codes += "code,wipo35,all,All fields,전체,,,\n"
    errors = check(folder.table("patents", lines + moved).write()).errors
    assert [(e.rule, e.value) for e in errors] == [("shifted-aggregate", "all")] * 2
    assert "of the year after" in errors[0].reason["en"]


def test_one_series_under_two_codes_is_refused(folder, small_patents):
    lines = small_patents()
    folder.codes += "code,wipo35,optics,Optics,광학,,,\n"
    twin = [line.replace("medical-technology", "optics") for line in lines if "medical-technology" in line]
    problem = only(folder.table("patents", lines + twin).write())
    assert (problem.rule, problem.value) == ("repeated-series", "optics")


def test_split_sectors_show_by_equal_growth(folder, small_input_output):
    problem = only(folder.table("input_output", small_input_output(split=True)).write())
    assert (problem.rule, problem.value) == ("split-sectors", "C26, C27")
    assert '"one_observation": [["C26", "C27"]]' in problem.remedy["en"]
    folder.tables.clear()
    folder.table("input_output", small_input_output(split=True), one_observation=[["C27", "C26"]])
    assert check(folder.write()).ok


def test_split_sectors_show_by_equal_coefficients_in_a_single_year(folder, small_input_output):
    lines = [line for line in small_input_output(years=(2014,)) if ",domestic," not in line or ",INVEN," in line]
    for column, output in (("C26", 600.0), ("C27", 400.0), ("J62", 500.0)):
        for row, a in (("C26", 0.2), ("C27", 0.1), ("J62", 0.05 if column != "J62" else 0.3)):
            lines.append(f"KOR,2014,domestic,{row},{column},{a * output},ipf-2022,sheet")
    problem = only(folder.table("input_output", lines).write())
    assert (problem.rule, problem.value) == ("split-sectors", "C26, C27")


def test_a_declared_group_covers_its_parts_and_no_more(folder, small_input_output):
    lines = small_input_output(split=True)
    assert check(folder.table("input_output", lines, one_observation=[["C26", "C27", "J62"]]).write()).ok
    more = []
    for line in lines:
        if ",J62," in line and ",GO," in line:
            year = line.split(",")[1]
            line = f"KOR,{year},primary,GO,J62,{500.0 * (1.3 if year == '2014' else 1.0)},ipf-2022,sheet {year}"
        more.append(line)
    folder.tables.clear()
    problem = only(folder.table("input_output", more, one_observation=[["C26", "C27"]]).write())
    assert problem.value == "C26, C27, J62"


def test_equal_coefficients_in_one_year_of_two_are_no_split(folder, small_input_output):
    lines = []
    for line in small_input_output():
        cells = line.split(",")
        if cells[1] == "2010" and cells[2] == "domestic" and cells[4] == "C27":
            cells[5] = repr({"C26": 0.2, "C27": 0.1, "J62": 0.05}[cells[3]] * 400.0)
        lines.append(",".join(cells))
    equal = [line for line in lines if line.startswith("KOR,2010")]
    assert rules(folder.table("input_output", equal).write()) == ["split-sectors"]
    folder.tables.clear()
    assert check(folder.table("input_output", lines).write()).ok


def test_sectors_with_their_own_growth_and_coefficients_pass(folder, small_input_output):
    assert check(folder.table("input_output", small_input_output()).write()).problems == ()


def test_a_single_year_without_declaration_is_noted(folder, small_input_output):
    report = check(folder.table("input_output", small_input_output(years=(2014,))).write())
    assert report.ok
    assert [note.rule for note in report.notes] == ["split-sectors"]


def test_duplicate_spellings_in_the_code_list(folder, small_patents):
    folder.codes += "code,wipo35,oil-and-gas,Oil and gas,석유와 가스,,,\ncode,wipo35,oil-gas,Oil and Gas,석유가스,,,\n"
    assert only(folder.table("patents", small_patents()).write()).rule == "double-spelling"


# ----------------------------------------------------------------------------------------------------- finding sums


@given(
    st.integers(0, 2**32 - 1),
    st.integers(4, 12),
    st.integers(6, 60),
    st.data(),
)
def test_a_planted_sum_is_found_and_none_without_it(seed, columns, rows, data):
    random = np.random.default_rng(seed)
    values = np.round(random.lognormal(5, 1, (rows, columns)))
    assert find_sums(values) == []
    parts = data.draw(st.lists(st.integers(0, columns - 1), min_size=2, max_size=2, unique=True))
    planted = np.column_stack([values, values[:, parts].sum(axis=1)])
    if values[:, parts].sum(axis=0).max() > 0.98 * planted[:, -1].sum():
        return  # one part is nearly the whole: not told from a repeated series
    assert find_sums(planted) == [(columns, sorted(parts))]


def test_sums_of_sums_are_all_found():
    random = np.random.default_rng(20210409)
    parts = np.round(random.lognormal(6, 1, (200, 6)))
    left, right = parts[:, :4].sum(axis=1), parts[:, 4:].sum(axis=1)
    found = find_sums(np.column_stack([parts, left, right, left + right]))
    assert {column for column, _ in found} == {6, 7, 8}


# ------------------------------------------------------------------------------------------------------- real files


def real(folder, frame, table, classification, measure, unit):
    """A package from a tidied public file: columns entity, field, year, value."""
    frame = frame.dropna(subset=["value"]).copy()
    names = {name: "WLD" if name == "World" else nearest_country(str(name)) for name in frame["entity"].unique()}
    frame["country"] = frame["entity"].map(names)
    frame = frame.dropna(subset=["country"]).drop_duplicates(["country", "field", "year"])
    frame["code"] = [slug(name) for name in frame["field"]]
    names = frame.drop_duplicates("code")[["code", "field"]]
    folder.codes = (
        "kind,classification,code,label_en,label_ko,unit_en,unit_ko,note\n"
        + f"classification,,{classification},{classification},{classification},,,\n"
        + f"measure,,{measure},{measure},{measure},{unit},{unit},\n"
        + "".join(f'code,{classification},{row.code},"{row.field}","{row.field}",,,\n' for row in names.itertuples())
    )
    lines = [
        f"{row.country},{classification},{row.code},{row.year},{measure},{row.value},ipf-2022,row {row.Index}"
        for row in frame.itertuples()
    ]
    return folder.table(table, lines)


def countries_only(frame):
    """Leaves of the source's region tree, and the world."""
    paths = set(frame["path"])
    inner = {path.rsplit(" ->", 1)[0] for path in paths if " ->" in path}
    other = frame["entity"].str.match(r"Other |EU|Rest ")
    return frame[(~frame["path"].isin(inner) & ~other) | (frame["entity"] == "World")]


@pytest.fixture
def ncses(shared_data):
    return lambda name: pd.read_parquet(shared_data / "ncses" / f"{name}.parquet")


def test_the_real_families_are_sound(folder, ncses):
    frame = countries_only(ncses("ipf_35fields_1998_2020"))
    assert check(real(folder, frame, "patents", "wipo35", "families", "families").write()).errors == ()


def test_real_regions_beside_countries(folder, ncses):
    frame = ncses("ipf_35fields_1998_2020")
    kept = countries_only(frame)
    europe = frame[frame["entity"] == "Europe"].assign(entity="Namibia")
    asia = frame[frame["entity"] == "Asia"].assign(entity="Nauru")
    kept = pd.concat([kept[~kept["entity"].isin(["Namibia", "Nauru"])], europe, asia])
    problem = only(real(folder, kept, "patents", "wipo35", "families", "families").write())
    assert problem.rule == "regions-beside-countries"
    assert "NRU" in problem.value


def test_the_real_incomplete_last_year(folder, shared_data):
    frame = pd.read_parquet(shared_data / "patstat" / "patstat_year_country_tech_inventor.parquet")
    frame = frame.rename(columns={"country_iso_code": "entity", "tech": "field", "count": "value"})
    frame = frame[(frame["year"] >= 2005) & frame["entity"].isin(["KOR", "USA", "JPN", "DEU", "CHN", "FRA"])]
    problem = only(real(folder, frame, "patents", "wipo35", "families", "families").write())
    assert (problem.rule, problem.value) == ("incomplete-last-year", "2020")
    assert '{"families": 2019}' in problem.remedy["en"]


def test_real_aggregates_beside_their_parts(folder, ncses):
    frame = countries_only(ncses("kti_value_added_2002_2019"))
    errors = check(real(folder, frame, "value_added", "kti", "usd_m", "million USD").write()).errors
    assert {(e.rule, e.value) for e in errors} == {
        ("aggregate-beside-parts", code)
        for code in ("kti-industries", "kti-manufacturing-industries", "kti-services-industries")
    }


def test_the_real_total_that_does_not_align(folder, ncses):
    frame = countries_only(ncses("articles_frac_1996_2020"))
    frame = frame[frame["entity"].isin(["World", "South Korea", "Japan", "United States"])]
    problem = only(real(folder, frame, "publications", "se14", "articles", "articles").write())
    assert (problem.rule, problem.value) == ("shifted-aggregate", "all-s-and-e-fields")
    assert "WLD" in problem.reason["en"]


def test_real_spliced_editions(folder, ncses):
    older = ncses("patents_35fields_1998_2018")
    older = older[(older["measure"] != "uspto_patents") & (older["year"] < 2015)]
    newer = ncses("ipf_35fields_1998_2020")
    korea = [frame[frame["entity"] == "South Korea"] for frame in (older, newer[newer["year"] >= 2015])]
    real(folder, pd.concat(korea), "patents", "wipo35", "families", "families")
    folder.sources.append(folder.sources[0] | {"id": "ipf-2020"})
    resource, content = folder.tables[FILE]
    lines = [
        line.replace("ipf-2022", "ipf-2020") if "," in line and line.split(",")[3] < "2015" else line
        for line in content.splitlines()
    ]
    folder.tables[FILE] = (resource, "\n".join(lines))
    found = set(rules(folder.write()))
    assert found == {"spliced-editions"}


def test_real_duplicate_spelling(folder, shared_data):
    frame = pd.read_csv(shared_data / "venture" / "vc_verticals_cn_us_2013_2018.csv")
    frame = frame.rename(columns={"country": "entity", "vertical": "field", "usd_m": "value"})
    assert {"Oil and gas", "Oil and Gas"} <= set(frame["field"])
    real(folder, frame, "investment", "vc_vertical", "usd_m", "million USD")
    folder.codes = "\n".join(line for line in folder.codes.splitlines() if "oil-and-gas" not in line) + "\n"
    resource, content = folder.tables["tables/investment.csv"]
    half = content.replace("oil-and-gas", "Oil and gas", 3).replace("oil-and-gas", "Oil and Gas")
    folder.tables["tables/investment.csv"] = (resource, half)
    assert "double-spelling" in rules(folder.write())


@pytest.mark.slow
def test_real_split_sectors(folder, shared_data):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl reads the published workbook")
    book = openpyxl.load_workbook(shared_data / "wiod" / "KOR_NIOT_nov16.xlsx", read_only=True)
    rows = list(book["National IO-tables"].iter_rows(values_only=True))
    head = [str(name) for name in rows[0]]
    codes, lines = set(), []
    for row in rows[2:]:
        year, code, _, origin = row[:4]
        if year not in (2010, 2014) or code == "II_fob":
            continue
        use = {"Domestic": "domestic", "Imports": "imports", "TOT": "primary"}[str(origin)]
        codes.add(str(code))
        for name, value in zip(head[4:], row[4:], strict=True):
            if name == "GO":
                continue
            codes.add(name)
            lines.append(f"KOR,{year},{use},{code},{name},{float(value)!r},ipf-2022,sheet")
    book.close()
    folder.codes = "kind,classification,code,label_en,label_ko,unit_en,unit_ko,note\nclassification,,wiod56,I,산업,,,\n"
    folder.codes += "".join(f"code,wiod56,{code},{code} sector,{code} 부문,,,\n" for code in sorted(codes))
    errors = check(folder.table("input_output", lines).write()).errors
    assert {e.rule for e in errors} == {"split-sectors"}
    groups = {e.value for e in errors}
    assert {"C26, C27", "C29, C30", "M69_M70, M71, M72, M73, M74_M75"} <= groups
    declared = [group.split(", ") for group in groups]
    folder.tables.clear()
    assert check(folder.table("input_output", lines, one_observation=declared).write()).errors == ()
    assert len(groups) == 11
