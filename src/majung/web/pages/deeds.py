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
from django.db.models import Exists, Model, OuterRef
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path
from django.utils.datastructures import MultiValueDict
from django.utils.http import url_has_allowed_host_and_scheme

from majung.taskforce.models import (
    AgendaItem,
    Decision,
    Journaled,
    Mandate,
    Measure,
    Meeting,
    Person,
    Programme,
    RunRecord,
)
from majung.taskforce.operations import OPERATIONS, Operation, Refusal
from majung.taskforce.operations.act import Conflict, Invalid
from majung.taskforce.queries.visibility import VISIBLE, visible
from majung.taskforce.rules.clock import SEOUL, day_of
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import Text, Word
from majung.taskforce.wire.deeds import Unreadable, perform
from majung.taskforce.wire.references import refer, resolve
from majung.web.request import Here, page

MOST_CHOICES = 400
LARGEST_FILE = 4 * 1024 * 1024
"""Bytes of a paper sent on a form."""


@dataclass(frozen=True)
class Field:
    """A field of a form. kind: text, both (languages), choice, many, date, moment, number, money, yes, file, data;
    help: what to write; wrong: what is wrong with what was written."""

    name: str
    label: str
    kind: str
    required: bool
    value: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    long: bool = False
    help: str = ""
    wrong: str = ""

    @property
    def described(self) -> str:
        """Ids of what describes the field."""
        return " ".join(f"{letter}-{self.name}" for letter, text in (("h", self.help), ("w", self.wrong)) if text)


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
    wrong: dict[str, str] = {}
    if request.method == "POST":
        data = _read(asked, request.POST, request.FILES)
        wrong = _missing(here, asked, data)
        data["subject"] = refer(subject)
        if given.get("expected", "").isdigit():
            data["expected"] = int(given["expected"])
        try:
            if wrong:
                raise Invalid("something is still missing: see below", "빠진 것이 있다. 아래에서 채운다")
            perform(here.actor, here.programme, operation, data)
        except Refusal as refusal:
            refused = refusal
            if isinstance(refusal, Unreadable):
                wrong, refused = _misread(here, asked, refusal)
            if not asked.parameters:
                messages.error(request, refusal.said[here.words.code])
                return HttpResponseRedirect(_next(here))
        else:
            messages.success(request, here.words.say("done", deed=asked.label[here.words.code]))
            return HttpResponseRedirect(_next(here))
    entered = request.POST if request.method == "POST" else given
    status = 200 if refused is None else 409 if isinstance(refused, Conflict) else 422
    fields = [_field(here, asked, name, entered, subject, wrong.get(name, "")) for name in _order(asked)]
    return here.show(
        "pages/deed.html",
        status=status,
        asked=asked,
        heading=asked.label[here.words.code],
        subject=refer(subject),
        subject_name=_name(here, subject),
        help=here.words.find(f"deed.{operation}", ""),
        required=[field for field in fields if field.required],
        optional=[field for field in fields if not field.required],
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


def _missing(here: Here, asked: Operation, data: dict[str, Any]) -> dict[str, str]:
    """Field -> what is wrong, for what has to be filled in and is not."""
    wrong = {}
    for name, (hint, default) in asked.parameters.items():
        said = data.get(name)
        if name not in UNASKED and default is inspect.Parameter.empty and said is None:
            wrong[name] = here.words.find("needed")
        elif _kind(hint)[0] == "both" and said is not None and not all(said.values()):
            wrong[name] = here.words.find("needed_both")
    return wrong


def _misread(here: Here, asked: Operation, refusal: Unreadable) -> tuple[dict[str, str], Refusal]:
    """What does not fit, beside the fields; what belongs to none stays in the sentence above them."""
    wrong = {}
    for where, _ in refusal.where:
        name = where.partition(".")[0]
        if name in asked.parameters:
            kind, _ = _kind(asked.parameters[name][0])
            wrong[name] = here.words.find(f"unfit.{kind}", here.words.find("unfit.text"))
    if len({where.partition(".")[0] for where, _ in refusal.where}) > len(wrong):
        return wrong, refusal
    return wrong, Invalid("something does not fit: see below", "형식에 맞지 않는 것이 있다. 아래에서 고친다")


# ---------- fields from parameters

UNASKED = ("file_name", "media_type")
"""Arguments that come with the file itself."""


def _order(asked: Operation) -> list[str]:
    """What the form asks for, in the operation's order, the key last: it has a proposal."""
    names = [name for name in asked.parameters if name not in UNASKED]
    return sorted(names, key=lambda name: name == "key")


def _proposed_key(here: Here, asked: Operation) -> str:
    """A key that is free: the kind of row and the moment in Seoul."""
    kind = KEY_OF.get(asked.name, asked.name.partition(".")[0])
    return f"{kind}-{here.actor.at.astimezone(SEOUL):%Y%m%d-%H%M%S}"


KEY_OF = {
    "item.assign": "action",
    "item.decide": "decision",
    "procedure.close": "decision",
    "task.add": "task",
}
WITHIN: dict[type[Model], tuple[str, ...]] = {
    AgendaItem: ("meeting",),
    Mandate: ("person", "body"),
    Measure: ("task",),
}
"""Rows whose names on a list of choices need other rows."""


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


LONG = {"question", "dissent", "proceedings", "remarks", "reason", "text", "evidence", "note", "why_revised", "summary"}


def _field(here: Here, asked: Operation, name: str, entered: QueryDict, subject: Journaled, wrong: str) -> Field:
    hint, default = asked.parameters[name]
    kind, behind = _kind(hint)
    label = here.words.find(f"field.{name}", name.replace("_", " "))
    required = default is inspect.Parameter.empty
    value: Any = entered.get(name, "")
    if not value and default not in (inspect.Parameter.empty, None, ""):
        value = default.value if isinstance(default, Word) else default
    if kind == "yes" and here.request.method == "POST":
        value = name in entered
    if name == "key" and required and not value and here.request.method == "GET":
        value = _proposed_key(here, asked)
    if kind == "both":
        value = {language: entered.get(f"{name}.{language}", "") for language in ("ko", "en")}
    elif kind == "many":
        value = entered.getlist(name)
    choices: tuple[tuple[str, str], ...] = ()
    if kind in ("choice", "many"):
        choices = _choices(here, behind, subject)
    help_ = here.words.find(f"help.{asked.name}-{name}", here.words.find(f"help.{name}", ""))
    return Field(name, label, kind, required, value, choices, name in LONG, help_, wrong)


def _choices(here: Here, kind: Any, subject: Journaled) -> tuple[tuple[str, str], ...]:
    if issubclass(kind, Word):
        return tuple((word.value, word.label[here.words.code] or word.value) for word in kind)
    if kind not in VISIBLE:
        return ()
    rows = visible(here.sight, kind).select_related(*WITHIN.get(kind, ()))
    order = ["-pk"] if kind in (AgendaItem, Decision, Meeting, RunRecord) else ["pk"]
    if isinstance(subject, Meeting):
        # Who sits in the body comes first: a long list is cut.
        held = Mandate.objects.on(day_of(subject.starts)).filter(body=subject.body_id)
        if kind is Person:
            rows, order = rows.annotate(sits=Exists(held.filter(person=OuterRef("pk")))), ["-sits", "pk"]
        elif kind is Mandate:
            rows = rows.filter(pk__in=held)
    return tuple((refer(row), _name(here, row)) for row in rows.order_by(*order)[:MOST_CHOICES])


def _name(here: Here, row: Model) -> str:
    """What a row is called on a page."""
    w = here.words
    if isinstance(row, Person):
        return f"{w.of(row.post)} ({row.key})"
    if isinstance(row, Mandate):
        return f"{w.of(row.person.post)} · {Role(row.role).label[w.code]}, {w.of(row.body.name)}"
    if isinstance(row, AgendaItem):
        return f"{w.of(row.title)} · {w.of(row.meeting.name)}, {w.day(day_of(row.meeting.starts))}"
    if isinstance(row, Decision):
        return f"{row.key}: {w.of(row.text)}"
    if isinstance(row, Meeting):
        return f"{w.of(row.name)}, {w.day(day_of(row.starts))}"
    for column in ("name", "title", "text", "question"):
        value = getattr(row, column, None)
        if isinstance(value, dict) and value:
            return here.words.of(value)
        if isinstance(value, str) and value:
            return value
    return refer(row)


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
