"""Score bars with interval whiskers beside the heat map of rank acceptability."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from majung.publishing.charts.canvas import Sheet, shorten, text_width
from majung.publishing.charts.palette import HUES, Theme

_STEPS = (0.01, 0.05, 0.15, 0.30, 0.50)


@dataclass(frozen=True)
class RankingRow:
    """One candidate. `parts`: points of the total score (0..100) by criterion; `ranks`: probability of rank 1, 2, ...

    `marked`: one of the areas that were chosen; `selected`: printed probability of a place; `tie`: the tie's name.
    """

    rank: str
    name: str
    parts: Sequence[float]
    score: float
    low: float
    high: float
    ranks: Sequence[float]
    selected: str = ""
    own: str = ""
    figure: str = ""
    marked: bool = False
    tie: str = ""


def ranking(
    rows: Sequence[RankingRow],
    *,
    places: int,
    width: float = 1232,
    words: dict[str, str] | None = None,
    label: str = "",
    dense: bool = False,
    theme: Theme = "light",
) -> str:
    """Candidates in order: stacked contributions with the score's interval, and the probability of each rank.

    The line under row `places` parts those who would be chosen; the heavy vertical line does the same for ranks. Below
    1 % a cell is a dot. `words` translates `rank`, `candidate`, `selected`, `own`, `score`, `heat`, `marked`.
    """
    say = {
        "rank": "Rank",
        "candidate": "Candidate",
        "selected": "Top",
        "own": "Own evidence",
        "score": "Score 0–100",
        "heat": "Probability of each rank (%)",
        "marked": "chosen area",
        **(words or {}),
    }
    top_score = max([row.high for row in rows] + [row.score for row in rows] + [10.0])
    top = min(100, 20 * (int(top_score / 20) + 1))
    if width < 1000:
        return _narrow(rows, places, width, say, label, top, theme)
    step = max(18.0, min(24.0, 620 / max(len(rows), 1))) if dense else 34.0
    head = 46
    sheet = Sheet(width, head + step * len(rows) + 2, label, theme)
    longest = max(
        (text_width(row.name, True) + (text_width(row.tie) + 10 if row.tie else 0) for row in rows), default=0.0
    )
    name_at, name_room = 42.0, min(max(longest + 16, 150.0), 240.0)
    own_at, selected_at = name_at + name_room + 52, name_at + name_room + 118
    bars_at = selected_at + 24
    id_room = 70.0
    heat_room = min((width - bars_at - id_room) * 0.54, 24.0 * max(len(rows), 1))
    heat_at = width - id_room - heat_room
    bars_room = heat_at - bars_at - 44
    cell = heat_room / max(len(rows), 1)

    def x_of(score: float) -> float:
        return bars_at + score / top * bars_room

    sheet.text(0, 38, say["rank"], "t-mut")
    sheet.text(name_at, 38, say["candidate"], "t-mut")
    sheet.text(own_at, 38, say["own"], "t-mut", "end")
    sheet.text(selected_at, 38, say["selected"], "t-mut", "end")
    sheet.text(bars_at, 14, say["score"], "t")
    sheet.text(min(heat_at, width - sheet.width_of(say["heat"])), 14, say["heat"], "t")
    for tick in range(0, top + 1, 20):
        sheet.text(x_of(tick), 38, str(tick), "t-mut", "middle")
    for k in range(len(rows)):
        if cell >= 19 or k == 0 or (k + 1) % 5 == 0 or k + 1 == places:
            sheet.text(heat_at + (k + 0.5) * cell, 38, str(k + 1), "t-b" if k < places else "t-mut", "middle")
    sheet.line(0, head, width, head, "base")
    for k, row in enumerate(rows):
        y = head + k * step
        middle = y + step / 2
        if row.marked:
            sheet.rect(name_at - 6, y + 1, name_room + 2, step - 1, "wash")
        for tick in range(0, top + 1, 20):
            sheet.line(x_of(tick), y, x_of(tick), y + step, "base" if tick == 0 else "grid")
        sheet.text(26, middle + 4.5, row.rank, "t-b", "end")
        tie_room = sheet.width_of(row.tie) + 10 if row.tie else 0
        name = shorten(row.name, name_room - 12 - tie_room, row.marked)
        sheet.text(name_at, middle + 4.5, name, "t-own" if row.marked else "t-ink")
        sheet.text(name_at + name_room - 8, middle + 4.5, row.tie, "t-mut", "end")
        sheet.text(own_at, middle + 4.5, row.own, "t-mut", "end")
        sheet.text(selected_at, middle + 4.5, row.selected, "t-ink", "end")
        _bar(sheet, row, x_of, middle, step)
        _heat(sheet, row, heat_at, cell, y, step, numbers=cell >= 15.5)
        sheet.text(width, middle + 4.5, row.figure, "t-mut", "end")
        bottom = y + step
        if k + 1 == places:
            sheet.line(0, bottom, width, bottom, "ink-s")
        else:
            sheet.line(0, bottom, width, bottom, "hair")
    cut = heat_at + places * cell
    sheet.line(cut, head - 20, cut, head + step * len(rows), "heavy")
    return sheet.svg()


def _narrow(
    rows: Sequence[RankingRow], places: int, width: float, say: dict[str, str], label: str, top: int, theme: Theme
) -> str:
    step, head = 84, 44
    sheet = Sheet(width, head + step * len(rows) + 2, label, theme)
    cell = width / max(len(rows), 1)
    tail = 34.0

    def x_of(score: float) -> float:
        return score / top * (width - tail)

    sheet.text(0, 14, f"{say['rank']} · {say['candidate']}", "t-mut")
    sheet.text(width, 14, say["selected"], "t-mut", "end")
    for tick in range(0, top + 1, 20):
        sheet.text(x_of(tick), 36, str(tick), "t-mut", "middle" if tick else "start")
    sheet.line(0, head, width, head, "base")
    for k, row in enumerate(rows):
        y = head + k * step
        sheet.text(0, y + 20, row.rank, "t-b")
        right = "  ".join(part for part in (row.tie, row.figure, row.selected) if part)
        room = width - 28 - sheet.width_of(right, "t-b") - 16
        sheet.text(28, y + 20, shorten(row.name, room, row.marked), "t-own" if row.marked else "t-ink")
        quiet = "  ".join(part for part in (row.tie, row.figure) if part)
        sheet.text(width - sheet.width_of(row.selected, "t-b") - 12, y + 20, quiet, "t-mut", "end")
        sheet.text(width, y + 20, row.selected, "t-b", "end")
        _bar(sheet, row, x_of, y + 40, 26)
        _heat(sheet, row, 0, cell, y + 54, 26, numbers=cell >= 22)
        cut = places * cell
        sheet.line(cut, y + 54, cut, y + 80, "heavy")
        if k + 1 == places:
            sheet.line(0, y + step, width, y + step, "ink-s")
        else:
            sheet.line(0, y + step, width, y + step, "hair")
    return sheet.svg()


def _bar(sheet: Sheet, row: RankingRow, x_of: Callable[[float], float], middle: float, step: float) -> None:
    thick = 14 if step < 30 else 18
    total = sum(row.parts)
    # The parts are shares of the drawn score, so the bar's end and the printed score agree.
    scale = row.score / total if total > 0 else 0.0
    at = 0.0
    for k, part in enumerate(row.parts):
        start, end = x_of(at * scale), x_of((at + part) * scale)
        sheet.rect(
            start + (1 if k else 0), middle - thick / 2, end - start - (1 if k else 0), thick, f"c{k % HUES + 1}-f"
        )
        at += part
    low, high = x_of(row.low), x_of(row.high)
    for cls in ("over", "whisker"):
        sheet.line(low, middle, high, middle, cls)
        sheet.line(low, middle - 5, low, middle + 5, cls)
        sheet.line(high, middle - 5, high, middle + 5, cls)
    sheet.text(max(high, x_of(row.score)) + 7, middle + 4.5, f"{row.score:.0f}", "t-b")


def _heat(sheet: Sheet, row: RankingRow, left: float, cell: float, y: float, step: float, *, numbers: bool) -> None:
    for k, share in enumerate(row.ranks):
        x = left + k * cell
        level = sum(share >= edge for edge in _STEPS)
        if level == 0:
            sheet.dot(x + cell / 2, y + step / 2, 1, "dot")
            continue
        sheet.rect(x + 0.5, y + 2.5, cell - 1, step - 4, f"h{level}")
        if numbers and share >= 0.145:
            cls = "t-in" if level >= 4 else "t-ink"
            sheet.text(x + cell / 2, y + step / 2 + 4.5, f"{share * 100:.0f}", cls, "middle")
