"""Who she is: written down under seal, read by whom it is open to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import fresh
from repere.cases import actions, queries
from repere.cases.identity_form import IdentityForm, imported, written
from repere.cases.refusals import NotVisible
from repere.cases.territory import civil_day
from repere.cases.views import drafts
from repere.cases.views.doors import page


@page
@fresh(minutes=5)
def identity(request: ActingRequest, code: str) -> HttpResponse:
    found, now = queries.identity_page(request.actor, code), timezone.now()
    request.shown.add(found.case.person_id)
    if not found.own:
        if request.method == "POST":
            raise NotVisible
        return render(request, "cases/identity_read.html", {"found": found, "case": found.case, "lines": written(found)})
    today = civil_day(found.case.zone, now)
    unsent = drafts.Unsent(request, "identity", found.case)
    # A draft comes back as it was sent, with what stood there when it was begun: only what she changed is written later.
    data = request.POST if request.method == "POST" else drafts.as_query(unsent.found.body) if unsent.found else None
    form = IdentityForm(data, found=found, today=today)
    if request.method == "POST" and form.is_valid():
        changed = [
            actions.amend_identity(found.case.person_id, tier=tier, changes=values, acting=request.actor, now=now)
            for tier, values in form.changes().items()
        ]
        unsent.sent()
        messages.success(request, _("Kept under seal. The earlier version is kept too.") if any(changed) else _("Nothing had changed."))
        return redirect("cases:case", code=found.case.code)
    context = {"found": found, "case": found.case, "form": form, "imported": imported(found)}
    return render(request, "cases/identity.html", context | unsent.shown())
