"""OpenAlex works: counts against exact fractions, bad lines, what is no file of works."""

from __future__ import annotations

import gzip
import json
from fractions import Fraction
from pathlib import Path
from zipfile import ZipFile

import pytest

from evidence.engine.works import count_by_hand, read_works, write_works
from evidence.importers.conftest import lines_of, refused
from majung.evidence import EvidenceError, countries, open_package
from majung.evidence.importers import Imported, import_files
from majung.methods.labelled import InputError


@pytest.fixture
def works(tmp_path: Path) -> list[Path]:
    return write_works(tmp_path, works=300, files=3, seed=4)


def imported(files: list[Path], into: Path, **options: str) -> Imported:
    return import_files("openalex-works", files, into, options={"years": "2015-2019", **options})


def by_hand(works: list[dict[str, object]], level: str) -> dict[tuple[object, ...], Fraction]:
    alpha3 = {country.alpha2: country.alpha3 for country in countries().values()}
    return {
        key: value
        for key, value in count_by_hand(works, level, alpha3).items()
        if key[0] and key[1] and 2015 <= key[2] <= 2019
    }


def values(package: Path) -> dict[tuple[object, ...], float]:
    frame = open_package(package).select("publications", complete=False)
    return dict(
        zip(
            zip(frame["country"], frame["code"], frame["year"], frame["measure"], strict=True),
            frame["value"],
            strict=True,
        )
    )


@pytest.mark.parametrize("level", ["field", "subfield"])
def test_counts_equal_those_by_hand(works: list[Path], tmp_path: Path, level: str) -> None:
    found = imported(works, tmp_path / "package", level=level)
    wanted = by_hand(list(read_works(works)), level)
    assert values(tmp_path / "package") == pytest.approx({key: float(value) for key, value in wanted.items()}, abs=1e-9)
    assert found.bad == []
    package = open_package(tmp_path / "package")
    assert package.label(f"openalex-{level}", next(iter(wanted))[1])["en"] in ("F", "S")
    assert {note.rule for note in found.notes} >= {"no-country", "no-code"}
    assert imported(works, tmp_path / "package", level=level).parts_kept == 1


def test_a_zip_of_the_files_gives_the_same(works: list[Path], tmp_path: Path) -> None:
    with ZipFile(tmp_path / "works.zip", "w") as archive:
        for path in works:
            archive.write(path, f"works/updated_date=2024-01-01/{path.name}")
    imported(works, tmp_path / "plain")
    imported([tmp_path / "works.zip"], tmp_path / "zipped")
    assert values(tmp_path / "plain") == values(tmp_path / "zipped")


BAD = [
    ('{"id": "W1", "publication_year": 2019.5, "authorships": [], "topics": []}', "publication_year is '2019.5'"),
    ('{"id": "W1", "publication_year": "then", "authorships": [], "topics": []}', "publication_year is 'then'"),
    ('{"id": "W1", "publication_year": 2019, "authorships": {}, "topics": []}', "authorships is no list"),
    ('{"id": "W1", "publication_year": 2019, "authorships": [], "topics": ["T1"]}', "topics is no list of objects"),
    ('{"id": "W1", "publication_year": 2019, "auth', "Invalid control character"),
    ('{"id": "W1", "publication_year": 2019, "topics": [], "citation_normalized_percentile": 0.5}', "no share"),
    ('{"id": "W1", "publication_year": 2019, "citation_normalized_percentile": {"value": NaN}}', "no share"),
    ('{"id": "W1", "publication_year": 2019, "citation_normalized_percentile": {"value": 95.5}}', "no share"),
    ("\x00\x01\x02", "Expecting value"),
]


def test_bad_lines_are_reported_and_the_rest_is_counted(works: list[Path], tmp_path: Path) -> None:
    good = list(read_works(works))
    lines = [json.dumps(work) for work in good]
    for place, (line, _) in enumerate(BAD):
        lines.insert(10 + 20 * place, line)
    broken = tmp_path / "part_broken.gz"
    broken.write_bytes(gzip.compress("\n".join(lines).encode()))
    found = imported([broken], tmp_path / "package")
    wanted = {key: float(value) for key, value in by_hand(good, "field").items()}
    assert values(tmp_path / "package") == pytest.approx(wanted, abs=1e-9)
    assert [(one.line, one.rule) for one in found.bad] == [(11 + 20 * n, "wrong-record") for n in range(len(BAD))]
    reasons = [row["reason"] for row in lines_of(found.report) if row["kind"] == "bad"]
    assert [said for (_, said), reason in zip(BAD, reasons, strict=True) if said not in reason] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"id": "W1", "year": 2019, "authorships": [], "topics": []}\n', "has no 'publication_year'; its keys are"),
        (b"id,publication_year\nW1,2019\n", "the first line is no work"),
        (b"[]\n", "no JSON object"),
        (b'{"a": "' + b"x" * (17 << 20), "a line is longer than 16 MB"),
    ],
)
def test_what_is_no_file_of_works_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "part_000.gz"
    path.write_bytes(gzip.compress(content, 1))
    with pytest.raises(EvidenceError) as caught:
        imported([path], tmp_path / "package")
    assert said in refused(caught)
    assert not (tmp_path / "package").exists()


def test_a_file_that_is_cut_off_is_refused(works: list[Path], tmp_path: Path) -> None:
    content = works[0].read_bytes()
    works[0].write_bytes(content[: len(content) - 100])
    with pytest.raises(EvidenceError) as caught:
        imported(works, tmp_path / "package")
    assert "damaged or cut off" in refused(caught)


@pytest.mark.parametrize(("option", "value"), [("level", "theme"), ("years", "since 2010")])
def test_options_are_checked(works: list[Path], tmp_path: Path, option: str, value: str) -> None:
    with pytest.raises(InputError, match=option):
        imported(works, tmp_path / "package", **{option: value})
