"""Input files as published: plain, gzip or members of a ZIP archive; opened within bounds, hashed by content.

A hostile or broken archive is refused before it fills memory or disk: the bounds are on what it expands to, not on
what it says.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, cast

from majung.evidence.problems import EvidenceError, Problem, Text, text

FREE_EXPANSION = 64 << 20
"""Bytes that a compressed file may always expand to."""
MAX_RATIO = 250
"""Above FREE_EXPANSION, how many times its size a file may expand to: tables of zeros reach 100, ZIP bombs 1,000."""
MAX_MEMBERS = 10_000
BROKEN = (EOFError, OSError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError)
"""What Python's archive readers raise on broken files (RuntimeError: encrypted)."""

DOWNLOAD_AGAIN = text("download the file again", "파일을 다시 내려받으십시오")


def file_error(file: str, rule: str, reason: Text, remedy: Text, line: int | None = None) -> EvidenceError:
    """An error about a file as a whole."""
    return EvidenceError.of(file, [Problem(rule, file, reason, remedy, line)])


def broken_archive(file: str, error: BaseException) -> EvidenceError:
    words = str(error) or type(error).__name__
    return file_error(
        file,
        "broken-archive",
        text(f"the file is damaged or cut off ({words})", f"파일이 손상되었거나 잘려 있습니다 ({words})"),
        DOWNLOAD_AGAIN,
    )


class _Bounded(io.RawIOBase):
    """A compressed stream that stops when it expands beyond the bounds."""

    def __init__(self, stream: IO[bytes], packed: int, file: str) -> None:
        self._stream = stream
        self._limit = max(FREE_EXPANSION, packed * MAX_RATIO)
        self._file = file
        self._taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer)).cast("B")
        try:
            data = self._stream.read(len(view))
        except BROKEN as error:
            raise broken_archive(self._file, error) from None
        self._taken += len(data)
        if self._taken > self._limit:
            raise file_error(
                self._file,
                "zip-bomb",
                text(
                    f"expands to more than {self._limit >> 20:,} MB, {MAX_RATIO} times its size: refused",
                    f"압축을 풀면 {self._limit >> 20:,} MB를 넘습니다(원래 크기의 {MAX_RATIO}배). 읽지 않습니다",
                ),
                text("unpack it by hand if you trust it", "믿을 수 있는 파일이라면 직접 압축을 푸십시오"),
            )
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


@dataclass(frozen=True)
class Input:
    """One file to read. member: its name inside the ZIP archive `path`, or ""."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """What messages and origins call it: the file's own name, without folders."""
        return (self.member or self.path.name).rsplit("/", 1)[-1]

    @property
    def suffix(self) -> str:
        """Lower-case suffix of the content: `.csv` for `x.csv.gz`."""
        name = self.name.lower().removesuffix(".gz")
        return "." + name.rsplit(".", 1)[-1] if "." in name else ""

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The content, unpacked, as a binary stream. Raises EvidenceError for what is broken or a bomb."""
        with self._packed() as (stream, packed):
            if not self.name.lower().endswith(".gz"):
                yield stream
                return
            bounded = _Bounded(cast("IO[bytes]", gzip.GzipFile(fileobj=stream)), packed, self.name)
            with io.BufferedReader(bounded, 1 << 20) as reader:
                yield cast("IO[bytes]", reader)

    @contextmanager
    def _packed(self) -> Iterator[tuple[IO[bytes], int]]:
        try:
            if not self.member:
                with self.path.open("rb") as stream:
                    yield stream, self.path.stat().st_size
                return
            with zipfile.ZipFile(self.path) as archive:
                size = archive.getinfo(self.member).compress_size
                raw = archive.open(self.member)
                with io.BufferedReader(_Bounded(raw, size, self.name), 1 << 20) as reader:
                    yield cast("IO[bytes]", reader), size
        except FileNotFoundError:
            raise file_error(
                self.name,
                "file-missing",
                text("file not found", "파일이 없습니다"),
                text("put the file there or correct its path", "파일을 두거나 경로를 고치십시오"),
            ) from None
        except (OSError, zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError) as error:
            raise broken_archive(self.name, error) from None

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """The content as a stream that can be searched: the file itself, or a temporary copy of a member."""
        if not self.member and not self.name.lower().endswith(".gz"):
            with self.open() as stream:
                yield stream
            return
        with tempfile.TemporaryFile() as copy, self.open() as stream:
            shutil.copyfileobj(stream, copy, 1 << 20)
            copy.seek(0)
            yield copy

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the file's bytes as they lie on disk (of a member: unpacked)."""
        whole = hashlib.sha256()
        with self._packed() as (stream, _):
            while block := stream.read(1 << 20):
                whole.update(block)
        return whole.hexdigest()

    @property
    def size(self) -> int:
        """Bytes on disk (of a member: packed)."""
        with self._packed() as (_, size):
            return size


def find_inputs(files: Sequence[str | Path], keep: Callable[[str], bool] = lambda _: True) -> list[Input]:
    """Files, the files of folders, and the members of ZIP archives, in order of name; hidden ones are left out.

    keep: which names of members and of files in folders are wanted. Raises EvidenceError when one is missing or empty.
    """
    out: list[Input] = []
    for given in map(Path, files):
        if given.is_dir():
            inside = sorted(p for p in given.rglob("*") if p.is_file() and not _hidden(p.relative_to(given).as_posix()))
            out += [Input(path) for path in inside if keep(path.name)]
        elif given.suffix.lower() == ".zip":
            out += [one for one in _members(given) if keep(one.name)]
        else:
            out.append(Input(given))
    for one in out:
        if one.size == 0:
            raise file_error(one.name, "empty-file", text("the file is empty", "파일이 비어 있습니다"), DOWNLOAD_AGAIN)
    if not out:
        names = ", ".join(str(f) for f in files)
        raise file_error(
            names,
            "file-missing",
            text("holds no file of this format", "이 형식의 파일이 없습니다"),
            text("`majung evidence formats` says which files belong to it", "`majung evidence formats`를 보십시오"),
        )
    return out


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _members(path: Path) -> list[Input]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except FileNotFoundError:
        Input(path).size  # noqa: B018 - raises the error that names the file
        raise
    except BROKEN as error:
        raise broken_archive(path.name, error) from None
    if len(names) > MAX_MEMBERS:
        raise file_error(
            path.name,
            "zip-bomb",
            text(f"holds more than {MAX_MEMBERS:,} files", f"파일이 {MAX_MEMBERS:,}개를 넘습니다"),
            text("unpack it and give the files that are meant", "압축을 풀어 필요한 파일만 지정하십시오"),
        )
    return [Input(path, name) for name in sorted(names) if not _hidden(name)]
