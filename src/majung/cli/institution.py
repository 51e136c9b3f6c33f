"""`majung do`, `ask`, `operations`, `token`: the institution from the command line, on this machine or on a server.

With --server every command goes through the API with a token; without it, through the database of this machine as the
person that --as names, for its administrators.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer
from rich.table import Table

from majung.cli.database import connect
from majung.cli.progress import console
from majung.methods.labelled import InputError

if TYPE_CHECKING:
    from majung.taskforce.models import Programme
    from majung.taskforce.permission import Actor

API = "/api/v1"
SECONDS = 30

Programme_ = Annotated[str, typer.Option("--programme", help="Key of the programme; not needed where there is one.")]
As = Annotated[str, typer.Option("--as", help="Key of the person who acts (on this machine only).")]
Lang = Annotated[str, typer.Option("--lang", help="Language of messages: ko or en.")]


class Place(Protocol):
    """Where the institution is."""

    def operations(self) -> list[dict[str, Any]]: ...

    def do(self, programme: str, name: str, data: Mapping[str, Any]) -> Any: ...

    def ask(self, programme: str, path: str, filters: Mapping[str, Any]) -> Any: ...


@dataclass(frozen=True)
class Chosen:
    """What stands before the command: --server and --token."""

    server: str = ""
    token: str = ""

    def place(self, as_: str, lang: str) -> Place:
        if self.server:
            return Server(self.server.rstrip("/"), self.token, lang)
        return Here(as_, lang)


def register(root: typer.Typer) -> None:
    """Hang the commands into the main command."""
    root.command("do")(do_command)
    root.command("ask")(ask_command)
    root.command("operations")(operations_command)
    root.command("token")(token_command)


def do_command(
    context: typer.Context,
    operation: Annotated[str, typer.Argument(help="Name of the operation; `majung operations` lists them.")],
    given: Annotated[
        list[str] | None,
        typer.Argument(
            help="The subject's reference, then key=value; name.ko=…, name.en=… for text, key:=JSON for lists and "
            "numbers as they are, key=@FILE for a file."
        ),
    ] = None,
    programme: Programme_ = "",
    as_: As = "",
    expected: Annotated[int | None, typer.Option(help="Revision of the subject that you saw.")] = None,
    lang: Lang = "en",
) -> None:
    """Do an operation, e.g. `majung do meeting.convene meeting/2021-04-cloud`."""
    words = list(given or ())
    data: dict[str, Any] = {}
    if words and "=" not in words[0]:
        data["subject"] = words.pop(0)
    data |= arguments(words)
    if expected is not None:
        data["expected"] = expected
    _print(_place(context, as_, lang).do(programme, operation, data))


def ask_command(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="A register (meetings) or one of its rows (meetings/2021-04-cloud).")],
    filters: Annotated[list[str] | None, typer.Argument(help="key=value, also limit and offset.")] = None,
    programme: Programme_ = "",
    as_: As = "",
    lang: Lang = "en",
) -> None:
    """Ask for rows, e.g. `majung ask measures owner=organisation/motie limit=20`."""
    _print(_place(context, as_, lang).ask(programme, query, arguments(filters or ())))


def operations_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="One operation in detail; all without it.")] = "",
    lang: Lang = "en",
    json_: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """List every operation with its parameters."""
    known = [one for one in _place(context, "", lang).operations() if name in ("", one["name"])]
    if not known:
        raise InputError(f"there is no operation {name!r}; `majung operations` lists them")
    if json_:
        _print(known)
        return
    table = Table("operation", "", "parameters", box=None, pad_edge=False)
    for one in known:
        told = [f"{p['name']}" if p["required"] else f"[{p['name']}]" for p in one["parameters"]]
        table.add_row(one["name"], one["label"][lang], " ".join(told).replace("[", r"\["))
    console.print(table)
    if name:
        console.print(known[0]["doc"], markup=False)


def trace_reference(context: typer.Context, reference: str, programme: str, as_: str, lang: str, as_json: bool) -> None:
    """Print the chain of something: each thing with what it rests on below it."""
    graph = _place(context, as_, lang).ask(programme, "trace", {"of": reference})
    if as_json:
        _print(graph)
        return
    labels = {node["reference"]: node["label"][lang] for node in graph["nodes"]}
    below: dict[str, list[tuple[str, str]]] = {}
    for edge in graph["edges"]:
        below.setdefault(edge["child"], []).append((edge["label"][lang], edge["parent"]))
    for name in sorted(labels, key=lambda name: (name != graph["start"], name)):
        console.print(f"{name}  {labels[name]}", markup=False, highlight=False, soft_wrap=True)
        for says, parent in sorted(below.get(name, ())):
            console.print(f"    {says}: {parent}", markup=False, highlight=False, soft_wrap=True, style="dim")
    if graph["left_out"]:
        console.print(f"more than is shown: {', '.join(graph['left_out'])}", markup=False)


def token_command(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    user: Annotated[str, typer.Option(help="Account that it belongs to.")],
    days: Annotated[int, typer.Option(min=1, max=1100, help="How long it is valid.")] = 365,
) -> None:
    """Make a token for programs, on the server's machine. It is shown once; only its digest is kept."""
    connect()
    from majung.taskforce.models import ApiToken, User

    account = User.objects.filter(username=user, is_active=True).first()
    if account is None:
        raise InputError(f"no active account {user!r} here")
    now = datetime.now(UTC)
    _, secret = ApiToken.issue(account, name, now, now + timedelta(days=days))
    typer.echo(secret)


def arguments(words: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """key=value words as data. Raises InputError for a word that is none, a file or JSON that cannot be read."""
    data: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise InputError(f"{word!r}: write key=value, name.ko=… for text, key:=JSON, key=@FILE")
        told: Any = value
        if key.endswith(":"):
            key = key[:-1]
            try:
                told = json.loads(value)
            except ValueError as error:
                raise InputError(f"{word!r}: not JSON: {error}") from error
        elif value.startswith("@"):
            try:
                told = base64.b64encode(Path(value[1:]).read_bytes()).decode()
            except OSError as error:
                raise InputError(f"{value[1:]}: {error.strerror}") from error
        head, dot, tail = key.partition(".")
        if dot:
            inner = data.setdefault(head, {})
            if not isinstance(inner, dict):
                raise InputError(f"{head!r} is given both as one value and in parts")
            inner[tail] = told
        elif head in data:
            raise InputError(f"{head!r} is given twice; a list is written {head}:='[…]'")
        else:
            data[head] = told
    return data


@dataclass(frozen=True)
class Here:
    """The database of this machine."""

    as_: str
    lang: str

    def operations(self) -> list[dict[str, Any]]:
        connect(migrate=False)
        from majung.taskforce.wire.forms import listed

        return listed()

    def do(self, programme: str, name: str, data: Mapping[str, Any]) -> Any:
        within, actor = self._who(programme)
        from majung.taskforce.operations import Refusal
        from majung.taskforce.wire.deeds import perform

        try:
            return vars(perform(actor, within, name, data))
        except Refusal as refusal:
            raise InputError(refusal.said[self.lang]) from refusal

    def ask(self, programme: str, path: str, filters: Mapping[str, Any]) -> Any:
        within, actor = self._who(programme)
        from majung.taskforce.operations import Refusal
        from majung.taskforce.wire.answers import answer

        try:
            return answer(actor, within, path, filters)
        except Refusal as refusal:
            raise InputError(refusal.said[self.lang]) from refusal

    def _who(self, key: str) -> tuple[Programme, Actor]:
        connect()
        from majung.taskforce.models import Person, Programme
        from majung.taskforce.permission import Actor

        known = {programme.key: programme for programme in Programme.objects.order_by("key")}
        if key not in known and (key or len(known) != 1):
            raise InputError(f"name a programme with --programme; here are: {', '.join(known) or 'none'}")
        within = known[key] if key else next(iter(known.values()))
        person = Person.objects.filter(programme=within, key=self.as_).first()
        if person is None:
            raise InputError(f"say who acts with --as PERSON; {within.key} has nobody {self.as_!r}")
        return within, Actor(person, datetime.now(UTC))


@dataclass(frozen=True)
class Server:
    """A workspace somewhere else, through its API."""

    url: str
    token: str
    lang: str

    def operations(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._send("GET", "/operations")
        return found

    def do(self, programme: str, name: str, data: Mapping[str, Any]) -> Any:
        return self._send("POST", f"/programmes/{self._programme(programme)}/operations/{name}", body=dict(data))

    def ask(self, programme: str, path: str, filters: Mapping[str, Any]) -> Any:
        return self._send("GET", f"/programmes/{self._programme(programme)}/{path}", query=dict(filters))

    def _programme(self, key: str) -> str:
        if key:
            return key
        mine = [me["programme"] for me in self._send("GET", "/me")]
        if len(mine) != 1:
            raise InputError(f"name a programme with --programme; yours are: {', '.join(mine) or 'none'}")
        return str(mine[0])

    def _send(self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None) -> Any:
        try:
            import httpx
        except ImportError as error:
            raise InputError("a server is asked through httpx: pip install 'majung[clients]'") from error
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.lang}
        try:
            answer = httpx.request(
                method, self.url + API + path, json=body, params=query, headers=headers, timeout=SECONDS
            )
        except httpx.HTTPError as error:
            raise InputError(f"{self.url} cannot be reached: {error}") from error
        try:
            said = answer.json()
        except ValueError as error:
            raise InputError(f"{self.url} answers {answer.status_code} without data: is it a Majung server?") from error
        if answer.is_success:
            return said
        raise InputError(str(said.get(self.lang) or said) if isinstance(said, dict) else str(said))


def _place(context: typer.Context, as_: str, lang: str) -> Place:
    if lang not in ("ko", "en"):
        raise InputError(f"--lang {lang!r}: ko or en")
    chosen = context.obj if isinstance(context.obj, Chosen) else Chosen()
    return chosen.place(as_, lang)


def _print(data: Any) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
