"""Agreements of one file: read, recorded, taken back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from repere.accounts.middleware import ActingRequest
from repere.cases import mechanisms
from repere.cases.consent import actions, queries
from repere.cases.consent.forms import ConsentForm
from repere.cases.referral import words
from repere.cases.referral.queries import recipients
from repere.cases.refusals import Refused
from repere.cases.views.doors import page


@page
def consents(request: ActingRequest, code: str) -> HttpResponse:
    found = queries.consents(request.actor, code, now=timezone.now())
    request.shown.add(found.case.person_id)
    lines = [(line, words.VOICES[line.row.said_by], [words.CHANNELS[one] for one in line.row.channels]) for line in found.lines]
    return render(request, "cases/consents.html", {"case": found.case, "lines": lines})


@page
def record(request: ActingRequest, code: str) -> HttpResponse:
    now = timezone.now()
    case = queries.consents(request.actor, code, now=now).case
    request.shown.add(case.person_id)
    form = ConsentForm(
        request.POST if request.method == "POST" else None, mechanism=mechanisms.named(case.mechanism),
        organisations=recipients(request.actor), initial={"key": uuid.uuid4()},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_consent(case, form.agreement(), form.voice(), key=form.cleaned_data["key"], acting=request.actor, now=now)
            messages.success(request, _("Written down. She may take it back whenever she wants."))
            return redirect("cases:consents", code=case.code)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    return render(request, "cases/consent_form.html", {"case": case, "form": form})


@page
def withdraw(request: ActingRequest, code: str, consent: uuid.UUID) -> HttpResponse:
    """What ends is listed before it ends; so is what cannot be undone."""
    now = timezone.now()
    found = queries.consents(request.actor, code, now=now)
    request.shown.add(found.case.person_id)
    line, resting = queries.resting_on(request.actor, found, consent)
    if request.method == "POST":
        try:
            actions.withdraw_consent(consent, key=uuid.uuid5(consent, "withdrawn"), acting=request.actor, now=now)
            messages.success(request, _("Taken back. What rested on it is closed; what was read cannot be unread."))
        except Refused as refused:
            messages.warning(request, str(refused))
        return redirect("cases:consents", code=code)
    return render(request, "cases/consent_withdraw.html", {"case": found.case, "line": line, "resting": resting})
