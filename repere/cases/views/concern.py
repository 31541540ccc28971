"""A new concern, one group of things at a time: first whether and how she can be reached, then what she needs now."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from repere.accounts.middleware import ActingRequest
from repere.cases import actions, mechanisms, queries
from repere.cases.forms import STEP_TITLES, STEPS, ConcernForm
from repere.cases.queries import filling
from repere.cases.refusals import Refused
from repere.cases.views import drafts
from repere.cases.views.concern_entry import enter
from repere.cases.views.doors import page

NAMES = list(STEPS)


def form_name(key: uuid.UUID) -> str:
    return f"concern:{key}"


@page
def start(request: ActingRequest) -> HttpResponse:
    """Go on with a concern that was begun, or begin one."""
    begun = filling.begun(request.actor)
    if begun and "fresh" not in request.GET:
        lines = [(draft, max((name for name in draft.body if name in STEPS), key=NAMES.index, default=NAMES[0])) for draft in begun]
        return render(request, "cases/concern_begun.html", {"section": "concern", "begun": lines})
    return redirect("cases:concern", key=uuid.uuid4(), step=NAMES[0])


@page
def step(request: ActingRequest, key: uuid.UUID, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404
    draft = filling.draft(request.actor, form=form_name(key), case=None)
    body: dict[str, Any] = dict(draft.body) if draft else {}
    form = _form(request, step, body)
    if request.method == "POST":
        body[step] = drafts.typed(request.POST)
        if not actions.keep_draft(form=form_name(key), case=None, body=body, key=key, acting=request.actor, now=timezone.now()):
            return _entered_before(request, key)
        if "later" in request.POST:
            messages.success(request, _("Kept for you alone, sealed. It waits on your worklist until you finish it; no file holds it yet."))
            return redirect("cases:worklist")
        if form.is_valid():
            return _onward(request, key, step, body)
    restored = draft.saved_at if draft and step in body and request.method == "GET" else None
    return render(request, "cases/concern.html", _context(request, key, step, form, restored=restored))


def _onward(request: ActingRequest, key: uuid.UUID, step: str, body: dict[str, Any]) -> HttpResponse:
    place = NAMES.index(step)
    if "now" not in request.POST and place + 1 < len(NAMES):
        return redirect("cases:concern", key=key, step=NAMES[place + 1])
    try:
        case = enter(body, key=key, acting=request.actor, now=timezone.now())
    except Refused as refused:
        form = _form(request, step, body)
        form.add_error(None, str(refused))
        return render(request, "cases/concern.html", _context(request, key, step, form))
    actions.end_draft(form=form_name(key), case=None, key=key, acting=request.actor, now=timezone.now())
    return redirect("cases:entered", code=case.code)


def _entered_before(request: ActingRequest, key: uuid.UUID) -> HttpResponse:
    """A second press, or Back and send again: to the file that this became."""
    messages.info(request, _("This situation is entered, once. What you change from now on is written in its file."))
    return redirect("cases:entered", code=filling.entered_as(request.actor, key))


@page
@require_POST
def keep(request: ActingRequest, key: uuid.UUID, step: str) -> HttpResponse:
    """Called as she types."""
    if step not in STEPS:
        raise Http404
    now, body = timezone.now(), {step: drafts.typed(request.POST)}
    kept = actions.keep_draft(form=form_name(key), case=None, body=body, key=key, acting=request.actor, now=now)
    return drafts.kept(now) if kept else HttpResponse("")


@page
@require_POST
def discard(request: ActingRequest, key: uuid.UUID) -> HttpResponse:
    actions.discard_draft(form=form_name(key), case=None, acting=request.actor, now=timezone.now())
    return redirect("cases:worklist")


@page
def entered(request: ActingRequest, code: str) -> HttpResponse:
    """What happens next, and when."""
    found = queries.case_page(request.actor, code, now=timezone.now())
    request.shown.update(found.persons)
    return render(request, "cases/entered.html", {"page": found, "duties": found.duties})


def _form(request: ActingRequest, step: str, body: dict[str, Any]) -> ConcernForm:
    data = request.POST if request.method == "POST" else None
    initial = drafts.as_initial(body.get(step, {}))
    mechanism = mechanisms.common()
    return ConcernForm(data, mechanism=mechanism, step=step, role=request.actor.role, today=timezone.localdate(), initial=initial)


def _context(request: ActingRequest, key: uuid.UUID, step: str, form: ConcernForm, restored: Any = None) -> dict[str, Any]:
    place = NAMES.index(step)
    steps = [(name, STEP_TITLES[name], NAMES.index(name) < place) for name in NAMES]
    return {
        "section": "concern", "form": form, "questions": list(form.questions()), "key": key, "step": step, "steps": steps,
        "title": STEP_TITLES[step], "is_last": place + 1 == len(NAMES), "number": place + 1, "restored": restored,
        "before": NAMES[place - 1] if place else None,
    }  # fmt: skip
