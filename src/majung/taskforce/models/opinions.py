"""Policy demand from outside: consultations, submissions and their answers, statements and votes."""

from __future__ import annotations

from django.db import models

from majung.taskforce.models.base import Bilingual, Journaled, Keyed, Personal, state_field, word_field
from majung.taskforce.models.bodies import Area, Body, Person, Programme
from majung.taskforce.rules.receipts import receipt_code
from majung.taskforce.rules.states import CONSULTATION, STATEMENT, SUBMISSION
from majung.taskforce.rules.words import Answer, Instrument, Opinion, OrganisationKind, SubmissionKind


class Consultation(Keyed):
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="consultations")
    body = models.ForeignKey(Body, models.PROTECT, related_name="consultations")
    question = Bilingual()
    opens = models.DateField()
    closes = models.DateField(null=True, blank=True)
    state = state_field(CONSULTATION)

    LIFECYCLES = {"state": CONSULTATION}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="consultation_key")]

    @property
    def in_body(self) -> Body:
        return self.body


class Theme(Keyed):
    """What several submissions ask for; a person confirms it. merged_into: one that turned out to be the same."""

    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="themes")
    name = Bilingual()
    instrument = word_field(Instrument, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="theme_key")]

    @property
    def in_body(self) -> Body | None:
        return self.area.body if self.area else None


class Submission(Personal, Keyed):
    """A demand, proposed industry or core project from outside. key: its public number; receipt: its secret code."""

    kind = word_field(SubmissionKind, default=SubmissionKind.DEMAND)
    consultation = models.ForeignKey(Consultation, models.PROTECT, null=True, blank=True, related_name="submissions")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="submissions")
    theme = models.ForeignKey(Theme, models.PROTECT, null=True, blank=True, related_name="submissions")
    instrument = word_field(Instrument, blank=True)
    title = models.CharField(max_length=200)
    text = models.TextField()
    submitter_kind = word_field(OrganisationKind, default=OrganisationKind.OTHER)
    submitter = models.CharField(max_length=160, blank=True)
    contact = models.EmailField(blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="submissions")
    private_lead = models.CharField(max_length=160, blank=True)
    matching_funds = models.DecimalField(
        max_digits=16, decimal_places=3, null=True, blank=True, help_text="KRW million"
    )
    receipt = models.CharField(max_length=12, unique=True, default=receipt_code, editable=False)
    received_on = models.DateField()
    answer_due = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    language = models.CharField(max_length=2, default="ko")
    state = state_field(SUBMISSION)

    PERSONAL = ("submitter", "contact", "text", "title", "private_lead", "receipt")
    LIFECYCLES = {"state": SUBMISSION}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="submission_key")]
        indexes = [models.Index(fields=["programme", "state", "answer_due"])]

    @property
    def in_body(self) -> Body | None:
        return self.area.body if self.area else None

    @property
    def of_person(self) -> int | None:
        return self.person_id


class ModerationAct(Journaled):
    """What was done with a submission or statement on the way, and why."""

    submission = models.ForeignKey(Submission, models.PROTECT, null=True, blank=True, related_name="moderation")
    statement = models.ForeignKey(
        "taskforce.Statement", models.PROTECT, null=True, blank=True, related_name="moderation"
    )
    act = models.CharField(max_length=24)
    reason = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    on = models.DateField()

    APPEND_ONLY = True

    @property
    def in_programme(self) -> Programme:
        found = self.submission or self.statement
        assert found is not None  # noqa: S101  (one of the two is given)
        return found.in_programme


class Response(Journaled):
    """An answer: what, why, and what it leads to. A new answer after an appeal is a new row."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="responses")
    number = models.PositiveSmallIntegerField(default=1)
    answer = word_field(Answer)
    reason = Bilingual()
    measure = models.ForeignKey("taskforce.Measure", models.PROTECT, null=True, blank=True, related_name="responses")
    decision = models.ForeignKey("taskforce.Decision", models.PROTECT, null=True, blank=True, related_name="responses")
    link = models.URLField(blank=True)
    answered_on = models.DateField()
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    APPEND_ONLY = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="response_number")]

    @property
    def in_programme(self) -> Programme:
        return self.submission.programme

    @property
    def in_body(self) -> Body | None:
        return self.submission.in_body


class Statement(Journaled):
    """A sentence to vote on."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="statements")
    number = models.PositiveIntegerField()
    text = Bilingual()
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, blank=True, related_name="statements")
    state = state_field(STATEMENT)

    LIFECYCLES = {"state": STATEMENT}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consultation", "number"], name="statement_number")]

    @property
    def in_programme(self) -> Programme:
        return self.consultation.programme

    @property
    def in_body(self) -> Body:
        return self.consultation.body


class Vote(Journaled):
    """A vote on a statement; a changed mind is a new row, the latest counts. voter: a pseudonym, never a person."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="votes")
    voter = models.CharField(max_length=32)
    opinion = word_field(Opinion)
    cast = models.DateTimeField()

    APPEND_ONLY = True

    class Meta:
        indexes = [models.Index(fields=["statement", "voter"])]

    @property
    def in_programme(self) -> Programme:
        return self.statement.consultation.programme
