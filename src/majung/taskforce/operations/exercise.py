"""Rows in bulk for an exercise, written by the thousand, each with its own journal entry: the generator's deed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from majung.taskforce.journal.chain import Draft, append
from majung.taskforce.journal.images import image, reference
from majung.taskforce.models import Journaled, Programme
from majung.taskforce.models.base import witness
from majung.taskforce.operations.act import Invalid

GENERATOR = "exercise"


class _Seen:
    """The bulk under way: no single act, so nothing to tell."""

    def saw(self, row: Journaled) -> None:
        """Images are taken when all rows have their numbers."""


def fill(programme: Programme, rows: Sequence[Journaled], at: datetime) -> None:
    """Write new rows of one kind into an exercise, one journal entry each.

    Raises Invalid for a programme that is no exercise: generated material never mixes with what is real.
    """
    if not programme.exercise:
        raise Invalid("only an exercise is filled with generated rows", "생성한 자료는 연습에만 넣는다")
    if not rows:
        return
    with transaction.atomic():
        seen = witness.set(_Seen())
        try:
            type(rows[0])._default_manager.bulk_create(rows, batch_size=500)
        finally:
            witness.reset(seen)
        acted = f"system:{GENERATOR}"
        append(Draft(programme.pk, at, "exercise.fill", None, acted, reference(row), {}, [image(row)]) for row in rows)
