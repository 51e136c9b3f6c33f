"""Strategies, core tasks and projects, the measures that carry them out, metrics with targets and readings, lights."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from majung.taskforce.models.base import Bilingual, Journaled, Keyed, state_field, word_field
from majung.taskforce.models.bodies import Area, Body, Milestone, Organisation, Person, Programme
from majung.taskforce.models.meetings import Decision
from majung.taskforce.rules.states import FISCAL, MEASURE, REGULATORY, STRATEGY
from majung.taskforce.rules.words import Colour, Direction, Instrument, Judge, Qualifier


class Strategy(Keyed):
    """What is planned for an area; its text is in revisions."""

    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="strategies")
    fields = models.JSONField(default=list, blank=True, help_text="Industries covered when there is no single area.")
    name = Bilingual()
    source = models.CharField(max_length=200, blank=True)
    state = state_field(STRATEGY)
    announced_on = models.DateField(null=True, blank=True)

    LIFECYCLES = {"state": STRATEGY}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="strategy_key")]

    @property
    def in_body(self) -> Body | None:
        return self.area.body if self.area else None


class StrategyRevision(Journaled):
    """A version of a strategy's text. frozen: it went into an announcement."""

    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    summary = Bilingual()
    text = Bilingual()
    drafted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    APPEND_ONLY = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["strategy", "number"], name="strategy_revision_number")]

    @property
    def in_programme(self) -> Programme:
        return self.strategy.programme

    @property
    def in_body(self) -> Body | None:
        return self.strategy.in_body


class CoreTask(Keyed):
    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="tasks")
    position = models.PositiveSmallIntegerField()
    name = Bilingual()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="core_task_key")]

    @property
    def in_body(self) -> Body | None:
        return self.strategy.in_body


class CoreProject(Keyed):
    """A core project of an area. key: its id in the programme's projects and in runs."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="projects")
    task = models.ForeignKey(CoreTask, models.PROTECT, null=True, blank=True, related_name="projects")
    name = Bilingual()
    chosen_run = models.ForeignKey(
        "taskforce.RunRecord", models.PROTECT, null=True, blank=True, related_name="projects"
    )
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="projects")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="core_project_key")]

    @property
    def in_body(self) -> Body | None:
        return self.area.body


def days_late(state: str, due: date | None, day: date) -> int:
    """Days past the due date while the work is not reported done."""
    if due is None or state not in ("proposed", "agreed", "in-progress", "suspended"):
        return 0
    return max(0, (day - due).days)


class Measure(Keyed):
    """Something the government does to carry out a core task. Who owns it does not verify it."""

    task = models.ForeignKey(CoreTask, models.PROTECT, related_name="measures")
    project = models.ForeignKey(CoreProject, models.PROTECT, null=True, blank=True, related_name="measures")
    name = Bilingual()
    instrument = word_field(Instrument)
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="measures")
    officer = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="measures")
    verifier = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="verifies")
    starts = models.DateField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)
    reported_done_on = models.DateField(null=True, blank=True)
    reported_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    closed_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text="Why it was suspended, dropped, transferred or returned.")
    transferred_to = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    statute = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    note = Bilingual()
    state = state_field(MEASURE)
    fiscal = state_field(FISCAL)
    regulatory = state_field(REGULATORY)

    LIFECYCLES = {"state": MEASURE, "fiscal": FISCAL, "regulatory": REGULATORY}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key"], name="measure_key"),
            models.CheckConstraint(
                condition=Q(verifier__isnull=True) | ~Q(verifier=models.F("owner")), name="owner_does_not_verify"
            ),
        ]
        indexes = [models.Index(fields=["programme", "state", "due"]), models.Index(fields=["owner", "state"])]

    OPEN = ("proposed", "agreed", "in-progress", "reported-done", "suspended")

    @property
    def in_body(self) -> Body | None:
        return self.task.strategy.in_body

    @property
    def owners(self) -> frozenset[int | None]:
        return frozenset({self.owner_id})

    @property
    def verifiers(self) -> frozenset[int | None]:
        return frozenset({self.verifier_id} - {None})

    def late_by(self, day: date) -> int:
        """Days past the due date while the work is not reported done; 0 when on time. Computed, never set."""
        return days_late(self.state, self.due, day)


class _OfMeasure(Journaled):
    class Meta:
        abstract = True

    measure: models.ForeignKey[Measure, Measure]

    @property
    def in_programme(self) -> Programme:
        return self.measure.programme

    @property
    def in_body(self) -> Body | None:
        return self.measure.in_body

    @property
    def owners(self) -> frozenset[int | None]:
        return self.measure.owners

    @property
    def verifiers(self) -> frozenset[int | None]:
        return self.measure.verifiers


class BudgetYear(_OfMeasure):
    """A measure's budget of a year as stated, in KRW million (exact decimals)."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="budget")
    year = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=16, decimal_places=3)
    stage = models.CharField(max_length=24, choices=FISCAL.choices(), default="appropriated")
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "year", "stage"], name="budget_once_a_year")]


class MeasureMilestone(_OfMeasure):
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="milestones")
    name = Bilingual()
    due = models.DateField()
    reached = models.DateField(null=True, blank=True)


class Dependency(_OfMeasure):
    """`measure` waits for `on`."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="waits_for")
    on = models.ForeignKey(Measure, models.PROTECT, related_name="awaited_by")
    why = Bilingual()

    APPEND_ONLY = True


class Ground(_OfMeasure):
    """What a measure rests on: exactly one of a decision, a submission, a published figure of a run, a milestone."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="grounds")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="grounds")
    submission = models.ForeignKey(
        "taskforce.Submission", models.PROTECT, null=True, blank=True, related_name="grounds"
    )
    milestone = models.ForeignKey(Milestone, models.PROTECT, null=True, blank=True, related_name="grounds")
    run = models.ForeignKey("taskforce.RunRecord", models.PROTECT, null=True, blank=True, related_name="grounds")
    figure = models.CharField(max_length=40, blank=True)

    APPEND_ONLY = True


class Metric(_OfMeasure):
    """What a measure is measured by. baseline None: not reported."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="metrics")
    key = models.SlugField(max_length=60)
    name = Bilingual()
    unit = Bilingual()
    direction = word_field(Direction, default=Direction.UP)
    baseline = models.FloatField(null=True, blank=True)
    baseline_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    note = Bilingual()
    doubtful = models.BooleanField(default=False, help_text="Printed with a dagger: left as the source states it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "key"], name="metric_key")]


class _OfMetric(Journaled):
    class Meta:
        abstract = True

    metric: models.ForeignKey[Metric, Metric]

    @property
    def in_programme(self) -> Programme:
        return self.metric.measure.programme

    @property
    def in_body(self) -> Body | None:
        return self.metric.measure.in_body

    @property
    def owners(self) -> frozenset[int | None]:
        return self.metric.measure.owners

    @property
    def verifiers(self) -> frozenset[int | None]:
        return self.metric.measure.verifiers


class Target(_OfMetric):
    """The value to be reached by a day."""

    metric = models.ForeignKey(Metric, models.PROTECT, related_name="targets")
    by = models.DateField()
    value = models.FloatField()
    qualifier = word_field(Qualifier, default=Qualifier.EXACT, blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["metric", "by"], name="target_once_a_day")]


class Reading(_OfMetric):
    """A value reported for a day; a later reading of the same day is a revision and says why."""

    metric = models.ForeignKey(Metric, models.PROTECT, related_name="readings")
    on = models.DateField()
    number = models.PositiveSmallIntegerField(default=1)
    value = models.FloatField()
    reported_on = models.DateField()
    reported_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=200)
    why_revised = models.TextField(blank=True)

    APPEND_ONLY = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["metric", "on", "number"], name="reading_number")]


class PeriodLock(Journaled):
    """Readings for days up to `through` are closed; later ones are corrections with a reason, by the secretariat."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="locks")
    through = models.DateField()
    locked_on = models.DateField()

    APPEND_ONLY = True


class Light(_OfMeasure):
    """A light said by the owner or the reviewer; the rule's own is computed and never stored."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="lights")
    judge = models.CharField(max_length=24, choices=[(j.value, j.label["en"]) for j in (Judge.OWNER, Judge.REVIEWER)])
    colour = models.CharField(max_length=24, choices=[(c.value, c.label["en"]) for c in Colour if c != Colour.GREY])
    on = models.DateField()
    reason = models.TextField()
    said_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    APPEND_ONLY = True


class Standing(models.Model):
    """Where a measure stands: all that lists and the situation room count, in one narrow row; derived, not journaled.

    area: of the measure's strategy. late_from: first day on which it is late; None while it cannot be. progress: the
    least share of the way that was due by its last readings; None: not reported. way: the rule's light while it is not
    late. owner, reviewer: the last light said. backed: a decision and an opinion, assessment or milestone stand behind
    it. Every act ends with `operations.standing.restate` of the measures that
    it touched; a test compares all rows with their origin after each kind of deed.
    """

    measure = models.OneToOneField(Measure, models.CASCADE, primary_key=True, related_name="standing")
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=24)
    late_from = models.DateField(null=True)
    progress = models.FloatField(null=True)
    way = models.CharField(max_length=24)
    owner = models.CharField(max_length=24)
    reviewer = models.CharField(max_length=24)
    backed = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(
                fields=["programme", "area", "state", "late_from", "way", "owner", "reviewer"], name="standing_counted"
            ),
            models.Index(fields=["programme", "late_from", "measure"], name="standing_late"),
            models.Index(fields=["programme", "measure"], condition=Q(backed=False), name="standing_bare"),
        ]
