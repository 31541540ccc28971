"""Who must not read a file: declared by its code, ended by somebody else."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import fresh, sent
from repere.cases import actions
from repere.cases.queries import standing as reading
from repere.cases.queries.kept_away import kept_away, kept_away_to_read
from repere.cases.refusals import Refused
from repere.cases.standing_forms import ConflictForm
from repere.cases.views.doors import member_page


def _about_another(request: HttpRequest, **_named: Any) -> bool:
    """Whoever keeps herself away is asked for nothing."""
    return sent(request) and request.POST.get("about") != str(getattr(request.user, "pk", ""))


@member_page
@fresh(when=_about_another)
def conflicts(request: ActingRequest) -> HttpResponse:
    found = reading.conflicts(request.actor)
    request.shown.update(line.person_id for line in found)
    me = (str(request.actor.user_id), _("Me"))
    people = [me, *reading.colleagues(request.actor, request.membership.organisation)]
    form = ConflictForm(request.POST if request.method == "POST" else None, colleagues=people)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            actions.declare_conflict(code=told["code"], about=uuid.UUID(told["about"]), acting=request.actor, now=timezone.now())
            messages.success(request, _("Declared. If a file of that code is open here, it is closed to this person from now on."))
            return redirect("cases:conflicts")
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "lines": found, "to_read": kept_away_to_read(request.actor), "unnamed": kept_away(request.actor)}
    return render(request, "cases/conflicts.html", context)


@member_page
@require_POST
def read_note(request: ActingRequest, note: uuid.UUID) -> HttpResponse:
    actions.read_kept_away(note, acting=request.actor, now=timezone.now())
    return redirect("cases:conflicts")


@member_page
@require_POST
@fresh()
def end(request: ActingRequest, conflict: uuid.UUID) -> HttpResponse:
    actions.end_conflict(conflict, acting=request.actor, now=timezone.now())
    messages.success(request, _("Ended. This colleague may read the file again."))
    return redirect("cases:conflicts")
