"""What waits, what was found, what was noticed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from repere.accounts.middleware import ActingRequest
from repere.accounts.models import ADMINISTRATOR
from repere.accounts.queries import members_of
from repere.cases import actions, queries
from repere.cases.at_home import at_home
from repere.cases.handover.queries import unfollowed_count
from repere.cases.queries.kept_away import kept_away_to_read
from repere.cases.referral.queries import to_answer
from repere.cases.views.doors import page
from repere.cases.views.words import EMPTY, TABS
from repere.directory.queries.agreements import reminders
from repere.ledger.comparisons import without_row
from repere.places.actions import keep_reminded
from repere.places.queries.desk import asked_of_us


@login_required
def worklist(request: ActingRequest) -> HttpResponse:
    """Where signing in leads. Who only administers accounts is told what that is, and sees no file."""
    if request.actor.role == ADMINISTRATOR:
        members = members_of(request.membership.organisation)
        ending = reminders(request.actor, on=timezone.localdate())
        context = {"section": "worklist", "members": members, "nobody": unfollowed_count(request.actor), "ending": ending}
        context["to_read"] = kept_away_to_read(request.actor)
        context["without_row"] = without_row(request.membership.organisation_id)
        return render(request, "cases/administrator.html", context)
    return _worklist(request)


def _worklist(request: ActingRequest) -> HttpResponse:
    number, now = request.GET.get("page", "1"), timezone.now()
    found = queries.worklist(
        request.actor, now=now, tab=request.GET.get("tab", ""), role=request.GET.get("role") or None,
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )  # fmt: skip
    request.shown.update(found.persons)
    tabs = [(name, TABS[name], found.counts[name], name == found.tab) for name in queries.TABS]
    context = {"section": "worklist", "list": found, "tabs": tabs, "today": timezone.localdate(), "empty": EMPTY[found.tab]}
    home = at_home(request.actor, now=now)
    request.shown.update(one.person_id for one in [*home.arrivals, *home.questions, *home.kept, *home.nos])
    request.shown.update(one.person_id for one in [*home.moves, *home.unsafe])
    request.shown.update(one.person_id for one in home.ring)
    context |= {"places_asked": asked_of_us(request.actor, now=now), "to_answer": to_answer(request.actor), "now": now}
    context |= {"to_read": home.to_read, "moves": home.moves, "arrivals": home.arrivals, "begun": home.begun, "questions": home.questions}
    context |= {"kept": home.kept, "to_vouch": home.to_vouch, "unvouched": len(home.unvouched), "not_there": home.not_there}
    context |= {"nos": home.nos, "to_move": home.to_move, "unsafe": home.unsafe, "ring": home.ring}
    if home.unvouched and not request.read_only:  # type: ignore[attr-defined]
        keep_reminded(home.unvouched, acting=request.actor, now=now)
    context["first_day"] = not any(found.counts.values())
    return render(request, "cases/worklist.html", context)


@page
def search(request: ActingRequest) -> HttpResponse:
    """By POST, and answered in place: neither what is searched nor what is found enters an address."""
    text = request.POST.get("q", "").strip()
    lines = queries.find_cases(request.actor, text, now=timezone.now()) if text else []
    near = queries.near_cases(request.actor, text) if text and not lines else []
    request.shown.update(line.person_id for line in [*lines, *near])
    return render(request, "cases/search.html", {"q": text, "asked": bool(text), "lines": lines or near, "near": near})


@page
def notices(request: ActingRequest) -> HttpResponse:
    found = queries.notices(request.actor)
    if request.method == "POST":
        actions.read_notices([line.notice_id for line in found], acting=request.actor, now=timezone.now())
        return redirect("cases:notices")
    request.shown.update(line.person_id for line in found)
    return render(request, "cases/notices.html", {"notices": found})
