"""Sign-in accounts and the tokens of programs. A user is not a person of a programme: mandates belong to persons."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """An account. What it may do follows from the mandates of its persons, never from flags here."""

    language = models.CharField(max_length=2, choices=[("ko", "한국어"), ("en", "English")], default="ko")


class ApiToken(models.Model):
    """A person's key for programs. Only its digest is kept; it is shown once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User, name: str, now: datetime, expires: datetime) -> tuple[ApiToken, str]:
        """A new token and its secret, which is not kept."""
        secret = "majung_" + secrets.token_urlsafe(32)
        token = cls.objects.create(user=user, name=name, digest=cls.digest_of(secret), created=now, expires=expires)
        return token, secret
