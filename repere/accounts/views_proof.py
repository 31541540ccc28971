"""Showing a factor again: to open a locked screen, or before an act that asks for a fresh proof."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from repere import ledger
from repere.accounts import factors, returning, sessions, throttle
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.carried import uncarry
from repere.accounts.factors import FactorRefused
from repere.accounts.forms import ProofForm
from repere.accounts.models import SignedIn, User
from repere.accounts.views import passkey_answer, too_soon, visitor_address

How = SignedIn.How


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Asked for by the person, or by the page when nobody touched it for a quarter of an hour."""
    user, signed = session_of(request)
    sessions.lock(signed, user, now=timezone.now())
    left = returning.path_of_ours(request, request.POST.get("next", ""))
    return returning.remember(request, redirect("accounts:locked"), left)


@require_POST
def still_here(request: HttpRequest) -> HttpResponse:
    """Somebody is typing or reading: being asked was enough, the middleware has noted the minute."""
    return HttpResponse(status=204)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def locked(request: HttpRequest) -> HttpResponse:
    user, signed = session_of(request)
    if signed.locked_at is None and request.method == "GET":
        return redirect(settings.LOGIN_REDIRECT_URL)
    return _prove(request, user, signed, where="accounts:locked")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    user, signed = session_of(request)
    return _prove(request, user, signed, where="accounts:confirm")


@require_POST
def proof_options(request: HttpRequest) -> HttpResponse:
    user, _signed = session_of(request)
    return JsonResponse(factors.ask_passkey(user))


def session_of(request: HttpRequest) -> tuple[User, SignedIn]:
    signed: SignedIn | None = getattr(request, "signed", None)
    if not isinstance(request.user, User) or signed is None:
        raise Http404
    return request.user, signed


def _prove(request: HttpRequest, user: User, signed: SignedIn, *, where: str) -> HttpResponse:
    now, refusal = timezone.now(), ""
    if request.method == "POST":
        how, refusal = _shown(request, user, signed)
        if how is not None:
            sessions.confirm(request, signed, user, proved_by=how, now=now)
            return _go_on(request, signed)
        _note_refusal(request, user)
    context = {
        "form": ProofForm(),
        "refusal": refusal,
        "carried": request.POST.get("carried", ""),
        "locked": signed.locked_at is not None,
        "returns": returning.target(request) not in (None, "/"),
        "signed": signed,
        "held": factors.held_by(user, now=now),
        "where": reverse(where),
    }
    # A locked screen shows no name, no role and no menu.
    quiet = {"actor": None} if signed.locked_at is not None else {}
    return render(request, "accounts/prove.html", {**context, **quiet})


def _shown(request: HttpRequest, user: User, signed: SignedIn) -> tuple[How | None, str]:
    """Which factor was shown, or why none was."""
    answer = passkey_answer(request)
    if signed.proved_by == How.DEMONSTRATION and settings.REPERE_DEMO:
        return How.DEMONSTRATION, ""
    if not throttle.may_prove(user, visitor_address(request)):
        return None, too_soon()
    try:
        if answer is not None:
            factors.check_passkey(user, answer)
            return How.PASSKEY, ""
        return _password_and_code(request, user, signed), ""
    except FactorRefused as refused:
        return None, refused.sentence()


def _password_and_code(request: HttpRequest, user: User, signed: SignedIn) -> How:
    now, password = timezone.now(), request.POST.get("password", "")[:1024]
    # The password first: a code is worth nothing to who does not know it, and is not used up by a mistyped password.
    # At the door, as when she signs in: an older hash is written anew there.
    with acting_as(Actor.at_the_door()):
        known = authenticate(request, username=user.email, password=password)
    if known != user:
        raise FactorRefused
    if signed.proved_by == How.NO_FACTOR:
        return How.NO_FACTOR
    factors.check_app_code(user, request.POST.get("code", "")[:40], now=now)
    return How.CODE


def _go_on(request: HttpRequest, signed: SignedIn) -> HttpResponse:
    """To the page that was asked for, or to the form that was carried through the door."""
    text = request.POST.get("carried", "")
    if text:
        carried = uncarry(text, signed, now=timezone.now())
        if carried is not None:
            return render(request, "accounts/go_on.html", {"carried": carried})
    response = redirect(returning.target(request) or settings.LOGIN_REDIRECT_URL)
    returning.forget(response)
    return response


def _note_refusal(request: HttpRequest, user: User) -> None:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None:
        ledger.record(actor, "refuse_proof", kind="denial", detail={"user": user.pk})
