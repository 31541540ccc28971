"""Acts that ask for a proof not older than five minutes: a reveal, an export, a key, a role, a factor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from repere import ledger
from repere.accounts import returning
from repere.accounts.carried import carry
from repere.accounts.forms import ProofForm
from repere.accounts.models import SignedIn

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[Any, P], HttpResponse]


def is_fresh(signed: SignedIn | None, *, minutes: int, now: datetime) -> bool:
    """Was a factor shown in the last minutes?

    A session begun by one click on a demonstration is always fresh: it has no factor to show, and everybody in it is invented.
    Where the installation is no demonstration such a session, however it came there, is never fresh.
    """
    if signed is None:
        return False
    if signed.proved_by == SignedIn.How.DEMONSTRATION:
        return bool(settings.REPERE_DEMO)
    return timedelta(0) <= now - signed.confirmed_at < timedelta(minutes=minutes)


def sent(request: HttpRequest, **_named: Any) -> bool:
    """For `fresh(when=sent)`: the page may be looked at, the act asks for a proof."""
    return request.method == "POST"


def doing(*acts: str) -> Callable[..., bool]:
    """For `fresh(when=doing("accept"))`: one address does several things by its last word; only these ask for a proof."""
    return lambda request, **named: bool({named.get("act"), named.get("name")} & set(acts))


def fresh(minutes: int = 5, *, when: Callable[..., bool] | None = None) -> Callable[[View[P]], View[P]]:
    """Ask for a factor again unless one was shown in the last minutes. What was sent is carried and offered again after it.

    `when(request, **words of the address)`: asks only where it says so; always where it is not given.
    """

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if when is not None and not when(request, **kwargs):
                return view(request, *args, **kwargs)
            now = timezone.now()
            signed: SignedIn | None = getattr(request, "signed", None)
            if signed is not None and is_fresh(signed, minutes=minutes, now=now):
                return view(request, *args, **kwargs)
            if signed is None:
                return redirect("accounts:sign_in")
            _note(request)
            return ask_again(request, signed, now=now, where="accounts:confirm")

        return cast(View[P], guarded)

    return guard


def ask_again(request: HttpRequest, signed: SignedIn, *, now: datetime, where: str) -> HttpResponse:
    """A page to look at: go there after the proof. A form sent: it travels with the page that asks for the proof."""
    if request.headers.get("HX-Request") == "true":
        gone = HttpResponse(status=204, headers={"HX-Redirect": reverse(where)})
        return returning.remember(request, gone, returning.standing_on(request))
    if request.method in ("GET", "HEAD"):
        return returning.remember(request, redirect(where))
    context = {"form": ProofForm(), "carried": carry(request, signed, now=now), "locked": signed.locked_at is not None,
               "signed": signed, "where": reverse(where), **({"actor": None} if signed.locked_at else {})}  # fmt: skip
    return render(request, "accounts/prove.html", context, status=403)


def _note(request: HttpRequest) -> None:
    actor = getattr(request, "actor", None)
    if actor is not None:
        match = request.resolver_match
        ledger.record(actor, "ask_fresh_proof", kind="denial", detail={"page": match.view_name if match else ""})
