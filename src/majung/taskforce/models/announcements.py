"""What is announced, in which order, from which minute on, and how it was corrected."""

from __future__ import annotations

from django.db import models

from majung.taskforce.models.base import Bilingual, Journaled, Keyed, state_field
from majung.taskforce.models.bodies import Body, Person, Programme
from majung.taskforce.models.measures import Strategy, StrategyRevision
from majung.taskforce.models.meetings import AgendaItem, Decision
from majung.taskforce.rules.states import ANNOUNCEMENT


class Announcement(Keyed):
    """An agenda item of a strategy meeting that goes public. frozen: the material as announced, with its digest."""

    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="announcements")
    item = models.ForeignKey(AgendaItem, models.PROTECT, null=True, blank=True, related_name="announcements")
    position = models.PositiveSmallIntegerField(default=1)
    title = Bilingual()
    embargo_until = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    drafted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    cleared_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.ForeignKey(StrategyRevision, models.PROTECT, null=True, blank=True, related_name="announcements")
    frozen = models.JSONField(default=dict, blank=True)
    frozen_hash = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=200, blank=True)
    state = state_field(ANNOUNCEMENT)

    LIFECYCLES = {"state": ANNOUNCEMENT}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="announcement_key")]

    @property
    def in_body(self) -> Body | None:
        return self.strategy.in_body


class Correction(Journaled):
    """A revision of what was announced, with the notice that stands beside it. decision: by which it was corrected."""

    announcement = models.ForeignKey(Announcement, models.PROTECT, related_name="corrections")
    number = models.PositiveSmallIntegerField()
    notice = Bilingual()
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="corrections")
    frozen = models.JSONField()
    frozen_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    APPEND_ONLY = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["announcement", "number"], name="correction_number")]

    @property
    def in_programme(self) -> Programme:
        return self.announcement.programme


class PublishedEdition(Journaled):
    """A signed export to the public store."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    manifest_hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=128)

    APPEND_ONLY = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="edition_number")]
