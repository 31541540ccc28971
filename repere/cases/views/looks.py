"""Who looked at a file, on screen for the organisation and on paper for her."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from repere.accounts.middleware import ActingRequest
from repere.cases.queries.looks import looks as read_looks
from repere.cases.views.doors import page


@page
def looks(request: ActingRequest, code: str) -> HttpResponse:
    return _shown(request, code, "cases/looks.html")


@page
def looks_paper(request: ActingRequest, code: str) -> HttpResponse:
    """For her: no name, no code, no code name. It is read with her, and taken along only if nobody can find it."""
    return _shown(request, code, "cases/looks_paper.html")


def _shown(request: ActingRequest, code: str, template: str) -> HttpResponse:
    before = request.GET.get("before", "")
    found = read_looks(request.actor, code, before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None)
    request.shown.add(found.case.person_id)
    return render(request, template, {"found": found, "case": found.case})
