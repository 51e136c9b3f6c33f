"""Meetings: series, agenda, papers, attendance, minutes, outcomes, decisions, actions, written procedures."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from majung.taskforce.models.base import Bilingual, Journaled, Keyed, state_field, word_field
from majung.taskforce.models.bodies import Body, Mandate, Organisation, Person, Programme
from majung.taskforce.rules.states import ACTION, MEETING, WRITTEN_PROCEDURE
from majung.taskforce.rules.words import (
    Ballot,
    Disclosure,
    OutcomeKind,
    Presence,
    Purpose,
    WithholdingGround,
)

DAY = [MinValueValidator(1), MaxValueValidator(31)]


class Room(Keyed):
    name = Bilingual()
    seats = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="room_key")]


class MeetingSeries(Keyed):
    """A body's standing rule: so often a month, between these days of it."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="series")
    first_day = models.PositiveSmallIntegerField(validators=DAY)
    last_day = models.PositiveSmallIntegerField(validators=DAY)
    per_month_least = models.PositiveSmallIntegerField(default=1)
    per_month_most = models.PositiveSmallIntegerField(default=2)
    gap_days = models.PositiveSmallIntegerField(default=3, help_text="Least calendar days between two meetings.")
    minutes = models.PositiveSmallIntegerField(default=120)
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="series_key")]

    @property
    def in_body(self) -> Body:
        return self.body


class Meeting(Keyed):
    """A sitting of a body. time_known: the record may give the day only."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="meetings")
    series = models.ForeignKey(MeetingSeries, models.PROTECT, null=True, blank=True, related_name="meetings")
    name = Bilingual()
    starts = models.DateTimeField()
    time_known = models.BooleanField(default=True)
    minutes_long = models.PositiveSmallIntegerField(default=120)
    place = Bilingual()
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="meetings")
    convened_on = models.DateField(null=True, blank=True)
    quorate = models.BooleanField(null=True, blank=True, help_text="Found when the meeting was opened.")
    postponed_from = models.DateTimeField(null=True, blank=True)
    reason = Bilingual(help_text="Why it was postponed or cancelled.")
    source = models.CharField(max_length=200, blank=True)
    disclosure = word_field(Disclosure, default=Disclosure.MEMBERS)
    state = state_field(MEETING)

    LIFECYCLES = {"state": MEETING}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="meeting_key")]
        indexes = [models.Index(fields=["programme", "starts"]), models.Index(fields=["body", "starts"])]

    @property
    def in_body(self) -> Body:
        return self.body


class AgendaItem(Journaled):
    """One point of an agenda. resting_on: the named run that the meeting decides on."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    title = Bilingual()
    purpose = word_field(Purpose)
    presenter = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    strategy = models.ForeignKey("taskforce.Strategy", models.PROTECT, null=True, blank=True, related_name="items")
    resting_on = models.ForeignKey("taskforce.RunRecord", models.PROTECT, null=True, blank=True, related_name="items")
    theme = models.ForeignKey("taskforce.Theme", models.PROTECT, null=True, blank=True, related_name="items")
    carried_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="carried_to")
    withdrawn = models.BooleanField(default=False)

    @property
    def in_programme(self) -> Programme:
        return self.meeting.programme

    @property
    def in_body(self) -> Body:
        return self.meeting.body


class Paper(Journaled):
    """A document laid before a meeting; a new version is a new row with the next number.

    laid_on: from this day on it lies before the body. ground and look_again: a closed paper names the ground of the
    disclosure act and the day it is looked at again.
    """

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="papers")
    number = models.PositiveSmallIntegerField()
    title = Bilingual()
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    laid_on = models.DateField()
    disclosure = word_field(Disclosure, default=Disclosure.MEMBERS)
    ground = word_field(WithholdingGround, blank=True)
    look_again = models.DateField(null=True, blank=True)

    @property
    def in_programme(self) -> Programme:
        return self.item.meeting.programme

    @property
    def in_body(self) -> Body:
        return self.item.meeting.body


class Attendance(Journaled):
    """Who sat in a meeting, under which mandate; a proxy names the mandate it stands for."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendance")
    person = models.ForeignKey(Person, models.PROTECT, related_name="attendance")
    mandate = models.ForeignKey(Mandate, models.PROTECT, null=True, blank=True, related_name="attendance")
    presence = word_field(Presence)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "person", "mandate"], name="attends_once")]

    @property
    def in_programme(self) -> Programme:
        return self.meeting.programme

    @property
    def in_body(self) -> Body:
        return self.meeting.body


class MinutesRevision(Journaled):
    """A version of a meeting's minutes: order of proceedings and gist of remarks; the rest of what the law asks for
    (body, time, place, attendance, agenda, decisions, votes) is read from the meeting itself.

    drafted_on: None where the record does not know it.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="minutes")
    number = models.PositiveSmallIntegerField()
    proceedings = models.TextField()
    remarks = models.TextField()
    drafted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    drafted_on = models.DateField(null=True, blank=True)
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    approved_on = models.DateField(null=True, blank=True)
    disclosure = word_field(Disclosure, default=Disclosure.MEMBERS)
    ground = word_field(WithholdingGround, blank=True)
    look_again = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="minutes_number")]

    @property
    def in_programme(self) -> Programme:
        return self.meeting.programme

    @property
    def in_body(self) -> Body:
        return self.meeting.body


class Outcome(Journaled):
    """What came of an agenda item."""

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="outcomes")
    kind = word_field(OutcomeKind)
    text = Bilingual()
    referred_to = models.ForeignKey(Body, models.PROTECT, null=True, blank=True, related_name="referrals")

    @property
    def in_programme(self) -> Programme:
        return self.item.meeting.programme

    @property
    def in_body(self) -> Body:
        return self.item.meeting.body


class Decision(Keyed):
    """What a quorate body decided, in a meeting or a written procedure. key: its number, e.g. 2021-04.

    basis: statute, charter clause or paper. votes: ballots counted; None when decided without a count.
    """

    body = models.ForeignKey(Body, models.PROTECT, related_name="decisions")
    outcome = models.OneToOneField(Outcome, models.PROTECT, null=True, blank=True, related_name="decision")
    procedure = models.OneToOneField(
        "taskforce.WrittenProcedure", models.PROTECT, null=True, blank=True, related_name="decision"
    )
    text = Bilingual()
    basis = models.CharField(max_length=300)
    resting_on = models.ForeignKey(
        "taskforce.RunRecord", models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    votes_for = models.PositiveSmallIntegerField(null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(null=True, blank=True)
    abstentions = models.PositiveSmallIntegerField(null=True, blank=True)
    dissent = Bilingual()
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    taken_on = models.DateField()
    source = models.CharField(max_length=200, blank=True)

    APPEND_ONLY = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key"], name="decision_key"),
            models.CheckConstraint(
                condition=models.Q(outcome__isnull=False, procedure__isnull=True)
                | models.Q(outcome__isnull=True, procedure__isnull=False),
                name="decided_in_a_meeting_or_in_writing",
            ),
        ]

    @property
    def in_body(self) -> Body:
        return self.body


class Action(Keyed):
    """Something a meeting asked somebody to do by a day."""

    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="actions")
    text = Bilingual()
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="actions")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="actions")
    due = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    state = state_field(ACTION)

    LIFECYCLES = {"state": ACTION}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="action_key")]

    @property
    def in_body(self) -> Body:
        return self.outcome.item.meeting.body

    @property
    def of_person(self) -> int | None:
        return self.person_id

    @property
    def owners(self) -> frozenset[int | None]:
        return frozenset({self.organisation_id} - {None})


class WrittenProcedure(Keyed):
    """A question put to a body's voting members in writing."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="procedures")
    question = Bilingual()
    basis = models.CharField(max_length=300)
    resting_on = models.ForeignKey("taskforce.RunRecord", models.PROTECT, null=True, blank=True, related_name="+")
    opened = models.DateField()
    closes = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    state = state_field(WRITTEN_PROCEDURE)

    LIFECYCLES = {"state": WRITTEN_PROCEDURE}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="procedure_key")]

    @property
    def in_body(self) -> Body:
        return self.body


class WrittenVote(Journaled):
    """A member's ballot in a written procedure."""

    procedure = models.ForeignKey(WrittenProcedure, models.PROTECT, related_name="votes")
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="written_votes")
    ballot = word_field(Ballot)
    remark = models.TextField(blank=True)

    APPEND_ONLY = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["procedure", "mandate"], name="votes_once_in_writing")]

    @property
    def in_programme(self) -> Programme:
        return self.procedure.programme

    @property
    def in_body(self) -> Body:
        return self.procedure.body
