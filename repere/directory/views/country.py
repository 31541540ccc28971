"""Coverage of the country, conventions, and the directed question."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from repere.directory import actions, forms
from repere.directory.doors import visible_convention
from repere.directory.geography import outlines
from repere.directory.queries.agreements import agreements
from repere.directory.queries.coverage import coverage, functions_told, spread
from repere.directory.queries.lists import by_territory, schemes
from repere.directory.refusals import Refused
from repere.directory.territory import territories
from repere.directory.views.doors import ActingRequest, page
from repere.directory.vocabulary import PROTECTED, Function

# The role that reads what places lack: shadow prices and times of answers, on pages of their own room.
COORDINATION = "coordination"


@require_GET
@page
def coverage_page(request: ActingRequest) -> HttpResponse:
    told = functions_told()
    function = request.GET.get("function", "")
    function = function if function in told else told[0]
    states = coverage(request.actor, function, on=timezone.now().date())
    rows = [(place, states[code]) for code, place in territories().items()]
    context = {
        "function": Function(function), "functions": [Function(code) for code in told], "rows": rows, "by_region": function in PROTECTED,
        "of_the_nation": request.actor.role == COORDINATION,
        "shapes": outlines.shapes(states), "tiles": outlines.tiles(states), "spread": spread(states), "section": "directory",
    }  # fmt: skip
    return render(request, "directory/coverage.html", context)


@require_GET
@page
def lists(request: ActingRequest) -> HttpResponse:
    """What is known of a scheme and who does it where; printed as it stands."""
    known = schemes((get_language() or "fr")[:2])
    scheme = known.get(request.GET.get("list", ""), next(iter(known.values())))
    where, on = forms.PlaceForm(request.GET), timezone.now().date()
    territory = where.cleaned_data.get("territory", "") if where.is_valid() else ""
    places, national = by_territory(request.actor, scheme.function, territory=territory, on=on)
    context = {"scheme": scheme, "schemes": known.values(), "places": places, "national": national, "where": where, "on": on}
    return render(request, "directory/lists.html", context | {"section": "directory"})


@require_http_methods(["GET", "HEAD", "POST"])
@page
def safe_place(request: ActingRequest) -> HttpResponse:
    form, answer = forms.AskForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        try:
            answer = actions.ask_for_safe_place(**form.cleaned_data, acting=request.actor, now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "directory/safe_place.html", {"form": form, "answer": answer, "section": "directory"})


@require_http_methods(["GET", "HEAD", "POST"])
@page
def conventions(request: ActingRequest) -> HttpResponse:
    form = forms.ConventionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _keep(request, form, None):
        return redirect("directory:conventions")
    where = forms.PlaceForm(request.GET)
    territory = where.cleaned_data.get("territory", "") if where.is_valid() else ""
    held = agreements(request.actor, territory=territory, on=timezone.now().date())
    return render(request, "directory/conventions.html", {"form": form, "held": held, "where": where, "section": "directory"})


@require_http_methods(["GET", "HEAD", "POST"])
@page
def convention(request: ActingRequest, convention: UUID) -> HttpResponse:
    held = visible_convention(request.actor, convention)
    initial = {name: getattr(held, name) for name in forms.ConventionForm.base_fields}
    initial |= {"parties": "\n".join(held.parties), "territories": " ".join(held.territories)}
    form = forms.ConventionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and _keep(request, form, held.pk):
        return redirect("directory:conventions")
    context = {"form": form, "one": held, "ours": held.organisation_id == request.actor.organisation_id, "section": "directory"}
    return render(request, "directory/convention.html", context)


def _keep(request: ActingRequest, form: forms.ConventionForm, convention_id: UUID | None) -> bool:
    if not form.is_valid():
        return False
    try:
        actions.keep_convention(**form.cleaned_data, convention_id=convention_id, acting=request.actor, now=timezone.now())
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, _("Done, and written in the ledger."))
    return True
