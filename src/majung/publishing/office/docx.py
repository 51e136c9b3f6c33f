"""A document as DOCX (Office Open XML, ECMA-376)."""

from __future__ import annotations

from majung.publishing.office import package
from majung.publishing.office.document import Document

PARTS = {
    "[Content_Types].xml": "docx/content_types.xml.j2",
    "_rels/.rels": "docx/package_rels.xml.j2",
    "docProps/core.xml": "docx/core.xml.j2",
    "word/document.xml": "docx/document.xml.j2",
    "word/_rels/document.xml.rels": "docx/document_rels.xml.j2",
    "word/styles.xml": "docx/styles.xml.j2",
    "word/settings.xml": "docx/settings.xml.j2",
    "word/fontTable.xml": "docx/font_table.xml.j2",
    "word/footer1.xml": "docx/footer.xml.j2",
}


def twips(mm: float) -> int:
    """Twentieths of a point."""
    return round(mm / 25.4 * 1440)


def render(document: Document) -> bytes:
    """The file; the same document is the same bytes."""
    given = {
        "document": document,
        "language": {"ko": "ko-KR", "en": "en-GB"}[document.language],
        "font": package.FONT,
        "fallback": package.FALLBACK,
        "page": [twips(mm) for mm in package.PAGE_MM],
        "top": twips(package.TOP_MM),
        "bottom": twips(package.BOTTOM_MM),
        "left": twips(package.LEFT_MM),
        "right": twips(package.RIGHT_MM),
        "footer": twips(package.BOTTOM_MM / 2),
        "width": twips(package.TEXT_MM),
    }
    return package.packed({name: package.part(template, **given) for name, template in PARTS.items()})
