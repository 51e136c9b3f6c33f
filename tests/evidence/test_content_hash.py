"""The content hash: blind to order, partition and format; awake to every value, key, source and licence."""

from __future__ import annotations

import itertools
import random

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from majung.evidence import check, open_package, table_resource

FILE = "tables/patents.csv"
few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

CHANGES = {
    "country": "FRA",
    "year": "1999",
    "value": "123456.5",
    "source": "other",
    "origin": "somewhere else",
    "code": "spare-code",
    "measure": "spare",
}


@pytest.fixture
def package(sound):
    """A sound package with a spare source, code and measure, so that every column can change and stay sound."""
    sound.sources.append(sound.sources[0] | {"id": "other"})
    sound.codes += "code,wipo35,spare-code,Spare,예비,,,\nmeasure,,spare,Spare,예비,items,개,\n"
    return sound


def hash_of(folder):
    return open_package(folder.write()).hash


@given(seed=st.integers(0, 2**32 - 1))
@few
def test_row_order_does_not_matter(sound, small_patents, seed):
    lines = small_patents()
    expected = hash_of(sound.table("patents", lines))
    random.Random(seed).shuffle(lines)
    assert hash_of(sound.table("patents", lines)) == expected


@given(cut=st.integers(1, 65), parquet=st.booleans())
@few
def test_partition_and_format_do_not_matter(new_folder, small_patents, cut, parquet):
    lines = small_patents()
    whole = open_package(new_folder().table("patents", lines).write())
    parts = new_folder().table("patents", lines[:cut])
    if parquet:
        path = "tables/patents-2.parquet"
        parts.tables[path] = (table_resource("patents", path=path), b"")
        folder = parts.write()
        frame = whole.tables["patents"].iloc[cut:].drop(columns="released")
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), folder / path)
    else:
        folder = parts.table("patents", lines[cut:], path="tables/patents-2.csv").write()
    assert open_package(folder).hash == whole.hash


@given(
    seed=st.integers(0, 2**32 - 1),
    cuts=st.lists(st.integers(1, 65), max_size=3, unique=True),
    kinds=st.lists(st.sampled_from(["csv", "crlf", "wide", "float", "text", "dictionary"]), min_size=4, max_size=4),
)
@few
def test_the_same_facts_laid_out_in_any_way_have_one_hash(
    new_folder, small_patents, small_input_output, seed, cuts, kinds
):
    """Shuffled rows, codes and sources, tables in any order, parts in any format, an empty `released` column."""

    def base():
        folder = new_folder()
        folder.sources.append(folder.sources[0] | {"id": "another"})
        return folder

    lines = small_patents()
    whole = open_package(base().table("patents", lines).table("input_output", small_input_output()).write())
    chance = random.Random(seed)
    chance.shuffle(lines)
    other = base()
    head, *rest = other.codes.splitlines()
    chance.shuffle(rest)
    other.codes = "\n".join([head, *rest]) + "\n"
    chance.shuffle(other.sources)
    ends = [0, *sorted(cuts), len(lines)]
    parquet = {}
    for number, (start, end) in enumerate(itertools.pairwise(ends)):
        kind, part = kinds[number], lines[start:end]
        path = f"tables/patents-{number}." + ("csv" if kind in ("csv", "crlf", "wide") else "parquet")
        header = "country,classification,code,year,measure,value,source,origin"
        if kind == "wide":
            other.table("patents", [line + "," for line in part], header=header + ",released", path=path)
        elif kind in ("csv", "crlf"):
            other.table("patents", part, path=path)
            if kind == "crlf":
                other.content(path, other.tables[path][1].replace("\n", "\r\n"))
        else:
            other.tables[path] = (table_resource("patents", path=path), b"")
            frame = pd.DataFrame([line.split(",") for line in part], columns=header.split(","))
            if kind == "float":
                frame = frame.astype({"value": "float64", "year": "int16"})
            if kind == "dictionary":
                frame = frame.astype({"country": "category", "code": "category", "value": "int32"})
            parquet[path] = pa.Table.from_pandas(frame, preserve_index=False)
    other.table("input_output", chance.sample(cells := small_input_output(), len(cells)))
    other.tables = dict(chance.sample(list(other.tables.items()), len(other.tables)))
    path = other.write()
    for name, table in parquet.items():
        pq.write_table(table, path / name)
    assert open_package(path).hash == whole.hash


@given(line=st.integers(2, 67), column=st.sampled_from(sorted(CHANGES)))
@few
def test_any_changed_cell_changes_the_hash(package, small_patents, line, column):
    package.table("patents", small_patents(), splices={"wipo35/families": "a test"})
    expected = hash_of(package)
    lines = package.tables[FILE][1].splitlines()
    cells = lines[line - 1].split(",")
    cells[lines[0].split(",").index(column)] = CHANGES[column]
    lines[line - 1] = ",".join(cells)
    assert hash_of(package.content(FILE, "\n".join(lines))) != expected


@given(value=st.floats(0, 1e12, allow_subnormal=False), nudge=st.sampled_from([1e-9, 1e-3, 1.0]))
@few
def test_a_value_counts_however_it_is_written_and_however_little_it_moves(new_folder, value, nudge):
    def written(number):
        folder = new_folder().table("patents", [f"KOR,wipo35,medical-technology,2018,families,{number},ipf-2022,a"])
        return hash_of(folder)

    assert written(f"{value!r}") == written(f"{value:.17e}")
    if value + nudge != value:
        assert written(f"{value!r}") != written(f"{value + nudge!r}")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("license", "CC BY 4.0"),
        ("license_note", "changed"),
        ("edition", "2023"),
        ("retrieved", "2024-03-02"),
        ("released", None),
        ("citation", "another"),
        ("url", ""),
    ],
)
def test_a_changed_source_changes_the_hash(sound, column, value):
    expected = hash_of(sound)
    sound.sources[0][column] = value
    assert hash_of(sound) != expected


def test_licences_codes_and_declarations_count(folder, small_patents):
    hashes = [hash_of(folder.table("patents", small_patents()))]
    hashes.append(hash_of(folder.table("patents", small_patents(), complete_through={"families": 2019})))
    folder.licence = "another licence\n"
    hashes.append(hash_of(folder))
    folder.codes = folder.codes.replace("Medical technology", "Medicine")
    hashes.append(hash_of(folder))
    folder.extra["licenses"] = [{"name": "CC-BY-4.0"}]
    hashes.append(hash_of(folder))
    assert len(set(hashes)) == len(hashes)


def test_name_title_and_version_do_not_count(sound):
    expected = hash_of(sound)
    sound.extra |= {"name": "renamed", "title": "Renamed", "version": "2.0.0"}
    assert hash_of(sound) == expected


def test_check_and_open_agree_on_the_hash(sound):
    assert check(sound.write()).hash == open_package(sound.path).hash


def test_the_hash_is_pinned(sound):
    """Hashes stand in published manifests: a change of the method must be meant (and said in CHANGELOG)."""
    assert hash_of(sound) == "053436177f5b3de369c4b07658dcbca2aa2bb8bbd548800018c6c08ce4bbca02"
