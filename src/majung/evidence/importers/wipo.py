"""WIPO's 35 technology fields: numbers, codes, names; and the concordance that puts IPC symbols into them.

Source: Schmoch, U. (2008), Concept of a Technology Classification for Country Comparisons, report to WIPO (revised
since); IPC-Technology Concordance, WIPO statistics; PATSTAT table tls901_techn_field_ipc. A field is a set of IPC
subclasses or main groups; every symbol belongs to one field, a main group's own entry going before its subclass's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from majung.evidence.importers.context import Context
from majung.evidence.importers.delimited import read_rows
from majung.evidence.importers.format import Column
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.problems import Text, text

CLASSIFICATION = "wipo35"
FIELDS: Mapping[int, tuple[str, str, str]] = {
    1: ("electrical-machinery-apparatus-energy", "Electrical machinery, apparatus, energy", "전기기계·기구·에너지"),
    2: ("audio-visual-technology", "Audio-visual technology", "영상·음향 기술"),
    3: ("telecommunications", "Telecommunications", "전기통신"),
    4: ("digital-communication", "Digital communication", "디지털 통신"),
    5: ("basic-communication-processes", "Basic communication processes", "기초 통신 프로세스"),
    6: ("computer-technology", "Computer technology", "컴퓨터 기술"),
    7: ("it-methods-for-management", "IT methods for management", "경영용 IT 기법"),
    8: ("semiconductors", "Semiconductors", "반도체"),
    9: ("optics", "Optics", "광학"),
    10: ("measurement", "Measurement", "계측"),
    11: ("analysis-of-biological-materials", "Analysis of biological materials", "생물재료 분석"),
    12: ("control", "Control", "제어"),
    13: ("medical-technology", "Medical technology", "의료 기술"),
    14: ("organic-fine-chemistry", "Organic fine chemistry", "유기 정밀화학"),
    15: ("biotechnology", "Biotechnology", "바이오기술"),
    16: ("pharmaceuticals", "Pharmaceuticals", "의약품"),
    17: ("macromolecular-chemistry-polymers", "Macromolecular chemistry, polymers", "고분자 화학·폴리머"),
    18: ("food-chemistry", "Food chemistry", "식품 화학"),
    19: ("basic-materials-chemistry", "Basic materials chemistry", "기초 재료 화학"),
    20: ("materials-metallurgy", "Materials, metallurgy", "재료·야금"),
    21: ("surface-technology-coating", "Surface technology, coating", "표면 기술·코팅"),
    22: (
        "microstructural-technology-and-nanotechnology",
        "Microstructural technology and nanotechnology",
        "마이크로 구조·나노 기술",
    ),
    23: ("chemical-engineering", "Chemical engineering", "화학공학"),
    24: ("environmental-technology", "Environmental technology", "환경 기술"),
    25: ("handling", "Handling", "핸들링(물류·이송 기계)"),
    26: ("machine-tools", "Machine tools", "공작기계"),
    27: ("engines-pumps-turbines", "Engines, pumps, turbines", "엔진·펌프·터빈"),
    28: ("textile-and-paper-machines", "Textile and paper machines", "섬유·제지 기계"),
    29: ("other-special-machines", "Other special machines", "기타 특수기계"),
    30: ("thermal-processes-and-apparatus", "Thermal processes and apparatus", "열공정·장치"),
    31: ("mechanical-elements", "Mechanical elements", "기계 요소"),
    32: ("transport", "Transport", "운송"),
    33: ("furniture-games", "Furniture, games", "가구·게임"),
    34: ("other-consumer-goods", "Other consumer goods", "기타 소비재"),
    35: ("civil-engineering", "Civil engineering", "토목공학"),
}

COLUMNS = (
    Column(
        "ipc_maingroup_symbol",
        text("IPC subclass or main group", "IPC 서브클래스 또는 메인그룹"),
        aliases=("IPC_code", "IPC code", "ipc"),
    ),
    Column(
        "techn_field_nr",
        text("number of the field, 1 to 35", "기술 분야 번호(1~35)"),
        aliases=("Field_number", "Field number", "field_nr", "technology_field"),
    ),
)
_SYMBOL = re.compile(r"([A-H][0-9]{2}[A-Z])\s*0*([0-9]{0,4})(?:/.*)?[%*]?")


def declare(context: Context) -> None:
    """Declare the classification and its 35 codes in a part."""
    context.classification(
        CLASSIFICATION,
        text("WIPO technology fields (35)", "WIPO 기술 분야(35개)"),
        "IPC-Technology Concordance",
    )
    for code, en, ko in FIELDS.values():
        context.code(CLASSIFICATION, code, text(en, ko))


def labels() -> dict[str, Text]:
    """{code: name in both languages} of the 35 fields."""
    return {code: text(en, ko) for code, en, ko in FIELDS.values()}


def split_symbol(symbol: str) -> tuple[str, int | None] | None:
    """(subclass, main group) of an IPC symbol in any usual spelling; main group None for a whole subclass.

    `A61K   8/00`, `A61K8/02`, `A61K0008` and `A61K   8` are ("A61K", 8); `A61K` and `A61K%` ("A61K", None). None for
    what is no symbol.
    """
    found = _SYMBOL.fullmatch(symbol.strip().upper())
    return (found[1], int(found[2]) if found[2] else None) if found else None


@dataclass(frozen=True)
class Concordance:
    """groups: field number by (subclass, main group); subclasses: by subclass, for the groups without an entry."""

    groups: Mapping[tuple[str, int], int] = field(default_factory=dict)
    subclasses: Mapping[str, int] = field(default_factory=dict)

    def field_of(self, symbol: str) -> int | None:
        """Number of the field of an IPC symbol, or None where the concordance has none."""
        found = split_symbol(symbol)
        if found is None:
            return None
        subclass, group = found
        own = self.groups.get((subclass, group)) if group is not None else None
        return own or self.subclasses.get(subclass)


def shipped_concordance() -> Concordance:
    """The concordance that comes with Majung (crosswalks/data/ipc-wipo35, the edition of IPC 2018.01)."""
    from majung.evidence.crosswalks import shipped

    number = {code: one for one, (code, _, _) in FIELDS.items()}
    entries = {link.code_from: number[link.code_to] for link in shipped()["ipc-wipo35"].links}
    groups = {(symbol[:4], int(symbol[4:])): one for symbol, one in entries.items() if len(symbol) > 4}
    return Concordance(groups, {symbol: one for symbol, one in entries.items() if len(symbol) == 4})


def read_concordance(input_: Input, context: Context) -> Concordance:
    """The concordance as CSV: PATSTAT's tls901 or WIPO's own table. Raises EvidenceError when its columns do not fit or
    an entry stands twice with two fields."""
    groups: dict[tuple[str, int], int] = {}
    subclasses: dict[str, int] = {}
    before = context.file
    for rows in read_rows(input_, COLUMNS, context, others=True):
        cells = rows.cells
        for line, symbol, number in zip(
            rows.lines, cells["ipc_maingroup_symbol"], cells["techn_field_nr"], strict=True
        ):
            found = split_symbol(symbol)
            fits = number.strip().isascii() and number.strip().isdigit() and int(number) in FIELDS
            if found is None or not fits:
                reason = text(
                    f"'{symbol}' in field '{number}' is no entry of the concordance",
                    f"'{symbol}', 분야 '{number}'은(는) 연계표 항목이 아닙니다",
                )
                remedy = text("fields are 1 to 35", "분야 번호는 1부터 35까지입니다")
                context.bad("unknown-code", int(line), reason, remedy, column="techn_field_nr", value=number)
                continue
            subclass, group = found
            known = subclasses.setdefault(subclass, int(number)) if group is None else None
            known = groups.setdefault((subclass, group), int(number)) if group is not None else known
            if known != int(number):
                raise file_error(
                    input_.name,
                    "duplicate-key",
                    text(
                        f"'{symbol}' stands in the fields {known} and {number}", f"'{symbol}'이(가) 두 분야에 있습니다"
                    ),
                    text("take one edition of the concordance", "한 판의 연계표만 쓰십시오"),
                    int(line),
                )
    context.rows_read.pop(input_.name, None)
    context.file = before
    return Concordance(groups, subclasses)
