"""Sound files of registers that are counted: patents (PATSTAT), projects (CORDIS), works (OpenAlex's snapshot)."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable

from trials.sound_files import Case, book, figures, table

LANDS = ("KR", "JP", "US", "DE", "")


def _patstat(seed: int) -> dict[str, list[list[object]]]:
    """Families of two applications, persons with and without a country, links without a double."""
    chance = random.Random(seed)
    applications: list[list[object]] = [
        ["appln_id", "appln_auth", "ipr_type", "earliest_filing_year", "earliest_publn_date", "docdb_family_id"]
    ]
    links: list[list[object]] = [["person_id", "appln_id", "applt_seq_nr", "invt_seq_nr"]]
    for one in range(1, 61):
        year = chance.randint(2015, 2019)
        office = chance.choice(["KR", "US", "EP"])
        applications.append([one, office, "PI", year, f"{year + 2}-03-0{1 + one % 9}", 500 + one // 2])
        links += [[person, one, 0, n] for n, person in enumerate(chance.sample(range(900, 930), 2), 1)]
    persons: list[list[object]] = [["person_id", "person_name", "person_ctry_code"]]
    persons += [[person, f"Person, {person}", LANDS[person % 5]] for person in range(900, 930)]
    return {"tls201_part01": applications, "tls206_part01": persons, "tls207_part01": links}


def _files(tables: dict[str, list[list[object]]]) -> dict[str, bytes]:
    return {f"{name}.csv": table(rows) for name, rows in tables.items()}


def patstat_fields() -> Case:
    chance = random.Random(41)
    fields: list[list[object]] = [["appln_id", "techn_field_nr", "weight"]]
    for one in range(1, 61):
        fields += [[one, field, 0.5] for field in chance.sample((4, 6, 8, 13), 2)]
    files = _files(_patstat(41) | {"tls230_part01": fields})
    return Case("patstat-fields", "patstat", files)


def patstat_ipc() -> Case:
    chance = random.Random(42)
    places = {"G06F   9": 6, "G06N": 6, "H04L": 4, "H01L  21": 8, "A61K": 16, "A61K   8": 14}
    symbols: list[list[object]] = [["appln_id", "ipc_class_symbol", "ipc_class_level"]]
    for one in range(1, 61):
        for symbol in chance.sample(("G06F   9/44", "G06N   3/02", "H04L  12/28", "H01L  21/00", "A61K   8/02"), 2):
            symbols.append([one, symbol, "A"])
    concordance: list[list[object]] = [["ipc_maingroup_symbol", "techn_field_nr", "techn_sector", "techn_field"]]
    concordance += [[symbol, number, "Sector", f"Field {number}"] for symbol, number in places.items()]
    files = _files(_patstat(42) | {"tls209_part01": symbols, "tls901_techn_field_ipc": concordance})
    return Case("patstat-ipc", "patstat", files)


def _cordis() -> dict[str, list[list[object]]]:
    values = iter(figures(43, 300))
    fields = ("/natural sciences/physics/optics", "/natural sciences/chemistry", "/engineering/robotics/arms")
    projects: list[list[object]] = [["id", "acronym", "title", "startDate", "legalBasis", "ecSignatureDate"]]
    people: list[list[object]] = [["projectID", "organisationID", "country", "ecContribution", "netEcContribution"]]
    about: list[list[object]] = [["projectID", "euroSciVocCode", "euroSciVocPath"]]
    for one in range(101, 141):
        signed = f"20{21 + one % 3}-0{1 + one % 9}-15"
        projects.append([one, f"P{one}", f"Title {one}; and more", signed, "HORIZON.2.4", signed])
        for n, land in enumerate(("EL", "KR", "DE", "FR")[: 1 + one % 4]):
            people.append([one, f"9{one}{n}", land, next(values), next(values)])
        about += [[one, f"/2{n}", path] for n, path in enumerate(fields[: one % 3])]
    return {"project": projects, "organization": people, "euroSciVoc": about}


def cordis() -> Case:
    return Case("cordis", "cordis", {f"{name}.csv": _all_quoted(rows) for name, rows in _cordis().items()})


def cordis_xlsx() -> Case:
    return Case("cordis-xlsx", "cordis", {f"{name}.xlsx": book({"Sheet1": rows}) for name, rows in _cordis().items()})


def _all_quoted(rows: list[list[object]]) -> bytes:
    return ("\n".join(";".join(f'"{cell}"' for cell in row) for row in rows) + "\n").encode()


def _works() -> bytes:
    chance = random.Random(44)
    lines = []
    for n in range(60):
        authorships = []
        for _ in range(n % 4):
            lands = chance.sample(("KR", "US", "JP"), chance.randint(0, 2))
            institutions = [{"id": f"https://openalex.org/I{n}", "country_code": land} for land in lands]
            authorships.append({"institutions": institutions, "countries": lands if n % 3 else []})
        topics = []
        for topic in chance.sample(range(6), n % 3):
            place = {"id": f"https://openalex.org/T{100 + topic}", "display_name": f"Topic {topic}"}
            for level, number in (("subfield", 1700 + topic), ("field", 17 + topic % 3), ("domain", 3)):
                place[level] = {"id": f"https://openalex.org/{level}s/{number}", "display_name": f"{level} {number}"}  # type: ignore[assignment]
            topics.append(place)
        work = {"id": f"https://openalex.org/W{n}", "title": f"Work {n}, 논문", "publication_year": 2015 + n % 5}
        work |= {"type": "article", "is_retracted": False, "is_paratext": False, "authorships": authorships}
        work |= {"topics": topics, "citation_normalized_percentile": {"value": round(chance.random(), 4)}}
        lines.append(json.dumps(work, ensure_ascii=False))
    return ("\n".join(lines) + "\n").encode()


def works_lines() -> Case:
    return Case("works-lines", "openalex-works", {"works.jsonl": _works()})


def works_gzip() -> Case:
    return Case("works-gzip", "openalex-works", {"part_000.gz": gzip.compress(_works(), mtime=0)})


REGISTERS: tuple[Callable[[], Case], ...] = (patstat_fields, patstat_ipc, cordis, cordis_xlsx, works_lines, works_gzip)
