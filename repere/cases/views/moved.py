"""A household that a shelter moved after an incident: those who keep her file say whether she is there."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from repere.accounts.middleware import ActingRequest
from repere.cases.access import standing, visible_case_with_standing
from repere.cases.left_behind import Left, left_by_move
from repere.cases.models import Case
from repere.cases.moved import move_of
from repere.cases.refusals import NotVisible
from repere.cases.views.doors import page
from repere.cases.views.places import own_housing
from repere.places import actions as placing
from repere.places.queries.moved import answered_no
from repere.places.refusals import NotVisible as PlaceNotVisible
from repere.places.refusals import Refused


@page
def moved(request: ActingRequest, code: str) -> HttpResponse:
    """What the shelter said, and the two answers."""
    case, held = visible_case_with_standing(request.actor, code)
    said = move_of(request.actor, case) if "housing" in held.words and case.organisation_id == request.actor.organisation_id else None
    if said is None:
        return _after_a_yes(request, code)
    request.shown.add(case.person_id)
    if request.method != "POST":
        return render(request, "cases/moved.html", {"case": case, "said": said})
    if request.POST.get("there") not in ("yes", "no"):
        raise Http404
    there = request.POST["there"] == "yes"
    try:
        placing.confirm_move(said.event_id, there=there, acting=request.actor, now=timezone.now())
        messages.success(
            request, _("Written down: she is there. Her file tells that a stay began.") if there else _("Written down: she is not there.")
        )
    except Refused as refused:
        messages.warning(request, str(refused))
    except PlaceNotVisible:
        raise Http404 from None
    if not there:
        return redirect("cases:moved_not_there", code=case.code)
    return redirect("cases:moved" if _left(request, case) else "cases:case", code=case.code)


def _left(request: ActingRequest, case: Case) -> list[Left]:
    return left_by_move(request.actor, case) if "may_share" in standing(request.actor, case).words else []


def _after_a_yes(request: ActingRequest, code: str) -> HttpResponse:
    """The house that she left, as long as it sees her file."""
    case = own_housing(request, code)
    left = _left(request, case)
    if request.method == "POST" or not left:
        raise NotVisible
    return render(request, "cases/moved.html", {"case": case, "said": None, "left": left})


@require_GET
@page
def not_there(request: ActingRequest, code: str) -> HttpResponse:
    """After a no: whom to call, and one button that opens the form with what was asked for her last."""
    case = own_housing(request, code)
    if not answered_no(request.actor, case.place_reference):
        raise NotVisible
    return render(request, "cases/moved.html", {"case": case, "said": None})
