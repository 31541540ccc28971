"""A signed-in request is one transaction of one actor, and what it showed is one row of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet, UUIDField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone, translation

from repere import ledger
from repere.accounts import sessions
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.kept import Given, kept
from repere.accounts.models import Membership, SignedIn, User
from repere.accounts.sessions import MEMBERSHIP, SIGNED_IN_AT
from repere.accounts.stepup import ask_again

__all__ = ["MEMBERSHIP", "SIGNED_IN_AT", "ActingMiddleware", "ActingRequest", "SessionLifeMiddleware"]
Answer = Callable[[HttpRequest], HttpResponse]


class ActingRequest(HttpRequest):
    """What views receive once somebody is signed in."""

    actor: Actor
    membership: Membership
    memberships: list[Membership]
    signed: SignedIn
    shown: set[UUID]


# What a locked screen may still ask for: the proof that opens it, and the way out.
WHILE_LOCKED = frozenset({"accounts:locked", "accounts:proof_options", "accounts:sign_out", "accounts:lock", "pages:language"})
# What an account without an accepted factor may ask for: to get one, and the way out.
WITHOUT_FACTOR = frozenset({
    "accounts:first_factor", "accounts:add_passkey", "accounts:new_passkey_options", "accounts:add_app", "accounts:sign_out",
    "accounts:still_here", "accounts:lock", "accounts:confirm", "accounts:proof_options", "pages:language", "pages:about", "pages:help",
})  # fmt: skip


class SessionLifeMiddleware:
    """A session ends ten hours after sign-in, locks when idle, and opens nothing but enrolment before a factor is there."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            return self.get_response(request)
        now = timezone.now()
        signed = sessions.current(request.session, request.user, now=now)
        if signed is None:
            logout(request)
            return self.get_response(request)
        request.signed = signed  # type: ignore[attr-defined]
        asked = _asked(request)
        if signed.locked_at is not None and asked not in WHILE_LOCKED:
            with translation.override(request.user.language):
                return ask_again(request, signed, now=now, where="accounts:locked")
        if signed.proved_by == SignedIn.How.NO_FACTOR and asked not in WITHOUT_FACTOR | WHILE_LOCKED:
            return redirect("accounts:first_factor")
        return self.get_response(request)


def _asked(request: HttpRequest) -> str:
    try:
        request.match = resolve(request.path_info)  # type: ignore[attr-defined]
        return str(request.match.view_name)  # type: ignore[attr-defined]
    except Resolver404:
        return ""


class ActingMiddleware:
    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        if "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
            return HttpResponse(status=204)
        membership = current_membership(request, user)
        if membership is None:
            logout(request)
            return self.get_response(request)
        with translation.override(user.language):
            return self._answer(request, membership)

    def _answer(self, request: HttpRequest, membership: Membership) -> HttpResponse:
        actor = membership.actor()
        request.actor, request.membership, request.shown = actor, membership, set()  # type: ignore[attr-defined]
        request.failed, request.refused = False, False  # type: ignore[attr-defined]
        with acting_as(actor):
            response = self.get_response(request)
            shown: set[UUID] = request.shown  # type: ignore[attr-defined]
            if response.status_code >= 500 or request.failed:  # type: ignore[attr-defined]
                transaction.set_rollback(True)
            elif shown:
                ledger.look(actor, shown, detail={"page": _page(request)})
        if request.refused:  # type: ignore[attr-defined]
            with acting_as(actor):
                ledger.record(actor, "refuse_page", kind="denial", detail={"page": _page(request)})
        response.headers.setdefault("Content-Language", membership.user.language)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Whatever a view raised undoes what it wrote; a refusal is then written in a transaction of its own."""
        request.failed = True  # type: ignore[attr-defined]
        request.refused = isinstance(exception, Http404 | PermissionDenied)  # type: ignore[attr-defined]


def current_membership(request: HttpRequest, user: User) -> Membership | None:
    """Read anew for each request: a role that ended, ended. All of hers at once, for the list of her desks too."""
    memberships = sorted(_held(user=user.pk), key=Membership.opens_before)
    for one in memberships:
        one.user = user
    request.memberships = memberships  # type: ignore[attr-defined]
    chosen = str(request.session.get(MEMBERSHIP))
    return next((one for one in memberships if str(one.pk) == chosen), memberships[0] if memberships else None)


@kept
def _held() -> QuerySet[Membership]:
    hers = Membership.objects.current().filter(user_id=Given("user", UUIDField()))
    return hers.select_related(None).select_related("organisation").order_by()


def _page(request: HttpRequest) -> str:
    """The name of the page, never its address: an address may hold a code."""
    match = request.resolver_match
    return (match.view_name if match else "") or "unnamed"
