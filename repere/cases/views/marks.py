"""Marks and zones that stand for her: since when, who said so, and how one ends."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import doing, fresh
from repere.cases.access import is_assigned
from repere.cases.models import Case
from repere.cases.queries.standing import colleagues
from repere.cases.views.doors import page
from repere.cases.views.places import own_housing
from repere.places import actions as placing
from repere.places.by_the_house import reading_of_a_file
from repere.places.mark_models import MarkEnd
from repere.places.queries.marks import Mark, marks_of
from repere.places.refusals import NotVisible as PlaceNotVisible
from repere.places.refusals import Refused


@require_GET
@page
def marks(request: ActingRequest, code: str) -> HttpResponse:
    case = own_housing(request, code)
    with reading_of_a_file(request.actor) as reader:
        found = marks_of(reader, case.place_reference)
    names = dict(colleagues(request.actor, request.membership.organisation, but_me=False))

    def named(user: uuid.UUID | None) -> str:
        return names.get(str(user), "") or _("somebody who is no longer among you")

    files = _files(request, found.apart)
    context = {
        "case": case, "zones": found.zones, "reasons": MarkEnd.Reason.choices, "me": request.actor.user_id,
        "apart": [(one, files.get(one.value, ""), named(one.said_by)) for one in found.apart],
        "carried": [(one, named(one.said_by), named(one.asked.user_id) if one.asked else "") for one in found.carried],
        "ended": [(one, named(one.user_id), named(one.second_user_id) if one.second_user_id else "") for one in found.ended],
    }  # fmt: skip
    return render(request, "cases/marks.html", context)


@require_POST
@page
@fresh(when=doing("end", "agree"))
def marks_act(request: ActingRequest, code: str, act: str) -> HttpResponse:
    case = own_housing(request, code)
    reference, sent, acting, now = case.place_reference, request.POST, request.actor, timezone.now()
    acts: dict[str, Callable[[uuid.UUID], Any]] = {
        "end": lambda line: placing.end_mark(
            reference, line, reason=sent.get("reason", ""), follows=is_assigned(acting, case), acting=acting, now=now
        ),
        "agree": lambda line: placing.decide_end(reference, line, ends=True, acting=acting, now=now),
        "keep": lambda line: placing.decide_end(reference, line, ends=False, acting=acting, now=now),
    }
    if act not in acts:
        raise Http404
    try:
        ended = acts[act](_line(sent.get("line")))
        said = {"end": _("It has ended.") if ended else _("A colleague is asked to agree. Until then it stands.")}
        messages.success(request, (said | {"agree": _("It has ended."), "keep": _("It stands as before.")})[act])
    except Refused as refused:
        messages.warning(request, str(refused))
    except PlaceNotVisible:
        raise Http404 from None
    return redirect("cases:marks", code=case.code)


def _files(request: ActingRequest, apart: list[Mark]) -> dict[uuid.UUID, str]:
    """Codes of files that this reader sees; of any other, a line looks like a mark."""
    found = Case.objects.visible_to(request.actor, own=True).filter(place_reference__in=[one.value for one in apart])
    request.shown.update(case.person_id for case in found)
    return {case.place_reference: case.code for case in found}


def _line(text: Any) -> uuid.UUID:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        raise Http404 from None
