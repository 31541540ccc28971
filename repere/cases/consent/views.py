"""Agreements of one file: read, recorded, taken back."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from repere.accounts.middleware import ActingRequest
from repere.cases import mechanisms
from repere.cases.card import FILE_NAME
from repere.cases.consent import actions, queries
from repere.cases.consent.forms import PAPER_WORDS, ConsentForm, PaperForm
from repere.cases.consent.paper import make_pdf
from repere.cases.models.consent import STAFF, WITH_HER
from repere.cases.queries import filling
from repere.cases.referral import words
from repere.cases.referral.agreeing import Needed, needed_by
from repere.cases.referral.called_back import to_ring_about
from repere.cases.referral.queries import recipients
from repere.cases.refusals import NotVisible, Refused
from repere.cases.territory import civil_day
from repere.cases.views import drafts
from repere.cases.views.doors import page
from repere.core.dates import PartialDate


@page
def consents(request: ActingRequest, code: str) -> HttpResponse:
    found = queries.consents(request.actor, code, now=timezone.now())
    request.shown.add(found.case.person_id)
    lines = [(line, words.VOICES[line.row.said_by], [words.CHANNELS[one] for one in line.row.channels]) for line in found.lines]
    noted, to_ring = queries.noted_besides(request.actor, found), to_ring_about(request.actor, found.case)
    return render(request, "cases/consents.html", {"case": found.case, "lines": lines, "noted": noted, "to_ring": to_ring})


@page
def record(request: ActingRequest, code: str) -> HttpResponse:
    """An agreement of hers; whoever was writing a referral finds in the form what that referral needs, and is led back to it."""
    now = timezone.now()
    case = queries.consents(request.actor, code, now=now).case
    request.shown.add(case.person_id)
    waiting = filling.draft(request.actor, form="referral", case=case) if _comes_back(request) else None
    needed = needed_by(waiting.body, case, request.actor, purpose=request.GET.get("purpose", "")) if waiting else None
    form = ConsentForm(
        request.POST if request.method == "POST" else None, mechanism=mechanisms.named(case.mechanism),
        organisations=recipients(request.actor),
        initial={"key": uuid.uuid4(), "starts_on": PartialDate.on(civil_day(case.zone, now)).text(request.actor.language)},
    )  # fmt: skip
    unsent = drafts.Unsent(request, "agreement", case)
    unsent.restore(form)
    if waiting and needed and (unsent.found is None or unsent.found.saved_at < waiting.saved_at):
        form.initial = {**form.initial, **{name: value for name, value in needed.initial().items() if value}}
    if needed and needed.purpose and request.GET.get("purpose") == needed.purpose:
        form.initial["purpose"] = needed.purpose
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_consent(case, form.agreement(), form.voice(), key=form.cleaned_data["key"], acting=request.actor, now=now)
            unsent.sent()
            messages.success(request, _("Written down. She may take it back whenever she wants."))
            if _comes_back(request) and form.voice().said_by == STAFF:
                messages.warning(request, str(Refused("staff_statement_carries_nothing")))
            return redirect(_back(request, case.code))
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    context = {"case": case, "form": form, "comes_back": _comes_back(request), "needed": needed} | _purposes(form, needed)
    return render(request, "cases/consent_form.html", context | unsent.shown())


def _purposes(form: ConsentForm, needed: Needed | None) -> dict[str, Any]:
    """In words: which purpose this agreement is for, and what else the referral asks for."""
    if needed is None or len(needed.purposes) < 2:
        return {}
    words = dict(form.fields["purpose"].choices)  # type: ignore[attr-defined]
    others = [(one, words[one]) for one in needed.others if one in words]
    return {"this_one": words.get(needed.purpose, "") if needed.purpose else "", "others": others}


def _comes_back(request: ActingRequest) -> bool:
    return request.GET.get("for") == "referral"


def _back(request: ActingRequest, code: str) -> str:
    """To the agreements; or, for whoever was writing a referral, to it, where what was typed waits."""
    if _comes_back(request):
        return reverse("cases:referral_new", args=[code]) + "?for=referral"
    return reverse("cases:consents", args=[code])


@page
def paper(request: ActingRequest, code: str, consent: uuid.UUID) -> HttpResponse:
    """Where it goes is asked and kept before it is made; the answer is the PDF, under a name that says nothing."""
    now = timezone.now()
    found = queries.consents(request.actor, code, now=now)
    line = next((one for one in found.lines if one.row.pk == consent and one.row.said_by != STAFF), None)
    if line is None:
        raise NotVisible
    request.shown.add(found.case.person_id)
    form = PaperForm(request.POST if request.method == "POST" else None, initial={"language": request.actor.language})
    if request.method == "POST" and form.is_valid():
        try:
            actions.copy_consent(consent, **form.cleaned_data, acting=request.actor, now=now)
            leaves = form.cleaned_data["kept"] == WITH_HER
            return _pdf(request, code, consent, language=form.cleaned_data["language"], leaves=leaves)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    copies = [(one, PAPER_WORDS[one.kept]) for one in queries.copies_of(request.actor, consent)]
    return render(request, "cases/consent_paper.html", {"case": found.case, "line": line, "form": form, "copies": copies})


def _pdf(request: ActingRequest, code: str, consent: uuid.UUID, *, language: str, leaves: bool) -> HttpResponse:
    now = timezone.now()
    told = queries.consents(request.actor, code, now=now, language=language)
    line = next(one for one in told.lines if one.row.pk == consent)
    on = civil_day(told.case.zone, now)
    made = make_pdf(line, queries.said_by_staff(told, line), on=on, language=language, leaves=leaves)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return answer


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
