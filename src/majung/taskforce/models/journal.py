"""The journal: entries in a chain, its head, signed anchors, marks of erasures. Rows are added, never changed."""

from __future__ import annotations

from django.db import models


class JournalEntry(models.Model):
    """One operation that happened. hash = SHA-256 over everything here with the hash before it (see `journal.chain`).

    at: when it happened as the actor says it (a record is loaded later than it happened); recorded: when written.
    rows: the image of every row that it wrote, personal fields as salted digests.
    """

    seq = models.BigIntegerField(primary_key=True)
    programme = models.ForeignKey("taskforce.Programme", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    recorded = models.DateTimeField()
    operation = models.CharField(max_length=80)
    actor = models.ForeignKey("taskforce.Person", models.PROTECT, null=True, related_name="+")
    acted_as = models.CharField(max_length=120)
    subject = models.CharField(max_length=120)
    arguments = models.JSONField()
    rows = models.JSONField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "seq"]), models.Index(fields=["programme", "seq"])]


class Head(models.Model):
    """The journal's last entry: the one row that every deed locks before it reads anything."""

    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)


class Anchor(models.Model):
    """A head signed with the key kept outside the database."""

    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    signed = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=128)
    printed_in = models.CharField(max_length=120, blank=True)


class Tombstone(models.Model):
    """That a row's personal fields were erased, when, and under which retention rule."""

    table = models.CharField(max_length=80)
    row = models.BigIntegerField()
    erased = models.DateTimeField()
    rule = models.CharField(max_length=80)
