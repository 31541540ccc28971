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
from repere.cases.refusals import NotVisible

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """A page about cases. An administrator of accounts opens none."""

    @login_required
    @wraps(view)
    def opened(request: ActingRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.role == ADMINISTRATOR:
            raise PermissionDenied
        try:
            return view(request, *args, **kwargs)
        except NotVisible:
            raise Http404 from None

    return opened
