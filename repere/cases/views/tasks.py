"""Taking a task, putting it off, setting it aside; each can be undone."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import fresh, sent
from repere.cases import actions
from repere.cases.actions.setting_aside import asks_for_proof
from repere.cases.actions.tasks import answers_for
from repere.cases.forms import SnoozeForm, WaiveForm
from repere.cases.queries import filling
from repere.cases.refusals import Refused
from repere.cases.territory import civil_day
from repere.cases.views.doors import page
from repere.core.dates import PartialDate


@page
@require_POST
def assign(request: ActingRequest, task: uuid.UUID) -> HttpResponse:
    """Take it, or give it back: each undoes the other."""
    found = _asked_of(request, task)
    mine = request.POST.get("to") == "me"
    actions.assign_task(found.task, to=request.actor.user_id if mine else None, acting=request.actor, now=timezone.now())
    messages.success(request, _("You have taken this task.") if mine else _("This task is back with everybody of its role."))
    return _back(found)


@page
def snooze(request: ActingRequest, task: uuid.UUID) -> HttpResponse:
    found = _asked_of(request, task)
    tomorrow = civil_day(found.case.zone, timezone.now()) + timedelta(days=7)
    latest = found.task.due_earliest
    start = min(tomorrow, latest) if latest else tomorrow
    form = SnoozeForm(request.POST or None, initial={"until": PartialDate.on(start).text(request.actor.language)})
    if request.method == "POST" and form.is_valid():
        try:
            actions.snooze_task(found.task, until=form.cleaned_data["until"], acting=request.actor, now=timezone.now())
            messages.success(request, _("This task is put off. Under “Act” you can put it back on the list."))
            return _back(found)
        except Refused as refused:
            form.add_error("until", str(refused))
    return _ask(request, found, form, _("Put this task off"), _("Put it off"))


def _of_the_law_elsewhere(request: ActingRequest, *, task: uuid.UUID) -> bool:
    """A duty of the law, in a file that she does not work on: what cannot be undone by the facts asks who she is."""
    if not sent(request):
        return False
    found = _asked_of(request, task)
    return asks_for_proof(request.actor, found.task, found.case, now=timezone.now())


@page
@fresh(when=_of_the_law_elsewhere)
def waive(request: ActingRequest, task: uuid.UUID) -> HttpResponse:
    found = _asked_of(request, task)
    form = WaiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.waive_task(found.task, reason=form.cleaned_data["reason"], acting=request.actor, now=timezone.now())
            messages.success(request, _("This task is set aside. Among the closed ones you can take it up again."))
            return _back(found)
        except Refused as refused:
            form.add_error(None, str(refused))
    return _ask(request, found, form, _("Set this task aside"), _("Set it aside"))


@page
@require_POST
def resume(request: ActingRequest, task: uuid.UUID) -> HttpResponse:
    """Undoes putting it off."""
    found = _asked_of(request, task)
    try:
        actions.resume_task(found.task, acting=request.actor, now=timezone.now())
        messages.success(request, _("This task is back on the list."))
    except Refused as refused:
        messages.warning(request, str(refused))
    return _back(found)


@page
@require_POST
def reopen(request: ActingRequest, task: uuid.UUID) -> HttpResponse:
    """Undoes setting it aside."""
    found = _asked_of(request, task)
    try:
        taken_up = actions.reopen_task(found.task, acting=request.actor, now=timezone.now())
        done = _("It was set aside no longer, and closed again: what was recorded meanwhile has settled it.")
        messages.success(request, done if taken_up.closed_at else _("This task is taken up again."))
    except Refused as refused:
        messages.warning(request, str(refused))
    return _back(found)


def _asked_of(request: ActingRequest, task: uuid.UUID) -> filling.TaskPage:
    """The task, for whoever answers for it; a task of her organisation that another role answers for is refused."""
    found = filling.task_page(request.actor, task)
    if not answers_for(request.actor, found.task):
        raise PermissionDenied
    return found


def _ask(request: ActingRequest, found: filling.TaskPage, form: forms.Form, heading: str, act: str) -> HttpResponse:
    request.shown.add(found.case.person_id)
    context: dict[str, Any] = {"found": found, "case": found.case, "form": form, "heading": heading, "act": act}
    return render(request, "cases/task.html", context)


def _back(found: filling.TaskPage) -> HttpResponse:
    return HttpResponseRedirect(reverse("cases:case", args=[found.case.code]) + "#next") if found else redirect("cases:worklist")
