"""The forms of the public site: what is asked for, what is refused, and the tests that need no puzzle to solve.

A form carries a signed mark with the moment at which it was opened: sent faster than a person types, or a day later, it
is asked for once more. A field that people do not see stays empty.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.core.validators import validate_email
from django.http import QueryDict

from majung.taskforce.batches import LONGEST
from majung.taskforce.rules.words import Instrument, OrganisationKind, SubmissionKind, Word
from majung.web.public.config import config

SALT = "majung-public-form"
TRAP = "website"
TITLE, STATEMENT, NAME, CONTACT = 200, 400, 160, 254
MOST_MONEY = Decimal(10) ** 13


def mark() -> str:
    """The mark of a form opened now."""
    return TimestampSigner(salt=SALT).sign(secrets.token_urlsafe(12))


def opened(marked: str, *, quick: bool = False) -> tuple[str, str]:
    """(the form's own word, "") or ("", key of what is wrong). quick: no least time, for a single sentence."""
    signer = TimestampSigner(salt=SALT)
    try:
        own = signer.unsign(marked, max_age=config.FORM_HOURS * 3600)
        if not quick:
            try:
                signer.unsign(marked, max_age=config.FORM_SECONDS)
            except SignatureExpired:
                return own, ""
            return "", "too_fast"
    except SignatureExpired:
        return "", "too_old"
    except BadSignature:
        return "", "too_old"
    return own, ""


def clean(text: str) -> str:
    """Text as people mean it: composed letters, line ends of one kind, no control or direction-turning characters."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (
        c for c in text if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn") and c not in TURNS)
    )
    return "".join(kept).strip()


TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
"""Characters that turn the direction of text: they make a sentence read otherwise than it is."""


@dataclass
class Demand:
    """The demand form as filled in. errors: field -> key of the words `form.wrong.*`."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def entry(self) -> dict[str, Any]:
        """What a batch brings of it; call only without errors."""
        kept = {name: value for name, value in self.values.items() if value}
        if "matching_funds" in kept:
            kept["matching_funds"] = str(Decimal(kept["matching_funds"]))
        return kept


LIMITS = {"title": TITLE, "text": LONGEST, "submitter": NAME, "contact": CONTACT, "private_lead": NAME}
LISTS: dict[str, type[Word]] = {"kind": SubmissionKind, "instrument": Instrument, "submitter_kind": OrganisationKind}
FIELDS = ("kind", "area", "title", "text", "instrument", "submitter_kind", "submitter", "contact")
PROJECT = ("private_lead", "matching_funds")


def demand(given: QueryDict, areas: set[str]) -> Demand:
    """Read and check the demand form."""
    values = {name: clean(given.get(name, ""))[: LONGEST + 1] for name in (*FIELDS, *PROJECT)}
    values["title"] = " ".join(values["title"].split())
    filled = Demand(values)
    for name in ("title", "text"):
        if not values[name]:
            filled.errors[name] = "missing"
    for name, most in LIMITS.items():
        if len(values[name]) > most:
            filled.errors[name] = "long"
    for name, known in LISTS.items():
        if values[name] and values[name] not in set(known):
            filled.errors[name] = "choose"
    if values["area"] and values["area"] not in areas:
        filled.errors["area"] = "choose"
    if values["contact"] and "contact" not in filled.errors:
        try:
            validate_email(values["contact"])
        except ValidationError:
            filled.errors["contact"] = "mail"
    if values["matching_funds"]:
        values["matching_funds"] = values["matching_funds"].replace(",", "")
        try:
            money = Decimal(values["matching_funds"])
            sound = money.is_finite() and 0 <= money < MOST_MONEY and -money.as_tuple().exponent <= 3  # type: ignore[operator]
        except InvalidOperation:
            sound = False
        if not sound:
            filled.errors["matching_funds"] = "money"
    return filled
