"""Template tags of the look: words, formats, lights, links. The page's words stand in the context as `w`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from majung.taskforce.rules.words import Colour, Judge

register = template.Library()

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
    """Where a stage of the cycle begins; the front of the programme while its page is not there."""
    from django.urls import NoReverseMatch, reverse

    programme = context["here"].programme.key
    try:
        return reverse(f"stage-{name}", args=[programme])
    except NoReverseMatch:
        return reverse("home", args=[programme])
