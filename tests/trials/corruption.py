"""Ways in which a file comes to be broken, each driven by a seeded generator.

`tells`: whether the change may pass as a sound file with other content (a digit for a digit, a line less): nobody can
notice that, and the trial then asks only that what was read is what stands there. All others can be noticed.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

Corrupt = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Corruption:
    """name, what it does to a file, and the file names (by suffix) that it is for."""

    name: str
    apply: Corrupt
    suffixes: tuple[str, ...] = ()


TEXT = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".xml")
SHEET = (".xlsx",)
JSON = (".json", ".jsonl")
XML = (".xml",)
WRONG_CELLS = [
    "many",
    "=SUM(A1:A3)",
    "=1+1",
    "#REF!",
    "#N/A",
    "1,234",
    "1.234,5",
    "1e999",
    "-1e999",
    "NaN",
    "inf",
    "-",
    "١٢",
]
WRONG_CELLS += [
    "",
    " ",
    "12 3",
    "0x1F",
    "1_000",
    "5%",
    "None",
    "TRUE",
    "２０２０",
    "99999",
    "-7",
    "\u200b7",
    "7\u00a0",
    "x" * 40_000,
]


def _lines(data: bytes) -> list[bytes]:
    return data.split(b"\n")


def _mark(line: bytes) -> bytes:
    """What separates the cells of a line."""
    return max((b"\t", b",", b";"), key=line.count)


def truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def flip_bits(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def scramble(data: bytes, rng: random.Random) -> bytes:
    begin = rng.randrange(len(data))
    size = rng.randint(1, 200)
    return data[:begin] + rng.randbytes(size) + data[begin + size :]


def garbage(data: bytes, rng: random.Random) -> bytes:
    return rng.randbytes(rng.randint(1, 4000))


def nothing(data: bytes, rng: random.Random) -> bytes:
    return rng.choice([b"", b"\n", b"\n\n\n", b"\xef\xbb\xbf", b"   "])


def drop_line(data: bytes, rng: random.Random) -> bytes:
    lines = _lines(data)
    del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def repeat_line(data: bytes, rng: random.Random) -> bytes:
    lines = _lines(data)
    at = rng.randrange(len(lines))
    return b"\n".join([*lines[:at], lines[at], *lines[at:]])


def swap_lines(data: bytes, rng: random.Random) -> bytes:
    lines = _lines(data)
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def join_lines(data: bytes, rng: random.Random) -> bytes:
    at = rng.choice([i for i, byte in enumerate(data) if byte == 10] or [0])
    return data[:at] + data[at + 1 :]


def wrong_cell(data: bytes, rng: random.Random) -> bytes:
    lines = _lines(data)
    at = rng.randrange(len(lines))
    mark = _mark(lines[at])
    cells = lines[at].split(mark)
    cells[rng.randrange(len(cells))] = rng.choice(WRONG_CELLS).encode()
    lines[at] = mark.join(cells)
    return b"\n".join(lines)


def swap_cells(data: bytes, rng: random.Random) -> bytes:
    lines = _lines(data)
    at = rng.randrange(len(lines))
    mark = _mark(lines[at])
    cells = lines[at].split(mark)
    a, b = rng.randrange(len(cells)), rng.randrange(len(cells))
    cells[a], cells[b] = cells[b], cells[a]
    lines[at] = mark.join(cells)
    return b"\n".join(lines)


def _header(data: bytes, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    lines = _lines(data)
    mark = _mark(lines[0])
    lines[0] = mark.join(change(lines[0].split(mark)))
    return b"\n".join(lines)


def rename_column(data: bytes, rng: random.Random) -> bytes:
    def change(names: list[bytes]) -> list[bytes]:
        at = rng.randrange(len(names))
        names[at] = rng.choice([names[at] + b"_new", names[at][:-1], b"", b"x", names[0], "국가".encode()])
        return names

    return _header(data, change)


def drop_header(data: bytes, rng: random.Random) -> bytes:
    return b"\n".join(_lines(data)[1:])


def column_away(data: bytes, rng: random.Random) -> bytes:
    lines = _lines(data)
    mark = _mark(lines[0])
    at = rng.randrange(len(lines[0].split(mark)))
    return b"\n".join(mark.join(c for i, c in enumerate(line.split(mark)) if i != at) for line in lines)


def other_separator(data: bytes, rng: random.Random) -> bytes:
    mark = _mark(_lines(data)[0])
    return data.replace(mark, rng.choice([other for other in (b",", b";", b"\t", b"|") if other != mark]))


def open_quote(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + b'"' + data[at:]


def nul_bytes(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + b"\x00" * rng.randint(1, 9) + data[at:]


def line_ends(data: bytes, rng: random.Random) -> bytes:
    return data.replace(b"\n", rng.choice([b"\r\n", b"\r", b"\n\n", b"\r\r\n"]))


def encoding(data: bytes, rng: random.Random) -> bytes:
    said = data.decode("utf-8", "replace")  # one case is in Western Windows
    codec = rng.choice(["utf-8-sig", "cp949", "euc-kr", "utf-16", "utf-16-le", "latin-1", "shift-jis", "utf-32"])
    return said.encode(codec, "replace")


def compress_badly(data: bytes, rng: random.Random) -> bytes:
    packed = gzip.compress(data)
    return rng.choice([packed, packed[: len(packed) // 2], flip_bits(packed, rng)])


def bomb(data: bytes, rng: random.Random) -> bytes:
    """A small file that unpacks to 100 MB: as gzip or ZIP, whichever the name asks for."""
    return _zip_bomb() if rng.random() < 0.5 else _gzip_bomb()


def _gzip_bomb() -> bytes:
    block = gzip.compress(b"0" * (10 << 20), 9)
    return block * 10


def _zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (100 << 20))
    return out.getvalue()


def other_format(data: bytes, rng: random.Random) -> bytes:
    return rng.choice(
        [
            b"%PDF-1.7\n1 0 obj\n",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
            b"<html><body>404 Not Found</body>",
            b'{"error": "rate limit"}',
            b"PK\x03\x04" + rng.randbytes(300),
            b"PAR1" + rng.randbytes(64) + b"PAR1",
        ]
    )


def deep_json(data: bytes, rng: random.Random) -> bytes:
    if data.lstrip()[:1] not in (b"{", b"["):
        return b"[" * 100_000
    said = json.loads(data)
    said["data" if "data" in said else "resources"] = rng.choice(
        [None, 3, [], {}, [3], [[]], "x", [None], [{"a": [1]}]]
    )
    return rng.choice([b'{"data":' * 60_000, json.dumps(said).encode()])


_JSON_NUMBER = re.compile(rb"(?<=[:,\[ ])-?[0-9]+(?:\.[0-9]+)?(?=[,}\] \n])")
_WRONG_JSON = [
    b"null",
    b"true",
    b'"many"',
    b'"7"',
    b"-1",
    b"99999",
    b"1e999",
    b"NaN",
    b"[]",
    b"{}",
    b"[1]",
    b"0.5",
    b"7",
]
_JSON_NAME = re.compile(rb'"([A-Za-z_][A-Za-z_0-9]*)"(?=: )')


def json_value(data: bytes, rng: random.Random) -> bytes:
    """A number becomes another, or no number."""
    found = list(_JSON_NUMBER.finditer(data))
    if not found:
        return data
    one = rng.choice(found)
    return data[: one.start()] + rng.choice(_WRONG_JSON) + data[one.end() :]


def json_name(data: bytes, rng: random.Random) -> bytes:
    """A key is called otherwise, once or everywhere."""
    found = list(_JSON_NAME.finditer(data))
    if not found:
        return data
    one = rng.choice(found)
    if rng.random() < 0.5:
        return data.replace(one.group(), b'"' + one.group(1) + b'_new"')
    return data[: one.start()] + b'"' + one.group(1)[:-1] + b'"' + data[one.end() :]


# ------------------------------------------------------------------------------------------------------- XML


_ATTRIBUTE = re.compile(rb'(?<= )([A-Za-z_:]+)="([^"]*)"')
_ELEMENT = re.compile(rb"<[A-Za-z][^<>]*/>")


def xml_value(data: bytes, rng: random.Random) -> bytes:
    """An attribute's value is of another kind, or empty."""
    one = rng.choice(list(_ATTRIBUTE.finditer(data)) or [None])  # type: ignore[list-item]
    if one is None:
        return data
    new = rng.choice(WRONG_CELLS).encode().replace(b"&", b"&amp;").replace(b"<", b"&lt;")
    return data[: one.start(2)] + new + data[one.end(2) :]


def xml_name(data: bytes, rng: random.Random) -> bytes:
    """An attribute is called otherwise (once or everywhere), is missing, or stands twice."""
    found = list(_ATTRIBUTE.finditer(data))
    if not found:
        return data
    one = rng.choice(found)
    how = rng.randrange(4)
    if how == 0:
        return re.sub(rb"(?<= )" + re.escape(one.group(1)) + rb"(?==\")", one.group(1) + b"_new", data)
    new = (b"", one.group(1) + b"X" + data[one.end(1) : one.end()], one.group() + b" " + one.group())[how - 1]
    return data[: one.start()] + new + data[one.end() :]


def xml_element(data: bytes, rng: random.Random) -> bytes:
    """An element is missing, stands twice, or trades places with another."""
    found = list(_ELEMENT.finditer(data))
    if len(found) < 2:
        return data
    a, b = sorted(rng.sample(found, 2), key=lambda one: one.start())
    how = rng.randrange(3)
    if how == 0:
        return data[: a.start()] + data[a.end() :]
    if how == 1:
        return data[: a.end()] + a.group() + data[a.end() :]
    return data[: a.start()] + b.group() + data[a.end() : b.start()] + a.group() + data[b.end() :]


def xml_entities(data: bytes, rng: random.Random) -> bytes:
    """A document type with entities that explode, that read a file, or that nobody declared."""
    many = b"".join(b'<!ENTITY %c "%s">' % (99 + i, b"&%c;" % (98 + i) * 10) for i in range(8))
    declared = rng.choice(
        [
            b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">' + many + b"]>",
            b'<!DOCTYPE a [<!ENTITY j SYSTEM "file:///etc/hostname">]>',
            b"",
        ]
    )
    head, end, rest = data.partition(b"?>")
    return head + end + declared + rest.replace(b'="', b'="&j;', 1)


def xml_deep(data: bytes, rng: random.Random) -> bytes:
    """Elements within elements, some tens of thousands deep."""
    head, end, rest = data.partition(b"?>")
    opened, root, _ = rest.partition(b">")
    return head + end + opened + root + b"<a>" * 60_000


# ------------------------------------------------------------------------------------------------- workbooks


def _repacked(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = change(info.filename, old.read(info))
            if content is not None:
                new.writestr(info.filename, content)
    return out.getvalue()


def _sheets(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [name for name in archive.namelist() if name.startswith("xl/worksheets/")]


def _in_sheet(data: bytes, rng: random.Random, change: Callable[[bytes], bytes]) -> bytes:
    chosen = rng.choice(_sheets(data))
    return _repacked(data, lambda name, content: change(content) if name == chosen else content)


_CELL = re.compile(rb"<c [^>]*?(?:/>|>.*?</c>)", re.S)


def sheet_cell(data: bytes, rng: random.Random) -> bytes:
    """A cell becomes text, an error, a formula without or with a stored value, a truth value, nothing."""
    kinds: list[bytes] = [
        b'<c r="@" t="inlineStr"><is><t>many</t></is></c>',
        b'<c r="@" t="e"><v>#REF!</v></c>',
        b'<c r="@"><f>SUM(A1:A9)</f></c>',
        b'<c r="@"><f>1+1</f><v></v></c>',
        b'<c r="@" t="b"><v>1</v></c>',
        b'<c r="@"/>',
        b'<c r="@"><v>1e999</v></c>',
        b'<c r="@"><v>12,5</v></c>',
        b'<c r="@" t="s"><v>999999</v></c>',
        b'<c r="@" t="d"><v>2020-01-01</v></c>',
        b'<c r="ZZZZZZ99"><v>1</v></c>',
        b'<c r="@" t="n"><v>NaN</v></c>',
        b'<c r="@" t="inlineStr"><is><t>=HYPERLINK("x")</t></is></c>',
        b'<c r="@" t="inlineStr"><is><t>' + b"y" * 50_000 + b"</t></is></c>",
    ]

    def change(content: bytes) -> bytes:
        found = list(_CELL.finditer(content))
        if not found:
            return content
        one = rng.choice(found)
        place = re.search(rb'r="([A-Z]+[0-9]+)"', one.group())
        new = rng.choice(kinds).replace(b"@", place.group(1) if place else b"A1")
        return content[: one.start()] + new + content[one.end() :]

    return _in_sheet(data, rng, change)


def sheet_formula(data: bytes, rng: random.Random) -> bytes:
    """A number cell becomes a formula whose stored value is the number it was."""

    def change(content: bytes) -> bytes:
        found = [
            one
            for one in re.finditer(rb"<v>([0-9.]+)</v></c>", content)
            if b't="s"' not in content[one.start() - 40 : one.start()]
        ]
        if not found:
            return content
        one = rng.choice(found)
        return content[: one.start()] + b"<f>A1*1</f>" + content[one.start() :]

    return _in_sheet(data, rng, change)


def sheet_rows(data: bytes, rng: random.Random) -> bytes:
    """A row away, or two rows in each other's place."""

    def change(content: bytes) -> bytes:
        found = list(re.finditer(rb"<row .*?</row>", content, re.S))
        if not found:
            return content
        one = rng.choice(found)
        return content[: one.start()] + content[one.end() :]

    return _in_sheet(data, rng, change)


def sheet_xml(data: bytes, rng: random.Random) -> bytes:
    """Broken XML in a sound archive: cut, flipped, entities that explode, a false size."""
    many = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">' + b"".join(
        b'<!ENTITY %c "%s">' % (99 + i, b"&%c;" % (98 + i) * 10) for i in range(8)
    )

    def change(content: bytes) -> bytes:
        return rng.choice(
            [
                content[: rng.randrange(len(content))],
                flip_bits(content, rng),
                b'<?xml version="1.0"?>' + many + b"]><worksheet>&j;</worksheet>",
                content.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'),
                b"",
                b"<worksheet/>",
                content.replace(b"<row ", b'<row r="1048577" ', 1),
            ]
        )  # fmt: skip

    return _in_sheet(data, rng, change)


def archive_part(data: bytes, rng: random.Random) -> bytes:
    """A part of the workbook is missing, empty or damaged."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        chosen = rng.choice(archive.namelist())
    how = rng.randrange(3)
    return _repacked(
        data,
        lambda name, content: content if name != chosen else (None, b"", flip_bits(content or b"x", rng))[how],
    )


def sheet_name(data: bytes, rng: random.Random) -> bytes:
    new = rng.choice([b"Sheet1", b"", "자료".encode(), b"x" * 200])
    return _repacked(
        data,
        lambda name, content: (
            re.sub(rb'(<sheet [^>]*?name=")[^"]*', rb"\1" + new, content, count=1)
            if name == "xl/workbook.xml"
            else content
        ),
    )


ALL: tuple[Corruption, ...] = (
    Corruption("truncated", truncate),
    Corruption("bit-flipped", flip_bits),
    Corruption("scrambled", scramble),
    Corruption("garbage", garbage),
    Corruption("empty", nothing),
    Corruption("bomb", bomb),
    Corruption("other format", other_format),
    Corruption("line dropped", drop_line, TEXT),
    Corruption("line repeated", repeat_line, TEXT),
    Corruption("lines swapped", swap_lines, TEXT),
    Corruption("lines joined", join_lines, TEXT),
    Corruption("wrong cell", wrong_cell, TEXT),
    Corruption("wrong cell", wrong_cell, TEXT),
    Corruption("cells swapped", swap_cells, TEXT),
    Corruption("column renamed", rename_column, TEXT),
    Corruption("header away", drop_header, TEXT),
    Corruption("column away", column_away, TEXT),
    Corruption("other separator", other_separator, TEXT),
    Corruption("open quotation mark", open_quote, TEXT),
    Corruption("NUL bytes", nul_bytes, TEXT),
    Corruption("line ends", line_ends, TEXT),
    Corruption("other encoding", encoding, TEXT),
    Corruption("badly compressed", compress_badly, TEXT),
    Corruption("JSON of another shape", deep_json, (".json",)),
    Corruption("JSON value", json_value, JSON),
    Corruption("JSON value", json_value, JSON),
    Corruption("JSON name", json_name, JSON),
    Corruption("XML value", xml_value, XML),
    Corruption("XML value", xml_value, XML),
    Corruption("XML name", xml_name, XML),
    Corruption("XML element", xml_element, XML),
    Corruption("XML entities", xml_entities, XML),
    Corruption("XML too deep", xml_deep, XML),
    Corruption("sheet cell", sheet_cell, SHEET),
    Corruption("sheet cell", sheet_cell, SHEET),
    Corruption("formula with a stored value", sheet_formula, SHEET),
    Corruption("sheet row away", sheet_rows, SHEET),
    Corruption("broken XML", sheet_xml, SHEET),
    Corruption("workbook part", archive_part, SHEET),
    Corruption("sheet renamed", sheet_name, SHEET),
)


def for_file(name: str) -> list[Corruption]:
    """The corruptions that make sense for a file of that name."""
    suffix = "." + name.rsplit(".", 1)[-1]
    return [one for one in ALL if not one.suffixes or suffix in one.suffixes]
