"""The NinjaAPI with its routers; its OpenAPI stands at /api/v1/openapi.json."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern
from ninja import NinjaAPI

from majung import __version__
from majung.web.api import deeds, problems, questions
from majung.web.api.who import Session, Token

api = NinjaAPI(
    title="Majung",
    version=__version__,
    description=(
        "Every operation and register of the task force. Rows are named by references such as `meeting/2021-04-cloud`, "
        "text is {ko, en}, money a decimal string (KRW million), files base64. What may be done and seen follows from "
        "the mandates of the day. · 태스크포스의 모든 작업과 목록"
    ),
    urls_namespace="api",
    auth=[Token(), Session()],
    docs_url=None,
)
problems.install(api)
api.add_router("", questions.general)
api.add_router("", deeds.router)
api.add_router("", questions.router)

urls = api.urls
for _pattern in urls[0]:
    # It asks for a token or a session itself, and says so in its own words instead of sending to the sign-in page.
    if isinstance(_pattern, URLPattern) and _pattern.callback is not None:
        _pattern.callback = login_not_required(_pattern.callback)
