"""What a visitor has voted on: kept in the visitor's own cookie, unknown to the site."""

from __future__ import annotations

import random
import re
import secrets
from typing import Any

from django.http import HttpRequest

from majung.taskforce.rules.words import Opinion
from majung.web.public import forms
from majung.web.public.site import Site

VOTER, VOTES = "majung_voter", "majung_votes"
SIGNS = {"a": Opinion.AGREE, "d": Opinion.DISAGREE, "p": Opinion.PASS}
_VOTE = re.compile(r"(?<![0-9])([0-9]{1,5})([adp])")


def cast_votes(request: HttpRequest) -> dict[int, Opinion]:
    """Statement -> vote, as the cookie tells."""
    return {int(n): SIGNS[sign] for n, sign in _VOTE.findall(request.COOKIES.get(VOTES, "")[:4_000])}


def votes_of(site: Site, found: dict[str, Any]) -> dict[str, Any]:
    """The statements in the visitor's own order with what was voted: the cookie remembers, the site does not."""
    cast = cast_votes(site.request)
    order = list(found["statements"])
    # One order for all would give the first sentences the most votes.
    random.Random(site.request.COOKIES.get(VOTER, "") or secrets.token_hex(4)).shuffle(order)  # noqa: S311
    left = [s for s in order if s["number"] not in cast]
    return {
        "next": left[0] if found["open"] and left else None,
        "cast": len(cast.keys() & {s["number"] for s in found["statements"]}),
        "all": len(order),
        "mark": forms.mark(),
        "trap": forms.TRAP,
        "choices": [(o.value, site.words.word(o)) for o in Opinion],
    }
