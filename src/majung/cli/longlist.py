"""`majung longlist`: candidates that nobody has defined yet, with the rows they rest on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from majung.cli.evidence import AsJson, Lang, language, print_json
from majung.cli.progress import console
from majung.cli.tables import line_spans
from majung.discovery.longlist import Candidate, LongList, longlist
from majung.evidence import Language, Package
from majung.evidence.lineage import SourceRows
from majung.programme import Programme, load_programme

SHOWN_KNOWN = 3


def longlist_command(
    programme: Annotated[Path, typer.Argument(help="Programme folder.")] = Path("programmes/korea-2021"),
    new: Annotated[bool, typer.Option("--new", help="Only candidates that no definition holds.")] = False,
    rows: Annotated[bool, typer.Option("--rows", help="Also print the source rows of each signal.")] = False,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Draw up a long list of fields to look into: emerging, near in the product space, or drawing venture money."""
    chosen = language(lang)
    loaded = load_programme(programme)
    found = longlist(loaded)
    if as_json:
        print_json(found.as_dict())
        return
    shown = found.new if new else found.candidates
    for number, one in enumerate(shown, 1):
        _print_candidate(number, one, loaded, chosen, rows)
    _print_coverage(found, loaded, chosen)


def _print_candidate(number: int, one: Candidate, programme: Programme, lang: Language, rows: bool) -> None:
    others = [label[lang] for label in one.labels[1:]]
    name = one.name[lang] + (f" (+ {', '.join(others)})" if others else "")
    console.print(f"{number:>3}  {name}", style="bold", markup=False, highlight=False, soft_wrap=True)
    names = {key: industry.name[lang] for key, industry in programme.industries.items()}
    if one.known:
        held = [f"{'●' if k.area else ''}{names[k.industry]}" for k in one.known[:SHOWN_KNOWN]]
        rest = len(one.known) - SHOWN_KNOWN
        more = (f" 외 {rest}개" if lang == "ko" else f" and {rest} more") if rest > 0 else ""
        if one.known[0].itself:
            head = "정의된 산업" if lang == "ko" else "is"
        else:
            head = "상위 부문으로 정의에 있음" if lang == "ko" else "a parent in the definitions of"
        console.print(
            f"     {head}: {', '.join(held)}{more}", style="dim", markup=False, highlight=False, soft_wrap=True
        )
    else:
        said = "어느 정의에도 없음" if lang == "ko" else "in no definition"
        if one.residual:
            said += (
                " (기타 분류라 무엇이 늘었는지 알 수 없음)"
                if lang == "ko"
                else " (a residual class: what grows is not said)"
            )
        console.print(f"     {said}", style="green", markup=False, highlight=False, soft_wrap=True)
    for tie in one.ties:
        pair = " + ".join(programme.evidence.label(tie.classification, code)[lang] for code in tie.codes)
        moved = (
            f"{pair}: 해마다 함께 움직임(r = {tie.correlation:.2f}, 국가-연도 {tie.points}개), 같은 기업일 수 있음"
            if lang == "ko"
            else f"{pair} move together (r = {tie.correlation:.2f} over {tie.points} country-years): perhaps largely "
            "the same firms"
        )
        console.print(f"     {moved}", style="dim", markup=False, highlight=False, soft_wrap=True)
    for signal in one.signals:
        label = programme.evidence.label(signal.classification, signal.code)[lang]
        console.print(f"     · {label}: {signal.says[lang]}", markup=False, highlight=False, soft_wrap=True)
        if rows:
            for line in _places(programme.evidence, signal.rows):
                console.print(f"         {line}", style="dim", markup=False, highlight=False, soft_wrap=True)


def _places(evidence: Package, rows: SourceRows) -> list[str]:
    out: list[str] = []
    for table, numbers in rows.items():
        by_file: dict[str, list[int]] = {}
        for number in numbers:
            file, line = evidence.locate(table, number)
            by_file.setdefault(file, []).append(line)
        out += [f"{file}: {line_spans(sorted(lines))}" for file, lines in by_file.items()]
    return out


_KINDS: dict[Language, dict[str, str]] = {
    "en": {"emergence": "emergence", "opportunity": "opportunity", "momentum": "venture momentum"},
    "ko": {"emergence": "부상", "opportunity": "진입 기회", "momentum": "벤처 투자 가속"},
}
_HEADS: dict[Language, tuple[str, ...]] = {
    "en": ("signal", "data set", "period", "codes", "passed", "by chance at most"),
    "ko": ("신호", "자료", "기간", "코드", "통과", "우연이면 최대"),
}


def _print_coverage(found: LongList, programme: Programme, lang: Language) -> None:
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(_HEADS[lang]):
        table.add_column(head, justify="right" if number >= 3 else "left", overflow="fold")
    for one in found.looked:
        name = f"{one.table} {one.classification}/{one.measure}" if one.measure else one.table
        chance = "" if one.by_chance != one.by_chance else f"{one.by_chance:.1f}"
        passed = "–" if one.skipped else str(one.passed)
        table.add_row(_KINDS[lang][one.kind], name, one.period, str(one.codes), passed, chance)
    console.print(table)
    for one in found.looked:
        if one.skipped:
            name = f"{one.table} {one.classification}/{one.measure}" if one.measure else one.table
            head = "보지 않음" if lang == "ko" else "not looked at"
            said = f"{head}: {_KINDS[lang][one.kind]}, {name}: {one.skipped[lang]}"
            console.print(said, markup=False, highlight=False, soft_wrap=True)
    names = {key: industry.name[lang] for key, industry in programme.industries.items()}
    total = len(found.met) + len(found.unmet)
    unmet = ", ".join(names[key] for key in found.unmet)
    said = (
        f"후보 {len(found.candidates)}개, 그 가운데 {len(found.new)}개는 어느 정의에도 없음. "
        f"정의된 산업 {total}개 가운데 {len(found.met)}개가 후보에 나타남"
        + (f" (나타나지 않음: {unmet})" if unmet else "")
        if lang == "ko"
        else f"{len(found.candidates)} candidates, {len(found.new)} of them in no definition; "
        f"{len(found.met)} of {total} definitions hold one" + (f" (none: {unmet})" if unmet else "")
    )
    console.print(said, markup=False, highlight=False, soft_wrap=True)
    for caveat in found.caveats:
        console.print(f"- {caveat[lang]}", style="dim", markup=False, highlight=False, soft_wrap=True)
    for licence in programme.evidence.licences():
        if licence.rows:
            head = "근거 자료" if lang == "ko" else "Evidence under"
            said = f"{head} {licence.name}: {', '.join(licence.sources)}"
            console.print(said, style="dim", markup=False, highlight=False, soft_wrap=True)
