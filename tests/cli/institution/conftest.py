"""The institution with an account and a token for everybody in it."""

from web.api.conftest import _fresh, _papers, institution, tokens  # noqa: F401
