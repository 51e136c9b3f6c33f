"""Writes workbooks of old Excel (.xls) that hold text cells: BIFF8 records in a compound file of three sectors and up.

Formats: [MS-XLS] and [MS-CFB], Microsoft Open Specifications.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Cells = Mapping[tuple[int, int], str]
"""Text by (row, column), from 0."""


def write_xls(path: Path, sheets: Mapping[str, Cells]) -> Path:
    stream = _stream(sheets).ljust(4096, b"\0")  # a shorter stream would have to lie in the mini stream
    sectors = -(-len(stream) // 512)
    chain = [FAT, END, *range(3, sectors + 2), END]
    fat = struct.pack("<128I", *chain, *[FREE] * (128 - len(chain)))
    header = struct.pack(
        "<8s16x5H6x9I", bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[FREE] * 108)
    directory = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, len(stream))
    path.write_bytes(header + fat + directory.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0"))
    return path


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    return struct.pack("<64sH2B3I36xIQ", text, len(text) + 2, kind, 1, FREE, FREE, child, start, size)


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<2H", kind, len(body)) + body


def _stream(sheets: Mapping[str, Cells]) -> bytes:
    def begin(kind: int) -> bytes:
        return _record(0x0809, struct.pack("<4H2I", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    bodies = [begin(0x10) + b"".join(_label(*at, said) for at, said in cells.items()) + _record(0x0A)
              for cells in sheets.values()]  # fmt: skip
    start = len(begin(5)) + sum(12 + len(name) for name in sheets) + 4
    heads = b""
    for name, body in zip(sheets, bodies, strict=True):
        heads += _record(0x85, struct.pack("<I4B", start, 0, 0, len(name), 0) + name.encode("ascii"))
        start += len(body)
    return begin(5) + heads + _record(0x0A) + b"".join(bodies)


def _label(row: int, column: int, said: str) -> bytes:
    return _record(0x0204, struct.pack("<4HB", row, column, 0, len(said), 0) + said.encode("ascii"))
