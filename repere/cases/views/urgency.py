"""Opening a file in an emergency, and the review by somebody else."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import fresh
from repere.cases import actions, mechanisms
from repere.cases.queries import standing as reading
from repere.cases.refusals import NotVisible, Refused
from repere.cases.standing_forms import MOTIVE_WORDS, ReviewForm, UrgencyForm, word_choices
from repere.cases.views.doors import member_page


@member_page
def urgencies(request: ActingRequest) -> HttpResponse:
    """What was opened, what waits for a review."""
    found = reading.urgencies(request.actor, now=timezone.now())
    request.shown.update(line.person_id for line in found)
    lines = [(line, MOTIVE_WORDS[line.motive]) for line in found]
    return render(request, "cases/urgencies.html", {"lines": lines})


@member_page
@fresh(minutes=5)
def open_by_urgency(request: ActingRequest) -> HttpResponse:
    form = UrgencyForm(request.POST if request.method == "POST" else None, role=request.actor.role, mechanism=mechanisms.common())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            opened = actions.break_glass(
                code=told["code"],
                motive=told["motive"],
                reason=told["reason"],
                groups=told["groups"],
                acting=request.actor,
                now=timezone.now(),
            )
            request.shown.add(opened.person_id)
            messages.success(request, _("The file is open to you for four hours. A colleague was told, and another will review it."))
            return redirect("cases:case", code=opened.case.code)
        except NotVisible:
            form.add_error("code", _("No file of your organisation has this code."))
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    return render(request, "cases/urgency.html", {"form": form})


@member_page
def review(request: ActingRequest, urgency: uuid.UUID) -> HttpResponse:
    found = next(iter(reading.urgencies(request.actor, now=timezone.now(), wanted=urgency)), None)
    if found is None:
        raise NotVisible
    request.shown.add(found.person_id)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            right = told["was_right"] == "yes"
            actions.review_break_glass(found.id, was_right=right, words=told["words"], acting=request.actor, now=timezone.now())
            messages.success(request, _("Reviewed. It stays written down."))
            return redirect("cases:urgencies")
        except Refused as refused:
            form.add_error(None, str(refused))
    words = [label for _word, label in word_choices(mechanisms.common(), found.words)]
    return render(request, "cases/urgency_review.html", {"line": found, "motive": MOTIVE_WORDS[found.motive], "words": words, "form": form})
