"""Pages of a shelter: what is asked, one request, its units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repere.accounts.middleware import ActingRequest
from repere.core.rulebook import load
from repere.core.rulebook.model import Code
from repere.places import actions, forms
from repere.places.actions.danger import TAKEN_BACK_WITHIN
from repere.places.actions.shelters import RULES
from repere.places.doors import kept_shelter, visible_hold
from repere.places.incident_models import Incident
from repere.places.models import Hold, Shelter, Unit
from repere.places.queries import desk as reading
from repere.places.queries.moved import waiting_to_be_moved
from repere.places.queries.reaching import questions_of
from repere.places.queries.vouching import asked_to_vouch, could_be_asked, reminded_of, voices_of
from repere.places.refusals import Doubted, NotVisible, Refused
from repere.places.roles import HOSTING
from repere.places.views.doors import attempt, page


@cache
def _forms() -> Mapping[str, Code]:
    return load(settings.REPERE_MECHANISM_FOLDER, settings.REPERE_MECHANISM).codelists["form"]


def exploitation() -> list[tuple[str, str]]:
    """Forms of exploitation as the rule book words them. The book is read once per process."""
    return [(code, entry.label.text((get_language() or "fr")[:2])) for code, entry in _forms().items() if not entry.retired]


@require_GET
@page
def desk(request: ActingRequest) -> HttpResponse:
    now = timezone.now()
    context = {"desk": reading.desk(request.actor, now=now), "section": "places", "may_host": request.actor.role in HOSTING}
    context["to_vouch"] = asked_to_vouch(request.actor)
    return render(request, "places/desk.html", context | {"coordinates": request.actor.role == "coordination"})


@require_GET
@page
def asked(request: ActingRequest, hold: UUID) -> HttpResponse:
    """The needs of one household; no name, no file, no code."""
    return _asked_page(request, _received(request, hold), forms.QuestionForm())


def _asked_page(request: ActingRequest, held: Hold, question_form: forms.QuestionForm) -> HttpResponse:
    arrival = reading.arrival_of(request.actor, held)
    units = list(Unit.objects.visible_to(request.actor).filter(shelter=held.shelter_id, out_of_use=False))
    waits = held.state == Hold.State.ASKED
    context = {
        "held": held, "former": reading.former_needs(request.actor, held.request),
        "must_not_meet": reading.must_not_meet(request.actor, held) if waits else 0, "section": "places",
        "accept_form": None if held.listed else forms.AcceptForm(units=units), "decline_form": forms.DeclineForm(),
        "arrival_form": forms.ArrivalForm(items=arrival.items if arrival else {}),
        "waits": waits and held.ends_at is not None and held.ends_at > timezone.now(),
        "second_look_is_mine": held.second_look_by == request.actor.user_id,
        "questions": questions_of(request.actor, held.request, hold=held.pk), "question_form": question_form,
        "may_ask_back": held.state in ("asked", "accepted"),
    }  # fmt: skip
    return render(request, "places/asked.html", context)


def _received(request: ActingRequest, hold: UUID) -> Hold:
    held = visible_hold(request.actor, hold)
    if held.host_id != request.actor.organisation_id or held.state not in ("asked", "accepted", "arrived"):
        raise NotVisible
    return held


@require_POST
@page
def asked_act(request: ActingRequest, hold: UUID, act: str) -> HttpResponse:
    held, acting, now = _received(request, hold), request.actor, timezone.now()
    units = list(Unit.objects.visible_to(acting).filter(shelter=held.shelter_id))
    doing: dict[str, Callable[[], object]] = {
        "accept": lambda: actions.accept(
            held.pk, unit_id=None if held.listed else UUID(_told(forms.AcceptForm(request.POST, units=units))["unit"]), acting=acting,
            now=now,
        ),
        "decline": lambda: actions.decline(held.pk, **_told(forms.DeclineForm(request.POST)), acting=acting, now=now),
        "question": lambda: actions.ask_back(
            held.pk, **_told(forms.QuestionForm(request.POST)), sure="sure" in request.POST, acting=acting, now=now
        ),
        "second-look": lambda: actions.ask_second_look(held.pk, acting=acting, now=now),
        "arrive": lambda: actions.arrive(held.pk, acting=acting, now=now),
        "extend": lambda: actions.extend(held.pk, days=7, acting=acting, now=now),
        "leave": lambda: actions.leave(held.pk, acting=acting, now=now),
        "arrival": lambda: actions.keep_arrival(held.pk, items=_steps(request), acting=acting, now=now),
    }  # fmt: skip
    if act not in doing:
        raise Http404
    try:
        done = attempt(request, doing[act])
    except Doubted as doubted:
        return _asked_page(request, held, forms.QuestionForm(request.POST, doubted=str(doubted)))
    return redirect("places:desk") if done and act in ("decline", "leave") else redirect("places:asked", held.pk)


def _steps(request: ActingRequest) -> dict[str, str]:
    form = forms.ArrivalForm(request.POST)
    _told(form)
    return form.items()


@require_http_methods(["GET", "HEAD", "POST"])
@page
def new(request: ActingRequest) -> HttpResponse:
    if request.actor.role not in HOSTING:
        raise NotVisible
    form = forms.ShelterForm(request.POST if request.method == "POST" else None, exploitation=exploitation())
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_shelter(**form.cleaned_data, acting=request.actor, now=timezone.now())
            return redirect("places:house", made.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "places/new.html", {"form": form, "section": "places"})


@require_GET
@page
def house(request: ActingRequest, shelter: UUID) -> HttpResponse:
    kept = kept_shelter(request.actor, shelter)
    line = next(one for one in reading.houses(request.actor, now=timezone.now()) if one.shelter.pk == kept.pk)
    context = {
        "house": line, "unit_form": forms.UnitForm(), "incident_form": forms.IncidentForm(), "section": "places",
        "shelter_form": forms.ShelterForm(initial=_standing(kept), exploitation=exploitation()),
        "unit_forms": [
            (one, forms.UnitChangeForm(initial=_rules_of(one.unit), auto_id=f"{one.unit.pk}_%s"),
             forms.CapacityForm(initial={"capacity": one.unit.capacity}, auto_id=f"{one.unit.pk}_%s"))
            for one in line.units
        ],
        "changes": reading.changes_of(request.actor, kept), "incidents": _reported(request, kept), "mistaken": "mistake" in request.GET,
    }  # fmt: skip
    if kept.vouched_at is None:
        voices = voices_of(request.actor, kept)
        context["reminded"] = reminded_of(request.actor, kept)
        context |= {"voices": voices, "voice_form": forms.VoiceForm(among=could_be_asked(request.actor, voices))}
    return render(request, "places/house.html", context)


@require_POST
@page
def house_act(request: ActingRequest, shelter: UUID, act: str) -> HttpResponse:
    kept, acting, now = kept_shelter(request.actor, shelter), request.actor, timezone.now()
    doing: dict[str, Callable[[], object]] = {
        "confirm": lambda: actions.confirm_shelter(kept.pk, acting=acting, now=now),
        "reopen": lambda: actions.reopen_shelter(kept.pk, acting=acting, now=now),
        "unit": lambda: _add_unit(request, kept.pk),
        "voice": lambda: actions.ask_for_voice(kept.pk, _number(request, "organisation"), acting=acting, now=now),
        "change": lambda: actions.change_shelter(kept.pk, **_told(_shelter_form(request)), acting=acting, now=now),
        "beds": lambda: actions.change_capacity(_unit(request), **_told(forms.CapacityForm(request.POST)), acting=acting, now=now),
        "change-unit": lambda: _change_unit(request),
        "incident": lambda: actions.report_incident(kept.pk, **_told(forms.IncidentForm(request.POST)), acting=acting, now=now),
        "mistake": lambda: actions.take_back_incident(
            _number(request, "incident"), **_told(forms.MistakeForm(request.POST)), acting=acting, now=now
        ),
        "out": lambda: actions.take_out_of_use(_unit(request), out=request.POST.get("out") == "1", acting=acting, now=now),
    }
    if act not in doing:
        raise Http404
    if act == "incident" and "sure" not in request.POST:
        return _asked_once_more(request, kept)
    done = attempt(request, doing[act])
    if done and act == "incident":
        _say_how_to_take_back(request, kept)
    if done and act == "incident" and waiting_to_be_moved(acting).exists():
        return redirect(f"{reverse('places:desk')}#move-title")
    return redirect("places:house", kept.pk)


def _say_how_to_take_back(request: ActingRequest, kept: Shelter) -> None:
    """Where the report is told, and not only at the foot of the page of the house."""
    address = f"{reverse('places:house', args=[kept.pk])}?mistake=1#danger-title"
    said = _("%(name)s: your report is told.") % {"name": kept.name}
    messages.info(request, format_html('{} <a class="step-link" href="{}">{}</a>', said, address, _("I reported this by mistake")))


def _reported(request: ActingRequest, kept: Shelter) -> list[tuple[Incident, forms.MistakeForm | None]]:
    """Each with the form that takes it back, for whoever reported it and while that is possible."""
    since = timezone.now() - TAKEN_BACK_WITHIN
    found = reading.incidents_of(request.actor, kept)
    mine = {one.pk for one in found if one.user_id == request.actor.user_id and one.taken_back_at is None and one.at >= since}
    return [(one, forms.MistakeForm(auto_id=f"{one.pk}_%s") if one.pk in mine else None) for one in found]


def _asked_once_more(request: ActingRequest, kept: Shelter) -> HttpResponse:
    """What a report brings about, before it is sent: it reaches other houses, and is taken back for a short time only."""
    try:
        kind = _told(forms.IncidentForm(request.POST))["kind"]
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("places:house", kept.pk)
    staying = reading.staying_in(request.actor, kept)
    context = {"shelter": kept, "kind": kind, "named": Incident.Kind(kind).label, "staying": staying, "section": "places"}
    return render(request, "places/incident.html", context)


def _standing(kept: Shelter) -> dict[str, Any]:
    names = ("name", "zone", "languages", "trained_for", "security", "men_on_site", "papers_law", "most_households", "most_minors")
    return {name: getattr(kept, name) for name in names} | {"listed": "yes" if kept.listed else "no"}


def _rules_of(unit: Unit) -> dict[str, Any]:
    ticked = [name for name in RULES if getattr(unit, name)]
    return {"label": unit.label, "gender": unit.gender, "phases": unit.phases, "rules": ticked}


def _shelter_form(request: ActingRequest) -> forms.ShelterForm:
    return forms.ShelterForm(request.POST, exploitation=exploitation())


def _change_unit(request: ActingRequest) -> None:
    told = _told(forms.UnitChangeForm(request.POST))
    rules = set(told.pop("rules"))
    given: dict[str, Any] = {name: name in rules for name in RULES}
    actions.change_unit(_unit(request), **told, **given, acting=request.actor, now=timezone.now())


def _add_unit(request: ActingRequest, shelter: UUID) -> None:
    told = _told(forms.UnitForm(request.POST))
    rules = set(told.pop("rules"))
    # A rule that is not ticked is a "no": what is not said is never taken as a yes.
    given: dict[str, Any] = {name: name in rules for name in RULES}
    actions.add_unit(shelter, **told, **given, acting=request.actor, now=timezone.now())


def _unit(request: ActingRequest) -> UUID:
    return _number(request, "unit")


def _number(request: ActingRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def _told(form: django_forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise Refused("form", why=next(iter(form.errors.values()))[0])
    return dict(form.cleaned_data)
