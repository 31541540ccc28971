"""Members of an organisation, for those who administer it. For everybody else these pages do not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repere.accounts import members
from repere.accounts.acting import acting_as
from repere.accounts.actions import open_invitation
from repere.accounts.actor import Actor
from repere.accounts.forms_belonging import InviteForm, ReasonForm
from repere.accounts.middleware import ActingRequest
from repere.accounts.models import ADMINISTRATOR, Membership
from repere.accounts.refusals import NotVisible, Refused
from repere.accounts.stepup import fresh

View = Callable[..., HttpResponse]


def administrators_page(view: View) -> View:
    @login_required
    @wraps(view)
    def opened(request: ActingRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.role != ADMINISTRATOR:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except NotVisible:
            raise Http404 from None

    return opened


@require_GET
@administrators_page
def members_page(request: ActingRequest) -> HttpResponse:
    held = members.visible_memberships(request.actor)
    ours = [one for one in held if one.organisation_id == request.actor.organisation_id]
    joined = [one for one in held if one.approved_at is not None and one.accepted_at is not None]
    context = {
        "waiting": [one for one in held if one.approved_at is None],
        "not_yet": [one for one in ours if one.approved_at is not None and one.accepted_at is None],
        "suspended": [one for one in joined if one.suspended_at is not None],
        "working": [(one, members.confirmation_due(one)) for one in joined if one in ours and one.suspended_at is None],
        "elsewhere": members.begun_again_elsewhere(request.actor, now=timezone.now()),
        "resets": members.waiting_resets(request.actor),
        "alone": members.administrators_of(request.membership.organisation_id) < members.ADMINISTRATORS_NEEDED,
    }
    return render(request, "accounts/members.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_page
@fresh(minutes=5)
def invite(request: ActingRequest) -> HttpResponse:
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            members.invite_member(**form.cleaned_data, acting=request.actor, now=timezone.now())
            messages.success(request, _("The proposal waits for another person's yes. Nothing is open before."))
            return redirect("accounts:members")
        except Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "accounts/member_invite.html", {"form": form})


@require_POST
@administrators_page
@fresh(minutes=5)
def approve(request: ActingRequest, membership: UUID) -> HttpResponse:
    return _acted(request, lambda: members.approve_member(membership, acting=request.actor, now=timezone.now()))


@require_POST
@administrators_page
@fresh(minutes=5)
def confirm(request: ActingRequest, membership: UUID) -> HttpResponse:
    return _acted(request, lambda: members.confirm_members([membership], acting=request.actor, now=timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_page
@fresh(minutes=5)
def end(request: ActingRequest, membership: UUID) -> HttpResponse:
    """Asked once more before it is done: it ends sessions, drafts and assignments too."""
    if request.method == "POST":
        return _acted(request, lambda: members.end_membership(membership, acting=request.actor, now=timezone.now()))
    held = Membership.objects.filter(pk=membership, organisation=request.actor.organisation_id, ended_at=None).first()
    if held is None:
        raise NotVisible
    return render(request, "accounts/member_end.html", {"held": held})


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_page
@fresh(minutes=5)
def ask_reset(request: ActingRequest, membership: UUID) -> HttpResponse:
    held = next((one for one in members.visible_memberships(request.actor) if one.pk == membership), None)
    if held is None:
        raise NotVisible
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _acted(request, lambda: members.ask_factor_reset(held.user_id, reason=reason, acting=request.actor, now=timezone.now()))
    return render(request, "accounts/member_reset.html", {"held": held, "form": form})


@require_POST
@administrators_page
@fresh(minutes=5)
def reset(request: ActingRequest, reset: UUID) -> HttpResponse:
    return _acted(request, lambda: members.reset_factors(reset, acting=request.actor, now=timezone.now()))


def _acted(request: ActingRequest, act: Callable[[], object]) -> HttpResponse:
    """Do it; show the link it made, if it made one, this once."""
    try:
        made = act()
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("accounts:members")
    if isinstance(made, str):
        return show_link(request, made, back=reverse("accounts:members"))
    messages.success(request, _("Done, and written in the ledger."))
    return redirect("accounts:members")


def show_link(request: HttpRequest, token: str, *, back: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("accounts:invitation", args=[token]))
    # Asked at the door: who makes a link does not read it again.
    with acting_as(Actor.at_the_door()):
        by_mail = open_invitation(token, now=timezone.now()).code_hash is not None
    return render(request, "accounts/member_link.html", {"link": link, "back": back, "by_mail": by_mail})
