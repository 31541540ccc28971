"""A signed-in request is one transaction of one actor, and what it showed is one row of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import Membership, User

Answer = Callable[[HttpRequest], HttpResponse]
MEMBERSHIP = "membership"
SIGNED_IN_AT = "signed_in_at"


class ActingRequest(HttpRequest):
    """What views receive once somebody is signed in."""

    actor: Actor
    membership: Membership
    shown: set[UUID]


class SessionLifeMiddleware:
    """A session ends ten hours after sign-in, however busy it was."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and self._is_over(request):
            logout(request)
        return self.get_response(request)

    @staticmethod
    def _is_over(request: HttpRequest) -> bool:
        since = request.session.get(SIGNED_IN_AT)
        life = timedelta(hours=settings.SESSION_LIFE_HOURS).total_seconds()
        return since is None or not 0 <= timezone.now().timestamp() - since < life


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
    """Read anew for each request: a role that ended, ended."""
    memberships = Membership.objects.of_user(user)
    chosen = request.session.get(MEMBERSHIP)
    return (memberships.filter(pk=chosen).first() if chosen else None) or memberships.first()


def _page(request: HttpRequest) -> str:
    """The name of the page, never its address: an address may hold a code."""
    match = request.resolver_match
    return (match.view_name if match else "") or "unnamed"
