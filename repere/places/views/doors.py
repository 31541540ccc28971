"""What every page of the places shares: somebody is signed in, what is foreign answers 404, a refusal is a sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from repere.accounts.middleware import ActingRequest
from repere.accounts.models import ADMINISTRATOR
from repere.places.refusals import Doubted, NotVisible, Refused

View = Callable[..., HttpResponse]


def page(view: View) -> View:
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


def attempt(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Do it, and say so; or say why not. Returns whether it was done. Raises Doubted, for the page to ask."""
    try:
        act()
    except Doubted:
        raise
    except Refused as refused:
        messages.warning(request, str(refused))
        return False
    messages.success(request, _("Done, and written in the ledger."))
    return True
