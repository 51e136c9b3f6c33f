"""The difference of two snapshots: every change once, in words, table and data; a patch that leads from one to the
other."""

from __future__ import annotations

import json

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from majung.evidence import difference, open_package

few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KEY = ["country", "classification", "code", "year", "measure"]


def lines_with(lines, changes):
    """Lines of a table, some values changed: {line number from 0: factor}; factor 0 takes the line out."""
    out = []
    for number, line in enumerate(lines):
        factor = changes.get(number, 1)
        if factor == 0:
            continue
        cells = line.split(",")
        cells[5] = repr(float(cells[5]) * factor)
        out.append(",".join(cells))
    return out


def test_a_snapshot_and_its_copy_in_another_order_are_the_same(new_folder, small_patents):
    a = open_package(new_folder().table("patents", small_patents()).write())
    b = open_package(new_folder().table("patents", small_patents()[::-1]).write())
    found = difference(a, b)
    assert found.same
    assert found.rows.empty
    assert found.sentences() == ["the two snapshots are the same"]
    assert found.sentences("ko") == ["두 스냅숏은 같습니다"]


def test_revised_new_and_gone_rows_are_said_with_the_largest_and_the_years(new_folder, small_patents):
    lines = small_patents()
    a = open_package(new_folder().table("patents", lines).write())
    # Line 10 is Korea, computer technology, 2020; line 33 the USA's, 2010.
    changed = lines_with(lines, {10: 1.5, 33: 1.01, 5: 0, 6: 0})
    changed += ["FRA,wipo35,medical-technology,2020,families,3,ipf-2022,x"]
    b = open_package(new_folder().table("patents", changed).write())
    found = difference(a, b)
    value = a.select("patents", country="KOR", code="computer-technology", year=2020)["value"].iloc[0]
    assert found.sentences() == [
        "patents wipo35/families: 2 values revised, largest Korea, Computer technology, 2020: "
        f"{value:.0f} → {value * 1.5:g} (+50 %)",
        "patents wipo35/families: 1 row of 2020 new, from ipf-2022",
        "patents wipo35/families: 2 rows (1 of 2016, 1 of 2015) gone",
    ]
    assert found.sentences("ko")[0].startswith(
        "patents wipo35/families: 값 2건 개정, 가장 큰 것은 한국, 컴퓨터 기술, 2020년"
    )
    assert found.rows["kind"].tolist() == ["revised", "revised", "new", "gone", "gone"]


@given(changes=st.dictionaries(st.integers(0, 65), st.sampled_from([0.0, 0.9, 1.1]), max_size=6))
@few
def test_the_rows_lead_from_one_snapshot_to_the_other(new_folder, small_patents, changes):
    lines = small_patents()
    declared = {"complete_through": {"families": 2020}}
    a = open_package(new_folder().table("patents", lines, **declared).write())
    b = open_package(new_folder().table("patents", lines_with(lines, changes), **declared).write())
    found = difference(a, b)
    rows = found.rows
    patched = a.tables["patents"].set_index(KEY)["value"].to_dict()
    for row in rows.to_dict("records"):
        key = tuple(row[c] for c in KEY)
        if row["kind"] == "gone":
            assert patched.pop(key) == row["before"]
        else:
            assert patched.get(key) == row["before"]
            patched[key] = row["after"]
    assert patched == b.tables["patents"].set_index(KEY)["value"].to_dict()
    assert found.same == (not changes)
    back = difference(b, a).rows["kind"].value_counts().to_dict()
    there = rows["kind"].value_counts().to_dict()
    assert back == {{"gone": "new", "new": "gone"}.get(k, k): n for k, n in there.items()}


def test_sources_that_change_their_licence_are_counted_and_named(new_folder, small_patents):
    folders = [new_folder().table("patents", small_patents()) for _ in range(2)]
    for folder in folders:
        folder.sources += [folder.sources[0] | {"id": f"other-{n}"} for n in range(4)]
    for source in folders[1].sources[1:]:
        source["license"] = "CC BY 4.0"
    folders[1].sources[0]["edition"] = "2024"
    folders[1].sources.append(folders[1].sources[0] | {"id": "newest"})
    found = difference(*(open_package(f.write()) for f in folders))
    assert found.sentences() == [
        "1 source new: newest",
        "1 source changed edition: ipf-2022: '2022' → '2024'",
        "4 sources changed licence: other-0: 'CC BY-SA 4.0' → 'CC BY 4.0'; other-1: 'CC BY-SA 4.0' → 'CC BY 4.0'; "
        "other-2: 'CC BY-SA 4.0' → 'CC BY 4.0'; and 1 more",
    ]
    assert any("출처 4건의 라이선스 변경" in s for s in found.sentences("ko"))


def test_the_same_values_from_another_source_are_restated_not_revised(new_folder, small_patents):
    folders = [new_folder() for _ in range(2)]
    lines = small_patents()
    other = [line.replace("ipf-2022", "ipf-2024") for line in lines]
    for folder, rows in zip(folders, (lines, other), strict=True):
        folder.sources.append(folder.sources[0] | {"id": "ipf-2024"})
        folder.table("patents", rows)
    found = difference(*(open_package(f.write()) for f in folders))
    assert found.sentences() == [
        "patents wipo35/families: 66 rows with the same value from another source: ipf-2022 → ipf-2024"
    ]


def test_codes_declarations_and_the_licence_text_are_compared(new_folder, small_patents):
    a, b = (new_folder() for _ in range(2))
    a.table("patents", small_patents())
    b.table("patents", small_patents(), complete_through={"families": 2019})
    b.codes = b.codes.replace("Medical technology,의료 기술", "Medicine,의학") + "code,wipo35,optics,Optics,광학,,,\n"
    b.licence = "another\n"
    found = difference(open_package(a.write()), open_package(b.write()))
    said = found.sentences()
    assert "1 code new: wipo35/optics" in said
    assert any(s.startswith("1 code changed label: wipo35/medical-technology: 'Medical technology") for s in said)
    assert "1 declaration new: patents complete_through families" in said
    assert any(s.startswith("1 licence of the package changed: LICENSE.md") for s in said)


def test_input_output_cells_and_a_whole_new_table_are_differences_too(new_folder, small_patents, small_input_output):
    a = new_folder().table("patents", small_patents())
    b = new_folder().table("patents", small_patents()).table("input_output", small_input_output())
    found = difference(open_package(a.write()), open_package(b.write()))
    assert found.sentences()[0] == "input_output: 32 rows (16 of 2014, 16 of 2010) new, from ipf-2022"
    assert "domestic C26 C27" in set(found.rows["detail"])


def test_trade_rows_are_matched_by_partner_and_flow(new_folder):
    header = "country,partner,flow,classification,code,year,measure,value,source,origin"
    lines = [
        f"KOR,{partner},{flow},wipo35,medical-technology,2020,families,{value},ipf-2022,x"
        for partner, flow, value in (("JPN", "exports", 10), ("USA", "exports", 20), ("JPN", "imports", 30))
    ]
    a = new_folder().table("trade", lines, header=header)
    b = new_folder().table("trade", [lines[0].replace(",10,", ",15,"), *lines[1:]], header=header)
    found = difference(open_package(a.write()), open_package(b.write()))
    assert found.sentences() == [
        "trade wipo35/families: 1 value revised, largest Korea, Medical technology, JPN exports, 2020: 10 → 15 (+50 %)"
    ]


def test_as_data_it_is_json_with_both_languages(new_folder, small_patents):
    lines = small_patents()
    a = open_package(new_folder().table("patents", lines).write())
    b = open_package(new_folder().table("patents", lines_with(lines, {3: 2.0, 4: 0})).write())
    data = json.loads(json.dumps(difference(a, b).as_dict()))
    assert data["counts"] == {"revised": 1, "gone": 1}
    assert data["from"] == a.hash
    assert len(data["sentences"]["ko"]) == len(data["sentences"]["en"]) == 2
    assert [r["after"] for r in data["rows"]] == [float(lines[3].split(",")[5]) * 2, None]


def test_licences_count_the_rows_that_rest_on_them(new_folder, small_patents):
    folder = new_folder()
    folder.sources += [
        folder.sources[0] | {"id": "free", "license": "CC0-1.0"},
        folder.sources[0] | {"id": "unused", "license": "CC0-1.0"},
    ]
    rows = small_patents()
    rows += ["FRA,wipo35,medical-technology,2020,families,3,free,x"]
    package = open_package(folder.table("patents", rows).write())
    assert [(one.name, one.sources, one.rows) for one in package.licences()] == [
        ("CC BY-SA 4.0", ("ipf-2022",), 66),
        ("CC0-1.0", ("free", "unused"), 1),
    ]
    assert sum(one.rows for one in package.licences()) == len(pd.concat(package.tables.values()))
