"""Rows that only operations write, and whose every version the journal knows."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations

from majung.taskforce.rules.states import Lifecycle

if TYPE_CHECKING:
    from majung.taskforce.models.bodies import Body, Programme


class OutsideOperation(RuntimeError):
    """State was to be written without an operation: no permission would be asked, nothing journaled."""


class Witness(Protocol):
    """What sees each row that is written: the running act."""

    def saw(self, row: Journaled) -> None: ...


witness: ContextVar[Witness | None] = ContextVar("witness", default=None)


M = TypeVar("M", bound="Journaled")


class JournaledQuerySet(models.QuerySet[M]):
    """Reads as ever; writes in bulk go past the journal and are refused."""

    def update(self, **_: Any) -> int:
        raise OutsideOperation(f"{self.model.__name__}: save row by row inside an operation; update() is not journaled")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise OutsideOperation(f"{self.model.__name__}: rows are never deleted; end, drop or withdraw them")

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        act = _act(self.model)
        rows = list(objs)
        for row in rows:
            row.revision = 1
        created = super().bulk_create(rows, *args, **kwargs)
        for row in created:
            act.saw(row)
        return created


class Journaled(models.Model):
    """A row of state. revision counts its versions from 1; the database refuses an update that does not add one.

    PERSONAL: fields whose values the journal holds as salted digests only. APPEND_ONLY: never changed once written.
    """

    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = JournaledQuerySet.as_manager()

    PERSONAL: ClassVar[tuple[str, ...]] = ()
    APPEND_ONLY: ClassVar[bool] = False
    LIFECYCLES: ClassVar[Mapping[str, Lifecycle]] = {}

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        act = _act(type(self))
        if self.APPEND_ONLY and not self._state.adding:
            raise OutsideOperation(f"{type(self).__name__}: written once, never changed; add another")
        self.check_columns()
        self.revision += 1
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "revision"}
        super().save(*args, **kwargs)
        act.saw(self)

    def check_columns(self) -> None:
        """Length, range, form and word of every value that is given; SQLite checks none of it. Raises ValidationError
        by column."""
        wrong = {}
        for field in self._meta.concrete_fields:
            value = getattr(self, field.attname)
            if value in field.empty_values or field.is_relation or field.primary_key:
                continue
            try:
                field.clean(value, self)
                _in_range(field, value)
            except ValidationError as error:
                wrong[field.name] = error.error_list
        if wrong:
            raise ValidationError(wrong)

    def delete(self, *_: Any, **__: Any) -> tuple[int, dict[str, int]]:
        raise OutsideOperation(f"{type(self).__name__}: rows are never deleted; end, drop or withdraw them")

    # What permissions ask of a row; rows that hang on another answer through it.

    @property
    def in_programme(self) -> Programme:
        """The programme this row belongs to."""
        return self.programme  # type: ignore[attr-defined,no-any-return]

    @property
    def in_body(self) -> Body | None:
        """The body whose mandates count here; None means the programme as a whole."""
        return None

    @property
    def owners(self) -> frozenset[int | None]:
        """Organisations (ids) whose measure officers may act on this row."""
        return frozenset()

    @property
    def verifiers(self) -> frozenset[int | None]:
        """Organisations (ids) whose verifiers may act on this row."""
        return frozenset()

    @property
    def of_person(self) -> int | None:
        """The person (id) whose own row this is."""
        return None


class Keyed(Journaled):
    """A row that people and files name by a key, unique in its programme and kind."""

    programme = models.ForeignKey("taskforce.Programme", models.PROTECT, related_name="+")
    key = models.SlugField(max_length=120, allow_unicode=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key


class Personal(Journaled):
    """A row with fields of a person: salted so that its journaled digests say nothing once the salt is erased."""

    salt = models.CharField(max_length=64, default=secrets.token_hex, blank=True, editable=False)
    erased_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class Bilingual(models.JSONField):
    """Text in Korean and English: {"ko": ..., "en": ...}."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value and (not isinstance(value, dict) or set(value) != {"ko", "en"}):
            raise ValidationError("give both languages: {'ko': ..., 'en': ...}")


def state_field(lifecycle: Lifecycle) -> models.CharField[Any, Any]:
    """A column that holds a state of the lifecycle."""
    return models.CharField(max_length=24, choices=lifecycle.choices(), default=lifecycle.initial)


def word_field(words: Any, **kwargs: Any) -> models.CharField[Any, Any]:
    """A column that holds a word of a closed list."""
    return models.CharField(max_length=24, choices=words.choices(), **kwargs)


def _in_range(field: models.Field[Any, Any], value: Any) -> None:
    """Whole numbers as PostgreSQL holds them, on every database."""
    low, high = BaseDatabaseOperations.integer_field_ranges.get(field.get_internal_type(), (None, None))
    if low is not None and high is not None and not low <= value <= high:
        raise ValidationError(f"{low}~{high}")


def _act(model: type[models.Model]) -> Witness:
    act = witness.get()
    if act is None:
        raise OutsideOperation(f"{model.__name__}: state changes only through majung.taskforce.operations")
    return act
