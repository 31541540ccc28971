"""Changing an entry that one keeps, and letting one other organisation know of a hidden one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from repere.directory import actions, forms
from repere.directory.doors import kept_service
from repere.directory.entry_models import Service
from repere.directory.models import Organisation
from repere.directory.refusals import NotVisible, Refused
from repere.directory.views.doors import ActingRequest, attempt, page


@require_http_methods(["GET", "HEAD", "POST"])
@page
def edit(request: ActingRequest, entry: UUID) -> HttpResponse:
    service = ours(request, entry)
    form = forms.EditForm(request.POST if request.method == "POST" else None, initial=forms.EditForm.initial_of(service))
    if request.method == "POST" and form.is_valid() and _keep(request, form, service):
        return redirect("directory:entry", service.pk)
    shared = Service.objects.visible_to(request.actor).filter(structure=service.structure).exclude(pk=service.pk).count()
    return render(request, "directory/edit.html", {"form": form, "service": service, "shared": shared, "section": "directory"})


def _keep(request: ActingRequest, form: forms.EditForm, service: Service) -> bool:
    """Both or neither: a body's new name with a refused service would be half a change."""
    acting, now = request.actor, timezone.now()
    try:
        with transaction.atomic():
            if service.structure.organisation_id == acting.organisation_id:
                actions.edit_structure(service.structure_id, **form.fields_of_body(), acting=acting, now=now)
            actions.edit_service(service.pk, **form.fields_of_entry(), acting=acting, now=now)
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, _("Done, and written in the ledger."))
    return True


@require_POST
@page
def show(request: ActingRequest, entry: UUID) -> HttpResponse:
    service = ours(request, entry)
    form = forms.OrganisationForm(request.POST, among=could_be_shown(request, service))
    if form.is_valid():
        to = form.cleaned_data["organisation"].pk
        attempt(request, lambda: actions.show_to(service.pk, to, acting=request.actor, now=timezone.now()))
    else:
        messages.warning(request, _("Choose an organisation."))
    return redirect("directory:entry", service.pk)


def ours(request: ActingRequest, entry: UUID) -> Service:
    """An entry that the reader's organisation keeps; of any other, these pages say nothing."""
    try:
        return kept_service(request.actor, entry)
    except Refused:
        raise NotVisible from None


def could_be_shown(request: ActingRequest, service: Service) -> object:
    """Organisations past their probation that do not know of it yet."""
    known = [*service.known_to, service.organisation_id]
    return Organisation.objects.filter(state=Organisation.State.ACTIVE).exclude(pk__in=known).order_by("name", "id")
