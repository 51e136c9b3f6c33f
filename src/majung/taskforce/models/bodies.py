"""The programme, its organisations and people, bodies and mandates, areas and who leads them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from majung.taskforce.models.base import (
    Bilingual,
    Journaled,
    JournaledQuerySet,
    Keyed,
    Personal,
    state_field,
    word_field,
)
from majung.taskforce.rules.roles import RULES, BodyRules, Role
from majung.taskforce.rules.states import BODY
from majung.taskforce.rules.words import BodyKind, OrganisationKind


class Programme(Journaled):
    """One task force programme: what a programme folder holds, from the day it was loaded."""

    key = models.SlugField(max_length=60, unique=True)
    name = Bilingual()
    summary = Bilingual()
    country = models.CharField(max_length=3)
    exercise = models.BooleanField(default=False, help_text="Generated material, watermarked everywhere.")
    record_note = models.JSONField(default=dict, blank=True, help_text="Licence, what is not reported, context.")

    def __str__(self) -> str:
        return self.key

    @property
    def in_programme(self) -> Programme:
        return self


class ProgrammeFile(Journaled):
    """A definition file of the programme folder (criteria, industries, projects), text as it stands now."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="files")
    path = models.CharField(max_length=200)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "path"], name="one_file_a_path")]


class Organisation(Keyed):
    name = Bilingual()
    kind = word_field(OrganisationKind, default=OrganisationKind.MINISTRY)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="organisation_key")]


class Person(Personal, Keyed):
    """Somebody who acts in the programme: known by the post held, which is no personal datum, perhaps by name."""

    post = Bilingual()
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, default="ko")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="people")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="persons")

    PERSONAL = ("name", "email")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key"], name="person_key"),
            models.UniqueConstraint(fields=["programme", "user"], name="one_person_a_user"),
        ]

    @property
    def of_person(self) -> int | None:
        return self.pk


class CalendarFeed(Journaled):
    """The secret address at which a calendar program reads a person's meetings.

    The address is the server's signature over the person and the number, so that nothing kept here opens a calendar;
    another number, or on = False, and an address that is known somewhere says nothing any more. made: when it was made.
    """

    person = models.OneToOneField(Person, models.PROTECT, related_name="feed")
    number = models.PositiveIntegerField()
    made = models.DateTimeField()
    on = models.BooleanField(default=True)

    @property
    def in_programme(self) -> Programme:
        return self.person.programme

    @property
    def of_person(self) -> int:
        return self.person_id


class Body(Keyed):
    """A meeting body. rules: what its charter sets otherwise than its kind (keys of BodyRules)."""

    kind = word_field(BodyKind)
    name = Bilingual()
    note = Bilingual()
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    chair_post = Bilingual()
    place = Bilingual()
    founded = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    rules = models.JSONField(default=dict, blank=True)
    state = state_field(BODY)

    LIFECYCLES = {"state": BODY}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="body_key")]

    @property
    def in_body(self) -> Body:
        return self

    @property
    def follows(self) -> BodyRules:
        """The rules of its kind with what its charter changes."""
        given: dict[str, Any] = {k: v for k, v in self.rules.items() if k in BodyRules.__dataclass_fields__}
        return BodyRules(**{**RULES[BodyKind(self.kind)].__dict__, **given})


class MandateQuerySet(JournaledQuerySet["Mandate"]):
    def on(self, day: date) -> MandateQuerySet:
        """Mandates in force on a day: first and last day included."""
        return self.filter(Q(ends__isnull=True) | Q(ends__gte=day), starts__lte=day)


class Mandate(Journaled):
    """A person's role in a body from a day to a day. Closed by giving `ends` once; never edited otherwise.

    represents: the organisation spoken for. acting_for: the mandate this one stands in for.
    """

    body = models.ForeignKey(Body, models.PROTECT, related_name="mandates")
    person = models.ForeignKey(Person, models.PROTECT, related_name="mandates")
    role = word_field(Role)
    represents = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="mandates")
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)
    acting_for = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="stand_ins")
    decision = models.ForeignKey("taskforce.Decision", models.PROTECT, null=True, blank=True, related_name="mandates")

    objects = MandateQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="mandate_in_order")
        ]
        indexes = [models.Index(fields=["person", "starts"]), models.Index(fields=["body", "role"])]

    @property
    def in_programme(self) -> Programme:
        return self.body.programme

    @property
    def in_body(self) -> Body:
        return self.body

    @property
    def of_person(self) -> int | None:
        return self.person_id


class Charter(Journaled):
    """A revision of a body's charter."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="charters")
    number = models.PositiveIntegerField()
    text = Bilingual()
    adopted = models.DateField()
    decision = models.ForeignKey("taskforce.Decision", models.PROTECT, null=True, blank=True, related_name="charters")

    APPEND_ONLY = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "number"], name="charter_number")]

    @property
    def in_programme(self) -> Programme:
        return self.body.programme

    @property
    def in_body(self) -> Body:
        return self.body


class Milestone(Keyed):
    """Something a body set itself to reach by a day. Events of the record stand here with the day they happened."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="milestones")
    name = Bilingual()
    due = models.DateField(null=True, blank=True)
    reached = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="milestone_key")]

    @property
    def in_body(self) -> Body:
        return self.body


class Area(Keyed):
    """An industry the task force has taken up. key: the industry's id in the definitions and in runs."""

    name = Bilingual()
    body = models.ForeignKey(Body, models.PROTECT, null=True, blank=True, related_name="areas")
    adopted_run = models.ForeignKey("taskforce.RunRecord", models.PROTECT, null=True, blank=True, related_name="areas")
    decision = models.ForeignKey("taskforce.Decision", models.PROTECT, null=True, blank=True, related_name="areas")
    taken_up = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="area_key")]

    @property
    def in_body(self) -> Body | None:
        return self.body


class Lead(Journaled):
    """A ministry that leads an area, from a day to a day; two at once are joint leads."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="leads")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="leads")
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)

    @property
    def in_programme(self) -> Programme:
        return self.area.programme

    @property
    def in_body(self) -> Body | None:
        return self.area.body
