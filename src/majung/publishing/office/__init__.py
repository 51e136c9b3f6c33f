"""Office papers, as ministries circulate them: a plain document, written as DOCX or HWPX.

`Document` is what a paper is made of; `docx.render(document)` and `hwpx.render(document)` give the file. The same
document is always the same bytes: no clock, no chance, no author stands in them, and nothing outside is referred to.
"""

from majung.publishing.office import docx, hwpx
from majung.publishing.office.document import (
    Block,
    Document,
    Facts,
    Heading,
    Numbered,
    Paragraph,
    Table,
    paragraphs,
)

RENDERERS = {"hwpx": hwpx.render, "docx": docx.render}
"""How a document becomes a file, by the end of the file's name."""
MEDIA_TYPES = {
    "hwpx": "application/hwp+zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

__all__ = [
    "MEDIA_TYPES",
    "RENDERERS",
    "Block",
    "Document",
    "Facts",
    "Heading",
    "Numbered",
    "Paragraph",
    "Table",
    "paragraphs",
]
