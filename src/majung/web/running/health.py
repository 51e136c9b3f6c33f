"""/healthz: the process answers. /readyz: database, tables and folder of data are as this version needs them."""

from __future__ import annotations

import os

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@require_safe
@login_not_required
def alive(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"alive": True})


@require_safe
@login_not_required
def ready(_request: HttpRequest) -> JsonResponse:
    """503 with what is missing; names no data."""
    checks = {"database": _tables(), "data": os.access(settings.DATA, os.R_OK | os.W_OK)}
    good = all(checks.values())
    return JsonResponse({"ready": good, "checks": checks}, status=200 if good else 503)


def _tables() -> bool:
    """The database answers and has every migration of this version."""
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False
