"""Reviews: the dossier as it was frozen, and what was decided for each area."""

from __future__ import annotations

from django.db import models

from majung.taskforce.models.base import Bilingual, Journaled, Keyed, state_field, word_field
from majung.taskforce.models.bodies import Area, Body, Programme
from majung.taskforce.models.meetings import Decision
from majung.taskforce.rules.states import REVIEW
from majung.taskforce.rules.words import Conclusion


class Review(Keyed):
    """A look back over a period. dossier: what was known when it was frozen, with its digest."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="reviews")
    name = Bilingual()
    period_from = models.DateField()
    period_to = models.DateField()
    dossier = models.JSONField(default=dict, blank=True)
    dossier_hash = models.CharField(max_length=64, blank=True)
    frozen_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    state = state_field(REVIEW)

    LIFECYCLES = {"state": REVIEW}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="review_key")]

    @property
    def in_body(self) -> Body:
        return self.body


class ReviewConclusion(Journaled):
    """What a review decided for an area (None: for the task force as a whole), by which decision."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="conclusions")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="conclusions")
    conclusion = word_field(Conclusion)
    into = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    reason = Bilingual()
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="conclusions")

    APPEND_ONLY = True

    @property
    def in_programme(self) -> Programme:
        return self.review.programme

    @property
    def in_body(self) -> Body:
        return self.review.body
