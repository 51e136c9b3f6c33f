"""Revised values: the new figure stands in the row, the old one in revisions.csv, and nothing else moves."""

from __future__ import annotations

import csv
import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from majung.evidence import EvidenceError, add, check, difference, open_package, table_resource

HEADER = "country,classification,code,year,measure,value"
FILE = "tables/patents.csv"
DAY = date(2026, 3, 1)
few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def given_file(path, *lines, header=HEADER):
    file = path.parent / "given.csv"
    file.write_text("\n".join([header, *lines]) + "\n")
    return file


def revise(path, *lines, header=HEADER, source="ipf-2022", **options):
    file = given_file(path, *lines, header=header)
    return add(path, file, table="patents", source=source, revise=True, today=DAY, **options)


def history(path):
    return list(csv.DictReader((path / "revisions.csv").read_text().splitlines()))


def test_a_revised_value_takes_the_place_of_the_old_one_and_the_old_one_is_kept(sound):
    path = sound.write()
    before, lines = open_package(path), (path / FILE).read_text().splitlines()
    done = revise(
        path, "KOR,wipo35,computer-technology,2020,families,555", "FRA,wipo35,medical-technology,2020,families,3"
    )
    after = open_package(path)
    assert (done.revised, done.rows, done.unchanged) == (1, 1, 0)
    assert (done.hash_before, done.hash_after) == (before.hash, after.hash)
    now = (path / FILE).read_text().splitlines()
    assert [i for i, (a, b) in enumerate(zip(lines, now, strict=False)) if a != b] == [11]
    assert now[11] == 'KOR,wipo35,computer-technology,2020,families,555,ipf-2022,"given.csv, line 2"'
    was = lines[11].split(",")
    entry = history(path)[0]
    assert entry["revised"] == "2026-03-01"
    assert entry["key"] == "KOR/wipo35/computer-technology/2020/families"
    assert (float(entry["value_before"]), entry["source_before"]) == (float(was[5]), was[6])
    assert (entry["value_after"], entry["origin_after"]) == ("555.0", "given.csv, line 2")
    assert (entry["snapshot_before"], entry["snapshot_after"]) == (before.hash, after.hash)


@given(factors=st.dictionaries(st.integers(0, 65), st.sampled_from([0.95, 1.0, 1.05]), min_size=1, max_size=8))
@few
def test_undoing_the_recorded_revisions_gives_the_snapshot_before(new_folder, small_patents, factors):
    lines = small_patents()
    path = new_folder().table("patents", lines).write()
    before = open_package(path)
    cells = [line.split(",") for line in lines]
    given_rows = [",".join([*cells[n][:5], repr(float(cells[n][5]) * f)]) for n, f in factors.items()]
    done = revise(path, *given_rows)
    moved = {n for n, f in factors.items() if f != 1.0}
    assert (done.revised, done.unchanged, done.rows) == (len(moved), len(factors) - len(moved), 0)
    assert open_package(path).hash == done.hash_after
    kinds = difference(before, open_package(path)).rows["kind"]
    assert kinds.tolist() == ["revised"] * len(moved)
    assert check(path).notes == ()
    if not moved:
        assert done.hash_after == before.hash
        assert not (path / "revisions.csv").exists()
        return
    frame = open_package(path).tables["patents"].copy()
    for entry in history(path):
        at = frame.index[
            frame[["country", "classification", "code", "year", "measure"]].astype(str).agg("/".join, axis=1)
            == entry["key"]
        ]
        for fact in ("value", "source", "origin"):
            frame.loc[at, fact] = float(entry["value_before"]) if fact == "value" else entry[f"{fact}_before"]
    columns = ["country", "classification", "code", "year", "measure", "value", "source", "origin"]
    undone = new_folder().table("patents", [",".join(map(str, row)) for row in frame[columns].itertuples(index=False)])
    assert open_package(undone.write()).hash == before.hash


def test_without_being_asked_nothing_is_revised_and_the_way_is_named(sound):
    path = sound.write()
    content = (path / FILE).read_bytes()
    with pytest.raises(EvidenceError, match="add the file with --revise if it is a revised figure"):
        add(
            path,
            given_file(path, "KOR,wipo35,computer-technology,2020,families,555"),
            table="patents",
            source="ipf-2022",
        )
    assert (path / FILE).read_bytes() == content
    with pytest.raises(EvidenceError, match="--revise로 추가"):
        add(
            path,
            given_file(path, "KOR,wipo35,computer-technology,2020,families,555"),
            table="patents",
            source="ipf-2022",
            lang="ko",
        )


def test_one_key_twice_in_the_given_file_is_refused(sound):
    path = sound.write()
    content = (path / FILE).read_bytes()
    row = "KOR,wipo35,computer-technology,2020,families"
    with pytest.raises(EvidenceError) as caught:
        revise(path, f"{row},555", f"{row},556")
    assert [(e.rule, e.file, e.line) for e in caught.value.report.errors] == [("duplicate-key", "given.csv", 3)]
    assert (path / FILE).read_bytes() == content
    assert not (path / "revisions.csv").exists()


def test_a_revision_that_would_break_a_series_is_refused_at_its_line_of_the_given_file(sound):
    path = sound.write()
    rows = [
        f"{c},wipo35,{k},2020,families,3"
        for c in ("KOR", "USA")
        for k in ("computer-technology", "digital-communication", "medical-technology")
    ]
    with pytest.raises(EvidenceError, match="2020 stands at") as caught:
        revise(path, *rows)
    assert {e.file for e in caught.value.report.errors} == {"given.csv"}
    assert not (path / "revisions.csv").exists()


def test_a_whole_series_may_move_to_a_new_edition_part_of_it_may_not(sound, small_patents):
    sound.sources.append(sound.sources[0] | {"id": "ipf-2024"})
    path = sound.write()
    rows = [",".join(line.split(",")[:6]) for line in small_patents()]
    with pytest.raises(EvidenceError, match="changes its source"):
        revise(path, *rows[:5], source="ipf-2024")
    done = revise(path, *rows, source="ipf-2024")
    assert (done.revised, done.unchanged) == (66, 0)
    assert set(open_package(path).tables["patents"]["source"]) == {"ipf-2024"}
    assert len(history(path)) == 66


def test_a_release_date_widens_the_file_and_every_other_row_keeps_its_line(sound):
    path = sound.write()
    before = open_package(path)
    header = HEADER + ",released"
    done = revise(path, "KOR,wipo35,computer-technology,2020,families,555,2026-02-01", header=header)
    after = open_package(path)
    assert done.hash_after == after.hash
    frame = after.tables["patents"]
    assert frame.loc[12, "released"] == "2026-02-01"
    assert frame.drop(index=12).equals(before.tables["patents"].drop(index=12))
    fields = json.loads((path / "datapackage.json").read_text())["resources"][0]["schema"]["fields"]
    assert fields[-1] == {"name": "released", "type": "date"}


def test_rows_in_windows_files_and_in_parquet_are_revised_in_place(sound, small_patents):
    content = sound.tables[FILE][1].replace("\n", "\r\n")
    lines = small_patents()
    path = sound.content(FILE, content.encode()).write()
    frame = open_package(path).select("patents", country="KOR").drop(columns="released").assign(country="FRA")
    parquet = "tables/patents-2.parquet"
    sound.tables[parquet] = (table_resource("patents", path=parquet), b"")
    path = sound.write()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path / parquet)
    before = open_package(path)
    row = ",".join(lines[3].split(",")[1:5])
    done = revise(path, f"KOR,{row},150", f"FRA,{row},151.5")
    after = open_package(path)
    assert (done.revised, done.hash_after) == (2, after.hash)
    assert (path / FILE).read_bytes().count(b"\r\n") == 67
    changed = difference(before, after).rows
    assert changed["country"].tolist() == ["FRA", "KOR"]
    assert changed["after"].tolist() == [151.5, 150.0]
    assert pq.read_schema(path / parquet).field("value").type == pa.float64()


def test_a_row_changed_by_hand_after_its_revision_is_noted(sound):
    path = sound.write()
    revise(path, "KOR,wipo35,computer-technology,2020,families,555")
    file = path / FILE
    file.write_text(file.read_text().replace(",555,", ",556,"))
    notes = check(path).notes
    assert [(n.rule, n.file, n.line) for n in notes] == [("history", "revisions.csv", 2)]
    assert "was revised to 555.0, the table now says 556.0" in notes[0].message()


def test_a_broken_history_is_noted_not_fatal(sound):
    path = sound.write()
    (path / "revisions.csv").write_text("a,b\n1,2\n")
    report = check(path)
    assert report.ok
    assert [n.rule for n in report.notes] == ["history"]


def test_a_whole_new_year_is_left_out_of_analyses_until_it_is_declared_complete(sound, small_patents):
    sound.table("patents", small_patents(), complete_through={"families": 2020})
    path = sound.write()
    rows = [
        f"{c},wipo35,{k},2021,families,{v * w}"
        for c, v in (("KOR", 180), ("USA", 420))
        for k, w in (("computer-technology", 1), ("digital-communication", 2), ("medical-technology", 3))
    ]
    file = given_file(path, *rows)
    done = add(path, file, table="patents", source="ipf-2022")
    assert [n.rule for n in done.notes] == ["after-complete-year"]
    assert "say --complete 2021" in done.notes[0].message()
    assert open_package(path).select("patents", year=2021).empty
    second = revise(path, *rows, complete=2021)
    assert (second.rows, second.revised, second.unchanged, second.notes) == (0, 0, 6, ())
    package = open_package(path)
    assert package.hash == second.hash_after != done.hash_after
    assert package.complete_through("patents", "families") == 2021
    assert len(package.select("patents", year=2021)) == 6


def test_a_year_said_to_be_complete_that_looks_incomplete_is_noted(sound, small_patents):
    sound.table("patents", small_patents(), complete_through={"families": 2020})
    path = sound.write()
    rows = [
        f"{c},wipo35,{k},2021,families,3"
        for c in ("KOR", "USA")
        for k in ("computer-technology", "digital-communication", "medical-technology")
    ]
    done = add(path, given_file(path, *rows), table="patents", source="ipf-2022", complete=2021)
    assert [n.rule for n in done.notes] == ["incomplete-last-year"]
    assert "2021 stands at 1%" in done.notes[0].message()
    assert "the declaration stands" in done.notes[0].message()
    assert open_package(path).complete_through("patents", "families") == 2021


def test_the_first_rows_of_a_table_may_be_declared_complete_too(sound):
    sound.codes += "measure,,usd_m,Value added,부가가치,million USD,백만 달러,\n"
    path = sound.write()
    rows = [f"KOR,wipo35,medical-technology,{year},usd_m,{year}" for year in (2018, 2019, 2020)]
    add(path, given_file(path, *rows), table="value_added", source="ipf-2022", complete=2019)
    package = open_package(path)
    assert package.complete_through("value_added", "usd_m") == 2019
    assert package.select("value_added")["year"].max() == 2019
