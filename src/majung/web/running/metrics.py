"""/metrics in the text format of Prometheus: counts only. For this machine, or with MAJUNG_METRICS_TOKEN."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from majung import __version__
from majung.taskforce.models import Anchor, Head, Job, Notice
from majung.taskforce.rules.states import JOB
from majung.web.running.address import from_this_machine

TEXT = "text/plain; version=0.0.4; charset=utf-8"


@require_safe
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    if not _allowed(request):
        return HttpResponse("only this machine, or with MAJUNG_METRICS_TOKEN\n", status=403, content_type=TEXT)
    return HttpResponse("".join(_lines()), content_type=TEXT)


def _allowed(request: HttpRequest) -> bool:
    if from_this_machine(request):
        return True
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    given = request.headers.get("Authorization", "").encode()
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(wanted, given)


def _lines() -> Iterable[str]:
    now = timezone.now()
    yield from _gauge("majung_info", "The version that runs.", {f'version="{__version__}"': 1})
    head = Head.objects.filter(pk=1).values_list("seq", flat=True).first()
    yield from _gauge("majung_journal_entries", "Entries in the journal.", {"": head or 0})
    anchored = Anchor.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    yield from _gauge("majung_journal_unanchored", "Entries after the last signed head.", {"": (head or 0) - anchored})
    states = dict(Job.objects.values_list("state").annotate(n=Count("pk")).order_by("state"))
    jobs = {f'state="{state}"': states.get(state, 0) for state in JOB.labels}
    yield from _gauge("majung_jobs", "Background jobs by state.", jobs)
    oldest = Job.objects.filter(state="queued").aggregate(at=Min("asked_at"))["at"]
    waited = (now - oldest).total_seconds() if oldest else 0
    yield from _gauge("majung_jobs_oldest_waiting_seconds", "How long the oldest job has waited.", {"": round(waited)})
    unsent = Notice.objects.filter(sent__isnull=True)
    yield from _gauge("majung_notices_unsent", "Notices in the outbox.", {"": unsent.count()})
    failing = unsent.exclude(error="").count()
    yield from _gauge("majung_notices_failing", "Notices that could not be sent so far.", {"": failing})


def _gauge(name: str, says: str, values: dict[str, int]) -> Iterable[str]:
    yield f"# HELP {name} {says}\n# TYPE {name} gauge\n"
    for labels, value in values.items():
        yield f"{name}{{{labels}}} {value}\n" if labels else f"{name} {value}\n"
