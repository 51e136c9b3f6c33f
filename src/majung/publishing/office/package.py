"""The package of XML parts that both formats are: text made safe, parts written from templates, a ZIP without a clock.

A4 with the margins of Korean official documents: 30 mm above, 15 mm below, 20 mm left, 15 mm right.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

FONT, FALLBACK = "Pretendard", "Noto Sans KR"
PAGE_MM = (210, 297)
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 30, 15, 20, 15
TEXT_MM = PAGE_MM[0] - LEFT_MM - RIGHT_MM
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP file can state."""

_ILLEGAL = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # what XML 1.0 does not hold
    "|[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"  # controls; what turns the reading order
)


def clean(value: object) -> object:
    """Text of one line without what XML does not hold or what makes text read otherwise than it is written."""
    if type(value) is not str:  # what a macro has written is clean already
        return value
    return re.sub(r"[\t\n\r]+", " ", _ILLEGAL.sub("", value))


def lines(text: str) -> Sequence[str]:
    """The lines of a text, at least one."""
    return _ILLEGAL.sub("", text.replace("\x0b", "\n").replace("\u2028", "\n")).splitlines() or [""]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("majung.publishing", "templates/office"),
        autoescape=True,
        finalize=clean,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def part(template: str, **given: Any) -> bytes:
    """An XML part. The template's own line ends and indents are not kept: both formats print white space."""
    text = _environment().get_template(template).render(lines=lines, **given)
    return "".join(line.strip() for line in text.split("\n")).encode()


def packed(parts: Mapping[str, bytes], first: str = "") -> bytes:
    """The parts as a ZIP file in their order; the one named `first` is stored as it is, so that its text can be read at
    the beginning of the file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name == first else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return file.getvalue()
