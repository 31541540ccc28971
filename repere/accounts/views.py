"""Signing in and out."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from repere.accounts import factors, outside, returning, throttle
from repere.accounts.actions import (
    InvitationClosed,
    SignInFirst,
    WrongCode,
    accept_invitation,
    accept_membership,
    note_refused_sign_in,
    note_sign_out,
    open_invitation,
)
from repere.accounts.factors import FactorRefused
from repere.accounts.forms import FirstPasswordForm, SecondStepForm, SignInForm
from repere.accounts.models import Invitation, Membership, SignedIn, User
from repere.accounts.queries import demonstration_cast
from repere.accounts.sessions import end, enter, works_for

How = SignedIn.How
PENDING = "second_step"
HAS_ACCOUNT = "account"
"""In the address of a link: she has an account here, signs in, and comes back."""
PENDING_LIFE = timedelta(minutes=5)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form, status = SignInForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        email, address = form.cleaned_data["email"], visitor_address(request)
        in_time = throttle.may_try(email, address)
        user = authenticate(request, username=email, password=form.cleaned_data["password"]) if in_time else None
        if isinstance(user, User) and Membership.objects.of_user(user).exists():
            return after_password(request, user)
        note_refused_sign_in(throttled=not in_time)
        form.add_error(None, too_soon() if not in_time else not_open())
        status = 200 if in_time else 429
    return _sign_in_page(request, form, status)


def _sign_in_page(request: HttpRequest, form: SignInForm, status: int, refusal: str = "") -> HttpResponse:
    context = {
        "form": form,
        "refusal": refusal,
        "returns": returning.target(request) is not None,
        "cast": demonstration_cast() if settings.REPERE_DEMO else [],
        "outside": outside.configured() is not None,
    }
    return render(request, "accounts/login.html", context, status=status)


def not_open() -> str:
    return _("This address and this password do not open an account here. Check both and try again.")


def too_soon() -> str:
    return _("Too many attempts in a short time. Wait five minutes and try again; nothing is locked.")


def after_password(request: HttpRequest, user: User) -> HttpResponse:
    """The password was right, or the identity provider vouched: the account's own factor comes next."""
    now = timezone.now()
    held = factors.held_by(user, now=now)
    if not held.accepted and not held.codes_left:
        return into(request, user, How.NO_FACTOR)
    request.session.cycle_key()
    request.session[PENDING] = {"user": str(user.pk), "at": now.timestamp()}
    return redirect("accounts:second_step")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """A passkey of this account, a code of its app, or a recovery code."""
    user = _pending(request)
    if user is None:
        return redirect("accounts:sign_in")
    form, refusal, now = SecondStepForm(), "", timezone.now()
    if request.method == "POST":
        how, refusal = _show(request, user)
        if how is not None:
            return into(request, user, how if factors.held_by(user, now=now).accepted else How.NO_FACTOR)
        note_refused_sign_in(throttled=False, step="code")
    context = {"form": form, "held": factors.held_by(user, now=now), "refusal": refusal, "own": True}
    return render(request, "accounts/second_step.html", context)


def _show(request: HttpRequest, user: User) -> tuple[How | None, str]:
    """How the account was proved, or why not."""
    now, code, answer = timezone.now(), request.POST.get("code", "")[:40], passkey_answer(request)
    if not throttle.may_prove(user, visitor_address(request)):
        return None, too_soon()
    try:
        if answer is not None:
            factors.check_passkey(user, answer)
            return How.PASSKEY, ""
        if len("".join(code.split())) > factors.APP_DIGITS:
            factors.use_recovery_code(user, code, now=now)
            return How.RECOVERY, ""
        factors.check_app_code(user, code, now=now)
        return How.CODE, ""
    except FactorRefused as refused:
        return None, refused.sentence()


def _pending(request: HttpRequest) -> User | None:
    held = request.session.get(PENDING)
    if not isinstance(held, dict) or not 0 <= timezone.now().timestamp() - held["at"] < PENDING_LIFE.total_seconds():
        return None
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    return user if user is not None and Membership.objects.of_user(user).exists() else None


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs before it can show a passkey to the sign-in page or to the second step."""
    if not throttle.may_show_passkey(visitor_address(request)):
        return JsonResponse({"error": too_soon()}, status=429)
    return JsonResponse(factors.ask_passkey(_pending(request)))


@require_POST
def sign_in_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey alone: the device has verified the person, and the key names the account."""
    answer, in_time = passkey_answer(request) or {}, throttle.may_show_passkey(visitor_address(request))
    user = factors.owner_of_passkey(answer) if in_time else None
    try:
        if user is None or not Membership.objects.of_user(user).exists():
            raise FactorRefused
        factors.check_passkey(user, answer)
    except FactorRefused as refused:
        note_refused_sign_in(throttled=not in_time, step="passkey")
        refusal = refused.sentence() if in_time else too_soon()
        return _sign_in_page(request, SignInForm(), 200 if in_time else 429, refusal)
    return into(request, user, How.PASSKEY)


def passkey_answer(request: HttpRequest) -> dict[str, Any] | None:
    """What the browser made of the ceremony; None when the form holds none, or something else than an object."""
    try:
        answer = json.loads(request.POST.get("passkey", ""))
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One click, on a demonstration only; the boot check refuses a demonstration beside real data."""
    if not settings.REPERE_DEMO:
        raise Http404
    membership = Membership.objects.current().filter(pk=_uuid(request), organisation__is_invented=True).first()
    if membership is None:
        raise Http404
    return into(request, membership.user, How.DEMONSTRATION, membership)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        signed: SignedIn | None = getattr(request, "signed", None)
        if signed is not None:
            end(request.user, signed.pk, now=timezone.now())
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
    works_for(request.session, user, membership)
    return redirect(settings.LOGIN_REDIRECT_URL)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    if not throttle.may_come(visitor_address(request), "link"):
        return render(request, "accounts/invitation_closed.html", {"too_soon": too_soon()}, status=429)
    try:
        return _by_link(request, token, open_invitation(token, now=now), now)
    except SignInFirst:
        return redirect(f"{request.path}?{HAS_ACCOUNT}=1")
    except InvitationClosed:
        return render(request, "accounts/invitation_closed.html", status=404)


def _by_link(request: HttpRequest, token: str, opened: Invitation, now: datetime) -> HttpResponse:
    """The same page whether the address has an account or not: what was typed, a first password, or the way to sign in."""
    asked = opened.membership
    if asked is not None and isinstance(request.user, User):
        return _join(request, token, asked, now)
    if asked is not None and HAS_ACCOUNT in request.GET:
        return returning.to_sign_in(request)
    named = opened.user if asked is None else User(email=opened.user.email, name=asked.typed_name)
    by_mail = opened.code_hash is not None
    form = FirstPasswordForm(request.POST or None, user=named, by_mail=by_mail)
    if request.method == "POST" and form.is_valid():
        try:
            user = accept_invitation(token, form.cleaned_data["password"], code=form.cleaned_data.get("code", ""), now=now)
            return after_password(request, user)
        except WrongCode:
            form.add_error("code", _("This is not the code that was sent, or too many were tried today."))
    with_provider = outside.configured() is not None and not by_mail
    context = {"form": form, "name": named.name, "asked": asked, "outside": with_provider, "token": token}
    return render(request, "accounts/invitation.html", context)


def _join(request: HttpRequest, token: str, asked: Membership, now: datetime) -> HttpResponse:
    """Signed in as the account of the link: a further membership, which counts once she says yes here."""
    if request.method != "POST":
        return render(request, "accounts/join.html", {"asked": asked})
    works_for(request.session, cast(User, request.user), accept_membership(token, cast(User, request.user), now=now))
    return redirect(settings.LOGIN_REDIRECT_URL)


def into(request: HttpRequest, user: User, how: How, membership: Membership | None = None) -> HttpResponse:
    """The end of every way in."""
    now = timezone.now()
    throttle.forget(user.email, visitor_address(request), now=now)
    enter(request, user, proved_by=how, membership_id=membership.pk if membership else None, now=now)
    response = redirect(returning.target(request) or settings.LOGIN_REDIRECT_URL)
    returning.forget(response)
    return response


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
