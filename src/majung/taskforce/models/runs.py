"""Runs of the analysis as the institution knows them, the jobs that make them, and the judges' weights."""

from __future__ import annotations

from django.db import models

from majung.taskforce.models.base import Bilingual, Journaled, Keyed, state_field
from majung.taskforce.models.bodies import Body, Person, Programme
from majung.taskforce.models.meetings import Decision
from majung.taskforce.rules.states import JOB, PANEL


class CriteriaSet(Journaled):
    """A version of the criteria with their weights, as a meeting may adopt it."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="criteria_sets")
    number = models.PositiveSmallIntegerField()
    criteria = models.JSONField(help_text="[{id, weight, low, high}], the rest stands in programme.toml")
    origin = Bilingual(help_text="Where the weights come from.")
    panel = models.ForeignKey("taskforce.Panel", models.PROTECT, null=True, blank=True, related_name="criteria_sets")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="criteria_sets")

    APPEND_ONLY = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="criteria_set_number")]


class RunRecord(Keyed):
    """A kept run: key is its id, digest what `majung reproduce` compares. The tables stay in the runs folder.

    changes: what it was asked with instead of the definitions: {"criteria": [{id, weight, low, high}], "panel": key,
    "budgets": {year: amount}}; empty for the definitions as they stood.
    """

    digest = models.CharField(max_length=64)
    manifest = models.JSONField()
    mode = models.CharField(max_length=16)
    cut_year = models.PositiveSmallIntegerField()
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, null=True, blank=True, related_name="runs")
    changes = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey("taskforce.Job", models.PROTECT, null=True, blank=True, related_name="runs")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="run_key")]


class Panel(Keyed):
    """Judges asked for weights by pairwise comparison. items: what is compared (criterion ids)."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="panels")
    question = Bilingual()
    items = models.JSONField()
    opened = models.DateField()
    closes = models.DateField(null=True, blank=True)
    state = state_field(PANEL)

    LIFECYCLES = {"state": PANEL}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="panel_key")]

    @property
    def in_body(self) -> Body:
        return self.body


class Comparison(Journaled):
    """A judge's whole matrix at a moment: {"a/b": how many times a matters more than b}; the latest counts."""

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="comparisons")
    judge = models.ForeignKey(Person, models.PROTECT, related_name="comparisons")
    number = models.PositiveSmallIntegerField()
    matrix = models.JSONField()
    consistency_ratio = models.FloatField(null=True)

    APPEND_ONLY = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["panel", "judge", "number"], name="comparison_number")]

    @property
    def in_programme(self) -> Programme:
        return self.panel.programme

    @property
    def in_body(self) -> Body:
        return self.panel.body

    @property
    def of_person(self) -> int | None:
        return self.judge_id


class Job(models.Model):
    """Long work in the background: not state of the institution but of the machine, so not journaled.

    The operation that starts it and the one that takes in its result are. cancel: asked for, looked at between steps.
    beat: when the worker last showed life; a stale job is queued again, its steps are idempotent by content hash.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="jobs")
    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    state = state_field(JOB)
    stage = models.CharField(max_length=80, blank=True)
    done = models.PositiveSmallIntegerField(default=0)
    of = models.PositiveSmallIntegerField(default=0)
    cancel = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    beat = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="jobs")
    asked_at = models.DateTimeField()
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "beat"])]
