"""The Django project's settings: everything a deployment sets comes from the environment, with safe defaults.

MAJUNG_DATA        folder for database, runs, papers, keys (default: ./var)
DATABASE_URL       postgresql://user:password@host:port/name; SQLite in MAJUNG_DATA without it
MAJUNG_SECRET_KEY  required unless MAJUNG_DEBUG=1 or a key file may be made in MAJUNG_DATA
MAJUNG_HOSTS       host names served, separated by commas (default: localhost, 127.0.0.1)
MAJUNG_SIGNING_KEY file of the key that signs journal heads; keep it outside the database and its backups
MAJUNG_PUBLIC     folder of the public store that the public site serves (default: MAJUNG_DATA/public)
MAJUNG_HTTPS       1 when served behind TLS: secure cookies, HSTS, redirects
MAJUNG_PROXY       1 behind a reverse proxy that sets X-Forwarded-Proto and X-Forwarded-For itself
MAJUNG_METRICS_TOKEN  lets a collector elsewhere read /metrics; without it only this machine does
MAJUNG_LOG         json (default) or plain: how the server writes its log
MAJUNG_WARM        0 to read runs at the first look instead of when the server starts
MAJUNG_OIDC_URL, MAJUNG_OIDC_CLIENT, MAJUNG_OIDC_SECRET, MAJUNG_OIDC_NAME
                   the ministry's identity provider (OpenID Connect): signs in accounts that exist, by verified e-mail
MAJUNG_CLOCK       a moment (2021-04-20T14:00+09:00) at which the workspace's clock stands: to look at a record, no work
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

HERE = Path(__file__).parent
DATA = Path(os.environ.get("MAJUNG_DATA", "var")).resolve()
RUNS = Path(os.environ.get("MAJUNG_RUNS", DATA / "runs")).resolve()
SIGNING_KEY = Path(os.environ.get("MAJUNG_SIGNING_KEY", DATA / "keys" / "journal.pem"))
PUBLIC_STORE = Path(os.environ.get("MAJUNG_PUBLIC", DATA / "public")).resolve()
DEBUG = os.environ.get("MAJUNG_DEBUG") == "1"
HTTPS = os.environ.get("MAJUNG_HTTPS") == "1"
BEHIND_PROXY = os.environ.get("MAJUNG_PROXY") == "1"
METRICS_TOKEN = os.environ.get("MAJUNG_METRICS_TOKEN", "")
CLOCK = datetime.fromisoformat(os.environ["MAJUNG_CLOCK"]) if os.environ.get("MAJUNG_CLOCK") else None


def _secret() -> str:
    given = os.environ.get("MAJUNG_SECRET_KEY")
    if given:
        return given
    file = DATA / "keys" / "secret.txt"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50))
    return file.read_text()


def _database() -> dict[str, object]:
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "majung.sqlite3",
            # Writers queue at BEGIN instead of failing half-way; readers are never blocked (WAL).
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;",
            },
            "TEST": {"NAME": os.environ.get("MAJUNG_TEST_SQLITE")},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(
            f"DATABASE_URL: scheme {parts.scheme!r} is not known; use postgresql://user:password@host/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def identity_provider(given: Mapping[str, str]) -> dict[str, object]:
    """The settings of the identity provider that the environment names; none without it."""
    if not given.get("MAJUNG_OIDC_URL"):
        return {}
    lacking = [name for name in ("MAJUNG_OIDC_CLIENT", "MAJUNG_OIDC_SECRET") if not given.get(name)]
    if lacking:
        raise ValueError(f"MAJUNG_OIDC_URL is set, so {' and '.join(lacking)} must be too")
    app = {
        "provider_id": "ministry",
        "name": given.get("MAJUNG_OIDC_NAME", "SSO"),
        "client_id": given["MAJUNG_OIDC_CLIENT"],
        "secret": given["MAJUNG_OIDC_SECRET"],
        "settings": {"server_url": given["MAJUNG_OIDC_URL"]},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


SECRET_KEY = _secret()
ALLOWED_HOSTS = os.environ.get("MAJUNG_HOSTS", "localhost,127.0.0.1,testserver").split(",")
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "taskforce.User"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "majung.taskforce",
    "majung.web",
]
MIDDLEWARE = [
    "majung.web.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "majung.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "majung.web.urls"
WSGI_APPLICATION = "majung.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "majung.web.context.frame",
            ],
        },
    }
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
# Accounts are made by an administrator or come through the ministry's identity provider, never by sign-up.
ACCOUNT_ADAPTER = "majung.web.accounts.ClosedSignup"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "majung.web.request.csrf_failed"
SOCIALACCOUNT_ADAPTER = "majung.web.accounts.KnownPeople"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = identity_provider(os.environ)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
TIME_ZONE = "Asia/Seoul"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "papers"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 10
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Whether other names of the domain are served over TLS is not ours to say (W005, W021).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
EMAIL_BACKEND = os.environ.get("MAJUNG_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = DATA / "outbox"
DEFAULT_FROM_EMAIL = os.environ.get("MAJUNG_FROM_EMAIL", "majung@localhost")

# No address, no account and no text of a request goes into a log: see majung.web.logs.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "majung.web.logs.JsonLines"},
        "plain": {"format": "%(levelname)s %(name)s"},
    },
    "handlers": {
        "lines": {
            "class": "logging.StreamHandler",
            "formatter": "plain" if os.environ.get("MAJUNG_LOG") == "plain" else "json",
        },
        "nothing": {"class": "logging.NullHandler"},
    },
    "loggers": {
        "majung": {"handlers": ["lines"], "level": "INFO"},
        "django": {"handlers": ["lines"], "level": "WARNING"},
        # Says the path as it was asked for; majung.request says the same without what is secret in it.
        "django.request": {"handlers": ["lines"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["lines"], "level": "ERROR", "propagate": False},
        "django.server": {"handlers": ["nothing"], "propagate": False},
    },
}
