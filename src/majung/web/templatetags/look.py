"""The pieces of the look: words, formats, lights, links, numbers that lead to their trace, tables, figures, blocks of
the paper. `{% load look %}`; the page's words stand in the context as `w`; every piece is shown on /style.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from majung.publishing import blocks
from majung.publishing.language import missing
from majung.publishing.marks import segments
from majung.taskforce.rules.words import Colour, Judge
from majung.web.tables import Cell, Row, Table, arranged, from_block
from majung.web.words import Words, words

register = template.Library()

MIDDLE, NARROW = 640.0, 350.0
"""Widths in pixels at which a picture is drawn anew; the wide one is its own."""

MARKS = {
    Colour.GREEN: ("g", '<circle class="f-g" cx="8" cy="8" r="7.5"/><path class="f-in" d="M4.5 8.2l2.4 2.4 4.6-5"/>'),
    Colour.YELLOW: ("y", '<path class="f-y" d="M8 1.5L15.2 14.5H.8Z"/><path class="f-bang" d="M8 6v4.2M8 11.6v1.4"/>'),
    Colour.RED: (
        "x",
        '<rect class="f-x" x="1" y="1" width="14" height="14"/><path class="f-in" d="M5 5l6 6M11 5l-6 6"/>',
    ),
    Colour.GREY: ("o", '<circle class="f-o" cx="8" cy="8" r="7"/>'),
}


@register.simple_tag(takes_context=True)
def say(context: Mapping[str, Any], key: str, **values: object) -> str:
    """The words at a key, holes filled."""
    return str(context["w"].say(key, **values))


@register.simple_tag(takes_context=True)
def of(context: Mapping[str, Any], text: Any) -> str:
    """A bilingual text in the page's language."""
    return str(context["w"].of(text))


@register.simple_tag(takes_context=True)
def day(context: Mapping[str, Any], value: date | datetime | None, year: bool = True) -> SafeString:
    """A day, never broken over lines."""
    w = context["w"]
    said = w.moment(value, year=year) if isinstance(value, datetime) else w.day(value, year=year)
    return format_html('<span class="{}">{}</span>', "nb" if value else "nr", said)


@register.simple_tag(takes_context=True)
def amount(context: Mapping[str, Any], value: float | None, digits: int | None = None) -> SafeString:
    """A number; words where it is not reported."""
    return format_html(
        '<span class="{}">{}</span>', "nb" if value is not None else "nr", context["w"].amount(value, digits)
    )


@register.simple_tag(takes_context=True)
def state(context: Mapping[str, Any], entity: str, value: str) -> str:
    return str(context["w"].state(entity, value))


@register.simple_tag(takes_context=True)
def word(context: Mapping[str, Any], value: Any) -> str:
    """The label of a word of a closed list."""
    return str(context["w"].word(value)) if value else ""


@register.simple_tag(takes_context=True)
def light(context: Mapping[str, Any], colour: str) -> SafeString:
    """One light: shape, word and colour."""
    known = Colour(colour)
    css, mark = MARKS[known]
    drawing = mark_safe(f'<svg viewBox="0 0 16 16" aria-hidden="true">{mark}</svg>')  # noqa: S308  (our own constant)
    return format_html('<span class="li {}">{}{}</span>', css, drawing, context["w"].word(known))


@register.simple_tag(takes_context=True)
def lights(context: Mapping[str, Any], rule: str, owner: str, reviewer: str) -> SafeString:
    """Three judgements: one light when all agree, else all three, named; never merged."""
    w = context["w"]
    if rule == owner == reviewer:
        key = "lights.none" if rule == Colour.GREY else "lights.agree"
        return format_html('{}<span class="agree">{}</span>', light(context, rule), w.find(key))
    said = {Judge.RULE: rule, Judge.OWNER: owner, Judge.REVIEWER: reviewer}
    parts = [
        format_html('<span><span class="who">{}</span>{}</span>', w.word(judge), light(context, colour))
        for judge, colour in said.items()
    ]
    made = {colour for colour in said.values() if colour != Colour.GREY}
    if len(made) > 1:
        end = format_html('<span class="dis">{}</span>', w.find("lights.differ"))
    else:
        end = format_html('<span class="agree">{}</span>', w.find("lights.partly"))
    joined = mark_safe("".join(parts))  # noqa: S308  (each part is escaped by format_html)
    return format_html('<span class="judges">{}</span>{}', joined, end)


@register.simple_tag(takes_context=True)
def query(context: Mapping[str, Any], **changes: object) -> str:
    """The page's own address with some parameters changed: `?sort=due&on=2021-04-20`; None takes one out."""
    given = context["request"].GET.dict()
    given.update({name: str(value) for name, value in changes.items() if value is not None})
    left = {name: value for name, value in given.items() if name not in changes or changes[name] is not None}
    return f"?{urlencode(left)}" if left else "?"


@register.simple_tag(takes_context=True)
def stage_word(context: Mapping[str, Any], name: str) -> str:
    return str(context["w"].find(f"stage.{name}"))


@register.simple_tag(takes_context=True)
def stage_url(context: Mapping[str, Any], name: str) -> str:
    """Where a stage of the cycle begins: the address of its name; empty while its page is not there."""
    return address(context, name)


# ---------- addresses


@register.simple_tag(takes_context=True)
def to(context: Mapping[str, Any], name: str, *args: object) -> str:
    """`{% to "industry" candidate %}`: the address of a page of the current programme."""
    return str(context["here"].address(name, *args))


@register.simple_tag(takes_context=True)
def to_run(context: Mapping[str, Any], name: str, run: str) -> str:
    """`{% to_run "projects" run %}`: a page of the current programme that shows this run."""
    return str(context["here"].in_run(run, name))


@register.simple_tag(takes_context=True)
def run_field(context: Mapping[str, Any]) -> str:
    """For a form that asks for a page of numbers: the run that is looked at, where it is not the one in force."""
    aside = context["here"].aside
    return format_html('<input type="hidden" name="run" value="{}">', aside.record.key) if aside else ""


@register.simple_tag(takes_context=True)
def address(context: Mapping[str, Any], name: str, *args: object) -> str:
    """Like `to`, but empty where no page of that name is built."""
    here: Any = context.get("here")
    where = _reversed(name, here.programme.key, *args) if here else ""
    return str(here.kept(name, where)) if where else ""


@lru_cache(maxsize=8192)
def _reversed(name: str, *args: object) -> str:
    """A page of numbers asks for hundreds of addresses; they do not change while the process lives."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


# ---------- formats of numbers, as filters: `{{ share|percent:1 }}`


def _words() -> Words:
    return words("frame", get_language() or "ko")


def not_reported() -> SafeString:
    """The word for what is missing: never a zero, never a dash alone."""
    return format_html('<span class="nr">{}</span>', _words().find("not_reported"))


def _number(value: object, printed: str) -> SafeString:
    return not_reported() if missing(value) else format_html('<span class="nb">{}</span>', printed)


@register.filter
def number(value: object, digits: int = 1) -> str:
    """`1,234.5`."""
    return _number(value, _words().number(value, digits))


@register.filter
def percent(value: object, digits: int = 0) -> str:
    """A share 0..1 as `7.9 %`."""
    return _number(value, _words().percent(value, digits))


@register.filter
def chance(value: object) -> str:
    """A probability; neither never nor always is not rounded to it."""
    return _number(value, _words().chance(value))


@register.filter
def money(value: object) -> str:
    """KRW billion as `2,170억원` or `KRW 217.0 bn`, the exact value in the title."""
    if missing(value):
        return not_reported()
    exact = f"{float(str(value)) * 1e9:,.0f} KRW"
    return format_html('<span class="nb" title="{}">{}</span>', exact, _words().money(value))


@register.filter
def or_not_reported(value: object) -> object:
    """The value, or "not reported" for None and empty text."""
    return not_reported() if value is None or value == "" else value


@register.simple_tag
def interval(low: object, high: object, digits: int | None = None) -> str:
    """`0.67–0.95`, or "no interval"."""
    return _words().span(low, high, digits) or _words().find("no_interval")


@register.filter
def suffix(name: str, number: int) -> str:
    """`name-number`: names of the tables of a page must differ."""
    return f"{name}-{number}"


@register.filter
def hundred(share: float) -> str:
    """A share 0..1 as a length of 100, for marks."""
    return f"{100 * share:.1f}"


@register.filter
def at(items: Any, index: int) -> Any:
    """The item at a position."""
    return items[index]


# ---------- numbers that lead to their trace


@register.simple_tag(takes_context=True)
def num(context: Mapping[str, Any], text: object, figure: str = "") -> str:
    """A number that leads to the trace of its figure id: dotted underline, never coloured."""
    if not figure:
        return format_html('<span class="nb">{}</span>', text)
    where = _trace(context, figure)
    if not where:
        return format_html('<span class="n">{}</span>', text)
    title = _words().say("trace_to", figure=figure)
    return format_html('<a class="n" href="{}" title="{}" data-id="{}">{}</a>', where, title, figure, text)


def _trace(context: Mapping[str, Any], figure: str) -> str:
    """The address of a figure's trace; on a page that shows a run by name, within that run."""
    return address(context, "trace", figure)


@register.simple_tag(takes_context=True)
def fid(context: Mapping[str, Any], figure: str) -> str:
    """A figure id as printed beside a number, leading to its trace."""
    if not figure:
        return ""
    where = _trace(context, figure)
    if not where:
        return format_html('<span class="id">{}</span>', figure)
    return format_html('<a class="id" href="{}">{}</a>', where, figure)


@register.simple_tag(takes_context=True)
def rich(context: Mapping[str, Any], value: blocks.Rich | str) -> str:
    """A sentence of the paper: its numbers lead to their trace, figure ids and swatches are set."""
    parts: list[str] = []
    for part in [value] if isinstance(value, str) else value:
        if not isinstance(part, str):
            parts.append(num(context, part.text, part.figure))
            continue
        for kind, piece_ in segments(part):
            if kind == "id":
                parts.append(fid(context, piece_))
            elif kind == "swatch":
                parts.append(format_html('<span class="sw {}"></span>&#8288;', piece_))
            else:
                parts.append(conditional_escape(piece_))
    return mark_safe("".join(parts))  # noqa: S308  (every part is escaped above)


# ---------- tables, pictures, blocks


@register.simple_tag(takes_context=True)
def cells(context: Mapping[str, Any], table: Table, row: Row) -> SafeString:
    """The cells of a row. In Python: a page has some thousand of them."""
    first, *others = row.cells
    made = [f'<th scope="row">{_cell(context, first)}</th>']
    for column, shown in zip(table.columns[1:], others, strict=False):
        css = ' class="r"' if column.right else ""
        made.append(f'<td{css} data-l="{conditional_escape(column.head)}">{_cell(context, shown)}</td>')
    return mark_safe("".join(made))  # noqa: S308  (every part is escaped)


def _cell(context: Mapping[str, Any], shown: Cell) -> SafeString:
    text = SafeString(shown.html) if shown.html else conditional_escape(shown.text)
    if shown.href and not shown.html:
        text = format_html('<a href="{}">{}</a>', shown.href, text)
    css = ("s" if shown.strong else "") + (" q" if shown.quiet else "")
    made = f'<span class="{css}">{text}</span>'
    if shown.sub or shown.figure:
        under = rich(context, shown.sub) + (f" {fid(context, shown.figure)}" if shown.figure else "")
        made += f'<span class="sm">{under}</span>'
    return mark_safe(made)  # noqa: S308  (every part is escaped above)


@register.inclusion_tag("look/table.html", takes_context=True)
def table(
    context: Mapping[str, Any], shown: Table | blocks.Table, name: str = "table", label: str = ""
) -> dict[str, object]:
    """A table with sort, filter and export; one of the paper's is taken up as it is (`name` for its parameters).

    label: what a reader of the screen hears where the table has no caption or title of its own.
    """
    if isinstance(shown, blocks.Table):
        shown = from_block(name, shown)
    if not shown.heads:
        shown = arranged(shown, context["request"])
    said = shown.caption or shown.title or label or str(context.get("label") or "") or shown.name
    return {**_passed(context), "t": shown, "label": said}


@register.inclusion_tag("look/plain_table.html", takes_context=True)
def plain_table(context: Mapping[str, Any], shown: Table | blocks.Table, label: str = "") -> dict[str, object]:
    """A table without controls: the one behind a picture, whose title is its label."""
    if isinstance(shown, blocks.Table):
        shown = from_block("table", shown)
    return {**_passed(context), "t": shown, "label": shown.title or shown.caption or label}


@register.inclusion_tag("look/figure.html", takes_context=True)
def figure(context: Mapping[str, Any], picture: blocks.Picture, illustrative: bool = False) -> dict[str, object]:
    """A picture: title, unit, the drawing for 920, 640 and 350 px and for paper, source, and the table behind it.

    On paper it is drawn as in the strategy paper; where that is the drawing of a screen, it is sent once.
    """
    sizes = (
        ("vw", picture.wide, False),
        ("vm", min(MIDDLE, picture.wide), False),
        ("vs", NARROW, False),
        ("vp", picture.paper, True),
    )
    shown: dict[str, list[str]] = {}
    for cls, width, dense in sizes:
        shown.setdefault(picture.draw(width, "page", dense), []).append(cls)
    # Made by our own canvas, which escapes every text.
    drawn = [(" ".join(css), mark_safe(svg)) for svg, css in shown.items()]  # noqa: S308
    rows = sum(1 for row in picture.table.rows if not row.group) if picture.table else 0
    return {**_passed(context), "p": picture, "drawn": drawn, "illustrative": illustrative, "n": rows}


@register.inclusion_tag("look/block.html", takes_context=True)
def piece(context: Mapping[str, Any], shown: blocks.Block, name: str = "block", label: str = "") -> dict[str, object]:
    """Any block of the paper (`majung.publishing.blocks`)."""
    return {**_passed(context), "b": shown, "name": name, "label": label}


@register.inclusion_tag("look/lede.html", takes_context=True)
def lede(context: Mapping[str, Any], page: blocks.Page) -> dict[str, object]:
    """Kicker, heading, standfirst, provenance and key figures of a page of the paper."""
    return {**_passed(context), "page": page}


@register.inclusion_tag("look/section.html", takes_context=True)
def section(context: Mapping[str, Any], shown: blocks.Section, name: str = "section") -> dict[str, object]:
    """A section of the paper: the finding in the margin, the evidence at the right."""
    return {**_passed(context), "s": shown, "name": name, "label": shown.heading}


@register.simple_tag(takes_context=True)
def empty(context: Mapping[str, Any], key: str, **values: object) -> str:
    """An empty state: the topic's text at `key` says what will appear here and who makes it appear."""
    return format_html('<p class="empty">{}</p>', context["w"].say(key, **values))


def _passed(context: Mapping[str, Any]) -> dict[str, object]:
    return {name: context.get(name) for name in ("request", "here", "w", "illustrative")}
