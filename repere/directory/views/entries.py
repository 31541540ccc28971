"""Looking for whom to turn to, one entry, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repere.directory import actions, forms
from repere.directory.doors import is_past_probation, sees_persons, visible_contact, visible_mandate, visible_service, who
from repere.directory.entry_models import Secret, Service
from repere.directory.queries.agreements import reminders
from repere.directory.queries.reading import lines
from repere.directory.queries.search import find, next_in_line, understand
from repere.directory.queries.waiting import waiting_for_voices
from repere.directory.refusals import Refused
from repere.directory.tiers import Tier
from repere.directory.trust import AGEING_FOR, FRESH_FOR
from repere.directory.views.changing import could_be_shown
from repere.directory.views.doors import ActingRequest, attempt, page


@require_GET
@page
def search(request: ActingRequest) -> HttpResponse:
    form = forms.SearchForm(request.GET)
    form.is_valid()
    chosen = {name: form.cleaned_data.get(name, "") for name in ("function", "language", "territory")}
    text = form.cleaned_data.get("q", "")
    asked_at_all = bool(text.strip() or any(chosen.values()))
    found = find(request.actor, understand(text, **chosen), on=timezone.now().date()) if asked_at_all else None
    ending = [] if found else reminders(request.actor, on=timezone.now().date())
    return render(request, "directory/search.html", {"form": form, "found": found, "ending": ending, "section": "directory"})


@require_GET
@page
def entry(request: ActingRequest, entry: UUID) -> HttpResponse:
    service, now = visible_service(request.actor, entry), timezone.now()
    line = lines(request.actor, [service], on=now.date())[0]
    others = next_in_line(request.actor, service, on=now.date())[:3] if line.is_vacant or line.trust == "stale" else []
    context = {
        "line": line, "others": others, "voices": service.voices.filter(version=service.version).select_related("organisation"),
        "may_reach": request.actor.organisation_id not in (service.organisation_id, service.structure.member_id),
        "ours": service.organisation_id == request.actor.organisation_id, "persons": sees_persons(request.actor, service),
        "may_vouch": service.vetted_at is None and is_past_probation(request.actor), "holder_form": forms.HolderForm(),
        "contact_form": forms.ContactForm(), "outcome_form": forms.OutcomeForm(), "fresh_days": FRESH_FOR.days,
        "ageing_days": AGEING_FOR.days, "section": "directory", **_closed_part(request, service),
    }  # fmt: skip
    return render(request, "directory/entry.html", context)


def _closed_part(request: ActingRequest, service: Service) -> dict[str, object]:
    """For who keeps a hidden entry, and for who was given a box of it."""
    ours = service.organisation_id == request.actor.organisation_id
    held = service.tier == Tier.NEED_TO_KNOW and Secret.objects.filter(service=service, holder=request.actor.organisation_id).exists()
    if service.tier != Tier.NEED_TO_KNOW or not (ours or held):
        return {}
    return {"closed_part": True, "show_form": forms.OrganisationForm(among=could_be_shown(request, service))}


@require_POST
@page
def entry_act(request: ActingRequest, entry: UUID, act: str) -> HttpResponse:
    service, acting, now = visible_service(request.actor, entry), request.actor, timezone.now()
    doing: dict[str, Callable[[], object]] = {
        "vouch": lambda: actions.vouch(service.pk, reason=request.POST.get("reason", ""), acting=acting, now=now),
        "outcome": lambda: actions.record_outcome(service.pk, what=request.POST.get("what", ""), on=now.date(), acting=acting, now=now),
        "close": lambda: actions.close_service(service.pk, acting=acting, now=now),
        "holder": lambda: actions.name_holder(service.pk, **_told(forms.HolderForm(request.POST)), acting=acting, now=now),
        "contact": lambda: actions.add_contact(
            service.pk, **_told(forms.ContactForm(request.POST)), mandate_id=_id(request.POST.get("mandate")), acting=acting, now=now
        ),
    }
    if act not in doing:
        raise Http404
    attempt(request, doing[act])
    return redirect("directory:entry", service.pk)


@require_POST
@page
def contact_act(request: ActingRequest, contact: UUID, act: str) -> HttpResponse:
    held, acting, now = visible_contact(request.actor, contact), request.actor, timezone.now()
    doing: dict[str, Callable[[], object]] = {
        "verify": lambda: actions.verify_contact(held.pk, acting=acting, now=now),
        "change": lambda: actions.change_contact(held.pk, value=request.POST.get("value", ""), acting=acting, now=now),
        "called": lambda: actions.call_back(held.pk, confirmed=True, acting=acting, now=now),
        "unknown": lambda: actions.call_back(held.pk, confirmed=False, acting=acting, now=now),
    }
    if act not in doing:
        raise Http404
    attempt(request, doing[act])
    return redirect("directory:entry", held.service_id)


@require_POST
@page
def mandate_act(request: ActingRequest, mandate: UUID, act: str) -> HttpResponse:
    held, acting, now = visible_mandate(request.actor, mandate), request.actor, timezone.now()
    doing: dict[str, Callable[[], object]] = {
        "end": lambda: actions.end_mandate(held.pk, ended_on=_told(forms.DayForm(request.POST))["day"], acting=acting, now=now),
        "confirm": lambda: actions.confirm_mandate(held.pk, acting=acting, now=now),
    }
    if act not in doing:
        raise Http404
    attempt(request, doing[act])
    return redirect("directory:entry", held.service_id)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def new(request: ActingRequest) -> HttpResponse:
    form = forms.EntryForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = _write_entry(form, request)
            return redirect("directory:entry", made.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "directory/new.html", {"form": form, "section": "directory"})


def _write_entry(form: forms.EntryForm, request: ActingRequest) -> Service:
    acting, now, told = request.actor, timezone.now(), form.cleaned_data
    return actions.add_entry(
        structure=told["structure"], kind=told["kind"], member_id=who(acting).organisation_id if told["ours"] else None,
        phone=told["phone"], email=told["email"], acting=acting, now=now, **form.fields_of_entry(),
    )  # fmt: skip


@require_GET
@page
def waiting(request: ActingRequest) -> HttpResponse:
    found = waiting_for_voices(request.actor, on=timezone.now().date())
    return render(request, "directory/waiting.html", {"found": found, "section": "directory"})


def _told(form: django_forms.Form) -> dict[str, Any]:
    """What the form says; a refusal with its first sentence when it does not hold."""
    if not form.is_valid():
        raise Refused("form", why=next(iter(form.errors.values()))[0])
    return dict(form.cleaned_data)


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None
