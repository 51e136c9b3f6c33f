"""A question by its path, as the API's addresses are written: "meetings", "meetings/2021-04-cloud"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from django.conf import settings
from pydantic import ValidationError

from majung.methods.labelled import InputError
from majung.taskforce.models import Panel, Programme, RunRecord
from majung.taskforce.operations.act import Invalid, NotAllowed
from majung.taskforce.permission import Actor
from majung.taskforce.queries.trace import KINDS as TRACED
from majung.taskforce.queries.trace import Graph, orphans, trace, trace_evidence
from majung.taskforce.queries.visibility import Sight, reads_comparisons, sight, visible
from majung.taskforce.queries.weights import PanelWeights, panel_weights
from majung.taskforce.wire.deeds import Unreadable
from majung.taskforce.wire.references import Unknown, named
from majung.taskforce.wire.registers import REGISTERS, detail, listing, parameters


def answer(actor: Actor, programme: Programme, path: str, filters: Mapping[str, Any]) -> Any:
    """What a register, or one row of it, says to the actor. Raises Unknown, Unreadable."""
    name, _, key = path.partition("/")
    if name == "panels" and key.endswith("/weights"):
        return asdict(weights_of(sight(actor, programme), key.removesuffix("/weights")))
    if name == "trace":
        return asdict(trace_of(sight(actor, programme), key or str(filters.get("of", ""))))
    if name == "orphans":
        return [asdict(orphan) for orphan in orphans(sight(actor, programme), programme)]
    if name not in REGISTERS:
        listed = ", ".join(REGISTERS)
        raise Unknown(f"there is no register {name!r}; there are: {listed}", f"{name!r}이라는 목록은 없다: {listed}")
    seen = sight(actor, programme)
    if key:
        return detail(name, seen, key)
    try:
        asked = parameters(REGISTERS[name]).model_validate(dict(filters)).model_dump()
    except ValidationError as error:
        raise Unreadable([(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()]) from error
    return vars(listing(name, seen, asked, asked.pop("limit"), asked.pop("offset")))


def weights_of(seen: Sight, key: str) -> PanelWeights:
    """What a panel's judges say. Judges are named to who reads comparisons; others see it once the panel is closed.

    Raises Unknown for a panel that is not seen, NotAllowed while it is open, Invalid while nobody has compared.
    """
    panel = visible(seen, Panel).filter(key=key).first()
    if panel is None:
        raise Unknown(f"there is no panel/{key} that you can see", f"볼 수 있는 panel/{key}이(가) 없다")
    named = reads_comparisons(seen)
    if panel.state == "open" and not named:
        raise NotAllowed("its judges still compare", "아직 조사 중이다")
    try:
        found = panel_weights(panel)
    except InputError as error:
        raise Invalid(str(error), "아직 아무도 비교하지 않았다") from error
    if named:
        return found
    unnamed = [replace(judge, judge=f"judge {number}") for number, judge in enumerate(found.judges, 1)]
    return replace(found, judges=unnamed)


def trace_of(seen: Sight, reference: str) -> Graph:
    """The chain of a row, of a figure (figure/RUN/ID) or of a source row (source/RUN/TABLE/LINE).

    Raises Unknown for what is not there or not seen, Invalid for what is no such reference.
    """
    kind, _, name = reference.partition("/")
    unknown = Unknown(f"there is no {reference} that you can see", f"볼 수 있는 {reference}이(가) 없다")
    if kind in ("figure", "source"):
        key, _, rest = name.partition("/")
        run = visible(seen, RunRecord).filter(key=key).first()
        if run is None or not rest or (kind == "source") != ("/" in rest):
            raise unknown
        try:
            return trace_evidence(seen, run, rest, settings.RUNS)
        except InputError as error:
            raise Unknown(str(error), f"{reference}에 기대는 것이 없다") from error
    if kind not in TRACED:
        words = ", ".join(TRACED)
        raise Invalid(
            f"{reference!r} cannot be traced; these can: {words}, figure, source", f"추적할 수 있는 것: {words}"
        )
    row = visible(seen, TRACED[kind]).filter(**named(reference, TRACED[kind])).first()
    if row is None:
        raise unknown
    return trace(seen, row, settings.RUNS)
