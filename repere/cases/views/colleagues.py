"""Colleagues: closing an account at once, opening it again, and what was unusual in somebody's reading."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from repere.accounts.middleware import ActingRequest
from repere.accounts.models import ADMINISTRATOR
from repere.accounts.stepup import fresh
from repere.cases import actions
from repere.cases.access import works_on_files
from repere.cases.queries import watch
from repere.cases.refusals import NotVisible, Refused
from repere.cases.views.words import FREEZE_REASONS


@login_required
@require_safe
def colleagues(request: ActingRequest) -> HttpResponse:
    context = {
        "colleagues": watch.colleagues(request.actor), "to_read": watch.freezes_to_read(request.actor), "reasons": FREEZE_REASONS,
        "may_see_alerts": request.actor.role == ADMINISTRATOR, "may_hand_on": works_on_files(request.actor),
    }  # fmt: skip
    return render(request, "cases/colleagues.html", context)


@login_required
@require_POST
def freeze(request: ActingRequest, user: uuid.UUID) -> HttpResponse:
    try:
        frozen = actions.freeze_account(user, reason=request.POST.get("reason", ""), acting=request.actor, now=timezone.now())
        if frozen.told_id:
            messages.success(request, _("The account is frozen and every session has ended. A second person is told."))
        else:
            messages.warning(request, _("The account is frozen and every session has ended. There was nobody else here to tell."))
    except NotVisible:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("cases:colleagues")


@login_required
@require_POST
@fresh()
def unfreeze(request: ActingRequest, freeze: uuid.UUID) -> HttpResponse:
    try:
        actions.unfreeze_account(freeze, acting=request.actor, now=timezone.now())
        messages.success(request, _("The account is open again. Its owner signs in anew."))
    except NotVisible:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("cases:colleagues")


@login_required
@require_POST
def read_freeze(request: ActingRequest, freeze: uuid.UUID) -> HttpResponse:
    try:
        actions.note_told(freeze, acting=request.actor, now=timezone.now())
    except NotVisible:
        raise Http404 from None
    return redirect("cases:colleagues")


@login_required
@require_safe
def alerts(request: ActingRequest) -> HttpResponse:
    _administrators_only(request)
    return render(request, "cases/alerts.html", {"alerts": watch.open_alerts(request.actor)})


@login_required
@require_POST
def look_into(request: ActingRequest, alert: uuid.UUID) -> HttpResponse:
    _administrators_only(request)
    try:
        actions.look_into(alert, acting=request.actor, now=timezone.now())
    except NotVisible:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("cases:alerts")


def _administrators_only(request: ActingRequest) -> None:
    if request.actor.role != ADMINISTRATOR:
        raise PermissionDenied
