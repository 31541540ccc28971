"""Requisitions about one file, step by step."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repere.accounts.middleware import ActingRequest
from repere.accounts.stepup import fresh, sent
from repere.cases import actions, mail_address, mechanisms
from repere.cases.actions.facts import facts_of
from repere.cases.actions.requisition import answer_of, mark_of
from repere.cases.models import IDENTITY, Case, Requisition
from repere.cases.queries import standing as reading
from repere.cases.queries.case_page import timeline_of
from repere.cases.refusals import NotVisible, Refused
from repere.cases.standing_forms import AnswerForm, ConfirmForm, ReasonForm, RequisitionForm, SilenceForm, ToldForm, word_choices
from repere.cases.territory import civil_day
from repere.cases.views import drafts
from repere.cases.views.doors import page

STATES = {
    "received": gettext_lazy("received"), "checked": gettext_lazy("checked"),
    "prepared": gettext_lazy("answer prepared, waits for a second person"),
    "answered": gettext_lazy("answered"), "refused": gettext_lazy("refused"),
}  # fmt: skip
STEPS: dict[str, tuple[Any, Callable[..., Requisition], Any, Any]] = {
    "check": (forms.Form, actions.check_requisition, gettext_lazy("Say that this demand is genuine"), gettext_lazy("It is genuine")),
    "answer": (AnswerForm, actions.prepare_answer, gettext_lazy("Prepare the answer"), gettext_lazy("Prepare this answer")),
    "confirm": (ConfirmForm, actions.confirm_answer, gettext_lazy("Confirm the answer"), gettext_lazy("Confirm it")),
    "refuse": (ReasonForm, actions.refuse_requisition, gettext_lazy("Refuse this demand"), gettext_lazy("Refuse it")),
    "told": (ToldForm, actions.tell_her_of_requisition, gettext_lazy("She was told"), gettext_lazy("Keep this day")),
    "silence": (SilenceForm, actions.keep_silent_on_requisition, gettext_lazy("A text forbids telling her"), gettext_lazy("Keep this")),
}
"""Step → its form, its act, its title, its button."""
PAPER = "paper"
"""What leaves, as it leaves: looked at before it is confirmed, printed after."""
OFFERED = {
    "received": ("check", "refuse"), "checked": ("answer", "refuse"), "prepared": (PAPER, "confirm", "refuse"),
    "answered": (PAPER, "told", "silence"),
    "refused": ("told", "silence"),
}  # fmt: skip


@page
@fresh(when=sent)
def requisitions(request: ActingRequest, code: str) -> HttpResponse:
    now = timezone.now()
    case, found = reading.requisitions(request.actor, code, today=now.date())
    request.shown.add(case.person_id)
    mechanism = mechanisms.named(case.mechanism)
    form = RequisitionForm(request.POST if request.method == "POST" else None, case=case, mechanism=mechanism)
    unsent = drafts.Unsent(request, "requisition", case)
    unsent.restore(form)
    if request.method == "POST" and form.is_valid():
        try:
            actions.receive_requisition(case, **form.cleaned_data, acting=request.actor, now=now)
            unsent.sent()
            messages.success(request, _("Written down. Nothing is given until it is checked, and two people have answered."))
            return redirect("cases:requisitions", code=case.code)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    lines = [
        (line, STATES[line.row.state], _words(mechanism, line.row.asked), _words(mechanism, line.row.given),
         [(s, _("What the answer holds, on paper") if s == PAPER else STEPS[s][2]) for s in OFFERED[line.row.state]])
        for line in found
    ]  # fmt: skip
    return render(request, "cases/requisitions.html", {"case": case, "form": form, "lines": lines} | unsent.shown())


def _words(mechanism: Any, words: list[str]) -> str:
    return ", ".join(label for _word, label in word_choices(mechanism, words))


def _answer(request: ActingRequest, case: Case, line: reading.RequisitionLine) -> dict[str, Any]:
    """What the answer holds, as it leaves."""
    told, withheld = answer_of(line.row, acting=request.actor)
    where = mail_address.in_words(mail_address.elected(facts_of(case, request.actor)), case.organisation.name, request.actor.language)
    return {"shown": timeline_of(request.actor, case, told), "withheld": withheld, "letters": where, "seen": mark_of(told)}


def _paper(request: ActingRequest, case: Case, line: reading.RequisitionLine) -> HttpResponse:
    if PAPER not in OFFERED[line.row.state]:
        raise Http404
    context = _answer(request, case, line) | {
        "case": case, "line": line,
        "given": _words(mechanisms.named(case.mechanism), line.row.given), "confirmed": line.row.state == "answered",
        "names_identity": IDENTITY in line.row.given,
    }  # fmt: skip
    return render(request, "cases/requisition_paper.html", context)


@page
@fresh(when=sent)
def step(request: ActingRequest, code: str, requisition: uuid.UUID, name: str) -> HttpResponse:
    """One step of one requisition: a short form, then the act."""
    if name not in (*STEPS, PAPER):
        raise Http404
    case, found = reading.requisitions(request.actor, code)
    line = next((line for line in found if line.row.pk == requisition), None)
    if line is None:
        raise NotVisible
    request.shown.add(case.person_id)
    if name == PAPER:
        return _paper(request, case, line)
    build, act, heading, label = STEPS[name]
    extra = {"mechanism": mechanisms.named(case.mechanism), "asked": line.row.asked} if build is AnswerForm else {}
    form = build(request.POST if request.method == "POST" else None, **extra)
    if request.method == "POST" and form.is_valid():
        try:
            act(line.row, **form.cleaned_data, acting=request.actor, now=timezone.now())
            messages.success(request, _("Written down."))
            return redirect("cases:requisitions", code=case.code)
        except Refused as refused:
            if build is ConfirmForm:  # what it holds now is looked at anew
                messages.error(request, str(refused))
                return redirect("cases:requisition_step", code=case.code, requisition=requisition, name=name)
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    context = {"case": case, "form": form, "heading": heading, "act": label, "lead": line.demand["authority"]}
    if build is ConfirmForm:
        answer = _answer(request, case, line)
        form.fields["seen"].initial = answer["seen"]
        context |= answer | {"answer": True}
    context["today"] = civil_day(case.zone, timezone.now())
    return render(request, "cases/standing_form.html", context)
