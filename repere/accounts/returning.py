"""Where somebody wanted to go before she had to sign in: kept under seal in a short-lived cookie, never in an address.

An address stays in histories and in the logs of what stands between; a case code has no business there.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from repere.core.sealing import SealBroken, seal, unseal

COOKIE = "return"
LIFE_SECONDS = 900
LONGEST = 1000
AAD = ("return", "after sign-in")


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page and remember, for a quarter of an hour, the page that was asked for by GET."""
    return remember(request, redirect(settings.LOGIN_URL))


def remember(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    target = request.get_full_path()
    if request.method in ("GET", "HEAD") and target != "/" and len(target) < LONGEST:
        until = int(timezone.now().timestamp()) + LIFE_SECONDS
        kept = urlsafe_b64encode(seal(_key(), {"to": target, "until": until}, aad=AAD)).decode()
        response.set_cookie(COOKIE, kept, max_age=LIFE_SECONDS, secure=settings.HTTPS, httponly=True, samesite="Strict")
    return response


def target(request: HttpRequest) -> str | None:
    """The page of ours that was asked for; None when there is none, when it is too old, or when it was tampered with."""
    try:
        kept = unseal(_key(), urlsafe_b64decode(request.COOKIES.get(COOKIE, "").encode()), aad=AAD)
    except (SealBroken, ValueError):
        return None
    wanted = str(kept.get("to", ""))
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and int(kept.get("until", 0)) >= timezone.now().timestamp() else None


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Strict")


def _key() -> bytes:
    return sha256(b"return after sign-in " + settings.SECRET_KEY.encode()).digest()
