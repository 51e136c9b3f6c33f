"""Office papers: what is written is read again by readers of others, and nothing else stands in the files."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import docx
import pytest
from docx.shared import Mm
from hypothesis import given
from hypothesis import strategies as st

from majung.publishing.office import (
    RENDERERS,
    Document,
    Facts,
    Heading,
    Numbered,
    Paragraph,
    Table,
    paragraphs,
)
from office_readers import READERS

PAPER = Document(
    language="ko",
    title="제1차 회의록",
    kicker="태스크포스 · 작업반",
    note="연습",
    blocks=[
        Facts([("일시", "2021. 4. 9.(금) 10:00"), ("장소", "세종\n301호")]),
        Heading("안건"),
        Numbered([("1.", "첫 안건"), ("3.", "Third point")]),
        Heading("결과", 2),
        *paragraphs("본문 첫 줄\n\n둘째 줄"),
        Paragraph("덧붙임", quiet=True),
        Table(["직위", "소속", "출석"], [["과장", "산업부", "참석"], ["국장", "기재부", "불참"]], (2, 2, 1)),
        Paragraph("끝."),
    ],
)
TABLES = [
    [["일시", "2021. 4. 9.(금) 10:00"], ["장소", "세종\n301호"]],
    [["직위", "소속", "출석"], ["과장", "산업부", "참석"], ["국장", "기재부", "불참"]],
]
LINES = ["연습", "태스크포스 · 작업반", "제1차 회의록", "안건", "1. 첫 안건", "3. Third point", "결과"]
LINES += ["본문 첫 줄", "둘째 줄", "덧붙임", "끝."]

FORMATS = sorted(RENDERERS)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("end", FORMATS)
def test_everything_is_read_again_in_order(end: str) -> None:
    lines, tables = READERS[end](RENDERERS[end](PAPER))
    assert lines == LINES
    assert tables == TABLES


@pytest.mark.parametrize("end", FORMATS)
def test_the_same_document_is_the_same_bytes_and_another_is_not(end: str) -> None:
    again = Document(PAPER.language, PAPER.title, list(PAPER.blocks), PAPER.kicker, PAPER.note)
    assert RENDERERS[end](PAPER) == RENDERERS[end](again)
    assert RENDERERS[end](PAPER) != RENDERERS[end](Document("ko", "제2차 회의록", PAPER.blocks, PAPER.kicker))
    with zipfile.ZipFile(io.BytesIO(RENDERERS[end](PAPER))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("end", FORMATS)
def test_hostile_text_stays_text(end: str) -> None:
    hostile = "</w:t></hp:t><script>&lt;{{ 7*7 }}{% raw %}\x00\x08\x1b\ud800\ufffe\u202eevil]]>\"'"
    paper = Document(
        "en",
        hostile,
        [
            Heading(hostile),
            Paragraph(hostile),
            Numbered([(hostile, hostile)]),
            Facts([(hostile, hostile)]),
            Table([hostile], [[hostile]]),
        ],
        hostile,
        hostile,
    )
    plain = "</w:t></hp:t><script>&lt;{{ 7*7 }}{% raw %}evil]]>\"'"
    lines, tables = READERS[end](RENDERERS[end](paper))
    assert lines == [plain, plain, plain, plain, plain, f"{plain} {plain}"]
    assert tables == [[[plain, plain]], [[plain], [plain]]]


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=40))
def test_any_text_makes_sound_xml(text: str) -> None:
    paper = Document("ko", text, [Paragraph(text), Facts([(text, text)])], text, text)
    for render in RENDERERS.values():
        for name, content in parts(render(paper)).items():
            if name != "mimetype":
                ElementTree.fromstring(content)  # noqa: S314  (our own)


@pytest.mark.parametrize("end", FORMATS)
def test_nothing_outside_is_referred_to_and_nobody_is_named(end: str) -> None:
    found = parts(RENDERERS[end](PAPER))
    known = ("schemas.openxmlformats.org", "schemas.microsoft.com/office/word", "www.hancom.co.kr", "www.idpf.org")
    known += ("purl.org/dc/", "www.w3.org/1999/02/22-rdf-syntax-ns")
    for name, content in found.items():
        text = content.decode()
        assert "External" not in text, name
        for address in re.findall(r"[a-z]+://([^\"\s]+)", text):
            assert address.startswith(known), f"{name}: {address} is no name of a schema"
        assert not re.search(r"creator|lastModifiedBy|lastsaveby|CreatedDate|dcterms", text), name


def test_the_page_is_a4_with_the_margins_of_official_documents() -> None:
    section = docx.Document(io.BytesIO(RENDERERS["docx"](PAPER))).sections[0]
    sizes = (section.page_width, section.page_height)
    assert [round(size / Mm(1)) for size in sizes] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin / Mm(1)) for margin in margins] == [30, 15, 20, 15]
    page = re.search(rb"<hp:pagePr [^>]*>.*?</hp:pagePr>", parts(RENDERERS["hwpx"](PAPER))["Contents/section0.xml"])
    assert page is not None
    said = {name.decode(): int(value) for name, value in re.findall(rb'(\w+)="(\d+)"', page[0])}
    mm = {name: round(value / 7200 * 25.4) for name, value in said.items()}
    assert (mm["width"], mm["height"], mm["left"], mm["right"]) == (210, 297, 20, 15)
    assert (mm["top"] + mm["header"], mm["bottom"] + mm["footer"]) == (30, 15)


def test_tables_are_ruled_with_a_head_that_is_repeated() -> None:
    word = parts(RENDERERS["docx"](PAPER))
    assert word["word/document.xml"].count(b"<w:tblHeader/>") == 1, "facts have no head row"
    assert b'<w:insideH w:val="single"' in word["word/styles.xml"]
    section = parts(RENDERERS["hwpx"](PAPER))["Contents/section0.xml"].decode()
    facts, table = re.findall(r"<hp:tbl [^>]*>.*?</hp:tbl>", section)
    assert ('repeatHeader="0"' in facts, 'repeatHeader="1"' in table) == (True, True)
    assert f'height="{3 * 1800}"' in table
    assert [int(width) for width in re.findall(r'<hp:cellSz width="(\d+)"', table)[:3]] == [19842, 19843, 9921]
    header = parts(RENDERERS["hwpx"](PAPER))["Contents/header.xml"].decode()
    assert re.search(r'<hh:borderFill id="3".*?<hh:leftBorder type="SOLID"', header)


@pytest.mark.parametrize(("end", "part"), [("docx", "word/styles.xml"), ("hwpx", "Contents/header.xml")])
def test_the_font_is_pretendard(end: str, part: str) -> None:
    found = parts(RENDERERS[end](PAPER))
    fonts = set(re.findall(r'(?:w:rFonts w:ascii|w:hAnsi|face)="([^"]+)"', found[part].decode()))
    assert fonts - {"Noto Sans KR"} == {"Pretendard"}
    assert any(b'"Noto Sans KR"' in content for content in found.values())


def test_hwpx_says_what_it_is_at_its_beginning() -> None:
    content = RENDERERS["hwpx"](PAPER)
    assert content[30:57] == b"mimetypeapplication/hwp+zip"


def test_a_ragged_table_is_refused() -> None:
    with pytest.raises(ValueError, match="2 heads"):
        Table(["a", "b"], [["1", "2"], ["3"]])
    with pytest.raises(ValueError, match="2 heads"):
        Table(["a", "b"], [], (1, 2, 3))
