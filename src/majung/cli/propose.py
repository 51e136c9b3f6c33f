"""`majung propose`: an industry definition from co-occurrence, for a person to accept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from majung.cli.evidence import Lang, language
from majung.methods.labelled import InputError
from majung.programme import ProgrammeError, Text
from majung.programme.folder import read_queries
from majung.programme.proposals import MINIMUM, Records, propose, read_records, with_codes
from majung.programme.texts import Classifier, read_documents


def propose_command(
    records: Annotated[Path, typer.Argument(help="CSV: record, classification, code, weight (may be left out).")],
    id_: Annotated[str, typer.Option("--id", help="Id of the proposed industry.")],
    name_en: Annotated[str, typer.Option("--name-en", help="English name.")],
    name_ko: Annotated[str, typer.Option("--name-ko", help="Korean name.")],
    seed: Annotated[
        list[str] | None, typer.Option("--seed", help="CLASSIFICATION=CODE by which its records are known.")
    ] = None,
    texts: Annotated[
        Path | None, typer.Option("--texts", help="CSV of the records' texts (id = record): they are asked --query.")
    ] = None,
    query: Annotated[
        Path | None, typer.Option("--query", help="TOML of an industry definition, or of [queries] alone.")
    ] = None,
    minimum: Annotated[float, typer.Option("--minimum", help="Records that a code needs.")] = MINIMUM,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the proposal.")] = Path("proposals"),
    lang: Lang = None,
) -> None:
    """Propose an industry definition: codes that stand out among the records carrying the seed codes, or whose texts
    meet a query."""
    chosen = language(lang)
    read = read_records(records)
    if bool(seed) == bool(texts) or bool(texts) != bool(query):
        raise InputError("say which records are the subject's: by --seed, or by --texts and --query")
    subject, because, without = (
        (_by_query(texts, query), f"texts meeting the queries of {query.name}", list[str]())
        if texts is not None and query is not None
        else _by_seeds(read, seed or [])
    )
    found = propose(
        read,
        subject,
        id_=id_,
        name=Text(en=name_en, ko=name_ko),
        summary=Text(
            en=f"Found by {because}; to be described by the person who accepts it.",
            ko=f"찾은 방법: {because}. 승인하는 사람이 설명을 쓴다.",
        ),
        because=because,
        without=without,
        minimum=minimum,
    )
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"{id_}.toml"
    file.write_text(found.toml, encoding="utf-8")
    console = Console(soft_wrap=True)
    said = (
        f"{file}: 기록 {found.records:,}건 가운데 {found.subject:,}건에서 코드 {len(found.industry.codes)}개를 제안"
        if chosen == "ko"
        else f"{file}: {len(found.industry.codes)} codes proposed from {found.subject:,} of {found.records:,} records"
    )
    console.print(said, markup=False, highlight=False)
    for words in found.left_out:
        console.print(f"  {words[chosen]}", markup=False, highlight=False)
    told = (
        "아직 제안일 뿐입니다. 확인한 뒤 프로그램의 industries/ 폴더로 옮기십시오"
        if chosen == "ko"
        else "a proposal only: check it, then move it to the programme's folder industries/"
    )
    console.print(told, style="dim", markup=False, highlight=False)


def _by_seeds(records: Records, seed: list[str]) -> tuple[frozenset[str], str, list[str]]:
    seeds = [tuple(one.split("=", 1)) for one in seed]
    if any(len(one) != 2 or not all(one) for one in seeds):
        raise InputError(f"a seed is CLASSIFICATION=CODE, such as vc_vertical=blockchain; not {', '.join(seed)}")
    pairs = [(one[0], one[1]) for one in seeds]
    return with_codes(records, pairs), f"seeds {', '.join(sorted(seed))}", [one for one, _ in pairs]


def _by_query(texts: Path, query: Path) -> frozenset[str]:
    classifier = Classifier({"subject": read_queries(query)})
    found = frozenset(one.document.id for one in classifier.classify(read_documents(texts)) if one.industries)
    if not found:
        raise ProgrammeError(f"{texts}: no text meets the include query of {query}")
    return found
