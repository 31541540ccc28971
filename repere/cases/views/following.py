"""Who follows a file: taking over, covering, handing over; and whether a small team follows all its files together."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from repere.accounts.middleware import ActingRequest
from repere.accounts.models import ADMINISTRATOR
from repere.accounts.queries import members_of
from repere.accounts.stepup import fresh, sent
from repere.cases import actions, mechanisms
from repere.cases.queries import standing as reading
from repere.cases.refusals import Refused
from repere.cases.standing_forms import FollowForm, HandOverForm, PracticeForm
from repere.cases.views import drafts
from repere.cases.views.doors import member_page, page


@page
@fresh(when=sent)
def follow(request: ActingRequest, code: str) -> HttpResponse:
    """One step and a reason, at any hour."""
    found = reading.following(request.actor, code)
    request.shown.add(found.case.person_id)
    form = FollowForm(request.POST if request.method == "POST" else None)
    unsent = drafts.Unsent(request, "follow", found.case)
    unsent.restore(form)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            cover = told["way"] == "cover"
            actions.take_over_case(found.case, reason=told["reason"], cover=cover, acting=request.actor, now=timezone.now())
            unsent.sent()
            messages.success(request, _("You follow this file now. Whoever followed it was told."))
            return redirect("cases:case", code=found.case.code)
        except Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "cases/follow.html", {"found": found, "case": found.case, "form": form} | unsent.shown())


@page
@fresh(when=sent)
def hand_over(request: ActingRequest, code: str) -> HttpResponse:
    found = reading.following(request.actor, code)
    request.shown.add(found.case.person_id)
    others = _with_functions(request, reading.colleagues(request.actor, request.membership.organisation))
    form = HandOverForm(request.POST if request.method == "POST" else None, colleagues=others)
    unsent = drafts.Unsent(request, "hand_over", found.case)
    unsent.restore(form)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            actions.hand_over_case(found.case, to=uuid.UUID(told["to"]), reason=told["reason"], acting=request.actor, now=timezone.now())
            unsent.sent()
            messages.success(request, _("The file is handed over. Your colleague was told."))
            return redirect("cases:worklist")
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {"case": found.case, "form": form, "heading": _("Hand this file over"), "act": _("Hand it over")}
    return render(request, "cases/standing_form.html", context | unsent.shown())


def _with_functions(request: ActingRequest, colleagues: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names with what each does: which of them is the shelter's, which the lawyer."""
    functions = {str(one.user_id): one.role for one in members_of(request.membership.organisation) if one.role != ADMINISTRATOR}
    known, language = mechanisms.common().roles, request.actor.language
    return [(who, f"{name} · {known[functions[who]].label.text(language)}") for who, name in colleagues]


@member_page
@fresh(when=sent)
def team(request: ActingRequest) -> HttpResponse:
    """An administrator of accounts says how the team works; it shows no file."""
    if request.actor.role != ADMINISTRATOR:
        raise PermissionDenied
    now_whole = reading.whole_team(request.actor)
    form = PracticeForm(request.POST if request.method == "POST" else None, initial={"whole_team": "yes" if now_whole else "no"})
    if request.method == "POST" and form.is_valid():
        actions.choose_team_practice(whole_team=form.cleaned_data["whole_team"] == "yes", acting=request.actor, now=timezone.now())
        messages.success(request, _("This is how your team works from now on."))
        return redirect("cases:worklist")
    context = {"form": form, "heading": _("How your team follows files"), "act": _("Keep this choice")}
    return render(request, "cases/standing_form.html", context)
