"""`majung texts classify|measure`: texts into industries by the queries of their definitions."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from majung.cli.evidence import AsJson, Lang, language, print_json
from majung.evidence import Language
from majung.methods.classification import Measured, Share
from majung.programme.folder import load_industries
from majung.programme.texts import BANDS, Classified, Classifier, Quality, quality, read_documents

app = typer.Typer(help="Put texts into industries by transparent queries; measure how well.", no_args_is_help=True)

Texts = Annotated[Path, typer.Argument(help="CSV: id, text and, where known, title, kind, language, industries.")]
ProgrammeFolder = Annotated[
    Path, typer.Option("--programme", help="Programme folder whose industries/ hold the queries.")
]
FOUNDING_CASE = Path("programmes/korea-2021")


@app.command("classify")
def classify_command(
    file: Texts,
    programme: ProgrammeFolder = FOUNDING_CASE,
    ask: Annotated[Path | None, typer.Option("--ask", help="Write the list for a person there (CSV).")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write every finding there (CSV).")] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Classify texts; say which words decided, and list the texts that a person should look at."""
    chosen = language(lang)
    defined = load_industries(programme)
    classifier = Classifier.of_industries(defined.values())
    names = {key: defined[key].name[chosen] for key in classifier.industries}
    found = classifier.classify(read_documents(file))
    if out is not None:
        _write_findings(out, found)
    if ask is not None:
        _write_questions(ask, found, chosen)
    if as_json:
        print_json([_as_dict(one) for one in found])
        return
    console = Console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in _HEADS[chosen]:
        table.add_column(head, overflow="fold")
    for one in found:
        for number, finding in enumerate(one.findings):
            table.add_row(
                one.document.id if number == 0 else "",
                names[finding.industry],
                _BAND[chosen][finding.band],
                ", ".join(finding.words),
                ", ".join(finding.terms),
            )
    console.print(table)
    asked = [one for one in found if one.ask is not None]
    said = Counter("in" if one.industries else "asked" if one.ask else "none" for one in found)
    console.print(
        f"{len(found):,}건: {said['in']:,}건 분류, {said['none']:,}건 해당 없음, {len(asked):,}건은 사람이 확인"
        if chosen == "ko"
        else f"{len(found):,} texts: {said['in']:,} classified, {said['none']:,} met no query, "
        f"{len(asked):,} for a person"
    )
    for one in asked:
        console.print(f"  {one.document.id}: {one.ask[chosen] if one.ask else ''}", markup=False, highlight=False)


@app.command("measure")
def measure_command(
    file: Annotated[Path, typer.Argument(help="Labelled CSV: id, text, industries (ids separated by semicolons).")],
    programme: ProgrammeFolder = FOUNDING_CASE,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Precision, recall and F1 on a labelled sample, each with its 90 % interval; what was wrong or missed."""
    chosen = language(lang)
    defined = load_industries(programme)
    classifier = Classifier.of_industries(defined.values())
    ids = list(classifier.industries)
    found = classifier.classify(read_documents(file))
    all_of_it = quality(found, ids)
    if as_json:
        print_json(_quality_as_dict(all_of_it))
        return
    names = {key: defined[key].name[chosen] for key in classifier.industries}
    console = Console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(_MEASURE_HEADS[chosen]):
        table.add_column(head, justify="left" if number == 0 else "right")
    for name, one in all_of_it.industries.items():
        table.add_row(names[name], *_cells(one))
    table.add_row("합계" if chosen == "ko" else "all together", *_cells(all_of_it.pooled), style="bold")
    for text_language in ("ko", "en"):
        part = [one for one in found if one.document.language == text_language]
        if part and len(part) < len(found):
            label = {"ko": {"ko": "한국어 글", "en": "영어 글"}, "en": {"ko": "Korean texts", "en": "English texts"}}
            table.add_row(label[chosen][text_language], *_cells(quality(part, ids).pooled))
    console.print(table)
    for band in BANDS:
        share = all_of_it.bands[band]
        right = f"{_BAND[chosen][band]}: {share.count} / {share.trials} ({_span(share)})"
        console.print(right, markup=False, highlight=False)
    said = (
        f"{all_of_it.texts}건 가운데 {all_of_it.asked}건은 사람이 확인, "
        f"놓친 것 {all_of_it.missed_but_asked}건이 그 안에 있음"
        if chosen == "ko"
        else f"{all_of_it.asked} of {all_of_it.texts} texts for a person, "
        f"{all_of_it.missed_but_asked} of the missed among them"
    )
    console.print(said, markup=False, highlight=False)
    for word, places in (("wrong", all_of_it.wrong), ("missed", all_of_it.missed)):
        for text, industry in places:
            shown = {"wrong": "잘못", "missed": "놓침"}[word] if chosen == "ko" else word
            console.print(f"  {shown}: {text} {names[industry]}", markup=False, highlight=False)


_HEADS: dict[Language, tuple[str, ...]] = {
    "en": ("text", "industry", "band", "words of the text", "terms of the query"),
    "ko": ("글", "산업", "구분", "글 속의 말", "질의의 말"),
}
_BAND: dict[Language, dict[str, str]] = {
    "en": {"sure": "sure", "likely": "likely", "passing": "in passing", "wide": "wide query only"},
    "ko": {"sure": "확실", "likely": "유력", "passing": "지나가며 언급", "wide": "넓은 질의만"},
}
_MEASURE_HEADS: dict[Language, tuple[str, ...]] = {
    "en": ("industry", "true", "found", "precision", "", "recall", "", "F1", ""),
    "ko": ("산업", "실제", "분류", "정밀도", "", "재현율", "", "F1", ""),
}


def _span(share: Share) -> str:
    return f"{100 * share.low:.0f}–{100 * share.high:.0f} %"


def _cells(one: Measured) -> list[str]:
    def percent(value: float) -> str:
        return f"{100 * value:.0f} %" if value == value else "–"

    return [
        str(one.recall.trials),
        str(one.precision.trials),
        percent(one.precision.share),
        _span(one.precision),
        percent(one.recall.share),
        _span(one.recall),
        percent(one.f1),
        f"{100 * one.f1_low:.0f}–{100 * one.f1_high:.0f} %",
    ]


def _as_dict(one: Classified) -> dict[str, Any]:
    return {
        "id": one.document.id,
        "language": one.document.language,
        "industries": list(one.industries),
        "findings": [
            {"industry": f.industry, "band": f.band, "terms": list(f.terms), "words": list(f.words)}
            for f in one.findings
        ],
        "ask": one.ask.model_dump() if one.ask else None,
    }


def _quality_as_dict(one: Quality) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, Measured | Share):
            return {name: plain(inner) for name, inner in vars(value).items()}
        return None if isinstance(value, float) and value != value else value

    return {
        "texts": one.texts,
        "industries": {name: plain(measured) for name, measured in one.industries.items()},
        "pooled": plain(one.pooled),
        "bands": {name: plain(share) for name, share in one.bands.items()},
        "asked": one.asked,
        "missed_but_asked": one.missed_but_asked,
        "wrong": [list(place) for place in one.wrong],
        "missed": [list(place) for place in one.missed],
    }


def _write_findings(file: Path, found: list[Classified]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["id", "industry", "band", "words", "terms"])
        for one in found:
            for f in one.findings:
                writer.writerow([one.document.id, f.industry, f.band, "; ".join(f.words), "; ".join(f.terms)])


def _write_questions(file: Path, found: list[Classified], lang: Language) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["id", "why", "candidates", "text", "industries"])
        for one in found:
            if one.ask is not None:
                text = one.document.text
                shown = "'" + text if text.startswith(("=", "+", "-", "@")) else text
                writer.writerow([one.document.id, one.ask[lang], ";".join(f.industry for f in one.findings), shown, ""])
