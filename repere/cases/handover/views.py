"""Handing files on, in pages: one's own or a colleague's, those of nobody, and those that colleagues propose."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import doing, fresh, sent
from repere.cases.handover import actions, queries
from repere.cases.handover.forms import TOLD_WORDS, FileForm, LanguagesForm, WhyForm
from repere.cases.models.handover import NOBODY
from repere.cases.refusals import Refused
from repere.cases.views.doors import page


@page
@fresh(when=sent)
def hand_on(request: ActingRequest, user: uuid.UUID | None = None) -> HttpResponse:
    """One's own open files, or those of a colleague who cannot do it herself."""
    return _page(request, user or request.actor.user_id)


@page
@fresh(when=sent)
def nobody(request: ActingRequest) -> HttpResponse:
    """Files that no living member follows."""
    actions.settle_unfollowed(acting=request.actor, now=timezone.now())
    return _page(request, None)


def _page(request: ActingRequest, giver: uuid.UUID | None) -> HttpResponse:
    now = timezone.now()
    found = queries.to_hand_on(request.actor, giver, now=now)
    request.shown.update(found.persons)
    sent = request.POST if request.method == "POST" else None
    people = {str(one.who.user_id): one.who.name for line in found.lines for one in line.choices}
    head = WhyForm(sent, nobody=giver is None, colleagues=sorted(people.items(), key=lambda one: one[1]))
    everything_to = head.cleaned_data.get("everything_to", "") if sent is not None and head.is_valid() else ""
    forms = [FileForm(sent, line=line, everything_to=everything_to) for line in found.lines]
    if sent is not None and head.is_valid() and all(form.is_valid() for form in forms):
        lines = [form.as_line() for form in forms if form.cleaned_data["take"]]
        try:
            why, last_day = head.cleaned_data.get("why", NOBODY), head.cleaned_data.get("last_day")
            made = actions.propose_handover(lines, giver=giver, why=why, last_day=last_day, acting=request.actor, now=now)
            messages.success(request, _("Files proposed: %(number)s. Each stays followed as before until the colleague has said yes.") % {
                "number": len(made)
            })  # fmt: skip
            return redirect(request.path)
        except Refused as refused:
            head.add_error(refused.field if refused.field in head.fields else None, str(refused))
    context = {
        "found": found, "head": head, "forms": forms, "told_words": TOLD_WORDS, "mine": giver == request.actor.user_id,
        "waiting": [(line, TOLD_WORDS[line.row.told]) for line in found.waiting],
        "languages": LanguagesForm(initial={"languages": queries.languages_of(request.actor)}),
    }  # fmt: skip
    return render(request, "cases/handover.html", context)


@page
def received(request: ActingRequest) -> HttpResponse:
    lines = queries.received(request.actor)
    request.shown.update(line.case.person_id for line in lines)
    return render(request, "cases/handover_received.html", {"lines": [(line, TOLD_WORDS[line.row.told]) for line in lines]})


@page
@fresh(when=doing("accept"))
def answer(request: ActingRequest, handover: uuid.UUID, name: str) -> HttpResponse:
    """Yes, no with a reason, or taken back; by POST."""
    acting, now = request.actor, timezone.now()
    doing: dict[str, tuple[Callable[[], Any], str, str]] = {
        "accept": (lambda: actions.accept_handover(handover, acting=acting, now=now), _("You follow this file now."), "handover_received"),
        "decline": (
            lambda: actions.decline_handover(handover, reason=request.POST.get("reason", ""), acting=acting, now=now),
            _("Declined. Whoever proposed it is told."), "handover_received",
        ),
        "withdraw": (
            lambda: actions.withdraw_handover(handover, acting=acting, now=now), _("Taken back: nothing has changed."), "handover",
        ),
    }  # fmt: skip
    if name not in doing:
        raise Http404
    do, said, where = doing[name]
    try:
        do()
        messages.success(request, said)
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect(f"cases:{where}")


@page
def languages(request: ActingRequest) -> HttpResponse:
    """By POST."""
    form = LanguagesForm(request.POST)
    try:
        if form.is_valid():
            actions.say_languages(form.cleaned_data["languages"], acting=request.actor, now=timezone.now())
            messages.success(request, _("Kept. Colleagues who hand files on see it."))
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("cases:handover")
