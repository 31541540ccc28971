"""Letting another organisation see a file, and ending it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import fresh
from repere.cases import actions, mechanisms, queries
from repere.cases.access import standing, visible_case
from repere.cases.models import Case
from repere.cases.queries import filling
from repere.cases.queries.standing import consents_of
from repere.cases.refusals import NotVisible, Refused
from repere.cases.standing_forms import AccessForm
from repere.cases.territory import civil_day, end_of_day
from repere.cases.views import drafts
from repere.cases.views.doors import page
from repere.directory.models import Organisation

A_SECOND = timedelta(seconds=1)
"""An access ends within its last day, so that the page names that day."""
SAME = ("to", "groups", "reason", "purpose", "consent", "law", "danger", "named_kinds")
FIELDS = {name: name for name in SAME} | {"ends_at": "until"}
"""Field of the form for a field of the act."""


@page
@fresh(minutes=5)
def give(request: ActingRequest, code: str) -> HttpResponse:
    case, now = _own_case(request, code), timezone.now()
    unsent = drafts.Unsent(request, "access", case)
    others = Organisation.objects.vetting().exclude(pk=case.organisation_id)
    form = AccessForm(
        request.POST if request.method == "POST" else None,
        organisations=[(str(other.pk), f"{other.name} ({other.get_kind_display()})") for other in others],
        mechanism=mechanisms.named(case.mechanism), today=civil_day(case.zone, now), initial=_started(unsent.found),
        consents=consents_of(request.actor, case, now=now),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            ends_at = end_of_day(told["until"], case.zone) - A_SECOND
            actions.grant_access(
                case, to=uuid.UUID(told["to"]), groups=form.words(), reason=told["reason"], ends_at=ends_at, **form.carried_by(),
                acting=request.actor, now=now,
            )  # fmt: skip
            unsent.sent()
            messages.success(request, _("The access is open. You can end it at any moment, below."))
            return _back(case)
        except Refused as refused:
            form.add_error(FIELDS.get(refused.field or ""), str(refused))
    return render(request, "cases/access_give.html", {"case": case, "form": form} | unsent.shown())


def _started(draft: filling.KeptDraft | None) -> dict[str, Any]:
    """What stood in the form when it was left; several data groups stay a list even when there is one."""
    body = draft.body if draft else {}
    return {**drafts.as_initial(body), **({"groups": body["groups"]} if "groups" in body else {})}


@page
def end(request: ActingRequest, code: str, grant: uuid.UUID) -> HttpResponse:
    case, now = _own_case(request, code), timezone.now()
    found = queries.case_page(request.actor, code, now=now)
    line = next((line for line in found.access if line.grant_id == grant), None)
    if line is None:
        raise NotVisible
    if request.method == "POST":
        try:
            actions.end_grant(grant, acting=request.actor, now=now)
            messages.success(request, _("The access is ended. What was read cannot be unread; nothing more can be read."))
        except Refused as refused:
            messages.warning(request, str(refused))
        return _back(case)
    return render(request, "cases/access_end.html", {"case": case, "line": line})


def _own_case(request: ActingRequest, code: str) -> Case:
    """Only the organisation that opened the file gives access to it: for the others these pages do not exist."""
    case = visible_case(request.actor, code)
    if case.organisation_id != request.actor.organisation_id or "may_share" not in standing(request.actor, case).words:
        raise NotVisible
    request.shown.add(case.person_id)
    return case


def _back(case: Case) -> HttpResponse:
    return HttpResponseRedirect(reverse("cases:case", args=[case.code]) + "#seen")
