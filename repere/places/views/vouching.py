"""Saying that a shelter of another organisation is what it says."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import fresh, sent
from repere.places import actions
from repere.places.actions.vouching import visible_voice
from repere.places.views.doors import attempt, page


@require_http_methods(["GET", "HEAD", "POST"])
@page
@fresh(when=sent)
def vouching(request: ActingRequest, voice: UUID) -> HttpResponse:
    """Its name, its département and who keeps it; nothing of its rooms, of who lives there or of where it lies."""
    asked = visible_voice(request.actor, voice)
    if request.method == "POST":
        said = request.POST.get("reason", "")
        if attempt(request, lambda: actions.vouch_for_shelter(asked.pk, reason=said, acting=request.actor, now=timezone.now())):
            return redirect("places:desk")
    return render(request, "places/vouching.html", {"asked": asked, "section": "places"})
