"""Workbooks of old Excel (.xls), read by a process of its own with bounded memory and time.

The format has no check sums, and its reader (python-calamine) trusts what a file says of its size: one changed byte in
a real file of 700 KB made it ask for 10 GB and end the process. Here that ends the child, and is an error. Run as a
program, this file is the child; it therefore imports nothing of Majung at its top.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from majung.evidence.importers.inputs import Input

MAX_FILE = 32 << 20
MAX_MEMORY = 1 << 30
MAX_TEXT = 64 << 20
"""Characters in all cells together."""
MAX_SECONDS = 60

Sheets = dict[str, list[list[str]]]


def read_old_workbook(input_: Input) -> Sheets:
    """The cells of every sheet as text, by sheet name and row. Raises EvidenceError for what cannot be read within the
    bounds."""
    from majung.evidence.importers.inputs import broken_archive, file_error
    from majung.evidence.problems import text

    if input_.size > MAX_FILE:
        raise file_error(
            input_.name,
            "too-large",
            text(f"an .xls file of more than {MAX_FILE >> 20} MB", f"{MAX_FILE >> 20} MB를 넘는 .xls 파일입니다"),
            text("save it as .xlsx", ".xlsx로 저장하십시오"),
        )
    with input_.seekable() as stream:
        try:
            done = subprocess.run(
                [sys.executable, "-P", __file__], stdin=stream, capture_output=True, timeout=MAX_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise broken_archive(input_.name, TimeoutError(f"not read within {MAX_SECONDS} s")) from None
    if done.returncode != 0:
        raise broken_archive(input_.name, ValueError("no .xls workbook, or it asks for too much memory"))
    found: Sheets = json.loads(done.stdout)
    return found


def _bound_memory() -> None:
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(ValueError, OSError):  # macOS knows the limit and may refuse it
            resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def _cell_text(value: object) -> str:
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else str(value)  # type: ignore[call-overload]


def _main() -> int:
    import io

    import python_calamine

    _bound_memory()
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    sheets: Sheets = {}
    left = MAX_TEXT
    for name in book.sheet_names:
        sheets[name] = []
        for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False):  # row 1 first
            cells = [_cell_text(value) for value in row]
            left -= sum(map(len, cells)) + len(cells)
            if left < 0:
                return 1
            sheets[name].append(cells)
    json.dump(sheets, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
