"""Reading table files: every cell as text with its line number, and what is wrong with the file as a file.

Nothing is guessed and nothing is converted silently: no missing-value words, no numbers from text, no other encoding.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from majung.evidence.problems import Problem, Text, text

HANGUL = re.compile("[가-힣]")
SAVE_AS_UTF8 = text('save it as "CSV UTF-8 (comma delimited)"', '"CSV UTF-8(쉼표로 분리)" 형식으로 다시 저장하십시오')


@dataclass(frozen=True)
class RawTable:
    """A file's cells as text. cells: (rows, columns) str; its index holds the line numbers (1 = header)."""

    file: str
    cells: pd.DataFrame


def read_text(path: Path, file: str) -> tuple[str | None, list[Problem]]:
    """The content of a UTF-8 text file, without a byte-order mark; None and the reason when it is something else."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = text(f"cannot be read ({error.strerror})", f"읽을 수 없습니다 ({error.strerror})")
        if isinstance(error, FileNotFoundError):
            reason = text("file not found", "파일이 없습니다")
        remedy = text("put the file there or correct its path", "파일을 두거나 경로를 고치십시오")
        return None, [Problem("file-missing", file, reason, remedy)]
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        remedy = _ADD_ROWS if _is_table(file) else text("fill it in", "내용을 넣으십시오")
        return None, [_file_problem("empty-file", file, "the file is empty", "파일이 비어 있습니다", remedy)]
    return _decode(content, file)


_ADD_ROWS = text("give it a header and at least one row", "머리글과 한 행 이상을 넣으십시오")


def _file_problem(rule: str, file: str, en: str, ko: str, remedy: Text, line: int | None = None) -> Problem:
    return Problem(rule, file, text(en, ko), remedy, line)


def _is_table(file: str) -> bool:
    return file.endswith(".csv")


def _save_again(file: str) -> Text:
    return (
        SAVE_AS_UTF8 if _is_table(file) else text("save it as plain text in UTF-8", "UTF-8 텍스트로 다시 저장하십시오")
    )


def _decode(content: bytes, file: str) -> tuple[str | None, list[Problem]]:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        en, ko = "this is a spreadsheet file, not CSV", "CSV가 아니라 스프레드시트 파일입니다"
        return None, [_file_problem("wrong-encoding", file, en, ko, _save_again(file))]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:4096]:
        en = 'the file is not UTF-8; it looks like UTF-16 ("Unicode text")'
        ko = "UTF-8이 아닙니다. UTF-16(유니코드 텍스트)으로 보입니다"
        return None, [_file_problem("wrong-encoding", file, en, ko, _save_again(file))]
    problems: list[Problem] = []
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
        problems.append(
            Problem(
                "byte-order-mark",
                file,
                text("begins with a byte-order mark, which is ignored", "바이트 순서 표시(BOM)로 시작합니다(무시함)"),
                text("", ""),
                1,
                level="note",
            )
        )
    try:
        decoded = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        guess = _guess_encoding(content)
        en = f"the file is not UTF-8; it looks like {guess['en']} (first at line {line})"
        ko = f"UTF-8이 아닙니다. {guess['ko']}(으)로 보입니다 (처음 나오는 곳: {line}행)"
        return None, [_file_problem("wrong-encoding", file, en, ko, _save_again(file), line)]
    if "\ufffd" in decoded:
        line = decoded.count("\n", 0, decoded.index("\ufffd")) + 1
        en, ko = "damaged text (replacement character U+FFFD)", "글자가 깨져 있습니다(대체 문자 U+FFFD)"
        remedy = text("convert the original file to UTF-8 again", "원본 파일을 UTF-8로 다시 변환하십시오")
        return None, [*problems, _file_problem("wrong-encoding", file, en, ko, remedy, line)]
    return decoded, problems


def _guess_encoding(content: bytes) -> Text:
    try:
        korean = content.decode("cp949")
    except UnicodeDecodeError:
        return text("Windows-1252 or Latin-1 (Western)", "Windows-1252 또는 Latin-1(서유럽)")
    if len(HANGUL.findall(korean)) >= 2:
        return text("cp949 / EUC-KR (Korean Windows)", "cp949 / EUC-KR(한국어 윈도우)")
    return text("Windows-1252 or Latin-1 (Western)", "Windows-1252 또는 Latin-1(서유럽)")


def read_table(path: Path, file: str) -> tuple[RawTable | None, list[Problem]]:
    """All cells of a CSV or Parquet file as text. A Parquet row's line is the one it would have as CSV."""
    if path.suffix == ".parquet":
        return _read_parquet(path, file)
    content, problems = read_text(path, file)
    if content is None:
        return None, problems
    header, header_problems = _header(content, file)
    problems += header_problems
    if header is None:
        return None, problems
    return _read_cells(content, header, file, problems)


def _header(content: str, file: str) -> tuple[list[str] | None, list[Problem]]:
    first = content.split("\n", 1)[0].rstrip("\r")
    if "\r" in first:
        en, ko = "lines end in CR only (old Macintosh)", "줄 끝이 CR만으로 되어 있습니다(옛 매킨토시)"
        return None, [_file_problem("wrong-encoding", file, en, ko, SAVE_AS_UTF8, 1)]
    header = next(csv.reader([first]), [])
    if len(header) <= 1 and any(mark in first for mark in ";\t|"):
        en, ko = "cells are not separated by commas", "쉼표로 구분되어 있지 않습니다"
        return None, [_file_problem("not-comma-separated", file, en, ko, SAVE_AS_UTF8, 1)]
    if not any(name.strip() for name in header):
        en, ko = "the first line holds no column names", "첫 줄에 열 이름이 없습니다"
        remedy = text("put the header in line 1", "머리글을 1행에 두십시오")
        return None, [_file_problem("no-header", file, en, ko, remedy, 1)]
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        en, ko = f"column '{twice[0]}' stands twice", f"'{twice[0]}' 열이 두 번 있습니다"
        remedy = text("keep one of them", "하나만 남기십시오")
        return None, [_file_problem("duplicate-column", file, en, ko, remedy, 1)]
    return header, []


def _read_cells(
    content: str, header: list[str], file: str, problems: list[Problem]
) -> tuple[RawTable | None, list[Problem]]:
    bad: dict[int, tuple[int, str]] = {}

    def set_aside(row: pa_csv.InvalidRow) -> str:
        bad[row.number] = (row.actual_columns, row.text)
        return "skip"

    body = content.split("\n", 1)[1] if "\n" in content else ""
    if not body.strip():
        problems.append(_file_problem("empty-file", file, "the table has no rows", "표에 행이 없습니다", _ADD_ROWS, 1))
        return None, problems
    try:
        table = pa_csv.read_csv(
            io.BytesIO(content.encode()),
            read_options=pa_csv.ReadOptions(
                use_threads=False, skip_rows=1, column_names=header, block_size=max(len(content) * 4, 1 << 20)
            ),
            parse_options=pa_csv.ParseOptions(invalid_row_handler=set_aside, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in header}, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        en, ko = f"cannot be read as CSV ({error})", f"CSV로 읽을 수 없습니다 ({error})"
        remedy = text("look for an open quotation mark", "닫히지 않은 따옴표를 찾으십시오")
        problems.append(_file_problem("not-csv", file, en, ko, remedy))
        return None, problems
    frame = table.to_pandas()
    lines_of_records = _record_lines(content)
    numbers = np.ones(len(frame) + len(bad) + 1, dtype=bool)
    numbers[0] = False
    numbers[[number - 1 for number in bad]] = False
    broken = _line_breaks(frame)
    if broken.any():
        problems += _broken_cells(frame, broken, file, lines_of_records, np.flatnonzero(numbers))
        return None, problems
    for number, (count, _) in bad.items():
        en = f"the row has {count} cells, the header has {len(header)}"
        ko = f"이 행은 {count}칸인데 머리글은 {len(header)}칸입니다"
        remedy = text(
            "write thousands without separators and put text with commas in quotation marks",
            "천 단위 구분 쉼표를 빼고, 쉼표가 든 글은 따옴표로 묶으십시오",
        )
        line = int(lines_of_records[min(number - 1, len(lines_of_records) - 1)])
        problems.append(_file_problem("wrong-cell-count", file, en, ko, remedy, line))
    frame.index = pd.Index(lines_of_records[np.flatnonzero(numbers)])
    return RawTable(file, frame), problems


def _record_lines(content: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Line numbers of the lines that hold something; blank lines are skipped, as in the CSV reader."""
    if "\n\n" not in content and "\r\n\r\n" not in content and not content.startswith(("\n", "\r\n")):
        return np.arange(1, content.count("\n") + (not content.endswith("\n")) + 1, dtype=np.int64)
    return np.array([i for i, line in enumerate(content.split("\n"), 1) if line.rstrip("\r")], dtype=np.int64)


def _line_breaks(frame: pd.DataFrame) -> pd.Series[bool]:
    broken = pd.Series(False, index=frame.index)
    for column in frame.columns:
        broken |= frame[column].str.contains("\n", regex=False)
    return broken


def _broken_cells(
    frame: pd.DataFrame,
    broken: pd.Series[bool],
    file: str,
    lines: np.ndarray[tuple[int], np.dtype[np.int64]],
    records: np.ndarray[tuple[int], np.dtype[np.intp]],
) -> list[Problem]:
    out: list[Problem] = []
    shift = 0
    for position in np.flatnonzero(broken.to_numpy()):
        row = frame.iloc[int(position)]
        column = next(str(c) for c in frame.columns if "\n" in row[c])
        at = min(int(records[position]) + shift, len(lines) - 1)
        shift += sum(str(cell).count("\n") for cell in row)
        out.append(
            Problem(
                "line-break",
                file,
                text(f"a line break inside '{column}'", f"'{column}' 칸 안에 줄바꿈이 있습니다"),
                text("one row a line: take it out", "한 행은 한 줄이어야 합니다. 줄바꿈을 빼십시오"),
                int(lines[at]),
                column,
                str(row[column]),
            )
        )
    return out


def _read_parquet(path: Path, file: str) -> tuple[RawTable | None, list[Problem]]:
    if not path.exists():
        return None, read_text(path, file)[1]
    try:
        table = pa_parquet.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        en, ko = f"cannot be read as Parquet ({error})", f"Parquet으로 읽을 수 없습니다 ({error})"
        return None, [_file_problem("not-parquet", file, en, ko, text("write it again", "다시 저장하십시오"))]
    if table.num_rows == 0:
        return None, [_file_problem("empty-file", file, "the table has no rows", "표에 행이 없습니다", _ADD_ROWS)]
    columns = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        try:
            columns[name] = column.cast(pa.string()).fill_null("").to_pandas()
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            en = f"column '{name}' holds {column.type}, not text or numbers"
            ko = f"'{name}' 열은 글이나 숫자가 아니라 {column.type}입니다"
            remedy = text("write plain text and numbers", "글과 숫자만 쓰십시오")
            return None, [_file_problem("not-parquet", file, en, ko, remedy)]
    frame = pd.DataFrame(columns)
    frame.index = pd.Index(np.arange(2, len(frame) + 2))
    return RawTable(file, frame), []
