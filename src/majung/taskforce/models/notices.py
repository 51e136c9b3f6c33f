"""The outbox: what is to be told to whom by e-mail. Nothing closed stands in it."""

from __future__ import annotations

from django.db import models

from majung.taskforce.models.bodies import Person, Programme


class Notice(models.Model):
    """One notice to one person; digests gather several. Written inside the operation, sent after it.

    kind and values fill a template in the person's language; values hold names of public things and keys only.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="notices")
    person = models.ForeignKey(Person, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=40)
    values = models.JSONField(default=dict)
    about = models.CharField(max_length=120)
    made = models.DateTimeField()
    urgent = models.BooleanField(default=False)
    sent = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["sent", "urgent"])]
