"""Every operation as a form: what a page's deed asks for, done through the same door as the API's."""

from __future__ import annotations

import base64
import inspect
import types
import typing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path
from django.utils.datastructures import MultiValueDict
from django.utils.http import url_has_allowed_host_and_scheme

from majung.taskforce.journal.images import reference
from majung.taskforce.models import Journaled, Person, Programme
from majung.taskforce.operations import OPERATIONS, Operation, Refusal
from majung.taskforce.operations.act import Conflict
from majung.taskforce.queries.visibility import VISIBLE, visible
from majung.taskforce.rules.clock import SEOUL
from majung.taskforce.rules.words import Text, Word
from majung.taskforce.wire.deeds import perform
from majung.taskforce.wire.references import resolve
from majung.web.request import Here, page

MOST_CHOICES = 400
LARGEST_FILE = 4 * 1024 * 1024
"""Bytes of a paper sent on a form."""


@dataclass(frozen=True)
class Field:
    """A field of a form. kind: text, both (languages), choice, many, date, moment, number, money, yes, file, data."""

    name: str
    label: str
    kind: str
    required: bool
    value: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    long: bool = False


@page("deeds")
def deed(here: Here, operation: str) -> HttpResponse:
    """The form of an operation (GET) and its doing (POST)."""
    asked = OPERATIONS.get(operation)
    if asked is None or operation.startswith(("test.", "record.", "exercise.")):
        raise Http404
    request, given = here.request, here.request.GET
    subject = _subject(here, asked, given.get("subject", ""))
    if not here.may(operation, subject):
        raise PermissionDenied
    refused: Refusal | None = None
    if request.method == "POST":
        data = _read(asked, request.POST, request.FILES)
        data["subject"] = reference(subject)
        if given.get("expected", "").isdigit():
            data["expected"] = int(given["expected"])
        try:
            perform(here.actor, here.programme, operation, data)
        except Refusal as refusal:
            refused = refusal
            if not asked.parameters:
                messages.error(request, refusal.said[here.words.code])
                return HttpResponseRedirect(_next(here))
        else:
            messages.success(request, here.words.say("done", deed=asked.label[here.words.code]))
            return HttpResponseRedirect(_next(here))
    entered = request.POST if request.method == "POST" else given
    status = 200 if refused is None else 409 if isinstance(refused, Conflict) else 422
    return here.show(
        "pages/deed.html",
        status=status,
        asked=asked,
        heading=asked.label[here.words.code],
        subject=reference(subject),
        subject_name=_name(here, subject),
        fields=[_field(here, asked, name, entered) for name in asked.parameters],
        refused=refused.said[here.words.code] if refused else "",
        back=_next(here),
    )


def _subject(here: Here, asked: Operation, name: str) -> Journaled:
    if asked.subject is Programme:
        return here.programme
    try:
        row: Journaled = resolve(here.programme, name, asked.subject)
    except Refusal as refusal:
        raise Http404 from refusal
    if asked.subject in VISIBLE and not visible(here.sight, asked.subject).filter(pk=row.pk).exists():
        raise Http404
    return row


def _next(here: Here) -> str:
    """Where to go on: the page that was come from, if it is ours."""
    wanted = here.request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {here.request.get_host()}, require_https=here.request.is_secure()):
        return wanted
    return here.address("home")


# ---------- fields from parameters


def _kinds(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return tuple(kind for kind in typing.get_args(hint) if kind is not type(None))
    return (hint,)


def _kind(hint: Any) -> tuple[str, Any]:
    """(kind of field, type behind it)."""
    (kind, *_) = _kinds(hint)
    if kind == Text:
        return "both", kind
    if typing.get_origin(kind) is list:
        inner = typing.get_args(kind)[0]
        if isinstance(inner, type) and issubclass(inner, Model):
            return "many", inner
        return "lines", inner
    if typing.get_origin(kind) is dict:
        return "data", kind
    if isinstance(kind, type):
        for base, name in (
            (Word, "choice"),
            (Model, "choice"),
            (bool, "yes"),
            (datetime, "moment"),
            (date, "date"),
            (Decimal, "money"),
            (int, "number"),
            (float, "number"),
            (bytes, "file"),
        ):
            if issubclass(kind, base):
                return name, kind
    return "text", kind


LONG = {"proceedings", "remarks", "reason", "text", "evidence", "note", "why_revised", "summary"}


def _field(here: Here, asked: Operation, name: str, entered: QueryDict) -> Field:
    hint, default = asked.parameters[name]
    kind, behind = _kind(hint)
    label = here.words.find(f"field.{name}", name.replace("_", " "))
    required = default is inspect.Parameter.empty
    value: Any = entered.get(name, "")
    if not value and default not in (inspect.Parameter.empty, None, ""):
        value = default.value if isinstance(default, Word) else default
    if kind == "both":
        value = {language: entered.get(f"{name}.{language}", "") for language in ("ko", "en")}
    elif kind == "many":
        value = entered.getlist(name)
    choices: tuple[tuple[str, str], ...] = ()
    if kind in ("choice", "many"):
        choices = _choices(here, behind)
    return Field(name, label, kind, required, value, choices, name in LONG)


def _choices(here: Here, kind: Any) -> tuple[tuple[str, str], ...]:
    if issubclass(kind, Word):
        return tuple((word.value, word.label[here.words.code] or word.value) for word in kind)
    rows = visible(here.sight, kind).order_by("pk") if kind in VISIBLE else kind.objects.none()
    return tuple((reference(row), _name(here, row)) for row in rows[:MOST_CHOICES])


def _name(here: Here, row: Model) -> str:
    """What a row is called on a page."""
    if isinstance(row, Person):
        return f"{here.words.of(row.post)} ({row.key})"
    for column in ("name", "title", "text", "question"):
        value = getattr(row, column, None)
        if isinstance(value, dict) and value:
            return here.words.of(value)
        if isinstance(value, str) and value:
            return value
    return reference(row)


# ---------- what was entered, as the operation's plain data


def _read(asked: Operation, entered: QueryDict, files: MultiValueDict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, (hint, _) in asked.parameters.items():
        kind, behind = _kind(hint)
        value = _value(kind, behind, name, entered, files)
        if value is not None:
            data[name] = value
    file = files.get("content")
    if file is not None and "file_name" in asked.parameters:
        data["file_name"] = file.name
        data["media_type"] = file.content_type or "application/octet-stream"
    return data


def _value(kind: str, behind: Any, name: str, entered: QueryDict, files: MultiValueDict[str, Any]) -> Any:
    text = entered.get(name, "").strip()
    match kind:
        case "both":
            said = {language: entered.get(f"{name}.{language}", "").strip() for language in ("ko", "en")}
            return said if any(said.values()) else None
        case "many":
            return entered.getlist(name) or None
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()] or None
        case "yes":
            return name in entered
        case "file":
            file = files.get(name)
            return None if file is None else base64.b64encode(file.read(LARGEST_FILE + 1)).decode()
        case "moment":
            return _moment(text)
        case "number":
            if not text:
                return None
            return int(text) if behind is int and text.lstrip("-").isdigit() else text
    return text or None


def _moment(text: str) -> str | None:
    """A local date and time of the form is Seoul's."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SEOUL).isoformat()
    except ValueError:
        return text


urlpatterns = [path("<slug:programme>/do/<str:operation>/", deed, name="deed")]
