"""Settings of the public site. Everything a deployment sets comes from the environment, with safe defaults.

MAJUNG_PUBLIC       folder of the published store (default: MAJUNG_DATA/public), only read
MAJUNG_PUBLIC_KEY   file of the public key (PEM) with which editions must be signed; without it an edition is checked
                    against the key that lies in it: that shows damage, not forgery
MAJUNG_PUBLIC_DATA  folder that the site writes: inbox, secret, salt (default: MAJUNG_DATA/public-site)
MAJUNG_SECRET_KEY   required unless a key file may be made in MAJUNG_PUBLIC_DATA
MAJUNG_HOSTS        host names served, separated by commas (default: localhost, 127.0.0.1)
MAJUNG_PROXIES      number of trusted proxies before the site that add to X-Forwarded-For (default: 0)
MAJUNG_HTTPS        1 when served behind TLS: secure cookies, HSTS, redirects
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from csp.constants import NONE, SELF

WEB = Path(__file__).parents[1]
DATA = Path(os.environ.get("MAJUNG_DATA", "var")).resolve()
PUBLIC_STORE = Path(os.environ.get("MAJUNG_PUBLIC", DATA / "public")).resolve()
PUBLIC_KEY = Path(os.environ["MAJUNG_PUBLIC_KEY"]) if os.environ.get("MAJUNG_PUBLIC_KEY") else None
PUBLIC_DATA = Path(os.environ.get("MAJUNG_PUBLIC_DATA", DATA / "public-site")).resolve()
PROXIES = int(os.environ.get("MAJUNG_PROXIES", "0"))
HTTPS = os.environ.get("MAJUNG_HTTPS") == "1"
DEBUG = False

# What an address (a salted digest that lives for a day) may put forward in a day; offices share one address.
PER_DAY = {"submission": 30, "statement": 60, "vote": 2_000, "receipt": 300}
# What a programme's inbox holds until a batch takes it along.
INBOX = {"submission": 3_000, "statement": 3_000, "vote": 60_000}
FORM_SECONDS = 4
"""Nobody fills in the form faster."""
FORM_HOURS = 24
BODY = 128 * 1024
"""Bytes of a form; anything longer is refused unread."""


def _secret() -> str:
    given = os.environ.get("MAJUNG_SECRET_KEY")
    if given:
        return given
    file = PUBLIC_DATA / "secret.txt"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50))
    return file.read_text()


SECRET_KEY = _secret()
ALLOWED_HOSTS = os.environ.get("MAJUNG_HOSTS", "localhost,127.0.0.1,testserver").split(",")
INSTALLED_APPS = ["whitenoise.runserver_nostatic", "django.contrib.staticfiles", "csp", "majung.web"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "majung.web.public.door.BoundedMiddleware",
    "majung.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "majung.web.public.door.UnavailableMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "majung.web.public.urls"
WSGI_APPLICATION = "majung.web.public.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
CSRF_FAILURE_VIEW = "majung.web.public.door.csrf_failed"

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
TIME_ZONE = "Asia/Seoul"
USE_TZ = True

STATIC_URL = "/static/"
# Served from where the package lies; nothing to collect.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES and HTTPS else None
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY
DATA_UPLOAD_MAX_NUMBER_FIELDS = 60
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
