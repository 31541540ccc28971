"""Asking to come in with an organisation, and vouching for one that asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repere.accounts import throttle, vetting
from repere.accounts.forms_belonging import ApplicationForm, IdentityForm, ReasonForm
from repere.accounts.middleware import ActingRequest
from repere.accounts.refusals import Refused
from repere.accounts.stepup import fresh
from repere.accounts.vetting_models import Application, VettingStep
from repere.accounts.views import visitor_address
from repere.accounts.views_members import administrators_page, show_link
from repere.directory.models import Organisation

State = Organisation.State
VOICES: dict[str, Callable[..., Any]] = {
    "sponsor": vetting.confirm_sponsor, "approve": vetting.approve, "refuse": vetting.refuse, "suspend": vetting.suspend,
    "resume": vetting.resume, "close": vetting.close,
}  # fmt: skip
OPEN_TO = {
    State.APPLIED: ("identity", "refuse"),
    State.IDENTITY_CHECKED: ("sponsor", "refuse"),
    State.SPONSOR_CONFIRMED: ("approve", "refuse"),
    State.PROBATION: ("suspend", "close"),
    State.ACTIVE: ("suspend", "close"),
    State.SUSPENDED: ("resume", "close"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The same page for everybody, and the same answer whatever is known of the applicant."""
    form = ApplicationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not throttle.may_come(visitor_address(request), "application"):
            form.add_error(None, _("Too many attempts in a short time. Wait five minutes and try again; nothing is locked."))
            return render(request, "accounts/apply.html", {"form": form}, status=429)
        told = form.cleaned_data
        vetting.apply_to_join(
            name=told["name"], kind=told["kind"], territory=told["territory"], contact=form.contact(),
            language=(get_language() or "fr")[:2], now=timezone.now(),
        )  # fmt: skip
        return redirect("accounts:applied")
    return render(request, "accounts/apply.html", {"form": form})


@require_GET
def applied(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/applied.html")


@require_GET
@administrators_page
def organisations(request: ActingRequest) -> HttpResponse:
    waiting = vetting.applications(request.actor)
    others = Organisation.objects.exclude(state__in=[*vetting.WAITING, State.REFUSED]).exclude(pk=request.membership.organisation_id)
    return render(request, "accounts/vetting.html", {"waiting": waiting, "others": others})


@require_GET
@administrators_page
def organisation(request: ActingRequest, organisation: UUID) -> HttpResponse:
    return _page(request, organisation)


def _page(request: ActingRequest, organisation_id: UUID, refused: str = "", status: int = 200) -> HttpResponse:
    found = vetting.visible_organisation(request.actor, organisation_id)
    steps = VettingStep.objects.filter(organisation=found).select_related("by_organisation")
    open_to = () if found.pk == request.actor.organisation_id else OPEN_TO.get(State(found.state), ())
    context = {
        "organisation": found,
        "application": Application.objects.filter(organisation=found).first(),
        "steps": steps,
        "open_to": open_to,
        "identity_form": IdentityForm(),
        "reason_form": ReasonForm(),
        "refused": refused,
    }
    return render(request, "accounts/vetting_organisation.html", context, status=status)


@require_POST
@administrators_page
@fresh(minutes=5)
def speak(request: ActingRequest, organisation: UUID, step: str) -> HttpResponse:
    """One voice: `identity`, or one of VOICES."""
    if step != "identity" and step not in VOICES:
        raise Http404
    reason, now = request.POST.get("reason", ""), timezone.now()
    try:
        if step == "identity":
            vetting.check_identity(organisation, ways=request.POST.getlist("ways"), reason=reason, acting=request.actor, now=now)
            made = None
        else:
            made = VOICES[step](organisation, reason=reason, acting=request.actor, now=now)
    except Refused as refused:
        return _page(request, organisation, str(refused), 400)
    if isinstance(made, str):
        return show_link(request, made, back=reverse("accounts:organisation", args=[organisation]))
    messages.success(request, _("Done, and written in the ledger."))
    return redirect("accounts:organisation", organisation)
