"""Where somebody wanted to go before she had to sign in: kept under seal in a short-lived cookie, never in an address.

An address stays in histories and in the logs of what stands between; a case code has no business there.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from repere.core.sealing import SealBroken, seal, unseal

COOKIE = "return"
LIFE_SECONDS = 900
LONGEST = 1000
AAD = ("return", "after sign-in")


def to_sign_in(request: HttpRequest, *, came_from: str | None = None) -> HttpResponse:
    """Send to the sign-in page and remember, for a quarter of an hour, the page that was asked for.

    `came_from`: the page on which a form was sent; the form itself is not sent again.
    """
    if request.headers.get("HX-Request") == "true":
        return remember(request, HttpResponse(status=204, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)}), standing_on(request))
    return remember(request, redirect(settings.LOGIN_URL), came_from)


def remember(request: HttpRequest, response: HttpResponse, page: str | None = None) -> HttpResponse:
    """Keep `page`, else the page that is asked for, in a cookie of the response."""
    target = page or (request.get_full_path() if request.method in ("GET", "HEAD") else "")
    # The worklist is where everybody begins: only who had a session is told that it ended.
    begins = target == "/" and settings.SESSION_COOKIE_NAME not in request.COOKIES
    if target and not begins and len(target) < LONGEST:
        until = int(timezone.now().timestamp()) + LIFE_SECONDS
        kept = urlsafe_b64encode(seal(_key(), {"to": target, "until": until}, aad=AAD)).decode()
        response.set_cookie(COOKIE, kept, max_age=LIFE_SECONDS, secure=settings.HTTPS, httponly=True, samesite="Strict")
    return response


def standing_on(request: HttpRequest) -> str | None:
    """The page of ours on which something was typed or sent, as the browser tells it; None when it tells none of ours."""
    told = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    return path_of_ours(request, told) if told.startswith(("http://", "https://")) else None


def path_of_ours(request: HttpRequest, address: str) -> str | None:
    """The path and query of an address of this site; None for any other."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return None
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or None


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
