"""What is secret of an entry of the directory: kept, opened to one organisation step by step, revealed once; each with a fresh proof."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from repere.accounts import secret_entries
from repere.directory.doors import visible_service
from repere.directory.models import Organisation
from repere.directory.refusals import NotVisible, Refused
from repere.directory.tiers import Tier
from repere.directory.views.doors import ActingRequest, attempt, page

PARTS = {
    "meeting_point": _("Where somebody is met"), "address": _("Address"), "door": _("How the door opens"),
    "night_line": _("Number for the night"),
}  # fmt: skip
STAGES = {
    "meeting": _("Where somebody is met, and no more"), "address": _("The address too, and the number for the night"),
    "door": _("Everything, how the door opens too"),
}  # fmt: skip


class KeptForm(forms.Form):
    meeting_point = forms.CharField(label=PARTS["meeting_point"], max_length=secret_entries.LONGEST, required=False)
    address = forms.CharField(label=PARTS["address"], max_length=secret_entries.LONGEST, required=False)
    door = forms.CharField(label=PARTS["door"], max_length=secret_entries.LONGEST, required=False)
    night_line = forms.CharField(label=PARTS["night_line"], max_length=secret_entries.LONGEST, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            # A shared machine must not offer an address to the next person who types.
            field.widget.attrs["autocomplete"] = "off"


class DiscloseForm(forms.Form):
    organisation = forms.ModelChoiceField(
        label=_("Organisation that was shown the entry"), queryset=Organisation.objects.none(), empty_label=_("Choose")
    )
    stage = forms.ChoiceField(label=_("How far"), choices=tuple(STAGES.items()), initial="meeting")


@require_GET
@page
def address(request: ActingRequest, entry: UUID) -> HttpResponse:
    """What can be done; nothing of what is kept stands on this page."""
    return _page(request, entry)


@require_POST
@page
def address_act(request: ActingRequest, entry: UUID, act: str) -> HttpResponse:
    doing: dict[str, Callable[[ActingRequest, UUID], HttpResponse]] = {
        "keep": _keep, "disclose": _disclose, "take-back": _take_back, "hide": _hide, "reveal": _reveal,
    }  # fmt: skip
    if act not in doing:
        raise Http404
    if act != "reveal" and visible_service(request.actor, entry).organisation_id != request.actor.organisation_id:
        raise NotVisible
    return doing[act](request, entry)


def _keep(request: ActingRequest, entry: UUID) -> HttpResponse:
    form = KeptForm(request.POST)
    if form.is_valid():
        told = dict(form.cleaned_data)
        attempt(request, lambda: secret_entries.keep_secret(entry, told, acting=request.actor, now=timezone.now()))
    return redirect("directory:address", entry)


def _disclose(request: ActingRequest, entry: UUID) -> HttpResponse:
    to, stage = _organisation(request), request.POST.get("stage", "")
    attempt(request, lambda: secret_entries.disclose(entry, to, stage=stage, acting=request.actor, now=timezone.now()))
    return redirect("directory:address", entry)


def _take_back(request: ActingRequest, entry: UUID) -> HttpResponse:
    to = _organisation(request)
    attempt(request, lambda: secret_entries.take_back(entry, to, acting=request.actor, now=timezone.now()))
    return redirect("directory:address", entry)


def _hide(request: ActingRequest, entry: UUID) -> HttpResponse:
    to = _organisation(request)
    attempt(request, lambda: secret_entries.hide_from(entry, to, acting=request.actor, now=timezone.now()))
    return redirect("directory:address", entry)


def _reveal(request: ActingRequest, entry: UUID) -> HttpResponse:
    """Shown in this one answer, which nothing keeps."""
    try:
        told = secret_entries.reveal(entry, reason=request.POST.get("reason", ""), acting=request.actor, now=timezone.now())
    except Refused as refused:
        return _page(request, entry, wrong=str(refused))
    return _page(request, entry, revealed=[(PARTS[part], told[part]) for part in secret_entries.PARTS if part in told])


def _page(request: ActingRequest, entry: UUID, *, revealed: object = None, wrong: str = "") -> HttpResponse:
    service, now = visible_service(request.actor, entry), timezone.now()
    ours, held = service.organisation_id == request.actor.organisation_id, secret_entries.holds_box(entry, acting=request.actor)
    if service.tier != Tier.NEED_TO_KNOW or not (ours or held):
        raise NotVisible
    context: dict[str, object] = {"service": service, "ours": ours, "held": held, "revealed": revealed, "wrong": wrong}
    if ours:
        shown = Organisation.objects.filter(pk__in=service.known_to).order_by("name", "id")
        form = DiscloseForm()
        form.fields["organisation"].queryset = shown  # type: ignore[attr-defined]
        opened = secret_entries.disclosed(entry, acting=request.actor, now=now)
        told = [(one, STAGES.get(one.stage, "")) for one in opened]
        context |= {"form": KeptForm(), "disclose_form": form, "shown": shown, "opened": told}
    return render(request, "accounts/secret_address.html", context | {"section": "directory"})


def _organisation(request: ActingRequest) -> UUID:
    try:
        return UUID(request.POST.get("organisation", ""))
    except ValueError:
        raise Http404 from None
