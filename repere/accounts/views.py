"""Signing in and out."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from repere.accounts import throttle
from repere.accounts.actions import (
    InvitationClosed,
    accept_invitation,
    note_refused_sign_in,
    note_sign_in,
    note_sign_out,
    open_invitation,
)
from repere.accounts.forms import FirstPasswordForm, SignInForm
from repere.accounts.middleware import MEMBERSHIP, SIGNED_IN_AT
from repere.accounts.models import Membership, User
from repere.accounts.queries import demonstration_cast

BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form, status = SignInForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        email, address = form.cleaned_data["email"], visitor_address(request)
        in_time = throttle.may_try(email, address)
        user = authenticate(request, username=email, password=form.cleaned_data["password"]) if in_time else None
        if isinstance(user, User) and Membership.objects.of_user(user).exists():
            throttle.forget(email, address)
            return _enter(request, user)
        note_refused_sign_in(throttled=not in_time)
        form.add_error(None, _refusal(in_time=in_time))
        status = 200 if in_time else 429
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "cast": demonstration_cast() if settings.REPERE_DEMO else [],
    }
    return render(request, "accounts/login.html", context, status=status)


def _refusal(*, in_time: bool) -> str:
    if in_time:
        return _("This address and this password do not open an account here. Check both and try again.")
    return _("Too many attempts in a short time. Wait five minutes and try again; nothing is locked.")


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One click, on a demonstration only; the boot check refuses a demonstration beside real data."""
    if not settings.REPERE_DEMO:
        raise Http404
    membership = Membership.objects.current().filter(pk=_uuid(request), organisation__is_invented=True).first()
    if membership is None:
        raise Http404
    return _enter(request, membership.user, membership)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        note_sign_out(request.user)
    logout(request)
    return redirect("accounts:sign_in")


@require_POST
def change_role(request: HttpRequest) -> HttpResponse:
    """Act under another of one's own memberships."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    membership = Membership.objects.of_user(user).filter(pk=_uuid(request)).first()
    if membership is None:
        raise Http404
    request.session.cycle_key()
    request.session[MEMBERSHIP] = str(membership.pk)
    return redirect(settings.LOGIN_REDIRECT_URL)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    try:
        user = open_invitation(token, now=now).user
        form = FirstPasswordForm(request.POST or None, user=user)
        if request.method == "POST" and form.is_valid():
            return _enter(request, accept_invitation(token, form.cleaned_data["password"], now=now))
    except InvitationClosed:
        return render(request, "accounts/invitation_closed.html", status=404)
    return render(request, "accounts/invitation.html", {"form": form, "invited": user})


def _enter(request: HttpRequest, user: User, membership: Membership | None = None) -> HttpResponse:
    logout(request)
    login(request, user, backend=BACKEND)
    request.session[SIGNED_IN_AT] = timezone.now().timestamp()
    if membership is not None:
        request.session[MEMBERSHIP] = str(membership.pk)
    note_sign_in(user)
    return redirect(_safe_next(request))


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else settings.LOGIN_REDIRECT_URL


def _uuid(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("membership", ""))
    except ValueError:
        raise Http404 from None


def visitor_address(request: HttpRequest) -> str:
    """The address seen by the last proxy we were told to believe, or the one that connected."""
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies: int = settings.REPERE_PROXIES
    if proxies and len(chain) >= proxies:
        return chain[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
