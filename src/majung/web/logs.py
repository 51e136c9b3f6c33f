"""The log: one JSON object a line, without personal data.

A request is logged by its route ("meetings/<key>"), never by the path, query, address or account; an error by its type
and the places in the code, never by its message, which can quote what somebody wrote.
"""

from __future__ import annotations

import json
import logging
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponseBase

log = logging.getLogger("majung.request")
_TOLD = ("method", "route", "status", "ms", "request_id")


class RequestLog:
    """Middleware: one line a request, with an id that also stands in the answer's X-Request-ID."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began, number = time.perf_counter(), uuid.uuid4().hex
        response = self.get_response(request)
        response["X-Request-ID"] = number
        match = request.resolver_match
        log.info(
            "request",
            extra={
                "method": request.method if request.method in METHODS else "OTHER",
                "route": match.route if match else "",
                "status": response.status_code,
                "ms": round((time.perf_counter() - began) * 1000, 1),
                "request_id": number,
            },
        )
        return response


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class JsonLines(logging.Formatter):
    """A record as one line of JSON. Messages of other loggers than ours are left out: they can quote a request."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.split(".")[0] == "majung"
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if ours:
            said["message"] = record.msg
        said |= {name: value for name in _TOLD if (value := record.__dict__.get(name)) is not None}
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            said["where"] = [f"{frame.filename.rpartition('/src/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(said, ensure_ascii=False, default=str)
