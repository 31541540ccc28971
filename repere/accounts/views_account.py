"""One's own account: factors, recovery codes, password, and where one is signed in."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repere.accounts import factors, outside, sessions, throttle
from repere.accounts.actions import change_password
from repere.accounts.factors import FactorRefused
from repere.accounts.forms import AppCodeForm, FirstPasswordForm, PasskeyNameForm
from repere.accounts.models import SignedIn, User
from repere.accounts.stepup import fresh
from repere.accounts.views import passkey_answer, too_soon, visitor_address
from repere.accounts.views_proof import session_of

How = SignedIn.How


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    user, signed = session_of(request)
    now = timezone.now()
    context = {
        "held": factors.held_by(user, now=now),
        "open": sessions.open_sessions(user, now=now),
        "signed": signed,
        "user": user,
        "until": settings.TOTP_ACCEPTED_UNTIL,
        "outside": outside.configured() is not None,
        "linked": outside.is_linked(user),
    }
    return render(request, "accounts/account.html", context)


@require_GET
def first_factor(request: HttpRequest) -> HttpResponse:
    """The only page of an account that has no accepted factor."""
    _user, signed = session_of(request)
    if signed.proved_by != How.NO_FACTOR:
        return redirect("accounts:account")
    return _factor_page(request)


@require_GET
@fresh(minutes=5)
def new_factor(request: HttpRequest) -> HttpResponse:
    return _factor_page(request)


def _factor_page(request: HttpRequest, refusal: str = "") -> HttpResponse:
    user, signed = session_of(request)
    now = timezone.now()
    context = {
        "first": signed.proved_by == How.NO_FACTOR,
        "name_form": PasskeyNameForm(),
        "app_form": AppCodeForm(),
        "refusal": refusal,
        "held": factors.held_by(user, now=now),
        # A passkey belongs to a name; the browser makes none for an address of numbers.
        "numbers": request.get_host().split(":")[0].replace(".", "").isdigit(),
        "port": request.get_port(),
        "until": settings.TOTP_ACCEPTED_UNTIL,
    }
    if factors.codes_are_taken(now):
        secret = factors.propose_app(request, user)
        address, picture = factors.app_address(user, secret)
        context |= {"secret": secret, "address": address, "picture": factors.as_image(picture)}
    return render(request, "accounts/new_factor.html", context)


@require_POST
@fresh(minutes=5)
def new_passkey_options(request: HttpRequest) -> HttpResponse:
    user, _signed = session_of(request)
    return JsonResponse(factors.begin_passkey(user))


@require_POST
@fresh(minutes=5)
def add_passkey(request: HttpRequest) -> HttpResponse:
    user, signed = session_of(request)
    name, now = request.POST.get("name", ""), timezone.now()
    try:
        codes = factors.add_passkey(user, passkey_answer(request) or {}, name=name, now=now)
    except FactorRefused as refused:
        return _factor_page(request, refused.sentence())
    return _added(request, user, signed, How.PASSKEY, codes)


@sensitive_post_parameters()
@require_POST
@fresh(minutes=5)
def add_app(request: HttpRequest) -> HttpResponse:
    user, signed = session_of(request)
    if not throttle.may_prove(user, visitor_address(request)):
        return _factor_page(request, too_soon())
    try:
        codes = factors.add_app(user, factors.propose_app(request, user), request.POST.get("code", "")[:12], now=timezone.now())
    except FactorRefused as refused:
        return _factor_page(request, refused.sentence())
    factors.forget_proposal(request)
    return _added(request, user, signed, How.CODE, codes)


def _added(request: HttpRequest, user: User, signed: SignedIn, how: How, codes: list[str]) -> HttpResponse:
    """Other browsers are signed out; the codes, if new, are shown this once."""
    now = timezone.now()
    sessions.confirm(request, signed, user, proved_by=how, now=now)
    sessions.end_others(user, signed, now=now, why="factor")
    if codes:
        return render(request, "accounts/codes.html", {"codes": codes})
    messages.success(request, _("Added. Your other sessions were ended."))
    return redirect("accounts:account")


@require_POST
@fresh(minutes=5)
def remove_factor(request: HttpRequest, factor: int) -> HttpResponse:
    user, signed = session_of(request)
    now = timezone.now()
    try:
        factors.remove_factor(user, factor, now=now)
    except FactorRefused as refused:
        if refused.code == "wrong":
            raise Http404 from None
        messages.error(request, refused.sentence())
        return redirect("accounts:account")
    sessions.end_others(user, signed, now=now, why="factor")
    messages.success(request, _("Removed. Your other sessions were ended."))
    return redirect("accounts:account")


@require_POST
@fresh(minutes=5)
def recovery_codes(request: HttpRequest) -> HttpResponse:
    user, signed = session_of(request)
    now = timezone.now()
    codes = factors.new_recovery_codes(user, now=now)
    sessions.end_others(user, signed, now=now, why="factor")
    return render(request, "accounts/codes.html", {"codes": codes})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@fresh(minutes=5)
def password(request: HttpRequest) -> HttpResponse:
    user, signed = session_of(request)
    form = FirstPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        change_password(user, form.cleaned_data["password"], now=now)
        update_session_auth_hash(request, user)
        sessions.end_others(user, signed, now=now, why="password")
        messages.success(request, _("Your password was changed. Your other sessions were ended."))
        return redirect("accounts:account")
    return render(request, "accounts/password.html", {"form": form})


@require_POST
def end_session(request: HttpRequest, session: UUID) -> HttpResponse:
    user, _signed = session_of(request)
    if not sessions.end(user, session, now=timezone.now()):
        raise Http404
    return redirect("accounts:account")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    user, signed = session_of(request)
    sessions.end_others(user, signed, now=timezone.now(), why="asked")
    messages.success(request, _("Every other session of your account was ended."))
    return redirect("accounts:account")
