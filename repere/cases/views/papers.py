"""Papers of a file: brought in, opened one at a time, taken away."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from repere.accounts.keyring import person_key
from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import fresh, sent
from repere.cases import mechanisms
from repere.cases.access import standing, visible_case
from repere.cases.actions import papers as actions
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case, Paper
from repere.cases.refusals import NotVisible, Refused
from repere.cases.sealed import KeyRing
from repere.cases.standing_forms import word_choices
from repere.cases.uploads import limits
from repere.cases.uploads.forms import PaperForm
from repere.cases.views import drafts
from repere.cases.views.doors import page
from repere.cases.views.extracts import as_file

KINDS = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


@page
def papers(request: ActingRequest, code: str) -> HttpResponse:
    case = _own(request, code)
    request.shown.add(case.person_id)
    mechanism = mechanisms.named(case.mechanism)
    held = [word for word in mechanism.groups if word in standing(request.actor, case).words]
    sent = request.method == "POST"
    form = PaperForm(*((request.POST, request.FILES) if sent else ()), groups=word_choices(mechanism, held))
    unsent = drafts.Unsent(request, "papers", case)
    unsent.restore(form)
    if sent and request.META.get("too_big"):
        form.add_error("file", str(Refused("paper_too_big", value=limits.FILE_MEGABYTES)))
    elif sent and form.is_valid():
        told = form.cleaned_data
        try:
            paper = actions.attach_paper(
                case, data=told["file"].read(), title=told["title"], group=told["group"], acting=request.actor, now=timezone.now()
            )
            unsent.sent()
            messages.success(request, _kept(paper))
            return redirect("cases:papers", code=case.code)
        except Refused as refused:
            if refused.code != "paper_busy":  # that others are at work is nothing to ask her about
                actions.note_refused(case, refused.code, acting=request.actor)
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    context = {"case": case, "form": form, "lines": _lines(request, case, word_choices(mechanism, held))}
    return render(request, "cases/papers.html", context | unsent.shown())


def _kept(paper: Paper) -> str:
    if paper.state == "clean":
        return _("Kept, sealed. Its original name and what cameras and programs write into files were left out.")
    return _("Kept, sealed and closed: no scanner answers at the moment. It opens once it was scanned.")


@page
@fresh()
def open_paper(request: ActingRequest, code: str, paper: uuid.UUID) -> HttpResponse:
    """Whether it may be read is asked anew each time; it never opens inside the browser."""
    case = _own(request, code)
    try:
        found, data = actions.open_paper(_of(request, case, paper), acting=request.actor, now=timezone.now())
    except Refused as refused:
        actions.note_refused(case, refused.code, acting=request.actor)
        messages.error(request, str(refused))
        return redirect("cases:papers", code=case.code)
    return as_file(data, f"document.{found.kind}", KINDS[found.kind])


@page
@fresh(when=sent)
def remove(request: ActingRequest, code: str, paper: uuid.UUID) -> HttpResponse:
    case = _own(request, code)
    actions.remove_paper(_of(request, case, paper), acting=request.actor, now=timezone.now())
    messages.success(request, _("Taken away for good."))
    return redirect("cases:papers", code=case.code)


def _own(request: ActingRequest, code: str) -> Case:
    case = visible_case(request.actor, code)
    if case.organisation_id != request.actor.organisation_id:
        raise NotVisible
    return case


def _of(request: ActingRequest, case: Case, paper: uuid.UUID) -> uuid.UUID:
    if not Paper.objects.visible_to(request.actor).filter(pk=paper, case=case).exists():
        raise NotVisible
    return paper


def _lines(request: ActingRequest, case: Case, groups: list[tuple[str, str]]) -> list[tuple[Paper, str, str]]:
    found = Paper.objects.visible_to(request.actor).filter(case=case).select_related("user").defer("blob")
    rows = list(found)
    if not rows:
        return []
    ring, labels = KeyRing(person_key(case.person_id, acting_organisation(request.actor))), dict(groups)
    return [
        (row, ring.unseal(actions.PAPER, row.pk, actions.TITLE, bytes(row.title))["title"], labels.get(row.data_group, "")) for row in rows
    ]
