"""Signing in through an identity provider: a known, verified address gets in; nobody else, and no account is made."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from majung.taskforce.models import User
from majung.web.settings import identity_provider


class Provider(BaseHTTPRequestHandler):
    """The parts of OpenID Connect that a sign-in uses, for one person."""

    claims: dict[str, Any] = {}  # noqa: RUF012
    verifiers: list[str] = []  # noqa: RUF012

    def _answer(self, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        base = f"http://{self.headers['Host']}"
        if self.path.startswith("/.well-known"):
            names = {"authorization": "auth", "token": "token", "userinfo": "userinfo"}
            ends = {f"{name}_endpoint": f"{base}/{path}" for name, path in names.items()}
            self._answer({"issuer": base, "jwks_uri": f"{base}/jwks", **ends})
        elif self.path == "/userinfo":
            self._answer(self.claims)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.verifiers.extend(sent.get("code_verifier", []))
        self._answer({"access_token": "token", "token_type": "Bearer"})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def provider(settings: Any) -> Iterator[type[Provider]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    given = {"MAJUNG_OIDC_URL": url, "MAJUNG_OIDC_CLIENT": "majung", "MAJUNG_OIDC_SECRET": "s"}
    settings.SOCIALACCOUNT_PROVIDERS = identity_provider(given)
    yield Provider
    server.shutdown()
    server.server_close()
    thread.join()


def come_back(client: Client, claims: dict[str, Any]) -> Any:
    """The whole round: to the provider and back with a code."""
    Provider.claims = claims
    away = client.post("/accounts/oidc/ministry/login/")
    asked = parse_qs(urlsplit(away.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    return client.get("/accounts/oidc/ministry/login/callback/", {"code": "c", "state": asked["state"][0]})


@pytest.mark.django_db
def test_a_known_verified_address_signs_in(provider: type[Provider], client: Client) -> None:
    user = User.objects.create_user("known", email="known@example.org", password="x")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    came = come_back(client, {"sub": "1", "email": "known@example.org", "email_verified": True})
    assert came.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert len(base64.urlsafe_b64encode(provider.verifiers[-1].encode())) > 40


@pytest.mark.django_db
@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "2", "email": "stranger@example.org", "email_verified": True},
        {"sub": "3", "email": "known@example.org", "email_verified": False},
    ],
)
def test_nobody_else_does_and_no_account_is_made(
    provider: type[Provider], client: Client, claims: dict[str, Any]
) -> None:
    user = User.objects.create_user("known", email="known@example.org", password="x")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    come_back(client, claims)
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 1


def test_half_a_provider_is_refused() -> None:
    with pytest.raises(ValueError, match="MAJUNG_OIDC_SECRET must be too"):
        identity_provider({"MAJUNG_OIDC_URL": "https://sso.example", "MAJUNG_OIDC_CLIENT": "x"})
    assert identity_provider({}) == {}
