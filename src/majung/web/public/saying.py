"""What people put forward: demands, statements, votes. All of it goes to the inbox, nothing else is written."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from majung.taskforce.inbox import Full
from majung.taskforce.rules.receipts import receipt_code_of, receipt_name
from majung.taskforce.rules.words import Instrument, Opinion, OrganisationKind, SubmissionKind
from majung.web.public import forms
from majung.web.public.ballots import SIGNS, VOTER, VOTES, cast_votes
from majung.web.public.config import config
from majung.web.public.counting import TooMany, voter
from majung.web.public.pages import consultation_page
from majung.web.public.site import Site, now, page

YEAR = timedelta(days=365)


# ---------- demands


@page
def demand(site: Site) -> HttpResponse:
    """The form of two minutes. Sent once, it answers with the receipt's code."""
    request = site.request
    if request.method != "POST":
        return _form(site, forms.Demand({"area": request.GET.get("area", "")[:64]}))
    filled = forms.demand(request.POST, {a["key"] for a in site.front["areas"]})
    own, wrong = forms.opened(request.POST.get("mark", ""))
    if request.POST.get(forms.TRAP):
        wrong = "trap"
    if filled.errors or wrong:
        return _form(site, filled, wrong or "check", status=422)
    code = receipt_code_of(config.SECRET_KEY.encode(), own)
    entry = {
        "what": "submission",
        "at": now().isoformat(),
        "receipt": code,
        "language": site.words.code,
        **filled.entry(),
    }
    try:
        site.counts("submission")
        site.inbox.put(entry, own)
    except TooMany:
        return _form(site, filled, "too_many", status=429)
    except Full:
        return _form(site, filled, "full", status=503)
    grouped = "-".join(code[at : at + 4] for at in range(0, len(code), 4))
    answer = site.show("received", here="demand", code=grouped, filled=filled, name=receipt_name(code))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _form(site: Site, filled: forms.Demand, wrong: str = "", status: int = 200) -> HttpResponse:
    w = site.words
    answer = site.show(
        "demand",
        here="demand",
        f=filled,
        wrong=wrong,
        mark=forms.mark(),
        trap=forms.TRAP,
        areas=[(a["key"], w.of(a["name"])) for a in site.front["areas"]],
        kinds=[(k.value, w.word(k)) for k in SubmissionKind],
        instruments=[(i.value, w.word(i)) for i in Instrument],
        organisations=[(o.value, w.word(o)) for o in OrganisationKind],
        status=status,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


# ---------- votes


def opened(site: Site, key: str) -> dict[str, Any]:
    """The consultation, if it takes votes and statements."""
    found: dict[str, Any] = site.document(f"consultations/{key}")
    if not found["open"]:
        raise Http404
    return found


@require_POST
@page
def vote(site: Site, key: str) -> HttpResponse:
    """Keep a vote; the pseudonym is a random cookie hashed with the consultation."""
    found = opened(site, key)
    given = site.request.POST
    numbers = {str(s["number"]): s["number"] for s in found["statements"]}
    if given.get("statement") not in numbers or given.get("opinion") not in set(Opinion):
        return consultation_page(site.request, programme=site.key, key=key, wrong="check")
    number, opinion = numbers[given["statement"]], Opinion(given["opinion"])
    cookie = site.request.COOKIES.get(VOTER, "")
    if not re.fullmatch(r"[0-9a-f]{32}", cookie):
        cookie = secrets.token_hex(16)
    at = now().isoformat()
    entry = {
        "what": "vote",
        "at": at,
        "consultation": key,
        "statement": number,
        "voter": voter(cookie, key),
        "opinion": opinion.value,
    }
    try:
        site.counts("vote")
        site.inbox.put(entry, f"{entry['voter']}/{number}/{at}")
    except TooMany:
        return consultation_page(site.request, programme=site.key, key=key, wrong="too_many", status=429)
    except Full:
        return consultation_page(site.request, programme=site.key, key=key, wrong="full", status=503)
    answer = HttpResponseRedirect(f"{site.address('consultation', key)}#vote")
    cast = {**cast_votes(site.request), number: opinion}
    signs = {opinion: sign for sign, opinion in SIGNS.items()}
    path = site.address("consultation", key)
    votes = ".".join(f"{n}{signs[o]}" for n, o in list(cast.items())[-600:])
    for name, value, where in ((VOTER, cookie, f"/{site.key}/"), (VOTES, votes, path)):
        answer.set_cookie(
            name, value, path=where, max_age=YEAR, httponly=True, samesite="Lax", secure=site.request.is_secure()
        )
    return answer


@require_POST
@page
def statement(site: Site, key: str) -> HttpResponse:
    """Keep a sentence that somebody wants others to vote on; a person reads it before it is shown."""
    found = opened(site, key)
    text = " ".join(forms.clean(site.request.POST.get("text", "")[: forms.STATEMENT * 2]).split())
    own, wrong = forms.opened(site.request.POST.get("mark", ""))
    if site.request.POST.get(forms.TRAP):
        wrong = "trap"
    elif not text:
        wrong = "empty"
    elif len(text) > forms.STATEMENT:
        wrong = "long"
    status = 422
    if not wrong:
        entry = {"what": "statement", "at": now().isoformat(), "consultation": found["key"], "text": text}
        try:
            site.counts("statement")
            site.inbox.put(entry, own)
        except TooMany:
            wrong, status = "too_many", 429
        except Full:
            wrong, status = "full", 503
    if wrong:
        return consultation_page(
            site.request, programme=site.key, key=key, wrong_statement=wrong, typed=text, status=status
        )
    return HttpResponseRedirect(f"{site.address('consultation', key)}?said=1#say")
