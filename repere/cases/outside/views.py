"""What leaves the tool for the reader herself: asked for, shown once, ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import fresh
from repere.cases.models import CalendarAddress, MailWish
from repere.cases.outside import actions
from repere.cases.refusals import Refused
from repere.cases.views.doors import page


@page
def wishes(request: ActingRequest) -> HttpResponse:
    return _page(request)


@page
@fresh(minutes=5)
def wish(request: ActingRequest, name: str) -> HttpResponse:
    """By POST. A new calendar address is shown in the answer, and never again."""
    acting, now = request.actor, timezone.now()
    try:
        match name:
            case "calendar":
                token = actions.ask_for_calendar(acting=acting, now=now)
                return _page(request, address=request.build_absolute_uri(reverse("days:feed", kwargs={"token": token})))
            case "calendar-end":
                actions.end_calendar(acting=acting, now=now)
                messages.success(request, _("This address answers nobody any more."))
            case "letters":
                actions.ask_for_letters(acting=acting, now=now)
                messages.success(request, _("You get a letter when something waits for you."))
            case "letters-end":
                actions.end_letters(acting=acting, now=now)
                messages.success(request, _("No more letters are sent to you."))
            case _:
                raise Http404
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("cases:wishes")


def _page(request: ActingRequest, *, address: str = "") -> HttpResponse:
    calendar = CalendarAddress.objects.visible_to(request.actor).filter(ended_at=None).first()
    letters = MailWish.objects.visible_to(request.actor).filter(ended_at=None).first()
    return render(request, "cases/wishes.html", {"calendar": calendar, "letters": letters, "address": address})
