"""The end of files: looked at, asked by one signed-in person, confirmed by another, each with a fresh proof; held by law.

Nothing is removed here. What two persons wanted and no law holds is carried out by the installation (`repere erasure carry-out`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import fresh
from repere.cases.actions import erasure as actions
from repere.cases.models import Hold
from repere.cases.queries import endings as reading
from repere.cases.refusals import Refused
from repere.cases.retention import due
from repere.cases.territory import civil_day
from repere.cases.views.doors import page

REASONS = {
    "she_asks": gettext_lazy("She asks for it"),
    "retention": gettext_lazy("Its time is over"),
    "opened_in_error": gettext_lazy("It was opened in error"),
}
HOLDS = {
    "requisition": gettext_lazy("A requisition is being answered"),
    "proceeding": gettext_lazy("A proceeding is not over"),
}
COUNTS = {
    "files": gettext_lazy("Files about her"), "facts": gettext_lazy("Facts"), "names": gettext_lazy("Names, contacts and texts"),
    "papers": gettext_lazy("Papers"), "consents": gettext_lazy("Agreements of hers"), "shares": gettext_lazy("Accesses of others"),
    "referrals": gettext_lazy("Referrals"), "tasks": gettext_lazy("Tasks"),
}  # fmt: skip
STATES = {
    "due": gettext_lazy("its time is over"), "held": gettext_lazy("kept by law"),
    "asked": gettext_lazy("asked, waits for another person"), "confirmed": gettext_lazy("confirmed by two, to be carried out"),
}  # fmt: skip


@page
def ending(request: ActingRequest, code: str) -> HttpResponse:
    """What would go, how the end of this file stands, and what the reader may do about it."""
    found = reading.ending(request.actor, code)
    request.shown.add(found.case.person_id)
    counts = [(COUNTS[word], number) for word, number in found.counts.items()]
    holds = [(line, HOLDS[line.kind]) for line in found.holds]
    context = {"ending": found, "case": found.case, "counts": counts, "holds": holds, "reasons": REASONS, "hold_kinds": HOLDS}
    context["reason"] = REASONS[found.asked.reason] if found.asked else ""
    return render(request, "cases/ending.html", context)


@page
@fresh()
def step(request: ActingRequest, code: str, step: str) -> HttpResponse:
    """One step, with a proof not older than five minutes."""
    if step not in STEPS:
        raise Http404
    found = reading.ending(request.actor, code)
    request.shown.add(found.case.person_id)
    act, told = STEPS[step]
    try:
        act(request, found)
        messages.success(request, str(told))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("cases:ending", code=found.case.code)


def _ask(request: ActingRequest, found: reading.Ending) -> None:
    actions.ask_erasure(found.case, reason=request.POST.get("reason", ""), acting=request.actor, now=timezone.now())


def _confirm(request: ActingRequest, found: reading.Ending) -> None:
    actions.confirm_erasure(found.case, acting=request.actor, now=timezone.now())


def _withdraw(request: ActingRequest, found: reading.Ending) -> None:
    actions.withdraw_erasure(found.case, acting=request.actor, now=timezone.now())


def _hold(request: ActingRequest, found: reading.Ending) -> None:
    actions.set_hold(found.case, kind=request.POST.get("kind", ""), acting=request.actor, now=timezone.now())


def _lift(request: ActingRequest, found: reading.Ending) -> None:
    for line in found.holds:
        if str(line.id) == request.POST.get("hold"):
            hold = Hold.objects.visible_to(request.actor).get(pk=line.id)
            actions.lift_hold(hold, acting=request.actor, now=timezone.now())
            return
    raise Refused("hold_lifted")


STEPS: dict[str, tuple[Callable[[Any, reading.Ending], None], Any]] = {
    "ask": (_ask, gettext_lazy("Asked. Nothing is removed until another person confirms it.")),
    "confirm": (_confirm, gettext_lazy("Confirmed. The installation carries it out, unless a law keeps the file.")),
    "withdraw": (_withdraw, gettext_lazy("Taken back. The file stays.")),
    "hold": (_hold, gettext_lazy("Kept by law: nothing of it is removed until you lift this.")),
    "lift": (_lift, gettext_lazy("Lifted.")),
}
"""Step → its act, what is said when it went through."""


@page
def endings(request: ActingRequest) -> HttpResponse:
    """Files whose time is over, and those somebody asked to erase; by which period and which source."""
    found = reading.endings(request.actor, on=_today(request))
    request.shown.update(found.persons)
    over = [(row, STATES[row.state]) for row in found.due]
    asked = [(case, row, REASONS[row.reason], STATES["confirmed" if row.confirmed_at else "asked"]) for case, row in found.asked]
    language = request.actor.language if request.actor.language in ("fr", "en") else "fr"
    periods = [(one, one.label[language], one.source[language]) for one in found.periods]
    context = {"found": found, "over": over, "asked": asked, "periods": periods}
    return render(request, "cases/endings.html", context)


@page
@fresh()
def due_step(request: ActingRequest, step: str) -> HttpResponse:
    """The first person asks for every file that is due; the second confirms those that another asked."""
    if step not in ("ask", "confirm"):
        raise Http404
    found, now = reading.endings(request.actor, on=_today(request)), timezone.now()
    request.shown.update(found.persons)
    try:
        if step == "ask":
            number = due.ask_for_due(found.to_ask, acting=request.actor, now=now)
            said = ngettext("%(number)s erasure asked.", "%(number)s erasures asked.", number)
        else:
            number = due.confirm_due(found.to_confirm, acting=request.actor, now=now)
            said = ngettext("%(number)s erasure confirmed.", "%(number)s erasures confirmed.", number)
        messages.success(request, said % {"number": number})
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("cases:endings")


def _today(request: ActingRequest | HttpRequest) -> Any:
    return civil_day(str(timezone.get_current_timezone()), timezone.now())


__all__ = ["due_step", "ending", "endings", "step"]
