"""How this installation is: for who watches it, and in words for who administers accounts."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from repere.accounts.middleware import ActingRequest
from repere.accounts.models import ADMINISTRATOR
from repere.web import readiness

LOOPBACK = ("127.0.0.1", "::1")
STATES = {readiness.GOOD: _("in order"), readiness.POOR: _("not in order"), readiness.UNKNOWN: _("not known")}
PARTS = {
    "backup": _("Last backup on this machine"),
    "clock": _("Clock"),
    "database": _("Database"),
    "disk": _("Room on the disk"),
    "records": _("Records against the ledger"),
    "sealer": _("Seals of the ledger"),
    "worker": _("Reminders and evaluations"),
}


def ready(request: HttpRequest) -> HttpResponse:
    """200 or 503, and the parts only for a question from this very machine."""
    found = readiness.parts(now=timezone.now())
    asked_here = request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers
    answer = readiness.told(found) if asked_here else {"ready": readiness.is_ready(found)}
    return JsonResponse(answer, status=200 if readiness.is_ready(found) else 503)


@login_required
def installation(request: ActingRequest) -> HttpResponse:
    if request.actor.role != ADMINISTRATOR:
        raise PermissionDenied
    found = readiness.parts(now=timezone.now())
    return render(request, "installation.html", {"parts": [(PARTS[part.name], STATES[part.state], part) for part in found]})
