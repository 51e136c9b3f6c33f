"""Charts as pictures: what is drawn where, in which class, and that nothing hostile gets through."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from majung.publishing import charts
from majung.publishing.charts import canvas, palette
from majung.publishing.charts.leader import nice_ticks

EVIL = 'A & <script>alert("x")</script> \x00 한국'


def _interval(width: float, theme: charts.Theme, name: str = "Indicator") -> str:
    rows = [
        charts.IntervalRow(name, "parent", "scale 0–1", "1.20", "1.00–1.40", "AAAAA", 60.0, 50.0, 70.0, 1),
        charts.IntervalRow("Beyond", "abroad", "", "9", "", "BBBBB", 101.0, seen=0),
        charts.IntervalRow("Unknown", "", "", "", "", "CCCCC"),
    ]
    return charts.interval([charts.IntervalGroup("Criterion", 0, rows)], width=width, theme=theme, label=name)


def _ranking(width: float, theme: charts.Theme, name: str = "Candidate") -> str:
    rows = [
        charts.RankingRow("1", name, (30, 20, 10, 4), 64, 60, 70, (0.9, 0.1), "90 %", "5 %", "AAAAA", True, "T1"),
        charts.RankingRow("2", "Other", (20, 20, 10, 4), 54, 50, 60, (0.1, 0.9), "10 %", "0 %", "BBBBB"),
    ]
    return charts.ranking(rows, places=1, width=width, theme=theme, label=name)


def _leader(width: float, theme: charts.Theme, name: str = "Korea") -> str:
    years = list(range(2000, 2021))
    curves = [
        charts.Curve(name, "own", years, [y - 1990 for y in years], "30"),
        charts.Curve("Leader", "leader", years, [(y - 1990) * 2 for y in years], "60"),
    ]
    return charts.leader(curves, gap=charts.Gap(15.0, "Gap 15.0 years"), cut=2018, width=width, theme=theme, label=name)


def _multiples(width: float, theme: charts.Theme, name: str = "Korea") -> str:
    panels = [
        charts.Panel(n, "own" if k == 0 else "other", [2000, 2020], [1, 3], "3") for k, n in enumerate((name, "B"))
    ]
    return charts.multiples(panels, width=width, theme=theme, label=name)


def _budget(width: float, theme: charts.Theme, name: str = "2021") -> str:
    return charts.budget([charts.BudgetYear(name, 10, 4, "4 / 10", "AAAAA")], width=width, theme=theme, label=name)


def _portfolio(width: float, theme: charts.Theme, name: str = "Project") -> str:
    rows = [
        charts.PortfolioRow("Area", name, 10, 8, 12, 1.0, True, "10.0", "100", "chosen", "AAAAA", True),
        charts.PortfolioRow("Area", "Out", 5, 4, 6, 0.0, False, "5.0", "10", "out", "BBBBB"),
    ]
    return charts.portfolio(rows, width=width, theme=theme, label=name)


Draw = Callable[..., str]
KINDS: list[Draw] = [_interval, _ranking, _leader, _multiples, _budget, _portfolio]
kinds = pytest.mark.parametrize("draw", KINDS, ids=lambda draw: draw.__name__.strip("_"))


def _elements(svg: str, tag: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(svg).findall(f".//{{http://www.w3.org/2000/svg}}{tag}")  # noqa: S314


def _words(svg: str) -> list[str]:
    return [element.text or "" for element in _elements(svg, "text")]


@kinds
@pytest.mark.parametrize("width", [1360, 920, 640, 350])
def test_a_chart_stays_inside_its_width_with_text_at_13_px(draw: Draw, width: float) -> None:
    svg = draw(width, "light")
    root = ElementTree.fromstring(svg)  # noqa: S314
    assert float(root.attrib["width"]) == width
    for element in _elements(svg, "text"):
        assert element.attrib["font-size"] == "13"
        room = canvas.text_width(element.text or "", element.attrib["font-weight"] == "600")
        at = float(element.attrib["x"])
        start = {"start": at, "middle": at - room / 2, "end": at - room}[element.attrib.get("text-anchor", "start")]
        assert start > -4
        assert start + room < width + 4, element.text


@kinds
def test_a_page_chart_has_classes_only(draw: Draw) -> None:
    """Colours come from the sheet, so that dark mode costs nothing and a strict policy holds."""
    svg = draw(920, "page")
    assert "style=" not in svg
    assert "#" not in svg
    sheet = charts.stylesheet()
    for names in set(re.findall(r'class="([^"]*)"', svg)):
        for name in names.split():
            assert f"svg .{name}{{" in sheet


@kinds
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_standalone_chart_needs_no_sheet(draw: Draw, theme: charts.Theme) -> None:
    svg = draw(920, theme)
    assert "class=" not in svg
    assert "var(" not in svg
    side = 0 if theme == "light" else 1
    colours = set(re.findall(r'"(#[0-9a-f]{6})"', svg))
    assert colours
    assert colours <= {pair[side] for pair in palette.TOKENS.values()}


@kinds
@pytest.mark.parametrize("width", [1360, 920, 350])
def test_every_text_is_escaped(draw: Draw, width: float) -> None:
    svg = draw(width, "page", EVIL)
    assert "<script" not in svg
    assert "\x00" not in svg
    label = ElementTree.fromstring(svg).attrib["aria-label"]  # noqa: S314
    assert label == EVIL.replace("\x00", "")


@kinds
def test_the_figure_id_stands_beside_its_row(draw: Draw) -> None:
    if draw in (_leader, _multiples):
        pytest.skip("the id stands in the caption")
    for width in (1360, 350):
        assert sum("AAAAA" in word for word in _words(draw(width, "light"))) == 1


def test_what_is_not_measured_is_a_dotted_line_and_a_word_never_a_mark() -> None:
    row = charts.IntervalRow("Unknown", "", "", "", "", "CCCCC")
    svg = charts.interval([charts.IntervalGroup("Criterion", 0, [row])], missing="미측정", theme="page")
    assert _elements(svg, "circle") == []
    assert "미측정" in _words(svg)
    assert [line for line in _elements(svg, "line") if line.attrib["class"] == "none"]


def test_an_interval_lies_around_its_mark_and_the_heavy_line_is_the_middle() -> None:
    svg = _interval(920, "page")
    dot = next(c for c in _elements(svg, "circle") if c.attrib["class"] == "c1-f")
    bar = next(line for line in _elements(svg, "line") if line.attrib["class"] == "c1-w")
    heavy = next(line for line in _elements(svg, "line") if line.attrib["class"] == "heavy")
    low, high, at = float(bar.attrib["x1"]), float(bar.attrib["x2"]), float(dot.attrib["cx"])
    assert low < at < high
    # 50, 60, 70 points: the bar begins at the middle and its mark is half way.
    assert low == pytest.approx(float(heavy.attrib["x1"]), abs=0.11)
    assert at == pytest.approx((low + high) / 2, abs=0.11)


def test_multiples_of_a_reference_stand_on_a_logarithmic_axis() -> None:
    rows = [charts.IntervalRow(str(v), "", "", "", "", "", v) for v in (0.5, 1.0, 2.0, 100.0)]
    svg = charts.interval([charts.IntervalGroup("c", 1, rows)], reach=4.0, theme="page")
    at = [float(c.attrib["cx"]) for c in _elements(svg, "circle") if c.attrib["class"] == "c2-f"]
    assert len(at) == 3, "a value beyond the axis is an arrowhead"
    assert at[1] - at[0] == pytest.approx(at[2] - at[1], abs=0.11)
    assert "½" in _words(svg)


def test_the_parts_of_a_bar_end_at_the_score() -> None:
    svg = _ranking(1360, "page")
    parts = [r for r in _elements(svg, "rect") if re.fullmatch(r"c\d-f", r.attrib["class"])][:4]
    assert [r.attrib["class"] for r in parts] == ["c1-f", "c2-f", "c3-f", "c4-f"]
    left = float(parts[0].attrib["x"])
    end = float(parts[-1].attrib["x"]) + float(parts[-1].attrib["width"])
    ticks = {w.text: float(w.attrib["x"]) for w in _elements(svg, "text") if w.text in ("0", "60")}
    assert (end - left) / (ticks["60"] - ticks["0"]) == pytest.approx(64 / 60, rel=0.01)


def test_a_probability_below_one_percent_is_a_dot_without_fill() -> None:
    row = charts.RankingRow("1", "A", (1,), 50, 40, 60, (0.009, 0.011, 0.6))
    svg = charts.ranking([row, row, row], places=1, width=1360, theme="page")
    steps = [r.attrib["class"] for r in _elements(svg, "rect") if r.attrib["class"].startswith("h")]
    assert steps == ["h1", "h5"] * 3


def test_the_gap_arrow_reaches_back_by_its_years() -> None:
    svg = _leader(920, "page")
    arrow = next(line for line in _elements(svg, "line") if line.attrib["class"] == "gap")
    years = {w.text: float(w.attrib["x"]) for w in _elements(svg, "text") if w.text in ("2000", "2020")}
    a_year = (years["2020"] - years["2000"]) / 20
    assert float(arrow.attrib["x1"]) == pytest.approx(years["2020"], abs=0.2)
    assert float(arrow.attrib["x1"]) - float(arrow.attrib["x2"]) == pytest.approx(15 * a_year - 7, abs=0.3)


def test_a_gap_not_reached_in_the_data_is_written_not_drawn() -> None:
    curve = charts.Curve("Korea", "own", [2000, 2001], [1, 2], "2")
    svg = charts.leader([curve], gap=charts.Gap(None, "not reached in the data"), theme="page")
    assert "not reached in the data" in _words(svg)
    assert not [line for line in _elements(svg, "line") if line.attrib["class"] == "gap"]


def test_years_after_the_cut_stand_on_second_paper() -> None:
    assert [r for r in _elements(_leader(920, "page"), "rect") if r.attrib["class"] == "late"]
    uncut = charts.leader([charts.Curve("K", "own", [2000, 2001], [1, 2])], cut=2001, theme="page")
    assert not _elements(uncut, "rect")


def test_empty_charts_are_empty_pictures() -> None:
    for svg in (charts.leader([]), charts.multiples([]), charts.budget([]), charts.portfolio([])):
        assert not _elements(svg, "path")


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(KeyError, match="'pink'"):
        palette.attributes("pink", "light")


@given(st.lists(st.floats(0, 300), max_size=12), st.floats(8, 20))
def test_spread_labels_keep_distance_and_order(wanted: list[float], distance: float) -> None:
    placed = canvas.spread(wanted, distance, 0, 300)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    for a, b in itertools.pairwise(order):
        assert placed[b] - placed[a] >= distance - 1e-9


@given(st.text(max_size=60), st.floats(20, 200), st.integers(1, 4))
def test_folded_text_fits(text: str, room: float, lines: int) -> None:
    found = canvas.fold(text, room, lines=lines)
    assert 1 <= len(found) <= lines
    assert all(canvas.text_width(line) <= room for line in found)


@given(st.floats(1e-6, 1e12))
def test_ticks_cover_the_top_and_are_few(top: float) -> None:
    ticks = nice_ticks(top)
    assert ticks[0] == 0
    assert ticks[-1] >= top * (1 - 1e-9)
    assert len(ticks) <= 6
    assert all(math.isclose(b - a, ticks[1], rel_tol=1e-6) for a, b in itertools.pairwise(ticks))
