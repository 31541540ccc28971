"""To the identity provider and back."""

from __future__ import annotations

import hmac
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

import requests
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from repere.accounts import outside, throttle
from repere.accounts.actions import InvitationClosed, accept_invitation_from_outside, note_refused_sign_in
from repere.accounts.models import Membership, User
from repere.accounts.outside import Identity, OutsideRefused, Provider
from repere.accounts.stepup import fresh
from repere.accounts.views import after_password, visitor_address
from repere.accounts.views_proof import session_of
from repere.core.sealing import SealBroken, seal, unseal

log = logging.getLogger(__name__)
COOKIE = "outside"
LIFE_SECONDS = 600
AAD = ("outside", "departure")


@require_GET
def leave(request: HttpRequest) -> HttpResponse:
    return _leave(request, {})


@require_GET
def leave_invited(request: HttpRequest, token: str) -> HttpResponse:
    """An invited person may use the provider in place of a password."""
    return _leave(request, {"invitation": token})


@require_GET
@fresh(minutes=5)
def leave_to_link(request: HttpRequest) -> HttpResponse:
    user, _signed = session_of(request)
    return _leave(request, {"link": str(user.pk)})


@require_POST
@fresh(minutes=5)
def forget_link(request: HttpRequest) -> HttpResponse:
    user, _signed = session_of(request)
    outside.unlink(user, now=timezone.now())
    return HttpResponseRedirect(reverse("accounts:account"))


def _leave(request: HttpRequest, why: dict[str, str]) -> HttpResponse:
    provider = _provider()
    if not throttle.may_come(visitor_address(request), "provider"):
        return _refused(request, throttled=True)
    try:
        departure = outside.depart(provider, _back(request))
    except (OutsideRefused, requests.RequestException) as error:
        log.warning("outside_provider_unreachable", extra={"error": type(error).__name__})
        return render(request, "accounts/outside_refused.html", {"unreachable": True}, status=502)
    until = int(timezone.now().timestamp()) + LIFE_SECONDS
    kept = {"state": departure.state, "nonce": departure.nonce, "verifier": departure.verifier, "until": until, **why}
    response = HttpResponseRedirect(departure.address)
    # Lax: the browser comes back from another site, and a strict cookie would not come with it.
    response.set_cookie(
        COOKIE, urlsafe_b64encode(seal(_key(), kept, aad=AAD)).decode(), max_age=LIFE_SECONDS, path=reverse("accounts:outside"),
        secure=settings.HTTPS, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    provider, now = _provider(), timezone.now()
    try:
        kept = _kept(request)
        identity = outside.arrive(
            provider, code=request.GET.get("code", ""), verifier=kept["verifier"], nonce=kept["nonce"], back=_back(request)
        )
        if request.GET.get("iss", provider.issuer) != provider.issuer:
            raise OutsideRefused("issuer of the answer")
        user = _whose(identity, kept, now)
    except (OutsideRefused, InvitationClosed, requests.RequestException) as error:
        log.warning("outside_sign_in_refused", extra={"error": type(error).__name__})
        return _refused(request, throttled=False)
    # The next address is asked for by our own page: only then does the browser send the strict cookie of the session.
    onward = after_password(request, user)
    response = render(request, "accounts/outside_back.html", {"onward": onward["Location"]})
    response.cookies.update(onward.cookies)
    response.delete_cookie(COOKIE, path=reverse("accounts:outside"), samesite="Lax")
    return response


def _whose(identity: Identity, kept: dict[str, Any], now: Any) -> User:
    """An invited account, an account whose owner asked for the link, or one that is linked already. Never a new one."""
    if "invitation" in kept:
        return accept_invitation_from_outside(kept["invitation"], identity, now=now)
    if "link" in kept:
        asked = User.objects.filter(pk=kept["link"], is_active=True).first()
        if asked is not None:
            outside.link(asked, identity, now=now)
    user = outside.account_of(identity)
    if user is None or not Membership.objects.of_user(user).exists():
        raise OutsideRefused("no account")
    return user


def _kept(request: HttpRequest) -> dict[str, Any]:
    try:
        kept = unseal(_key(), urlsafe_b64decode(request.COOKIES.get(COOKIE, "").encode()), aad=AAD)
    except (SealBroken, ValueError):
        raise OutsideRefused("no departure") from None
    if kept["until"] < timezone.now().timestamp() or not hmac.compare_digest(kept["state"], request.GET.get("state", "")):
        raise OutsideRefused("state")
    return kept


def _refused(request: HttpRequest, *, throttled: bool) -> HttpResponse:
    note_refused_sign_in(throttled=throttled, step="outside")
    return render(request, "accounts/outside_refused.html", {"throttled": throttled}, status=429 if throttled else 403)


def _provider() -> Provider:
    provider = outside.configured()
    if provider is None:
        raise Http404
    return provider


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("accounts:outside_back"))


def _key() -> bytes:
    return sha256(b"departure to an identity provider " + settings.SECRET_KEY.encode()).digest()
