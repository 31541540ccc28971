"""What every page of this room begins with: somebody signed in, in a field role; what she may not see is not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from repere.accounts.middleware import ActingRequest
from repere.accounts.models import ADMINISTRATOR
from repere.cases.access import opened_by_urgency
from repere.cases.actions.reader_names import keep_reader_name
from repere.cases.refusals import NotVisible

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """A page about cases. An administrator of accounts opens none, but by urgency."""

    @login_required
    @wraps(view)
    def opened(request: ActingRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.role == ADMINISTRATOR and not opened_by_urgency(request.actor):
            raise PermissionDenied
        _keep_reader_name(request)
        try:
            return view(request, *args, **kwargs)
        except NotVisible:
            raise Http404 from None

    return opened


def member_page(view: View) -> View:
    """A page for every member, administrators of accounts too: it shows no file to who does not see it."""

    @login_required
    @wraps(view)
    def opened(request: ActingRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotVisible:
            raise Http404 from None

    return opened


def _keep_reader_name(request: ActingRequest) -> None:
    """Once per session and organisation: what lets the job notice a namesake."""
    mark = f"reader_name:{request.actor.organisation_id}"
    if not request.session.get(mark):
        keep_reader_name(request.actor)
        request.session[mark] = True
