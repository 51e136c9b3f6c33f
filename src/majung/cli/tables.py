"""Results as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from majung.cli.progress import console
from majung.evidence import country_name
from majung.programme import Text
from majung.runs import Reproduction, Run, Trace

WORDS = {
    "en": {
        "ranking": "Ranking", "rank": "Rank", "industry": "Industry", "score": "Score", "interval": "90 % interval",
        "first": "In the first {places}", "own": "Own evidence", "measured": "Measured", "figure": "Figure",
        "area": "● one of the areas that the government chose", "tie": "one tie: nearly the same evidence",
        "excluded": "Excluded", "reason": "Reason", "projects": "Core projects", "project": "Project",
        "value": "Closes", "cost": "Cost, KRW bn", "core": "Core index", "chosen": "Chosen", "most": "most needed",
        "rejected": "What would bring the others in", "position": "Diagnosis", "level": "Level, leader = 100",
        "gap": "Gap, years", "market": "Market", "needs": "What it calls for", "not measured": "not measured",
        "more than": "> {years:.0f}", "licence": "Evidence under {name}: {sources}",
        "portfolio": "Portfolio: {status}, closes {value:.1f} points, gap {gap:.2g}, "
        "KRW {cost:,.0f} bn of {budget:,.0f} bn",
    },
    "ko": {
        "ranking": "순위", "rank": "순위", "industry": "산업", "score": "점수", "interval": "90 % 구간",
        "first": "{places}위 안에 들 확률", "own": "자체 자료", "measured": "측정", "figure": "수치 번호",
        "area": "● 정부가 고른 분야", "tie": "동률: 근거가 거의 같다",
        "excluded": "제외", "reason": "사유", "projects": "핵심 프로젝트", "project": "과제",
        "value": "메우는 격차", "cost": "비용, 십억원", "core": "핵심지수", "chosen": "선정", "most": "가장 필요",
        "rejected": "나머지가 들어오려면", "position": "진단", "level": "수준(선두 = 100)",
        "gap": "격차(년)", "market": "시장", "needs": "필요한 것", "not measured": "측정되지 않음",
        "more than": "{years:.0f} 초과", "licence": "근거 자료 {name}: {sources}",
        "portfolio": "포트폴리오: {status}, 메우는 격차 {value:.1f}점, 간극 {gap:.2g}, "
        "{budget:,.0f}십억원 가운데 {cost:,.0f}십억원",
    },
}  # fmt: skip


def print_ranking(run: Run, lang: str) -> None:
    """The ranking, its ties and the exclusions."""
    words, names = WORDS[lang], _names(run)
    places = run.programme.charter.places
    table = Table(title=words["ranking"], title_justify="left", box=None, pad_edge=False)
    for name in ("rank", "industry", "score", "interval", "first", "own", "measured", "figure"):
        table.add_column(
            words[name].format(places=places), justify="left" if name in ("industry", "figure") else "right"
        )
    for row in run.tables["ranking"].to_dict("records"):
        table.add_row(
            str(row["rank"]),
            f"{'●' if row['area'] else ' '} {names[row['candidate']][lang]}",
            f"{row['score']:.0f}",
            f"{row['score_low']:.0f}–{row['score_high']:.0f}",
            f"{100 * row['p_selected']:.0f} %",
            f"{100 * row['own_evidence']:.0f} %",
            f"{100 * row['measured']:.0f} %",
            run.figure("ranking", row["candidate"]),
            end_section=row["rank"] == places,
        )
    console.print(table)
    console.print(words["area"], style="dim")
    for tie in sorted({t for t in run.tables["ranking"]["tie"] if t}):
        console.print(f"{' + '.join(names[c][lang] for c in tie.split(' + '))}: {words['tie']}", style="dim")
    for row in run.tables["exclusions"].to_dict("records"):
        console.print(f"{words['excluded']}: {names[row['industry']][lang]}. {row[f'reason_{lang}']}", style="dim")


def print_diagnosis(run: Run, lang: str, industry: str) -> None:
    """Position of every industry in brief, or of one with its verdict and figures."""
    words, names = WORDS[lang], _names(run)
    patents = {r["candidate"]: r for r in run.tables["technology"].to_dict("records") if r["measure"] == "patents"}
    if industry:
        row = next(r for r in run.tables["position"].to_dict("records") if r["candidate"] == industry)
        console.print(row[f"verdict_{lang}"], style="bold")
        console.print(f"{words['needs']}: {row[f'calls_for_{lang}']}")
        _print_frame(
            run, "technology", industry, ("measure", "level", "level_low", "level_high", "world_rank", "gap_years")
        )
        _print_frame(run, "market", industry, ("measure", "value", "low", "high", "unit", f"note_{lang}"))
        return
    table = Table(title=words["position"], title_justify="left", box=None, pad_edge=False)
    for name in ("industry", "level", "gap", "market", "needs", "figure"):
        table.add_column(words[name], justify="right" if name in ("level", "gap") else "left")
    for row in run.tables["position"].to_dict("records"):
        found = patents[row["candidate"]]
        table.add_row(
            names[row["candidate"]][lang],
            _number(found["level"], words),
            _gap(found, words),
            row["market"] if lang == "en" else _MARKET_KO[row["market"]],
            row[f"calls_for_{lang}"],
            run.figure("technology", row["candidate"], "patents"),
        )
    console.print(table)


def print_portfolio(run: Run, lang: str) -> None:
    """Core projects by area, the portfolio's quality, and what would bring the rejected ones in."""
    words, names = WORDS[lang], _names(run)
    projects = {p.id: p.name for group in run.programme.projects.values() for p in group}
    table = Table(title=words["projects"], title_justify="left", box=None, pad_edge=False)
    for name in ("chosen", "project", "value", "interval", "cost", "core", "figure"):
        table.add_column(words[name], justify="left" if name in ("project", "figure") else "right")
    area = ""
    for row in run.tables["projects"].to_dict("records"):
        if row["area"] != area:
            area = row["area"]
            table.add_row("", f"[bold]{names[area][lang]}[/bold]")
        table.add_row(
            "●" if row["chosen"] else "",
            projects[row["project"]][lang] + (f" ({words['most']})" if row["needed_most"] else ""),
            f"{row['value']:.1f} %",
            f"{row['value_low']:.0f}–{row['value_high']:.0f}",
            f"{row['cost']:,.0f}{'*' if row['estimate'] else ''}",
            f"{row['core_index']:.2f}",
            run.figure("projects", row["project"]),
        )
    console.print(table)
    portfolio = {str(k): v for k, v in run.tables["portfolio"].to_dict("records")[0].items()}
    console.print(words["portfolio"].format(**portfolio))
    if len(run.tables["rejections"]):
        console.print(words["rejected"], style="bold")
    for row in run.tables["rejections"].to_dict("records"):
        console.print(f"  {projects[row['project']][lang]}: {row[f'reason_{lang}']}")


def print_licences(run: Run, lang: str) -> None:
    """Under which terms the evidence of the run stands."""
    for licence in run.evidence.licences():
        if licence.rows:
            said = WORDS[lang]["licence"].format(name=licence.name, sources=", ".join(licence.sources))
            console.print(said, style="dim", highlight=False)


def licences_as_data(run: Run) -> list[dict[str, Any]]:
    """Licences of the evidence behind a result, for other programs."""
    return [licence.as_dict() for licence in run.evidence.licences() if licence.rows]


def print_where_to_look(run: Run, paper: Sequence[Path]) -> None:
    """Where the results are, and the two commands that check them."""
    figure = run.figure("ranking", run.tables["ranking"]["candidate"].iloc[0])
    console.print(
        f"\nRun {run.id} ({run.manifest['mode']}, evidence to the end of {run.manifest['cut_year']})", style="bold"
    )
    for file in paper:
        if file.suffix in (".pdf", ".html"):
            console.print(f"  {file}", soft_wrap=True)
    console.print(f"  check it:         majung reproduce {run.id}", soft_wrap=True)
    console.print(f"  follow a number:  majung trace {figure}", soft_wrap=True)


def print_reproduction(result: Reproduction) -> None:
    """Whether the recomputed numbers are the published ones, and if not, which differ by how much."""
    manifest = result.run.manifest
    if result.identical:
        count = sum(frame.size for frame in result.run.tables.values())
        console.print(f"Reproduced: {count:,} values agree. Digest {manifest['digest'][:16]}…", style="green")
    else:
        console.print("Not reproduced.", style="red")
    for name in result.tampered:
        console.print(f"  table {name}: the kept file is not the one that the manifest describes", style="red")
    rounding = [d for d in result.differences if d.rounding]
    for d in sorted(result.differences, key=lambda d: -np.nan_to_num(d.size, nan=np.inf))[:20]:
        size = f"relative {d.size:.2g}" if np.isfinite(d.size) else ""
        note = ", at the rounding boundary" if d.rounding else ""
        console.print(f"  {d.table}/{d.key} {d.column}: {d.before} → {d.after} {size}{note}")
    if len(result.differences) > 20:
        console.print(f"  … and {len(result.differences) - 20} more, {len(rounding)} of all at the rounding boundary")
    for package, (then, now) in result.versions.items():
        console.print(f"  {package}: run with {then}, recomputed with {now}", style="dim")


def print_trace(found: Trace, rows: int, lang: str) -> None:
    """The chain of a figure."""
    console.print(f"{found.figure}  {found.table}: {' / '.join(found.key)}", style="bold")
    for column, value in found.values.items():
        if found.column in ("", column):
            console.print(f"  {column}: {value}", highlight=False)
    console.print(f"in run {found.run}; no meeting has decided on it yet", style="dim")
    if found.steps:
        console.print("rests on", style="bold")
    for step in found.steps[:12]:
        shown = ", ".join(f"{k} {_short(v)}" for k, v in list(step.values.items())[:4])
        console.print(f"  {step.figure or '·':<8} {step.name}  {shown}", highlight=False)
    if len(found.steps) > 12:
        console.print(f"  … and {len(found.steps) - 12} more")
    if found.definitions:
        console.print(f"and on {len(found.definitions)} statements of the programme", style="bold")
    for name in found.definitions[:8]:
        console.print(f"  {name}", highlight=False)
    if found.sources:
        console.print("down to the source rows", style="bold")
    for part in found.sources:
        console.print(
            f"  {part.file}: {len(part.lines):,} rows ({line_spans(part.lines)})\n"
            f"    {part.source.title}. {part.source.license}. Retrieved {part.source.retrieved}",
            highlight=False,
        )
        for line, (_, row) in list(zip(part.lines, part.frame.iterrows(), strict=True))[:rows]:
            country = country_name(row["country"])[lang] if "country" in row else ""
            cells = " · ".join(str(v) for k, v in row.items() if k not in ("source", "country", "released") and v != "")
            console.print(f"    line {line}: {country} · {cells}", highlight=False)


def trace_as_data(found: Trace) -> dict[str, Any]:
    """A trace as plain data."""
    return {
        "run": found.run,
        "figure": found.figure,
        "table": found.table,
        "key": list(found.key),
        "column": found.column,
        "values": {k: _plain(v) for k, v in found.values.items() if found.column in ("", k)},
        "rests_on": [
            {"name": s.name, "figure": s.figure, "values": {k: _plain(v) for k, v in s.values.items()}}
            for s in found.steps
        ],
        "definitions": list(found.definitions),
        "sources": [
            {
                "table": p.table,
                "file": p.file,
                "lines": list(p.lines),
                "source": p.source.id,
                "title": p.source.title,
                "license": p.source.license,
            }
            for p in found.sources
        ],
    }


_MARKET_KO = {"growing": "성장", "steady": "정체", "shrinking": "축소", "not measured": "측정되지 않음"}


def _names(run: Run) -> dict[str, Text]:
    return {key: industry.name for key, industry in run.programme.industries.items()}


def _number(value: float, words: dict[str, str]) -> str:
    return f"{value:.0f}" if np.isfinite(value) else words["not measured"]


def _gap(row: Mapping[Any, Any], words: dict[str, str]) -> str:
    if not np.isfinite(row["gap_years"]):
        return words["not measured"]
    return f"{row['gap_years']:.1f}" if row["gap_reached"] else words["more than"].format(years=row["gap_years"])


def _print_frame(run: Run, name: str, industry: str, columns: tuple[str, ...]) -> None:
    table = Table(title=name, title_justify="left", box=None, pad_edge=False)
    for column in (*columns, "figure"):
        table.add_column(column)
    for row in run.tables[name].to_dict("records"):
        if row["candidate"] == industry:
            table.add_row(*(_short(row[c]) for c in columns), run.figure(name, industry, row["measure"]))
    console.print(table)


def _short(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return f"{value:.4g}" if np.isfinite(value) else "–"
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value


def line_spans(lines: Sequence[int]) -> str:
    """'12–30, 44' for runs of line numbers, at most five of them."""
    spans: list[tuple[int, int]] = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], line)
        else:
            spans.append((line, line))
    shown = ", ".join(f"{a}–{b}" if b > a else str(a) for a, b in spans[:5])
    return shown + (", …" if len(spans) > 5 else "")
