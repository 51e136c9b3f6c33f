"""Text as published: UTF-8 with or without byte-order mark, UTF-16, Korean Windows (cp949); recognised, never guessed.

A publisher that writes Western Windows (cp1252, which Latin-1 is a part of) is named by its format: the bytes alone do
not tell that from Korean.

What is decoded as something other than UTF-8 is said in a note; what fits nothing is refused with the line.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from majung.evidence.importers.inputs import DOWNLOAD_AGAIN, Input, file_error
from majung.evidence.problems import EvidenceError, text
from majung.evidence.reading import HANGUL, SAVE_AS_UTF8

if TYPE_CHECKING:
    from majung.evidence.importers.context import Context

LOOK = 4 << 20
"""Bytes that are looked at to recognise the encoding."""

_NAMES = {"cp949": "cp949 / EUC-KR", "cp1252": "cp1252 / Latin-1", "utf-16": "UTF-16", "utf-8-sig": "UTF-8"}


def recognise(input_: Input, legacy: str = "cp949") -> str:
    """Codec of a text file from its first bytes. Raises EvidenceError for binary files and unknown encodings.

    legacy: cp949 or cp1252, what the format's publisher writes where it does not write Unicode.
    """
    with input_.open() as stream:
        head = stream.read(LOOK)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"PAR1")):
        kind = {b"PK": "a spreadsheet or ZIP file", b"\xd0\xcf": "an old Excel file", b"%P": "a PDF"}
        words = kind.get(head[:2], "a compressed or binary file")
        raise file_error(
            input_.name,
            "wrong-format",
            text(f"this is {words}, not a text table", "글 형식의 표가 아니라 이진 파일입니다"),
            text("give the file with the suffix it should have", "알맞은 확장자의 파일을 지정하십시오"),
        )
    if b"\x00" in head:
        raise _nul(input_.name, head.count(b"\n", 0, head.index(b"\x00")) + 1)
    if _fits("utf-8", head):
        return "utf-8-sig"
    if _fits(legacy, head) and (legacy != "cp949" or len(HANGUL.findall(head.decode("cp949", "ignore"))) >= 2):
        return legacy
    line = _first_misfit(head)
    raise file_error(
        input_.name,
        "wrong-encoding",
        text(
            f"the file is neither UTF-8 nor {legacy} (first at line {line})",
            f"UTF-8도 {legacy}도 아닙니다 (처음 나오는 곳: {line}행)",
        ),
        SAVE_AS_UTF8,
        line,
    )


def _fits(codec: str, head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(head, final=len(head) < LOOK)
    except UnicodeDecodeError:
        return False
    return True


def _first_misfit(head: bytes) -> int:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return head.count(b"\n", 0, error.start) + 1
    return 1


def _nul(file: str, line: int) -> EvidenceError:
    return file_error(
        file,
        "nul-byte",
        text("holds NUL bytes: it is damaged or no text", "NUL 바이트가 있습니다. 손상되었거나 글 파일이 아닙니다"),
        DOWNLOAD_AGAIN,
        line,
    )


@contextmanager
def text_lines(input_: Input, context: Context, legacy: str = "cp949") -> Iterator[Iterator[str]]:
    """The lines of a text file, with their ends. Raises EvidenceError, with the line, where the encoding breaks."""
    codec = recognise(input_, legacy)
    if codec != "utf-8-sig":
        context.note(
            "encoding",
            text(f"read as {_NAMES[codec]}", f"{_NAMES[codec]}(으)로 읽었습니다"),
            file=input_.name,
        )
    with input_.open() as stream, io.TextIOWrapper(stream, codec, newline="") as wrapped:
        yield _lines(wrapped, input_.name, codec)


def _lines(wrapped: io.TextIOWrapper, file: str, codec: str) -> Iterator[str]:
    number = 0
    try:
        for line in wrapped:
            number += 1
            if "\x00" in line:
                raise _nul(file, number)
            yield line
    except UnicodeDecodeError as error:
        # The decoder works ahead in blocks: the fault lies at the line given or within the next few thousand.
        raise file_error(
            file,
            "wrong-encoding",
            text(
                f"a byte that is not {_NAMES[codec]} after line {number} ({error.reason})",
                f"{number}행 다음에 {_NAMES[codec]}이(가) 아닌 바이트가 있습니다",
            ),
            SAVE_AS_UTF8,
            number + 1,
        ) from None
