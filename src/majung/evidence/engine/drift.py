"""Files that are to be one table must have one header: the engines would fill what differs with NULL in silence."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet

from majung.evidence.problems import EvidenceError, Problem, text


def check_parquet(files: Sequence[Path]) -> None:
    """All files have the first one's columns and types. Raises EvidenceError that names file and column."""
    first: dict[str, str] = {}
    for file in files:
        try:
            schema = pa_parquet.read_schema(file)
        except (pa.ArrowInvalid, OSError) as error:
            reason = text(f"cannot be read as Parquet ({error})", f"Parquet로 읽을 수 없습니다 ({error})")
            raise _fault("wrong-format", file, reason, "get the file again", "파일을 다시 받으십시오") from None
        columns = {name: str(kind) for name, kind in zip(schema.names, schema.types, strict=True)}
        first = first or columns
        _compare(file, files[0], columns, first)


def check_csv(files: Sequence[Path]) -> None:
    """All files have the first one's columns in its order. Raises EvidenceError that names file and column."""
    first: list[str] = []
    for file in files:
        opened = gzip.open if file.suffix == ".gz" else open
        try:
            with opened(file, "rt", encoding="utf-8-sig", newline="") as lines:
                header = next(csv.reader(lines), [])
        except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
            reason = text(f"cannot be read as UTF-8 text ({error})", f"UTF-8 텍스트로 읽을 수 없습니다 ({error})")
            raise _fault("wrong-encoding", file, reason, "save it as UTF-8", "UTF-8로 저장하십시오") from None
        if not any(name.strip() for name in header):
            reason = text("the first line holds no column names", "첫 줄에 열 이름이 없습니다")
            raise _fault("no-header", file, reason, "put the header in line 1", "머리글을 1행에 두십시오")
        first = first or header
        _compare(file, files[0], dict.fromkeys(header, "text"), dict.fromkeys(first, "text"))
        if header != first:
            reason = text(
                f"its columns stand in another order than in {files[0].name}", f"{files[0].name}과 열 순서가 다릅니다"
            )
            raise _fault("schema-drift", file, reason, "read the files one by one", "파일을 하나씩 읽으십시오")


def _compare(file: Path, other: Path, columns: dict[str, str], first: dict[str, str]) -> None:
    for name in first:
        if name not in columns:
            en, ko = f"has no column '{name}', which {other.name} has", f"{other.name}에 있는 '{name}' 열이 없습니다"
        elif columns[name] != first[name]:
            en = f"column '{name}' is {columns[name]}, in {other.name} {first[name]}"
            ko = f"'{name}' 열이 {columns[name]}인데 {other.name}에서는 {first[name]}입니다"
        else:
            continue
        raise _fault("schema-drift", file, text(en, ko), *_ONE_TABLE)
    for name in columns:
        if name not in first:
            en, ko = f"has a column '{name}', which {other.name} has not", f"{other.name}에 없는 '{name}' 열이 있습니다"
            raise _fault("schema-drift", file, text(en, ko), *_ONE_TABLE)


_ONE_TABLE = ("bring the files to one layout", "파일의 열을 하나로 맞추십시오")


def _fault(rule: str, file: Path, reason: dict[str, str], en: str, ko: str) -> EvidenceError:
    return EvidenceError.of(str(file), [Problem(rule, file.name, reason, text(en, ko), 1)])
