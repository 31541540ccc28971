"""The calendar, for a program that nobody signs in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from repere.cases.outside import calendar


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """An address that opens nothing is no different from one that never was."""
    try:
        made = calendar.feed(token, now=timezone.now())
    except calendar.TooSoon:
        return HttpResponse(status=429, content_type="text/plain", headers={"Retry-After": "60"})
    if made is None:
        raise Http404
    return HttpResponse(made, content_type="text/calendar; charset=utf-8")
