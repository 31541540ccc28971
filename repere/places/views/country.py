"""Pages of the national coordination: the proposal of the day, and what is missing."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from repere.accounts.middleware import ActingRequest
from repere.core.needs import Weights
from repere.core.placement import Urgency
from repere.places.queries import country as reading
from repere.places.queries.answering import answer_times
from repere.places.views.doors import page


@require_GET
@page
def proposal(request: ActingRequest) -> HttpResponse:
    today = reading.daily_proposal(request.actor, now=timezone.now())
    return render(request, "places/proposal.html", {"today": today, "weights": Weights(), "urgency": Urgency(), "section": "places"})


@require_GET
@page
def shortfall(request: ActingRequest) -> HttpResponse:
    found = reading.shortfall(request.actor, now=timezone.now())
    answers = answer_times(request.actor, now=timezone.now())
    return render(request, "places/shortfall.html", {"found": found, "answers": answers, "section": "places"})
